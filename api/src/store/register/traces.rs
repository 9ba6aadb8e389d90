//! What is kept of who did and read what.

use nabij_entity::processing::{
    DataCategory as C, DataSubject as S, LegalBasis as B, ProcessingPurpose as P,
    RetentionTerm as R,
};

use super::{Holds::NothingOfAPerson, Processing, declare};

/// Being able to show what was done with personal data (GDPR articles 5(2) and 32).
const ACCOUNT: Processing = Processing {
    subjects: &[S::Resident, S::Staff, S::Volunteer],
    purpose: P::Accountability,
    bases: &[B::LegalObligation],
    special: &[],
    retention: R::ForAccountability,
};

/// Keeping what a complaint, an inquiry or a procedure asks for (articles 17(3)(e) and 18(1)(c)),
/// and being able to show why.
const HOLD: Processing = Processing {
    subjects: &[S::Resident, S::Staff],
    retention: R::WithTheCase,
    ..ACCOUNT
};

/// Doing once what was sent twice.
const ONCE: Processing = Processing {
    subjects: &[S::Staff, S::Volunteer, S::Resident],
    purpose: P::Reliability,
    bases: &[B::PublicTask],
    special: &[],
    retention: R::ADay,
};

declare! {
    event {
        ACCOUNT.of(C::Care) => SubjectKind Kind At Data;
        ACCOUNT.of(C::Link) => Id SubjectId RequestId;
        ACCOUNT.of(C::Authorship) => ActorUserId ActorRole ActorPartnerId;
    }
    access_log {
        ACCOUNT.of(C::Authorship) => UserId PartnerId Fields Purpose At;
        ACCOUNT.of(C::Link) => Id ResidentId MunicipalityId RequestId;
    }
    erasure {
        ACCOUNT.of(C::Authorship) => UserId ErasedAt;
        ACCOUNT.of(C::Link) => ResidentId MunicipalityId RequestId;
    }
    legal_hold {
        HOLD.sensitive(C::FreeText) => Reason LiftReason;
        HOLD.of(C::Link) => Id MunicipalityId NeighbourhoodId SignalId ResidentId;
        HOLD.of(C::Authorship) => PlacedByUserId LiftedByUserId;
        HOLD.of(C::Care) => EndsAt LiftedAt CreatedAt UpdatedAt;
        NothingOfAPerson => Version;
    }
    retention_rule {
        NothingOfAPerson => Id MunicipalityId Ground Months CreatedAt UpdatedAt Version;
    }
    retention_run {
        NothingOfAPerson => Id MunicipalityId Day StartedAt FinishedAt Removed;
    }
    idempotency_key {
        ONCE.of(C::Authorship) => UserId Key Mutation CreatedAt;
        ONCE.of(C::Link) => RecordId InputHash;
    }
}
