//! Wijk bij Duurstede's "Verbonden in de buurt", scene by scene (W1 to W11), from an empty database
//! and through the public API only. Against loneliness: neighbourhood teams, one calendar, rooms that
//! are lent. People and neighbourhoods are invented.

use nabij_tests::{Person, Record, Town};
use serde_json::{Value, json};

mod calendar;
mod cohort;
mod conversation;
mod deployed;
mod funding;
mod gaps;
mod rooms;
mod signallers;
mod teams;

/// Everybody in the story, and where it plays.
struct Wijk {
    town: Town,
    admin: Person,
    /// Coordinates for the municipality.
    wendy: Person,
    municipality: Record,
    /// Binnenstad, De Heul, Noorderwaard.
    places: Vec<Record>,
}

impl Wijk {
    async fn begins() -> Self {
        let town = Town::empty().await;
        let admin = town.first_admin().await;
        let input = json!({
            "name": "Wijk bij Duurstede", "country": "NL", "code": "GM0352", "codeScheme": "CBS_GM",
        });
        let entered = admin.does("municipalityCreate", "municipality", "id name", input);
        let municipality = entered.await.done();
        let mut places = Vec::new();
        for name in ["Binnenstad", "De Heul", "Noorderwaard"] {
            let input = json!({ "name": name, "municipality": municipality.id });
            let entered = admin.does("neighbourhoodCreate", "neighbourhood", "id name", input);
            places.push(entered.await.done());
        }
        let wendy = admin.registers("Wendy").await;
        let of_wijk = json!({ "municipality": municipality.id });
        admin.gives(&wendy, "COORDINATOR", of_wijk).await.done();
        Self {
            town,
            admin,
            wendy,
            municipality,
            places,
        }
    }

    fn place(&self, name: &str) -> &str {
        let found = self.places.iter().find(|place| place.text("name") == name);
        &found.expect("it is one of the three").id
    }

    /// A partner that is active in these neighbourhoods, all of them without any, and somebody who
    /// works for it in this role.
    async fn partner(&self, name: &str, kind: &str, role: &str, places: &[&str]) -> Person {
        let covered: Vec<&str> = self
            .places
            .iter()
            .filter(|place| places.is_empty() || places.contains(&place.text("name")))
            .map(|place| place.id.as_str())
            .collect();
        let partner = self
            .admin
            .onboards(json!({
                "reference": name.to_lowercase().replace(' ', "-"), "name": name, "kind": kind,
                "secrecy": "DISCRETION", "neighbourhoods": covered,
            }))
            .await
            .done();
        let mut person = self.admin.registers(&format!("Somebody of {name}")).await;
        let of_partner = json!({ "partner": partner.id });
        self.admin.gives(&person, role, of_partner).await.done();
        person.partner = partner.id;
        person.neighbourhood = covered.first().copied().unwrap_or_default().to_owned();
        person
    }
}

impl Wijk {
    /// A briefed, active volunteer of these neighbourhoods, who signs in; of none in particular
    /// without any. With what else is said of them.
    async fn volunteer(&self, name: &str, places: &[&str], with: Value) -> Person {
        let own: Vec<&str> = places.iter().map(|place| self.place(place)).collect();
        let mut input = json!({
            "municipality": self.municipality.id, "neighbourhoods": own, "displayName": name,
            "roles": ["LISTENER"],
        });
        for (field, value) in with.as_object().into_iter().flatten() {
            input[field] = value.clone();
        }
        let shown = "id version";
        let registered = self
            .wendy
            .does("ambassadorRegister", "ambassador", shown, input);
        let ambassador = registered.await.done();
        for step in ["Brief", "Activate"] {
            let done = self.wendy.takes(step, &ambassador, json!({})).await;
            let _ = done.done();
        }
        let mut person = self.admin.registers(name).await;
        let as_them = json!({ "ambassador": ambassador.id });
        self.admin
            .gives(&person, "AMBASSADOR", as_them)
            .await
            .done();
        person.ambassador = ambassador.id;
        person.neighbourhood = own.first().copied().unwrap_or_default().to_owned();
        person
    }

    /// The initiative, which begins with people of 75 and older.
    async fn initiative(&self) -> Record {
        let input = json!({
            "reference": "verbonden-in-de-buurt", "name": "Verbonden in de buurt",
            "municipality": self.municipality.id, "minimumAge": 75,
            "targetGroups": ["OLDER_PEOPLE", "LIVING_ALONE"],
            "neighbourhoods": self.places.iter().map(|place| &place.id).collect::<Vec<_>>(),
        });
        let created = self
            .wendy
            .does("initiativeCreate", "initiative", "id version", input);
        created.await.done()
    }
}
