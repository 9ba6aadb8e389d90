//! The command line of the service: `serve`, `demo`, `migrate`, `admin`, `schema`.

use std::{fmt::Display, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Parser, Subcommand};
use nabij_api::{
    app::{App, Running},
    auth::Issuers,
    clock::Clock,
    config::{Flags, Purpose, Settings, Sources},
    demo,
    domain::{Refusal, access::register_first_admin},
    graphql,
    http::{
        edge::Edge,
        serve::{Server, signalled},
    },
    ids::type_id,
    relay::Relay,
    store::{Db, Kind},
    telemetry,
};
use tokio::net::TcpListener;

/// Connections to PostgreSQL that one process keeps.
const POSTGRES_CONNECTIONS: u32 = 10;

/// How long the end of the process waits for what can't be dropped: files that are written.
const LAST: Duration = Duration::from_secs(1);

/// A GraphQL service for neighbourhood care.
#[derive(Parser)]
#[command(name = "nabij-api", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the service
    Serve {
        #[command(flatten)]
        flags: Flags,
    },
    /// Run the service with the five initiatives as data and everybody's token at hand, for trying
    /// it out on your own machine
    Demo {
        #[command(flatten)]
        options: demo::Options,
        #[command(flatten)]
        flags: Flags,
    },
    /// Bring the database's tables up to date, and stop
    Migrate {
        #[command(flatten)]
        flags: Flags,
    },
    /// Register an administrator: the first one, or one more when all have lost their access. Doing
    /// it twice changes nothing
    Admin {
        /// The issuer that vouches for the person: `url` of one of the settings' issuers
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// The claim `sub` of the person's tokens
        #[arg(long)]
        subject: String,
        /// The name that colleagues see
        #[arg(long)]
        name: String,
        #[command(flatten)]
        flags: Flags,
    },
    /// Print the GraphQL schema
    Schema {
        /// Compare it with `schema.graphql` instead, and fail when they differ
        #[arg(long)]
        check: bool,
        /// Write it to `schema.graphql` instead
        #[arg(long, conflicts_with = "check")]
        write: bool,
        /// The file to compare with or write to
        #[arg(long, default_value = "schema.graphql", value_name = "FILE")]
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve { flags } => block_on(run(flags)),
        Command::Demo { options, flags } => block_on(demo::run(flags, &options)),
        Command::Migrate { flags } => block_on(migrate(flags)),
        Command::Admin {
            issuer,
            subject,
            name,
            flags,
        } => block_on(admin(issuer, subject, name, flags)),
        Command::Schema { check, write, file } => schema(check, write, &file),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("nabij-api: {message}");
            ExitCode::FAILURE
        }
    }
}

fn block_on(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime can't be started: {error}"))?;
    let done = runtime.block_on(work);
    // What is still going on was given its time.
    runtime.shutdown_timeout(LAST);
    done
}

fn text(error: impl Display) -> String {
    error.to_string()
}

async fn open(settings: &Settings) -> Result<Db, String> {
    settings
        .database_url
        .create_folder()
        .map_err(|error| format!("the folder for the database's file can't be made: {error}"))?;
    Db::open(settings.database_url.expose(), POSTGRES_CONNECTIONS)
        .await
        .map(|db| db.with_erased_list(&settings.erased_list))
        .map_err(text)
}

async fn run(flags: Flags) -> Result<(), String> {
    let settings = Settings::load(&Sources::of_process(flags), Purpose::Serve).map_err(text)?;
    telemetry::init(settings.log_format, &settings.log).map_err(text)?;
    let issuers = Issuers::from_settings(&settings.issuers).map_err(text)?;
    if settings.issuers.is_empty() {
        tracing::warn!(
            "no issuers in the settings: nobody can sign in, and only the public directory is served"
        );
    }
    if !settings.listen.ip().is_loopback() {
        tracing::warn!(
            "listening beyond this machine without TLS: put a proxy in front that ends TLS, and let \
             nothing else reach this port"
        );
    }
    if settings.list_lies_with_database() {
        tracing::warn!(
            "`erased_list` lies in the folder of the database: whoever puts back a copy of that \
             folder puts back the old list too, and brings erased residents back. Name a file \
             elsewhere, on a disk of its own if you can"
        );
    }
    let db = open(&settings).await?;
    if settings.migrate_on_start {
        db.migrate().await.map_err(text)?;
    }
    let clock = Clock::system();
    let edge = Edge::from_settings(&settings.edge, &clock).map_err(text)?;
    let app = App::new(db.clone(), clock, issuers, edge)
        .map_err(text)?
        .telling_from(settings.smallest_count);
    let router = app.opened().await.map_err(text)?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .map_err(|error| format!("can't listen on {}: {error}", settings.listen))?;
    let running = Running {
        server: Server::from_settings(&settings.edge),
        router,
        relay: Some(Relay::start(move |task| app.cx(task))),
        db,
    };
    running.until(listener, signalled()).await.map_err(text)
}

async fn migrate(flags: Flags) -> Result<(), String> {
    let settings = Settings::load(&Sources::of_process(flags), Purpose::Serve).map_err(text)?;
    telemetry::init(settings.log_format, &settings.log).map_err(text)?;
    let db = open(&settings).await?;
    let pending = db.pending_migrations().await.map_err(text)?;
    db.migrate().await.map_err(text)?;
    println!("{pending} change(s) made to the tables.");
    db.close().await;
    Ok(())
}

async fn admin(issuer: String, subject: String, name: String, flags: Flags) -> Result<(), String> {
    let settings = Settings::load(&Sources::of_process(flags), Purpose::Serve).map_err(text)?;
    telemetry::init(settings.log_format, &settings.log).map_err(text)?;
    if !settings.issuers.iter().any(|known| known.url == issuer) {
        return Err(
            "--issuer is none of the issuers in the settings: nobody could sign in with it. Name \
             one of them, or add it."
                .to_owned(),
        );
    }
    let issuers = Issuers::from_settings(&settings.issuers).map_err(text)?;
    let db = open(&settings).await?;
    if settings.migrate_on_start {
        db.migrate().await.map_err(text)?;
    }
    let app = App::new(db.clone(), Clock::system(), issuers, Edge::wide()).map_err(text)?;
    let cx = app.cx("command-line");
    let registered = register_first_admin(&cx, issuer, subject, name).await;
    db.close().await;
    match registered {
        Ok(id) => {
            println!("{} is an administrator.", type_id(Kind::User, id));
            Ok(())
        }
        Err(Refusal::Problems(problems)) => {
            let told: Vec<String> = problems
                .into_iter()
                .map(|problem| problem.message)
                .collect();
            Err(told.join(" "))
        }
        Err(Refusal::Failure(failure)) => Err(format!("the database refused: {failure:?}")),
    }
}

fn schema(check: bool, write: bool, file: &std::path::Path) -> Result<(), String> {
    let sdl = graphql::sdl();
    if write {
        return std::fs::write(file, sdl)
            .map_err(|error| format!("{} can't be written: {error}", file.display()));
    }
    if !check {
        print!("{sdl}");
        return Ok(());
    }
    let committed = std::fs::read_to_string(file)
        .map_err(|error| format!("{} can't be read: {error}", file.display()))?;
    if committed == sdl {
        return Ok(());
    }
    let line = committed
        .lines()
        .zip(sdl.lines())
        .take_while(|(a, b)| a == b)
        .count()
        + 1;
    Err(format!(
        "{} is not what this service offers; they first differ in line {line}. Run `cargo run -p \
         nabij-api -- schema --write` and commit the result.",
        file.display()
    ))
}
