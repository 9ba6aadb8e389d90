//! The rows of an export, as CSV or as JSON lines.
//!
//! To add a column: a field of [`Row`], in the query, and in `docs/admin.md`.

use csv::{Terminator, WriterBuilder};
use serde::Serialize;

use crate::{args::SheetFormat, failure::Failure, output::unwritten};

/// What an export tells of a signal; the fields' names are the columns'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) created_at: String,
    pub(super) kind: String,
    pub(super) category: String,
    pub(super) urgency: String,
    pub(super) status: String,
    pub(super) neighbourhood: String,
    /// The official code of the municipality.
    #[serde(rename = "municipality_code")]
    pub(super) municipality: String,
    pub(super) due_at: String,
    pub(super) outcome: Option<String>,
    pub(super) dismiss_reason: Option<String>,
    pub(super) inflow_channel: String,
    pub(super) source: Option<String>,
    pub(super) external_reference: Option<String>,
}

const COLUMNS: [&str; 14] = [
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

impl Row {
    fn cells(&self) -> [String; 14] {
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
        let optional = |cell: &Option<String>| neutral(cell.as_deref().unwrap_or_default());
        [
            neutral(id),
            neutral(created_at),
            neutral(kind),
            neutral(category),
            neutral(urgency),
            neutral(status),
            neutral(neighbourhood),
            neutral(municipality),
            neutral(due_at),
            optional(outcome),
            optional(dismiss_reason),
            neutral(inflow_channel),
            optional(source),
            optional(external_reference),
        ]
    }
}

/// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe
/// before it, as OWASP advises against CSV injection.
fn neutral(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// Writes rows in one form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sheet {
    format: SheetFormat,
}

impl Sheet {
    pub(super) fn begin(format: SheetFormat) -> Self {
        Self { format }
    }

    /// What comes before the rows.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn header(self) -> Result<Vec<u8>, Failure> {
        match self.format {
            SheetFormat::Csv => as_csv([COLUMNS.map(str::to_owned)]),
            SheetFormat::Json => Ok(Vec::new()),
        }
    }

    /// Some rows.
    ///
    /// # Errors
    /// When they can't be written.
    pub(super) fn rows(self, rows: &[Row]) -> Result<Vec<u8>, Failure> {
        match self.format {
            SheetFormat::Csv => as_csv(rows.iter().map(Row::cells)),
            SheetFormat::Json => {
                let mut text = Vec::new();
                for row in rows {
                    serde_json::to_writer(&mut text, row)
                        .map_err(|error| unwritten(&error.into()))?;
                    text.push(b'\n');
                }
                Ok(text)
            }
        }
    }
}

fn as_csv(rows: impl IntoIterator<Item = [String; 14]>) -> Result<Vec<u8>, Failure> {
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer
            .write_record(&row)
            .map_err(|error| unwritten(&error.into()))?;
    }
    writer
        .into_inner()
        .map_err(|error| unwritten(&error.into_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: SheetFormat, rows: &[Row]) -> String {
        let sheet = Sheet::begin(format);
        let mut text = sheet.header().unwrap();
        text.extend(sheet.rows(rows).unwrap());
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn cells_that_look_like_formulas_are_neutralised() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(neutral(formula), format!("'{formula}"));
        }
        for harmless in ["", "Hoplr", "a=b", " =1", "'=1", "2026-03-02"] {
            assert_eq!(neutral(harmless), harmless);
        }
    }

    #[test]
    fn a_sheet_has_a_header_and_quotes_what_needs_it() {
        let row = Row {
            id: "signal_1".to_owned(),
            source: Some("=HYPERLINK(\"http://x\",\"y\")".to_owned()),
            external_reference: Some("a,b".to_owned()),
            ..Row::default()
        };
        let text = written(SheetFormat::Csv, &[row]);
        assert_eq!(
            text,
            "id,created_at,kind,category,urgency,status,neighbourhood,municipality_code,due_at,\
             outcome,dismiss_reason,inflow_channel,source,external_reference\r\n\
             signal_1,,,,,,,,,,,,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",\"a,b\"\r\n"
        );
    }

    #[test]
    fn an_empty_sheet_is_its_header() {
        assert_eq!(written(SheetFormat::Csv, &[]).lines().count(), 1);
        assert_eq!(written(SheetFormat::Json, &[]), "");
    }

    #[test]
    fn json_has_the_columns_in_order_and_the_values_as_they_are() {
        let row = Row {
            source: Some("=1".to_owned()),
            ..Row::default()
        };
        let text = written(SheetFormat::Json, &[row]);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["source"], "=1");
        assert_eq!(value["outcome"], serde_json::Value::Null);
        let places = COLUMNS.map(|column| text.find(&format!("\"{column}\":")).unwrap());
        assert!(places.is_sorted());
        assert_eq!(value.as_object().unwrap().len(), COLUMNS.len());
    }
}
