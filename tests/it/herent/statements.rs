//! What the lists of call-outs cost: the same number of statements whatever the number of rows.

use nabij_tests::Person;
use serde_json::json;

use super::Herent;

const POOL: &str = "{ callOuts(first: 50, where: { status: { eq: OPEN } }) { totalCount nodes { id \
    title text deadline allowedActions neighbourhood { name } partner { poolName } resident { \
    givenName } offers(first: 5) { nodes { status } } } } }";
const CONTACT: &str = "{ callOuts(first: 50) { nodes { id title status allowedActions referral { \
    status resident { givenName } } selectedOffer { id ambassador { displayName } } \
    offers(first: 5) { nodes { status allowedActions ambassador { displayName } } } } } }";

#[tokio::test]
async fn lists_of_call_outs_cost_the_same_whatever_their_number() {
    let herent = Herent::begins().await;
    let (lotte, sam) = (
        herent.volunteer("Lotte").await,
        herent.volunteer("Sam").await,
    );
    let statements = async |person: &Person, query: &str, rows: usize| {
        // The first request of somebody reads their roles.
        let _ = person.asks(query, json!({})).await;
        let answer = person.asks(query, json!({})).await;
        let shown = answer
            .data("/callOuts/nodes")
            .as_array()
            .map_or(0, Vec::len);
        assert_eq!(shown, rows, "{}", answer.text());
        answer.statements()
    };
    let mut costs = Vec::new();
    for rows in [1, 5] {
        while {
            let query = "{ callOuts { totalCount } }";
            let answer = herent.jef.asks(query, json!({})).await;
            answer.data("/callOuts/totalCount").as_u64() < Some(rows)
        } {
            let (_, _, call_out) = herent.called().await;
            for volunteer in [&lotte, &sam] {
                volunteer.offers_to_help(&call_out).await.done();
            }
        }
        let rows = usize::try_from(rows).expect("a few");
        costs.push((
            statements(&lotte, POOL, rows).await,
            statements(&herent.jef, CONTACT, rows).await,
        ));
    }
    assert_eq!(costs[0], costs[1]);
    // Both ask for a name: begin, what is asked, the access log if anything was shown, commit.
    assert_eq!(costs[0], (5, 5));
}
