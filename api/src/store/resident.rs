//! Residents. What is seen of a person depends on why: the place's coordinator sees the record; whoever
//! recorded it sees what they told while a signal of theirs about it is open; the partner that handles
//! an open signal and the target of an open referral see the fields that were disclosed to them, and no
//! others; so does the one volunteer who is selected to help with the referral.

use chrono::TimeDelta;
use nabij_entity::{
    access_log::AccessedField,
    resident,
    resident_contact::{self, PreferredChannel},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, JoinType, Query},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx, call_out, cohort,
    place::newest,
    record::{Edge, Guard, How, Question, Seen},
    referral, scope, signal,
};
use crate::policy::{Permit, Viewer};

/// How long whoever recorded somebody sees them before they report a signal about them: a day, to
/// finish what they began.
const TO_REPORT: TimeDelta = TimeDelta::days(1);

/// The viewer recorded them, in a role in which they still work, and is about to report a signal about
/// them or did so and it is open. Then the purpose has ended, and what the coordinator adds or corrects
/// later isn't theirs to follow (GDPR article 5(1)(b) and (c)).
fn recorded(viewer: &Viewer, t: &Alias) -> Expr {
    let signals = Alias::new("signals");
    let own = reported(viewer, &signals);
    let open = scope::all([own.clone(), signal::is_open(&signals)]);
    let since = viewer.now().checked_sub_signed(TO_REPORT);
    let just_now = scope::all([
        scope::col(t, "created_at").gt(since.unwrap_or(viewer.now())),
        scope::linked(t, "signals", "resident_id", own).not(),
    ]);
    let volunteer = active(viewer, t, "recorded_by_ambassador_id");
    let staff = scope::wrote(viewer, t, ["recorded_by_user_id", "recorded_by_partner_id"]);
    scope::all([
        scope::any([volunteer, staff]),
        scope::any([scope::linked(t, "signals", "resident_id", open), just_now]),
    ])
}

/// The viewer reported the signal themselves, in a role in which they still work.
fn reported(viewer: &Viewer, signals: &Alias) -> Expr {
    scope::any([
        scope::among(signals, "reporter_ambassador_id", viewer.ambassadors()),
        scope::wrote(viewer, signals, ["reporter_user_id", "reporter_partner_id"]),
    ])
}

/// This column holds a volunteer who is the viewer and is active: who takes a break hears no more.
fn active(viewer: &Viewer, t: &Alias, column: &'static str) -> Expr {
    let a = Alias::new("ambassadors");
    let own = scope::among(&a, "id", viewer.ambassadors());
    if own == scope::nothing() {
        return own;
    }
    let is_it = scope::col(&a, "id").equals((t.clone(), column));
    let is_active = scope::col(&a, "status").eq("ACTIVE");
    scope::exists("ambassadors", scope::all([own, is_it, is_active]))
}

/// The viewer works for the partner that handles an open signal about them.
fn handles(viewer: &Viewer, t: &Alias) -> Expr {
    let signals = Alias::new("signals");
    let handled = signal::handles(viewer, &signals);
    scope::linked(t, "signals", "resident_id", handled)
}

fn disclosed(viewer: &Viewer, t: &Alias, field: &'static str) -> Expr {
    let (signals, referrals) = (Alias::new("signals"), Alias::new("referrals"));
    let by_handling = signal::discloses(viewer, &signals, field);
    let by_referral = referral::discloses(viewer, &referrals, field);
    scope::any([
        scope::linked(t, "signals", "resident_id", by_handling),
        scope::linked(t, "referrals", "resident_id", by_referral),
        call_out::volunteer_serves(viewer, t, Some(field)),
    ])
}

impl Record for resident::Entity {
    const KIND: Kind = Kind::Resident;
    type Row = Seen<resident::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let referrals = Alias::new("referrals");
        scope::any([
            scope::coordinated(viewer, t),
            recorded(viewer, t),
            handles(viewer, t),
            scope::linked(
                t,
                "referrals",
                "resident_id",
                referral::serves(viewer, &referrals),
            ),
            call_out::volunteer_serves(viewer, t, None),
        ])
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let coordinated = scope::coordinated(viewer, t);
        let known = scope::any([coordinated.clone(), recorded(viewer, t)]);
        let told = |field| scope::any([known.clone(), disclosed(viewer, t, field)]);
        let passed_on = |field| scope::any([coordinated.clone(), disclosed(viewer, t, field)]);
        vec![
            Guard::nulling("name", &["given_name", "family_name"], told("NAME")),
            Guard::nulling("birth_year", &["birth_year"], told("BIRTH_YEAR")),
            Guard::emptying("languages", &["languages"], told("LANGUAGES")),
            Guard::nulling("notes", &["notes"], passed_on("NOTES")),
            Guard::emptying("target_groups", &["target_groups"], known.clone()),
            // Who has them in their care, by whatever they are shown: for the access log.
            Guard::flag("care", scope::any([known.clone(), handles(viewer, t)])),
            Guard::flag("phone", passed_on("PHONE")),
            Guard::flag("email", passed_on("EMAIL")),
            Guard::flag("address", passed_on("ADDRESS")),
        ]
    }

    fn questions() -> &'static [Question] {
        &[cohort::OF_THEMSELVES]
    }

    fn edges() -> &'static [Edge] {
        const EDGES: &[Edge] = &[
            Edge {
                name: "municipality",
                to: Kind::Municipality,
                how: How::One("municipality_id"),
            },
            Edge {
                name: "neighbourhood",
                to: Kind::Neighbourhood,
                how: How::One("neighbourhood_id"),
            },
            Edge {
                name: "signals",
                to: Kind::Signal,
                how: How::Many("resident_id", newest),
            },
            Edge {
                name: "consents",
                to: Kind::Consent,
                how: How::Many("resident_id", newest),
            },
            Edge {
                name: "history",
                to: Kind::Event,
                how: How::Many("subject_id", super::event::in_order),
            },
        ];
        EDGES
    }

    fn decode(row: &QueryResult, prefix: &str) -> Result<Self::Row, DbErr> {
        const SHOWN: [&str; 9] = [
            "care",
            "name",
            "birth_year",
            "languages",
            "notes",
            "target_groups",
            "phone",
            "email",
            "address",
        ];
        Seen::read(row, prefix, &SHOWN)
    }
}

/// Contact details as far as they are shown to one viewer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownContact {
    /// Phone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Street, number and town.
    pub address: Option<String>,
    /// How they want to be reached; shown with any of the others.
    pub preferred_channel: Option<PreferredChannel>,
}

/// What a resident could be known by, as far as it is shown to one viewer.
#[derive(Clone, Debug, Default, FromQueryResult)]
pub struct ShownDetails {
    /// Given name.
    pub given_name: Option<String>,
    /// Family name.
    pub family_name: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Phone number.
    pub phone: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Street, number and town.
    pub address: Option<String>,
}

impl ShownContact {
    /// The resident's guards that cover contact details.
    pub(super) const GUARDS: [&'static str; 3] = ["phone", "email", "address"];

    /// Those of the details whose guard `shows`.
    pub(super) fn of(details: resident_contact::Model, shows: impl Fn(&str) -> bool) -> Self {
        let any = Self::GUARDS.iter().any(|guard| shows(guard));
        Self {
            phone: details.phone.filter(|_| shows("phone")),
            email: details.email.filter(|_| shows("email")),
            address: details.address.filter(|_| shows("address")),
            preferred_channel: details.preferred_channel.filter(|_| any),
        }
    }

    /// The fields that hold something, for the access log.
    pub(super) fn fields(&self) -> Vec<AccessedField> {
        [
            (AccessedField::Phone, self.phone.is_some()),
            (AccessedField::Email, self.email.is_some()),
            (AccessedField::Address, self.address.is_some()),
            (
                AccessedField::PreferredChannel,
                self.preferred_channel.is_some(),
            ),
        ]
        .into_iter()
        .filter_map(|(field, shown)| shown.then_some(field))
        .collect()
    }
}

impl Tx {
    /// What a resident could be known by, as far as the viewer is shown it: for texts that they write
    /// and others read. It isn't answered, so it leaves no trace.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn details_as_shown(&self, id: Uuid) -> Result<ShownDetails, Failure> {
        let (r, c) = (Alias::new("r"), Alias::new("c"));
        let shape = Kind::Resident.shape();
        let guards = shape.guards(self.viewer(), &r);
        let mut select = Query::select();
        for column in ["given_name", "family_name", "birth_year"] {
            select.expr_as(shape.column(column, self.viewer(), &r), column);
        }
        for column in ShownContact::GUARDS {
            let guard = guards.iter().find(|guard| guard.name == column);
            let guard = guard.ok_or(Failure::Bug("a contact detail without a guard"))?;
            select.expr_as(guard.apply(scope::col(&c, column)), column);
        }
        select
            .from_as("residents", r.clone())
            .join_as(
                JoinType::LeftJoin,
                "resident_contacts",
                c.clone(),
                scope::col(&c, "resident_id").equals((r.clone(), "id")),
            )
            .and_where(scope::col(&r, "id").eq(id));
        let row = self
            .connection()
            .query_one(&select)
            .await?
            .ok_or(Failure::Bug("a record without its resident"))?;
        Ok(ShownDetails::from_query_result(&row, "")?)
    }

    /// Changes what is given of a resident's contact details, without reading them. Part of an
    /// update of the resident, whose event it shares.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn change_contact_details(
        &self,
        permit: &Permit,
        resident: Uuid,
        mut change: resident_contact::ActiveModel,
    ) -> Result<(), Failure> {
        change.updated_at = Set(self.now());
        let changed = resident_contact::Entity::update_many()
            .set(change.clone())
            .filter(resident_contact::Column::ResidentId.eq(resident))
            .exec(&self.connection())
            .await?;
        if changed.rows_affected == 1 {
            return Ok(());
        }
        let first = resident_contact::Model {
            resident_id: resident,
            phone: change.phone.take().flatten(),
            email: change.email.take().flatten(),
            address: change.address.take().flatten(),
            preferred_channel: change.preferred_channel.take().flatten(),
            updated_at: self.now(),
        };
        self.insert_part::<resident_contact::Entity>(permit, first)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn details() -> resident_contact::Model {
        resident_contact::Model {
            resident_id: Uuid::nil(),
            phone: Some("+32470123456".to_owned()),
            email: Some("rosa@example.org".to_owned()),
            address: Some("Alsembergsteenweg 1046, 1652 Alsemberg".to_owned()),
            preferred_channel: Some(PreferredChannel::Visit),
            updated_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn exactly_what_is_shown_is_logged() {
        // Every combination of the three guards.
        for shown in 0..8_u8 {
            let shows = |guard: &str| {
                ShownContact::GUARDS
                    .iter()
                    .position(|known| *known == guard)
                    .is_some_and(|bit| shown & (1 << bit) != 0)
            };
            let contact = ShownContact::of(details(), shows);
            assert_eq!(contact.phone.is_some(), shows("phone"));
            assert_eq!(contact.email.is_some(), shows("email"));
            assert_eq!(contact.address.is_some(), shows("address"));
            assert_eq!(contact.preferred_channel.is_some(), shown != 0);
            let fields = contact.fields();
            assert_eq!(fields.contains(&AccessedField::Phone), shows("phone"));
            assert_eq!(fields.contains(&AccessedField::Email), shows("email"));
            assert_eq!(fields.contains(&AccessedField::Address), shows("address"));
            assert_eq!(fields.is_empty(), shown == 0);
        }
    }

    #[test]
    fn what_is_not_on_record_is_not_logged() {
        use AccessedField as F;
        let mut details = details();
        details.email = None;
        let fields = ShownContact::of(details, |_| true).fields();
        assert_eq!(fields, [F::Phone, F::Address, F::PreferredChannel]);
    }
}
