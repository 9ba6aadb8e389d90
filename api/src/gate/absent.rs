//! Takes out of an operation what a variable without a value stands for.
//!
//! By the specification an argument or input field given by an absent variable is absent itself.
//! The executor makes it `null` instead, which in an update means "clear this": a client whose
//! document lists every field and who sends two of them would wipe the rest.

use async_graphql::parser::types::{
    Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Variables};
use async_graphql_value::Value;

/// Whether the operation declares a variable that has no value.
pub(super) fn any(operation: &OperationDefinition, variables: &Variables) -> bool {
    let mut declared = operation.variable_definitions.iter();
    declared.any(|variable| !variables.contains_key(&variable.node.name.node))
}

/// Takes out arguments and input fields that are given by variables without a value. In lists they
/// stay: there the specification has them be `null` too.
pub(super) fn take_out(document: &mut ExecutableDocument, variables: &Variables) {
    use async_graphql::parser::types::DocumentOperations::{Multiple, Single};

    let operations = match &mut document.operations {
        Single(operation) => vec![operation],
        Multiple(operations) => operations.values_mut().collect(),
    };
    for operation in operations {
        of_set(&mut operation.node.selection_set.node, variables);
    }
    for fragment in document.fragments.values_mut() {
        of_set(&mut fragment.node.selection_set.node, variables);
    }
}

fn of_set(set: &mut SelectionSet, variables: &Variables) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                of_arguments(&mut field.node.arguments, variables);
                of_directives(&mut field.node.directives, variables);
                of_set(&mut field.node.selection_set.node, variables);
            }
            Selection::FragmentSpread(spread) => {
                of_directives(&mut spread.node.directives, variables);
            }
            Selection::InlineFragment(inline) => {
                of_directives(&mut inline.node.directives, variables);
                of_set(&mut inline.node.selection_set.node, variables);
            }
        }
    }
}

fn of_directives(directives: &mut [Positioned<Directive>], variables: &Variables) {
    for directive in directives {
        of_arguments(&mut directive.node.arguments, variables);
    }
}

fn of_arguments(arguments: &mut Vec<(Positioned<Name>, Positioned<Value>)>, variables: &Variables) {
    arguments.retain(|(_, value)| !is_absent(&value.node, variables));
    for (_, value) in arguments {
        of_value(&mut value.node, variables);
    }
}

fn of_value(value: &mut Value, variables: &Variables) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| of_value(item, variables)),
        Value::Object(fields) => {
            fields.retain(|_, field| !is_absent(field, variables));
            fields
                .values_mut()
                .for_each(|field| of_value(field, variables));
        }
        _ => {}
    }
}

fn is_absent(value: &Value, variables: &Variables) -> bool {
    matches!(value, Value::Variable(name) if !variables.contains_key(name))
}
