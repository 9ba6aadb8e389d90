//! What is kept of residents, to help them.

use nabij_entity::processing::{
    DataCategory as C, DataSubject as S, LegalBasis as B, ProcessingPurpose as P,
    RetentionTerm as R,
};

use super::{
    Holds::NothingOfAPerson,
    Processing, declare,
    people::{BY_STAFF, BY_VOLUNTEER},
};

/// Hearing what somebody needs and seeing to it: the municipality's task in social policy (Flemish
/// decree of 9 February 2018 on local social policy; Dutch Wmo 2015).
const HELP: Processing = Processing {
    subjects: &[S::Resident],
    purpose: P::Help,
    bases: &[B::PublicTask],
    special: &[],
    retention: R::WithTheCase,
};

/// Passing somebody on: each referral, and each signal that a partner handles, states its own ground
/// (`SharingBasis`).
const SHARING: Processing = Processing {
    purpose: P::Sharing,
    bases: &[
        B::Consent,
        B::PublicTask,
        B::LegalObligation,
        B::VitalInterest,
    ],
    ..HELP
};

/// Showing that somebody agreed (article 7(1)).
const CONSENT: Processing = Processing {
    purpose: P::Sharing,
    bases: &[B::LegalObligation],
    ..HELP
};

declare! {
    resident {
        HELP.of(C::Identity) => GivenName FamilyName BirthYear;
        HELP.sensitive(C::Characteristics) => TargetGroups Languages;
        HELP.sensitive(C::FreeText) => Notes;
        HELP.of(C::Link) => Id MunicipalityId NeighbourhoodId;
        HELP.of(C::Care) => ErasedAt CreatedAt UpdatedAt;
        BY_STAFF.of(C::Authorship) => RecordedByUserId RecordedByPartnerId;
        BY_VOLUNTEER.of(C::Authorship) => RecordedByAmbassadorId;
        NothingOfAPerson => Version;
    }
    resident_contact {
        HELP.of(C::Contact) => Phone Email Address PreferredChannel;
        HELP.of(C::Link) => ResidentId;
        HELP.of(C::Care) => UpdatedAt;
    }
    consent {
        CONSENT.of(C::Agreement) => Kind PartnerId Method GivenAt WithdrawnAt CreatedAt UpdatedAt;
        CONSENT.of(C::Link) => Id ResidentId MunicipalityId NeighbourhoodId;
        BY_STAFF.of(C::Authorship) => RecordedByUserId WithdrawnByUserId;
        NothingOfAPerson => Version;
    }
    signal {
        HELP.sensitive(C::Care) => Kind Category ChoreKind Urgency Status Outcome DismissReason
            DueAt ClosedAt ContentRemovedAt CreatedAt UpdatedAt;
        HELP.sensitive(C::FreeText) => Title Text OutcomeNote;
        HELP.of(C::Link) => Id MunicipalityId NeighbourhoodId ResidentId DuplicateOfId
            ExternalReference Source InflowChannel HandlerPartnerId;
        SHARING.of(C::Agreement) => HandlerBasis HandlerConsentId HandlerDisclosedFields;
        SHARING.sensitive(C::FreeText) => HandlerBasisJustification;
        BY_STAFF.of(C::Authorship) => ReporterUserId ReporterPartnerId;
        BY_VOLUNTEER.of(C::Authorship) => ReporterAmbassadorId;
        NothingOfAPerson => Version;
    }
    referral {
        SHARING.sensitive(C::Care) => Status HeldFrom RejectReason CancelCause Outcome AcceptedAt
            ClosedAt CreatedAt UpdatedAt ServiceId ActivityId FromPartnerId ToPartnerId;
        SHARING.of(C::Agreement) => Basis ConsentId DisclosedFields;
        SHARING.sensitive(C::FreeText) => BasisJustification Reason StatusNote OutcomeNote;
        SHARING.of(C::Link) => Id SignalId MunicipalityId NeighbourhoodId ResidentId ReplacesId;
        BY_STAFF.of(C::Authorship) => RequestedByUserId;
        NothingOfAPerson => Version;
    }
    contact_moment {
        HELP.sensitive(C::Care) => Kind At Outcome CreatedAt UpdatedAt;
        HELP.sensitive(C::FreeText) => Note;
        HELP.of(C::Agreement) => Secrecy;
        HELP.of(C::Link) => Id SignalId ReferralId MunicipalityId NeighbourhoodId;
        BY_STAFF.of(C::Authorship) => AuthorUserId AuthorPartnerId;
        BY_VOLUNTEER.of(C::Authorship) => AuthorAmbassadorId;
        NothingOfAPerson => Version;
    }
    feedback {
        HELP.sensitive(C::FreeText) => Text;
        HELP.of(C::Care) => Giver Score CreatedAt UpdatedAt;
        HELP.of(C::Link) => Id ReferralId SignalId MunicipalityId NeighbourhoodId CallOutId;
        BY_STAFF.of(C::Authorship) => AuthorUserId AuthorPartnerId;
        BY_VOLUNTEER.of(C::Authorship) => AuthorAmbassadorId;
        NothingOfAPerson => Version;
    }
    call_out {
        SHARING.sensitive(C::Care) => Category ChoreKind StartsAt EndsAt Deadline Status EndCause
            ClosedAt CreatedAt UpdatedAt PartnerId;
        SHARING.sensitive(C::FreeText) => Title Text Details StatusNote;
        SHARING.of(C::Link) => Id ReferralId SignalId MunicipalityId NeighbourhoodId ResidentId;
        BY_VOLUNTEER.of(C::Volunteering) => SelectedOfferId SelectedAmbassadorId;
        BY_STAFF.of(C::Authorship) => OpenedByUserId;
        NothingOfAPerson => Version;
    }
    offer {
        BY_VOLUNTEER.of(C::Volunteering) => AmbassadorId Status SelectedAt PartnerId CreatedAt
            UpdatedAt;
        BY_VOLUNTEER.of(C::FreeText) => Note;
        HELP.sensitive(C::FreeText) => StatusNote;
        BY_VOLUNTEER.of(C::Link) => Id CallOutId MunicipalityId NeighbourhoodId;
        NothingOfAPerson => Version;
    }
}
