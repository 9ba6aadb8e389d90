//! The schema, one file per aggregate: its type, its inputs, its queries and mutations. Resolvers
//! are a few lines: parse, call the use case, read the answer by plan.
//!
//! - [`scalars`], [`errors`], [`payload`]: what every file uses.
//! - [`free_text`]: what every mutation is looked through for.
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
pub mod access_log;
pub mod activity;
pub mod activity_series;
pub mod ambassador;
pub mod bookable;
pub mod booking;
pub mod calendar;
pub mod call_out;
pub mod consent;
pub mod contact_moment;
pub mod deployment;
pub mod dossier;
pub mod errors;
pub mod event;
pub mod feedback;
pub mod filters;
pub mod free_text;
pub mod funding_line;
pub mod gap;
pub mod initiative;
pub mod inputs;
pub mod legal_hold;
pub mod money;
pub mod node;
pub mod offer;
pub mod paging;
pub mod partner;
pub mod payload;
pub mod place;
pub mod plan;
pub mod plan_action;
pub mod referral;
pub mod register;
pub mod resident;
pub mod retention;
pub mod scalars;
pub mod selection;
pub mod service;
pub mod signal;
pub mod statistics;
pub mod team;
pub mod training;
pub mod vocabulary;

/// What can be asked.
#[derive(Default, MergedObject)]
pub struct Query(
    node::NodeQuery,
    place::PlaceQuery,
    ambassador::AmbassadorQuery,
    referral::ReferralQuery,
    register::RegisterQuery,
    call_out::CallOutQuery,
    offer::OfferQuery,
    resident::ResidentQuery,
    partner::PartnerQuery,
    service::ServiceQuery,
    initiative::InitiativeQuery,
    team::TeamQuery,
    training::TrainingQuery,
    deployment::DeploymentQuery,
    plan::PlanQuery,
    plan::FindingQuery,
    plan::CareNeedQuery,
    plan_action::PlanActionQuery,
    funding_line::FundingLineQuery,
    access::AccessQuery,
    access_log::AccessLogQuery,
    dossier::DossierQuery,
    retention::RetentionQuery,
    legal_hold::LegalHoldQuery,
    signal::SignalQuery,
    statistics::StatisticsQuery,
    bookable::BookableQuery,
    booking::BookingQuery,
    activity::ActivityQuery,
    activity_series::ActivitySeriesQuery,
    calendar::CalendarQuery,
    gap::GapQuery,
    vocabulary::VocabularyQuery,
);

/// What can be done.
#[derive(Default, MergedObject)]
#[graphql(name = "Mutation")]
struct Mutations(
    ambassador::AmbassadorMutation,
    consent::ConsentMutation,
    contact_moment::ContactMomentMutation,
    feedback::FeedbackMutation,
    referral::ReferralMutation,
    call_out::CallOutMutation,
    offer::OfferMutation,
    resident::ResidentMutation,
    place::PlaceMutation,
    partner::PartnerOnboardMutation,
    partner::PartnerMutation,
    partner::PartnerPoolMutation,
    service::ServiceMutation,
    initiative::InitiativeMutation,
    initiative::AdvisorMutation,
    team::TeamMutation,
    training::TrainingMutation,
    deployment::DeploymentMutation,
    plan::PlanMutation,
    plan::PlanContributionMutation,
    plan_action::PlanActionMutation,
    funding_line::FundingLineMutation,
    access::AccessMutation,
    retention::RetentionMutation,
    legal_hold::LegalHoldMutation,
    signal::SignalMutation,
    signal::SignalBulkMutation,
    bookable::BookableMutation,
    booking::BookingMutation,
    activity::ActivityMutation,
    activity_series::ActivitySeriesMutation,
);

pub use free_text::Mutation;

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
