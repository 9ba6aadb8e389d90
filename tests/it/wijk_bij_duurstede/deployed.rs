//! W7: volunteers who work for the whole municipality are deployed in one neighbourhood for a time.
//! They see and do there what its own volunteers do: there, then, and no more.

use std::time::Duration;

use nabij_tests::{Need, Person, Record, Story};
use serde_json::{Value, json};

use super::Wijk;

const DAY: Duration = Duration::from_hours(24);

/// What is seen of a team's inside.
const INSIDE: &str = "contactName members(first: 9) { totalCount }";

#[tokio::test]
async fn w7_a_visitor_of_zonnebloem_is_deployed_in_de_heul_for_a_month() {
    let wijk = Wijk::begins().await;
    let kind = "VOLUNTEER_ORGANISATION";
    let zoe = wijk
        .partner("Zonnebloem", kind, "PARTNER_COORDINATOR", &[])
        .await;
    let of_pool = json!({ "poolPartner": zoe.partner, "publicProfile": true, "roles": ["BUDDY"] });
    let vera = wijk.volunteer("Vera", &[], of_pool).await;
    let other = wijk.volunteer("Otto", &["Noorderwaard"], json!({})).await;
    let local = wijk.volunteer("Heleen", &["De Heul"], json!({})).await;
    let team = async |place: &str| {
        let input = json!({
            "municipality": wijk.municipality.id, "neighbourhoods": [wijk.place(place)],
            "name": format!("Buurtteam {place}"), "contactName": "Wout",
            "contactPartner": zoe.partner,
        });
        let team = wijk.wendy.founds_team(input).await.done();
        let who = json!({ "ambassador": local.ambassador });
        wijk.wendy.adds_to_team(&team, who).await.done();
        team
    };
    let (heul, centre) = (team("De Heul").await, team("Binnenstad").await);
    let need = |place: &str| {
        Need::new("De gordijnen blijven dicht", wijk.place(place)).with("category", "LONELINESS")
    };
    let seen = async |who: &Person, team: &Record| who.sees(team, INSIDE).await.expect("public");
    let (nothing, inside) = (
        json!({ "contactName": null, "members": { "totalCount": 0 } }),
        json!({ "contactName": "Wout", "members": { "totalCount": 1 } }),
    );
    let found_in = async |place: &str| {
        let query = "query Whose($place: ID!) { ambassadors(where: { neighbourhood: { eq: $place } }) \
            { nodes { displayName } } }";
        let passer_by = wijk.town.passer_by();
        let place = json!({ "place": wijk.place(place) });
        let answer = passer_by.asks(query, place).await;
        answer.data("/ambassadors/nodes").clone()
    };

    let story = Story::of(
        "W7",
        "A volunteer of the whole municipality is deployed in one neighbourhood for a month",
    );
    story
        .step(
            "Vera, who visits people for Zonnebloem, has no neighbourhood of her own",
            vera.submits(need("De Heul")),
        )
        .await
        .is_refused_as("FORBIDDEN");
    let month = json!({ "startsAt": "2026-03-03T09:00:00Z", "endsAt": "2026-04-03T09:00:00Z" });
    let deployment = story
        .step(
            "The coordinator deploys her in De Heul from tomorrow on",
            wijk.wendy
                .deploys(&vera, wijk.place("De Heul"), month.clone()),
        )
        .await
        .done();
    assert_eq!(deployment.at("/current"), &json!(false));
    assert_eq!(deployment.at("/allowedActions"), &json!(["END"]));
    story
        .step("Today that changes nothing", vera.submits(need("De Heul")))
        .await
        .is_refused_as("FORBIDDEN");
    assert_eq!(seen(&vera, &heul).await, nothing);
    assert_eq!(found_in("De Heul").await, json!([]));

    wijk.town.wait(DAY);
    let signal = story
        .step(
            "Tomorrow she takes up what she notices there",
            vera.submits(need("De Heul")),
        )
        .await
        .done();
    story
        .step("But nowhere else", vera.submits(need("Binnenstad")))
        .await
        .is_refused_as("FORBIDDEN");
    assert_eq!(seen(&vera, &heul).await, inside);
    assert_eq!(seen(&vera, &centre).await, nothing);
    assert_eq!(seen(&other, &heul).await, nothing);
    assert_eq!(
        found_in("De Heul").await,
        json!([{ "displayName": "Vera" }])
    );
    assert_eq!(found_in("Binnenstad").await, json!([]));
    let query = "query Here($place: ID!) { neighbourhood(id: $place) { deployments(first: 5) { \
        nodes { current ambassador { displayName } endsAt } } } }";
    let here = story
        .step(
            "Anybody can see that she is at work in De Heul",
            wijk.town
                .passer_by()
                .asks(query, json!({ "place": wijk.place("De Heul") })),
        )
        .await;
    assert_eq!(
        *here.data("/neighbourhood/deployments/nodes"),
        json!([{ "current": true, "ambassador": { "displayName": "Vera" },
            "endsAt": "2026-04-03T09:00:00Z" }])
    );

    wijk.town.wait(DAY * 31);
    story
        .step(
            "When the month is over, De Heul is no longer hers",
            vera.submits(need("De Heul")),
        )
        .await
        .is_refused_as("FORBIDDEN");
    let noticed = story
        .step(
            "What she noticed then stays hers to follow",
            vera.looks_up(&signal),
        )
        .await;
    story.ends();
    assert_eq!(noticed.expect("she submitted it").status(), "SUBMITTED");
    assert_eq!(seen(&vera, &heul).await, nothing);
    assert_eq!(found_in("De Heul").await, json!([]));
}

#[tokio::test]
async fn w7_who_may_be_deployed_where_and_when() {
    let wijk = Wijk::begins().await;
    let vera = wijk.volunteer("Vera", &[], json!({})).await;
    let local = wijk.volunteer("Heleen", &["De Heul"], json!({})).await;
    let everywhere = json!({ "wholeMunicipality": true, "neighbourhoods": null });
    let everywhere = wijk.volunteer("Wies", &[], everywhere).await;
    let (heul, centre) = (wijk.place("De Heul"), wijk.place("Binnenstad"));
    let of_heul = wijk.admin.registers("Coordinator in De Heul").await;
    wijk.admin
        .gives(&of_heul, "COORDINATOR", json!({ "neighbourhood": heul }))
        .await
        .done();

    // It is for the place's coordinator, who must know the volunteer.
    for (who, refusal) in [
        (&vera, "FORBIDDEN"),
        (&of_heul, "NOT_FOUND"),
        (&wijk.town.passer_by(), "UNAUTHENTICATED"),
    ] {
        let refused = who.deploys(&vera, heul, json!({})).await;
        match refusal {
            "NOT_FOUND" => refused.is_refused_at(refusal, "ambassador"),
            _ => refused.is_refused_as(refusal),
        }
    }
    let at = |starts: &str, ends: &str| json!({ "startsAt": starts, "endsAt": ends });
    for period in [
        at("2026-03-05T09:00:00Z", "2026-03-05T09:00:00Z"),
        at("2026-02-01T09:00:00Z", "2026-03-01T09:00:00Z"),
    ] {
        let refused = wijk.wendy.deploys(&vera, heul, period).await;
        refused.is_refused_at("OUT_OF_RANGE", "endsAt");
    }
    let own = wijk.wendy.deploys(&local, heul, json!({})).await;
    own.is_refused_at("ALREADY_EXISTS", "neighbourhood");
    let known = wijk.wendy.deploys(&everywhere, heul, json!({})).await;
    known.done();
    let deployed = wijk.wendy.deploys(&vera, heul, json!({})).await.done();
    let again = wijk.wendy.deploys(&vera, heul, json!({})).await;
    again.is_refused_at("ALREADY_EXISTS", "neighbourhood");
    wijk.wendy.deploys(&vera, centre, json!({})).await.done();
    // Now the coordinator in De Heul knows her, and may end it there and nowhere else.
    assert!(
        of_heul
            .sees(&Record::of(&*vera.ambassador), "id")
            .await
            .is_some()
    );
    let need = || Need::new("Alleen aan tafel", heul);
    vera.submits(need()).await.done();
    vera.ends_deployment(&deployed)
        .await
        .is_refused_as("FORBIDDEN");
    let stale = json!({ "expectedVersion": 7 });
    of_heul
        .takes("End", &deployed, stale)
        .await
        .is_refused_as("CONFLICT");
    of_heul.ends_deployment(&deployed).await.done();
    of_heul
        .ends_deployment(&deployed)
        .await
        .is_refused_as("INVALID");
    vera.submits(need()).await.is_refused_as("FORBIDDEN");
    vera.submits(Need::new("Alleen aan tafel", centre))
        .await
        .done();

    // A volunteer on a break is deployed nowhere, and has no sight where she is deployed.
    let record = Record::of(&*vera.ambassador);
    wijk.wendy.takes("Pause", &record, json!({})).await.done();
    let paused: Value = json!({});
    wijk.wendy
        .deploys(&vera, heul, paused)
        .await
        .is_refused_at("INVALID", "ambassador");
    vera.submits(Need::new("Alleen aan tafel", centre))
        .await
        .is_refused_as("FORBIDDEN");
}
