//! Beersel's neighbourhood ambassadors, scene by scene (B1 to B7), from an empty database and
//! through the public API only. Volunteers are the feelers of the neighbourhood: they notice what a
//! neighbour needs, the municipality sees it at once and refers it, and whoever noticed it hears how
//! it ended. People are invented.

use std::time::Duration;

use nabij_tests::{Answer, Need, Person, Record, Town};
use serde_json::{Value, json};

mod needs;
mod platform;
mod referrals;
mod volunteers;

const DAY: Duration = Duration::from_hours(24);

/// Everybody in the story, and where it plays.
struct Beersel {
    town: Town,
    admin: Person,
    /// Coordinates for the municipality.
    katrien: Person,
    /// Ambassador of Alsemberg.
    rosa: Person,
    /// Staff of the public centre for social welfare.
    ocmw: Person,
    /// Staff of the primary care zone.
    zone: Person,
    /// Hoplr's system, in the name of the municipality's desk.
    hoplr: Person,
    municipality: Record,
    /// Alsemberg, Beersel, Dworp, Huizingen, Lot.
    places: Vec<Record>,
}

impl Beersel {
    async fn begins() -> Self {
        let town = Town::empty().await;
        let admin = town.first_admin().await;
        let municipality = admin.enters_municipality("Beersel", "23003").await.done();
        let mut places = Vec::new();
        for (name, code) in [
            ("Alsemberg", "23003A"),
            ("Beersel", "23003B"),
            ("Dworp", "23003C"),
            ("Huizingen", "23003D"),
            ("Lot", "23003E"),
        ] {
            places.push(
                admin
                    .enters_neighbourhood(name, code, &municipality)
                    .await
                    .done(),
            );
        }
        let katrien = admin.registers("Katrien").await;
        let of_beersel = json!({ "municipality": municipality.id });
        admin
            .gives(&katrien, "COORDINATOR", of_beersel)
            .await
            .done();

        let everywhere: Vec<&str> = places.iter().map(|place| place.id.as_str()).collect();
        let [ocmw, zone, hoplr] = [
            (
                "OCMW Beersel",
                "PUBLIC_WELFARE_CENTRE",
                "PROFESSIONAL_SECRECY",
                "PARTNER_STAFF",
            ),
            (
                "Eerstelijnszone Zennevallei",
                "PRIMARY_CARE_ZONE",
                "PROFESSIONAL_SECRECY",
                "PARTNER_STAFF",
            ),
            ("Hoplr", "LOCAL_BUSINESS", "DISCRETION", "SIGNALLER"),
        ]
        .map(|(name, kind, secrecy, role)| {
            let (admin, everywhere) = (admin.clone(), json!(everywhere));
            async move { staff(&admin, name, (kind, secrecy, role), everywhere).await }
        });
        let (ocmw, zone, hoplr) = (ocmw.await, zone.await, hoplr.await);
        let rosa = Self::volunteer(&admin, &katrien, "Rosa", &municipality, &places[0]).await;
        Self {
            town,
            admin,
            katrien,
            rosa,
            ocmw,
            zone,
            hoplr,
            municipality,
            places,
        }
    }

    /// Somebody comes forward, is briefed and begins.
    async fn volunteer(
        admin: &Person,
        coordinator: &Person,
        name: &str,
        municipality: &Record,
        place: &Record,
    ) -> Person {
        let ambassador = comes_forward(coordinator, name, municipality, place).await;
        is_done(coordinator, "Brief", &ambassador, json!({})).await;
        is_done(coordinator, "Activate", &ambassador, json!({})).await;
        Self::signs_in(admin, name, &ambassador, place).await
    }

    async fn signs_in(admin: &Person, name: &str, ambassador: &Record, place: &Record) -> Person {
        let mut person = admin.registers(name).await;
        let as_them = json!({ "ambassador": ambassador.id });
        admin.gives(&person, "AMBASSADOR", as_them).await.done();
        person.ambassador.clone_from(&ambassador.id);
        person.neighbourhood.clone_from(&place.id);
        person
    }

    fn place(&self, name: &str) -> &Record {
        let found = self.places.iter().find(|place| place.text("name") == name);
        found.expect("it is one of the five")
    }

    /// Maria's need, told to Rosa at the door: no account, no e-mail.
    fn marias_need(&self) -> Need {
        let maria = json!({ "new": {
            "givenName": "Maria", "familyName": "Peeters", "birthYear": 1938,
            "languages": ["nl"], "targetGroups": ["OLDER_PEOPLE", "LIVING_ALONE"],
            "contact": { "phone": "+3223591616", "preferredChannel": "PHONE" },
        } });
        Need::new(
            "The stairs have become too steep",
            &self.place("Alsemberg").id,
        )
        .with(
            "text",
            "Since her fall she sleeps downstairs and is afraid of the evenings.",
        )
        .with("category", "HOUSING")
        .with("urgency", "HIGH")
        .with("resident", maria)
    }
}

/// An active partner that covers these places, and somebody who works for it.
async fn staff(
    admin: &Person,
    name: &str,
    (kind, secrecy, role): (&str, &str, &str),
    everywhere: Value,
) -> Person {
    let partner = admin
        .onboards(json!({
            "reference": name.to_lowercase().replace(' ', "-"),
            "name": name, "kind": kind, "secrecy": secrecy, "neighbourhoods": everywhere,
        }))
        .await
        .done();
    assert_eq!(partner.status(), "ACTIVE");
    let mut person = admin.registers(&format!("Staff of {name}")).await;
    admin
        .gives(&person, role, json!({ "partner": partner.id }))
        .await
        .done();
    person.partner = partner.id;
    person
}

async fn comes_forward(
    coordinator: &Person,
    name: &str,
    municipality: &Record,
    place: &Record,
) -> Record {
    let input = json!({
        "municipality": municipality.id, "neighbourhoods": [place.id], "displayName": name,
        "roles": ["LISTENER"], "publicProfile": true,
        "publicContact": "Wednesdays, ten to twelve, at the library of Alsemberg",
    });
    let shown = "id status version";
    coordinator
        .does("ambassadorRegister", "ambassador", shown, input)
        .await
        .done()
}

/// A step with an ambassador: `Brief`, `Activate`, `Assign` …
async fn step(who: &Person, step: &str, ambassador: &Record, with: Value) -> Answer {
    let mut input = with;
    input["id"] = json!(ambassador.id);
    let shown = "id status briefedOn version neighbourhoods(first: 9) { nodes { name } }";
    who.does(&format!("ambassador{step}"), "ambassador", shown, input)
        .await
}

async fn is_done(who: &Person, what: &str, ambassador: &Record, with: Value) -> Record {
    step(who, what, ambassador, with).await.done()
}
