//! How a town comes to be through the service: from an empty database on, by its first
//! administrator.

use serde_json::{Value, json};

use crate::{Answer, Person, Record, Town, town::ISSUER};

impl Town {
    /// The first administrator, registered as the command line does it.
    pub async fn first_admin(&self) -> Person {
        let subject = "first-admin".to_owned();
        let cx = self.app().cx("first administrator");
        nabij_api::domain::access::register_first_admin(
            &cx,
            ISSUER.to_owned(),
            subject.clone(),
            "First administrator".to_owned(),
        )
        .await
        .expect("the database is empty");
        self.stranger(&subject)
    }
}

impl Person {
    /// Enters a municipality of Belgium.
    pub async fn enters_municipality(&self, name: &str, nis: &str) -> Answer {
        let input = json!({ "name": name, "country": "BE", "code": nis, "codeScheme": "NIS5" });
        self.does("municipalityCreate", "municipality", "id name", input)
            .await
    }

    /// Enters a neighbourhood, by the code of the former municipality it is.
    pub async fn enters_neighbourhood(&self, name: &str, code: &str, of: &Record) -> Answer {
        let codes = json!([{ "scheme": "NIS_SUBMUNICIPALITY", "code": code }]);
        let input = json!({ "name": name, "municipality": of.id, "areaCodes": codes });
        self.does("neighbourhoodCreate", "neighbourhood", "id name", input)
            .await
    }

    /// Brings a partner on board.
    pub async fn onboards(&self, input: Value) -> Answer {
        self.does("partnerOnboard", "partner", "id name status", input)
            .await
    }

    /// Brings an active partner on board that covers these places, with somebody who works for it;
    /// `what` is its kind, its secrecy and the role.
    pub async fn brings_in(
        &self,
        name: &str,
        what: (&str, &str, &str),
        places: &[&Record],
    ) -> Person {
        let (kind, secrecy, role) = what;
        let places: Vec<&str> = places.iter().map(|place| place.id.as_str()).collect();
        let reference = name
            .to_lowercase()
            .replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        let partner = self
            .onboards(json!({
                "reference": reference, "name": name, "kind": kind, "secrecy": secrecy,
                "neighbourhoods": places,
            }))
            .await
            .done();
        let mut person = self.registers(&format!("Staff of {name}")).await;
        let scope = json!({ "partner": partner.id });
        self.gives(&person, role, scope).await.done();
        person.partner = partner.id;
        person
    }

    /// Registers somebody who signs in with a name of their own.
    pub async fn registers(&self, name: &str) -> Person {
        let subject = name.to_lowercase().replace(' ', "-");
        let input = json!({ "issuer": ISSUER, "subject": subject, "displayName": name });
        let user = self.does("userRegister", "user", "id", input).await.done();
        Person {
            user: user.id,
            subject: Some(subject),
            partner: String::new(),
            ambassador: String::new(),
            neighbourhood: String::new(),
            ..self.clone()
        }
    }

    /// Gives somebody a role in a scope, such as `{"municipality": …}`.
    pub async fn gives(&self, person: &Person, role: &str, scope: Value) -> Answer {
        let input = json!({ "user": person.user, "role": role, "scope": scope });
        self.does("roleGrant", "role", "id role", input).await
    }
}

impl Person {
    /// Brings a partner on board that takes part in these neighbourhoods; somebody who runs it.
    pub async fn brings_on_board(&self, name: &str, kind: &str, places: &[&str]) -> Person {
        let reference: String = name
            .to_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        let partner = self
            .onboards(json!({
                "reference": reference, "name": name, "kind": kind, "secrecy": "DISCRETION",
                "neighbourhoods": places,
            }))
            .await
            .done();
        let mut person = self.registers(&format!("Contact of {name}")).await;
        let scope = json!({ "partner": partner.id });
        self.gives(&person, "PARTNER_COORDINATOR", scope)
            .await
            .done();
        person.partner = partner.id;
        person
    }
}
