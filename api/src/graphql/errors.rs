//! How what went wrong is told: `userErrors` for what the caller can mend, top-level errors with a
//! code for the rest.

use async_graphql::{Enum, Error, ErrorExtensions, ID, SimpleObject};

use super::scalars::DateTime;
use crate::{
    domain::{Code, Problem, Refusal},
    ids::IdError,
    store::{Failure, Kind, WindowError, booking::Span},
};

/// Why a field has no value. It has no `Display` on purpose: what it holds can't be printed into
/// an answer by accident.
#[derive(Debug)]
pub enum Fault {
    /// The caller can't mend it.
    Failure(Failure),
    /// An argument is wrong; the text says what to do.
    BadInput(&'static str),
    /// What was asked is not for the viewer, or an argument doesn't fit.
    Refused(Problem),
}

/// What resolvers return.
pub type FieldResult<T> = Result<T, Fault>;

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Failure(failure) => Self::Failure(failure),
            // A query tells one problem at a time.
            Refusal::Problems(problems) => match problems.into_iter().next() {
                Some(problem) => Self::Refused(problem),
                None => Self::Failure(Failure::Bug("a refusal without a problem")),
            },
        }
    }
}

impl From<WindowError> for Fault {
    fn from(error: WindowError) -> Self {
        Self::BadInput(error.advice())
    }
}

impl From<IdError> for Fault {
    fn from(error: IdError) -> Self {
        Self::BadInput(id_advice(error))
    }
}

const fn id_advice(error: IdError) -> &'static str {
    match error {
        IdError::Malformed => {
            "This is not an id. Ids look like `signal_01h455vb4pex5vsknk084sn02q`; take them from \
             the service unchanged."
        }
        IdError::OtherKind => {
            "This is the id of another kind of record. The word before the `_` tells the kind."
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::BadInput(advice) => coded(advice, "BAD_USER_INPUT"),
            Fault::Refused(problem) => {
                let code = match problem.code {
                    Code::Forbidden => "FORBIDDEN",
                    _ => "BAD_USER_INPUT",
                };
                coded(&problem.message, code)
            }
            Fault::Failure(failure @ Failure::Unavailable(_)) => {
                tracing::warn!(?failure, "the database is unavailable");
                coded(
                    "The service can't reach its database just now. Nothing was changed; try \
                     again in a moment.",
                    "SERVICE_UNAVAILABLE",
                )
            }
            Fault::Failure(failure @ Failure::Unsure(_)) => {
                tracing::error!(?failure, "the database went away at a commit");
                coded(
                    "The database went away at the last moment, so we can't tell whether this was \
                     done. Send it again with the same idempotencyKey, or read the record: then \
                     you see.",
                    "OUTCOME_UNKNOWN",
                )
            }
            Fault::Failure(failure) => {
                tracing::error!(?failure, "a request failed");
                coded(
                    "Something went wrong on our side. If it happens again, report the request id.",
                    "INTERNAL_SERVER_ERROR",
                )
            }
        }
    }
}

/// Beside the answer to a mutation that was done, where its record can't be read: what was done isn't
/// told as a failure.
pub fn done_but_unseen(failure: &Failure) -> Error {
    tracing::error!(?failure, "what was done can't be shown");
    let code = match failure {
        Failure::Unavailable(_) => "SERVICE_UNAVAILABLE",
        _ => "INTERNAL_SERVER_ERROR",
    };
    coded(
        "This was done, but the service can't show the record just now. Read it again in a moment.",
        code,
    )
}

fn coded(message: &str, code: &'static str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// The UUID in an id that is an argument of a query.
///
/// # Errors
/// When it isn't the id of such a record.
pub fn id(kind: Kind, id: &ID) -> FieldResult<uuid::Uuid> {
    Ok(crate::ids::parse(kind, id)?)
}

/// The UUID in an id that is part of a mutation's input.
///
/// # Errors
/// [`Code::InvalidId`].
pub fn input_id(kind: Kind, path: &str, id: &ID) -> Result<uuid::Uuid, Problem> {
    crate::ids::parse(kind, id)
        .map_err(|error| Problem::new(Code::InvalidId, path, id_advice(error)))
}

/// The same for an id that may be left out.
///
/// # Errors
/// [`Code::InvalidId`].
pub fn input_id_opt(
    kind: Kind,
    path: &str,
    id: Option<&ID>,
) -> Result<Option<uuid::Uuid>, Problem> {
    id.map(|id| input_id(kind, path, id)).transpose()
}

/// What kind of problem a `UserError` is. The list is closed; `docs/errors.md` has a section for
/// each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Code")]
pub enum UserErrorCode {
    /// A value is missing: give it.
    Required,
    /// A value doesn't fit: the message says why.
    Invalid,
    /// Not an id, or the id of another kind of record.
    InvalidId,
    /// A text is too long: the message says how long it may be.
    TooLong,
    /// A text is too short.
    TooShort,
    /// A number or a date is out of range.
    OutOfRange,
    /// There is no such record, or you may not see it.
    NotFound,
    /// There is one already.
    AlreadyExists,
    /// The record was changed by somebody else: read it again. Or what is to be booked is taken: see
    /// `taken`.
    Conflict,
    /// The record's state doesn't allow this: see `from`, `attempted` and `allowed`.
    InvalidTransition,
    /// You may see the record but not do this to it.
    Forbidden,
    /// Sharing personal data needs a basis: a consent, or another one of the GDPR's.
    BasisRequired,
    /// The service has no room left.
    CapacityExhausted,
    /// The text holds a national identity number, which Nabij may not keep: remove it.
    IdentityNumber,
    /// The idempotency key was used before with another input.
    IdempotencyMismatch,
}

/// Something in the input that you can mend. Nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct UserError {
    /// What kind of problem it is.
    pub code: UserErrorCode,
    /// What is wrong and what to do about it.
    pub message: String,
    /// Where in `input` it is; null when it is about the whole.
    pub path: Option<Vec<String>>,
    /// For INVALID_TRANSITION: the state the record is in.
    pub from: Option<String>,
    /// For INVALID_TRANSITION: the action that was asked for.
    pub attempted: Option<String>,
    /// For INVALID_TRANSITION: the actions that the state allows, whoever asks.
    pub allowed: Option<Vec<String>>,
    /// For CONFLICT with an expected version: the version the record has now.
    pub current_version: Option<i32>,
    /// For CONFLICT about a booking: which of the times that were asked for are taken, at most 10.
    pub taken: Option<Vec<TimeSpan>>,
}

impl From<Problem> for UserError {
    fn from(problem: Problem) -> Self {
        let Problem {
            code,
            message,
            path,
            transition,
            current_version,
            taken,
        } = problem;
        let (from, attempted, allowed) = transition
            .map(|t| {
                let allowed: Vec<String> = t.allowed.into_iter().map(str::to_owned).collect();
                (t.from.to_owned(), t.attempted.to_owned(), allowed)
            })
            .map_or((None, None, None), |(f, a, l)| (Some(f), Some(a), Some(l)));
        Self {
            code: code.into(),
            message,
            path: (!path.is_empty()).then_some(path),
            from,
            attempted,
            allowed,
            current_version,
            taken: (!taken.is_empty()).then(|| taken.into_iter().map(TimeSpan::from).collect()),
        }
    }
}

/// From a moment on until another one, which doesn't belong to it.
#[derive(Clone, Debug, SimpleObject)]
pub struct TimeSpan {
    /// From when.
    pub starts_at: DateTime,
    /// Until when; the next may begin then.
    pub ends_at: DateTime,
}

impl From<Span> for TimeSpan {
    fn from(span: Span) -> Self {
        Self {
            starts_at: span.starts_at.into(),
            ends_at: span.ends_at.into(),
        }
    }
}

/// What a refusal becomes: user errors, or a fault.
///
/// # Errors
/// When the caller can't mend it.
pub fn user_errors(refusal: Refusal) -> FieldResult<Vec<UserError>> {
    match refusal {
        Refusal::Problems(problems) => Ok(problems.into_iter().map(Into::into).collect()),
        Refusal::Failure(failure) => Err(Fault::Failure(failure)),
    }
}
