//! The database's address, which may hold a password and so is never shown in full.

use std::fmt;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// The database's address. Shows itself without user, password and parameters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl From<&str> for DatabaseUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

impl From<String> for DatabaseUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl DatabaseUrl {
    /// The address in full, password and all: for connecting, not for showing.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What comes before the colon.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.split_once(':').map_or("", |(scheme, _)| scheme)
    }

    /// Whether this is SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.scheme() == "sqlite"
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.scheme(), "postgres" | "postgresql")
    }

    /// The SQLite file; none for PostgreSQL and for a database in memory.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&Path> {
        let rest = self.0.strip_prefix("sqlite:")?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        let in_memory = path.is_empty()
            || path == ":memory:"
            || parameters.split('&').any(|one| one == "mode=memory");
        (!in_memory).then(|| Path::new(path))
    }

    /// Makes the folder of the SQLite file when it isn't there yet, closed to others, since it
    /// will hold people's data.
    ///
    /// # Errors
    /// When the folder can't be made.
    pub fn create_folder(&self) -> io::Result<()> {
        let folder = self.sqlite_file().and_then(Path::parent);
        match folder {
            Some(folder) if !folder.as_os_str().is_empty() => {
                let mut builder = std::fs::DirBuilder::new();
                builder.recursive(true);
                #[cfg(unix)]
                std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
                builder.create(folder)
            }
            _ => Ok(()),
        }
    }

    /// The value of a parameter after the question mark; of several, the last, as the driver does.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters()
            .filter_map(|(key, value)| (key == name).then_some(value))
            .last()
    }

    fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        let (_, parameters) = self.0.split_once('?').unwrap_or_default();
        parameters.split('&').filter_map(|one| one.split_once('='))
    }

    /// Whether the connection stays on this machine: every host that is named, wherever the
    /// driver may look for it, is this one.
    pub(super) fn is_local(&self) -> bool {
        let named = self
            .parameters()
            .filter_map(|(key, value)| matches!(key, "host" | "hostaddr").then_some(value));
        std::iter::once(self.authority_host())
            .chain(named)
            .all(|host| is_socket(host) || super::check::is_loopback(host))
    }

    /// The host between the scheme and the path; empty when there is none.
    fn authority_host(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
            Some((address, _)) => address,
            None => host.split(':').next().unwrap_or_default(),
        }
    }
}

/// Whether a host is none, or the folder of a local socket, its slash escaped or not.
fn is_socket(host: &str) -> bool {
    host.is_empty()
        || ["/", "%2F", "%2f"]
            .iter()
            .any(|slash| host.starts_with(slash))
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = self.sqlite_file() {
            return write!(f, "sqlite://{}", file.display());
        }
        let (shown, _) = self.0.split_once('?').unwrap_or((&self.0, ""));
        // A question mark before the last @ belongs to a password that wasn't escaped.
        let cut_in_password = self.0.rfind('@').is_some_and(|at| at >= shown.len());
        match shown.split_once("://") {
            Some((scheme, rest)) if !cut_in_password => {
                let rest = rest.rsplit('@').next().unwrap_or_default();
                write!(f, "{scheme}://{rest}")
            }
            _ if self.is_sqlite() => f.write_str("sqlite::memory:"),
            _ => f.write_str("[database]"),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}
