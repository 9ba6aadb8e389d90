//! The GraphQL documents in `queries/`, with types made of them and of `schema.graphql` when this is
//! compiled: a field that isn't there, or an answer read as what it isn't, doesn't compile. What the
//! macro leaves unchecked, such as the names of arguments, a test checks.
//!
//! To add one: a file in `queries/`, and a type here with the name of its operation.

use graphql_client::GraphQLQuery;

// The schema's scalars, under its names.
type DateTime = String;
type EmailAddress = String;
type PhoneNumber = String;
#[expect(clippy::upper_case_acronyms, reason = "the schema's name")]
type URL = String;
#[expect(clippy::upper_case_acronyms, reason = "the schema's name")]
type UUID = uuid::Uuid;

/// `partner onboard`.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../schema.graphql",
    query_path = "queries/partner_onboard.graphql",
    variables_derives = "Clone, Debug, PartialEq, Eq",
    response_derives = "Clone, Debug, PartialEq, Eq",
    skip_serializing_none
)]
pub(crate) struct PartnerOnboard;

/// `partner list`.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../schema.graphql",
    query_path = "queries/partners.graphql",
    variables_derives = "Clone, Debug, Default",
    response_derives = "Clone, Debug, PartialEq, Eq",
    skip_serializing_none
)]
pub(crate) struct Partners;

/// A municipality by its official code.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../schema.graphql",
    query_path = "queries/municipalities.graphql"
)]
pub(crate) struct Municipalities;

/// The neighbourhoods of a municipality.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../schema.graphql",
    query_path = "queries/neighbourhoods.graphql",
    skip_serializing_none
)]
pub(crate) struct Neighbourhoods;

/// `export signals`.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../schema.graphql",
    query_path = "queries/signals.graphql",
    variables_derives = "Clone, Debug, Default",
    response_derives = "Clone, Debug, PartialEq, Eq",
    skip_serializing_none
)]
pub(crate) struct Signals;

/// `export register`.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../schema.graphql",
    query_path = "queries/processing_register.graphql",
    response_derives = "Clone, Debug, PartialEq, Eq"
)]
pub(crate) struct ProcessingRegister;

/// The labels of enums in one language.
#[derive(GraphQLQuery)]
#[graphql(
    schema_path = "../schema.graphql",
    query_path = "queries/labels.graphql",
    variables_derives = "Clone, Debug",
    response_derives = "Clone, Debug, PartialEq, Eq"
)]
pub(crate) struct Labels;

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use apollo_compiler::{ExecutableDocument, Schema};

    #[test]
    fn every_document_fits_the_schema_in_full() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let sdl = include_str!("../../schema.graphql");
        let schema = Schema::parse_and_validate(sdl, "schema.graphql")
            .expect("the service's own schema is valid");
        let mut documents = 0;
        for entry in fs::read_dir(here.join("queries")).expect("there are queries") {
            let path = entry.expect("they can be listed").path();
            let text = fs::read_to_string(&path).expect("a document can be read");
            if let Err(wrong) = ExecutableDocument::parse_and_validate(&schema, text, &path) {
                panic!("{wrong}");
            }
            documents += 1;
        }
        let used = include_str!("queries.rs")
            .matches("query_path = \"")
            .count();
        assert_eq!(documents, used, "a file without a type, or the reverse");
    }
}
