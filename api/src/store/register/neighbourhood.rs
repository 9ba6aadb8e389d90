//! What is kept of the neighbourhood: places, organisations, programmes, plans and activities. Some
//! tell which volunteer or member of staff had a hand in them; what people write about them ought to
//! name nobody, and may.

use nabij_entity::processing::{
    DataCategory as C, DataSubject as S, LegalBasis as B, ProcessingPurpose as P,
    RetentionTerm as R,
};

use super::{Holds::NothingOfAPerson, Processing, declare};

/// Who organises, writes down or promises something in the neighbourhood.
const COMMUNITY: Processing = Processing {
    subjects: &[S::Staff, S::Volunteer],
    purpose: P::Community,
    bases: &[B::PublicTask, B::Agreement],
    special: &[],
    retention: R::WithTheRecord,
};

/// Texts about programmes, activities and plans, in which people ought not to be named and may be.
pub(super) const TOLD: Processing = Processing {
    subjects: &[S::Resident, S::Staff, S::Volunteer],
    ..COMMUNITY
};

declare! {
    municipality {
        NothingOfAPerson => Id Name Country Code CodeScheme CreatedAt UpdatedAt Version;
    }
    neighbourhood {
        NothingOfAPerson => Id MunicipalityId ParentId Name CreatedAt UpdatedAt Version;
    }
    area_code {
        NothingOfAPerson => Id NeighbourhoodId Scheme Code ValidFrom ValidUntil CreatedAt;
    }
    partner_identifier {
        NothingOfAPerson => Id PartnerId Scheme Value CreatedAt;
    }
    partner_neighbourhood {
        NothingOfAPerson => PartnerId NeighbourhoodId;
    }
    service {
        NothingOfAPerson => Id PartnerId Reference Name Description Categories TargetGroups
            CapacityAvailable CapacityMaximum CapacityUpdatedAt Status CreatedAt UpdatedAt Version;
    }
    service_neighbourhood {
        NothingOfAPerson => ServiceId NeighbourhoodId;
    }
    initiative {
        TOLD.of(C::FreeText) => Description;
        NothingOfAPerson => Id Reference Name MunicipalityId StartsOn EndsOn TargetGroups
            MinimumAge Website BudgetCents CreatedAt UpdatedAt Version;
    }
    initiative_neighbourhood {
        NothingOfAPerson => InitiativeId NeighbourhoodId;
    }
    initiative_partner {
        NothingOfAPerson => InitiativeId PartnerId;
    }
    evaluation {
        TOLD.of(C::FreeText) => Strengths Barriers LastingImpact;
        NothingOfAPerson => Id InitiativeId Recommendation Impact EvaluatedOn CreatedAt UpdatedAt
            Version;
    }
    activity {
        COMMUNITY.of(C::Authorship) => ProposedByUserId ProposedByAmbassadorId ProposedByPartnerId;
        TOLD.of(C::FreeText) => Title Place Description OutcomeNote HandoverNote CancelReason;
        NothingOfAPerson => Id MunicipalityId NeighbourhoodId InitiativeId SeriesId FollowUpOfId
            Status Lead StartsAt EndsAt TimeZone Recurrence TargetGroups Languages Capacity Sequence Outcome AttendanceTotal HandedOverAt HandoverTasks GapTargetGroup
            GapFrom GapUntil PublishedAt ClosedAt CreatedAt UpdatedAt Version;
    }
    activity_bookable {
        NothingOfAPerson => ActivityId BookableId;
    }
    activity_organiser {
        NothingOfAPerson => ActivityId PartnerId;
    }
    activity_series {
        TOLD.of(C::FreeText) => Name Description;
        NothingOfAPerson => Id MunicipalityId InitiativeId CreatedAt UpdatedAt Version;
    }
    activity_volunteer {
        COMMUNITY.of(C::Volunteering) => ActivityId AmbassadorId;
    }
    occurrence {
        NothingOfAPerson => Id ActivityId MunicipalityId NeighbourhoodId StartsAt EndsAt
            CancelledAt AttendanceTotal CreatedAt UpdatedAt Version;
    }
    attendance {
        NothingOfAPerson => Id ActivityId OccurrenceId TargetGroup Count;
    }
    bookable {
        NothingOfAPerson => Id Kind PartnerId MunicipalityId NeighbourhoodId Name Description
            Address Capacity Accessibility Status CreatedAt UpdatedAt Version;
    }
    booking {
        COMMUNITY.of(C::Authorship) => BookedByUserId BookedByAmbassadorId BookedByPartnerId;
        TOLD.of(C::FreeText) => Note CancelReason;
        NothingOfAPerson => Id FirstId BookableId OwnerPartnerId MunicipalityId NeighbourhoodId
            ActivityId OccurrenceId StartsAt EndsAt Status CancelCause CreatedAt UpdatedAt Version;
    }
    plan {
        TOLD.of(C::FreeText) => Title Summary ReturnReason Strengths Barriers LastingImpact;
        NothingOfAPerson => Id MunicipalityId NeighbourhoodId InitiativeId FacilitatorPartnerId
            ClonedFromId Stage BudgetCents Recommendation Impact EvaluatedOn CreatedAt UpdatedAt
            Version;
    }
    plan_lineage {
        NothingOfAPerson => PlanId AncestorId;
    }
    plan_session {
        COMMUNITY.of(C::Authorship) => RecordedByUserId RecordedByPartnerId;
        TOLD.of(C::FreeText) => Note;
        NothingOfAPerson => Id PlanId MunicipalityId NeighbourhoodId Kind HeldOn Headcount Mix
            CreatedAt UpdatedAt Version;
    }
    finding {
        COMMUNITY.of(C::Authorship) => RecordedByUserId RecordedByPartnerId;
        TOLD.of(C::FreeText) => Text;
        NothingOfAPerson => Id PlanId MunicipalityId NeighbourhoodId SessionId Kind Category
            CreatedAt UpdatedAt Version;
    }
    plan_action {
        COMMUNITY.of(C::Authorship) => RecordedByUserId RecordedByPartnerId;
        TOLD.of(C::FreeText) => Title Description StatusNote;
        NothingOfAPerson => Id PlanId MunicipalityId NeighbourhoodId Status Owner OwnerPartnerId
            DueOn CreatedAt UpdatedAt Version;
    }
    commitment {
        COMMUNITY.of(C::Authorship) => RecordedByUserId;
        TOLD.of(C::FreeText) => What;
        NothingOfAPerson => Id PlanId MunicipalityId NeighbourhoodId ActionId Party PartnerId
            FromOn UntilOn CreatedAt UpdatedAt Version;
    }
    endorsement {
        COMMUNITY.of(C::Authorship) => RecordedByUserId;
        TOLD.of(C::FreeText) => How;
        NothingOfAPerson => Id PlanId MunicipalityId NeighbourhoodId Endorser PartnerId EndorsedOn
            LapsedAt CreatedAt UpdatedAt Version;
    }
    funding_line {
        TOLD.of(C::FreeText) => Note StatusNote;
        NothingOfAPerson => Id MunicipalityId NeighbourhoodId PlanId InitiativeId FunderPartnerId
            FunderName Kind Status RequestedCents GrantedCents AppliedOn DecidedOn CreatedAt
            UpdatedAt Version;
    }
}
