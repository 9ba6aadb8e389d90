//! Initiatives and their evaluations in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{evaluation, initiative, vocabulary::TargetGroup};

use super::{
    activity::Activity,
    activity_series::ActivitySeries,
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, DateFilter, IdFilter, StringFilter, combine},
    funding_line::FundingLine,
    money::Money,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    plan::Plan,
    scalars::{Date, DateTime, URL},
    selection::{find, list},
    team::Team,
};
use crate::{
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

mod advisors;
mod changes;

pub use advisors::{Advisor, AdvisorMutation};
pub use changes::InitiativeMutation;

/// A programme of neighbourhood care.
#[derive(async_graphql::Description)]
pub struct Initiative(pub(super) Visible<initiative::Entity>);
record_type!(Initiative, initiative::Entity);

#[Object(use_type_description)]
impl Initiative {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Initiative, self.0.id).into()
    }

    /// Its short name.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The municipality it belongs to.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// What it does and for whom.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Its first day; null if unknown.
    async fn starts_on(&self) -> Option<Date> {
        self.0.starts_on.map(Date)
    }

    /// Its last day; null if it has no end yet.
    async fn ends_on(&self) -> Option<Date> {
        self.0.ends_on.map(Date)
    }

    /// Whom it is meant for.
    async fn target_groups(&self) -> &[TargetGroup] {
        self.0.target_groups.as_slice()
    }

    /// Age in years from which people take part; null if there is no such rule.
    async fn minimum_age(&self) -> Option<i32> {
        self.0.minimum_age
    }

    /// Its website.
    async fn website(&self) -> Option<URL> {
        self.0.website.clone().map(URL)
    }

    /// What it costs in all; null if that isn't known.
    async fn budget(&self) -> Option<Money> {
        self.0.budget_cents.map(Money::euro)
    }

    /// Where it works, by name.
    async fn neighbourhoods(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Neighbourhood>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "neighbourhoods", &paging)
    }

    /// The partners that carry it, by name.
    async fn partners(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Partner>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "partners", &paging)
    }

    /// Its evaluations, the newest first.
    async fn evaluations(&self) -> FieldResult<Vec<Evaluation>> {
        paging::all(self.0.node(), "evaluations")
    }

    /// Its activities, the latest first: those that are shown to you.
    async fn activities(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Activity>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "activities", &paging)
    }

    /// Its series of activities, by name.
    async fn series(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<ActivitySeries>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "series", &paging)
    }

    /// Who advises it, in the order in which they joined.
    async fn advisors(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Advisor>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "advisors", &paging)
    }

    /// Its teams, by name.
    async fn teams(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Team>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "teams", &paging)
    }

    /// The plans that are part of it, the newest first: those that are shown to you.
    async fn plans(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Plan>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "plans", &paging)
    }

    /// Who pays for it, the oldest first: for those who carry it.
    async fn funding_lines(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<FundingLine>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "fundingLines", &paging)
    }

    /// What happened to it, in order.
    async fn history(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Event>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "history", &paging)
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Its version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// An evaluation of an initiative: two marks, and what was learnt.
#[derive(async_graphql::Description)]
pub struct Evaluation(pub(super) Visible<evaluation::Entity>);
record_type!(Evaluation, evaluation::Entity);

#[Object(use_type_description)]
impl Evaluation {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Evaluation, self.0.id).into()
    }

    /// The initiative it is about.
    async fn initiative(&self) -> FieldResult<Initiative> {
        Ok(Initiative(self.0.always("initiative")?))
    }

    /// How strongly it is recommended to others, from 0 to 10.
    async fn recommendation(&self) -> Option<i32> {
        self.0.recommendation
    }

    /// How much it achieved, from 0 to 10.
    async fn impact(&self) -> Option<i32> {
        self.0.impact
    }

    /// What went well.
    async fn strengths(&self) -> Option<&str> {
        self.0.strengths.as_deref()
    }

    /// What stood in the way.
    async fn barriers(&self) -> Option<&str> {
        self.0.barriers.as_deref()
    }

    /// What remains of it.
    async fn lasting_impact(&self) -> Option<&str> {
        self.0.lasting_impact.as_deref()
    }

    /// The day of the evaluation.
    async fn evaluated_on(&self) -> Option<Date> {
        self.0.evaluated_on.map(Date)
    }

    /// When it was recorded.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Its version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which initiatives.
#[derive(Clone, Debug, Default, InputObject)]
pub struct InitiativeWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By short name.
    pub reference: Option<StringFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By where they work.
    pub neighbourhood: Option<IdFilter>,
    /// By a partner that carries them.
    pub partner: Option<IdFilter>,
    /// By whom they are meant for: one of their target groups compares so.
    pub target_group: Option<CodeFilter<TargetGroup>>,
    /// By their first day.
    pub starts_on: Option<DateFilter>,
    /// By their last day.
    pub ends_on: Option<DateFilter>,
    /// All of these hold.
    pub and: Option<Vec<InitiativeWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<InitiativeWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<InitiativeWhere>>,
}

impl InitiativeWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            name,
            reference,
            municipality,
            neighbourhood,
            partner,
            target_group,
            starts_on,
            ends_on,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        if let Some(id) = id {
            own.push(id.on("id", Kind::Initiative)?);
        }
        own.extend(name.map(|name| name.on("name")));
        own.extend(reference.map(|reference| reference.on("reference")));
        if let Some(id) = municipality {
            own.push(id.on("municipality_id", Kind::Municipality)?);
        }
        if let Some(id) = neighbourhood {
            own.push(id.through(
                "initiative_neighbourhoods",
                "initiative_id",
                "neighbourhood_id",
                Kind::Neighbourhood,
            )?);
        }
        if let Some(id) = partner {
            own.push(id.through(
                "initiative_partners",
                "initiative_id",
                "partner_id",
                Kind::Partner,
            )?);
        }
        own.extend(target_group.map(|group| group.among("target_groups")));
        own.extend(starts_on.map(|day| day.on("starts_on")));
        own.extend(ends_on.map(|day| day.on("ends_on")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How initiatives are ordered.
    InitiativeOrder, InitiativeOrderField {
        /// By name.
        Name => "name" Text,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about initiatives.
#[derive(Default)]
pub struct InitiativeQuery;

#[Object]
impl InitiativeQuery {
    /// An initiative by its id.
    async fn initiative(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Initiative, Error>> {
        let found = async { find(ctx, errors::id(Kind::Initiative, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Initiatives, by name unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn initiatives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            InitiativeWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<InitiativeOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Initiative>, Error>> {
        let order = paging::order(order_by, OrderTerm::ascending("name", Scalar::Text));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::Initiative, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
