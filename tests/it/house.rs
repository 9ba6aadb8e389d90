//! The import law of `api/src/lib.rs`, held by reading the sources: which room may look into which,
//! who may hold a connection, and which package may link which.
//!
//! **One more room:** a line in `LAW`.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Which other rooms of `api/src` a room may look into. Above all: `app`, `demo` and `main`, which
/// put the rest together.
const LAW: [(&str, &[&str]); 15] = [
    ("clock", &[]),
    ("telemetry", &["clock"]),
    ("config", &["telemetry", "clock"]),
    ("gate", &[]),
    ("policy", &[]),
    ("store", &["policy", "clock", "telemetry"]),
    ("ids", &["store"]),
    ("auth", &["store", "policy", "clock", "config"]),
    ("domain", &["store", "policy", "ids", "clock"]),
    ("graphql", &["domain", "store", "policy", "ids", "clock"]),
    (
        "http",
        &[
            "gate",
            "domain",
            "store",
            "auth",
            "config",
            "telemetry",
            "clock",
        ],
    ),
    ("relay", &["domain", "store", "clock"]),
    ("app", ABOVE_ALL),
    ("demo", ABOVE_ALL),
    ("main", ABOVE_ALL),
];
const ABOVE_ALL: &[&str] = &[
    "app",
    "auth",
    "clock",
    "config",
    "demo",
    "domain",
    "gate",
    "graphql",
    "http",
    "ids",
    "policy",
    "relay",
    "store",
    "telemetry",
];

/// Words of other people's crates, and the only rooms in which they may stand.
const KEPT_TO: [(&str, &[&str]); 6] = [
    ("ConnectionTrait", &["store"]),
    ("DatabaseConnection", &["store"]),
    ("DatabaseTransaction", &["store"]),
    ("TransactionTrait", &["store"]),
    (
        "axum",
        &[
            "app",
            "auth",
            "config",
            "demo",
            "graphql",
            "http",
            "main",
            "telemetry",
        ],
    ),
    (
        "async_graphql",
        &["app", "demo", "gate", "graphql", "http", "main"],
    ),
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the package is in the workspace")
}

/// Every Rust file below a folder of the workspace, with its path from there.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    fn gather(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder can be read") {
            let path = entry.expect("the entry can be read").path();
            if path.is_dir() {
                gather(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = workspace().join(folder);
    let mut files = Vec::new();
    gather(&root, &mut files);
    files.sort();
    assert!(!files.is_empty(), "no sources in {folder}");
    files
        .into_iter()
        .map(|file| {
            let text = fs::read_to_string(&file).expect("a source is text");
            let path = file.strip_prefix(&root).expect("it is below").to_owned();
            (path, text)
        })
        .collect()
}

/// The module a file holds, from the crate's root: `http/answer.rs` is `http`, `answer`.
fn module(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = path
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// The text without comments; line breaks stay, so that lines can be counted.
fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The names that follow a path: `a::b` gives `a`; `{a::b, c::{d, e}}` gives `a` and `c`.
fn first_names(text: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = text.strip_prefix('{') else {
        return vec![name(text)];
    };
    let mut names = vec![name(group)];
    let mut depth = 1;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(name(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The rooms a source looks into, each with the line: through `crate::` and through `super::`
/// where that leads up to the crate's root.
fn looks_into(path: &Path, text: &str) -> Vec<(usize, String)> {
    let code = without_comments(text);
    let depth = module(path).len();
    let mut found = Vec::new();
    let mut note = |at: usize, rest: &str| {
        let line = code[..at].matches('\n').count() + 1;
        found.extend(first_names(rest).into_iter().map(|name| (line, name)));
    };
    for (at, found) in code.match_indices("crate::") {
        note(at, &code[at + found.len()..]);
    }
    for (at, _) in code.match_indices("super::") {
        if code[..at].ends_with("super::") {
            continue;
        }
        let mut rest = &code[at..];
        let mut ups = 0;
        while let Some(above) = rest.strip_prefix("super::") {
            (rest, ups) = (above, ups + 1);
        }
        // A module written inside the file adds a level; then this asks too much, never too little.
        if ups >= depth && depth > 0 {
            note(at, rest);
        }
    }
    found
}

#[test]
fn rooms_look_only_downwards() {
    let rooms: BTreeSet<&str> = LAW.iter().map(|(room, _)| *room).collect();
    let mut broken = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, text) in sources("api/src") {
        let module = module(&path);
        let room = module.first().map_or("", String::as_str);
        if room == "lib" {
            continue;
        }
        let Some((_, may)) = LAW.iter().find(|(known, _)| *known == room) else {
            broken.push(format!("api/src/{}: a room without a law", path.display()));
            continue;
        };
        seen.insert(room.to_owned());
        for (line, other) in looks_into(&path, &text) {
            let is_room = rooms.contains(other.as_str());
            if is_room && other != room && !may.contains(&other.as_str()) {
                let path = path.display();
                broken.push(format!(
                    "api/src/{path}:{line}: {room} may not look into {other}"
                ));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "the import law is broken:\n{}",
        broken.join("\n")
    );
    let rooms: BTreeSet<String> = rooms.into_iter().map(str::to_owned).collect();
    assert!(
        rooms.difference(&seen).all(|room| room == "demo"),
        "a law without a room: {:?}",
        rooms.difference(&seen)
    );
}

#[test]
fn the_law_sees_every_way_of_writing_it() {
    let names =
        |path: &str, text: &str| -> Vec<(usize, String)> { looks_into(Path::new(path), text) };
    let found = |line: usize, name: &str| (line, name.to_owned());
    assert_eq!(
        names(
            "domain/a.rs",
            "use crate::{\n    http::{self, serve},\n    store::Tx,\n};"
        ),
        [found(1, "http"), found(1, "store")]
    );
    assert_eq!(
        names("domain/a.rs", "// crate::http::x\nlet x = crate::gate::y;"),
        [found(2, "gate")]
    );
    assert_eq!(names("domain/a.rs", "use super::text;"), []);
    assert_eq!(
        names("domain/a.rs", "\nuse super::super::http;"),
        [found(2, "http")]
    );
    assert_eq!(
        names("domain/mod.rs", "use super::http;"),
        [found(1, "http")]
    );
    assert_eq!(names("clock.rs", "use super::http;"), [found(1, "http")]);
}

#[test]
fn connections_the_wire_and_the_schema_stay_in_their_rooms() {
    let mut broken = Vec::new();
    for (path, text) in sources("api/src") {
        let module = module(&path);
        let room = module.first().map_or("", String::as_str);
        for (number, line) in without_comments(&text).lines().enumerate() {
            for (word, rooms) in KEPT_TO {
                let stands_there = line
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .any(|w| w == word);
                if stands_there && !rooms.contains(&room) {
                    let (path, line) = (path.display(), number + 1);
                    broken.push(format!("api/src/{path}:{line}: {word} is not for {room}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Every package that `package` links, however far down, by `Cargo.lock`.
fn links(package: &str) -> BTreeSet<String> {
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).expect("Cargo.lock is committed");
    let mut all = BTreeSet::new();
    let mut open = vec![package.to_owned()];
    while let Some(next) = open.pop() {
        let name = format!("name = \"{next}\"\n");
        let entries = lock
            .split("[[package]]")
            .filter(|entry| entry.contains(&name));
        let mut known = false;
        for entry in entries {
            known = true;
            let dependencies = entry.split("dependencies = [").nth(1).unwrap_or_default();
            for line in dependencies.lines().filter(|line| line.starts_with(" \"")) {
                let dependency = line.trim().trim_matches(['"', ',']);
                let dependency = dependency.split(' ').next().unwrap_or_default();
                if all.insert(dependency.to_owned()) {
                    open.push(dependency.to_owned());
                }
            }
        }
        assert!(known, "{next} is not in Cargo.lock");
    }
    all
}

#[test]
fn packages_link_only_downwards() {
    for (package, never) in [
        (
            "nabij-entity",
            &["nabij-api", "nabij-migration", "axum"][..],
        ),
        ("nabij-migration", &["nabij-api", "nabij-entity", "axum"]),
        ("nabij-api", &["nabij-tests", "nabij-admin"]),
        (
            "nabij-admin",
            &[
                "nabij-api",
                "nabij-entity",
                "nabij-migration",
                "sea-orm",
                "async-graphql",
            ],
        ),
    ] {
        let links = links(package);
        for name in never {
            assert!(!links.contains(*name), "{package} may not link {name}");
        }
    }
    assert!(
        links("nabij-api").contains("nabij-entity"),
        "the lock is read"
    );
}

#[test]
fn entities_and_migrations_know_nothing_above_them() {
    for (folder, never) in [
        ("entity/src", &["nabij_api", "nabij_migration"][..]),
        ("migration/src", &["nabij_api", "nabij_entity"]),
        (
            "admin-cli/src",
            &["nabij_api", "nabij_entity", "nabij_migration"],
        ),
    ] {
        for (path, text) in sources(folder) {
            for (number, line) in without_comments(&text).lines().enumerate() {
                for name in never {
                    let (path, number) = (path.display(), number + 1);
                    assert!(
                        !line.contains(name),
                        "{folder}/{path}:{number}: names {name}"
                    );
                }
            }
        }
    }
}
