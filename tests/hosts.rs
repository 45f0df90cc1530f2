//! Two hosts with one profile and one mailbox. (Two daemons on one host: `run_imap`.)
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Output},
    sync::Barrier,
};

use support::{
    dovecot::Dovecot,
    mails::{discourse, glpi},
    volunteer::Volunteer,
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// Rounds of both hosts releasing at once; each has three messages of its own.
const ROUNDS: u32 = 6;

/// The same configuration on another host: only the state is its own.
fn other_host(alice: &Volunteer) -> String {
    let host = alice.path().join("other-host");
    fs::create_dir_all(&host).unwrap();
    let text = fs::read_to_string(alice.config_file()).unwrap();
    let (here, there) = (alice.state_dir(), host.join("state"));
    let text = text.replace(here.to_str().unwrap(), there.to_str().unwrap());
    let file = host.join("config.toml");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    file.to_str().unwrap().to_owned()
}

/// Runs a command on both hosts at once.
fn both(alice: &Volunteer, other: &str, arguments: &[&str]) -> [Output; 2] {
    let barrier = Barrier::new(2);
    let run = |elsewhere: bool| {
        let mut command = alice.command(arguments);
        if elsewhere {
            command = Command::new(command.get_program());
            command.args(["--config", other]).args(arguments).env("HOME", alice.path());
        }
        barrier.wait();
        command.output().unwrap()
    };
    std::thread::scope(|scope| {
        let here = scope.spawn(|| run(false));
        let there = scope.spawn(|| run(true));
        [here.join().unwrap(), there.join().unwrap()]
    })
}

#[test]
fn two_hosts_of_one_profile_that_release_at_once_lose_nothing_and_repeat_at_most_once() {
    let mut alice = Volunteer::new(Dovecot::start(), "", "");
    let mut counts = [0; 2];
    for round in 0..ROUNDS {
        alice.user = format!("alice{round}");
        alice.configure("", "");
        drop(fs::remove_dir_all(alice.state_dir()));
        drop(fs::remove_dir_all(alice.path().join("other-host")));
        let other = other_host(&alice);
        both(&alice, &other, &["run", "--once"]);
        let mails = [discourse(1, 1, "Pagaie", "a"), glpi(2, 2, "Imprimante", "b"), discourse(3, 3, "Gilet", "c")];
        mails.iter().for_each(|mail| alice.client().append("INBOX", "", None, mail));
        // Both hold the same messages, too: what one moves under the other's eyes is a reason to come back later (RFC 5530).
        for output in both(&alice, &other, &["run", "--once"]) {
            assert!(matches!(output.status.code(), Some(0 | 75)), "{output:?}");
        }
        // A move is a copy and an expunge in this server: for what both move at once it may make two.
        let mut held = alice.originals(HELD);
        held.dedup();
        assert_eq!(held.len(), 3, "round {round}");
        for output in both(&alice, &other, &["available", "--yes", "--for", "1h"]) {
            assert!(output.status.success(), "{output:?}");
        }
        for output in both(&alice, &other, &["run", "--once"]) {
            assert!(matches!(output.status.code(), Some(0 | 75)), "{output:?}");
        }
        // Whatever one of them left is finished by the next run.
        for output in both(&alice, &other, &["run", "--once"]) {
            assert!(output.status.success(), "{output:?}");
        }
        let mut filed = alice.originals(RELEASED);
        filed.dedup();
        assert_eq!((filed.len(), alice.client().count(HELD)), (3, 0), "round {round}");
        let digests = alice.digests();
        assert!((1..=2).contains(&digests.len()), "round {round}: {} digests", digests.len());
        for title in ["Pagaie", "Imprimante", "Gilet"] {
            let listed = digests.concat().matches(title).count();
            assert!((1..=2).contains(&listed), "round {round}: {title} {listed} times");
        }
        counts[digests.len() - 1] += 1;
    }
    println!("{ROUNDS} rounds of two hosts: {} times one digest, {} times two", counts[0], counts[1]);
}
