//! What a request must pass before it is executed, whichever way it came in: parsed, measured,
//! validated against our own SDL, one operation chosen, its variables coerced, its cost summed.
//!
//! The executor's own parser and limits don't hold: nested lists overflow its stack, fragments
//! that double hold its validation for seconds, its sums wrap. So nothing reaches it that hasn't
//! been through [`Gate::admit`], and what it gets is the document already read.
//!
//! `document.rs` reads a text once and keeps it; `extent.rs` measures it; `cost.rs` weighs an operation,
//! by `cost/lengths.rs` and what `cost/arguments.rs` finds asked for (with `introspection.rs`);
//! `variables.rs` coerces; `inputs.rs` (with `fitting.rs`) checks every value sent; `convert.rs` writes
//! the document over for the executor; `absent.rs` mends what the executor would misread; `errors.rs`
//! says why not. A new limit starts in `limits.rs`.

mod absent;
mod convert;
mod cost;
mod document;
mod errors;
mod extent;
mod fitting;
mod inputs;
mod introspection;
mod limits;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::HashMap;
use std::fmt;

use apollo_compiler::Schema;
use apollo_compiler::ast::OperationType;
use apollo_compiler::validation::Valid;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument};
use async_graphql::{Name, Variables};
use serde_json::{Map, Value};

pub use cost::explain::{Explanation, PricedField};
pub use errors::{Location, Problem, RefusalCode, Refused};
pub use inputs::{ScalarCheck, ScalarChecks};
pub use limits::Limits;

use cost::{Prices, Weighed};
use document::Documents;
use inputs::Rules;

/// A request as it came in, before anything is known of it.
#[derive(Clone, Copy, Debug)]
pub struct GraphQlRequest<'a> {
    /// The text of the document.
    pub query: &'a str,
    /// The operation meant, for a document with several.
    pub operation_name: Option<&'a str>,
    /// The variables by name. Those the operation doesn't declare are left out.
    pub variables: &'a Map<String, Value>,
    /// Whether to say what each field costs.
    pub explain: bool,
}

/// The kind of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes; must be run to its end once begun.
    Mutation,
    /// Streams; needs a transport that can.
    Subscription,
}

/// A request that may be executed.
#[derive(Debug)]
pub struct Admitted {
    /// The kind of its operation.
    pub kind: OperationKind,
    /// The name of its operation, if it has one. At most as long as the document: cut it in logs.
    pub operation_name: Option<String>,
    /// The operation and the fragments it reaches, and no others.
    pub document: ExecutableDocument,
    /// The variables it declares, coerced, defaults filled in.
    pub variables: Variables,
    /// What it costs, in records; how that is counted stands in `cost.rs`.
    pub cost: u64,
    /// The most one operation may cost.
    pub cost_limit: u64,
    /// What each of its fields costs, where that was asked for. It is not to be executed then.
    pub explained: Option<Explanation>,
}

impl Admitted {
    /// What is taken out of its caller's bucket for it.
    #[must_use]
    pub fn charge(&self) -> u64 {
        match self.explained {
            Some(_) => cost::EXPLANATION,
            None => self.cost,
        }
    }

    /// The request for the executor, with the document read and the text left out.
    #[must_use]
    pub fn into_request(self) -> async_graphql::Request {
        let mut request = async_graphql::Request::new(String::new()).variables(self.variables);
        if let Some(name) = self.operation_name {
            request = request.operation_name(name);
        }
        request.set_parsed_query(self.document);
        request
    }
}

/// The SDL the gate was given isn't a valid schema; the text says where.
#[derive(Debug)]
pub struct GateSetupError(String);

impl fmt::Display for GateSetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the schema is not valid; mend the types that make it: {}",
            self.0
        )
    }
}

impl std::error::Error for GateSetupError {}

/// Admits requests for one schema. One per service, shared.
pub struct Gate {
    schema: Valid<Schema>,
    limits: Limits,
    scalars: ScalarChecks,
    prices: Prices,
    documents: Documents,
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Gate {
    /// A gate for the schema in this SDL.
    ///
    /// # Errors
    /// When the SDL is not a valid schema.
    pub fn new(sdl: &str, limits: Limits) -> Result<Self, GateSetupError> {
        let schema = Schema::parse_and_validate(sdl, "schema.graphql")
            .map_err(|failed| GateSetupError(failed.errors.to_string()))?;
        Ok(Self {
            prices: Prices::new(&schema),
            schema,
            documents: Documents::new(&limits),
            scalars: ScalarChecks::new(),
            limits,
        })
    }

    /// The same gate, which refuses texts that aren't of their scalar. Without a check a custom
    /// scalar is taken as it comes.
    #[must_use]
    pub fn with_scalars(mut self, scalars: ScalarChecks) -> Self {
        self.scalars = scalars;
        self
    }

    /// The limits it holds requests to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether a document fits the schema and the limits, whichever of its operations is meant.
    ///
    /// # Errors
    /// With what must be mended.
    pub fn check(&self, text: &str) -> Result<(), Refused> {
        self.documents
            .read(text, &self.schema, &self.limits)
            .map(drop)
    }

    /// The list fields of the schema, as `Type.field`, of which `cost/lengths.rs` doesn't say how long
    /// they are, and its rows that are about no field: none, or costs are guesses.
    #[must_use]
    pub fn lists_without_length(&self) -> Vec<String> {
        self.prices.lists_without_length(&self.schema)
    }

    /// Lets a request through, or says what is wrong with it.
    ///
    /// # Errors
    /// With what must be mended; see [`RefusalCode`] for the classes.
    pub fn admit(&self, request: &GraphQlRequest<'_>) -> Result<Admitted, Refused> {
        let document = self
            .documents
            .read(request.query, &self.schema, &self.limits)?;
        let operation = document.operation(request.operation_name)?;
        let rules = Rules {
            schema: &self.schema,
            scalars: &self.scalars,
            limits: &self.limits,
        };
        let variables =
            variables::coerce(operation, request.variables, &document.typed.sources, rules)?;
        rules.check_literals(&document.typed, operation, &variables)?;
        let Weighed {
            cost,
            comparisons,
            fragments: reached,
        } = self
            .prices
            .weigh(&document.typed, operation, &variables, &self.limits);
        if comparisons > self.limits.comparisons {
            let over = Problem::over("conditions", comparisons, self.limits.comparisons);
            return Err(over.into());
        }
        let explained = request.explain.then(|| {
            self.prices
                .explain(&document.typed, operation, &variables, &self.limits)
        });
        if cost > self.limits.cost && !request.explain {
            return Err(Refused::too_expensive(cost, self.limits.cost));
        }

        let written = document.written(operation).clone();
        let name = operation.name.as_ref().map(ToString::to_string);
        let fragments = document
            .fragments
            .iter()
            .filter(|(name, _)| reached.contains(name.as_str()))
            .map(|(name, fragment)| (name.clone(), fragment.clone()))
            .collect();
        let variables = variables::written(variables);
        let some_absent = absent::any(&written.node, &variables);
        let mut executable = ExecutableDocument {
            operations: match &name {
                Some(name) => {
                    DocumentOperations::Multiple(HashMap::from([(Name::new(name), written)]))
                }
                None => DocumentOperations::Single(written),
            },
            fragments,
        };
        if some_absent {
            absent::take_out(&mut executable, &variables);
        }
        Ok(Admitted {
            kind: match operation.operation_type {
                OperationType::Query => OperationKind::Query,
                OperationType::Mutation => OperationKind::Mutation,
                OperationType::Subscription => OperationKind::Subscription,
            },
            document: executable,
            operation_name: name,
            variables,
            cost,
            cost_limit: self.limits.cost,
            explained,
        })
    }
}
