//! What the arguments of a field ask for: pages, conditions, rows. Literals and variables count alike.
//!
//! The recursion is as deep as `Limits::value_depth` lets values be.

use apollo_compiler::Node;
use apollo_compiler::ast::{Argument, Value};
use apollo_compiler::executable::Field;
use apollo_compiler::response::{JsonMap, JsonValue};

use super::Scale;

/// A value, as it stands in the document or in a variable.
#[derive(Clone, Copy)]
enum Given<'a> {
    Literal(&'a Value),
    Json(&'a JsonValue),
}

enum Shape<'a> {
    /// Nothing, or null.
    Nothing,
    Leaf,
    List(Vec<Given<'a>>),
    Object(Vec<(&'a str, Given<'a>)>),
}

impl<'a> Given<'a> {
    fn shape(self, variables: &'a JsonMap) -> Shape<'a> {
        match self {
            Self::Literal(Value::Variable(name)) => match variables.get(name.as_str()) {
                Some(value) => Self::Json(value).shape(variables),
                None => Shape::Nothing,
            },
            Self::Literal(Value::Null) | Self::Json(JsonValue::Null) => Shape::Nothing,
            Self::Literal(Value::List(items)) => {
                Shape::List(items.iter().map(|item| Self::Literal(item)).collect())
            }
            Self::Json(JsonValue::Array(items)) => {
                Shape::List(items.iter().map(Self::Json).collect())
            }
            Self::Literal(Value::Object(fields)) => Shape::Object(
                fields
                    .iter()
                    .map(|(name, field)| (name.as_str(), Self::Literal(field)))
                    .collect(),
            ),
            Self::Json(JsonValue::Object(fields)) => Shape::Object(
                fields
                    .iter()
                    .map(|(name, field)| (name.as_str(), Self::Json(field)))
                    .collect(),
            ),
            Self::Literal(_) | Self::Json(_) => Shape::Leaf,
        }
    }
}

/// The items of a mutation's lists.
#[derive(Clone, Copy, Default)]
pub(super) struct Sent {
    /// Objects in lists, however deep.
    pub(super) objects: u64,
    /// Leaves in lists, however deep.
    pub(super) leaves: u64,
    /// Items of the longest list that is in no other.
    outermost: u64,
}

impl Sent {
    /// The rows that a payload's lists answer.
    pub(super) fn rows(self) -> u64 {
        self.objects.max(self.outermost)
    }

    fn and(self, other: Self) -> Self {
        Self {
            objects: self.objects.saturating_add(other.objects),
            leaves: self.leaves.saturating_add(other.leaves),
            outermost: self.outermost.max(other.outermost),
        }
    }
}

impl<'a> Scale<'a> {
    /// The larger of `first` and `last`, as given or by the schema's default.
    pub(super) fn page(&self, field: &Field) -> Option<u64> {
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

    /// The conditions in a query field's arguments: every item of a list and every field of an input
    /// object in them, however deep. What the database must compare is paid for like what it reads.
    pub(super) fn conditions(&mut self, field: &'a Field) -> u64 {
        let mut comparisons = 0_u64;
        let conditions = values(&field.arguments).fold(0_u64, |sum, value| {
            comparisons = comparisons.saturating_add(self.comparisons_in(value));
            sum.saturating_add(self.within(value))
        });
        self.comparisons = self.comparisons.max(comparisons);
        conditions
    }

    fn within(&self, value: Given<'a>) -> u64 {
        let each = |sum: u64, item| sum.saturating_add(1).saturating_add(self.within(item));
        match value.shape(self.variables) {
            Shape::List(items) => items.into_iter().fold(0, each),
            Shape::Object(fields) => fields.into_iter().map(|(_, field)| field).fold(0, each),
            Shape::Nothing | Shape::Leaf => 0,
        }
    }

    /// The fields of input objects that hold a leaf or a list of leaves: each is a comparison, and a
    /// comparison of what is guarded takes the guard's values with it.
    fn comparisons_in(&self, value: Given<'a>) -> u64 {
        let all = |items: Vec<Given<'a>>| {
            let counts = items.into_iter().map(|item| self.comparisons_in(item));
            counts.fold(0, u64::saturating_add)
        };
        match value.shape(self.variables) {
            Shape::List(items) => all(items),
            Shape::Object(fields) => fields.into_iter().fold(0, |sum, (_, field)| {
                let below = match field.shape(self.variables) {
                    Shape::Object(_) => self.comparisons_in(field),
                    Shape::List(items) => all(items).max(1),
                    Shape::Leaf | Shape::Nothing => 1,
                };
                sum.saturating_add(below)
            }),
            Shape::Nothing | Shape::Leaf => 0,
        }
    }

    /// Items of the list at the end of a way through the arguments; none when it isn't given. One value
    /// stands for a list of one.
    pub(super) fn list(&self, field: &'a Field, way: &[&str]) -> Option<u64> {
        let (argument, way) = way.split_first()?;
        let mut value = Given::Literal(field.specified_argument_by_name(argument)?);
        for name in way {
            let Shape::Object(fields) = value.shape(self.variables) else {
                return None;
            };
            value = fields.into_iter().find(|(known, _)| known == name)?.1;
        }
        match value.shape(self.variables) {
            Shape::Nothing => None,
            Shape::List(items) => Some(length(&items)),
            Shape::Leaf | Shape::Object(_) => Some(1),
        }
    }

    /// The items of all lists in the arguments of a mutation.
    pub(super) fn sent(&self, field: &'a Field) -> Sent {
        values(&field.arguments)
            .map(|value| self.sent_in(value))
            .fold(Sent::default(), Sent::and)
    }

    fn sent_in(&self, value: Given<'a>) -> Sent {
        match value.shape(self.variables) {
            Shape::List(items) => {
                let outermost = length(&items);
                let all = items
                    .into_iter()
                    .map(|item| self.item(item))
                    .fold(Sent::default(), Sent::and);
                Sent { outermost, ..all }
            }
            Shape::Object(fields) => fields
                .into_iter()
                .map(|(_, field)| self.sent_in(field))
                .fold(Sent::default(), Sent::and),
            Shape::Nothing | Shape::Leaf => Sent::default(),
        }
    }

    fn item(&self, item: Given<'a>) -> Sent {
        let below = self.sent_in(item);
        match item.shape(self.variables) {
            Shape::Object(_) => Sent {
                objects: below.objects.saturating_add(1),
                ..below
            },
            Shape::List(_) => below,
            Shape::Nothing | Shape::Leaf => Sent { leaves: 1, ..below },
        }
    }
}

fn values(arguments: &[Node<Argument>]) -> impl Iterator<Item = Given<'_>> {
    arguments
        .iter()
        .map(|argument| Given::Literal(&argument.value))
}

fn not_negative(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn length<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}
