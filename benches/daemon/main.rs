//! The whole daemon beside the indispensable: the release binary against a Dovecot of its own over TLS, and in turn with it a
//! raw client that sends only the commands nobody can do without. The machine's speed drifts: only the ratios are to be quoted.
//! Holding is also compared with imapfilter (the Debian package), releasing with a client in Python, unless `--floor-only` says so.
//!
//! `cargo bench --bench daemon -- [hold|release|start|latency|idle|many]… [--messages N] [--runs N] [--floor-only]`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on has failed"
)]
#![allow(clippy::print_stdout, reason = "it is what a benchmark is for")]

mod account;
mod floor;
mod mailbox;
mod measure;
mod standing;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::time::Duration;

use self::{
    floor::Raw,
    mailbox::{HELD, Prepared, RELEASED},
    measure::{Figures, median, once, seconds},
};

/// What is measured unless the command line names something.
const ALL: [&str; 6] = ["hold", "release", "start", "latency", "idle", "many"];

/// A median needs an odd number; one more run goes before and does not count.
const RUNS: usize = 5;

const MESSAGES: usize = 10_000;

/// With one renewal of IDLE and its listing: with what the server says, they are what wakes a daemon that waits.
const IDLE: Duration = Duration::from_secs(30 * 60);

/// In a hundred messages of INBOX, so many are notifications.
const MATCHING: usize = 85;

struct Options {
    what: Vec<String>,
    messages: usize,
    runs: usize,
    /// No other clients.
    floor_only: bool,
}

fn options() -> Options {
    let mut options = Options { what: Vec::new(), messages: MESSAGES, runs: RUNS, floor_only: false };
    // Cargo adds `--bench`.
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let mut number = || words.next().and_then(|text| text.parse().ok()).expect("a number");
        match word.as_str() {
            "--messages" => options.messages = number(),
            "--runs" => options.runs = number(),
            "--floor-only" => options.floor_only = true,
            word if ALL.contains(&word) => options.what.push(word.to_owned()),
            word => panic!("{word}: not one of {ALL:?}, --messages N, --runs N, --floor-only"),
        }
    }
    if options.what.is_empty() {
        options.what = ALL.map(str::to_owned).to_vec();
    }
    options
}

fn main() {
    if std::env::args().nth(1).as_deref() == Some(floor::ALONE) {
        return Raw::alone(std::env::args().skip(2));
    }
    let options = options();
    for what in &options.what {
        match what.as_str() {
            "hold" => hold(&options),
            "release" => release(&options),
            "start" => standing::start(options.runs),
            "latency" => standing::latency(),
            "idle" => standing::idle(IDLE),
            _ => standing::many(),
        }
    }
}

/// INBOX with matching and other mail; everything that matches is moved.
fn hold(options: &Options) {
    let prepared = Prepared::inbox(options.messages, MATCHING);
    let (mut daemon, mut raw, mut imapfilter) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..=options.runs {
        let user = prepared.copy(run * 3);
        let account = prepared.account(&user);
        daemon.push(once(&account));
        assert_eq!(prepared.client(&user).count(HELD), prepared.matching, "not all were held");
        prepared.remove(&user);

        let user = prepared.copy(run * 3 + 1);
        raw.push(Raw::timed(&prepared, &user, Raw::hold));
        assert_eq!(prepared.client(&user).count(HELD), prepared.matching, "not all were moved");
        prepared.remove(&user);

        if options.floor_only {
            continue;
        }
        let user = prepared.copy(run * 3 + 2);
        let took = measure::imapfilter(&prepared, &user);
        let moved = prepared.client(&user).count(HELD);
        if moved == prepared.matching {
            imapfilter.push(took);
        } else {
            println!("imapfilter moved {moved} of {}", prepared.matching);
        }
        prepared.remove(&user);
    }
    let other = (imapfilter.len() == daemon.len()).then_some(("imapfilter", imapfilter.as_slice()));
    report(&format!("hold {}", options.messages), &daemon, &raw, other);
}

/// Everything waits in the held folder; one digest by APPEND, then all are moved.
fn release(options: &Options) {
    let prepared = Prepared::held(options.messages);
    let (mut daemon, mut raw, mut python) = (Vec::new(), Vec::new(), Vec::new());
    let mut digest = Vec::new();
    for run in 0..=options.runs {
        let user = prepared.copy(run * 3);
        let account = prepared.account(&user);
        account.open();
        daemon.push(once(&account));
        assert_eq!(prepared.client(&user).count(RELEASED), options.messages, "not all were released");
        digest = prepared.client(&user).messages("INBOX").pop().expect("a digest").bytes;
        prepared.remove(&user);

        let user = prepared.copy(run * 3 + 1);
        raw.push(Raw::timed(&prepared, &user, |raw| raw.release(&digest)));
        assert_eq!(prepared.client(&user).count(RELEASED), options.messages, "not all were moved");
        prepared.remove(&user);

        if options.floor_only {
            continue;
        }
        let user = prepared.copy(run * 3 + 2);
        python.push(measure::python(&prepared, &user));
        assert_eq!(prepared.client(&user).count(RELEASED), options.messages, "not all were moved");
        prepared.remove(&user);
    }
    println!("digest: {} octets", digest.len());
    report(
        &format!("release {}", options.messages),
        &daemon,
        &raw,
        (!python.is_empty()).then_some(("Python", python.as_slice())),
    );
}

/// The first run of each warmed the machine and is left out.
fn report(name: &str, daemon: &[Figures], raw: &[Duration], other: Option<(&str, &[Duration])>) {
    let wall: Vec<Duration> = daemon[1..].iter().map(|run| run.wall).collect();
    let resident = daemon[1..].iter().map(|run| run.resident).max().unwrap_or_default();
    let ratio = |other: &[Duration]| {
        let ratios = wall.iter().zip(&other[1..]).map(|(one, other)| one.as_secs_f64() / other.as_secs_f64());
        median(ratios.collect())
    };
    println!("{name}: quiethours {} s, resident {} KiB", seconds(&wall), resident);
    println!("{name}: floor {} s; quiethours / floor {:.2}", seconds(&raw[1..]), ratio(raw));
    if let Some((client, times)) = other {
        println!("{name}: {client} {} s; quiethours / {client} {:.2}", seconds(&times[1..]), ratio(times));
    }
}
