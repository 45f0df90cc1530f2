//! The real binary on a real server, as a volunteer and a second mail client see it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::os::unix::net::UnixDatagram;

use quiethours::io::state::State;
use support::{
    dovecot::Dovecot,
    mails::{account, discourse, glpi, private},
    volunteer::{Volunteer, await_that},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

fn notifications(count: u32) -> Vec<Vec<u8>> {
    (0..count)
        .map(|number| match number % 2 {
            0 => discourse(1000 + number, number, &format!("Sujet {number}."), "Une question."),
            _ => glpi(1000 + number, number, &format!("Ticket {number}."), "Un suivi."),
        })
        .collect()
}

fn sorted(mut messages: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    messages.sort();
    messages
}

#[test]
fn notifications_are_held_and_released_in_one_digest_with_every_byte_and_flag_as_it_was() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let daemon = alice.start();
    let mut client = alice.client();
    let notifications = notifications(30);
    for message in &notifications {
        client.append("INBOX", "\\Flagged", None, message);
    }
    for (number, message) in [private("Dimanche"), account("Mot de passe")].iter().enumerate() {
        client.append("INBOX", if number == 0 { "\\Answered" } else { "" }, None, message);
    }
    await_that("all are held", || alice.client().count(HELD) == 30);
    assert_eq!(alice.originals(HELD), sorted(notifications.clone()));
    assert_eq!(alice.client().count("INBOX"), 2);

    alice.ok(&["available", "--yes", "--for", "1h"]);
    await_that("all are filed", || alice.client().count(RELEASED) == 30);
    let [digest] = &alice.digests()[..] else { panic!("{} digests", alice.digests().len()) };
    for number in 0..30 {
        assert!(digest.contains(&format!(" {number}.")), "{number} is not in\n{digest}");
    }
    assert_eq!(alice.originals(RELEASED), sorted(notifications));
    for message in alice.client().messages(RELEASED) {
        assert!(message.has("\\Flagged") && !message.has("\\Seen") && !message.has("qh-sealed"), "{:?}", message.flags);
    }
    let inbox = alice.client().messages("INBOX");
    assert!(inbox.iter().all(|message| !message.has("\\Seen")), "something was marked read");
    assert!(inbox.iter().any(|message| message.has("\\Answered") && message.bytes == private("Dimanche")));
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn mail_delivered_by_the_server_is_held_as_it_comes() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let _daemon = alice.start();
    for message in notifications(4) {
        alice.server.deliver_lmtp("alice", &message);
    }
    alice.server.deliver_lmtp("alice", &private("Dimanche"));
    await_that("all are held", || alice.client().count(HELD) == 4);
    assert_eq!(alice.client().count("INBOX"), 1);
}

#[test]
fn in_intake_mode_the_server_files_and_the_daemon_releases() {
    let alice = Volunteer::new(Dovecot::start(), "intake = \"Notifs\"\n", "");
    let daemon = alice.start();
    await_that("the folder is there", || alice.client().folders().iter().any(|name| name == "Notifs"));
    let rule = "require \"fileinto\"; if exists \"X-Discourse-Topic-Id\" { fileinto \"Notifs\"; }";
    alice.server.sieve("alice", rule);
    for number in 0..6 {
        let message = discourse(number, number, &format!("Sujet {number}."), "Une question.");
        alice.server.deliver_lmtp("alice", &message);
    }
    alice.client().append("Notifs", "", None, &private("Mal rangé"));
    alice.server.deliver_lmtp("alice", &private("Dimanche"));
    await_that("what is no notification goes to INBOX", || alice.client().count("INBOX") == 2);
    assert_eq!(alice.client().count("Notifs"), 6);

    alice.ok(&["available", "--yes", "--for", "1h"]);
    await_that("all are filed", || alice.client().count(RELEASED) == 6);
    assert_eq!(alice.digests().len(), 1);
    alice.server.deliver_lmtp("alice", &discourse(9, 9, "De jour.", "x"));
    await_that("by day it passes", || alice.client().count("INBOX") == 4);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn killed_again_and_again_nothing_is_lost_and_nothing_comes_twice() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    alice.start().kill();
    let notifications = notifications(120);
    for message in &notifications {
        alice.client().append("INBOX", "", None, message);
    }
    let kill_after = |milliseconds: u64| {
        let mut command = alice.command(&["run"]);
        let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
        // The point of the test: an end at an arbitrary moment.
        std::thread::sleep(std::time::Duration::from_millis(milliseconds));
        let _ = child.kill();
        let _ = child.wait();
    };
    for milliseconds in [20, 35, 50, 65, 80, 95, 110, 125] {
        kill_after(milliseconds);
    }
    // INTERNALDATE knows seconds only: what came in the very second of an opening counts as come while open.
    let last = chrono::Utc::now().timestamp();
    await_that("another second", || chrono::Utc::now().timestamp() > last);
    alice.ok(&["available", "--yes", "--for", "2h"]);
    for milliseconds in [15, 30, 45, 60, 75, 90, 105, 120, 135, 150, 180, 210] {
        kill_after(milliseconds);
    }
    let daemon = alice.start();
    await_that("all are filed", || alice.client().count(RELEASED) == 120);
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!(alice.originals(RELEASED), sorted(notifications));
    assert_eq!(alice.client().count(HELD), 0);
    let digests = alice.digests();
    for number in 0..120 {
        let times: usize = digests.iter().map(|digest| digest.matches(&format!(" {number}.")).count()).sum();
        assert_eq!(times, 1, "notification {number}");
    }
    assert!(alice.originals("INBOX").is_empty());
}

#[test]
fn a_wrong_password_ends_with_77_and_the_password_is_in_no_log() {
    let alice = Volunteer::new(Dovecot::start(), "password = \"wrong-Tr0ub4dor\"\n", "");
    let output = alice.run(&["-vvv", "run"]);
    assert_eq!(output.status.code(), Some(77));
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(!log.is_empty() && !log.contains("Tr0ub4dor"), "{log}");
    assert_eq!(alice.run(&["run", "--once"]).status.code(), Some(77));
}

#[test]
fn a_second_daemon_of_the_same_profile_ends_with_75_and_names_the_first() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let daemon = alice.start();
    for arguments in [&["run"][..], &["run", "--once"]] {
        let output = alice.run(arguments);
        assert_eq!(output.status.code(), Some(75));
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.split(|c: char| !c.is_ascii_digit()).any(|number| number == daemon.id().to_string()), "{said}");
    }
    assert_eq!(daemon.stop(), Some(0), "the first is not disturbed");
}

#[test]
fn a_server_without_move_and_uidplus_is_refused_in_words_and_nothing_moves() {
    let server = Dovecot::builder().capability("IMAP4rev1 LITERAL+ IDLE").start();
    let alice = Volunteer::new(server, "", "");
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
    for arguments in [&["run", "--once"][..], &["run"]] {
        let output = alice.run(arguments);
        assert_eq!(output.status.code(), Some(69));
        assert!(String::from_utf8_lossy(&output.stderr).contains("MOVE"), "{output:?}");
    }
    assert_eq!(alice.client().count("INBOX"), 1);
}

#[test]
fn a_server_with_uidplus_but_without_move_holds_and_releases() {
    let server = Dovecot::builder().capability("IMAP4rev1 LITERAL+ UIDPLUS").start();
    let alice = Volunteer::new(server, "", "");
    alice.ok(&["run", "--once"]);
    let notifications = notifications(5);
    for message in &notifications {
        alice.client().append("INBOX", "", None, message);
    }
    alice.client().append("INBOX", "\\Deleted", None, &private("À jeter"));
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.originals(HELD), sorted(notifications.clone()));
    assert_eq!(alice.client().count("INBOX"), 1, "a message marked for deletion was expunged");
    alice.ok(&["available", "--yes", "--for", "1h"]);
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.originals(RELEASED), sorted(notifications));
    assert_eq!(alice.digests().len(), 1);
}

#[test]
fn under_a_dot_separator_and_an_inbox_prefix_the_folders_are_under_inbox() {
    let server = Dovecot::builder().separator('.').prefix("INBOX.").start();
    let alice = Volunteer::new(server, "", "");
    alice.ok(&["run", "--once"]);
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.client().count("INBOX.Quiet Hours"), 1);
    alice.ok(&["available", "--yes", "--for", "1h"]);
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.client().count("INBOX.Quiet Hours.Released"), 1);
}

#[test]
fn after_the_server_was_restarted_the_night_goes_on() {
    let mut alice = Volunteer::new(Dovecot::start(), "", "");
    let daemon = alice.start();
    alice.server.stop();
    alice.server.start_again();
    alice.configure("", "");
    alice.server.deliver_lmtp("alice", &discourse(1, 1, "Sujet.", "x"));
    daemon.signal(rustix::process::Signal::HUP);
    await_that("it is held", || alice.client().count(HELD) == 1);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn release_at_night_gives_a_digest_at_once_by_the_daemon_or_without_one() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let daemon = alice.start();
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Premier.", "x"));
    await_that("it is held", || alice.client().count(HELD) == 1);
    alice.ok(&["release"]);
    assert_eq!(alice.digests().len(), 1);
    assert_eq!(daemon.stop(), Some(0));
    alice.client().append("INBOX", "", None, &discourse(2, 2, "Second.", "x"));
    alice.ok(&["run", "--once"]);
    alice.ok(&["release"]);
    assert_eq!(alice.digests().len(), 2);
    alice.ok(&["release"]);
    assert_eq!(alice.digests().len(), 2, "nothing was held: no digest");
}

#[test]
fn preview_shows_what_is_held_and_changes_nothing() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    alice.ok(&["run", "--once"]);
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet unique.", "Une question."));
    alice.ok(&["run", "--once"]);
    let before = alice.client().messages(HELD);
    let text = alice.ok(&["preview"]);
    assert!(text.contains("Sujet unique."), "{text}");
    let json: serde_json::Value = serde_json::from_str(&alice.ok(&["preview", "--format", "json"])).unwrap();
    assert_eq!(json["topics"][0]["title"], "Sujet unique.");
    assert_eq!(json["topics"][0]["platform"], "discourse");
    let out = alice.path().join("digest.html");
    std::fs::write(&out, "what was there before").unwrap();
    alice.ok(&["preview", "--format", "html", "--out", out.to_str().unwrap()]);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&out).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "only the volunteer can read it, also in place of another file");
    let after = alice.client().messages(HELD);
    assert_eq!(before[0].flags, after[0].flags);
    assert_eq!(alice.client().count("INBOX"), 0);
}

#[test]
fn at_night_status_and_log_show_neither_counts_nor_subjects() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let daemon = alice.start();
    let nothing_held = alice.ok(&["status"]);
    for number in 0..7 {
        alice.client().append("INBOX", "", None, &discourse(number, number, "Confidentiel", "x"));
    }
    await_that("all are held", || alice.client().count(HELD) == 7);
    assert_eq!(alice.ok(&["status"]), nothing_held);
    let json: serde_json::Value = serde_json::from_str(&alice.ok(&["status", "--json"])).unwrap();
    assert_eq!((&json["state"], &json["daemon"]["running"]), (&"closed".into(), &true.into()));
    assert!(json.get("held").is_none(), "{json}");
    let peek: serde_json::Value = serde_json::from_str(&alice.ok(&["status", "--json", "--peek"])).unwrap();
    assert_eq!(peek["held"], 7);
    daemon.stop();
    assert!(!alice.log().contains("Confidentiel"), "{}", alice.log());
}

#[test]
fn the_service_manager_is_told_when_it_is_ready_and_until_when_it_is_closed() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let socket = alice.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(support::volunteer::DEADLINE)).unwrap();
    let mut child =
        alice.command(&["run"]).env("NOTIFY_SOCKET", &socket).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mut told = String::new();
    while !(told.contains("READY=1") && told.contains("STATUS=closed")) {
        let mut buffer = [0; 1024];
        let length = manager.recv(&mut buffer).unwrap();
        told.push_str(&String::from_utf8_lossy(&buffer[..length]));
        told.push('\n');
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn a_configuration_broken_while_it_runs_keeps_the_old_one_and_says_so() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let daemon = alice.start();
    alice.configure("helb = \"x\"\n", "");
    daemon.signal(rustix::process::Signal::HUP);
    await_that("the state says so", || {
        let state = State::open_read(&alice.state_dir()).unwrap().unwrap();
        state.note("last_error").unwrap().is_some_and(|error| error.contains("helb"))
    });
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
    await_that("it still holds", || alice.client().count(HELD) == 1);
}
