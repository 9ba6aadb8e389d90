//! The building blocks of scopes: small conditions over one alias.
//!
//! An empty list must mean "nobody", never "everybody"; these helpers see to it.

use nabij_entity::role_grant::Role;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, IntoIden, Query, SelectStatement};
use uuid::Uuid;

use crate::policy::Viewer;

/// Holds for every row.
pub(super) fn everything() -> Expr {
    Expr::cust("1 = 1")
}

/// Holds for no row.
pub(super) fn nothing() -> Expr {
    Expr::cust("1 = 0")
}

/// The column `name` of the alias `t`.
pub(super) fn col(t: &Alias, name: &'static str) -> Expr {
    Expr::col((t.clone(), name))
}

/// At least one of the conditions holds; none of none. What is settled already is left out, so that
/// the database isn't asked about roles the viewer doesn't hold.
pub(super) fn any(parts: impl IntoIterator<Item = Expr>) -> Expr {
    let parts: Vec<Expr> = parts
        .into_iter()
        .filter(|part| *part != nothing())
        .collect();
    if parts.contains(&everything()) {
        return everything();
    }
    balanced(parts, Expr::or).unwrap_or_else(nothing)
}

/// All of the conditions hold; everything of none.
pub(super) fn all(parts: impl IntoIterator<Item = Expr>) -> Expr {
    let parts: Vec<Expr> = parts
        .into_iter()
        .filter(|part| *part != everything())
        .collect();
    if parts.contains(&nothing()) {
        return nothing();
    }
    balanced(parts, Expr::and).unwrap_or_else(everything)
}

/// The conditions joined pair by pair, so that a thousand of them make a tree ten deep: a statement
/// is built and written out by recursion.
pub(super) fn balanced(mut parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    while parts.len() > 1 {
        let mut pairs = parts.into_iter();
        let mut joined = Vec::with_capacity(pairs.len().div_ceil(2));
        while let Some(first) = pairs.next() {
            joined.push(match pairs.next() {
                Some(second) => join(first, second),
                None => first,
            });
        }
        parts = joined;
    }
    parts.pop()
}

/// The column is one of `ids`; never when there are none.
pub(super) fn among(t: &Alias, name: &'static str, ids: impl IntoIterator<Item = Uuid>) -> Expr {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    if ids.is_empty() {
        nothing()
    } else {
        col(t, name).is_in(ids)
    }
}

/// The row lies in a municipality or neighbourhood that the viewer coordinates. The row's table
/// has both columns.
pub(super) fn coordinated(viewer: &Viewer, t: &Alias) -> Expr {
    any([
        among(
            t,
            "municipality_id",
            viewer.municipalities(Role::Coordinator),
        ),
        among(
            t,
            "neighbourhood_id",
            viewer.neighbourhoods(Role::Coordinator),
        ),
    ])
}

/// The viewer wrote the row themselves, for a partner of which they still hold a role. Who has left
/// doesn't see what they wrote while they were there, and a signaller sees no record but the signal. `columns` hold the user and the partner.
pub(super) fn wrote(viewer: &Viewer, t: &Alias, columns: [&'static str; 2]) -> Expr {
    const OF_A_PARTNER: &[Role] = &[Role::PartnerCoordinator, Role::PartnerStaff];
    let [user, partner] = columns;
    all([
        among(t, user, viewer.user_id()),
        among(t, partner, viewer.partners(OF_A_PARTNER)),
    ])
}

/// A row of `table` exists whose `this` column holds the id of `t` and for which `holds` is true.
pub(super) fn linked(t: &Alias, table: &'static str, this: &'static str, holds: Expr) -> Expr {
    let of_this = col(t, "id").equals((Alias::new(table), Alias::new(this)));
    exists(table, all([of_this, holds]))
}

/// A row of `table` exists for which `holds` is true; inside, the table goes by its own name.
pub(super) fn exists(table: &'static str, holds: Expr) -> Expr {
    if holds == nothing() {
        return nothing();
    }
    let mut select: SelectStatement = Query::select();
    select
        .expr(Expr::cust("1"))
        .from(table.into_iden())
        .and_where(holds);
    Expr::exists(select)
}
