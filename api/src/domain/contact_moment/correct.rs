//! Rectifying what was noted of a contact (GDPR article 16): by who wrote it, or by the coordinator,
//! who answers for the record.

use nabij_entity::contact_moment;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use crate::{
    domain::{
        refusal::{Outcome, Problem, expect_version},
        resident::erase,
        retention, text,
    },
    policy::{Action, decide},
    store::{Cx, Kind, events::Happening, write::Stale},
};

/// Corrects the note of a contact moment; one without content takes it away. The history tells that
/// it was corrected, never what stood there. Its secrecy stays.
///
/// # Errors
/// What is wrong with the input, [`Code::NotFound`], [`Code::Forbidden`], [`Code::Conflict`], and
/// [`Code::Invalid`] for what was removed.
///
/// [`Code::NotFound`]: crate::domain::Code::NotFound
/// [`Code::Forbidden`]: crate::domain::Code::Forbidden
/// [`Code::Conflict`]: crate::domain::Code::Conflict
/// [`Code::Invalid`]: crate::domain::Code::Invalid
pub async fn correct(
    cx: &Cx,
    id: Uuid,
    expected_version: Option<i32>,
    note: &str,
) -> Outcome<Uuid> {
    let note = text::optional("note", Some(note), text::STORY)?;
    let tx = cx.begin().await?;
    let moment = tx
        .visible::<contact_moment::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("id"))?;
    let permit = decide(tx.viewer(), Action::ContactCorrect(&moment))?;
    expect_version(expected_version, moment.version)?;
    if tx.is_removed(moment.signal_id).await? {
        return Err(retention::removed("id").into());
    }
    erase::not_about_somebody_erased(&tx, moment.signal_id, "id").await?;
    let change = contact_moment::ActiveModel {
        note: Set(note),
        ..Default::default()
    };
    // Beside the one that says that there was a contact.
    let subject = match moment.referral_id {
        Some(referral) => (Kind::Referral, referral),
        None => (Kind::Signal, moment.signal_id),
    };
    let happening = Happening::new("contact_moment.corrected", subject).with("note", true);
    tx.update::<contact_moment::Entity>(&permit, id, moment.version, change, happening)
        .await?
        .map_err(|Stale| Problem::raced())?;
    tx.commit().await?;
    Ok(id)
}
