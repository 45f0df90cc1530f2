//! One response, as it arrives piece by piece: where it ends, how large and how deep it is.

use std::io;

use async_imap::imap_proto::Response;

/// What is kept of one response. The largest one that we ask for is a listing: a million UIDs of seven digits are 8 MB.
pub(super) const MAX_RESPONSE: usize = 8 * 1024 * 1024;

/// What is read over, unkept, of a response that is larger, before the connection is given up.
pub(super) const MAX_SKIPPED: usize = 32 * 1024 * 1024;

/// Parentheses inside each other: the parser is recursive, and a server passes on what a mail's structure makes of it.
const MAX_NESTING: usize = 60;

/// One response as it came, with its literals.
pub(super) struct Whole {
    /// The beginning of it, all unless it was too large.
    pub bytes: Vec<u8>,
    bounded: bool,
}

impl Whole {
    /// Whether the parser takes all of it, and it is neither too large nor nested too deeply.
    pub fn is_readable(&self) -> bool {
        // The parser slices text at byte 1 and unwraps a NIL date: a hostile answer may make it panic.
        self.bounded
            && std::panic::catch_unwind(|| matches!(Response::parse(&self.bytes), Ok(([], _)))).unwrap_or(false)
    }
}

/// The response that is arriving.
#[derive(Default)]
pub(super) struct Partial {
    kept: Vec<u8>,
    pub total: usize,
    line: Vec<u8>,
    literal: usize,
    depth: usize,
    too_deep: bool,
    complete: bool,
}

impl Partial {
    /// Takes what belongs to this response; how many bytes that was.
    pub fn take(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut used = 0;
        while used < bytes.len() && !self.complete {
            let rest = &bytes[used..];
            used += if self.literal > 0 { self.take_literal(rest) } else { self.take_line(rest)? };
            if self.total > MAX_SKIPPED {
                return Err(invalid("a response without end"));
            }
        }
        Ok(used)
    }

    fn take_literal(&mut self, bytes: &[u8]) -> usize {
        let length = self.literal.min(bytes.len());
        self.keep(&bytes[..length]);
        self.literal -= length;
        length
    }

    fn take_line(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        self.keep(piece);
        self.measure(piece);
        // Only the end of a line can announce a literal: `{4294967295}` and CRLF are 14 bytes.
        self.line.extend_from_slice(&piece[piece.len().saturating_sub(16)..]);
        self.line.drain(..self.line.len().saturating_sub(16));
        if end.is_some() {
            match announced(&self.line).filter(|_| carries_literals(&self.kept)) {
                Some(length) if length > MAX_SKIPPED => return Err(invalid("a literal without end")),
                Some(length) => self.literal = length,
                None => self.complete = true,
            }
            // A literal of no bytes is followed by the rest of the line at once.
            self.line.clear();
        }
        Ok(piece.len())
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_RESPONSE.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.total += bytes.len();
    }

    fn measure(&mut self, line: &[u8]) {
        for byte in line {
            match byte {
                b'(' => self.depth += 1,
                b')' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            self.too_deep |= self.depth > MAX_NESTING;
        }
    }

    pub fn finished(&mut self) -> Option<Whole> {
        if !self.complete {
            return None;
        }
        let done = std::mem::take(self);
        Some(Whole { bounded: done.total == done.kept.len() && !done.too_deep, bytes: done.kept })
    }
}

/// The length of the literal that a line announces at its end.
fn announced(line: &[u8]) -> Option<usize> {
    let text = line.strip_suffix(b"\n")?;
    let text = text.strip_suffix(b"\r").unwrap_or(text).strip_suffix(b"}")?;
    let open = text.iter().rposition(|byte| *byte == b'{')?;
    std::str::from_utf8(&text[open + 1..]).ok()?.parse().ok()
}

/// Whether a response may hold literals: the free text of a status or of a continuation may end in `{3}` and mean nothing.
fn carries_literals(response: &[u8]) -> bool {
    let is = |name: &&str| second_word(response).eq_ignore_ascii_case(name.as_bytes());
    response.starts_with(b"* ") && !["OK", "NO", "BAD", "BYE", "PREAUTH"].iter().any(is)
}

pub(super) fn second_word(response: &[u8]) -> &[u8] {
    words(response).nth(1).unwrap_or_default()
}

pub(super) fn words(response: &[u8]) -> impl Iterator<Item = &[u8]> {
    response.split(|byte| byte.is_ascii_whitespace())
}

/// Not of the kind `Other`, whose texts `io::imap::exec` does not show: async-imap quotes mail in them.
pub(super) fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
