//! What people do with call-outs and offers.

use nabij_api::relay::Relay;
use serde_json::{Value, json};

use crate::{Answer, Person, Record, Town};

/// What is shown of a call-out after each deed.
pub(crate) const SHOWN: &str =
    "id status version title text deadline endCause allowedActions neighbourhood { name }";
/// What is shown of an offer after each deed.
pub(crate) const OFFER: &str = "id status version allowedActions callOut { status deadline }";

/// A call-out to open, beyond its referral.
#[derive(Clone, Debug)]
pub struct Appeal(Value);

impl Appeal {
    /// With this deadline, in the words of the service.
    #[must_use]
    pub fn until(deadline: &str) -> Self {
        Self(json!({ "deadline": deadline }))
    }

    /// The same with another value for a field of the input.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0[field] = value.into();
        self
    }
}

impl Person {
    /// Calls out to the pool for a referral.
    pub async fn calls_out(&self, referral: &Record, appeal: Appeal) -> Answer {
        let input = appeal.with("referral", referral.id.clone()).0;
        self.does("callOutOpen", "callOut", SHOWN, input).await
    }

    /// Looks what the pool is asked: the call-outs they see, by deadline.
    pub async fn reads_the_pools_call_outs(&self) -> Answer {
        let query = format!(
            "{{ callOuts(orderBy: {{ field: DEADLINE, direction: ASC }}) {{ nodes {{ {SHOWN} \
             category choreKind startsAt endsAt }} }} }}"
        );
        self.asks(&query, json!({})).await
    }

    /// Offers to help with a call-out.
    pub async fn offers_to_help(&self, call_out: &Record) -> Answer {
        self.offers_with(call_out, json!({})).await
    }

    /// Offers with more: a `note`, the `ambassador` for whom it is written down, a key.
    pub async fn offers_with(&self, call_out: &Record, more: Value) -> Answer {
        let mut input = more;
        input["callOut"] = json!(call_out.id);
        self.does("offerMake", "offer", OFFER, input).await
    }

    /// The id of whom a referral is about; nothing of them is read.
    pub async fn knows_whom(&self, referral: &Record) -> String {
        let seen = self.sees(referral, "resident { id }").await;
        let seen = seen.expect("the referral is theirs");
        let id = seen["resident"]["id"].as_str();
        id.expect("it is about somebody").to_owned()
    }

    /// Asks somebody whether help is welcome, and writes down that it is.
    pub async fn hears_that_help_is_welcome(&self, resident: &str) -> Answer {
        let input = json!({ "resident": resident, "kind": "ACCEPT_HELP", "method": "ORAL" });
        let shown = "id kind givenAt withdrawnAt allowedActions";
        self.does("consentRecord", "consent", shown, input).await
    }

    /// Selects a volunteer's offer.
    pub async fn selects(&self, offer: &Record) -> Answer {
        self.takes("Select", offer, json!({})).await
    }

    /// Says that an offer isn't needed.
    pub async fn declines(&self, offer: &Record) -> Answer {
        self.takes("Decline", offer, json!({})).await
    }

    /// Takes an offer back after all.
    pub async fn drops_out(&self, offer: &Record, note: &str) -> Answer {
        self.takes("Withdraw", offer, json!({ "note": note })).await
    }

    /// Gives up looking for somebody.
    pub async fn gives_up_on(&self, call_out: &Record, note: &str) -> Answer {
        self.takes("Close", call_out, json!({ "note": note })).await
    }

    /// Gives feedback on a referral, or on the call-out on which they helped.
    pub async fn judges(&self, what: &Record, giver: &str, (score, text): (i32, &str)) -> Answer {
        let (noun, _) = what.noun_and_fields();
        let mut input = json!({ "giver": giver, "score": score, "text": text });
        input[noun] = json!(what.id);
        self.does("feedbackGive", "feedback", "id giver score text", input)
            .await
    }
}

impl Town {
    /// Lets the service do what is due by now, without a request.
    pub async fn what_is_due_happens(&self) {
        Relay::pass(&self.app().cx("relay")).await;
    }
}
