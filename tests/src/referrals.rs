//! What people do with referrals.

use serde_json::{Value, json};

use crate::{Answer, Person, Record};

/// What is shown of a referral after each deed.
pub(crate) const SHOWN: &str =
    "id status version basis disclosedFields outcome updatedAt allowedActions";

/// A referral to make, beyond its signal.
#[derive(Clone, Debug)]
pub struct Request(Value);

impl Request {
    /// To the partner that somebody works for, without personal data.
    #[must_use]
    pub fn to(partner: &Person) -> Self {
        Self(json!({ "toPartner": partner.partner, "reason": "Please help with this" }))
    }

    /// The same with another value for a field of the input.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0[field] = value.into();
        self
    }

    /// The same on a basis, disclosing these fields of the resident.
    #[must_use]
    pub fn on(self, basis: &str, disclosed: &[&str]) -> Self {
        self.with("basis", basis)
            .with("disclosedFields", json!(disclosed))
    }
}

impl Person {
    /// Refers a signal that is about nobody in particular to the partner that somebody works for.
    pub async fn refers(&self, signal: &Record, partner: &Person) -> Answer {
        self.refers_by(signal, Request::to(partner)).await
    }

    /// Refers a signal on terms of its own.
    pub async fn refers_by(&self, signal: &Record, request: Request) -> Answer {
        let input = request.with("signal", signal.id.clone()).0;
        self.does("referralCreate", "referral", SHOWN, input).await
    }

    /// Takes a referral on.
    pub async fn accepts(&self, referral: &Record) -> Answer {
        self.takes("Accept", referral, json!({})).await
    }

    /// Declines a referral.
    pub async fn rejects(&self, referral: &Record, reason: &str) -> Answer {
        self.takes("Reject", referral, json!({ "reason": reason }))
            .await
    }

    /// Lets a referral rest.
    pub async fn holds(&self, referral: &Record, reason: &str) -> Answer {
        self.takes("Hold", referral, json!({ "reason": reason }))
            .await
    }

    /// Goes on with a referral.
    pub async fn resumes(&self, referral: &Record) -> Answer {
        self.takes("Resume", referral, json!({})).await
    }

    /// Ends a referral.
    pub async fn completes(&self, referral: &Record, outcome: &str) -> Answer {
        self.takes("Complete", referral, json!({ "outcome": outcome }))
            .await
    }

    /// Gives a referral up.
    pub async fn fails(&self, referral: &Record, outcome: &str) -> Answer {
        self.takes("Fail", referral, json!({ "outcome": outcome }))
            .await
    }

    /// Calls a referral off.
    pub async fn cancels(&self, referral: &Record, reason: &str) -> Answer {
        self.takes("Cancel", referral, json!({ "reason": reason }))
            .await
    }
}
