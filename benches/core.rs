//! What the pure core costs: notices to a digest, the judgement of messages, the timeline over a year.
//! `cargo bench --bench core -- [digest|judge|state]…`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on has failed"
)]
#![allow(clippy::print_stdout, reason = "it is what a benchmark is for")]

use std::{hint::black_box, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use quiethours::core::{
    authentication::Authentication,
    digest::{Entry, Input, Period, Sketch, Style, compose, message, wanted},
    gate::{Mode, Policy, Standing, decide, judge, outlook},
    holidays::Territory,
    language::Language,
    mail::{Envelope, Flags, Ident, Uid},
    notice,
    selector::Rules,
    timeline::{State, Timeline},
    week::{Week, Window},
};
use rustix::time::{ClockId, clock_gettime};

const ALL: [&str; 3] = ["digest", "judge", "state"];

const MESSAGES: usize = 10_000;

/// Messages of one topic.
const TOGETHER: usize = 10;

/// Rounds; the middle one counts, and the least and the most are told.
const ROUNDS: usize = 5;

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if let Some(word) = named.iter().find(|word| !ALL.contains(&word.as_str())) {
        panic!("{word}: not one of {ALL:?}");
    }
    for what in ALL.iter().filter(|what| named.is_empty() || named.iter().any(|name| name == *what)) {
        match *what {
            "digest" => digest(),
            "judge" => judgement(),
            _ => year(),
        }
    }
}

/// All kept whole; and as a long absence leaves them: 1,000 whole, of the others a sketch until it is known which are shown.
fn digest() {
    let all = input(MESSAGES);
    let octets = message(&compose(&all, "rid"), &all, "rid", None).unwrap().len();
    let took = median(|| drop(black_box(message(&compose(black_box(&all), "rid"), &all, "rid", None))));
    println!("digest: {MESSAGES} notices to {octets} octets in {took}");

    let mut few = all.clone();
    let others = few.entries.split_off(1_000);
    let took = median(|| {
        few.sketches = (0..).zip(&others).map(|(place, entry)| Sketch::of(entry, place, &few.style)).collect();
        let places = wanted(&few);
        let mut shown = few.clone();
        shown.sketches.retain(|sketch| places.binary_search(&sketch.place).is_err());
        shown.entries.extend(places.iter().map(|place| others[*place as usize].clone()));
        drop(black_box(message(&compose(&shown, "rid"), &shown, "rid", None)));
    });
    println!("digest: the same of {} sketches and what is shown of them in {took}", others.len());
}

fn judgement() {
    let timeline = timeline();
    let policy = Policy { at_opening: true, at: Vec::new(), batch: false, max_urgent: 5 };
    let standing = Standing { mode: Mode::Inbox, instant_done: false, span_served: false, in_release: false };
    let rules = Rules { hold: None, never_hold: Vec::new(), urgent: Vec::new() };
    // A Saturday.
    let now = Utc.with_ymd_and_hms(2026, 11, 21, 12, 0, 0).unwrap();
    let enabled_at = now - TimeDelta::days(30);
    let envelopes: Vec<Envelope> = (0..MESSAGES).map(|number| envelope(number, now)).collect();
    let notices: Vec<_> = envelopes.iter().map(|envelope| notice::read(&envelope.header)).collect();

    let took = median(|| {
        for (envelope, notice) in envelopes.iter().zip(&notices) {
            let decision = decide(now, black_box(&outlook(&timeline, &policy, now)), &policy, standing);
            let sweep = decision.sweep.expect("the off-hours");
            drop(black_box(judge(sweep, envelope, rules.classify(notice), None, enabled_at)));
        }
    });
    println!("judge: outlook, decide, classify and judge, each {MESSAGES} times, in {took}");
    let took = median(|| {
        let sweep = decide(now, &outlook(&timeline, &policy, now), &policy, standing).sweep.expect("the off-hours");
        for envelope in &envelopes {
            let notice = notice::read(&envelope.header);
            black_box(Ident::of(&envelope.header));
            drop(black_box(judge(sweep, envelope, rules.classify(&notice), None, enabled_at)));
        }
    });
    println!("judge: {MESSAGES} headers read and judged in {took}");
}

/// Every quarter of an hour of a year, and every edge.
fn year() {
    let timeline = timeline();
    let begin = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    let end = begin + TimeDelta::days(365);
    let mut open = 0_usize;
    let took = median(|| {
        let quarters = std::iter::successors(Some(begin), |at| Some(*at + TimeDelta::minutes(15)));
        open = quarters.take_while(|at| *at < end).filter(|at| timeline.state(*at) == State::Open).count();
    });
    println!("state: {} quarters of an hour, {open} of them open, in {took}", 365 * 96);
    let mut spans = 0_usize;
    let took = median(|| {
        let mut at = begin;
        spans = 0;
        while at < end {
            at = timeline.span(at).until.expect("an edge");
            spans += 1;
        }
    });
    println!("state: {spans} spans from edge to edge in {took}");
}

/// Office hours with a lunch break, French holidays, a summer's absence.
fn timeline() -> Timeline {
    let day = || vec![Window { start: 9 * 60, end: 12 * 60 }, Window { start: 14 * 60, end: 18 * 60 }];
    let date = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    Timeline {
        week: Week::from_days([day(), day(), day(), day(), day(), Vec::new(), Vec::new()]),
        timezone: Tz::Europe__Paris,
        holidays: Some(Territory::from_code("FR").expect("a territory")),
        away: vec![(date(8, 1), date(8, 21))],
        overrides: Vec::new(),
    }
}

fn input(messages: usize) -> Input {
    let to = Utc.with_ymd_and_hms(2026, 11, 23, 8, 0, 0).unwrap();
    let entry = |number| Entry {
        notice: notice::read(mail(number).as_bytes()),
        received: arrival(number, to),
        authentication: Authentication::Unremarkable,
    };
    Input {
        entries: (0..messages).map(entry).collect(),
        sketches: Vec::new(),
        passed: Vec::new(),
        troubles: Vec::new(),
        enclosed: None,
        period: Period { from: to - TimeDelta::hours(63), to },
        style: Style {
            language: Language::Fr,
            timezone: Tz::Europe__Paris,
            from: "alice@lescanoe.example".to_owned(),
            to: "alice@lescanoe.example".to_owned(),
            max_topics: 25,
            folder: "Quiet Hours/Released".to_owned(),
            config_file: "~/.config/quiethours/config.toml".to_owned(),
            next_digest: None,
            closed_days: Vec::new(),
            replies: true,
            me: vec!["alice".to_owned()],
            team: vec!["karim".to_owned()],
        },
    }
}

fn envelope(number: usize, now: DateTime<Utc>) -> Envelope {
    let mail = mail(number);
    let header = mail.split_inclusive("\r\n\r\n").next().unwrap_or_default().as_bytes().to_vec();
    let uid = Uid::Number(u32::try_from(number).unwrap() + 1);
    Envelope { uid, flags: Flags::default(), received: arrival(number, now), header }
}

fn arrival(number: usize, before: DateTime<Utc>) -> DateTime<Utc> {
    before - TimeDelta::hours(12) + TimeDelta::seconds(i64::try_from(number % 3600).unwrap())
}

/// A forum's post, of which twenty sentences are new.
fn mail(number: usize) -> String {
    let topic = number / TOGETHER;
    let words = "La sauvegarde de la nuit s’arrête au milieu, et le journal ne dit rien. ".repeat(20);
    format!(
        "From: Karim via Les Canoe <bonjour@forum.lescanoe.example>\r\n\
         Reply-To: Les Canoe <reponse+{number:032x}@forum.lescanoe.example>\r\nTo: alice@lescanoe.example\r\n\
         Message-ID: <discourse/post/{number}@forum.lescanoe.example>\r\nSubject: [Les Canoe] [Entraide] Sujet {topic}\r\n\
         X-Discourse-Post-Id: {number}\r\nX-Discourse-Topic-Id: {topic}\r\nAuto-Submitted: auto-generated\r\n\
         List-ID: Les Canoe | Entraide <entraide.forum.lescanoe.example>\r\n\
         List-Archive: https://forum.lescanoe.example/t/sujet/{topic}\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Message {number}. {words}\r\n\r\n---\r\n[Voir le sujet](https://forum.lescanoe.example/t/sujet/{topic}/{number})\r\n"
    )
}

/// `median (least to most)` of the rounds, in milliseconds of the processor: others on the machine do not count.
fn median(mut round: impl FnMut()) -> String {
    round();
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let begun = processor();
            round();
            processor() - begun
        })
        .collect();
    times.sort_unstable();
    let millis = |time: Duration| time.as_secs_f64() * 1000.0;
    format!("{:.1} ms ({:.1} to {:.1})", millis(times[ROUNDS / 2]), millis(times[0]), millis(times[ROUNDS - 1]))
}

/// What this thread used of the processor so far.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().expect("positive"), time.tv_nsec.try_into().expect("a part of a second"))
}
