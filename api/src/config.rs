//! The settings: where they come from, what they are called, and which are refused.
//!
//! Each layer overrides the one before: defaults, the file (`nabij.toml`, or what `--config` or
//! `NABIJ_CONFIG` names), the environment (`NABIJ_` and the setting's name in capitals; also
//! `DATABASE_URL`), the flags.
//!
//! To add a setting: a field in [`Settings`], its default in `Default`, a flag in [`Flags`] if it
//! deserves one, and if there is an unsafe way to set it, a check in `check.rs` with its test.

mod check;
mod database_url;
mod edge;
mod sources;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use database_url::DatabaseUrl;
pub use edge::{Bucket, EdgeSettings};
pub use sources::{Flags, Sources};

use crate::telemetry::LogFormat;

/// The issuer of the demo's people. The name can never be registered (RFC 2606), so no real
/// issuer is ever mistaken for it; `serve` refuses it.
pub const DEMO_ISSUER: &str = "https://demo.nabij.invalid";

/// What the service is started for, which decides what is safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Real people's data.
    Serve,
    /// The invented story, on one's own machine.
    Demo,
}

/// The service's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The database: `sqlite://PATH?mode=rwc` or `postgres://USER:PASSWORD@HOST/NAME?sslmode=…`.
    pub database_url: DatabaseUrl,
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// The address people and systems reach the service at, when it isn't the one it listens on.
    pub public_url: Option<String>,
    /// The file with the ids of erased residents, one on a line. Keep it, and copy it, apart from
    /// the database and its folder: whoever is in it is erased again from a restored backup before
    /// the service listens. It names nobody. Several replicas share it, or have one each.
    pub erased_list: PathBuf,
    /// Whether to bring the database's schema up to date before listening.
    pub migrate_on_start: bool,
    /// How the log is written.
    pub log_format: LogFormat,
    /// What the log holds, as in `info` or `info,nabij_api=debug`.
    pub log: String,
    /// Whose tokens are accepted.
    pub issuers: Vec<IssuerSettings>,
    /// The smallest number of people that figures tell; at least 3. Counts are rounded down to a
    /// multiple of it, or of the next of 5, 7, 11, 13, 17, 19, 23, 25, …
    pub smallest_count: u32,
    /// Who may come in, how many, how much, and from where.
    pub edge: EdgeSettings,
}

/// An issuer whose tokens are accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerSettings {
    /// The issuer's name for itself: the claim `iss`, letter by letter.
    pub url: String,
    /// The issuer's name for this service: what must be in the claim `aud`.
    pub audience: String,
    /// A file with the issuer's public keys (JWK Set); a relative path starts at the working
    /// directory.
    #[serde(default)]
    pub jwks_file: Option<PathBuf>,
    /// The issuer's public keys (JWK Set) as JSON text, instead of a file.
    #[serde(default)]
    pub jwks: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            database_url: DatabaseUrl::from("sqlite://data/nabij.sqlite?mode=rwc"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            erased_list: PathBuf::from("erased/residents.txt"),
            migrate_on_start: true,
            log_format: LogFormat::Human,
            log: "info".to_owned(),
            issuers: Vec::new(),
            smallest_count: 5,
            edge: EdgeSettings::default(),
        }
    }
}

impl Settings {
    /// Puts the layers together and checks the outcome.
    ///
    /// # Errors
    /// All that is wrong: names that are no settings, values that can't be read, unsafe settings.
    pub fn load(sources: &Sources, purpose: Purpose) -> Result<Self, Problems> {
        let settings = sources.read().map_err(Problems)?;
        match settings.problems(purpose) {
            problems if problems.is_empty() => Ok(settings),
            problems => Err(Problems(problems)),
        }
    }
}

impl Settings {
    /// Whether the list of erased residents lies in the folder of the database's file, or below it:
    /// a copy of that folder, put back, takes the list back with it.
    #[must_use]
    pub fn list_lies_with_database(&self) -> bool {
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let list = whole(&self.erased_list);
        let file = self.database_url.sqlite_file().map(whole);
        let folder = file.as_deref().and_then(Path::parent);
        folder.is_some_and(|folder| list.starts_with(folder))
    }
}

/// Something wrong with the settings, in words. Never holds a value that was set: it may be
/// secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting's name.
    pub setting: String,
    /// What is wrong.
    pub why: String,
    /// What to write instead.
    pub instead: String,
}

impl Problem {
    fn new(setting: impl Into<String>, why: impl Into<String>, instead: impl Into<String>) -> Self {
        Self {
            setting: setting.into(),
            why: why.into(),
            instead: instead.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}; {}", self.setting, self.why, self.instead)
    }
}

/// All that is wrong with the settings; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are refused:")?;
        self.0
            .iter()
            .try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests;
