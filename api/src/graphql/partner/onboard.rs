//! Bringing a partner on board, or up to date, in one call.

use async_graphql::{Context, Enum, Error, ID, InputObject, Object, SimpleObject};
use nabij_entity::{
    partner::{PartnerKind, SecrecyRegime},
    partner_identifier::PartnerIdentifierScheme,
    vocabulary::{Category, TargetGroup},
};

use super::Partner;
use crate::{
    domain::{
        Outcome, Problems,
        partner::onboard::{self as domain, What},
    },
    graphql::{
        errors::{FieldResult, UserError, user_errors},
        inputs::ids,
        scalars::{EmailAddress, PhoneNumber, URL, Uuid},
        selection::{cx, idempotency, payload_record},
    },
    store::Kind,
};

/// How a partner is to be. What is absent is taken from it, unless its field says otherwise.
#[derive(Debug, InputObject)]
pub struct PartnerOnboardInput {
    /// Its short name, such as `ocmw-beersel`: lower-case letters and digits, in words joined by
    /// hyphens. A partner that has it already is brought up to date; otherwise one is made.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// What sort of organisation it is.
    pub kind: PartnerKind,
    /// The duty of confidentiality that its people work under.
    pub secrecy: SecrecyRegime,
    /// The official numbers by which registers know it.
    #[graphql(default)]
    pub identifiers: Vec<PartnerIdentifierInput>,
    /// Its public e-mail address.
    pub email: Option<EmailAddress>,
    /// Its public phone number.
    pub phone: Option<PhoneNumber>,
    /// Its website.
    pub website: Option<URL>,
    /// All the neighbourhoods it covers: it receives referrals from these alone.
    pub neighbourhoods: Vec<ID>,
    /// All that it offers. A service of it that isn't listed becomes INACTIVE.
    #[graphql(default)]
    pub services: Vec<PartnerServiceInput>,
    /// Whether it takes part from now on. It doesn't take back a partner that was suspended:
    /// `partnerActivate` does.
    #[graphql(default = true)]
    pub activate: bool,
    /// Tell what would be done and do nothing.
    #[graphql(default = false)]
    pub dry_run: bool,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

/// An official number of an organisation.
#[derive(Debug, InputObject)]
pub struct PartnerIdentifierInput {
    /// The register that gave the number.
    pub scheme: PartnerIdentifierScheme,
    /// The number, with or without dots and spaces: KBO `0202.239.951`, KVK `12345678`, VCODE
    /// `V0001001`, OVO `OVO000001`, OIN `00000001123456789000`.
    pub value: String,
}

/// A service that a partner offers.
#[derive(Debug, InputObject)]
pub struct PartnerServiceInput {
    /// Its short name, unique for the partner, such as `dagopvang`.
    pub reference: String,
    /// Its name.
    pub name: String,
    /// What people can expect, at most 10,000 characters.
    pub description: Option<String>,
    /// What it is about.
    #[graphql(default)]
    pub categories: Vec<Category>,
    /// Whom it is meant for.
    #[graphql(default)]
    pub target_groups: Vec<TargetGroup>,
    /// Where it is offered, among the partner's neighbourhoods; absent for all of those.
    pub neighbourhoods: Option<Vec<ID>>,
    /// Places there are in all. Absent leaves counting to the partner.
    pub capacity_maximum: Option<i32>,
}

/// What onboarding does to a partner or to one of its services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "What")]
pub enum OnboardChangeKind {
    /// It is made.
    Create,
    /// Some of its fields change; the subject names them.
    Update,
    /// It isn't listed any more and becomes inactive.
    Deactivate,
    /// It is as the input says already.
    Unchanged,
}

/// One thing that onboarding did, or would do.
#[derive(Debug, SimpleObject)]
pub struct OnboardChange {
    /// What is done.
    pub what: OnboardChangeKind,
    /// To what, and for an update to which of its fields, such as `service "dagopvang": name`.
    pub subject: String,
}

/// What came of `partnerOnboard`.
#[derive(SimpleObject)]
pub struct PartnerOnboardPayload {
    /// The partner as it is now; null when something was wrong, or when a dry run finds that it
    /// would be made.
    pub partner: Option<Partner>,
    /// What was done, or would be done by a dry run: the partner first, then its services. Empty
    /// when the idempotency key was used before: it was done then.
    pub changes: Vec<OnboardChange>,
    /// What was wrong; empty when it was done.
    pub user_errors: Vec<UserError>,
}

impl PartnerOnboardPayload {
    async fn of(ctx: &Context<'_>, outcome: Outcome<domain::Onboarded>) -> FieldResult<Self> {
        Ok(match outcome {
            Ok(domain::Onboarded { partner, changes }) => Self {
                partner: match partner {
                    Some(id) => payload_record(ctx, "partner", id).await?.map(Partner),
                    None => None,
                },
                changes: changes
                    .into_iter()
                    .map(|domain::Change { what, subject }| OnboardChange {
                        what: what.into(),
                        subject,
                    })
                    .collect(),
                user_errors: Vec::new(),
            },
            Err(refusal) => Self {
                partner: None,
                changes: Vec::new(),
                user_errors: user_errors(refusal)?,
            },
        })
    }
}

impl PartnerOnboardInput {
    fn read(self) -> Outcome<domain::Request> {
        let Self {
            reference,
            name,
            kind,
            secrecy,
            identifiers,
            email,
            phone,
            website,
            neighbourhoods,
            services,
            activate,
            dry_run: _,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let neighbourhoods = ids(
            Kind::Neighbourhood,
            "neighbourhoods",
            &neighbourhoods,
            &mut problems,
        );
        let services = services
            .into_iter()
            .enumerate()
            .map(|(i, service)| service.read(&format!("services.{i}"), &mut problems))
            .collect();
        problems.finish()?;
        Ok(domain::Request {
            reference,
            name,
            kind,
            secrecy,
            identifiers: identifiers
                .into_iter()
                .map(|PartnerIdentifierInput { scheme, value }| (scheme, value))
                .collect(),
            email: email.map(|email| email.0),
            phone: phone.map(|phone| phone.0),
            website: website.map(|website| website.0),
            neighbourhoods,
            services,
            activate,
        })
    }
}

impl PartnerServiceInput {
    fn read(self, path: &str, problems: &mut Problems) -> domain::ServiceRequest {
        let Self {
            reference,
            name,
            description,
            categories,
            target_groups,
            neighbourhoods,
            capacity_maximum,
        } = self;
        let path = format!("{path}.neighbourhoods");
        domain::ServiceRequest {
            reference,
            name,
            description,
            categories,
            target_groups,
            neighbourhoods: neighbourhoods
                .map(|places| ids(Kind::Neighbourhood, &path, &places, problems)),
            capacity_maximum,
        }
    }
}

/// Bringing partners on board.
#[derive(Default)]
pub struct PartnerOnboardMutation;

#[Object]
impl PartnerOnboardMutation {
    /// Brings a partner on board with its services and its coverage, or brings one that is there
    /// to what the input says. Doing it twice changes nothing the second time. For administrators.
    async fn partner_onboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the partner is to be.")] input: PartnerOnboardInput,
    ) -> Option<Result<PartnerOnboardPayload, Error>> {
        let done = async {
            let key = idempotency(
                ctx,
                "partnerOnboard",
                input.idempotency_key.map(|key| key.0),
            )?;
            let dry_run = input.dry_run;
            let outcome = match input.read() {
                Ok(request) => domain::onboard(cx(ctx)?, request, dry_run, key).await,
                Err(refusal) => Err(refusal),
            };
            PartnerOnboardPayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
