//! The command line.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{
    Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};

use crate::vocabulary;

/// Brings partner organisations on board of a Nabij service, and takes exports out of it.
#[derive(Debug, Parser)]
#[command(name = "nabij-admin", version, after_help = AFTER)]
pub(crate) struct Args {
    #[arg(
        long,
        global = true,
        help_heading = "Everywhere",
        value_name = "URL",
        help = "Address of the service [env: NABIJ_URL] [default: http://127.0.0.1:8080]"
    )]
    pub(crate) url: Option<String>,
    #[arg(
        long,
        global = true,
        help_heading = "Everywhere",
        value_name = "FILE",
        help = "File that holds the token; without it, NABIJ_TOKEN does"
    )]
    pub(crate) token_file: Option<PathBuf>,
    /// How results and errors are written
    #[arg(
        long,
        global = true,
        help_heading = "Everywhere",
        value_enum,
        default_value_t
    )]
    pub(crate) output: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER: &str = "\
Exit codes: 0 done, 1 refused by the service, 2 usage or file error, 3 not signed in or not \
allowed, 4 service unreachable or unavailable, 5 unexpected answer.";

/// How results are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For reading
    #[default]
    Table,
    /// For programs: one stable, documented JSON object
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Partner organisations
    #[command(subcommand)]
    Partner(PartnerCommand),
    /// Data to take out
    #[command(subcommand)]
    Export(ExportCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum PartnerCommand {
    /// Brings a partner on board, or up to date, from one file; doing it twice changes nothing
    Onboard(OnboardArgs),
    /// Lists the partners you may see
    List(ListArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct OnboardArgs {
    /// TOML file with the partner, its identifiers, coverage and services
    #[arg(value_name = "FILE.toml")]
    pub(crate) file: PathBuf,
    /// Only tell what would change
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Only partners in one of these states
    #[arg(long, value_delimiter = ',', ignore_case = true,
          value_parser = code_of(&vocabulary::PARTNER_STATUSES))]
    pub(crate) status: Vec<String>,
    /// Only partners that cover a neighbourhood of the municipality with this official code
    #[arg(long, value_name = "CODE")]
    pub(crate) municipality: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// Exports the signals you may see, without titles, texts or residents
    Signals(SignalsArgs),
    /// Exports the register of processing (GDPR article 30): what is kept of persons, and why
    Register(RegisterArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct RegisterArgs {
    /// Form of the export
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: SheetFormat,
    /// File to write, replaced only when the export is complete; without it, standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
    /// Write labels in this language; without it, the codes of the schema
    #[arg(long, value_enum)]
    pub(crate) language: Option<LabelLanguage>,
}

/// A language in which the service has labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabelLanguage {
    /// Dutch
    Nl,
    /// French
    Fr,
    /// English
    En,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SignalsArgs {
    /// Form of the export
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: SheetFormat,
    /// File to write, replaced only when the export is complete; without it, standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
    /// Only signals in the municipality with this official code
    #[arg(long, value_name = "CODE")]
    pub(crate) municipality: Option<String>,
    /// Only signals that came in at or after this: 2026-03-01 (from midnight UTC) or 2026-03-01T09:00:00Z
    #[arg(long, value_name = "DATE", value_parser = moment)]
    pub(crate) since: Option<DateTime<Utc>>,
    /// Only signals in one of these states
    #[arg(long, value_delimiter = ',', ignore_case = true,
          value_parser = code_of(&vocabulary::SIGNAL_STATUSES))]
    pub(crate) status: Vec<String>,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum SheetFormat {
    /// Comma-separated values (RFC 4180, UTF-8), with a header line
    #[default]
    Csv,
    /// One JSON object per line
    Json,
}

/// One of these codes, in any case.
fn code_of(codes: &'static [&'static str]) -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(codes).map(|code| code.to_ascii_uppercase())
}

fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(date.and_time(chrono::NaiveTime::MIN).and_utc());
    }
    DateTime::parse_from_rfc3339(text)
        .map(|moment| moment.to_utc())
        .map_err(|_| "write it like 2026-03-01 or 2026-03-01T09:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_date_is_midnight_in_utc() {
        assert_eq!(moment("2026-03-01"), moment("2026-03-01T00:00:00Z"));
        assert_eq!(moment("2026-03-01T01:00:00+01:00"), moment("2026-03-01"));
        assert!(moment("1 March").is_err());
    }

    #[test]
    fn a_token_cannot_be_an_argument() {
        let line = ["nabij-admin", "--token", "x", "partner", "list"];
        assert!(Args::try_parse_from(line).is_err());
    }
}
