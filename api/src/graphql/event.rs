//! What happened to a record, in the schema.

use async_graphql::{ID, Object};
use nabij_entity::{event, role_grant::Role};

use super::{errors::FieldResult, partner::Partner, payload::record_type, scalars::DateTime};
use crate::{
    ids,
    store::{Kind, Visible},
};

/// Something that happened to a record. It holds codes only, never what people told.
#[derive(async_graphql::Description)]
pub struct Event(Visible<event::Entity>);
record_type!(Event, event::Entity);

#[Object(use_type_description)]
impl Event {
    /// Its id (TypeID).
    pub async fn id(&self) -> ID {
        ids::type_id(Kind::Event, self.0.id).into()
    }

    /// What happened, such as `signal.triaged`.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// When it happened.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// In which role somebody did it; null when the service did it by itself.
    async fn actor_role(&self) -> Option<Role> {
        self.0.actor_role
    }

    /// The partner for which somebody did it, if any.
    async fn actor_partner(&self) -> FieldResult<Option<Partner>> {
        Ok(self.0.one("actorPartner")?.map(Partner))
    }

    /// The state the record was in before, for a transition.
    async fn from(&self) -> Option<&str> {
        self.0.data.get("from").and_then(|code| code.as_str())
    }

    /// The state the record was in afterwards, for a transition.
    async fn to(&self) -> Option<&str> {
        self.0.data.get("to").and_then(|code| code.as_str())
    }
}
