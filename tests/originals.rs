//! `attach_originals`: what a reader finds in the digest besides its text, byte for byte, and what becomes of what cannot be
//! attached.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::process::{Command, Stdio};

use mail_parser::{MessageParser, MimeHeaders as _, PartType};
use support::{
    certificates,
    dovecot::Dovecot,
    home::Home,
    mails::{at, discourse, glpi},
    smtp_peer::{Fault, Phase, Security, SmtpPeer},
    volunteer::{Running, Volunteer, await_that},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";
const EVENING: &str = "2026-11-26T19:00:00+01:00";
const NIGHT: &str = "2026-11-26T22:00:00+01:00";
const MORNING: &str = "2026-11-27T09:30:00+01:00";
const ATTACH: &str = "[digest]\nto = \"alice@lescanoe.example\"\nattach_originals = true\n";

/// The parts of the `multipart/digest` in a message: what stands between its delimiters.
fn parts(message: &[u8]) -> Vec<Vec<u8>> {
    let parsed = MessageParser::default().parse(message).unwrap();
    let is_digest = |part: &&mail_parser::MessagePart<'_>| {
        part.content_type().is_some_and(|kind| kind.subtype() == Some("digest") && kind.ctype() == "multipart")
    };
    let Some(digest) = parsed.parts.iter().find(is_digest) else { return Vec::new() };
    let PartType::Multipart(children) = &digest.body else { panic!("{digest:?}") };
    let part = |index: &u32| {
        let part = &parsed.parts[*index as usize];
        assert!(part.is_message() && part.content_type().unwrap().subtype() == Some("rfc822"), "{part:?}");
        message[part.offset_body as usize..part.offset_end as usize].to_vec()
    };
    children.iter().map(part).collect()
}

/// The boundary of the `multipart/mixed`.
fn boundary(message: &[u8]) -> String {
    let parsed = MessageParser::default().parse(message).unwrap();
    parsed.content_type().unwrap().attribute("boundary").unwrap().to_owned()
}

fn with_crlf(stored: &[u8]) -> Vec<u8> {
    String::from_utf8(stored.to_vec()).unwrap().replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
}

fn sorted(mut messages: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    messages.sort();
    messages
}

/// The digest in INBOX as it would be sent, its text, and what was filed.
fn night(mails: &[Vec<u8>]) -> (Vec<u8>, String, Vec<Vec<u8>>) {
    let home = Home::new("", ATTACH);
    let arrivals: Vec<(&str, Vec<u8>)> = mails.iter().map(|mail| (NIGHT, mail.clone())).collect();
    home.play(EVENING, MORNING, home.mail(&arrivals));
    let [text] = &home.digests()[..] else { panic!("{:?}", home.digests()) };
    let digest = home.folder("INBOX").into_values().next().unwrap();
    let filed = home.folder(RELEASED).into_values().map(|stored| stored.bytes).collect();
    (with_crlf(&digest.bytes), text.clone(), filed)
}

fn padded(number: u32, mebibytes: usize) -> Vec<u8> {
    let line = format!("{}\r\n", "x".repeat(78));
    discourse(number, number, &format!("Sujet {number}"), &line.repeat(mebibytes * 1024 * 1024 / line.len()))
}

#[test]
fn every_original_goes_along_byte_for_byte_whatever_it_holds() {
    let unix = String::from_utf8(discourse(1, 1, "Fins de ligne", "é\n.\n..\n")).unwrap().replace("\r\n", "\n");
    let unended = [discourse(2, 2, "Sans fin", "a"), b"the last line has no end".to_vec()].concat();
    let long = discourse(3, 3, "Longue", &"é".repeat(2_000));
    let (first, ..) = night(&[discourse(9, 9, "Seul", "a")]);
    let boundary_of_another = boundary(&first);
    let lines = format!("--{boundary_of_another}\r\n--{boundary_of_another}--\r\n--=_qh_\r\n\r\n--\r\n");
    let hostile = discourse(4, 4, "Frontière", &lines);
    let nested =
        discourse(5, 5, "Dedans", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\ny\r\n--x--\r\n");
    let mails = [unix.into_bytes(), unended, long, hostile, nested];
    let (digest, text, filed) = night(&mails);
    assert_eq!(sorted(parts(&digest)), sorted(mails.iter().map(|mail| with_crlf(mail)).collect()));
    assert_eq!(sorted(filed), sorted(mails.to_vec()));
    assert!(text.contains("Les messages d’origine sont joints, et rangés"), "{text}");
    assert_eq!(boundary(&digest), boundary(&night(&mails).0), "the same night gives the same bytes");
}

#[test]
fn what_does_not_fit_is_listed_all_the_same_and_said_to_be_in_the_folder() {
    let mails = [padded(1, 10), padded(2, 16), padded(3, 1), discourse(4, 4, "Court", "b")];
    let (digest, text, filed) = night(&mails);
    assert_eq!(sorted(parts(&digest)), sorted([&mails[0], &mails[2], &mails[3]].map(Clone::clone).to_vec()));
    for title in ["Sujet 1", "Sujet 2", "Sujet 3", "Court"] {
        assert!(text.contains(title), "{title} is not in\n{text}");
    }
    let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("3 messages d’origine sont joints ; ceux qui ne le sont pas sont dans le dossier"), "{text}");
    assert_eq!(filed.len(), 4);
}

#[test]
fn without_the_setting_nothing_is_attached() {
    let home = Home::new("", "");
    home.play(EVENING, MORNING, home.mail(&[(NIGHT, discourse(1, 1, "Pagaie", "a"))]));
    let digest = home.folder("INBOX").into_values().next().unwrap();
    assert!(!String::from_utf8(digest.bytes).unwrap().contains("message/rfc822"));
}

#[test]
fn the_bytes_are_erased_from_the_state_once_the_originals_are_filed() {
    let home = Home::new("", ATTACH);
    home.play(EVENING, MORNING, home.mail(&[(NIGHT, padded(1, 2)), (NIGHT, discourse(2, 2, "Court", "Motsecret"))]));
    assert_eq!(home.names(RELEASED).len(), 2);
    for entry in std::fs::read_dir(home.state_dir()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file())
    {
        let bytes = std::fs::read(entry.path()).unwrap();
        let words = String::from_utf8_lossy(&bytes);
        assert!(
            !words.contains("Motsecret") && !words.contains("xxxxxxxxx"),
            "{} still holds mail",
            entry.path().display()
        );
    }
}

#[test]
fn a_mailbox_that_has_no_room_for_the_originals_is_given_the_digest_alone() {
    let home = Home::new("", ATTACH);
    let (tmp, away) = (home.maildir().join("tmp"), home.maildir().join("away"));
    let mut script = home.mail(&[(NIGHT, discourse(1, 1, "Pagaie", "a"))]);
    let (from, to) = (tmp.clone(), away.clone());
    script.push((at("2026-11-27T08:59:00+01:00"), Box::new(move || std::fs::rename(from, to).unwrap())));
    script.push((at("2026-11-27T09:25:00+01:00"), Box::new(move || std::fs::rename(away, tmp).unwrap())));
    home.play(EVENING, "2026-11-27T12:00:00+01:00", script);
    let [text] = &home.digests()[..] else { panic!("{:?}", home.digests()) };
    assert!(text.contains("n’ont pas pu être joints"), "{text}");
    assert_eq!(home.names(RELEASED).len(), 1);
}

/// A volunteer whose digest goes through a submission server.
struct Sender {
    home: Home,
    peer: SmtpPeer,
    _authority: tempfile::TempDir,
}

impl Sender {
    fn new(extensions: &[&str]) -> Self {
        let authority = tempfile::tempdir().unwrap();
        certificates::found(authority.path());
        let peer = SmtpPeer::trusted(authority.path(), Security::Cleartext, &[]);
        peer.extend(extensions);
        let smtp = format!(
            "deliver = \"smtp\"\nsmtp = \"smtp://localhost:{}\"\nsmtp_user = \"alice\"\n\
             smtp_password_command = \"echo secret\"\n",
            peer.port()
        );
        let home = Home::new("user = \"alice@lescanoe.example\"", &format!("{ATTACH}{smtp}"));
        Self { home, peer, _authority: authority }
    }

    /// The digest of a night, as the server took it.
    fn send(&self, mails: &[Vec<u8>]) -> Vec<u8> {
        let arrivals: Vec<(&str, Vec<u8>)> = mails.iter().map(|mail| (NIGHT, mail.clone())).collect();
        self.home.play(EVENING, MORNING, self.home.mail(&arrivals));
        assert_eq!((self.home.names(HELD).len(), self.home.names(RELEASED).len()), (0, mails.len()));
        self.peer.messages().pop().unwrap()
    }
}

fn text(message: &[u8]) -> String {
    let parsed = MessageParser::default().parse(message).unwrap();
    parsed.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn ascii(number: u32) -> Vec<u8> {
    let mail = String::from_utf8(discourse(number, number, "Plain", ".\r\n..dots\r\n")).unwrap();
    mail.replace(|c: char| !c.is_ascii(), "?").into_bytes()
}

#[test]
fn a_server_with_8bitmime_is_sent_originals_with_accents_and_told_so() {
    let sender = Sender::new(&["8BITMIME", "SIZE 52428800"]);
    let mails = [discourse(1, 1, "Été", "Déjà vu.\r\n.\r\n"), ascii(2)];
    let message = sender.send(&mails);
    assert_eq!(sorted(parts(&message)), sorted(mails.to_vec()));
    assert!(sender.peer.commands().iter().any(|line| line.ends_with("BODY=8BITMIME")), "{:?}", sender.peer.commands());
}

#[test]
fn a_server_without_8bitmime_is_sent_seven_bits_and_the_reader_is_told_where_the_others_are() {
    let sender = Sender::new(&[]);
    let message = sender.send(&[discourse(1, 1, "Été", "Déjà vu."), ascii(2)]);
    assert!(message.is_ascii());
    assert_eq!(parts(&message), [ascii(2)]);
    assert!(text(&message).contains("1 message d’origine est joint ; ceux qui ne le sont pas"), "{}", text(&message));
    assert!(sender.peer.commands().iter().all(|line| !line.contains("BODY=")), "{:?}", sender.peer.commands());
}

#[test]
fn a_server_that_says_how_much_it_takes_is_not_sent_more() {
    let sender = Sender::new(&["8BITMIME", "SIZE 4194304"]);
    let message = sender.send(&[padded(1, 3), padded(2, 1), padded(3, 3)]);
    assert!(message.len() < 4_194_304, "{}", message.len());
    assert_eq!(parts(&message), [padded(2, 1)]);
}

#[test]
fn a_digest_that_is_refused_with_its_originals_goes_at_once_without_them() {
    let sender = Sender::new(&["8BITMIME"]);
    sender
        .peer
        .fail(&[(Phase::Greeting, Fault::Says("220 peer\r\n")), (Phase::Dot, Fault::Says("552 5.3.4 too big\r\n"))]);
    let message = sender.send(&[discourse(1, 1, "Été", "Déjà vu.")]);
    assert_eq!(sender.peer.messages().len(), 2);
    assert!(parts(&message).is_empty() && message.is_ascii());
    assert!(text(&message).contains("Les messages d’origine n’ont pas pu être joints."), "{}", text(&message));
    sender.home.play(MORNING, "2026-11-27T19:00:00+01:00", Vec::new());
    let next = sender.home.mail(&[("2026-11-27T20:00:00+01:00", discourse(2, 2, "Autre", "b"))]);
    sender.home.play("2026-11-27T19:00:00+01:00", "2026-11-30T09:30:00+01:00", next);
    assert_eq!(
        parts(&sender.peer.messages().pop().unwrap()),
        [discourse(2, 2, "Autre", "b")],
        "the next one has them again"
    );
}

#[test]
fn over_imap_long_and_short_originals_arrive_as_the_server_has_them() {
    let alice = Volunteer::new(Dovecot::start(), "", "attach_originals = true");
    alice.start().stop();
    let mut mails: Vec<Vec<u8>> = (1..40).map(|n| glpi(n, n, &format!("Ticket {n}"), "Été")).collect();
    mails.push(padded(50, 3));
    let mut client = alice.client();
    for mail in &mails {
        client.append(HELD, "", None, mail);
    }
    let preview = alice.run(&["preview", "--format", "eml"]).stdout;
    assert_eq!(sorted(parts(&preview)), sorted(mails.clone()));
    let daemon = alice.start();
    alice.ok(&["release"]);
    await_that("all are filed", || alice.client().count(RELEASED) == mails.len());
    daemon.stop();
    let inbox = alice.client().messages("INBOX");
    let [digest] = &inbox[..] else { panic!("{} messages", inbox.len()) };
    assert_eq!(sorted(parts(&digest.bytes)), sorted(mails.clone()));
    assert_eq!(alice.originals(RELEASED), sorted(mails));
    assert!(alice.client().messages(RELEASED).iter().all(|message| !message.has("\\Seen")));
}

#[test]
fn an_original_is_opened_in_mutt_out_of_the_digest() {
    let (digest, ..) = night(&[discourse(1, 1, "Pagaie", "Une pagaie verte."), glpi(2, 2, "Souris", "Elle est la.")]);
    let dir = tempfile::tempdir().unwrap();
    let (mbox, screen) = (dir.path().join("mbox"), dir.path().join("screen"));
    std::fs::write(&mbox, [b"From alice Fri Nov 27 08:00:00 2026\n", &digest[..], b"\n"].concat()).unwrap();
    let set = format!("set folder={} sleep_time=0 wait_key=no", dir.path().display());
    let push = "push <view-attachments><last-entry><collapse-parts><last-entry><view-attach>";
    let mutt = format!("stty rows 40 cols 100; mutt -n -F /dev/null -e '{set}' -R -f {} -e '{push}'", mbox.display());
    // Of its own: mutt keeps its terminal until it is asked to leave.
    let terminal = Command::new("script")
        .args(["--quiet", "--flush", "--return", "--command", &mutt])
        .arg(&screen)
        .env("TERM", "xterm")
        .env("HOME", dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let terminal = Running::of(terminal);
    let shown = || String::from_utf8_lossy(&std::fs::read(&screen).unwrap_or_default()).into_owned();
    await_that("the second original is on the screen", || shown().contains("Elle est la."));
    assert!(!shown().contains("Une pagaie verte."), "one of them was opened, not the whole digest");
    terminal.kill();
}
