//! The admin client: a client like any other, for whoever runs the platform. It speaks GraphQL over
//! HTTP and knows of the service only `schema.graphql`, against which `queries/*.graphql` are
//! checked when it is compiled.
//!
//! | file | what is in it |
//! |---|---|
//! | `main.rs` | the binary: this library with the process's arguments, environment and streams |
//! | `args.rs` | the command line |
//! | `settings.rs` | where the service is, and with which token |
//! | `client.rs` | one request and its answer, with patience where that is safe |
//! | `failure.rs` | exit codes, and what is told when something fails |
//! | `queries.rs`, `queries/` | the GraphQL documents and their types |
//! | `vocabulary.rs` | the codes that files and arguments may use |
//! | `output.rs` | results as a table or as JSON |
//! | `municipality.rs` | a municipality by its official code |
//! | `onboard.rs`, `onboard/` | `partner onboard`: the file, its places, the changes |
//! | `partners.rs` | `partner list` |
//! | `export.rs`, `export/` | `export signals`, `export register`: rows and the file they go to |
//!
//! **One more command:** a variant in `args.rs`, a document in `queries/` with its type in
//! `queries.rs`, a file here, an arm in [`run`], a section in `docs/admin.md`, a scene in
//! `tests/it/admin.rs`.

use std::{ffi::OsString, io::Write, time::Duration};

use clap::Parser;

mod args;
mod client;
mod export;
mod failure;
mod municipality;
mod onboard;
mod output;
mod partners;
mod queries;
mod settings;
mod vocabulary;

pub use client::PAUSES;
pub use failure::Exit;

use args::{Args, Command, ExportCommand, PartnerCommand};
use client::Client;
use failure::Failure;
use output::Output;

/// What a run has around it, so that a test can be around it too.
pub struct Surroundings<'a> {
    /// Looks up an environment variable.
    pub env: &'a (dyn Fn(&str) -> Option<String> + Sync),
    /// Where results go.
    pub out: &'a mut (dyn Write + Send),
    /// Where everything else goes: errors, advice, progress.
    pub err: &'a mut (dyn Write + Send),
    /// Whether to show progress on `err`: when it is a terminal.
    pub progress: bool,
    /// How long to wait before each further attempt, where one is safe; see [`PAUSES`].
    pub pauses: &'a [Duration],
}

/// Runs one command line, whose first argument is the program's name.
pub async fn run<A>(args: A, surroundings: Surroundings<'_>) -> Exit
where
    A: IntoIterator,
    A::Item: Into<OsString> + Clone,
{
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(usage) => return told(&usage, surroundings),
    };
    let Surroundings {
        env,
        out,
        err,
        progress,
        pauses,
    } = surroundings;
    let mut output = Output {
        format: args.output,
        progress,
        out,
        err,
    };
    let done = match settings::read(&args, env) {
        Ok(settings) => match Client::new(settings, pauses) {
            Ok(client) => carry_out(&args.command, &client, &mut output).await,
            Err(failure) => Err(failure),
        },
        Err(failure) => Err(failure),
    };
    match done.and_then(|()| output.flush()) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            output.failed(&failure);
            failure.exit
        }
    }
}

async fn carry_out(
    command: &Command,
    client: &Client,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match command {
        Command::Partner(PartnerCommand::Onboard(args)) => onboard::run(args, client, output).await,
        Command::Partner(PartnerCommand::List(args)) => partners::list(args, client, output).await,
        Command::Export(ExportCommand::Signals(args)) => {
            export::signals::run(args, client, output).await
        }
        Command::Export(ExportCommand::Register(args)) => {
            export::register::run(args, client, output).await
        }
    }
}

/// Help and version are results; a wrong command line is a failure.
fn told(usage: &clap::Error, surroundings: Surroundings<'_>) -> Exit {
    let (stream, exit) = if usage.use_stderr() {
        (surroundings.err, Exit::Usage)
    } else {
        (surroundings.out, Exit::Done)
    };
    let written = write!(stream, "{usage}").and_then(|()| stream.flush());
    if written.is_ok() { exit } else { Exit::Usage }
}
