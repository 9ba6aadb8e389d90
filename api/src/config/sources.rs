//! Reading the layers. Says where a value came from, never what it was.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::error::Kind;
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::{DatabaseUrl, Problem, Settings};
use crate::telemetry::LogFormat;

/// The file that is read when none is named.
const DEFAULT_FILE: &str = "nabij.toml";

/// Variables with our prefix that are no settings of the service: the file's name, and what the
/// admin client reads.
const OTHER_VARIABLES: [&str; 3] = ["NABIJ_CONFIG", "NABIJ_TOKEN", "NABIJ_URL"];

/// The settings that have a flag. Flags win over file and environment.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// The settings' file [default: nabij.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The database; better set in the environment, where a password isn't seen by others
    #[arg(long, value_name = "URL")]
    pub database_url: Option<DatabaseUrl>,
    /// Leave the database's schema as it is
    #[arg(long)]
    pub no_migrate: bool,
    /// How the log is written
    #[arg(long, value_enum)]
    pub log_format: Option<LogFormat>,
    /// What the log holds, as in `info,nabij_api=debug`
    #[arg(long, value_name = "FILTER")]
    pub log: Option<String>,
}

/// Where the settings come from. Has no `Debug`: the environment holds secrets.
#[derive(Clone, Default)]
pub struct Sources {
    /// The environment's variables.
    pub environment: BTreeMap<String, String>,
    /// The command line.
    pub flags: Flags,
    /// The folder that relative names of the settings' file start at.
    pub folder: PathBuf,
}

impl Sources {
    /// The process's own environment and working directory, and these flags.
    #[must_use]
    pub fn of_process(flags: Flags) -> Self {
        // Variables that are no Unicode can't be ours, so they are passed over.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            environment,
            flags,
            folder: PathBuf::new(),
        }
    }

    pub(super) fn read(&self) -> Result<Settings, Vec<Problem>> {
        let defaults = Layer::of_defaults();
        let known: Vec<&String> = defaults.values.keys().collect();
        let layers = [self.file()?, self.environment(), self.flags()];

        let unknown: Vec<Problem> = layers
            .iter()
            .flat_map(|layer| layer.values.keys().map(move |key| (layer, key)))
            .filter(|(_, key)| !known.contains(key))
            .map(|(layer, key)| {
                let names: Vec<&str> = known.iter().map(|name| name.as_str()).collect();
                Problem::new(
                    key,
                    format!("no setting has this name ({})", layer.name),
                    format!("remove it, or use one of: {}", names.join(", ")),
                )
            })
            .collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }

        layers
            .into_iter()
            .fold(Figment::from(defaults), Figment::merge)
            .extract()
            .map_err(|errors| errors.into_iter().map(|error| in_words(&error)).collect())
    }

    fn file(&self) -> Result<Layer, Vec<Problem>> {
        let named = self
            .flags
            .config
            .clone()
            .or_else(|| self.environment.get("NABIJ_CONFIG").map(PathBuf::from));
        let is_named = named.is_some();
        let path = named.unwrap_or_else(|| DEFAULT_FILE.into());
        let name = format!("file {}", path.display());
        let text = match std::fs::read_to_string(self.folder.join(&path)) {
            Ok(text) => text,
            Err(error) if !is_named && error.kind() == std::io::ErrorKind::NotFound => {
                String::new()
            }
            Err(_) => return Err(vec![unreadable(&path)]),
        };
        // Parsed here and not by figment, whose message would show the line, secrets and all.
        let values: Dict = toml::from_str(&text).map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            vec![Problem::new(
                "config",
                format!("line {line} of {name} is not TOML"),
                "write `name = value` lines, with texts in quotes",
            )]
        })?;
        Ok(Layer { name, values })
    }

    fn environment(&self) -> Layer {
        let ours = self.environment.iter().filter_map(|(variable, value)| {
            if OTHER_VARIABLES.contains(&variable.as_str()) {
                return None;
            }
            let setting = variable.strip_prefix("NABIJ_")?.to_ascii_lowercase();
            let value = match setting.as_str() {
                // The settings that are not texts; written as in the file.
                "edge" | "migrate_on_start" | "issuers" | "smallest_count" => {
                    value.parse().unwrap_or_else(|e| match e {})
                }
                _ => Value::from(value.as_str()),
            };
            Some((setting, value))
        });
        let mut values = Dict::new();
        if let Some(url) = self.environment.get("DATABASE_URL") {
            values.insert("database_url".to_owned(), Value::from(url.as_str()));
        }
        values.extend(ours);
        Layer {
            name: "environment".to_owned(),
            values,
        }
    }

    fn flags(&self) -> Layer {
        // In full, so that a new flag can't be forgotten here.
        let Flags {
            config: _,
            listen,
            database_url,
            no_migrate,
            log_format,
            log,
        } = &self.flags;
        let texts = [
            ("listen", listen.map(|address| address.to_string())),
            (
                "database_url",
                database_url.as_ref().map(|url| url.expose().to_owned()),
            ),
            ("log", log.clone()),
        ];
        let mut values: Dict = texts
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))))
            .collect();
        if *no_migrate {
            values.insert("migrate_on_start".to_owned(), Value::from(false));
        }
        if let Some(format) = log_format.and_then(|format| Value::serialize(format).ok()) {
            values.insert("log_format".to_owned(), format);
        }
        Layer {
            name: "flags".to_owned(),
            values,
        }
    }
}

fn unreadable(path: &Path) -> Problem {
    Problem::new(
        "config",
        format!("the file {} can't be read", path.display()),
        "name a file that is there and that this user may read",
    )
}

/// The figment error without the value it quotes.
fn in_words(error: &figment::Error) -> Problem {
    let setting = setting_name(&error.path);
    let from = error.metadata.as_ref().map_or("settings", |m| &m.name);
    let (why, instead) = match &error.kind {
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => (
            "not of the type it must have",
            format!("write {}", plainly(expected)),
        ),
        // The path ends in the unknown name already.
        Kind::UnknownField(_, expected) => (
            "no setting has this name",
            format!("remove it, or use one of: {}", expected.join(", ")),
        ),
        Kind::UnknownVariant(_, expected) => (
            "not a word it knows",
            format!("write one of: {}", expected.join(", ")),
        ),
        Kind::MissingField(name) => {
            let setting = format!("{setting}.{name}");
            return Problem::new(setting, format!("missing ({from})"), "add it");
        }
        _ => (
            "can't be read",
            format!("write it as in {}", default_text(error.path.first())),
        ),
    };
    Problem::new(setting, format!("{why} ({from})"), instead)
}

/// What is expected, without the words of a programming language.
fn plainly(expected: &str) -> &str {
    let is_number = ["u32", "u64", "usize"]
        .iter()
        .any(|kind| expected.contains(kind));
    match expected {
        _ if is_number && expected.contains("nonzero") => "a whole number of at least 1",
        _ if is_number => "a whole number",
        _ if expected.starts_with("struct ") => "a table, as in `{ name = value }`",
        "a sequence" => "a list, as in `[ … ]`",
        _ => expected,
    }
}

/// The default of a setting that is a text.
fn default_text(setting: Option<&String>) -> String {
    setting
        .and_then(|name| Layer::of_defaults().values.remove(name))
        .and_then(Value::into_string)
        .unwrap_or_else(|| "the operator's guide".to_owned())
}

/// `issuers[0].url`, as the checks name it too.
fn setting_name(path: &[String]) -> String {
    path.iter().fold(String::new(), |name, step| {
        match (name.is_empty(), step.parse::<usize>()) {
            (true, _) => step.clone(),
            (false, Ok(position)) => format!("{name}[{position}]"),
            (false, Err(_)) => format!("{name}.{step}"),
        }
    })
}

/// One layer's values, and what to call it.
struct Layer {
    name: String,
    values: Dict,
}

impl Layer {
    /// The defaults, which also are the list of the settings' names.
    fn of_defaults() -> Self {
        let values = Value::serialize(Settings::default())
            .ok()
            .and_then(Value::into_dict)
            .unwrap_or_default();
        Self {
            name: "defaults".to_owned(),
            values,
        }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}
