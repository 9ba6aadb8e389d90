//! H8: what a year of neighbourhood help comes to.

use nabij_tests::{Need, Person, Record, Story};
use serde_json::{Value, json};

use super::{DAY, Herent};

impl Herent {
    /// A chore of somebody (a name stands for one person), and the way by which it came in.
    async fn asks_for(&self, who: &Value, title: &str, channel: &str) -> Record {
        let need = Need::new(title, &self.places[2].id)
            .with("category", "CHORES")
            .with("choreKind", "GARDEN")
            .with("inflowChannel", channel)
            .with("resident", who.clone());
        self.dora.submits(need).await.done()
    }

    /// The youth house takes a chore on and does it, three days after it was asked.
    async fn does(&self, signal: &Record) {
        let request = nabij_tests::Request::to(&self.jef).on("PUBLIC_TASK", &["NAME", "ADDRESS"]);
        let referral = self.dora.refers_by(signal, request).await.done();
        self.town.wait(DAY);
        self.jef.accepts(&referral).await.done();
        self.town.wait(2 * DAY);
        self.jef.completes(&referral, "GOT_HELP").await.done();
        self.dora
            .resolves(signal, "HELPED_BY_VOLUNTEER")
            .await
            .done();
    }
}

/// Somebody the service doesn't know yet.
fn somebody(name: &str, born: i32) -> Value {
    json!({ "new": { "givenName": name, "birthYear": born, "targetGroups": ["OLDER_PEOPLE"] } })
}

/// The person a signal is about, for the next one.
async fn same_person(who: &Person, signal: &Record) -> Value {
    let seen = who.sees(signal, "resident { id }").await.expect("seen");
    json!({ "id": seen["resident"]["id"] })
}

#[tokio::test]
async fn h8_a_season_in_figures() {
    let herent = Herent::begins().await;
    // Ten people are helped, one of them twice: first through the campaign, then a neighbour
    // tells the next.
    let pears = herent
        .asks_for(&somebody("Godelieve", 1938), "Pears to pick", "CAMPAIGN")
        .await;
    herent.does(&pears).await;
    let again = same_person(&herent.dora, &pears).await;
    let hedge = herent.asks_for(&again, "A hedge to trim", "DESK").await;
    herent.does(&hedge).await;
    for (name, born, channel) in [
        ("Roger", 1944, "WORD_OF_MOUTH"),
        ("Paula", 1951, "INTERMEDIARY"),
        ("Gerard", 1946, "WORD_OF_MOUTH"),
        ("Simonne", 1939, "WORD_OF_MOUTH"),
        ("Frans", 1948, "WORD_OF_MOUTH"),
        ("Yvonne", 1942, "WORD_OF_MOUTH"),
        ("Albert", 1937, "WORD_OF_MOUTH"),
        ("Denise", 1950, "WORD_OF_MOUTH"),
        ("Lucien", 1945, "WORD_OF_MOUTH"),
    ] {
        let chore = herent
            .asks_for(&somebody(name, born), "Leaves to rake", channel)
            .await;
        herent.does(&chore).await;
    }
    // One was solved at the desk, of somebody who was helped before; one isn't for volunteers, and
    // one still waits.
    let form = herent.asks_for(&again, "A form to fill in", "DESK").await;
    herent
        .dora
        .resolves(&form, "RESOLVED_AT_INTAKE")
        .await
        .done();
    let roof = herent
        .asks_for(&somebody("Achiel", 1940), "The roof leaks", "WORD_OF_MOUTH")
        .await;
    let reason = "NEEDS_TRADESPERSON";
    herent.dora.dismisses(&roof, reason).await.done();
    herent
        .asks_for(
            &somebody("Irène", 1947),
            "A cupboard to move",
            "INTERMEDIARY",
        )
        .await;

    let story = Story::of(
        "H8",
        "What a year comes to: who was helped, what was brought to a good end, how it came in",
    );
    let query = "query Year($places: StatisticsPlaces!, $from: DateTime!, $until: DateTime!) { \
        statistics(places: $places, from: $from, until: $until) { total { \
        peopleHelped { value } \
        signals { total { value } completion { part { value } of { value } rate } \
        byInflowChannel { inflowChannel count { value } } } \
        waits { signalToFirstReferral { seconds of { value } } \
        referralToAcceptance { seconds of { value } } } } } }";
    let year = json!({
        "places": { "municipality": herent.municipality.id },
        "from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z",
    });
    let answer = story
        .step(
            "Dora asks what the year came to in Herent: at least so many, and nothing of fewer than five",
            herent.dora.asks(query, year.clone()),
        )
        .await;
    story.ends();
    let total = answer.data("/statistics/total");
    assert_eq!(total["peopleHelped"]["value"], 10);
    let signals = &total["signals"];
    // There were fourteen; twelve of thirteen came to a good end.
    assert_eq!(signals["total"]["value"], 10);
    assert_eq!(
        signals["completion"],
        json!({ "part": { "value": 10 }, "of": { "value": 10 }, "rate": 1.0 })
    );
    let channels = signals["byInflowChannel"].as_array().expect("a line each");
    for (channel, count) in [
        ("CAMPAIGN", None),
        ("WORD_OF_MOUTH", Some(5)),
        ("INTERMEDIARY", None),
        ("DESK", None),
        ("PHONE", None),
    ] {
        let line = json!({ "inflowChannel": channel, "count": { "value": count } });
        assert!(channels.contains(&line), "{channel}: {channels:?}");
    }
    assert_eq!(
        total["waits"]["referralToAcceptance"],
        json!({ "seconds": 86_400, "of": { "value": 10 } })
    );

    // Nothing of the year counts in the next, and the youth house doesn't get to see it.
    let mut next = year.clone();
    next["from"] = year["until"].clone();
    next["until"] = json!("2028-01-01T00:00:00Z");
    let answer = herent.dora.asks(query, next).await;
    let none = &Value::Null;
    assert_eq!(answer.data("/statistics/total/peopleHelped/value"), none);
    herent
        .jef
        .asks(query, year)
        .await
        .is_not_answered_as("FORBIDDEN");
}

#[tokio::test]
async fn h8_call_outs_that_found_somebody_and_those_that_did_not() {
    let herent = Herent::begins().await;
    let fleur = herent.volunteer("Fleur").await;
    for _ in 0..6 {
        let (_, _, found) = herent.called().await;
        let offer = fleur.offers_to_help(&found).await.done();
        herent.jef.selects(&offer).await.done();
        let (_, _, missed) = herent.called().await;
        herent
            .jef
            .gives_up_on(&missed, "Nobody has time")
            .await
            .done();
    }
    herent.called().await;
    let places = json!({ "municipality": herent.municipality.id });
    let year = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    let figures = "callOuts { total { value } filled { part { value } of { value } rate } \
        byStatus { status count { value } } }";
    let answer = herent.dora.asks_figures(places, year, figures).await;
    let call_outs = answer.data("/statistics/total/callOuts");
    assert_eq!(call_outs["total"]["value"], 10);
    assert_eq!(
        call_outs["filled"],
        json!({ "part": { "value": 5 }, "of": { "value": 10 }, "rate": 0.5 })
    );
    let statuses: Vec<Option<i64>> = call_outs["byStatus"]
        .as_array()
        .expect("a line each")
        .iter()
        .map(|line| line["count"]["value"].as_i64())
        .collect();
    let told = [None, Some(5), Some(5), None];
    assert_eq!(statuses, told, "open, filled, unfilled, cancelled");
}
