//! Why a request is refused, in words that say what to do and repeat no value that was sent.
//!
//! The compiler's own messages quote literals, so only those known to hold nothing but names are
//! passed on ([`diagnostic`]); everything else gets a sentence of ours. To add one: an arm there.

use std::fmt;

use apollo_compiler::Schema;
use apollo_compiler::diagnostic::Diagnostic;
use apollo_compiler::validation::{DiagnosticData, DiagnosticList};

use super::fitting;
use super::limits::Limits;

/// The longest name that is repeated in a message; a name is the caller's text too.
const NAME_LENGTH: usize = 64;

/// The class of a refusal, written as `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// The document is not GraphQL.
    ParseFailed,
    /// The document asks for what the schema doesn't have.
    ValidationFailed,
    /// A variable is missing or has the wrong type.
    BadUserInput,
    /// The document has no such operation, or several and none was named.
    OperationResolution,
    /// The document or the operation is larger than the limits allow.
    TooExpensive,
}

impl RefusalCode {
    /// The code as callers see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::OperationResolution => "OPERATION_RESOLUTION_FAILURE",
            Self::TooExpensive => "QUERY_TOO_EXPENSIVE",
        }
    }
}

/// A place in the document: line and column, both counted from one, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its class.
    pub code: RefusalCode,
    /// What is wrong and what to do, without any value that was sent.
    pub message: String,
    /// Where in the document, when it is at a place.
    pub location: Option<Location>,
}

impl Problem {
    pub(super) fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            location: None,
        }
    }

    pub(super) fn at(mut self, location: Option<Location>) -> Self {
        self.location = location;
        self
    }

    /// A limit that was passed: `what` names it, with the amount asked for and the limit.
    pub(super) fn over(what: &str, asked: impl fmt::Display, limit: impl fmt::Display) -> Self {
        Self::new(
            RefusalCode::TooExpensive,
            format!(
                "The request has {asked} {what}; at most {limit} are allowed. Ask for less, or in several requests."
            ),
        )
    }
}

/// A request that doesn't get through the gate: at least one problem, at most [`Limits::errors`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, in the order of the document.
    pub problems: Vec<Problem>,
    /// What the operation would cost, where it is that which is too much.
    pub cost: Option<u64>,
}

impl Refused {
    pub(super) fn new(problems: Vec<Problem>) -> Self {
        Self {
            problems,
            cost: None,
        }
    }

    /// An operation that costs more than one may.
    pub(super) fn too_expensive(cost: u64, limit: u64) -> Self {
        let message = format!(
            "The operation costs {cost}; one may cost {limit}. Ask for smaller pages (first) or fewer levels, or in several requests."
        );
        Self {
            problems: vec![Problem::new(RefusalCode::TooExpensive, message)],
            cost: Some(cost),
        }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::new(vec![problem])
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(
                f,
                "{separator}{}: {}",
                problem.code.as_str(),
                problem.message
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// The parser's errors. When a limit stopped the parser, whatever else it says is noise.
pub(super) fn of_parsing(errors: &DiagnosticList, limits: &Limits) -> Refused {
    if let Some(limit) = errors.iter().find_map(|error| parser_limit(&error, limits)) {
        return limit.into();
    }
    collect(errors, limits, |_| {
        Problem::new(
            RefusalCode::ParseFailed,
            "The document can't be read from here on; mend its GraphQL syntax.",
        )
    })
}

/// The validator's errors.
pub(super) fn of_validation(errors: &DiagnosticList, schema: &Schema, limits: &Limits) -> Refused {
    collect(errors, limits, |error| {
        Problem::new(RefusalCode::ValidationFailed, diagnostic(error, schema))
    })
}

fn collect(
    errors: &DiagnosticList,
    limits: &Limits,
    problem: impl Fn(&DiagnosticData) -> Problem,
) -> Refused {
    // A field that isn't there leaves an empty selection behind, which isn't the caller's mistake.
    let kind = |error: &DiagnosticData| error.unstable_error_name().unwrap_or_default();
    let undefined = errors
        .iter()
        .any(|error| kind(error.error) == "UndefinedField");
    let problems = errors
        .iter()
        .filter(|error| !(undefined && kind(error.error) == "MissingSubselection"))
        .take(limits.errors)
        .map(|error| {
            let location = error.line_column_range().map(|range| Location {
                line: range.start.line,
                column: range.start.column,
            });
            problem(error.error).at(location)
        })
        .collect();
    Refused::new(problems)
}

fn parser_limit(error: &Diagnostic<'_, DiagnosticData>, limits: &Limits) -> Option<Problem> {
    // Syntax errors quote the source but always begin with "syntax error", limits never do.
    let text = error.error.to_string();
    let what = if text.starts_with("token limit reached") {
        format!("more than {} tokens", limits.tokens)
    } else if text.starts_with("parser recursion limit reached") {
        format!("more than {} levels of nesting", limits.recursion)
    } else {
        return None;
    };
    Some(Problem::new(
        RefusalCode::TooExpensive,
        format!("The document has {what}. Send a smaller one; values belong in variables."),
    ))
}

/// A validation error in words. Names are repeated (without them nobody finds the mistake),
/// literals are not.
fn diagnostic(error: &DiagnosticData, schema: &Schema) -> String {
    let kind = error.unstable_error_name().unwrap_or_default();
    let said = error.unstable_compat_message().unwrap_or_default();
    let message = match kind {
        // These hold nothing but names of the schema and of the document.
        "UniqueVariable"
        | "UniqueArgument"
        | "UndefinedArgument"
        | "UndefinedDefinition"
        | "UndefinedDirective"
        | "UndefinedVariable"
        | "UndefinedFragment"
        | "RequiredArgument"
        | "RequiredField"
        | "VariableInputType"
        | "UnusedVariable"
        | "UnsupportedLocation"
        | "UniqueDirective"
        | "InvalidFragmentTarget"
        | "InvalidFragmentSpread"
        | "UnusedFragment"
        | "DisallowedVariableUsage"
        | "RecursiveFragmentDefinition"
        | "UndefinedField"
        | "AmbiguousAnonymousOperation"
        | "OperationNameCollision"
        | "FragmentNameCollision"
        | "UndefinedRootOperation"
        | "UndefinedTypeInNamedFragmentTypeCondition"
        | "UndefinedTypeInInlineFragmentTypeCondition"
        | "SubselectionOnScalarType"
        | "SubselectionOnEnumType"
        | "SubscriptionUsesMultipleFields"
        | "SubscriptionUsesIntrospection"
        | "SubscriptionUsesConditionalSelection"
        | "ConflictingFieldType"
        | "ConflictingFieldName"
        | "ConflictingFieldArgument" => said,
        "MissingSubselection" => match said.split('"').nth(1) {
            Some(field) if is_name(field) => {
                format!(
                    "Field \"{field}\" gives an object; say in braces which of its fields to return."
                )
            }
            _ => String::new(),
        },
        // `Value "x" does not exist in "T" enum.`
        "UndefinedEnumValue" => said
            .split('"')
            .nth(3)
            .and_then(|ty| schema.get_enum(ty))
            .map(|ty| fitting::enum_values(ty))
            .unwrap_or_default(),
        // `Field "x" is not defined by type "T".`
        "UndefinedInputValue" => {
            let mut quoted = said.split('"').skip(1).step_by(2);
            let (field, ty) = (quoted.next(), quoted.next());
            ty.and_then(|ty| schema.get_input_object(ty))
                .map(|ty| fitting::unknown_field(field.unwrap_or_default(), ty))
                .unwrap_or_default()
        }
        // `T cannot represent value: …`
        "UnsupportedValueType" => said
            .split_once(' ')
            .and_then(|(ty, _)| schema.types.get(ty))
            .map(|ty| fitting::shape(ty, true))
            .unwrap_or_default(),
        "IntCoercionError" => {
            "Int can't represent this number; it must be whole and fit into 32 bits.".to_owned()
        }
        "FloatCoercionError" => "Float can't represent this number.".to_owned(),
        "UniqueInputValue" => "An input object has the same field twice; keep one.".to_owned(),
        "TypeSystemDefinition" => {
            "The document defines types; send operations and fragments only.".to_owned()
        }
        _ => String::new(),
    };
    if message.is_empty() {
        return "The document doesn't fit the schema here; compare it with /schema.graphql."
            .to_owned();
    }
    cut_names(&message)
}

/// Whether the text is a GraphQL name, a type reference or a coordinate, and so can't be a value.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.!$[]".contains(&byte))
}

/// Shortens every overlong name in a message.
pub(super) fn cut_names(message: &str) -> String {
    let mut cut = String::with_capacity(message.len().min(1024));
    let mut run = 0;
    for letter in message.chars() {
        run = if letter.is_ascii_alphanumeric() || letter == '_' {
            run + 1
        } else {
            0
        };
        if run <= NAME_LENGTH {
            cut.push(letter);
        } else if run == NAME_LENGTH + 1 {
            cut.push('…');
        }
    }
    cut
}
