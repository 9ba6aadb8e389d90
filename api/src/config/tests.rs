//! The layers, and each refusal in words.

use super::*;

const KEYS: &str = r#"{"keys":[]}"#;

/// A place of one's own to start from: a folder, an environment, flags.
struct Start {
    sources: Sources,
}

impl Start {
    fn new() -> Self {
        let clock = crate::clock::Clock::system();
        let folder = std::env::temp_dir().join(crate::clock::new_id(&clock).to_string());
        std::fs::create_dir(&folder).unwrap();
        let sources = Sources {
            folder,
            ..Sources::default()
        };
        Self { sources }
    }

    fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.sources.folder.join(name), text).unwrap();
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        let value = value.to_owned();
        self.sources.environment.insert(name.to_owned(), value);
        self
    }

    fn flags(mut self, flags: Flags) -> Self {
        self.sources.flags = flags;
        self
    }

    fn serve(&self) -> Result<Settings, Problems> {
        Settings::load(&self.sources, Purpose::Serve)
    }

    fn refused(&self) -> String {
        self.serve().unwrap_err().to_string()
    }
}

impl Drop for Start {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.sources.folder).ok();
    }
}

fn issuer() -> IssuerSettings {
    IssuerSettings {
        url: "https://sign-in.example/realms/beersel".to_owned(),
        audience: "nabij".to_owned(),
        jwks_file: None,
        jwks: Some(KEYS.to_owned()),
    }
}

/// The one problem of settings that are otherwise the defaults.
fn problem(purpose: Purpose, change: impl FnOnce(&mut Settings)) -> Problem {
    let mut settings = Settings::default();
    change(&mut settings);
    let problems = settings.problems(purpose);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.into_iter().next().unwrap()
}

#[test]
fn a_list_of_erased_residents_in_the_databases_folder_is_noticed() {
    let lies = |database: &str, list: &str| {
        let settings = Settings {
            database_url: DatabaseUrl::from(database),
            erased_list: PathBuf::from(list),
            ..Settings::default()
        };
        settings.list_lies_with_database()
    };
    let file = "sqlite://data/nabij.sqlite?mode=rwc";
    for beside in [
        "data/erased.txt",
        "./data/erased.txt",
        "data/lists/erased.txt",
    ] {
        assert!(lies(file, beside), "{beside}");
    }
    assert!(!lies(file, "erased/residents.txt"));
    assert!(!lies("postgres://localhost/nabij", "data/erased.txt"));
    assert!(!Settings::default().list_lies_with_database());
}

fn database_problem(url: &str) -> Option<Problem> {
    let settings = Settings {
        database_url: DatabaseUrl::from(url),
        ..Settings::default()
    };
    settings.problems(Purpose::Serve).into_iter().next()
}

#[test]
fn the_defaults_are_safe_and_need_nothing() {
    let settings = Start::new().serve().unwrap();
    assert_eq!(settings, Settings::default());
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert!(settings.migrate_on_start);
    assert_eq!(settings.problems(Purpose::Demo), []);
}

#[test]
fn each_layer_overrides_the_one_before() {
    let start = Start::new().file(
        "nabij.toml",
        "listen = '127.0.0.1:1'\nlog = 'warn'\nlog_format = 'json'\nmigrate_on_start = true\n\
         database_url = 'sqlite://file.sqlite'",
    );
    let settings = start.serve().unwrap();
    assert_eq!(settings.listen.port(), 1);
    assert_eq!(settings.log_format, LogFormat::Json);

    let start = start
        .variable("DATABASE_URL", "sqlite://plain.sqlite")
        .variable("NABIJ_LISTEN", "127.0.0.1:2")
        .variable("NABIJ_LOG", "debug")
        .variable("NABIJ_LOG_FORMAT", "human")
        .variable("NABIJ_MIGRATE_ON_START", "false")
        .variable("NABIJ_TOKEN", "the admin client's")
        .variable("PATH", "/bin");
    let settings = start.serve().unwrap();
    assert_eq!(settings.listen.port(), 2);
    assert_eq!(settings.log, "debug");
    assert_eq!(settings.log_format, LogFormat::Human);
    assert_eq!(settings.database_url.expose(), "sqlite://plain.sqlite");
    assert!(!settings.migrate_on_start);

    let start = start.variable("NABIJ_DATABASE_URL", "sqlite://ours.sqlite");
    let url = start.serve().unwrap().database_url;
    assert_eq!(url.expose(), "sqlite://ours.sqlite");
    let start = start
        .variable("NABIJ_MIGRATE_ON_START", "true")
        .flags(Flags {
            listen: Some("[::1]:3".parse().unwrap()),
            no_migrate: true,
            log_format: Some(LogFormat::Json),
            log: Some("error".to_owned()),
            database_url: Some(DatabaseUrl::from("sqlite://flag.sqlite")),
            ..Flags::default()
        });
    let settings = start.serve().unwrap();
    assert_eq!(settings.database_url.expose(), "sqlite://flag.sqlite");
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.log, "error");
    assert_eq!(settings.log_format, LogFormat::Json);
    assert!(!settings.migrate_on_start);
}

#[test]
fn flags_are_read_from_the_command_line_and_keep_the_password() {
    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        flags: Flags,
    }
    let line = "nabij-api --listen 127.0.0.1:9 --no-migrate --log-format json \
                --database-url postgres://u:hunter2@localhost/nabij";
    let words = line.split_whitespace();
    let flags = <Command as clap::Parser>::parse_from(words).flags;
    assert!(!format!("{flags:?}").contains("hunter2"));
    let settings = Start::new().flags(flags).serve().unwrap();
    assert!(settings.database_url.expose().contains("hunter2"));
    assert!(!format!("{settings:?}").contains("hunter2"));
    assert_eq!(settings.listen.port(), 9);
    assert_eq!(settings.log_format, LogFormat::Json);
    assert!(!settings.migrate_on_start);
}

#[test]
fn issuers_come_from_the_file_or_the_environment() {
    let toml = format!(
        "[[issuers]]\nurl = '{}'\naudience = 'nabij'\njwks = '{KEYS}'",
        issuer().url
    );
    let settings = Start::new().file("nabij.toml", &toml).serve().unwrap();
    assert_eq!(settings.issuers, [issuer()]);

    let start = Start::new().variable(
        "NABIJ_ISSUERS",
        r#"[{url="https://sign-in.example",audience="nabij",jwks_file="keys.json"}]"#,
    );
    let issuers = start.serve().unwrap().issuers;
    assert_eq!(issuers[0].jwks_file, Some(PathBuf::from("keys.json")));
}

#[test]
fn what_is_of_another_kind_is_asked_for_in_plain_words() {
    for (edge, setting, instead) in [
        ("many", "edge", "write a table, as in `{ name = value }`"),
        ("{requests=many}", "edge.requests", "write a whole number"),
        (
            "{account_budget={burst=0,per_second=1}}",
            "edge.account_budget.burst",
            "write a whole number of at least 1",
        ),
        (
            "{cors_origins=1}",
            "edge.cors_origins",
            "write a list, as in `[ … ]`",
        ),
    ] {
        let words = Start::new().variable("NABIJ_EDGE", edge).refused();
        assert!(words.contains(&format!("`{setting}`")), "{words}");
        assert!(words.contains(instead), "{words}");
    }
}

#[test]
fn the_file_can_be_named() {
    let start = Start::new()
        .file("nabij.toml", "log = 'info'")
        .file("a.toml", "log = 'warn'")
        .file("b.toml", "log = 'error'")
        .variable("NABIJ_CONFIG", "a.toml");
    assert_eq!(start.serve().unwrap().log, "warn");
    let start = start.flags(Flags {
        config: Some("b.toml".into()),
        ..Flags::default()
    });
    assert_eq!(start.serve().unwrap().log, "error");
    // One that was named must be there; the default one need not.
    let start = Start::new().variable("NABIJ_CONFIG", "absent.toml");
    assert!(start.refused().contains("absent.toml can't be read"));
}

#[test]
fn names_that_are_no_settings_are_refused_with_those_that_are() {
    let start = Start::new()
        .file("nabij.toml", "lisen = '127.0.0.1:1'")
        .variable("NABIJ_DATABSE_URL", "postgres://u:hunter2@localhost/db");
    let words = start.refused();
    assert!(
        words.contains("`lisen`: no setting has this name (file nabij.toml)"),
        "{words}"
    );
    assert!(
        words.contains("`databse_url`: no setting has this name (environment)"),
        "{words}"
    );
    assert!(
        words.contains("database_url, edge, erased_list, issuers, listen"),
        "{words}"
    );
    assert!(!words.contains("hunter2"), "{words}");

    let start = Start::new().file("nabij.toml", "[[issuers]]\njwks_url = 'https://x'");
    let words = start.refused();
    assert!(
        words.contains("`issuers[0].jwks_url`: no setting has this name"),
        "{words}"
    );
    assert!(words.contains("jwks_file"), "{words}");
}

#[test]
fn values_that_cannot_be_read_are_refused_without_being_shown() {
    let cases = [
        ("listen = 'hunter2'", "write it as in 127.0.0.1:8080"),
        ("database_url = ['hunter2']", "`database_url`"),
        ("migrate_on_start = 'hunter2'", "`migrate_on_start`"),
        ("log_format = 'hunter2'", "write one of: human, json"),
        (
            "log = 'info'\ndatabase_url = hunter2",
            "line 2 of file nabij.toml",
        ),
        ("issuers = 'hunter2'", "`issuers`"),
        (
            "[[issuers]]\nurl = 'hunter2'",
            "`issuers[0].audience`: missing",
        ),
    ];
    for (text, expected) in cases {
        let words = Start::new().file("nabij.toml", text).refused();
        assert!(words.contains(expected), "{text}: {words}");
        assert!(!words.contains("hunter2"), "{text}: {words}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let start = Start::new()
        .variable("NABIJ_LOG", "nabij_api=loudly")
        .variable("DATABASE_URL", "mysql://localhost/nabij")
        .variable("NABIJ_PUBLIC_URL", "http://nabij.example");
    let Problems(problems) = start.serve().unwrap_err();
    let names: Vec<_> = problems.iter().map(|p| p.setting.as_str()).collect();
    assert_eq!(names, ["database_url", "public_url", "log"]);
    assert!(
        problems
            .iter()
            .all(|p| !p.why.is_empty() && !p.instead.is_empty())
    );
}

mod refusals;
