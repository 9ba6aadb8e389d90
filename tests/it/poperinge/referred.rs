//! Somebody is referred to an activity: not to a desk, but to the long table.

use nabij_tests::{Gathering, Request};
use serde_json::json;

use super::{DAY, Poperinge};

#[tokio::test]
async fn somebody_is_referred_to_an_activity() {
    let poperinge = Poperinge::begins().await;
    let (bram, petra, nele) = (&poperinge.bram, &poperinge.petra, &poperinge.nele);
    let table = bram
        .proposes(poperinge.long_table("Bloemenbuurt").published())
        .await
        .done();
    let need = nabij_tests::Need::new(
        "Knows nobody in the street",
        poperinge.place("Bloemenbuurt"),
    )
    .with("category", "LONELINESS");
    let signal = nele.submits(need).await.done();
    let to_table = |id: &str| Request::to(bram).with("activity", id);

    // Only what that partner organises, what is published, and what is still to come.
    let residents =
        Gathering::new("Tea", poperinge.place("Bloemenbuurt"), poperinge.in_days(2)).published();
    let residents = nele.proposes(residents).await.done();
    petra
        .refers_by(&signal, to_table(&residents.id))
        .await
        .is_refused_at("INVALID", "activity");
    let proposed = bram
        .proposes(poperinge.long_table("Bloemenbuurt"))
        .await
        .done();
    petra
        .refers_by(&signal, to_table(&proposed.id))
        .await
        .is_refused_at("INVALID", "activity");
    petra
        .refers_by(&signal, to_table(&signal.id))
        .await
        .is_refused_at("INVALID_ID", "activity");

    let referral = petra.refers_by(&signal, to_table(&table.id)).await.done();
    let fields = "status activity { title startsAt }";
    let seen = bram.sees(&referral, fields).await.expect("it is theirs");
    assert_eq!(seen["activity"]["title"], "A long table in the street");
    let query = "query To($where: ReferralWhere) { referrals(where: $where) { totalCount } }";
    let only = json!({ "where": { "activity": { "eq": table.id } } });
    let found = bram.asks(query, only).await;
    assert_eq!(found.data("/referrals/totalCount"), 1);
    bram.accepts(&referral).await.done();
    bram.starts(&referral).await.done();
    poperinge.town.wait(8 * DAY);
    bram.completes(&referral, "GOT_HELP").await.done();
    let resolved = petra.resolves(&signal, "JOINED_ACTIVITY").await.done();
    assert_eq!(resolved.status(), "RESOLVED");

    // It is over now.
    let other = nele.signals("Nobody to talk to", "NORMAL").await.done();
    petra
        .refers_by(&other, to_table(&table.id))
        .await
        .is_refused_at("INVALID", "activity");
}
