//! W3: a signal leads to a conversation, and the conversation is made to measure: a buddy, Welzijn op
//! Recept, an activity that is there already, or a new one.

use chrono::TimeDelta;
use nabij_tests::{Gathering, Need, Person, Record, Request, Story};
use serde_json::{Value, json};

use super::Wijk;

/// Somebody who is lonely, noticed by a volunteer; the conversation that follows.
struct Talk {
    wijk: Wijk,
    local: Person,
    signal: Record,
    resident: Value,
}

impl Talk {
    async fn begins() -> Self {
        let wijk = Wijk::begins().await;
        let local = wijk.volunteer("Heleen", &["De Heul"], json!({})).await;
        let hendrik = json!({ "new": {
            "givenName": "Hendrik", "familyName": "Fictief", "birthYear": 1940,
        } });
        let need = Need::new("Zit de hele dag voor het raam", wijk.place("De Heul"))
            .with("category", "LONELINESS")
            .with("resident", hendrik);
        let signal = local.submits(need).await.done();
        let seen = wijk.wendy.sees(&signal, "resident { id }").await;
        let resident = seen.expect("seen")["resident"]["id"].clone();
        Self {
            wijk,
            local,
            signal,
            resident,
        }
    }

    async fn talks(&self, who: &Person, note: &str) -> nabij_tests::Answer {
        let spoken = json!({
            "on": { "signal": self.signal.id }, "kind": "CONVERSATION", "outcome": "REACHED",
            "note": note,
        });
        who.does(
            "contactMomentRecord",
            "contactMoment",
            "id kind outcome",
            spoken,
        )
        .await
    }

    async fn consents(&self, to: &Person) {
        let given = json!({
            "resident": self.resident, "kind": "SHARE_WITH_PARTNER", "partner": to.partner,
            "method": "ORAL",
        });
        let recorded = self
            .wijk
            .wendy
            .does("consentRecord", "consent", "id", given);
        recorded.await.done();
    }
}

#[tokio::test]
async fn w3_the_conversation_leads_to_a_buddy() {
    let talk = Talk::begins().await;
    let (wijk, local) = (&talk.wijk, &talk.local);
    let kind = "VOLUNTEER_ORGANISATION";
    let zoe = wijk
        .partner("Zonnebloem", kind, "PARTNER_COORDINATOR", &[])
        .await;
    let story = Story::of(
        "W3",
        "A signal leads to a conversation, and that to a buddy",
    );
    story
        .step(
            "Heleen goes and talks with Hendrik",
            talk.talks(local, "Wil graag weer eens wandelen, niet alleen."),
        )
        .await
        .done();
    talk.consents(&zoe).await;
    let request = Request::to(&zoe)
        .on("CONSENT", &["NAME", "PHONE"])
        .with("reason", "Zoekt een maatje om mee te wandelen");
    let referral = story
        .step(
            "The coordinator refers him to Zonnebloem, as he agreed",
            wijk.wendy.refers_by(&talk.signal, request),
        )
        .await
        .done();
    story
        .step("Zonnebloem takes it on", zoe.accepts(&referral))
        .await
        .done();
    story
        .step(
            "A buddy comes by every week",
            zoe.completes(&referral, "GOT_HELP"),
        )
        .await
        .done();
    story
        .step(
            "The coordinator closes it",
            wijk.wendy.resolves(&talk.signal, "BUDDY_FOUND"),
        )
        .await
        .done();
    let query = "query Ended($id: ID!) { signal(id: $id) { status outcome } }";
    let heard = story
        .step(
            "Heleen hears how it ended",
            local.asks(query, json!({ "id": talk.signal.id })),
        )
        .await;
    story.ends();
    assert_eq!(
        *heard.data("/signal"),
        json!({ "status": "RESOLVED", "outcome": "BUDDY_FOUND" })
    );
}

#[tokio::test]
async fn w3_the_conversation_leads_to_social_prescribing_and_without_consent_nowhere() {
    let talk = Talk::begins().await;
    let (wijk, local) = (&talk.wijk, &talk.local);
    let recept = wijk
        .partner("Welzijn op Recept", "OTHER", "PARTNER_STAFF", &[])
        .await;
    // What was said is for those whose case it is.
    recept
        .sees(&talk.signal, "id")
        .await
        .ok_or(())
        .expect_err("it isn't theirs yet");
    talk.talks(&recept, "Ik bel even")
        .await
        .is_refused_as("NOT_FOUND");
    talk.talks(local, "Weet zelf nog niet wat hij wil.")
        .await
        .done();
    let request = Request::to(&recept).on("CONSENT", &["NAME"]);
    wijk.wendy
        .refers_by(&talk.signal, request.clone())
        .await
        .is_refused_at("BASIS_REQUIRED", "basis");
    talk.consents(&recept).await;
    let story = Story::of(
        "W3b",
        "Or to Welzijn op Recept, where somebody looks further with him",
    );
    let referral = story
        .step(
            "The coordinator refers him to Welzijn op Recept",
            wijk.wendy.refers_by(&talk.signal, request),
        )
        .await
        .done();
    story
        .step("It takes him on", recept.accepts(&referral))
        .await
        .done();
    let spoken = json!({
        "on": { "referral": referral.id }, "kind": "VISIT", "outcome": "REACHED",
        "note": "Gaat donderdag kijken bij de biljartclub.",
    });
    story
        .step(
            "And visits him",
            recept.does("contactMomentRecord", "contactMoment", "id kind", spoken),
        )
        .await
        .done();
    story
        .step(
            "He has found his way",
            recept.completes(&referral, "GOT_HELP"),
        )
        .await
        .done();
    story.ends();
    let notes = "contactMoments(first: 5) { nodes { note } }";
    let hers = local.sees(&talk.signal, notes).await.expect("hers");
    let told = hers.to_string();
    assert!(!told.contains("biljartclub"), "{told}");
    assert!(told.contains("Weet zelf nog niet"), "{told}");
}

#[tokio::test]
async fn w3_the_conversation_leads_to_an_activity_that_is_there_or_to_a_new_one() {
    let talk = Talk::begins().await;
    let (wijk, local) = (&talk.wijk, &talk.local);
    let club = wijk
        .partner("Biljartclub", "SPORTS_CLUB", "PARTNER_STAFF", &[])
        .await;
    let heul = wijk.place("De Heul");
    let in_days = |days: i64| wijk.town.now() + TimeDelta::days(days);
    let evening = Gathering::new("Biljarten voor beginners", heul, in_days(3))
        .with("targetGroups", json!(["OLDER_PEOPLE"]))
        .published();
    club.proposes(evening).await.done();
    talk.talks(local, "Heeft vroeger veel gebiljart.")
        .await
        .done();
    let story = Story::of(
        "W3c",
        "Or to an activity that is there already, or to a new one",
    );
    let query = "query There($from: DateTime!, $until: DateTime!, $where: CalendarWhere) { \
        calendar(from: $from, until: $until, where: $where) { nodes { startsAt activity { id title } \
        } } }";
    let looked = json!({
        "from": nabij_tests::written(wijk.town.now()), "until": nabij_tests::written(in_days(14)),
        "where": { "neighbourhood": { "eq": heul }, "targetGroup": { "eq": "OLDER_PEOPLE" } },
    });
    let there = story
        .step(
            "Heleen looks what there is for older people in De Heul",
            local.asks(query, looked),
        )
        .await;
    let activity = there.data("/calendar/nodes/0/activity/id").clone();
    let request = Request::to(&club)
        .with("activity", activity)
        .with("reason", "Komt graag biljarten");
    let request = request.on("PUBLIC_TASK", &["NAME"]);
    let referral = story
        .step(
            "The coordinator refers Hendrik to the billiards evening",
            wijk.wendy.refers_by(&talk.signal, request),
        )
        .await
        .done();
    story
        .step("The club expects him", club.accepts(&referral))
        .await
        .done();
    wijk.town.wait(std::time::Duration::from_hours(24 * 4));
    story
        .step("He came", club.completes(&referral, "GOT_HELP"))
        .await
        .done();
    story
        .step(
            "The coordinator closes it",
            wijk.wendy.resolves(&talk.signal, "JOINED_ACTIVITY"),
        )
        .await
        .done();

    // For his neighbour there is nothing yet: something new is set up.
    let next = Need::new("Eet altijd alleen", heul).with("category", "LONELINESS");
    let signal = local.submits(next).await.done();
    let table = Gathering::new(
        "Samen eten in De Heul",
        heul,
        wijk.town.now() + TimeDelta::days(7),
    );
    let table = story
        .step(
            "For his neighbour there is nothing yet: the club sets something up",
            club.proposes(table.published()),
        )
        .await
        .done();
    assert_eq!(table.status(), "CONFIRMED");
    story
        .step(
            "And the coordinator closes that with it",
            wijk.wendy.resolves(&signal, "INITIATIVE_STARTED"),
        )
        .await
        .done();
    story.ends();
}
