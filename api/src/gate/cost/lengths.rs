//! How long the lists of our schema are that are no connections: a row for each, so that none is taken
//! for short because nobody thought of it ([`Gate::lists_without_length`](crate::gate::Gate::lists_without_length)
//! says which have none).
//!
//! No row is needed for a connection's `edges` and `nodes` and a mutation payload's lists, which stand
//! around a page or the rows sent, nor for a list of enum values, which is taken to have each once.
//! To add a list field to the schema: a row here.

use Length::{Around, By, Of};

/// How many items a list has, as far as that is known before it is read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Length {
    /// So many at most, or, where nothing bounds them, more than they usually are.
    Of(u64),
    /// As many as its object was asked for: the row of the field that gives the object says how many.
    Around,
    /// What the arguments allow: the product of these, and at most so many.
    By(&'static [Factor], u64),
}

/// What an argument contributes to a length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor {
    /// The names on the way to a list: of the argument, and of the fields of input objects.
    pub(super) list: &'static [&'static str],
    /// What counts when it isn't given.
    pub(super) otherwise: u64,
}

/// The places of one answer, each of which is a record: as many as may be asked about at once.
pub(super) const PLACES: u64 = 100;

const fn given(list: &'static [&'static str], otherwise: u64) -> Factor {
    Factor { list, otherwise }
}

const fn times(number: u64) -> Factor {
    given(&[], number)
}

/// Weeks of the longest time that is looked at.
const WEEKS: u64 = 53;
/// The target groups but everyone.
const GROUPS: u64 = 9;
/// Cells of one answer about gaps.
const GAPS: u64 = 2_000;
/// Neighbourhoods of a municipality, mostly. Figures of more of them cost little more: they are counted for
/// all at once.
const NEIGHBOURHOODS: u64 = 30;
/// Categories of signals and findings.
const CATEGORIES: u64 = 14;

/// Type, field, length.
pub(super) const LENGTHS: &[(&str, &str, Length)] = &[
    ("Activity", "languages", Of(5)),
    ("ActivityFigures", "attendanceMix", Of(GROUPS + 1)),
    ("ActivityFigures", "byOutcome", Of(3)),
    ("ActivityFigures", "byStatus", Of(4)),
    ("CallOutFigures", "byStatus", Of(4)),
    ("DossierRecord", "fields", Of(20)),
    ("Initiative", "evaluations", Of(10)),
    ("Neighbourhood", "areaCodes", Of(4)),
    ("Occurrence", "attendance", Of(GROUPS + 1)),
    ("Partner", "identifiers", Of(5)),
    (
        "Query",
        "activityGaps",
        By(
            &[
                given(&["where", "neighbourhoods"], PLACES),
                given(&["where", "targetGroups"], GROUPS),
                times(WEEKS),
            ],
            GAPS,
        ),
    ),
    (
        "Query",
        "careNeeds",
        By(
            &[given(&["neighbourhoods"], PLACES), times(CATEGORIES)],
            u64::MAX,
        ),
    ),
    ("Query", "nodes", By(&[given(&["ids"], 1)], u64::MAX)),
    ("Query", "processingRegister", Of(10)),
    ("Query", "retentionPeriods", Of(11)),
    // No list, but two of its lists are as long as `first` says.
    ("Query", "retentionPreview", By(&[], PLACES)),
    // No list, but what it gives has one item for each place.
    (
        "Query",
        "statistics",
        By(
            &[given(&["places", "neighbourhoods"], NEIGHBOURHOODS)],
            u64::MAX,
        ),
    ),
    (
        "Query",
        "vocabulary",
        By(&[given(&["enums"], 120)], u64::MAX),
    ),
    ("ReachFigures", "byAgeBand", Of(9)),
    ("ReachFigures", "targetGroups", Of(GROUPS + 1)),
    ("ReferralFigures", "byOutcome", Of(5)),
    ("ReferralFigures", "byStatus", Of(8)),
    ("Resident", "languages", Of(5)),
    ("Resident", "withheld", Of(8)),
    ("ResidentDossier", "reads", Of(500)),
    ("ResidentDossier", "records", Of(200)),
    ("RetentionCase", "records", Of(20)),
    ("RetentionPreview", "cases", Around),
    ("RetentionPreview", "counts", Of(40)),
    ("RetentionPreview", "residents", Around),
    ("RetentionRun", "removed", Of(40)),
    ("SignalFigures", "byAgeBand", Of(9)),
    ("SignalFigures", "byCategory", Of(CATEGORIES)),
    ("SignalFigures", "byInflowChannel", Of(8)),
    ("SignalFigures", "byKind", Of(3)),
    ("SignalFigures", "byOutcome", Of(8)),
    ("SignalFigures", "byStatus", Of(6)),
    ("SignalFigures", "byUrgency", Of(4)),
    ("SignalSubmitResult", "userErrors", Of(5)),
    ("Statistics", "neighbourhoods", Around),
    ("User", "roles", Of(5)),
    ("UserError", "allowed", Of(8)),
    ("UserError", "path", Of(4)),
    ("UserError", "taken", Of(10)),
    ("VocabularyEnum", "values", Of(6)),
];

/// Fields of a list's items that give a record of which there are at most [`PLACES`], however long the
/// list is: type, field, and the list's length at most. Each such record is read once.
pub(super) const PLACES_OF: &[(&str, &str, u64)] = &[
    ("ActivityGap", "neighbourhood", GAPS),
    ("CareNeed", "neighbourhood", PLACES * CATEGORIES),
    ("NeighbourhoodStatistics", "neighbourhood", NEIGHBOURHOODS),
];
