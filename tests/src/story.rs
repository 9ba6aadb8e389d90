//! A story told for people: the scene's requests and answers, step by step, on a page in
//! `docs/stories` that can't go stale.
//!
//! Each step is exactly one request. What a run can't repeat (ids, keys, cursors) is replaced by
//! names in the order in which they appear. A page that differs fails the test;
//! `NABIJ_BLESS=1 cargo test -p nabij-tests` writes it.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    env,
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex},
};

use regex::{Captures, Regex};
use serde_json::{Map, Value};

use crate::Answer;

mod layout;

tokio::task_local! {
    static OVERHEARD: RefCell<Vec<Exchange>>;
}

/// A request and its answer.
struct Exchange {
    query: String,
    variables: Value,
    answer: Value,
}

/// Lets the story that is being told, if any, hear a request and its answer.
pub(crate) fn overhear(query: &str, variables: &Value, answer: &Answer) {
    // Outside a step nobody listens.
    let _ = OVERHEARD.try_with(|heard| {
        heard.borrow_mut().push(Exchange {
            query: query.to_owned(),
            variables: variables.clone(),
            answer: answer.body().clone(),
        });
    });
}

/// The initiatives whose stories are told, by the first letter of the stories' codes.
const PAGES: [(char, &str, &str); 5] = [
    ('B', "beersel", "Beersel"),
    ('H', "herent", "Herent"),
    ('P', "poperinge", "Poperinge"),
    ('Z', "heist-op-den-berg", "Heist-op-den-Berg"),
    ('W', "wijk-bij-duurstede", "Wijk bij Duurstede"),
];

/// One story, by its code: `B4`, or `B4b` for a second scene of it.
#[must_use = "a story is told to its end: `story.ends()`"]
pub struct Story {
    code: &'static str,
    sentence: &'static str,
    steps: Mutex<Vec<(String, Exchange)>>,
}

impl Story {
    /// A story, and what it is about in one sentence.
    pub const fn of(code: &'static str, sentence: &'static str) -> Self {
        Self {
            code,
            sentence,
            steps: Mutex::new(Vec::new()),
        }
    }

    /// One step: who does what, and the deed, which must be one request.
    pub async fn step<T>(&self, caption: &str, deed: impl Future<Output = T>) -> T {
        let listening = async {
            let done = deed.await;
            (done, OVERHEARD.with(RefCell::take))
        };
        let (done, mut heard) = OVERHEARD.scope(RefCell::default(), listening).await;
        assert_eq!(
            heard.len(),
            1,
            "{}: \"{caption}\" must be one request, so that nobody needs more",
            self.code
        );
        let exchange = heard.remove(0);
        let mut steps = self.steps.lock().expect("no test panicked meanwhile");
        steps.push((caption.to_owned(), exchange));
        done
    }

    /// The end: its part of the page must say what was done.
    #[track_caller]
    pub fn ends(self) {
        let section = self.told();
        let (_, file, title) = page(self.code);
        let path = folder().join(format!("{file}.md"));
        if env::var_os("NABIJ_BLESS").is_some() {
            let _only_one = alone();
            let mut sections = sections(&path);
            sections.insert(key(self.code), section);
            let text = format!(
                "# {title}\n\n{ABOUT}\n{}",
                sections.values().cloned().collect::<String>()
            );
            fs::write(&path, text).expect("the page can be written");
            fs::write(index_path(), index()).expect("the index can be written");
            return;
        }
        let written = sections(&path).remove(&key(self.code)).unwrap_or_default();
        let differs = written
            .lines()
            .zip(section.lines())
            .find(|(was, is)| was != is);
        assert!(
            written == section,
            "{}: the page docs/stories/{file}.md tells it otherwise ({differs:?}); review what \
             changed and rewrite it with NABIJ_BLESS=1",
            self.code
        );
    }

    fn told(&self) -> String {
        let steps = self.steps.lock().expect("no test panicked meanwhile");
        assert!(!steps.is_empty(), "{} has no steps", self.code);
        let mut names = Names::default();
        let mut text = format!("\n## {}. {}\n", self.code, self.sentence);
        for (number, (caption, exchange)) in steps.iter().enumerate() {
            write!(
                text,
                "\n**{}. {caption}**\n\n```graphql\n{}\n```\n",
                number + 1,
                layout::document(&exchange.query)
            )
            .expect("text");
            if exchange
                .variables
                .as_object()
                .is_some_and(|variables| !variables.is_empty())
            {
                let variables = names.instead_of(exchange.variables.clone());
                let variables = layout::json(&variables);
                write!(text, "\nwith\n\n```json\n{variables}\n```\n").expect("text");
            }
            let answer = names.instead_of(less_noise(exchange.answer.clone()));
            let answer = layout::json(&answer);
            write!(text, "\nis answered by\n\n```json\n{answer}\n```\n").expect("text");
        }
        text
    }
}

const ABOUT: &str = "Each step is one request to `POST /graphql` and its answer, as a test made it. \
    Ids are shortened\n(`signal_1`); an empty `userErrors` and the cost are left out. Written by \
    `NABIJ_BLESS=1 cargo test -p nabij-tests`.\n";

/// The index of the stories, from their pages.
#[must_use]
pub fn index() -> String {
    let mut text = String::from(
        "# Stories\n\nWhat the five initiatives do with Nabij, step by step: each step is one \
         request, shown with its answer. The tests\ntell these stories on both databases and fail \
         when a page says anything else.\n",
    );
    for (_, file, title) in PAGES {
        let sections = sections(&folder().join(format!("{file}.md")));
        if sections.is_empty() {
            continue;
        }
        write!(
            text,
            "\n## {title}\n\n| story | what happens | requests |\n|---|---|---|\n"
        )
        .expect("text");
        for ((_, code), section) in sections {
            let heading = section.lines().find_map(|line| line.strip_prefix("## "));
            let heading = heading.unwrap_or_default();
            let sentence = heading
                .split_once(". ")
                .map_or("", |(_, sentence)| sentence);
            let anchor = anchor(heading);
            let requests = section.matches("\n```graphql\n").count();
            writeln!(
                text,
                "| [{code}](stories/{file}.md#{anchor}) | {sentence} | {requests} |"
            )
            .expect("text");
        }
    }
    text
}

/// What a forge makes of a heading: lower case, no punctuation, hyphens for spaces.
fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// Where the index is kept.
#[must_use]
pub fn index_path() -> PathBuf {
    folder().with_extension("md")
}

/// The codes of the stories that the pages tell.
#[must_use]
pub fn codes() -> Vec<String> {
    PAGES
        .iter()
        .flat_map(|(_, file, _)| sections(&folder().join(format!("{file}.md"))).into_keys())
        .map(|(_, code)| code)
        .collect()
}

fn page(code: &str) -> (char, &'static str, &'static str) {
    PAGES
        .into_iter()
        .find(|(letter, ..)| code.starts_with(*letter))
        .unwrap_or_else(|| panic!("no initiative has stories like {code}"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/stories")
}

/// Held while a page is written, also by tests in other processes.
fn alone() -> File {
    fs::create_dir_all(folder()).expect("the folder can be made");
    let lock = env::temp_dir().join("nabij-stories.lock");
    let lock = File::create(lock).expect("the lock can be made");
    lock.lock().expect("the lock can be had");
    lock
}

/// Stories in the order of their numbers.
fn key(code: &str) -> (u32, String) {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    (
        digits.parse().expect("a code has a number"),
        code.to_owned(),
    )
}

/// The stories on a page, by their codes.
fn sections(page: &Path) -> BTreeMap<(u32, String), String> {
    let text = fs::read_to_string(page).unwrap_or_default();
    text.split("\n## ")
        .skip(1)
        .filter_map(|section| {
            let (code, _) = section.split_once(". ")?;
            let mut section = format!("\n## {section}");
            if !section.ends_with('\n') {
                section.push('\n');
            }
            Some((key(code), section))
        })
        .collect()
}

/// What says nothing here: the cost, and a payload's list of what was wrong where nothing was.
fn less_noise(mut answer: Value) -> Value {
    if let Some(answer) = answer.as_object_mut() {
        answer.remove("extensions");
    }
    let payloads = answer["data"].as_object_mut().into_iter().flatten();
    for (_, payload) in payloads {
        let Some(payload) = payload.as_object_mut() else {
            continue;
        };
        if payload.get("userErrors") == Some(&Value::Array(Vec::new())) {
            payload.remove("userErrors");
        }
    }
    if let Some(error) = answer.pointer_mut("/errors") {
        for error in error.as_array_mut().into_iter().flatten() {
            error["extensions"]["requestId"] = Value::from("…");
        }
    }
    answer
}

/// Names instead of what a run can't repeat.
#[derive(Default)]
struct Names {
    given: BTreeMap<String, String>,
    counts: BTreeMap<String, usize>,
}

static IDS: LazyLock<Regex> = LazyLock::new(|| {
    let id = r"\b([a-z]+)_[0-7][0-9a-hjkmnp-tv-z]{25}\b";
    let key = r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b";
    Regex::new(&format!("{id}|{key}")).expect("a regular expression")
});

impl Names {
    fn of(&mut self, kind: &str, what: &str) -> String {
        if let Some(name) = self.given.get(what) {
            return name.clone();
        }
        let count = self.counts.entry(kind.to_owned()).or_default();
        *count += 1;
        let name = format!("{kind}_{count}");
        self.given.insert(what.to_owned(), name.clone());
        name
    }

    fn instead_of(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(
                IDS.replace_all(&text, |found: &Captures<'_>| {
                    let kind = found.get(1).map_or("key", |kind| kind.as_str());
                    self.of(kind, &found[0])
                })
                .into_owned(),
            ),
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.instead_of(item))
                .collect(),
            Value::Object(fields) => Value::Object(
                fields
                    .into_iter()
                    .map(|(name, value)| {
                        let value = match (name.as_str(), value) {
                            (
                                "cursor" | "startCursor" | "endCursor" | "after" | "before",
                                Value::String(cursor),
                            ) => Value::String(self.of("cursor", &cursor)),
                            (_, value) => self.instead_of(value),
                        };
                        (name, value)
                    })
                    .collect::<Map<_, _>>(),
            ),
            other => other,
        }
    }
}
