//! What is read, as people review it: every field has a rule, and `tests/golden/scopes.txt` shows the
//! conditions that the store puts into its statements for each role (GDPR article 25: by design and by
//! default).

use std::{collections::BTreeSet, fmt::Write};

use nabij_api::{
    policy::{
        Grant, Viewer,
        fields::{self, Rule, rule},
    },
    store::{Kind, record::explain},
};
use nabij_entity::role_grant::Role;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    policy::{grant, holds, viewer},
    schema::types,
};

/// Types that are made in one place for every list.
fn is_of_a_list(name: &str) -> bool {
    name.ends_with("Connection") || name.ends_with("Edge") || name == "PageInfo"
}

fn names(of: &Value) -> impl Iterator<Item = &str> {
    let fields = of["fields"].as_array().into_iter().flatten();
    fields.filter_map(|field| field["name"].as_str())
}

/// Object types of the schema that have rows of their own.
async fn objects() -> Vec<(&'static str, &'static Value)> {
    let types = types().await.iter().filter(|of| of["kind"] == "OBJECT");
    let named = types.filter_map(|of| Some((of["name"].as_str()?, of)));
    named.filter(|(name, _)| !is_of_a_list(name)).collect()
}

#[tokio::test]
async fn a_field_without_a_rule_is_refused() {
    for (name, of) in objects().await {
        for field in names(of) {
            let rules = fields::all()
                .filter(|row| row.of == name && row.fields.contains(&field))
                .count();
            assert_eq!(
                rules, 1,
                "{name}.{field} must have one row in api/src/policy/fields/"
            );
        }
    }
}

#[tokio::test]
async fn a_rule_without_a_field_is_refused() {
    let objects = objects().await;
    for row in fields::all() {
        let of = objects.iter().find(|(name, _)| *name == row.of);
        let (_, of) = of.unwrap_or_else(|| panic!("no type {} in the schema", row.of));
        let known: BTreeSet<&str> = names(of).collect();
        for field in row.fields {
            assert!(known.contains(field), "no field {}.{field}", row.of);
        }
    }
}

/// The type in the schema of a kind of record.
fn type_of(kind: Kind) -> String {
    format!("{kind:?}")
}

#[tokio::test]
async fn a_field_is_ruled_as_an_edge_exactly_when_the_store_follows_it() {
    for kind in Kind::ALL.iter().copied() {
        let name = type_of(kind);
        let objects = objects().await;
        let Some((_, of)) = objects.iter().find(|(known, _)| *known == name) else {
            panic!("{name} is not in the schema");
        };
        for field in names(of) {
            let is_edge = kind.edge(field).is_some();
            let ruled = matches!(rule(&name, field), Some(Rule::Edge | Rule::ShownEdge(_)));
            assert_eq!(is_edge, ruled, "{name}.{field}");
        }
    }
}

/// Guards that show no field: they tell the access log for what somebody reads.
const FOR_THE_LOG: &[(Kind, &str)] = &[(Kind::Resident, "care")];

#[test]
fn a_field_is_ruled_as_guarded_exactly_where_the_store_guards() {
    let somebody = viewer(Uuid::from_u128(1), None);
    for kind in Kind::ALL.iter().copied() {
        let guards: BTreeSet<String> = explain(kind, &somebody)
            .into_iter()
            .map(|(name, _)| name)
            .filter(|name| name != "row" && !FOR_THE_LOG.contains(&(kind, name.as_str())))
            .collect();
        let name = type_of(kind);
        let ruled: BTreeSet<String> = fields::all()
            // What is kept apart is guarded by the record that it belongs to.
            .filter(|row| row.of == name || row.of == format!("{name}Contact"))
            .filter_map(|row| match row.rule {
                Rule::Shown(group) | Rule::ShownEdge(group) => Some(group.to_owned()),
                _ => None,
            })
            .collect();
        assert_eq!(guards, ruled, "the guards of {name}");
    }
}

#[test]
fn a_mutation_is_decided_by_an_action_that_was_reviewed() {
    let golden = nabij_api::policy::TABLE;
    for row in fields::all() {
        if let Rule::Decided(action) = row.rule {
            assert!(
                golden.lines().any(|line| line.starts_with(action)),
                "{action} is not in api/src/policy/table.txt"
            );
        }
    }
}

/// A viewer of each role, in one scope.
fn roles() -> Vec<(&'static str, Viewer)> {
    let id = Some(Uuid::from_u128(7));
    let as_role = |grant: Grant| viewer(Uuid::from_u128(1), Some(grant));
    vec![
        ("anybody", Viewer::anonymous()),
        ("signed in", viewer(Uuid::from_u128(1), None)),
        (
            "SIGNALLER",
            as_role(Grant {
                partner_id: id,
                ..grant(Role::Signaller)
            }),
        ),
        (
            "AMBASSADOR",
            as_role(Grant {
                ambassador_id: id,
                ..grant(Role::Ambassador)
            }),
        ),
        (
            "PARTNER_STAFF",
            as_role(Grant {
                partner_id: id,
                ..grant(Role::PartnerStaff)
            }),
        ),
        (
            "COORDINATOR of a municipality",
            as_role(Grant {
                municipality_id: id,
                ..grant(Role::Coordinator)
            }),
        ),
        (
            "COORDINATOR of a neighbourhood",
            as_role(Grant {
                neighbourhood_id: id,
                ..grant(Role::Coordinator)
            }),
        ),
        (
            "AUDITOR",
            as_role(Grant {
                municipality_id: id,
                ..grant(Role::Auditor)
            }),
        ),
        ("ADMIN", as_role(grant(Role::Admin))),
    ]
}

#[test]
fn what_each_role_sees_is_as_reviewed() {
    let mut table = String::from(
        "What each role sees of each record: the conditions that the store puts into every statement.\n\
         `row` is the record itself, the others its guarded columns. 1 = 0 is nothing, 1 = 1 everything.\n\
         Rewritten by `NABIJ_BLESS=1 cargo test -p nabij-tests fields`.\n",
    );
    for kind in Kind::ALL
        .iter()
        .copied()
        .filter(|kind| *kind != Kind::Event)
    {
        for (who, viewer) in roles() {
            writeln!(table, "\n{} seen by {who}", type_of(kind)).expect("text");
            for (part, condition) in explain(kind, &viewer) {
                writeln!(table, "    {part}: {condition}").expect("text");
            }
        }
    }
    holds("scopes.txt", &table);
}
