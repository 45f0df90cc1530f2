//! The mailbox: one trait over IMAP and Maildir, its contract in prose.
//!
//! **Truth.** Every call either did all it says, or returns an error; an empty answer means the server said so under a tagged
//! OK. A listing whose length does not agree with what the folder holds is an error, never a shorter list.
//!
//! **Errors.** After [`MailboxError::Lost`] the mailbox value is useless: drop it and connect again. So it is after a `Busy` that
//! was the server's goodbye, where every later call is `Lost`; after any other error it is still in step. No call waits for
//! ever: each has a deadline, and missing it is `Lost`.
//!
//! **Interruption.** Any call may be cut off by a crash, by a lost connection or by dropping its future (then drop the mailbox
//! too). No cut loses a message: a move is seen whole, or not at all, or leaves one ident twice.
//!
//! **Manners.** No call sets `\Seen`, deletes a message, or creates a folder, but for [`Mailbox::prepare`], which creates the
//! folders once.
//!
//! **The open folder.** [`Mailbox::open`] decides it. [`Mailbox::marker`], [`Mailbox::append`] and [`Mailbox::look`] may leave it
//! for another or none, and [`Mailbox::wait`] opens its folder for reading: open again after them. A call that needs an open
//! folder, or one open for writing, is `Refused` without it.
//!
//! **Bounds.** Callers pass any number of UIDs; an implementation cuts them into sets of bounded length itself. What is
//! returned is proportional to what was asked for, never to the mailbox.

use std::ops::ControlFlow;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{secret::NoSecret, trust::Distrust};
use crate::core::{
    mail::{Content, Envelope, Folder, Uid},
    outcome::Outcome,
    release::Marker,
};

/// Messages in one command: bounds the memory of one answer and the length of one line.
pub const BATCH: usize = 500;

/// What went wrong with a mailbox. Texts from a server have passed `core::text`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MailboxError {
    /// The connection is gone, late, or out of step.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The server refused the user or the password.
    #[error("login refused: {0}")]
    Login(String),
    /// The server refused the user or the token.
    #[error("token refused: {0}")]
    Token(String),
    /// The secret could not be had now (its command failed, its file is unreadable).
    #[error("no secret: {0}")]
    Secret(NoSecret),
    /// A tagged NO or BAD; the folder or the mailbox is as it was.
    #[error("refused: {0}")]
    Refused(String),
    /// No room: quota or disk.
    #[error("no room: {0}")]
    Full(String),
    /// Busy: the server asks to come back later (`[UNAVAILABLE]`, `[LIMIT]`, too many connections).
    #[error("try later: {0}")]
    Busy(String),
    /// A folder is missing or cannot be selected; its name as the configuration has it.
    #[error("folder missing: {0}")]
    Missing(String),
    /// The server or file system lacks what the protocol needs.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// The TLS handshake failed: certificate, name, protocol.
    #[error("TLS: {0}")]
    Tls(Distrust),
}

/// A folder that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// UIDVALIDITY; 0 on Maildir.
    pub uid_validity: u32,
    /// Messages in it.
    pub exists: usize,
}

/// How a folder is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// IMAP EXAMINE: nothing can change.
    Read,
    /// IMAP SELECT.
    Write,
}

/// The names of a mailbox's folders, as configured: with `/` between levels; `INBOX` is the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderNames {
    /// The folder that is watched.
    pub intake: String,
    /// Where notifications wait; equal to `intake` in intake mode.
    pub held: String,
    /// Where originals go once the digest is accepted.
    pub released: String,
}

impl FolderNames {
    /// The name of the folder that plays a part.
    pub fn of(&self, folder: Folder) -> &str {
        match folder {
            Folder::Inbox => "INBOX",
            Folder::Intake => &self.intake,
            Folder::Held => &self.held,
            Folder::Released => &self.released,
        }
    }
}

/// Which messages of the open folder a listing names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// All of them; their number agrees with the folder's.
    All,
    /// Those neither `\Deleted` nor `\Draft` that arrived at `since` or later; some that came up to two days
    /// earlier may be among them (IMAP SEARCH SINCE knows dates only, each in the time zone it was written in).
    Since(DateTime<Utc>),
    /// Those that carry `qh-sealed`.
    Sealed,
}

/// Where to look for a digest whose delivery is uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// In INBOX, among what has come since the marker; by header search in INBOX, Archive and Trash when the UIDVALIDITY
    /// changed.
    After(Marker),
    /// In INBOX, among what arrived since then.
    Since(DateTime<Utc>),
}

/// What a look for a digest found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It is there.
    Found,
    /// It is not there, although other messages came in since the marker.
    Absent,
    /// Nothing came in since the marker: UIDNEXT is unchanged.
    Unchanged,
}

/// A volunteer's mailbox: one account, its folders by role. One folder is open at a time.
#[async_trait(?Send)]
pub trait Mailbox {
    /// Finds the folders by their names, and creates (with their parents) and subscribes those of held and released that are
    /// missing. Refuses with `Unsupported` where messages could not be moved safely. Called once after connecting.
    ///
    /// With `create` false nothing is made: a missing folder is `Missing`. An intake that is neither held nor INBOX is never
    /// made: `Missing`.
    async fn prepare(&mut self, create: bool) -> Result<(), MailboxError>;

    /// Opens a folder.
    async fn open(&mut self, folder: Folder, access: Access) -> Result<Opened, MailboxError>;

    /// UIDs of the open folder, ascending.
    async fn list(&mut self, listing: Listing) -> Result<Vec<Uid>, MailboxError>;

    /// Header-only envelopes of `uids`, handed over batch by batch, ascending; UIDs that are gone are left out. `visit` may
    /// stop early. Sets no flag.
    async fn envelopes(
        &mut self,
        uids: &[Uid],
        visit: &mut dyn FnMut(Vec<Envelope>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError>;

    /// The beginnings of `uids` (header and first kilobytes of the text part), as [`Mailbox::envelopes`].
    async fn contents(
        &mut self,
        uids: &[Uid],
        visit: &mut dyn FnMut(Vec<Content>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError>;

    /// Whole messages of the open folder, ascending and one by one: the bytes that the mailbox has, with CRLF line ends. At most
    /// `room` bytes are wanted of the first, and what `visit` answers of each next one: what is longer is passed over, and what
    /// is gone or cannot be read is left out. No more of a message is in memory than was asked for, plus a mebibyte. Sets no flag.
    async fn whole(
        &mut self,
        uids: &[Uid],
        room: usize,
        visit: &mut dyn FnMut(Uid, Vec<u8>) -> usize,
    ) -> Result<(), MailboxError>;

    /// Moves `uids` of the open folder to `target`; bytes, flags and INTERNALDATE stay. UIDs that are gone are ignored. On
    /// success none of `uids` is in the open folder any more. After an error some may have been moved: list again.
    async fn relocate(&mut self, uids: &[Uid], target: Folder) -> Result<(), MailboxError>;

    /// Whether a move is a copy first, so that a cut may leave a message in both folders.
    fn copies_to_move(&self) -> bool {
        false
    }

    /// An earlier move may have been cut: the next one looks in its target first, and copies nothing that is there already.
    fn doubt_moves(&mut self) {}

    /// Sets (`true`) or removes the keyword `qh-sealed` on `uids` of the open folder. Where the folder takes no keywords,
    /// nothing happens and the answer is `false`.
    async fn seal(&mut self, uids: &[Uid], sealed: bool) -> Result<bool, MailboxError>;

    /// Where INBOX stands now, without opening it.
    async fn marker(&mut self) -> Result<Marker, MailboxError>;

    /// Delivers `message` into INBOX, unseen. `rid` names it: on Maildir it is part of the file name. Never repeats by itself.
    /// A connection that is lost before the server asked for the message is `Refused`, after that `Uncertain`; in both cases
    /// the next call answers `Lost`.
    async fn append(&mut self, rid: &str, message: &[u8]) -> Outcome;

    /// Looks for the digest `rid`, by its Message-ID or its `X-Quiethours-Release`.
    async fn look(&mut self, rid: &str, look: Look) -> Result<Sight, MailboxError>;

    /// Waits until something may have changed in `folder`, some minutes passed, or `stop` becomes true; leaves the mailbox in
    /// step. Returns at once when messages came since `folder` was last listed. A hint, never the truth: list afterwards.
    async fn wait(&mut self, folder: Folder, stop: watch::Receiver<bool>) -> Result<(), MailboxError>;

    /// Says goodbye; errors do not matter.
    async fn close(self: Box<Self>);
}
