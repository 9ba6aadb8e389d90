//! The service with an SQLite database on a small disk of its own, which a test can fill: a file system
//! in memory that only the service's process sees.

use std::{
    fs,
    io::{ErrorKind, Write},
    process::{Command, Stdio},
};

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::{
    Folder, Person, Town,
    service::{Listening, Service},
    wire::Reply,
};

/// What is free on the disk at the beginning.
const FREE: u64 = 1024 * 1024;
/// Starts a process that has its own view of the file systems; anybody may.
const ALONE: [&str; 6] = [
    "unshare",
    "--user",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
];

/// A service on a small disk.
pub struct SmallDisk {
    /// The service.
    pub service: Service,
    disk: String,
    _folder: Folder,
}

impl SmallDisk {
    /// The service of a town over a copy of its SQLite database; `binary` is
    /// `env!("CARGO_BIN_EXE_service")`. None where the system lets no process have a disk of its own.
    pub async fn of(town: &Town, binary: &str) -> Option<Self> {
        let folder = Folder::default();
        let (copy, disk) = (folder.path("copy"), folder.path("disk"));
        fs::create_dir(&disk).expect("a folder can be made");
        let mount = |size: u64| format!("mount -t tmpfs -o size={size} tmpfs '{disk}'");
        let trial = alone(&mount(FREE)).stderr(Stdio::null()).status();
        if !trial.is_ok_and(|ended| ended.success()) {
            return None;
        }
        let copying = format!("VACUUM INTO '{copy}'");
        let copied = town.beneath().execute_unprepared(&copying).await;
        copied.expect("SQLite copies its database");
        let size = fs::metadata(&copy).expect("the copy is there").len();
        let file = format!("{disk}/nabij.sqlite");
        let mount = mount(size + FREE);
        let steps = format!("{mount} && cp '{copy}' '{file}' && exec '{binary}'");
        let url = format!("sqlite://{file}");
        Some(Self {
            service: Service::by(alone(&steps), town, &url, Listening::default()),
            disk,
            _folder: folder,
        })
    }

    /// A file that takes all the room, as it is seen from outside the process.
    fn filling(&self) -> String {
        let process = self.service.process_id();
        format!("/proc/{process}/root{}/filling", self.disk)
    }

    /// Leaves no room.
    pub fn fills(&self) {
        let mut filling = fs::File::create(self.filling()).expect("the disk is there");
        let full = loop {
            if let Err(error) = filling.write_all(&[0; 4096]) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull, "{full}");
    }

    /// Makes room again.
    pub fn is_cleared(&self) {
        fs::remove_file(self.filling()).expect("it was filled");
    }

    /// Somebody asks the service in GraphQL, over a connection of their own.
    pub async fn hears(&self, person: &Person, query: &str, variables: &Value) -> Reply {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = format!(
            "POST /graphql HTTP/1.1\r\nhost: nabij\r\ncontent-type: application/json\r\n\
             accept: application/graphql-response+json\r\nauthorization: Bearer {}\r\n\
             content-length: {}\r\n\r\n{body}",
            self.service.token(person),
            body.len()
        );
        let reply = self.service.hears(request.as_bytes()).await;
        reply.expect("the service answers")
    }
}

fn alone(steps: &str) -> Command {
    let mut command = Command::new(ALONE[0]);
    command.args(&ALONE[1..]).arg(steps);
    command
}
