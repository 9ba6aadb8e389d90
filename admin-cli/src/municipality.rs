//! A municipality by its official code: what files and arguments name it by.

use crate::{
    client::Client,
    failure::Failure,
    queries::{Municipalities, Neighbourhoods, municipalities, neighbourhoods},
};

/// How many neighbourhoods are asked for at once: the most the service gives.
const PAGE: i64 = 100;

/// A municipality the service knows.
pub(crate) struct Found {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// A neighbourhood of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Neighbourhood {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// The municipality with this code, or why there isn't one.
///
/// # Errors
/// When the service can't be asked.
pub(crate) async fn look_up(client: &Client, code: &str) -> Result<Result<Found, String>, Failure> {
    let variables = municipalities::Variables {
        code: code.trim().to_owned(),
    };
    let answer = client.ask::<Municipalities>(variables).await?;
    let mut found = answer
        .data
        .municipalities
        .ok_or_else(Failure::no_data)?
        .nodes;
    Ok(match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(Found {
            id: only.id,
            name: only.name,
        }),
        (Some(_), _) => Err(format!(
            "Several municipalities have the code {code:?}. Name their neighbourhoods by id."
        )),
        (None, _) => Err(format!(
            "No municipality here has the code {code:?}. Write its official code: five digits \
             (NIS) in Belgium, GM and four digits (CBS) in the Netherlands."
        )),
    })
}

/// The same for an argument.
///
/// # Errors
/// When there is none, or the service can't be asked.
pub(crate) async fn of_argument(client: &Client, code: &str) -> Result<Found, Failure> {
    look_up(client, code)
        .await?
        .map_err(|message| Failure::usage(message, "Correct the code after --municipality."))
}

/// All its neighbourhoods, by name.
///
/// # Errors
/// When the service can't be asked.
pub(crate) async fn neighbourhoods_of(
    client: &Client,
    municipality: &Found,
) -> Result<Vec<Neighbourhood>, Failure> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let variables = neighbourhoods::Variables {
            first: PAGE,
            after,
            municipality: municipality.id.clone(),
        };
        let answer = client.ask::<Neighbourhoods>(variables).await?;
        let page = answer.data.neighbourhoods.ok_or_else(Failure::no_data)?;
        all.extend(page.nodes.into_iter().map(|node| Neighbourhood {
            id: node.id,
            name: node.name,
        }));
        after = page.page_info.end_cursor;
        if !page.page_info.has_next_page || after.is_none() {
            return Ok(all);
        }
    }
}
