//! Ways around what is hidden: asking for it by a filter, an order or a count.

use std::collections::BTreeSet;

use nabij_api::{ids::type_id, store::Kind};
use sea_orm::prelude::Uuid;
use serde_json::{Value, json};

use super::{
    Asking,
    schema::{Way, core, find, kind_of, list, name, ways},
};

/// A list at the root with its kind of record and the name of one of its arguments' types.
fn lists<'a>(types: &'a [Value], argument: &str) -> Vec<(&'a str, Kind, &'a str)> {
    let fields = list(find(types, "Query"), "fields").iter();
    fields
        .filter(|field| !list(field, "args").iter().any(|arg| core(arg).is_required))
        .filter_map(|field| {
            let kind = core(field)
                .name
                .strip_suffix("Connection")
                .and_then(kind_of)?;
            let arguments = list(field, "args").iter();
            let of = arguments.clone().find(|arg| name(arg) == argument)?;
            Some((name(field), kind, core(of).name))
        })
        .collect()
}

impl Asking<'_> {
    /// A filter finds a record only by what is shown of it: by its texts, and by the records it
    /// leads to.
    pub(super) async fn by_filter(&mut self) {
        for (field, kind, filter) in lists(self.scene.types, "where") {
            for part in list(find(self.scene.types, filter), "inputFields") {
                match core(part).name {
                    "StringFilter" => self.by_text(field, kind, filter, name(part)).await,
                    "IdFilter" => self.by_relation(field, kind, filter, name(part)).await,
                    "IntFilter" => self.by_number(field, kind, filter, name(part)).await,
                    "CohortFilter" => self.by_cohort(field, kind, filter, name(part)).await,
                    _ => {}
                }
            }
        }
    }

    /// What passes the filter. Said twice, a filter lets the same pass: what is compared more than once
    /// is computed in another way.
    async fn found(&mut self, field: &str, filter: &str, holds: Value) -> (BTreeSet<Uuid>, u64) {
        let query = format!(
            "query Found($where: {filter}!, $twice: {filter}!, $not: {filter}!, $notTwice: {filter}!) {{ \
               {field}(where: $where, first: 100) {{ totalCount nodes {{ id }} }} \
               twice: {field}(where: $twice) {{ totalCount }} \
               not: {field}(where: $not) {{ totalCount }} \
               notTwice: {field}(where: $notTwice) {{ totalCount }} }}"
        );
        let variables = json!({
            "where": holds,
            "twice": { "and": [{ "or": [holds, holds] }, holds] },
            "not": { "not": holds },
            "notTwice": { "not": { "or": [holds, { "and": [holds, holds] }] } },
        });
        let found = self.asks(&query, variables).await;
        let total = |list: &str| found[list]["totalCount"].as_u64().unwrap_or_default();
        if total(field) != total("twice") || total("not") != total("notTwice") {
            let leak = format!(
                "{} by {field}(where: {holds}): twice is otherwise",
                self.who
            );
            self.tally.leak(leak);
        }
        let nodes = list(&found[field], "nodes").iter();
        (nodes.filter_map(super::id_in).collect(), total(field))
    }

    async fn by_text(&mut self, field: &str, kind: Kind, filter: &str, part: &str) {
        for holds in [json!({ "contains": "ZZ" }), json!({ "contains": "zz" })] {
            let (found, total) = self.found(field, filter, json!({ part: holds })).await;
            let hidden = |id: &&Uuid| !self.oracle.shows(kind, part, **id);
            let leaks = found.iter().filter(hidden).count();
            self.tally.cells += self.scene.world.ids(kind).len();
            if leaks > 0 || total != found.len() as u64 {
                let leak = format!(
                    "{} by {field}(where: {part}): {leaks} of {total} are hidden",
                    self.who
                );
                self.tally.leak(leak);
            }
        }
    }

    /// A number is found, and not found, only where it is shown.
    async fn by_number(&mut self, field: &str, kind: Kind, filter: &str, part: &str) {
        let comparisons = [
            json!({ "gte": 0 }),
            json!({ "lt": 9_999 }),
            json!({ "isNull": false }),
        ];
        let never = json!({ "not": { part: { "lt": 0 } } });
        let filters = comparisons.map(|holds| json!({ part: holds }));
        for holds in filters.into_iter().chain([never]) {
            let (found, total) = self.found(field, filter, holds.clone()).await;
            let leaks = found
                .iter()
                .filter(|id| !self.oracle.shows(kind, part, **id))
                .count();
            self.tally.cells += self.scene.world.ids(kind).len();
            if leaks > 0 || total != found.len() as u64 {
                let leak = format!(
                    "{} by {field}(where: {holds}): {leaks} are hidden",
                    self.who
                );
                self.tally.leak(leak);
            }
        }
    }

    /// Who is of an age is found only where the age is shown.
    async fn by_cohort(&mut self, field: &str, kind: Kind, filter: &str, part: &str) {
        for initiative in self.scene.world.ids(Kind::Initiative) {
            let initiative = type_id(Kind::Initiative, initiative);
            let (mut found, mut counted) = (BTreeSet::new(), 0);
            for within in [true, false] {
                let holds = json!({ part: { "initiative": initiative, "eq": within } });
                let (some, total) = self.found(field, filter, holds).await;
                found.extend(some);
                counted += total;
            }
            let leaks = found
                .iter()
                .filter(|id| !self.shows_age(kind, **id))
                .count();
            self.tally.cells += self.scene.world.ids(kind).len();
            if leaks > 0 || counted != found.len() as u64 {
                let leak = format!("{} by {field}(where: {part}): {leaks} are hidden", self.who);
                self.tally.leak(leak);
            }
        }
    }

    async fn by_relation(&mut self, field: &str, kind: Kind, filter: &str, part: &str) {
        let edges = ways(self.scene.types, kind);
        let to = edges.iter().find(|(edge, _)| *edge == part);
        let Some((_, Way::One(to))) = to else { return };
        let all = self.scene.world.ids(*to);
        let hidden: Vec<String> = all
            .iter()
            .filter(|id| !self.oracle.sees(*to, **id))
            .map(|id| type_id(*to, *id))
            .collect();
        self.tally.cells += hidden.len();
        for some in hidden.chunks(50) {
            let (found, total) = self
                .found(field, filter, json!({ part: { "in": some } }))
                .await;
            if !found.is_empty() || total > 0 {
                let leak = format!(
                    "{} by {field}(where: {part}): {total} are about what is hidden",
                    self.who
                );
                self.tally.leak(leak);
            }
        }
        // Where the edge itself is hidden, it isn't to be found out by what it leads to either.
        let seen: Vec<String> = all
            .iter()
            .filter(|id| self.oracle.sees(*to, **id))
            .map(|id| type_id(*to, *id))
            .collect();
        for holds in [
            json!({ "in": seen.iter().take(50).collect::<Vec<_>>() }),
            json!({ "isNull": false }),
        ] {
            let (found, _) = self.found(field, filter, json!({ part: holds })).await;
            let hidden = |id: &&Uuid| !self.oracle.shows(kind, part, **id);
            let leaks = found.iter().filter(hidden).count();
            self.tally.cells += 1;
            if leaks > 0 {
                let leak = format!("{} by {field}(where: {part}): {leaks} are hidden", self.who);
                self.tally.leak(leak);
            }
        }
    }

    /// Records of which a column is hidden are in the order of their ids, whatever is in it; and no
    /// cursor tells it.
    pub(super) async fn by_order(&mut self) {
        for (field, kind, order) in lists(self.scene.types, "orderBy") {
            let parts = list(find(self.scene.types, order), "inputFields").iter();
            let by = parts.clone().find(|part| name(part) == "field");
            let Some(by) = by else { continue };
            for column in list(find(self.scene.types, core(by).name), "enumValues") {
                let column = name(column);
                let query = format!(
                    "{{ {field}(orderBy: [{{ field: {column} }}], first: 100) {{ pageInfo {{ \
                       endCursor }} edges {{ cursor node {{ id }} }} }} }}"
                );
                let found = self.asks(&query, json!({})).await;
                let shown = camel(column);
                let hidden: Vec<Uuid> = list(&found[field], "edges")
                    .iter()
                    .filter_map(|edge| super::id_in(&edge["node"]))
                    .filter(|id| {
                        let is_ruled =
                            nabij_api::policy::fields::rule(super::kind_name(kind), &shown);
                        is_ruled.is_some() && !self.oracle.shows(kind, &shown, *id)
                    })
                    .collect();
                self.tally.cells += 1;
                let (up, down) = (hidden.is_sorted(), hidden.iter().rev().is_sorted());
                if !(up || down) {
                    let leak = format!("{} by {field}(orderBy: {column}): it is told", self.who);
                    self.tally.leak(leak);
                }
            }
        }
    }

    /// By counts that are made elsewhere: of the map of needs, and of statistics.
    pub(super) async fn by_figures(&mut self) {
        for municipality in self.scene.world.municipalities.clone() {
            let id = type_id(Kind::Municipality, municipality);
            let query =
                "query Needs($id: ID!) { careNeeds(municipality: $id) { findings signals } }";
            let found = self.asks(query, json!({ "id": id })).await;
            for (counted, kind) in [("findings", Kind::Finding), ("signals", Kind::Signal)] {
                let cells = list(&found, "careNeeds").iter();
                let total: u64 = cells.filter_map(|cell| cell[counted].as_u64()).sum();
                let all = self.scene.world.ids(kind).into_iter();
                let seen = all.filter(|id| self.oracle.sees(kind, *id)).count() as u64;
                self.tally.cells += 1;
                if total > seen {
                    let leak = format!("{} by careNeeds: {total} {counted} of {seen}", self.who);
                    self.tally.leak(leak);
                }
            }
            let query = "query Figures($id: ID!) { statistics(places: { municipality: $id }, \
                from: \"2026-01-01T00:00:00Z\", until: \"2027-01-01T00:00:00Z\") { total { \
                signals { total { value } } } } }";
            let answer = self.person.asks(query, json!({ "id": id })).await;
            let is_told = answer.data_despite_errors("/statistics").is_object();
            self.tally.cells += 1;
            if is_told != self.oracle.eyes.municipalities.contains(&municipality) {
                self.tally
                    .leak(format!("{} by statistics: {is_told}", self.who));
            }
            let query =
                "query Preview($id: ID!) { retentionPreview(municipality: $id) { __typename } }";
            let answer = self.person.asks(query, json!({ "id": id })).await;
            let is_told = answer.data_despite_errors("/retentionPreview").is_object();
            self.tally.cells += 1;
            if is_told != self.oracle.answers_for(municipality) {
                self.tally
                    .leak(format!("{} by retentionPreview: {is_told}", self.who));
            }
            let asked = ["careNeeds", "statistics", "retentionPreview"];
            self.tally.roots.extend(asked.map(str::to_owned));
        }
    }
}

/// A column of an order as the field is called: `DISPLAY_NAME` is `displayName`.
fn camel(column: &str) -> String {
    let mut words = column.split('_').map(str::to_lowercase);
    let mut camel = words.next().unwrap_or_default();
    for word in words {
        let mut letters = word.chars();
        camel.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}
