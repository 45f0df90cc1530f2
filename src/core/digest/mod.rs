//! Notices to the one message a volunteer reads.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{language::Language, notice::Notice};

/// One original, as the digest sees it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its facts.
    pub notice: Notice,
    /// When it arrived.
    pub received: DateTime<Utc>,
}

/// A message that passed as urgent during the off-hours.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Its facts.
    pub notice: Notice,
    /// When it arrived.
    pub received: DateTime<Utc>,
    /// The selector that let it pass, as configured.
    pub selector: String,
}

/// The time a digest covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The end of the previous one; the first time, the beginning of the off-hours.
    pub from: DateTime<Utc>,
    /// The due instant.
    pub to: DateTime<Utc>,
}

/// How and for whom a digest is written.
#[derive(Clone, Debug)]
pub struct Style {
    /// The reader's language.
    pub language: Language,
    /// The reader's zone: all times are local.
    pub timezone: Tz,
    /// The addr-spec of From.
    pub from: String,
    /// The addr-spec of To.
    pub to: String,
    /// At most this many blocks; further topics are a line each.
    pub max_topics: usize,
    /// The folder the originals will be in, as the volunteer named it.
    pub folder: String,
    /// When the next digest comes.
    pub next_digest: Option<DateTime<Utc>>,
    /// The next closed days by name: public holidays and absences.
    pub closed_days: Vec<(NaiveDate, String)>,
    /// Whether reply addresses (bearer tokens) may be shown.
    pub replies: bool,
}

/// Everything a digest is made of.
#[derive(Clone, Debug)]
pub struct Input {
    /// The originals, in any order.
    pub entries: Vec<Entry>,
    /// What passed as urgent, in order.
    pub passed: Vec<Passed>,
    /// What went wrong with the daemon itself, a sentence each, in the reader's language.
    pub troubles: Vec<String>,
    /// The time covered.
    pub period: Period,
    /// How it is written.
    pub style: Style,
}

/// A composed digest, not yet a message.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Subject, one line.
    pub subject: String,
    /// The text part: UTF-8, LF, at most 72 columns where words allow.
    pub text: String,
    /// The HTML part: a whole document.
    pub html: String,
}

/// Composes the digest. Same input, same digest.
pub fn compose(_input: &Input) -> Digest {
    Digest { subject: String::new(), text: String::new(), html: String::new() }
}

/// The digest as `preview --format json` prints it (configuration.md).
pub fn json(_input: &Input) -> serde_json::Value {
    serde_json::Value::Null
}

/// The message, CRLF line ends, 7-bit: multipart/alternative with exactly the allowed header fields.
///
/// `rid` names the release; the Message-ID is `<rid@domain of From>`; Date is the period's end.
pub fn message(_digest: &Digest, _input: &Input, _rid: &str) -> Vec<u8> {
    Vec::new()
}
