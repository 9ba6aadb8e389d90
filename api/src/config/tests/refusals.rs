//! Each unsafe setting, refused for its reason.

use super::*;

#[test]
fn the_demo_stays_on_its_own_machine() {
    for address in ["0.0.0.0:8080", "192.168.1.4:8080", "[::]:8080"] {
        let listen = address.parse().unwrap();
        let refused = problem(Purpose::Demo, |settings| settings.listen = listen);
        assert_eq!(refused.setting, "listen");
        assert!(refused.instead.contains("127.0.0.1"));
        let served = Settings {
            listen,
            ..Settings::default()
        };
        assert_eq!(served.problems(Purpose::Serve), [], "serving there is fine");
    }
}

#[test]
fn the_demos_people_are_not_served() {
    let demo = IssuerSettings {
        url: DEMO_ISSUER.to_owned(),
        ..issuer()
    };
    let refused = problem(Purpose::Serve, |settings| settings.issuers = vec![demo]);
    assert_eq!(refused.setting, "issuers[0].url");
    assert!(refused.why.contains("known to everyone"));
}

#[test]
fn issuers_are_reached_safely() {
    let at = |url: &str| {
        let settings = Settings {
            issuers: vec![IssuerSettings {
                url: url.to_owned(),
                ..issuer()
            }],
            ..Settings::default()
        };
        settings.problems(Purpose::Serve).into_iter().next()
    };
    let safe = [
        "https://login.example",
        "https://login.example:8443/realms/x",
        "http://localhost:8180/realms/x",
        "http://127.0.0.1:8180",
        "http://[::1]:8180",
    ];
    for url in safe {
        assert_eq!(at(url), None, "{url}");
    }
    let refused = at("http://login.example").unwrap();
    assert_eq!(refused.setting, "issuers[0].url");
    assert!(refused.why.contains("not encrypted") && refused.instead.contains("https://"));
    let strange = [
        "",
        "login.example",
        "/realms/x",
        "ftp://login.example",
        "https://user@login.example",
        "https://login.example/?realm=x",
        "https://login.example/#x",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "http://user@localhost",
    ];
    for url in strange {
        assert!(at(url).is_some(), "{url}");
    }
}

#[test]
fn issuers_have_an_audience_and_keys_once() {
    let with = |change: fn(&mut IssuerSettings)| {
        problem(Purpose::Serve, |settings| {
            let mut issuer = issuer();
            change(&mut issuer);
            settings.issuers = vec![issuer];
        })
    };
    let refused = with(|issuer| issuer.audience = " ".to_owned());
    assert_eq!(refused.setting, "issuers[0].audience");
    assert!(refused.instead.contains("`aud`"));
    let refused = with(|issuer| issuer.jwks = None);
    assert_eq!(refused.setting, "issuers[0].jwks_file");
    assert!(refused.instead.contains("jwks_uri"));
    let refused = with(|issuer| issuer.jwks_file = Some("keys.json".into()));
    assert_eq!(refused.setting, "issuers[0].jwks");
    let twice = problem(Purpose::Serve, |s| s.issuers = vec![issuer(), issuer()]);
    assert_eq!(twice.setting, "issuers[1].url");
}

#[test]
fn a_database_on_another_machine_is_reached_encrypted() {
    let safe = [
        "postgres://u:p@db.example/nabij?sslmode=verify-full",
        "postgresql://u:p@db.example:5432/nabij?application_name=x&sslmode=require",
        "postgres://u:p@localhost/nabij",
        "postgres://u:p@127.0.0.1:5432/nabij",
        "postgres://u:p@[::1]:5432/nabij",
        "postgres:///nabij?host=/var/run/postgresql",
        "postgres://%2Fvar%2Frun%2Fpostgresql/nabij",
        "sqlite://data/nabij.sqlite?mode=rwc",
        "sqlite:nabij.sqlite",
    ];
    for url in safe {
        assert_eq!(database_problem(url), None, "{url}");
    }
    let unsafe_ones = [
        "postgres://u:hunter2@db.example/nabij",
        "postgres://u:hunter2@10.0.0.5/nabij?sslmode=prefer",
        "postgres://u:hunter2@db.example/nabij?sslmode=disable",
        "postgres://u:hunter2@db.example/nabij?sslmode=require&sslmode=disable",
        "postgres://u:hunter2@localhost/nabij?host=db.example",
        "postgres://u:hunter2@localhost/nabij?host=localhost&hostaddr=10.0.0.5",
        "postgres://u:hunter2@%64b.example/nabij",
        "postgres://localhost:hunter2@db.example/nabij",
    ];
    for url in unsafe_ones {
        let refused = database_problem(url).unwrap();
        assert!(refused.instead.contains("sslmode=verify-full"), "{url}");
        assert!(!refused.to_string().contains("hunter2"), "{url}");
    }
}

#[test]
fn a_database_that_keeps_nothing_or_is_unknown_is_refused() {
    for url in [
        "sqlite::memory:",
        "sqlite://:memory:",
        "sqlite://x?mode=memory",
        "sqlite://",
    ] {
        assert!(
            database_problem(url).unwrap().why.contains("memory"),
            "{url}"
        );
    }
    for url in [
        "",
        "mysql://localhost/nabij",
        "data/nabij.sqlite",
        "POSTGRES",
    ] {
        assert!(
            database_problem(url).unwrap().why.contains("scheme"),
            "{url}"
        );
    }
}

#[test]
fn a_database_password_is_never_shown() {
    let cases = [
        (
            "postgres://u:hunter2@db.example:5432/nabij?sslmode=require",
            "postgres://db.example:5432/nabij",
        ),
        (
            "postgres://db.example/nabij?password=hunter2",
            "postgres://db.example/nabij",
        ),
        (
            "postgres://db.example/nabij?password=x@hunter2",
            "[database]",
        ),
        ("postgres://u:hunter2?x@db.example/nabij", "[database]"),
        (
            "postgres://u:p@hunter2@db.example/nabij",
            "postgres://db.example/nabij",
        ),
        ("hunter2", "[database]"),
        (
            "sqlite://data/nabij.sqlite?mode=rwc",
            "sqlite://data/nabij.sqlite",
        ),
        ("sqlite::memory:", "sqlite::memory:"),
    ];
    for (url, shown) in cases {
        let url = DatabaseUrl::from(url);
        assert_eq!(url.to_string(), shown);
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}

#[test]
fn the_sqlite_files_folder_is_made_closed_to_others() {
    let start = Start::new();
    let folder = start.sources.folder.join("data").join("deep");
    let url = format!(
        "sqlite://{}?mode=rwc",
        folder.join("nabij.sqlite").display()
    );
    let url = DatabaseUrl::from(url);
    url.create_folder().unwrap();
    url.create_folder().unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&folder).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
    assert!(folder.is_dir());
    DatabaseUrl::from("postgres://localhost/nabij")
        .create_folder()
        .unwrap();
    DatabaseUrl::from("sqlite://nabij.sqlite")
        .create_folder()
        .unwrap();
}

#[test]
fn an_edge_that_lets_nobody_in_is_refused() {
    type Set = fn(&mut EdgeSettings);
    let cases: [(&str, Set); 7] = [
        ("edge.connections", |edge| edge.connections = 0),
        ("edge.connections_per_address", |edge| {
            edge.connections_per_address = 0;
        }),
        ("edge.requests", |edge| edge.requests = 0),
        ("edge.deadline_seconds", |edge| edge.deadline_seconds = 0),
        ("edge.cors_origins[0]", |edge| {
            edge.cors_origins = vec!["https://front.example/app".to_owned()];
        }),
        ("edge.cors_origins[1]", |edge| {
            edge.cors_origins = vec!["https://front.example".to_owned(), "*".to_owned()];
        }),
        ("edge.documents_only_for", |edge| {
            edge.documents_only_for = vec!["everybody".to_owned()];
        }),
    ];
    for (setting, set) in cases {
        let refused = problem(Purpose::Serve, |settings| set(&mut settings.edge));
        assert_eq!(refused.setting, setting);
    }
}

#[test]
fn figures_never_tell_of_fewer_than_three() {
    for smallest in [0, 1, 2, 1_001] {
        let problem = problem(Purpose::Serve, |settings| {
            settings.smallest_count = smallest;
        });
        assert_eq!(problem.setting, "smallest_count");
    }
    for smallest in [3, 5, 1_000] {
        let settings = Settings {
            smallest_count: smallest,
            ..Settings::default()
        };
        assert_eq!(settings.problems(Purpose::Serve), []);
    }
    let start = Start::new().variable("NABIJ_SMALLEST_COUNT", "7");
    assert_eq!(start.serve().unwrap().smallest_count, 7);
}
