//! Why something wasn't done, in words for whoever asked.

use crate::{
    policy::Forbidden,
    store::{Failure, booking::Span},
};

/// What kind of problem it is. The codes are a closed list, each explained in `docs/errors.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A value is missing.
    Required,
    /// A value doesn't fit.
    Invalid,
    /// Not an id, or the id of another kind of record.
    InvalidId,
    /// A text is too long.
    TooLong,
    /// A text is too short.
    TooShort,
    /// A number or a date is out of range.
    OutOfRange,
    /// There is no such record, as far as the viewer may know.
    NotFound,
    /// There is one already.
    AlreadyExists,
    /// Somebody else was faster.
    Conflict,
    /// The record's state doesn't allow it.
    InvalidTransition,
    /// The viewer may see the record but not do this.
    Forbidden,
    /// Personal data needs a basis before it is shared.
    BasisRequired,
    /// The service has no room left.
    CapacityExhausted,
    /// The text holds a national identity number.
    IdentityNumber,
    /// The idempotency key was used with another input.
    IdempotencyMismatch,
}

/// A transition that the record's state doesn't allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The state the record is in.
    pub from: &'static str,
    /// The action that was asked for.
    pub attempted: &'static str,
    /// The actions this state allows, whoever asks.
    pub allowed: Vec<&'static str>,
}

/// One thing that the caller can mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its kind.
    pub code: Code,
    /// What is wrong and what to do. Never repeats a value that was sent.
    pub message: String,
    /// Where in the input it is, from the mutation's `input` on.
    pub path: Vec<String>,
    /// For [`Code::InvalidTransition`].
    pub transition: Option<Box<Transition>>,
    /// For [`Code::Conflict`]: the version the record has now.
    pub current_version: Option<i32>,
    /// For [`Code::Conflict`] about a booking: which of the times asked for are taken.
    pub taken: Vec<Span>,
}

impl Problem {
    /// A problem with the value at `path`, its parts separated by dots (none for the whole).
    #[must_use]
    pub fn new(code: Code, path: &str, message: impl Into<String>) -> Self {
        let path = path
            .split('.')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        Self {
            code,
            message: message.into(),
            path,
            transition: None,
            current_version: None,
            taken: Vec::new(),
        }
    }

    /// The same problem, with the value at another `path` of the input.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        let path = Self::new(self.code, path, "").path;
        Self { path, ..self }
    }

    /// There is no such record, as far as the viewer may know.
    #[must_use]
    pub fn not_found(path: &str) -> Self {
        Self::new(
            Code::NotFound,
            path,
            "There is no such record, or you may not see it. Check the id.",
        )
    }

    /// The record changed since the version the caller expected.
    #[must_use]
    pub fn conflict(current_version: i32) -> Self {
        let mut problem = Self::new(
            Code::Conflict,
            "expectedVersion",
            "The record was changed since you read it. Read it again and repeat what still applies.",
        );
        problem.current_version = Some(current_version);
        problem
    }

    /// Somebody else changed the record at the same moment.
    #[must_use]
    pub fn raced() -> Self {
        Self::new(
            Code::Conflict,
            "",
            "Somebody else changed the record at the same moment. Read it again and repeat what \
             still applies.",
        )
    }

    /// The record's state doesn't allow the action.
    #[must_use]
    pub fn transition(transition: Transition) -> Self {
        let mut problem = Self::new(
            Code::InvalidTransition,
            "",
            format!(
                "{} isn't possible while the record is {}. See `allowed`.",
                transition.attempted, transition.from
            ),
        );
        problem.transition = Some(Box::new(transition));
        problem
    }

    /// The idempotency key was used before with another input.
    #[must_use]
    pub fn idempotency_mismatch() -> Self {
        Self::new(
            Code::IdempotencyMismatch,
            "idempotencyKey",
            "This key was used in the last 24 hours with another input. Make a new key for a new \
             request.",
        )
    }
}

/// Why a use case did nothing.
#[derive(Debug)]
pub enum Refusal {
    /// The caller can mend it.
    Problems(Vec<Problem>),
    /// The caller can't.
    Failure(Failure),
}

/// What a use case returns.
pub type Outcome<T> = Result<T, Refusal>;

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

impl From<Transition> for Refusal {
    fn from(transition: Transition) -> Self {
        Problem::transition(transition).into()
    }
}

impl From<Forbidden> for Problem {
    fn from(Forbidden: Forbidden) -> Self {
        Self::new(
            Code::Forbidden,
            "",
            "You may see this, but your roles don't allow you to do this. Where a record has \
             `allowedActions`, they show what you may do.",
        )
    }
}

impl From<Forbidden> for Refusal {
    fn from(forbidden: Forbidden) -> Self {
        Problem::from(forbidden).into()
    }
}

/// Problems found while an input is read: all of them are told at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the value, or the problem with it.
    pub fn check<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.0.push(problem)).ok()
    }

    /// Adds a problem.
    pub fn add(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Nothing was wrong.
    ///
    /// # Errors
    /// All that was.
    pub fn finish(self) -> Outcome<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Problems(self.0))
        }
    }

    /// The value that was read, if nothing at all was wrong.
    ///
    /// # Errors
    /// All that was.
    pub fn into_value<T>(self, value: Option<T>) -> Outcome<T> {
        match (self.0.is_empty(), value) {
            (true, Some(value)) => Ok(value),
            (true, None) => Err(Failure::Bug("a value is missing without a problem").into()),
            (false, _) => Err(Refusal::Problems(self.0)),
        }
    }
}

/// Turns the database's refusal of a second row into the problem it means to the caller.
///
/// # Errors
/// `problem`, or the failure it was.
pub fn unless_taken<T>(
    result: Result<T, Failure>,
    problem: impl FnOnce() -> Problem,
) -> Outcome<T> {
    result.map_err(|failure| {
        if failure.is_duplicate() {
            problem().into()
        } else {
            failure.into()
        }
    })
}

/// What everything that can be locked optimistically does first.
///
/// # Errors
/// [`Code::Conflict`] when the caller expected another version.
pub fn expect_version(expected: Option<i32>, current: i32) -> Outcome<()> {
    match expected {
        Some(expected) if expected != current => Err(Problem::conflict(current).into()),
        _ => Ok(()),
    }
}
