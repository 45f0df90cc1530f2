//! AUTH (RFC 4954): by password with PLAIN or LOGIN, by token with OAUTHBEARER or XOAUTH2.
//!
//! lettre speaks PLAIN and LOGIN. Tokens are sent here: lettre has no OAUTHBEARER, and leaves a server that explains its refusal
//! by one more challenge without the answer that it waits for.

use std::{fmt::Display, ops::RangeInclusive};

use data_encoding::BASE64;
use lettre::transport::smtp::authentication::{Credentials as Login, Mechanism as SaslMechanism};
use secrecy::ExposeSecret as _;
use tokio::time::timeout;

use super::{COMMAND, Credentials, Fault, Mechanism, Reply, Session, Trouble, fault, late};
use crate::{
    config::{Account, Security},
    core::outcome::Refusal,
    io::sasl,
};

/// RFC 4954 (6) has 235 alone, older servers others.
const LOGGED_IN: RangeInclusive<u16> = 200..=299;

/// The server wants an answer.
const CHALLENGE: u16 = 334;

impl Mechanism {
    /// What it is called towards a server, the preferred first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["PLAIN", "LOGIN"],
            Self::Token => &["OAUTHBEARER", "XOAUTH2"],
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Password => "PLAIN or LOGIN",
            Self::Token => "OAUTHBEARER or XOAUTH2",
        }
    }
}

impl Session {
    pub(super) async fn log_in(&mut self, account: &Account, credentials: &Credentials) -> Result<(), Fault> {
        let offered = |name: &&&str| self.mechanisms.iter().any(|mechanism| mechanism == **name);
        let Some(name) = credentials.mechanism.names().iter().find(offered) else {
            // A server on this machine may know its users without a login.
            if account.security == Security::Cleartext {
                return Ok(());
            }
            return Err(Fault::lasting(Trouble::Mechanism(credentials.mechanism.wanted())));
        };
        match credentials.mechanism {
            Mechanism::Password => self.with_password(name, account, credentials).await,
            Mechanism::Token => self.with_token(name, account, credentials).await,
        }
    }

    async fn with_password(&mut self, name: &str, account: &Account, credentials: &Credentials) -> Result<(), Fault> {
        let mechanism = if name == "PLAIN" { SaslMechanism::Plain } else { SaslMechanism::Login };
        let login = Login::new(credentials.user.clone(), credentials.secret.expose_secret().to_owned());
        match timeout(COMMAND, self.connection.auth(&[mechanism], &login)).await {
            Ok(Ok(_)) => self.heard.expects(&LOGGED_IN),
            Ok(Err(error)) => Err(discreet(fault(&error, self.heard.reply()), None, account, credentials)),
            Err(_) => {
                let late = late(self.heard.reply(), "no answer to the login in time");
                Err(discreet(late, None, account, credentials))
            }
        }
    }

    async fn with_token(&mut self, name: &str, account: &Account, credentials: &Credentials) -> Result<(), Fault> {
        let token = credentials.secret.expose_secret();
        let (message, end) = if name == "OAUTHBEARER" {
            (sasl::oauthbearer(account, token), BASE64.encode(sasl::KVSEP.as_bytes()))
        } else {
            (sasl::xoauth2(&credentials.user, token), String::new())
        };
        let answer = self.ask(format!("AUTH {name} {}\r\n", BASE64.encode(message.as_bytes()))).await;
        let explained = self.heard.reply().is_some_and(|reply| reply.code == CHALLENGE);
        // Only when its explanation is answered does the server say no.
        let answer = if explained { self.ask(format!("{end}\r\n")).await } else { answer };
        match (answer, self.heard.reply()) {
            (_, Some(reply)) if LOGGED_IN.contains(&reply.code) => Ok(()),
            (Err(fault), _) => Err(discreet(fault, Some(explained), account, credentials)),
            (Ok(()), reply) => {
                let said = reply.as_ref().map_or_else(|| "an answer out of turn".to_owned(), Reply::words);
                Err(discreet(Fault::lost(said), Some(explained), account, credentials))
            }
        }
    }

    async fn ask(&mut self, line: impl Display) -> Result<(), Fault> {
        match timeout(COMMAND, self.connection.command(line)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(fault(&error, self.heard.reply())),
            Err(_) => Err(Fault::lost("no answer to the login in time")),
        }
    }
}

/// A refusal as what it is to a person, without the secret that some servers repeat. `token` tells of one whether the server
/// explained its refusal, which then is one, however the connection ended.
fn discreet(fault: Fault, token: Option<bool>, account: &Account, credentials: &Credentials) -> Fault {
    let mut text = fault.to_string();
    if sasl::shows(&text, account, &credentials.user, credentials.secret.expose_secret()) {
        "the server repeated the secret".clone_into(&mut text);
    }
    let is_refused = fault.refusal == Refusal::Permanent;
    match token {
        None if is_refused => Fault::lasting(Trouble::Login(text)),
        // A token expires by itself, and the next attempt fetches another.
        Some(explained) if is_refused || explained => {
            Fault { refusal: Refusal::Transient, trouble: Trouble::Token(text) }
        }
        _ => Fault::lost(text),
    }
}
