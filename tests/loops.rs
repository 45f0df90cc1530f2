//! What comes back of our own digests makes no further digests, and what is endless has an end.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};
use mail_parser::MessageParser;
use support::{
    dovecot::Dovecot,
    home::Home,
    mails::{at, discourse},
    volunteer::{Volunteer, await_that, peak},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// The digests in INBOX, as they lie there.
fn digests(home: &Home) -> Vec<Vec<u8>> {
    let is_digest =
        |bytes: &[u8]| MessageParser::default().parse(bytes).unwrap().header("X-Quiethours-Release").is_some();
    home.folder("INBOX").into_values().map(|stored| stored.bytes).filter(|bytes| is_digest(bytes)).collect()
}

/// A mail server's report that a digest could not be delivered, with the digest in it.
fn bounce(digest: &[u8]) -> Vec<u8> {
    let head = "From: Mail Delivery System <MAILER-DAEMON@lescanoe.example>\r\nTo: alice@lescanoe.example\r\n\
        Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/report; report-type=delivery-status; boundary=\"r\"\r\n\r\n--r\r\n\r\nSorry.\r\n\
        --r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\
        --r\r\nContent-Type: message/rfc822\r\n\r\n";
    [head.as_bytes(), digest, b"\r\n--r--\r\n"].concat()
}

/// The answer of a vacation rule to a digest (RFC 3834).
fn vacation(digest: &[u8], round: u32) -> Vec<u8> {
    let parsed = MessageParser::default().parse(digest).unwrap();
    let (id, subject) = (parsed.message_id().unwrap().to_owned(), parsed.subject().unwrap().to_owned());
    format!(
        "From: alice@lescanoe.example\r\nTo: alice@lescanoe.example\r\nSubject: Auto: {subject}\r\n\
         Message-ID: <vacation-{round}@lescanoe.example>\r\nIn-Reply-To: <{id}>\r\nReferences: <{id}>\r\n\
         Auto-Submitted: auto-replied (vacation)\r\nPrecedence: bulk\r\nX-Auto-Response-Suppress: All\r\n\r\nAbsente.\r\n"
    )
    .into_bytes()
}

fn three_rounds(home: &Home, folder: &str) {
    let script = home.mail_into(folder, &[("2026-11-23T20:00:00+01:00", discourse(1, 10, "Imprimante", "En panne."))]);
    home.play("2026-11-23T17:00:00+01:00", "2026-11-24T09:30:00+01:00", script);
    let [digest] = &digests(home)[..] else { panic!("{} digests", digests(home).len()) };
    let digest = digest.clone();
    for round in 0..3 {
        let before = home.names("INBOX").len();
        let evening = at("2026-11-24T20:00:00+01:00") + TimeDelta::days(i64::from(round));
        let time = |hours: i64| (evening + TimeDelta::hours(hours)).to_rfc3339();
        let back = [digest.clone(), bounce(&digest), vacation(&digest, round)];
        let arrivals: Vec<(String, Vec<u8>)> = (0..).zip(back).map(|(hour, mail)| (time(hour), mail)).collect();
        let arrivals: Vec<(&str, Vec<u8>)> =
            arrivals.iter().map(|(when, mail)| (when.as_str(), mail.clone())).collect();
        let script = home.mail_into(folder, &arrivals);
        home.play(&time(-1), &time(14), script);
        assert_eq!(home.names("INBOX").len(), before + 3, "round {round}: no digest, and nothing taken away");
        assert_eq!((home.names(HELD).len(), home.names(RELEASED).len()), (0, 1), "round {round}");
    }
}

#[test]
fn our_digest_its_bounce_and_its_vacation_reply_fed_back_three_rounds_make_no_digest() {
    three_rounds(&Home::new("", ""), "INBOX");
    three_rounds(&Home::new("hold = [\"discourse\", \"list:entraide.forum.lescanoe.example\"]", ""), "INBOX");
}

#[test]
fn our_digest_and_its_bounce_are_not_held_even_by_a_rule_that_holds_their_sender() {
    let home = Home::new("hold = [\"from:@lescanoe.example\", \"from:@forum.lescanoe.example\"]", "");
    let script = home.mail(&[("2026-11-23T20:00:00+01:00", discourse(1, 10, "Imprimante", "En panne."))]);
    home.play("2026-11-23T17:00:00+01:00", "2026-11-24T09:30:00+01:00", script);
    let digest = digests(&home).remove(0);
    let script =
        home.mail(&[("2026-11-24T20:00:00+01:00", bounce(&digest)), ("2026-11-24T21:00:00+01:00", digest.clone())]);
    home.play("2026-11-24T17:00:00+01:00", "2026-11-25T09:30:00+01:00", script);
    assert_eq!((home.names("INBOX").len(), home.names(HELD).len(), home.names(RELEASED).len()), (3, 0, 1));
}

#[test]
fn twelve_digests_in_a_day_are_the_most_and_what_waits_comes_the_next_day() {
    let hours = "[availability]\nweekdays = \"0h-24h\"\nsaturday = \"0h-24h\"\nsunday = \"0h-24h\"\ntimezone = \"Europe/Paris\"\n";
    let every_hour: Vec<String> = (0..24).map(|hour| format!("\"{hour:02}:00\"")).collect();
    let table = format!(
        "[digest]\nto = \"alice@lescanoe.example\"\nwhile_open = \"batch\"\nat = [{}]\n",
        every_hour.join(", ")
    );
    let home = Home::with_hours(hours, "", &table);
    let begin = at("2026-11-23T17:00:00+01:00");
    let when = |minutes: i64| (begin + TimeDelta::minutes(minutes)).to_rfc3339();
    // A loop: half an hour after each digest would come, another notification.
    let arrivals: Vec<(String, Vec<u8>)> =
        (0..36).map(|n| (when(30 + 60 * n), discourse(n as u32, n as u32, &format!("Sujet {n}."), "x"))).collect();
    let arrivals: Vec<(&str, Vec<u8>)> = arrivals.iter().map(|(when, mail)| (when.as_str(), mail.clone())).collect();
    let script = home.mail(&arrivals);
    home.play(&when(0), &when(40 * 60), script);
    let mut dates: Vec<DateTime<Utc>> = Vec::new();
    for digest in digests(&home) {
        let date = MessageParser::default().parse(&digest).unwrap().date().unwrap().to_timestamp();
        dates.push(DateTime::from_timestamp(date, 0).unwrap());
    }
    dates.sort();
    let most =
        dates.iter().map(|from| dates.iter().filter(|to| **to >= *from && **to - *from < TimeDelta::hours(24)).count());
    assert_eq!(most.max(), Some(12), "{dates:?}");
    assert_eq!(home.names(RELEASED).len(), 36, "{dates:?}");
    assert!(home.names(HELD).is_empty());
}

#[test]
fn of_more_messages_than_are_kept_in_memory_the_digest_shows_the_last_words_and_counts_the_rest() {
    let home = Home::new("", "");
    // The folders are made.
    home.play("2026-11-20T10:00:00+01:00", "2026-11-20T19:00:00+01:00", Vec::new());
    let long = 1_100;
    // One topic that goes on all night, then another: what is shown of both comes after what is kept.
    for post in 1..=long {
        let when = at("2026-11-20T20:00:00+01:00") + TimeDelta::seconds(i64::from(post));
        home.deliver_into(HELD, &when.to_rfc3339(), &discourse(1, post, "Le fil sans fin", &format!("Parole {post}.")));
    }
    home.deliver_into(HELD, "2026-11-21T20:00:00+01:00", &discourse(2, 9000, "Le dernier", "Enfin du neuf."));
    home.play("2026-11-23T08:00:00+01:00", "2026-11-23T10:00:00+01:00", Vec::new());
    let [digest] = &home.digests()[..] else { panic!("one digest") };
    let digest = digest.replace(['\u{a0}', '\u{202f}'], " ");
    for words in ["Parole 1098.", "Parole 1099.", "Parole 1100.", "Enfin du neuf.", "1100 messages", "1097 autres"] {
        assert!(digest.contains(words), "{words}: {digest}");
    }
    assert!(!digest.contains("Parole 1097."));
    assert_eq!((home.names(HELD).len(), home.names(RELEASED).len()), (0, 1_101));
}

/// A forum's mail with an attachment of `octets`.
fn with_attachment(topic: u32, octets: usize) -> Vec<u8> {
    let text = String::from_utf8(discourse(topic, topic, &format!("Sujet {topic}."), "La photo.")).unwrap();
    let plain = "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n";
    let (header, body) = text.split_once("\r\n\r\n").unwrap();
    let header = header.replace(plain.trim_end(), "Content-Type: multipart/mixed; boundary=\"b\"");
    let line = "QUJD".repeat(19) + "\r\n";
    let attachment = line.repeat(octets / line.len());
    format!(
        "{header}\r\n\r\n--b\r\n{plain}\r\n{body}\r\n--b\r\nContent-Type: image/png; name=\"photo.png\"\r\n\
         Content-Disposition: attachment; filename=\"photo.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{attachment}--b--\r\n"
    )
    .into_bytes()
}

#[test]
fn a_message_of_50_mb_is_held_and_released_in_less_than_5_mib_of_memory() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let log = fs::File::create(alice.path().join("log")).unwrap();
    let child = alice.command(&["-v", "run"]).stdout(std::process::Stdio::null()).stderr(log).spawn().unwrap();
    let process = child.id();
    let daemon = support::volunteer::Running::of(child);
    await_that("the daemon is connected", || alice.log().contains("connected"));
    let night = |topic: u32, octets: usize| {
        alice.server.deliver_lmtp("alice", &with_attachment(topic, octets));
        await_that("it is held", || alice.client().count(HELD) == 1);
        alice.ok(&["available", "--yes", "--for", "1h"]);
        await_that("it is filed", || alice.client().count(RELEASED) == topic as usize);
        alice.ok(&["auto"]);
        peak(process)
    };
    let small = night(1, 1000);
    let large = night(2, 50_000_000);
    assert_eq!(alice.digests().len(), 2);
    assert!(alice.digests().iter().all(|digest| digest.contains("La photo.") && digest.contains("photo.png")));
    println!("{large} KiB of memory at most with a message of 50 MB, {small} KiB with a small one");
    assert!(large - small < 5 * 1024, "{small} KiB before, {large} KiB after");
    assert_eq!(daemon.stop(), Some(0));
}
