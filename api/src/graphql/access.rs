//! Users and their roles in the schema.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::{
    role_grant::{self, Role},
    user::{self, UserAction, UserKind, UserStatus},
};

use super::{
    ambassador::Ambassador,
    errors::{self, FieldResult},
    event::Event,
    filters::{CodeFilter, IdFilter, StringFilter, combine},
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::{Municipality, Neighbourhood},
    scalars::DateTime,
    selection::{cx, find, list},
};
use crate::{
    domain::access as domain,
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

mod changes;

pub use changes::AccessMutation;

/// A person or a system that signs in. You see your own account; administrators see all, and
/// auditors those who read data of residents of their municipality.
#[derive(async_graphql::Description)]
pub struct User(pub(super) Visible<user::Entity>);
record_type!(User, user::Entity);

#[Object(use_type_description)]
impl User {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::User, self.0.id).into()
    }

    /// The name shown to others.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }

    /// A person or a system.
    async fn kind(&self) -> UserKind {
        self.0.kind
    }

    /// Who vouches for the identity: the token's `iss`.
    async fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// The identity at that issuer: the token's `sub`.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// Whether signing in is allowed.
    async fn status(&self) -> UserStatus {
        self.0.status
    }

    /// The roles held now, before and later, the newest first.
    async fn roles(&self) -> FieldResult<Vec<RoleGrant>> {
        paging::all(self.0.node(), "roles")
    }

    /// What you may do with it now; draw your buttons from this.
    async fn allowed_actions(&self, ctx: &Context<'_>) -> FieldResult<Vec<UserAction>> {
        Ok(domain::allowed_to(&cx(ctx)?.viewer(), &self.0))
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

/// A role of a user, with what it holds for and when. At most one of `municipality`,
/// `neighbourhood`, `partner` and `ambassadorId` is filled; none for the platform.
#[derive(async_graphql::Description)]
pub struct RoleGrant(pub(super) Visible<role_grant::Entity>);
record_type!(RoleGrant, role_grant::Entity);

#[Object(use_type_description)]
impl RoleGrant {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::RoleGrant, self.0.id).into()
    }

    /// Who holds it.
    async fn user(&self) -> FieldResult<User> {
        Ok(User(self.0.always("user")?))
    }

    /// The role.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// The municipality it holds for.
    async fn municipality(&self) -> FieldResult<Option<Municipality>> {
        Ok(self.0.one("municipality")?.map(Municipality))
    }

    /// The neighbourhood it holds for.
    async fn neighbourhood(&self) -> FieldResult<Option<Neighbourhood>> {
        Ok(self.0.one("neighbourhood")?.map(Neighbourhood))
    }

    /// The partner it holds for.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// The volunteer this user is, for role AMBASSADOR.
    async fn ambassador(&self) -> FieldResult<Option<Ambassador>> {
        Ok(self.0.one("ambassador")?.map(Ambassador))
    }

    /// From when it counts.
    async fn valid_from(&self) -> DateTime {
        self.0.valid_from.into()
    }

    /// Until when it counts, that moment not included; null if it has no end.
    async fn valid_until(&self) -> Option<DateTime> {
        self.0.valid_until.map(Into::into)
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

/// Which users.
#[derive(Clone, Debug, Default, InputObject)]
pub struct UserWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By kind.
    pub kind: Option<CodeFilter<UserKind>>,
    /// By whether signing in is allowed.
    pub status: Option<CodeFilter<UserStatus>>,
    /// By issuer.
    pub issuer: Option<StringFilter>,
    /// By the identity at the issuer.
    pub subject: Option<StringFilter>,
    /// By the name shown to others.
    pub display_name: Option<StringFilter>,
    /// All of these hold.
    pub and: Option<Vec<UserWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<UserWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<UserWhere>>,
}

impl UserWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            kind,
            status,
            issuer,
            subject,
            display_name,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        if let Some(id) = id {
            own.push(id.on("id", Kind::User)?);
        }
        own.extend(kind.map(|kind| kind.on("kind")));
        own.extend(status.map(|status| status.on("status")));
        own.extend(issuer.map(|issuer| issuer.on("issuer")));
        own.extend(subject.map(|subject| subject.on("subject")));
        own.extend(display_name.map(|name| name.on("display_name")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How users are ordered.
    UserOrder, UserOrderField {
        /// By when they were registered.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about users.
#[derive(Default)]
pub struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Your own account with its roles; null when you haven't signed in.
    async fn me(&self, ctx: &Context<'_>) -> Option<Result<User, Error>> {
        let found = async {
            match cx(ctx)?.viewer().user_id() {
                Some(id) => find(ctx, id).await,
                None => Ok(None),
            }
        };
        found.await.map_err(Error::from).transpose()
    }

    /// A user by its id: your own account, or any for an administrator.
    async fn user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Option<Result<User, Error>> {
        let found = async { find(ctx, errors::id(Kind::User, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// Users, the newest first unless ordered otherwise: your own account, or all for an
    /// administrator.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn users(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            UserWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<UserOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<User>, Error>> {
        let order = paging::order(order_by, OrderTerm::descending("created_at", Scalar::Time));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::User, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
