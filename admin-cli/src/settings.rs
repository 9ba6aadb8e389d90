//! Where the service is, and with which token: flags before environment. The token itself is never
//! a flag, because every user of a machine can read the flags of every process.

use std::{fmt, fs, path::Path};

use reqwest::{Url, header::HeaderValue};

use crate::{args::Args, failure::Failure};

/// The service's address when nothing else is said: the one it listens on by itself.
const DEFAULT_URL: &str = "http://127.0.0.1:8080";

/// What a client needs to know.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Where GraphQL is answered.
    pub(crate) endpoint: Url,
    pub(crate) token: Option<Token>,
}

/// A bearer token; shown nowhere.
#[derive(Clone)]
pub(crate) struct Token(HeaderValue);

impl Token {
    /// Reads a token; none when the text is empty.
    fn read(text: &str, whence: &str) -> Result<Option<Self>, Failure> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = || {
            Failure::usage(
                format!("What is in {whence} isn't a token: a token is one word."),
                "Put the token there as you got it, without `Bearer` and without quotes.",
            )
        };
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(wrong());
        }
        let mut header = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| wrong())?;
        header.set_sensitive(true);
        Ok(Some(Self(header)))
    }

    /// The value of the `Authorization` header.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Reads the settings.
///
/// # Errors
/// When the address or the token can't be used, or would give the token away.
pub(crate) fn read(
    args: &Args,
    env: &(dyn Fn(&str) -> Option<String> + Sync),
) -> Result<Settings, Failure> {
    let url = match &args.url {
        Some(url) => url.clone(),
        None => env("NABIJ_URL")
            .filter(|url| !url.is_empty())
            .unwrap_or_else(|| DEFAULT_URL.to_owned()),
    };
    let endpoint = endpoint(&url)?;
    let token = match &args.token_file {
        Some(file) => Some(from_file(file)?),
        None => Token::read(&env("NABIJ_TOKEN").unwrap_or_default(), "NABIJ_TOKEN")?,
    };
    if token.is_some() && endpoint.scheme() == "http" && !is_loopback(&endpoint) {
        return Err(Failure::usage(
            "The service's address is http://, so everybody on the way could read the token.",
            "Use its https:// address. Plain http:// is for a service on this machine.",
        ));
    }
    Ok(Settings { endpoint, token })
}

fn from_file(file: &Path) -> Result<Token, Failure> {
    let text = fs::read_to_string(file).map_err(|error| {
        Failure::usage(
            format!("The token file {} can't be read: {error}.", file.display()),
            "Check the path after --token-file.",
        )
    })?;
    let whence = format!("the token file {}", file.display());
    Token::read(&text, &whence)?.ok_or_else(|| {
        Failure::usage(
            format!("There is no token in {whence}."),
            "Put the token in it, on one line.",
        )
    })
}

/// The address of GraphQL at a service's address.
fn endpoint(url: &str) -> Result<Url, Failure> {
    let wrong = |what: &'static str| {
        Failure::usage(
            what,
            "Give the service's address like https://nabij.example.org, with --url or NABIJ_URL.",
        )
    };
    let mut url = Url::parse(url).map_err(|_| wrong("The service's address isn't a URL."))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(wrong(
            "The service's address isn't an http:// or https:// URL.",
        ));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("The service's address holds a name or a password."));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("The service's address has a `?` or `#` in it."));
    }
    let path = url.path().trim_end_matches('/');
    let path = format!("{}/graphql", path.strip_suffix("/graphql").unwrap_or(path));
    url.set_path(&path);
    Ok(url)
}

/// Whether an address is this machine's own.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::failure::Exit;

    fn reading(flags: &[&str], env: &[(&str, &str)]) -> Result<Settings, Failure> {
        let line = ["nabij-admin"]
            .iter()
            .chain(flags)
            .chain(&["partner", "list"]);
        let env: Vec<(String, String)> = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        read(&Args::parse_from(line), &move |name| {
            let found = env.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        })
    }

    #[test]
    fn a_flag_goes_before_the_environment_and_that_before_the_default() {
        let url = |flags: &[&str], env: &[(&str, &str)]| {
            reading(flags, env).unwrap().endpoint.to_string()
        };
        let elsewhere = ("NABIJ_URL", "https://a.example/care/");
        assert_eq!(url(&[], &[]), "http://127.0.0.1:8080/graphql");
        assert_eq!(url(&[], &[elsewhere]), "https://a.example/care/graphql");
        assert_eq!(
            url(&["--url", "https://b.example/graphql"], &[elsewhere]),
            "https://b.example/graphql"
        );
    }

    #[test]
    fn a_token_never_goes_out_in_the_clear() {
        let token = ("NABIJ_TOKEN", "s3cret-t0ken");
        for safe in [
            "https://nabij.example",
            "http://localhost:1",
            "http://127.4.5.6",
            "http://[::1]:8080",
        ] {
            let settings = reading(&["--url", safe], &[token]).unwrap();
            assert!(settings.token.is_some());
            assert!(!format!("{settings:?}").contains("s3cret"), "{settings:?}");
        }
        for unsafe_ in [
            "http://nabij.example",
            "http://localhost.example",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "http://[::2]",
        ] {
            let refused = reading(&["--url", unsafe_], &[token]).unwrap_err();
            assert_eq!(refused.exit, Exit::Usage, "{unsafe_}");
            assert!(!format!("{refused:?}").contains("s3cret"));
            // Nothing to give away without one.
            assert!(reading(&["--url", unsafe_], &[]).unwrap().token.is_none());
        }
    }

    #[test]
    fn addresses_that_cannot_be_meant_are_refused() {
        for wrong in [
            "nabij.example",
            "ftp://nabij.example",
            "https://me:secret@nabij.example",
            "https://nabij.example/?token=secret",
            "mailto:a@b.c",
        ] {
            let refused = reading(&["--url", wrong], &[]).unwrap_err();
            assert_eq!(refused.exit, Exit::Usage, "{wrong}");
            assert!(!format!("{refused:?}").contains("secret"));
        }
    }

    #[test]
    fn a_token_is_one_word() {
        for wrong in ["Bearer abc", "abc\ndef", "ab\u{e9}"] {
            assert!(reading(&[], &[("NABIJ_TOKEN", wrong)]).is_err(), "{wrong}");
        }
        for none in ["", " \n"] {
            let settings = reading(&[], &[("NABIJ_TOKEN", none)]).unwrap();
            assert!(settings.token.is_none());
        }
        let missing = reading(&["--token-file", "/nowhere/token"], &[]).unwrap_err();
        assert!(missing.what.contains("/nowhere/token"));
    }
}
