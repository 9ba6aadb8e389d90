//! What takes place where, for whom and when: counted by the database, so that gaps cost the same
//! whatever the number of activities. Only what is public counts, so that the answer is the same for
//! everybody.

use chrono::{DateTime, Utc};
use nabij_entity::{
    SetOf, municipality, neighbourhood, vocabulary::Country, vocabulary::TargetGroup,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, CaseStatement, Expr, ExprTrait, JoinType, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Cx, Failure, Tx, booking::Span, dialect};

/// How often something takes place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered {
    /// The number of the part of the period, from 0.
    pub part: usize,
    /// Where.
    pub neighbourhood: Uuid,
    /// For whom.
    pub target_groups: SetOf<TargetGroup>,
    /// How often.
    pub times: u64,
}

/// The places that a question about gaps is about, in the order of their names, and the country of
/// the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Their ids.
    pub neighbourhoods: Vec<Uuid>,
    /// The country; none when there are no places.
    pub country: Option<Country>,
}

/// Counts, by part of the period, place and target groups, how often an activity begins that is
/// published and not called off. `parts` follow each other without a break.
fn covered(neighbourhoods: &[Uuid], parts: &[Span]) -> Option<SelectStatement> {
    let (first, last) = parts.first().zip(parts.last())?;
    let (o, a) = (Alias::new("o"), Alias::new("a"));
    let begins = Expr::col((o.clone(), "starts_at"));
    let mut part = CaseStatement::new();
    for (number, span) in (0_i32..).zip(parts) {
        part = part.case(begins.clone().lt(span.ends_at), number);
    }
    Some(
        Query::select()
            .expr_as(part, Alias::new("part"))
            .column((o.clone(), "neighbourhood_id"))
            .column((a.clone(), "target_groups"))
            .expr_as(Expr::cust("COUNT(*)"), Alias::new("times"))
            .from_as("occurrences", o.clone())
            .join_as(
                JoinType::InnerJoin,
                "activities",
                a.clone(),
                Expr::col((a.clone(), "id")).equals((o.clone(), "activity_id")),
            )
            .and_where(
                Expr::col((o.clone(), "neighbourhood_id")).is_in(neighbourhoods.iter().copied()),
            )
            .and_where(begins.clone().gte(first.starts_at))
            .and_where(begins.lt(last.ends_at))
            .and_where(Expr::col((o.clone(), "cancelled_at")).is_null())
            .and_where(Expr::col((a.clone(), "published_at")).is_not_null())
            .and_where(Expr::col((a.clone(), "status")).is_in(["CONFIRMED", "COMPLETED"]))
            .add_group_by([
                Expr::col("part"),
                Expr::col((o, "neighbourhood_id")),
                Expr::col((a, "target_groups")),
            ])
            .to_owned(),
    )
}

async fn count<C: ConnectionTrait>(
    connection: &C,
    neighbourhoods: &[Uuid],
    parts: &[Span],
) -> Result<Vec<Covered>, Failure> {
    let Some(select) = covered(neighbourhoods, parts).filter(|_| !neighbourhoods.is_empty()) else {
        return Ok(Vec::new());
    };
    let rows = connection.query_all(&select).await?;
    rows.iter()
        .map(|row| {
            let bug = |_| Failure::Bug("a number below 0");
            Ok(Covered {
                part: usize::try_from(row.try_get::<i32>("", "part")?).map_err(bug)?,
                neighbourhood: row.try_get("", "neighbourhood_id")?,
                target_groups: row.try_get("", "target_groups")?,
                times: u64::try_from(row.try_get::<i64>("", "times")?).map_err(bug)?,
            })
        })
        .collect()
}

impl Cx {
    /// The neighbourhoods of this municipality that aren't divided into smaller ones, or those with
    /// these ids, in the order of their names.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn places(
        &self,
        municipality: Option<Uuid>,
        neighbourhoods: Option<&[Uuid]>,
    ) -> Result<Places, Failure> {
        let parts = Query::select()
            .column("parent_id")
            .from("neighbourhoods")
            .and_where(Expr::col("parent_id").is_not_null())
            .to_owned();
        let mut select = neighbourhood::Entity::find()
            .select_only()
            .column(neighbourhood::Column::Id)
            .column(municipality::Column::Country)
            .join(
                JoinType::InnerJoin,
                neighbourhood::Entity::belongs_to(municipality::Entity)
                    .from(neighbourhood::Column::MunicipalityId)
                    .to(municipality::Column::Id)
                    .into(),
            )
            .order_by_asc(neighbourhood::Column::Name)
            .order_by_asc(neighbourhood::Column::Id);
        if let Some(id) = municipality {
            select = select.filter(neighbourhood::Column::MunicipalityId.eq(id));
        }
        select = match neighbourhoods {
            Some(ids) => select.filter(neighbourhood::Column::Id.is_in(ids.iter().copied())),
            None => select.filter(neighbourhood::Column::Id.not_in_subquery(parts)),
        };
        let found: Vec<(Uuid, Country)> = select.into_tuple().all(&self.reader()).await?;
        Ok(Places {
            country: found.first().map(|(_, country)| *country),
            neighbourhoods: found.into_iter().map(|(id, _)| id).collect(),
        })
    }

    /// How often something takes place in these neighbourhoods, by part of the period. The parts
    /// follow each other without a break.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn covered(
        &self,
        neighbourhoods: &[Uuid],
        parts: &[Span],
    ) -> Result<Vec<Covered>, Failure> {
        count(&self.reader(), neighbourhoods, parts).await
    }
}

impl Tx {
    /// Waits for whoever fills a gap of this neighbourhood at this moment, and lets nobody else do so
    /// until the transaction ends. Comes before anything else is read of the place, so that no two
    /// wait for each other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_turn_in(&self, neighbourhood: Uuid) -> Result<(), Failure> {
        let mut select = Query::select()
            .column("id")
            .from("neighbourhoods")
            .and_where(Expr::col("id").eq(neighbourhood))
            .to_owned();
        dialect::for_turn(self.backend(), &mut select);
        self.connection().query_one(&select).await?;
        Ok(())
    }

    /// How often something takes place in this neighbourhood for this group within this time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn times_for(
        &self,
        neighbourhood: Uuid,
        group: TargetGroup,
        (starts_at, ends_at): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<u64, Failure> {
        let parts = [Span { starts_at, ends_at }];
        let covered = count(&self.connection(), &[neighbourhood], &parts).await?;
        let for_group = covered
            .iter()
            .filter(|covered| covered.target_groups.contains(&group));
        Ok(for_group.map(|covered| covered.times).sum())
    }
}
