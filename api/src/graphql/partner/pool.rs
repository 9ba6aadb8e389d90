//! A partner's pool of volunteers.

use async_graphql::{Context, Error, ID, InputObject, Object};

use super::Partner;
use crate::{
    domain::partner as domain,
    graphql::{errors::input_id, payload::payload, selection::cx},
    store::Kind,
};

/// A name for a partner's pool of volunteers.
#[derive(Debug, InputObject)]
pub struct PartnerNamePoolInput {
    /// The partner.
    pub id: ID,
    /// The name, as volunteers and neighbours know it, at most 200 characters; null takes it away.
    pub name: Option<String>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `partnerNamePool`.
    PartnerNamePoolPayload, partner: Partner
}

/// What can be done with a pool.
#[derive(Default)]
pub struct PartnerPoolMutation;

#[Object]
impl PartnerPoolMutation {
    /// Names a partner's pool of volunteers. For its coordinators and for administrators.
    async fn partner_name_pool(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pool, and its name.")] input: PartnerNamePoolInput,
    ) -> Option<Result<PartnerNamePoolPayload, Error>> {
        let PartnerNamePoolInput {
            id,
            name,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::Partner, "id", &id) {
                Ok(id) => domain::name_pool(cx(ctx)?, id, expected_version, name).await,
                Err(problem) => Err(problem.into()),
            };
            PartnerNamePoolPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
