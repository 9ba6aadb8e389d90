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

/// At least one of the conditions holds; none of none.
pub(super) fn any(parts: impl IntoIterator<Item = Expr>) -> Expr {
    parts
        .into_iter()
        .reduce(ExprTrait::or)
        .unwrap_or_else(nothing)
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

/// The viewer wrote the row in a quality they still have: as a volunteer or for a partner of which
/// they hold a role now, or in neither. Who has left doesn't see what they wrote while they were
/// there. `columns` hold the user, the volunteer and the partner.
pub(super) fn wrote(viewer: &Viewer, t: &Alias, columns: [&'static str; 3]) -> Expr {
    const OF_A_PARTNER: &[Role] = &[
        Role::PartnerCoordinator,
        Role::PartnerStaff,
        Role::Signaller,
    ];
    let [user, ambassador, partner] = columns;
    let unbound = col(t, ambassador).is_null().and(col(t, partner).is_null());
    among(t, user, viewer.user_id()).and(any([
        unbound,
        among(t, ambassador, viewer.ambassadors()),
        among(t, partner, viewer.partners(OF_A_PARTNER)),
    ]))
}

/// A row of `table` exists whose `this` column holds the id of `t` and for which `holds` is true.
pub(super) fn linked(t: &Alias, table: &'static str, this: &'static str, holds: Expr) -> Expr {
    exists(
        table,
        col(t, "id")
            .equals((Alias::new(table), Alias::new(this)))
            .and(holds),
    )
}

/// A row of `table` exists for which `holds` is true; inside, the table goes by its own name.
pub(super) fn exists(table: &'static str, holds: Expr) -> Expr {
    let mut select: SelectStatement = Query::select();
    select
        .expr(Expr::cust("1"))
        .from(table.into_iden())
        .and_where(holds);
    Expr::exists(select)
}
