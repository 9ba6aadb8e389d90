//! `partner list`.

use serde::Serialize;

use crate::{
    args::ListArgs,
    client::Client,
    failure::Failure,
    municipality,
    output::{Output, code, table},
    queries::{Partners, partners as api},
    vocabulary::known,
};

/// How many partners are asked for at once: the most the service gives.
const PAGE: i64 = 100;

/// The result in JSON: documented in `docs/admin.md`.
#[derive(Debug, Serialize)]
struct Listed {
    partners: Vec<Partner>,
}

#[derive(Debug, Serialize)]
struct Partner {
    id: String,
    reference: String,
    name: String,
    kind: String,
    status: String,
}

/// Runs the command.
///
/// # Errors
/// When the service can't be asked, or doesn't know the municipality.
pub(crate) async fn list(
    args: &ListArgs,
    client: &Client,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let filter = filter(args, client).await?;
    let mut partners = Vec::new();
    let mut after = None;
    loop {
        let variables = api::Variables {
            first: PAGE,
            after,
            where_: filter.clone(),
        };
        let answer = client.ask::<Partners>(variables).await?;
        let page = answer.data.partners.ok_or_else(Failure::no_data)?;
        partners.extend(page.nodes.into_iter().map(|node| Partner {
            id: node.id,
            reference: node.reference,
            name: node.name,
            kind: code(&node.kind),
            status: code(&node.status),
        }));
        after = page.page_info.end_cursor;
        if !page.page_info.has_next_page || after.is_none() {
            break;
        }
        output.progress(&format!("{} partners …", partners.len()));
    }
    output.progress_ends();
    let listed = Listed { partners };
    output.result(&in_words(&listed), &listed)
}

async fn filter(args: &ListArgs, client: &Client) -> Result<Option<api::PartnerWhere>, Failure> {
    let covered = match &args.municipality {
        Some(code) => {
            let municipality = municipality::of_argument(client, code).await?;
            let all = municipality::neighbourhoods_of(client, &municipality).await?;
            Some(all.into_iter().map(|known| known.id).collect())
        }
        None => None,
    };
    if covered.is_none() && args.status.is_empty() {
        return Ok(None);
    }
    let statuses: Vec<_> = args.status.iter().filter_map(|code| known(code)).collect();
    Ok(Some(api::PartnerWhere {
        neighbourhood: covered.map(|ids| api::IdFilter {
            in_: Some(ids),
            ..Default::default()
        }),
        status: (!statuses.is_empty()).then(|| api::PartnerStatusFilter {
            in_: Some(statuses),
            ..Default::default()
        }),
        ..Default::default()
    }))
}

fn in_words(listed: &Listed) -> String {
    if listed.partners.is_empty() {
        return "No partners.".to_owned();
    }
    let rows = listed.partners.iter().map(|partner| {
        [
            partner.reference.clone(),
            partner.name.clone(),
            partner.kind.clone(),
            partner.status.clone(),
            partner.id.clone(),
        ]
    });
    let count = listed.partners.len();
    let noun = if count == 1 { "partner" } else { "partners" };
    let shown = table(["REFERENCE", "NAME", "KIND", "STATUS", "ID"], rows);
    format!("{shown}\n\n{count} {noun}.")
}
