//! The body of a message, decoded as far as a notice needs it.

use std::borrow::Cow;

use mail_parser::MessageParser;

use super::{
    html,
    parts::{Leaf, leaves},
};
use crate::core::text::beginning;

/// Octets of text looked at. The first kilobytes hold the new words and the links; the rest of a long mail is quotes.
const LONGEST_TEXT: usize = 64 * 1024;

/// File names read of one message: more than a digest shows.
const MOST_ATTACHMENTS: usize = 50;

/// The transfer encodings that change bytes (RFC 2045, section 6).
const ENCODINGS: [&str; 2] = ["base64", "quoted-printable"];

/// What of a body is of interest.
#[derive(Default)]
pub(super) struct Body {
    /// The text part, or text made from the HTML part; LF line ends.
    pub(super) text: String,
    /// The HTML part's source.
    pub(super) html: String,
    /// Whether there was a text part.
    pub(super) plain: bool,
    /// File names of attachments, untrusted.
    pub(super) attachments: Vec<String>,
}

impl Body {
    /// Reads a message that may end anywhere.
    pub(super) fn read(raw: &[u8]) -> Self {
        let leaves = leaves(raw);
        // A name alone makes no attachment of a first part: some programs name the text itself.
        let is_words = |at: usize, leaf: &Leaf<'_>| !leaf.is_attached() && (at == 0 || leaf.file_name().is_none());
        let words = || leaves.iter().enumerate().filter(|(at, leaf)| is_words(*at, leaf)).map(|(_, leaf)| leaf);
        // Some platforms put the HTML part before the text part when there are attachments: any real text comes first.
        let mut written = words().filter(|leaf| leaf.is_text("plain")).map(decoded);
        let written = written.find(|text| !text.trim().is_empty());
        let source = words().find(|leaf| leaf.is_text("html")).map(decoded).unwrap_or_default();
        let source = shorten(&source);
        let text = match &written {
            Some(text) => shorten(text).replace("\r\n", "\n"),
            None => html::to_text(source),
        };
        let others = leaves.iter().enumerate().filter(|(at, leaf)| !(leaf.has_words() && is_words(*at, leaf)));
        let names = others.filter_map(|(_, leaf)| leaf.file_name()).take(MOST_ATTACHMENTS).map(str::to_owned);
        Self { attachments: names.collect(), html: source.to_owned(), plain: written.is_some(), text }
    }
}

/// The text of a part.
fn decoded<'x>(leaf: &Leaf<'x>) -> Cow<'x, str> {
    match plain(leaf) {
        Some(text) => text.into(),
        None => parsed(leaf).into(),
    }
}

/// A part that is UTF-8 as it stands, as most are: it needs no decoder.
fn plain<'x>(leaf: &Leaf<'x>) -> Option<&'x str> {
    let is_one_of = |own: &str, names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(own));
    let is_utf_8 = leaf.charset().is_none_or(|charset| is_one_of(charset, &["utf-8", "us-ascii"]));
    let is_bare = leaf.encoding.is_empty() || is_one_of(&leaf.encoding, &["7bit", "8bit"]);
    std::str::from_utf8(leaf.body).ok().filter(|_| is_utf_8 && is_bare)
}

/// What the part says of itself is not handed on to the parser, only what decodes it: so it is a text, and nothing else.
fn parsed(leaf: &Leaf<'_>) -> String {
    let mut message = b"Content-Type: text/plain".to_vec();
    if let Some(charset) = leaf.charset().filter(|name| name.bytes().all(is_token)) {
        message.extend_from_slice(format!("; charset={charset}").as_bytes());
    }
    if let Some(encoding) = ENCODINGS.iter().find(|name| name.eq_ignore_ascii_case(&leaf.encoding)) {
        message.extend_from_slice(format!("\r\nContent-Transfer-Encoding: {encoding}").as_bytes());
    }
    message.extend_from_slice(b"\r\n\r\n");
    message.extend_from_slice(leaf.body);
    let message = MessageParser::new().with_mime_headers().parse(&message);
    let text = message.as_ref().and_then(|message| message.parts.first()?.text_contents());
    text.unwrap_or_default().to_owned()
}

/// What names of charsets are made of (RFC 2978, section 2.3), as far as they need no quotes.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.:+".contains(&byte)
}

fn shorten(text: &str) -> &str {
    beginning(text, LONGEST_TEXT)
}
