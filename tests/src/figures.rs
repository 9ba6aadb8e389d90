//! Asking for figures.

use serde_json::{Value, json};

use crate::{Answer, Person};

/// Every figure there is, as a fragment on `Figures`.
pub const EVERY_FIGURE: &str = "fragment Every on Figures { \
    signals { total { ...N } byKind { kind count { ...N } } byCategory { category count { ...N } } \
      byAgeBand { ageBand count { ...N } } byInflowChannel { inflowChannel count { ...N } } \
      byUrgency { urgency count { ...N } } byStatus { status count { ...N } } \
      byOutcome { outcome count { ...N } } completion { ...S } } \
    referrals { total { ...N } byStatus { status count { ...N } } byOutcome { outcome count { ...N } } \
      completion { ...S } } \
    callOuts { total { ...N } byStatus { status count { ...N } } filled { ...S } } \
    peopleHelped { ...N } \
    waits { signalToFirstContact { ...M } signalToFirstReferral { ...M } referralToAcceptance { ...M } } \
    activities { total { ...N } byStatus { status count { ...N } } byOutcome { outcome count { ...N } } \
      occurrences { ...N } attendance { ...N } attendanceMix { targetGroup count { ...N } } \
      residentLed { ...N } residentLedFollowUps { ...N } } \
    reach { residents { ...N } byAgeBand { ageBand count { ...N } } \
      targetGroups { targetGroup residents { ...N } attendance { ...N } activities { ...N } } \
      notReached { ageBands targetGroups } } } \
    fragment N on Count { value suppressed } \
    fragment S on Share { part { ...N } of { ...N } rate } \
    fragment M on MedianTime { seconds of { ...N } suppressed }";

/// A period, from its first moment to the one after its last.
pub type Period<'a> = (&'a str, &'a str);

impl Person {
    /// Asks for these figures (fields of `Figures`) of places: `{"municipality": …}` or
    /// `{"neighbourhoods": […]}`.
    pub async fn asks_figures(&self, places: Value, period: Period<'_>, figures: &str) -> Answer {
        let query = format!(
            "query Figures($places: StatisticsPlaces!, $from: DateTime!, $until: DateTime!) {{ \
               statistics(places: $places, from: $from, until: $until) {{ \
                 total {{ {figures} }} \
                 neighbourhoods {{ neighbourhood {{ name }} figures {{ {figures} }} }} }} }}"
        );
        let (from, until) = period;
        let variables = json!({ "places": places, "from": from, "until": until });
        self.asks(&query, variables).await
    }

    /// The same for every figure.
    pub async fn asks_every_figure(&self, places: Value, period: Period<'_>) -> Answer {
        let query = format!(
            "query Figures($places: StatisticsPlaces!, $from: DateTime!, $until: DateTime!) {{ \
               statistics(places: $places, from: $from, until: $until) {{ total {{ ...Every }} \
                 neighbourhoods {{ neighbourhood {{ id name }} figures {{ ...Every }} }} }} }} \
             {EVERY_FIGURE}"
        );
        let (from, until) = period;
        let variables = json!({ "places": places, "from": from, "until": until });
        self.asks(&query, variables).await
    }
}
