//! The cost of an operation field by field, for whoever wants to make it cheaper.

use std::collections::HashMap;

use apollo_compiler::executable::{ExecutableDocument, Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::JsonMap;
use apollo_compiler::validation::Valid;

use super::{Limits, Prices, Scale};

/// A field of an operation and what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedField {
    /// Where it is in the answer: `signals.nodes.title`.
    pub path: String,
    /// The type it is asked of.
    pub of: String,
    /// The field.
    pub field: String,
    /// The type it leads to, without list and non-null.
    pub to: String,
    /// Its cost and that of what is below it, in hundredths of a record, for each object it is
    /// asked of.
    pub hundredths: u64,
}

impl Prices {
    /// The fields of an operation that was weighed, in the order of the document, fragments
    /// written out. Introspection is one field.
    pub(in crate::gate) fn explain(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        variables: &JsonMap,
        limits: &Limits,
    ) -> Vec<PricedField> {
        let mut scale = Scale {
            prices: self,
            document,
            variables,
            default_page: limits.default_page,
            known: HashMap::new(),
            known_introspection: HashMap::new(),
        };
        let mut fields = Vec::new();
        walk(&mut scale, &operation.selection_set, "", &mut fields);
        fields
    }
}

/// Bounded, since `extent.rs` counts the selections with their fragments written out.
fn walk<'a>(
    scale: &mut Scale<'a>,
    set: &'a SelectionSet,
    above: &str,
    fields: &mut Vec<PricedField>,
) {
    for selection in &set.selections {
        match selection {
            Selection::Field(field) => priced(scale, field, set.ty.as_str(), above, fields),
            Selection::InlineFragment(inline) => {
                walk(scale, &inline.selection_set, above, fields);
            }
            Selection::FragmentSpread(spread) => {
                let document = scale.document;
                if let Some(fragment) = document.fragments.get(spread.fragment_name.as_str()) {
                    walk(scale, &fragment.selection_set, above, fields);
                }
            }
        }
    }
}

fn priced<'a>(
    scale: &mut Scale<'a>,
    field: &'a Field,
    of: &str,
    above: &str,
    fields: &mut Vec<PricedField>,
) {
    let key = field.response_key().as_str();
    let path = if above.is_empty() {
        key.to_owned()
    } else {
        format!("{above}.{key}")
    };
    let weight = scale.field(field, of);
    fields.push(PricedField {
        path: path.clone(),
        of: of.to_owned(),
        field: field.name.to_string(),
        to: field.ty().inner_named_type().to_string(),
        hundredths: weight.once.saturating_add(weight.each),
    });
    if !field.name.as_str().starts_with("__") {
        walk(scale, &field.selection_set, &path, fields);
    }
}
