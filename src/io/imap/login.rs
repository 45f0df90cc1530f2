//! From an address to a logged-in connection: greeting, STARTTLS where asked for, capabilities, login.

use async_imap::imap_proto::{Response, Status};
use data_encoding::BASE64;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;

use super::{
    exec::{Connection, SHORT},
    names::quoted,
    screen::{Duplex, Unreadable},
    tls,
};
use crate::{
    config::{Account, Security},
    io::mailbox::MailboxError,
};

/// Connects and logs in.
pub async fn log_in(account: &Account, password: &SecretString) -> Result<Connection, MailboxError> {
    let stream: Box<dyn Duplex> = Box::new(tls::dial(account).await?);
    let (mut connection, known) = match account.security {
        Security::StartTls => (start_tls(stream, account).await?, false),
        Security::Tls => greeted(tls::protect(stream, account).await?).await?,
        Security::Cleartext => greeted(stream).await?,
    };
    if !known {
        connection.learn_capabilities().await?;
        authenticate(&mut connection, &account.user, password.expose_secret()).await?;
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
        return Err(MailboxError::Tls("the server logged us in before STARTTLS".to_owned()));
    }
    connection.learn_capabilities().await?;
    if !connection.can("STARTTLS") {
        return Err(MailboxError::Tls("the server does not offer STARTTLS".to_owned()));
    }
    connection.exec("STARTTLS", SHORT).await?;
    let stream = connection.into_stream();
    let stream = stream.ok_or_else(|| MailboxError::Tls("bytes before the TLS handshake".to_owned()))?;
    Connection::over(tls::protect(stream, account).await?).await
}

/// AUTHENTICATE PLAIN (RFC 4616) where offered, since it takes any characters; else LOGIN.
async fn authenticate(connection: &mut Connection, user: &str, password: &str) -> Result<(), MailboxError> {
    if [user, password].iter().any(|text| text.contains(['\r', '\n', '\0'])) {
        return Err(MailboxError::Login("a line end in the user or the password".to_owned()));
    }
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
    answer.map(drop).map_err(|error| match error {
        // A NO to a login without a code is what most servers say to a wrong password.
        MailboxError::Refused(text) | MailboxError::Missing(text) => MailboxError::Login(text),
        error => error,
    })
}
