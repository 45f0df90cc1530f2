//! What a mailbox shows of a message: the values that `io` hands to the core.

use std::rc::Rc;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

/// A message's identifier inside one folder, as stable as that folder's UIDVALIDITY.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Uid {
    /// An IMAP UID (RFC 3501, section 2.3.1.1).
    Number(u32),
    /// A Maildir base name: what precedes `:2,`. Shared, since lists and manifests hold the same ones.
    Name(Rc<str>),
}

/// The identity of a message wherever it is moved: the SHA-256 of its raw header block, with line ends as CRLF.
///
/// Two messages with one Message-ID stay two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ident(pub [u8; 32]);

impl Ident {
    /// Hashes the header block at the beginning of `message`, which may be a header alone or a whole message, with LF or
    /// CRLF. The empty line that ends the header is not part of it.
    pub fn of(message: &[u8]) -> Self {
        let mut hash = Sha256::new();
        for line in header_lines(message) {
            hash.update(line);
            hash.update(b"\r\n");
        }
        Self(hash.finalize().into())
    }

    /// Lower-case hexadecimal, 64 characters.
    pub fn hex(&self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }

    /// Reads what [`Ident::hex`] wrote.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

impl std::fmt::Debug for Ident {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex()[..12])
    }
}

/// The lines of the header block, without their line ends, up to the first empty line.
pub fn header_lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    message
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .take_while(|line| !line.is_empty())
}

/// The flags the gate looks at (RFC 3501, section 2.3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `\Seen`
    pub seen: bool,
    /// `\Deleted`
    pub deleted: bool,
    /// `\Draft`
    pub draft: bool,
    /// The keyword `qh-sealed`: in the manifest of a release.
    pub sealed: bool,
}

/// A message as a header-only listing shows it.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Its UID in the folder that is open.
    pub uid: Uid,
    /// Its flags at that moment.
    pub flags: Flags,
    /// IMAP INTERNALDATE, or the modification time of the Maildir file.
    pub received: DateTime<Utc>,
    /// The raw header block, line ends as the mailbox stores them.
    pub header: Vec<u8>,
}

/// The beginning of a message, enough to read a notice from.
#[derive(Clone, Debug)]
pub struct Content {
    /// Its UID in the folder that is open.
    pub uid: Uid,
    /// IMAP INTERNALDATE, or the modification time of the Maildir file.
    pub received: DateTime<Utc>,
    /// The raw header block, exactly as stored: what [`Ident::of`] is taken from.
    pub header: Vec<u8>,
    /// An RFC 5322 message that holds the header and the first kilobytes of the text part; it may end anywhere.
    pub message: Vec<u8>,
    /// File names of attachments, as the sender wrote them: untrusted.
    pub attachments: Vec<String>,
}

/// What was made of a message, once and for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Moved into held, or left waiting although urgent because the quota was spent.
    Held,
    /// Seen while open, and left.
    Passed,
    /// Passed as urgent during the off-hours.
    Urgent,
    /// In an accepted digest.
    Released,
}

/// A folder by the part it plays; the mailbox knows its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Folder {
    /// INBOX.
    Inbox,
    /// The folder that is watched: INBOX, or the one the server files notifications into.
    Intake,
    /// Where notifications wait; the same as the intake in intake mode.
    Held,
    /// Where originals go once the digest is accepted; may be INBOX.
    Released,
}
