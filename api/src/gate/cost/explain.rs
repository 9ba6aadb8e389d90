//! The cost of an operation field by field, for whoever wants to make it cheaper. No more than so many
//! fields are told: each is weighed anew, and has its whole path.

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

/// What an operation costs, field by field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// Its fields in the order of the document, fragments written out, as many as are told.
    /// Introspection is one field.
    pub fields: Vec<PricedField>,
    /// How many more it has.
    pub left_out: u64,
}

impl Prices {
    /// Explains an operation that was weighed.
    pub(in crate::gate) fn explain(
        &self,
        document: &Valid<ExecutableDocument>,
        operation: &Operation,
        variables: &JsonMap,
        limits: &Limits,
    ) -> Explanation {
        let mut walk = Walk {
            scale: Scale::new(self, document, variables, limits.default_page),
            most: limits.explained,
            told: Explanation::default(),
        };
        walk.set(&operation.selection_set, "");
        walk.told
    }
}

struct Walk<'a> {
    scale: Scale<'a>,
    most: usize,
    told: Explanation,
}

impl<'a> Walk<'a> {
    /// Bounded, since `extent.rs` counts the selections with their fragments written out.
    fn set(&mut self, set: &'a SelectionSet, above: &str) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => self.field(field, set.ty.as_str(), above),
                Selection::InlineFragment(inline) => self.set(&inline.selection_set, above),
                Selection::FragmentSpread(spread) => {
                    let document = self.scale.document;
                    if let Some(fragment) = document.fragments.get(spread.fragment_name.as_str()) {
                        self.set(&fragment.selection_set, above);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'a Field, of: &str, above: &str) {
        let path = if self.told.fields.len() < self.most {
            self.tell(field, of, above)
        } else {
            self.told.left_out += 1;
            String::new()
        };
        if !field.name.as_str().starts_with("__") {
            self.set(&field.selection_set, &path);
        }
    }

    /// Tells one more; its path.
    fn tell(&mut self, field: &'a Field, of: &str, above: &str) -> String {
        let key = field.response_key().as_str();
        let path = if above.is_empty() {
            key.to_owned()
        } else {
            format!("{above}.{key}")
        };
        let weight = self.scale.field(field, of);
        self.told.fields.push(PricedField {
            path: path.clone(),
            of: of.to_owned(),
            field: field.name.to_string(),
            to: field.ty().inner_named_type().to_string(),
            hundredths: weight.once.saturating_add(weight.each),
        });
        path
    }
}
