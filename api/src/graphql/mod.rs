//! The schema, one file per aggregate: its type, its inputs, its queries and mutations. Resolvers
//! are a few lines: parse, call the use case, read the answer by plan.
//!
//! - [`scalars`], [`errors`], [`payload`]: what every file uses.
//! - [`selection`]: from a selection to a plan. [`paging`]: connections. [`filters`]: comparators.
//!
//! To add a record: a file with its type, an arm in [`node`], its query and mutation objects in
//! [`Query`] and [`Mutation`], a row per field in `policy/fields.rs`.

#![expect(
    clippy::unused_async,
    reason = "async-graphql wants every resolver to be async, also one that waits for nothing"
)]

use async_graphql::{EmptySubscription, MergedObject, Schema};

pub mod access;
pub mod ambassador;
pub mod consent;
pub mod contact_moment;
pub mod errors;
pub mod event;
pub mod feedback;
pub mod filters;
pub mod initiative;
pub mod inputs;
pub mod node;
pub mod paging;
pub mod partner;
pub mod payload;
pub mod place;
pub mod referral;
pub mod resident;
pub mod scalars;
pub mod selection;
pub mod service;
pub mod signal;

/// What can be asked.
#[derive(Default, MergedObject)]
pub struct Query(
    node::NodeQuery,
    place::PlaceQuery,
    ambassador::AmbassadorQuery,
    referral::ReferralQuery,
    resident::ResidentQuery,
    partner::PartnerQuery,
    service::ServiceQuery,
    initiative::InitiativeQuery,
    access::AccessQuery,
    signal::SignalQuery,
);

/// What can be done.
#[derive(Default, MergedObject)]
pub struct Mutation(
    ambassador::AmbassadorMutation,
    consent::ConsentMutation,
    contact_moment::ContactMomentMutation,
    feedback::FeedbackMutation,
    referral::ReferralMutation,
    resident::ResidentMutation,
    place::PlaceMutation,
    partner::PartnerOnboardMutation,
    partner::PartnerMutation,
    service::ServiceMutation,
    initiative::InitiativeMutation,
    access::AccessMutation,
    signal::SignalMutation,
    signal::SignalBulkMutation,
);

/// The whole schema.
pub type NabijSchema = Schema<Query, Mutation, EmptySubscription>;

/// Builds the schema. Everything a resolver needs comes with the request.
#[must_use]
pub fn schema() -> NabijSchema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .disable_suggestions()
        // The gate has validated the document already, with limits.
        .validation_mode(async_graphql::ValidationMode::Fast)
        .limit_depth(64)
        .finish()
}

/// The schema in the schema definition language: sorted, with descriptions.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .include_specified_by();
    let mut sdl = schema().sdl_with_options(options);
    if !sdl.ends_with('\n') {
        sdl.push('\n');
    }
    sdl
}
