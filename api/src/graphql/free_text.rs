//! No national number anywhere: whatever a mutation is sent as free text is looked through before its
//! resolver runs, so that a field which is added later can't forget it. What holds a number is
//! refused as the use cases refuse it, with `IDENTITY_NUMBER` and the path, and never repeated.
//!
//! Queries aren't looked through: nothing of them is kept. Neither is a mutation of many rows, which
//! answers row by row: its use case does it.

use std::{borrow::Cow, pin::Pin};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Name, ObjectType, OutputType, Positioned,
    ServerResult, Value,
    indexmap::IndexMap,
    parser::types::Field,
    registry::{MetaField, MetaType, MetaTypeName, Registry},
    resolver_utils::resolve_container_serial,
};

use super::Mutations;
use crate::domain::text;

/// Scalars in which somebody can write what they want. A phone number isn't one: `+32470…` has
/// eleven digits too, and one in fifty would pass for a national number. A language tag is one: what
/// comes after its `x` is free.
pub const FREE: [&str; 4] = ["String", "EmailAddress", "LanguageTag", "URL"];

/// Texts that aren't free: the input's type, its field, and why.
pub const NOT_FREE: [(&str, &str, &str); 1] = [(
    "UserRegisterInput",
    "issuer",
    "the URL of one of the issuers in the settings",
)];

/// Texts in which a number belongs to somebody else's system: the input's type, its field, and what is
/// said about an identity number. Only what is written or named as one is refused there.
pub const REFERENCES: [(&str, &str, &str); 2] = [
    (
        "SignalSubmitInput",
        "externalReference",
        text::IDENTITY_REFERENCE,
    ),
    ("UserRegisterInput", "subject", text::IDENTITY_SUBJECT),
];

/// What can be done, with every free text looked through first.
#[derive(Default)]
pub struct Mutation(Mutations);

impl OutputType for Mutation {
    fn type_name() -> Cow<'static, str> {
        Mutations::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Mutations::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container_serial(ctx, self).await
    }
}

impl ContainerType for Mutation {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if let Some(payload) = refusal(ctx) {
            return Ok(Some(payload));
        }
        // Behind a pointer: the future of all mutations is too deep to be part of another.
        let inner: Pin<Box<dyn Future<Output = _> + Send + '_>> =
            Box::pin(self.0.resolve_field(ctx));
        inner.await
    }
}

impl ObjectType for Mutation {}

/// The payload that says where the identity numbers are; none when there are none.
fn refusal(ctx: &Context<'_>) -> Option<Value> {
    let registry = &ctx.schema_env.registry;
    let of = registry.types.get(Mutations::type_name().as_ref())?;
    let field = of.field_by_name(ctx.field().name())?;
    let mut found = Vec::new();
    for (name, value) in ctx.field().arguments().ok()? {
        let argument = field.args.get(name.as_str())?;
        look_through(
            registry,
            &argument.ty,
            None,
            &value,
            &mut Vec::new(),
            &mut found,
        );
    }
    if found.is_empty() {
        return None;
    }
    let payload = MetaTypeName::concrete_typename(&field.ty);
    let fields = registry.types.get(payload)?.fields()?;
    // Rows with errors of their own: the others of them may be done.
    let mut rows = fields
        .values()
        .map(|field| MetaTypeName::concrete_typename(&field.ty));
    let answers_by_row = rows.any(|row| {
        let parts = registry.types.get(row).and_then(MetaType::fields);
        parts.is_some_and(|parts| parts.contains_key("userErrors"))
    });
    (!answers_by_row).then(|| told(ctx, payload, fields, &found))
}

/// Where an identity number is, and what is said about it.
struct Found {
    path: Vec<String>,
    message: &'static str,
}

/// Where in a value the identity numbers are.
fn look_through(
    registry: &Registry,
    ty: &str,
    owner: Option<(&str, &str)>,
    value: &Value,
    path: &mut Vec<String>,
    found: &mut Vec<Found>,
) {
    match (MetaTypeName::create(ty), value) {
        (MetaTypeName::NonNull(ty), value) => {
            look_through(registry, ty, owner, value, path, found);
        }
        (MetaTypeName::List(ty), Value::List(values)) => {
            for (at, value) in values.iter().enumerate() {
                path.push(at.to_string());
                look_through(registry, ty, owner, value, path, found);
                path.pop();
            }
        }
        // One value stands for a list of one.
        (MetaTypeName::List(ty), value) => look_through(registry, ty, owner, value, path, found),
        (MetaTypeName::Named(name), Value::String(text)) => {
            let free = FREE.contains(&name)
                && !NOT_FREE
                    .iter()
                    .any(|(of, field, _)| owner == Some((*of, *field)));
            let reference = REFERENCES
                .iter()
                .find(|(of, field, _)| owner == Some((*of, *field)));
            let (holds, message) = match reference {
                Some((_, _, message)) => (text::is_written_as_identity_number(text), *message),
                None => (text::holds_identity_number(text), text::IDENTITY_NUMBER),
            };
            if free && holds {
                found.push(Found {
                    path: path.clone(),
                    message,
                });
            }
        }
        (MetaTypeName::Named(name), Value::Object(values)) => {
            let Some(MetaType::InputObject { input_fields, .. }) = registry.types.get(name) else {
                return;
            };
            for (field, value) in values {
                if let Some(input) = input_fields.get(field.as_str()) {
                    path.push(field.to_string());
                    look_through(
                        registry,
                        &input.ty,
                        Some((name, field.as_str())),
                        value,
                        path,
                        found,
                    );
                    path.pop();
                }
            }
        }
        (MetaTypeName::Named(_), _) => {}
    }
}

/// The payload as it was selected: no record, and an error for each place.
fn told(
    ctx: &Context<'_>,
    payload: &str,
    fields: &IndexMap<String, MetaField>,
    places: &[Found],
) -> Value {
    let mut answer: IndexMap<Name, Value> = IndexMap::new();
    for selected in ctx.field().selection_set() {
        let key = Name::new(selected.alias().unwrap_or(selected.name()));
        match selected.name() {
            "userErrors" => {
                let errors = answer.entry(key).or_insert_with(|| {
                    let empty = places.iter().map(|_| Value::Object(IndexMap::new()));
                    Value::List(empty.collect())
                });
                let Value::List(errors) = errors else {
                    continue;
                };
                for (error, place) in errors.iter_mut().zip(places) {
                    let Value::Object(error) = error else {
                        continue;
                    };
                    for part in selected.selection_set() {
                        let key = Name::new(part.alias().unwrap_or(part.name()));
                        error.insert(key, part_of_error(part.name(), place));
                    }
                }
            }
            "__typename" => drop(answer.insert(key, payload.into())),
            name => {
                let is_list = fields
                    .get(name)
                    .is_some_and(|field| field.ty.starts_with('['));
                let nothing = if is_list {
                    Value::List(Vec::new())
                } else {
                    Value::Null
                };
                answer.insert(key, nothing);
            }
        }
    }
    Value::Object(answer)
}

fn part_of_error(part: &str, place: &Found) -> Value {
    match part {
        "__typename" => "UserError".into(),
        "code" => Value::Enum(Name::new("IDENTITY_NUMBER")),
        "message" => place.message.into(),
        "path" => Value::List(place.path.iter().map(|part| part.as_str().into()).collect()),
        _ => Value::Null,
    }
}
