//! What is kept of volunteers, of people who work with the service, and of those whom organisations
//! name as the one to reach.

use nabij_entity::processing::{
    DataCategory as C, DataSubject as S, LegalBasis as B, ProcessingPurpose as P,
    RetentionTerm as R,
};

use super::{Holds::NothingOfAPerson, Processing, declare, neighbourhood::TOLD};

/// Who of the staff wrote or did something about a resident.
pub(super) const BY_STAFF: Processing = Processing {
    subjects: &[S::Staff],
    purpose: P::Accountability,
    bases: &[B::PublicTask, B::LegalObligation],
    special: &[],
    retention: R::WithTheCase,
};

/// Which volunteer wrote or did something about a resident.
pub(super) const BY_VOLUNTEER: Processing = Processing {
    subjects: &[S::Volunteer],
    ..BY_STAFF
};

/// Volunteering: an agreement with the organisation (Belgian law of 3 July 2005 on the rights of
/// volunteers).
const VOLUNTEERING: Processing = Processing {
    subjects: &[S::Volunteer],
    purpose: P::Volunteering,
    bases: &[B::Agreement],
    special: &[],
    retention: R::WithTheVolunteer,
};

/// Being in the public directory: the volunteer's own choice, which they may take back.
const SHOWN: Processing = Processing {
    purpose: P::Directory,
    bases: &[B::Consent],
    ..VOLUNTEERING
};

/// Being a professional in a team.
const TEAM: Processing = Processing {
    subjects: &[S::Staff],
    bases: &[B::PublicTask],
    ..VOLUNTEERING
};

/// A volunteer or a professional in a team.
const MEMBER: Processing = Processing {
    subjects: &[S::Staff, S::Volunteer],
    bases: &[B::PublicTask, B::Agreement],
    ..VOLUNTEERING
};

/// Signing in.
const ACCESS: Processing = Processing {
    subjects: &[S::Staff, S::Volunteer],
    purpose: P::Access,
    bases: &[B::PublicTask, B::LegalObligation],
    special: &[],
    retention: R::WithTheAccount,
};

/// Whom an organisation or a group names as the one to reach.
const CONTACT: Processing = Processing {
    subjects: &[S::ContactPerson],
    purpose: P::Directory,
    bases: &[B::PublicTask],
    special: &[],
    retention: R::WithTheRecord,
};

declare! {
    ambassador {
        VOLUNTEERING.of(C::Identity) => DisplayName;
        SHOWN.of(C::Contact) => PublicProfile PublicContact;
        VOLUNTEERING.of(C::Volunteering) => Roles Status BriefedOn WholeMunicipality PoolPartnerId
            CreatedAt UpdatedAt;
        VOLUNTEERING.of(C::Link) => Id MunicipalityId;
        NothingOfAPerson => Version;
    }
    ambassador_neighbourhood {
        VOLUNTEERING.of(C::Volunteering) => AmbassadorId NeighbourhoodId;
    }
    deployment {
        VOLUNTEERING.of(C::Volunteering) => AmbassadorId StartsAt EndsAt CreatedAt UpdatedAt;
        VOLUNTEERING.of(C::Link) => Id MunicipalityId NeighbourhoodId;
        NothingOfAPerson => Version;
    }
    team {
        CONTACT.of(C::Identity) => ContactName;
        CONTACT.of(C::Contact) => ContactDetails PublicContact;
        TOLD.of(C::FreeText) => Description;
        NothingOfAPerson => Id MunicipalityId InitiativeId Name ContactPartnerId CreatedAt
            UpdatedAt Version;
    }
    team_member {
        TEAM.of(C::Identity) => DisplayName;
        MEMBER.of(C::Volunteering) => AmbassadorId PartnerId Task JoinedOn LeftOn CreatedAt
            UpdatedAt;
        MEMBER.of(C::Link) => Id TeamId MunicipalityId;
        NothingOfAPerson => Version;
    }
    team_neighbourhood {
        NothingOfAPerson => TeamId NeighbourhoodId;
    }
    training {
        TOLD.of(C::FreeText) => Title;
        NothingOfAPerson => Id MunicipalityId TeamId Kind HeldOn Minutes ProviderPartnerId
            CreatedAt UpdatedAt Version;
    }
    training_ambassador {
        VOLUNTEERING.of(C::Volunteering) => TrainingId AmbassadorId;
    }
    training_member {
        MEMBER.of(C::Volunteering) => TrainingId TeamMemberId;
    }
    initiative_advisor {
        SHOWN.of(C::Volunteering) => AmbassadorId Position;
        NothingOfAPerson => Id InitiativeId PartnerId CreatedAt UpdatedAt Version;
    }
    partner {
        CONTACT.of(C::Contact) => Email Phone;
        NothingOfAPerson => Id Reference Name Kind Secrecy Status Website PoolName CreatedAt
            UpdatedAt Version;
    }
    user {
        ACCESS.of(C::Identity) => DisplayName;
        ACCESS.of(C::Account) => Kind Issuer Subject Status AuthzVersion CreatedAt UpdatedAt;
        ACCESS.of(C::Link) => Id;
        NothingOfAPerson => Version;
    }
    role_grant {
        ACCESS.of(C::Account) => UserId Role MunicipalityId NeighbourhoodId PartnerId AmbassadorId
            ValidFrom ValidUntil CreatedAt UpdatedAt;
        ACCESS.of(C::Link) => Id;
        NothingOfAPerson => Version;
    }
}
