//! Everything that can go wrong with sending the digest: the real binary, a submission server with TLS, and the mailbox it
//! delivers into. What is held stays held, the volunteer is told what is wrong and where, and in the end there is one digest.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{cell::Cell, fs, path::Path, process::Output};

use chrono::Utc;
use quiethours::io::state::State;
use support::{
    certificates::Certificate,
    dovecot::{Dovecot, PASSWORD},
    mails::discourse,
    smtp_peer::{Fault, No, Phase, Plan, Security, SmtpPeer},
    token::token,
    volunteer::Volunteer,
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// A volunteer whose digest is sent, and who gives `release` as a command for it.
struct Sender {
    alice: Volunteer,
    peer: SmtpPeer,
    security: Security,
    number: Cell<u32>,
}

impl Sender {
    fn new(server: Dovecot, security: Security) -> Self {
        let peer = SmtpPeer::start(&server, security, &[]);
        let mut alice = Volunteer::new(server, "", "");
        "alice@lescanoe.example".clone_into(&mut alice.user);
        let sender = Self { alice, peer, security, number: Cell::new(0) };
        sender.configure("", "");
        sender.alice.ok(&["run", "--once"]);
        sender
    }

    fn start(security: Security) -> Self {
        Self::new(Dovecot::start(), security)
    }

    fn configure(&self, mailbox: &str, digest: &str) {
        let scheme = if self.security == Security::Tls { "smtps" } else { "smtp+starttls" };
        let smtp = format!("deliver = \"smtp\"\nsmtp = \"{scheme}://localhost:{}\"\n{digest}\n", self.peer.port());
        self.alice.configure(mailbox, &smtp);
    }

    fn hold(&self) {
        self.number.set(self.number.get() + 1);
        let number = self.number.get();
        self.alice.client().append(HELD, "", None, &discourse(number, number, &format!("Sujet {number}."), "x"));
    }

    /// Asks for a digest; the exit code.
    fn release(&self) -> Option<i32> {
        self.alice.run(&["release"]).status.code()
    }

    fn status(&self) -> String {
        self.alice.ok(&["status"])
    }

    /// It did not go out: nothing was filed, and this is said.
    fn assert_told(&self, words: &[&str], what: &str) {
        let status = self.status();
        for word in words {
            assert!(status.contains(word), "{what}: {word:?} is not in {status}");
        }
        assert_eq!(self.alice.client().count(HELD), 1, "{what}");
    }

    /// Once nothing is wrong any more: one digest more, and everything filed.
    fn assert_delivered(&self, what: &str) {
        let digests = self.alice.digests().len();
        let output = self.alice.run(&["run", "--once"]);
        assert!(output.status.success(), "{what}: {}", shown(&output));
        self.peer.hand_over(&self.alice.server, &self.alice.user);
        assert_eq!((self.alice.client().count(HELD), self.alice.digests().len()), (0, digests + 1), "{what}");
        assert_eq!(self.alice.client().count(RELEASED), self.number.get() as usize, "{what}");
        let status = self.status();
        assert!(!status.contains("was not sent"), "{what}: {status}");
    }

    /// It was found where it was to arrive.
    fn assert_found(&self, what: &str) {
        let output = self.alice.run(&["run", "--once"]);
        assert!(output.status.success(), "{what}: {}", shown(&output));
        assert_eq!((self.alice.client().count(HELD), self.alice.digests().len()), (0, 1), "{what}");
    }

    fn sealed(&self) -> Option<Vec<u8>> {
        let state = State::open_read(&self.alice.state_dir()).unwrap().unwrap();
        state.release().unwrap().map(|release| release.bytes.to_vec())
    }
}

fn shown(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

const WRONG: [(Certificate, &str, &str); 4] = [
    (Certificate::OtherName, "another name", "porte un autre nom"),
    (Certificate::Expired, "has expired", "est périmé"),
    (Certificate::SelfSigned, "no authority that this computer knows", "aucune autorité connue"),
    (Certificate::SelfMadeAuthority, "no authority that this computer knows", "aucune autorité connue"),
];

#[test]
fn a_wrong_certificate_gets_no_password_and_the_same_bytes_go_out_once_it_is_right() {
    for security in [Security::Tls, Security::StartTls] {
        let sender = Sender::start(security);
        let authority = sender.alice.server.ca_file().parent().unwrap().to_owned();
        sender.hold();
        let mut sealed = None;
        for (certificate, english, french) in WRONG {
            let what = format!("{security:?} {certificate:?}");
            sender.peer.present(&authority, certificate);
            let output = sender.alice.run(&["release"]);
            assert_eq!(output.status.code(), Some(75), "{what}: {}", shown(&output));
            sender.assert_told(&["was not sent", "localhost", english, "stay held"], &what);
            assert_eq!((sender.peer.count("AUTH"), sender.peer.messages().len()), (0, 0), "{what}");
            assert_eq!(*sealed.get_or_insert(sender.sealed()), sender.sealed(), "{what}");
            let check = sender.alice.run(&["--lang", "fr", "check"]);
            assert!(shown(&check).contains("localhost") && shown(&check).contains(french), "{what}: {}", shown(&check));
        }
        sender.peer.present(&authority, Certificate::Right);
        sender.assert_delivered(&format!("{security:?}"));
        assert_eq!(sender.peer.messages(), [sealed.unwrap().unwrap()], "{security:?}");
    }
}

#[test]
fn a_mailbox_with_a_wrong_certificate_gets_no_password_and_works_once_it_is_right() {
    let mut alice = Volunteer::new(Dovecot::start(), "", "");
    alice.ok(&["run", "--once"]);
    for (certificate, english, french) in WRONG {
        alice.server.present(certificate);
        let before = alice.server.log().matches("Login:").count();
        let output = alice.run(&["run", "--once"]);
        assert_eq!(output.status.code(), Some(75), "{certificate:?}: {}", shown(&output));
        assert!(shown(&output).contains("localhost") && shown(&output).contains(english), "{}", shown(&output));
        assert!(alice.ok(&["status"]).contains(english));
        let check = shown(&alice.run(&["--lang", "fr", "check"]));
        assert!(check.contains("localhost") && check.contains(french), "{check}");
        assert_eq!(alice.server.log().matches("Login:").count(), before, "{certificate:?}");
    }
    alice.server.present(Certificate::Right);
    alice.ok(&["run", "--once"]);
}

const LATER: Fault = Fault::Says("451 4.3.0 later today\r\n");
const NEVER: Fault = Fault::Says("554 5.7.1 never ever\r\n");
const LEAVING: Fault = Fault::SaysAndCloses("421 4.3.2 shutting down\r\n");

/// Each fault in one phase, one after another; how many.
fn faults_of(phase: Phase) -> usize {
    let sender = Sender::start(if phase == Phase::StartTls { Security::StartTls } else { Security::Tls });
    let cells = [(LATER, "later today"), (NEVER, "never ever"), (LEAVING, "shutting down"), (Fault::Closes, "")];
    for (fault, said) in cells {
        let what = format!("{phase:?} {fault:?}");
        sender.hold();
        let before = sender.peer.messages().len();
        sender.peer.fail(&[(phase, fault)]);
        assert_eq!(sender.release(), Some(75), "{what}");
        sender.assert_told(&["was not sent", "localhost", said, "stay held"], &what);
        let sent = usize::from(phase == Phase::Dot);
        assert_eq!(sender.peer.messages().len() - before, sent, "{what}");
        sender.assert_delivered(&what);
        assert_eq!(sender.peer.messages().len() - before, sent + 1, "{what}");
    }
    cells.len()
}

#[test]
fn whatever_fails_before_the_message_it_is_told_and_sent_once_later() {
    let phases = [Phase::Greeting, Phase::Ehlo, Phase::StartTls, Phase::Auth, Phase::Mail, Phase::Rcpt, Phase::Data];
    let cells: usize = phases.into_iter().map(faults_of).sum();
    println!("{cells} cells");
}

#[test]
fn after_the_message_a_refusal_is_one_and_anything_else_waits_to_be_looked_for() {
    let sender = Sender::start(Security::Tls);
    for fault in [LATER, NEVER, LEAVING] {
        let what = format!("{fault:?}");
        sender.hold();
        sender.peer.fail(&[(Phase::Dot, fault)]);
        assert_eq!(sender.release(), Some(75), "{what}");
        sender.assert_told(&["was not sent", "localhost", "stay held"], &what);
        sender.assert_delivered(&what);
    }
    for (phase, fault) in [
        (Phase::Body, Fault::Closes),
        (Phase::Dot, Fault::Closes),
        (Phase::Dot, Fault::Says("354 go on\r\n")),
        (Phase::Dot, Fault::Says("250-but\r\n550 not so\r\n")),
        (Phase::Dot, Fault::Says("nonsense\r\n")),
    ] {
        let sender = Sender::start(Security::Tls);
        let what = format!("{phase:?} {fault:?}");
        sender.hold();
        sender.peer.fail(&[(phase, fault)]);
        assert_eq!(sender.release(), Some(75), "{what}");
        sender.assert_told(&["not known whether", "stay held"], &what);
        let sent = sender.peer.messages().len();
        assert_eq!(sender.alice.run(&["run", "--once"]).status.code(), Some(75), "{what}");
        assert_eq!(sender.peer.messages().len(), sent, "{what}: not sent again before it was looked for");
        // Found there, it is filed and never sent again.
        sender.alice.server.deliver_lmtp(&sender.alice.user, &sender.sealed().unwrap());
        sender.assert_found(&what);
        assert_eq!(sender.peer.messages().len(), sent, "{what}");
    }
    println!("8 cells");
}

#[test]
fn an_acceptance_is_one_in_several_lines_or_with_a_broken_byte_too() {
    for plan in [Plan::AcceptLines, Plan::AcceptBroken] {
        let sender = Sender::new(Dovecot::start(), Security::Tls);
        let peer = SmtpPeer::start(&sender.alice.server, Security::Tls, &[plan]);
        let sender = Sender { peer, ..sender };
        sender.configure("", "");
        sender.hold();
        assert_eq!(sender.release(), Some(0), "{plan:?}");
        assert_eq!(sender.peer.hand_over(&sender.alice.server, &sender.alice.user), 1);
        assert_eq!((sender.alice.client().count(HELD), sender.alice.digests().len()), (0, 1), "{plan:?}");
    }
}

#[test]
fn a_server_is_logged_in_to_by_what_it_offers_and_told_when_it_offers_nothing_known() {
    let sender = Sender::start(Security::Tls);
    for offered in ["LOGIN", "PLAIN", "CRAM-MD5 LOGIN"] {
        sender.peer.offer(offered);
        sender.hold();
        assert_eq!(sender.release(), Some(0), "{offered}: {}", sender.status());
        sender.peer.hand_over(&sender.alice.server, &sender.alice.user);
    }
    assert_eq!(sender.alice.digests().len(), 3);
    sender.peer.offer("GSSAPI CRAM-MD5");
    let logins = sender.peer.count("AUTH");
    sender.hold();
    assert_eq!(sender.release(), Some(75));
    sender.assert_told(&["localhost", "none of the logins", "PLAIN or LOGIN"], "no mechanism");
    let check = sender.alice.run(&["check"]);
    assert!(shown(&check).contains("none of the logins") && !check.status.success(), "{}", shown(&check));
    assert_eq!(sender.peer.count("AUTH"), logins);
    sender.peer.offer("PLAIN");
    sender.assert_delivered("PLAIN again");
}

#[test]
fn a_secret_that_cannot_be_had_is_told_by_its_option_and_nothing_is_said_to_the_server() {
    let sender = Sender::start(Security::Tls);
    sender.hold();
    for (command, why) in [
        ("printf 's3cret\\\\ntwo\\\\n'", "more than one line"),
        ("true", "gave nothing"),
        ("sh -c 'echo s3cret; exit 3'", "failed (it ended with code 3)"),
        ("/nonexistent/program", "cannot be started"),
    ] {
        sender.configure("", &format!("smtp_password_command = \"{command}\"\n"));
        let connections = sender.peer.connections();
        assert_eq!(sender.release(), Some(75), "{command}");
        sender.assert_told(&["smtp_password_command", why, "stay held"], command);
        let check = shown(&sender.alice.run(&["check"]));
        assert!(check.contains("smtp_password_command") && check.contains(why), "{check}");
        assert!(!check.contains("s3cret") && !sender.status().contains("s3cret"), "{check}");
        assert_eq!(sender.peer.connections(), connections, "{command}");
    }
    sender.configure("", &format!("smtp_password_command = \"echo {PASSWORD}\"\n"));
    sender.assert_delivered("a right command");
}

/// A command that prints the first token in its first runs, then the second.
fn token_command(dir: &Path, first_runs: usize, first: &str, second: &str) -> String {
    let (command, runs) = (dir.join("command"), dir.join("runs"));
    let _ = fs::remove_file(&runs);
    let script = format!(
        "echo run >> '{runs}'\nif [ $(wc -l < '{runs}') -le {first_runs} ]; then echo {first}; else echo {second}; fi\n",
        runs = runs.display()
    );
    fs::write(&command, script).unwrap();
    format!("oauth_token_command = \"sh '{}'\"", command.display())
}

fn runs(dir: &Path) -> usize {
    fs::read_to_string(dir.join("runs")).unwrap().lines().count()
}

#[test]
fn a_refused_token_is_asked_for_anew_at_once_and_tried_once_more_before_anything_is_announced() {
    let sender = Sender::new(Dovecot::builder().tokens().start(), Security::Tls);
    let dir = sender.alice.path().to_owned();
    let (old, new) = (soon(600), soon(1200));
    let mut cells = 0;
    for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
        for no in [No::Plain, No::Explained] {
            let what = format!("{mechanism} {no:?}");
            sender.peer.offer(&format!("PLAIN {mechanism}"));
            sender.peer.take_token(&new, no);
            let [logins, mails] = ["AUTH", "MAIL"].map(|verb| sender.peer.count(verb));
            // The mailbox, which takes both, then the server.
            sender.configure(&token_command(&dir, 2, &old, &new), "");
            sender.hold();
            assert_eq!(sender.release(), Some(0), "{what}: {}", sender.status());
            assert_eq!(runs(&dir), 3, "{what}");
            assert_eq!(sender.peer.count("AUTH"), logins + 2, "{what}");
            assert_eq!(sender.peer.count("MAIL"), mails + 1, "{what}");
            sender.peer.hand_over(&sender.alice.server, &sender.alice.user);

            sender.configure(&token_command(&dir, 9, &old, &new), "");
            sender.hold();
            assert_eq!(sender.release(), Some(75), "{what}");
            assert_eq!((runs(&dir), sender.peer.count("MAIL")), (3, mails + 1), "{what}");
            sender.assert_told(&["localhost", "refuses the token", "stay held"], &what);
            let check = sender.alice.run(&["--lang", "fr", "check"]);
            assert!(shown(&check).contains("refuse le jeton"), "{}", shown(&check));
            for text in [shown(&check), sender.status()] {
                assert!(!text.contains(&old) && !text.contains("password"), "{text}");
            }
            sender.configure(&token_command(&dir, 0, &old, &new), "");
            sender.assert_delivered(&what);
            cells += 1;
        }
    }
    assert_eq!(sender.alice.digests().len(), 2 * cells);
    println!("{cells} cells");
}

fn soon(seconds: i64) -> String {
    token("alice@lescanoe.example", Utc::now().timestamp() + seconds)
}
