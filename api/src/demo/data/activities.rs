//! What can be done with activities in the story.

use nabij_entity::{
    activity::{ActivityLead, ActivityOutcome, HandoverTask},
    vocabulary::TargetGroup,
};
use serde::Deserialize;

/// What can be done with activities.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum ActivityDeed {
    /// Begin a series in the municipality of the file.
    Series {
        key: String,
        name: String,
        description: String,
    },
    Propose(Box<Propose>),
    Publish {
        activity: String,
    },
    /// Let the residents take the lead.
    Hand {
        activity: String,
        tasks: Vec<HandoverTask>,
        note: Option<String>,
    },
    /// End it with what came of it, and count who came.
    End {
        activity: String,
        outcome: ActivityOutcome,
        note: Option<String>,
        total: i32,
        #[serde(default)]
        mix: Vec<(TargetGroup, i32)>,
    },
    /// Call it off.
    Off {
        activity: String,
        reason: String,
    },
}

/// An activity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    pub key: String,
    pub title: String,
    pub description: Option<String>,
    pub neighbourhood: String,
    pub place: Option<String>,
    /// How many days after the step it begins.
    pub in_days: u16,
    /// At what hour, in local time.
    pub hour: u32,
    /// How many hours it lasts.
    pub hours: u32,
    pub recurrence: Option<String>,
    #[serde(default)]
    pub target_groups: Vec<TargetGroup>,
    #[serde(default)]
    pub languages: Vec<String>,
    pub capacity: Option<i32>,
    pub lead: Option<ActivityLead>,
    #[serde(default)]
    pub organisers: Vec<String>,
    #[serde(default)]
    pub volunteers: Vec<String>,
    /// The rooms and things that are booked for it.
    #[serde(default)]
    pub bookables: Vec<String>,
    /// The group for which it fills a gap of sixty days.
    pub fills_gap_for: Option<TargetGroup>,
    pub series: Option<String>,
    pub follows: Option<String>,
    /// Whether it is part of the initiative of the file.
    #[serde(default)]
    pub of_initiative: bool,
    /// Published at once, unless it says otherwise.
    pub publish: Option<bool>,
}
