//! What is held of a resident, table by table: how a row is tied to a person, what of it is told in
//! the person's dossier (GDPR article 15), and what of it goes when the person is erased (article 17).
//!
//! **One more table or column:** a line below. `tests/it/privacy/held.rs` compares this with the
//! database and refuses a table or a column that isn't here.

use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use uuid::Uuid;

use super::scope;

/// A table with what it holds of residents.
pub struct Held {
    /// The table.
    pub table: &'static str,
    /// The prefix of its records' ids; none for rows that have no id of their own.
    pub prefix: Option<&'static str>,
    /// How a row is tied to a person; any of them counts.
    ties: &'static [Tie],
    /// Its columns.
    pub columns: &'static [Column],
    /// Whether its rows go altogether when the person is erased.
    pub goes: bool,
}

/// How a row is tied to a person.
enum Tie {
    /// This column holds the person's id.
    Person(&'static str),
    /// This column holds the id of a row of that table, which is tied to the person.
    Row(&'static str, &'static str),
    /// This column holds the id of any record that is tied to the person.
    AnyRecord(&'static str),
}

/// A column of a table that holds something of residents.
#[derive(Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// How it is told in the dossier.
    pub tells: Tells,
    /// What becomes of it when the person is erased.
    pub fate: Fate,
}

/// How a column is told in the dossier.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tells {
    /// It isn't: it says nothing of the person, or is somebody else's name.
    Nothing,
    /// As it is.
    Text,
    /// A moment.
    Time,
    /// The name of the organisation whose id it holds.
    Organisation,
}

/// What becomes of a column when the person is erased.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It stays: a code, a time or an id, without the person.
    Stays,
    /// It becomes null.
    Null,
    /// It becomes an empty text.
    Blank,
    /// It becomes an empty set.
    NoneOf,
    /// Only codes of its document stay.
    Codes,
    /// It stays: it leads to nobody any more. When a case is removed whose person stays, it becomes
    /// null.
    Link,
}

const fn column(name: &'static str, tells: Tells, fate: Fate) -> Column {
    Column { name, tells, fate }
}

/// Free text, or a particular of the person: told, and gone.
const fn said(name: &'static str) -> Column {
    column(name, Tells::Text, Fate::Null)
}

/// A code or a number that says how the case went: told, and stays.
const fn fact(name: &'static str) -> Column {
    column(name, Tells::Text, Fate::Stays)
}

/// What leads from a case to a person who may stay when the case goes.
const fn link(name: &'static str) -> Column {
    column(name, Tells::Nothing, Fate::Link)
}

const fn when(name: &'static str) -> Column {
    column(name, Tells::Time, Fate::Stays)
}

const fn organisation(name: &'static str) -> Column {
    column(name, Tells::Organisation, Fate::Stays)
}

/// An id, somebody else, or the table's own housekeeping.
const fn inner(name: &'static str) -> Column {
    column(name, Tells::Nothing, Fate::Stays)
}

/// Every table that holds something of residents. Those that others are tied to come first.
pub const HELD: &[Held] = &[
    Held {
        table: "residents",
        prefix: Some("resident"),
        ties: &[Tie::Person("id")],
        columns: &[
            inner("id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            said("given_name"),
            said("family_name"),
            said("birth_year"),
            column("target_groups", Tells::Text, Fate::NoneOf),
            column("languages", Tells::Text, Fate::NoneOf),
            said("notes"),
            inner("recorded_by_user_id"),
            inner("recorded_by_ambassador_id"),
            organisation("recorded_by_partner_id"),
            when("erased_at"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "resident_contacts",
        prefix: None,
        ties: &[Tie::Person("resident_id")],
        columns: &[
            inner("resident_id"),
            said("phone"),
            said("email"),
            said("address"),
            said("preferred_channel"),
            when("updated_at"),
        ],
        goes: true,
    },
    Held {
        table: "consents",
        prefix: Some("consent"),
        ties: &[Tie::Person("resident_id")],
        columns: &[
            inner("id"),
            inner("resident_id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            fact("kind"),
            organisation("partner_id"),
            fact("method"),
            inner("recorded_by_user_id"),
            when("given_at"),
            when("withdrawn_at"),
            inner("withdrawn_by_user_id"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "signals",
        prefix: Some("signal"),
        ties: &[Tie::Person("resident_id")],
        columns: &[
            inner("id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            link("resident_id"),
            fact("kind"),
            fact("category"),
            fact("chore_kind"),
            fact("urgency"),
            column("title", Tells::Text, Fate::Blank),
            said("text"),
            fact("status"),
            inner("reporter_user_id"),
            inner("reporter_ambassador_id"),
            organisation("reporter_partner_id"),
            fact("source"),
            fact("inflow_channel"),
            said("external_reference"),
            organisation("handler_partner_id"),
            fact("handler_basis"),
            said("handler_basis_justification"),
            link("handler_consent_id"),
            fact("handler_disclosed_fields"),
            when("due_at"),
            fact("outcome"),
            said("outcome_note"),
            fact("dismiss_reason"),
            inner("duplicate_of_id"),
            when("closed_at"),
            when("content_removed_at"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "referrals",
        prefix: Some("referral"),
        ties: &[Tie::Person("resident_id"), Tie::Row("signal_id", "signals")],
        columns: &[
            inner("id"),
            inner("signal_id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            link("resident_id"),
            organisation("from_partner_id"),
            organisation("to_partner_id"),
            inner("service_id"),
            inner("activity_id"),
            inner("replaces_id"),
            fact("status"),
            fact("held_from"),
            fact("basis"),
            said("basis_justification"),
            link("consent_id"),
            fact("disclosed_fields"),
            said("reason"),
            fact("reject_reason"),
            said("status_note"),
            fact("cancel_cause"),
            fact("outcome"),
            said("outcome_note"),
            inner("requested_by_user_id"),
            when("accepted_at"),
            when("closed_at"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "contact_moments",
        prefix: Some("contact"),
        ties: &[
            Tie::Row("signal_id", "signals"),
            Tie::Row("referral_id", "referrals"),
        ],
        columns: &[
            inner("id"),
            inner("signal_id"),
            inner("referral_id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            fact("kind"),
            when("at"),
            fact("outcome"),
            said("note"),
            fact("secrecy"),
            inner("author_user_id"),
            inner("author_ambassador_id"),
            organisation("author_partner_id"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "feedback",
        prefix: Some("feedback"),
        ties: &[
            Tie::Row("signal_id", "signals"),
            Tie::Row("referral_id", "referrals"),
        ],
        columns: &[
            inner("id"),
            inner("referral_id"),
            inner("signal_id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            fact("giver"),
            fact("score"),
            said("text"),
            inner("author_user_id"),
            organisation("author_partner_id"),
            inner("author_ambassador_id"),
            inner("call_out_id"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "call_outs",
        prefix: Some("callout"),
        ties: &[
            Tie::Person("resident_id"),
            Tie::Row("signal_id", "signals"),
            Tie::Row("referral_id", "referrals"),
        ],
        columns: &[
            inner("id"),
            inner("referral_id"),
            inner("signal_id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            organisation("partner_id"),
            link("resident_id"),
            fact("category"),
            fact("chore_kind"),
            column("title", Tells::Text, Fate::Blank),
            column("text", Tells::Text, Fate::Blank),
            said("details"),
            when("starts_at"),
            when("ends_at"),
            when("deadline"),
            fact("status"),
            inner("selected_offer_id"),
            inner("selected_ambassador_id"),
            fact("end_cause"),
            said("status_note"),
            inner("opened_by_user_id"),
            when("closed_at"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "offers",
        prefix: Some("offer"),
        ties: &[Tie::Row("call_out_id", "call_outs")],
        columns: &[
            inner("id"),
            inner("call_out_id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            organisation("partner_id"),
            inner("ambassador_id"),
            fact("status"),
            said("note"),
            when("selected_at"),
            said("status_note"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "legal_holds",
        prefix: Some("hold"),
        ties: &[Tie::Person("resident_id"), Tie::Row("signal_id", "signals")],
        columns: &[
            inner("id"),
            inner("municipality_id"),
            inner("neighbourhood_id"),
            inner("signal_id"),
            inner("resident_id"),
            column("reason", Tells::Text, Fate::Blank),
            when("ends_at"),
            inner("placed_by_user_id"),
            when("lifted_at"),
            inner("lifted_by_user_id"),
            said("lift_reason"),
            when("created_at"),
            when("updated_at"),
            inner("version"),
        ],
        goes: false,
    },
    Held {
        table: "events",
        prefix: Some("event"),
        ties: &[Tie::AnyRecord("subject_id")],
        columns: &[
            inner("id"),
            fact("subject_kind"),
            inner("subject_id"),
            fact("kind"),
            inner("actor_user_id"),
            fact("actor_role"),
            organisation("actor_partner_id"),
            inner("request_id"),
            when("at"),
            column("data", Tells::Text, Fate::Codes),
        ],
        goes: false,
    },
    // A digest of what was sent: whoever guesses a name could check the guess with it.
    Held {
        table: "idempotency_keys",
        prefix: None,
        ties: &[Tie::AnyRecord("record_id")],
        columns: &[
            inner("user_id"),
            inner("key"),
            inner("mutation"),
            inner("input_hash"),
            inner("record_id"),
            inner("created_at"),
        ],
        goes: true,
    },
    // Told apart, as the reads of the dossier; it stays, because whoever keeps data must be able to
    // show who read them (article 5(2)), and holds no content.
    Held {
        table: "access_log",
        prefix: None,
        ties: &[Tie::Person("resident_id")],
        columns: &[
            inner("id"),
            inner("user_id"),
            inner("partner_id"),
            inner("resident_id"),
            inner("municipality_id"),
            inner("fields"),
            inner("purpose"),
            inner("at"),
            inner("request_id"),
        ],
        goes: false,
    },
    Held {
        table: "erasures",
        prefix: None,
        ties: &[Tie::Person("resident_id")],
        columns: &[
            inner("resident_id"),
            inner("municipality_id"),
            inner("user_id"),
            inner("erased_at"),
            inner("request_id"),
        ],
        goes: false,
    },
];

/// Tables that hold nothing of residents, and what they hold.
pub const ELSEWHERE: &[(&str, &str)] = &[
    ("municipalities", "places"),
    ("neighbourhoods", "places"),
    ("area_codes", "places"),
    ("partners", "organisations"),
    ("partner_identifiers", "organisations"),
    ("partner_neighbourhoods", "organisations"),
    ("services", "what organisations offer"),
    ("service_neighbourhoods", "what organisations offer"),
    ("users", "people who work with the service"),
    ("role_grants", "people who work with the service"),
    ("ambassadors", "volunteers, who chose to be known"),
    ("ambassador_neighbourhoods", "volunteers"),
    ("initiatives", "programmes"),
    ("initiative_neighbourhoods", "programmes"),
    ("initiative_partners", "programmes"),
    ("evaluations", "programmes"),
    (
        "initiative_advisors",
        "programmes: partners and volunteers who advise",
    ),
    ("plans", "plans of neighbourhoods, which name nobody"),
    ("plan_lineage", "plans"),
    ("plan_sessions", "plans: sessions, counted"),
    ("findings", "plans: findings, which name nobody"),
    ("plan_actions", "plans: actions"),
    (
        "commitments",
        "plans: what organisations and groups promise",
    ),
    ("endorsements", "plans: who stands behind them"),
    ("funding_lines", "who pays for programmes and plans"),
    ("activity_series", "activities for everybody"),
    ("activities", "activities for everybody"),
    ("activity_organisers", "activities: who organises"),
    ("activity_volunteers", "activities: volunteers who organise"),
    ("occurrences", "activities: when they take place"),
    ("attendances", "activities: how many came, by group"),
    ("bookables", "rooms and things"),
    (
        "bookings",
        "rooms and things: who of the organisers has them when",
    ),
    ("activity_bookables", "rooms and things"),
    ("teams", "people who work with the service"),
    ("team_neighbourhoods", "places"),
    (
        "team_members",
        "people who work with the service, and volunteers",
    ),
    ("trainings", "volunteers"),
    ("training_ambassadors", "volunteers"),
    ("training_members", "people who work with the service"),
    ("deployments", "volunteers"),
    ("retention_rules", "how long municipalities keep cases"),
    ("retention_runs", "how much was removed, in numbers"),
];

/// Whose rows are meant.
#[derive(Clone)]
pub(super) enum Whose {
    /// Those of these people.
    People(Vec<Uuid>),
    /// Those of these cases: signals, with what belongs to them, and nothing else of their people.
    Cases(Vec<Uuid>),
    /// Those of the cases whose ids this selects.
    CasesIn(Box<SelectStatement>),
}

impl Whose {
    pub(super) fn person(id: Uuid) -> Self {
        Self::People(vec![id])
    }

    /// The row's column holds the id of one of the people.
    fn are_people(&self, column: Expr) -> Expr {
        match self {
            Self::People(ids) => column.is_in(ids.iter().copied()),
            Self::Cases(_) | Self::CasesIn(_) => scope::nothing(),
        }
    }

    /// The signal's id is that of one of the cases.
    fn are_cases(&self, id: Expr) -> Expr {
        match self {
            Self::People(_) => scope::nothing(),
            Self::Cases(ids) => id.is_in(ids.iter().copied()),
            Self::CasesIn(select) => id.in_subquery(SelectStatement::clone(select)),
        }
    }
}

impl Held {
    /// The rows of this table that are theirs, by its own name.
    pub(super) fn of(&self, whose: &Whose) -> Expr {
        let ties = self.ties.iter().map(|tie| tie.holds(self.table, whose));
        if self.table != "signals" {
            return scope::any(ties);
        }
        let id = Expr::col((Alias::new(self.table), Alias::new("id")));
        scope::any(ties.chain([whose.are_cases(id)]))
    }

    /// The ids of those rows.
    pub(super) fn ids_of(&self, whose: &Whose) -> SelectStatement {
        Query::select()
            .column((Alias::new(self.table), Alias::new("id")))
            .from(self.table)
            .and_where(self.of(whose))
            .to_owned()
    }

    /// The id of the signal that a row of this table belongs to, by its own name; none where it
    /// belongs to no case, or isn't a record of its own.
    pub(super) fn case(&self) -> Option<Expr> {
        self.prefix?;
        let column = |name: &'static str| Expr::col((Alias::new(self.table), Alias::new(name)));
        if self.table == "signals" {
            return Some(column("id"));
        }
        self.ties.iter().find_map(|tie| match tie {
            Tie::Row(name, "signals") => Some(column(name)),
            Tie::Row(name, other) => {
                let held = HELD.iter().find(|held| held.table == *other)?;
                let mut select = Query::select();
                select.expr(held.case()?).from(held.table).and_where(
                    Expr::col((Alias::new(held.table), Alias::new("id"))).eq(column(name)),
                );
                Some(select.into())
            }
            Tie::Person(_) | Tie::AnyRecord(_) => None,
        })
    }
}

impl Tie {
    fn holds(&self, table: &'static str, whose: &Whose) -> Expr {
        let column = |name: &'static str| Expr::col((Alias::new(table), Alias::new(name)));
        let known = |name: &str| HELD.iter().find(|held| held.table == name);
        match self {
            Self::Person(name) => whose.are_people(column(name)),
            Self::Row(name, other) => match known(other) {
                Some(other) => column(name).in_subquery(other.ids_of(whose)),
                None => scope::nothing(),
            },
            Self::AnyRecord(name) => scope::any(
                HELD.iter()
                    .filter(|held| held.prefix.is_some_and(|prefix| prefix != "event"))
                    .map(|held| column(name).in_subquery(held.ids_of(whose))),
            ),
        }
    }
}
