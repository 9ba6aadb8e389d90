//! A document read once: parsed, measured, validated, and written over for the executor. What
//! comes of it depends on the text and the schema alone, so it is kept by the text's hash.

use std::collections::HashMap;
use std::sync::Arc;

use apollo_compiler::ast::Definition;
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema};
use async_graphql::parser::types as executor;
use async_graphql::{Name, Positioned};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::convert::{Converter, NumberTooLarge};
use super::errors::{self, Problem, RefusalCode, Refused};
use super::extent;
use super::limits::Limits;

/// What one token is taken to occupy once read: a selection is one token, and is held both typed
/// and written over.
const BYTES_PER_TOKEN: u64 = 512;

/// A valid document within the limits.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) typed: Valid<ExecutableDocument>,
    /// By name; the anonymous one under `None`.
    operations: HashMap<Option<apollo_compiler::Name>, Positioned<executor::OperationDefinition>>,
    pub(super) fragments: HashMap<Name, Positioned<executor::FragmentDefinition>>,
    /// Estimated bytes.
    size: u64,
}

impl Document {
    fn read(text: &str, schema: &Valid<Schema>, limits: &Limits) -> Result<Self, Refused> {
        let mut parser = Parser::new()
            .recursion_limit(limits.recursion)
            .token_limit(limits.tokens);
        let ast = parser
            .parse_ast(text, "request.graphql")
            .map_err(|failed| errors::of_parsing(&failed.errors, limits))?;
        extent::check(&ast, limits)?;
        let typed = ast
            .to_executable_validate(schema)
            .map_err(|failed| errors::of_validation(&failed.errors, schema, limits))?;
        if typed.operations.is_empty() {
            return Err(Problem::new(
                RefusalCode::OperationResolution,
                "The document has no operation; add a query or a mutation.",
            )
            .into());
        }

        let converter = Converter::new(text);
        let too_large = |error: NumberTooLarge| {
            let location = error.0.and_then(|span| span.line_column(&ast.sources));
            let message = "A number is too large to be represented; send a smaller one.";
            Problem::new(RefusalCode::ValidationFailed, message).at(location.map(|at| {
                errors::Location {
                    line: at.line,
                    column: at.column,
                }
            }))
        };
        let mut operations = HashMap::new();
        let mut fragments = HashMap::new();
        for definition in &ast.definitions {
            match definition {
                Definition::OperationDefinition(operation) => {
                    let written = converter.operation(operation).map_err(too_large)?;
                    operations.insert(operation.name.clone(), written);
                }
                Definition::FragmentDefinition(fragment) => {
                    let written = converter.fragment(fragment).map_err(too_large)?;
                    fragments.insert(Name::new(fragment.name.as_str()), written);
                }
                _ => {}
            }
        }
        let tokens = u64::try_from(parser.tokens_reached()).unwrap_or(u64::MAX);
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        Ok(Self {
            typed,
            operations,
            fragments,
            size: tokens.saturating_mul(BYTES_PER_TOKEN).saturating_add(bytes),
        })
    }

    /// The operation that a request means, by its name or because there is no other.
    pub(super) fn operation(&self, name: Option<&str>) -> Result<&Node<Operation>, Problem> {
        self.typed.operations.get(name).map_err(|_| {
            let message = if name.is_some() {
                "The document has no operation of the name in operationName; send one of its names."
            } else {
                "The document has several operations; say which one in operationName."
            };
            Problem::new(RefusalCode::OperationResolution, message)
        })
    }

    /// The same operation in the executor's types. It must be one of this document.
    pub(super) fn written(
        &self,
        operation: &Operation,
    ) -> &Positioned<executor::OperationDefinition> {
        self.operations
            .get(&operation.name)
            .expect("every operation of a document is written over, under the same name")
    }
}

/// The admitted documents by the hash of their text. Refused ones aren't kept: they cost as little
/// to refuse again, and nobody can wash the cache out with them.
pub(super) struct Documents {
    cache: Cache<[u8; 32], Arc<Document>, BySize>,
}

#[derive(Clone)]
struct BySize;

impl Weighter<[u8; 32], Arc<Document>> for BySize {
    fn weight(&self, _: &[u8; 32], document: &Arc<Document>) -> u64 {
        document.size
    }
}

impl Documents {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            cache: Cache::with_weighter(1_000, limits.cache, BySize),
        }
    }

    pub(super) fn read(
        &self,
        text: &str,
        schema: &Valid<Schema>,
        limits: &Limits,
    ) -> Result<Arc<Document>, Refused> {
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        if let Some(document) = self.cache.get(&hash) {
            return Ok(document);
        }
        let document = Arc::new(Document::read(text, schema, limits)?);
        self.cache.insert(hash, Arc::clone(&document));
        Ok(document)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.cache.len()
    }

    /// Estimated bytes of what is kept.
    #[cfg(test)]
    pub(super) fn size(&self) -> u64 {
        self.cache.weight()
    }
}
