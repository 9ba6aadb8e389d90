//! From a selection to a plan: which columns, edges and pages of which records are wanted.
//!
//! An edge goes by the same name in the schema and in the store, so this needs no table of its
//! own: a selected field that is an edge of the record becomes part of the plan, with its window.

use async_graphql::{Context, ID, InputType, Name, SelectionField, Value};
use nabij_entity::access_log::AccessPurpose;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::errors::{Fault, FieldResult, done_but_unseen};
use crate::store::{
    Cx, Failure, Filter, Kind, Many, Page, Plan, Record, Visible, Window,
    idempotency::IdempotencyKey,
    read::Entry,
    record::{How, Question},
};

/// A type in the schema over a record in the store.
pub trait RecordType: Sized + From<Visible<Self::Record>> {
    /// The record.
    type Record: Record;
}

/// The request's context.
///
/// # Errors
/// When the request was executed without one: a bug.
pub fn cx<'a>(ctx: &Context<'a>) -> FieldResult<&'a Cx> {
    ctx.data_opt::<Cx>()
        .ok_or(Fault::Failure(Failure::Bug("a request without a context")))
}

/// The plan of a record from the fields selected of it.
///
/// # Errors
/// When the arguments of a list in it are wrong.
pub fn plan(kind: Kind, field: &SelectionField<'_>) -> FieldResult<Plan> {
    let mut plan = Plan::of(kind);
    for selected in field.selection_set() {
        plan.fields.insert(selected.name().to_owned());
        if kind == Kind::Resident && selected.name() == "contact" {
            let fields = selected
                .selection_set()
                .map(|field| field.name().to_owned());
            plan.contact
                .entry(purpose(&selected)?)
                .or_default()
                .extend(fields);
        }
        if let Some(question) = kind.question(selected.name()) {
            plan.asked
                .insert((question.field, about(question, &selected)?));
        }
        let Some(edge) = kind.edge(selected.name()) else {
            continue;
        };
        match &edge.how {
            How::One(_) => {
                let child = self::plan(edge.to, &selected)?;
                match plan.one.get_mut(edge.name) {
                    Some(own) => own.merge(child),
                    None => drop(plan.one.insert(edge.name, child)),
                }
            }
            How::List(_, order) => {
                let many = Many {
                    rows: true,
                    total: false,
                    plan: self::plan(edge.to, &selected)?,
                };
                plan.add_many(edge.name, Window::all(order()), many);
            }
            How::Many(_, order) | How::Through(.., order) | How::Where(_, order) => {
                let window = window(&selected, order())?;
                plan.add_many(edge.name, window, connection(edge.to, &selected)?);
            }
        }
    }
    Ok(plan)
}

/// The purpose stated for reading contact details.
fn purpose(field: &SelectionField<'_>) -> FieldResult<AccessPurpose> {
    let unreadable = || Fault::BadInput("State a purpose for reading this. Check its variables.");
    let arguments = field.arguments().map_err(|_| unreadable())?;
    let given = arguments.into_iter().find(|(name, _)| name == "purpose");
    InputType::parse(given.map(|(_, value)| value)).map_err(|_| unreadable())
}

/// The record that a question is about.
fn about(question: &Question, field: &SelectionField<'_>) -> FieldResult<Uuid> {
    let unreadable =
        || Fault::BadInput("The id in this argument can't be read. Check its variables.");
    let arguments = field.arguments().map_err(|_| unreadable())?;
    let given = arguments
        .iter()
        .find(|(name, _)| name.as_str() == question.argument);
    match given {
        Some((_, Value::String(id))) => super::errors::id(question.about, &ID(id.clone())),
        _ => Err(unreadable()),
    }
}

/// What is wanted of a connection.
fn connection(kind: Kind, field: &SelectionField<'_>) -> FieldResult<Many> {
    let mut many = Many {
        rows: false,
        total: false,
        plan: Plan::of(kind),
    };
    for selected in field.selection_set() {
        match selected.name() {
            "nodes" => {
                many.rows = true;
                many.plan.merge(plan(kind, &selected)?);
            }
            "edges" => {
                many.rows = true;
                for selected in selected
                    .selection_set()
                    .filter(|field| field.name() == "node")
                {
                    many.plan.merge(plan(kind, &selected)?);
                }
            }
            "pageInfo" => many.rows = true,
            "totalCount" => many.total = true,
            _ => {}
        }
    }
    Ok(many)
}

fn window(field: &SelectionField<'_>, order: Vec<crate::store::OrderTerm>) -> FieldResult<Window> {
    let arguments = field.arguments().map_err(|_| {
        Fault::BadInput("An argument of this list can't be read. Check its variables.")
    })?;
    let find = |name: &str| {
        arguments
            .iter()
            .find(|(known, _): &&(Name, Value)| known == name)
            .map(|(_, value)| value)
    };
    let number = |name: &str| match find(name) {
        Some(Value::Number(number)) => number.as_i64().or(Some(-1)),
        _ => None,
    };
    let text = |name: &str| match find(name) {
        Some(Value::String(text)) => Some(text.as_str()),
        _ => None,
    };
    Ok(Window::new(
        order,
        number("first"),
        text("after"),
        number("last"),
        text("before"),
    )?)
}

/// The record of this id that a root field returns, if the viewer may see it.
///
/// # Errors
/// When the database fails, or an argument below is wrong.
pub async fn find<T: RecordType>(ctx: &Context<'_>, id: Uuid) -> FieldResult<Option<T>> {
    let plan = plan(T::Record::KIND, &ctx.field())?;
    let node = cx(ctx)?.find(&plan, id).await?;
    Ok(node.map(Visible::try_from_node).transpose()?.map(T::from))
}

/// A page of the records that a root connection returns.
///
/// # Errors
/// When the database fails, or an argument below is wrong.
pub async fn list(
    ctx: &Context<'_>,
    kind: Kind,
    filter: &Filter,
    window: &Window,
) -> FieldResult<Page<Entry>> {
    let many = connection(kind, &ctx.field())?;
    Ok(cx(ctx)?
        .list(&many.plan, filter, window, (many.rows, many.total))
        .await?)
}

/// The record a mutation's payload shows in its field `name`, if that is selected at all. When the
/// database fails it shows none, and an error beside it says that the mutation was done.
///
/// # Errors
/// When an argument below is wrong.
pub async fn payload_record<R: Record>(
    ctx: &Context<'_>,
    name: &str,
    id: Uuid,
) -> FieldResult<Option<Visible<R>>> {
    let mut wanted: Option<Plan> = None;
    for selected in ctx
        .field()
        .selection_set()
        .filter(|field| field.name() == name)
    {
        let plan = plan(R::KIND, &selected)?;
        match &mut wanted {
            Some(own) => own.merge(plan),
            None => wanted = Some(plan),
        }
    }
    let Some(plan) = wanted else { return Ok(None) };
    let node = match cx(ctx)?.find(&plan, id).await {
        Ok(node) => node,
        Err(failure) => {
            let error = done_but_unseen(&failure).into_server_error(ctx.item.pos);
            ctx.add_error(ctx.set_error_path(error));
            None
        }
    };
    Ok(node.map(Visible::try_from_node).transpose()?)
}

/// The records that a list in a mutation's payload shows in its field `name`, each by its id.
///
/// # Errors
/// When the database fails, or an argument below is wrong.
pub async fn payload_rows<R: Record>(
    ctx: &Context<'_>,
    list: &str,
    name: &str,
    ids: &[Uuid],
) -> FieldResult<std::collections::HashMap<Uuid, Visible<R>>> {
    let mut wanted: Option<Plan> = None;
    let field = ctx.field();
    let lists = field.selection_set().filter(|field| field.name() == list);
    for rows in lists {
        for selected in rows.selection_set().filter(|field| field.name() == name) {
            let plan = plan(R::KIND, &selected)?;
            match &mut wanted {
                Some(own) => own.merge(plan),
                None => wanted = Some(plan),
            }
        }
    }
    let Some(plan) = wanted.filter(|_| !ids.is_empty()) else {
        return Ok(std::collections::HashMap::new());
    };
    let nodes = cx(ctx)?.find_all(&plan, ids).await?;
    let records = nodes
        .into_iter()
        .map(|node| Ok((node.id(), Visible::try_from_node(node)?)));
    records.collect()
}

/// The records that a list which isn't one of records shows in its field `name`, each by its id.
///
/// # Errors
/// When the database fails, or an argument below is wrong.
pub async fn selected_rows<R: Record>(
    ctx: &Context<'_>,
    name: &str,
    ids: &[Uuid],
) -> FieldResult<std::collections::HashMap<Uuid, Visible<R>>> {
    let mut wanted = Plan::of(R::KIND);
    for selected in ctx.field().selection_set() {
        if selected.name() == name {
            wanted.merge(plan(R::KIND, &selected)?);
        }
    }
    let nodes = cx(ctx)?.find_all(&wanted, ids).await?;
    let records = nodes
        .into_iter()
        .map(|node| Ok((node.id(), Visible::try_from_node(node)?)));
    records.collect()
}

/// The idempotency key of the mutation being executed, with the digest of its input.
///
/// # Errors
/// When the arguments can't be read: a bug, since the gate has read them.
pub fn idempotency(
    ctx: &Context<'_>,
    mutation: &'static str,
    key: Option<Uuid>,
) -> FieldResult<Option<IdempotencyKey>> {
    let Some(key) = key else { return Ok(None) };
    let unreadable = || Fault::Failure(Failure::Bug("a mutation's arguments can't be read"));
    let arguments = ctx.field().arguments().map_err(|_| unreadable())?;
    let sorted: std::collections::BTreeMap<String, serde_json::Value> = arguments
        .into_iter()
        .map(|(name, value)| {
            Ok((
                name.to_string(),
                value.into_json().map_err(|_| unreadable())?,
            ))
        })
        .collect::<FieldResult<_>>()?;
    let input = serde_json::to_vec(&sorted).map_err(|_| unreadable())?;
    Ok(Some(idempotency_of(mutation, key, &input)))
}

/// A key with the digest of the input it stands for.
#[must_use]
pub fn idempotency_of(mutation: &'static str, key: Uuid, input: &[u8]) -> IdempotencyKey {
    let digest = Sha256::digest(input);
    IdempotencyKey {
        key,
        mutation,
        input_hash: format!("{digest:x}"),
    }
}
