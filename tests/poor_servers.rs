//! Slow and poor servers: each works, or says plainly why not. The whole daemon, on a Dovecot made poor by its configuration
//! or by a proxy that hides, refuses and cuts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use quiethours::io::state::State;
use support::{
    dovecot::Dovecot,
    mails::{discourse, private},
    proxy::{Act, From, Proxy},
    simulated::{Simulated, simulate},
    volunteer::Volunteer,
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// UIDPLUS, no MOVE.
const NO_MOVE: &str = "IMAP4rev1 LITERAL+ UIDPLUS NAMESPACE UNSELECT IDLE";

fn notifications(count: u32) -> Vec<Vec<u8>> {
    let mut mails: Vec<_> = (0..count).map(|n| discourse(n, n, &format!("Sujet {n}."), "Une question.")).collect();
    mails.sort();
    mails
}

/// A volunteer whose daemon reaches the server through a proxy.
fn behind(server: Dovecot, rule: impl FnMut(From, &str) -> Act + Send + 'static) -> (Volunteer, Proxy) {
    let proxy = Proxy::start(server.imap_port(), rule);
    let imap = proxy.imap();
    (Volunteer::new(server, &imap, ""), proxy)
}

/// Whether the next cut is to happen.
type Armed = Arc<AtomicBool>;

/// Cuts the connection when the server has done `command`, before it can say so; once each time it is armed.
fn cut_before_the_answer_to(command: &'static str, armed: Armed) -> impl FnMut(From, &str) -> Act + Send {
    let mut tag = None::<String>;
    move |from, line| {
        if from == From::Client && line.contains(command) && armed.load(Ordering::SeqCst) {
            tag = line.split_once(' ').map(|(tag, _)| format!("{tag} "));
        }
        let is_answer = from == From::Server && tag.as_ref().is_some_and(|tag| line.starts_with(tag.as_str()));
        if !is_answer {
            return Act::Pass;
        }
        tag = None;
        armed.store(false, Ordering::SeqCst);
        Act::Cut
    }
}

/// A server whose folders take no keywords.
fn no_keywords(from: From, line: &str) -> Act {
    match line.split_once("[PERMANENTFLAGS (") {
        Some(_) if from == From::Server => {
            Act::Say("* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)] Limited".to_owned())
        }
        _ if from == From::Server && line.starts_with("* FLAGS (") => {
            Act::Say("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)".to_owned())
        }
        _ => Act::Pass,
    }
}

/// Bytes of what a folder holds and nobody marked for deletion, sorted; without digests.
fn kept(alice: &Volunteer, folder: &str) -> Vec<Vec<u8>> {
    let mut messages = alice.client().messages(folder);
    messages.retain(|message| !message.has("\\Deleted") && !message.text().contains("X-Quiethours-Release:"));
    let mut bytes: Vec<_> = messages.into_iter().map(|message| message.bytes).collect();
    bytes.sort();
    bytes
}

/// Both directions of a move, cut; the messages are there once, and what the volunteer marked is not expunged.
fn cut_hold_and_release(command: &'static str, keywords: bool) {
    let armed = Armed::default();
    let mut cut = cut_before_the_answer_to(command, Arc::clone(&armed));
    let server = Dovecot::builder().capability(NO_MOVE).start();
    let (alice, _proxy) = behind(server, move |from, line| match cut(from, line) {
        Act::Pass if !keywords => no_keywords(from, line),
        act => act,
    });
    alice.ok(&["run", "--once"]);
    let mails = notifications(4);
    for message in &mails {
        alice.client().append("INBOX", "\\Flagged", None, message);
    }
    alice.client().append("INBOX", "\\Deleted", None, &private("À jeter"));
    armed.store(true, Ordering::SeqCst);
    assert_eq!(alice.run(&["run", "--once"]).status.code(), Some(75), "{command}");
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.originals(HELD), mails, "held");
    assert!(kept(&alice, "INBOX").is_empty(), "INBOX");

    alice.ok(&["available", "--yes", "--for", "1h"]);
    armed.store(true, Ordering::SeqCst);
    alice.run(&["run", "--once"]);
    assert!(!armed.load(Ordering::SeqCst), "not cut");
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.originals(RELEASED), mails, "released");
    assert_eq!(alice.client().count(HELD), 0, "held at the end");
    assert_eq!(alice.digests().len(), 1);
    let inbox = alice.client().messages("INBOX");
    assert!(inbox.iter().any(|message| message.has("\\Deleted") && message.bytes == private("À jeter")), "expunged");
}

#[test]
fn without_move_a_connection_cut_before_the_answer_to_copy_leaves_every_message_once() {
    cut_hold_and_release("UID COPY", true);
}

#[test]
fn without_move_and_keywords_a_connection_cut_before_the_answer_to_copy_leaves_every_message_once() {
    cut_hold_and_release("UID COPY", false);
}

#[test]
fn without_move_a_connection_cut_before_the_answer_to_store_leaves_every_message_once() {
    cut_hold_and_release("UID STORE", true);
}

/// Appends so many notifications and waits two minutes for them to be held.
async fn held_within_two_minutes(night: &Simulated, count: u32) {
    for message in notifications(count) {
        night.alice.client().append("INBOX", "", None, &message);
    }
    night.minutes(2).await;
    assert_eq!(night.alice.client().count(HELD), count as usize, "{}", night.told());
}

#[test]
fn without_idle_it_polls_holds_and_releases() {
    let server = Dovecot::builder().capability("IMAP4rev1 MOVE UIDPLUS NAMESPACE UNSELECT").start();
    simulate(
        server,
        |_, _| Act::Pass,
        async |night| {
            night.minutes(1).await;
            held_within_two_minutes(night, 3).await;
            night.command(&["available", "--yes", "--for", "1h"]);
            night.minutes(2).await;
            assert_eq!(night.alice.client().count(RELEASED), 3, "{}", night.told());
            assert_eq!((night.alice.digests().len(), night.proxy.count("IDLE")), (1, 0));
            assert_eq!(night.proxy.connections(), 1);
        },
    );
}

#[test]
fn a_server_that_refuses_idle_is_polled_and_asked_again_every_hour() {
    for answer in ["TAG NO not here", "TAG BAD what?"] {
        let rule = move |from, line: &str| match from {
            From::Client if line.ends_with(" IDLE") => Act::Say(answer.to_owned()),
            _ => Act::Pass,
        };
        simulate(Dovecot::start(), rule, async |night| {
            night.minutes(1).await;
            held_within_two_minutes(night, 2).await;
            assert_eq!(night.proxy.count("IDLE"), 1, "{answer}");
            night.minutes(190).await;
            let asked = night.proxy.count(" IDLE");
            assert!((3..=4).contains(&asked), "{asked} times in three hours");
            assert_eq!(night.proxy.connections(), 1);
        });
    }
}

/// `check` wants an opening within a year.
fn open_twelve_hours_from_now(alice: &Volunteer) {
    let hour = (chrono::Utc::now() + chrono::TimeDelta::hours(12)).format("%H");
    let text = fs::read_to_string(alice.config_file()).unwrap();
    let open = text.replace(
        "weekdays = \"\"\ntimezone = \"Europe/Paris\"",
        &format!("weekdays = \"{hour}:00-{hour}:01\"\ntimezone = \"UTC\""),
    );
    assert_ne!(open, text);
    fs::write(alice.config_file(), open).unwrap();
}

#[test]
fn without_move_and_uidplus_check_and_run_say_why_and_end_with_69() {
    let alice = Volunteer::new(Dovecot::builder().capability("IMAP4rev1 IDLE").start(), "", "");
    open_twelve_hours_from_now(&alice);
    for arguments in [&["check"][..], &["run"], &["run", "--once"]] {
        let output = alice.run(arguments);
        let said = [output.stdout, output.stderr].concat();
        assert!(String::from_utf8_lossy(&said).contains("neither MOVE nor UIDPLUS"), "{arguments:?}");
        assert_eq!(output.status.code(), Some(69), "{arguments:?}");
    }
}

#[test]
fn without_keywords_it_holds_and_releases() {
    let (alice, proxy) = behind(Dovecot::start(), no_keywords);
    alice.ok(&["run", "--once"]);
    let mails = notifications(3);
    for message in &mails {
        alice.client().append("INBOX", "", None, message);
    }
    alice.ok(&["run", "--once"]);
    alice.ok(&["available", "--yes", "--for", "1h"]);
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.originals(RELEASED), mails);
    assert_eq!((alice.digests().len(), proxy.count("FLAGS.SILENT (qh-sealed)")), (1, 0));
}

#[test]
fn folders_are_made_where_they_belong_whatever_separator_prefix_accents_and_spelling() {
    let plain = "held = \"Heures calmes\"\nreleased = \"Heures calmes/Diffusés\"\n";
    let own = "held = \"INBOX.Heures calmes\"\nreleased = \"INBOX.Heures calmes.Diffusés\"\n";
    let cases = [
        ('/', "", true, plain),
        ('.', "", true, plain),
        ('.', "INBOX.", true, plain),
        ('.', "INBOX.", false, plain),
        ('.', "INBOX.", true, own),
    ];
    for (separator, prefix, namespace, folders) in cases {
        // No SPECIAL-USE in either.
        let more = if namespace { "NAMESPACE" } else { "" };
        let capability = format!("IMAP4rev1 MOVE UIDPLUS UNSELECT {more}");
        let server = Dovecot::builder().separator(separator).prefix(prefix).capability(&capability).start();
        let alice = Volunteer::new(server, folders, "");
        open_twelve_hours_from_now(&alice);
        let held = format!("{prefix}Heures calmes");
        let released = format!("{held}{separator}Diffusés");
        assert!(alice.ok(&["check"]).contains("Heures calmes"));
        alice.ok(&["run", "--once"]);
        alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
        alice.ok(&["run", "--once"]);
        let (found, subscribed) = (alice.client().folders(), alice.client().subscribed());
        for folder in [&held, &released] {
            assert!(found.contains(folder) && subscribed.contains(folder), "{folder}: {found:?} {subscribed:?}");
        }
        assert_eq!(found.len(), 3, "{found:?}");
        assert_eq!(alice.client().count(&held), 1);
        assert!(alice.ok(&["check"]).contains("the folders are there"));
        alice.ok(&["release"]);
        assert_eq!(alice.client().count(&released), 1);
    }
    println!("{} servers", cases.len());
}

#[test]
fn over_quota_the_digest_waits_and_the_same_bytes_come_when_there_is_room() {
    let mut alice = Volunteer::new(Dovecot::builder().quota_messages(2).start(), "", "");
    alice.ok(&["run", "--once"]);
    let mails = notifications(2);
    for message in &mails {
        alice.client().append("INBOX", "", None, message);
    }
    alice.ok(&["run", "--once"]);
    alice.ok(&["available", "--yes", "--for", "1h"]);
    let output = alice.run(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(75));
    assert!(String::from_utf8_lossy(&output.stderr).to_lowercase().contains("quota"), "{output:?}");
    assert!(alice.ok(&["status"]).to_lowercase().contains("quota"));
    assert_eq!((alice.originals(HELD), alice.digests().len()), (mails.clone(), 0));
    let sealed = State::open_read(&alice.state_dir()).unwrap().unwrap().release().unwrap().unwrap().bytes;

    alice.server.change_quota(2, 10);
    alice.configure("", "");
    alice.ok(&["run", "--once"]);
    let inbox = alice.client().messages("INBOX");
    assert_eq!(inbox.iter().map(|message| &message.bytes).collect::<Vec<_>>(), [&*sealed]);
    assert_eq!(alice.originals(RELEASED), mails);
}

#[test]
fn over_quota_mail_stays_in_inbox_is_told_and_tried_at_most_hourly_in_the_long_run() {
    let full = Arc::new(AtomicBool::new(true));
    let is_full = Arc::clone(&full);
    let rule = move |from, line: &str| match from {
        From::Client if line.contains("UID COPY") && is_full.load(Ordering::SeqCst) => {
            Act::Say("TAG NO [OVERQUOTA] Quota exceeded (mailbox for user is full)".to_owned())
        }
        _ => Act::Pass,
    };
    simulate(Dovecot::builder().capability(NO_MOVE).start(), rule, async |night| {
        night.minutes(1).await;
        night.alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
        night.minutes(12 * 60).await;
        let tries = night.proxy.count("UID COPY");
        assert!((12..=20).contains(&tries), "{tries} tries in twelve hours");
        assert_eq!((night.alice.client().count("INBOX"), night.alice.client().count(HELD)), (1, 0));
        assert!(night.trouble().unwrap().contains("Quota exceeded"));
        full.store(false, Ordering::SeqCst);
        night.minutes(61).await;
        assert_eq!((night.alice.client().count("INBOX"), night.alice.client().count(HELD)), (0, 1));
        assert_eq!(night.trouble(), None);
    });
}

#[test]
fn a_throttling_server_is_left_alone_for_longer_and_longer() {
    let cases = [
        ("AUTHENTICATE", "TAG NO [UNAVAILABLE] Temporary authentication failure"),
        ("AUTHENTICATE", "TAG NO [LIMIT] Too many"),
        ("", "* BYE Too many simultaneous connections"),
        ("SELECT", "TAG BAD User is authenticated but not connected."),
    ];
    for (command, answer) in cases {
        let rule = move |from, line: &str| match from {
            From::Nobody if command.is_empty() => Act::Bye(answer.to_owned()),
            From::Client if !command.is_empty() && line.contains(command) => Act::Say(answer.to_owned()),
            _ => Act::Pass,
        };
        simulate(Dovecot::start(), rule, async |night| {
            night.minutes(12).await;
            assert_eq!(night.proxy.connections(), 1, "{answer}: {}", night.told());
            night.minutes(24 * 60).await;
            let connections = night.proxy.connections();
            assert!((4..=8).contains(&connections), "{answer}: {connections} in a day");
            assert!(night.trouble().unwrap().contains("come back later"), "{:?}", night.trouble());
        });
    }
}

#[test]
fn a_server_that_hangs_up_at_once_or_later_sees_at_most_fifteen_connections_in_ten_minutes() {
    for command in ["", "AUTHENTICATE", "SELECT", "SEARCH", " IDLE"] {
        let rule = move |from, line: &str| match from {
            From::Nobody if command.is_empty() => Act::Cut,
            From::Client if !command.is_empty() && line.contains(command) => Act::Cut,
            _ => Act::Pass,
        };
        simulate(Dovecot::start(), rule, async |night| {
            night.minutes(10).await;
            let connections = night.proxy.connections();
            assert!((8..=15).contains(&connections), "{command}: {connections}");
        });
    }
}

#[test]
fn a_held_folder_deleted_while_the_daemon_runs_is_told_and_not_made_again_until_a_new_start() {
    for with_child in [true, false] {
        simulate(
            Dovecot::start(),
            |_, _| Act::Pass,
            async |night| {
                night.minutes(1).await;
                let made = night.proxy.count("CREATE");
                // With a folder below it, it stays as \Noselect.
                night.alice.client().command(&format!("DELETE \"{HELD}\""));
                if !with_child {
                    night.alice.client().command(&format!("DELETE \"{RELEASED}\""));
                }
                night.alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
                night.minutes(3 * 60).await;
                assert_eq!((made, night.proxy.count("CREATE")), (2, 2), "{}", night.told());
                assert!(night.trouble().unwrap().contains(HELD), "{:?}", night.trouble());
                assert_eq!(night.alice.client().count("INBOX"), 1);
                let connections = night.proxy.connections();
                assert!((3..=15).contains(&connections), "{connections}");
                // A new start, straight to the server: nobody serves the proxy meanwhile.
                night.alice.configure("", "");
                night.alice.ok(&["run", "--once"]);
                assert_eq!(night.alice.client().count(HELD), 1);
            },
        );
    }
}

#[test]
fn an_append_whose_connection_ends_is_not_called_a_refusal() {
    let armed = Armed::default();
    let mut cut = cut_before_the_answer_to("APPEND", Arc::clone(&armed));
    let early = Armed::default();
    let is_early = Arc::clone(&early);
    let (alice, _proxy) = behind(Dovecot::start(), move |from, line| {
        if from == From::Client && line.contains("APPEND") && is_early.swap(false, Ordering::SeqCst) {
            return Act::Cut;
        }
        cut(from, line)
    });
    alice.ok(&["run", "--once"]);
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
    alice.ok(&["run", "--once"]);
    alice.ok(&["available", "--yes", "--for", "1h"]);
    early.store(true, Ordering::SeqCst);
    let output = alice.run(&["run", "--once"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("connection lost") && !said.contains("refused"), "before the message: {said}");
    armed.store(true, Ordering::SeqCst);
    let output = alice.run(&["run", "--once"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("not known whether") && !said.contains("refused"), "after the message: {said}");
    alice.ok(&["run", "--once"]);
    assert_eq!((alice.digests().len(), alice.client().count(RELEASED)), (1, 1));
}

#[test]
fn a_released_folder_that_cannot_be_opened_keeps_nothing_from_being_held() {
    let server = Dovecot::start();
    let proxy = Proxy::start(server.imap_port(), |from, line| match from {
        From::Client if line.contains("SELECT") && line.contains("Released") => {
            Act::Say("TAG NO [CANNOT] not now".to_owned())
        }
        _ => Act::Pass,
    });
    let alice = Volunteer::new(server, &proxy.imap(), "");
    alice.run(&["run", "--once"]);
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
    assert!(!alice.run(&["run", "--once"]).status.success(), "nobody is told");
    assert_eq!(alice.client().count(HELD), 1);
}
