//! Taking in volunteers, changing their records and taking them through their states.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object};
use nabij_entity::ambassador::VolunteerRole;

use super::Ambassador;
use crate::{
    domain::{Change, Code, Outcome, Problem, Problems, ambassador as domain},
    graphql::{
        errors::{FieldResult, input_id, input_id_opt},
        payload::payload,
        scalars::{Date, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A volunteer to take in, as a candidate.
#[derive(Debug, InputObject)]
pub struct AmbassadorRegisterInput {
    /// The municipality they will be active in.
    pub municipality: ID,
    /// The neighbourhoods of it they will be there for; may be chosen later.
    pub neighbourhoods: Option<Vec<ID>>,
    /// Whether they will be there for the whole municipality, instead of some neighbourhoods.
    #[graphql(default)]
    pub whole_municipality: bool,
    /// The name others will see, at most 200 characters.
    pub display_name: String,
    /// What they do; at least one role.
    pub roles: Vec<VolunteerRole>,
    /// The partner whose pool of volunteers they belong to, if any.
    pub pool_partner: Option<ID>,
    /// Whether the public directory shows them while they are active.
    #[graphql(default)]
    pub public_profile: bool,
    /// How the public may reach them, such as a place and an hour. Everybody can read it.
    pub public_contact: Option<String>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl AmbassadorRegisterInput {
    fn read(self) -> Outcome<domain::Registration> {
        let Self {
            municipality,
            neighbourhoods,
            whole_municipality,
            display_name,
            roles,
            pool_partner,
            public_profile,
            public_contact,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let municipality =
            problems.check(input_id(Kind::Municipality, "municipality", &municipality));
        let area = area(neighbourhoods, whole_municipality, &mut problems);
        let pool = input_id_opt(Kind::Partner, "poolPartner", pool_partner.as_ref());
        let pool = problems.check(pool);
        problems
            .into_value(municipality.zip(pool))
            .map(|(municipality, pool_partner)| domain::Registration {
                municipality,
                area: area.unwrap_or(domain::Area::Neighbourhoods(Vec::new())),
                display_name,
                roles,
                pool_partner,
                public_profile,
                public_contact,
            })
    }
}

/// Where somebody is there for people; none when nothing was said about it.
fn area(
    neighbourhoods: Option<Vec<ID>>,
    whole_municipality: bool,
    problems: &mut Problems,
) -> Option<domain::Area> {
    match (neighbourhoods, whole_municipality) {
        (None, false) => None,
        (None, true) => Some(domain::Area::WholeMunicipality),
        (Some(_), true) => {
            problems.add(Problem::new(
                Code::Invalid,
                "neighbourhoods",
                "Somebody is there for the whole municipality or for neighbourhoods of it. Leave \
                 one of the two out.",
            ));
            None
        }
        (Some(ids), false) => {
            let ids = ids.iter().enumerate().filter_map(|(index, id)| {
                let path = format!("neighbourhoods.{index}");
                problems.check(input_id(Kind::Neighbourhood, &path, id))
            });
            Some(domain::Area::Neighbourhoods(ids.collect()))
        }
    }
}

/// What changes in a volunteer's record. What is absent stays as it is, and `null` clears it.
#[derive(Debug, InputObject)]
pub struct AmbassadorUpdateInput {
    /// The ambassador.
    pub id: ID,
    /// The name others see, at most 200 characters. It can't be cleared.
    pub display_name: MaybeUndefined<String>,
    /// What they do: the whole list, at least one role. It can't be cleared.
    pub roles: MaybeUndefined<Vec<VolunteerRole>>,
    /// The partner whose pool of volunteers they belong to.
    pub pool_partner: MaybeUndefined<ID>,
    /// Whether the public directory shows them while they are active. It can't be cleared.
    pub public_profile: MaybeUndefined<bool>,
    /// How the public may reach them, such as a place and an hour. Everybody can read it.
    pub public_contact: MaybeUndefined<String>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl AmbassadorUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, domain::Update)> {
        let Self {
            id,
            display_name,
            roles,
            pool_partner,
            public_profile,
            public_contact,
            expected_version,
        } = self;
        let mut problems = Problems::new();
        let id = problems.check(input_id(Kind::Ambassador, "id", &id));
        let pool = Change::from(pool_partner)
            .try_map(|partner| input_id(Kind::Partner, "poolPartner", &partner));
        let pool = problems.check(pool);
        problems.into_value(id.zip(pool)).map(|(id, pool_partner)| {
            let update = domain::Update {
                display_name: display_name.into(),
                roles: roles.into(),
                pool_partner,
                public_profile: public_profile.into(),
                public_contact: public_contact.into(),
            };
            (id, expected_version, update)
        })
    }
}

/// Where an ambassador is there for people from now on, instead of where they were.
#[derive(Debug, InputObject)]
pub struct AmbassadorAssignInput {
    /// The ambassador.
    pub id: ID,
    /// All the neighbourhoods of their municipality they are there for from now on.
    pub neighbourhoods: Option<Vec<ID>>,
    /// Whether they are there for the whole municipality, instead of some neighbourhoods.
    #[graphql(default)]
    pub whole_municipality: bool,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A confidentiality briefing that was given.
#[derive(Debug, InputObject)]
pub struct AmbassadorBriefInput {
    /// The ambassador.
    pub id: ID,
    /// On which day; today when left out. Never in the future.
    pub briefed_on: Option<Date>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A volunteer who begins, or comes back after a break.
#[derive(Debug, InputObject)]
pub struct AmbassadorActivateInput {
    /// The ambassador.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A volunteer who takes a break.
#[derive(Debug, InputObject)]
pub struct AmbassadorPauseInput {
    /// The ambassador.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

/// A volunteer who has stopped.
#[derive(Debug, InputObject)]
pub struct AmbassadorLeaveInput {
    /// The ambassador.
    pub id: ID,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `ambassadorRegister`.
    AmbassadorRegisterPayload, ambassador: Ambassador
}
payload! {
    /// What came of `ambassadorUpdate`.
    AmbassadorUpdatePayload, ambassador: Ambassador
}
payload! {
    /// What came of `ambassadorAssign`.
    AmbassadorAssignPayload, ambassador: Ambassador
}
payload! {
    /// What came of `ambassadorBrief`.
    AmbassadorBriefPayload, ambassador: Ambassador
}
payload! {
    /// What came of `ambassadorActivate`.
    AmbassadorActivatePayload, ambassador: Ambassador
}
payload! {
    /// What came of `ambassadorPause`.
    AmbassadorPausePayload, ambassador: Ambassador
}
payload! {
    /// What came of `ambassadorLeave`.
    AmbassadorLeavePayload, ambassador: Ambassador
}

/// What can be done with ambassadors.
#[derive(Default)]
pub struct AmbassadorMutation;

#[Object]
impl AmbassadorMutation {
    /// Takes in a volunteer, as a candidate.
    async fn ambassador_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The volunteer.")] input: AmbassadorRegisterInput,
    ) -> Option<Result<AmbassadorRegisterPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "ambassadorRegister", key)?;
            let outcome = match input.read() {
                Ok(registration) => domain::register(cx(ctx)?, registration, key).await,
                Err(refusal) => Err(refusal),
            };
            AmbassadorRegisterPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes a volunteer's record.
    async fn ambassador_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: AmbassadorUpdateInput,
    ) -> Option<Result<AmbassadorUpdatePayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, version, update)) => domain::update(cx(ctx)?, id, version, update).await,
                Err(refusal) => Err(refusal),
            };
            AmbassadorUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Chooses the neighbourhoods an ambassador is there for, instead of those they had.
    async fn ambassador_assign(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Where they are there for people from now on.")]
        input: AmbassadorAssignInput,
    ) -> Option<Result<AmbassadorAssignPayload, Error>> {
        let AmbassadorAssignInput {
            id,
            neighbourhoods,
            whole_municipality,
            expected_version,
        } = input;
        let done = async {
            let step = assignment(neighbourhoods, whole_municipality);
            let outcome = transition(ctx, &id, expected_version, step).await?;
            AmbassadorAssignPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Records that an ambassador was briefed on confidentiality.
    async fn ambassador_brief(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The briefing.")] input: AmbassadorBriefInput,
    ) -> Option<Result<AmbassadorBriefPayload, Error>> {
        let AmbassadorBriefInput {
            id,
            briefed_on,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Brief {
                on: briefed_on.map(|date| date.0),
            };
            let outcome = transition(ctx, &id, expected_version, Ok(step)).await?;
            AmbassadorBriefPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Lets a candidate begin, or somebody come back after a break. A confidentiality briefing must
    /// be on record.
    async fn ambassador_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: AmbassadorActivateInput,
    ) -> Option<Result<AmbassadorActivatePayload, Error>> {
        let AmbassadorActivateInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Activate;
            let outcome = transition(ctx, &id, expected_version, Ok(step)).await?;
            AmbassadorActivatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Lets an ambassador take a break.
    async fn ambassador_pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: AmbassadorPauseInput,
    ) -> Option<Result<AmbassadorPausePayload, Error>> {
        let AmbassadorPauseInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Pause;
            let outcome = transition(ctx, &id, expected_version, Ok(step)).await?;
            AmbassadorPausePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Records that an ambassador has stopped. From then on they see nothing as an ambassador; the
    /// signals they submitted keep their name.
    async fn ambassador_leave(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: AmbassadorLeaveInput,
    ) -> Option<Result<AmbassadorLeavePayload, Error>> {
        let AmbassadorLeaveInput {
            id,
            expected_version,
        } = input;
        let done = async {
            let step = domain::Transitioning::Leave;
            let outcome = transition(ctx, &id, expected_version, Ok(step)).await?;
            AmbassadorLeavePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}

fn assignment(
    neighbourhoods: Option<Vec<ID>>,
    whole_municipality: bool,
) -> Outcome<domain::Transitioning> {
    let mut problems = Problems::new();
    let area = area(neighbourhoods, whole_municipality, &mut problems);
    problems.finish()?;
    let area = area.ok_or_else(|| {
        Problem::new(
            Code::Required,
            "neighbourhoods",
            "Name the neighbourhoods they are there for, or set `wholeMunicipality`.",
        )
    })?;
    Ok(domain::Transitioning::Assign { area })
}

async fn transition(
    ctx: &Context<'_>,
    id: &ID,
    expected_version: Option<i32>,
    step: Outcome<domain::Transitioning>,
) -> FieldResult<Outcome<uuid::Uuid>> {
    Ok(match (input_id(Kind::Ambassador, "id", id), step) {
        (Ok(id), Ok(step)) => domain::transition(cx(ctx)?, id, expected_version, step).await,
        (Err(problem), _) => Err(problem.into()),
        (_, Err(refusal)) => Err(refusal),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::Refusal, ids};

    fn id(number: u128) -> ID {
        ids::type_id(Kind::Neighbourhood, uuid::Uuid::from_u128(number)).into()
    }

    fn refused(step: Outcome<domain::Transitioning>) -> Vec<(Code, String)> {
        match step {
            Err(Refusal::Problems(problems)) => problems
                .into_iter()
                .map(|problem| (problem.code, problem.path.join(".")))
                .collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn an_assignment_is_to_neighbourhoods_or_to_all_of_them() {
        assert!(assignment(Some(vec![id(1), id(2)]), false).is_ok());
        assert!(assignment(Some(Vec::new()), false).is_ok());
        assert!(assignment(None, true).is_ok());
        let at = |code: Code, path: &str| vec![(code, path.to_owned())];
        assert_eq!(
            refused(assignment(None, false)),
            at(Code::Required, "neighbourhoods")
        );
        assert_eq!(
            refused(assignment(Some(vec![id(1)]), true)),
            at(Code::Invalid, "neighbourhoods")
        );
        assert_eq!(
            refused(assignment(Some(vec![id(1), "x".into()]), false)),
            at(Code::InvalidId, "neighbourhoods.1")
        );
    }
}
