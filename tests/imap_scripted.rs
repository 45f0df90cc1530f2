//! The IMAP mailbox against servers that refuse, lie, hang up or fall silent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::{ops::ControlFlow, time::Duration};

use quiethours::{
    config::{Account, SecretSource, Security},
    core::{
        mail::{Envelope, Flags, Folder, Uid},
        outcome::{Outcome, Refusal},
    },
    io::{
        imap::{self, ImapMailbox},
        mailbox::{Access, FolderNames, Listing, Mailbox as _, MailboxError},
    },
};
use support::imap_peer::{ImapPeer, Line, logged_in, on, opened};
use tokio::{sync::watch, time::timeout};

const RID: &str = "abcdefghij0123456789";

/// Shorter than the deadline of any command: what ends by then was ended for its size.
const ENOUGH: Duration = Duration::from_secs(50);

async fn connect_to(peer: &ImapPeer, security: Security) -> Result<ImapMailbox, MailboxError> {
    let account = Account {
        host: "127.0.0.1".to_owned(),
        port: peer.port(),
        security,
        user: "alice".to_owned(),
        secret: SecretSource::Inline("secret".into()),
        ca_file: None,
    };
    let folders = FolderNames { intake: "INBOX".into(), held: "Quiet Hours".into(), released: "Released".into() };
    imap::connect(&account, &folders, "secret".into()).await
}

/// Connects to a peer that logs us in, shows an INBOX of `exists` messages, and goes on with `script`.
async fn inbox(capabilities: &str, exists: usize, script: Vec<Line>) -> (ImapPeer, ImapMailbox) {
    let script = [logged_in(capabilities), opened(exists), script].concat();
    let peer = ImapPeer::play(script);
    let mut mailbox = connect_to(&peer, Security::Cleartext).await.expect("a login");
    mailbox.open(Folder::Inbox, Access::Write).await.expect("INBOX");
    (peer, mailbox)
}

fn say(text: &str) -> Line {
    Line::Say(text.to_owned())
}

#[tokio::test]
async fn a_refused_search_is_no_empty_folder() {
    let (peer, mut mailbox) = inbox(
        "MOVE",
        0,
        [on("UID SEARCH ALL", &["TAG NO [UNAVAILABLE] later"]), on("UID SEARCH ALL", &["* SEARCH", "TAG OK done"])]
            .concat(),
    )
    .await;
    assert!(matches!(mailbox.list(Listing::All).await, Err(MailboxError::Busy(_))));
    assert!(mailbox.list(Listing::All).await.expect("still in step").is_empty());
    peer.finish();
}

#[tokio::test]
async fn a_listing_that_disagrees_with_exists_is_an_error() {
    let search = || on("UID SEARCH ALL", &["* SEARCH 1 2", "TAG OK done"]);
    let noop = || on("NOOP", &["TAG OK done"]);
    let script = [search(), noop(), search(), noop(), search(), noop()].concat();
    let (peer, mut mailbox) = inbox("MOVE", 3, script).await;
    assert!(matches!(mailbox.list(Listing::All).await, Err(MailboxError::Refused(_))));
    peer.finish();
}

#[tokio::test]
async fn a_listing_may_come_in_several_lines_and_after_a_late_exists() {
    let script = [
        on("UID SEARCH ALL", &["* SEARCH 1", "* SEARCH 5 1", "* 3 EXISTS", "TAG OK done"]),
        on("NOOP", &["TAG OK done"]),
        on("UID SEARCH ALL", &["* SEARCH 1 5 8", "TAG OK done"]),
    ];
    let (peer, mut mailbox) = inbox("MOVE", 2, script.concat()).await;
    assert_eq!(mailbox.list(Listing::All).await.expect("a listing"), [1, 5, 8].map(Uid::Number));
    peer.finish();
}

#[tokio::test]
async fn an_answer_to_another_tag_is_not_ours() {
    let script = on("UID SEARCH ALL", &["* SEARCH 1", "Q999 OK done", "Q999 NO what", "TAG OK done"]);
    let (peer, mut mailbox) = inbox("MOVE", 1, script).await;
    assert_eq!(mailbox.list(Listing::All).await.expect("a listing"), [Uid::Number(1)]);
    peer.finish();
}

#[tokio::test]
async fn an_end_at_any_byte_of_an_answer_is_a_lost_connection() {
    let answer =
        b"* SEARCH 1 2\r\n* OK still here\r\n* 1 FETCH (UID 1 FLAGS (\\Seen) BODY[TEXT] {4}\r\na\r\nb)\r\nA0007 OK done\r";
    for length in (0..answer.len()).step_by(3).chain([answer.len()]) {
        let script = vec![Line::Expect("UID SEARCH"), Line::Raw(answer[..length].to_vec())];
        let (peer, mut mailbox) = inbox("MOVE", 2, script).await;
        assert!(matches!(mailbox.list(Listing::All).await, Err(MailboxError::Lost(_))), "cut at {length}");
        assert!(matches!(mailbox.list(Listing::All).await, Err(MailboxError::Lost(_))), "useless afterwards");
        peer.finish();
    }
}

#[tokio::test]
async fn a_goodbye_is_a_lost_connection() {
    let (peer, mut mailbox) = inbox("MOVE", 0, on("UID SEARCH", &["* BYE shutting down"])).await;
    assert!(matches!(mailbox.list(Listing::All).await, Err(MailboxError::Lost(text)) if text == "shutting down"));
    peer.finish();
    let peer = ImapPeer::play(vec![say("* BYE Too many simultaneous connections")]);
    assert!(matches!(connect_to(&peer, Security::Cleartext).await, Err(MailboxError::Busy(_))));
}

/// What `envelopes` makes of two messages when the server answers with these lines.
async fn envelopes(answers: &[&str]) -> Result<Vec<Envelope>, MailboxError> {
    let (peer, mut mailbox) = inbox("MOVE", 9, on("UID FETCH 1:2 (UID", answers)).await;
    let mut envelopes = Vec::new();
    let uids = [2, 1].map(Uid::Number);
    let result = mailbox.envelopes(&uids, &mut |batch| (envelopes.extend(batch), ControlFlow::Continue(())).1).await;
    peer.finish();
    result.map(|()| envelopes)
}

const ASKED: &str =
    "* 1 FETCH (UID 1 INTERNALDATE \"01-Feb-2026 10:00:00 +0100\" FLAGS (\\Draft) BODY[HEADER]<0> \"A: b\")";

#[tokio::test]
async fn unasked_responses_between_all_lines_change_nothing() {
    let noise = ["* 9 EXISTS", "* 3 EXPUNGE", "* 2 FETCH (UID 2 FLAGS (\\Seen))", "* VANISHED 4", "* XNOISE (a b)"];
    let envelopes = envelopes(&[&noise[..], &[ASKED], &noise, &["TAG OK done"]].concat()).await.expect("envelopes");
    assert_eq!(envelopes.len(), 1);
    assert_eq!(envelopes[0].header, b"A: b");
    assert_eq!(envelopes[0].flags, Flags { draft: true, ..Flags::default() });
}

#[tokio::test]
async fn an_answer_that_nobody_can_read_is_an_error_not_a_message_less() {
    let result = envelopes(&[ASKED, "* 2 FETCH (UID 2 INTERNALDATE NIL)", "TAG OK done"]).await;
    assert!(matches!(result, Err(MailboxError::Lost(_))));
}

#[tokio::test]
async fn messages_that_stayed_after_a_move_are_an_error() {
    let script =
        [on("UID MOVE 1:2 \"Released\"", &["TAG OK done"]), on("UID SEARCH UID 1:2", &["* SEARCH 2", "TAG OK"])];
    let (peer, mut mailbox) = inbox("MOVE", 2, script.concat()).await;
    let moved = mailbox.relocate(&[1, 2].map(Uid::Number), Folder::Released).await;
    assert!(matches!(moved, Err(MailboxError::Refused(_))));
    peer.finish();
}

#[tokio::test]
async fn without_move_a_refused_copy_deletes_nothing() {
    let script = on("UID COPY 1 \"Released\"", &["TAG NO [OVERQUOTA] full"]);
    let (peer, mut mailbox) = inbox("UIDPLUS", 1, script).await;
    let moved = mailbox.relocate(&[Uid::Number(1)], Folder::Released).await;
    assert!(matches!(moved, Err(MailboxError::Full(_))));
    drop(mailbox);
    peer.finish();
}

#[tokio::test]
async fn a_folder_without_keywords_is_not_sealed() {
    let (peer, mut mailbox) = inbox("MOVE", 1, Vec::new()).await;
    assert!(!mailbox.seal(&[Uid::Number(1)], true).await.expect("nothing to do"));
    peer.finish();
}

async fn append(answers: Vec<Line>) -> Outcome {
    let leave = on("UNSELECT", &["TAG OK done"]);
    let script = [leave, vec![Line::Expect("APPEND INBOX {8}")], answers].concat();
    let (peer, mut mailbox) = inbox("MOVE UNSELECT", 0, script).await;
    let outcome = mailbox.append(RID, b"A: b\r\n\r\n").await;
    drop(mailbox);
    peer.finish();
    outcome
}

#[tokio::test]
async fn an_append_is_uncertain_only_once_the_message_was_offered() {
    let body = || [Line::Expect("A: b"), Line::Expect(""), Line::Expect("")];
    let accepted = [&[say("* 1 EXISTS"), say("+ go")], &body()[..], &[say("* 2 EXISTS"), say("TAG OK done")]].concat();
    assert_eq!(append(accepted).await, Outcome::Accepted);
    let cut_after = [&[say("+ go")], &body()[..]].concat();
    assert!(matches!(append(cut_after).await, Outcome::Uncertain { .. }));
    let goodbye = [&[say("+ go")], &body()[..], &[say("* BYE Too many of you")]].concat();
    assert!(matches!(append(goodbye).await, Outcome::Uncertain { .. }));

    let transient = |outcome| matches!(outcome, Outcome::Refused { refusal: Refusal::Transient, .. });
    assert!(transient(append(Vec::new()).await));
    assert!(transient(append(vec![say("TAG NO [OVERQUOTA] full")]).await));
    let late_no = [&[say("+ go")], &body()[..], &[say("TAG NO disk on fire")]].concat();
    assert!(transient(append(late_no).await));
    let permanent = append(vec![say("TAG NO [TOOBIG] no")]).await;
    assert!(matches!(permanent, Outcome::Refused { refusal: Refusal::Permanent, .. }));
}

#[tokio::test]
async fn a_connection_that_died_before_starts_no_append() {
    let (peer, mut mailbox) = inbox("MOVE UNSELECT", 0, Vec::new()).await;
    peer.finish();
    let outcome = mailbox.append(RID, b"A: b\r\n\r\n").await;
    assert!(matches!(outcome, Outcome::Refused { refusal: Refusal::Transient, .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_stripped_or_early_starttls_fails_closed() {
    let greeting = || vec![say("* OK ready")];
    let without = [greeting(), on("CAPABILITY", &["* CAPABILITY IMAP4rev1 AUTH=PLAIN", "TAG OK done"])].concat();
    let with = on("CAPABILITY", &["* CAPABILITY IMAP4rev1 STARTTLS", "TAG OK done"]);
    let refused = [greeting(), with.clone(), on("STARTTLS", &["TAG NO not now"])].concat();
    let mut early = [greeting(), with, vec![Line::Expect("STARTTLS")]].concat();
    early.push(say("TAG OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN"));
    for script in [without, early] {
        let peer = ImapPeer::play(script);
        let error = connect_to(&peer, Security::StartTls).await.err();
        assert!(matches!(error, Some(MailboxError::Tls(_))), "{error:?}");
        peer.finish();
    }
    let peer = ImapPeer::play(refused);
    assert!(connect_to(&peer, Security::StartTls).await.is_err());
    peer.finish();
}

#[tokio::test]
async fn gibberish_instead_of_a_greeting_is_a_lost_connection() {
    for greeting in ["HTTP/1.1 400 Bad Request", "* NO go away", "\u{0}\u{0}"] {
        let peer = ImapPeer::play(vec![say(greeting)]);
        assert!(matches!(connect_to(&peer, Security::Cleartext).await, Err(MailboxError::Lost(_))), "{greeting}");
    }
}

#[tokio::test]
async fn login_is_not_tried_where_the_server_forbids_it() {
    let script = [vec![say("* OK ready")], on("CAPABILITY", &["* CAPABILITY IMAP4rev1 LOGINDISABLED", "TAG OK done"])];
    let peer = ImapPeer::play(script.concat());
    assert!(matches!(connect_to(&peer, Security::Cleartext).await, Err(MailboxError::Unsupported(_))));
    peer.finish();
}

#[tokio::test]
async fn a_login_is_refused_for_good_or_for_now_and_the_code_says_which() {
    for (capability, command) in
        [("X", "LOGIN"), ("AUTH=PLAIN", "AUTHENTICATE"), ("AUTH=PLAIN SASL-IR", "AUTHENTICATE")]
    {
        let refused = async |answer: &str| {
            let capability = format!("* CAPABILITY IMAP4rev1 {capability}");
            let able = on("CAPABILITY", &[&capability, "TAG OK done"]);
            let peer = ImapPeer::play([vec![say("* OK ready")], able, on(command, &[answer])].concat());
            let error = connect_to(&peer, Security::Cleartext).await.err().expect("a refusal");
            peer.finish();
            error
        };
        for now in ["TAG NO [UNAVAILABLE] the directory is down", "TAG NO [LIMIT] too often", "TAG NO Try again later"]
        {
            assert!(matches!(refused(now).await, MailboxError::Busy(_)), "{now}");
        }
        for good in ["TAG NO [AUTHENTICATIONFAILED] no", "TAG NO no", "TAG NO [NONEXISTENT] who?", "TAG BAD what?"] {
            assert!(matches!(refused(good).await, MailboxError::Login(_)), "{good}");
        }
        assert!(matches!(refused("TAG OH no").await, MailboxError::Lost(_)));
    }
}

#[tokio::test]
async fn a_password_that_a_server_repeats_is_not_shown() {
    for answer in [
        "TAG NO wrong: secret",
        "TAG BAD unknown command LOGIN \"alice\" \"secret\"",
        "TAG NO [UNAVAILABLE] AGFsaWNlAHNlY3JldA==",
        "* BYE c2VjcmV0 is no password",
    ] {
        for capability in ["X", "AUTH=PLAIN SASL-IR"] {
            let able = on("CAPABILITY", &[&format!("* CAPABILITY IMAP4rev1 {capability}"), "TAG OK done"]);
            let verb = if capability == "X" { "LOGIN" } else { "AUTHENTICATE" };
            let peer = ImapPeer::play([vec![say("* OK ready")], able, on(verb, &[answer])].concat());
            let error = connect_to(&peer, Security::Cleartext).await.err().expect("a refusal");
            let shown = format!("{error} {error:?}");
            assert!(shown.contains("the server repeated"), "{shown}");
            assert!(["\"secret", ": secret", "AGFsaWNl", "c2Vjcm"].iter().all(|form| !shown.contains(form)), "{shown}");
            peer.finish();
        }
    }
}

#[tokio::test]
async fn a_server_that_knows_us_already_asks_for_no_login() {
    let able = || on("CAPABILITY", &["* CAPABILITY IMAP4rev1 MOVE", "TAG OK done"]);
    let listed = on("LIST", &["* LIST () \"/\" \"\"", "TAG OK done"]);
    let peer = ImapPeer::play([vec![say("* PREAUTH welcome")], able(), listed].concat());
    connect_to(&peer, Security::Cleartext).await.expect("a mailbox");
    peer.finish();
}

#[tokio::test]
async fn a_listing_of_a_hundred_thousand_messages_is_read() {
    let uids: Vec<u32> = (100_000..200_000).collect();
    let line = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(" ");
    let (peer, mut mailbox) =
        inbox("MOVE", uids.len(), on("UID SEARCH ALL", &[&format!("* SEARCH {line}"), "TAG OK done"])).await;
    assert_eq!(mailbox.list(Listing::All).await.expect("a listing").len(), uids.len());
    peer.finish();
}

#[tokio::test]
async fn a_refused_idle_becomes_polling_and_a_stop_ends_it() {
    let script = [on("IDLE", &["* 0 RECENT", "TAG NO not here"]), on("UID SEARCH ALL", &["* SEARCH", "TAG OK done"])];
    let (peer, mut mailbox) = inbox("MOVE IDLE", 0, script.concat()).await;
    let (stop, stopped) = watch::channel(false);
    let halt = async {
        tokio::task::yield_now().await;
        stop.send(true).expect("a waiter");
    };
    let (waited, ()) = tokio::join!(mailbox.wait(Folder::Inbox, stopped), halt);
    waited.expect("in step");
    assert!(mailbox.list(Listing::All).await.expect("in step").is_empty());
    peer.finish();
}

#[tokio::test]
async fn mail_announced_before_idle_began_ends_the_wait() {
    let script = on("IDLE", &["* 1 EXISTS", "+ idling", "* OK Still here"]);
    let script = [script, vec![Line::Expect("DONE"), say("* 2 EXISTS"), say("TAG OK done")]].concat();
    let (peer, mut mailbox) = inbox("MOVE IDLE", 0, script).await;
    let (_stop, stopped) = watch::channel(false);
    mailbox.wait(Folder::Inbox, stopped).await.expect("in step");
    peer.finish();
}

#[tokio::test]
async fn an_end_while_idling_is_a_lost_connection() {
    for last in [vec![], vec![say("* BYE idle for too long")]] {
        let (_peer, mut mailbox) = inbox("MOVE IDLE", 0, [on("IDLE", &["+ idling"]), last].concat()).await;
        let (_stop, stopped) = watch::channel(false);
        assert!(matches!(mailbox.wait(Folder::Inbox, stopped).await, Err(MailboxError::Lost(_))));
    }
}

#[tokio::test]
async fn silence_is_noticed_in_every_phase() {
    for script in [vec![], on("IDLE", &["+ idling"])] {
        let (peer, mut mailbox) = inbox("MOVE IDLE", 0, [script, vec![Line::Silence]].concat()).await;
        let (_stop, stopped) = watch::channel(false);
        tokio::time::pause();
        assert!(matches!(mailbox.wait(Folder::Inbox, stopped).await, Err(MailboxError::Lost(_))));
        assert!(matches!(mailbox.append(RID, b"A: b\r\n\r\n").await, Outcome::Refused { .. }));
        tokio::time::resume();
        drop(mailbox);
        peer.finish();
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off_whatever_it_is_made_of() {
    let lines = format!("* OK [UIDNEXT 9] {}\r\n", "and on ".repeat(100));
    let cases: [(&str, &'static [u8]); 5] = [
        ("", b"*"),
        ("* SEARCH", b" 12345"),
        ("* 1 FETCH (UID 1 BODY[TEXT] {4294967295}\r\n", b"x"),
        ("* 1 FETCH (UID 1", b" BODY[TEXT] {9}\r\n123456789"),
        ("", lines.leak().as_bytes()),
    ];
    for (beginning, flood) in cases {
        let script = vec![Line::Expect("UID SEARCH"), Line::Raw(beginning.into()), Line::Flood(flood)];
        let (peer, mut mailbox) = inbox("MOVE", 0, script).await;
        let listed = timeout(ENOUGH, mailbox.list(Listing::All)).await.expect("an end");
        assert!(matches!(listed, Err(MailboxError::Lost(_))), "{}", flood.escape_ascii());
        drop(mailbox);
        peer.finish();
    }
}
