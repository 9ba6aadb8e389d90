//! `export signals`: page by page from the service to the sheet, never all in memory.

use std::io::Write;

use serde_json::json;

use crate::{
    args::SignalsArgs,
    client::Client,
    failure::Failure,
    municipality,
    output::{Output, code, unwritten},
    queries::{Signals, signals as api},
    vocabulary::known,
};

mod destination;
mod sheet;

use destination::Destination;
use sheet::{Row, Sheet};

/// How many signals are asked for at once: the most the service gives.
const PAGE: i64 = 100;

/// Runs the command.
///
/// # Errors
/// When the service can't be asked, doesn't know the municipality, or the sheet can't be written.
pub(crate) async fn signals(
    args: &SignalsArgs,
    client: &Client,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    client.expect_token()?;
    let filter = filter(args, client).await?;
    let mut destination = match &args.to {
        Some(path) => Some(Destination::beside(path)?),
        None => None,
    };
    let sheet = Sheet::begin(args.format);
    let mut write = |output: &mut Output<'_>, text: &[u8]| {
        match &mut destination {
            Some(file) => file.write_all(text),
            None => output.out.write_all(text),
        }
        .map_err(|error| unwritten(&error))
    };

    write(output, &sheet.header()?)?;
    let mut rows: u64 = 0;
    let mut after = None;
    loop {
        let (page, cursor) = page(client, filter.as_ref(), after).await?;
        rows += page.len() as u64;
        write(output, &sheet.rows(&page)?)?;
        if cursor.is_none() {
            break;
        }
        after = cursor;
        output.progress(&format!("{rows} signals …"));
    }
    output.progress_ends();
    if let Some(destination) = destination {
        destination.take_its_place()?;
    }
    let note = match rows {
        0 => Some(why_none(filter.is_some(), client).await?),
        _ => None,
    };
    tell(args, rows, note, output)
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

/// The summary: the result when the sheet went to a file, beside it when the sheet is the result.
fn tell(
    args: &SignalsArgs,
    rows: u64,
    note: Option<&str>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let noun = if rows == 1 { "signal" } else { "signals" };
    let place = args
        .to
        .as_ref()
        .map_or_else(String::new, |file| format!(" in {}", file.display()));
    let note_line = note.map_or_else(String::new, |note| format!("\n{note}"));
    let text = format!("{rows} {noun}{place}.{note_line}");
    let value = json!({ "rows": rows, "file": args.to, "note": note });
    if args.to.is_some() {
        return output.result(&text, &value);
    }
    output.flush()?;
    output.aside(&text, &value);
    Ok(())
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
