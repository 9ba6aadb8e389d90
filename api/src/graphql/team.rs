//! Teams and their members in the schema.

mod mutations;

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    team::{self, TeamAction},
    team_member::{self, TeamMemberAction},
};

pub use self::mutations::TeamMutation;
use super::{
    ambassador::Ambassador,
    errors::{self, FieldResult},
    event::Event,
    filters::{IdFilter, StringFilter, combine},
    initiative::Initiative,
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    scalars::{Date, DateTime},
    selection::{cx, find, list},
    training::Training,
};
use crate::{
    domain::team as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// A neighbourhood team: trained volunteers and professionals together, with a named professional
/// to turn to.
#[derive(async_graphql::Description)]
pub struct Team(pub(super) Visible<team::Entity>);
record_type!(Team, team::Entity);

#[Object(use_type_description)]
impl Team {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Team, self.0.id).into()
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it does.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// The municipality it is in.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The initiative it belongs to, if any.
    async fn initiative(&self) -> FieldResult<Option<Initiative>> {
        Ok(self.0.one("initiative")?.map(Initiative))
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

    /// The name of the professional to turn to; null when they aren't shown to you.
    async fn contact_name(&self) -> Option<&str> {
        self.0.contact_name.as_deref()
    }

    /// How to reach that professional, such as a phone number and an hour; null when there is
    /// nothing or it isn't shown to you.
    async fn contact_details(&self) -> Option<&str> {
        self.0.contact_details.as_deref()
    }

    /// The partner that professional works for; empty while it takes no part, for somebody without an
    /// account.
    async fn contact_partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("contactPartner")?.map(Partner))
    }

    /// Whether everybody is shown who that professional is and how to reach them.
    async fn public_contact(&self) -> bool {
        self.0.public_contact
    }

    /// Who is in it, and who was, in the order in which they joined: those who are shown to you.
    async fn members(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<TeamMember>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "members", &paging)
    }

    /// Its trainings and peer reviews, the latest first: those that are shown to you.
    async fn trainings(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Training>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "trainings", &paging)
    }

    /// What you may do now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<TeamAction>> {
        Ok(domain::allowed_to(&cx(ctx)?.viewer(), &self.0))
    }

    /// What happened to it, in order; empty unless you work with it.
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

/// Somebody in a team: a volunteer, or a professional of a partner.
#[derive(async_graphql::Description)]
pub struct TeamMember(pub(super) Visible<team_member::Entity>);
record_type!(TeamMember, team_member::Entity);

#[Object(use_type_description)]
impl TeamMember {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::TeamMember, self.0.id).into()
    }

    /// The team.
    async fn team(&self) -> FieldResult<Team> {
        Ok(Team(self.0.always("team")?))
    }

    /// The volunteer; null for a professional, or when they aren't shown to you.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// A professional's name; null for a volunteer, who has one of their own.
    async fn display_name(&self) -> Option<&str> {
        self.0.display_name.as_deref()
    }

    /// The partner a professional works for; null for a volunteer.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// What they do in the team.
    async fn task(&self) -> Option<&str> {
        self.0.task.as_deref()
    }

    /// Their first day in the team.
    async fn joined_on(&self) -> Date {
        Date(self.0.joined_on)
    }

    /// Their last day in the team; null while they are in it.
    async fn left_on(&self) -> Option<Date> {
        self.0.left_on.map(Date)
    }

    /// What you may do now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<TeamMemberAction>> {
        let viewer = cx(ctx)?.viewer();
        let guided = self.0.shows("guided");
        Ok(domain::allowed_to_member(&viewer, &self.0, guided))
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

/// Which teams.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TeamWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By where they work.
    pub neighbourhood: Option<IdFilter>,
    /// By the initiative they belong to.
    pub initiative: Option<IdFilter>,
    /// By the partner of the professional to turn to.
    pub contact_partner: Option<IdFilter>,
    /// All of these hold.
    pub and: Option<Vec<TeamWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<TeamWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<TeamWhere>>,
}

impl TeamWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            name,
            municipality,
            neighbourhood,
            initiative,
            contact_partner,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        own.extend(name.map(|name| name.on("name")));
        for (id, column, kind) in [
            (id, "id", Kind::Team),
            (municipality, "municipality_id", Kind::Municipality),
            (initiative, "initiative_id", Kind::Initiative),
            (contact_partner, "contact_partner_id", Kind::Partner),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        if let Some(neighbourhood) = neighbourhood {
            own.push(neighbourhood.through(
                "team_neighbourhoods",
                "team_id",
                "neighbourhood_id",
                Kind::Neighbourhood,
            )?);
        }
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How teams are ordered.
    TeamOrder, TeamOrderField {
        /// By name.
        Name => "name" Text,
        /// By when they were recorded.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about teams.
#[derive(Default)]
pub struct TeamQuery;

#[Object]
impl TeamQuery {
    /// A team by its id; null when there is none.
    async fn team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<Team, Error>> {
        let found = async { find(ctx, errors::id(Kind::Team, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Teams, by name unless ordered otherwise. That a team is there is public.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn teams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            TeamWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<TeamOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Team>, Error>> {
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
            paging::records(&list(ctx, Kind::Team, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
