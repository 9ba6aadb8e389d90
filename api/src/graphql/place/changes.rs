//! Adding and changing places: for administrators.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object};
use nabij_entity::{
    area_code::AreaCodeScheme, municipality::MunicipalityCodeScheme, vocabulary::Country,
};

use super::{Municipality, Neighbourhood};
use crate::{
    domain::{Outcome, Problems, place as domain},
    graphql::{
        errors::{input_id, input_id_opt},
        inputs::change_id,
        payload::payload,
        scalars::{Date, Uuid},
        selection::{cx, idempotency},
    },
    store::Kind,
};

/// A municipality to add.
#[derive(Debug, InputObject)]
pub struct MunicipalityCreateInput {
    /// Its name, in the language of the municipality.
    pub name: String,
    /// The country it lies in.
    pub country: Country,
    /// The list that its code belongs to: NIS5 in Belgium, `CBS_GM` in the Netherlands.
    pub code_scheme: MunicipalityCodeScheme,
    /// Its official code, such as `23003` or `GM0352`.
    pub code: String,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl MunicipalityCreateInput {
    fn read(self) -> domain::NewMunicipality {
        let Self {
            name,
            country,
            code_scheme,
            code,
            idempotency_key: _,
        } = self;
        domain::NewMunicipality {
            name,
            country,
            code_scheme,
            code,
        }
    }
}

/// An official code of a neighbourhood.
#[derive(Clone, Debug, InputObject)]
pub struct AreaCodeInput {
    /// The list that the code belongs to, of the municipality's country.
    pub scheme: AreaCodeScheme,
    /// The code as the list writes it, such as `23003A00-` or `BU03520001`.
    pub code: String,
    /// First day on which it holds; absent if it always did.
    pub valid_from: Option<Date>,
    /// Last day on which it holds; absent if it still does.
    pub valid_until: Option<Date>,
}

impl From<AreaCodeInput> for domain::AreaCode {
    fn from(input: AreaCodeInput) -> Self {
        let AreaCodeInput {
            scheme,
            code,
            valid_from,
            valid_until,
        } = input;
        Self {
            scheme,
            code,
            valid_from: valid_from.map(|date| date.0),
            valid_until: valid_until.map(|date| date.0),
        }
    }
}

/// A neighbourhood to add.
#[derive(Debug, InputObject)]
pub struct NeighbourhoodCreateInput {
    /// The municipality it lies in.
    pub municipality: ID,
    /// The larger neighbourhood of the same municipality that it is part of, if any.
    pub parent: Option<ID>,
    /// The name by which people there call it.
    pub name: String,
    /// Its official codes.
    #[graphql(default)]
    pub area_codes: Vec<AreaCodeInput>,
    /// A UUID of your own. Repeating the mutation with the same key and input within 24 hours
    /// makes no second record.
    pub idempotency_key: Option<Uuid>,
}

impl NeighbourhoodCreateInput {
    fn read(self) -> Outcome<domain::NewNeighbourhood> {
        let Self {
            municipality,
            parent,
            name,
            area_codes,
            idempotency_key: _,
        } = self;
        let mut problems = Problems::new();
        let municipality =
            problems.check(input_id(Kind::Municipality, "municipality", &municipality));
        let parent = problems.check(input_id_opt(Kind::Neighbourhood, "parent", parent.as_ref()));
        problems
            .into_value(municipality.zip(parent))
            .map(|(municipality, parent)| domain::NewNeighbourhood {
                municipality,
                parent,
                name,
                area_codes: area_codes.into_iter().map(Into::into).collect(),
            })
    }
}

/// What changes of a neighbourhood. What is absent stays as it is.
#[derive(Debug, InputObject)]
pub struct NeighbourhoodUpdateInput {
    /// The neighbourhood.
    pub id: ID,
    /// Its name.
    pub name: Option<String>,
    /// The larger neighbourhood it is part of; null for none.
    pub parent: MaybeUndefined<ID>,
    /// All its official codes: those left out are taken from it.
    pub area_codes: Option<Vec<AreaCodeInput>>,
    /// The version you read, if you want to be told when somebody else changed it since.
    pub expected_version: Option<i32>,
}

payload! {
    /// What came of `municipalityCreate`.
    MunicipalityCreatePayload, municipality: Municipality
}
payload! {
    /// What came of `neighbourhoodCreate`.
    NeighbourhoodCreatePayload, neighbourhood: Neighbourhood
}
payload! {
    /// What came of `neighbourhoodUpdate`.
    NeighbourhoodUpdatePayload, neighbourhood: Neighbourhood
}

/// What can be done with places.
#[derive(Default)]
pub struct PlaceMutation;

#[Object]
impl PlaceMutation {
    /// Adds a municipality. For administrators.
    async fn municipality_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The municipality.")] input: MunicipalityCreateInput,
    ) -> Option<Result<MunicipalityCreatePayload, Error>> {
        let done = async {
            let key = idempotency(
                ctx,
                "municipalityCreate",
                input.idempotency_key.map(|key| key.0),
            )?;
            let outcome = domain::create_municipality(cx(ctx)?, input.read(), key).await;
            MunicipalityCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Adds a neighbourhood. Volunteers who serve the whole municipality serve it from then on.
    /// For administrators.
    async fn neighbourhood_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The neighbourhood.")] input: NeighbourhoodCreateInput,
    ) -> Option<Result<NeighbourhoodCreatePayload, Error>> {
        let done = async {
            let key = idempotency(
                ctx,
                "neighbourhoodCreate",
                input.idempotency_key.map(|key| key.0),
            )?;
            let outcome = match input.read() {
                Ok(new) => domain::create_neighbourhood(cx(ctx)?, new, key).await,
                Err(refusal) => Err(refusal),
            };
            NeighbourhoodCreatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }

    /// Changes a neighbourhood. For administrators.
    async fn neighbourhood_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: NeighbourhoodUpdateInput,
    ) -> Option<Result<NeighbourhoodUpdatePayload, Error>> {
        let NeighbourhoodUpdateInput {
            id,
            name,
            parent,
            area_codes,
            expected_version,
        } = input;
        let done = async {
            let mut problems = Problems::new();
            let id = problems.check(input_id(Kind::Neighbourhood, "id", &id));
            let parent = problems.check(change_id(Kind::Neighbourhood, "parent", parent));
            let outcome = match problems.into_value(id.zip(parent)) {
                Ok((id, parent)) => {
                    let update = domain::NeighbourhoodUpdate {
                        name,
                        parent,
                        area_codes: area_codes
                            .map(|codes| codes.into_iter().map(Into::into).collect()),
                    };
                    domain::update_neighbourhood(cx(ctx)?, id, expected_version, update).await
                }
                Err(refusal) => Err(refusal),
            };
            NeighbourhoodUpdatePayload::of(ctx, outcome).await
        };
        Some(done.await.map_err(Error::from))
    }
}
