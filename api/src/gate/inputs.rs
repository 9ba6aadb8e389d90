//! Values sent, in variables and in the document alike, against the input types of the schema.
//!
//! The executor looks at custom scalars and `@oneOf` only when it reaches the field that takes
//! them: a mistake in the second mutation of a document would be found after the first was stored.
//! So every value is looked at here, before anything is executed.
//!
//! How deep the walk goes was bounded before it: `Limits::value_depth` for values,
//! `Limits::nesting` for selections, `Limits::recursion` for types that a document writes.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{self, Type};
use apollo_compiler::executable::{ExecutableDocument, Operation, Selection, SelectionSet};
use apollo_compiler::parser::{SourceMap, SourceSpan};
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Node, Schema};
use serde_json::{Map, Value};

use super::errors::{Location, Problem, RefusalCode, Refused, cut_names};
use super::fitting;
use super::limits::Limits;

/// Whether a text is one of a scalar; if not, how to write one.
pub type ScalarCheck = fn(&str) -> Result<(), &'static str>;

/// The checks of the schema's own scalars by name. All of them are written as text.
pub type ScalarChecks = HashMap<&'static str, ScalarCheck>;

/// What values are checked against.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) schema: &'a Valid<Schema>,
    pub(super) scalars: &'a ScalarChecks,
    pub(super) limits: &'a Limits,
}

impl Rules<'_> {
    /// Checks the values sent for the variables that the operation declares.
    pub(super) fn check_variables(
        self,
        operation: &Operation,
        sent: &Map<String, Value>,
        sources: &SourceMap,
    ) -> Result<(), Refused> {
        let nothing = JsonMap::new();
        let mut walk = Walk::new(self, sources, &nothing);
        for declared in &operation.variables {
            walk.begin_at(format!("${}", declared.name), declared.location());
            match sent.get(declared.name.as_str()) {
                Some(value) => walk.value(Given::Json(value), &declared.ty),
                None if declared.ty.is_non_null() && declared.default_value.is_none() => {
                    walk.required(&declared.ty);
                }
                None => {}
            }
        }
        walk.outcome()
    }

    /// Checks the values that the operation and the fragments it reaches have as literals. Of
    /// variables in them, only whether they have a value: what it is was checked with them.
    pub(super) fn check_literals(
        self,
        document: &ExecutableDocument,
        operation: &Operation,
        variables: &JsonMap,
    ) -> Result<(), Refused> {
        let mut walk = Walk::new(self, &document.sources, variables);
        for declared in &operation.variables {
            if let Some(default) = &declared.default_value {
                walk.begin_at(format!("${}", declared.name), declared.location());
                walk.value(Given::Literal(default), &declared.ty);
            }
        }
        let mut seen = HashSet::new();
        walk.selections(&operation.selection_set, document, &mut seen);
        walk.outcome()
    }
}

/// A value as it was sent.
#[derive(Clone, Copy)]
enum Given<'a> {
    Json(&'a Value),
    Literal(&'a Node<ast::Value>),
}

/// What a value looks like before its type is asked.
enum Shape<'a> {
    /// A variable without a value.
    Absent,
    /// A variable with a value, which was checked already.
    Checked,
    Null,
    Text(&'a str),
    /// The name of an enum's value, or what looks like it.
    Name(&'a str),
    Boolean,
    Number {
        whole: bool,
        small: bool,
    },
    List(Vec<Given<'a>>),
    Object(Vec<(&'a str, Given<'a>)>),
}

impl<'a> Given<'a> {
    fn shape(self, variables: &JsonMap) -> Shape<'a> {
        match self {
            Self::Json(value) => match value {
                Value::Null => Shape::Null,
                Value::Bool(_) => Shape::Boolean,
                Value::Number(number) => Shape::Number {
                    whole: number.is_i64() || number.is_u64(),
                    small: number.as_i64().is_some_and(|n| i32::try_from(n).is_ok()),
                },
                Value::String(text) => Shape::Text(text),
                Value::Array(items) => Shape::List(items.iter().map(Self::Json).collect()),
                Value::Object(fields) => Shape::Object(
                    fields
                        .iter()
                        .map(|(name, field)| (name.as_str(), Self::Json(field)))
                        .collect(),
                ),
            },
            Self::Literal(value) => match &**value {
                ast::Value::Null => Shape::Null,
                ast::Value::Enum(name) => Shape::Name(name),
                ast::Value::Variable(name) => match variables.get(name.as_str()) {
                    None => Shape::Absent,
                    Some(value) if value.is_null() => Shape::Null,
                    Some(_) => Shape::Checked,
                },
                ast::Value::String(text) => Shape::Text(text),
                ast::Value::Float(_) => Shape::Number {
                    whole: false,
                    small: false,
                },
                ast::Value::Int(number) => Shape::Number {
                    whole: true,
                    small: number.try_to_i32().is_ok(),
                },
                ast::Value::Boolean(_) => Shape::Boolean,
                ast::Value::List(items) => Shape::List(items.iter().map(Self::Literal).collect()),
                ast::Value::Object(fields) => Shape::Object(
                    fields
                        .iter()
                        .map(|(name, field)| (name.as_str(), Self::Literal(field)))
                        .collect(),
                ),
            },
        }
    }
}

/// One walk, and what it found.
struct Walk<'a> {
    rules: Rules<'a>,
    sources: &'a SourceMap,
    variables: &'a JsonMap,
    /// Where it is, by names.
    path: String,
    location: Option<SourceSpan>,
    problems: Vec<Problem>,
}

impl<'a> Walk<'a> {
    fn new(rules: Rules<'a>, sources: &'a SourceMap, variables: &'a JsonMap) -> Self {
        Self {
            rules,
            sources,
            variables,
            path: String::new(),
            location: None,
            problems: Vec::new(),
        }
    }

    fn outcome(self) -> Result<(), Refused> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Refused::new(self.problems))
    }

    fn begin_at(&mut self, path: String, location: Option<SourceSpan>) {
        self.path = path;
        self.location = location;
    }

    fn is_full(&self) -> bool {
        self.problems.len() >= self.rules.limits.errors
    }

    fn wrong(&mut self, advice: &str) {
        if self.is_full() {
            return;
        }
        let location = self
            .location
            .and_then(|span| span.line_column(self.sources))
            .map(|at| Location {
                line: at.line,
                column: at.column,
            });
        // Names of the schema are as long as they are; only a variable's is the caller's text.
        let message = format!("`{}`: {advice}", cut_names(&self.path));
        self.problems
            .push(Problem::new(RefusalCode::BadUserInput, message).at(location));
    }

    fn required(&mut self, ty: &Type) {
        self.wrong(&format!("Send a value of type {ty}; it is required."));
    }

    /// Goes on below `step`, and comes back.
    fn below(&mut self, step: &str, given: Given<'_>, ty: &Type) {
        let (length, location) = (self.path.len(), self.location);
        self.path.push_str(step);
        self.value(given, ty);
        self.path.truncate(length);
        self.location = location;
    }

    fn selections(
        &mut self,
        set: &'a SelectionSet,
        document: &'a ExecutableDocument,
        seen: &mut HashSet<&'a str>,
    ) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    for argument in &field.arguments {
                        let definition = field.definition.argument_by_name(&argument.name);
                        if let Some(definition) = definition {
                            self.begin_at(argument.name.to_string(), argument.location());
                            self.value(Given::Literal(&argument.value), &definition.ty);
                        }
                    }
                    self.selections(&field.selection_set, document, seen);
                }
                Selection::InlineFragment(inline) => {
                    self.selections(&inline.selection_set, document, seen);
                }
                Selection::FragmentSpread(spread) => {
                    if seen.insert(spread.fragment_name.as_str())
                        && let Some(fragment) = document.fragments.get(&spread.fragment_name)
                    {
                        self.selections(&fragment.selection_set, document, seen);
                    }
                }
            }
        }
    }

    fn value(&mut self, given: Given<'_>, ty: &Type) {
        if self.is_full() {
            return;
        }
        if let Given::Literal(value) = given {
            self.location = value.location().or(self.location);
        }
        let shape = given.shape(self.variables);
        match (shape, ty) {
            (Shape::Null, ty) if ty.is_non_null() => {
                self.wrong(&format!("Send a value of type {ty}; it can't be null."));
            }
            (Shape::Absent | Shape::Checked | Shape::Null, _) => {}
            (Shape::List(items), Type::List(inner) | Type::NonNullList(inner)) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.below(&format!("[{index}]"), item, inner);
                }
            }
            // One value stands for a list of one.
            (_, Type::List(inner) | Type::NonNullList(inner)) => self.value(given, inner),
            (shape, Type::Named(name) | Type::NonNullNamed(name)) => {
                let schema = self.rules.schema;
                if let Some(named) = schema.types.get(name) {
                    self.named(&shape, named, matches!(given, Given::Literal(_)));
                }
            }
        }
    }

    fn named(&mut self, shape: &Shape<'_>, ty: &ExtendedType, literal: bool) {
        let fits = match (ty, shape) {
            (ExtendedType::InputObject(object), Shape::Object(fields)) => {
                self.object(fields, object);
                true
            }
            (ExtendedType::Enum(enumeration), Shape::Text(name)) if !literal => {
                enumeration.values.contains_key(*name)
            }
            (ExtendedType::Enum(enumeration), Shape::Name(name)) => {
                enumeration.values.contains_key(*name)
            }
            (ExtendedType::Scalar(scalar), shape) => match (scalar.name.as_str(), shape) {
                ("String" | "ID", Shape::Text(_))
                | ("ID", Shape::Number { whole: true, .. })
                | ("Int", Shape::Number { small: true, .. })
                | ("Float", Shape::Number { .. })
                | ("Boolean", Shape::Boolean) => true,
                ("String" | "ID" | "Int" | "Float" | "Boolean", _) => false,
                (name, shape) => match (self.rules.scalars.get(name), shape) {
                    (None, _) => true,
                    (Some(check), Shape::Text(text)) => {
                        if let Err(advice) = check(text) {
                            self.wrong(advice);
                        }
                        true
                    }
                    (Some(_), _) => false,
                },
            },
            _ => false,
        };
        if !fits {
            self.wrong(&fitting::shape(ty, literal));
        }
    }

    fn object(&mut self, fields: &[(&str, Given<'_>)], object: &InputObjectType) {
        for (name, _) in fields {
            if !object.fields.contains_key(*name) {
                self.wrong(&fitting::unknown_field(name, object));
            }
        }
        if object.directives.has("oneOf") {
            let mut given = fields
                .iter()
                .map(|(_, field)| field.shape(self.variables))
                .filter(|shape| !matches!(shape, Shape::Absent));
            let one = given
                .next()
                .is_some_and(|shape| !matches!(shape, Shape::Null));
            if !one || given.next().is_some() {
                self.wrong(&fitting::one_of(object));
                return;
            }
        }
        for (name, definition) in &object.fields {
            let sent = fields.iter().find(|(field, _)| name.as_str() == *field);
            let length = self.path.len();
            let step = format!(".{name}");
            match sent {
                Some((_, field)) => self.below(&step, *field, &definition.ty),
                None if definition.ty.is_non_null() && definition.default_value.is_none() => {
                    self.path.push_str(&step);
                    self.required(&definition.ty);
                    self.path.truncate(length);
                }
                None => {}
            }
        }
    }
}
