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
            inner("resident_id"),
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
            when("due_at"),
            fact("outcome"),
            said("outcome_note"),
            fact("dismiss_reason"),
            inner("duplicate_of_id"),
            when("closed_at"),
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
            inner("resident_id"),
            organisation("from_partner_id"),
            organisation("to_partner_id"),
            inner("service_id"),
            inner("activity_id"),
            inner("replaces_id"),
            fact("status"),
            fact("held_from"),
            fact("basis"),
            said("basis_justification"),
            inner("consent_id"),
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
            inner("resident_id"),
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
];

impl Held {
    /// The rows of this table that are tied to a person, by its own name.
    pub(super) fn of(&self, person: Uuid) -> Expr {
        scope::any(self.ties.iter().map(|tie| tie.holds(self.table, person)))
    }

    /// The ids of those rows.
    fn ids_of(&self, person: Uuid) -> SelectStatement {
        Query::select()
            .column((Alias::new(self.table), Alias::new("id")))
            .from(self.table)
            .and_where(self.of(person))
            .to_owned()
    }
}

impl Tie {
    fn holds(&self, table: &'static str, person: Uuid) -> Expr {
        let column = |name: &'static str| Expr::col((Alias::new(table), Alias::new(name)));
        let known = |name: &str| HELD.iter().find(|held| held.table == name);
        match self {
            Self::Person(name) => column(name).eq(person),
            Self::Row(name, other) => match known(other) {
                Some(other) => column(name).in_subquery(other.ids_of(person)),
                None => scope::nothing(),
            },
            Self::AnyRecord(name) => scope::any(
                HELD.iter()
                    .filter(|held| held.prefix.is_some_and(|prefix| prefix != "event"))
                    .map(|held| column(name).in_subquery(held.ids_of(person))),
            ),
        }
    }
}
