//! Labels for front ends: every value of every enum of the schema has one in Dutch, French and
//! English, and none is left over.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use nabij_tests::Town;
use serde_json::{Value, json};

use crate::schema::types;

const LABELS: &str = "query Labels($language: Language!, $enums: [String!]) { \
    vocabulary(language: $language, enums: $enums) { name values { code label } } }";

/// The values of every enum, as the schema declares them.
async fn values() -> BTreeMap<&'static str, Vec<&'static str>> {
    let text = |of: &'static Value| of["name"].as_str().expect("everything has a name");
    types()
        .await
        .iter()
        .filter(|of| of["kind"] == "ENUM")
        .map(|of| {
            let values = of["enumValues"].as_array().into_iter().flatten();
            (text(of), values.map(text).collect())
        })
        .collect()
}

/// The labels in one language, as the service tells a passer-by.
async fn labels(language: &str) -> BTreeMap<String, Vec<(String, String)>> {
    let town = Town::empty().await;
    let answer = town
        .passer_by()
        .asks(LABELS, json!({ "language": language }))
        .await;
    let text = |of: &Value| of.as_str().expect("a text").to_owned();
    let enums = answer.data("/vocabulary").as_array().expect("the enums");
    enums
        .iter()
        .map(|of| {
            let values = of["values"].as_array().expect("values").iter();
            let labels = values.map(|value| (text(&value["code"]), text(&value["label"])));
            (text(&of["name"]), labels.collect())
        })
        .collect()
}

#[tokio::test]
async fn every_value_has_a_label_and_every_label_a_value() {
    let (values, labels) = (values().await, labels("NL").await);
    let mut amiss = String::new();
    for (name, codes) in &values {
        let known: Vec<&str> = labels
            .get(*name)
            .into_iter()
            .flatten()
            .map(|(code, _)| code.as_str())
            .collect();
        let missing: Vec<&&str> = codes.iter().filter(|code| !known.contains(*code)).collect();
        if !missing.is_empty() {
            writeln!(amiss, "add:\n{name} = [").expect("text");
            for code in missing {
                writeln!(
                    amiss,
                    "    [\"{code}\", \"Dutch\", \"French\", \"English\"],"
                )
                .expect("text");
            }
            writeln!(amiss, "]").expect("text");
        }
        for code in &known {
            let times = known.iter().filter(|other| other == &code).count();
            if times > 1 || !codes.contains(code) {
                writeln!(amiss, "remove {code} from {name}").expect("text");
            }
        }
    }
    for name in labels
        .keys()
        .filter(|name| !values.contains_key(name.as_str()))
    {
        writeln!(amiss, "remove {name}: the schema has no such enum").expect("text");
    }
    assert!(
        amiss.is_empty(),
        "in the file of its area in api/assets/vocabulary:\n{amiss}"
    );
}

#[tokio::test]
async fn a_label_is_something_to_read_and_tells_the_values_of_an_enum_apart() {
    for language in ["NL", "FR", "EN"] {
        for (name, values) in labels(language).await {
            let mut seen = BTreeSet::new();
            for (code, label) in values {
                let place = format!("{name}.{code} in {language}: {label:?}");
                let length = label.chars().count();
                assert!((1..=60).contains(&length), "{place}: 1 to 60 characters");
                assert_eq!(label.trim(), label, "{place}: spaces around it");
                assert!(
                    !label.chars().next().is_some_and(char::is_lowercase),
                    "{place}: begins with a capital"
                );
                assert!(!label.contains('_'), "{place}: that is a code");
                assert!(seen.insert(label), "{place}: another value has it too");
            }
        }
    }
}

#[tokio::test]
async fn a_front_end_takes_what_it_needs_in_its_language() {
    let town = Town::empty().await;
    let ask = async |language: &str, enums: &[&str]| {
        let variables = json!({ "language": language, "enums": enums });
        town.passer_by().asks(LABELS, variables).await
    };
    let answer = ask("FR", &["Urgency"]).await;
    let urgencies = json!([{ "name": "Urgency", "values": [
        { "code": "LOW", "label": "Peut attendre" },
        { "code": "NORMAL", "label": "Normale" },
        { "code": "HIGH", "label": "Urgent" },
        { "code": "ACUTE", "label": "Immédiat, aujourd'hui même" },
    ] }]);
    assert_eq!(answer.data("/vocabulary"), &urgencies);
    assert_eq!(answer.statements(), 0, "words come without the database");
    assert_eq!(ask("NL", &[]).await.data("/vocabulary"), &json!([]));
    let unknown = ask("NL", &["Urgency", "Colour"]).await;
    assert_eq!(unknown.code(), "BAD_USER_INPUT");
    assert_eq!(unknown.data_despite_errors("/vocabulary"), &Value::Null);
}
