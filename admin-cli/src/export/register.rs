//! `export register`: the register of processing (GDPR article 30), in codes or in labels.
//!
//! To add a column: a field of [`Row`], in the query, and in `docs/admin.md`.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    Export,
    sheet::{Columns, optional, present},
};
use crate::{
    args::{LabelLanguage, RegisterArgs},
    client::Client,
    failure::Failure,
    output::{Output, code},
    queries::{Labels, ProcessingRegister, labels, processing_register as api},
};

/// What the export tells of a field that holds something of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Row {
    record: String,
    field: String,
    subjects: Vec<String>,
    category: String,
    purpose: String,
    bases: Vec<String>,
    special_category_bases: Vec<String>,
    receivers: Vec<String>,
    retention: String,
    when_erased: Option<String>,
}

impl Columns for Row {
    const COLUMNS: &'static [&'static str] = &[
        "record",
        "field",
        "subjects",
        "category",
        "purpose",
        "bases",
        "special_category_bases",
        "receivers",
        "retention",
        "when_erased",
    ];

    fn cells(&self) -> Vec<String> {
        let Self {
            record,
            field,
            subjects,
            category,
            purpose,
            bases,
            special_category_bases,
            receivers,
            retention,
            when_erased,
        } = self;
        let several = |cell: &[String]| present(&cell.join("; "));
        vec![
            present(record),
            present(field),
            several(subjects),
            present(category),
            present(purpose),
            several(bases),
            several(special_category_bases),
            several(receivers),
            present(retention),
            optional(when_erased.as_deref()),
        ]
    }
}

/// The enums whose values are in the register.
const ENUMS: [&str; 8] = [
    "DataCategory",
    "DataReceiver",
    "DataSubject",
    "ErasureEffect",
    "LegalBasis",
    "ProcessingPurpose",
    "RetentionTerm",
    "SpecialCategoryBasis",
];

/// Runs the command.
///
/// # Errors
/// When the service can't be asked, or the sheet can't be written.
pub(crate) async fn run(
    args: &RegisterArgs,
    client: &Client,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    client.expect_token()?;
    let words = match args.language {
        Some(language) => Words::read(language, client).await?,
        None => Words::default(),
    };
    let answer = client.ask::<ProcessingRegister>(api::Variables {}).await?;
    let entries = answer
        .data
        .processing_register
        .ok_or_else(Failure::no_data)?;
    let rows: Vec<Row> = entries
        .into_iter()
        .map(|entry| row(entry, &words))
        .collect();
    let mut export = Export::begin::<Row>(args.to.as_deref(), args.format, output)?;
    export.rows(&rows, output)?;
    export.end(["field", "fields"], None, output)
}

fn row(entry: api::ProcessingRegisterProcessingRegister, words: &Words) -> Row {
    let api::ProcessingRegisterProcessingRegister {
        record,
        field,
        subjects,
        category,
        purpose,
        bases,
        special_category_bases,
        receivers,
        retention,
        when_erased,
    } = entry;
    Row {
        record,
        field,
        subjects: words.each("DataSubject", &subjects),
        category: words.one("DataCategory", &category),
        purpose: words.one("ProcessingPurpose", &purpose),
        bases: words.each("LegalBasis", &bases),
        special_category_bases: words.each("SpecialCategoryBasis", &special_category_bases),
        receivers: words.each("DataReceiver", &receivers),
        retention: words.one("RetentionTerm", &retention),
        when_erased: when_erased.map(|effect| words.one("ErasureEffect", &effect)),
    }
}

/// The labels of codes, by their enum; a code without one stands for itself.
#[derive(Debug, Default)]
struct Words(HashMap<(String, String), String>);

impl Words {
    async fn read(language: LabelLanguage, client: &Client) -> Result<Self, Failure> {
        let variables = labels::Variables {
            language: match language {
                LabelLanguage::Nl => labels::Language::NL,
                LabelLanguage::Fr => labels::Language::FR,
                LabelLanguage::En => labels::Language::EN,
            },
            enums: Some(ENUMS.map(str::to_owned).to_vec()),
        };
        let answer = client.ask::<Labels>(variables).await?;
        let vocabulary = answer.data.vocabulary.ok_or_else(Failure::no_data)?;
        let words = vocabulary.into_iter().flat_map(|of| {
            let name = of.name;
            of.values
                .into_iter()
                .map(move |value| ((name.clone(), value.code), value.label))
        });
        Ok(Self(words.collect()))
    }

    fn one<T: Serialize>(&self, of: &str, value: &T) -> String {
        let code = code(value);
        let label = self.0.get(&(of.to_owned(), code.clone()));
        label.cloned().unwrap_or(code)
    }

    fn each<T: Serialize>(&self, of: &str, values: &[T]) -> Vec<String> {
        values.iter().map(|value| self.one(of, value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_columns_in_order() {
        let text = serde_json::to_string(&Row::default()).unwrap();
        let places = Row::COLUMNS
            .iter()
            .map(|column| text.find(&format!("\"{column}\":")).unwrap());
        assert!(places.is_sorted());
        assert_eq!(Row::default().cells().len(), Row::COLUMNS.len());
    }
}
