//! Prepares a load test: reads ids from a database that `generate.sql` has filled and writes, into a
//! folder, a settings file for `nabij-api serve`, a token, and the five questions of
//! `docs/performance.md` as prepared request bodies, one per line.
//!
//! `cargo run --release -p nabij-tests --bin bench-prepare -- DATABASE_URL FOLDER`

use std::{error::Error, fmt::Write as _, fs, path::Path, time::Duration};

use nabij_api::{
    auth::{SigningKey, TokenFor},
    clock::Clock,
    ids::type_id,
    store::Kind,
};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement};
use serde_json::{Value, json};
use uuid::Uuid;

const ISSUER: &str = "https://bench.invalid";

const Q1: &str = "query Q1($id: ID!) { signal(id: $id) { id title category urgency status createdAt \
    neighbourhood { id name } ambassador { id displayName } \
    referrals(first: 20) { nodes { id status createdAt toPartner { id name kind } } } } }";
const Q2: &str = "query Q2($place: ID!, $category: Category!) { signals(first: 20, where: \
    {neighbourhood: {eq: $place}, category: {eq: $category}, \
    status: {in: [SUBMITTED, TRIAGED, IN_PROGRESS]}}) { nodes { id title urgency createdAt \
    ambassador { displayName } resident { givenName familyName } } } }";
const Q3: &str = "query Q3($ids: [ID!]!) { neighbourhoods(first: 10, where: {id: {in: $ids}}) { \
    nodes { id name signals(first: 10) { nodes { id category createdAt \
    referrals(first: 3) { nodes { id status toPartner { name } } } } } } } }";
const Q4: &str = "query Q4($after: String!) { signals(first: 50, after: $after) { \
    nodes { id category status createdAt } } }";
const Q5: &str = "mutation Q5($input: SignalSubmitInput!) { signalSubmit(input: $input) { \
    signal { id category urgency status title createdAt neighbourhood { id name } } \
    userErrors { code } } }";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bench-prepare DATABASE_URL FOLDER".into());
    };
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    sign_in(folder)?;
    let db = Database::connect(&url).await?;

    let signals = ids(&db, "SELECT id FROM signals ORDER BY id", 8_000).await?;
    let places = ids(&db, "SELECT id FROM neighbourhoods ORDER BY id", 1_000).await?;
    let id = |kind, id: &Uuid| type_id(kind, *id);
    write(
        folder,
        "Q1",
        Q1,
        signals.iter().map(|s| json!({"id": id(Kind::Signal, s)})),
    )?;
    let categories = ["LONELINESS", "MONEY", "HOUSING", "HEALTH"];
    write(
        folder,
        "Q2",
        Q2,
        places.iter().flat_map(|place| {
            categories.map(|c| json!({"place": id(Kind::Neighbourhood, place), "category": c}))
        }),
    )?;
    write(
        folder,
        "Q3",
        Q3,
        (0..places.len()).map(|first| {
            let ten = (0..10).map(|n| &places[(first + n * 7) % places.len()]);
            json!({"ids": ten.map(|place| id(Kind::Neighbourhood, place)).collect::<Vec<_>>()})
        }),
    )?;
    write(
        folder,
        "Q4",
        Q4,
        cursors(&db)
            .await?
            .into_iter()
            .map(|after| json!({"after": after})),
    )?;
    write(
        folder,
        "Q5",
        Q5,
        (0..4_000).map(|n| {
            json!({"input": {
                "neighbourhood": id(Kind::Neighbourhood, &places[n % places.len()]),
                "kind": "NEED", "category": categories[n % 4], "urgency": "NORMAL",
                "title": format!("Iets dat opviel, nummer {n}"),
            }})
        }),
    )?;
    Ok(())
}

/// A key, its JWKS in a settings file, and a token of the coordinator that the data has.
fn sign_in(folder: &Path) -> Result<(), Box<dyn Error>> {
    let key = SigningKey::generate()?;
    let token = key.mint(
        TokenFor {
            issuer: ISSUER,
            subject: "coordinator",
            audience: "nabij",
            lifetime: Duration::from_hours(24),
        },
        &Clock::system(),
    )?;
    fs::write(folder.join("jwks.json"), key.jwks().to_string())?;
    fs::write(folder.join("token"), token)?;
    fs::write(
        folder.join("nabij.toml"),
        format!(
            "[[issuers]]\nurl = \"{ISSUER}\"\naudience = \"nabij\"\njwks_file = \"jwks.json\"\n"
        ),
    )?;
    Ok(())
}

/// At most `most` ids, spread evenly.
async fn ids(db: &DatabaseConnection, sql: &str, most: usize) -> Result<Vec<Uuid>, Box<dyn Error>> {
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    let step = rows.len().div_ceil(most).max(1);
    rows.iter()
        .step_by(step)
        .map(|row| Ok(row.try_get("", "id")?))
        .collect()
}

/// Cursors some 100,000 rows down the list of all signals, as far as it goes.
async fn cursors(db: &DatabaseConnection) -> Result<Vec<String>, Box<dyn Error>> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let sql = "SELECT id, created_at FROM signals ORDER BY created_at DESC, id DESC \
        LIMIT 4000 OFFSET (SELECT LEAST(100000, COUNT(*) / 2) FROM signals)";
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await?;
    rows.iter()
        .map(|row| {
            let at: chrono::DateTime<chrono::Utc> = row.try_get("", "created_at")?;
            let at = at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            let id: Uuid = row.try_get("", "id")?;
            let cursor = json!(["-created_at", at, id.simple().to_string()]);
            Ok(URL_SAFE_NO_PAD.encode(cursor.to_string()))
        })
        .collect()
}

fn write(
    folder: &Path,
    name: &str,
    query: &str,
    variables: impl Iterator<Item = Value>,
) -> Result<(), Box<dyn Error>> {
    let mut bodies = String::new();
    for variables in variables {
        let body = json!({"operationName": name, "query": query, "variables": variables});
        writeln!(bodies, "{body}")?;
    }
    fs::write(folder.join(format!("{name}.jsonl")), bodies)?;
    Ok(())
}
