//! The IMAP mailbox against a real Dovecot; what a second client sees is asserted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::{ops::ControlFlow, path::PathBuf, time::Duration};

use chrono::Utc;
use quiethours::{
    config::{Account, SecretSource, Security},
    core::{
        mail::{Content, Folder, Ident, Uid},
        notice,
        outcome::{Outcome, Refusal},
    },
    io::{
        imap::{self, ImapMailbox},
        mailbox::{Access, FolderNames, Listing, Look, Mailbox as _, MailboxError, Sight},
    },
};
use support::dovecot::{Dovecot, PASSWORD};
use tokio::{sync::watch, time::timeout};

const RID: &str = "abcdefghij0123456789";

fn account(dovecot: &Dovecot, security: Security) -> Account {
    Account {
        host: "localhost".to_owned(),
        port: if security == Security::Tls { dovecot.imaps_port() } else { dovecot.imap_port() },
        security,
        user: "alice".to_owned(),
        secret: SecretSource::Inline(PASSWORD.into()),
        ca_file: Some(dovecot.ca_file()),
    }
}

fn folders(held: &str, released: &str) -> FolderNames {
    FolderNames { intake: "INBOX".to_owned(), held: held.to_owned(), released: released.to_owned() }
}

async fn connect_with(dovecot: &Dovecot, names: &FolderNames) -> ImapMailbox {
    imap::connect(&account(dovecot, Security::Tls), names, PASSWORD.into()).await.expect("a login")
}

async fn prepared(dovecot: &Dovecot) -> ImapMailbox {
    let mut mailbox = connect_with(dovecot, &folders("Quiet Hours", "Quiet Hours/Released")).await;
    mailbox.prepare(true).await.expect("folders");
    mailbox
}

fn mail(subject: &str, body: &str) -> Vec<u8> {
    format!("From: forum@example.org\r\nTo: alice@coop.example\r\nSubject: {subject}\r\n\r\n{body}\r\n").into_bytes()
}

async fn refusal(account: &Account, password: &str) -> MailboxError {
    let names = folders("Quiet Hours", "Quiet Hours/Released");
    imap::connect(account, &names, password.to_owned().into()).await.err().expect("a refusal")
}

#[tokio::test]
async fn a_wrong_password_is_a_refused_login() {
    let dovecot = Dovecot::start();
    for security in [Security::Tls, Security::StartTls, Security::Cleartext] {
        let error = refusal(&account(&dovecot, security), "wrong").await;
        assert!(matches!(error, MailboxError::Login(_)), "{error:?}");
    }
    let error = refusal(&account(&dovecot, Security::Tls), "a\r\nb").await;
    assert!(matches!(error, MailboxError::Login(_)), "{error:?}");
}

#[tokio::test]
async fn every_kind_of_protection_leads_to_the_same_mailbox() {
    let dovecot = Dovecot::start();
    for security in [Security::Tls, Security::StartTls, Security::Cleartext] {
        let names = folders("Quiet Hours", "Quiet Hours/Released");
        let mut mailbox = imap::connect(&account(&dovecot, security), &names, PASSWORD.into()).await.expect("a login");
        mailbox.open(Folder::Inbox, Access::Read).await.expect("INBOX");
        Box::new(mailbox).close().await;
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_we_trust_signed_is_refused() {
    let dovecot = Dovecot::start();
    for security in [Security::Tls, Security::StartTls] {
        let mut account = account(&dovecot, security);
        account.ca_file = None;
        let error = refusal(&account, PASSWORD).await;
        assert!(matches!(error, MailboxError::Tls(_)), "{error:?}");
    }
    let mut unreadable = account(&dovecot, Security::Tls);
    unreadable.ca_file = Some(PathBuf::from("/nonexistent/ca.pem"));
    assert!(matches!(refusal(&unreadable, PASSWORD).await, MailboxError::Tls(_)));
}

#[tokio::test]
async fn cleartext_never_leaves_this_machine() {
    let account = Account {
        // TEST-NET-1 (RFC 5737): nothing is sent there.
        host: "192.0.2.1".to_owned(),
        port: 143,
        security: Security::Cleartext,
        user: "alice".to_owned(),
        secret: SecretSource::Inline(PASSWORD.into()),
        ca_file: None,
    };
    assert!(matches!(refusal(&account, PASSWORD).await, MailboxError::Unsupported(_)));
}

#[tokio::test]
async fn folders_are_created_and_subscribed_once() {
    let dovecot = Dovecot::start();
    let names = folders("Heures calmes", "Heures calmes/Diffusé");
    let mut mailbox = connect_with(&dovecot, &names).await;
    assert!(matches!(mailbox.prepare(false).await, Err(MailboxError::Missing(name)) if name == "Heures calmes"));
    mailbox.prepare(true).await.expect("folders");
    let mut client = dovecot.client("alice");
    assert!(client.folders().contains(&"Heures calmes/Diffusé".to_owned()));
    assert_eq!(client.subscribed(), ["Heures calmes", "Heures calmes/Diffusé"]);

    client.command("UNSUBSCRIBE \"Heures calmes\"");
    connect_with(&dovecot, &names).await.prepare(true).await.expect("nothing to do");
    assert_eq!(client.subscribed(), ["Heures calmes/Diffusé"]);
}

#[tokio::test]
async fn where_no_folder_may_be_beside_inbox_they_go_below_it() {
    for told in [true, false] {
        let mut builder = Dovecot::builder().separator('.').prefix("INBOX.");
        if !told {
            builder = builder.capability("IMAP4rev1 UIDPLUS MOVE UNSELECT");
        }
        let dovecot = builder.start();
        for _ in 0..2 {
            let mut mailbox = prepared(&dovecot).await;
            mailbox.open(Folder::Released, Access::Write).await.expect("the folder");
        }
        let found = dovecot.client("alice").folders();
        assert!(found.contains(&"INBOX.Quiet Hours.Released".to_owned()), "{found:?}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_move_safely_is_refused() {
    let dovecot = Dovecot::builder().capability("IMAP4rev1 IDLE NAMESPACE").start();
    let mut mailbox = connect_with(&dovecot, &folders("Quiet Hours", "Quiet Hours/Released")).await;
    assert!(matches!(mailbox.prepare(true).await, Err(MailboxError::Unsupported(_))));
    assert_eq!(dovecot.client("alice").folders(), ["INBOX"]);
}

#[tokio::test]
async fn reading_sets_no_flag_and_shows_header_flags_and_date() {
    let dovecot = Dovecot::start();
    let mut client = dovecot.client("alice");
    client.append("INBOX", "\\Flagged", Some("01-Feb-2026 10:00:00 +0100"), &mail("one", "Bonjour"));
    client.append("INBOX", "", None, b"\r\nno header at all\r\n");
    let before = client.messages("INBOX");

    let mut mailbox = prepared(&dovecot).await;
    mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX");
    let uids = mailbox.list(Listing::All).await.expect("a listing");
    let (mut envelopes, mut contents) = (Vec::new(), Vec::new());
    mailbox.envelopes(&uids, &mut |batch| (envelopes.extend(batch), ControlFlow::Continue(())).1).await.expect("read");
    mailbox.contents(&uids, &mut |batch| (contents.extend(batch), ControlFlow::Continue(())).1).await.expect("read");

    assert_eq!((envelopes.len(), contents.len()), (2, 2));
    assert_eq!(envelopes[0].received.to_rfc3339(), "2026-02-01T09:00:00+00:00");
    assert_eq!(Ident::of(&envelopes[0].header), Ident::of(&before[0].bytes));
    assert_eq!(Ident::of(&contents[0].header), Ident::of(&before[0].bytes));
    assert_eq!(contents[0].message, before[0].bytes);
    assert_eq!(client.messages("INBOX"), before);
}

#[tokio::test]
async fn a_huge_message_is_read_in_part_and_a_huge_header_does_not_end_the_connection() {
    let dovecot = Dovecot::start();
    let mut client = dovecot.client("alice");
    let header = format!("Subject: x\r\nX-Long: {}\r\n", "y".repeat(2_000_000));
    client.append("INBOX", "", None, format!("{header}\r\nbody\r\n").as_bytes());
    client.append("INBOX", "", None, &mail("big", &"line of text\r\n".repeat(500_000)));

    let mut mailbox = prepared(&dovecot).await;
    mailbox.open(Folder::Inbox, Access::Read).await.expect("INBOX");
    let uids = mailbox.list(Listing::All).await.expect("a listing");
    let mut contents = Vec::new();
    mailbox.contents(&uids, &mut |batch| (contents.extend(batch), ControlFlow::Continue(())).1).await.expect("read");
    assert_eq!(contents.len(), 2);
    assert!(contents.iter().all(|content| content.message.len() <= imap::HEADER_LIMIT + imap::TEXT_LIMIT + 4));
    let mut idents = Vec::new();
    let collect = &mut |batch: Vec<quiethours::core::mail::Envelope>| {
        idents.extend(batch.iter().map(|envelope| Ident::of(&envelope.header)));
        ControlFlow::Continue(())
    };
    mailbox.envelopes(&uids, collect).await.expect("read");
    assert_eq!(idents, contents.iter().map(|content| Ident::of(&content.header)).collect::<Vec<_>>());
}

#[tokio::test]
async fn attachments_are_named_from_the_structure() {
    let dovecot = Dovecot::start();
    let body = "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n--b\r\nContent-Type: application/pdf\r\n\
                Content-Disposition: attachment; filename=facture.pdf\r\n\r\nxx\r\n--b--\r\n";
    let message = format!("Subject: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{body}");
    dovecot.deliver_lmtp("alice", message.as_bytes());
    let mut mailbox = prepared(&dovecot).await;
    mailbox.open(Folder::Inbox, Access::Read).await.expect("INBOX");
    let uids = mailbox.list(Listing::All).await.expect("a listing");
    let mut contents = Vec::new();
    mailbox.contents(&uids, &mut |batch| (contents.extend(batch), ControlFlow::Continue(())).1).await.expect("read");
    assert_eq!(contents[0].attachments, ["facture.pdf"]);
    // The text part alone, as a message of its own.
    let text = String::from_utf8(contents[0].message.clone()).expect("text");
    let (header, body) = text.split_once("\r\n\r\n").expect("an end of the header");
    assert!(header.contains("Subject: a\r\n") && header.contains("Content-Type: text/plain; charset=utf-8"), "{text}");
    assert!(!text.contains("boundary") && !text.contains("facture"), "{text}");
    assert_eq!(body.trim_end(), "Bonjour");
}

#[tokio::test]
async fn the_words_are_found_wherever_the_text_is_and_however_long_what_stands_before_it() {
    let long = |what: &str| format!("{}\r\n", what).repeat(imap::BEGINNING / what.len());
    let single = |header: &str, body: &str| format!("Subject: a\r\n{header}\r\n{body}\r\n");
    let parts = |header: &str, parts: &str| {
        let kind = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n";
        single(&format!("{header}{kind}"), &format!("{parts}--b--"))
    };
    let text = "--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n";
    let html = |words: &str| format!("--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>{words}</p>\r\n");
    let file = format!("--b\r\nContent-Type: application/pdf\r\n\r\n{}", long("JVBERi0xLjQK"));
    let nested = "--b\r\nContent-Type: multipart/alternative; boundary=c\r\n\r\n--c\r\n\r\nBonjour\r\n--c\r\n\
                  Content-Type: text/html\r\n\r\n<p>Autre chose</p>\r\n--c--\r\n";
    let field = format!("X-Long: {}\r\n", "y".repeat(imap::BEGINNING));
    let messages = [
        ("one part", single("", "Bonjour")),
        ("one long part", single("", &format!("Bonjour\r\n\r\n{}", long("> cité")))),
        ("one part below a long header", single(&field, "Bonjour")),
        ("text and HTML", parts("", &format!("{text}{}", html("Autre chose")))),
        ("text and a long file", parts("", &format!("{text}{file}"))),
        ("HTML, then text", parts("", &format!("{}{text}", html("Autre chose")))),
        ("long HTML, then text", parts("", &format!("{}{text}", html(&long("Autre chose"))))),
        ("HTML alone", parts("", &html("Bonjour"))),
        ("parts below a long header", parts(&field, &format!("{text}{file}"))),
        ("parts inside a part", parts("", &format!("{nested}{file}"))),
        ("a part that says nothing of itself", parts("", &format!("--b\r\n\r\nBonjour\r\n{file}"))),
        ("a long part that says nothing of itself", parts(&field, "--b\r\n\r\nBonjour\r\n")),
        ("parts without end", single("Content-Type: multipart/mixed; boundary=b\r\n", text)),
    ];
    let dovecot = Dovecot::start();
    let mut client = dovecot.client("alice");
    for (_, message) in &messages {
        client.append("INBOX", "", None, message.as_bytes());
    }
    let mut mailbox = prepared(&dovecot).await;
    mailbox.open(Folder::Inbox, Access::Read).await.expect("INBOX");
    let uids = mailbox.list(Listing::All).await.expect("a listing");
    let mut found = Vec::new();
    let mut visit = |batch: Vec<Content>| {
        found.extend(batch.iter().map(|content| (notice::read(&content.message).excerpt, Ident::of(&content.header))));
        ControlFlow::Continue(())
    };
    mailbox.contents(&uids, &mut visit).await.expect("read");
    assert_eq!(found.len(), messages.len());
    for ((what, message), (words, ident)) in messages.iter().zip(found) {
        assert_eq!(words.as_deref(), Some("Bonjour"), "{what}");
        assert_eq!(ident, Ident::of(message.as_bytes()), "{what}");
    }
}

#[tokio::test]
async fn relocated_messages_keep_bytes_flags_and_date() {
    for capability in [None, Some("IMAP4rev1 UIDPLUS NAMESPACE")] {
        let dovecot = capability.map_or_else(Dovecot::start, |list| Dovecot::builder().capability(list).start());
        let mut client = dovecot.client("alice");
        client.append("INBOX", "\\Flagged work", Some("01-Feb-2026 10:00:00 +0100"), &mail("one", "a"));
        client.append("INBOX", "\\Seen", None, &mail("two", "b"));
        client.append("INBOX", "\\Deleted", None, &mail("marked by the reader", "c"));
        let before = client.messages("INBOX");

        let mut mailbox = prepared(&dovecot).await;
        mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX");
        let gone = Uid::Number(4_000_000);
        let uids = [Uid::Number(before[1].uid), Uid::Number(before[0].uid), gone];
        mailbox.relocate(&uids, Folder::Held).await.expect("a move");

        let held = client.messages("Quiet Hours");
        let facts = |message: &support::client::Message| {
            (message.bytes.clone(), message.flags.clone(), message.internaldate.clone())
        };
        assert_eq!(held.iter().map(facts).collect::<Vec<_>>(), before[..2].iter().map(facts).collect::<Vec<_>>());
        assert_eq!(client.messages("INBOX"), before[2..]);
    }
}

#[tokio::test]
async fn without_move_an_interrupted_move_is_ended_and_what_the_reader_marked_stays() {
    let dovecot = Dovecot::builder().capability("IMAP4rev1 UIDPLUS NAMESPACE").start();
    let mut mailbox = prepared(&dovecot).await;
    let mut client = dovecot.client("alice");
    client.append("INBOX", "", None, &mail("copied", "a"));
    client.append("INBOX", "\\Deleted", None, &mail("marked by the reader", "b"));
    let before = client.messages("INBOX");
    client.select("INBOX");
    client.command(&format!("UID COPY {} \"Quiet Hours\"", before[0].uid));
    client.store("INBOX", &before[0].uid.to_string(), "+FLAGS (\\Deleted qh-moved)");

    mailbox.open(Folder::Inbox, Access::Read).await.expect("INBOX");
    assert_eq!(client.messages("INBOX").len(), 2, "opened for reading, nothing changes");
    let opened = mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX");
    assert_eq!(opened.exists, 1);
    assert_eq!(client.messages("INBOX"), before[1..]);
    assert_eq!(client.messages("Quiet Hours")[0].bytes, before[0].bytes);
}

#[tokio::test]
async fn two_thousand_messages_are_moved_and_sealed_in_bounded_commands() {
    let dovecot = Dovecot::start();
    let message = mail("many", "text");
    dovecot.deliver_all("alice", std::iter::repeat_n(&message[..], 2000));
    let mut mailbox = prepared(&dovecot).await;
    mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX");
    let uids = mailbox.list(Listing::All).await.expect("a listing");
    assert_eq!(uids.len(), 2000);
    let odd: Vec<_> = uids.iter().step_by(2).cloned().collect();
    mailbox.relocate(&odd, Folder::Held).await.expect("a move");
    let opened = mailbox.open(Folder::Held, Access::Write).await.expect("held");
    assert_eq!(opened.exists, 1000);
    let held = mailbox.list(Listing::All).await.expect("a listing");
    assert!(mailbox.seal(&held[..600], true).await.expect("keywords"));
    assert_eq!(mailbox.list(Listing::Sealed).await.expect("a listing"), held[..600]);
    mailbox.seal(&held, false).await.expect("keywords");
    assert!(mailbox.list(Listing::Sealed).await.expect("a listing").is_empty());
    assert_eq!(dovecot.client("alice").count("INBOX"), 1000);
}

#[tokio::test]
async fn a_folder_opened_for_reading_is_not_changed() {
    let dovecot = Dovecot::start();
    dovecot.deliver_lmtp("alice", &mail("one", "a"));
    let mut mailbox = prepared(&dovecot).await;
    mailbox.open(Folder::Inbox, Access::Read).await.expect("INBOX");
    let uids = mailbox.list(Listing::Since(Utc::now())).await.expect("a listing");
    assert_eq!(uids.len(), 1);
    assert!(matches!(mailbox.relocate(&uids, Folder::Held).await, Err(MailboxError::Refused(_))));
    assert_eq!(dovecot.client("alice").count("INBOX"), 1);
}

#[tokio::test]
async fn an_appended_digest_is_unseen_and_found_again() {
    let dovecot = Dovecot::start();
    let mut mailbox = prepared(&dovecot).await;
    mailbox.open(Folder::Inbox, Access::Read).await.expect("INBOX");
    let marker = mailbox.marker().await.expect("a marker");
    assert_eq!(mailbox.look(RID, Look::After(marker)).await.expect("a look"), Sight::Unchanged);
    dovecot.deliver_lmtp("alice", &mail("another", "a"));
    assert_eq!(mailbox.look(RID, Look::After(marker)).await.expect("a look"), Sight::Absent);

    let digest = format!("Subject: digest\r\nMessage-ID: <{RID}@coop.example>\r\n\r\nÉté {{3}}\r\n");
    assert_eq!(mailbox.append(RID, digest.as_bytes()).await, Outcome::Accepted);
    let messages = dovecot.client("alice").messages("INBOX");
    assert_eq!((messages[1].bytes.as_slice(), messages[1].flags.len()), (digest.as_bytes(), 0));
    assert_eq!(mailbox.look(RID, Look::After(marker)).await.expect("a look"), Sight::Found);
    assert_eq!(mailbox.look(RID, Look::Since(Utc::now())).await.expect("a look"), Sight::Found);
    assert_eq!(mailbox.look("zzzzzzzzzz0123456789", Look::Since(Utc::now())).await.expect("a look"), Sight::Absent);
}

#[tokio::test]
async fn after_a_change_of_uidvalidity_the_digest_is_found_where_the_reader_put_it() {
    let dovecot = Dovecot::start();
    let mut mailbox = prepared(&dovecot).await;
    let mut marker = mailbox.marker().await.expect("a marker");
    marker.uid_validity -= 1;
    assert_eq!(mailbox.look(RID, Look::After(marker)).await.expect("a look"), Sight::Absent);
    let mut client = dovecot.client("alice");
    client.create("Archive");
    client.append("Archive", "", None, format!("X-Quiethours-Release: {RID}\r\nSubject: d\r\n\r\n.\r\n").as_bytes());
    assert_eq!(mailbox.look(RID, Look::After(marker)).await.expect("a look"), Sight::Found);
}

#[tokio::test]
async fn no_room_is_no_delivery_and_the_mailbox_goes_on() {
    let dovecot = Dovecot::builder().quota_messages(1).start();
    let mut mailbox = prepared(&dovecot).await;
    assert_eq!(mailbox.append(RID, &mail("fits", "a")).await, Outcome::Accepted);
    let outcome = mailbox.append(RID, &mail("does not", "b")).await;
    assert!(matches!(outcome, Outcome::Refused { refusal: Refusal::Transient, .. }), "{outcome:?}");
    assert_eq!(mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX").exists, 1);
}

#[tokio::test]
async fn a_folder_that_vanished_is_missing_by_its_name() {
    let dovecot = Dovecot::start();
    dovecot.deliver_lmtp("alice", &mail("one", "a"));
    let mut mailbox = prepared(&dovecot).await;
    dovecot.client("alice").command("DELETE \"Quiet Hours/Released\"");
    let error = mailbox.open(Folder::Released, Access::Write).await.expect_err("it is gone");
    assert!(matches!(&error, MailboxError::Missing(name) if name == "Quiet Hours/Released"), "{error:?}");
    mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX");
    let error = mailbox.relocate(&[Uid::Number(1)], Folder::Released).await.expect_err("it is gone");
    assert!(matches!(&error, MailboxError::Missing(name) if name == "Quiet Hours/Released"), "{error:?}");
    assert_eq!(mailbox.list(Listing::All).await.expect("a listing").len(), 1);
}

#[tokio::test]
async fn a_missing_folder_has_the_name_of_the_configuration_also_where_the_server_has_another() {
    let dovecot = Dovecot::builder().separator('.').prefix("INBOX.").start();
    dovecot.deliver_lmtp("alice", &mail("one", "a"));
    let names = folders("Heures calmes", "Heures calmes/Diffusé");
    let missing = |error: MailboxError, wanted: &str| {
        assert!(matches!(&error, MailboxError::Missing(name) if name == wanted), "{error:?}")
    };
    let mut mailbox = connect_with(&dovecot, &names).await;
    missing(mailbox.prepare(false).await.expect_err("nothing is there"), "Heures calmes");
    missing(mailbox.open(Folder::Released, Access::Read).await.expect_err("nothing is there"), "Heures calmes/Diffusé");
    mailbox.prepare(true).await.expect("folders");
    dovecot.client("alice").command("DELETE \"INBOX.Heures calmes.Diffus&AOk-\"");
    missing(mailbox.prepare(false).await.expect_err("it is gone"), "Heures calmes/Diffusé");
    mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX");
    let moved = mailbox.relocate(&[Uid::Number(1)], Folder::Released).await;
    missing(moved.expect_err("it is gone"), "Heures calmes/Diffusé");
}

#[tokio::test]
async fn a_wait_ends_with_new_mail_or_a_stop_and_the_mailbox_goes_on() {
    let dovecot = Dovecot::start();
    let mut mailbox = prepared(&dovecot).await;
    mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX");
    let (stop, stopped) = watch::channel(false);
    let deadline = Duration::from_secs(30);
    let deliver = async {
        tokio::task::yield_now().await;
        dovecot.deliver_lmtp("alice", &mail("new", "a"));
    };
    let (waited, ()) = tokio::join!(timeout(deadline, mailbox.wait(Folder::Inbox, stopped.clone())), deliver);
    waited.expect("in time").expect("in step");
    assert_eq!(mailbox.list(Listing::All).await.expect("a listing").len(), 1);

    let halt = async {
        tokio::task::yield_now().await;
        stop.send(true).expect("a waiter");
    };
    let (waited, ()) = tokio::join!(timeout(deadline, mailbox.wait(Folder::Inbox, stopped.clone())), halt);
    waited.expect("in time").expect("in step");
    assert_eq!(mailbox.list(Listing::All).await.expect("a listing").len(), 1);
}
