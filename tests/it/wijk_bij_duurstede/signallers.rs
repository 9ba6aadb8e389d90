//! W2: home help and district nurses join as signallers, who submit and hear the outcome, nothing
//! else; the housing corporation is partner in some neighbourhoods only. W11: a general practitioner
//! who referred someone gets feedback.

use std::collections::BTreeSet;

use nabij_tests::{Need, Person, Record, Request, Story, handled_by};
use serde_json::{Value, json};

use super::Wijk;
use crate::schema::types;

/// A need about Cornelia, who is 82.
fn cornelia(place: &str) -> Need {
    let cornelia = json!({ "new": {
        "givenName": "Cornelia", "familyName": "Fictief", "birthYear": 1943, "languages": ["nl"],
        "targetGroups": ["LIVING_ALONE"],
    } });
    Need::new("Mevrouw houdt overdag de gordijnen dicht", place)
        .with("category", "LONELINESS")
        .with("inflowChannel", "INTERMEDIARY")
        .with("text", "Ik ben vaak de enige die ze in de week ziet.")
        .with("resident", cornelia)
}

/// A signal that has been through everything: assessed, talked about, referred, helped, closed.
async fn runs_its_course(wijk: &Wijk, signal: &Record, recept: &Person) -> Record {
    let handled = handled_by(recept, "PUBLIC_TASK", &["NAME", "NOTES"]);
    wijk.wendy.triages_as(signal, handled).await.done();
    let spoken = json!({
        "on": { "signal": signal.id }, "kind": "CONVERSATION", "outcome": "REACHED",
        "note": "Ze zou graag weer eens biljarten.",
    });
    wijk.wendy
        .does("contactMomentRecord", "contactMoment", "id", spoken)
        .await
        .done();
    let request = Request::to(recept).on("PUBLIC_TASK", &["NAME"]);
    let referral = wijk.wendy.refers_by(signal, request).await.done();
    recept.accepts(&referral).await.done();
    recept.completes(&referral, "GOT_HELP").await.done();
    let closing = json!({ "outcome": "JOINED_ACTIVITY", "note": "Ze gaat elke week." });
    wijk.wendy.takes("Resolve", signal, closing).await.done();
    referral
}

#[tokio::test]
async fn w2_home_help_signals_and_hears_how_it_ended_and_nothing_else() {
    let wijk = Wijk::begins().await;
    let recept = wijk
        .partner("Welzijn op Recept", "OTHER", "PARTNER_STAFF", &[])
        .await;
    let thea = wijk
        .partner("Huishoudelijke hulp", "HOME_CARE", "SIGNALLER", &[])
        .await;
    let story = Story::of("W2", "Home help signals, and hears how it ended");
    let signal = story
        .step(
            "Thea, who cleans at Cornelia's, submits what she notices",
            thea.submits(cornelia(wijk.place("De Heul"))),
        )
        .await
        .done();
    runs_its_course(&wijk, &signal, &recept).await;
    let query = "query Mine { signals(first: 5) { nodes { title status outcome outcomeNote \
        handler { name } resident { givenName } referrals(first: 5) { totalCount } } } }";
    let heard = story
        .step(
            "After a conversation and a referral she hears how it ended, and not what was said",
            thea.asks(query, json!({})),
        )
        .await;
    story.ends();
    assert_eq!(
        *heard.data("/signals/nodes"),
        json!([{
            "title": "Mevrouw houdt overdag de gordijnen dicht",
            "status": "RESOLVED", "outcome": "JOINED_ACTIVITY", "outcomeNote": null,
            "handler": null, "resident": null, "referrals": { "totalCount": 0 },
        }])
    );

    // A colleague's signals are none of hers, and nobody's are anybody else's.
    let colleague = wijk.admin.registers("Tineke").await;
    let of_partner = json!({ "partner": thea.partner });
    wijk.admin
        .gives(&colleague, "SIGNALLER", of_partner)
        .await
        .done();
    assert!(colleague.looks_up(&signal).await.is_none());
    for refused in [
        thea.triages(&signal).await,
        thea.resolves(&signal, "NO_LONGER_NEEDED").await,
        thea.refers(&signal, &recept).await,
    ] {
        refused.is_refused_as("FORBIDDEN");
    }
    colleague.triages(&signal).await.is_refused_as("NOT_FOUND");
    let open = thea.submits(cornelia(wijk.place("De Heul"))).await.done();
    thea.withdraws(&open).await.done();
}

/// How a field of this type is asked for, if it can be without arguments.
fn selected(field: &Value) -> Option<String> {
    let mandatory = field["args"].as_array().into_iter().flatten();
    if mandatory
        .filter(|argument| argument["type"]["kind"] == "NON_NULL")
        .any(|argument| argument["defaultValue"].is_null())
    {
        return None;
    }
    let name = field["name"].as_str()?;
    let mut inner = &field["type"];
    while inner["ofType"].is_object() {
        inner = &inner["ofType"];
    }
    let kind = inner["name"].as_str()?;
    Some(match inner["kind"].as_str()? {
        "OBJECT" if kind.ends_with("Connection") => format!("{name}(first: 5) {{ totalCount }}"),
        "OBJECT" | "INTERFACE" | "UNION" => format!("{name} {{ __typename }}"),
        _ => name.to_owned(),
    })
}

async fn fields_of(of: &str) -> Vec<(String, String)> {
    let types = types().await;
    let found = types.iter().find(|known| known["name"] == of);
    let fields = found.expect("it is in the schema")["fields"].as_array();
    let asked = |field: &Value| Some((field["name"].as_str()?.to_owned(), selected(field)?));
    fields.into_iter().flatten().filter_map(asked).collect()
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(of) => !of.is_empty(),
        Value::Object(of) if of.contains_key("totalCount") => of["totalCount"] != 0,
        _ => true,
    }
}

#[tokio::test]
async fn w2_every_field_of_the_schema_keeps_to_that() {
    let wijk = Wijk::begins().await;
    let initiative = wijk.initiative().await;
    let recept = wijk
        .partner("Welzijn op Recept", "OTHER", "PARTNER_STAFF", &[])
        .await;
    let thea = wijk
        .partner("Wijkverpleging", "HOME_CARE", "SIGNALLER", &[])
        .await;
    let local = wijk.volunteer("Heleen", &["De Heul"], json!({})).await;
    let heul = wijk.place("De Heul");
    let input = json!({
        "municipality": wijk.municipality.id, "neighbourhoods": [heul], "name": "Buurtteam",
        "contactName": "Wout", "contactPartner": recept.partner,
    });
    let team = wijk.wendy.founds_team(input).await.done();
    let who = json!({ "ambassador": local.ambassador });
    wijk.wendy.adds_to_team(&team, who).await.done();
    let held = json!({
        "for": { "team": team.id }, "kind": "TRAINING", "title": "Vorming",
        "ambassadors": [local.ambassador],
    });
    wijk.wendy.records_training(held).await.done();
    let signal = thea.submits(cornelia(heul)).await.done();
    local.submits(cornelia(heul)).await.done();
    let referral = runs_its_course(&wijk, &signal, &recept).await;

    // Of the signal: what she submitted, its status and its outcome.
    let (names, asked): (Vec<_>, Vec<_>) = fields_of("Signal").await.into_iter().unzip();
    let cohort = format!("inCohort(initiative: \"{}\")", initiative.id);
    let fields = format!("{} {cohort}", asked.join(" "));
    let seen = thea.sees(&signal, &fields).await.expect("it is hers");
    let told: BTreeSet<&str> = names
        .iter()
        .map(String::as_str)
        .chain(["inCohort"])
        .filter(|name| says_something(&seen[*name]))
        .collect();
    let hers = BTreeSet::from([
        // What she submitted, and in whose name.
        "kind",
        "category",
        "urgency",
        "title",
        "text",
        "inflowChannel",
        "municipality",
        "neighbourhood",
        "reporterPartner",
        // Where it stands.
        "status",
        "outcome",
        "overdue",
        "dueAt",
        "allowedActions",
        // The record itself.
        "id",
        "createdAt",
        "updatedAt",
        "version",
    ]);
    assert_eq!(told, hers, "{seen}");
    assert_eq!(seen["allowedActions"], json!(["REOPEN"]));

    // By their ids: nothing that lies behind it.
    let whom = wijk.wendy.sees(&signal, "resident { id }").await;
    let resident = Record::of(
        whom.expect("seen")["resident"]["id"]
            .as_str()
            .expect("an id"),
    );
    for behind in [&referral, &resident] {
        assert!(thea.sees(behind, "id").await.is_none());
    }
    let found = "query Found($place: ID!, $handler: ID!, $initiative: ID!) { \
        handled: signals(where: { handler: { eq: $handler } }) { totalCount } \
        cohort: signals(where: { cohort: { initiative: $initiative, eq: true } }) { totalCount } \
        hers: signals(where: { neighbourhood: { eq: $place } }) { totalCount } \
        neighbourhood(id: $place) { signals(first: 5) { totalCount } } }";
    let guessed = json!({
        "place": heul, "handler": recept.partner, "initiative": initiative.id,
    });
    let guessed = thea.asks(found, guessed).await;
    for (at, total) in [
        ("/handled", 0),
        ("/cohort", 0),
        ("/hers", 1),
        ("/neighbourhood/signals", 1),
    ] {
        let found = guessed.data(&format!("{at}/totalCount"));
        assert_eq!(found, total, "{at}");
    }

    // Every list that can be asked for: her signals and her own account, and otherwise no more than
    // anybody sees.
    for (name, asked) in fields_of("Query").await {
        if !asked.contains("totalCount") {
            continue;
        }
        let query = format!("{{ {asked} }}");
        let counted = async |who: &Person| {
            let answer = who.asks(&query, json!({})).await;
            let at = format!("/{name}/totalCount");
            answer.data_despite_errors(&at).as_i64().unwrap_or(0)
        };
        let (anybody, hers) = (counted(&wijk.town.passer_by()).await, counted(&thea).await);
        let more = i64::from(matches!(name.as_str(), "signals" | "users"));
        assert_eq!(hers - anybody, more, "{name}");
    }
}

#[tokio::test]
async fn w2_the_housing_corporation_takes_part_in_some_neighbourhoods_only() {
    let wijk = Wijk::begins().await;
    let only = ["Binnenstad", "De Heul"];
    let kind = "HOUSING_CORPORATION";
    let corporation = wijk
        .partner("Woningbouwstichting", kind, "PARTNER_STAFF", &only)
        .await;
    let need = |place: &str| Need::new("Niemand doet open", wijk.place(place));
    let story = Story::of(
        "W2b",
        "The housing corporation takes part in some neighbourhoods only",
    );
    let signal = story
        .step(
            "Its caretaker signals in De Heul",
            corporation.submits(need("De Heul")),
        )
        .await
        .done();
    story
        .step(
            "Not in Noorderwaard, where it has no houses",
            corporation.submits(need("Noorderwaard")),
        )
        .await
        .is_refused_as("FORBIDDEN");
    let elsewhere = wijk.wendy.submits(need("Noorderwaard")).await.done();
    story
        .step(
            "What comes from there isn't referred to it",
            wijk.wendy.refers(&elsewhere, &corporation),
        )
        .await
        .is_refused_at("INVALID", "toPartner");
    story
        .step(
            "What comes from De Heul can be",
            wijk.wendy.refers(&signal, &corporation),
        )
        .await
        .done();
    story.ends();
    assert!(corporation.looks_up(&elsewhere).await.is_none());
    let query = "query Partners($place: ID!) { neighbourhood(id: $place) { partners(first: 5) { nodes \
        { name } } } }";
    for place in ["Binnenstad", "De Heul", "Noorderwaard"] {
        let variables = json!({ "place": wijk.place(place) });
        let answer = wijk.town.passer_by().asks(query, variables).await;
        let found = answer.data("/neighbourhood/partners/nodes").as_array();
        let found = found.map_or(0, Vec::len);
        assert_eq!(found, usize::from(only.contains(&place)), "{place}");
    }
}

#[tokio::test]
async fn w11_the_general_practitioner_who_referred_gets_feedback() {
    let wijk = Wijk::begins().await;
    let recept = wijk
        .partner("Welzijn op Recept", "OTHER", "PARTNER_STAFF", &[])
        .await;
    let gijs = wijk
        .partner(
            "Huisartsenpraktijk",
            "GENERAL_PRACTICE",
            "PARTNER_STAFF",
            &[],
        )
        .await;
    let thea = wijk
        .partner("Huishoudelijke hulp", "HOME_CARE", "SIGNALLER", &[])
        .await;
    let need = cornelia(wijk.place("De Heul")).with("title", "Komt elke week zonder klacht");
    let story = Story::of(
        "W11",
        "A general practitioner refers somebody, and gets feedback",
    );
    let signal = story
        .step("Gijs, the doctor, submits", gijs.submits(need))
        .await
        .done();
    story
        .step(
            "The coordinator leaves it with his practice, which may know her name for that",
            wijk.wendy
                .triages_as(&signal, handled_by(&gijs, "PUBLIC_TASK", &["NAME"])),
        )
        .await
        .done();
    let whom = wijk.wendy.sees(&signal, "resident { id }").await;
    let consent = json!({
        "resident": whom.expect("seen")["resident"]["id"], "kind": "SHARE_WITH_PARTNER",
        "partner": recept.partner, "method": "ORAL",
    });
    let consented = wijk.wendy.does("consentRecord", "consent", "id", consent);
    consented.await.done();
    let request = Request::to(&recept)
        .on("CONSENT", &["NAME"])
        .with("reason", "Wil weer onder de mensen");
    let referral = story
        .step(
            "He refers her to Welzijn op Recept, as she agreed",
            gijs.refers_by(&signal, request),
        )
        .await
        .done();
    recept.accepts(&referral).await.done();
    recept.completes(&referral, "GOT_HELP").await.done();
    let gives = async |who: &Person, giver: &str| {
        let input = json!({
            "referral": referral.id, "giver": giver, "score": 5,
            "text": "Ze biljart nu elke donderdag.",
        });
        who.does("feedbackGive", "feedback", "id giver score", input)
            .await
    };
    story
        .step(
            "When she has found her way, Welzijn op Recept gives feedback",
            gives(&recept, "PARTNER"),
        )
        .await
        .done();
    wijk.wendy.resolves(&signal, "JOINED_ACTIVITY").await.done();
    let query = "query Ended($id: ID!) { referral(id: $id) { status outcome signal { status outcome } \
        feedback(first: 5) { nodes { giver score text partner { name } } } } }";
    let heard = story
        .step(
            "Gijs hears how it went",
            gijs.asks(query, json!({ "id": referral.id })),
        )
        .await;
    story.ends();
    assert_eq!(
        *heard.data("/referral"),
        json!({
            "status": "COMPLETED", "outcome": "GOT_HELP",
            "signal": { "status": "RESOLVED", "outcome": "JOINED_ACTIVITY" },
            "feedback": { "nodes": [{
                "giver": "PARTNER", "score": 5, "text": "Ze biljart nu elke donderdag.",
                "partner": { "name": "Welzijn op Recept" },
            }] },
        })
    );
    // Who had no part in it hears nothing, and the doctor gives no feedback in another's name twice.
    assert!(thea.sees(&referral, "id").await.is_none());
    gives(&thea, "PARTNER").await.is_refused_as("NOT_FOUND");
    gives(&recept, "PARTNER")
        .await
        .is_refused_as("ALREADY_EXISTS");
}
