//! A submission server over a stream in memory and a clock that jumps: no test waits for ten minutes.

mod matrix;

use tokio::io::{AsyncBufReadExt as _, BufReader, duplex};

use super::*;
use crate::config::SecretSource;

/// Octets of the longest digest: 25 MiB of originals and itself.
const LONGEST_DIGEST: u64 = 26 * 1024 * 1024;

fn account() -> Account {
    Account {
        host: "mail.coop.example".to_owned(),
        port: 465,
        security: Security::Tls,
        user: "alice".to_owned(),
        secret: SecretSource::Inline("Tr0ub4dor".into()),
        ca_file: None,
    }
}

fn alice(mechanism: Mechanism) -> Credentials {
    Credentials { user: "alice".to_owned(), secret: SecretString::from("Tr0ub4dor"), mechanism }
}

#[tokio::test(start_paused = true)]
async fn a_reply_without_end_ends_the_connection() {
    let (here, there) = duplex(64 * 1024);
    let flood = async {
        let mut there = there;
        while there.write_all(b"250 and on and on ").await.is_ok() {}
    };
    let (session, ()) = tokio::join!(Session::over(Box::new(here), b""), flood);
    assert_eq!(session.err().map(|fault| fault.refusal), Some(Refusal::Transient));
}

async fn log_in(mechanism: Mechanism, script: Vec<(&'static str, String)>) -> Result<(), Fault> {
    let (here, there) = duplex(64 * 1024);
    let server = async move {
        let mut there = BufReader::new(there);
        for (wanted, reply) in script {
            if !wanted.is_empty() {
                let mut line = String::new();
                there.read_line(&mut line).await.unwrap();
                assert!(line.starts_with(wanted), "{line:?} instead of {wanted:?}");
            }
            there.write_all(reply.as_bytes()).await.unwrap();
        }
        let _ = tokio::io::copy(&mut there, &mut tokio::io::sink()).await;
    };
    let client = async move {
        let mut session = Session::over(Box::new(here), b"").await?;
        session.log_in(&account(), &alice(mechanism)).await
    };
    tokio::join!(client, server).0
}

fn greeting(mechanisms: &str) -> Vec<(&'static str, String)> {
    vec![("", "220 hi\r\n".to_owned()), ("EHLO ", format!("250-hi\r\n250 AUTH {mechanisms}\r\n"))]
}

#[tokio::test(start_paused = true)]
async fn login_is_by_plain_or_login_or_a_token_whatever_the_server_offers() {
    let ok = || "235 ok\r\n".to_owned();
    let mut plain = greeting("LOGIN PLAIN");
    plain.push(("AUTH PLAIN AGFsaWNlAFRyMHViNGRvcg==", ok()));
    log_in(Mechanism::Password, plain).await.unwrap();
    let mut login = greeting("LOGIN");
    login.push(("AUTH LOGIN", "334 VXNlcm5hbWU6\r\n".to_owned()));
    login.push(("YWxpY2U=", "334 UGFzc3dvcmQ6\r\n".to_owned()));
    login.push(("VHIwdWI0ZG9y", ok()));
    log_in(Mechanism::Password, login).await.unwrap();
    let mut token = greeting("PLAIN XOAUTH2");
    token.push(("AUTH XOAUTH2 ", ok()));
    log_in(Mechanism::Token, token).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_told_and_a_password_that_the_server_repeats_is_not() {
    let mut wrong = greeting("PLAIN");
    wrong.push(("AUTH", "535 5.7.8 bad credentials\r\n".to_owned()));
    let fault = log_in(Mechanism::Password, wrong).await.unwrap_err();
    assert_eq!(fault.refusal, Refusal::Permanent);
    assert!(fault.to_string().contains("bad credentials"), "{fault}");
    for echo in ["Tr0ub4dor", "AGFsaWNlAFRyMHViNGRvcg=="] {
        let mut chatty = greeting("PLAIN");
        chatty.push(("AUTH", format!("500 unknown command AUTH {echo}\r\n")));
        let fault = log_in(Mechanism::Password, chatty).await.unwrap_err();
        assert!(!fault.to_string().contains(echo), "{fault}");
    }
    let fault = log_in(Mechanism::Password, greeting("GSSAPI")).await.unwrap_err();
    assert!(fault.to_string().contains("AUTH PLAIN or LOGIN"), "{fault}");
}

#[tokio::test(start_paused = true)]
async fn a_token_goes_by_oauthbearer_where_offered_and_its_refusal_is_heard_out() {
    let explains = || "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n".to_owned();
    let no = || "535 5.7.8 Username and Password not accepted\r\n".to_owned();
    let mut both = greeting("XOAUTH2 OAUTHBEARER PLAIN");
    both.push(("AUTH OAUTHBEARER bixhPWFsaWNlLAFob3N0PW1haWwuY29vcC5leGFtcGxl", "235 ok\r\n".to_owned()));
    log_in(Mechanism::Token, both).await.unwrap();
    for (offered, begins, end) in
        [("XOAUTH2", "AUTH XOAUTH2 ", "\r\n"), ("OAUTHBEARER", "AUTH OAUTHBEARER ", "AQ==\r\n")]
    {
        for script in [vec![(begins, no())], vec![(begins, explains()), (end, no())], vec![(begins, explains())]] {
            let fault = log_in(Mechanism::Token, [greeting(offered), script].concat()).await.unwrap_err();
            assert!(matches!(fault.trouble, Trouble::Token(_)), "{fault:?}");
            assert_eq!(fault.refusal, Refusal::Transient);
        }
    }
    let busy =
        [greeting("XOAUTH2"), vec![("AUTH XOAUTH2 ", "454 4.7.0 Temporary authentication failure\r\n".to_owned())]];
    let fault = log_in(Mechanism::Token, busy.concat()).await.unwrap_err();
    assert!(matches!(fault.trouble, Trouble::Lost(_)), "no reason to ask for another: {fault:?}");
    let fault = log_in(Mechanism::Token, greeting("PLAIN LOGIN")).await.unwrap_err();
    assert!(fault.to_string().contains("OAUTHBEARER or XOAUTH2"), "{fault}");
}

async fn starttls(greeting: &'static [u8], ehlo: &'static [u8], answer: &'static [u8]) -> (Result<(), Fault>, String) {
    let (here, mut there) = duplex(64 * 1024);
    let server = async move {
        let _ = there.write_all(greeting).await;
        let mut there = BufReader::new(there);
        let mut got = String::new();
        for reply in [ehlo, answer] {
            if there.read_line(&mut got).await.unwrap_or(0) == 0 {
                break;
            }
            let _ = there.write_all(reply).await;
        }
        let _ = there.read_line(&mut got).await;
        got
    };
    let client = async { ask_for_tls(Box::new(here), "mail.coop.example").await.map(drop) };
    tokio::join!(client, server)
}

#[tokio::test(start_paused = true)]
async fn without_starttls_nothing_more_is_said() {
    let offer = b"250-hi\r\n250-STARTTLS\r\n250 SIZE\r\n";
    assert!(starttls(b"220 hi\r\n", offer, b"220 go\r\n").await.0.is_ok());
    let (stripped, got) = starttls(b"220 hi\r\n", b"250-hi\r\n250 AUTH PLAIN\r\n", b"").await;
    assert!(stripped.unwrap_err().to_string().contains("STARTTLS"));
    assert!(got.starts_with("EHLO ") && got.lines().count() == 1, "{got}");
    assert!(starttls(b"220 hi\r\n", offer, b"454 not now\r\n").await.0.is_err());
    assert!(starttls(b"220 hi\r\n", offer, b"220 go\r\n250 injected\r\n").await.0.is_err());
    assert!(starttls(b"554 go away\r\n", offer, b"").await.0.is_err());
    let (refused, _) = starttls(b"220 hi\r\n", b"421 4.3.2 busy\r\n", b"").await;
    assert_eq!(refused.unwrap_err().trouble, Trouble::Refused("421 4.3.2 busy".to_owned()));
}

/// The longest attempt: a name server, then four addresses, of which the last answers; STARTTLS, the handshake, the greeting with
/// EHLO, AUTH, MAIL, RCPT and DATA, each at its limit; the message and QUIT.
#[test]
fn the_longest_attempt_is_over_in_half_of_the_watchdogs_time() {
    let seconds = Duration::from_secs(30);
    let upload = Duration::from_secs(LONGEST_DIGEST / SLOWEST);
    let longest = seconds * 5 + COMMAND + seconds + COMMAND * 5 + MESSAGE + upload + GOODBYE;
    let unit = include_str!("../../../contrib/systemd/quiethours.service");
    let hours: u64 = unit.split_once("\nWatchdogSec=").unwrap().1.split_once("h\n").unwrap().0.parse().unwrap();
    assert!(longest <= Duration::from_secs(hours * 3600) / 2, "{longest:?}");
}
