//! Residents. What is seen of a person depends on why: the place's coordinator and the partner
//! that handles a signal about them see the record; whoever recorded it sees what they told; the
//! target of an open referral sees the fields that the referral discloses, and no others.

use nabij_entity::{resident, resident_contact};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryResult,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Failure, Kind, Record, Tx,
    place::newest,
    record::{Edge, Guard, How, Seen},
    referral, scope,
};
use crate::policy::{Permit, Viewer};

fn cared_for(viewer: &Viewer, t: &Alias) -> Expr {
    let handler = scope::among(
        &Alias::new("signals"),
        "handler_partner_id",
        viewer.staffed_partners(),
    );
    let open = Expr::col(("signals", "status")).is_in(["SUBMITTED", "TRIAGED", "IN_PROGRESS"]);
    scope::any([
        scope::coordinated(viewer, t),
        scope::linked(t, "signals", "resident_id", scope::all([handler, open])),
    ])
}

/// The viewer recorded them, in a role that they still hold.
fn recorded(viewer: &Viewer, t: &Alias) -> Expr {
    scope::any([
        scope::among(t, "recorded_by_ambassador_id", viewer.ambassadors()),
        scope::wrote(viewer, t, ["recorded_by_user_id", "recorded_by_partner_id"]),
    ])
}

fn disclosed(viewer: &Viewer, t: &Alias, field: &'static str) -> Expr {
    let referrals = Alias::new("referrals");
    scope::linked(
        t,
        "referrals",
        "resident_id",
        referral::discloses(viewer, &referrals, field),
    )
}

impl Record for resident::Entity {
    const KIND: Kind = Kind::Resident;
    type Row = Seen<resident::Model>;

    fn scope(viewer: &Viewer, t: &Alias) -> Expr {
        let referrals = Alias::new("referrals");
        scope::any([
            cared_for(viewer, t),
            recorded(viewer, t),
            scope::linked(
                t,
                "referrals",
                "resident_id",
                referral::serves(viewer, &referrals),
            ),
        ])
    }

    fn guards(viewer: &Viewer, t: &Alias) -> Vec<Guard> {
        let told = |field| {
            scope::any([
                cared_for(viewer, t),
                recorded(viewer, t),
                disclosed(viewer, t, field),
            ])
        };
        let cared_or = |field| scope::any([cared_for(viewer, t), disclosed(viewer, t, field)]);
        vec![
            Guard::nulling("name", &["given_name", "family_name"], told("NAME")),
            Guard::nulling("birth_year", &["birth_year"], told("BIRTH_YEAR")),
            Guard::emptying("languages", &["languages"], told("LANGUAGES")),
            Guard::nulling("notes", &["notes"], cared_or("NOTES")),
            Guard::emptying(
                "target_groups",
                &["target_groups"],
                scope::any([cared_for(viewer, t), recorded(viewer, t)]),
            ),
            Guard::flag("phone", cared_or("PHONE")),
            Guard::flag("email", cared_or("EMAIL")),
            Guard::flag("address", cared_or("ADDRESS")),
        ]
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
        const SHOWN: [&str; 8] = [
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

impl Tx {
    /// The contact details of a resident. Whatever of them is shown must be in the access log
    /// before the transaction is committed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn contact_details(
        &self,
        resident: Uuid,
    ) -> Result<Option<resident_contact::Model>, Failure> {
        Ok(resident_contact::Entity::find_by_id(resident)
            .one(&self.connection())
            .await?)
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

    /// Adds an entry to the access log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_access(&self, entry: nabij_entity::access_log::Model) -> Result<(), Failure> {
        entry.into_active_model().insert(&self.connection()).await?;
        Ok(())
    }
}
