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
//! | `totalCount` of a connection | 10 |
//! | a list item or field of an input object in a query's arguments | 0.1 |
//! | a mutation | 10, and in the lists of its input 0.25 per object and 0.05 per leaf, however deep |
//! | the standard introspection query | 250, any other introspection in proportion |
//!
//! | an explanation | 10, whatever is explained |
//!
//! What is in a list counts as often as the list is long: `first` or `last` (the larger),
//! [`Limits::default_page`] when a connection has neither, the rows sent for the lists of a
//! mutation's payload, the number of an enum's values, and for every other list of our schema what
//! `lengths.rs` says. `@skip` and `@include` change nothing. Sums saturate; each fragment is weighed
//! once. To give a kind of field another cost: a constant here and an arm in `Prices::own`.

mod arguments;
pub(super) mod explain;
mod lengths;

use std::collections::{HashMap, HashSet};

use apollo_compiler::Schema;
use apollo_compiler::ast::OperationType;
use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::JsonMap;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::validation::Valid;

use super::introspection::{IntrospectionSizes, STANDARD_INTROSPECTION};
use super::limits::Limits;
use lengths::{LENGTHS, Length, PLACES, PLACES_OF};

const UNIT: u64 = 100;
const RECORD: u64 = UNIT;
const CONNECTION: u64 = UNIT;
const OTHER_OBJECT: u64 = 5;
/// Figures are counted over all records of a period.
const FIGURES: u64 = 50 * UNIT;
const LEAF: u64 = 1;
/// All records of a list are counted.
const COUNT: u64 = 10 * UNIT;
const MUTATION: u64 = 10 * UNIT;
/// An object in a list of a mutation's input.
const ROW: u64 = 25;
/// A leaf in a list of a mutation's input.
const LISTED: u64 = 5;
/// A condition of a filter.
const CONDITION: u64 = 10;
const INTROSPECTION: u64 = 250 * UNIT;
/// Items a list is taken to have when nothing says how many.
const UNSIZED: u64 = 5;
/// What an explanation takes out of a bucket: its work has a bound, whatever the operation costs.
pub(super) const EXPLANATION: u64 = 10;

/// What the schema says about costs, found out once.
#[derive(Debug)]
pub(super) struct Prices {
    records: HashSet<String>,
    connections: HashSet<String>,
    payloads: HashSet<String>,
    /// How many values each enum has.
    enums: HashMap<String, u64>,
    lengths: HashMap<(&'static str, &'static str), Length>,
    mutation: Option<String>,
    introspection: IntrospectionSizes,
    /// Points of the standard introspection query, by [`IntrospectionSizes`].
    standard_introspection: u64,
}

/// The cost of an operation, and the fragments it reaches.
pub(super) struct Weighed<'a> {
    pub(super) cost: u64,
    /// The most comparisons in the arguments of one field.
    pub(super) comparisons: u64,
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
        let values = |(name, ty): (&apollo_compiler::Name, &ExtendedType)| match ty {
            ExtendedType::Enum(of) => Some((name.to_string(), length(&of.values))),
            _ => None,
        };
        let mut prices = Self {
            records: named(&is_record),
            connections: named(&is_connection),
            payloads,
            enums: schema.types.iter().filter_map(values).collect(),
            lengths: LENGTHS
                .iter()
                .map(|&(of, field, length)| ((of, field), length))
                .collect(),
            mutation: mutation.map(ToString::to_string),
            introspection: IntrospectionSizes::new(schema),
            standard_introspection: 1,
        };
        prices.standard_introspection = prices.weigh_standard(schema).max(1);
        prices
    }

    /// The cost of one object or leaf by itself.
    fn own(&self, field: &Field, parent: &str, ty: &str) -> u64 {
        if field.selection_set.is_empty() {
            if field.name == "totalCount" && self.connections.contains(parent) {
                COUNT
            } else {
                LEAF
            }
        } else if self.records.contains(ty) {
            RECORD
        } else if ty == "Statistics" {
            FIGURES
        } else {
            OTHER_OBJECT
        }
    }

    /// Whether a list is as long as what its object was asked for.
    fn is_around(&self, field: &Field, parent: &str) -> bool {
        let name = field.name.as_str();
        (self.connections.contains(parent) && matches!(name, "edges" | "nodes"))
            || self.payloads.contains(parent)
            || matches!(self.lengths.get(&(parent, name)), Some(Length::Around))
    }

    /// The list fields, as `Type.field`, of which nothing says how long they are, and the rows of
    /// `lengths.rs` that are about no field.
    pub(super) fn lists_without_length(&self, schema: &Schema) -> Vec<String> {
        let mut rows: HashSet<_> = self.lengths.keys().copied().collect();
        let mut without = Vec::new();
        for (of, ty) in &schema.types {
            let fields = match ty {
                ExtendedType::Object(object) => &object.fields,
                ExtendedType::Interface(interface) => &interface.fields,
                _ => continue,
            };
            for (name, field) in fields {
                let known = rows.remove(&(of.as_str(), name.as_str()))
                    || self
                        .enums
                        .contains_key(field.ty.inner_named_type().as_str())
                    || self.payloads.contains(of.as_str())
                    || self.connections.contains(of.as_str())
                    || of.starts_with("__");
                if field.ty.is_list() && !known {
                    without.push(format!("{of}.{name}"));
                }
            }
        }
        without.extend(rows.iter().map(|(of, name)| format!("{of}.{name}")));
        without
    }

    fn weigh_standard(&self, schema: &Valid<Schema>) -> u64 {
        let document = ExecutableDocument::parse_and_validate(
            schema,
            STANDARD_INTROSPECTION,
            "introspection.graphql",
        )
        .expect("every schema answers the standard introspection query");
        let no_variables = JsonMap::new();
        let mut scale = Scale::new(self, &document, &no_variables, 0);
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
        let mut scale = Scale::new(self, document, variables, limits.default_page);
        let weight = scale.set(&operation.selection_set);
        let points = weight.once.saturating_add(weight.each);
        Weighed {
            cost: points.div_ceil(UNIT).max(1),
            comparisons: scale.comparisons,
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
    /// The most comparisons in the arguments of one field, so far.
    comparisons: u64,
}

impl<'a> Scale<'a> {
    fn new(
        prices: &'a Prices,
        document: &'a ExecutableDocument,
        variables: &'a JsonMap,
        default_page: u64,
    ) -> Self {
        Self {
            prices,
            document,
            variables,
            default_page,
            known: HashMap::new(),
            known_introspection: HashMap::new(),
            comparisons: 0,
        }
    }

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
        if matches!(field.name.as_str(), "__schema" | "__type") {
            let points = self
                .introspection(&field.selection_set)
                .saturating_mul(INTROSPECTION);
            return once(points.div_ceil(self.prices.standard_introspection));
        }
        let below = self.set(&field.selection_set);
        if self.prices.mutation.as_deref() == Some(parent) {
            return once(self.mutation(field, below));
        }
        let conditions = self.conditions(field).saturating_mul(CONDITION);
        let ty = field.ty().inner_named_type().as_str();
        if self.prices.connections.contains(ty) {
            let page = self.page(field).unwrap_or(self.default_page);
            return once(
                CONNECTION
                    .saturating_add(conditions)
                    .saturating_add(below.once)
                    .saturating_add(below.each.saturating_mul(page)),
            );
        }
        let own = self.prices.own(field, parent, ty);
        if !field.ty().is_list() {
            let around = match below.each {
                0 => 0,
                each => each.saturating_mul(self.length(field, parent)),
            };
            let item = own.saturating_add(below.once).saturating_add(around);
            let item = shared(item, parent, &field.name);
            return once(item.saturating_add(conditions));
        }
        let item = own.saturating_add(below.once).saturating_add(below.each);
        if self.prices.is_around(field, parent) {
            return Weight {
                once: conditions,
                each: item,
            };
        }
        let items = item.saturating_mul(self.length(field, parent));
        once(items.saturating_add(conditions))
    }

    fn mutation(&self, field: &'a Field, below: Weight) -> u64 {
        let sent = self.sent(field);
        MUTATION
            .saturating_add(sent.objects.saturating_mul(ROW))
            .saturating_add(sent.leaves.saturating_mul(LISTED))
            .saturating_add(below.once)
            .saturating_add(below.each.saturating_mul(sent.rows().max(UNSIZED)))
    }

    /// Items of the list that a field gives.
    fn length(&self, field: &'a Field, parent: &str) -> u64 {
        let first = self.page(field);
        match self.prices.lengths.get(&(parent, field.name.as_str())) {
            Some(Length::Of(length)) => *length,
            Some(Length::By(factors, most)) => {
                let product = factors.iter().fold(first.unwrap_or(1), |product, factor| {
                    let given = self.list(field, factor.list).unwrap_or(factor.otherwise);
                    product.saturating_mul(given)
                });
                product.min(*most)
            }
            Some(Length::Around) | None => {
                let ty = field.ty().inner_named_type().as_str();
                let values = self.prices.enums.get(ty).copied();
                first.or(values).unwrap_or(UNSIZED)
            }
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

fn length<K, V>(items: &apollo_compiler::collections::IndexMap<K, V>) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

fn once(once: u64) -> Weight {
    Weight { once, each: 0 }
}

/// The weight of a field in each item of its list, where all of them share a few records.
fn shared(item: u64, parent: &str, field: &str) -> u64 {
    let row = PLACES_OF
        .iter()
        .find(|(of, name, _)| *of == parent && *name == field);
    row.map_or(item, |(_, _, length)| {
        item.saturating_mul(PLACES).div_ceil(*length)
    })
}
