//! The settings that are refused because they would be unsafe, one function per setting.

mod edge;

use std::collections::HashSet;
use std::net::IpAddr;

use axum::http::Uri;
use tracing_subscriber::EnvFilter;

use super::{DEMO_ISSUER, IssuerSettings, Problem, Purpose, Settings};

impl Settings {
    /// All that is unsafe or can't work; empty when the service may start.
    #[must_use]
    pub fn problems(&self, purpose: Purpose) -> Vec<Problem> {
        let mut problems = Vec::new();
        problems.extend(self.listen_problem(purpose));
        problems.extend(self.database_problem(purpose));
        problems.extend(self.public_url_problem());
        problems.extend(self.log_problem());
        problems.extend(self.smallest_count_problem());
        problems.extend(self.edge.problems());
        let mut seen = HashSet::new();
        for (position, issuer) in self.issuers.iter().enumerate() {
            let name = format!("issuers[{position}]");
            issuer.add_problems(&name, purpose, &mut problems);
            if !seen.insert(&issuer.url) {
                problems.push(Problem::new(
                    format!("{name}.url"),
                    "this issuer is there twice, and only one entry could count",
                    "name each issuer once",
                ));
            }
        }
        problems
    }

    fn listen_problem(&self, purpose: Purpose) -> Option<Problem> {
        let unsafe_demo = purpose == Purpose::Demo && !self.listen.ip().is_loopback();
        unsafe_demo.then(|| {
            Problem::new(
                "listen",
                "the demo's tokens are known to everyone, and this address can be reached from \
                 other machines",
                "write a local address such as 127.0.0.1:8080",
            )
        })
    }

    fn database_problem(&self, purpose: Purpose) -> Option<Problem> {
        let url = &self.database_url;
        let problem = |why, instead| Some(Problem::new("database_url", why, instead));
        if url.is_sqlite() {
            if purpose == Purpose::Serve && url.sqlite_file().is_none() {
                return problem(
                    "a database in memory is gone when the service stops",
                    "name a file, as in sqlite://data/nabij.sqlite?mode=rwc",
                );
            }
            return None;
        }
        if !url.is_postgres() {
            return problem(
                "its scheme is of no database this service knows",
                "write sqlite://PATH?mode=rwc or postgres://USER:PASSWORD@HOST/NAME?sslmode=verify-full",
            );
        }
        let mode = url
            .parameter("sslmode")
            .or_else(|| url.parameter("ssl-mode"));
        let encrypted = matches!(mode, Some("require" | "verify-ca" | "verify-full"));
        if !encrypted && !url.is_local() {
            return problem(
                "the database is on another machine, and people's data and the password could \
                 cross the network unencrypted",
                "add sslmode=verify-full (or verify-ca, or require) to its parameters",
            );
        }
        None
    }

    fn public_url_problem(&self) -> Option<Problem> {
        self.public_url
            .as_deref()
            .and_then(|url| https_problem("public_url", url, "tokens sent to this address"))
    }

    fn smallest_count_problem(&self) -> Option<Problem> {
        (!(3..=1_000).contains(&self.smallest_count)).then(|| {
            Problem::new(
                "smallest_count",
                "below 3, figures would tell of one person, or let two find each other; above 1000, \
                 they would tell nothing",
                "write 5, or a number from 3 to 1000",
            )
        })
    }

    fn log_problem(&self) -> Option<Problem> {
        EnvFilter::try_new(&self.log).err().map(|_| {
            Problem::new(
                "log",
                "this filter can't be read",
                "write levels, as in `info` or `info,nabij_api=debug`",
            )
        })
    }
}

impl IssuerSettings {
    fn add_problems(&self, name: &str, purpose: Purpose, problems: &mut Vec<Problem>) {
        let url = format!("{name}.url");
        if self.url == DEMO_ISSUER && purpose == Purpose::Serve {
            problems.push(Problem::new(
                url,
                "this is the demo's issuer, whose tokens are known to everyone",
                "remove it; only the `demo` command accepts the demo's people",
            ));
        } else {
            problems.extend(https_problem(&url, &self.url, "this issuer's sign-in"));
        }
        if self.audience.trim().is_empty() {
            problems.push(Problem::new(
                format!("{name}.audience"),
                "without an audience, tokens made for other services would be accepted here",
                "write the name that the issuer puts into `aud` for this service",
            ));
        }
        match (&self.jwks_file, &self.jwks) {
            (None, None) => problems.push(Problem::new(
                format!("{name}.jwks_file"),
                "there are no keys to check this issuer's tokens with",
                "save what the issuer serves at its jwks_uri, and name that file here",
            )),
            (Some(_), Some(_)) => problems.push(Problem::new(
                format!("{name}.jwks"),
                "the keys are given twice, and it would not be plain which count",
                "keep either jwks_file or jwks",
            )),
            _ => {}
        }
    }
}

/// Refuses an address that is not `https://`, or `http://` on this machine, and nothing more than
/// scheme, host, port and path.
fn https_problem(setting: &str, url: &str, what: &str) -> Option<Problem> {
    let problem = |why: String, instead: &str| Some(Problem::new(setting, why, instead));
    let parsed = url.parse::<Uri>().ok();
    let parts = parsed.as_ref().and_then(|uri| {
        let authority = uri.authority()?;
        let plain = uri.query().is_none() && !url.contains(['#', '@']);
        plain.then(|| (uri.scheme_str().unwrap_or_default(), authority.host()))
    });
    match parts {
        Some(("https", _)) => None,
        Some(("http", host)) if is_loopback(host) => None,
        Some(("http", _)) => problem(
            format!("{what} could be read and changed on the way, as it is not encrypted"),
            "write its https:// address",
        ),
        _ => problem(
            "this is not an address of the form https://HOST/PATH".to_owned(),
            "write one without user, query (?) and fragment (#)",
        ),
    }
}

/// Whether a host is this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
