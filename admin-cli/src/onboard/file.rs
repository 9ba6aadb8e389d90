//! The file that `partner onboard` reads. Its format is documented in `docs/admin.md`, with an
//! example in `docs/examples/partner.toml`.
//!
//! To add a field: here, in [`super::input`], and in both of those.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    queries::partner_onboard::{
        Category, PartnerIdentifierScheme, PartnerKind, SecrecyRegime, TargetGroup,
    },
    vocabulary::Code,
};

/// A partner and all it offers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerFile {
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) kind: Code<PartnerKind>,
    pub(crate) secrecy: Code<SecrecyRegime>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) website: Option<String>,
    /// Whether it takes part from now on, as it does unless the file says otherwise.
    #[serde(default = "yes")]
    pub(crate) activate: bool,
    #[serde(default)]
    pub(crate) identifiers: Vec<Identifier>,
    pub(crate) neighbourhoods: Vec<Spanned<Place>>,
    #[serde(default)]
    pub(crate) services: Vec<Service>,
}

fn yes() -> bool {
    true
}

/// An official number of the partner.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identifier {
    pub(crate) scheme: Code<PartnerIdentifierScheme>,
    pub(crate) value: String,
}

/// Something the partner offers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    pub(crate) reference: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) categories: Vec<Code<Category>>,
    #[serde(default)]
    pub(crate) target_groups: Vec<Code<TargetGroup>>,
    /// Where; all that the partner covers without it.
    pub(crate) neighbourhoods: Option<Vec<Spanned<Place>>>,
    pub(crate) capacity_maximum: Option<i64>,
}

/// A neighbourhood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// By its id.
    Id(String),
    /// By the official code of its municipality, and its name.
    Named(Named),
}

/// A neighbourhood by the official code of its municipality, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Named {
    pub(crate) municipality: String,
    pub(crate) name: String,
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Place;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "the id of a neighbourhood, or { municipality = \"23003\", name = \"Alsemberg\" }",
                )
            }

            fn visit_str<E: Error>(self, id: &str) -> Result<Place, E> {
                Ok(Place::Id(id.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Place, A::Error> {
                Named::deserialize(MapAccessDeserializer::new(map)).map(Place::Named)
            }
        }

        deserializer.deserialize_any(Read)
    }
}

/// The file as it stands, for telling where in it something is.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    text: &'a str,
}

impl<'a> Source<'a> {
    /// Reads a file; the error shows the line and says what to write.
    ///
    /// # Errors
    /// When it isn't TOML, or isn't a partner.
    pub(crate) fn read(text: &'a str) -> Result<(PartnerFile, Self), toml::de::Error> {
        let file = toml::from_str(text)?;
        Ok((file, Self { text }))
    }

    /// The line, from 1, on which a span begins.
    pub(crate) fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    /// The line of a field of the input, such as `services.0.name`: its own, or that of what it
    /// would be in. The file's names are the input's in `snake_case`.
    pub(crate) fn line_of(&self, path: &[String]) -> Option<usize> {
        let root = DeTable::parse(self.text).ok()?;
        let (first, rest) = path.split_first()?;
        let mut here = root.get_ref().get(snake_case(first).as_str())?;
        for step in rest {
            let next = match here.get_ref() {
                DeValue::Array(array) => step
                    .parse::<usize>()
                    .ok()
                    .and_then(|index| array.get(index)),
                DeValue::Table(table) => table.get(snake_case(step).as_str()),
                _ => None,
            };
            let Some(next) = next else { break };
            here = next;
        }
        Some(self.line(&here.span()))
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 2);
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../../docs/examples/partner.toml");

    #[test]
    fn the_example_of_the_documentation_is_a_partner() {
        let (file, _) = Source::read(EXAMPLE).unwrap();
        assert_eq!(file.reference, "zorgpunt-voorbeeld");
        assert!(file.activate);
        assert!(!file.identifiers.is_empty() && !file.services.is_empty());
        let named = |place: &Spanned<Place>| matches!(place.get_ref(), Place::Named(_));
        assert!(file.neighbourhoods.iter().any(named));
    }

    #[test]
    fn the_page_shows_the_example_as_it_is() {
        let page = include_str!("../../../docs/admin.md");
        assert!(page.contains(EXAMPLE), "docs/admin.md shows another file");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (from, to, line, says) in [
            (
                "kind = \"",
                "kind = \"X",
                "kind",
                "write one of FAITH_COMMUNITY",
            ),
            (
                "reference = \"zorgpunt",
                "refrence = \"ocmw",
                "refrence",
                "unknown field",
            ),
            (
                "activate = true",
                "activate = \"yes\"",
                "activate",
                "expected a boolean",
            ),
            (
                "name = \"Alsemberg\"",
                "nam = \"Alsemberg\"",
                "nam = ",
                "expected `municipality` or `name`",
            ),
            (
                "scheme = \"KBO\"",
                "scheme = \"BTW\"",
                "scheme",
                "write one of KBO, KVK",
            ),
        ] {
            let broken = EXAMPLE.replacen(from, to, 1);
            assert_ne!(broken, EXAMPLE, "{from}");
            let number = broken.lines().position(|text| text.contains(line)).unwrap() + 1;
            let error = Source::read(&broken).unwrap_err().to_string();
            assert!(error.contains(&format!("line {number},")), "{error}");
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_missing_field_is_named() {
        let error = Source::read("reference = \"a\"").unwrap_err().to_string();
        assert!(error.contains("missing field `name`"), "{error}");
    }

    #[test]
    fn a_place_is_an_id_or_a_municipality_and_a_name() {
        let text = "reference = \"a\"\nname = \"A\"\nkind = \"OTHER\"\nsecrecy = \"DISCRETION\"\n\
            neighbourhoods = [\n  \"neighbourhood_1\",\n  { municipality = \"23003\", name = \"Lot\" },\n]";
        let (file, source) = Source::read(text).unwrap();
        let [first, second] = file.neighbourhoods.as_slice() else {
            panic!("two places");
        };
        assert_eq!(*first.get_ref(), Place::Id("neighbourhood_1".to_owned()));
        assert!(matches!(second.get_ref(), Place::Named(named) if named.name == "Lot"));
        assert_eq!(source.line(&second.span()), 7);
        let wrong = text.replace("\"neighbourhood_1\"", "5");
        let error = Source::read(&wrong).unwrap_err().to_string();
        assert!(error.contains("line 6"), "{error}");
        assert!(error.contains("the id of a neighbourhood, or {"), "{error}");
    }

    #[test]
    fn a_field_of_the_input_is_found_in_the_file() {
        let text = "name = \"A\"\n\n[[services]]\nname = \"B\"\ntarget_groups = []\n\n\
                    [[services]]\nname = \"C\"\n";
        let source = Source { text };
        let line = |path: &str| {
            let path: Vec<String> = path.split('.').map(str::to_owned).collect();
            source.line_of(&path)
        };
        assert_eq!(line("name"), Some(1));
        assert_eq!(line("services.0.targetGroups"), Some(5));
        assert_eq!(line("services.1.name"), Some(8));
        // Not in the file: the service it would be in.
        assert_eq!(line("services.1.description"), Some(7));
        assert_eq!(line("email"), None);
    }
}
