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
    store::{
        Cx, Failure, Filter, Page, Plan, TooMany, Window,
        page::MOST_COUNTED,
        record::Seen,
        resident::ShownContact,
        told::{CONTACT, Field, Told, Whose},
    },
};

mod behind;

type Resident = Seen<resident::Model>;

/// Rows of one statement; each has nine values, and a statement takes some 32,000.
const AT_ONCE: usize = 2_048;

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
            let mut trace = Trace::of(cx.viewer());
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
    /// Whoever finds somebody by a name knows the name, and whoever counts those of an age, or is told
    /// that there are more, knows it of each of them: they are written down too.
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
        let sought = Told::by(plan.kind).map_or_else(Vec::new, |told| told.sought(filter));
        if self.viewer().is_anonymous() || (sought.is_empty() && !selects_persons(plan)) {
            return self.read_page(plan, filter, window, want).await;
        }
        let (cx, mut plan) = (self.clone(), plan.clone());
        let (filter, window) = (filter.clone(), window.clone());
        plan.asked.extend(filter.questions());
        to_its_end(async move {
            let cx = cx.begin_reading().await?;
            let (want_rows, want_total) = want;
            let plainly = want_total && sought.is_empty();
            let want_now = (want_rows, plainly);
            let mut page = cx.read_page(&plan, &filter, &window, want_now).await?;
            let mut trace = Trace::of(cx.viewer());
            for entry in page.rows.iter().chain(&page.beyond) {
                trace.found(&entry.node, &sought);
            }
            for entry in &page.rows {
                trace.walk(&entry.node, &plan);
            }
            if want_total && !plainly {
                let counted = cx.counted(&plan, &filter).await?;
                for node in &counted {
                    trace.found(node, &sought);
                }
                page.total = Some(number(&counted));
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

    /// The records that pass `filter`, one more than may be counted at most: when there are too many,
    /// that is what those that were read have told.
    async fn counted(&self, plan: &Plan, filter: &Filter) -> Result<Vec<Node>, Failure> {
        let alone = Plan {
            asked: plan.asked.clone(),
            ..Plan::of(plan.kind)
        };
        self.read_some(&alone, filter, u64::from(MOST_COUNTED) + 1)
            .await
    }

    /// Writes down what was read, and answers with the contact details that were asked for.
    async fn write_down(&self, mut trace: Trace) -> Result<Contacts, Failure> {
        let mut read = self.people_behind(trace.read, &trace.known).await?;
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
                    let entry = read.entry((resident, purpose)).or_default();
                    let shown = fields.iter().filter(|field| selected.contains(field));
                    entry.fields.extend(shown.copied());
                    entry.municipality = asked.municipality;
                }
                if !fields.is_empty() {
                    contacts.insert(resident, shown);
                }
            }
        }
        read.retain(|_, read| !read.fields.is_empty());
        let viewer = self.viewer();
        let rows = read.into_iter().filter_map(|((resident, purpose), read)| {
            let of = (resident, read.municipality);
            entry(self, &viewer, of, &read.fields, purpose)
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

/// What was read, by whose it is and by what it was read for.
type Reads<W> = BTreeMap<(W, AccessPurpose), Read>;

/// What the rows of an answer show of persons.
struct Trace {
    viewer: Arc<Viewer>,
    read: Reads<Whose>,
    /// Whom signals and call-outs are about, as far as the answer's own rows tell.
    known: BTreeMap<Whose, Option<Uuid>>,
    contact: BTreeMap<Uuid, Asked>,
}

impl Trace {
    fn of(viewer: Arc<Viewer>) -> Self {
        Self {
            viewer,
            read: BTreeMap::new(),
            known: BTreeMap::new(),
            contact: BTreeMap::new(),
        }
    }

    fn walk(&mut self, node: &Node, plan: &Plan) {
        self.known.extend(behind::told_by(node));
        if let Some(told) = Told::by(plan.kind) {
            self.reads(node, told, told.selected(&plan.fields));
        }
        if let Some(row) = node.row::<Resident>() {
            self.asks_for_contact(row, plan);
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

    fn asks_for_contact(&mut self, row: &Resident, plan: &Plan) {
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
            let fields = CONTACT.iter().filter(|(name, ..)| fields.contains(*name));
            let purposes = asked.purposes.entry(*purpose).or_default();
            purposes.extend(fields.map(|(_, _, field)| *field));
        }
    }

    /// Whoever finds somebody by a name knows the name.
    fn found(&mut self, node: &Node, by: &[&'static Field]) {
        if let Some(told) = Told::by(node.kind) {
            self.reads(node, told, by.iter().copied());
        }
    }

    fn reads(&mut self, node: &Node, told: &Told, fields: impl Iterator<Item = &'static Field>) {
        let shown = fields.filter(|field| field.is_shown(node));
        let shown: BTreeSet<F> = shown.map(|field| field.read).collect();
        if shown.is_empty() {
            return;
        }
        if let Some(lead) = told.lead(&self.viewer, node) {
            let read = self.read.entry((lead.whose, lead.purpose)).or_default();
            read.municipality = lead.municipality;
            read.fields.extend(shown);
        }
    }
}

fn number(counted: &[Node]) -> Result<u64, TooMany> {
    match u32::try_from(counted.len()) {
        Ok(number) if number <= MOST_COUNTED => Ok(number.into()),
        _ => Err(TooMany),
    }
}

/// Whether a plan selects anything of a person, however deep.
fn selects_persons(plan: &Plan) -> bool {
    let told = Told::by(plan.kind);
    let selects = told.is_some_and(|told| told.selected(&plan.fields).next().is_some());
    selects
        || !plan.contact.is_empty()
        || plan.one.values().any(selects_persons)
        || plan.many.values().any(|many| selects_persons(&many.plan))
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
