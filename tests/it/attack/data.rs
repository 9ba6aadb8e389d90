//! Data that tries something: ids of others and of nothing, characters that aren't seen, search texts
//! that are commands elsewhere, formulas, cursors that were bent or borrowed, fields that nobody may
//! set. The same is looked at more closely within one process (`bad_input`, `paging`); here it is the
//! listening service, and what it does to its process and its log.

use nabij_tests::{
    Need, Town,
    service::{Listening, Service},
};
use serde_json::{Value, json};

use super::{Case, Message, Scene};

const SIGNAL: &str = "query($id: ID!) { signal(id: $id) { id } }";
const NODES: &str = "query($id: ID!) { nodes(ids: [$id]) { id } }";
const TRIAGE: &str = "mutation($id: ID!) { signalTriage(input: { id: $id }) { \
    userErrors { code message path } } }";
const SUBMIT: &str = "mutation($input: SignalSubmitInput!) { signalSubmit(input: $input) { \
    signal { id } userErrors { code message path } } }";
const SEARCH: &str = "query($t: String!) { \
    signals(where: { title: { contains: $t } }) { totalCount } }";
const PAGE: &str = "query($order: [SignalOrder!], $after: String) { \
    signals(orderBy: $order, first: 2, after: $after) { pageInfo { endCursor } } }";

const ERROR: &str = "/errors/0/extensions/code";
const USER_ERROR: &str = "/userErrors/0/code";

/// What is asked, and what stands where in the answer.
struct Datum {
    name: String,
    message: Message,
    at: String,
    is: Value,
}

impl Datum {
    fn new(name: &str, message: &Message, at: &str, is: impl Into<Value>) -> Self {
        Self {
            name: name.to_owned(),
            message: message.clone(),
            at: at.to_owned(),
            is: is.into(),
        }
    }
}

impl Scene {
    /// A question by Rosa.
    fn asks(&self, text: &str, variables: &Value) -> Message {
        let bearer = format!("Bearer {}", self.service.token(&self.rosa));
        Message::asks(text, variables).and("authorization", &bearer)
    }

    async fn withstands_data(&self, data: Vec<Datum>) {
        for Datum {
            name,
            message,
            at,
            is,
        } in data
        {
            self.service
                .withstands(&name, async |service: &Service| {
                    let reply = service.hears(&message.bytes()).await;
                    let reply = reply.expect("each is answered");
                    Case::raw(&name, "", &[200]).compare(Some(&reply));
                    let body = reply.json();
                    assert_eq!(body.pointer(&at), Some(&is), "{name}: {body}");
                })
                .await;
        }
    }
}

/// A signal that Rosa can't see.
async fn foreign(town: &Town) -> String {
    let herent = town.coordinator_of("Herent").await;
    herent.signals("Snow", "NORMAL").await.done().id
}

#[tokio::test]
async fn ids_of_others_and_of_nothing() {
    let scene = Scene::set(Listening::default()).await;
    let foreign = foreign(&scene.town).await;
    let never = "signal_01h455vb4pex5vsknk084sn02q".to_owned();
    let mut data = Vec::new();
    for (name, id) in [("somebody else's", &foreign), ("nobody's", &never)] {
        let id = json!({ "id": id });
        let asks = |text| scene.asks(text, &id);
        data.extend([
            Datum::new(
                &format!("{name}: read"),
                &asks(SIGNAL),
                "/data/signal",
                Value::Null,
            ),
            Datum::new(
                &format!("{name}: listed"),
                &asks(NODES),
                "/data/nodes/0",
                Value::Null,
            ),
            Datum::new(
                &format!("{name}: changed"),
                &asks(TRIAGE),
                &format!("/data/signalTriage{USER_ERROR}"),
                "NOT_FOUND",
            ),
        ]);
    }
    let place = scene.rosa.neighbourhood.clone();
    for (name, id) in [
        ("no id", String::new()),
        ("a kind and no more", "signal_".to_owned()),
        ("a kind and a word", "signal_zebra7".to_owned()),
        ("a kind that is none", never.replace("signal", "zebra7")),
        ("another kind", place),
        ("another's kind", foreign.replace("signal", "partner")),
        ("capitals", never.to_uppercase()),
        ("one digit more", format!("{never}0")),
        (
            "a bare UUID",
            "01890a5d-ac96-774b-bcce-b302099a8057".to_owned(),
        ),
        (
            "a command",
            format!("{never}'; DROP TABLE signals; -- zebra7"),
        ),
        ("NUL", format!("{never}\u{0}")),
        ("from right to left", format!("\u{202e}{never}zebra7")),
        ("zero width", format!("{never}\u{200b}")),
        ("10,000 letters", "zebra7".repeat(1_700)),
    ] {
        let id = json!({ "id": id });
        data.push(Datum::new(
            &format!("an id that is {name}"),
            &scene.asks(SIGNAL, &id),
            ERROR,
            "BAD_USER_INPUT",
        ));
        data.push(Datum::new(
            &format!("an id that is {name}, to change"),
            &scene.asks(TRIAGE, &id),
            &format!("/data/signalTriage{USER_ERROR}"),
            "INVALID_ID",
        ));
    }
    scene.withstands_data(data).await;
    // Values of another type than an id's are refused before anything is executed.
    let confused = [
        json!(1.5),
        json!(true),
        json!(["zebra7"]),
        json!({ "zebra7": 1 }),
        json!(null),
    ];
    let confused = confused.map(|id| {
        let message = scene.asks(SIGNAL, &json!({ "id": id }));
        Case::new(
            &format!("an id that is {id}"),
            &message,
            400,
            "BAD_USER_INPUT",
        )
    });
    scene.withstands(confused.into_iter().collect()).await;
}

#[tokio::test]
async fn texts_that_may_not_be_kept() {
    let scene = Scene::set(Listening::default()).await;
    let submits = |field: &str, text: &str| {
        let need = Need::new("Stairs too steep", &scene.rosa.neighbourhood).with(field, text);
        scene.asks(SUBMIT, &json!({ "input": need.input() }))
    };
    let at = format!("/data/signalSubmit{USER_ERROR}");
    let mut data = Vec::new();
    for (field, text, code) in [
        ("title", "NUL \u{0} zebra7", "INVALID"),
        ("title", "\u{1b}[31mred zebra7", "INVALID"),
        ("title", "\u{202e}zebra7 from right to left", "INVALID"),
        ("title", "\u{2066}set apart zebra7", "INVALID"),
        ("title", "two\nlines zebra7", "INVALID"),
        (
            "title",
            "zebra7 9\u{200b}3\u{ad}051822361",
            "IDENTITY_NUMBER",
        ),
        ("title", " \u{a0}\t ", "REQUIRED"),
        ("text", "NUL \u{0} zebra7", "INVALID"),
        ("text", "\u{202a}zebra7", "INVALID"),
        ("text", "zebra7, BSN 111222333", "IDENTITY_NUMBER"),
        ("source", "93.05.18-223.61 zebra7", "IDENTITY_NUMBER"),
        ("externalReference", "NUL \u{0} zebra7", "INVALID"),
    ] {
        let name = format!("{field}: {}", text.escape_unicode());
        data.push(Datum::new(&name, &submits(field, text), &at, code));
    }
    // Formulas, markup and marks that can't be seen are texts like others, for whoever writes them out
    // to escape; none of them is in the log.
    for text in [
        "=HYPERLINK(\"https://zebra7.example\")",
        "@SUM(1+1)*zebra7|cmd",
        "+zebra7",
        "-zebra7",
        "<script>zebra7()</script>",
        "{{zebra7}} ${zebra7} %s %n",
        "zero\u{200b}width\u{feff} zebra7",
        "Z̸̡͓͎ȩ̶b̷r̵a̴ zebra7",
    ] {
        let name = format!("a title: {}", text.escape_unicode());
        let none = "/data/signalSubmit/userErrors";
        data.push(Datum::new(&name, &submits("title", text), none, json!([])));
    }
    scene.withstands_data(data).await;
}

#[tokio::test]
async fn search_texts_are_characters_and_nothing_else() {
    let scene = Scene::set(Listening::default()).await;
    for title in ["100 % sure_thing", "The stairs are too steep"] {
        scene.rosa.signals(title, "LOW").await.done();
    }
    let mut data = Vec::new();
    for (text, found) in [
        ("%", 1),
        ("_", 1),
        ("sure-t", 0),
        ("\\", 0),
        ("\\%", 0),
        ("%zebra7%", 0),
        ("' OR 1=1 -- zebra7", 0),
        ("'; DROP TABLE signals; -- zebra7", 0),
        ("\" OR \"zebra7\"=\"zebra7", 0),
        ("zebra7' UNION SELECT name FROM users --", 0),
        ("[a-z]*zebra7", 0),
        ("zebra7\u{0}", 0),
        ("\u{202e}zebra7", 0),
        ("\u{200b}zebra7", 0),
    ] {
        let name = format!("searching for {}", text.escape_unicode());
        let message = scene.asks(SEARCH, &json!({ "t": text }));
        data.push(Datum::new(
            &name,
            &message,
            "/data/signals/totalCount",
            found,
        ));
    }
    let long = scene.asks(SEARCH, &json!({ "t": "zebra7%_".repeat(10_000) }));
    let reply = scene.service.hears(&long.bytes()).await;
    let reply = reply.expect("an answer");
    assert!([200, 400].contains(&reply.status), "{}", reply.text());
    scene.withstands_data(data).await;
}

#[tokio::test]
async fn cursors_that_were_bent_or_borrowed() {
    let scene = Scene::set(Listening::default()).await;
    for title in ["One", "Two", "Three"] {
        scene.rosa.signals(title, "LOW").await.done();
    }
    let newest = json!([{ "field": "CREATED_AT", "direction": "DESC" }]);
    let cursor = async |message: Message, at: &str| {
        let reply = scene.service.hears(&message.bytes()).await;
        let body = reply.expect("an answer").json();
        let cursor = body.pointer(at).and_then(Value::as_str);
        cursor.unwrap_or_else(|| panic!("{body}")).to_owned()
    };
    let page =
        |order: &Value, after: &str| scene.asks(PAGE, &json!({ "order": order, "after": after }));
    let end = "/data/signals/pageInfo/endCursor";
    let first = scene.asks(PAGE, &json!({ "order": newest }));
    let own = cursor(first, end).await;
    let by_deadline = json!([{ "field": "DUE_AT", "direction": "ASC" }]);
    let other = scene.asks(PAGE, &json!({ "order": by_deadline }));
    let other = cursor(other, end).await;
    let places = "{ neighbourhoods(first: 2) { pageInfo { endCursor } } }";
    let places = scene.asks(places, &json!({}));
    let places = cursor(places, "/data/neighbourhoods/pageInfo/endCursor").await;
    let mut data = Vec::new();
    for (name, text) in [
        ("of another order", other),
        ("of another list", places),
        ("cut in half", own[..own.len() / 2].to_owned()),
        ("twice", format!("{own}{own}")),
        ("behind a space", format!(" {own}")),
        ("empty", String::new()),
        ("no cursor", "zebra7".to_owned()),
        ("JSON", "eyJhIjpbInplYnJhNyJdfQ".to_owned()),
        ("NUL", "\u{0}".to_owned()),
        ("100,000 letters", "A".repeat(100_000)),
    ] {
        let name = format!("a cursor that is {name}");
        data.push(Datum::new(
            &name,
            &page(&newest, &text),
            ERROR,
            "BAD_USER_INPUT",
        ));
    }
    scene.withstands_data(data).await;
}

/// What the service decides isn't the caller's to say: there is no such field.
#[tokio::test]
async fn fields_that_are_not_the_callers_to_set() {
    let scene = Scene::set(Listening::default()).await;
    let need = || Need::new("Stairs too steep", &scene.rosa.neighbourhood);
    let mut cases = Vec::new();
    for (field, value) in [
        ("id", json!("signal_01h455vb4pex5vsknk084sn02q")),
        ("status", json!("RESOLVED")),
        ("version", json!(7)),
        ("owner", json!(scene.rosa.user)),
        ("submittedBy", json!(scene.rosa.user)),
        ("ambassador", json!(scene.rosa.ambassador)),
        ("municipality", json!(scene.town.municipality("Herent"))),
        ("createdAt", json!("2020-01-01T00:00:00Z")),
        ("dueAt", json!("2020-01-01T00:00:00Z")),
        ("handler", json!("MUNICIPALITY")),
        ("allowedActions", json!(["RESOLVE"])),
        ("zebra", json!("zebra7")),
        ("__proto__", json!({ "zebra": 1 })),
        ("__typename", json!("Signal")),
    ] {
        let input = need().with(field, value.clone()).input();
        let message = scene.asks(SUBMIT, &json!({ "input": input }));
        let name = format!("a variable that sets {field}");
        cases.push(Case::new(&name, &message, 400, "BAD_USER_INPUT"));
        let literal = format!(
            "mutation {{ signalSubmit(input: {{ neighbourhood: \"{}\", kind: NEED, category: MOBILITY, \
             title: \"zebra7\", {field}: {value} }}) {{ userErrors {{ code }} }} }}",
            scene.rosa.neighbourhood
        );
        if value.is_string() || value.is_number() {
            let name = format!("a document that sets {field}");
            let message = scene.asks(&literal, &json!({}));
            cases.push(Case::new(&name, &message, 400, "GRAPHQL_VALIDATION_FAILED"));
        }
    }
    scene.withstands(cases).await;
    let count = scene.asks("{ signals { totalCount } }", &json!({}));
    let reply = scene.service.hears(&count.bytes()).await;
    let body = reply.expect("an answer").json();
    assert_eq!(
        body["data"]["signals"]["totalCount"], 0,
        "something was written"
    );
}
