//! What an operation costs: an upper bound, from the document and the variables alone, of the
//! records it can read. Counted in hundredths and rounded up at the end:
//!
//! | what | cost |
//! |---|---|
//! | a record (an object of a type that is a `Node`) | 1 |
//! | a connection | 1, and its edges once per record of the page |
//! | figures (an object of the type `Statistics`) | 50 |
//! | any other object | 0.05 |
//! | a leaf | 0.01 |
//! | a list item or field of an input object in a list's arguments | 0.1 |
//! | a mutation | 10, and 0.25 per row of its longest list input |
//! | the standard introspection query | 250, any other introspection in proportion |
//!
//! What is in a list counts as often as the list is long: `first` or `last` (the larger),
//! [`Limits::default_page`] when a connection has neither, the number of `ids`, the rows sent for
//! the lists of a mutation's payload, 100 for the places of figures, and 5 otherwise. `@skip` and `@include` change nothing.
//! Sums saturate; each fragment is weighed once. To give a kind of field another cost: a constant
//! here and an arm in `Scale::field`.

pub(super) mod explain;

use std::collections::{HashMap, HashSet};

use apollo_compiler::Schema;
use apollo_compiler::ast::{OperationType, Value};
use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;

use super::introspection::{IntrospectionSizes, STANDARD_INTROSPECTION};
use super::limits::Limits;

const UNIT: u64 = 100;
const RECORD: u64 = UNIT;
const CONNECTION: u64 = UNIT;
const OTHER_OBJECT: u64 = 5;
/// Figures are counted over all records of a period.
const FIGURES: u64 = 50 * UNIT;
const LEAF: u64 = 1;
const MUTATION: u64 = 10 * UNIT;
const ROW: u64 = 25;
/// A condition of a filter.
const CONDITION: u64 = 10;
const INTROSPECTION: u64 = 250 * UNIT;
/// Items a list is taken to have when nothing says how many.
const UNSIZED: u64 = 5;
/// The places of figures, each of which is a record: a municipality has up to so many.
const PLACES: u64 = 100;

/// What the schema says about costs, found out once.
#[derive(Debug)]
pub(super) struct Prices {
    records: HashSet<String>,
    connections: HashSet<String>,
    payloads: HashSet<String>,
    mutation: Option<String>,
    introspection: IntrospectionSizes,
    /// Points of the standard introspection query, by [`IntrospectionSizes`].
    standard_introspection: u64,
}

/// The cost of an operation, and the fragments it reaches.
pub(super) struct Weighed<'a> {
    pub(super) cost: u64,
    pub(super) fragments: HashSet<&'a str>,
}

impl Prices {
    pub(super) fn new(schema: &Valid<Schema>) -> Self {
        let has_node = schema.get_interface("Node").is_some();
        let implements_node = |ty: &ExtendedType| match ty {
            ExtendedType::Object(object) => object.implements_interfaces.contains("Node"),
            ExtendedType::Interface(interface) => {
                interface.name == "Node" || interface.implements_interfaces.contains("Node")
            }
            _ => false,
        };
        let is_record = |ty: &ExtendedType| {
            let concrete = |name: &str| schema.types.get(name).is_some_and(implements_node);
            match ty {
                _ if !has_node => true,
                ExtendedType::Union(union) => union.members.iter().any(|member| concrete(member)),
                ExtendedType::Interface(interface) => {
                    implements_node(ty)
                        || schema.types.iter().any(|(_, other)| {
                            matches!(other, ExtendedType::Object(object)
                                if object.implements_interfaces.contains(&interface.name))
                                && implements_node(other)
                        })
                }
                _ => implements_node(ty),
            }
        };
        let is_connection = |ty: &ExtendedType| {
            matches!(ty, ExtendedType::Object(object)
                if object.fields.contains_key("pageInfo")
                    && (object.fields.contains_key("edges") || object.fields.contains_key("nodes")))
        };
        let named = |wanted: &dyn Fn(&ExtendedType) -> bool| {
            let fitting = schema.types.iter().filter(|(_, ty)| wanted(ty));
            fitting.map(|(name, _)| name.to_string()).collect()
        };
        let mutation = schema.root_operation(OperationType::Mutation);
        let payloads = mutation
            .and_then(|root| schema.get_object(root))
            .into_iter()
            .flat_map(|root| root.fields.values())
            .map(|field| field.ty.inner_named_type().to_string())
            .collect();
        let mut prices = Self {
            records: named(&is_record),
            connections: named(&is_connection),
            payloads,
            mutation: mutation.map(ToString::to_string),
            introspection: IntrospectionSizes::new(schema),
            standard_introspection: 1,
        };
        prices.standard_introspection = prices.weigh_standard(schema).max(1);
        prices
    }

    fn weigh_standard(&self, schema: &Valid<Schema>) -> u64 {
        let document = ExecutableDocument::parse_and_validate(
            schema,
            STANDARD_INTROSPECTION,
            "introspection.graphql",
        )
        .expect("every schema answers the standard introspection query");
        let no_variables = JsonMap::new();
        let mut scale = Scale {
            prices: self,
            document: &document,
            variables: &no_variables,
            default_page: 0,
            known: HashMap::new(),
            known_introspection: HashMap::new(),
        };
        let operation = document.operations.iter().next();
        operation.map_or(1, |operation| scale.introspection(&operation.selection_set))
    }

    /// Weighs one operation of a valid document. The variables are the coerced ones.
    pub(super) fn weigh<'a>(
        &'a self,
        document: &'a Valid<ExecutableDocument>,
        operation: &'a Operation,
        variables: &'a JsonMap,
        limits: &Limits,
    ) -> Weighed<'a> {
        let mut scale = Scale {
            prices: self,
            document,
            variables,
            default_page: limits.default_page,
            known: HashMap::new(),
            known_introspection: HashMap::new(),
        };
        let weight = scale.set(&operation.selection_set);
        let points = weight.once.saturating_add(weight.each);
        Weighed {
            cost: points.div_ceil(UNIT).max(1),
            fragments: scale
                .known
                .into_keys()
                .chain(scale.known_introspection.into_keys())
                .collect(),
        }
    }
}

/// Points of a selection set: those counted once, and those counted for each item of the list
/// that the object around it stands for (a connection's page, a payload's rows). Apart, because a
/// fragment on a connection is weighed once and spread on pages of different lengths.
#[derive(Clone, Copy, Default)]
struct Weight {
    once: u64,
    each: u64,
}

struct Scale<'a> {
    prices: &'a Prices,
    document: &'a ExecutableDocument,
    variables: &'a JsonMap,
    default_page: u64,
    known: HashMap<&'a str, Weight>,
    known_introspection: HashMap<&'a str, u64>,
}

impl<'a> Scale<'a> {
    /// Recursion is bounded by what `extent.rs` has let through.
    fn set(&mut self, set: &'a SelectionSet) -> Weight {
        let mut sum = Weight::default();
        for selection in &set.selections {
            let weight = match selection {
                Selection::Field(field) => self.field(field, set.ty.as_str()),
                Selection::InlineFragment(inline) => self.set(&inline.selection_set),
                Selection::FragmentSpread(spread) => self.spread(spread.fragment_name.as_str()),
            };
            sum.once = sum.once.saturating_add(weight.once);
            sum.each = sum.each.saturating_add(weight.each);
        }
        sum
    }

    fn spread(&mut self, name: &str) -> Weight {
        if let Some(&weight) = self.known.get(name) {
            return weight;
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Weight::default();
        };
        let weight = self.set(&fragment.selection_set);
        self.known.insert(name.as_str(), weight);
        weight
    }

    fn field(&mut self, field: &'a Field, parent: &str) -> Weight {
        let once = |once| Weight { once, each: 0 };
        if matches!(field.name.as_str(), "__schema" | "__type") {
            let points = self
                .introspection(&field.selection_set)
                .saturating_mul(INTROSPECTION);
            return once(points.div_ceil(self.prices.standard_introspection));
        }
        if field.selection_set.is_empty() {
            return once(LEAF);
        }
        let ty = field.ty().inner_named_type().as_str();
        let below = self.set(&field.selection_set);
        if self.prices.connections.contains(ty) {
            let page = below
                .each
                .saturating_mul(self.page(field).unwrap_or(self.default_page));
            let conditions = self.conditions(field).saturating_mul(CONDITION);
            let own = CONNECTION.saturating_add(conditions);
            return once(own.saturating_add(below.once).saturating_add(page));
        }
        if self.prices.mutation.as_deref() == Some(parent) {
            let rows = self.rows(field);
            return once(
                MUTATION
                    .saturating_add(rows.saturating_mul(ROW))
                    .saturating_add(below.once)
                    .saturating_add(below.each.saturating_mul(rows.max(UNSIZED))),
            );
        }
        let own = if self.prices.records.contains(ty) {
            RECORD
        } else if ty == "Statistics" {
            FIGURES
        } else {
            OTHER_OBJECT
        };
        let item = own.saturating_add(below.once).saturating_add(below.each);
        if !field.ty().is_list() {
            let places = parent == "NeighbourhoodStatistics" && own == RECORD;
            return once(item.saturating_mul(if places { PLACES / UNSIZED } else { 1 }));
        }
        let paged = self.prices.connections.contains(parent)
            && matches!(field.name.as_str(), "edges" | "nodes");
        if paged || self.prices.payloads.contains(parent) {
            return Weight {
                once: 0,
                each: item,
            };
        }
        let length = self
            .page(field)
            .or_else(|| self.ids(field))
            .unwrap_or(UNSIZED);
        once(item.saturating_mul(length))
    }

    /// The conditions in a query field's arguments: every item of a list and every field of an input
    /// object in them, however deep. What the database must compare is paid for like what it reads.
    fn conditions(&self, field: &Field) -> u64 {
        field.arguments.iter().fold(0_u64, |sum, argument| {
            sum.saturating_add(self.within(&argument.value))
        })
    }

    fn within(&self, value: &Value) -> u64 {
        match value {
            Value::List(items) => items.iter().fold(0_u64, |sum, item| {
                sum.saturating_add(1).saturating_add(self.within(item))
            }),
            Value::Object(fields) => fields.iter().fold(0_u64, |sum, (_, field)| {
                sum.saturating_add(1).saturating_add(self.within(field))
            }),
            Value::Variable(variable) => {
                self.variables.get(variable.as_str()).map_or(0, within_json)
            }
            _ => 0,
        }
    }

    /// The larger of `first` and `last`, as given or by the schema's default.
    fn page(&self, field: &Field) -> Option<u64> {
        ["first", "last"]
            .into_iter()
            .filter_map(|name| {
                // By the definition, so that a default in the schema counts.
                let value = field.argument_by_name(name).ok()?;
                match value.as_ref() {
                    // An integer too long for us is certainly too long a page.
                    Value::Int(int) => {
                        Some(int.as_str().parse::<i64>().map_or(u64::MAX, not_negative))
                    }
                    Value::Variable(variable) => match self.variables.get(variable.as_str()) {
                        Some(given) if !given.is_null() => {
                            Some(given.as_i64().map_or(u64::MAX, not_negative))
                        }
                        _ => None,
                    },
                    _ => None,
                }
            })
            .max()
    }

    fn ids(&self, field: &Field) -> Option<u64> {
        let value = field.specified_argument_by_name("ids")?;
        Some(match value.as_ref() {
            Value::List(items) => length(items),
            Value::Variable(variable) => match self.variables.get(variable.as_str()) {
                Some(JsonValue::Array(items)) => length(items),
                _ => 1,
            },
            _ => 1,
        })
    }

    /// The longest list in the arguments of a mutation: an argument itself, or a field of one.
    fn rows(&self, field: &Field) -> u64 {
        let arguments = field.arguments.iter();
        arguments
            .map(|argument| self.longest(&argument.value, true))
            .max()
            .unwrap_or(0)
    }

    fn longest(&self, value: &Value, fields_too: bool) -> u64 {
        match value {
            Value::List(items) => length(items),
            Value::Object(fields) if fields_too => fields
                .iter()
                .map(|(_, field)| self.longest(field, false))
                .max()
                .unwrap_or(0),
            Value::Variable(variable) => match self.variables.get(variable.as_str()) {
                Some(JsonValue::Array(items)) => length(items),
                Some(JsonValue::Object(fields)) if fields_too => {
                    let lists = fields.values().filter_map(JsonValue::as_array);
                    lists.map(|items| length(items)).max().unwrap_or(0)
                }
                _ => 0,
            },
            _ => 0,
        }
    }

    fn introspection(&mut self, set: &'a SelectionSet) -> u64 {
        set.selections.iter().fold(0, |sum: u64, selection| {
            sum.saturating_add(match selection {
                Selection::Field(field) => self
                    .introspection(&field.selection_set)
                    .saturating_add(1)
                    .saturating_mul(self.prices.introspection.of(field.name.as_str())),
                Selection::InlineFragment(inline) => self.introspection(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    self.introspection_spread(spread.fragment_name.as_str())
                }
            })
        })
    }

    fn introspection_spread(&mut self, name: &str) -> u64 {
        if let Some(&points) = self.known_introspection.get(name) {
            return points;
        }
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return 0;
        };
        let points = self.introspection(&fragment.selection_set);
        self.known_introspection.insert(name.as_str(), points);
        points
    }
}

fn within_json(value: &JsonValue) -> u64 {
    match value {
        JsonValue::Array(items) => items.iter().fold(0_u64, |sum, item| {
            sum.saturating_add(1).saturating_add(within_json(item))
        }),
        JsonValue::Object(fields) => fields.values().fold(0_u64, |sum, field| {
            sum.saturating_add(1).saturating_add(within_json(field))
        }),
        _ => 0,
    }
}

fn not_negative(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn length<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}
