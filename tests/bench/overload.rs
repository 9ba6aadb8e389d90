//! What becomes of a service that is asked for four times what it can carry: how long those wait who
//! are let in, how soon the others are told to come back, and how much is still done.
//!
//! A town on SQLite, or where `TEST_DATABASE_URL` points, and its service in a process of its own:
//!
//! `cargo build --release -p nabij-tests --bins && target/release/bench-overload [SECONDS] [ROUNDS]`
//!
//! Three measures take turns in each round: one caller after the other ("unloaded"), as many as the
//! service can carry (the best of several numbers of callers), and callers who come at four times that
//! rate whatever is answered. Where `taskset` is at hand, the service has all processors but the last,
//! and the callers have that one. What is printed are the rounds and their medians.

use std::{
    cell::RefCell,
    path::PathBuf,
    process::Command,
    rc::Rc,
    time::{Duration, Instant},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
    header,
};
use hyper_util::rt::TokioIo;
use nabij_tests::{
    Need, Request as Referral, Town,
    service::{Listening, Service},
};
use serde_json::json;
use tokio::{
    net::TcpStream,
    task::{JoinSet, LocalSet, spawn_local},
};

/// How many more come than can be carried.
const TIMES: f64 = 4.0;
/// Signals of the town; a page is a fifth of them.
const SIGNALS: usize = 100;
/// Callers at once, of which the best number is what the service can carry.
const CALLERS: [usize; 4] = [4, 8, 16, 32];

/// Questions that an ordinary front end asks: a page of a list, with an edge to one and one to many.
const QUERY: &str = "{ signals(first: 20) { nodes { id title category urgency status createdAt \
    neighbourhood { id name } referrals(first: 3) { nodes { id status toPartner { name } } } } } }";

type Failed = Box<dyn std::error::Error>;

/// What was answered within a time.
#[derive(Default)]
struct Answers {
    good: Vec<Duration>,
    refused: Vec<Duration>,
    other: usize,
}

impl Answers {
    fn add(&mut self, status: u16, took: Duration) {
        match status {
            200 => self.good.push(took),
            503 => self.refused.push(took),
            _ => self.other += 1,
        }
    }
}

/// Who calls: the same question over connections that are kept.
#[derive(Clone)]
struct Callers {
    address: Rc<str>,
    token: Rc<str>,
    idle: Rc<RefCell<Vec<SendRequest<Full<Bytes>>>>>,
}

impl Callers {
    async fn connection(&self) -> Result<SendRequest<Full<Bytes>>, Failed> {
        loop {
            let idle = self.idle.borrow_mut().pop();
            match idle {
                Some(kept) if kept.is_ready() => return Ok(kept),
                Some(_) => {}
                None => break,
            }
        }
        let stream = TcpStream::connect(&*self.address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        spawn_local(connection);
        Ok(sender)
    }

    /// Asks once: the status, and how long it took from sending to the answer's last byte.
    async fn ask(&self) -> Result<(u16, Duration), Failed> {
        let mut connection = self.connection().await?;
        let request = Request::post("/graphql")
            .header(header::HOST, &*self.address)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .header(header::AUTHORIZATION, &*self.token)
            .body(Full::from(json!({ "query": QUERY }).to_string()))?;
        let began = Instant::now();
        let answer = connection.send_request(request).await?;
        let status = answer.status().as_u16();
        let _body = answer.into_body().collect().await?;
        let took = began.elapsed();
        self.idle.borrow_mut().push(connection);
        Ok((status, took))
    }

    /// So many callers, each with the next question when the last was answered.
    async fn in_turn(&self, callers: usize, time: Duration) -> Result<Answers, Failed> {
        let end = Instant::now() + time;
        let answers = Rc::new(RefCell::new(Answers::default()));
        let mut all = JoinSet::new();
        for _ in 0..callers {
            let (caller, answers) = (self.clone(), answers.clone());
            all.spawn_local(async move {
                while Instant::now() < end {
                    let Ok((status, took)) = caller.ask().await else {
                        answers.borrow_mut().other += 1;
                        continue;
                    };
                    answers.borrow_mut().add(status, took);
                }
            });
        }
        while all.join_next().await.is_some() {}
        Ok(answers.take())
    }

    /// Questions at this rate, whatever is answered.
    async fn at_rate(&self, per_second: f64, time: Duration) -> Result<Answers, Failed> {
        let began = Instant::now();
        let answers = Rc::new(RefCell::new(Answers::default()));
        let mut all = JoinSet::new();
        let mut sent = 0.0;
        let mut tick = tokio::time::interval(Duration::from_millis(1));
        while began.elapsed() < time {
            tick.tick().await;
            while sent < began.elapsed().as_secs_f64() * per_second {
                sent += 1.0;
                let (caller, answers) = (self.clone(), answers.clone());
                all.spawn_local(async move {
                    match caller.ask().await {
                        Ok((status, took)) => answers.borrow_mut().add(status, took),
                        Err(_) => answers.borrow_mut().other += 1,
                    }
                });
            }
            while all.try_join_next().is_some() {}
        }
        while all.join_next().await.is_some() {}
        Ok(answers.take())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse());
    let seconds = arguments.next().transpose()?.unwrap_or(5);
    let rounds: u64 = arguments.next().transpose()?.unwrap_or(5);
    let (town, token, service) = arise().await?;
    let callers = Callers {
        address: service.address.as_str().into(),
        token: format!("Bearer {token}").into(),
        idle: Rc::default(),
    };
    LocalSet::new()
        .run_until(measure(&callers, Duration::from_secs(seconds), rounds))
        .await?;
    drop((service, town));
    Ok(())
}

/// A town with signals and referrals, and its service.
async fn arise() -> Result<(Town, String, Service), Failed> {
    let town = Town::start().await;
    let (coordinator, welfare) = (town.coordinator().await, town.partner("Welfare").await);
    for n in 0..SIGNALS {
        let need = Need::new(&format!("Need {n}"), &coordinator.neighbourhood);
        let signal = coordinator.submits(need).await.done();
        for _ in 0..3 {
            let referral = Referral::to(&welfare);
            let referral = coordinator.refers_by(&signal, referral).await.done();
            welfare.rejects(&referral, "NO_CAPACITY").await.done();
        }
    }
    // The service starts where it stays, so that it makes itself as large as that.
    let cores = std::thread::available_parallelism()?.get();
    let rest = format!("0-{}", cores.saturating_sub(2));
    let mut is_apart = cores > 1 && keeps_to(&rest);
    let binary: PathBuf = std::env::current_exe()?.with_file_name("service");
    let mut listening = Listening {
        log_filter: "warn".to_owned(),
        ..Listening::default()
    };
    if let Some(requests) = std::env::var_os("REQUESTS") {
        listening.edge.requests = requests.into_string().unwrap_or_default().parse()?;
    }
    let places = listening.edge.requests;
    let service = Service::of(&town, &binary.to_string_lossy(), listening);
    is_apart = is_apart && keeps_to(&(cores - 1).to_string());
    println!(
        "{places} places, {cores} processors, of which the callers have one of their own: {is_apart}"
    );
    let token = service.token(&coordinator);
    Ok((town, token, service))
}

/// Lets this process, and those it starts, run on these processors only; whether that could be done.
fn keeps_to(processors: &str) -> bool {
    let process = std::process::id().to_string();
    let set = Command::new("taskset")
        .args(["-a", "-p", "-c", processors, &process])
        .output();
    set.is_ok_and(|set| set.status.success())
}

async fn measure(callers: &Callers, time: Duration, rounds: u64) -> Result<(), Failed> {
    // What is kept by the service and the database is kept from the first on.
    callers.in_turn(8, time).await?;
    println!(
        "{:>8} {:>8} {:>8} | {:>8} | {:>8} {:>8} {:>8} {:>8} {:>8} | {:>8} {:>8}",
        "unloaded",
        "p50",
        "p99",
        "peak/s",
        "sent/s",
        "good/s",
        "p50",
        "p99",
        "refused",
        "told p50",
        "told p99"
    );
    let mut all: Vec<[f64; 3]> = Vec::new();
    for _ in 0..rounds {
        let mut alone = callers.in_turn(1, time).await?;
        let mut peak = 0.0;
        for count in CALLERS {
            let answers = callers.in_turn(count, time).await?;
            peak = f64::max(peak, per_second(answers.good.len(), time));
        }
        let mut flood = callers.at_rate(peak * TIMES, time).await?;
        let sent = flood.good.len() + flood.refused.len() + flood.other;
        let (alone_99, flood_99) = (at(&mut alone.good, 99), at(&mut flood.good, 99));
        let refused_99 = at(&mut flood.refused, 99);
        let good = per_second(flood.good.len(), time);
        println!(
            "{:>8} {:>8.2} {:>8.2} | {:>8.0} | {:>8.0} {:>8.0} {:>8.2} {:>8.2} {:>8} | {:>8.2} {:>8.2}",
            alone.good.len(),
            at(&mut alone.good, 50),
            alone_99,
            peak,
            per_second(sent, time),
            good,
            at(&mut flood.good, 50),
            flood_99,
            flood.refused.len(),
            at(&mut flood.refused, 50),
            refused_99,
        );
        if alone.other + flood.other > 0 {
            println!("{} and {} answers were others", alone.other, flood.other);
        }
        all.push([flood_99 / alone_99, refused_99, good / peak]);
    }
    let [slower, told, done] = [0, 1, 2].map(|of| {
        let mut figures: Vec<f64> = all.iter().map(|round| round[of]).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
    });
    println!(
        "medians: p99 of those let in is {slower:.2} times the unloaded one, refusals' p99 is \
         {told:.2} ms, {:.0} % of the peak is done",
        done * 100.0
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few thousand")]
fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

/// The percentile of some times, in milliseconds; none of none.
fn at(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let time = times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    time.map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0)
}
