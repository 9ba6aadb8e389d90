//! Plans are executed here, and here only: each statement carries the viewer's scope on every
//! record it touches, so that what comes out is [`Visible`]. Reading a person's data leaves a trace:
//! the module `log`.

pub(super) mod log;

mod children;
mod question;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    marker::PhantomData,
    ops::Deref,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Iden, JoinType, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    Cx, Failure, Filter, access, dialect,
    page::{Page, Window},
    plan::{Many, Plan},
    record::{AnyRow, How, Kind, Record},
    resident::ShownContact,
    scope::col,
};
use crate::policy::Viewer;

/// A row the viewer may see, with the edges its plan asked for. Only this module makes them.
pub struct Node {
    kind: Kind,
    id: Uuid,
    row: Box<AnyRow>,
    one: BTreeMap<&'static str, Option<Arc<Node>>>,
    many: BTreeMap<(&'static str, Window), Page<Entry>>,
    contact: OnceLock<ShownContact>,
    asked: question::Answers,
}

/// A row of a page with its cursor.
#[derive(Clone)]
pub struct Entry {
    /// The row.
    pub node: Arc<Node>,
    /// Its place in the list.
    pub cursor: String,
}

impl Node {
    /// The record's kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The record's id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The row, if it is of this type.
    pub(super) fn row<R: 'static>(&self) -> Option<&R> {
        self.row.downcast_ref()
    }

    /// Whether a question of this field was answered, by yes or no.
    pub(super) fn is_answered(&self, field: &str) -> bool {
        let mut asked = self.asked.iter();
        asked.any(|((name, _), answer)| *name == field && answer.is_some())
    }

    /// How a resident is reached, as far as the viewer may know; none unless the plan asked for it
    /// with a purpose and the access log tells that.
    #[must_use]
    pub fn contact(&self) -> Option<&ShownContact> {
        self.contact.get()
    }

    /// An edge to one record; none when there is none or the viewer may not see it.
    ///
    /// # Errors
    /// When the plan didn't ask for the edge: a bug.
    pub fn one(&self, edge: &str) -> Result<Option<Arc<Self>>, Failure> {
        self.one
            .get(edge)
            .cloned()
            .ok_or(Failure::Bug("an edge to one was not planned"))
    }

    /// The answer to a question about another record: yes, no or neither.
    ///
    /// # Errors
    /// When the plan didn't ask it: a bug.
    pub fn answer(&self, field: &'static str, about: Uuid) -> Result<Option<bool>, Failure> {
        self.asked
            .get(&(field, about))
            .copied()
            .ok_or(Failure::Bug("a question was not planned"))
    }

    /// An edge to many.
    ///
    /// # Errors
    /// When the plan didn't ask for the edge with this window: a bug.
    pub fn many(&self, edge: &'static str, window: &Window) -> Result<&Page<Entry>, Failure> {
        self.many
            .get(&(edge, window.clone()))
            .ok_or(Failure::Bug("an edge to many was not planned"))
    }
}

/// A record of type `R` that the viewer may see, less the columns that are kept from them.
pub struct Visible<R: Record>(Arc<Node>, PhantomData<fn() -> R>);

impl<R: Record> Clone for Visible<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<R: Record> Visible<R> {
    /// The node as a record of type `R`.
    ///
    /// # Errors
    /// When it is of another type: a bug.
    pub fn try_from_node(node: Arc<Node>) -> Result<Self, Failure> {
        if node.row.is::<R::Row>() && node.kind == R::KIND {
            Ok(Self(node, PhantomData))
        } else {
            Err(Failure::Bug("a node was taken for another record"))
        }
    }

    /// The node.
    #[must_use]
    pub fn node(&self) -> &Arc<Node> {
        &self.0
    }

    /// An edge to one record.
    ///
    /// # Errors
    /// When the plan didn't ask for it: a bug.
    pub fn one<T: Record>(&self, edge: &str) -> Result<Option<Visible<T>>, Failure> {
        self.0.one(edge)?.map(Visible::try_from_node).transpose()
    }

    /// An edge to one record that everybody may see.
    ///
    /// # Errors
    /// When the plan didn't ask for it or it isn't there: a bug.
    pub fn always<T: Record>(&self, edge: &str) -> Result<Visible<T>, Failure> {
        self.one(edge)?
            .ok_or(Failure::Bug("a record that is always there is not"))
    }
}

impl<R: Record> Deref for Visible<R> {
    type Target = R::Row;

    fn deref(&self) -> &R::Row {
        self.0
            .row
            .downcast_ref()
            .expect("the type was checked when this was made")
    }
}

/// The alias of a plan's own record.
fn base() -> Alias {
    Alias::new("t0")
}

/// A select over `plan.kind` (alias `t0`) with its edges to one joined, scoped by the viewer.
fn select(plan: &Plan, viewer: &Viewer) -> SelectStatement {
    let mut select = Query::select();
    add_columns(&mut select, plan, viewer, &base());
    let mut next = 1;
    add_joins(&mut select, plan, viewer, &base(), &mut next);
    select
}

fn add_columns(select: &mut SelectStatement, plan: &Plan, viewer: &Viewer, t: &Alias) {
    let shape = plan.kind.shape();
    let guards = shape.guards(viewer, t);
    for name in shape.columns() {
        let guard = guards.iter().find(|guard| guard.columns.contains(&name));
        let value: Expr = match guard {
            Some(guard) => guard.apply(col(t, name)),
            None => col(t, name),
        };
        select.expr_as(value, Alias::new(format!("{}_{name}", t.unquoted())));
    }
    for guard in guards {
        select.expr_as(
            guard.shown,
            Alias::new(format!("{}_shows_{}", t.unquoted(), guard.name)),
        );
    }
    for fact in shape.facts(viewer, t) {
        let wanted = plan.fields.contains(fact.wanted_by);
        let value = if wanted {
            fact.holds
        } else {
            Expr::cust("NULL")
        };
        select.expr_as(value, Alias::new(format!("{}_{}", t.unquoted(), fact.name)));
    }
    question::ask(select, plan, viewer, t);
}

fn add_joins(
    select: &mut SelectStatement,
    plan: &Plan,
    viewer: &Viewer,
    t: &Alias,
    next: &mut usize,
) {
    for (name, child) in &plan.one {
        let alias = Alias::new(format!("t{next}"));
        *next += 1;
        if let Some(How::One(column)) = plan.kind.edge(name).map(|edge| &edge.how) {
            let shape = child.kind.shape();
            // An edge that is guarded leads nowhere where it isn't shown.
            let on = col(&alias, "id").eq(plan.kind.shape().column(column, viewer, t));
            select.join_as(
                JoinType::LeftJoin,
                shape.table(),
                alias.clone(),
                on.and(shape.scope(viewer, &alias)),
            );
            add_columns(select, child, viewer, &alias);
            add_joins(select, child, viewer, &alias, next);
        }
    }
}

/// Reads one row of [`select`], the joined records with it.
fn decode(
    row: &QueryResult,
    plan: &Plan,
    t: usize,
    next: &mut usize,
) -> Result<Option<Node>, Failure> {
    let prefix = format!("t{t}_");
    let found = plan.kind.shape().decode(row, &prefix)?;
    let id = row.try_get::<Option<Uuid>>(&prefix, "id")?;
    let mut one = BTreeMap::new();
    for (name, child) in &plan.one {
        let child_t = *next;
        *next += 1;
        one.insert(*name, decode(row, child, child_t, next)?.map(Arc::new));
    }
    let asked = question::answers(row, plan, &prefix)?;
    Ok(found.zip(id).map(|(row, id)| Node {
        kind: plan.kind,
        id,
        row,
        one,
        many: BTreeMap::new(),
        contact: OnceLock::new(),
        asked,
    }))
}

fn decode_root(row: &QueryResult, plan: &Plan) -> Result<Node, Failure> {
    decode(row, plan, 0, &mut 1)?.ok_or(Failure::Bug("a row without an id"))
}

impl Cx {
    /// The record with this id, as the plan wants it, if the viewer may see it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&self, plan: &Plan, id: Uuid) -> Result<Option<Arc<Node>>, Failure> {
        Ok(self.find_all(plan, &[id]).await?.pop())
    }

    async fn read_all(&self, plan: &Plan, ids: &[Uuid]) -> Result<Vec<Arc<Node>>, Failure> {
        let rows = self
            .root(plan, |select, _| {
                select.and_where(col(&base(), "id").is_in(padded(ids)));
            })
            .await?;
        let mut nodes = rows
            .iter()
            .map(|row| decode_root(row, plan).map(Arc::new))
            .collect::<Result<Vec<_>, _>>()?;
        self.fill(unshared(&mut nodes), plan).await?;
        Ok(nodes)
    }

    async fn read_page(
        &self,
        plan: &Plan,
        filter: &Filter,
        window: &Window,
        want: (bool, bool),
    ) -> Result<Page<Entry>, Failure> {
        let (want_rows, want_total) = want;
        let mut page = window.page(Vec::new());
        if want_rows {
            let rows = self
                .root(plan, |select, viewer| {
                    select.and_where(filter.to_expr(plan.kind, viewer, &base()));
                    select.and_where_option(window.bounds(&base()));
                    for (by, direction) in window.walk(&base()) {
                        select.order_by_expr(by, direction);
                    }
                    select.limit(window.limit());
                })
                .await?;
            page = window.page(
                rows.iter()
                    .map(|row| {
                        let cursor = window.cursor(row, "t0_")?;
                        Ok(Entry {
                            node: Arc::new(decode_root(row, plan)?),
                            cursor,
                        })
                    })
                    .collect::<Result<Vec<_>, Failure>>()?,
            );
            self.fill(unshared_entries(&mut page.rows), plan).await?;
        }
        if want_total {
            page.total = Some(Ok(self.count(plan.kind, filter).await?));
        }
        Ok(page)
    }

    /// Records that pass `filter`, themselves alone: so many of them, in no particular order.
    async fn read_some(
        &self,
        plan: &Plan,
        filter: &Filter,
        at_most: u64,
    ) -> Result<Vec<Node>, Failure> {
        let rows = self
            .root(plan, |select, viewer| {
                let condition = filter.to_expr(plan.kind, viewer, &base());
                select.and_where(condition).limit(at_most);
            })
            .await?;
        rows.iter().map(|row| decode_root(row, plan)).collect()
    }

    /// How many records pass `filter` and are visible.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, kind: Kind, filter: &Filter) -> Result<u64, Failure> {
        let viewer = self.viewer();
        let total = self.count_as(&viewer, kind, filter).await?;
        if total == 0 && self.refresh_viewer(&viewer).await? {
            return self.count_as(&self.viewer(), kind, filter).await;
        }
        Ok(total)
    }

    async fn count_as(&self, viewer: &Viewer, kind: Kind, filter: &Filter) -> Result<u64, Failure> {
        let t = base();
        let mut select = Query::select();
        select
            .expr_as(Expr::cust("COUNT(*)"), Alias::new("total"))
            .from_as(kind.shape().table(), t.clone())
            .and_where(kind.shape().scope(viewer, &t))
            .and_where(filter.to_expr(kind, viewer, &t))
            .and_where_option(access::is_current(viewer));
        let row = self
            .reader()
            .query_one(&select)
            .await?
            .ok_or(Failure::Bug("no count"))?;
        u64::try_from(row.try_get::<i64>("", "total")?).map_err(|_| Failure::Bug("a count below 0"))
    }

    /// Runs a plan's first statement. When it finds nothing, the reason may be that the viewer's
    /// roles changed since they were read: then they are read again and the statement is repeated.
    async fn root(
        &self,
        plan: &Plan,
        narrow: impl Fn(&mut SelectStatement, &Viewer),
    ) -> Result<Vec<QueryResult>, Failure> {
        let run = async |viewer: &Viewer| {
            let shape = plan.kind.shape();
            let mut statement = select(plan, viewer);
            statement
                .from_as(shape.table(), base())
                .and_where(shape.scope(viewer, &base()))
                .and_where_option(access::is_current(viewer));
            narrow(&mut statement, viewer);
            self.reader().query_all(&statement).await
        };
        let viewer = self.viewer();
        let rows = run(&viewer).await?;
        if rows.is_empty() && self.refresh_viewer(&viewer).await? {
            return Ok(run(&self.viewer()).await?);
        }
        Ok(rows)
    }

    /// Reads the edges to many of these nodes and of everything joined to them.
    fn fill<'a>(
        &'a self,
        mut nodes: Vec<&'a mut Node>,
        plan: &'a Plan,
    ) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>> {
        Box::pin(async move {
            if nodes.is_empty() {
                return Ok(());
            }
            for ((edge, window), many) in &plan.many {
                // Several rows may lead to one record: it is read once, and each of them shows it.
                let ids: BTreeSet<Uuid> = nodes.iter().map(|node| node.id).collect();
                let ids: Vec<Uuid> = ids.into_iter().collect();
                let pages = self.children(plan.kind, edge, window, many, &ids).await?;
                for node in &mut nodes {
                    let page = pages.get(&node.id).cloned().unwrap_or_else(|| {
                        let mut page = window.page(Vec::new());
                        page.total = many.total.then_some(Ok(0));
                        page
                    });
                    node.many.insert((*edge, window.clone()), page);
                }
            }
            for (name, child) in &plan.one {
                let below = nodes
                    .iter_mut()
                    .filter_map(|node| node.one.get_mut(name)?.as_mut())
                    .filter_map(Arc::get_mut)
                    .collect();
                self.fill(below, child).await?;
            }
            Ok(())
        })
    }
}

/// The ids, the last one repeated up to a power of two: few statement texts, so that the database
/// can keep them prepared.
pub(super) fn padded(ids: &[Uuid]) -> Vec<Uuid> {
    let mut ids = ids.to_vec();
    if let Some(last) = ids.last().copied() {
        ids.resize(ids.len().next_power_of_two(), last);
    }
    ids
}

fn unshared(nodes: &mut [Arc<Node>]) -> Vec<&mut Node> {
    nodes.iter_mut().filter_map(Arc::get_mut).collect()
}

fn unshared_entries(entries: &mut [Entry]) -> Vec<&mut Node> {
    entries
        .iter_mut()
        .filter_map(|entry| Arc::get_mut(&mut entry.node))
        .collect()
}
