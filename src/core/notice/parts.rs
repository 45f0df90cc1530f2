//! The leaves of a message's MIME structure (RFC 2046), in one pass over its lines.
//!
//! A parser of whole messages builds what a stranger's mail nests, and is recursive somewhere: base64 around message/rfc822 ends the
//! program by a stack overflow, which nothing catches. Here a message inside a message is a leaf, and the depth has a bound.

use std::ops::Range;

use mail_parser::{ContentType, HeaderValue, parsers::MessageStream};

use super::{header::Headers, mail::header_length};

/// Multiparts inside each other: real mail has four (signed, mixed, related, alternative).
const DEEPEST: usize = 20;

/// Leaves looked at: the text comes first, and a digest names ten attachments.
const MOST: usize = 200;

/// RFC 2046, section 5.1.1: a boundary has at most 70 characters; some programs write more.
const LONGEST_BOUNDARY: usize = 200;

/// A part that holds no other parts.
pub(super) struct Leaf<'x> {
    kind: Option<ContentType<'static>>,
    disposition: Option<ContentType<'static>>,
    /// The Content-Transfer-Encoding, as written.
    pub(super) encoding: String,
    /// Whatever it says of itself, it is a message: a part of a `multipart/digest` that has no type.
    is_message: bool,
    /// Its MIME header; that of the message where it is the only part.
    header: &'x [u8],
    /// Its body, still encoded.
    pub(super) body: &'x [u8],
    /// More came after it.
    is_over: bool,
}

impl Leaf<'_> {
    /// Whether its type is `text/subtype`; a part without a type is plain text (RFC 2045, section 5.2).
    pub(super) fn is_text(&self, subtype: &str) -> bool {
        match &self.kind {
            _ if self.is_message => false,
            None => subtype == "plain",
            Some(kind) => is_kind(kind, "text", subtype),
        }
    }

    /// Whether it is of a kind that words for a reader come in.
    pub(super) fn has_words(&self) -> bool {
        self.is_text("plain") || self.is_text("html")
    }

    pub(super) fn charset(&self) -> Option<&str> {
        self.kind.as_ref()?.attribute("charset")
    }

    pub(super) fn file_name(&self) -> Option<&str> {
        let named = self.disposition.as_ref().and_then(|disposition| disposition.attribute("filename"));
        named.or_else(|| self.kind.as_ref()?.attribute("name"))
    }

    pub(super) fn is_attached(&self) -> bool {
        self.disposition.as_ref().is_some_and(|disposition| disposition.ctype().eq_ignore_ascii_case("attachment"))
    }
}

fn is_kind(kind: &ContentType<'_>, ctype: &str, subtype: &str) -> bool {
    kind.ctype().eq_ignore_ascii_case(ctype) && kind.subtype().is_some_and(|own| own.eq_ignore_ascii_case(subtype))
}

/// The leaves of a message that may end anywhere, in order.
pub(super) fn leaves(raw: &[u8]) -> Vec<Leaf<'_>> {
    first_leaves(raw, MOST)
}

/// MIME header and body of the first leaf of a message of which `raw` is the beginning; `None` where a piece of it may be missing.
pub(super) fn first(raw: &[u8]) -> Option<(&[u8], &[u8])> {
    let leaf = first_leaves(raw, 1).into_iter().next()?;
    leaf.is_over.then_some((leaf.header, leaf.body))
}

fn first_leaves(raw: &[u8], most: usize) -> Vec<Leaf<'_>> {
    let mut walk = Walk { raw, most, open: Vec::new(), leaves: Vec::new(), place: Place::Between };
    let body = header_length(raw);
    walk.part(0..body);
    walk.lines(body);
    walk.leaves
}

/// A multipart whose end did not come yet.
struct Multipart {
    boundary: Vec<u8>,
    is_digest: bool,
}

/// Where the walk is.
enum Place {
    /// Before the first part of a multipart, or after its last.
    Between,
    /// In the header of a part, which began here.
    Header(usize),
    /// In the body of the last leaf, which began here.
    Body(usize),
}

struct Walk<'x> {
    raw: &'x [u8],
    /// Leaves that are looked for.
    most: usize,
    open: Vec<Multipart>,
    leaves: Vec<Leaf<'x>>,
    place: Place,
}

impl<'x> Walk<'x> {
    fn lines(&mut self, from: usize) {
        let mut at = from;
        for line in self.raw[from..].split_inclusive(|byte| *byte == b'\n') {
            if let Some((depth, is_last)) = self.delimiter(line) {
                self.finish(at);
                if self.leaves.len() >= self.most {
                    return;
                }
                self.open.truncate(if is_last { depth } else { depth + 1 });
                self.place = if is_last { Place::Between } else { Place::Header(at + line.len()) };
            } else if let Place::Header(start) = self.place
                && matches!(line, b"\n" | b"\r\n")
            {
                self.part(start..at + line.len());
            }
            at += line.len();
        }
        self.finish(self.raw.len());
    }

    /// Which open multipart a line delimits, and whether it is its end; the innermost one that fits.
    fn delimiter(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.strip_prefix(b"--")?;
        self.open.iter().enumerate().rev().find_map(|(depth, multipart)| {
            let rest = line.strip_prefix(multipart.boundary.as_slice())?;
            let is_last = rest.starts_with(b"--");
            (is_last || rest.trim_ascii().is_empty()).then_some((depth, is_last))
        })
    }

    /// A part whose header is `header` begins its body.
    fn part(&mut self, header: Range<usize>) {
        let body = header.end;
        let header = &self.raw[header];
        let headers = Headers::read(header);
        let kind = field(&headers, "Content-Type");
        if kind.as_ref().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("multipart")) {
            self.place = Place::Between;
            self.open.extend(kind.as_ref().and_then(multipart).filter(|_| self.open.len() < DEEPEST));
            return;
        }
        let in_digest = self.open.last().is_some_and(|multipart| multipart.is_digest);
        self.leaves.push(Leaf {
            is_message: kind.is_none() && in_digest,
            kind,
            disposition: field(&headers, "Content-Disposition"),
            encoding: headers.get("Content-Transfer-Encoding").unwrap_or_default(),
            header,
            body: &[],
            is_over: false,
        });
        self.place = Place::Body(body);
    }

    /// What was being read ends at `end`: the line end before a delimiter belongs to the delimiter.
    fn finish(&mut self, end: usize) {
        match self.place {
            Place::Between => {}
            Place::Header(start) => self.part(start..end),
            Place::Body(start) => {
                if let (Some(leaf), Some(body)) = (self.leaves.last_mut(), self.raw.get(start..end)) {
                    leaf.body = body;
                    leaf.is_over = end < self.raw.len();
                }
            }
        }
        self.place = Place::Between;
    }
}

fn multipart(kind: &ContentType<'_>) -> Option<Multipart> {
    let boundary = kind.attribute("boundary").filter(|boundary| (1..=LONGEST_BOUNDARY).contains(&boundary.len()))?;
    let is_digest = is_kind(kind, "multipart", "digest");
    Some(Multipart { boundary: boundary.as_bytes().to_vec(), is_digest })
}

fn field(headers: &Headers<'_>, name: &str) -> Option<ContentType<'static>> {
    let ended = [headers.raw(name)?, b"\r\n"].concat();
    match MessageStream::new(&ended).parse_content_type().into_owned() {
        HeaderValue::ContentType(kind) => Some(kind),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(raw: &str) -> Vec<String> {
        leaves(raw.as_bytes()).iter().map(|leaf| String::from_utf8_lossy(leaf.body).into_owned()).collect()
    }

    #[test]
    fn parts_are_found_at_every_depth_whatever_their_line_ends() {
        let raw = "Content-Type: multipart/mixed; boundary=a\r\n\r\npreamble\r\n--a\r\n\
            Content-Type: multipart/alternative;\r\n boundary=\"b c\"\r\n\r\n--b c  \r\n\r\none\r\n--b c\n\
            Content-Type: text/html\n\ntwo\n--b c--\nbetween\r\n--a\r\nX: y\r\n\r\nthree\r\n--a--\r\nepilogue";
        assert_eq!(bodies(raw), ["one\r\n", "two\n", "three\r\n"]);
    }

    #[test]
    fn an_outer_delimiter_ends_inner_parts_that_were_never_closed() {
        let raw = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n\
            --b\n\none\n--a\n\ntwo\n--ab\nstill two";
        assert_eq!(bodies(raw), ["one\n", "two\n--ab\nstill two"]);
    }

    #[test]
    fn a_message_inside_a_message_is_one_leaf() {
        let raw = "Content-Type: multipart/digest; boundary=a\n\n--a\n\nFrom: a@b\n\nx\n--a\nContent-Type: message/rfc822\n\n\
            Content-Type: multipart/mixed; boundary=c\n\n--c\n\ny\n--c--\n--a--";
        let leaves = leaves(raw.as_bytes());
        assert_eq!(leaves.len(), 2);
        assert!(leaves.iter().all(|leaf| !leaf.is_text("plain") && !leaf.is_text("html")));
    }

    #[test]
    fn a_header_that_a_delimiter_ends_is_a_part_without_body() {
        let raw = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: image/png; name=x.png\n--a--\n";
        let leaves = leaves(raw.as_bytes());
        assert_eq!(leaves.iter().filter_map(Leaf::file_name).collect::<Vec<_>>(), ["x.png"]);
        assert!(leaves[0].body.is_empty());
    }

    #[test]
    fn a_first_part_is_whole_once_something_comes_after_it() {
        let raw = b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
            --b\r\nX: y\r\n\r\none\r\n--b\r\n\r\ntwo";
        let end = raw.len() - b"\r\n\r\ntwo".len();
        assert_eq!(first(raw), Some((&b"X: y\r\n\r\n"[..], &b"one\r\n"[..])));
        // With less of the delimiter than its boundary it may be a line of the text.
        for cut in 0..end {
            assert_eq!(first(&raw[..cut]), None, "{cut}");
        }
        assert!(first(&raw[..end]).is_some());
        assert_eq!(first(b"Subject: a\r\n\r\nthe only part"), None);
    }

    #[test]
    fn parts_and_depth_have_a_bound() {
        let parts = format!("Content-Type: multipart/mixed; boundary=a\n\n{}", "--a\n\nx\n".repeat(10_000));
        assert_eq!(bodies(&parts).len(), MOST);
        let nested = "Content-Type: multipart/mixed; boundary=a\n\n--a\n".repeat(10_000);
        assert!(bodies(&nested).len() <= MOST);
    }
}
