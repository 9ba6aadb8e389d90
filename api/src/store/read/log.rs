//! Reading a person's data leaves a trace, by construction: a plan that selects any of it is executed
//! within a transaction, and what the rows showed is written to the access log in that same
//! transaction, in one statement, before anything of it is handed out (GDPR articles 5(2) and 15).
//! If it can't be written down, it isn't shown.
//!
//! It runs in a task of its own: a caller who leaves can't cut it off between what is shown and what
//! is written about it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    future::Future,
    sync::Arc,
};

use nabij_entity::{
    access_log::{self, AccessPurpose, AccessedField as F},
    resident, resident_contact,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use tracing::Instrument;
use uuid::Uuid;

use super::{Entry, Node, padded};
use crate::{
    clock,
    policy::Viewer,
    store::{Cx, Failure, Filter, Kind, Page, Plan, Window, record::Seen, resident::ShownContact},
};

/// Fields of a resident in the schema, with what is read by selecting them.
const FIELDS: [(&str, F); 7] = [
    ("givenName", F::Name),
    ("familyName", F::Name),
    ("birthYear", F::BirthYear),
    // Whether somebody is of an age tells of their year of birth.
    ("inCohort", F::BirthYear),
    ("languages", F::Languages),
    ("targetGroups", F::TargetGroups),
    ("notes", F::Notes),
];

/// Columns of a resident: finding somebody by one of them tells what it holds.
const COLUMNS: [(&str, F); 3] = [
    ("given_name", F::Name),
    ("family_name", F::Name),
    ("birth_year", F::BirthYear),
];

/// Fields of contact details in the schema.
const CONTACT: [(&str, F); 4] = [
    ("phone", F::Phone),
    ("email", F::Email),
    ("address", F::Address),
    ("preferredChannel", F::PreferredChannel),
];

/// Rows of one statement; each has nine values, and a statement takes some 32,000.
const AT_ONCE: usize = 2_048;

type Resident = Seen<resident::Model>;

impl Cx {
    /// The records with these ids that the viewer may see, in no particular order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_all(&self, plan: &Plan, ids: &[Uuid]) -> Result<Vec<Arc<Node>>, Failure> {
        if self.viewer().is_anonymous() || !selects_persons(plan) {
            return self.read_all(plan, ids).await;
        }
        let (cx, plan, ids) = (self.clone(), plan.clone(), ids.to_vec());
        to_its_end(async move {
            let cx = cx.begin_reading().await?;
            let nodes = cx.read_all(&plan, &ids).await?;
            let mut trace = Trace::default();
            for node in &nodes {
                trace.walk(node, &plan);
            }
            let contacts = cx.write_down(trace).await?;
            for node in &nodes {
                attach(node, &plan, &contacts);
            }
            cx.commit_reading().await?;
            Ok(nodes)
        })
        .await
    }

    /// A page of the records that pass `filter` and that the viewer may see. `want` says whether
    /// rows are wanted, and whether their number is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(
        &self,
        plan: &Plan,
        filter: &Filter,
        window: &Window,
        want: (bool, bool),
    ) -> Result<Page<Entry>, Failure> {
        let sought = sought(plan.kind, filter);
        if self.viewer().is_anonymous() || (sought.is_empty() && !selects_persons(plan)) {
            return self.read_page(plan, filter, window, want).await;
        }
        let (cx, plan) = (self.clone(), plan.clone());
        let (filter, window) = (filter.clone(), window.clone());
        to_its_end(async move {
            let cx = cx.begin_reading().await?;
            let page = cx.read_page(&plan, &filter, &window, want).await?;
            let mut trace = Trace::default();
            for entry in &page.rows {
                trace.found(&entry.node, &sought);
                trace.walk(&entry.node, &plan);
            }
            let contacts = cx.write_down(trace).await?;
            for entry in &page.rows {
                attach(&entry.node, &plan, &contacts);
            }
            cx.commit_reading().await?;
            Ok(page)
        })
        .await
    }

    /// Writes down what was read, and answers with the contact details that were asked for.
    async fn write_down(&self, mut trace: Trace) -> Result<Contacts, Failure> {
        let mut contacts = Contacts::new();
        if !trace.contact.is_empty() {
            let ids: Vec<Uuid> = trace.contact.keys().copied().collect();
            let details = resident_contact::Entity::find()
                .filter(resident_contact::Column::ResidentId.is_in(padded(&ids)))
                .all(&self.reader())
                .await?;
            for details in details {
                let Some(asked) = trace.contact.remove(&details.resident_id) else {
                    continue;
                };
                let resident = details.resident_id;
                let shown = ShownContact::of(details, |guard| asked.shows.contains(&guard));
                let fields = shown.fields();
                for (purpose, selected) in asked.purposes {
                    let entry = trace.read.entry((resident, purpose)).or_default();
                    let read = fields.iter().filter(|field| selected.contains(field));
                    entry.fields.extend(read.copied());
                    entry.municipality = asked.municipality;
                }
                if !fields.is_empty() {
                    contacts.insert(resident, shown);
                }
            }
        }
        trace.read.retain(|_, read| !read.fields.is_empty());
        let viewer = self.viewer();
        let rows = trace
            .read
            .into_iter()
            .filter_map(|((resident, purpose), read)| {
                entry(
                    self,
                    &viewer,
                    (resident, read.municipality),
                    &read.fields,
                    purpose,
                )
            });
        self.add_to_access_log(rows.collect()).await?;
        Ok(contacts)
    }

    /// One statement for all of them, with few texts: the last row is repeated up to a power of two.
    pub(in crate::store) async fn add_to_access_log(
        &self,
        mut rows: Vec<access_log::ActiveModel>,
    ) -> Result<(), Failure> {
        if let Some(last) = rows.last().cloned() {
            rows.resize(rows.len().next_power_of_two(), last);
        }
        for rows in rows.chunks(AT_ONCE) {
            let again = OnConflict::column(access_log::Column::Id)
                .do_nothing()
                .to_owned();
            access_log::Entity::insert_many(rows.to_vec())
                .on_conflict(again)
                .exec_without_returning(&self.reader())
                .await?;
        }
        Ok(())
    }
}

/// An entry in the access log; none for somebody without an account, who reads nothing.
pub(in crate::store) fn entry(
    cx: &Cx,
    viewer: &Viewer,
    (resident, municipality): (Uuid, Uuid),
    fields: &BTreeSet<F>,
    purpose: AccessPurpose,
) -> Option<access_log::ActiveModel> {
    Some(access_log::ActiveModel {
        id: Set(clock::new_id(cx.clock())),
        user_id: Set(viewer.user_id()?),
        partner_id: Set(viewer.reads_for(municipality)),
        resident_id: Set(resident),
        municipality_id: Set(Some(municipality)),
        fields: Set(access_log::words(fields)),
        purpose: Set(purpose),
        at: Set(cx.now()),
        request_id: Set(cx.request_id().to_owned()),
    })
}

/// Does something to its end, also when whoever waits for it has gone.
pub(in crate::store) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Failure>> + Send + 'static,
) -> Result<T, Failure> {
    crate::store::tasks::spawn(work.in_current_span())
        .await
        .unwrap_or(Err(Failure::Bug("a read that is logged panicked")))
}

/// What was read of one person for one purpose.
#[derive(Default)]
struct Read {
    municipality: Uuid,
    fields: BTreeSet<F>,
}

/// Contact details asked for of one person.
struct Asked {
    municipality: Uuid,
    shows: Vec<&'static str>,
    purposes: BTreeMap<AccessPurpose, BTreeSet<F>>,
}

type Contacts = HashMap<Uuid, ShownContact>;

/// What the rows of an answer show of persons.
#[derive(Default)]
struct Trace {
    read: BTreeMap<(Uuid, AccessPurpose), Read>,
    contact: BTreeMap<Uuid, Asked>,
}

impl Trace {
    fn walk(&mut self, node: &Node, plan: &Plan) {
        if let Some(row) = resident_of(node) {
            self.person(row, plan);
        }
        for (name, child) in &plan.one {
            if let Some(Some(node)) = node.one.get(name) {
                self.walk(node, child);
            }
        }
        for (key, many) in &plan.many {
            for entry in node.many.get(key).iter().flat_map(|page| &page.rows) {
                self.walk(&entry.node, &many.plan);
            }
        }
    }

    fn person(&mut self, row: &Resident, plan: &Plan) {
        self.reads(row, selected(plan));
        if plan.contact.is_empty() {
            return;
        }
        let shows = ShownContact::GUARDS.into_iter();
        let shows: Vec<&str> = shows.filter(|guard| row.shows(guard)).collect();
        if shows.is_empty() {
            return;
        }
        let asked = self.contact.entry(row.id).or_insert_with(|| Asked {
            municipality: row.municipality_id,
            shows,
            purposes: BTreeMap::new(),
        });
        for (purpose, fields) in &plan.contact {
            let fields = CONTACT.iter().filter(|(name, _)| fields.contains(*name));
            let purposes = asked.purposes.entry(*purpose).or_default();
            purposes.extend(fields.map(|(_, field)| *field));
        }
    }

    /// Whoever finds somebody by a name knows the name.
    fn found(&mut self, node: &Node, by: &BTreeSet<F>) {
        if let Some(row) = resident_of(node).filter(|_| !by.is_empty()) {
            self.reads(row, by.iter().copied());
        }
    }

    fn reads(&mut self, row: &Resident, fields: impl IntoIterator<Item = F>) {
        let fields: Vec<F> = fields
            .into_iter()
            .filter(|field| is_told(row, *field))
            .collect();
        if fields.is_empty() {
            return;
        }
        let read = self.read.entry((row.id, purpose(row))).or_default();
        read.municipality = row.municipality_id;
        read.fields.extend(fields);
    }
}

/// For what somebody reads a record, where they don't say: those who care for the person for that (see
/// the guards of a resident); the others see what a referral discloses.
fn purpose(row: &Resident) -> AccessPurpose {
    if row.shows("care") {
        AccessPurpose::CareCoordination
    } else {
        AccessPurpose::ReferralExecution
    }
}

/// Whether the row tells anything of this: what is withheld reads as empty, and so does what isn't
/// on record.
fn is_told(row: &Resident, field: F) -> bool {
    match field {
        F::Name => row.given_name.is_some() || row.family_name.is_some(),
        F::BirthYear => row.birth_year.is_some(),
        F::Languages => !row.languages.is_empty(),
        F::Notes => row.notes.is_some(),
        F::TargetGroups => !row.target_groups.is_empty(),
        F::Phone | F::Email | F::Address | F::PreferredChannel | F::Dossier => false,
    }
}

fn resident_of(node: &Node) -> Option<&Resident> {
    (node.kind == Kind::Resident)
        .then(|| node.row.downcast_ref())
        .flatten()
}

fn selected(plan: &Plan) -> impl Iterator<Item = F> + '_ {
    FIELDS
        .iter()
        .filter(|(name, _)| plan.fields.contains(*name))
        .map(|(_, field)| *field)
}

/// Whether a plan selects anything of a person, however deep.
fn selects_persons(plan: &Plan) -> bool {
    let own = plan.kind == Kind::Resident
        && (!plan.contact.is_empty() || selected(plan).next().is_some());
    own || plan.one.values().any(selects_persons)
        || plan.many.values().any(|many| selects_persons(&many.plan))
}

/// By which of a person's data a list is narrowed.
fn sought(kind: Kind, filter: &Filter) -> BTreeSet<F> {
    if kind != Kind::Resident {
        return BTreeSet::new();
    }
    COLUMNS
        .iter()
        .filter(|(column, _)| filter.names(column))
        .map(|(_, field)| *field)
        .collect()
}

/// Hands the details that were written down to the rows that asked for them.
fn attach(node: &Node, plan: &Plan, contacts: &Contacts) {
    if let Some(contact) = contacts.get(&node.id).filter(|_| !plan.contact.is_empty()) {
        // A row that several lead to has it already.
        let _ = node.contact.set(contact.clone());
    }
    for (name, child) in &plan.one {
        if let Some(Some(node)) = node.one.get(name) {
            attach(node, child, contacts);
        }
    }
    for (key, many) in &plan.many {
        for entry in node.many.get(key).iter().flat_map(|page| &page.rows) {
            attach(&entry.node, &many.plan, contacts);
        }
    }
}
