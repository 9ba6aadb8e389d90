//! Rows of places, partners, volunteers and roles, written beneath the service: the town as a test
//! finds it. What a test is about, it does through the service.

use chrono::{DateTime, TimeDelta, Utc};
use nabij_api::clock::{self, Clock};
use nabij_entity::{
    SetOf, ambassador, ambassador_neighbourhood, municipality, neighbourhood, partner,
    partner_neighbourhood, referral, role_grant, role_grant::Role, signal, user,
    vocabulary::Country,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait,
    IntoActiveModel, QueryFilter, sea_query::Expr, sea_query::ExprTrait,
};
use uuid::Uuid;

/// Municipalities with their NIS codes and neighbourhoods.
const PLACES: [(&str, &str, &[&str]); 2] = [
    (
        "Beersel",
        "23003",
        &["Alsemberg", "Beersel", "Dworp", "Huizingen", "Lot"],
    ),
    ("Herent", "24038", &["Herent", "Veltem-Beisem", "Winksele"]),
];

/// A role with its scope.
pub(crate) struct Holds {
    pub(crate) role: Role,
    pub(crate) municipality: Option<Uuid>,
    pub(crate) neighbourhood: Option<Uuid>,
    pub(crate) partner: Option<Uuid>,
    pub(crate) ambassador: Option<Uuid>,
}

impl Holds {
    pub(crate) fn the(role: Role) -> Self {
        Self {
            role,
            municipality: None,
            neighbourhood: None,
            partner: None,
            ambassador: None,
        }
    }
}

/// The town's rows and the connection they are written with.
pub(crate) struct Founding {
    pub(crate) db: DatabaseConnection,
    clock: Clock,
    municipalities: Vec<municipality::Model>,
    neighbourhoods: Vec<neighbourhood::Model>,
}

impl Founding {
    /// Over a database that holds nothing.
    pub(crate) fn over(db: DatabaseConnection, clock: Clock) -> Self {
        Self {
            db,
            clock,
            municipalities: Vec::new(),
            neighbourhoods: Vec::new(),
        }
    }

    /// Writes the places.
    pub(crate) async fn lay_out(&mut self) {
        for (name, code, neighbourhoods) in PLACES {
            let municipality = municipality::Model {
                id: self.new_id(),
                name: name.to_owned(),
                country: Country::Be,
                code: code.to_owned(),
                code_scheme: municipality::MunicipalityCodeScheme::Nis5,
                created_at: self.now(),
                updated_at: self.now(),
                version: 1,
            };
            for name in neighbourhoods {
                self.neighbourhoods.push(neighbourhood::Model {
                    id: self.new_id(),
                    municipality_id: municipality.id,
                    parent_id: None,
                    name: (*name).to_owned(),
                    created_at: self.now(),
                    updated_at: self.now(),
                    version: 1,
                });
            }
            self.municipalities.push(municipality);
        }
        insert_all::<municipality::Entity>(&self.db, self.municipalities.clone()).await;
        insert_all::<neighbourhood::Entity>(&self.db, self.neighbourhoods.clone()).await;
    }

    fn new_id(&self) -> Uuid {
        clock::new_id(&self.clock)
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn municipality(&self, name: &str) -> Uuid {
        let found = self.municipalities.iter().find(|known| known.name == name);
        found.unwrap_or_else(|| panic!("no {name} here")).id
    }

    pub(crate) fn neighbourhood(&self, name: &str) -> &neighbourhood::Model {
        let found = self.neighbourhoods.iter().find(|known| known.name == name);
        found.unwrap_or_else(|| panic!("no {name} here"))
    }

    /// The named neighbourhoods; those of Beersel when none is named.
    fn places(&self, names: &[&str]) -> Vec<Uuid> {
        let beersel = self.municipality("Beersel");
        self.neighbourhoods
            .iter()
            .filter(|known| match names {
                [] => known.municipality_id == beersel,
                names => names.contains(&known.name.as_str()),
            })
            .map(|known| known.id)
            .collect()
    }

    pub(crate) async fn partner(
        &self,
        name: &str,
        (kind, secrecy): (partner::PartnerKind, partner::SecrecyRegime),
        neighbourhoods: &[&str],
    ) -> Uuid {
        let id = self.new_id();
        let row = partner::Model {
            id,
            reference: format!("{}-{}", slug(name), id.simple()),
            name: name.to_owned(),
            kind,
            secrecy,
            status: partner::PartnerStatus::Active,
            email: None,
            phone: None,
            pool_name: None,
            website: None,
            created_at: self.now(),
            updated_at: self.now(),
            version: 1,
        };
        insert_all::<partner::Entity>(&self.db, [row]).await;
        let covered = self.places(neighbourhoods).into_iter();
        insert_all::<partner_neighbourhood::Entity>(
            &self.db,
            covered.map(|neighbourhood_id| partner_neighbourhood::Model {
                partner_id: id,
                neighbourhood_id,
            }),
        )
        .await;
        id
    }

    pub(crate) async fn ambassador(&self, name: &str, neighbourhoods: &[&str]) -> Uuid {
        let served = self.places(neighbourhoods);
        let home = self
            .neighbourhoods
            .iter()
            .find(|known| known.id == served[0]);
        let id = self.new_id();
        let row = ambassador::Model {
            id,
            municipality_id: home.expect("it is one of them").municipality_id,
            whole_municipality: neighbourhoods.is_empty(),
            pool_partner_id: None,
            display_name: name.to_owned(),
            roles: SetOf::from_iter([ambassador::VolunteerRole::Listener]),
            status: ambassador::AmbassadorStatus::Active,
            briefed_on: Some(self.clock.today()),
            public_profile: true,
            public_contact: None,
            created_at: self.now(),
            updated_at: self.now(),
            version: 1,
        };
        insert_all::<ambassador::Entity>(&self.db, [row]).await;
        insert_all::<ambassador_neighbourhood::Entity>(
            &self.db,
            served
                .into_iter()
                .map(|neighbourhood_id| ambassador_neighbourhood::Model {
                    ambassador_id: id,
                    neighbourhood_id,
                }),
        )
        .await;
        id
    }

    /// An account, with a role or none; its id and who it is at the issuer.
    pub(crate) async fn user(
        &self,
        issuer: &str,
        name: &str,
        holds: Option<Holds>,
    ) -> (Uuid, String) {
        let id = self.new_id();
        let subject = format!("{}-{}", slug(name), id.simple());
        let row = user::Model {
            id,
            kind: user::UserKind::Person,
            issuer: issuer.to_owned(),
            subject: subject.clone(),
            display_name: name.to_owned(),
            status: user::UserStatus::Active,
            authz_version: 1,
            created_at: self.now(),
            updated_at: self.now(),
            version: 1,
        };
        insert_all::<user::Entity>(&self.db, [row]).await;
        if let Some(holds) = holds {
            self.grant(id, holds).await;
        }
        (id, subject)
    }

    /// Gives an account a role, or one more.
    pub(crate) async fn grant(&self, user_id: Uuid, holds: Holds) {
        let Holds {
            role,
            municipality,
            neighbourhood,
            partner,
            ambassador,
        } = holds;
        let row = role_grant::Model {
            id: self.new_id(),
            user_id,
            role,
            municipality_id: municipality,
            neighbourhood_id: neighbourhood,
            partner_id: partner,
            ambassador_id: ambassador,
            valid_from: self.now(),
            valid_until: None,
            created_at: self.now(),
            updated_at: self.now(),
            version: 1,
        };
        insert_all::<role_grant::Entity>(&self.db, [row]).await;
    }

    /// Makes an account that of a system.
    pub(crate) async fn is_client(&self, user: Uuid) {
        user::Entity::update_many()
            .col_expr(user::Column::Kind, Expr::value(user::UserKind::Client))
            .filter(user::Column::Id.eq(user))
            .exec(&self.db)
            .await
            .expect("the account is updated");
    }

    /// Copies of a signal and its referrals, a second apart three by three, so that some come at
    /// one moment; their ids.
    pub(crate) async fn copy_signal(&self, id: Uuid, times: usize) -> Vec<Uuid> {
        let signal = signal::Entity::find_by_id(id).one(&self.db).await;
        let signal = signal.expect("signals can be read").expect("it is there");
        let referrals = referral::Entity::find()
            .filter(referral::Column::SignalId.eq(id))
            .all(&self.db)
            .await
            .expect("referrals can be read");
        let (mut signals, mut copied) = (Vec::new(), Vec::new());
        for time in 0..times {
            let seconds = i64::try_from(time / 3).expect("not that many") + 1;
            let at = signal.created_at + TimeDelta::seconds(seconds);
            let copy = signal::Model {
                id: self.new_id(),
                external_reference: None,
                due_at: signal.due_at - TimeDelta::seconds(seconds),
                created_at: at,
                ..signal.clone()
            };
            copied.extend(referrals.iter().map(|referral| referral::Model {
                id: self.new_id(),
                signal_id: copy.id,
                created_at: at,
                ..referral.clone()
            }));
            signals.push(copy);
        }
        let ids = signals.iter().map(|signal| signal.id).collect();
        insert_all::<signal::Entity>(&self.db, signals).await;
        if !copied.is_empty() {
            insert_all::<referral::Entity>(&self.db, copied).await;
        }
        ids
    }

    pub(crate) async fn block(&self, user: Uuid) {
        let row = user::ActiveModel {
            id: Set(user),
            status: Set(user::UserStatus::Blocked),
            ..Default::default()
        };
        row.update(&self.db).await.expect("the account is there");
        self.outdate(user).await;
    }

    pub(crate) async fn end_roles(&self, user: Uuid, at: DateTime<Utc>) {
        role_grant::Entity::update_many()
            .col_expr(role_grant::Column::ValidUntil, Expr::value(Some(at)))
            .filter(role_grant::Column::UserId.eq(user))
            .exec(&self.db)
            .await
            .expect("roles can be ended");
        self.outdate(user).await;
    }

    async fn outdate(&self, user: Uuid) {
        user::Entity::update_many()
            .col_expr(
                user::Column::AuthzVersion,
                Expr::col(user::Column::AuthzVersion).add(1),
            )
            .filter(user::Column::Id.eq(user))
            .exec(&self.db)
            .await
            .expect("the account can be outdated");
    }
}

async fn insert_all<E>(db: &DatabaseConnection, rows: impl IntoIterator<Item = E::Model>)
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let rows: Vec<E::ActiveModel> = rows
        .into_iter()
        .map(IntoActiveModel::into_active_model)
        .collect();
    E::insert_many(rows)
        .exec_without_returning(db)
        .await
        .expect("the town's rows fit the tables");
}

fn slug(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}
