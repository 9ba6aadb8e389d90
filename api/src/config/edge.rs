//! The settings of the edge: who may come in, how many, how much, and from where.

use std::{num::NonZeroU32, path::PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// What each caller may spend: a bucket of cost that refills. The unit is one record read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// What may be spent at once.
    pub burst: NonZeroU32,
    /// What comes back each second.
    pub per_second: NonZeroU32,
}

/// The settings of the edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EdgeSettings {
    /// How many connections are open at once; more wait at the door.
    pub connections: usize,
    /// How many of them may come from one address that is none of the trusted proxies'; more are
    /// closed.
    pub connections_per_address: usize,
    /// How many requests are worked on at once; more are told to come back.
    pub requests: usize,
    /// How long a request may take, in seconds.
    pub deadline_seconds: u64,
    /// What an account may spend.
    pub account_budget: Bucket,
    /// What an address may spend without an account.
    pub address_budget: Bucket,
    /// Proxies whose `X-Forwarded-For` is believed: addresses or networks (`10.0.0.0/8`).
    pub trusted_proxies: Vec<IpNet>,
    /// Web sites whose pages may call the service from a browser: origins such as
    /// `https://front.example`. None: none may.
    pub cors_origins: Vec<String>,
    /// A JSON file of trusted documents: an object from `sha256:…` to the document's text.
    pub documents_file: Option<PathBuf>,
    /// Who may send nothing but trusted documents: ids of accounts (`user_…`), `anonymous`, or
    /// `everybody`.
    pub documents_only_for: Vec<String>,
}

/// As many as keep a core busy while some of them wait for a database nearby. PostgreSQL has ten
/// connections to give, so that more would only wait there, where nobody is told
/// (docs/performance.md has the measure).
const PLACES_PER_CORE: usize = 4;

impl Default for EdgeSettings {
    fn default() -> Self {
        let bucket = |burst, per_second| Bucket {
            burst: NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN),
            per_second: NonZeroU32::new(per_second).unwrap_or(NonZeroU32::MIN),
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            connections: 1024,
            connections_per_address: 256,
            requests: PLACES_PER_CORE * cores,
            deadline_seconds: 15,
            account_budget: bucket(50_000, 1_000),
            address_budget: bucket(5_000, 100),
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            documents_file: None,
            documents_only_for: Vec::new(),
        }
    }
}
