//! Rows of an export, as CSV or as JSON lines.

use csv::{Terminator, WriterBuilder};
use serde::Serialize;

use crate::{args::SheetFormat, failure::Failure, output::unwritten};

/// A row of a sheet; the names of its columns are those of its fields in JSON.
pub(super) trait Columns: Serialize {
    /// The names of the columns.
    const COLUMNS: &'static [&'static str];

    /// The cells, in the order of the columns; each made by [`present`] or [`optional`].
    fn cells(&self) -> Vec<String>;
}

/// A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe
/// before it, as OWASP advises against CSV injection.
pub(super) fn present(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// The same for what there may not be: an empty cell then.
pub(super) fn optional(cell: Option<&str>) -> String {
    present(cell.unwrap_or_default())
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
    pub(super) fn header<R: Columns>(self) -> Result<Vec<u8>, Failure> {
        match self.format {
            SheetFormat::Csv => {
                as_csv([R::COLUMNS.iter().map(|name| (*name).to_owned()).collect()])
            }
            SheetFormat::Json => Ok(Vec::new()),
        }
    }

    /// Some rows.
    ///
    /// # Errors
    /// When they can't be written.
    pub(super) fn rows<R: Columns>(self, rows: &[R]) -> Result<Vec<u8>, Failure> {
        match self.format {
            SheetFormat::Csv => as_csv(rows.iter().map(Columns::cells)),
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

fn as_csv(rows: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Failure> {
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

    #[derive(Default, Serialize)]
    struct Row {
        id: String,
        source: Option<String>,
    }

    impl Columns for Row {
        const COLUMNS: &'static [&'static str] = &["id", "source"];

        fn cells(&self) -> Vec<String> {
            vec![present(&self.id), optional(self.source.as_deref())]
        }
    }

    fn written(format: SheetFormat, rows: &[Row]) -> String {
        let sheet = Sheet::begin(format);
        let mut text = sheet.header::<Row>().unwrap();
        text.extend(sheet.rows(rows).unwrap());
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn cells_that_look_like_formulas_are_neutralised() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(present(formula), format!("'{formula}"));
        }
        for harmless in ["", "Hoplr", "a=b", " =1", "'=1", "2026-03-02"] {
            assert_eq!(present(harmless), harmless);
        }
    }

    #[test]
    fn a_sheet_has_a_header_and_quotes_what_needs_it() {
        let row = |id: &str, source: &str| Row {
            id: id.to_owned(),
            source: Some(source.to_owned()),
        };
        let rows = [row("a,b", "=HYPERLINK(\"http://x\",\"y\")"), Row::default()];
        assert_eq!(
            written(SheetFormat::Csv, &rows),
            "id,source\r\n\"a,b\",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"\r\n,\r\n"
        );
    }

    #[test]
    fn an_empty_sheet_is_its_header() {
        assert_eq!(written(SheetFormat::Csv, &[]).lines().count(), 1);
        assert_eq!(written(SheetFormat::Json, &[]), "");
    }

    #[test]
    fn json_has_the_values_as_they_are() {
        let row = Row {
            source: Some("=1".to_owned()),
            ..Row::default()
        };
        let text = written(SheetFormat::Json, &[row]);
        assert_eq!(text, "{\"id\":\"\",\"source\":\"=1\"}\n");
    }
}
