//! What people do with signals.

use serde_json::{Value, json};

use crate::{Answer, Person, Record};

/// What is shown of a signal after each deed.
pub(crate) const SHOWN: &str =
    "id status version title category urgency dueAt updatedAt allowedActions";

/// A signal to submit, beyond its title and urgency.
#[derive(Clone, Debug)]
pub struct Need(Value);

impl Need {
    /// A need in a neighbourhood (its id), of category MOBILITY and normal urgency.
    #[must_use]
    pub fn new(title: &str, neighbourhood: &str) -> Self {
        Self(json!({
            "neighbourhood": neighbourhood,
            "kind": "NEED",
            "category": "MOBILITY",
            "urgency": "NORMAL",
            "title": title,
        }))
    }

    /// The same with another value for a field of the input.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0[field] = value.into();
        self
    }

    /// The input.
    #[must_use]
    pub fn input(&self) -> Value {
        self.0.clone()
    }
}

/// Corrections of a triage that let the partner that somebody works for handle the signal, told of its
/// resident on a basis in these fields.
#[must_use]
pub fn handled_by(partner: &Person, basis: &str, disclosed: &[&str]) -> Value {
    json!({ "handler": partner.partner, "basis": basis, "disclosedFields": disclosed })
}

impl Person {
    /// Submits a signal about the neighbourhood they are there for.
    pub async fn signals(&self, title: &str, urgency: &str) -> Answer {
        let need = Need::new(title, &self.neighbourhood).with("urgency", urgency);
        self.submits(need).await
    }

    /// Submits a signal.
    pub async fn submits(&self, need: Need) -> Answer {
        self.does("signalSubmit", "signal", SHOWN, need.0).await
    }

    /// Assesses a signal and leaves it as it was sent, to be handled by the municipality.
    pub async fn triages(&self, signal: &Record) -> Answer {
        self.triages_as(signal, json!({})).await
    }

    /// Assesses a signal with corrections: `category`, `urgency`, `handler`, and what that partner is
    /// told of the resident on which `basis` ([`handled_by`]).
    pub async fn triages_as(&self, signal: &Record, corrections: Value) -> Answer {
        self.takes("Triage", signal, corrections).await
    }

    /// Closes a signal with an outcome.
    pub async fn resolves(&self, signal: &Record, outcome: &str) -> Answer {
        self.takes("Resolve", signal, json!({ "outcome": outcome }))
            .await
    }

    /// Closes a signal without taking it up.
    pub async fn dismisses(&self, signal: &Record, reason: &str) -> Answer {
        self.takes("Dismiss", signal, json!({ "reason": reason }))
            .await
    }

    /// Takes a signal back.
    pub async fn withdraws(&self, signal: &Record) -> Answer {
        self.takes("Withdraw", signal, json!({})).await
    }

    /// Opens a closed signal again.
    pub async fn reopens(&self, signal: &Record, reason: &str) -> Answer {
        self.takes("Reopen", signal, json!({ "reason": reason }))
            .await
    }
}
