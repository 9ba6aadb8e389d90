//! Founding and changing teams, and who is in them.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object, OneofObject};

use super::{Team, TeamMember};
use crate::{
    domain::{Outcome, Problems, team as domain},
    graphql::{
        errors::{input_id, input_id_opt},
        inputs::{change_id, ids},
        payload::payload,
        scalars::{Date, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A team to found.
#[derive(Debug, InputObject)]
pub struct TeamCreateInput {
    /// The municipality it is in.
    pub municipality: ID,
    /// Where in it the team works; at least one neighbourhood.
    pub neighbourhoods: Vec<ID>,
    /// The initiative it belongs to, if any.
    pub initiative: Option<ID>,
    /// Its name, at most 200 characters. Everybody can read it.
    pub name: String,
    /// What it does, at most 10,000 characters. Everybody can read it.
    pub description: Option<String>,
    /// The name of the professional whom volunteers and neighbours turn to.
    pub contact_name: String,
    /// The partner that professional works for. Its staff may change the team and who is in it, and
    /// record its trainings.
    pub contact_partner: ID,
    /// How to reach that professional, such as a phone number and an hour.
    pub contact_details: Option<String>,
    /// Whether everybody is shown who that professional is and how to reach them; otherwise only
    /// those who work with the team.
    #[graphql(default)]
    pub public_contact: bool,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl TeamCreateInput {
    fn read(self) -> Outcome<domain::NewTeam> {
        let Self {
            municipality,
            neighbourhoods,
            initiative,
            name,
            description,
            contact_name,
            contact_partner,
            contact_details,
            public_contact,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let municipality =
            problems.check(input_id(Kind::Municipality, "municipality", &municipality));
        let partner = input_id(Kind::Partner, "contactPartner", &contact_partner);
        let partner = problems.check(partner);
        let initiative = input_id_opt(Kind::Initiative, "initiative", initiative.as_ref());
        let initiative = problems.check(initiative);
        let path = "neighbourhoods";
        let neighbourhoods = ids(Kind::Neighbourhood, path, &neighbourhoods, &mut problems);
        let given = municipality.zip(partner).zip(initiative);
        problems
            .into_value(given)
            .map(
                |((municipality, contact_partner), initiative)| domain::NewTeam {
                    municipality,
                    neighbourhoods,
                    initiative,
                    name,
                    description,
                    contact_name,
                    contact_partner,
                    contact_details,
                    public_contact,
                },
            )
    }
}

/// What changes of a team. What is absent stays as it is; null clears it.
#[derive(Debug, InputObject)]
pub struct TeamUpdateInput {
    /// The team.
    pub id: ID,
    /// Its name.
    pub name: Option<String>,
    /// What it does.
    pub description: MaybeUndefined<String>,
    /// All the neighbourhoods where it works.
    pub neighbourhoods: Option<Vec<ID>>,
    /// The initiative it belongs to.
    pub initiative: MaybeUndefined<ID>,
    /// The name of the professional whom volunteers and neighbours turn to.
    pub contact_name: Option<String>,
    /// The partner that professional works for.
    pub contact_partner: Option<ID>,
    /// How to reach that professional.
    pub contact_details: MaybeUndefined<String>,
    /// Whether everybody is shown who that professional is and how to reach them.
    pub public_contact: Option<bool>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

impl TeamUpdateInput {
    fn read(self) -> Outcome<(uuid::Uuid, Option<i32>, domain::TeamUpdate)> {
        let Self {
            id,
            name,
            description,
            neighbourhoods,
            initiative,
            contact_name,
            contact_partner,
            contact_details,
            public_contact,
            expected_version,
        } = self;
        let mut problems = Problems::new();
        let id = problems.check(input_id(Kind::Team, "id", &id));
        let initiative = problems.check(change_id(Kind::Initiative, "initiative", initiative));
        let partner = input_id_opt(Kind::Partner, "contactPartner", contact_partner.as_ref());
        let partner = problems.check(partner);
        let neighbourhoods = neighbourhoods.map(|places| {
            let path = "neighbourhoods";
            ids(Kind::Neighbourhood, path, &places, &mut problems)
        });
        let given = id.zip(initiative).zip(partner);
        problems
            .into_value(given)
            .map(|((id, initiative), contact_partner)| {
                let update = domain::TeamUpdate {
                    name,
                    description: description.into(),
                    neighbourhoods,
                    initiative,
                    contact_name,
                    contact_partner,
                    contact_details: contact_details.into(),
                    public_contact,
                };
                (id, expected_version, update)
            })
    }
}

/// A professional who joins a team.
#[derive(Debug, InputObject)]
pub struct TeamProfessionalInput {
    /// Their name, as those who work with the team see it.
    pub display_name: String,
    /// The partner they work for.
    pub partner: ID,
}

/// Who joins a team.
#[derive(Debug, OneofObject)]
pub enum TeamMemberInput {
    /// A volunteer of the team's municipality.
    Ambassador(ID),
    /// A professional.
    Professional(TeamProfessionalInput),
}

/// A member to be.
#[derive(Debug, InputObject)]
pub struct TeamMemberAddInput {
    /// The team.
    pub team: ID,
    /// Who joins it.
    pub who: TeamMemberInput,
    /// What they do in it, at most 200 characters.
    pub task: Option<String>,
    /// Their first day in it; today when left out. Never in the future.
    pub joined_on: Option<Date>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl TeamMemberAddInput {
    fn read(self) -> Outcome<domain::NewMember> {
        let Self {
            team,
            who,
            task,
            joined_on,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let team = problems.check(input_id(Kind::Team, "team", &team));
        let who = problems.check(match who {
            TeamMemberInput::Ambassador(id) => {
                input_id(Kind::Ambassador, "who.ambassador", &id).map(domain::Joining::Volunteer)
            }
            TeamMemberInput::Professional(professional) => {
                let TeamProfessionalInput {
                    display_name,
                    partner,
                } = professional;
                input_id(Kind::Partner, "who.professional.partner", &partner).map(|partner| {
                    domain::Joining::Professional {
                        display_name,
                        partner,
                    }
                })
            }
        });
        problems
            .into_value(team.zip(who))
            .map(|(team, who)| domain::NewMember {
                team,
                who,
                task,
                joined_on: joined_on.map(|date| date.0),
            })
    }
}

/// Somebody who has left a team.
#[derive(Debug, InputObject)]
pub struct TeamMemberLeaveInput {
    /// The member.
    pub id: ID,
    /// Their last day; today when left out. Never in the future.
    pub left_on: Option<Date>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `teamCreate`.
    TeamCreatePayload, team: Team
}
payload! {
    /// What came of `teamUpdate`.
    TeamUpdatePayload, team: Team
}
payload! {
    /// What came of `teamMemberAdd`.
    TeamMemberAddPayload, team_member: TeamMember
}
payload! {
    /// What came of `teamMemberLeave`.
    TeamMemberLeavePayload, team_member: TeamMember
}

/// What can be done with teams.
#[derive(Default)]
pub struct TeamMutation;

#[Object]
impl TeamMutation {
    /// Founds a team. For the coordinator of all the places it works in.
    async fn team_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The team.")] input: TeamCreateInput,
    ) -> Option<Result<TeamCreatePayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "teamCreate", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::create(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            TeamCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes a team. For the coordinator of its municipality and the staff of its contact's
    /// partner.
    async fn team_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: TeamUpdateInput,
    ) -> Option<Result<TeamUpdatePayload, Error>> {
        let done = async {
            let outcome = match input.read() {
                Ok((id, expected, update)) => domain::update(cx(ctx)?, id, expected, update).await,
                Err(refusal) => Err(refusal),
            };
            TeamUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Lets a volunteer or a professional join a team. For the coordinator of its municipality and
    /// the staff of its contact's partner.
    async fn team_member_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who joins which team.")] input: TeamMemberAddInput,
    ) -> Option<Result<TeamMemberAddPayload, Error>> {
        let done = async {
            let key = input.idempotency_key.map(|key| key.0);
            let key = idempotency(ctx, "teamMemberAdd", key)?;
            let outcome = match input.read() {
                Ok(new) => domain::add_member(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            TeamMemberAddPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Records that somebody has left a team. For the coordinator of its municipality and the
    /// staff of its contact's partner.
    async fn team_member_leave(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who left, and when.")] input: TeamMemberLeaveInput,
    ) -> Option<Result<TeamMemberLeavePayload, Error>> {
        let done = async {
            let TeamMemberLeaveInput {
                id,
                left_on,
                expected_version,
            } = input;
            let left_on = left_on.map(|date| date.0);
            let outcome = match input_id(Kind::TeamMember, "id", &id) {
                Ok(id) => domain::let_leave(cx(ctx)?, id, expected_version, left_on).await,
                Err(problem) => Err(problem.into()),
            };
            TeamMemberLeavePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
