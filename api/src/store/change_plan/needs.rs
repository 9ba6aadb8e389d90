//! Records counted by place and category.

use nabij_entity::vocabulary::Category;
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use uuid::Uuid;

use crate::{
    policy::Viewer,
    store::{
        Cx, Failure, Filter, Kind, access,
        scope::{self, col},
    },
};

/// How many records of a neighbourhood are about a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The neighbourhood.
    pub neighbourhood: Uuid,
    /// What they are about.
    pub category: Category,
    /// How many there are.
    pub number: i64,
}

impl Cx {
    /// The records that pass `filter` and that the viewer may see, counted by neighbourhood and
    /// category in one statement; those without a category aren't counted. The record has the
    /// columns `neighbourhood_id` and `category`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tally(&self, kind: Kind, filter: &Filter) -> Result<Vec<Tally>, Failure> {
        let viewer = self.viewer();
        let found = self.tally_as(&viewer, kind, filter).await?;
        if found.is_empty() && self.refresh_viewer(&viewer).await? {
            return self.tally_as(&self.viewer(), kind, filter).await;
        }
        Ok(found)
    }

    async fn tally_as(
        &self,
        viewer: &Viewer,
        kind: Kind,
        filter: &Filter,
    ) -> Result<Vec<Tally>, Failure> {
        let t = Alias::new("t0");
        let shape = kind.shape();
        let seen = shape.scope(viewer, &t);
        if seen == scope::nothing() {
            return Ok(Vec::new());
        }
        let mut select = Query::select();
        select
            .column((t.clone(), "neighbourhood_id"))
            .column((t.clone(), "category"))
            .expr_as(Expr::cust("COUNT(*)"), Alias::new("number"))
            .from_as(shape.table(), t.clone())
            .and_where(seen)
            .and_where(filter.to_expr(kind, viewer, &t))
            .and_where(col(&t, "category").is_not_null())
            .and_where_option(access::is_current(viewer))
            .group_by_col((t.clone(), "neighbourhood_id"))
            .group_by_col((t.clone(), "category"));
        let rows = self.reader().query_all(&select).await?;
        let tallies = rows.iter().map(|row| {
            Ok(Tally {
                neighbourhood: row.try_get("", "neighbourhood_id")?,
                category: row.try_get("", "category")?,
                number: row.try_get("", "number")?,
            })
        });
        tallies.collect()
    }
}
