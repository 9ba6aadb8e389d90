//! Exports: rows of one sort, as a sheet, to a file or to standard output.
//!
//! To add one: a file here with its row ([`sheet::Columns`]) and its `run`, an arm in `lib.rs`.

use std::{io::Write, path::Path};

use serde_json::json;

use crate::{
    args::SheetFormat,
    failure::Failure,
    output::{Output, unwritten},
};

mod destination;
pub(crate) mod register;
mod sheet;
pub(crate) mod signals;

use destination::Destination;
use sheet::{Columns, Sheet};

/// A sheet on its way to a file, or to standard output without one.
struct Export<'a> {
    to: Option<&'a Path>,
    destination: Option<Destination>,
    sheet: Sheet,
    written: u64,
}

impl<'a> Export<'a> {
    /// Begins a sheet with what comes before its rows.
    ///
    /// # Errors
    /// When it can't be written.
    fn begin<R: Columns>(
        to: Option<&'a Path>,
        format: SheetFormat,
        output: &mut Output<'_>,
    ) -> Result<Self, Failure> {
        let mut export = Self {
            to,
            destination: to.map(Destination::beside).transpose()?,
            sheet: Sheet::begin(format),
            written: 0,
        };
        let header = export.sheet.header::<R>()?;
        export.write(&header, output)?;
        Ok(export)
    }

    /// Writes some rows.
    ///
    /// # Errors
    /// When they can't be written.
    fn rows<R: Columns>(&mut self, rows: &[R], output: &mut Output<'_>) -> Result<(), Failure> {
        let text = self.sheet.rows(rows)?;
        self.written += rows.len() as u64;
        self.write(&text, output)
    }

    /// How many rows were written.
    fn written(&self) -> u64 {
        self.written
    }

    fn write(&mut self, text: &[u8], output: &mut Output<'_>) -> Result<(), Failure> {
        match &mut self.destination {
            Some(file) => file.write_all(text),
            None => output.out.write_all(text),
        }
        .map_err(|error| unwritten(&error))
    }

    /// Puts the file in its place, and tells the summary: the result when the sheet went to a file,
    /// beside it when the sheet is the result. The nouns are for one row and for any other number.
    ///
    /// # Errors
    /// When it can't be written.
    fn end(
        self,
        [one, many]: [&str; 2],
        note: Option<&str>,
        output: &mut Output<'_>,
    ) -> Result<(), Failure> {
        if let Some(destination) = self.destination {
            destination.take_its_place()?;
        }
        let rows = self.written;
        let noun = if rows == 1 { one } else { many };
        let place = self
            .to
            .map_or_else(String::new, |file| format!(" in {}", file.display()));
        let note_line = note.map_or_else(String::new, |note| format!("\n{note}"));
        let text = format!("{rows} {noun}{place}.{note_line}");
        let value = json!({ "rows": rows, "file": self.to, "note": note });
        if self.to.is_some() {
            return output.result(&text, &value);
        }
        output.flush()?;
        output.aside(&text, &value);
        Ok(())
    }
}
