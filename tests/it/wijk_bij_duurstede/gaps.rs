//! W5: gaps in the calendar are found, by neighbourhood, target group and period, and a new activity
//! is proposed into one.

use nabij_tests::{Answer, Gathering, Person, Story};
use serde_json::{Value, json};

use super::Wijk;

const GAPS: &str = "query Gaps($where: ActivityGapWhere!, $from: DateTime!, $until: DateTime!, \
    $by: GapPeriod) { activityGaps(where: $where, from: $from, until: $until, by: $by) { \
    neighbourhood { id name } targetGroup from until forEveryone } }";

/// The spring of 2026 as the Netherlands have it.
const SPRING: [&str; 4] = [
    "2026-02-28T23:00:00Z",
    "2026-03-31T22:00:00Z",
    "2026-04-30T22:00:00Z",
    "2026-05-31T22:00:00Z",
];

async fn looks_for_gaps(who: &Person, only: Value, by: Option<&str>) -> Answer {
    let (from, until) = (SPRING[0], SPRING[3]);
    let variables = json!({ "where": only, "from": from, "until": until, "by": by });
    who.asks(GAPS, variables).await
}

/// Each gap as `April, De Heul, YOUTH`.
fn told(answer: &Answer) -> Vec<String> {
    const MONTHS: [&str; 3] = ["March", "April", "May"];
    let gaps = answer.data("/activityGaps").as_array().expect("gaps");
    let text = |of: &Value| of.as_str().expect("text").to_owned();
    gaps.iter()
        .map(|gap| {
            let month = SPRING.iter().position(|at| gap["from"] == *at);
            let month = month.map_or("?", |number| MONTHS[number]);
            let place = text(&gap["neighbourhood"]["name"]);
            format!("{month}, {place}, {}", text(&gap["targetGroup"]))
        })
        .collect()
}

fn gathering(title: &str, place: &str, at: &str, groups: &[&str]) -> Gathering {
    Gathering::new(title, place, at.parse().expect("a moment"))
        .with("targetGroups", json!(groups))
        .published()
}

#[tokio::test]
async fn w5_a_gap_is_found_and_filled() {
    let wijk = Wijk::begins().await;
    let wendy = &wijk.wendy;
    let team = wijk
        .partner("Buurtteam", "VOLUNTEER_ORGANISATION", "PARTNER_STAFF", &[])
        .await;
    // What there is: something for older people each month in the Binnenstad, for youth in De Heul
    // in March, and for everyone in Noorderwaard in April.
    let (centre, heul, noord) = (
        wijk.place("Binnenstad"),
        wijk.place("De Heul"),
        wijk.place("Noorderwaard"),
    );
    let monthly = gathering(
        "Lunch",
        centre,
        "2026-03-10T11:00:00Z",
        &["OLDER_PEOPLE", "LIVING_ALONE"],
    )
    .with("recurrence", "FREQ=MONTHLY;COUNT=3");
    team.proposes(monthly).await.done();
    team.proposes(gathering(
        "Football",
        heul,
        "2026-03-20T15:00:00Z",
        &["YOUTH"],
    ))
    .await
    .done();
    team.proposes(gathering("Market", noord, "2026-04-18T08:00:00Z", &[]))
        .await
        .done();

    let story = Story::of(
        "W5",
        "Where is there nothing for whom, and when? An activity is proposed into the gap",
    );
    let only = json!({
        "municipality": wijk.municipality.id, "targetGroups": ["OLDER_PEOPLE", "YOUTH"],
    });
    let found = story
        .step(
            "Wendy looks where older people and youth have nothing this spring, month by month",
            looks_for_gaps(wendy, only.clone(), Some("MONTH")),
        )
        .await;
    assert_eq!(
        told(&found),
        [
            "March, Binnenstad, YOUTH",
            "March, De Heul, OLDER_PEOPLE",
            "March, Noorderwaard, OLDER_PEOPLE",
            "March, Noorderwaard, YOUTH",
            "April, Binnenstad, YOUTH",
            "April, De Heul, OLDER_PEOPLE",
            "April, De Heul, YOUTH",
            "April, Noorderwaard, OLDER_PEOPLE",
            "April, Noorderwaard, YOUTH",
            "May, Binnenstad, YOUTH",
            "May, De Heul, OLDER_PEOPLE",
            "May, De Heul, YOUTH",
            "May, Noorderwaard, OLDER_PEOPLE",
            "May, Noorderwaard, YOUTH",
        ]
    );
    let gaps = found.data("/activityGaps");
    assert_eq!(gaps[7]["forEveryone"], 1, "the market is for them too");
    let gap = json!({
        "targetGroup": "OLDER_PEOPLE", "from": gaps[5]["from"], "until": gaps[5]["until"],
    });
    let into_the_gap = |title: &str, at: &str| {
        Gathering::new(title, heul, at.parse().expect("a moment"))
            .with("gap", gap.clone())
            .published()
    };
    let activity = story
        .step(
            "The neighbourhood team proposes a walk into the gap of April in De Heul",
            team.proposes(into_the_gap(
                "A walk along the river",
                "2026-04-14T08:00:00Z",
            )),
        )
        .await
        .done();
    story
        .step(
            "Somebody else has the same idea: it isn't a gap any more",
            team.proposes(into_the_gap("A game of cards", "2026-04-16T12:00:00Z")),
        )
        .await
        .is_refused_at("ALREADY_EXISTS", "gap");
    let there = json!({ "neighbourhoods": [heul], "targetGroups": ["OLDER_PEOPLE"] });
    let left = story
        .step(
            "What is left for older people in De Heul",
            looks_for_gaps(wendy, there.clone(), Some("MONTH")),
        )
        .await;
    assert_eq!(
        told(&left),
        ["March, De Heul, OLDER_PEOPLE", "May, De Heul, OLDER_PEOPLE"]
    );
    story.ends();

    // It remembers the gap it fills, and is meant for whom there was nothing.
    let passer_by = wijk.town.passer_by();
    let seen = passer_by.sees(&activity, "targetGroups gap { targetGroup from until }");
    assert_eq!(
        seen.await,
        Some(json!({ "targetGroups": ["OLDER_PEOPLE"], "gap": gap }))
    );
    // Called off, it is a gap again; so is what isn't published.
    team.takes("Cancel", &activity, json!({ "reason": "High water" }))
        .await
        .done();
    let whole = looks_for_gaps(&wijk.town.passer_by(), there.clone(), None).await;
    assert_eq!(
        told(&whole),
        ["March, De Heul, OLDER_PEOPLE"],
        "the whole spring at once"
    );
    let quiet = into_the_gap("A walk, perhaps", "2026-04-14T08:00:00Z").with("publish", false);
    team.proposes(quiet).await.done();
    assert_eq!(
        told(&looks_for_gaps(wendy, there, Some("MONTH")).await).len(),
        3
    );
}

#[tokio::test]
async fn a_proposal_must_fit_its_gap() {
    let wijk = Wijk::begins().await;
    let team = wijk
        .partner("Buurtteam", "VOLUNTEER_ORGANISATION", "PARTNER_STAFF", &[])
        .await;
    let place = wijk.place("De Heul");
    let propose = async |at: &str, groups: &[&str], gap: Value| {
        team.proposes(gathering("A walk", place, at, groups).with("gap", gap))
            .await
    };
    let april = json!({ "targetGroup": "YOUTH", "from": SPRING[1], "until": SPRING[2] });
    let backwards = json!({ "targetGroup": "YOUTH", "from": SPRING[2], "until": SPRING[1] });
    propose("2026-04-14T08:00:00Z", &["YOUTH"], backwards)
        .await
        .is_refused_at("OUT_OF_RANGE", "gap.until");
    propose("2026-04-14T08:00:00Z", &["CHILDREN"], april.clone())
        .await
        .is_refused_at("INVALID", "gap.targetGroup");
    // Half-open: what begins when the gap ends isn't in it.
    propose(SPRING[2], &["YOUTH"], april.clone())
        .await
        .is_refused_at("INVALID", "gap.from");
    propose(SPRING[1], &["YOUTH", "CHILDREN"], april)
        .await
        .done();
}

#[tokio::test]
async fn questions_that_are_not_answered() {
    let wijk = Wijk::begins().await;
    let passer_by = wijk.town.passer_by();
    let ask = async |only: Value, from: &str, until: &str, by: Option<&str>| {
        let variables = json!({ "where": only, "from": from, "until": until, "by": by });
        passer_by.asks(GAPS, variables).await.code().to_owned()
    };
    let here = json!({ "municipality": wijk.municipality.id });
    for (only, from, until, by) in [
        (json!({}), SPRING[0], SPRING[1], None),
        (here.clone(), SPRING[1], SPRING[1], None),
        (here.clone(), SPRING[0], "2027-03-02T00:00:00Z", None),
        (
            json!({ "municipality": wijk.place("De Heul") }),
            SPRING[0],
            SPRING[1],
            None,
        ),
    ] {
        assert_eq!(ask(only, from, until, by).await, "BAD_USER_INPUT");
    }
    // A year of weeks for nine groups in three places is a lot, but not too much.
    assert_eq!(
        ask(here, SPRING[0], "2027-02-28T23:00:00Z", Some("WEEK")).await,
        ""
    );
    let nowhere = json!({ "municipality": "municipality_01h455vb4pex5vsknk084sn02q" });
    let variables = json!({ "where": nowhere, "from": SPRING[0], "until": SPRING[1] });
    let answer = passer_by.asks(GAPS, variables).await;
    assert_eq!(answer.data("/activityGaps"), &json!([]));
}

#[tokio::test]
async fn gaps_cost_the_same_for_many_activities() {
    let wijk = Wijk::begins().await;
    let team = wijk
        .partner("Buurtteam", "VOLUNTEER_ORGANISATION", "PARTNER_STAFF", &[])
        .await;
    let here = json!({ "municipality": wijk.municipality.id });
    let _cold = looks_for_gaps(&team, here.clone(), Some("WEEK")).await;
    let none = looks_for_gaps(&team, here.clone(), Some("WEEK")).await;
    for place in &wijk.places {
        for (groups, rule) in [
            (&["CHILDREN"], "FREQ=DAILY;COUNT=80"),
            (&["YOUTH"], "FREQ=WEEKLY;COUNT=12"),
        ] {
            let often = gathering("Often", &place.id, "2026-03-03T08:00:00Z", groups)
                .with("recurrence", rule);
            team.proposes(often).await.done();
        }
    }
    let many = looks_for_gaps(&team, here, Some("WEEK")).await;
    assert!(told(&many).len() < told(&none).len());
    assert_eq!(many.statements(), none.statements());
    assert!(many.statements() <= 3, "{}", many.statements());
}
