//! Logins by access token: the exchange with a server, and where the token comes from.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::{fs, process::Output};

use chrono::Utc;
use quiethours::{
    config::{Account, SecretSource, Security},
    io::{
        imap::{self, ImapMailbox},
        mailbox::{FolderNames, MailboxError},
    },
};
use support::{
    dovecot::Dovecot,
    imap_peer::{ImapPeer, Line, on},
    mails::discourse,
    token::token,
    volunteer::{Volunteer, await_that},
};

/// `user=alice`, `auth=Bearer token-1`.
const XOAUTH2: &str = "dXNlcj1hbGljZQFhdXRoPUJlYXJlciB0b2tlbi0xAQE=";

/// `{"status":"401"}`
const CHALLENGE: &str = "+ eyJzdGF0dXMiOiI0MDEifQ==";

const REFUSED: &str = "TAG NO [AUTHENTICATIONFAILED] Invalid credentials";

async fn log_in(peer: &ImapPeer) -> Result<ImapMailbox, MailboxError> {
    let account = Account {
        host: "127.0.0.1".to_owned(),
        port: peer.port(),
        security: Security::Cleartext,
        user: "alice".to_owned(),
        secret: SecretSource::Token(vec!["oama".to_owned()]),
        ca_file: None,
    };
    let folders = FolderNames { intake: "INBOX".into(), held: "Quiet Hours".into(), released: "Released".into() };
    imap::connect(&account, &folders, "token-1".into()).await
}

/// What comes of a login at a server with these capabilities, which then goes on with `script`.
async fn outcome(capabilities: &str, script: &[Vec<Line>]) -> Result<(), MailboxError> {
    let mut lines = vec![Line::Say("* OK ready".to_owned())];
    lines.extend(on("CAPABILITY", &[&format!("* CAPABILITY IMAP4rev1 {capabilities}"), "TAG OK done"]));
    lines.extend(script.concat());
    let peer = ImapPeer::play(lines);
    let outcome = log_in(&peer).await.map(drop);
    peer.finish();
    outcome
}

/// What follows a login.
fn accepted() -> Vec<Line> {
    let capability = on("CAPABILITY", &["* CAPABILITY IMAP4rev1", "TAG OK done"]);
    [capability, on("LIST \"\" \"\"", &["* LIST (\\Noselect) \"/\" \"\"", "TAG OK done"])].concat()
}

fn ok() -> Vec<Line> {
    vec![Line::Say("TAG OK done".to_owned())]
}

#[tokio::test]
async fn oauthbearer_is_preferred_and_xoauth2_will_do() {
    let both = "SASL-IR AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER";
    outcome(both, &[on("AUTHENTICATE OAUTHBEARER bixhPWFsaWNlLAFob3N0PTEyNy4wLjAuMQFwb3J0P", &[]), ok(), accepted()])
        .await
        .expect("a login");
    outcome(
        "SASL-IR AUTH=XOAUTH2",
        &[on(leaked(format!("AUTHENTICATE XOAUTH2 {XOAUTH2}\r\n")), &[]), ok(), accepted()],
    )
    .await
    .expect("a login");
}

/// A script's words live as long as the program.
fn leaked(text: String) -> &'static str {
    text.leak()
}

#[tokio::test]
async fn without_sasl_ir_the_token_follows_when_the_server_asks() {
    let ask = on("AUTHENTICATE XOAUTH2\r\n", &["+ "]);
    let sent = vec![Line::Answer(XOAUTH2)];
    outcome("AUTH=XOAUTH2", &[ask, sent, ok(), accepted()]).await.expect("a login");
}

#[tokio::test]
async fn the_challenge_before_a_refusal_is_answered_and_the_login_refused() {
    let no = || vec![Line::Say(REFUSED.to_owned())];
    let script = [on("AUTHENTICATE XOAUTH2 ", &[CHALLENGE]), vec![Line::Answer("")], no()];
    assert!(matches!(outcome("SASL-IR AUTH=XOAUTH2", &script).await, Err(MailboxError::Token(_))));
    let script = [on("AUTHENTICATE OAUTHBEARER ", &[CHALLENGE]), vec![Line::Answer("AQ==")], no()];
    assert!(matches!(outcome("SASL-IR AUTH=OAUTHBEARER", &script).await, Err(MailboxError::Token(_))));
    let ask = on("AUTHENTICATE XOAUTH2\r\n", &["+ "]);
    let sent = vec![Line::Answer(XOAUTH2), Line::Say(CHALLENGE.to_owned()), Line::Answer("")];
    assert!(matches!(outcome("AUTH=XOAUTH2", &[ask, sent, no()]).await, Err(MailboxError::Token(_))));
}

#[tokio::test]
async fn a_server_that_never_stops_asking_is_left() {
    let script = [on("AUTHENTICATE XOAUTH2 ", &[CHALLENGE]), vec![Line::Answer(""), Line::Say(CHALLENGE.to_owned())]];
    assert!(matches!(outcome("SASL-IR AUTH=XOAUTH2", &script).await, Err(MailboxError::Lost(_))));
}

#[tokio::test]
async fn a_token_is_never_sent_as_a_password() {
    let refused = outcome("SASL-IR AUTH=PLAIN AUTH=LOGIN", &[]).await;
    assert!(matches!(refused, Err(MailboxError::Unsupported(_))), "{refused:?}");
}

/// Alice at a server that takes tokens. Her command prints the first token, then the second each time; it counts its runs.
struct Provider {
    alice: Volunteer,
}

impl Provider {
    fn new(mechanisms: &str, first: &str, then: &str) -> Self {
        let server = Dovecot::builder().tokens().extra(&format!("auth_mechanisms = plain {mechanisms}")).start();
        let alice = Volunteer::new(server, "oauth_token_command = \"true\"", "");
        let command = alice.path().join("command");
        let runs = alice.path().join("runs");
        let script = format!(
            "echo run >> '{runs}'; echo 'word-on-stderr' >&2\nif [ $(wc -l < '{runs}') = 1 ]; then {first}; else {then}; fi\n",
            runs = runs.display()
        );
        fs::write(&command, script).unwrap();
        alice.configure(&format!("oauth_token_command = \"sh '{}'\"", command.display()), "");
        Self { alice }
    }

    fn run_once(&self) -> Output {
        self.alice.run(&["-vvv", "run", "--once"])
    }

    fn runs(&self) -> usize {
        fs::read_to_string(self.alice.path().join("runs")).unwrap().lines().count()
    }
}

fn text(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

fn good() -> String {
    token("alice", Utc::now().timestamp() + 600)
}

fn expired() -> String {
    token("alice", Utc::now().timestamp() - 600)
}

#[test]
fn an_expired_token_is_asked_for_anew_once_and_no_token_is_logged() {
    for mechanisms in ["xoauth2", "oauthbearer", "xoauth2 oauthbearer"] {
        let (expired, good) = (expired(), good());
        let provider = Provider::new(mechanisms, &format!("echo {expired}"), &format!("echo {good}"));
        let output = provider.run_once();
        assert_eq!(output.status.code(), Some(0), "{mechanisms}: {}", text(&output));
        assert_eq!(provider.runs(), 2, "{mechanisms}");
        for secret in [&expired, &good, "word-on-stderr", "Bearer"] {
            assert!(!text(&output).contains(secret), "{secret} in {}", text(&output));
        }
        assert!(text(&output).contains("AUTHENTICATE"), "the log tells the verb: {}", text(&output));
    }
}

#[test]
fn a_token_refused_again_is_a_refused_login() {
    let expired = expired();
    let provider = Provider::new("xoauth2", &format!("echo {expired}"), &format!("echo {expired}"));
    let output = provider.run_once();
    assert_eq!(output.status.code(), Some(77), "{}", text(&output));
    assert_eq!(provider.runs(), 2);
    assert!(!text(&output).contains(&expired));
}

#[test]
fn a_command_that_gives_no_token_is_passing_trouble_and_nothing_is_sent() {
    for wrong in ["exit 1", "true", "echo Please log in again", "printf 'a\\nb\\n'"] {
        let provider = Provider::new("xoauth2", wrong, wrong);
        let output = provider.run_once();
        assert_eq!(output.status.code(), Some(75), "{wrong}: {}", text(&output));
        assert_eq!(provider.runs(), 1, "{wrong}");
        assert!(!provider.alice.server.log().contains("xoauth2("), "{}", provider.alice.server.log());
    }
}

#[test]
fn a_command_that_fails_when_asked_anew_is_no_refused_login() {
    let provider = Provider::new("xoauth2", &format!("echo {}", expired()), "exit 1");
    let output = provider.run_once();
    assert_eq!(output.status.code(), Some(75), "{}", text(&output));
    assert_eq!(provider.runs(), 2);
}

#[test]
fn a_token_that_expired_during_a_session_is_asked_for_anew_when_the_server_ends_it() {
    let (good, expired) = (good(), expired());
    // The provider's program has not noticed yet when it is first asked again.
    let then = format!("if [ $(wc -l < \"$(dirname \"$0\")/runs\") = 2 ]; then echo {expired}; else echo {good}; fi");
    let provider = Provider::new("xoauth2", &format!("echo {good}"), &then);
    let alice = &provider.alice;
    let daemon = alice.start();
    assert_eq!(provider.runs(), 1);
    assert!(alice.server.kill_workers() > 0, "there was no session");
    alice.server.deliver_lmtp("alice", &discourse(1, 1, "Sujet.", "x"));
    await_that("it is held", || alice.client().count("Quiet Hours") == 1);
    assert_eq!(provider.runs(), 3, "{}", alice.log());
    assert_eq!(daemon.stop(), Some(0));
    assert!(!alice.log().contains(&good) && !alice.log().contains(&expired));
}
