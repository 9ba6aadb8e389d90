//! Rectifying what a signal says (GDPR article 16).
//!
//! The coordinator answers for the record, and the article knows no end: they correct a closed one
//! too. Who handles the case or reported it corrects their own work while it is open; afterwards
//! others have acted on what it said.

use nabij_entity::signal;
use sea_orm::ActiveValue;
use uuid::Uuid;

use super::about;
use crate::{
    domain::{
        change::Change,
        refusal::{Code, Outcome, Problem, Problems, expect_version},
        resident::erase,
        retention, text,
    },
    policy::{Action, decide},
    store::{Cx, Kind, Tx, events::Happening, write::Stale},
};

/// What a signal should have said.
#[derive(Debug, Default)]
pub struct Correction {
    /// What it is, in one line.
    pub title: Change<String>,
    /// The story behind it.
    pub text: Change<String>,
}

/// Corrects what a signal says. Its history tells that it was corrected and in which fields, never
/// what stood there.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], and
/// [`Code::Invalid`] for what was removed.
pub async fn correct(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    correction: Correction,
) -> Outcome<Uuid> {
    let tx = cx.begin().await?;
    let signal = tx
        .visible::<signal::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::SignalCorrect(&signal))?;
    expect_version(expected_version, signal.version)?;
    retention::still_kept(&signal, "id")?;
    erase::not_about_somebody_erased(&tx, id, "id").await?;
    still_theirs(&tx, &signal)?;
    let happening = Happening::new("signal.corrected", (Kind::Signal, id));
    let (change, happening) = read(correction, happening)?;
    if let ActiveValue::Set(title) = &change.title {
        about::may_be_titled(&tx, &signal, title).await?;
    }
    tx.update::<signal::Entity>(&permit, id, signal.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}

/// A closed signal is corrected by its coordinator only.
fn still_theirs(tx: &Tx, signal: &signal::Model) -> Result<(), Problem> {
    let coordinates = tx
        .viewer()
        .coordinates(signal.municipality_id, Some(signal.neighbourhood_id));
    if coordinates || signal.closed_at.is_none() {
        return Ok(());
    }
    Err(Problem::new(
        Code::Forbidden,
        "",
        "This signal is closed, and others have acted on what it says. Ask the place's coordinator to \
         correct it.",
    ))
}

fn read(
    correction: Correction,
    mut happening: Happening,
) -> Outcome<(signal::ActiveModel, Happening)> {
    let Correction { title, text } = correction;
    for (name, is_kept) in [
        ("title", title == Change::Keep),
        ("text", text == Change::Keep),
    ] {
        if !is_kept {
            happening = happening.with(name, true);
        }
    }
    let mut problems = Problems::new();
    if title == Change::Keep && text == Change::Keep {
        problems.add(Problem::new(
            Code::Required,
            "",
            "Say what is to be corrected: give the title, the text or both.",
        ));
    }
    let title = title.text("title", text::LINE);
    let title = title.and_then(|title| title.required_column("title"));
    let text = problems.check(text.text("text", text::STORY));
    let title = problems.check(title);
    let change = signal::ActiveModel {
        title: title.unwrap_or_default(),
        text: text.unwrap_or_default().column(),
        ..Default::default()
    };
    problems.finish()?;
    Ok((change, happening))
}
