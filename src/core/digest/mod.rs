//! Notices to the one message a volunteer reads.
//!
//! `group` makes topics of originals, `plan` decides where each is shown, `view` says everything in the reader's language, and
//! the two renderers and `mime` give it a form. Nothing is dropped on the way: what is not shown is counted, and the folder named.
//!
//! Of a hundred thousand originals a digest shows the words of some hundred. So it can be composed of sketches, and of the entries
//! of those that it shows.

mod enclose;
mod group;
mod json;
mod link;
mod mime;
mod moment;
mod plan;
mod render_html;
mod render_text;
#[cfg(test)]
mod sample;
mod sketch;
mod view;
mod whose;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

pub use self::{
    enclose::{Carriage, Enclosed, Enclosures},
    json::json,
    mime::{MessageError, carries_originals, envelope, message},
    plan::wanted,
    sketch::Sketch,
};
use super::{authentication::Authentication, language::Language, notice::Notice};

/// One original, as the digest sees it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its facts.
    pub notice: Notice,
    /// When it arrived.
    pub received: DateTime<Utc>,
    /// What the reader's own mail server says of its sender.
    pub authentication: Authentication,
}

impl Entry {
    /// Its sender is another than it says: no link and no reply goes by it.
    fn is_doubtful(&self) -> bool {
        self.authentication == Authentication::Failed
    }
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
    /// What the reader's own mail server says of its sender.
    pub authentication: Authentication,
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
    /// The configuration file, as the volunteer would type it.
    pub config_file: String,
    /// When the next digest comes.
    pub next_digest: Option<DateTime<Utc>>,
    /// The next closed days by name: public holidays and absences.
    pub closed_days: Vec<(NaiveDate, String)>,
    /// Whether reply addresses (bearer tokens) may be shown.
    pub replies: bool,
    /// The reader's names on the platforms.
    pub me: Vec<String>,
    /// Names and addresses of those who answer too.
    pub team: Vec<String>,
}

/// Everything a digest is made of.
#[derive(Clone, Debug)]
pub struct Input {
    /// The originals, in any order.
    pub entries: Vec<Entry>,
    /// Further originals whose words are not kept; [`wanted`] tells which of them the digest shows.
    pub sketches: Vec<Sketch>,
    /// What passed as urgent, in order.
    pub passed: Vec<Passed>,
    /// What went wrong with the daemon itself, a sentence each, in the reader's language.
    pub troubles: Vec<String>,
    /// The time covered.
    pub period: Period,
    /// The originals that go along; `None` where nobody asked for them.
    pub enclosed: Option<Enclosed>,
    /// How it is written.
    pub style: Style,
}

impl Input {
    /// Whether there is no original at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.sketches.is_empty()
    }
}

/// A composed digest, not yet a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// Subject, one line.
    pub subject: String,
    /// The text part: UTF-8, LF, at most 72 columns where words allow.
    pub text: String,
    /// The HTML part: a whole document.
    pub html: String,
}

/// Composes the digest of release `rid`, which a small line at the end names. Same input, same digest, whatever the order of
/// the entries.
pub fn compose(input: &Input, rid: &str) -> Digest {
    let view = view::view(input, rid);
    let text = render_text::render(&view);
    let html = render_html::render(&view, &text);
    Digest { subject: view.subject, text, html }
}
