//! `codes!` declares an enum whose values are one word everywhere: in the database, in GraphQL,
//! in JSON and in events. The word is written out beside each value, because a word that was
//! published stays what it is, also when its Rust name changes.

/// Declares an enum with the derives that every code of Nabij needs, its `code()` and its place
/// in a [`SetOf`](crate::SetOf). The doc comments become the descriptions in the schema.
macro_rules! codes {
    (
        $(#[$($about:tt)*])*
        pub enum $name:ident {
            $( $(#[$($note:tt)*])* $value:ident = $code:tt, )+
        }
    ) => {
        $(#[$($about)*])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            sea_orm::EnumIter, sea_orm::DeriveActiveEnum,
            async_graphql::Enum, serde::Serialize, serde::Deserialize,
        )]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $(
                $(#[$($note)*])*
                #[sea_orm(string_value = $code)]
                #[graphql(name = $code)]
                #[serde(rename = $code)]
                $value,
            )+
        }

        impl $name {
            /// The word that stands for this value in the database, in GraphQL and in events.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $( Self::$value => $code, )+
                }
            }

            /// The value that `code` stands for; `None` for a word that isn't in this enum.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code {
                    $( $code => Some(Self::$value), )+
                    _ => None,
                }
            }
        }

        impl crate::set::Member for $name {
            fn to_code(&self) -> std::borrow::Cow<'_, str> {
                self.code().into()
            }

            fn from_code(code: &str) -> Option<Self> {
                Self::from_code(code)
            }
        }
    };
}
