//! How much there is to introspect, for `cost.rs`: introspection is weighed against the query that
//! every tool sends, so that a schema may grow without its own tools being refused.

use apollo_compiler::Schema;
use apollo_compiler::schema::ExtendedType;

/// The introspection query that tools send, in the widest form in use.
pub(super) const STANDARD_INTROSPECTION: &str = include_str!("introspection.graphql");

/// How long the lists of introspection are in this schema: all types, and the rounded mean of what
/// belongs to one.
#[derive(Debug, Default)]
pub(super) struct IntrospectionSizes {
    types: u64,
    directives: u64,
    fields: u64,
    arguments: u64,
    input_fields: u64,
    interfaces: u64,
    possible_types: u64,
    enum_values: u64,
}

impl IntrospectionSizes {
    pub(super) fn new(schema: &Schema) -> Self {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let mean = |sum: usize, of: usize| count(sum.div_ceil(of.max(1))).max(1);
        let (mut owners, mut fields, mut arguments, mut interfaces) = (0, 0, 0, 0);
        let (mut inputs, mut input_fields, mut enums, mut values) = (0, 0, 0, 0);
        let (mut abstracts, mut members) = (0, 0);
        for ty in schema.types.values() {
            let declared = match ty {
                ExtendedType::Object(object) => {
                    interfaces += object.implements_interfaces.len();
                    members += object.implements_interfaces.len();
                    &object.fields
                }
                ExtendedType::Interface(interface) => {
                    abstracts += 1;
                    interfaces += interface.implements_interfaces.len();
                    &interface.fields
                }
                ExtendedType::Union(union) => {
                    abstracts += 1;
                    members += union.members.len();
                    continue;
                }
                ExtendedType::Enum(of) => {
                    enums += 1;
                    values += of.values.len();
                    continue;
                }
                ExtendedType::InputObject(input) => {
                    inputs += 1;
                    input_fields += input.fields.len();
                    continue;
                }
                ExtendedType::Scalar(_) => continue,
            };
            owners += 1;
            fields += declared.len();
            arguments += declared
                .values()
                .map(|field| field.arguments.len())
                .sum::<usize>();
        }
        Self {
            types: count(schema.types.len()),
            directives: count(schema.directive_definitions.len()),
            fields: mean(fields, owners),
            arguments: mean(arguments, fields),
            input_fields: mean(input_fields, inputs),
            interfaces: mean(interfaces, owners),
            possible_types: mean(members, abstracts),
            enum_values: mean(values, enums),
        }
    }

    /// Items of the list that a field of introspection gives, 1 when it gives none.
    pub(super) fn of(&self, field: &str) -> u64 {
        match field {
            "types" => self.types,
            "directives" => self.directives,
            "fields" => self.fields,
            "args" => self.arguments,
            "inputFields" => self.input_fields,
            "interfaces" => self.interfaces,
            "possibleTypes" => self.possible_types,
            "enumValues" => self.enum_values,
            _ => 1,
        }
    }
}
