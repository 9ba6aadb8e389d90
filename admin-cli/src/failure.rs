//! What is told when something fails, and the exit code that goes with it.
//!
//! To add a case, a function on [`Failure`] where it arises; codes are documented in
//! `docs/admin.md` and don't change.

use std::{borrow::Cow, process::ExitCode};

use serde::Serialize;

/// How a run ended; the number is the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Exit {
    /// Everything asked for was done.
    Done = 0,
    /// The service refused what was asked (user errors).
    Refused = 1,
    /// The command line, a setting or a file isn't right, or a file can't be read or written.
    Usage = 2,
    /// Not signed in, or not allowed.
    SignIn = 3,
    /// The service can't be reached, or is unavailable.
    Unavailable = 4,
    /// The service answered something this client doesn't understand, or failed.
    Unexpected = 5,
}

impl Exit {
    /// The exit code of a process that was interrupted from the keyboard, as shells have it.
    pub const INTERRUPTED: u8 = 130;

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The word for it in JSON.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Refused => "REFUSED",
            Self::Usage => "USAGE",
            Self::SignIn => "SIGN_IN",
            Self::Unavailable => "UNAVAILABLE",
            Self::Unexpected => "UNEXPECTED",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// One thing that is wrong, of several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail {
    /// The service's code for it, if it comes from there.
    pub(crate) code: Option<String>,
    /// What is wrong and what to do about it.
    pub(crate) message: String,
    /// Where in the input, such as `services.0.name`.
    pub(crate) path: Option<String>,
    /// The line of the file that says it.
    pub(crate) line: Option<usize>,
}

/// Why a run ended without doing what was asked. It never holds the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// What went wrong.
    pub(crate) what: Cow<'static, str>,
    /// What to do about it.
    pub(crate) advice: Cow<'static, str>,
    /// The parts of it, if it has any.
    pub(crate) details: Vec<Detail>,
    /// The service's name for the request, for asking for help.
    pub(crate) request_id: Option<String>,
}

impl Failure {
    pub(crate) fn new(
        exit: Exit,
        what: impl Into<Cow<'static, str>>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            exit,
            what: what.into(),
            advice: advice.into(),
            details: Vec::new(),
            request_id: None,
        }
    }

    pub(crate) fn usage(
        what: impl Into<Cow<'static, str>>,
        advice: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::new(Exit::Usage, what, advice)
    }

    /// The service answered without an error and without data.
    pub(crate) fn no_data() -> Self {
        Self::new(
            Exit::Unexpected,
            "The service answered without the data that was asked for.",
            "Check that this client is of the same release as the service.",
        )
    }

    pub(crate) fn with_details(self, details: Vec<Detail>) -> Self {
        Self { details, ..self }
    }

    pub(crate) fn with_request_id(self, request_id: Option<String>) -> Self {
        Self { request_id, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_documentation() {
        let page = include_str!("../../docs/admin.md");
        for (exit, number) in [
            (Exit::Done, 0),
            (Exit::Refused, 1),
            (Exit::Usage, 2),
            (Exit::SignIn, 3),
            (Exit::Unavailable, 4),
            (Exit::Unexpected, 5),
        ] {
            assert_eq!(exit.code(), number);
            let row = format!("| {number} | `{}` |", exit.kind());
            assert!(page.contains(&row), "{row} isn't in docs/admin.md");
        }
    }
}
