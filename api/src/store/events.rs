//! The append-only record of what happened, written with each change.

use nabij_entity::{event, role_grant::Role};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Failure, Kind, Tx};
use crate::policy::Viewer;

/// Something that happened to a record. It carries codes only, never free text or personal data:
/// whoever may see the record may see its history.
#[derive(Debug)]
pub struct Happening {
    subject: (Kind, Uuid),
    kind: &'static str,
    data: Map<String, Value>,
}

impl Happening {
    /// `kind` is the record's prefix and a past participle, such as `signal.triaged`.
    #[must_use]
    pub fn new(kind: &'static str, subject: (Kind, Uuid)) -> Self {
        Self {
            subject,
            kind,
            data: Map::new(),
        }
    }

    /// Adds a code, such as the status it went to.
    #[must_use]
    pub fn with(mut self, name: &'static str, code: impl Into<Value>) -> Self {
        self.data.insert(name.to_owned(), code.into());
        self
    }
}

impl Tx {
    /// Records what happened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record(&self, happening: Happening) -> Result<(), Failure> {
        self.record_all(vec![happening]).await
    }

    /// Records what happened to several records.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn record_all(&self, happenings: Vec<Happening>) -> Result<(), Failure> {
        let rows = happenings
            .into_iter()
            .map(|happening| self.event(happening));
        self.insert_rows::<event::Entity>(rows.collect()).await
    }

    fn event(&self, happening: Happening) -> event::Model {
        let (kind, id) = happening.subject;
        let viewer = self.viewer();
        let mut data = happening.data;
        if let Some(reason) = viewer.system_reason() {
            data.insert("system".to_owned(), reason.into());
        }
        event::Model {
            id: self.new_id(),
            subject_kind: kind.prefix().to_owned(),
            subject_id: id,
            kind: happening.kind.to_owned(),
            actor_user_id: viewer.user_id(),
            actor_role: viewer.account().and_then(|_| strongest_role(viewer)),
            actor_partner_id: viewer.staffed_partners().next(),
            request_id: self.request_id().to_owned(),
            at: self.now(),
            data: Value::Object(data),
        }
    }
}

fn strongest_role(viewer: &Viewer) -> Option<Role> {
    [
        Role::Coordinator,
        Role::PartnerCoordinator,
        Role::PartnerStaff,
        Role::Ambassador,
        Role::Signaller,
        Role::Admin,
        Role::Auditor,
    ]
    .into_iter()
    .find(|role| viewer.holds(*role))
}
