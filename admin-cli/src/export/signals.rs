//! `export signals`: page by page from the service to the sheet, never all in memory.
//!
//! To add a column: a field of [`Row`], in the query, and in `docs/admin.md`.

use serde::Serialize;

use super::{
    Export,
    sheet::{Columns, optional, present},
};
use crate::{
    args::SignalsArgs,
    client::Client,
    failure::Failure,
    municipality,
    output::{Output, code},
    queries::{Signals, signals as api},
    vocabulary::known,
};

/// How many signals are asked for at once: the most the service gives.
const PAGE: i64 = 100;

/// What an export tells of a signal; the fields' names are the columns'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Row {
    id: String,
    created_at: String,
    kind: String,
    category: String,
    urgency: String,
    status: String,
    neighbourhood: String,
    /// The official code of the municipality.
    #[serde(rename = "municipality_code")]
    municipality: String,
    due_at: String,
    outcome: Option<String>,
    dismiss_reason: Option<String>,
    inflow_channel: String,
    source: Option<String>,
    external_reference: Option<String>,
}

impl Columns for Row {
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "created_at",
        "kind",
        "category",
        "urgency",
        "status",
        "neighbourhood",
        "municipality_code",
        "due_at",
        "outcome",
        "dismiss_reason",
        "inflow_channel",
        "source",
        "external_reference",
    ];

    fn cells(&self) -> Vec<String> {
        let Self {
            id,
            created_at,
            kind,
            category,
            urgency,
            status,
            neighbourhood,
            municipality,
            due_at,
            outcome,
            dismiss_reason,
            inflow_channel,
            source,
            external_reference,
        } = self;
        vec![
            present(id),
            present(created_at),
            present(kind),
            present(category),
            present(urgency),
            present(status),
            present(neighbourhood),
            present(municipality),
            present(due_at),
            optional(outcome.as_deref()),
            optional(dismiss_reason.as_deref()),
            present(inflow_channel),
            optional(source.as_deref()),
            optional(external_reference.as_deref()),
        ]
    }
}

/// Runs the command.
///
/// # Errors
/// When the service can't be asked, doesn't know the municipality, or the sheet can't be written.
pub(crate) async fn run(
    args: &SignalsArgs,
    client: &Client,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    client.expect_token()?;
    let filter = filter(args, client).await?;
    let mut export = Export::begin::<Row>(args.to.as_deref(), args.format, output)?;
    let mut after = None;
    loop {
        let (page, cursor) = page(client, filter.as_ref(), after).await?;
        export.rows(&page, output)?;
        if cursor.is_none() {
            break;
        }
        after = cursor;
        output.progress(&format!("{} signals …", export.written()));
    }
    output.progress_ends();
    let note = match export.written() {
        0 => Some(why_none(filter.is_some(), client).await?),
        _ => None,
    };
    export.end(["signal", "signals"], note, output)
}

/// One page, and the cursor of the next if there is one.
async fn page(
    client: &Client,
    filter: Option<&api::SignalWhere>,
    after: Option<String>,
) -> Result<(Vec<Row>, Option<String>), Failure> {
    let variables = api::Variables {
        first: PAGE,
        after,
        where_: filter.cloned(),
    };
    let answer = client.ask::<Signals>(variables).await?;
    let page = answer.data.signals.ok_or_else(Failure::no_data)?;
    let cursor = page
        .page_info
        .end_cursor
        .filter(|_| page.page_info.has_next_page);
    Ok((page.nodes.into_iter().map(row).collect(), cursor))
}

fn row(signal: api::SignalsSignalsNodes) -> Row {
    let api::SignalsSignalsNodes {
        id,
        created_at,
        kind,
        category,
        urgency,
        status,
        neighbourhood,
        municipality,
        due_at,
        outcome,
        dismiss_reason,
        inflow_channel,
        source,
        external_reference,
    } = signal;
    Row {
        id,
        created_at,
        kind: code(&kind),
        category: code(&category),
        urgency: code(&urgency),
        status: code(&status),
        neighbourhood: neighbourhood.name,
        municipality: municipality.code,
        due_at,
        outcome: outcome.map(|outcome| code(&outcome)),
        dismiss_reason: dismiss_reason.map(|reason| code(&reason)),
        inflow_channel: code(&inflow_channel),
        source,
        external_reference,
    }
}

async fn filter(args: &SignalsArgs, client: &Client) -> Result<Option<api::SignalWhere>, Failure> {
    let municipality = match &args.municipality {
        Some(code) => Some(municipality::of_argument(client, code).await?.id),
        None => None,
    };
    if municipality.is_none() && args.since.is_none() && args.status.is_empty() {
        return Ok(None);
    }
    let statuses: Vec<_> = args.status.iter().filter_map(|code| known(code)).collect();
    Ok(Some(api::SignalWhere {
        municipality: municipality.map(|id| api::IdFilter {
            eq: Some(id),
            ..Default::default()
        }),
        created_at: args.since.map(|since| api::DateTimeFilter {
            gte: Some(since.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
            ..Default::default()
        }),
        status: (!statuses.is_empty()).then(|| api::SignalStatusFilter {
            in_: Some(statuses),
            ..Default::default()
        }),
        ..Default::default()
    }))
}

/// An empty sheet is either a matter of the options or of the token; only the latter needs another.
async fn why_none(filtered: bool, client: &Client) -> Result<&'static str, Failure> {
    if filtered && !page(client, None, None).await?.0.is_empty() {
        return Ok("You may see signals, but none that these options ask for.");
    }
    Ok(
        "This token sees no signals at all. It takes the role COORDINATOR of the municipality; \
         PARTNER_STAFF sees what its partner handles or was referred, AMBASSADOR and SIGNALLER \
         what they submitted. ADMIN and AUDITOR see no signals, on purpose.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_columns_in_order() {
        let text = serde_json::to_string(&Row::default()).unwrap();
        let places = Row::COLUMNS
            .iter()
            .map(|column| text.find(&format!("\"{column}\":")).unwrap());
        assert!(places.is_sorted());
        assert_eq!(Row::default().cells().len(), Row::COLUMNS.len());
    }
}
