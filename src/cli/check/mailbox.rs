//! What `check` learns from a mailbox, step by step: name, connection, login, folders. Nothing is created or moved.

use std::{io, time::Duration};

use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{Findings, Line};
use crate::{
    cli::exit::{Exit, Failure},
    config::{Account, Config, MailboxConfig, Source},
    core::mail::Folder,
    daemon,
    io::mailbox::{Access, MailboxError},
};

/// A server that does not answer within this time is not there for a person who waits.
const PATIENCE: Duration = Duration::from_secs(10);

/// How mailboxes name the folder that every account has.
const INBOX: &str = "INBOX";

pub(super) async fn all(config: &Config, findings: &mut Findings<'_>) -> Result<(), Failure> {
    for mailbox in &config.mailboxes {
        one(mailbox, findings).await?;
    }
    Ok(())
}

async fn one(mailbox: &MailboxConfig, findings: &mut Findings<'_>) -> Result<(), Failure> {
    if let Source::Imap(account) = &mailbox.source {
        match reach(account).await {
            Ok(()) => findings.tell(Line::Good(say(findings, "check-reached", mailbox, &address(account))))?,
            Err((id, cause)) => {
                let text = say(findings, id, mailbox, &format!("{} ({cause})", address(account)));
                return findings.tell(Line::Bad(Exit::TryLater, text));
            }
        }
    }
    let line = match daemon::connect(mailbox, false).await {
        Ok(mut open) => {
            let opened = open.open(Folder::Held, Access::Read).await;
            open.close().await;
            match opened {
                Ok(_) => Line::Good(say(findings, "check-folders", mailbox, &mailbox.held)),
                Err(error) => bad(findings, mailbox, &error),
            }
        }
        Err(MailboxError::Missing(name)) if is_made_later(mailbox, &name) => {
            Line::Good(say(findings, "check-folders-later", mailbox, &name))
        }
        Err(MailboxError::Missing(name)) if mailbox.filed_at_delivery() && name != INBOX => {
            Line::Bad(Exit::Unavailable, say(findings, "check-intake-missing", mailbox, &name))
        }
        Err(error) => bad(findings, mailbox, &error),
    };
    findings.tell(line)
}

/// The daemon makes held and released; the intake is the folder that the server's rule must know, and INBOX is the volunteer's.
fn is_made_later(mailbox: &MailboxConfig, name: &str) -> bool {
    name != INBOX && (!mailbox.filed_at_delivery() || name == mailbox.released)
}

fn bad(findings: &Findings<'_>, mailbox: &MailboxConfig, error: &MailboxError) -> Line {
    let failure = Failure::mailbox(&mailbox.name, error, findings.sentences);
    Line::Bad(failure.exit, failure.sentence)
}

fn say(findings: &Findings<'_>, id: &str, mailbox: &MailboxConfig, value: &str) -> String {
    findings.sentences.say_with(id, &[("mailbox", mailbox.name.as_str().into()), ("value", value.into())])
}

fn address(account: &Account) -> String {
    format!("{}:{}", account.host, account.port)
}

/// Looks the name up and connects; TLS and login come with the mailbox itself.
pub(in crate::cli) async fn reach(account: &Account) -> Result<(), (&'static str, String)> {
    let late = || io::Error::from(io::ErrorKind::TimedOut);
    let name = (account.host.as_str(), account.port);
    let found = timeout(PATIENCE, lookup_host(name)).await.unwrap_or_else(|_| Err(late()));
    let addresses: Vec<_> = found.map_err(|error| ("check-no-name", error.to_string()))?.collect();
    let connected = timeout(PATIENCE, TcpStream::connect(&addresses[..])).await.unwrap_or_else(|_| Err(late()));
    connected.map(|_| ()).map_err(|error| ("check-no-connection", error.to_string()))
}
