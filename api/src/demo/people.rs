//! The demo's people as they are handed out: with tokens, in a table.

use std::time::Duration;

use comfy_table::{Table, presets};
use nabij_entity::role_grant::Role;
use serde::Serialize;
use serde_json::json;

use super::{
    AUDIENCE, Folder, address,
    data::{Chapter, Content, Grant, Person},
};
use crate::{
    auth::{SigningKey, SigningKeyError, TokenFor},
    clock::Clock,
    config::DEMO_ISSUER,
};

/// The tokens are made anew with every start, so this only bounds how long one start may last.
const LIFETIME: Duration = Duration::from_hours(30 * 24);

/// What the query editor calls whoever asks without a token.
pub(super) const NOBODY: &str = "Nobody (no token)";

/// Whose token the example on the screen uses.
const EXAMPLE: &str = "rosa";

/// Somebody to sign in as.
#[derive(Debug, Serialize)]
pub(super) struct Demonstrator {
    #[serde(skip)]
    pub subject: String,
    pub name: String,
    pub role: String,
    #[serde(rename = "where")]
    pub place: String,
    pub about: String,
    pub token: String,
}

impl Demonstrator {
    /// The token as a header, for `curl -H @FILE`.
    pub fn header(&self) -> String {
        format!("Authorization: Bearer {}\n", self.token)
    }
}

/// Everybody, with a token that is good from now on.
pub(super) fn with_tokens(
    content: &Content,
    key: &SigningKey,
    clock: &Clock,
) -> Result<Vec<Demonstrator>, SigningKeyError> {
    content
        .people()
        .map(|(chapter, person)| {
            let token = TokenFor {
                issuer: DEMO_ISSUER,
                subject: &person.subject,
                audience: AUDIENCE,
                lifetime: LIFETIME,
            };
            Ok(Demonstrator {
                subject: person.subject.clone(),
                name: person.name.clone(),
                role: each(person, |grant| word(grant.role).to_owned()),
                place: each(person, |grant| place(chapter, grant)),
                about: person.about.clone(),
                token: key.mint(token, clock)?,
            })
        })
        .collect()
}

fn each(person: &Person, show: impl Fn(&Grant) -> String) -> String {
    let shown: Vec<String> = person.roles.iter().map(show).collect();
    shown.join("; ")
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::Signaller => "signaller",
        Role::Ambassador => "ambassador",
        Role::PartnerStaff => "partner staff",
        Role::PartnerCoordinator => "partner coordinator",
        Role::Coordinator => "coordinator",
        Role::Auditor => "auditor",
        Role::Admin => "admin",
    }
}

/// What a role holds for, in the words of the content.
fn place(chapter: Option<&Chapter>, grant: &Grant) -> String {
    let Some(chapter) = chapter else {
        return "the platform".to_owned();
    };
    let town = &chapter.municipality.name;
    if let Some(reference) = &grant.partner {
        let partner = chapter.partners.iter().find(|p| p.reference == *reference);
        return partner.map_or_else(|| reference.clone(), |partner| partner.name.clone());
    }
    let ambassador = chapter
        .ambassadors
        .iter()
        .find(|ambassador| Some(&ambassador.key) == grant.ambassador.as_ref());
    match ambassador {
        Some(ambassador) if !ambassador.neighbourhoods.is_empty() => {
            let names: Vec<&str> = chapter
                .neighbourhoods
                .iter()
                .filter(|neighbourhood| ambassador.neighbourhoods.contains(&neighbourhood.key))
                .map(|neighbourhood| neighbourhood.name.as_str())
                .collect();
            format!("{} ({town})", names.join(", "))
        }
        _ => town.clone(),
    }
}

/// `tokens.json`: by short name, who it is and the token.
pub(super) fn tokens_json(people: &[Demonstrator]) -> String {
    let by_name: serde_json::Map<String, serde_json::Value> = people
        .iter()
        .map(|person| (person.subject.clone(), json!(person)))
        .collect();
    format!("{:#}\n", serde_json::Value::Object(by_name))
}

/// `/demo/people.json`, as the query editor reads it.
pub(super) fn people_json(people: &[Demonstrator]) -> String {
    let list: Vec<serde_json::Value> = people
        .iter()
        .map(|person| {
            json!({
                "name": person.name,
                "role": person.role,
                "about": format!("{} ({})", person.about, person.place),
                "token": person.token,
            })
        })
        .collect();
    serde_json::Value::Array(list).to_string()
}

/// What is printed when the demo is ready.
pub(super) fn greeting(
    people: &[Demonstrator],
    listen: std::net::SocketAddr,
    folder: &Folder,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    table.set_header(["short name", "name", "role", "where", "token"]);
    for person in people {
        // The first part is the same for all of them, and a whole one fits no screen.
        let end = person.token.len().saturating_sub(6);
        let token = format!("…{}", person.token.get(end..).unwrap_or_default());
        table.add_row([
            &person.subject,
            &person.name,
            &person.role,
            &person.place,
            &token,
        ]);
    }
    let url = address(listen);
    let tokens = folder.file("tokens.json");
    let headers = folder.file("as").join("SHORT-NAME");
    let example = people
        .iter()
        .find(|person| person.subject == EXAMPLE)
        .map(|person| {
            format!(
                "\n\nAsk something as {}:\n\n  curl {url}/graphql \\\n    -H 'Content-Type: \
                 application/json' \\\n    -H 'Authorization: Bearer {}' \\\n    -d \
                 '{{\"query\": \"{{ signals {{ nodes {{ title status outcome }} }} }}\"}}'",
                person.name, person.token
            )
        })
        .unwrap_or_default();
    format!(
        "The demo is ready. Open {url}/ for the query editor, with these people and sample \
         queries.\nEverybody in it is invented.\n\n{table}\n\nWhole tokens, good for 30 days: {}. \
         The same as headers, for `curl -H @FILE`: {}.{example}\n",
        tokens.display(),
        headers.display(),
    )
}
