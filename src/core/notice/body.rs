//! The body of a message, decoded as far as a notice needs it.

use mail_parser::{MessageParser, MimeHeaders, PartType, decoders::html::html_to_text};

use crate::core::text::beginning;

/// Octets of text looked at. The first kilobytes hold the new words and the links; the rest of a long mail is quotes.
const LONGEST_TEXT: usize = 64 * 1024;

/// File names read of one message: more than a digest shows.
const MOST_ATTACHMENTS: usize = 50;

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
        let Some(message) = MessageParser::new().with_mime_headers().parse(raw) else { return Self::default() };
        // Some platforms put the HTML part before the text part when there are attachments: any real text comes first.
        let written = message.text_bodies().find_map(|part| match &part.body {
            PartType::Text(text) if !text.trim().is_empty() => Some(text.as_ref()),
            _ => None,
        });
        let html = message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(shorten(html)),
            _ => None,
        });
        let html = html.unwrap_or_default();
        let text = match written {
            Some(text) => shorten(text).replace("\r\n", "\n"),
            None => html_to_text(&with_line_breaks(html)).replace("\r\n", "\n"),
        };
        let attachments = message
            .attachments()
            .filter_map(|part| part.attachment_name())
            .take(MOST_ATTACHMENTS)
            .map(str::to_owned)
            .collect();
        Self { text, html: html.to_owned(), plain: written.is_some(), attachments }
    }
}

/// Tags at which a reader sees a new line, and `html_to_text` does not.
const BREAKS: [&str; 5] = ["/h", "/div", "/tr", "/table", "hr"];

fn with_line_breaks(html: &str) -> String {
    let mut broken = String::with_capacity(html.len());
    for (at, piece) in html.split('<').enumerate() {
        if at > 0 {
            let breaks =
                BREAKS.iter().any(|tag| piece.get(..tag.len()).is_some_and(|name| name.eq_ignore_ascii_case(tag)));
            broken.push_str(if breaks { "<br><" } else { "<" });
        }
        broken.push_str(piece);
    }
    broken
}

fn shorten(text: &str) -> &str {
    beginning(text, LONGEST_TEXT)
}
