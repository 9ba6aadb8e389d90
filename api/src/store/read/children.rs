//! The rows behind an edge to many: those of all parents at once, the first of each.

use std::{collections::HashMap, sync::Arc};

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, JoinType, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    Cx, Entry, Failure, How, Kind, Many, Page, Plan, Window, add_columns, add_joins, base, col,
    decode_root, dialect, padded,
};

impl Cx {
    /// The first children of each parent along an edge to many: one statement for all of them.
    pub(super) async fn children(
        &self,
        kind: Kind,
        edge: &'static str,
        window: &Window,
        many: &Many,
        parents: &[Uuid],
    ) -> Result<HashMap<Uuid, Page<Entry>>, Failure> {
        let mut pages: HashMap<Uuid, Page<Entry>> = HashMap::new();
        if many.rows {
            let statement = self.children_select(kind, edge, window, &many.plan, parents)?;
            let mut found: HashMap<Uuid, Vec<Entry>> = HashMap::new();
            for row in self.reader().query_all(&statement).await? {
                let cursor = window.cursor(&row, "t0_")?;
                let node = Arc::new(decode_root(&row, &many.plan)?);
                found
                    .entry(row.try_get("", "parent_id")?)
                    .or_default()
                    .push(Entry { node, cursor });
            }
            pages = found
                .into_iter()
                .map(|(id, rows)| (id, window.page(rows)))
                .collect();
            let below = pages
                .values_mut()
                .flat_map(|page| page.rows.iter_mut())
                .filter_map(|entry| Arc::get_mut(&mut entry.node))
                .collect();
            self.fill(below, &many.plan).await?;
        }
        if many.total {
            for (parent, total) in self.children_count(kind, edge, parents).await? {
                pages
                    .entry(parent)
                    .or_insert_with(|| window.page(Vec::new()))
                    .total = Some(Ok(total));
            }
            for page in pages.values_mut() {
                page.total = page.total.or(Some(Ok(0)));
            }
        }
        Ok(pages)
    }

    fn children_select(
        &self,
        kind: Kind,
        edge: &'static str,
        window: &Window,
        plan: &Plan,
        parents: &[Uuid],
    ) -> Result<SelectStatement, Failure> {
        let viewer = self.viewer();
        let (t, parent) = (base(), Alias::new("parent"));
        let child = plan.kind.shape();
        let mut first = Query::select();
        first.from_as(child.table(), t.clone());
        follow(
            &mut first,
            kind,
            edge,
            &t,
            Expr::col((parent.clone(), "id")),
        )?;
        first
            .and_where(child.scope(&viewer, &t))
            .and_where_option(window.bounds(&t));
        for (by, direction) in window.walk(&t) {
            first.order_by_expr(by, direction);
        }
        first.limit(window.limit());

        let mut outer = Query::select();
        outer
            .expr_as(Expr::col((parent.clone(), "id")), Alias::new("parent_id"))
            .from_as(kind.shape().table(), parent.clone());
        add_columns(&mut outer, plan, &viewer, &t);
        dialect::attach_first(self.backend(), &mut outer, first, child.table(), &t);
        add_joins(&mut outer, plan, &viewer, &t, &mut 1);
        outer.and_where(Expr::col((parent.clone(), "id")).is_in(padded(parents)));
        for (by, direction) in window.walk(&t) {
            outer.order_by_expr(by, direction);
        }
        Ok(outer)
    }

    async fn children_count(
        &self,
        kind: Kind,
        edge: &'static str,
        parents: &[Uuid],
    ) -> Result<Vec<(Uuid, u64)>, Failure> {
        let viewer = self.viewer();
        let (t, parent) = (base(), Alias::new("parent"));
        let child = kind
            .edge(edge)
            .ok_or(Failure::Bug("no such edge"))?
            .to
            .shape();
        let mut counted = Query::select();
        counted
            .expr(Expr::cust("COUNT(*)"))
            .from_as(child.table(), t.clone());
        follow(
            &mut counted,
            kind,
            edge,
            &t,
            Expr::col((parent.clone(), "id")),
        )?;
        counted.and_where(child.scope(&viewer, &t));
        let mut select = Query::select();
        select
            .expr_as(Expr::col((parent.clone(), "id")), Alias::new("parent_id"))
            .expr_as(
                Expr::SubQuery(None, Box::new(counted.into())),
                Alias::new("total"),
            )
            .from_as(kind.shape().table(), parent.clone())
            .and_where(Expr::col((parent, "id")).is_in(padded(parents)));
        let rows = self.reader().query_all(&select).await?;
        rows.iter()
            .map(|row| {
                let total = u64::try_from(row.try_get::<i64>("", "total")?);
                let total = total.map_err(|_| Failure::Bug("a count below 0"))?;
                Ok((row.try_get("", "parent_id")?, total))
            })
            .collect()
    }
}

/// Narrows a select of children to those of one parent.
fn follow(
    select: &mut SelectStatement,
    kind: Kind,
    edge: &'static str,
    t: &Alias,
    parent: Expr,
) -> Result<(), Failure> {
    match kind.edge(edge).map(|edge| &edge.how) {
        Some(How::Many(column, _) | How::List(column, _)) => {
            select.and_where(col(t, column).eq(parent));
        }
        Some(How::Through(table, this, other, _)) => {
            let link = Alias::new("link");
            select
                .join_as(
                    JoinType::InnerJoin,
                    *table,
                    link.clone(),
                    col(&link, other).equals((t.clone(), "id")),
                )
                .and_where(col(&link, this).eq(parent));
        }
        Some(How::Where(holds, _)) => {
            select.and_where(holds(t, &parent));
        }
        _ => return Err(Failure::Bug("not an edge to many")),
    }
    Ok(())
}
