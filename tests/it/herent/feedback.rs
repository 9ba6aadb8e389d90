//! H7: how it went, from each side, and the closing.

use nabij_tests::{Person, Record, Story};
use serde_json::json;

use super::Herent;

#[tokio::test]
async fn h7_each_side_says_how_it_went_and_the_centre_closes() {
    let herent = Herent::begins().await;
    let (dora, jef) = (&herent.dora, &herent.jef);
    let (lotte, sam) = (
        herent.volunteer("Lotte").await,
        herent.volunteer("Sam").await,
    );
    let (signal, referral, call_out) = herent.called().await;
    let hers = lotte.offers_to_help(&call_out).await.done();
    sam.offers_to_help(&call_out).await.done();
    // Before it is over nobody judges.
    jef.judges(&referral, "PARTNER", (5, ""))
        .await
        .is_refused_at("INVALID", "referral");
    lotte
        .judges(&call_out, "VOLUNTEER", (5, ""))
        .await
        .is_refused_as("FORBIDDEN");
    jef.selects(&hers).await.done();
    lotte
        .judges(&call_out, "VOLUNTEER", (5, ""))
        .await
        .is_refused_at("INVALID", "callOut");
    let story = Story::of(
        "H7",
        "Done: the youth house, the volunteer and the person helped say how it went; the centre \
         closes",
    );
    dora.resolves(&signal, "HELPED_BY_VOLUNTEER")
        .await
        .is_refused_as("INVALID");
    story
        .step(
            "The youth house reports that it is done",
            jef.completes(&referral, "GOT_HELP"),
        )
        .await
        .done();
    story
        .step(
            "Lotte, who picked the pears, gives her feedback on the call-out",
            lotte.judges(
                &call_out,
                "VOLUNTEER",
                (5, "Three crates, and a pot of jam"),
            ),
        )
        .await
        .done();
    story
        .step(
            "The youth house gives its own on the referral",
            jef.judges(&referral, "PARTNER", (4, "Next year again")),
        )
        .await
        .done();
    story
        .step(
            "Dora rings the person who asked, and writes down what she says",
            dora.judges(
                &referral,
                "PERSON_HELPED",
                (5, "Such friendly young people"),
            ),
        )
        .await
        .done();
    let sides = "outcome feedback { nodes { giver score text ambassador { displayName } } } \
        callOuts { nodes { status closedAt } }";
    let seen = story
        .step("She reads what all sides say", dora.sees(&referral, sides))
        .await
        .expect("hers");
    let closed = story
        .step(
            "And closes the request",
            dora.resolves(&signal, "HELPED_BY_VOLUNTEER"),
        )
        .await
        .done();
    story.ends();
    assert_eq!(closed.status(), "RESOLVED");
    let givers: Vec<&str> = seen["feedback"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|feedback| feedback["giver"].as_str())
        .collect();
    assert_eq!(givers.len(), 3, "{seen}");
    assert_eq!(seen["callOuts"]["nodes"][0]["status"], "FILLED");

    nobody_judges_twice_or_for_another([&lotte, &sam], &referral, &call_out).await;
}

async fn nobody_judges_twice_or_for_another(
    [lotte, sam]: [&Person; 2],
    referral: &Record,
    call_out: &Record,
) {
    // Once each; the volunteer for herself, and nobody for her on the call-out.
    lotte
        .judges(call_out, "VOLUNTEER", (1, ""))
        .await
        .is_refused_at("ALREADY_EXISTS", "giver");
    lotte
        .judges(call_out, "PARTNER", (1, ""))
        .await
        .is_refused_at("INVALID", "giver");
    lotte
        .judges(referral, "VOLUNTEER", (1, ""))
        .await
        .is_refused_at("NOT_FOUND", "referral");
    sam.judges(call_out, "VOLUNTEER", (1, ""))
        .await
        .is_refused_as("FORBIDDEN");
    // Lotte sees her own feedback, and not what the others said.
    let own = lotte
        .sees(
            call_out,
            "feedback { nodes { giver text referral { id } } }",
        )
        .await
        .expect("hers");
    assert_eq!(
        own["feedback"]["nodes"],
        json!([{
            "giver": "VOLUNTEER", "text": "Three crates, and a pot of jam", "referral": null,
        }])
    );
    let neither = json!({ "giver": "VOLUNTEER", "score": 3 });
    lotte
        .does("feedbackGive", "feedback", "id", neither)
        .await
        .is_refused_at("REQUIRED", "referral");
    let both = json!({
        "giver": "VOLUNTEER", "score": 3, "referral": referral.id, "callOut": call_out.id,
    });
    lotte
        .does("feedbackGive", "feedback", "id", both)
        .await
        .is_refused_at("INVALID", "callOut");
}
