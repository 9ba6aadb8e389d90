//! Payloads of mutations: the record, read by plan after the commit, and the user errors.

/// Declares a payload with one record. `$payload` gets a field named `$field` of type `$type`.
macro_rules! payload {
    ($(#[$doc:meta])* $payload:ident, $field:ident: $type:ty) => {
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            /// The record as it is now; null when something was wrong.
            pub $field: Option<$type>,
            /// What was wrong; empty when it was done.
            pub user_errors: Vec<$crate::graphql::errors::UserError>,
        }

        impl $payload {
            /// The answer to a use case that names its record by id.
            ///
            /// # Errors
            /// When the caller can't mend what went wrong.
            pub(super) async fn of(
                ctx: &async_graphql::Context<'_>,
                outcome: $crate::domain::Outcome<uuid::Uuid>,
            ) -> $crate::graphql::errors::FieldResult<Self> {
                match outcome {
                    Ok(id) => {
                        let name = $crate::graphql::payload::camel(stringify!($field));
                        let found =
                            $crate::graphql::selection::payload_record(ctx, &name, id).await?;
                        Ok(Self { $field: found.map(<$type>::from), user_errors: Vec::new() })
                    }
                    Err(refusal) => Ok(Self {
                        $field: None,
                        user_errors: $crate::graphql::errors::user_errors(refusal)?,
                    }),
                }
            }
        }
    };
}
pub(super) use payload;

/// Wraps a visible record in its type in the schema.
macro_rules! record_type {
    ($type:ident, $entity:ty) => {
        impl From<$crate::store::Visible<$entity>> for $type {
            fn from(record: $crate::store::Visible<$entity>) -> Self {
                Self(record)
            }
        }

        impl $crate::graphql::selection::RecordType for $type {
            type Record = $entity;
        }
    };
}
pub(super) use record_type;

/// `snake_case` in `camelCase`, as fields are named in the schema.
pub(super) fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for character in name.chars() {
        if character == '_' {
            upper = true;
        } else if upper {
            camel.push(character.to_ascii_uppercase());
            upper = false;
        } else {
            camel.push(character);
        }
    }
    camel
}
