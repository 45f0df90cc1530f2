//! The digest over SMTP in simulated hours and days: how often it is tried, what is looked for in between, and what the third
//! uncertain attempt ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::path::Path;

use support::{
    certificates,
    home::{Home, Script},
    mails::{at, discourse},
    smtp_peer::{Fault, Phase, Plan, Security, SmtpPeer},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";
const EVENING: &str = "2026-11-26T19:00:00+01:00";
const NIGHT: &str = "2026-11-26T22:00:00+01:00";

/// A volunteer whose one notification comes at night, and the server that sends their digest.
struct Sender {
    home: Home,
    peer: SmtpPeer,
    _authority: tempfile::TempDir,
}

impl Sender {
    /// With a further line for the mailbox: one whose user is the digest's reader can be looked into.
    fn new(security: Security, mailbox: &str, plans: &[Plan]) -> Self {
        let authority = tempfile::tempdir().unwrap();
        certificates::found(authority.path());
        let peer = SmtpPeer::trusted(authority.path(), security, plans);
        let scheme = if security == Security::Tls { "smtps" } else { "smtp" };
        let digest = format!(
            "[digest]\nto = \"alice@lescanoe.example\"\ndeliver = \"smtp\"\nsmtp = \"{scheme}://localhost:{}\"\n\
             smtp_user = \"alice\"\nsmtp_password_command = \"echo secret\"\n",
            peer.port()
        );
        Self { home: Home::new(mailbox, &digest), peer, _authority: authority }
    }

    fn readable(plans: &[Plan]) -> Self {
        Self::new(Security::Cleartext, "user = \"alice@lescanoe.example\"", plans)
    }

    fn unreadable(plans: &[Plan]) -> Self {
        Self::new(Security::Cleartext, "", plans)
    }

    fn play(&self, until: &str) {
        self.play_also(until, Vec::new());
    }

    fn play_also(&self, until: &str, more: Script) {
        let mut script = self.home.mail(&[(NIGHT, discourse(1, 1, "Pagaie", "a"))]);
        script.extend(more);
        self.home.play(EVENING, until, script);
    }

    fn filed(&self) -> (usize, usize) {
        (self.home.names(HELD).len(), self.home.names(RELEASED).len())
    }

    fn last_told(&self) -> String {
        self.home.state().note("last_error").unwrap().unwrap_or_default()
    }
}

fn all_the_same(messages: &[Vec<u8>]) -> bool {
    messages.windows(2).all(|pair| pair[0] == pair[1])
}

#[test]
fn a_server_that_refuses_for_now_is_asked_ever_less_often_and_takes_the_same_bytes_in_the_end() {
    let sender = Sender::unreadable(&[]);
    sender.peer.fail(&[(Phase::Dot, Fault::Says("451 4.3.0 later\r\n")); 6]);
    sender.play("2026-11-27T12:00:00+01:00");
    let messages = sender.peer.messages();
    assert_eq!((messages.len(), all_the_same(&messages), sender.filed()), (7, true, (0, 1)));
}

#[test]
fn from_one_minute_to_one_hour_is_waited_between_attempts() {
    let sender = Sender::unreadable(&[]);
    sender.peer.fail(&[(Phase::Greeting, Fault::Closes); 100]);
    sender.play("2026-11-27T14:00:00+01:00");
    let connections = sender.peer.connections();
    // After 0, 1, 3, 7, 15, 31 and 63 minutes at most, then every hour; an eighth less with luck.
    assert!((10..=13).contains(&connections), "{connections} attempts in five hours");
    assert!(sender.last_told().contains("localhost"), "{}", sender.last_told());
    assert_eq!(sender.filed(), (1, 0));
}

#[test]
fn a_certificate_that_nobody_signed_is_tried_again_with_the_same_patience_and_told_in_french() {
    let sender = Sender::new(Security::Tls, "", &[]);
    sender.play("2026-11-27T14:00:00+01:00");
    let connections = sender.peer.connections();
    assert!((10..=13).contains(&connections), "{connections} attempts in five hours");
    assert!(sender.peer.commands().is_empty(), "{:?}", sender.peer.commands());
    let told = sender.last_told();
    assert!(told.contains("le certificat de localhost n’est signé par aucune autorité connue"), "{told}");
}

#[test]
fn a_refused_recipient_is_tried_once_a_day_and_told_at_each_opening() {
    let sender = Sender::unreadable(&[Plan::Never, Plan::Never]);
    sender.play("2026-11-30T10:00:00+01:00");
    assert_eq!((sender.peer.count("RCPT"), sender.filed()), (2, (1, 0)), "on Friday and on Monday");
    assert!(sender.last_told().contains("no such user"), "{}", sender.last_told());
    assert_eq!(sender.home.told().len(), 2, "{:?}", sender.home.told());
    sender.home.play("2026-11-30T10:00:00+01:00", "2026-12-01T10:00:00+01:00", Vec::new());
    assert_eq!((sender.peer.messages().len(), sender.filed()), (1, (0, 1)));
    assert_eq!(sender.last_told(), "");
}

#[test]
fn three_uncertain_attempts_into_a_mailbox_that_cannot_be_read_are_told_and_the_fourth_waits_a_day() {
    let sender = Sender::unreadable(&[Plan::LoseAndHangUp; 3]);
    sender.play("2026-11-27T17:59:00+01:00");
    let messages = sender.peer.messages();
    assert_eq!((messages.len(), all_the_same(&messages), sender.filed()), (3, true, (1, 0)));
    assert!(sender.last_told().contains("rien n’est renvoyé avant demain"), "{}", sender.last_told());
    sender.home.play("2026-11-27T17:59:00+01:00", "2026-11-30T12:00:00+01:00", Vec::new());
    let messages = sender.peer.messages();
    assert_eq!((messages.len(), all_the_same(&messages), sender.filed()), (4, true, (0, 1)));
    assert_eq!(sender.last_told(), "");
}

#[test]
fn a_digest_that_is_not_found_where_it_can_be_looked_for_is_sent_again_as_it_was() {
    for fault in [Fault::Closes, Fault::Says("354 go on\r\n")] {
        let sender = Sender::readable(&[]);
        sender.peer.fail(&[(Phase::Dot, fault)]);
        sender.play("2026-11-27T12:00:00+01:00");
        let messages = sender.peer.messages();
        assert_eq!((messages.len(), all_the_same(&messages), sender.filed()), (2, true, (0, 1)), "{fault:?}");
    }
}

#[test]
fn a_digest_that_arrives_late_or_renamed_is_found_and_never_sent_again() {
    for plan in [Plan::AcceptAndHangUp, Plan::Rewrite] {
        let sender = Sender::readable(&[plan]);
        if plan == Plan::Rewrite {
            sender.peer.fail(&[(Phase::Dot, Fault::Closes)]);
        }
        let (peer, inbox) = (sender.peer.clone(), sender.home.maildir());
        let arrives = Box::new(move || arrive(&inbox, &peer.messages()[0], plan == Plan::Rewrite));
        sender.play_also("2026-11-27T12:00:00+01:00", vec![(at("2026-11-27T09:04:00+01:00"), arrives)]);
        assert_eq!((sender.peer.messages().len(), sender.filed()), (1, (0, 1)), "{plan:?}");
        assert_eq!(sender.home.digests().len(), 1, "{plan:?}");
    }
}

/// As a server delivers it, under names of its own if it likes.
fn arrive(inbox: &Path, message: &[u8], renamed: bool) {
    let mut text = String::from_utf8(message.to_vec()).unwrap();
    if renamed {
        let id = text.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned();
        text = text.replace(&id, "Message-ID: <other@provider.example>");
    }
    let path = inbox.join("new/1795766640.P9.server");
    std::fs::write(&path, text).unwrap();
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(at("2026-11-27T09:04:00+01:00").into())
        .unwrap();
}
