//! The machines of `CallOut` and `Offer`, which move together: whatever the pool, the contact person,
//! the service centre and the clock do in whatever order, one volunteer is selected or none, and who
//! is helped is open to that one alone.

use std::time::Duration;

use nabij_tests::{Answer, Appeal, Person, Record};
use serde_json::{Value, json};

use super::{runtime, sorted, walks};
use crate::herent::{Herent, sees_whom};

/// From, to. `OPEN` twice: an offer more, or a selected one that was taken back.
const CALL_OUT: [(&str, &str); 8] = [
    ("OPEN", "OPEN"),
    ("OPEN", "FILLED"),
    ("OPEN", "UNFILLED"),
    ("OPEN", "CANCELLED"),
    ("FILLED", "FILLED"),
    ("FILLED", "OPEN"),
    ("FILLED", "CANCELLED"),
    // After the deadline, when the selected one drops out and the referral ends at once.
    ("FILLED", "UNFILLED"),
];
const OFFER: [(&str, &str); 4] = [
    ("OFFERED", "SELECTED"),
    ("OFFERED", "DECLINED"),
    ("OFFERED", "WITHDRAWN"),
    ("SELECTED", "WITHDRAWN"),
];
const OVER: [&str; 2] = ["UNFILLED", "CANCELLED"];

/// A pool of two, and somebody of it who never offers.
struct Pool {
    herent: Herent,
    volunteers: [Person; 2],
    bystander: Person,
}

/// One call-out, with the offers that were made and the state in which each was seen last.
struct Job {
    referral: Record,
    call_out: Record,
    offers: Vec<Record>,
}

impl Pool {
    async fn gather() -> Self {
        let herent = Herent::begins().await;
        let volunteers = [
            herent.volunteer("Lotte").await,
            herent.volunteer("Sam").await,
        ];
        let bystander = herent.volunteer("Nora").await;
        Self {
            herent,
            volunteers,
            bystander,
        }
    }

    async fn calls(&self) -> Job {
        let (_, referral) = self.herent.chore().await;
        self.herent.is_welcome(&referral).await;
        let deadline = self.herent.town.now() + Duration::from_hours(5);
        let appeal = Appeal::until(&deadline.to_rfc3339());
        let call_out = self.herent.jef.calls_out(&referral, appeal).await.done();
        Job {
            referral,
            call_out,
            offers: Vec::new(),
        }
    }

    /// Somebody does something; none when nothing of the kind can be tried yet.
    async fn does(&self, job: &mut Job, who: usize, what: usize) -> Option<Answer> {
        let (jef, dora) = (&self.herent.jef, &self.herent.dora);
        let volunteer = &self.volunteers[who % 2];
        let offer = (!job.offers.is_empty()).then(|| &job.offers[who % job.offers.len()]);
        // The contact person, mostly; else somebody who isn't.
        let contact = [jef, jef, jef, volunteer][who % 4];
        Some(match what % 9 {
            0 | 1 => {
                let made = volunteer.offers_to_help(&job.call_out).await;
                if made.refusal().is_empty() {
                    job.offers.push(made.record());
                }
                made
            }
            2 | 3 => contact.selects(offer?).await,
            4 => contact.declines(offer?).await,
            5 => volunteer.drops_out(offer?, "I can't make it").await,
            6 if who.is_multiple_of(3) => contact.gives_up_on(&job.call_out, "Nobody").await,
            7 if who.is_multiple_of(3) => dora.cancels(&job.referral, "She has found help").await,
            7 => jef.completes(&job.referral, "GOT_HELP").await,
            _ => {
                self.herent.town.wait(Duration::from_hours(1));
                self.herent.town.what_is_due_happens().await;
                return None;
            }
        })
    }

    async fn state(&self, job: &Job) -> Value {
        let fields = "status version allowedActions offers { nodes { id status version } } \
            referral { status }";
        let seen = self.herent.jef.sees(&job.call_out, fields).await;
        seen.expect("the contact person sees it")
    }

    /// What holds in every state.
    async fn holds(&self, job: &Job, state: &Value) {
        let offers = state["offers"]["nodes"].as_array().expect("offers");
        let with = |status: &str| offers.iter().filter(|o| o["status"] == status).count();
        let status = state["status"].as_str().expect("a status");
        match status {
            "FILLED" => assert_eq!(with("SELECTED"), 1, "{state}"),
            // Called off with its referral, it remembers who would have come.
            "CANCELLED" => assert!(with("SELECTED") <= 1, "{state}"),
            _ => assert_eq!(with("SELECTED"), 0, "{state}"),
        }
        if OVER.contains(&status) {
            assert_eq!(with("OFFERED"), 0, "somebody waits in vain: {state}");
            assert_eq!(state["allowedActions"], json!([]), "{state}");
        }
        // Open to the selected one while the referral runs, and to no other volunteer ever.
        let runs = ["ACCEPTED", "IN_PROGRESS"].map(Value::from);
        let open = status == "FILLED" && runs.contains(&state["referral"]["status"]);
        let mut told = 0;
        for person in self.volunteers.iter().chain([&self.bystander]) {
            told += usize::from(!sees_whom(person, &job.call_out).await.is_null());
        }
        assert_eq!(told, usize::from(open), "{state}");
    }
}

/// Each record stays or moves along its table.
fn moved(before: &Value, after: &Value) {
    let (from, to) = (before["status"].as_str(), after["status"].as_str());
    let (from, to) = (from.expect("a status"), to.expect("a status"));
    assert!(
        from == to || CALL_OUT.contains(&(from, to)),
        "{before} to {after}"
    );
    for offer in before["offers"]["nodes"].as_array().into_iter().flatten() {
        let mut later = after["offers"]["nodes"].as_array().into_iter().flatten();
        let later = later.find(|o| o["id"] == offer["id"]).expect("offers stay");
        let (from, to) = (offer["status"].as_str(), later["status"].as_str());
        let step = (from.expect("a status"), to.expect("a status"));
        assert!(
            step.0 == step.1 || OFFER.contains(&step),
            "{before} to {after}"
        );
    }
}

async fn walk(pool: &Pool, steps: Vec<(usize, usize)>) {
    let mut job = pool.calls().await;
    let mut before = pool.state(&job).await;
    for (who, what) in steps {
        let answer = pool.does(&mut job, who, what).await;
        let after = pool.state(&job).await;
        moved(&before, &after);
        pool.holds(&job, &after).await;
        match answer.as_ref().map(Answer::refusal) {
            None | Some("") => {}
            Some(code) => {
                assert_eq!(before, after, "a refusal ({code}) changed something");
                let usual = [
                    "ALREADY_EXISTS",
                    "FORBIDDEN",
                    "INVALID",
                    "INVALID_TRANSITION",
                    "NOT_FOUND",
                ];
                assert!(usual.contains(&code), "{code}");
            }
        }
        before = after;
    }
    // What is announced can be done.
    let jef = &pool.herent.jef;
    if sorted(&before["allowedActions"]).contains(&"CLOSE") {
        jef.gives_up_on(&job.call_out, "Nobody").await.done();
        before = pool.state(&job).await;
        assert_eq!(before["status"], "UNFILLED");
        pool.holds(&job, &before).await;
    }
}

#[test]
fn whatever_happens_around_a_call_out_one_is_selected_or_none() {
    let runtime = runtime();
    let pool = runtime.block_on(Pool::gather());
    walks(24, &runtime, |steps| walk(&pool, steps));
}
