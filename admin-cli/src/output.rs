//! Results as a table for reading or as JSON for programs, and failures likewise.

use std::io::{self, Write};

use comfy_table::{Table, presets};
use serde::Serialize;

use crate::{
    args::Format,
    failure::{Detail, Failure},
};

/// Where a run writes, and how.
pub(crate) struct Output<'a> {
    pub(crate) format: Format,
    /// Whether to show progress.
    pub(crate) progress: bool,
    pub(crate) out: &'a mut (dyn Write + Send),
    pub(crate) err: &'a mut (dyn Write + Send),
}

impl Output<'_> {
    /// Writes a result: `text` for reading, `value` for programs.
    ///
    /// # Errors
    /// When it can't be written.
    pub(crate) fn result(&mut self, text: &str, value: &impl Serialize) -> Result<(), Failure> {
        match self.format {
            Format::Table => writeln!(self.out, "{text}"),
            Format::Json => json_line(self.out, value),
        }
        .map_err(|error| unwritten(&error))
    }

    /// Writes something beside the result. Nobody listening is no failure.
    pub(crate) fn aside(&mut self, text: &str, value: &impl Serialize) {
        let _ = match self.format {
            Format::Table => writeln!(self.err, "{text}"),
            Format::Json => json_line(self.err, value),
        };
    }

    /// Replaces the line on the terminal that tells how far the run is.
    pub(crate) fn progress(&mut self, text: &str) {
        if self.progress {
            let _ = write!(self.err, "\r\u{1b}[K{text}").and_then(|()| self.err.flush());
        }
    }

    /// Takes that line away again.
    pub(crate) fn progress_ends(&mut self) {
        self.progress("");
    }

    /// # Errors
    /// When what was written can't reach its end.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| unwritten(&error))
    }

    /// Tells of a failure. A failure to tell it can't be told.
    pub(crate) fn failed(&mut self, failure: &Failure) {
        let _ = self.out.flush();
        let _ = match self.format {
            Format::Table => write!(self.err, "{}", in_words(failure)),
            Format::Json => json_line(self.err, &in_json(failure)),
        };
    }
}

fn json_line(stream: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *stream, value)?;
    stream.write_all(b"\n")
}

/// A result that can't be written.
pub(crate) fn unwritten(error: &io::Error) -> Failure {
    Failure::usage(
        format!("The result can't be written: {error}."),
        "Check where it goes: space, rights, and whether the reader is still there.",
    )
}

fn in_words(failure: &Failure) -> String {
    let mut lines = vec![format!("error: {}", plain(&failure.what))];
    for detail in &failure.details {
        let place = match (&detail.path, detail.line) {
            (Some(path), Some(line)) => format!("line {line}, {}: ", plain(path)),
            (None, Some(line)) => format!("line {line}: "),
            (Some(path), None) => format!("{}: ", plain(path)),
            (None, None) => String::new(),
        };
        let code = detail
            .code
            .as_deref()
            .map(|code| format!(" ({})", plain(code)));
        let (message, code) = (plain(&detail.message), code.unwrap_or_default());
        lines.push(format!("  - {place}{message}{code}"));
    }
    lines.push(format!("what to do: {}", plain(&failure.advice)));
    if let Some(id) = &failure.request_id {
        lines.push(format!("request id: {}", plain(id)));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A failure in JSON: documented in `docs/admin.md`.
#[derive(Serialize)]
struct Told<'a> {
    error: ToldError<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldError<'a> {
    exit_code: u8,
    kind: &'static str,
    message: &'a str,
    advice: &'a str,
    details: &'a [Detail],
    request_id: Option<&'a str>,
}

fn in_json(failure: &Failure) -> Told<'_> {
    Told {
        error: ToldError {
            exit_code: failure.exit.code(),
            kind: failure.exit.kind(),
            message: &failure.what,
            advice: &failure.advice,
            details: &failure.details,
            request_id: failure.request_id.as_deref(),
        },
    }
}

/// A text without the characters that steer a terminal; line ends stay.
fn plain(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\n' => '\n',
            other if other.is_control() => '\u{fffd}',
            other => other,
        })
        .collect()
}

/// A table with a header, lines at its rows' natural width.
pub(crate) fn table<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    for row in rows {
        // One record, one line.
        table.add_row(row.map(|cell| plain(&cell).replace('\n', " ")));
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().trim_start_matches(' ').to_owned())
        .collect();
    lines.join("\n")
}

/// A code as the schema writes it.
pub(crate) fn code(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        // The schema's enums are texts; anything else would be a bug in their generation.
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::failure::Exit;

    fn failure() -> Failure {
        Failure::new(Exit::Refused, "The service refused it.", "Mend the file.")
            .with_details(vec![Detail {
                code: Some("INVALID".to_owned()),
                message: "A KVK number has eight digits.".to_owned(),
                path: Some("identifiers.0.value".to_owned()),
                line: Some(9),
            }])
            .with_request_id(Some("r-1".to_owned()))
    }

    #[test]
    fn a_failure_in_words() {
        assert_eq!(
            in_words(&failure()),
            "error: The service refused it.\n  \
               - line 9, identifiers.0.value: A KVK number has eight digits. (INVALID)\n\
             what to do: Mend the file.\n\
             request id: r-1\n"
        );
    }

    #[test]
    fn a_failure_in_json() {
        assert_eq!(
            serde_json::to_value(in_json(&failure())).unwrap(),
            json!({ "error": {
                "exitCode": 1,
                "kind": "REFUSED",
                "message": "The service refused it.",
                "advice": "Mend the file.",
                "details": [{
                    "code": "INVALID",
                    "message": "A KVK number has eight digits.",
                    "path": "identifiers.0.value",
                    "line": 9,
                }],
                "requestId": "r-1",
            } })
        );
    }

    #[test]
    fn a_table_keeps_to_its_lines_and_away_from_the_terminal() {
        let shown = table(
            ["NAME", "STATUS"],
            [["A\u{1b}[2Jb\nc".to_owned(), "ACTIVE".to_owned()]],
        );
        assert_eq!(shown.lines().count(), 2);
        assert!(!shown.contains('\u{1b}'));
    }
}
