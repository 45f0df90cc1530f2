//! From a stream to a logged-in connection: greeting, STARTTLS where asked for, capabilities, login.

use async_imap::imap_proto::{Response, Status};
use data_encoding::BASE64;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;

use super::{
    exec::{Connection, Done, SHORT, Step},
    names::quoted,
    screen::{Duplex, Unreadable},
    tls,
};
use crate::{
    config::{Account, Security},
    io::{
        mailbox::MailboxError,
        sasl,
        trust::{Cause, Distrust},
    },
};

/// Logs in over a stream to the account's server, of which nothing was read.
pub async fn log_in(
    stream: Box<dyn Duplex>,
    account: &Account,
    secret: &SecretString,
) -> Result<Connection, MailboxError> {
    let (mut connection, known) = match account.security {
        Security::StartTls => (start_tls(stream, account).await?, false),
        Security::Tls => greeted(tls::protect(stream, account).await?).await?,
        Security::Cleartext => greeted(stream).await?,
    };
    if !known {
        connection.learn_capabilities().await?;
        authenticate(&mut connection, account, secret.expose_secret()).await?;
    }
    // What a server can after the login differs from what it says before.
    connection.learn_capabilities().await?;
    Ok(connection)
}

/// Reads the greeting; whether it is PREAUTH, which needs no login.
async fn greeted(stream: Box<dyn Duplex>) -> Result<(Connection, bool), MailboxError> {
    let mut connection = Connection::over(stream).await?;
    let known = |greeting: Result<&Response<'_>, Unreadable>| match greeting {
        Ok(Response::Data { status: Status::Ok, .. }) => Some(false),
        Ok(Response::Data { status: Status::PreAuth, .. }) => Some(true),
        _ => None,
    };
    match connection.next(Instant::now() + SHORT, known).await? {
        Some(known) => Ok((connection, known)),
        None => Err(connection.lost("no IMAP greeting")),
    }
}

/// Never goes on in cleartext: without STARTTLS, or with a single byte too many before the handshake, it fails.
async fn start_tls(stream: Box<dyn Duplex>, account: &Account) -> Result<Connection, MailboxError> {
    let (mut connection, known) = greeted(stream).await?;
    if known {
        return Err(distrust(account, "the server logged us in before STARTTLS"));
    }
    connection.learn_capabilities().await?;
    if !connection.can("STARTTLS") {
        return Err(MailboxError::Tls(Distrust { host: account.host.clone(), cause: Cause::NoStartTls }));
    }
    connection.exec("STARTTLS", SHORT).await?;
    let stream = connection.into_stream();
    let stream = stream.ok_or_else(|| distrust(account, "bytes before the TLS handshake"))?;
    Connection::over(tls::protect(stream, account).await?).await
}

fn distrust(account: &Account, why: &str) -> MailboxError {
    MailboxError::Tls(Distrust::other(&account.host, why))
}

/// By token or by password.
async fn authenticate(connection: &mut Connection, account: &Account, secret: &str) -> Result<(), MailboxError> {
    let user = account.user.as_str();
    // U+0001 separates the fields of a token's exchange.
    if [user, secret].iter().any(|text| text.contains(['\r', '\n', '\0', '\x01'])) {
        return Err(MailboxError::Login("a control character in the user or the password".to_owned()));
    }
    let answer = if account.secret.is_token() {
        with_token(connection, account, secret).await
    } else {
        with_password(connection, user, secret).await
    };
    answer.map_err(|error| match discreet(error, account, secret) {
        // A NO to a login without a code is what most servers say to a wrong password.
        MailboxError::Refused(text) | MailboxError::Missing(text) | MailboxError::Login(text)
            if account.secret.is_token() =>
        {
            MailboxError::Token(text)
        }
        MailboxError::Refused(text) | MailboxError::Missing(text) => MailboxError::Login(text),
        error => error,
    })
}

/// An error without the secret that some servers repeat: `BAD unknown command LOGIN alice …`.
fn discreet(error: MailboxError, account: &Account, secret: &str) -> MailboxError {
    if !sasl::shows(&error.to_string(), account, &account.user, secret) {
        return error;
    }
    let text = "the server repeated the secret".to_owned();
    match error {
        MailboxError::Lost(_) => MailboxError::Lost(text),
        MailboxError::Busy(_) => MailboxError::Busy(text),
        _ => MailboxError::Refused(text),
    }
}

/// AUTHENTICATE PLAIN (RFC 4616) where offered, since it takes any characters; else LOGIN.
async fn with_password(connection: &mut Connection, user: &str, password: &str) -> Result<(), MailboxError> {
    let answer = if connection.can("AUTH=PLAIN") {
        let secret = BASE64.encode(format!("\0{user}\0{password}").as_bytes());
        if connection.can("SASL-IR") {
            connection.exec(&format!("AUTHENTICATE PLAIN {secret}"), SHORT).await
        } else {
            connection.exec_with("AUTHENTICATE PLAIN", Some(secret.as_bytes()), SHORT, &mut |_| {}).await
        }
    } else if connection.can("LOGINDISABLED") {
        return Err(MailboxError::Unsupported("the server offers neither LOGIN nor PLAIN".to_owned()));
    } else if !(user.is_ascii() && password.is_ascii()) {
        return Err(MailboxError::Unsupported("LOGIN takes ASCII only, and the server offers no PLAIN".to_owned()));
    } else {
        connection.exec(&format!("LOGIN {} {}", quoted(user), quoted(password)), SHORT).await
    };
    answer.map(drop)
}

/// AUTHENTICATE OAUTHBEARER where offered, since it is a standard; else XOAUTH2.
async fn with_token(connection: &mut Connection, account: &Account, token: &str) -> Result<(), MailboxError> {
    let (mechanism, message, end) = if connection.can("AUTH=OAUTHBEARER") {
        ("OAUTHBEARER", sasl::oauthbearer(account, token), BASE64.encode(sasl::KVSEP.as_bytes()))
    } else if connection.can("AUTH=XOAUTH2") {
        ("XOAUTH2", sasl::xoauth2(&account.user, token), String::new())
    } else {
        return Err(MailboxError::Unsupported("the server offers neither OAUTHBEARER nor XOAUTH2".to_owned()));
    };
    let message = BASE64.encode(message.as_bytes());
    if connection.can("SASL-IR") {
        converse(connection, &format!("AUTHENTICATE {mechanism} {message}"), &[&end]).await
    } else {
        converse(connection, &format!("AUTHENTICATE {mechanism}"), &[&message, &end]).await
    }
}

/// Runs a command that goes on with a line of `answers` each time the server asks.
async fn converse(connection: &mut Connection, command: &str, answers: &[&str]) -> Result<(), MailboxError> {
    let until = Instant::now() + SHORT;
    let tag = connection.begin(command, until).await?;
    let (mut answers, mut done) = (answers.iter(), Done::default());
    loop {
        match connection.step(&tag, until, &mut done, &mut |_| {}).await? {
            Step::Heard => {}
            Step::Completed(result) => return result,
            Step::Asked => match answers.next() {
                Some(answer) => connection.send(format!("{answer}\r\n").as_bytes(), until).await?,
                None => return Err(connection.lost("asked for more than there is")),
            },
        }
    }
}
