//! Heist-op-den-Berg's caring neighbourhood, scene by scene (Z1 to Z8), from an empty database and
//! through the public API only. The people of Hallaar say what is good there and what is missing, a
//! change plan is drawn up with them, they and the partners carry it out together, and what works is
//! taken to the next neighbourhoods. The local service centre facilitates. People are invented.

use nabij_tests::{Person, Record, Town};
use serde_json::json;

mod analysis;
mod commitments;
mod levels;
mod lineage;
mod stages;

/// Everybody in the story, and where it plays.
struct Heist {
    town: Town,
    /// Coordinates for the municipality.
    heidi: Person,
    /// Works for the local service centre De Pit, which facilitates.
    dirk: Person,
    /// Works for the municipality, a partner like the others.
    kathleen: Person,
    /// Works with the informal carers of Hallaar.
    marleen: Person,
    /// Works for a partner in Itegem that takes no part.
    nele: Person,
    /// Volunteers in Hallaar.
    fien: Person,
    municipality: Record,
    hallaar: Record,
    itegem: Record,
    centre: Record,
    station: Record,
    initiative: Record,
}

impl Heist {
    async fn begins() -> Self {
        let town = Town::empty().await;
        let admin = town.first_admin().await;
        let municipality = admin
            .enters_municipality("Heist-op-den-Berg", "12014")
            .await
            .done();
        let enters = async |name: &str, code: &str| {
            let place = admin.enters_neighbourhood(name, code, &municipality);
            place.await.done()
        };
        let hallaar = enters("Hallaar", "12014B").await;
        let itegem = enters("Itegem", "12014C").await;
        let centre = enters("Heist-op-den-Berg centrum", "12014A").await;
        let station = enters("Omgeving Station", "12014D").await;
        let heidi = admin.registers("Heidi").await;
        let everywhere = json!({ "municipality": municipality.id });
        admin.gives(&heidi, "COORDINATOR", everywhere).await.done();

        let all = [&hallaar, &itegem, &centre, &station];
        let centre_of_services = (
            "LOCAL_SERVICE_CENTRE",
            "PROFESSIONAL_SECRECY",
            "PARTNER_STAFF",
        );
        let dirk = admin
            .brings_in("LDC De Pit", centre_of_services, &all)
            .await;
        let authority = ("MUNICIPALITY", "DISCRETION", "PARTNER_STAFF");
        let kathleen = admin.brings_in("Lokaal bestuur", authority, &all).await;
        let group = ("RESIDENTS_GROUP", "DISCRETION", "PARTNER_STAFF");
        let marleen = admin
            .brings_in("Mantelzorgers van Hallaar", group, &[&hallaar])
            .await;
        let nele = admin.brings_in("Zorg in Itegem", group, &[&itegem]).await;
        let initiative = heidi
            .does(
                "initiativeCreate",
                "initiative",
                "id name",
                json!({
                    "reference": "pittige-buurt", "name": "Pittige buurt",
                    "municipality": municipality.id, "neighbourhoods": [hallaar.id],
                    "partners": [dirk.partner, kathleen.partner, marleen.partner],
                }),
            )
            .await
            .done();
        let fien = volunteer(&admin, &heidi, &municipality, &hallaar).await;
        Self {
            town,
            heidi,
            dirk,
            kathleen,
            marleen,
            nele,
            fien,
            municipality,
            hallaar,
            itegem,
            centre,
            station,
            initiative,
        }
    }

    /// The plan of Hallaar as Dirk begins it.
    fn hallaars_plan(&self) -> serde_json::Value {
        json!({
            "neighbourhood": self.hallaar.id, "title": "Pittige buurt Hallaar",
            "summary": "Everybody can go on living in Hallaar, whatever their age.",
            "initiative": self.initiative.id, "facilitator": self.dirk.partner,
        })
    }

    /// That plan, begun.
    async fn plan(&self) -> Record {
        self.dirk.begins_plan(self.hallaars_plan()).await.done()
    }

    /// That plan, while the change plan is being drawn up.
    async fn change_plan(&self) -> Record {
        let plan = self.plan().await;
        let said = [("CARE_NEED", "CARE", "Informal carers are exhausted")];
        self.dirk.holds_session(&plan, &said).await.done();
        self.dirk.drafts(&plan).await.done()
    }
}

/// Fien comes forward in Hallaar, is briefed and begins.
async fn volunteer(
    admin: &Person,
    coordinator: &Person,
    municipality: &Record,
    place: &Record,
) -> Person {
    let input = json!({
        "municipality": municipality.id, "neighbourhoods": [place.id], "displayName": "Fien",
        "roles": ["LISTENER"], "publicProfile": true, "publicContact": "In the village hall",
    });
    let fien = coordinator
        .does("ambassadorRegister", "ambassador", "id", input)
        .await
        .done();
    for step in ["ambassadorBrief", "ambassadorActivate"] {
        let input = json!({ "id": fien.id });
        coordinator
            .does(step, "ambassador", "id", input)
            .await
            .done();
    }
    let mut person = admin.registers("Fien").await;
    let as_them = json!({ "ambassador": fien.id });
    admin.gives(&person, "AMBASSADOR", as_them).await.done();
    person.ambassador = fien.id;
    person.neighbourhood.clone_from(&place.id);
    person
}
