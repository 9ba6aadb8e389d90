//! What is due to be removed, found in one way for the list that only shows it and for the run that
//! does it ([`Due`]).

use chrono::{DateTime, NaiveDate, Utc};
use nabij_entity::{
    resident,
    retention_rule::{self, RetentionGround},
    retention_run::{self, Removed, RemovedCount},
    signal::{self, SignalOutcome, SignalStatus},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, JoinType, OnConflict, Order, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    Cx, Failure, Tx, dialect,
    held::{HELD, Held, Whose},
    legal_hold,
    scope::{self, col},
};
use crate::policy::Permit;

/// What ended on this ground until then is due.
#[derive(Clone, Copy, Debug)]
pub struct Cutoff {
    /// The ground.
    pub ground: RetentionGround,
    /// Its period, in months.
    pub months: i32,
    /// Until when something must have ended to be due, that moment included.
    pub until: DateTime<Utc>,
}

/// What is due in a municipality at a moment.
#[derive(Clone, Debug)]
pub struct Due {
    /// The municipality.
    pub municipality: Uuid,
    /// The moment.
    pub now: DateTime<Utc>,
    /// One for each ground.
    pub cutoffs: Vec<Cutoff>,
}

/// A case that is due.
#[derive(Clone, Debug)]
pub struct DueCase {
    /// Its signal.
    pub id: Uuid,
    /// The resident it is about.
    pub resident: Option<Uuid>,
    /// How it ended.
    pub ground: RetentionGround,
    /// When it was closed.
    pub closed_at: DateTime<Utc>,
}

impl Due {
    /// The ids of the cases: closed, their period over, not removed yet, and not held.
    fn cases(&self) -> SelectStatement {
        let s = Alias::new("signals");
        let over = self.cutoffs.iter().map(|cutoff| {
            let ended = match cutoff.ground {
                RetentionGround::NoCase => scope::nothing(),
                RetentionGround::Dismissed => col(&s, "status").eq(SignalStatus::Dismissed.code()),
                RetentionGround::Withdrawn => col(&s, "status").eq(SignalStatus::Withdrawn.code()),
                // The other grounds are the outcomes.
                outcome => scope::all([
                    col(&s, "status").eq(SignalStatus::Resolved.code()),
                    col(&s, "outcome").eq(outcome.code()),
                ]),
            };
            scope::all([ended, col(&s, "closed_at").lte(cutoff.until)])
        });
        Query::select()
            .column((s.clone(), "id"))
            .from("signals")
            .and_where(col(&s, "municipality_id").eq(self.municipality))
            .and_where(col(&s, "content_removed_at").is_null())
            .and_where(scope::any(over))
            .and_where(legal_hold::on_signal(self.now).not())
            .to_owned()
    }

    /// The ids of the residents: those of whom every case that leads to them is due, and those who
    /// never had a case and were not changed for so long.
    fn residents(&self) -> SelectStatement {
        let (r, s, c) = (
            Alias::new("residents"),
            Alias::new("signals"),
            Alias::new("consents"),
        );
        let case = |holds: Expr| scope::linked(&r, "signals", "resident_id", holds);
        let all_due = scope::all([
            case(col(&s, "id").in_subquery(self.cases())),
            case(col(&s, "id").not_in_subquery(self.cases())).not(),
        ]);
        let until = self
            .cutoffs
            .iter()
            .find(|cutoff| cutoff.ground == RetentionGround::NoCase)
            .map_or(DateTime::<Utc>::MIN_UTC, |cutoff| cutoff.until);
        let agreed_since = col(&c, "given_at").gt(until);
        let never_had_one = scope::all([
            case(scope::everything()).not(),
            col(&r, "updated_at").lte(until),
            scope::linked(&r, "consents", "resident_id", agreed_since).not(),
        ]);
        Query::select()
            .column((r.clone(), "id"))
            .from("residents")
            .and_where(col(&r, "municipality_id").eq(self.municipality))
            .and_where(col(&r, "erased_at").is_null())
            .and_where(legal_hold::on_resident(self.now).not())
            .and_where(scope::any([all_due, never_had_one]))
            .to_owned()
    }

    fn months(&self, ground: RetentionGround) -> i32 {
        let cutoff = self.cutoffs.iter().find(|cutoff| cutoff.ground == ground);
        cutoff.map_or(0, |cutoff| cutoff.months)
    }

    /// Some of the cases in the order of their ids: those after `after`, or among `only`.
    async fn some_cases(
        &self,
        db: &impl ConnectionTrait,
        after: Option<Uuid>,
        only: Option<&[Uuid]>,
        limit: u64,
    ) -> Result<Vec<DueCase>, Failure> {
        let mut select = signal::Entity::find()
            .filter(signal::Column::Id.in_subquery(self.cases()))
            .order_by_asc(signal::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            select = select.filter(signal::Column::Id.gt(after));
        }
        if let Some(only) = only {
            select = select.filter(signal::Column::Id.is_in(only.iter().copied()));
        }
        let cases = select.all(db).await?.into_iter().filter_map(|signal| {
            Some(DueCase {
                id: signal.id,
                resident: signal.resident_id,
                ground: RetentionGround::of(signal.status, signal.outcome)?,
                closed_at: signal.closed_at?,
            })
        });
        Ok(cases.collect())
    }

    /// Some of the residents, as [`Due::some_cases`].
    async fn some_residents(
        &self,
        db: &impl ConnectionTrait,
        after: Option<Uuid>,
        only: Option<&[Uuid]>,
        limit: u64,
    ) -> Result<Vec<resident::Model>, Failure> {
        let mut select = resident::Entity::find()
            .filter(resident::Column::Id.in_subquery(self.residents()))
            .order_by_asc(resident::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            select = select.filter(resident::Column::Id.gt(after));
        }
        if let Some(only) = only {
            select = select.filter(resident::Column::Id.is_in(only.iter().copied()));
        }
        Ok(select.all(db).await?)
    }

    /// How many records of each sort belong to the cases, by rule.
    async fn counts(&self, db: &impl ConnectionTrait, whose: &Whose) -> Result<Removed, Failure> {
        let ended = Alias::new("ended");
        let mut counts = Removed::default();
        for (held, case) in of_cases() {
            let mut select = Query::select();
            select
                .expr_as(col(&ended, "status"), "status")
                .expr_as(col(&ended, "outcome"), "outcome")
                .expr_as(Expr::cust("COUNT(*)"), "how_many")
                .from(held.table)
                .join_as(
                    JoinType::InnerJoin,
                    "signals",
                    ended.clone(),
                    col(&ended, "id").eq(case),
                )
                .and_where(held.of(whose))
                .add_group_by([col(&ended, "status"), col(&ended, "outcome")]);
            for row in db.query_all(&select).await? {
                let status: SignalStatus = row.try_get("", "status")?;
                let outcome: Option<SignalOutcome> = row.try_get("", "outcome")?;
                let count: i64 = row.try_get("", "how_many")?;
                if let Some(ground) = RetentionGround::of(status, outcome) {
                    counts.include(self.count(ground, held.table, count));
                }
            }
        }
        Ok(counts)
    }

    fn count(&self, ground: RetentionGround, table: &str, count: i64) -> Removed {
        if count == 0 {
            return Removed::default();
        }
        Removed(vec![RemovedCount {
            ground,
            months: self.months(ground),
            table: table.to_owned(),
            count: i32::try_from(count).unwrap_or(i32::MAX),
        }])
    }

    /// How many residents are removed.
    #[must_use]
    pub fn count_residents(&self, how_many: usize) -> Removed {
        let how_many = i64::try_from(how_many).unwrap_or(i64::MAX);
        self.count(RetentionGround::NoCase, "residents", how_many)
    }
}

/// What belongs to cases and loses something with them, with the id of its case.
fn of_cases() -> impl Iterator<Item = (&'static Held, Expr)> {
    HELD.iter().filter_map(|held| Some((held, held.case()?)))
}

/// A part of what is due.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// How much is due in all.
    pub counts: Removed,
    /// Cases, in the order of their ids.
    pub cases: Vec<DueCase>,
    /// What belongs to those cases: the prefix and the id of each record, and its case.
    pub records: Vec<(&'static str, Uuid, Uuid)>,
    /// Residents who go altogether, in the order of their ids, after all cases.
    pub residents: Vec<Uuid>,
    /// Whether something comes after these.
    pub has_more: bool,
}

/// After what a part of a list begins.
#[derive(Clone, Copy, Debug)]
pub enum After {
    /// At the start.
    Nothing,
    /// A case.
    Case(Uuid),
    /// A resident, and so all cases.
    Resident(Uuid),
}

impl Cx {
    /// A part of what is due: `first` cases and residents after `after`, and how much it is in all.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retention_preview(
        &self,
        _permit: &Permit,
        due: &Due,
        after: After,
        first: u64,
    ) -> Result<Preview, Failure> {
        let db = &self.reader();
        let mut preview = Preview::default();
        let most = usize::try_from(first).unwrap_or(usize::MAX);
        let (after_case, after_resident) = match after {
            After::Nothing => (Some(None), None),
            After::Case(id) => (Some(Some(id)), None),
            After::Resident(id) => (None, Some(id)),
        };
        if let Some(after) = after_case {
            preview.cases = due.some_cases(db, after, None, first + 1).await?;
        }
        preview.has_more = preview.cases.len() > most;
        preview.cases.truncate(most);
        if !preview.has_more {
            let left = first - u64::try_from(preview.cases.len()).unwrap_or(first);
            let residents = due
                .some_residents(db, after_resident, None, left + 1)
                .await?;
            preview.residents = residents.iter().map(|resident| resident.id).collect();
            let left = usize::try_from(left).unwrap_or(usize::MAX);
            preview.has_more = preview.residents.len() > left;
            preview.residents.truncate(left);
        }
        let cases: Vec<Uuid> = preview.cases.iter().map(|case| case.id).collect();
        if !cases.is_empty() {
            let whose = Whose::Cases(cases);
            for (held, case) in of_cases() {
                let mut select = held.ids_of(&whose);
                select
                    .expr_as(case, "of_case")
                    .order_by((Alias::new(held.table), Alias::new("id")), Order::Asc);
                for row in db.query_all(&select).await? {
                    let id = (row.try_get("", "id")?, row.try_get("", "of_case")?);
                    preview
                        .records
                        .extend(held.prefix.map(|prefix| (prefix, id.0, id.1)));
                }
            }
        }
        preview.counts = due
            .counts(db, &Whose::CasesIn(Box::new(due.cases())))
            .await?;
        let mut residents = Query::select();
        residents
            .expr_as(Expr::cust("COUNT(*)"), "how_many")
            .from_subquery(due.residents(), "due");
        if let Some(row) = db.query_one(&residents).await? {
            let how_many: i64 = row.try_get("", "how_many")?;
            let how_many = usize::try_from(how_many).unwrap_or(0);
            preview.counts.include(due.count_residents(how_many));
        }
        Ok(preview)
    }

    /// The municipality's own rules; none where it isn't there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retention_rules(
        &self,
        municipality: Uuid,
    ) -> Result<Option<Vec<retention_rule::Model>>, Failure> {
        let known = nabij_entity::municipality::Entity::find_by_id(municipality)
            .one(&self.reader())
            .await?;
        if known.is_none() {
            return Ok(None);
        }
        Ok(Some(rules(&self.reader(), municipality).await?))
    }

    /// Municipalities whose run of this day isn't finished.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn municipalities_to_run(
        &self,
        day: NaiveDate,
        limit: u64,
    ) -> Result<Vec<Uuid>, Failure> {
        let (m, r) = (Alias::new("municipalities"), Alias::new("retention_runs"));
        let done = scope::all([col(&r, "day").eq(day), col(&r, "finished_at").is_not_null()]);
        let select = nabij_entity::municipality::Entity::find()
            .filter(scope::linked(&m, "retention_runs", "municipality_id", done).not())
            .order_by_asc(nabij_entity::municipality::Column::Id)
            .limit(limit);
        let found = select.all(&self.reader()).await?;
        Ok(found.iter().map(|municipality| municipality.id).collect())
    }
}

async fn rules(
    db: &impl ConnectionTrait,
    municipality: Uuid,
) -> Result<Vec<retention_rule::Model>, Failure> {
    Ok(retention_rule::Entity::find()
        .filter(retention_rule::Column::MunicipalityId.eq(municipality))
        .all(db)
        .await?)
}

/// What one transaction removes: locked, and still due.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Cases.
    pub cases: Vec<DueCase>,
    /// Residents without a case.
    pub residents: Vec<resident::Model>,
}

impl Tx {
    /// The municipality's own rules.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retention_rules(
        &self,
        municipality: Uuid,
    ) -> Result<Vec<retention_rule::Model>, Failure> {
        rules(&self.connection(), municipality).await
    }

    /// The municipality's own rule for a ground, locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retention_rule(
        &self,
        municipality: Uuid,
        ground: RetentionGround,
    ) -> Result<Option<retention_rule::Model>, Failure> {
        let mut select = retention_rule::Entity::find()
            .filter(retention_rule::Column::MunicipalityId.eq(municipality))
            .filter(retention_rule::Column::Ground.eq(ground));
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.one(&self.connection()).await?)
    }

    /// The run of a municipality on a day, begun if it isn't there, and locked: whoever else works on
    /// it waits, and finds what is left.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retention_run(
        &self,
        _permit: &Permit,
        municipality: Uuid,
        day: NaiveDate,
    ) -> Result<retention_run::Model, Failure> {
        let begun = retention_run::ActiveModel {
            id: Set(self.new_id()),
            municipality_id: Set(municipality),
            day: Set(day),
            started_at: Set(self.now()),
            finished_at: Set(None),
            removed: Set(Removed::default()),
        };
        let unless_there = OnConflict::columns([
            retention_run::Column::MunicipalityId,
            retention_run::Column::Day,
        ])
        .do_nothing()
        .to_owned();
        retention_run::Entity::insert(begun)
            .on_conflict(unless_there)
            .exec_without_returning(&self.connection())
            .await?;
        let mut select = retention_run::Entity::find()
            .filter(retention_run::Column::MunicipalityId.eq(municipality))
            .filter(retention_run::Column::Day.eq(day));
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        let run = select.one(&self.connection()).await?;
        run.ok_or(Failure::Bug("a run that was begun isn't there"))
    }

    /// Writes down what the run, which is locked, has removed so far, and whether it is finished.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_retention_run(
        &self,
        _permit: &Permit,
        run: retention_run::Model,
    ) -> Result<(), Failure> {
        let change = retention_run::ActiveModel {
            finished_at: Set(run.finished_at),
            removed: Set(run.removed),
            ..Default::default()
        };
        retention_run::Entity::update_many()
            .set(change)
            .filter(retention_run::Column::Id.eq(run.id))
            .exec(&self.connection())
            .await?;
        Ok(())
    }

    /// Some of what is due, locked: people before their cases, as an erasure does, each in the order
    /// of their ids. What was changed or held at the same moment is left out. Residents without a
    /// case come when no case is due any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_due(&self, due: &Due, limit: u64) -> Result<Batch, Failure> {
        let db = &self.connection();
        let cases = due.some_cases(db, None, None, limit).await?;
        if cases.is_empty() {
            let found = due.some_residents(db, None, None, limit).await?;
            let ids: Vec<Uuid> = found.iter().map(|resident| resident.id).collect();
            self.lock_residents(&ids).await?;
            let residents = due.some_residents(db, None, Some(&ids), limit).await?;
            return Ok(Batch { cases, residents });
        }
        let people: Vec<Uuid> = cases.iter().filter_map(|case| case.resident).collect();
        let ids: Vec<Uuid> = cases.iter().map(|case| case.id).collect();
        self.lock_residents(&people).await?;
        let mut lock = signal::Entity::find()
            .filter(signal::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(signal::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut lock));
        lock.all(db).await?;
        Ok(Batch {
            cases: due.some_cases(db, None, Some(&ids), limit).await?,
            residents: Vec::new(),
        })
    }

    async fn lock_residents(&self, ids: &[Uuid]) -> Result<(), Failure> {
        let mut lock = resident::Entity::find()
            .filter(resident::Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(resident::Column::Id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut lock));
        lock.all(&self.connection()).await?;
        Ok(())
    }

    /// How many records of each sort belong to these cases, by rule.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_due(&self, due: &Due, cases: &[Uuid]) -> Result<Removed, Failure> {
        due.counts(&self.connection(), &Whose::Cases(cases.to_vec()))
            .await
    }

    /// Those of these residents to whom no case leads any more, and who aren't erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn without_cases(&self, ids: &[Uuid]) -> Result<Vec<resident::Model>, Failure> {
        let r = Alias::new("residents");
        let case = scope::linked(&r, "signals", "resident_id", scope::everything());
        Ok(resident::Entity::find()
            .filter(resident::Column::Id.is_in(ids.iter().copied()))
            .filter(resident::Column::ErasedAt.is_null())
            .filter(case.not())
            .all(&self.connection())
            .await?)
    }

    /// Whether the signal's content was removed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_removed(&self, signal: Uuid) -> Result<bool, Failure> {
        let found = signal::Entity::find_by_id(signal)
            .one(&self.connection())
            .await?;
        Ok(found.is_some_and(|signal| signal.content_removed_at.is_some()))
    }
}
