//! Trusted documents: operations that were registered before, named by the hash of their text
//! (GraphQL over HTTP, appendix on persisted documents: the parameter `documentId`).

use std::{
    collections::HashMap,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use crate::gate::{Gate, Refused};

/// The documents by their ids, `sha256:` and 64 digits.
#[derive(Clone, Debug, Default)]
pub struct TrustedDocuments {
    texts: Arc<HashMap<String, String>>,
}

/// Why a file of documents isn't taken.
#[derive(Debug)]
pub enum DocumentsError {
    /// The file can't be read.
    Unreadable(PathBuf, io::Error),
    /// It isn't a JSON object of texts.
    Malformed,
    /// This id isn't the hash of its text.
    WrongId(String),
    /// The document with this id would be refused.
    Unfit(String, Refused),
}

impl fmt::Display for DocumentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(file, error) => write!(
                f,
                "the file of documents {} can't be read: {error}. Name one that is there in \
                 `documents_file`, or leave it out",
                file.display()
            ),
            Self::Malformed => f.write_str(
                "the file of documents must be a JSON object from `sha256:…` to the document's text",
            ),
            Self::WrongId(id) => write!(
                f,
                "the document {id} has another hash: write the SHA-256 of its text, in lower-case \
                 hexadecimal after `sha256:`"
            ),
            Self::Unfit(id, why) => write!(
                f,
                "the document {id} would be refused ({why}): register it again as its client now \
                 writes it, or take it out of the file"
            ),
        }
    }
}

impl std::error::Error for DocumentsError {}

impl TrustedDocuments {
    /// The documents of a file.
    ///
    /// # Errors
    /// See [`DocumentsError`].
    pub fn read(file: &Path) -> Result<Self, DocumentsError> {
        let read = fs::read(file);
        let text = read.map_err(|error| DocumentsError::Unreadable(file.to_owned(), error))?;
        Self::of_json(&text)
    }

    /// The documents of a JSON object from ids to texts.
    ///
    /// # Errors
    /// [`DocumentsError::Malformed`] and [`DocumentsError::WrongId`].
    pub fn of_json(json: &[u8]) -> Result<Self, DocumentsError> {
        let texts: HashMap<String, String> =
            serde_json::from_slice(json).map_err(|_| DocumentsError::Malformed)?;
        match texts.iter().find(|(id, text)| **id != document_id(text)) {
            Some((id, _)) => Err(DocumentsError::WrongId(id.clone())),
            None => Ok(Self {
                texts: Arc::new(texts),
            }),
        }
    }

    /// Whether the gate takes every one of them: what was registered for an older schema is better
    /// found at the start than by its client.
    ///
    /// # Errors
    /// [`DocumentsError::Unfit`], of several with the first by its id.
    pub fn fit(&self, gate: &Gate) -> Result<(), DocumentsError> {
        let mut unfit: Vec<_> = self
            .texts
            .iter()
            .filter_map(|(id, text)| Some((id, gate.check(text).err()?)))
            .collect();
        unfit.sort_by_key(|(id, _)| *id);
        match unfit.into_iter().next() {
            Some((id, why)) => Err(DocumentsError::Unfit(id.clone(), why)),
            None => Ok(()),
        }
    }

    /// The text of the document with this id.
    #[must_use]
    pub fn text(&self, id: &str) -> Option<&str> {
        self.texts.get(id).map(String::as_str)
    }

    /// Whether this text is one of the documents.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        !self.texts.is_empty() && self.texts.contains_key(&document_id(text))
    }
}

/// The id of a document: the hash of its text.
#[must_use]
pub fn document_id(text: &str) -> String {
    use fmt::Write as _;
    let mut id = "sha256:".to_owned();
    for byte in Sha256::digest(text) {
        // Writing to a text can't fail.
        let _ = write!(id, "{byte:02x}");
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Limits;

    #[test]
    fn an_id_must_be_the_hash_of_its_text() {
        let text = "{ me { id } }";
        let id = document_id(text);
        let json = serde_json::json!({ &id: text }).to_string();
        let documents = TrustedDocuments::of_json(json.as_bytes()).unwrap();
        assert_eq!(documents.text(&id), Some(text));
        assert!(documents.holds(text) && !documents.holds("{ me { name } }"));
        let bent = serde_json::json!({ &id: "{ me { name } }" }).to_string();
        let refused = TrustedDocuments::of_json(bent.as_bytes()).unwrap_err();
        assert!(matches!(refused, DocumentsError::WrongId(wrong) if wrong == id));
        let list = TrustedDocuments::of_json(b"[1]").unwrap_err();
        assert!(matches!(list, DocumentsError::Malformed));
    }

    #[test]
    fn a_document_that_would_be_refused_is_named() {
        let gate = Gate::new("type Query { a: Int }", Limits::default()).unwrap();
        let documents = |texts: &[&str]| {
            let ids = texts.iter().map(|text| (document_id(text), *text));
            let json = serde_json::json!(ids.collect::<HashMap<_, _>>());
            TrustedDocuments::of_json(json.to_string().as_bytes()).unwrap()
        };
        documents(&["{ a }", "query A { a } query B { a }"])
            .fit(&gate)
            .unwrap();
        let old = "{ a wasHereOnce }";
        let why = documents(&["{ a }", old])
            .fit(&gate)
            .unwrap_err()
            .to_string();
        assert!(why.contains(&document_id(old)), "{why}");
        assert!(why.contains("wasHereOnce"), "{why}");
    }
}
