//! Slow and poor servers: each works, or says plainly why not. The whole daemon, on a Dovecot made poor by its configuration
//! or by a proxy that hides, refuses and cuts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use support::{
    dovecot::Dovecot,
    mails::{discourse, private},
    proxy::{Act, From, Proxy},
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

#[test]
fn without_move_a_connection_cut_before_the_answer_leaves_every_message_once() {
    let mut points = 0;
    for keywords in [true, false] {
        for command in ["UID COPY", "UID STORE", "UID EXPUNGE"] {
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
            let what = format!("{command}, keywords: {keywords}");
            assert_eq!(alice.originals(HELD), mails, "held after {what}");
            assert!(kept(&alice, "INBOX").is_empty(), "INBOX after {what}");

            alice.ok(&["available", "--yes", "--for", "1h"]);
            armed.store(true, Ordering::SeqCst);
            alice.run(&["run", "--once"]);
            assert!(!armed.load(Ordering::SeqCst), "not cut: {what}");
            alice.ok(&["run", "--once"]);
            assert_eq!(alice.originals(RELEASED), mails, "released after {what}");
            assert_eq!(alice.client().count(HELD), 0, "held at the end of {what}");
            assert_eq!(alice.digests().len(), 1, "{what}");
            let marked = alice.client().messages("INBOX").into_iter().filter(|message| message.has("\\Deleted"));
            assert!(marked.into_iter().any(|message| message.bytes == private("À jeter")), "expunged: {what}");
            points += 2;
        }
    }
    println!("{points} cuts");
}
