//! Removing what was told of people, from every table that holds something of it, by the lines of
//! [`super::held`]: of a person who is erased (GDPR article 17), and of a case whose period is over
//! (article 5(1)(e)). What stays are codes, times and ids of nobody.
//!
//! The ids of those who were erased are kept twice: in the table `erasures`, and in a file beside
//! the database ([`ErasedList`]) that no backup of the database takes back. What is in either is
//! erased again before the service listens.

use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use nabij_entity::{consent, erasure, event, referral, resident, signal};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Cx, Failure, Tx, dialect,
    held::{Fate, HELD, Whose},
};
use crate::policy::Permit;

/// What of a person is still under way, and has to end before they are erased.
#[derive(Debug)]
pub struct UnderWay {
    /// Open referrals.
    pub referrals: Vec<referral::Model>,
    /// Open signals.
    pub signals: Vec<signal::Model>,
    /// Consents in force.
    pub consents: Vec<consent::Model>,
}

impl Tx {
    /// A resident, whoever asks, locked: for what the service does by itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resident_to_erase(&self, id: Uuid) -> Result<Option<resident::Model>, Failure> {
        let mut select = resident::Entity::find_by_id(id);
        dialect::for_update(self.backend(), QuerySelect::query(&mut select));
        Ok(select.one(&self.connection()).await?)
    }

    /// What of people is still under way, locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn under_way(&self, people: &[Uuid]) -> Result<UnderWay, Failure> {
        let whose = Whose::People(people.to_vec());
        let of = |table: &str| {
            let held = HELD.iter().find(|held| held.table == table);
            held.map_or_else(super::scope::nothing, |held| held.of(&whose))
        };
        let backend = self.backend();
        let mut signals = signal::Entity::find()
            .filter(of("signals"))
            .filter(signal::Column::ClosedAt.is_null());
        dialect::for_update(backend, QuerySelect::query(&mut signals));
        let signals = signals.all(&self.connection()).await?;
        let mut referrals = referral::Entity::find()
            .filter(of("referrals"))
            .filter(referral::Column::ClosedAt.is_null());
        dialect::for_update(backend, QuerySelect::query(&mut referrals));
        let mut consents = consent::Entity::find()
            .filter(of("consents"))
            .filter(consent::Column::WithdrawnAt.is_null());
        dialect::for_update(backend, QuerySelect::query(&mut consents));
        Ok(UnderWay {
            signals,
            referrals: referrals.all(&self.connection()).await?,
            consents: consents.all(&self.connection()).await?,
        })
    }

    /// Takes people out of every table that holds something of them, and remembers their ids. Part
    /// of a change of the residents, whose events it shares.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erase(&self, _permit: &Permit, people: &[resident::Model]) -> Result<(), Failure> {
        let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
        self.clear(&Whose::People(ids.clone())).await?;
        let known: Vec<Uuid> = erasure::Entity::find()
            .filter(erasure::Column::ResidentId.is_in(ids))
            .all(&self.connection())
            .await?
            .into_iter()
            .map(|known| known.resident_id)
            .collect();
        let new = people.iter().filter(|person| !known.contains(&person.id));
        let erasures = new.map(|person| erasure::Model {
            resident_id: person.id,
            municipality_id: person.municipality_id,
            user_id: self.viewer().user_id(),
            erased_at: self.now(),
            request_id: self.request_id().to_owned(),
        });
        self.insert_rows::<erasure::Entity>(erasures.collect())
            .await
    }

    /// Takes what was told, and whom it leads to, out of cases and of all that belongs to them. Part
    /// of a change of the signals, whose events it shares.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn clear_cases(&self, _permit: &Permit, cases: &[Uuid]) -> Result<(), Failure> {
        self.clear(&Whose::Cases(cases.to_vec())).await
    }

    /// What removing means, for people and for cases, by the lines of [`super::held`].
    async fn clear(&self, whose: &Whose) -> Result<(), Failure> {
        let by_case = matches!(whose, Whose::Cases(_));
        // What others are tied to comes first in the list, and goes last.
        for held in HELD.iter().rev() {
            if held.goes {
                let delete = Query::delete()
                    .from_table(held.table)
                    .and_where(held.of(whose))
                    .to_owned();
                self.connection().execute(&delete).await?;
                continue;
            }
            let mut update = Query::update();
            update.table(held.table).and_where(held.of(whose));
            for column in held.columns {
                let empty = match column.fate {
                    Fate::Null => Expr::cust("NULL"),
                    Fate::Link if by_case => Expr::cust("NULL"),
                    Fate::Blank => Expr::val(""),
                    Fate::NoneOf => Expr::val(","),
                    Fate::Stays | Fate::Codes | Fate::Link => continue,
                };
                update.value(Alias::new(column.name), empty);
            }
            if !update.get_values().is_empty() {
                self.connection().execute(&update).await?;
            }
        }
        self.keep_codes_of_events(whose).await
    }

    /// Events hold codes and nothing else; this is for the one that doesn't.
    async fn keep_codes_of_events(&self, whose: &Whose) -> Result<(), Failure> {
        let Some(held) = HELD.iter().find(|held| held.table == "events") else {
            return Err(Failure::Bug("events are not among what is held"));
        };
        let events = event::Entity::find()
            .filter(held.of(whose))
            .all(&self.connection())
            .await?;
        for event in events {
            let kept = codes(&event.data);
            if kept == event.data {
                continue;
            }
            event::Entity::update_many()
                .col_expr(event::Column::Data, Expr::val(kept))
                .filter(event::Column::Id.eq(event.id))
                .exec(&self.connection())
                .await?;
        }
        Ok(())
    }

    /// The residents among these who are here and not erased.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn not_erased(&self, ids: &[Uuid]) -> Result<Vec<Uuid>, Failure> {
        let mut found = Vec::new();
        for ids in ids.chunks(1_000) {
            let here = resident::Entity::find()
                .filter(resident::Column::Id.is_in(ids.iter().copied()))
                .filter(resident::Column::ErasedAt.is_null())
                .all(&self.connection())
                .await?;
            found.extend(here.iter().map(|resident| resident.id));
        }
        Ok(found)
    }

    /// Whether the signal is about somebody who was erased, whoever asks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_about_somebody_erased(&self, signal: Uuid) -> Result<bool, Failure> {
        let of_signal = Query::select()
            .column("resident_id")
            .from("signals")
            .and_where(Expr::col("id").eq(signal))
            .to_owned();
        let found = resident::Entity::find()
            .filter(resident::Column::Id.in_subquery(of_signal))
            .filter(resident::Column::ErasedAt.is_not_null())
            .one(&self.connection())
            .await?;
        Ok(found.is_some())
    }

    /// Everybody who was erased, as the database knows it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erasures(&self) -> Result<Vec<Uuid>, Failure> {
        let rows = erasure::Entity::find().all(&self.connection()).await?;
        Ok(rows.iter().map(|row| row.resident_id).collect())
    }
}

/// Of an event's data what is a code: a word in capitals under a name.
fn codes(data: &Value) -> Value {
    let is_code = |value: &Value| match value {
        Value::Bool(_) | Value::Null => true,
        Value::String(word) => {
            word.len() <= 40 && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        }
        _ => false,
    };
    let kept: Map<String, Value> = data
        .as_object()
        .into_iter()
        .flatten()
        // Why the service did it by itself is a word of the code.
        .filter(|(name, value)| *name == "system" || is_code(value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(kept)
}

impl Cx {
    /// Everybody who was erased from this moment on, as the database knows it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn erased_since(&self, moment: DateTime<Utc>) -> Result<Vec<Uuid>, Failure> {
        let rows = erasure::Entity::find()
            .filter(erasure::Column::ErasedAt.gte(moment))
            .all(&self.reader())
            .await?;
        Ok(rows.iter().map(|row| row.resident_id).collect())
    }

    /// The list of erased ids beside the database, where one is kept.
    #[must_use]
    pub fn erased_list(&self) -> Option<Arc<ErasedList>> {
        self.db.erased.clone()
    }
}

/// The ids of erased residents in a file, one on a line: apart from the database, so that a restored
/// backup doesn't take it back. It names nobody.
#[derive(Debug)]
pub struct ErasedList {
    path: PathBuf,
}

/// Why the list can't be used. Holds no id.
#[derive(Debug)]
pub enum ErasedListError {
    /// The file can't be read or written.
    File(std::io::Error),
    /// This line isn't an id.
    Line(usize),
}

impl std::fmt::Display for ErasedListError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(error) => write!(f, "the list of erased residents: {error}"),
            Self::Line(number) => write!(
                f,
                "the list of erased residents: line {number} is no id; put the list back from its \
                 copy, because without it a restored backup brings people back"
            ),
        }
    }
}

impl std::error::Error for ErasedListError {}

impl From<std::io::Error> for ErasedListError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

impl ErasedList {
    /// The list in this file; it is made when the first id is added.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// Everybody on the list. A last line that was cut off counts as never written: what it stood
    /// for was not acknowledged.
    ///
    /// # Errors
    /// See [`ErasedListError`].
    pub fn read(&self) -> Result<Vec<Uuid>, ErasedListError> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            text => text?,
        };
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let mut ids = Vec::new();
        for (at, line) in whole.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let id = Uuid::try_parse(line.trim()).map_err(|_| ErasedListError::Line(at + 1))?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// Adds ids, and comes back when they are on the disk.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn add(&self, ids: &[Uuid]) -> Result<(), ErasedListError> {
        if let Some(folder) = self.path.parent().filter(|path| *path != Path::new("")) {
            fs::create_dir_all(folder)?;
        }
        let mut file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(&self.path)?;
        let mut lines = String::new();
        if file.metadata()?.len() > 0 {
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                return Err(ErasedListError::File(std::io::Error::other(
                    "its last line was cut off; the service mends that when it starts",
                )));
            }
        }
        for id in ids {
            lines.push_str(&id.to_string());
            lines.push('\n');
        }
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        Ok(())
    }

    /// Adds those of these ids that aren't there yet. How many they were.
    ///
    /// # Errors
    /// See [`ErasedListError`].
    pub fn add_missing(&self, ids: &[Uuid]) -> Result<usize, ErasedListError> {
        let listed: HashSet<Uuid> = self.read()?.into_iter().collect();
        let mut missing = ids.to_vec();
        missing.retain(|id| !listed.contains(id));
        if !missing.is_empty() {
            self.add(&missing)?;
        }
        Ok(missing.len())
    }

    /// Cuts off a last line that wasn't written to its end.
    ///
    /// # Errors
    /// When the file can't be written.
    pub fn mend(&self) -> Result<(), ErasedListError> {
        let text = match fs::read(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            text => text?,
        };
        let whole = text
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        if whole < text.len() {
            let file = OpenOptions::new().write(true).open(&self.path)?;
            file.set_len(u64::try_from(whole).unwrap_or(0))?;
            file.sync_all()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_an_event_only_codes_stay() {
        let data = json!({
            "from": "SUBMITTED", "to": "RESOLVED", "system": "deadline", "overdue": true,
            "told": "Maria Peeters", "phone": "+3223591616", "note": "maria", "list": ["MARIA"],
        });
        let kept = json!({
            "from": "SUBMITTED", "to": "RESOLVED", "system": "deadline", "overdue": true,
        });
        assert_eq!(codes(&data), kept);
    }
}
