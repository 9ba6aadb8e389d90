//! `export signals`.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    http::StatusCode,
    middleware::{Next, from_fn},
    response::IntoResponse,
};
use nabij_admin::Exit;
use nabij_entity::role_grant::Role;
use nabij_tests::{Folder, Need, Served};
use serde_json::{Value, json};

use super::open_town;

const HEADER: &str = "id,created_at,kind,category,urgency,status,neighbourhood,municipality_code,\
                      due_at,outcome,dismiss_reason,inflow_channel,source,external_reference";

#[tokio::test]
async fn signals_are_exported_as_csv_and_as_json() {
    let (town, served, _admin) = open_town().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let formula = "=HYPERLINK(\"http://evil.example\",\"click\")";
    let need = Need::new("Confidential title", &rosa.neighbourhood)
        .with("text", "Confidential text")
        .with("source", formula)
        .with("externalReference", "+32")
        .with("inflowChannel", "PLATFORM");
    let signal = rosa.submits(need).await.done();
    let coordinator = town.coordinator().await;
    let line = ["export", "signals", "--format", "csv"];
    let ran = coordinator.administers(&served.url, &line).await;
    assert_eq!(ran.err, "1 signal.\n");
    let csv = ran.done();
    assert!(!csv.contains("Confidential"), "{csv}");
    let (header, rest) = csv.split_once("\r\n").expect("a header line");
    assert_eq!(header, HEADER);
    assert_eq!(
        rest,
        format!(
            "{},2026-03-02T09:00:00Z,NEED,MOBILITY,NORMAL,SUBMITTED,Alsemberg,23003,{},,,PLATFORM,\
             \"'=HYPERLINK(\"\"http://evil.example\"\",\"\"click\"\")\",'+32\r\n",
            signal.id,
            signal.text("dueAt"),
        )
    );

    let line = ["export", "signals", "--format", "json", "--output", "json"];
    let ran = coordinator.administers(&served.url, &line).await;
    let summary: Value = serde_json::from_str(&ran.err).expect("one object");
    assert_eq!(summary, json!({ "rows": 1, "file": null, "note": null }));
    let row = ran.json();
    assert_eq!(row["id"], signal.id);
    assert_eq!(row["source"], formula);
    assert_eq!(row["outcome"], Value::Null);
    let fields: BTreeSet<&str> = row
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(fields, HEADER.split(',').collect());
}

#[tokio::test]
async fn an_export_takes_every_page_and_only_what_is_asked_for() {
    let (town, served, _admin) = open_town().await;
    let coordinator = town.coordinator().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    let mut ids = Vec::new();
    for number in 0..102 {
        let signal = rosa
            .signals(&format!("Number {number}"), "LOW")
            .await
            .done();
        ids.push(signal.id.clone());
        if number == 100 {
            coordinator.triages(&signal).await.done();
            town.wait(std::time::Duration::from_hours(24));
        }
    }
    let herent = town.coordinator_of("Herent").await;
    herent.signals("Elsewhere", "LOW").await.done();

    let folder = Folder::default();
    let to = folder.path("signals.csv");
    let export = async |options: &[&str]| {
        let line = [
            &["export", "signals", "--to", &to, "--output", "json"],
            options,
        ]
        .concat();
        let told = coordinator.administers(&served.url, &line).await.json();
        assert_eq!(told["file"], to.as_str());
        let sheet = folder.read("signals.csv");
        let rows: Vec<String> = sheet
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(told["rows"], rows.len());
        rows
    };
    // In the order in which they came in, each once.
    assert_eq!(export(&[]).await, ids);
    assert_eq!(export(&["--status", "TRIAGED"]).await, ids[100..101]);
    assert_eq!(export(&["--since", "2026-03-03"]).await, ids[101..]);
    assert_eq!(export(&["--municipality", "23003"]).await, ids);
    assert!(export(&["--municipality", "24038"]).await.is_empty());
    assert_eq!(folder.names(), ["signals.csv"]);
}

#[tokio::test]
async fn a_run_that_breaks_off_leaves_the_file_that_was_there() {
    let (town, served, _admin) = open_town().await;
    let coordinator = town.coordinator().await;
    let rosa = town.ambassador("Rosa", &["Alsemberg"]).await;
    for number in 0..101 {
        rosa.signals(&format!("Number {number}"), "LOW")
            .await
            .done();
    }
    let folder = Folder::default();
    let to = folder.file("signals.csv", "the last one");
    let line = ["export", "signals", "--to", &to];
    // The first page arrives, the second doesn't.
    let pages = Arc::new(AtomicUsize::new(0));
    let breaking = from_fn(move |request, next: Next| {
        let page = pages.fetch_add(1, Ordering::SeqCst);
        async move {
            match page {
                0 => next.run(request).await,
                _ => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            }
        }
    });
    let broken = Served::with(town.router().layer(breaking)).await;
    let told = coordinator.administers(&broken.url, &line).await;
    assert!(told.failed(Exit::Unavailable).contains("unavailable"));
    assert_eq!(folder.read("signals.csv"), "the last one");
    assert_eq!(folder.names(), ["signals.csv"]);

    let told = coordinator.administers(&served.url, &line).await.done();
    assert!(told.starts_with("101 signals in "), "{told}");
    assert_eq!(folder.read("signals.csv").lines().count(), 102);
}

#[tokio::test]
async fn who_sees_no_signals_is_told_which_role_it_takes() {
    let (town, served, admin) = open_town().await;
    let coordinator = town.coordinator().await;
    coordinator.signals("Something", "LOW").await.done();
    let auditor = town.official(Role::Auditor).await;
    for person in [&admin, &auditor] {
        let ran = person
            .administers(&served.url, &["export", "signals"])
            .await;
        assert!(
            ran.err.contains("It takes the role COORDINATOR"),
            "{}",
            ran.err
        );
        assert_eq!(ran.done(), format!("{HEADER}\r\n"));
        let line = ["export", "signals", "--output", "json"];
        let ran = person.administers(&served.url, &line).await;
        let summary: Value = serde_json::from_str(&ran.err).expect("one object");
        let note = summary["note"].as_str().expect("a text");
        assert!(note.contains("COORDINATOR"), "{note}");
    }
    // Not a matter of the token.
    let line = ["export", "signals", "--status", "RESOLVED"];
    let ran = coordinator.administers(&served.url, &line).await;
    assert!(
        ran.err.contains("none that these options ask for"),
        "{}",
        ran.err
    );
    let told = town
        .passer_by()
        .administers(&served.url, &["export", "signals"])
        .await;
    assert!(told.failed(Exit::SignIn).contains("--token-file"));
}

/// GDPR article 30: the register as the supervisory authority asks for it.
#[tokio::test]
async fn the_register_is_exported_in_codes_and_in_labels() {
    let (town, served, _admin) = open_town().await;
    let auditor = town.official(Role::Auditor).await;
    let line = ["export", "register", "--format", "csv"];
    let ran = auditor.administers(&served.url, &line).await;
    let told = ran.err.clone();
    let csv = ran.done();
    let (header, rows) = csv.split_once("\r\n").expect("a header line");
    assert_eq!(
        header,
        "record,field,subjects,category,purpose,bases,special_category_bases,receivers,retention,\
         when_erased"
    );
    let phone = "resident_contacts,phone,RESIDENT,CONTACT,HELP,PUBLIC_TASK,,MUNICIPALITY; PARTNER; \
                 VOLUNTEER; AUDITOR,WITH_THE_CASE,GOES";
    assert!(rows.lines().any(|row| row == phone), "{rows}");
    assert_eq!(told, format!("{} fields.\n", rows.lines().count()));

    let folder = Folder::default();
    let to = folder.path("register.csv");
    for (language, label) in [
        ("nl", "Contactgegevens"),
        ("fr", "Coordonnées"),
        ("en", "Contact details"),
    ] {
        let line = ["export", "register", "--language", language, "--to", &to];
        let told = auditor.administers(&served.url, &line).await.done();
        assert!(told.contains("fields in"), "{told}");
        let sheet = folder.read("register.csv");
        assert!(sheet.contains(label), "{sheet}");
        assert!(!sheet.contains("CONTACT") && !sheet.contains("PUBLIC_TASK"));
    }

    let line = ["export", "register", "--format", "json"];
    let rows = auditor.administers(&served.url, &line).await.done();
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).expect("one object a line");
        assert!(
            row["bases"].is_array() && row["retention"].is_string(),
            "{row}"
        );
    }
    let stranger = town.passer_by();
    let line = ["export", "register"];
    let refused = stranger.administers(&served.url, &line).await;
    let told = refused.failed(Exit::SignIn);
    assert!(told.contains("token"), "{told}");
}
