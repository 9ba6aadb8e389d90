//! The register of processing activities (GDPR article 30), made from what the program itself says:
//! every column of every table is declared below, of whom it tells and for what; who receives it
//! follows from the scopes and guards that every statement has, and what becomes of it when somebody
//! is erased from [`super::held`].
//!
//! **One more column:** the declarations match each entity's columns one by one, so one that isn't
//! there doesn't compile. **One more table:** `tests/it/privacy/register.rs` names it.

use nabij_entity::{
    processing::{
        DataCategory, DataReceiver, DataSubject, ErasureEffect, LegalBasis, ProcessingPurpose,
        RetentionTerm, SpecialCategoryBasis,
    },
    role_grant::Role,
    user::UserKind,
};
use sea_orm::sea_query::{Alias, Expr};
use uuid::Uuid;

use super::{
    Kind,
    dossier::COLUMNS_OF_READS,
    held::{Fate, HELD, Tells},
    scope,
};
use crate::policy::{Account, Grant, Permit, Viewer};

mod cases;
mod neighbourhood;
mod people;
mod traces;

/// A processing: of whom, for what, on which ground, and how long.
#[derive(Clone, Copy, Debug)]
pub struct Processing {
    /// Of whom.
    pub subjects: &'static [DataSubject],
    /// For what (article 5(1)(b)).
    pub purpose: ProcessingPurpose,
    /// On which of these grounds (article 6(1)).
    pub bases: &'static [LegalBasis],
    /// On which of these grounds where it may tell of health, origin or belief (article 9(2)).
    pub special: &'static [SpecialCategoryBasis],
    /// How long (article 5(1)(e)).
    pub retention: RetentionTerm,
}

impl Processing {
    /// What sort of thing a column holds for this.
    const fn of(self, category: DataCategory) -> Holds {
        Holds::Personal(category, self)
    }

    /// The same of what may tell of health, origin or belief.
    const fn sensitive(self, category: DataCategory) -> Holds {
        use SpecialCategoryBasis as S;
        Holds::Personal(
            category,
            Self {
                special: &[S::SocialCare, S::ExplicitConsent, S::VitalInterest],
                ..self
            },
        )
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug)]
enum Holds {
    /// Something of a person.
    Personal(DataCategory, Processing),
    /// Nothing of a person: places, organisations, programmes, figures, housekeeping.
    NothingOfAPerson,
}

/// A column, as it was declared.
#[derive(Clone, Copy, Debug)]
struct Declared {
    table: &'static str,
    column: &'static str,
    holds: Holds,
}

/// A field of the register: a column that holds something of a person.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The table, such as `contact_moments`.
    pub table: &'static str,
    /// The column, such as `note`.
    pub column: &'static str,
    /// What sort of thing it is.
    pub category: DataCategory,
    /// Of whom, for what, on which ground and how long.
    pub processing: Processing,
    /// Who may come to see it.
    pub receivers: Vec<DataReceiver>,
    /// What becomes of it when a resident is erased; none where it holds nothing of residents.
    pub when_erased: Option<ErasureEffect>,
}

/// Declares the columns of entities, each exactly once: a column that is left out doesn't compile.
macro_rules! declare {
    ($($entity:ident { $($holds:expr => $($column:ident)+;)+ })+) => {
        /// The columns of this part, as they are declared.
        pub(super) fn declared() -> Vec<super::Declared> {
            use sea_orm::{EntityName, IdenStatic, Iterable};
            let mut all = Vec::new();
            $({
                use nabij_entity::$entity::{Column, Entity};
                all.extend(Column::iter().map(|column| super::Declared {
                    table: Entity.table_name(),
                    column: column.as_str(),
                    holds: match column { $($(Column::$column)|+ => $holds,)+ },
                }));
            })+
            all
        }
    };
}
use declare;

fn declared() -> impl Iterator<Item = Declared> {
    [
        cases::declared(),
        neighbourhood::declared(),
        people::declared(),
        traces::declared(),
    ]
    .into_iter()
    .flatten()
}

/// The columns of a table in which people write what they want.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) table: &'static str,
    pub(super) columns: Vec<&'static str>,
    /// All columns of the table.
    all: Vec<&'static str>,
}

impl Texts {
    /// Whether the table has such a column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.all.contains(&column)
    }
}

/// Every table with free text: anybody may be mentioned there.
pub(super) fn texts() -> Vec<Texts> {
    let mut tables: Vec<Texts> = Vec::new();
    for Declared {
        table,
        column,
        holds,
    } in declared()
    {
        // A table's columns are declared one after the other.
        if tables.last().is_none_or(|last| last.table != table) {
            tables.push(Texts {
                table,
                columns: Vec::new(),
                all: Vec::new(),
            });
        }
        if let Some(of_table) = tables.last_mut() {
            of_table.all.push(column);
            if matches!(holds, Holds::Personal(DataCategory::FreeText, _)) {
                of_table.columns.push(column);
            }
        }
    }
    tables.retain(|texts| !texts.columns.is_empty());
    tables
}

/// Every table that is declared, and whether it holds anything of a person.
pub fn tables() -> impl Iterator<Item = (&'static str, bool)> {
    declared().map(|declared| {
        let personal = matches!(declared.holds, Holds::Personal(..));
        (declared.table, personal)
    })
}

/// The register: every column that holds something of a person, in the order of the declarations.
#[must_use]
pub fn entries(_permit: &Permit) -> Vec<Entry> {
    let viewers = viewers();
    declared()
        .filter_map(
            |Declared {
                 table,
                 column,
                 holds,
             }| match holds {
                Holds::NothingOfAPerson => None,
                Holds::Personal(category, processing) => Some(Entry {
                    table,
                    column,
                    category,
                    processing,
                    receivers: receivers(&viewers, table, column),
                    when_erased: when_erased(table, column, category),
                }),
            },
        )
        .collect()
}

fn when_erased(table: &str, column: &str, category: DataCategory) -> Option<ErasureEffect> {
    let Some(held) = HELD.iter().find(|held| held.table == table) else {
        let is_text = category == DataCategory::FreeText;
        return is_text.then_some(ErasureEffect::MentionsGo);
    };
    let fate = held.columns.iter().find(|known| known.name == column)?.fate;
    Some(match fate {
        _ if held.goes => ErasureEffect::Goes,
        Fate::Null | Fate::Blank | Fate::NoneOf => ErasureEffect::Goes,
        Fate::Codes => ErasureEffect::ReducedToCodes,
        // What leads to somebody who was erased leads to nobody.
        Fate::Stays | Fate::Link => ErasureEffect::Stays,
    })
}

/// A viewer of each sort, in a scope of theirs.
fn viewers() -> Vec<(DataReceiver, Viewer)> {
    use DataReceiver as R;
    let id = Some(Uuid::nil());
    let account = || Account {
        id: Uuid::nil(),
        kind: UserKind::Person,
        display_name: String::new(),
        authz_version: 1,
    };
    let now = chrono::DateTime::UNIX_EPOCH;
    let none = |role| Grant {
        role,
        municipality_id: None,
        neighbourhood_id: None,
        partner_id: None,
        ambassador_id: None,
        valid_from: now,
        valid_until: None,
    };
    let holding = |grant| Viewer::new(account(), &[grant], now);
    let of_a_partner = |role| {
        holding(Grant {
            partner_id: id,
            ..none(role)
        })
    };
    let of_a_place = |role| {
        holding(Grant {
            municipality_id: id,
            ..none(role)
        })
    };
    let volunteer = Grant {
        ambassador_id: id,
        ..none(Role::Ambassador)
    };
    vec![
        (R::Public, Viewer::anonymous()),
        (R::SignedIn, Viewer::new(account(), &[], now)),
        (R::Municipality, of_a_place(Role::Coordinator)),
        (R::Partner, of_a_partner(Role::PartnerStaff)),
        (R::Partner, of_a_partner(Role::PartnerCoordinator)),
        (R::Signaller, of_a_partner(Role::Signaller)),
        (R::Volunteer, holding(volunteer)),
        (R::Auditor, of_a_place(Role::Auditor)),
        (R::Administrator, holding(none(Role::Admin))),
    ]
}

/// Who may come to see a column: those for whom neither the scope of its record nor its guard is
/// closed, and those to whom a resident's dossier tells it. What is in neither, nobody sees.
fn receivers(viewers: &[(DataReceiver, Viewer)], table: &str, column: &str) -> Vec<DataReceiver> {
    let mut found: Vec<DataReceiver> = viewers
        .iter()
        .filter(|(receiver, viewer)| {
            is_shown(viewer, table, column)
                || (READERS_OF_DOSSIERS.contains(receiver) && is_told(table, column))
        })
        .map(|(receiver, _)| *receiver)
        .collect();
    found.dedup();
    found
}

/// Who may ask for a resident's dossier, as [`super::dossier`] says.
const READERS_OF_DOSSIERS: [DataReceiver; 2] = [DataReceiver::Municipality, DataReceiver::Auditor];

/// Whether a resident's dossier tells it.
fn is_told(table: &str, column: &str) -> bool {
    let held = HELD.iter().find(|held| held.table == table);
    let told = held.and_then(|held| held.columns.iter().find(|known| known.name == column));
    let of_reads = table == "access_log" && COLUMNS_OF_READS.contains(&column);
    of_reads || told.is_some_and(|column| column.tells != Tells::Nothing)
}

fn is_shown(viewer: &Viewer, table: &str, column: &str) -> bool {
    let t = Alias::new("t");
    let open = |condition: &Expr| *condition != scope::nothing();
    // Contact details lie apart, behind guards of the resident.
    let (table, guarded_by) = match table {
        "resident_contacts" => ("residents", Some(column)),
        other => (other, None),
    };
    let of_it = |kind: &&Kind| kind.shape().table() == table;
    let Some(kind) = Kind::ALL.iter().find(of_it) else {
        return false;
    };
    let guards = kind.shape().guards(viewer, &t);
    let mut of_column = guards.iter().filter(|guard| match guarded_by {
        Some(name) => guard.name == name,
        None => guard.columns.contains(&column),
    });
    open(&kind.shape().scope(viewer, &t)) && of_column.all(|guard| open(&guard.shown))
}
