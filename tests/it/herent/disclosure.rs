//! What is told to whom: the heart of it. Nobody of the pool sees anything of the person behind a
//! call-out; the one who is selected does, and each look at the contact details is written down (stories H4 to H6; GDPR
//! articles 5(1)(c), 5(2) and 25).

use nabij_entity::{access_log, ambassador};
use nabij_tests::{Appeal, Person, Record, Request};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::{Herent, WEDNESDAY, sees_whom, tells_nothing_of_her};

/// Everything that a volunteer could ask of a call-out, by every way there is.
async fn asks_everything(person: &Person, call_out: &Record) -> Vec<(String, String)> {
    let whom = "id givenName familyName birthYear notes contact(purpose: EMERGENCY) { phone email \
        address }";
    let case = format!(
        "id title text details statusNote resident {{ {whom} }} signal {{ id title text }} \
         referral {{ id reason resident {{ {whom} }} }} selectedOffer {{ id ambassador {{ \
         displayName }} }} history(first: 2) {{ nodes {{ kind actorRole }} }} offers(first: 2) {{ nodes {{ id note \
         callOut {{ resident {{ {whom} }} }} }} }} feedback(first: 2) {{ nodes {{ text }} }}"
    );
    let queries = [
        format!("{{ callOut(id: \"{}\") {{ {case} }} }}", call_out.id),
        format!(
            "{{ node(id: \"{}\") {{ ... on CallOut {{ {case} }} }} }}",
            call_out.id
        ),
        format!("{{ callOuts(first: 5) {{ nodes {{ {case} }} }} }}"),
        format!("{{ residents(first: 5) {{ totalCount nodes {{ {whom} }} }} }}"),
        "{ signals { totalCount nodes { id title text } } }".to_owned(),
        "{ referrals { totalCount nodes { id reason } } }".to_owned(),
        format!(
            "{{ ambassador(id: \"{}\") {{ offers(first: 5) {{ nodes {{ callOut {{ {case} }} }} }} }} }}",
            person.ambassador
        ),
        format!(
            "{{ partners(first: 5) {{ nodes {{ pool(first: 3) {{ nodes {{ displayName offers(first: 3) \
             {{ nodes {{ callOut {{ \
             resident {{ {whom} }} }} }} }} }} }} }} }} }}"
        ),
    ];
    let mut answers = Vec::new();
    for query in queries {
        let answer = person.asks(&query, json!({})).await;
        assert!(answer.errors().is_empty(), "{}", answer.text());
        answers.push((query, answer.text().to_owned()));
    }
    answers
}

async fn finds_nothing_of_her(person: &Person, call_out: &Record) {
    for (_, answer) in asks_everything(person, call_out).await {
        tells_nothing_of_her(&answer);
    }
}

/// Who read what of her, less that she said help is welcome: who writes that down is shown it.
async fn reads_logged(herent: &Herent) -> Vec<access_log::Model> {
    let all = access_log::Entity::find()
        .filter(access_log::Column::Fields.ne("CONSENT"))
        .all(herent.town.beneath())
        .await;
    all.expect("the log can be read")
}

#[tokio::test]
async fn the_pool_learns_nothing_before_during_and_after() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let (lotte, sam, nora) = (
        herent.volunteer("Lotte").await,
        herent.volunteer("Sam").await,
        herent.volunteer("Nora").await,
    );
    let (_, referral) = herent.chore().await;
    let appeal = Appeal::until(WEDNESDAY).with("details", "Ring at the back, says Godelieve");
    let call_out = jef.calls_out(&referral, appeal).await.done();
    for volunteer in [&lotte, &sam, &nora] {
        finds_nothing_of_her(volunteer, &call_out).await;
    }
    let hers = lotte.offers_to_help(&call_out).await.done();
    sam.offers_to_help(&call_out).await.done();
    for volunteer in [&lotte, &sam, &nora] {
        finds_nothing_of_her(volunteer, &call_out).await;
    }
    herent.is_welcome(&referral).await;
    assert!(
        reads_logged(&herent).await.is_empty(),
        "nobody read anything"
    );

    jef.selects(&hers).await.done();
    for volunteer in [&sam, &nora] {
        finds_nothing_of_her(volunteer, &call_out).await;
    }
    // Sam sees that somebody was found, and not who; Nora, who didn't offer, doesn't see it at all.
    let filled = sam
        .sees(
            &call_out,
            "status selectedOffer { id } offers { totalCount }",
        )
        .await
        .expect("he answered it");
    assert_eq!(
        filled,
        json!({ "status": "FILLED", "selectedOffer": null, "offers": { "totalCount": 1 } })
    );
    assert!(nora.looks_up(&call_out).await.is_none());
    assert!(reads_logged(&herent).await.is_empty());

    // Lotte reads, and each read of a name, a contact detail or what she needs to know is entered.
    assert_eq!(
        lotte.sees(&call_out, "details").await.expect("hers")["details"],
        "Ring at the back, says Godelieve"
    );
    let whom = sees_whom(&lotte, &call_out).await;
    assert_eq!(
        whom,
        json!({
            "givenName": "Godelieve", "familyName": "Van den Broeck",
            "birthYear": null, "notes": null, "languages": [], "targetGroups": [],
            "contact": {
                "phone": "+32475123456", "email": null, "address": "Sint-Janstraat 5, 3020 Herent",
            },
            "withheld": [
                { "field": "BIRTH_YEAR" }, { "field": "LANGUAGES" }, { "field": "NOTES" },
                { "field": "TARGET_GROUPS" }, { "field": "EMAIL" },
            ],
        })
    );
    sees_whom(&lotte, &call_out).await;
    let log = reads_logged(&herent).await;
    assert_eq!(log.len(), 3, "an entry for each read");
    let mut fields: Vec<&str> = log.iter().map(|entry| entry.fields.as_str()).collect();
    fields.sort_unstable();
    let (details, whom) = ("HELP_TEXT", "NAME,PHONE,ADDRESS");
    assert_eq!(fields, [details, whom, whom]);
    for entry in &log {
        assert_eq!(entry.purpose, access_log::AccessPurpose::ReferralExecution);
        let user = nabij_api::ids::type_id(nabij_api::store::Kind::User, entry.user_id);
        assert_eq!(user, lotte.user);
    }
    // She sees the person, and neither the signal nor the referral.
    let beyond = "signal { id } referral { id } history { totalCount } resident { signals { \
        totalCount } consents { totalCount } }";
    let seen = lotte.sees(&call_out, beyond).await.expect("hers");
    assert_eq!(
        seen,
        json!({
            "signal": null, "referral": null, "history": { "totalCount": 0 },
            "resident": { "signals": { "totalCount": 0 }, "consents": { "totalCount": 0 } },
        })
    );

    // When it is done, it is done for her too.
    jef.completes(&referral, "GOT_HELP").await.done();
    for volunteer in [&lotte, &sam, &nora] {
        finds_nothing_of_her(volunteer, &call_out).await;
    }
    assert_eq!(reads_logged(&herent).await.len(), 3);
    let closed = dora.sees(&call_out, "status endCause").await.expect("seen");
    assert_eq!(
        closed,
        json!({ "status": "FILLED", "endCause": "REFERRAL_ENDED" })
    );
}

#[tokio::test]
async fn the_details_are_locked_by_whatever_ends_the_reason() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let lotte = herent.volunteer("Lotte").await;
    let record = Record::of(&*lotte.ambassador);
    let (_, _, call_out) = herent.called().await;
    let offer = lotte.offers_to_help(&call_out).await.done();
    jef.selects(&offer).await.done();
    assert!(!sees_whom(&lotte, &call_out).await.is_null());

    // A break; and back again.
    dora.takes("Pause", &record, json!({})).await.done();
    finds_nothing_of_her(&lotte, &call_out).await;
    dora.takes("Activate", &record, json!({})).await.done();
    assert!(!sees_whom(&lotte, &call_out).await.is_null());

    // Out of the pool, or no helper any more.
    for change in [
        json!({ "poolPartner": null }),
        json!({ "roles": ["LISTENER"] }),
    ] {
        dora.takes("Update", &record, change).await.done();
        finds_nothing_of_her(&lotte, &call_out).await;
        let back = json!({ "poolPartner": jef.partner, "roles": ["HELPER"] });
        dora.takes("Update", &record, back).await.done();
        assert!(!sees_whom(&lotte, &call_out).await.is_null());
    }

    // Left for good.
    dora.takes("Leave", &record, json!({})).await.done();
    finds_nothing_of_her(&lotte, &call_out).await;
}

/// GDPR article 7(3): what the pool and the youth house wrote to each other closes too.
#[tokio::test]
async fn a_withdrawn_consent_locks_and_ends_the_call_out_at_once() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let lotte = herent.volunteer("Lotte").await;
    let signal = dora.submits(herent.pears()).await.done();
    let seen = dora.sees(&signal, "resident { id }").await.expect("hers");
    let consent = json!({
        "resident": seen["resident"]["id"], "kind": "SHARE_WITH_PARTNER", "partner": jef.partner,
        "method": "ORAL",
    });
    let consent = dora
        .does("consentRecord", "consent", "id", consent)
        .await
        .done();
    let request = Request::to(jef).on("CONSENT", &["NAME", "PHONE"]);
    let referral = dora.refers_by(&signal, request).await.done();
    let call_out = jef
        .calls_out(&referral, Appeal::until(WEDNESDAY))
        .await
        .done();
    let note = json!({ "note": "I know her from the choir" });
    let offer = lotte.offers_with(&call_out, note).await.done();
    herent.is_welcome(&referral).await;
    jef.selects(&offer).await.done();
    let said = async |person: &Person| person.sees(&offer, "status note").await;
    let told = json!({ "status": "SELECTED", "note": "I know her from the choir" });
    for person in [dora, jef, &lotte] {
        assert_eq!(said(person).await.as_ref(), Some(&told));
    }
    assert_eq!(sees_whom(&lotte, &call_out).await["givenName"], "Godelieve");
    let withdraw = json!({ "id": consent.id });
    dora.does("consentWithdraw", "consent", "id", withdraw)
        .await
        .done();
    finds_nothing_of_her(&lotte, &call_out).await;
    assert_eq!(said(jef).await, None);
    let hers = json!({ "status": "SELECTED", "note": null });
    assert_eq!(said(&lotte).await, Some(hers), "that she offered is hers");
    assert_eq!(said(dora).await, Some(told));
    let seen = dora.sees(&call_out, "status endCause").await.expect("seen");
    assert_eq!(
        seen,
        json!({ "status": "CANCELLED", "endCause": "REFERRAL_ENDED" })
    );
}

#[tokio::test]
async fn nobody_is_sent_who_is_not_active_briefed_and_there_to_help() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let (lotte, listener) = (
        herent.volunteer("Lotte").await,
        herent.volunteer_for("Luc", &jef.partner, "LISTENER").await,
    );
    let buddy = herent.volunteer_for("Bo", &jef.partner, "BUDDY").await;
    let (_, _, call_out) = herent.called().await;
    listener
        .offers_to_help(&call_out)
        .await
        .is_refused_as("FORBIDDEN");
    let may = |person: &Person| {
        let (person, call_out) = (person.clone(), call_out.clone());
        async move {
            person
                .looks_up(&call_out)
                .await
                .expect("of the pool")
                .fields["allowedActions"]
                .clone()
        }
    };
    assert_eq!(may(&listener).await, json!([]));
    assert_eq!(may(&lotte).await, json!(["OFFER"]));

    // The briefing counts when they offer and when they are selected, each by itself.
    let briefed = async |person: &Person, day: Option<chrono::NaiveDate>| {
        let id = nabij_api::ids::parse(nabij_api::store::Kind::Ambassador, &person.ambassador);
        let row = ambassador::ActiveModel {
            id: Set(id.expect("a volunteer")),
            briefed_on: Set(day),
            ..Default::default()
        };
        row.update(herent.town.beneath()).await.expect("arranged");
    };
    let today = Some(herent.town.now().date_naive());
    briefed(&lotte, None).await;
    lotte
        .offers_to_help(&call_out)
        .await
        .is_refused_as("FORBIDDEN");
    assert_eq!(may(&lotte).await, json!([]));
    briefed(&lotte, today).await;
    let offer = lotte.offers_to_help(&call_out).await.done();
    assert_eq!(may(&lotte).await, json!([]), "once is enough");
    briefed(&lotte, None).await;
    jef.selects(&offer).await.is_refused_at("INVALID", "id");
    briefed(&lotte, today).await;
    let record = Record::of(&*lotte.ambassador);
    dora.takes("Pause", &record, json!({})).await.done();
    jef.selects(&offer).await.is_refused_at("INVALID", "id");
    dora.takes("Activate", &record, json!({})).await.done();
    jef.declines(&offer).await.done();
    jef.selects(&offer)
        .await
        .is_refused_as("INVALID_TRANSITION");

    let offer = buddy.offers_to_help(&call_out).await.done();
    jef.selects(&offer).await.done();
    assert_eq!(sees_whom(&buddy, &call_out).await["givenName"], "Godelieve");
}

/// Not visible is not found: byte for byte what an id gets that never was.
#[tokio::test]
async fn another_pools_call_outs_and_offers_are_not_found() {
    let herent = Herent::begins().await;
    let lotte = herent.volunteer("Lotte").await;
    let outsider = herent
        .volunteer_for("Otto", &herent.hilde.partner, "HELPER")
        .await;
    let (_, _, call_out) = herent.called().await;
    let offer = lotte.offers_to_help(&call_out).await.done();
    let unknown = |record: &Record| {
        let other = if record.id.ends_with('0') { '1' } else { '0' };
        let (mut id, _) = record.id.split_at(record.id.len() - 1);
        let made = format!("{id}{other}");
        id = &made;
        Record::of(id)
    };
    for (mutation, name, record) in [
        ("offerMake", "callOut", &call_out),
        ("callOutClose", "id", &call_out),
        ("offerSelect", "id", &offer),
        ("offerDecline", "id", &offer),
        ("offerWithdraw", "id", &offer),
    ] {
        let shown = if mutation.starts_with("offer") {
            "offer"
        } else {
            "callOut"
        };
        let answer = async |id: &str| {
            let mut input = json!({});
            input[name] = Value::from(id);
            let answer = outsider.does(mutation, shown, "id", input).await;
            answer.is_refused_at("NOT_FOUND", name);
            answer.less_request_id()
        };
        assert_eq!(
            answer(&record.id).await,
            answer(&unknown(record).id).await,
            "{mutation}"
        );
    }
}
