//! The admitted document in the executor's own types.
//!
//! Written over node by node rather than parsed again: what was validated is what is executed, no
//! second grammar can read it differently, and the executor's parser (which has no bound on nested
//! values) never sees a caller's text. A new kind of node is a compile error here.

use apollo_compiler::ast;
use apollo_compiler::parser::SourceSpan;
use async_graphql::parser::types::{
    BaseType, Directive, Field, FragmentDefinition, FragmentSpread, InlineFragment,
    OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeCondition,
    VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::Value;

/// A number that no JSON number can hold.
#[derive(Debug)]
pub(super) struct NumberTooLarge(pub(super) Option<SourceSpan>);

/// Bytes between two known columns: a position costs at most one walk of this length.
const STRIDE: usize = 256;

/// Finds line and column of a byte. The document may be one line of 256 KiB with thousands of
/// nodes, so the columns are not counted from the start of the line each time.
pub(super) struct Positions<'a> {
    text: &'a str,
    /// Line and column at the first character boundary at or after each multiple of [`STRIDE`].
    marks: Vec<(usize, Pos)>,
}

impl<'a> Positions<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut here = Pos { line: 1, column: 1 };
        for (offset, letter) in text.char_indices() {
            if offset >= marks.len() * STRIDE {
                marks.push((offset, here));
            }
            here = step(here, letter);
        }
        Self { text, marks }
    }

    pub(super) fn of(&self, span: Option<SourceSpan>) -> Pos {
        let Some(offset) = span.map(|span| span.offset()) else {
            return Pos::default();
        };
        let after = self.marks.partition_point(|&(mark, _)| mark <= offset);
        let Some(&(mark, start)) = after.checked_sub(1).and_then(|index| self.marks.get(index))
        else {
            return Pos { line: 1, column: 1 };
        };
        self.text
            .get(mark..offset)
            .unwrap_or_default()
            .chars()
            .fold(start, step)
    }
}

fn step(here: Pos, letter: char) -> Pos {
    if letter == '\n' {
        Pos {
            line: here.line + 1,
            column: 1,
        }
    } else {
        Pos {
            line: here.line,
            column: here.column + 1,
        }
    }
}

/// Writes definitions over; the recursion is as deep as the document, which has been bounded.
pub(super) struct Converter<'a> {
    positions: Positions<'a>,
}

type Converted<T> = Result<T, NumberTooLarge>;

impl<'a> Converter<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            positions: Positions::new(text),
        }
    }

    fn put<T>(&self, node: T, span: Option<SourceSpan>) -> Positioned<T> {
        Positioned::new(node, self.positions.of(span))
    }

    fn name(&self, name: &apollo_compiler::Name) -> Positioned<Name> {
        self.put(Name::new(name.as_str()), name.location())
    }

    pub(super) fn operation(
        &self,
        operation: &apollo_compiler::Node<ast::OperationDefinition>,
    ) -> Converted<Positioned<OperationDefinition>> {
        let span = operation.location();
        let variable_definitions = operation
            .variables
            .iter()
            .map(|variable| {
                let definition = VariableDefinition {
                    name: self.name(&variable.name),
                    var_type: self.put(type_reference(&variable.ty), variable.ty.location()),
                    directives: self.directives(&variable.directives)?,
                    // The gate has put defaults into the variables; a constant can't be wrong then.
                    default_value: None,
                };
                Ok(self.put(definition, variable.location()))
            })
            .collect::<Converted<_>>()?;
        let definition = OperationDefinition {
            ty: match operation.operation_type {
                ast::OperationType::Query => OperationType::Query,
                ast::OperationType::Mutation => OperationType::Mutation,
                ast::OperationType::Subscription => OperationType::Subscription,
            },
            variable_definitions,
            directives: self.directives(&operation.directives)?,
            selection_set: self.selections(&operation.selection_set, span)?,
        };
        Ok(self.put(definition, span))
    }

    pub(super) fn fragment(
        &self,
        fragment: &apollo_compiler::Node<ast::FragmentDefinition>,
    ) -> Converted<Positioned<FragmentDefinition>> {
        let definition = FragmentDefinition {
            type_condition: self.condition(&fragment.type_condition),
            directives: self.directives(&fragment.directives)?,
            selection_set: self.selections(&fragment.selection_set, fragment.location())?,
        };
        Ok(self.put(definition, fragment.location()))
    }

    fn condition(&self, on: &apollo_compiler::Name) -> Positioned<TypeCondition> {
        let on = self.name(on);
        let pos = on.pos;
        Positioned::new(TypeCondition { on }, pos)
    }

    fn selections(
        &self,
        selections: &[ast::Selection],
        span: Option<SourceSpan>,
    ) -> Converted<Positioned<SelectionSet>> {
        let items = selections
            .iter()
            .map(|selection| self.selection(selection))
            .collect::<Converted<_>>()?;
        Ok(self.put(SelectionSet { items }, span))
    }

    fn selection(&self, selection: &ast::Selection) -> Converted<Positioned<Selection>> {
        Ok(match selection {
            ast::Selection::Field(field) => {
                let span = field.location();
                let node = Field {
                    alias: field.alias.as_ref().map(|alias| self.name(alias)),
                    name: self.name(&field.name),
                    arguments: self.arguments(&field.arguments)?,
                    directives: self.directives(&field.directives)?,
                    selection_set: self.selections(&field.selection_set, span)?,
                };
                let field = self.put(node, span);
                let pos = field.pos;
                Positioned::new(Selection::Field(field), pos)
            }
            ast::Selection::FragmentSpread(spread) => {
                let node = FragmentSpread {
                    fragment_name: self.name(&spread.fragment_name),
                    directives: self.directives(&spread.directives)?,
                };
                let spread = self.put(node, spread.location());
                let pos = spread.pos;
                Positioned::new(Selection::FragmentSpread(spread), pos)
            }
            ast::Selection::InlineFragment(inline) => {
                let span = inline.location();
                let node = InlineFragment {
                    type_condition: inline.type_condition.as_ref().map(|on| self.condition(on)),
                    directives: self.directives(&inline.directives)?,
                    selection_set: self.selections(&inline.selection_set, span)?,
                };
                let inline = self.put(node, span);
                let pos = inline.pos;
                Positioned::new(Selection::InlineFragment(inline), pos)
            }
        })
    }

    fn directives(&self, directives: &ast::DirectiveList) -> Converted<Vec<Positioned<Directive>>> {
        directives
            .iter()
            .map(|directive| {
                let node = Directive {
                    name: self.name(&directive.name),
                    arguments: self.arguments(&directive.arguments)?,
                };
                Ok(self.put(node, directive.location()))
            })
            .collect()
    }

    fn arguments(
        &self,
        arguments: &[apollo_compiler::Node<ast::Argument>],
    ) -> Converted<Vec<(Positioned<Name>, Positioned<Value>)>> {
        arguments
            .iter()
            .map(|argument| {
                let value = constant_or_variable(&argument.value)?;
                Ok((
                    self.name(&argument.name),
                    self.put(value, argument.value.location()),
                ))
            })
            .collect()
    }
}

fn constant_or_variable(value: &apollo_compiler::Node<ast::Value>) -> Converted<Value> {
    let number = |digits: &str| {
        digits
            .parse()
            .map(Value::Number)
            .map_err(|_| NumberTooLarge(value.location()))
    };
    Ok(match value.as_ref() {
        ast::Value::Null => Value::Null,
        ast::Value::Enum(name) => Value::Enum(Name::new(name.as_str())),
        ast::Value::Variable(name) => Value::Variable(Name::new(name.as_str())),
        ast::Value::String(text) => Value::String(text.clone()),
        ast::Value::Boolean(truth) => Value::Boolean(*truth),
        ast::Value::Int(int) => number(int.as_str())?,
        ast::Value::Float(float) => number(float.as_str())?,
        ast::Value::List(items) => Value::List(
            items
                .iter()
                .map(constant_or_variable)
                .collect::<Converted<_>>()?,
        ),
        ast::Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, field)| Ok((Name::new(name.as_str()), constant_or_variable(field)?)))
                .collect::<Converted<_>>()?,
        ),
    })
}

fn type_reference(ty: &ast::Type) -> Type {
    let (base, nullable) = match ty {
        ast::Type::Named(name) => (BaseType::Named(Name::new(name.as_str())), true),
        ast::Type::NonNullNamed(name) => (BaseType::Named(Name::new(name.as_str())), false),
        ast::Type::List(item) => (BaseType::List(Box::new(type_reference(item))), true),
        ast::Type::NonNullList(item) => (BaseType::List(Box::new(type_reference(item))), false),
    };
    Type { base, nullable }
}
