//! The admin client's binary: gives [`nabij_admin::run`] the process's surroundings.

use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

use nabij_admin::{Exit, PAUSES, Surroundings, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // `lock()` would hold the handles across waits; line by line is fine.
    let (mut out, mut err) = (io::BufWriter::new(io::stdout()), io::stderr());
    let surroundings = Surroundings {
        env: &|name| std::env::var(name).ok(),
        out: &mut out,
        progress: err.is_terminal(),
        err: &mut err,
        pauses: PAUSES,
    };
    tokio::select! {
        exit = run(std::env::args_os(), surroundings) => exit.into(),
        // Dropping the run takes its half-written file away with it.
        _ = tokio::signal::ctrl_c() => Exit::INTERRUPTED.into(),
    }
}
