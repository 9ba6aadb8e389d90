//! Registering users, giving roles and ending them: for administrators.

use async_graphql::{Context, Error, ID, InputObject, Object, OneofObject};
use nabij_entity::{
    role_grant::Role,
    user::{UserAction, UserKind},
};

use super::{RoleGrant, User};
use crate::{
    domain::{Code, Outcome, Problem, Problems, access as domain},
    graphql::{
        errors::{FieldResult, input_id},
        payload::payload,
        scalars::{DateTime, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A user to register.
#[derive(Debug, InputObject)]
pub struct UserRegisterInput {
    /// Who vouches for the identity: the `iss` of the tokens, to the letter.
    pub issuer: String,
    /// The identity at that issuer: the `sub` of the tokens, to the letter.
    pub subject: String,
    /// The name shown to others.
    pub display_name: String,
    /// A person or a system.
    #[graphql(default_with = "UserKind::Person")]
    pub kind: UserKind,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl UserRegisterInput {
    fn read(self) -> domain::NewUser {
        let Self {
            issuer,
            subject,
            display_name,
            kind,
            idempotency_key: _,
        } = self;
        domain::NewUser {
            issuer,
            subject,
            display_name,
            kind,
        }
    }
}

/// A user to block.
#[derive(Debug, InputObject)]
pub struct UserBlockInput {
    /// The user.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A user who may sign in again.
#[derive(Debug, InputObject)]
pub struct UserUnblockInput {
    /// The user.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// What a role holds for.
#[derive(Debug, OneofObject)]
pub enum RoleScopeInput {
    /// A whole municipality: for COORDINATOR and AUDITOR.
    Municipality(ID),
    /// One neighbourhood: for COORDINATOR.
    Neighbourhood(ID),
    /// A partner: for SIGNALLER, `PARTNER_STAFF` and `PARTNER_COORDINATOR`.
    Partner(ID),
    /// The volunteer that the user is: for AMBASSADOR.
    Ambassador(ID),
    /// The platform, always `true`: for ADMIN.
    Platform(bool),
}

impl RoleScopeInput {
    fn read(&self) -> Result<domain::Scope, Problem> {
        Ok(match self {
            Self::Municipality(id) => {
                domain::Scope::Municipality(input_id(Kind::Municipality, "scope.municipality", id)?)
            }
            Self::Neighbourhood(id) => domain::Scope::Neighbourhood(input_id(
                Kind::Neighbourhood,
                "scope.neighbourhood",
                id,
            )?),
            Self::Partner(id) => {
                domain::Scope::Partner(input_id(Kind::Partner, "scope.partner", id)?)
            }
            Self::Ambassador(id) => {
                domain::Scope::Ambassador(input_id(Kind::Ambassador, "scope.ambassador", id)?)
            }
            Self::Platform(true) => domain::Scope::Platform,
            Self::Platform(false) => {
                return Err(Problem::new(
                    Code::Invalid,
                    "scope.platform",
                    "Give `true`, or another scope.",
                ));
            }
        })
    }
}

/// A role to give.
#[derive(Debug, InputObject)]
pub struct RoleGrantInput {
    /// Who gets it.
    pub user: ID,
    /// The role.
    pub role: Role,
    /// What it holds for; it must fit the role.
    pub scope: RoleScopeInput,
    /// From when it counts; absent for now.
    pub valid_from: Option<DateTime>,
    /// Until when it counts, that moment not included; absent for no end.
    pub valid_until: Option<DateTime>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl RoleGrantInput {
    fn read(self) -> Outcome<domain::NewGrant> {
        let Self {
            user,
            role,
            scope,
            valid_from,
            valid_until,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let user = problems.check(input_id(Kind::User, "user", &user));
        let scope = problems.check(scope.read());
        problems
            .into_value(user.zip(scope))
            .map(|(user, scope)| domain::NewGrant {
                user,
                role,
                scope,
                valid_from: valid_from.map(|at| at.0),
                valid_until: valid_until.map(|at| at.0),
            })
    }
}

/// A role to end.
#[derive(Debug, InputObject)]
pub struct RoleEndInput {
    /// The role, by the id it has among the `roles` of its user.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `userRegister`.
    UserRegisterPayload, user: User
}
payload! {
    /// What came of `userBlock`.
    UserBlockPayload, user: User
}
payload! {
    /// What came of `userUnblock`.
    UserUnblockPayload, user: User
}
payload! {
    /// What came of `roleGrant`.
    RoleGrantPayload, role: RoleGrant
}
payload! {
    /// What came of `roleEnd`.
    RoleEndPayload, role: RoleGrant
}

/// What can be done with users and roles.
#[derive(Default)]
pub struct AccessMutation;

#[Object]
impl AccessMutation {
    /// Registers a person or a system, who holds no role yet. For administrators.
    async fn user_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who.")] input: UserRegisterInput,
    ) -> Option<Result<UserRegisterPayload, Error>> {
        let done = async {
            let key = idempotency(ctx, "userRegister", input.idempotency_key.map(|key| key.0))?;
            let outcome = domain::register(cx(ctx)?, input.read(), key).await;
            UserRegisterPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Blocks a user: their tokens are refused from the next request on. For administrators.
    async fn user_block(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UserBlockInput,
    ) -> Option<Result<UserBlockPayload, Error>> {
        let UserBlockInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, UserAction::Block).await?;
            UserBlockPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Lets a blocked user sign in again, with the roles they hold. For administrators.
    async fn user_unblock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UserUnblockInput,
    ) -> Option<Result<UserUnblockPayload, Error>> {
        let UserUnblockInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = transition(ctx, &id, expected_version, UserAction::Unblock).await?;
            UserUnblockPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Gives a user a role; it counts from their next request on. For administrators.
    async fn role_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The role.")] input: RoleGrantInput,
    ) -> Option<Result<RoleGrantPayload, Error>> {
        let done = async {
            let key = idempotency(ctx, "roleGrant", input.idempotency_key.map(|key| key.0))?;
            let outcome = match input.read() {
                Ok(new) => domain::grant(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            RoleGrantPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Ends a role; it counts from the next request on. The last administrator stays one. For
    /// administrators.
    async fn role_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: RoleEndInput,
    ) -> Option<Result<RoleEndPayload, Error>> {
        let RoleEndInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let outcome = match input_id(Kind::RoleGrant, "id", &id) {
                Ok(id) => domain::end(cx(ctx)?, id, expected_version).await,
                Err(problem) => Err(problem.into()),
            };
            RoleEndPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}

async fn transition(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    action: UserAction,
) -> FieldResult<Outcome<uuid::Uuid>> {
    Ok(match input_id(Kind::User, "id", id) {
        Ok(id) => domain::transition(cx(ctx)?, id, expected_version, action).await,
        Err(problem) => Err(problem.into()),
    })
}
