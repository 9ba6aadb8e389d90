//! What was removed because its period was over, day by day (GDPR article 5(2)).

use sea_orm::entity::prelude::*;

use crate::retention_rule::RetentionGround;

/// The run of one municipality on one day.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retention_runs")]
pub struct Model {
    /// `UUIDv7` of the record, made by the service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The municipality; one run for each day.
    pub municipality_id: Uuid,
    /// The day, in UTC.
    pub day: Date,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When nothing was due any more; none while it is under way, or was broken off and will go on.
    pub finished_at: Option<DateTimeUtc>,
    /// What was removed so far: numbers, and no ids.
    pub removed: Removed,
}

/// No relations: the store plans its edges from the columns.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How much was removed, by rule and sort.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult,
)]
pub struct Removed(pub Vec<RemovedCount>);

/// How many records of one sort were removed by one rule.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RemovedCount {
    /// The rule's ground.
    pub ground: RetentionGround,
    /// The rule's period, in months, as it was then.
    pub months: i32,
    /// What sort of record, such as `signals`.
    pub table: String,
    /// How many.
    pub count: i32,
}

impl Removed {
    /// Adds what was removed by another batch of the same run.
    pub fn include(&mut self, more: Self) {
        for new in more.0 {
            let same = |known: &&mut RemovedCount| {
                (known.ground, known.months, &known.table) == (new.ground, new.months, &new.table)
            };
            match self.0.iter_mut().find(same) {
                Some(known) => known.count = known.count.saturating_add(new.count),
                None => self.0.push(new),
            }
        }
        self.0
            .sort_by(|a, b| (a.ground, a.months, &a.table).cmp(&(b.ground, b.months, &b.table)));
    }
}
