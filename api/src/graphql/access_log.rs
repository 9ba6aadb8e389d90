//! The access log in the schema: who read whose data, for the auditor.

use async_graphql::{Context, Error, ID, InputObject, Object};
use nabij_entity::access_log::{self, AccessPurpose, AccessedField};

use super::{
    access::User,
    errors::FieldResult,
    filters::{CodeFilter, DateTimeFilter, IdFilter, combine},
    paging::{self, Paging, Records, order_by},
    partner::Partner,
    payload::record_type,
    place::Municipality,
    scalars::DateTime,
    selection::list,
};
use crate::{
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible},
};

/// One read of one resident's data: who, whose, which fields, why, when. It never holds what was read.
/// For the auditor of the municipality where the resident lives.
#[derive(async_graphql::Description)]
pub struct AccessLogEntry(pub(super) Visible<access_log::Entity>);
record_type!(AccessLogEntry, access_log::Entity);

#[Object(use_type_description)]
impl AccessLogEntry {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::AccessLogEntry, self.0.id).into()
    }

    /// Who read.
    async fn user(&self) -> FieldResult<Option<User>> {
        Ok(self.0.one("user")?.map(User))
    }

    /// The organisation for which they read; null when they read for the municipality, or as a
    /// volunteer.
    async fn partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("partner")?.map(Partner))
    }

    /// The id of the resident whose data were read. The log tells no more of them.
    async fn resident_id(&self) -> ID {
        ids::type_id(Kind::Resident, self.0.resident_id).into()
    }

    /// The municipality where the resident lives.
    async fn municipality(&self) -> FieldResult<Option<Municipality>> {
        Ok(self.0.one("municipality")?.map(Municipality))
    }

    /// What was read of them; never its content.
    async fn fields(&self) -> Vec<AccessedField> {
        self.0.accessed().collect()
    }

    /// What it was read for.
    async fn purpose(&self) -> AccessPurpose {
        self.0.purpose
    }

    /// When it was read.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// The request in which it was read, as in the service's own log.
    async fn request_id(&self) -> &str {
        &self.0.request_id
    }
}

/// Which entries of the access log.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AccessLogWhere {
    /// By whose data were read: "who saw this resident".
    pub resident: Option<IdFilter>,
    /// By who read: "what did this person read".
    pub user: Option<IdFilter>,
    /// By the organisation for which they read.
    pub partner: Option<IdFilter>,
    /// By what it was read for.
    pub purpose: Option<CodeFilter<AccessPurpose>>,
    /// By when it was read.
    pub at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<AccessLogWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<AccessLogWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<AccessLogWhere>>,
}

impl AccessLogWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            resident,
            user,
            partner,
            purpose,
            at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (resident, "resident_id", Kind::Resident),
            (user, "user_id", Kind::User),
            (partner, "partner_id", Kind::Partner),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(purpose.map(|purpose| purpose.on("purpose")));
        own.extend(at.map(|at| at.on("at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How the access log is ordered.
    AccessLogOrder, AccessLogOrderField {
        /// By when it was read.
        At => "at" Time,
    }
}

/// Queries about the access log.
#[derive(Default)]
pub struct AccessLogQuery;

#[Object]
impl AccessLogQuery {
    /// Who read whose data in the municipalities that you audit, the newest first unless ordered
    /// otherwise. "Who saw this resident between t1 and t2" is `where: {resident: {eq: …}, at: {gte:
    /// …, lt: …}}`; "what did this person read" is `where: {user: {eq: …}}`.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn access_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            AccessLogWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<AccessLogOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<AccessLogEntry>, Error>> {
        let order = paging::order(order_by, OrderTerm::descending("at", Scalar::Time));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::AccessLogEntry, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}
