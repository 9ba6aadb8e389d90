//! The service over a database of its own, and the people who arrive in it.

use std::{panic, sync::Arc, time::Duration};

use axum::Router;
use chrono::{DateTime, Utc};
use nabij_api::{
    app::App,
    auth::{Issuers, SigningKey, TokenFor},
    clock::{Clock, HeldClock},
    config::EdgeSettings,
    http::edge::Edge,
    ids::type_id,
    store::{Db, Kind, Patience},
    telemetry::{self, LogFormat},
};
use nabij_entity::{
    partner::{PartnerKind, SecrecyRegime},
    role_grant::Role,
};
use sea_orm::DatabaseConnection;
use uuid::Uuid;

use crate::{
    Database, Door, Folder, Person, Record, Wire,
    founding::{Founding, Holds},
};

/// The issuer of the tests' tokens.
pub(crate) const ISSUER: &str = "https://issuer.test";
/// The audience of the tests' tokens: the service.
pub(crate) const AUDIENCE: &str = "https://nabij.test";
/// The list of erased residents.
const ERASED: &str = "erased-residents.txt";
/// How many connections a service may have to PostgreSQL.
pub const CONNECTIONS: u32 = 8;
/// How long a token is good.
const LIFETIME: Duration = Duration::from_mins(15);

/// What people need to get at the service.
pub(crate) struct Gatehouse {
    pub(crate) router: Router,
    clock: Clock,
    key: SigningKey,
}

impl Gatehouse {
    /// A token for `subject` that is good from now on.
    pub(crate) fn token(&self, subject: &str) -> String {
        self.token_from(ISSUER, subject)
    }

    fn token_from(&self, issuer: &str, subject: &str) -> String {
        let token = TokenFor {
            issuer,
            subject,
            audience: AUDIENCE,
            lifetime: LIFETIME,
        };
        self.key
            .mint(token, &self.clock)
            .expect("a generated key signs")
    }
}

/// A town with the service: Beersel and its five neighbourhoods, with Herent next to it. Gone with
/// its database when it goes out of scope.
pub struct Town {
    app: App,
    pub(crate) gatehouse: Arc<Gatehouse>,
    db: Db,
    clock: Clock,
    held: HeldClock,
    founding: Founding,
    beside: Folder,
    // Last: what uses it goes first.
    database: Database,
}

impl Town {
    /// A fresh town on Monday 2 March 2026, nine o'clock UTC.
    ///
    /// With `NABIJ_TEST_LOG` set to a filter such as `debug`, the service's log is shown.
    pub async fn start() -> Self {
        let mut town = Self::empty().await;
        town.founding.lay_out().await;
        town
    }

    /// The same behind an edge by these settings; other towns' edges count nothing.
    pub async fn behind(edge: &EdgeSettings) -> Self {
        let edge = |clock: &Clock| Edge::from_settings(edge, clock).expect("its files are there");
        let mut town = Self::with(edge).await;
        town.founding.lay_out().await;
        town
    }

    /// The same as at the start, whose service waits for its database as long as `patience` says, and
    /// for whole requests this many seconds.
    pub async fn impatient(patience: Patience, deadline_seconds: u64) -> Self {
        let database = Database::fresh().await;
        let url = database.url.clone();
        Self::waiting(database, &url, patience, deadline_seconds).await
    }

    /// The same behind a door before its database; none on SQLite, where nothing is between them.
    pub async fn behind_a_door(patience: Patience, wire: Wire) -> Option<(Self, Door)> {
        let database = Database::fresh().await;
        if !database.is_postgres() {
            return None;
        }
        let door = Door::before(&database.url, wire);
        let deadline_seconds = EdgeSettings::default().deadline_seconds;
        let town = Self::waiting(database, door.url(), patience, deadline_seconds).await;
        Some((town, door))
    }

    async fn waiting(
        database: Database,
        url: &str,
        patience: Patience,
        deadline_seconds: u64,
    ) -> Self {
        let settings = EdgeSettings {
            deadline_seconds,
            // Nobody is told of a crowd, however few processors there are.
            requests: 100,
            ..EdgeSettings::default()
        };
        let edge = |clock: &Clock| {
            let edge = Edge::from_settings(&settings, clock).expect("there are no files");
            edge.with_health_kept(Duration::ZERO)
        };
        let mut town = Self::over(database, url, patience, edge).await;
        town.founding.lay_out().await;
        town
    }

    /// The same without a single record: what is there, comes through the service.
    pub async fn empty() -> Self {
        Self::with(|_| Edge::wide()).await
    }

    async fn with(edge: impl FnOnce(&Clock) -> Edge) -> Self {
        let database = Database::fresh().await;
        let url = database.url.clone();
        Self::over(database, &url, Patience::default(), edge).await
    }

    /// `url` is the service's way to the database.
    async fn over(
        database: Database,
        url: &str,
        patience: Patience,
        edge: impl FnOnce(&Clock) -> Edge,
    ) -> Self {
        if let Ok(filter) = std::env::var("NABIJ_TEST_LOG") {
            let tells_all = panic::take_hook();
            // Only the first town of a process starts it.
            let _ = telemetry::init(LogFormat::Human, &filter);
            // What a test fails for is meant to be read.
            panic::set_hook(tells_all);
        }
        let monday: DateTime<Utc> = "2026-03-02T09:00:00Z"
            .parse()
            .expect("a moment in RFC 3339");
        let (clock, held) = Clock::held(monday);
        let beside = Folder::default();
        let db = Db::open_with(url, CONNECTIONS, patience)
            .await
            .expect("a fresh database opens")
            .with_erased_list(beside.path(ERASED).as_ref());
        let key = SigningKey::generate().expect("the system has randomness");
        let issuers = Issuers::default().and_own(ISSUER, AUDIENCE, &key);
        let app =
            App::new(db.clone(), clock.clone(), issuers, edge(&clock)).expect("the parts fit");
        let founding = Founding::over(database.connect().await, clock.clone());
        let gatehouse = Gatehouse {
            router: app.router(),
            clock: clock.clone(),
            key,
        };
        Self {
            gatehouse: Arc::new(gatehouse),
            app,
            db,
            clock,
            held,
            founding,
            beside,
            database,
        }
    }

    /// Lets time pass.
    pub fn wait(&self, time: Duration) {
        self.held.advance(time);
    }

    /// What time it is in the town.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Whether the town is on PostgreSQL.
    #[must_use]
    pub fn is_on_postgres(&self) -> bool {
        self.database.is_postgres()
    }

    /// The service itself, for what comes by the command line.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The service's database, as the service holds it.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// The database itself.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The town's own service ends: nobody is connected to its database any more.
    pub async fn ends(&self) {
        self.db.clone().close().await;
        let beneath = self.founding.db.clone();
        beneath.close().await.expect("nothing is under way");
    }

    /// The address of the service's database, for another process that serves the town too.
    #[must_use]
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// The path of the list of erased residents.
    #[must_use]
    pub fn erased_list_path(&self) -> String {
        self.beside.path(ERASED)
    }

    /// What is in the list of erased residents beside the database.
    #[must_use]
    pub fn erased_list(&self) -> String {
        self.beside.read(ERASED)
    }

    /// Somebody throws the list of erased residents away.
    pub fn loses_erased_list(&self) {
        std::fs::remove_file(self.beside.path(ERASED)).expect("it is there");
    }

    /// Somebody writes in the list of erased residents.
    pub fn writes_erased_list(&self, text: &str) {
        let _path = self.beside.file(ERASED, text);
    }

    /// The list of erased residents can't be written any more: a folder stands in its place.
    pub fn blocks_erased_list(&self) {
        self.loses_erased_list();
        std::fs::create_dir(self.beside.path(ERASED)).expect("a folder can be made");
    }

    /// A connection beneath the service, to arrange or look at what can't be from above.
    #[must_use]
    pub fn beneath(&self) -> &DatabaseConnection {
        &self.founding.db
    }

    /// The name of the town's database on its server.
    #[must_use]
    pub fn database_name(&self) -> &str {
        self.database.name()
    }

    /// A connection to the server of the town's database, which outlives it.
    pub async fn server(&self) -> DatabaseConnection {
        self.database.server().await
    }

    /// The id of a neighbourhood of Beersel or Herent by its name.
    #[must_use]
    pub fn neighbourhood(&self, name: &str) -> String {
        type_id(Kind::Neighbourhood, self.founding.neighbourhood(name).id)
    }

    /// The id of a municipality by its name.
    #[must_use]
    pub fn municipality(&self, name: &str) -> String {
        type_id(Kind::Municipality, self.founding.municipality(name))
    }

    /// A token from an issuer that the service doesn't trust, signed with the key it does trust.
    #[must_use]
    pub fn foreign_token(&self, person: &Person) -> String {
        let subject = person.subject.as_deref().unwrap_or_default();
        self.gatehouse.token_from("https://elsewhere.test", subject)
    }

    /// Somebody without an account.
    #[must_use]
    pub fn passer_by(&self) -> Person {
        Person {
            gatehouse: self.gatehouse.clone(),
            subject: None,
            user: String::new(),
            partner: String::new(),
            ambassador: String::new(),
            neighbourhood: String::new(),
        }
    }

    /// Somebody with a good token whom the service doesn't know.
    #[must_use]
    pub fn stranger(&self, subject: &str) -> Person {
        Person {
            subject: Some(subject.to_owned()),
            ..self.passer_by()
        }
    }

    /// Somebody who can sign in but holds no role yet.
    pub async fn newcomer(&self, name: &str) -> Person {
        self.person(name, None).await
    }

    /// An active, briefed volunteer of these neighbourhoods of Beersel; of all without any.
    pub async fn ambassador(&self, name: &str, neighbourhoods: &[&str]) -> Person {
        let ambassador = self.founding.ambassador(name, neighbourhoods).await;
        let holds = Holds {
            ambassador: Some(ambassador),
            ..Holds::the(Role::Ambassador)
        };
        let place = neighbourhoods.first().copied().unwrap_or("Beersel");
        Person {
            ambassador: type_id(Kind::Ambassador, ambassador),
            neighbourhood: self.neighbourhood(place),
            ..self.person(name, Some(holds)).await
        }
    }

    /// The coordinator of Beersel.
    pub async fn coordinator(&self) -> Person {
        self.coordinator_of("Beersel").await
    }

    /// The coordinator of a whole municipality.
    pub async fn coordinator_of(&self, municipality: &str) -> Person {
        let holds = Holds {
            municipality: Some(self.founding.municipality(municipality)),
            ..Holds::the(Role::Coordinator)
        };
        let name = format!("Coordinator of {municipality}");
        Person {
            neighbourhood: self.neighbourhood(municipality),
            ..self.person(&name, Some(holds)).await
        }
    }

    /// The coordinator of one neighbourhood.
    pub async fn coordinator_in(&self, neighbourhood: &str) -> Person {
        let holds = Holds {
            neighbourhood: Some(self.founding.neighbourhood(neighbourhood).id),
            ..Holds::the(Role::Coordinator)
        };
        let name = format!("Coordinator in {neighbourhood}");
        Person {
            neighbourhood: self.neighbourhood(neighbourhood),
            ..self.person(&name, Some(holds)).await
        }
    }

    /// Staff of a new, active partner that covers all of Beersel.
    pub async fn partner(&self, name: &str) -> Person {
        self.partner_in(name, &[]).await
    }

    /// Staff of a new, active partner that covers these neighbourhoods; all of Beersel without any.
    pub async fn partner_in(&self, name: &str, neighbourhoods: &[&str]) -> Person {
        let kind = (
            PartnerKind::PublicWelfareCentre,
            SecrecyRegime::ProfessionalSecrecy,
        );
        let partner = self.founding.partner(name, kind, neighbourhoods).await;
        self.works_for(&format!("Staff of {name}"), Role::PartnerStaff, partner)
            .await
    }

    /// Somebody else in another role at the partner of `colleague`.
    pub async fn colleague(&self, colleague: &Person, role: Role) -> Person {
        let partner = nabij_api::ids::parse(Kind::Partner, &colleague.partner)
            .expect("the colleague works for a partner");
        self.works_for(role.code(), role, partner).await
    }

    /// Somebody with a role of the whole platform or of Beersel: the administrator, the auditor.
    pub async fn official(&self, role: Role) -> Person {
        let holds = Holds {
            municipality: (role == Role::Auditor).then(|| self.founding.municipality("Beersel")),
            ..Holds::the(role)
        };
        self.person(role.code(), Some(holds)).await
    }

    /// The auditor of another municipality.
    pub async fn auditor_of(&self, municipality: &str) -> Person {
        let holds = Holds {
            municipality: Some(self.founding.municipality(municipality)),
            ..Holds::the(Role::Auditor)
        };
        let name = format!("Auditor of {municipality}");
        self.person(&name, Some(holds)).await
    }

    /// The system of the partner of `colleague`, which reads and writes as staff do.
    pub async fn client_of(&self, colleague: &Person) -> Person {
        let client = self.colleague(colleague, Role::PartnerStaff).await;
        self.founding.is_client(user_id(&client)).await;
        client
    }

    /// A volunteer who also works for the partner of `colleague`.
    pub async fn ambassador_at(
        &self,
        name: &str,
        neighbourhoods: &[&str],
        colleague: &Person,
    ) -> Person {
        let volunteer = self.ambassador(name, neighbourhoods).await;
        let holds = Holds {
            partner: nabij_api::ids::parse(Kind::Partner, &colleague.partner).ok(),
            ..Holds::the(Role::PartnerStaff)
        };
        self.founding.grant(user_id(&volunteer), holds).await;
        Person {
            partner: colleague.partner.clone(),
            ..volunteer
        }
    }

    /// Whoever runs the platform.
    pub async fn admin(&self) -> Person {
        self.official(Role::Admin).await
    }

    /// So many more signals like this one, with referrals like its own; written beneath the
    /// service, a second apart three by three. Their ids.
    pub async fn has_more_like(&self, signal: &Record, times: usize) -> Vec<String> {
        let id = nabij_api::ids::parse(Kind::Signal, &signal.id).expect("a signal's id");
        let copies = self.founding.copy_signal(id, times).await;
        copies
            .into_iter()
            .map(|id| type_id(Kind::Signal, id))
            .collect()
    }

    /// Blocks somebody's account, beneath the service.
    pub async fn blocks(&self, person: &Person) {
        self.founding.block(user_id(person)).await;
    }

    /// Ends all roles of somebody now, beneath the service.
    pub async fn ends_roles_of(&self, person: &Person) {
        self.lets_roles_end_in(person, Duration::ZERO).await;
    }

    /// Lets all roles of somebody end after a while, beneath the service.
    pub async fn lets_roles_end_in(&self, person: &Person, time: Duration) {
        self.founding
            .end_roles(user_id(person), self.now() + time)
            .await;
    }

    async fn works_for(&self, name: &str, role: Role, partner: Uuid) -> Person {
        let holds = Holds {
            partner: Some(partner),
            ..Holds::the(role)
        };
        Person {
            partner: type_id(Kind::Partner, partner),
            neighbourhood: self.neighbourhood("Beersel"),
            ..self.person(name, Some(holds)).await
        }
    }

    async fn person(&self, name: &str, holds: Option<Holds>) -> Person {
        let (user, subject) = self.founding.user(ISSUER, name, holds).await;
        Person {
            subject: Some(subject),
            user: type_id(Kind::User, user),
            ..self.passer_by()
        }
    }
}

fn user_id(person: &Person) -> Uuid {
    nabij_api::ids::parse(Kind::User, &person.user).expect("the person has an account")
}
