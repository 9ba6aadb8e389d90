//! What an operation would cost and who may ask for it, field by field, without executing it:
//! `extensions.explain`. A front-end developer sees which field is dear, and which one a role of
//! theirs will never be shown.

use std::{collections::HashMap, sync::LazyLock};

use nabij_entity::role_grant::Role;
use sea_orm::Iterable;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    gate::PricedField,
    policy::{
        Account, Grant, Viewer,
        fields::{self, Rule},
        roles_that_may,
    },
    store::{Kind, dossier, record},
};

/// The fields as they are told.
#[must_use]
pub fn explained(fields: &[PricedField]) -> Value {
    fields.iter().map(told).collect()
}

fn told(field: &PricedField) -> Value {
    let PricedField {
        path,
        of,
        field: name,
        to,
        hundredths,
    } = field;
    let (access, roles) = needed(of, name, to);
    // Exact enough: no cost comes near 2^52.
    #[expect(clippy::cast_precision_loss, reason = "costs are small")]
    let cost = *hundredths as f64 / 100.0;
    json!({ "path": path, "field": format!("{of}.{name}"), "cost": cost, "access": access, "roles": roles })
}

/// How access to a field is decided, and the roles that may have it in some scope of theirs.
fn needed(of: &str, field: &str, to: &str) -> (String, Vec<&'static str>) {
    let Some(rule) = fields::rule(of, field) else {
        // Introspection, and what every list has.
        return ("ANYONE".to_owned(), everybody());
    };
    match rule {
        Rule::Open | Rule::Answer => ("ANYONE".to_owned(), everybody()),
        Rule::Record => ("WHOEVER_SEES_THE_RECORD".to_owned(), seeing(of, "row")),
        Rule::Shown(group) | Rule::ShownEdge(group) => {
            ("WHERE_IT_IS_DISCLOSED".to_owned(), seeing(of, group))
        }
        Rule::Purpose => ("WITH_A_PURPOSE".to_owned(), seeing(of, "row")),
        Rule::Edge | Rule::Scoped => {
            let records = to.strip_suffix("Connection").unwrap_or(to);
            (
                "WHOEVER_SEES_THE_RECORDS".to_owned(),
                seeing(records, "row"),
            )
        }
        Rule::Decided(action) => (format!("DECIDED: {action}"), roles_that_may(action)),
    }
}

fn everybody() -> Vec<&'static str> {
    let roles = Role::iter().map(Role::code);
    std::iter::once("ANYBODY").chain(roles).collect()
}

/// By a kind of record and a part of it (its row, or what a guard shows): who is shown that, in some
/// scope of theirs.
type Seen = HashMap<(String, String), Vec<&'static str>>;

/// Worked out once: it takes the statement's conditions for every kind and role.
static SEEN: LazyLock<Seen> = LazyLock::new(|| {
    let mut seen = Seen::new();
    let roles = Role::iter().map(|role| (role.code(), somebody(role)));
    let viewers = std::iter::once(("ANYBODY", Viewer::anonymous())).chain(roles);
    for (name, viewer) in viewers {
        for kind in Kind::ALL {
            for (part, condition) in record::explain(*kind, &viewer) {
                let who = seen.entry((format!("{kind:?}"), part)).or_default();
                // The store's way to say "never".
                if condition != "1 = 0" {
                    who.push(name);
                }
            }
        }
        if dossier::is_for(&viewer) {
            let dossiers = ("ResidentDossier".to_owned(), "row".to_owned());
            seen.entry(dossiers).or_default().push(name);
        }
    }
    seen
});

/// The roles that see a part of a record; what is no record is everybody's.
fn seeing(record: &str, part: &str) -> Vec<&'static str> {
    // How to reach them lies apart, behind guards of the resident.
    let record = if record == "ResidentContact" {
        "Resident"
    } else {
        record
    };
    let seen = |part: &str| SEEN.get(&(record.to_owned(), part.to_owned()));
    match (seen(part), seen("row")) {
        (Some(roles), _) => roles.clone(),
        (None, Some(_)) => Vec::new(),
        (None, None) => everybody(),
    }
}

/// Somebody with one role, in one scope.
fn somebody(role: Role) -> Viewer {
    let scope = Some(Uuid::nil());
    let account = Account {
        id: Uuid::nil(),
        kind: nabij_entity::user::UserKind::Person,
        display_name: String::new(),
        authz_version: 1,
    };
    let grant = Grant {
        role,
        municipality_id: scope,
        neighbourhood_id: scope,
        partner_id: scope,
        ambassador_id: scope,
        valid_from: chrono::DateTime::<chrono::Utc>::MIN_UTC,
        valid_until: None,
    };
    Viewer::new(account, &[grant], chrono::DateTime::<chrono::Utc>::MAX_UTC)
}
