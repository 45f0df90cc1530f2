//! The release state machine.

use chrono::{DateTime, Utc};

use super::mail::{Ident, Uid};

/// One original in a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The configuration's name of its mailbox.
    pub mailbox: String,
    /// UIDVALIDITY of the held folder when it was listed; 0 on Maildir.
    pub uid_validity: u32,
    /// Its UID there.
    pub uid: Uid,
    /// Its identity.
    pub ident: Ident,
}

/// Where the delivery folder stood before an attempt: what an APPEND would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// UIDVALIDITY of the delivery folder; 0 on Maildir.
    pub uid_validity: u32,
    /// UIDNEXT of the delivery folder; 0 on Maildir.
    pub uid_next: u32,
}

/// The last durable record of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The bytes and the manifest are fixed; certainly not delivered.
    Sealed,
    /// An attempt began: the outcome is unknown until another record follows.
    Intent {
        /// When the attempt began.
        at: DateTime<Utc>,
        /// The delivery folder before it; `None` where it cannot be read.
        marker: Option<Marker>,
    },
    /// The server refused for now: certainly not delivered.
    Refused,
    /// Delivered; the originals are still to be filed.
    Accepted,
}

/// An open release as the state keeps it from sealing to done. There is never more than one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// 20 lower-case base32 characters.
    pub rid: String,
    /// The digest instants it answers, by mailbox.
    pub instants: Vec<(String, DateTime<Utc>)>,
    /// Its originals.
    pub manifest: Vec<Original>,
    /// The mailbox whose INBOX the digest goes to.
    pub delivery: String,
    /// The exact bytes of the digest, CRLF.
    pub bytes: Vec<u8>,
    /// The end of the period it covers.
    pub period_end: DateTime<Utc>,
    /// When it was sealed.
    pub sealed_at: DateTime<Utc>,
    /// The times of its attempts whose outcome was uncertain.
    pub uncertain: Vec<DateTime<Utc>>,
    /// The last record.
    pub step: Step,
}
