//! Residents in the schema. What is kept from the viewer reads as null or empty by construction:
//! the store never hands it over. [`Resident::withheld`] says which parts those are.

mod mutations;

use async_graphql::{Context, Enum, Error, ID, InputObject, Object, SimpleObject};
use nabij_entity::{
    access_log::AccessPurpose, resident, resident_contact::PreferredChannel,
    vocabulary::TargetGroup,
};

pub use self::mutations::{ContactDetailsInput, ResidentMutation, ResidentParticularsInput};
use super::{
    consent::Consent,
    errors::{self, FieldResult},
    event::Event,
    filters::{CohortFilter, DateTimeFilter, IdFilter, IntFilter, StringFilter, combine},
    paging::{self, Paging, Records, order_by},
    payload::record_type,
    place::{Municipality, Neighbourhood},
    scalars::{DateTime, EmailAddress, LanguageTag, PhoneNumber},
    selection::{find, list},
    signal::Signal,
};
use crate::{
    ids,
    store::{Filter, Kind, OrderTerm, Scalar, Visible, resident::ShownContact},
};

/// Somebody who lives in a neighbourhood; needs no account and no e-mail. What you see of a person
/// depends on why you see them; `withheld` names the parts that are kept from you.
#[derive(async_graphql::Description)]
pub struct Resident(pub(super) Visible<resident::Entity>);
record_type!(Resident, resident::Entity);

/// A part of what is known of a resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ResidentPart {
    /// Given name and family name.
    Name,
    /// Year of birth.
    BirthYear,
    /// Languages spoken.
    Languages,
    /// Notes for those who help.
    Notes,
    /// Groups the resident belongs to.
    TargetGroups,
    /// Phone number.
    Phone,
    /// E-mail address.
    Email,
    /// Postal address.
    Address,
}

impl ResidentPart {
    /// Each part with the name of the guard that hides it.
    const GUARDS: [(Self, &'static str); 8] = [
        (Self::Name, "name"),
        (Self::BirthYear, "birth_year"),
        (Self::Languages, "languages"),
        (Self::Notes, "notes"),
        (Self::TargetGroups, "target_groups"),
        (Self::Phone, "phone"),
        (Self::Email, "email"),
        (Self::Address, "address"),
    ];
}

/// Why something is kept from you.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WithheldReason {
    /// Nothing that you do for this resident discloses it to you.
    NotDisclosed,
    /// It was written under professional secrecy, which doesn't bind you, and the resident didn't lift
    /// it (`LIFT_SECRECY`).
    ProfessionalSecrecy,
}

/// A part that is kept from you, whether or not anything of it is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct WithheldField {
    /// Which part.
    pub field: ResidentPart,
    /// Why it is kept from you.
    pub reason: WithheldReason,
}

/// How to reach a resident, as far as it is disclosed to you.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResidentContact {
    /// Phone number.
    pub phone: Option<PhoneNumber>,
    /// E-mail address.
    pub email: Option<EmailAddress>,
    /// Street, number and town.
    pub address: Option<String>,
    /// How they want to be reached.
    pub preferred_channel: Option<PreferredChannel>,
}

impl From<ShownContact> for ResidentContact {
    fn from(contact: ShownContact) -> Self {
        let ShownContact {
            phone,
            email,
            address,
            preferred_channel,
        } = contact;
        Self {
            phone: phone.map(PhoneNumber),
            email: email.map(EmailAddress),
            address,
            preferred_channel,
        }
    }
}

fn withheld(shows: impl Fn(&str) -> bool) -> Vec<WithheldField> {
    ResidentPart::GUARDS
        .iter()
        .filter(|(_, guard)| !shows(guard))
        .map(|(field, _)| WithheldField {
            field: *field,
            reason: WithheldReason::NotDisclosed,
        })
        .collect()
}

#[Object(use_type_description)]
impl Resident {
    /// Their id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Resident, self.0.id).into()
    }

    /// Given name; null when it isn't known or is withheld.
    async fn given_name(&self) -> Option<&str> {
        self.0.given_name.as_deref()
    }

    /// Family name; null when it isn't known or is withheld.
    async fn family_name(&self) -> Option<&str> {
        self.0.family_name.as_deref()
    }

    /// Year of birth; null when it isn't known or is withheld.
    async fn birth_year(&self) -> Option<i32> {
        self.0.birth_year
    }

    /// Whether they are of the age that an initiative is meant for, by the initiative's rule as it is
    /// now and the year they were born in: a mark, which stands in nobody's way. True for everybody
    /// where there is no such rule; null when the year isn't known or is withheld.
    async fn in_cohort(
        &self,
        #[graphql(desc = "The initiative.")] initiative: ID,
    ) -> FieldResult<Option<bool>> {
        let initiative = errors::id(Kind::Initiative, &initiative)?;
        Ok(self.0.node().answer("inCohort", initiative)?)
    }

    /// Languages they speak, the best first; empty when none is known or they are withheld.
    async fn languages(&self) -> Vec<LanguageTag> {
        self.0.languages.iter().cloned().map(LanguageTag).collect()
    }

    /// Groups they belong to; empty when none is known or they are withheld.
    async fn target_groups(&self) -> &[TargetGroup] {
        self.0.target_groups.as_slice()
    }

    /// Notes for those who help; null when there are none or they are withheld.
    async fn notes(&self) -> Option<&str> {
        self.0.notes.as_deref()
    }

    /// The parts that are kept from you, and why. A part that is null or empty and isn't named
    /// here is simply not on record.
    pub async fn withheld(&self) -> Vec<WithheldField> {
        withheld(|guard| self.0.shows(guard))
    }

    /// How to reach them, for the purpose you state. Each read is entered in the access log with
    /// that purpose, and the resident may ask who read it. Null when nothing of it is disclosed to
    /// you or on record; `withheld` tells which.
    async fn contact(
        &self,
        #[graphql(desc = "What you need it for.")] purpose: AccessPurpose,
    ) -> Option<ResidentContact> {
        // The plan has the purpose: it was written down before this record was handed over.
        let _ = purpose;
        self.0.node().contact().cloned().map(ResidentContact::from)
    }

    /// The municipality they live in.
    async fn municipality(&self) -> FieldResult<Municipality> {
        Ok(Municipality(self.0.always("municipality")?))
    }

    /// The neighbourhood they live in.
    async fn neighbourhood(&self) -> FieldResult<Neighbourhood> {
        Ok(Neighbourhood(self.0.always("neighbourhood")?))
    }

    /// The signals about them, the newest first.
    async fn signals(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Signal>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "signals", &paging)
    }

    /// What they consented to, the newest first; withdrawn consents too.
    async fn consents(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Consent>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "consents", &paging)
    }

    /// What happened to their record, in order.
    async fn history(
        &self,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> FieldResult<Records<Event>> {
        let paging = Paging {
            first,
            after,
            last,
            before,
        };
        paging::along(self.0.node(), "history", &paging)
    }

    /// When they were erased, at their request or because the period of their last case was over;
    /// nothing of them is kept since. Null otherwise.
    async fn erased_at(&self) -> Option<DateTime> {
        self.0.erased_at.map(Into::into)
    }

    /// When they were put on record.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When their record last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Their version, for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// Which residents. A part that is withheld from you never matches. Who is found or counted by a name
/// or an age is entered in the access log; more than 500 aren't counted so.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ResidentWhere {
    /// By id.
    pub id: Option<IdFilter>,
    /// By neighbourhood.
    pub neighbourhood: Option<IdFilter>,
    /// By municipality.
    pub municipality: Option<IdFilter>,
    /// By given name.
    pub given_name: Option<StringFilter>,
    /// By family name.
    pub family_name: Option<StringFilter>,
    /// By year of birth.
    pub birth_year: Option<IntFilter>,
    /// By whether they are of the age that an initiative is meant for.
    pub cohort: Option<CohortFilter>,
    /// By when they were put on record.
    pub created_at: Option<DateTimeFilter>,
    /// All of these hold.
    pub and: Option<Vec<ResidentWhere>>,
    /// At least one of these holds.
    pub or: Option<Vec<ResidentWhere>>,
    /// This doesn't hold.
    pub not: Option<Box<ResidentWhere>>,
}

impl ResidentWhere {
    fn filter(self) -> FieldResult<Filter> {
        let Self {
            id,
            neighbourhood,
            municipality,
            given_name,
            family_name,
            birth_year,
            cohort,
            created_at,
            and,
            or,
            not,
        } = self;
        let mut own = Vec::new();
        for (id, column, kind) in [
            (id, "id", Kind::Resident),
            (neighbourhood, "neighbourhood_id", Kind::Neighbourhood),
            (municipality, "municipality_id", Kind::Municipality),
        ] {
            if let Some(id) = id {
                own.push(id.on(column, kind)?);
            }
        }
        own.extend(given_name.map(|name| name.on("given_name")));
        own.extend(family_name.map(|name| name.on("family_name")));
        own.extend(birth_year.map(|year| year.on("birth_year")));
        if let Some(cohort) = cohort {
            own.push(cohort.filter()?);
        }
        own.extend(created_at.map(|at| at.on("created_at")));
        combine(own, and, or, not, Self::filter)
    }
}

order_by! {
    /// How residents are ordered. Not by name: the order would tell what is withheld.
    ResidentOrder, ResidentOrderField {
        /// By when they were put on record.
        CreatedAt => "created_at" Time,
    }
}

/// Queries about residents.
#[derive(Default)]
pub struct ResidentQuery;

#[Object]
impl ResidentQuery {
    /// A resident by their id; null when there is none or you may not see them.
    async fn resident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their id.")] id: ID,
    ) -> Option<Result<Resident, Error>> {
        let found = async { find(ctx, errors::id(Kind::Resident, &id)?).await };
        found.await.map_err(Error::from).transpose()
    }

    /// The residents you may see, the newest first unless ordered otherwise.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn residents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those for which this holds.", name = "where")] filter: Option<
            ResidentWhere,
        >,
        #[graphql(desc = "In which order.")] order_by: Option<Vec<ResidentOrder>>,
        #[graphql(desc = "How many from the start, 1 to 100; 25 without `first` and `last`.")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor.")] before: Option<String>,
    ) -> Option<Result<Records<Resident>, Error>> {
        let order = paging::order(order_by, OrderTerm::descending("created_at", Scalar::Time));
        let page = async {
            let window = Paging {
                first,
                after,
                last,
                before,
            }
            .window(order)?;
            let filter = filter.unwrap_or_default().filter()?;
            paging::records(&list(ctx, Kind::Resident, &filter, &window).await?)
        };
        Some(page.await.map_err(Error::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_withheld_exactly_when_its_guard_hides_it() {
        assert!(withheld(|_| true).is_empty());
        assert_eq!(withheld(|_| false).len(), ResidentPart::GUARDS.len());
        for (part, guard) in ResidentPart::GUARDS {
            let found = withheld(|shown| shown != guard);
            let expected = [WithheldField {
                field: part,
                reason: WithheldReason::NotDisclosed,
            }];
            assert_eq!(found, expected);
        }
    }
}
