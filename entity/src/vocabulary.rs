//! The words that several records share. A word that belongs to one record is in that record's
//! file. One more word is one more line here and one more label in each of the three languages.

codes! {
    /// A country in which Nabij is used (ISO 3166-1 alpha-2).
    pub enum Country {
        /// Belgium.
        Be = "BE",
        /// The Netherlands.
        Nl = "NL",
    }
}

codes! {
    /// A currency (ISO 4217).
    pub enum Currency {
        /// The euro.
        Eur = "EUR",
    }
}

codes! {
    /// What a signal or a service is about.
    pub enum Category {
        /// Somebody is lonely, or a service brings people company.
        Loneliness = "LONELINESS",
        /// Getting somewhere: transport, walking, an escort.
        Mobility = "MOBILITY",
        /// Small jobs in and around the house; a chore kind says which.
        Chores = "CHORES",
        /// The home itself: finding one, keeping it, making it fit to live in.
        Housing = "HOUSING",
        /// Physical or mental health.
        Health = "HEALTH",
        /// Care at home, and those who give it without being paid.
        Care = "CARE",
        /// Income, debts, benefits and rights that aren't taken up.
        Money = "MONEY",
        /// Safety at home or in the street.
        Safety = "SAFETY",
        /// Learning or practising the language, or needing an interpreter.
        Language = "LANGUAGE",
        /// Bringing up children and living together as a family.
        Family = "FAMILY",
        /// Using digital devices and services.
        Digital = "DIGITAL",
        /// Streets, squares, green and what is wrong or missing there.
        PublicSpace = "PUBLIC_SPACE",
        /// Meeting neighbours and doing things together.
        Meeting = "MEETING",
        /// None of the others; the text says what.
        Other = "OTHER",
    }
}

codes! {
    /// Which small job a signal of the category CHORES asks for.
    pub enum ChoreKind {
        /// Clearing snow and ice.
        Snow = "SNOW",
        /// Work in the garden.
        Garden = "GARDEN",
        /// Walking or looking after pets.
        Pets = "PETS",
        /// Small repairs that need no tradesperson.
        SmallRepairs = "SMALL_REPAIRS",
        /// Looking after children for a few hours.
        Babysitting = "BABYSITTING",
        /// Moving house, or moving something heavy.
        Moving = "MOVING",
        /// Shopping and other errands.
        Errands = "ERRANDS",
        /// Another small job; the text says which.
        Other = "OTHER",
    }
}

codes! {
    /// How soon somebody must look at a signal; it sets the signal's due date.
    pub enum Urgency {
        /// It can wait.
        Low = "LOW",
        /// The usual pace.
        Normal = "NORMAL",
        /// Sooner than usual: waiting makes it worse.
        High = "HIGH",
        /// Today: somebody may come to harm. Emergencies belong with the emergency number 112.
        Acute = "ACUTE",
    }
}

codes! {
    /// The people that a service or an initiative is meant for, or that a resident belongs to.
    pub enum TargetGroup {
        /// Children up to about twelve years.
        Children = "CHILDREN",
        /// Young people from about twelve to twenty-five years.
        Youth = "YOUTH",
        /// Older people; an initiative may set its own minimum age.
        OlderPeople = "OLDER_PEOPLE",
        /// Families with children.
        Families = "FAMILIES",
        /// People with a migration background.
        MigrationBackground = "MIGRATION_BACKGROUND",
        /// People who speak another language than the local one.
        OtherLanguage = "OTHER_LANGUAGE",
        /// People who live in poverty or risk it.
        Poverty = "POVERTY",
        /// People who care for a relative or neighbour without being paid.
        InformalCarers = "INFORMAL_CARERS",
        /// People who live alone.
        LivingAlone = "LIVING_ALONE",
        /// Everybody in the neighbourhood.
        Everyone = "EVERYONE",
    }
}

codes! {
    /// The way by which a signal came in.
    pub enum InflowChannel {
        /// A visit at somebody's home.
        Visit = "VISIT",
        /// A desk or a walk-in hour.
        Desk = "DESK",
        /// A phone call.
        Phone = "PHONE",
        /// Somebody in between, such as a doctor, a shopkeeper or a relative.
        Intermediary = "INTERMEDIARY",
        /// Word of mouth in the neighbourhood.
        WordOfMouth = "WORD_OF_MOUTH",
        /// A campaign, such as a round of visits or a letter to all households.
        Campaign = "CAMPAIGN",
        /// The system of a partner, over the API.
        PartnerSystem = "PARTNER_SYSTEM",
        /// A neighbourhood platform on the internet.
        Platform = "PLATFORM",
    }
}

codes! {
    /// How old somebody is, in bands: the age that they reach in the year that is counted.
    pub enum AgeBand {
        /// Up to 11 years.
        UpTo11 = "UP_TO_11",
        /// 12 to 24 years.
        From12To24 = "FROM_12_TO_24",
        /// 25 to 44 years.
        From25To44 = "FROM_25_TO_44",
        /// 45 to 64 years.
        From45To64 = "FROM_45_TO_64",
        /// 65 to 74 years.
        From65To74 = "FROM_65_TO_74",
        /// 75 to 84 years.
        From75To84 = "FROM_75_TO_84",
        /// 85 years and over.
        From85 = "FROM_85",
        /// Somebody whose year of birth isn't known.
        Unknown = "UNKNOWN",
        /// Nobody in particular: it is about no resident.
        NoResident = "NO_RESIDENT",
    }
}
