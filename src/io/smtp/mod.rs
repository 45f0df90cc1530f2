//! The digest to a submission server (RFC 6409), phase by phase: each with its own deadline, and one line between them that
//! decides everything. Before the first byte of the message it is certainly not accepted; after it only a code from 250 to 259
//! is acceptance, 4yz and 5yz are refusals, and all else is uncertain.
//!
//! lettre's transport cannot tell the two apart and has no deadline but for connecting: so its connection is driven here, over a
//! stream of ours.

mod fault;
mod login;
mod reply;
#[cfg(test)]
mod tests;

use std::{fmt::Display, ops::RangeInclusive, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, MailBodyParameter, MailParameter},
    },
};
use secrecy::SecretString;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

pub use self::fault::{Fault, Trouble};
use self::reply::{Heard, Reply, Screen};
use crate::{
    config::{Account, Security},
    core::{
        outcome::{Outcome, Refusal},
        text,
    },
    io::{
        imap::{Duplex, dial, protect},
        mailbox::MailboxError,
        trust::{Cause, Distrust},
    },
};

/// One command and its reply (RFC 5321, 4.5.3.2): servers look senders and recipients up before they answer.
const COMMAND: Duration = Duration::from_secs(300);

/// The message and the answer to its end: three minutes to send it and the ten of RFC 5321 (4.5.3.2.6) for the answer. To be
/// impatient here is to send twice.
const MESSAGE: Duration = Duration::from_secs(780);

/// The slowest line that a message is sent over, in bytes a second: 25 MiB take fourteen minutes more.
const SLOWEST: u64 = 32 * 1024;

/// QUIT is a courtesy: the acceptance is not recorded before.
const GOODBYE: Duration = Duration::from_secs(2);

/// What lettre reads as the greeting after STARTTLS, where a server sends none.
const GREETED: &[u8] = b"220 ready\r\n";

/// Only this is acceptance.
const ACCEPTANCE: RangeInclusive<u16> = 250..=259;

/// What a user proves who they are with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// A password: PLAIN, or LOGIN where there is no other.
    Password,
    /// An OAuth token: OAUTHBEARER, or XOAUTH2 where there is no other.
    Token,
}

/// Who submits. Debug shows no secret.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user name.
    pub user: String,
    /// The password or the token.
    pub secret: SecretString,
    /// Which of both.
    pub mechanism: Mechanism,
}

/// Logs in and goes away.
///
/// # Errors
/// The server cannot be reached or trusted, or it refuses the login.
pub async fn check(account: &Account, credentials: &Credentials) -> Result<(), Fault> {
    let mut session = Session::connect(account).await?;
    session.log_in(account, credentials).await?;
    session.goodbye().await;
    Ok(())
}

/// What a server says that it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// 8-bit text (8BITMIME, RFC 6152).
    pub eight_bit: bool,
    /// Bytes of the longest message (SIZE, RFC 1870); `None` where it does not say.
    pub size: Option<usize>,
}

/// Asks without a login, and goes away.
///
/// # Errors
/// The server cannot be reached or trusted.
pub async fn limits(account: &Account) -> Result<Limits, Fault> {
    let mut session = Session::connect(account).await?;
    let limits = session.limits;
    session.goodbye().await;
    Ok(limits)
}

/// Connects, logs in and announces the one message, up to the point where the server asks for it.
///
/// # Errors
/// Whatever went wrong, nothing was accepted.
pub async fn open(account: &Account, credentials: &Credentials, envelope: &Envelope<'_>) -> Result<Ready, Fault> {
    let mut session = Session::connect(account).await?;
    session.log_in(account, credentials).await?;
    session.announce(envelope).await
}

/// What a server is told of a message before it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// An addr-spec.
    pub from: &'a str,
    /// An addr-spec.
    pub to: &'a str,
    /// Not all of it is ASCII.
    pub eight_bit: bool,
}

/// A server that waits for the message. Dropped, nothing was sent.
pub struct Ready(Session);

impl Ready {
    /// Sends the message, which is as it was announced, and reads the answer.
    pub async fn submit(mut self, message: &[u8]) -> Outcome {
        // lettre ends the last line itself, before the dot.
        let message = message.strip_suffix(b"\r\n").unwrap_or(message);
        let patience = MESSAGE + Duration::from_secs(message.len() as u64 / SLOWEST);
        let answered = timeout(patience, self.0.connection.message(message)).await;
        let outcome = match self.0.heard.reply() {
            Some(Reply { code, .. }) if ACCEPTANCE.contains(&code) => Outcome::Accepted,
            Some(reply) if (400..=499).contains(&reply.code) => {
                Outcome::Refused { refusal: Refusal::Transient, text: reply.words() }
            }
            Some(reply) if (500..=599).contains(&reply.code) => {
                Outcome::Refused { refusal: Refusal::Permanent, text: reply.words() }
            }
            Some(reply) => Outcome::Uncertain { text: reply.words() },
            None => Outcome::Uncertain {
                text: match answered {
                    Err(_) => "no answer to the message in time".to_owned(),
                    Ok(Err(error)) => text::line(&error.to_string(), 200),
                    Ok(Ok(_)) => "no answer to the message".to_owned(),
                },
            },
        };
        if outcome == Outcome::Accepted {
            self.0.goodbye().await;
        }
        outcome
    }
}

struct Session {
    connection: AsyncSmtpConnection,
    heard: Heard,
    /// What the server offers for AUTH, in upper case.
    mechanisms: Vec<String>,
    limits: Limits,
}

impl Session {
    async fn connect(account: &Account) -> Result<Self, Fault> {
        let stream: Box<dyn Duplex> = Box::new(dial(account).await?);
        match account.security {
            Security::Tls => Self::over(protect(stream, account).await?, b"").await,
            Security::Cleartext => Self::over(stream, b"").await,
            Security::StartTls => {
                let stream = ask_for_tls(stream, &account.host).await?;
                Self::over(protect(stream, account).await?, GREETED).await
            }
        }
    }

    /// Reads the greeting and says EHLO.
    async fn over(stream: Box<dyn Duplex>, before: &'static [u8]) -> Result<Self, Fault> {
        let (screen, heard) = Screen::new(stream, before);
        let name = client();
        let connecting = AsyncSmtpConnection::connect_with_transport(Box::new(screen), &name);
        match timeout(COMMAND, connecting).await {
            Ok(Ok(connection)) => {
                heard.expects(&ACCEPTANCE)?;
                let (mechanisms, limits) = (heard.mechanisms(), heard.limits());
                Ok(Self { connection, heard, mechanisms, limits })
            }
            Ok(Err(error)) => Err(fault(&error, heard.reply())),
            Err(_) => Err(late(heard.reply(), "no SMTP greeting in time")),
        }
    }

    async fn announce(mut self, envelope: &Envelope<'_>) -> Result<Ready, Fault> {
        let wide = MailParameter::Body(MailBodyParameter::EightBitMime);
        let parameters = match (envelope.eight_bit, self.limits.eight_bit) {
            (false, _) => Vec::new(),
            (true, true) => vec![wide],
            (true, false) => return Err(Fault::message("the server does not take 8-bit text (8BITMIME)")),
        };
        self.command(Mail::new(Some(address(envelope.from)?), parameters), &ACCEPTANCE).await?;
        self.command(Rcpt::new(address(envelope.to)?, Vec::new()), &ACCEPTANCE).await?;
        self.command(Data, &(354..=354)).await?;
        Ok(Ready(self))
    }

    async fn command(&mut self, command: impl Display, wanted: &RangeInclusive<u16>) -> Result<(), Fault> {
        let answered = timeout(COMMAND, self.connection.command(command)).await;
        let reply = self.heard.reply();
        match answered {
            _ if reply.as_ref().is_some_and(|reply| wanted.contains(&reply.code)) => Ok(()),
            Ok(Err(error)) => Err(fault(&error, reply)),
            Ok(Ok(_)) => self.heard.expects(wanted),
            Err(_) => Err(Fault::lost("no answer in time")),
        }
    }

    async fn goodbye(&mut self) {
        if timeout(GOODBYE, self.connection.quit()).await.is_err() {
            tracing::debug!("the SMTP server did not say goodbye");
        }
    }
}

impl Heard {
    /// lettre takes every 2yz and 3yz for a yes.
    fn expects(&self, wanted: &RangeInclusive<u16>) -> Result<(), Fault> {
        match self.reply() {
            Some(reply) if wanted.contains(&reply.code) => Ok(()),
            Some(reply) => Err(Fault::lost(reply.words())),
            None => Err(Fault::lost("an answer out of turn")),
        }
    }
}

/// The cleartext before STARTTLS, on the bare stream: lettre would keep what an attacker put behind the reply, and read it as a
/// reply inside TLS. Never goes on without TLS.
async fn ask_for_tls(mut stream: Box<dyn Duplex>, host: &str) -> Result<Box<dyn Duplex>, Fault> {
    let dialogue = async {
        expect(&read_reply(&mut stream).await?, 220)?;
        let said = ask(&mut stream, &format!("EHLO {}\r\n", client())).await?;
        expect(&said, 250)?;
        if !offers_starttls(&said) {
            return Err(MailboxError::Tls(Distrust { host: host.to_owned(), cause: Cause::NoStartTls }).into());
        }
        expect(&ask(&mut stream, "STARTTLS\r\n").await?, 220)
    };
    timeout(COMMAND, dialogue).await.map_err(|_| Fault::lost("no answer to STARTTLS in time"))??;
    Ok(stream)
}

async fn ask(stream: &mut Box<dyn Duplex>, command: &str) -> Result<Vec<u8>, Fault> {
    stream.write_all(command.as_bytes()).await.map_err(|error| Fault::lost(error.to_string()))?;
    stream.flush().await.map_err(|error| Fault::lost(error.to_string()))?;
    read_reply(stream).await
}

/// The bytes of one reply; one byte more is an attack, or the end of all order.
async fn read_reply(stream: &mut Box<dyn Duplex>) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    while bytes.len() < reply::MAX_REPLY {
        let count = stream.read_buf(&mut bytes).await.map_err(|error| Fault::lost(error.to_string()))?;
        match Reply::read(&bytes) {
            Some(reply) if reply.length == bytes.len() => return Ok(bytes),
            Some(_) => return Err(Fault::lost("bytes before the TLS handshake")),
            None if count == 0 => return Err(Fault::lost("the connection was closed")),
            None => {}
        }
    }
    Err(Fault::lost("a reply without end"))
}

fn expect(bytes: &[u8], code: u16) -> Result<(), Fault> {
    match Reply::read(bytes) {
        Some(reply) if reply.code == code => Ok(()),
        Some(reply) => Err(refused(&reply)),
        None => Err(Fault::lost("no SMTP reply")),
    }
}

fn offers_starttls(reply: &[u8]) -> bool {
    reply
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"250"))
        .filter_map(|line| line.get(4..))
        .any(|keyword| keyword.trim_ascii().eq_ignore_ascii_case(b"STARTTLS"))
}

/// The name in EHLO: this machine's.
fn client() -> ClientId {
    ClientId::default()
}

fn address(text: &str) -> Result<Address, Fault> {
    text.parse().map_err(|_| Fault::message(&format!("{text} is not a mail address")))
}

/// By the server's own words where there are any; else by what lettre says of the connection.
fn fault(error: &Error, reply: Option<Reply>) -> Fault {
    match reply {
        Some(reply) if (400..=599).contains(&reply.code) => refused(&reply),
        _ if error.is_permanent() => Fault::message(&error.to_string()),
        _ => Fault::lost(error.to_string()),
    }
}

/// A deadline was missed: perhaps only by the answer to the QUIT that lettre says after a refusal.
fn late(reply: Option<Reply>, why: &str) -> Fault {
    match reply {
        Some(reply) if (400..=599).contains(&reply.code) => refused(&reply),
        _ => Fault::lost(why),
    }
}

fn refused(reply: &Reply) -> Fault {
    let refusal = if reply.code >= 500 { Refusal::Permanent } else { Refusal::Transient };
    Fault { refusal, trouble: Trouble::Refused(reply.words()) }
}
