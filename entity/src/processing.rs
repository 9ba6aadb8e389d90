//! The words of the register of processing activities (GDPR article 30): of whom something is kept,
//! what sort of thing, for what, on which ground, who receives it and how long it stays. None of
//! them lies in the database; the register is made from the columns themselves.

codes! {
    /// Of whom something is kept.
    pub enum DataSubject {
        /// Somebody who is helped, or about whom a signal tells.
        Resident = "RESIDENT",
        /// A volunteer.
        Volunteer = "VOLUNTEER",
        /// Somebody who works with the service: for a municipality, a partner or the platform.
        Staff = "STAFF",
        /// Somebody whom an organisation or a group names as the one to reach.
        ContactPerson = "CONTACT_PERSON",
    }
}

codes! {
    /// What sort of thing is kept of a person (GDPR article 30(1)(c)).
    pub enum DataCategory {
        /// Who it is: names, year of birth.
        Identity = "IDENTITY",
        /// How to reach them: phone, e-mail, address, the way they prefer.
        Contact = "CONTACT",
        /// Languages, and groups such as older people or people in poverty.
        Characteristics = "CHARACTERISTICS",
        /// What they need and how it went, in codes and times. May tell of health.
        Care = "CARE",
        /// What people wrote about it, in which anything may stand.
        FreeText = "FREE_TEXT",
        /// What they agreed to, and on which ground something is shared.
        Agreement = "AGREEMENT",
        /// Which record is about whom: an id without a name.
        Link = "LINK",
        /// What a volunteer does, where, since when, and with which training.
        Volunteering = "VOLUNTEERING",
        /// Accounts: who signs in, in which role and for how long.
        Account = "ACCOUNT",
        /// Who wrote or did something, and when.
        Authorship = "AUTHORSHIP",
    }
}

codes! {
    /// What something is kept for (GDPR article 5(1)(b)).
    pub enum ProcessingPurpose {
        /// Helping somebody: hearing what is needed, and finding who does it.
        Help = "HELP",
        /// Passing somebody on to another organisation or to a volunteer, with no more than that takes.
        Sharing = "SHARING",
        /// Preparing volunteers, and knowing where they are there for people.
        Volunteering = "VOLUNTEERING",
        /// Organising activities, plans and rooms in the neighbourhood.
        Community = "COMMUNITY",
        /// Knowing which organisation does what, and how to reach it.
        Directory = "DIRECTORY",
        /// Letting people sign in, and do what their role allows.
        Access = "ACCESS",
        /// Being able to show who did and read what (GDPR article 5(2)).
        Accountability = "ACCOUNTABILITY",
        /// Not doing twice what was sent twice.
        Reliability = "RELIABILITY",
    }
}

codes! {
    /// The ground for processing (GDPR article 6(1)).
    pub enum LegalBasis {
        /// Consent: article 6(1)(a).
        Consent = "CONSENT",
        /// An agreement, such as a volunteer's with the organisation: article 6(1)(b).
        Agreement = "AGREEMENT",
        /// A legal obligation: article 6(1)(c).
        LegalObligation = "LEGAL_OBLIGATION",
        /// A vital interest: article 6(1)(d).
        VitalInterest = "VITAL_INTEREST",
        /// A task in the public interest, such as local social policy or social support: article
        /// 6(1)(e).
        PublicTask = "PUBLIC_TASK",
    }
}

codes! {
    /// The ground for processing what may tell of health, origin or belief (GDPR article 9(2)).
    pub enum SpecialCategoryBasis {
        /// Explicit consent: article 9(2)(a).
        ExplicitConsent = "EXPLICIT_CONSENT",
        /// A vital interest of somebody who can't consent: article 9(2)(c).
        VitalInterest = "VITAL_INTEREST",
        /// Health or social care, by people who are bound to secrecy: article 9(2)(h) and 9(3).
        SocialCare = "SOCIAL_CARE",
    }
}

codes! {
    /// Who may come to see something (GDPR article 30(1)(d)); always within their own scope.
    pub enum DataReceiver {
        /// Everybody, also without an account.
        Public = "PUBLIC",
        /// Whoever has an account.
        SignedIn = "SIGNED_IN",
        /// Coordinators of the municipality, or of the neighbourhood.
        Municipality = "MUNICIPALITY",
        /// Staff of a partner that handles the case or to whom it was referred: of a resident, the
        /// fields that the referral discloses.
        Partner = "PARTNER",
        /// Signallers of a partner, of what they reported themselves.
        Signaller = "SIGNALLER",
        /// Volunteers: what they reported themselves, and of a resident what is disclosed to the one
        /// who was selected.
        Volunteer = "VOLUNTEER",
        /// The auditor of the municipality.
        Auditor = "AUDITOR",
        /// Administrators of the platform.
        Administrator = "ADMINISTRATOR",
    }
}

codes! {
    /// How long something stays (GDPR article 30(1)(f)).
    pub enum RetentionTerm {
        /// With the case: until the municipality's period for its outcome is over, or the person is
        /// erased.
        WithTheCase = "WITH_THE_CASE",
        /// While somebody volunteers, and then as long as what they did is accounted for.
        WithTheVolunteer = "WITH_THE_VOLUNTEER",
        /// While the account is there, and then as long as what was done with it is accounted for.
        WithTheAccount = "WITH_THE_ACCOUNT",
        /// With the organisation, activity, plan or room that it belongs to.
        WithTheRecord = "WITH_THE_RECORD",
        /// As long as the municipality must be able to show what was done with personal data.
        ForAccountability = "FOR_ACCOUNTABILITY",
        /// As long as a request may be repeated, which is a day.
        ADay = "A_DAY",
    }
}

codes! {
    /// What becomes of something when a resident is erased (GDPR article 17).
    pub enum ErasureEffect {
        /// It goes.
        Goes = "GOES",
        /// A document of which only codes stay.
        ReducedToCodes = "REDUCED_TO_CODES",
        /// It stays, without what mentions them: their full name, phone number, e-mail address and
        /// address.
        MentionsGo = "MENTIONS_GO",
        /// It stays, without the person: a code, a time or an id that leads to nobody any more.
        Stays = "STAYS",
    }
}
