//! W10: what the initiative costs, what is asked of whom, and what each funder says.

use nabij_tests::{Person, Record, Story, Town};
use serde_json::{Value, json};

struct Funded {
    town: Town,
    /// Coordinates for the municipality.
    wilma: Person,
    /// Works for the welfare organisation that carries the initiative.
    karim: Person,
    /// Works for the entrepreneurs' fund, a partner.
    fund: Person,
    /// Works for a club that has nothing to do with it.
    club: Person,
    initiative: Record,
}

impl Funded {
    async fn begins() -> Self {
        let town = Town::empty().await;
        let admin = town.first_admin().await;
        let municipality = admin
            .does(
                "municipalityCreate",
                "municipality",
                "id",
                json!({
                    "name": "Wijk bij Duurstede", "country": "NL", "code": "GM0352",
                    "codeScheme": "CBS_GM",
                }),
            )
            .await
            .done();
        let place = admin
            .does(
                "neighbourhoodCreate",
                "neighbourhood",
                "id",
                json!({ "name": "De Horden", "municipality": municipality.id }),
            )
            .await
            .done();
        let wilma = admin.registers("Wilma").await;
        let scope = json!({ "municipality": municipality.id });
        admin.gives(&wilma, "COORDINATOR", scope).await.done();
        let brings = async |name: &str, kind: &str| {
            let what = (kind, "DISCRETION", "PARTNER_STAFF");
            admin.brings_in(name, what, &[&place]).await
        };
        let karim = brings("Stichting Welzijn", "VOLUNTEER_ORGANISATION").await;
        let fund = brings("Ondernemersfonds", "FUND").await;
        let club = brings("Schaakclub", "SPORTS_CLUB").await;
        let initiative = wilma
            .does(
                "initiativeCreate",
                "initiative",
                "id",
                json!({
                    "reference": "verbonden-in-de-buurt", "name": "Verbonden in de buurt",
                    "municipality": municipality.id, "partners": [karim.partner],
                }),
            )
            .await
            .done();
        Self {
            town,
            wilma,
            karim,
            fund,
            club,
            initiative,
        }
    }

    /// A funding line of the initiative.
    fn line(&self, funder: &Value, kind: &str) -> Value {
        json!({ "for": { "initiative": self.initiative.id }, "funder": funder, "kind": kind })
    }
}

const MONEY: &str = "budget { cents currency } fundingLines(first: 10) { nodes { funderName \
    funderPartner { name } kind status requested { cents currency } granted { cents } } }";

#[tokio::test]
async fn w10_a_budget_a_request_and_a_status_for_each_funder() {
    let wijk = Funded::begins().await;
    let (wilma, fund) = (&wijk.wilma, &wijk.fund);
    let story = Story::of(
        "W10",
        "Budget 47,400 euros, request 2,000 euros, status per funder",
    );
    let budget = json!({ "id": wijk.initiative.id, "budget": { "cents": 4_740_000 } });
    let shown = "id budget { cents currency }";
    story
        .step(
            "Wilma says what the initiative costs",
            wilma.does("initiativeUpdate", "initiative", shown, budget),
        )
        .await
        .done();
    let mut request = wijk.line(&json!({ "partner": fund.partner }), "FOUNDATION");
    request["requested"] = json!({ "cents": 200_000 });
    let asked = story
        .step(
            "The entrepreneurs' fund is going to be asked for 2,000 euros",
            wilma.adds_funder(request),
        )
        .await
        .done();
    let mut others = Vec::new();
    for (caption, name, kind, cents) in [
        (
            "So is the municipality",
            "Gemeente Wijk bij Duurstede",
            "PUBLIC_SUBSIDY",
            2_500_000,
        ),
        ("… the Oranjefonds", "Oranjefonds", "FOUNDATION", 1_500_000),
        (
            "… and the Rabobank",
            "Rabobank stimuleringsfonds",
            "SPONSORSHIP",
            540_000,
        ),
    ] {
        let mut line = wijk.line(&json!({ "name": name }), kind);
        line["requested"] = json!({ "cents": cents });
        others.push(story.step(caption, wilma.adds_funder(line)).await.done());
    }
    story
        .step(
            "The request goes out",
            wilma.takes("Apply", &asked, json!({})),
        )
        .await
        .done();
    for line in &others {
        wilma.takes("Apply", line, json!({})).await.done();
    }
    story
        .step(
            "The entrepreneurs' fund grants it",
            wilma.takes("Grant", &asked, json!({ "granted": { "cents": 200_000 } })),
        )
        .await
        .done();
    story
        .step(
            "The Oranjefonds doesn't this year",
            wilma.takes(
                "Refuse",
                &others[1],
                json!({ "note": "Try again in spring" }),
            ),
        )
        .await
        .done();
    story
        .step(
            "The money of the entrepreneurs comes in",
            wilma.takes("Pay", &asked, json!({})),
        )
        .await
        .done();
    let seen = story
        .step(
            "Karim, who carries the initiative, sees where it stands",
            wijk.karim.sees(&wijk.initiative, MONEY),
        )
        .await
        .expect("it is public");
    story.ends();
    assert_eq!(
        seen["budget"],
        json!({ "cents": 4_740_000, "currency": "EUR" })
    );
    let lines = seen["fundingLines"]["nodes"].as_array().expect("lines");
    let states: Vec<&Value> = lines.iter().map(|line| &line["status"]).collect();
    assert_eq!(states, ["PAID", "APPLIED", "REFUSED", "APPLIED"]);
    assert_eq!(lines[0]["granted"]["cents"], 200_000);
    assert_eq!(lines[0]["funderPartner"]["name"], "Ondernemersfonds");

    who_sees_it(&wijk, &asked).await;
    what_is_refused(&wijk, &asked, &others[1]).await;
}

/// What it costs is public; who is asked, and what they say, is for those it concerns.
async fn who_sees_it(wijk: &Funded, asked: &Record) {
    for stranger in [&wijk.club, &wijk.town.passer_by()] {
        let seen = stranger.sees(&wijk.initiative, MONEY).await;
        let seen = seen.expect("the initiative is public");
        assert_eq!(seen["budget"]["cents"], 4_740_000);
        assert_eq!(seen["fundingLines"]["nodes"], json!([]));
        assert!(stranger.looks_up(asked).await.is_none());
    }
    let paying = wijk.club.takes("Pay", asked, json!({})).await;
    paying.is_refused_as("NOT_FOUND");
    // The fund sees its own line, and no other's.
    let seen = wijk.fund.sees(&wijk.initiative, MONEY).await.expect("seen");
    let own = seen["fundingLines"]["nodes"].as_array().expect("lines");
    assert_eq!(own.len(), 1, "{seen}");
    let list = "{ fundingLines(where: { status: { in: [PAID, REFUSED] } }) { totalCount } }";
    for (who, count) in [(&wijk.fund, 1), (&wijk.karim, 2), (&wijk.club, 0)] {
        let answer = who.asks(list, json!({})).await;
        assert_eq!(answer.data("/fundingLines/totalCount"), count);
    }
}

async fn what_is_refused(wijk: &Funded, paid: &Record, refused: &Record) {
    let wilma = &wijk.wilma;
    for who in [&wijk.karim, &wijk.fund] {
        let again = who.takes("Apply", paid, json!({})).await;
        again.is_refused_as("FORBIDDEN");
    }
    let line = || wijk.line(&json!({ "name": "Streekfonds" }), "FOUNDATION");
    wijk.karim
        .adds_funder(line())
        .await
        .is_refused_as("FORBIDDEN");
    let answer = wilma.takes("Refuse", paid, json!({})).await;
    answer.is_refused_as("INVALID_TRANSITION");
    assert_eq!(
        (
            &answer.user_errors()[0]["from"],
            &answer.user_errors()[0]["allowed"]
        ),
        (&json!("PAID"), &json!([]))
    );
    for cents in [-1, 2_000_000_001] {
        let mut wrong = line();
        wrong["requested"] = json!({ "cents": cents });
        wilma
            .adds_funder(wrong)
            .await
            .is_refused_at("OUT_OF_RANGE", "requested.cents");
    }
    // A fraction of a cent isn't money: the request itself isn't one.
    let mut wrong = line();
    wrong["requested"] = json!({ "cents": 0.5 });
    let answer = wilma.adds_funder(wrong).await;
    assert_eq!(answer.code(), "BAD_USER_INPUT", "{}", answer.text());
    wilma
        .adds_funder(wijk.line(&json!({ "name": " " }), "DONATIONS"))
        .await
        .is_refused_at("REQUIRED", "funder.name");
    wilma
        .adds_funder(wijk.line(&json!({ "name": "Anonymous givers" }), "OTHER"))
        .await
        .is_refused_at("REQUIRED", "note");
    let change = json!({ "id": paid.id, "requested": { "cents": 1 } });
    wilma
        .does("fundingLineUpdate", "fundingLine", "id", change)
        .await
        .is_refused_at("INVALID", "requested");
    // Nobody asks for nothing, and no funder decides before it was asked.
    let bare = wilma.adds_funder(line()).await.done();
    wilma
        .takes("Apply", &bare, json!({}))
        .await
        .is_refused_at("REQUIRED", "requested");
    let some = json!({ "requested": { "cents": 90_000 }, "on": "2026-03-01" });
    let bare = wilma.takes("Apply", &bare, some).await.done();
    let early = json!({ "granted": { "cents": 90_000 }, "on": "2026-02-28" });
    for (step, with) in [("Grant", early), ("Refuse", json!({ "on": "2026-02-28" }))] {
        let refused = wilma.takes(step, &bare, with).await;
        refused.is_refused_at("OUT_OF_RANGE", "on");
    }
    // Refused this year, asked again the next, for less.
    let less = json!({ "requested": { "cents": 150_000 } });
    let again = wilma.takes("Apply", refused, less).await.done();
    assert_eq!(again.status(), "APPLIED");
    let fields = "requested { cents } decidedOn statusNote";
    let seen = wilma.sees(refused, fields).await.expect("seen");
    assert_eq!(
        seen,
        json!({ "requested": { "cents": 150_000 }, "decidedOn": null, "statusNote": null })
    );
}
