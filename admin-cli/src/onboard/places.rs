//! The neighbourhoods that a file names, found at the service.

use std::collections::HashMap;

use toml::Spanned;

use super::file::{Named, Place, Source};
use crate::{
    client::Client,
    failure::{Detail, Failure},
    municipality::{self, Neighbourhood},
};

/// Finds the neighbourhoods of a file, each municipality asked for once.
pub(super) struct Finder<'a> {
    client: &'a Client,
    source: &'a Source<'a>,
    known: HashMap<String, Result<Municipality, String>>,
    /// What couldn't be found so far.
    problems: Vec<Detail>,
}

#[derive(Debug)]
struct Municipality {
    name: String,
    neighbourhoods: Vec<Neighbourhood>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(client: &'a Client, source: &'a Source<'a>) -> Self {
        Self {
            client,
            source,
            known: HashMap::new(),
            problems: Vec::new(),
        }
    }

    /// The ids of these places; what can't be found is kept for [`Finder::finish`].
    ///
    /// # Errors
    /// When the service can't be asked.
    pub(super) async fn ids(&mut self, places: &[Spanned<Place>]) -> Result<Vec<String>, Failure> {
        let mut ids = Vec::with_capacity(places.len());
        for place in places {
            match place.get_ref() {
                Place::Id(id) => ids.push(id.clone()),
                Place::Named(named) => match self.find(named).await? {
                    Ok(id) => ids.push(id),
                    Err(message) => self.problems.push(Detail {
                        code: None,
                        message,
                        path: None,
                        line: Some(self.source.line(&place.span())),
                    }),
                },
            }
        }
        Ok(ids)
    }

    /// # Errors
    /// When something couldn't be found.
    pub(super) fn finish(self) -> Result<(), Failure> {
        if self.problems.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(
            "The file names neighbourhoods that can't be found.",
            "Correct the lines named above; nothing was changed.",
        )
        .with_details(self.problems))
    }

    async fn find(&mut self, named: &Named) -> Result<Result<String, String>, Failure> {
        if !self.known.contains_key(&named.municipality) {
            let found = self.look_up(&named.municipality).await?;
            self.known.insert(named.municipality.clone(), found);
        }
        Ok(match &self.known[&named.municipality] {
            Ok(municipality) => choose(municipality, named),
            Err(message) => Err(message.clone()),
        })
    }

    async fn look_up(&self, code: &str) -> Result<Result<Municipality, String>, Failure> {
        let found = match municipality::look_up(self.client, code).await? {
            Ok(found) => found,
            Err(message) => return Ok(Err(message)),
        };
        let neighbourhoods = municipality::neighbourhoods_of(self.client, &found).await?;
        Ok(Ok(Municipality {
            name: found.name,
            neighbourhoods,
        }))
    }
}

/// The one neighbourhood of this name: to the letter, or else in any case.
fn choose(municipality: &Municipality, named: &Named) -> Result<String, String> {
    let all = &municipality.neighbourhoods;
    let wanted = named.name.trim();
    let exact: Vec<_> = all.iter().filter(|known| known.name == wanted).collect();
    let found = if exact.is_empty() {
        let wanted = wanted.to_lowercase();
        all.iter()
            .filter(|known| known.name.to_lowercase() == wanted)
            .collect()
    } else {
        exact
    };
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => {
            let there: Vec<&str> = all.iter().map(|known| known.name.as_str()).collect();
            if there.is_empty() {
                return Err(format!(
                    "{} ({}) has no neighbourhoods yet. Make them first with `neighbourhoodCreate`.",
                    municipality.name, named.municipality
                ));
            }
            Err(format!(
                "{} ({}) has no neighbourhood {:?}. Write one of: {}.",
                municipality.name,
                named.municipality,
                named.name,
                there.join(", ")
            ))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|known| known.id.as_str()).collect();
            Err(format!(
                "{} ({}) has {} neighbourhoods {:?}. Write the id of the one you mean instead: {}.",
                municipality.name,
                named.municipality,
                several.len(),
                named.name,
                ids.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(name: &str) -> Result<String, String> {
        let neighbourhoods = [
            ("n1", "Lot"),
            ("n2", "Centrum"),
            ("n3", "Centrum"),
            ("n4", "LOT"),
        ]
        .map(|(id, name)| Neighbourhood {
            id: id.to_owned(),
            name: name.to_owned(),
        });
        let municipality = Municipality {
            name: "Beersel".to_owned(),
            neighbourhoods: neighbourhoods.to_vec(),
        };
        let named = Named {
            municipality: "23003".to_owned(),
            name: name.to_owned(),
        };
        choose(&municipality, &named)
    }

    #[test]
    fn a_name_means_one_neighbourhood_or_none() {
        assert_eq!(chosen("Lot"), Ok("n1".to_owned()));
        assert_eq!(chosen("LOT"), Ok("n4".to_owned()));
        let unknown = chosen("Lott").unwrap_err();
        assert!(unknown.contains("Beersel (23003) has no neighbourhood \"Lott\""));
        assert!(unknown.contains("Lot, Centrum"));
        for ambiguous in ["Centrum", "centrum"] {
            let message = chosen(ambiguous).unwrap_err();
            assert!(message.contains("n2, n3"), "{message}");
        }
        // Both spellings differ from what is written.
        assert!(chosen("lot").unwrap_err().contains("n1, n4"));
    }
}
