//! The mailbox on an IMAP server (RFC 3501 with MOVE, UIDPLUS, IDLE, NAMESPACE, UNSELECT where offered).
//!
//! - `screen` gives async-imap one bounded, readable response at a time, `exec` runs one checked command at a time over it;
//! - `tls`, `login` reach the server; `names`, `folders` find the folders there;
//! - `listing`, `envelopes`, `contents`, `whole`, `relocate` with `resume`, `delivery`, `idle` are the calls of the trait.
//!
//! UIDs only, never sequence numbers: untagged EXPUNGE may come at any place.

mod contents;
mod delivery;
mod envelopes;
mod exec;
mod folders;
mod idle;
mod listing;
mod login;
mod names;
mod pipeline;
mod refusal;
mod relocate;
mod resume;
mod screen;
mod sets;
mod structure;
#[cfg(test)]
mod tests;
mod tls;
mod whole;

pub(super) use self::{
    screen::Duplex,
    tls::{dial, protect},
};

use std::{collections::HashMap, ops::ControlFlow, time::Duration};

use async_trait::async_trait;
use secrecy::SecretString;
use tokio::{sync::watch, time::Instant};

use crate::{
    config::Account,
    core::{
        mail::{Content, Envelope, Folder, Uid},
        outcome::Outcome,
        release::Marker,
    },
    io::mailbox::{Access, FolderNames, Listing, Look, Mailbox, MailboxError, Opened, Sight},
};

use self::{exec::Connection, folders::OpenFolder, names::Namespace};

/// Bytes of a header that are fetched, and so enter its [`Ident`](crate::core::mail::Ident). Real ones stay under 30 kB; one
/// header of a megabyte must neither fill the memory (a batch is 500) nor end the connection each time.
pub const HEADER_LIMIT: usize = 64 * 1024;

/// Bytes of a text part that are fetched, still encoded: an excerpt is a few hundred characters.
pub const TEXT_LIMIT: usize = 16 * 1024;

/// Bytes of a message that are fetched before anything is known of it: 98 of a hundred notifications have header and text in them.
pub const BEGINNING: usize = 12 * 1024;

/// A goodbye nobody waits for.
const LOGOUT: Duration = Duration::from_secs(5);

/// A logged-in account.
pub struct ImapMailbox {
    connection: Connection,
    folders: FolderNames,
    namespace: Namespace,
    /// The server told its namespace; else the prefix is found out by trying.
    namespace_known: bool,
    open: Option<OpenFolder>,
    /// UIDNEXT of folders when they were last looked at, by name on the wire.
    looked: HashMap<String, u32>,
    /// When the server refused IDLE.
    idle_refused: Option<Instant>,
    /// An earlier move by COPY may have been interrupted.
    moves_doubtful: bool,
}

/// Connects, logs in with the password or token, and learns how folders are named.
pub async fn connect(
    account: &Account,
    folders: &FolderNames,
    secret: SecretString,
) -> Result<ImapMailbox, MailboxError> {
    over(Box::new(dial(account).await?), account, folders, &secret).await
}

/// As [`connect`], over a stream to the account's server.
async fn over(
    stream: Box<dyn Duplex>,
    account: &Account,
    folders: &FolderNames,
    secret: &SecretString,
) -> Result<ImapMailbox, MailboxError> {
    let mut connection = login::log_in(stream, account, secret).await?;
    let (namespace, namespace_known) = folders::namespace(&mut connection).await?;
    let (folders, looked) = (folders.clone(), HashMap::new());
    Ok(ImapMailbox {
        connection,
        folders,
        namespace,
        namespace_known,
        open: None,
        looked,
        idle_refused: None,
        moves_doubtful: false,
    })
}

#[async_trait(?Send)]
impl Mailbox for ImapMailbox {
    async fn prepare(&mut self, create: bool) -> Result<(), MailboxError> {
        self.prepare_folders(create).await
    }

    async fn open(&mut self, folder: Folder, access: Access) -> Result<Opened, MailboxError> {
        self.open_folder(folder, access).await
    }

    async fn list(&mut self, listing: Listing) -> Result<Vec<Uid>, MailboxError> {
        let uids = self.list_uids(listing).await.map_err(|error| self.about_open(error))?;
        Ok(uids.into_iter().map(Uid::Number).collect())
    }

    async fn envelopes(
        &mut self,
        uids: &[Uid],
        visit: &mut dyn FnMut(Vec<Envelope>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError> {
        self.visit_envelopes(&sets::numbers(uids), visit).await.map_err(|error| self.about_open(error))
    }

    async fn contents(
        &mut self,
        uids: &[Uid],
        visit: &mut dyn FnMut(Vec<Content>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError> {
        self.visit_contents(&sets::numbers(uids), visit).await.map_err(|error| self.about_open(error))
    }

    async fn whole(
        &mut self,
        uids: &[Uid],
        room: usize,
        visit: &mut dyn FnMut(Uid, Vec<u8>) -> usize,
    ) -> Result<(), MailboxError> {
        self.visit_whole(&sets::numbers(uids), room, visit).await.map_err(|error| self.about_open(error))
    }

    fn copies_to_move(&self) -> bool {
        !self.connection.can("MOVE")
    }

    fn doubt_moves(&mut self) {
        self.moves_doubtful = true;
    }

    async fn relocate(&mut self, uids: &[Uid], target: Folder) -> Result<(), MailboxError> {
        self.relocate_uids(&sets::numbers(uids), target).await
    }

    async fn seal(&mut self, uids: &[Uid], sealed: bool) -> Result<bool, MailboxError> {
        self.seal_uids(&sets::numbers(uids), sealed).await.map_err(|error| self.about_open(error))
    }

    async fn marker(&mut self) -> Result<Marker, MailboxError> {
        self.inbox_marker().await
    }

    async fn append(&mut self, _rid: &str, message: &[u8]) -> Outcome {
        self.append_to_inbox(message).await
    }

    async fn look(&mut self, rid: &str, look: Look) -> Result<Sight, MailboxError> {
        self.look_for(rid, look).await
    }

    async fn wait(&mut self, folder: Folder, stop: watch::Receiver<bool>) -> Result<(), MailboxError> {
        self.wait_for_change(folder, stop).await
    }

    async fn close(mut self: Box<Self>) {
        // The answer to LOGOUT begins with BYE, which ends the connection: as it should.
        let _ = self.connection.exec("LOGOUT", LOGOUT).await;
    }
}
