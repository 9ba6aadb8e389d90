//! Whether everything that can be asked was asked.

use super::{
    Scene,
    schema::{find, kind_name, list, name},
    tally::Tally,
};

/// Every field of every record was asked, and everything that can be hidden was shown to somebody
/// and hidden from somebody.
pub(super) fn is_complete(scene: &Scene, tally: &Tally) {
    for kind in scene.kinds() {
        for field in list(find(scene.types, kind_name(kind)), "fields") {
            let asked = tally.asked.contains(&(kind, name(field).to_owned()));
            assert!(asked, "{kind:?}.{} is asked nowhere", name(field));
        }
    }
    for field in list(find(scene.types, "Query"), "fields") {
        let is_elsewhere = ELSEWHERE.iter().any(|(known, _)| *known == name(field));
        assert!(
            tally.roots.contains(name(field)) != is_elsewhere,
            "{} is asked nowhere, or is said to be asked elsewhere",
            name(field)
        );
    }
    let never: Vec<_> = tally
        .outcomes
        .iter()
        .filter(|(of, [shown, hidden])| {
            let is_public = PUBLIC.contains(&of.as_str());
            *shown == 0 || *hidden == 0 && !is_public
        })
        .collect();
    assert!(never.is_empty(), "only one outcome: {never:?}");
}

/// Records that everybody sees.
const PUBLIC: &[&str] = &[
    "Municipality",
    "Neighbourhood",
    "Initiative",
    "Evaluation",
    "ActivitySeries",
    "Advisor",
    "RetentionRule",
    "Team",
];

/// Fields of the root that tell of no record that can be hidden, and why.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "activityGaps",
        "the public calendar, counted: wijk_bij_duurstede/gaps.rs",
    ),
    ("me", "the account that asks: http.rs"),
    (
        "processingRegister",
        "the declarations of the code: privacy/register.rs",
    ),
    (
        "retentionPeriods",
        "told to everybody: privacy/retention.rs",
    ),
    ("vocabulary", "the words of the schema: vocabulary.rs"),
];
