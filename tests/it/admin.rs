//! The admin client: the real one, over real HTTP, against the real service. What its parts do for
//! themselves is tested beside them in `admin-cli`.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    http::StatusCode,
    middleware::{Next, from_fn},
    response::IntoResponse,
};
use nabij_admin::Exit;
use nabij_tests::{Folder, Person, Served, Town};
use serde_json::{Value, json};

mod export;

/// The file that the documentation shows, and ships as an example.
const EXAMPLE: &str = include_str!("../../docs/examples/partner.toml");

/// A town whose service is at an address, and its administrator.
async fn open_town() -> (Town, Served, Person) {
    let town = Town::start().await;
    let served = town.served().await;
    let admin = town.admin().await;
    (town, served, admin)
}

/// The references of the partners somebody sees.
async fn partners(person: &Person, served: &Served, options: &[&str]) -> Vec<String> {
    let line = [&["partner", "list", "--output", "json"], options].concat();
    let listed = person.administers(&served.url, &line).await.json();
    let partners = listed["partners"].as_array().expect("a list").iter();
    partners
        .map(|partner| partner["reference"].as_str().expect("a text").to_owned())
        .collect()
}

fn subjects(onboarded: &Value, what: &str) -> Vec<String> {
    let changes = onboarded["changes"].as_array().expect("a list").iter();
    changes
        .filter(|change| change["what"] == what)
        .map(|change| change["subject"].as_str().expect("a text").to_owned())
        .collect()
}

#[tokio::test]
async fn a_partner_comes_on_board_from_one_file() {
    let (_town, served, admin) = open_town().await;
    let folder = Folder::default();
    let file = folder.file("partner.toml", EXAMPLE);
    let onboard = ["partner", "onboard", &file];

    let dry = admin
        .administers(&served.url, &[&onboard[..], &["--dry-run"]].concat())
        .await
        .done();
    assert!(dry.contains("Dry run: nothing was changed."), "{dry}");
    assert!(dry.contains("CREATE"), "{dry}");
    assert!(partners(&admin, &served, &[]).await.is_empty());

    let done = admin.administers(&served.url, &onboard).await.done();
    for line in [
        r#"CREATE  partner "zorgpunt-voorbeeld""#,
        r#"CREATE  service "thuiszorg""#,
        r#"CREATE  service "dagopvang""#,
    ] {
        let squeezed = done.split_whitespace().collect::<Vec<_>>().join(" ");
        let wanted = line.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(squeezed.contains(&wanted), "{done}");
    }
    assert!(
        done.contains("Zorgpunt Voorbeeld is ACTIVE (partner_"),
        "{done}"
    );

    let again = admin.administers(&served.url, &onboard).await.done();
    assert!(again.contains("Nothing to change"), "{again}");
    assert!(
        !again.contains("CREATE") && !again.contains("UPDATE"),
        "{again}"
    );
    assert_eq!(partners(&admin, &served, &[]).await, ["zorgpunt-voorbeeld"]);

    let query = "{ partners(first: 2) { nodes {
        name kind secrecy email phone website identifiers { scheme value }
        neighbourhoods(first: 10) { nodes { name } }
        services(first: 10) { nodes { reference name neighbourhoods(first: 10) { nodes { name } } } }
    } } }";
    let answer = admin.asks(query, json!({})).await;
    assert_eq!(
        *answer.data("/partners/nodes/0"),
        json!({
            "name": "Zorgpunt Voorbeeld",
            "kind": "PUBLIC_WELFARE_CENTRE",
            "secrecy": "PROFESSIONAL_SECRECY",
            "email": "info@zorgpunt-voorbeeld.example",
            "phone": "+3225550100",
            "website": "https://zorgpunt-voorbeeld.example",
            "identifiers": [{ "scheme": "KBO", "value": "0202239951" }],
            "neighbourhoods": { "nodes": names(&["Alsemberg", "Beersel", "Dworp", "Huizingen", "Lot"]) },
            "services": { "nodes": [
                {
                    "reference": "dagopvang",
                    "name": "Dagopvang",
                    "neighbourhoods": { "nodes": names(&["Alsemberg"]) },
                },
                {
                    "reference": "thuiszorg",
                    "name": "Hulp aan huis",
                    "neighbourhoods": {
                        "nodes": names(&["Alsemberg", "Beersel", "Dworp", "Huizingen", "Lot"]),
                    },
                },
            ] },
        })
    );
}

fn names(names: &[&str]) -> Value {
    names.iter().map(|name| json!({ "name": name })).collect()
}

#[tokio::test]
async fn a_changed_file_changes_what_differs() {
    let (town, served, admin) = open_town().await;
    let folder = Folder::default();
    let first = folder.file("first.toml", EXAMPLE);
    let line = ["partner", "onboard", &first, "--output", "json"];
    let onboarded = admin.administers(&served.url, &line).await.json();
    assert_eq!(onboarded["dryRun"], false);
    assert_eq!(onboarded["changed"], true);
    assert_eq!(onboarded["partner"]["status"], "ACTIVE");
    assert_eq!(subjects(&onboarded, "CREATE").len(), 3);

    // Another name, one service less, and a place by its id.
    let (kept, _) = EXAMPLE
        .rsplit_once("[[services]]")
        .expect("the example has services");
    let lot = format!("\"{}\"", town.neighbourhood("Lot"));
    let changed = kept
        .replace("name = \"Zorgpunt Voorbeeld\"", "name = \"Welfare centre\"")
        .replace("{ municipality = \"23003\", name = \"Lot\" }", &lot);
    let second = folder.file("second.toml", &changed);
    let line = ["partner", "onboard", &second, "--output", "json"];
    let onboarded = admin.administers(&served.url, &line).await.json();
    assert_eq!(
        onboarded["changes"],
        json!([
            { "what": "UPDATE", "subject": "partner \"zorgpunt-voorbeeld\": name" },
            { "what": "UNCHANGED", "subject": "service \"thuiszorg\"" },
            { "what": "DEACTIVATE", "subject": "service \"dagopvang\"" },
        ])
    );
    assert_eq!(onboarded["partner"]["name"], "Welfare centre");

    let onboarded = admin.administers(&served.url, &line).await.json();
    assert_eq!(onboarded["changed"], false);
}

#[tokio::test]
async fn a_file_that_is_not_right_is_told_by_its_line() {
    let (_town, served, admin) = open_town().await;
    let folder = Folder::default();
    let line_of = |text: &str, what: &str| {
        let found = text.lines().position(|line| line.contains(what));
        found.expect("the line is there") + 1
    };
    for (from, to, exit, says) in [
        // Seen before anything is sent.
        (
            "kind = \"PUBLIC",
            "kind = \"PUBIC",
            Exit::Usage,
            "write one of FAITH_COMMUNITY",
        ),
        (
            "website = ",
            "web_site = ",
            Exit::Usage,
            "unknown field `web_site`",
        ),
        // Found with the service's help.
        (
            "name = \"Dworp\"",
            "name = \"Dwrop\"",
            Exit::Usage,
            "Write one of: Alsemberg, Beersel, Dworp, Huizingen, Lot.",
        ),
        (
            "municipality = \"23003\", name = \"Lot\"",
            "municipality = \"99999\", name = \"Lot\"",
            Exit::Usage,
            "No municipality here has the code \"99999\".",
        ),
        // Refused by the service.
        (
            "0202.239.951",
            "0202.239.952",
            Exit::Refused,
            "A KBO number has ten digits",
        ),
        (
            "reference = \"dagopvang\"",
            "reference = \"Dag Opvang\"",
            Exit::Refused,
            "services.1.reference",
        ),
    ] {
        let text = EXAMPLE.replacen(from, to, 1);
        assert_ne!(text, EXAMPLE, "{from}");
        let file = folder.file("partner.toml", &text);
        let ran = admin
            .administers(&served.url, &["partner", "onboard", &file])
            .await;
        let told = ran.failed(exit);
        assert!(told.contains(says), "{told}");
        let line = format!("line {}", line_of(&text, to));
        assert!(told.contains(&line), "{line}: {told}");
        assert!(told.contains("what to do: "), "{told}");
        assert_eq!(
            told.contains("request id: "),
            exit == Exit::Refused,
            "{told}"
        );
    }
    let nowhere = folder.path("nowhere.toml");
    let ran = admin
        .administers(&served.url, &["partner", "onboard", &nowhere])
        .await;
    assert!(ran.failed(Exit::Usage).contains("nowhere.toml"));
    assert!(partners(&admin, &served, &[]).await.is_empty());
}

#[tokio::test]
async fn a_refusal_in_json_names_code_path_and_line() {
    let (_town, served, admin) = open_town().await;
    let folder = Folder::default();
    let text = EXAMPLE.replace("0202.239.951", "12");
    let file = folder.file("partner.toml", &text);
    let line = ["--output", "json", "partner", "onboard", &file];
    let told = admin
        .administers(&served.url, &line)
        .await
        .failed(Exit::Refused);
    let told: Value = serde_json::from_str(&told).expect("one object");
    let error = &told["error"];
    assert_eq!(error["exitCode"], 1);
    assert_eq!(error["kind"], "REFUSED");
    assert_eq!(error["details"][0]["code"], "INVALID");
    assert_eq!(error["details"][0]["path"], "identifiers.0.value");
    let number = text.lines().position(|line| line == "value = \"12\"");
    assert_eq!(
        error["details"][0]["line"],
        json!(number.map(|line| line + 1))
    );
    assert!(error["requestId"].is_string());
}

#[tokio::test]
async fn only_an_administrator_brings_partners_on_board() {
    let (town, served, _admin) = open_town().await;
    let folder = Folder::default();
    let file = folder.file("partner.toml", EXAMPLE);
    let onboard = ["partner", "onboard", &file];

    let coordinator = town.coordinator().await;
    let told = coordinator
        .administers(&served.url, &onboard)
        .await
        .failed(Exit::SignIn);
    assert!(told.contains("It takes the role ADMIN"), "{told}");
    assert!(told.contains("request id: "), "{told}");

    let told = town
        .passer_by()
        .administers(&served.url, &onboard)
        .await
        .failed(Exit::SignIn);
    assert!(told.contains("NABIJ_TOKEN"), "{told}");

    let stranger = town.stranger("nobody-in-particular");
    let told = stranger
        .administers(&served.url, &onboard)
        .await
        .failed(Exit::SignIn);
    assert!(told.contains("no active account"), "{told}");
    assert!(partners(&coordinator, &served, &[]).await.is_empty());
}

#[tokio::test]
async fn a_service_that_is_away_is_told_so() {
    let (town, mut served, admin) = open_town().await;
    served.stops().await;
    let told = admin
        .administers(&served.url, &["partner", "list"])
        .await
        .failed(Exit::Unavailable);
    assert!(told.contains("can't be reached"), "{told}");
    assert!(told.contains(&served.url), "{told}");

    let elsewhere = Served::with(Router::new().fallback(async || "Welcome!")).await;
    let told = admin
        .administers(&elsewhere.url, &["partner", "list"])
        .await
        .failed(Exit::Unexpected);
    assert!(told.contains("isn't a Nabij service"), "{told}");

    let busy = || async { StatusCode::SERVICE_UNAVAILABLE };
    let busy = Served::with(Router::new().fallback(busy)).await;
    let told = admin
        .administers(&busy.url, &["--output", "json", "partner", "list"])
        .await
        .failed(Exit::Unavailable);
    let told: Value = serde_json::from_str(&told).expect("one object");
    assert_eq!(told["error"]["kind"], "UNAVAILABLE");
    drop(town);
}

/// The service behind a line that loses one answer: that to the request of this number, from 1.
async fn with_a_lost_answer(town: &Town, number: usize) -> Served {
    let requests = Arc::new(AtomicUsize::new(0));
    let lossy = from_fn(move |request, next: Next| {
        let count = requests.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            let answer = next.run(request).await;
            if count == number {
                StatusCode::BAD_GATEWAY.into_response()
            } else {
                answer
            }
        }
    });
    Served::with(town.router().layer(lossy)).await
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_and_nothing_is_done_twice() {
    let (town, served, admin) = open_town().await;
    let folder = Folder::default();
    let file = folder.file("partner.toml", EXAMPLE);
    // Before the mutation: the municipality, and its neighbourhoods.
    let lossy = with_a_lost_answer(&town, 3).await;
    let onboard = ["partner", "onboard", &file];
    let done = admin.administers(&lossy.url, &onboard).await.done();
    assert!(done.contains("Done at an earlier attempt"), "{done}");
    assert!(done.contains("Zorgpunt Voorbeeld is ACTIVE"), "{done}");
    assert_eq!(partners(&admin, &served, &[]).await, ["zorgpunt-voorbeeld"]);

    let lossy = with_a_lost_answer(&town, 1).await;
    assert_eq!(partners(&admin, &lossy, &[]).await, ["zorgpunt-voorbeeld"]);
}

#[tokio::test]
async fn all_partners_are_listed_by_state_and_place() {
    let (town, served, admin) = open_town().await;
    // More than a page.
    for number in 0..101 {
        town.partner_in(&format!("Partner {number:03}"), &["Lot"])
            .await;
    }
    town.partner_in("Of Herent", &["Herent"]).await;
    let folder = Folder::default();
    let invited = EXAMPLE.replace("activate = true", "activate = false");
    let file = folder.file("partner.toml", &invited);
    let ran = admin
        .administers(&served.url, &["partner", "onboard", &file])
        .await;
    assert!(ran.done().contains("Zorgpunt Voorbeeld is INVITED"));

    let all = partners(&admin, &served, &[]).await;
    assert_eq!(all.len(), 103);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 103);
    let invited = partners(&admin, &served, &["--status", "INVITED"]).await;
    assert_eq!(invited, ["zorgpunt-voorbeeld"]);
    let active = partners(&admin, &served, &["--status", "active,suspended"]).await;
    assert_eq!(active.len(), 102);
    let of_beersel = partners(&admin, &served, &["--municipality", "23003"]).await;
    assert_eq!(of_beersel.len(), 102);
    let of_herent = ["--municipality", "24038"];
    assert_eq!(partners(&admin, &served, &of_herent).await.len(), 1);
    // Without an account, those that take part.
    assert_eq!(partners(&town.passer_by(), &served, &[]).await.len(), 102);

    let line = ["partner", "list", "--municipality", "24038"];
    let table = admin.administers(&served.url, &line).await.done();
    assert!(table.starts_with("REFERENCE"), "{table}");
    assert!(table.contains("Of Herent"), "{table}");
    assert!(table.ends_with("1 partner.\n"), "{table}");
    let unknown = ["partner", "list", "--municipality", "1"];
    let told = admin.administers(&served.url, &unknown).await;
    assert!(told.failed(Exit::Usage).contains("No municipality here"));
    let typo = admin
        .administers(&served.url, &["partner", "list", "--status", "GONE"])
        .await;
    assert!(typo.failed(Exit::Usage).contains("ACTIVE, INVITED"));
}

#[tokio::test]
async fn help_and_version_are_results_and_slips_are_not() {
    let town = Town::start().await;
    let anybody = town.passer_by();
    let help = anybody.administers("", &["--help"]).await.done();
    assert!(help.contains("Exit codes: 0 done"), "{help}");
    assert!(
        anybody
            .administers("", &["--version"])
            .await
            .done()
            .starts_with("nabij-admin")
    );
    let slip = anybody.administers("", &["partner", "onbord"]).await;
    assert!(slip.failed(Exit::Usage).contains("'onboard'"));
    // Before anything is sent.
    let admin = town.admin().await;
    let told = admin
        .administers("http://nabij.example", &["partner", "list"])
        .await
        .failed(Exit::Usage);
    assert!(told.contains("https://"), "{told}");
}
