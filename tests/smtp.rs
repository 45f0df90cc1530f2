//! The digest over SMTP: the real binary, a submission server with TLS and AUTH, and the mailbox it delivers into.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::process::Output;

use support::{
    dovecot::Dovecot,
    mails::discourse,
    smtp_peer::{Plan, Security, SmtpPeer},
    volunteer::{Volunteer, await_that},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// A volunteer whose address is their user name on the server, so that the digest can be looked for there.
fn volunteer(security: Security, plans: &[Plan]) -> (Volunteer, SmtpPeer) {
    let server = Dovecot::start();
    let peer = SmtpPeer::start(&server, security, plans);
    let mut alice = Volunteer::new(server, "", "");
    "alice@lescanoe.example".clone_into(&mut alice.user);
    configure(&alice, security, &peer);
    alice.ok(&["run", "--once"]);
    for number in 0..3 {
        alice.client().append("INBOX", "", None, &discourse(number, number, &format!("Sujet {number}."), "x"));
    }
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.client().count(HELD), 3);
    alice.ok(&["available", "--yes", "--for", "2h"]);
    (alice, peer)
}

fn configure(alice: &Volunteer, security: Security, peer: &SmtpPeer) {
    let scheme = if security == Security::Tls { "smtps" } else { "smtp+starttls" };
    let smtp = format!("deliver = \"smtp\"\nsmtp = \"{scheme}://localhost:{}\"\n", peer.port());
    alice.configure("", &smtp);
}

fn shown(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_digest_arrives_once_over_tls_and_over_starttls() {
    for security in [Security::Tls, Security::StartTls] {
        let (alice, peer) = volunteer(security, &[Plan::AcceptBroken]);
        alice.ok(&["run", "--once"]);
        assert_eq!(alice.client().count(RELEASED), 3);
        assert_eq!(peer.hand_over(&alice.server, &alice.user), 1);
        alice.ok(&["run", "--once"]);
        assert_eq!((alice.digests().len(), peer.messages().len()), (1, 1));
        let message = peer.messages().remove(0);
        assert!(message.is_ascii() && message.starts_with(b"From: "), "{}", String::from_utf8_lossy(&message));
        let recipients = peer.commands().iter().filter(|line| line.starts_with("RCPT")).count();
        assert_eq!(recipients, 1);
    }
}

/// Some servers file what they send themselves, and a digest that we put into INBOX was never sent.
#[test]
fn nothing_is_put_into_the_folder_of_sent_mail() {
    for appended in [false, true] {
        let (alice, peer) = volunteer(Security::Tls, &[]);
        if appended {
            alice.configure("", "");
        }
        alice.client().create("Sent");
        alice.ok(&["run", "--once"]);
        assert_eq!(peer.messages().len(), usize::from(!appended));
        let mut folders = alice.client().folders();
        folders.sort();
        assert_eq!(folders, ["INBOX", HELD, RELEASED, "Sent"]);
        let counts = ["INBOX", HELD, RELEASED, "Sent"].map(|folder| alice.client().count(folder));
        assert_eq!(counts, [usize::from(appended), 0, 3, 0]);
    }
}

#[test]
fn refused_for_now_the_same_bytes_are_sent_later() {
    let (alice, peer) = volunteer(Security::Tls, &[Plan::Later, Plan::Accept]);
    alice.run(&["run", "--once"]);
    assert_eq!(alice.client().count(HELD), 3);
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.client().count(RELEASED), 3);
    let [first, second] = &peer.messages()[..] else { panic!("{} messages", peer.messages().len()) };
    assert_eq!(first, second);
}

#[test]
fn refused_for_good_everything_stays_held_and_the_volunteer_is_told() {
    let (alice, peer) = volunteer(Security::Tls, &[Plan::Never]);
    alice.run(&["run", "--once"]);
    assert_eq!((alice.client().count(HELD), peer.messages().len()), (3, 0));
    assert!(alice.ok(&["status"]).contains("no such user"));
    alice.ok(&["run", "--once"]);
    assert_eq!((alice.client().count(RELEASED), peer.messages().len()), (3, 1));
}

#[test]
fn accepted_without_an_answer_it_is_found_and_not_sent_again() {
    for plan in [Plan::AcceptAndHangUp, Plan::Rewrite] {
        let (alice, peer) = volunteer(Security::Tls, &[plan]);
        alice.run(&["run", "--once"]);
        assert_eq!(peer.hand_over(&alice.server, &alice.user), 1);
        alice.ok(&["run", "--once"]);
        assert_eq!((alice.client().count(RELEASED), peer.messages().len()), (3, 1), "{plan:?}");
        assert_eq!(alice.digests().len(), 1);
    }
}

#[test]
fn a_digest_that_another_host_sent_is_found_also_under_names_of_the_servers_own() {
    let (alice, peer) = volunteer(Security::Tls, &[Plan::Rewrite, Plan::Accept]);
    let twin = tempfile::tempdir().unwrap();
    let state = twin.path().join("state");
    alice.ok(&["run", "--once"]);
    peer.hand_over(&alice.server, &alice.user);
    let uids = "1:*";
    alice.client().relocate(RELEASED, uids, HELD);
    std::fs::rename(alice.state_dir(), &state).unwrap();
    alice.ok(&["available", "--yes", "--for", "2h"]);
    alice.ok(&["run", "--once"]);
    assert_eq!((alice.client().count(RELEASED), peer.messages().len()), (3, 1));
}

#[test]
fn with_starttls_stripped_no_password_and_no_digest_is_sent() {
    let (alice, peer) = volunteer(Security::Stripped, &[]);
    alice.run(&["run", "--once"]);
    assert!(alice.ok(&["status"]).contains("STARTTLS"));
    assert!(peer.commands().iter().all(|line| line.starts_with("EHLO")), "{:?}", peer.commands());
    assert_eq!((alice.client().count(HELD), peer.messages().len()), (3, 0));
    let check = alice.run(&["check"]);
    assert!(!check.status.success() && shown(&check).contains("STARTTLS"), "{}", shown(&check));
}

#[test]
fn check_tries_the_login_and_sends_nothing() {
    let (alice, peer) = volunteer(Security::Tls, &[]);
    // The declared week of these volunteers is empty, which `check` does not like.
    assert!(shown(&alice.run(&["check"])).contains("accepts your login"));
    let smtp = format!(
        "deliver = \"smtp\"\nsmtp = \"localhost:{}\"\nsmtp_password_command = \"echo Tr0ub4dor\"\n",
        peer.port()
    );
    alice.configure("", &smtp);
    let check = alice.run(&["-vvv", "check"]);
    assert!(shown(&check).contains("wrong password") && !shown(&check).contains("Tr0ub4dor"), "{}", shown(&check));
    assert!(peer.commands().iter().all(|line| !line.starts_with("MAIL")));
}

#[test]
fn a_running_daemon_looks_before_it_sends_again() {
    let (alice, peer) = volunteer(Security::Tls, &[Plan::AcceptAndHangUp]);
    let daemon = alice.start();
    await_that("it was sent", || peer.messages().len() == 1);
    assert_eq!(peer.hand_over(&alice.server, &alice.user), 1);
    daemon.signal(rustix::process::Signal::HUP);
    await_that("it is found", || alice.client().count(RELEASED) == 3);
    assert_eq!((peer.messages().len(), alice.digests().len()), (1, 1));
    assert_eq!(daemon.stop(), Some(0));
    assert!(!alice.log().contains(support::dovecot::PASSWORD), "{}", alice.log());
}
