//! Very many messages: in INBOX at the first start, and waiting in held. `tests/run --long` has a hundred thousand of them, the
//! ordinary run fewer.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    process::Stdio,
    time::{Duration, Instant, SystemTime},
};

use support::{
    dovecot::Dovecot,
    long,
    mails::{discourse, file_name},
    volunteer::{Running, Volunteer, await_within, peak},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// Generous: a disk writes some hundred thousand files meanwhile.
const DEADLINE: Duration = Duration::from_secs(30 * 60);

/// In KiB: what a co-operative's smallest server can spare.
const MOST_MEMORY: u64 = 64 * 1024;

/// How long ago they came.
const AGE: Duration = Duration::from_secs(24 * 60 * 60);

fn count() -> u32 {
    if long() { 100_000 } else { 2_000 }
}

/// Twenty to a topic.
fn message(number: u32) -> Vec<u8> {
    let topic = number / 20;
    discourse(
        topic,
        number,
        &format!("Sujet {topic}."),
        &format!("Réponse {number} : elle ne répond plus. ").repeat(20),
    )
}

fn named(number: u32) -> (String, Vec<u8>) {
    let message = message(number);
    (file_name(number as usize, message.len()), message)
}

fn fill(alice: &Volunteer, folder: &str) {
    alice.server.store_all(&alice.user, folder, SystemTime::now() - AGE, (0..count()).map(named));
}

fn start(alice: &Volunteer) -> (Running, u32) {
    let log = fs::File::create(alice.path().join("log")).unwrap();
    let child = alice.command(&["-v", "run"]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
    let process = child.id();
    (Running::of(child), process)
}

/// How long it took, and that it fitted into little memory.
fn tell(what: &str, begun: Instant, process: u32) {
    let peak = peak(process);
    println!("{} messages {what}: {:.1?}, {peak} KiB of memory at most", count(), begun.elapsed());
    assert!(peak <= MOST_MEMORY, "{peak} KiB");
}

/// What the digest says of its topics, `· 20 messages`, and of those that it has no room for, `(20 messages)`.
fn accounted_for(digest: &str) -> u32 {
    let counts = digest.match_indices(" messages").filter_map(|(end, _)| digest[..end].rsplit_once(['·', '(']));
    counts.filter_map(|(_, count)| count.replace([',', '\u{202f}', '\u{a0}'], "").trim().parse::<u32>().ok()).sum()
}

#[test]
fn as_many_in_inbox_at_the_first_start_stay_there_and_what_comes_then_is_held() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    fill(&alice, "INBOX");
    let begun = Instant::now();
    let (daemon, process) = start(&alice);
    await_within(DEADLINE, "it is connected", || alice.log().contains("connected"));
    alice.server.deliver_lmtp("alice", &discourse(1_000_000, 1_000_000, "Nouvelle.", "x"));
    await_within(DEADLINE, "what is new is held", || alice.client().count(HELD) == 1);
    tell("in INBOX at the first start", begun, process);
    assert_eq!(alice.client().count("INBOX"), count() as usize);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn as_many_waiting_in_held_are_in_one_digest_and_all_are_filed() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    alice.ok(&["run", "--once"]);
    fill(&alice, HELD);
    assert_eq!(alice.client().count(HELD), count() as usize);
    let (daemon, process) = start(&alice);
    await_within(DEADLINE, "it is connected", || alice.log().contains("connected"));
    let begun = Instant::now();
    alice.ok(&["available", "--yes", "--for", "6h"]);
    await_within(DEADLINE, "all are filed", || alice.client().count(RELEASED) == count() as usize);
    tell("in one digest", begun, process);
    assert_eq!(alice.client().count(HELD), 0);
    let [digest] = &alice.digests()[..] else { panic!("{} digests", alice.digests().len()) };
    assert_eq!(accounted_for(digest), count(), "{digest}");
    assert_eq!(daemon.stop(), Some(0));
}
