//! Herent's neighbourhood help, scene by scene (H1 to H8), from an empty database and through the
//! public API only. The local service centre takes requests in and screens them; chores go to the
//! youth house, which calls out to its pool of young volunteers. Who asked stays hidden until one of
//! them is selected. People are invented.

use std::time::Duration;

use nabij_tests::{Appeal, Need, Person, Record, Request, Town};
use serde_json::{Value, json};

mod call_outs;
mod disclosure;
mod feedback;
mod figures;
mod intake;
mod statements;
mod texts;

pub(crate) const HOUR: Duration = Duration::from_hours(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);
/// Wednesday evening of the week in which the scenes play; they begin on Monday morning.
pub(crate) const WEDNESDAY: &str = "2026-03-04T17:00:00Z";

/// Everybody in the story, and where it plays.
pub(crate) struct Herent {
    pub(crate) town: Town,
    admin: Person,
    /// Works at the local service centre, and screens for the municipality what comes in there.
    pub(crate) dora: Person,
    /// Works at the local service centre, at the desk only.
    wim: Person,
    /// Contact person of the youth house.
    pub(crate) jef: Person,
    /// Works at the public welfare centre.
    pub(crate) hilde: Person,
    municipality: Record,
    /// Herent, Veltem-Beisem, Winksele.
    places: Vec<Record>,
}

impl Herent {
    pub(crate) async fn begins() -> Self {
        let town = Town::empty().await;
        let admin = town.first_admin().await;
        let municipality = admin.enters_municipality("Herent", "24038").await.done();
        let mut places = Vec::new();
        for (name, code) in [
            ("Herent", "24038A"),
            ("Veltem-Beisem", "24038B"),
            ("Winksele", "24038C"),
        ] {
            let place = admin.enters_neighbourhood(name, code, &municipality).await;
            places.push(place.done());
        }
        let everywhere: Vec<&str> = places.iter().map(|place| place.id.as_str()).collect();
        let mut wim = admin
            .brings_on_board("LDC d'Ontmoeting", "LOCAL_SERVICE_CENTRE", &everywhere)
            .await;
        let jef = admin
            .brings_on_board("Jeugdhuis De Molotov", "YOUTH_CENTRE", &everywhere)
            .await;
        let hilde = admin
            .brings_on_board("Sociaal Huis Herent", "PUBLIC_WELFARE_CENTRE", &everywhere)
            .await;
        let named = json!({ "id": jef.partner, "name": "De WelWillende Molotoffers" });
        jef.does("partnerNamePool", "partner", "id poolName", named)
            .await
            .done();
        let mut dora = admin.registers("Dora").await;
        for (role, scope) in [
            ("COORDINATOR", json!({ "municipality": municipality.id })),
            ("PARTNER_STAFF", json!({ "partner": wim.partner })),
        ] {
            admin.gives(&dora, role, scope).await.done();
        }
        dora.partner.clone_from(&wim.partner);
        dora.neighbourhood.clone_from(&places[0].id);
        wim.neighbourhood.clone_from(&places[0].id);
        Self {
            town,
            admin,
            dora,
            wim,
            jef,
            hilde,
            municipality,
            places,
        }
    }

    /// Somebody young joins the pool: comes forward, is briefed, begins and signs in.
    pub(crate) async fn volunteer(&self, name: &str) -> Person {
        self.volunteer_for(name, &self.jef.partner, "HELPER").await
    }

    async fn volunteer_for(&self, name: &str, pool: &str, role: &str) -> Person {
        let input = json!({
            "municipality": self.municipality.id, "neighbourhoods": [self.places[0].id],
            "displayName": name, "roles": [role], "poolPartner": pool, "publicProfile": false,
        });
        let shown = "id status version";
        let ambassador = self
            .dora
            .does("ambassadorRegister", "ambassador", shown, input)
            .await
            .done();
        for step in ["Brief", "Activate"] {
            self.dora.takes(step, &ambassador, json!({})).await.done();
        }
        let mut person = self.admin.registers(name).await;
        let as_them = json!({ "ambassador": ambassador.id });
        self.admin
            .gives(&person, "AMBASSADOR", as_them)
            .await
            .done();
        person.ambassador.clone_from(&ambassador.id);
        person
    }

    /// Godelieve's pears must come down before they fall. She told it at the desk.
    fn pears(&self) -> Need {
        let godelieve = json!({ "new": {
            "givenName": "Godelieve", "familyName": "Van den Broeck", "birthYear": 1938,
            "languages": ["nl"], "targetGroups": ["OLDER_PEOPLE", "LIVING_ALONE"],
            "contact": {
                "phone": "+32475123456", "email": "godelieve@example.org",
                "address": "Sint-Janstraat 5, 3020 Herent", "preferredChannel": "PHONE",
            },
        } });
        Need::new("A pear tree must be picked", &self.places[2].id)
            .with("text", "Godelieve can't get on the ladder since her fall.")
            .with("category", "CHORES")
            .with("choreKind", "GARDEN")
            .with("urgency", "HIGH")
            .with("inflowChannel", "DESK")
            .with("resident", godelieve)
    }

    /// The chore goes to the youth house, with name, phone and address for whoever will help.
    fn to_the_youth_house(&self) -> Request {
        Request::to(&self.jef)
            .with("reason", "An hour of picking; Godelieve lends the ladder")
            .on("PUBLIC_TASK", &["NAME", "PHONE", "ADDRESS"])
    }

    /// A chore that the youth house was asked for.
    pub(crate) async fn chore(&self) -> (Record, Record) {
        let signal = self.dora.submits(self.pears()).await.done();
        let referral = self
            .dora
            .refers_by(&signal, self.to_the_youth_house())
            .await;
        (signal, referral.done())
    }

    /// The contact person rings Godelieve: she is glad of the help.
    pub(crate) async fn is_welcome(&self, referral: &Record) -> Record {
        let godelieve = self.jef.knows_whom(referral).await;
        let heard = self.jef.hears_that_help_is_welcome(&godelieve).await;
        heard.done()
    }

    /// A chore for which the pool is called, until Wednesday evening; Godelieve is glad of it.
    pub(crate) async fn called(&self) -> (Record, Record, Record) {
        let (signal, referral) = self.chore().await;
        self.is_welcome(&referral).await;
        let call_out = self
            .jef
            .calls_out(&referral, Appeal::until(WEDNESDAY))
            .await;
        (signal, referral, call_out.done())
    }
}

/// What gives Godelieve away, wherever it stands.
const HERS: [&str; 9] = [
    "odelieve",
    "Broeck",
    "475123456",
    "Janstraat",
    "3020",
    "@example.org",
    "resident_",
    "signal_",
    "referral_",
];

/// The answer holds nothing of Godelieve: not in its fields, not in an error.
#[track_caller]
fn tells_nothing_of_her(text: &str) {
    for hers in HERS {
        assert!(!text.contains(hers), "{hers} is told in {text}");
    }
}

/// What somebody sees of whom the call-out is about, with her contact details for the purpose of
/// helping.
pub(crate) async fn sees_whom(person: &Person, call_out: &Record) -> Value {
    let whom = "resident { givenName familyName birthYear notes languages targetGroups \
        contact(purpose: REFERRAL_EXECUTION) { phone email address } withheld { field } }";
    let seen = person.sees(call_out, whom).await;
    seen.map_or(Value::Null, |seen| seen["resident"].clone())
}
