//! Whom a signal is about. Its title tells what it is and not who: it is read by every partner that
//! the signal goes to, whatever that is told of the resident.

use nabij_entity::resident;
use uuid::Uuid;

use super::ResidentRef;
use crate::{
    domain::{
        refusal::{Code, Outcome, Problem},
        resident as residents,
        resident::details::Details,
    },
    policy::{Place, Reporter},
    store::Tx,
};

/// The resident whom a signal of this place is about, who is recorded now if they are new.
///
/// # Errors
/// What is wrong with the input; [`Code::NotFound`] for a resident the viewer may not see; and
/// [`Code::Invalid`] for one who lives elsewhere or was erased, or whom the title gives away.
pub(super) async fn resident(
    tx: &Tx,
    resident: ResidentRef,
    place: Place,
    reporter: Reporter,
    title: &str,
) -> Outcome<Uuid> {
    match resident {
        ResidentRef::Known(id) => {
            known(tx, id, place).await?;
            gives_nobody_away(tx, title, &Details::of(tx, id).await?, place).await?;
            Ok(id)
        }
        ResidentRef::New(particulars) => {
            gives_nobody_away(tx, title, &Details::told(&particulars), place).await?;
            let id = tx.new_id();
            residents::insert(tx, id, *particulars, place, reporter, "resident.new").await?;
            Ok(id)
        }
    }
}

async fn known(tx: &Tx, id: Uuid, place: Place) -> Outcome<()> {
    let resident = tx
        .visible_beside::<resident::Entity>(id)
        .await?
        .ok_or_else(|| Problem::not_found("resident.id"))?;
    residents::erase::still_here(&resident, "resident.id")?;
    if Some(resident.neighbourhood_id) != place.neighbourhood {
        return Err(Problem::new(
            Code::Invalid,
            "neighbourhood",
            "The resident lives in another neighbourhood. Submit the signal for that one.",
        )
        .into());
    }
    Ok(())
}

/// That the title does is all that is said: not by which detail, which whoever submits it may not be
/// shown (GDPR article 5(1)(c)).
async fn gives_nobody_away(tx: &Tx, title: &str, details: &Details, place: Place) -> Outcome<()> {
    let places = tx.names_around(place.neighbourhood).await?;
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    if details.are_in(title, &places) {
        return Err(Problem::new(
            Code::Invalid,
            "title",
            "This holds a detail by which the resident could be known: a name, a number or a part of \
             the address. Every partner that the signal goes to reads it, so say what it is without \
             saying who, and put the rest in `text`.",
        )
        .into());
    }
    Ok(())
}
