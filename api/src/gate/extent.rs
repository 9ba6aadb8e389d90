//! How large a document is when every fragment is written out where it is spread, worked out
//! before anything expensive looks at it: validation and execution both walk each spread, so a few
//! hundred bytes of fragments that double would cost them seconds.
//!
//! Each fragment is measured once, whatever the number of its spreads, and sums saturate. To add a
//! measure: a field in [`Extent`], a line in `Measure::selection`, a check in [`check`].

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{
    Definition, DirectiveList, Document, FragmentDefinition, Selection, Value,
};

use super::errors::{Problem, RefusalCode, cut_names};
use super::limits::Limits;

/// The size of a selection set, fragments written out.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    selections: u64,
    aliases: u64,
    directives: u64,
    /// Fields of this level, which are the root fields when it is an operation's.
    fields: u64,
    /// Fields within fields.
    depth: usize,
    /// The same below `__schema` and `__type`, which don't count for `depth`.
    introspection_depth: usize,
    /// Fields within each other whose names are those of introspection's lists.
    lists: usize,
    /// The same below `__schema` and `__type`, where they are those lists.
    introspection_lists: usize,
    /// Selection sets within selection sets.
    nesting: usize,
}

impl Extent {
    /// Adds what stands beside; the depths are those of the deepest.
    fn beside(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.fields = self.fields.saturating_add(other.fields);
        self.depth = self.depth.max(other.depth);
        self.introspection_depth = self.introspection_depth.max(other.introspection_depth);
        self.lists = self.lists.max(other.lists);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
        self.nesting = self.nesting.max(other.nesting);
    }
}

/// Refuses a document beyond the limits. What it lets through can be walked recursively, spread by
/// spread, [`Limits::nesting`] deep and [`Limits::selections`] long at most.
pub(super) fn check(document: &Document, limits: &Limits) -> Result<(), Problem> {
    let mut measure = Measure {
        limits,
        fragments: HashMap::new(),
        known: HashMap::new(),
        open: HashSet::new(),
    };
    for definition in &document.definitions {
        match definition {
            Definition::FragmentDefinition(fragment) => {
                let name = fragment.name.as_str();
                short(name, limits)?;
                // Which of two the validator would walk is its own affair: refuse before.
                if measure.fragments.insert(name, fragment).is_some() {
                    return Err(invalid(&format!(
                        "There can be only one fragment named \"{name}\"."
                    )));
                }
            }
            Definition::OperationDefinition(operation) => {
                let variables = operation.variables.iter().map(|variable| &variable.name);
                operation
                    .name
                    .iter()
                    .chain(variables)
                    .try_for_each(|name| short(name, limits))?;
            }
            _ => {
                return Err(invalid(
                    "The document defines types; send operations and fragments only.",
                ));
            }
        }
    }

    let mut selections = 0_u64;
    for definition in &document.definitions {
        let extent = match definition {
            Definition::OperationDefinition(operation) => {
                let mut extent = measure.set(&operation.selection_set, 1)?;
                extent.directives = extent
                    .directives
                    .saturating_add(measure.directives(&operation.directives)?);
                for variable in &operation.variables {
                    extent.directives = extent
                        .directives
                        .saturating_add(measure.directives(&variable.directives)?);
                    if let Some(value) = &variable.default_value {
                        measure.value(value, 1)?;
                    }
                }
                at_most("fields at the root", extent.fields, limits.root_fields)?;
                at_most("aliases", extent.aliases, limits.aliases)?;
                at_most("directives", extent.directives, limits.directives)?;
                at_most("levels of fields", extent.depth, limits.depth)?;
                at_most(
                    "levels of introspection",
                    extent.introspection_depth,
                    limits.introspection_depth,
                )?;
                at_most(
                    "lists within lists of introspection",
                    extent.introspection_lists,
                    limits.introspection_lists,
                )?;
                at_most("levels of selections", extent.nesting, limits.nesting)?;
                extent
            }
            Definition::FragmentDefinition(fragment) => measure.fragment(fragment, 1)?,
            _ => continue,
        };
        selections = selections.saturating_add(extent.selections);
        at_most(
            "selections with fragments written out",
            selections,
            limits.selections,
        )?;
    }
    Ok(())
}

fn at_most<T: PartialOrd + std::fmt::Display>(
    what: &str,
    asked: T,
    limit: T,
) -> Result<(), Problem> {
    if asked > limit {
        return Err(Problem::over(what, asked, limit));
    }
    Ok(())
}

/// A name of the caller's own choice. Those of the schema are as long as they are.
fn short(name: &str, limits: &Limits) -> Result<(), Problem> {
    if name.len() <= limits.name {
        return Ok(());
    }
    let message = format!(
        "A name has {} bytes; an alias and the name of an operation, fragment or variable may have {}. Choose a shorter one.",
        name.len(),
        limits.name
    );
    Err(Problem::new(RefusalCode::TooExpensive, message))
}

fn invalid(message: &str) -> Problem {
    Problem::new(RefusalCode::ValidationFailed, cut_names(message))
}

struct Measure<'a> {
    limits: &'a Limits,
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    known: HashMap<&'a str, Extent>,
    /// The fragments on the way from the root to here.
    open: HashSet<&'a str>,
}

impl<'a> Measure<'a> {
    /// `level` counts the selection sets on the way here, and so bounds our own recursion.
    fn set(&mut self, selections: &'a [Selection], level: usize) -> Result<Extent, Problem> {
        at_most("or more levels of selections", level, self.limits.nesting)?;
        let mut extent = Extent::default();
        for selection in selections {
            extent.beside(self.selection(selection, level)?);
        }
        extent.nesting += 1;
        Ok(extent)
    }

    fn selection(&mut self, selection: &'a Selection, level: usize) -> Result<Extent, Problem> {
        let (mut extent, directives) = match selection {
            Selection::Field(field) => {
                if let Some(alias) = &field.alias {
                    short(alias, self.limits)?;
                }
                for argument in &field.arguments {
                    self.value(&argument.value, 1)?;
                }
                let mut extent = if field.selection_set.is_empty() {
                    Extent::default()
                } else {
                    self.set(&field.selection_set, level + 1)?
                };
                extent.fields = 1;
                extent.aliases = extent
                    .aliases
                    .saturating_add(u64::from(field.alias.is_some()));
                match field.name.as_str() {
                    "__schema" | "__type" => {
                        extent.introspection_depth =
                            extent.introspection_depth.max(extent.depth) + 1;
                        extent.introspection_lists = extent.introspection_lists.max(extent.lists);
                        extent.depth = 1;
                        extent.lists = 0;
                    }
                    "fields" | "inputFields" | "interfaces" | "possibleTypes" => {
                        extent.depth += 1;
                        extent.lists += 1;
                    }
                    _ => extent.depth += 1,
                }
                (extent, &field.directives)
            }
            Selection::FragmentSpread(spread) => {
                // A fragment that isn't there is for the validator to name.
                let extent = match self.fragments.get(spread.fragment_name.as_str()) {
                    Some(&fragment) => self.fragment(fragment, level + 1)?,
                    None => Extent::default(),
                };
                (extent, &spread.directives)
            }
            Selection::InlineFragment(inline) => (
                self.set(&inline.selection_set, level + 1)?,
                &inline.directives,
            ),
        };
        extent.selections = extent.selections.saturating_add(1);
        extent.directives = extent
            .directives
            .saturating_add(self.directives(directives)?);
        Ok(extent)
    }

    fn fragment(
        &mut self,
        fragment: &'a FragmentDefinition,
        level: usize,
    ) -> Result<Extent, Problem> {
        let name = fragment.name.as_str();
        if let Some(&extent) = self.known.get(name) {
            return Ok(extent);
        }
        if !self.open.insert(name) {
            return Err(invalid(&format!(
                "The fragment \"{name}\" spreads itself, directly or through others; take one spread out."
            )));
        }
        let mut extent = self.set(&fragment.selection_set, level)?;
        extent.directives = extent
            .directives
            .saturating_add(self.directives(&fragment.directives)?);
        self.open.remove(name);
        self.known.insert(name, extent);
        Ok(extent)
    }

    fn directives(&self, directives: &DirectiveList) -> Result<u64, Problem> {
        for directive in directives {
            for argument in &directive.arguments {
                self.value(&argument.value, 1)?;
            }
        }
        Ok(u64::try_from(directives.len()).unwrap_or(u64::MAX))
    }

    /// The parser has bounded this recursion already; the rest of us wants it flatter still.
    fn value(&self, value: &Value, level: usize) -> Result<(), Problem> {
        at_most(
            "or more levels of lists and objects in a value",
            level,
            self.limits.value_depth + 1,
        )?;
        match value {
            Value::List(items) => items
                .iter()
                .try_for_each(|item| self.value(item, level + 1)),
            Value::Object(fields) => fields
                .iter()
                .try_for_each(|(_, field)| self.value(field, level + 1)),
            _ => Ok(()),
        }
    }
}
