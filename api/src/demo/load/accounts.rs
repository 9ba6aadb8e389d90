//! Who takes part: accounts, their roles, and volunteers from candidate to active.

use nabij_entity::{ambassador::AmbassadorStatus, role_grant::Role, user::UserKind};
use uuid::Uuid;

use super::{Loader, coordinator, told};
use crate::{
    config::DEMO_ISSUER,
    demo::data::{Ambassador, Chapter, Content, Grant, Person},
    domain::{access, ambassador},
};

impl Loader {
    /// The people of the platform, the first administrator before all others.
    pub(super) async fn administrators(&mut self, content: &Content) -> Result<(), String> {
        let admin = self.admin.clone();
        for person in &content.platform.people {
            if person.subject == admin {
                let issuer = DEMO_ISSUER.to_owned();
                let (subject, name) = (person.subject.clone(), person.name.clone());
                let made =
                    access::register_first_admin(&self.app.cx("demo"), issuer, subject, name).await;
                told(made, &person.subject)?;
            } else {
                let user = self.register(person).await?;
                for grant in &person.roles {
                    self.give(None, user, grant).await?;
                }
            }
        }
        Ok(())
    }

    /// Accounts with their roles, and volunteers as candidates. A volunteer's role needs the
    /// volunteer, and taking volunteers in needs the coordinator's role.
    pub(super) async fn people(
        &mut self,
        chapter: &Chapter,
        municipality: Uuid,
    ) -> Result<(), String> {
        let mut users = Vec::new();
        for person in &chapter.people {
            let user = self.register(person).await?;
            for grant in person
                .roles
                .iter()
                .filter(|grant| grant.role != Role::Ambassador)
            {
                self.give(Some(chapter), user, grant).await?;
            }
            users.push((user, person));
        }
        let coordinator = self.sign_in(coordinator(chapter)?).await?;
        for ambassador in &chapter.ambassadors {
            let registration = ambassador::Registration {
                municipality,
                area: self.area(ambassador)?,
                display_name: ambassador.name.clone(),
                roles: ambassador.roles.clone(),
                pool_partner: ambassador
                    .pool
                    .as_ref()
                    .map(|reference| self.records.partner(reference))
                    .transpose()?,
                public_profile: ambassador.contact.is_some(),
                public_contact: ambassador.contact.clone(),
            };
            let made = ambassador::register(&coordinator, registration, None).await;
            let made = told(made, &ambassador.key)?;
            self.records
                .ambassadors
                .insert(ambassador.key.clone(), made);
        }
        for (user, person) in users {
            for grant in person
                .roles
                .iter()
                .filter(|grant| grant.role == Role::Ambassador)
            {
                self.give(Some(chapter), user, grant).await?;
            }
        }
        Ok(())
    }

    fn area(&self, ambassador: &Ambassador) -> Result<ambassador::Area, String> {
        if ambassador.whole_municipality {
            return Ok(ambassador::Area::WholeMunicipality);
        }
        ambassador
            .neighbourhoods
            .iter()
            .map(|key| self.records.neighbourhood(key))
            .collect::<Result<_, _>>()
            .map(ambassador::Area::Neighbourhoods)
    }

    async fn register(&self, person: &Person) -> Result<Uuid, String> {
        let new = access::NewUser {
            issuer: DEMO_ISSUER.to_owned(),
            subject: person.subject.clone(),
            display_name: person.name.clone(),
            kind: UserKind::Person,
        };
        let made = access::register(&self.admin().await?, new, None).await;
        told(made, &person.subject)
    }

    async fn give(
        &self,
        chapter: Option<&Chapter>,
        user: Uuid,
        grant: &Grant,
    ) -> Result<(), String> {
        let scope = match (chapter, &grant.partner, &grant.ambassador) {
            (_, Some(reference), _) => access::Scope::Partner(self.records.partner(reference)?),
            (_, _, Some(key)) => access::Scope::Ambassador(self.records.ambassador(key)?),
            (Some(chapter), ..) if grant.municipality => {
                let name = &chapter.municipality.name;
                access::Scope::Municipality(self.records.municipality(name)?)
            }
            _ => access::Scope::Platform,
        };
        let new = access::NewGrant {
            user,
            role: grant.role,
            scope,
            valid_from: None,
            valid_until: None,
        };
        let given = access::grant(&self.admin().await?, new, None).await;
        told(given, &format!("{:?}", grant.role)).map(drop)
    }

    /// Story B7: from candidate to active, once briefed.
    pub(super) async fn volunteers_begin(&self, chapter: &Chapter) -> Result<(), String> {
        let coordinator = self.sign_in(coordinator(chapter)?).await?;
        let active = chapter
            .ambassadors
            .iter()
            .filter(|ambassador| ambassador.status == AmbassadorStatus::Active);
        for volunteer in active {
            let id = self.records.ambassador(&volunteer.key)?;
            for step in [
                ambassador::Transitioning::Brief { on: None },
                ambassador::Transitioning::Activate,
            ] {
                let done = ambassador::transition(&coordinator, id, None, step).await;
                told(done, &volunteer.key)?;
            }
        }
        Ok(())
    }
}
