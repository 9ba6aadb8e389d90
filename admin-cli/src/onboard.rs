//! `partner onboard`: makes the service's partner what a file says.

use std::fs;

use serde::Serialize;
use uuid::Uuid;

use crate::{
    args::OnboardArgs,
    client::{Answer, Client},
    failure::{Detail, Exit, Failure},
    output::{Output, code, table},
    queries::{PartnerOnboard, partner_onboard as api},
};

mod file;
mod places;

use file::{PartnerFile, Source};
use places::Finder;

/// The result in JSON: documented in `docs/admin.md`.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Onboarded {
    dry_run: bool,
    /// Whether anything differs, or differed, from the file.
    changed: bool,
    /// None when a dry run finds that the partner would be new.
    partner: Option<Partner>,
    changes: Vec<Change>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Partner {
    id: String,
    reference: String,
    name: String,
    status: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    what: String,
    subject: String,
}

/// Runs the command.
///
/// # Errors
/// What is wrong with the file, what the service refuses, or that it can't be asked.
pub(crate) async fn run(
    args: &OnboardArgs,
    client: &Client,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let name = args.file.display();
    let text = fs::read_to_string(&args.file).map_err(|error| {
        Failure::usage(
            format!("The file {name} can't be read: {error}."),
            "Check the path.",
        )
    })?;
    let (file, source) = Source::read(&text).map_err(|error| {
        Failure::usage(
            format!(
                "The file {name} can't be used.\n{}",
                error.to_string().trim_end()
            ),
            "Correct that line; docs/admin.md describes the file, docs/examples/partner.toml is \
             one.",
        )
    })?;
    client.expect_token()?;
    let mut finder = Finder::new(client, &source);
    let input = input(file, args.dry_run, &mut finder).await?;
    finder.finish()?;
    let answer = client
        .ask::<PartnerOnboard>(api::Variables { input })
        .await?;
    let onboarded = read(answer, args.dry_run, &source)?;
    output.result(&in_words(&onboarded), &onboarded)
}

async fn input(
    file: PartnerFile,
    dry_run: bool,
    finder: &mut Finder<'_>,
) -> Result<api::PartnerOnboardInput, Failure> {
    let PartnerFile {
        reference,
        name,
        kind,
        secrecy,
        email,
        phone,
        website,
        activate,
        identifiers,
        neighbourhoods,
        services,
    } = file;
    let neighbourhoods = finder.ids(&neighbourhoods).await?;
    let mut offers = Vec::with_capacity(services.len());
    for service in services {
        offers.push(offer(service, finder).await?);
    }
    Ok(api::PartnerOnboardInput {
        reference,
        name,
        kind: kind.0,
        secrecy: secrecy.0,
        identifiers: identifiers
            .into_iter()
            .map(|identifier| api::PartnerIdentifierInput {
                scheme: identifier.scheme.0,
                value: identifier.value,
            })
            .collect(),
        email,
        phone,
        website,
        neighbourhoods,
        services: offers,
        activate,
        dry_run,
        // Writing takes a key, so that a second attempt after a lost answer writes nothing twice.
        idempotency_key: (!dry_run).then(new_key),
    })
}

async fn offer(
    service: file::Service,
    finder: &mut Finder<'_>,
) -> Result<api::PartnerServiceInput, Failure> {
    let file::Service {
        reference,
        name,
        description,
        categories,
        target_groups,
        neighbourhoods,
        capacity_maximum,
    } = service;
    Ok(api::PartnerServiceInput {
        reference,
        name,
        description,
        categories: categories.into_iter().map(|code| code.0).collect(),
        target_groups: target_groups.into_iter().map(|code| code.0).collect(),
        neighbourhoods: match neighbourhoods {
            Some(places) => Some(finder.ids(&places).await?),
            None => None,
        },
        capacity_maximum,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the service's ids follow its clock; this is a client's one-time key, which must only \
              be unlike every other"
)]
fn new_key() -> Uuid {
    Uuid::new_v4()
}

/// Reads what came of it.
fn read(
    answer: Answer<api::ResponseData>,
    dry_run: bool,
    source: &Source<'_>,
) -> Result<Onboarded, Failure> {
    let payload = answer.data.partner_onboard.ok_or_else(Failure::no_data)?;
    if !payload.user_errors.is_empty() {
        return Err(refused(payload.user_errors, source).with_request_id(answer.request_id));
    }
    let changes: Vec<Change> = payload
        .changes
        .into_iter()
        .map(|change| Change {
            what: code(&change.what),
            subject: change.subject,
        })
        .collect();
    // A repeated key is answered without changes: an earlier attempt made them.
    let earlier = answer.repeated && changes.is_empty();
    Ok(Onboarded {
        dry_run,
        changed: earlier || changes.iter().any(|change| change.what != "UNCHANGED"),
        partner: payload.partner.map(|partner| Partner {
            id: partner.id,
            reference: partner.reference,
            name: partner.name,
            status: code(&partner.status),
        }),
        changes,
    })
}

fn refused(
    errors: Vec<api::PartnerOnboardPartnerOnboardUserErrors>,
    source: &Source<'_>,
) -> Failure {
    use api::UserErrorCode::FORBIDDEN;
    if errors.iter().all(|error| error.code == FORBIDDEN) {
        return Failure::new(
            Exit::SignIn,
            "You may not bring partners on board.",
            "It takes the role ADMIN: sign in as somebody who has it.",
        );
    }
    let details = errors
        .into_iter()
        .map(|error| {
            let path = error.path.filter(|path| !path.is_empty());
            Detail {
                code: Some(code(&error.code)),
                message: error.message,
                line: path.as_deref().and_then(|path| source.line_of(path)),
                path: path.map(|path| path.join(".")),
            }
        })
        .collect();
    Failure::new(
        Exit::Refused,
        "The service refused the partner; nothing was changed.",
        "Correct the file and run this again. docs/errors.md explains the codes.",
    )
    .with_details(details)
}

fn in_words(onboarded: &Onboarded) -> String {
    let Onboarded {
        dry_run,
        changed,
        partner,
        changes,
    } = onboarded;
    let rows = changes
        .iter()
        .map(|change| [change.what.clone(), change.subject.clone()]);
    let shown = table(["WHAT", "SUBJECT"], rows);
    let verdict = match (dry_run, changed) {
        (true, true) => "Dry run: nothing was changed. Without --dry-run, the above is done.",
        (true, false) => "Dry run: nothing to change. The service is as the file says.",
        (false, false) => "Nothing to change: the service is as the file says.",
        (false, true) if changes.is_empty() => {
            "Done at an earlier attempt, whose answer got lost on the way."
        }
        (false, true) => "Done.",
    };
    let partner = partner.as_ref().map_or_else(String::new, |partner| {
        format!("\n{} is {} ({}).", partner.name, partner.status, partner.id)
    });
    format!("{shown}\n\n{verdict}{partner}")
}
