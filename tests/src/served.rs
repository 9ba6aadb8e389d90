//! The service on a port that the system gives, and the admin client run against it: the one client
//! here that needs more than the router.

#![expect(
    clippy::missing_panics_doc,
    reason = "in a harness, whatever can't be is a panic, and so a failed test"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use axum::Router;
use nabij_admin::{Exit, Surroundings};
use nabij_api::http::serve::Server;
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{Person, Town, database::new_name};

/// Something that answers HTTP at an address; gone when it goes out of scope.
pub struct Served {
    /// Its address.
    pub url: String,
    task: JoinHandle<()>,
}

impl Served {
    /// Serves any routes.
    pub async fn with(router: Router) -> Self {
        Self::by(Server::default(), router).await
    }

    /// Serves any routes with deadlines and a number of connections of its own.
    pub async fn by(server: Server, router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("the system gives a port");
        let address = listener.local_addr().expect("it has an address");
        let task = tokio::spawn(async move {
            server.run(listener, router, std::future::pending()).await;
        });
        Self {
            url: format!("http://{address}"),
            task,
        }
    }

    /// Stops answering; the address is nobody's afterwards.
    pub async fn stops(&mut self) {
        self.task.abort();
        // Ended is ended, by being stopped or otherwise.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Town {
    /// The service of the town, at an address.
    pub async fn served(&self) -> Served {
        Served::with(self.router()).await
    }

    /// The routes of the service, to put something before them.
    pub fn router(&self) -> Router {
        self.gatehouse.router.clone()
    }
}

/// How a run of the admin client ended.
#[must_use]
#[derive(Debug)]
pub struct Ran {
    /// Its exit.
    pub exit: Exit,
    /// What it wrote to standard output.
    pub out: String,
    /// What it wrote to standard error.
    pub err: String,
}

impl Ran {
    /// The run did what was asked: what it wrote.
    #[must_use]
    #[track_caller]
    pub fn done(self) -> String {
        assert_eq!(self.exit, Exit::Done, "{self:?}");
        self.out
    }

    /// The same in JSON.
    #[must_use]
    #[track_caller]
    pub fn json(self) -> Value {
        serde_json::from_str(&self.done()).expect("the result is JSON")
    }

    /// The run ended otherwise, with nothing for a result: what it told.
    #[must_use]
    #[track_caller]
    pub fn failed(self, exit: Exit) -> String {
        assert_eq!(self.exit, exit, "{self:?}");
        assert_eq!(self.out, "", "a failure isn't a result");
        self.err
    }
}

impl Person {
    /// Runs the admin client against an address, with their token in the environment.
    pub async fn administers(&self, url: &str, args: &[&str]) -> Ran {
        let token = self.token();
        let ran = administers(url, token.as_deref(), args).await;
        if let Some(token) = token {
            let told = format!("{}{}", ran.out, ran.err);
            assert!(!told.contains(&token), "the token is told to nobody");
        }
        ran
    }
}

/// Runs the admin client as its binary does, but for the process around it and its patience.
async fn administers(url: &str, token: Option<&str>, args: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let env = |name: &str| match name {
        "NABIJ_URL" => Some(url.to_owned()),
        "NABIJ_TOKEN" => token.map(str::to_owned),
        _ => None,
    };
    let surroundings = Surroundings {
        env: &env,
        out: &mut out,
        err: &mut err,
        progress: false,
        pauses: &[Duration::ZERO],
    };
    let line = ["nabij-admin"].iter().chain(args);
    let exit = nabij_admin::run(line, surroundings).await;
    let text = |bytes| String::from_utf8(bytes).expect("it writes text");
    Ran {
        exit,
        out: text(out),
        err: text(err),
    }
}

/// A folder of its own, gone when it goes out of scope.
pub struct Folder(PathBuf);

impl Default for Folder {
    fn default() -> Self {
        let folder = std::env::temp_dir().join(new_name());
        fs::create_dir(&folder).expect("a folder can be made");
        Self(folder)
    }
}

impl Folder {
    /// The path of a file in it.
    #[must_use]
    pub fn path(&self, name: &str) -> String {
        let path: &Path = &self.0.join(name);
        path.to_str().expect("it is text").to_owned()
    }

    /// Writes a file; its path.
    #[must_use]
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).expect("a file can be written");
        path
    }

    /// What a file holds.
    #[must_use]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    /// The names of its files.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder is there");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.expect("it can be listed").file_name();
            name.into_string().expect("it is text")
        };
        entries.map(name).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the system's folder for temporary files is the system's.
        let _ = fs::remove_dir_all(&self.0);
    }
}
