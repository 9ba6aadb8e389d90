//! Poperinge's "Tegoare op de stroate", scene by scene (P1 to P9), from an empty database and through
//! the public API only. Something small in the street brings neighbours together, each time in
//! another neighbourhood; who lives there takes it over. People and neighbourhoods are invented.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use nabij_tests::{Answer, Gathering, Person, Record, Town};
use serde_json::json;

mod afterwards;
mod bookings;
mod calendar;
mod in_the_street;
mod moved;
mod recurring;
mod referred;
mod together;

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// Everybody in the story, and where it plays.
struct Poperinge {
    town: Town,
    admin: Person,
    /// Coordinates for the municipality.
    petra: Person,
    /// Works for the local service centre.
    bram: Person,
    /// Works for the city's service for community work.
    city: Person,
    /// Works for the public centre for social welfare.
    welfare: Person,
    /// Works for an organisation of volunteers.
    helpers: Person,
    /// Volunteer in the Bloemenbuurt, who organises.
    nele: Person,
    municipality: Record,
    /// Bloemenbuurt, Parkbuurt, Vogelbuurt.
    places: Vec<Record>,
}

impl Poperinge {
    async fn begins() -> Self {
        let town = Town::empty().await;
        let admin = town.first_admin().await;
        let municipality = admin.enters_municipality("Poperinge", "33021").await.done();
        let mut places = Vec::new();
        for name in ["Bloemenbuurt", "Parkbuurt", "Vogelbuurt"] {
            let input = json!({ "name": name, "municipality": municipality.id });
            let entered = admin
                .does("neighbourhoodCreate", "neighbourhood", "id name", input)
                .await;
            places.push(entered.done());
        }
        let petra = admin.registers("Petra").await;
        let of_poperinge = json!({ "municipality": municipality.id });
        admin
            .gives(&petra, "COORDINATOR", of_poperinge)
            .await
            .done();
        let [bram, city, welfare, helpers] = [
            ("LDC De Bres", "LOCAL_SERVICE_CENTRE"),
            ("Stad Poperinge", "MUNICIPALITY"),
            ("OCMW Poperinge", "PUBLIC_WELFARE_CENTRE"),
            ("Vrijwilligersorganisatie", "VOLUNTEER_ORGANISATION"),
        ]
        .map(|(name, kind)| staff(&admin, name, kind, &places));
        let (bram, city) = (bram.await, city.await);
        let (welfare, helpers) = (welfare.await, helpers.await);
        let nele = volunteer(
            &admin,
            &petra,
            ("Nele", "ORGANISER"),
            &municipality,
            &places[0],
        )
        .await;
        Self {
            town,
            admin,
            petra,
            bram,
            city,
            welfare,
            helpers,
            nele,
            municipality,
            places,
        }
    }

    fn place(&self, name: &str) -> &str {
        let found = self.places.iter().find(|place| place.text("name") == name);
        &found.expect("it is one of the three").id
    }

    /// So many days from now, at the same hour.
    fn in_days(&self, days: i64) -> DateTime<Utc> {
        self.town.now() + TimeDelta::days(days)
    }

    /// The organisers: three services of the city and the welfare centre, one of volunteers.
    fn organisers(&self) -> Vec<&str> {
        [&self.bram, &self.city, &self.welfare, &self.helpers]
            .map(|staff| staff.partner.as_str())
            .to_vec()
    }

    /// A long table in the street, a week from now, by all four and for everybody there.
    fn long_table(&self, place: &str) -> Gathering {
        Gathering::new(
            "A long table in the street",
            self.place(place),
            self.in_days(7),
        )
        .with("place", "In the middle of the street")
        .with("organisers", json!(self.organisers()))
        .with(
            "targetGroups",
            json!([
                "CHILDREN",
                "YOUTH",
                "OLDER_PEOPLE",
                "FAMILIES",
                "MIGRATION_BACKGROUND",
                "OTHER_LANGUAGE",
                "POVERTY"
            ]),
        )
    }

    /// The long table of the Bloemenbuurt, under way since an hour.
    async fn at_table(&self) -> Record {
        let gathering = self.long_table("Bloemenbuurt").published();
        let activity = self.bram.proposes(gathering).await.done();
        self.town.wait(7 * DAY + HOUR);
        activity
    }
}

/// An active partner that covers these places, and somebody who works for it.
async fn staff(admin: &Person, name: &str, kind: &str, places: &[Record]) -> Person {
    let places: Vec<&str> = places.iter().map(|place| place.id.as_str()).collect();
    let partner = admin
        .onboards(json!({
            "reference": name.to_lowercase().replace(' ', "-"), "name": name, "kind": kind,
            "secrecy": "DISCRETION", "neighbourhoods": places,
        }))
        .await
        .done();
    let mut person = admin.registers(&format!("Staff of {name}")).await;
    let of_partner = json!({ "partner": partner.id });
    admin
        .gives(&person, "PARTNER_STAFF", of_partner)
        .await
        .done();
    person.partner = partner.id;
    person
}

/// Somebody who comes forward, is briefed, begins, and signs in.
async fn volunteer(
    admin: &Person,
    coordinator: &Person,
    (name, role): (&str, &str),
    municipality: &Record,
    place: &Record,
) -> Person {
    let input = json!({
        "municipality": municipality.id, "neighbourhoods": [place.id], "displayName": name,
        "roles": [role], "publicProfile": true,
    });
    let shown = "id status";
    let ambassador = coordinator
        .does("ambassadorRegister", "ambassador", shown, input)
        .await
        .done();
    for step in ["Brief", "Activate"] {
        let of_them = json!({ "id": ambassador.id });
        let mutation = format!("ambassador{step}");
        coordinator
            .does(&mutation, "ambassador", shown, of_them)
            .await
            .done();
    }
    let mut person = admin.registers(name).await;
    let as_them = json!({ "ambassador": ambassador.id });
    admin.gives(&person, "AMBASSADOR", as_them).await.done();
    person.ambassador = ambassador.id;
    person.neighbourhood.clone_from(&place.id);
    person
}

/// An activity that is over.
async fn ends(who: &Person, activity: &Record, outcome: &str, note: &str) -> Answer {
    let with = json!({ "outcome": outcome, "note": note });
    who.takes("Complete", activity, with).await
}
