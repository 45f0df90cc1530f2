//! Reads when notifications came, wherever they lie now; changes nothing.

use std::{collections::HashMap, ops::ControlFlow};

use super::link::connect_to_read;
use crate::{
    config::{Config, MailboxConfig},
    core::{
        mail::{Content, Envelope, Folder, Ident, Uid},
        notice,
        report::{Arrival, Past},
        selector::{Class, Rules},
    },
    io::mailbox::{Access, Listing, Mailbox, MailboxError},
};

/// The folders of one mailbox that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFolders {
    /// The mailbox, as the configuration names it.
    pub mailbox: String,
    /// Each once, as the configuration names it.
    pub folders: Vec<String>,
}

/// What a message of the past is to the rules of its mailbox.
#[derive(Default)]
struct Found {
    /// A message that is in two folders, or copied, counts once: when it came first.
    arrivals: HashMap<Ident, Arrival>,
    /// Messages whose header leaves open what only their body tells.
    unclear: Vec<Uid>,
}

/// The notifications of a time, each message once, in INBOX and the folders of every mailbox; and which folders those were.
/// A folder that is not there yet is left out: the question may come before the first start.
///
/// # Errors
/// The mailbox that failed, by name, and why.
pub async fn arrivals(
    config: &Config,
    past: &Past,
) -> Result<(Vec<Arrival>, Vec<ReadFolders>), (String, MailboxError)> {
    let mut found = Found::default();
    let mut read = Vec::new();
    for mailbox in &config.mailboxes {
        let folders = one(mailbox, past, &mut found).await.map_err(|error| (mailbox.name.clone(), error))?;
        read.push(ReadFolders { mailbox: mailbox.name.clone(), folders });
    }
    Ok((found.arrivals.into_values().collect(), read))
}

async fn one(config: &MailboxConfig, past: &Past, found: &mut Found) -> Result<Vec<String>, MailboxError> {
    let mut mailbox = connect_to_read(config).await?;
    let mut read: Vec<String> = Vec::new();
    let folders = [
        (Folder::Inbox, "INBOX"),
        (Folder::Intake, &config.intake),
        (Folder::Held, &config.held),
        (Folder::Released, &config.released),
    ];
    for (folder, name) in folders {
        if read.iter().any(|read| read == name) {
            continue;
        }
        match mailbox.open(folder, Access::Read).await {
            Ok(_) => survey(mailbox.as_mut(), &config.rules, past, found).await?,
            Err(MailboxError::Missing(_)) if folder != Folder::Inbox => continue,
            Err(error) => return Err(error),
        }
        read.push(name.to_owned());
    }
    mailbox.close().await;
    Ok(read)
}

/// Reads the headers of the open folder, and the bodies only of what `hold` asks them of.
async fn survey(mailbox: &mut dyn Mailbox, rules: &Rules, past: &Past, found: &mut Found) -> Result<(), MailboxError> {
    let uids = mailbox.list(Listing::Since(past.from)).await?;
    let mut visit = |batch: Vec<Envelope>| {
        batch.into_iter().for_each(|message| found.header(message, rules, past));
        ControlFlow::Continue(())
    };
    mailbox.envelopes(&uids, &mut visit).await?;
    let unclear = std::mem::take(&mut found.unclear);
    let mut visit = |batch: Vec<Content>| {
        for content in batch {
            let class = rules.classify(&notice::read(&content.message));
            found.count(Ident::of(&content.header), content.received, &class);
        }
        ControlFlow::Continue(())
    };
    mailbox.contents(&unclear, &mut visit).await
}

impl Found {
    fn header(&mut self, message: Envelope, rules: &Rules, past: &Past) {
        if !past.contains(message.received) {
            return;
        }
        let notice = notice::read(&message.header);
        if rules.asks_for_body(&notice) {
            self.unclear.push(message.uid);
        } else {
            self.count(Ident::of(&message.header), message.received, &rules.classify(&notice));
        }
    }

    /// Counts what `hold` names; what is never held is not what this is about.
    fn count(&mut self, ident: Ident, received: chrono::DateTime<chrono::Utc>, class: &Class) {
        let urgent = match class {
            Class::Match(_) => false,
            Class::Urgent(_) => true,
            _ => return,
        };
        let known = self.arrivals.entry(ident).or_insert(Arrival { received, urgent });
        known.received = known.received.min(received);
    }
}
