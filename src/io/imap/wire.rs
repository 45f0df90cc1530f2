//! One response at a time from the byte stream, bounded.
//!
//! We cut responses out of the stream ourselves and give each, whole, to the parser of `imap-proto`. The stream of async-imap
//! would do both at once, but it grows to 512 MiB, dies at every response it cannot parse (NAMESPACE, ESEARCH), writes
//! passwords to its trace log, and cannot say whether bytes are waiting, which STARTTLS must know.

use std::io;

use imap_proto::Response;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What is kept of one response. The largest one that we ask for is a header, [`super::HEADER_LIMIT`]; a listing of 100,000
/// UIDs is 700 kB.
const MAX_RESPONSE: usize = 1024 * 1024;

/// What is read over, unkept, of a response that is larger, before the connection is given up.
const MAX_SKIPPED: usize = 16 * 1024 * 1024;

/// Parentheses inside each other: the parser is recursive, and a server passes on what a mail's structure makes of it.
const MAX_NESTING: usize = 60;

/// Bytes asked from the stream at once.
const READ_SIZE: usize = 16 * 1024;

/// Both directions of a connection.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// One response as it came, with its literals.
pub struct Frame {
    bytes: Vec<u8>,
    readable: bool,
}

impl Frame {
    /// The beginning of it, all unless it was too large.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What it says; `None` when it is too large, nested too deeply, or unknown to the parser.
    pub fn parse(&self) -> Option<Response<'_>> {
        if !self.readable {
            return None;
        }
        // The parser slices text at byte 1 and unwraps a NIL date: a hostile answer may make it panic.
        let parsed = std::panic::catch_unwind(|| Response::parse(&self.bytes)).ok()?;
        parsed.ok().filter(|(rest, _)| rest.is_empty()).map(|(_, response)| response)
    }
}

/// A connection cut into responses.
pub struct Wire {
    stream: Box<dyn Duplex>,
    unread: Vec<u8>,
    partial: Partial,
}

impl Wire {
    /// Over a stream of which nothing was read.
    pub fn new(stream: Box<dyn Duplex>) -> Self {
        Self { stream, unread: Vec::new(), partial: Partial::default() }
    }

    /// The stream itself, for TLS; `None` if the other side has already sent more than it was asked: those bytes would be
    /// taken for protected ones.
    pub fn into_stream(self) -> Option<Box<dyn Duplex>> {
        (self.unread.is_empty() && self.partial.total == 0).then_some(self.stream)
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// The next response. Dropping the future loses nothing.
    pub async fn next(&mut self) -> io::Result<Frame> {
        loop {
            let used = self.partial.take(&self.unread)?;
            self.unread.drain(..used);
            if let Some(frame) = self.partial.finished() {
                return Ok(frame);
            }
            self.unread.reserve(READ_SIZE);
            if self.stream.read_buf(&mut self.unread).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// The response that is arriving.
#[derive(Default)]
struct Partial {
    kept: Vec<u8>,
    total: usize,
    line: Vec<u8>,
    literal: usize,
    depth: usize,
    too_deep: bool,
    complete: bool,
}

impl Partial {
    /// Takes what belongs to this response; how many bytes that was.
    fn take(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut used = 0;
        while used < bytes.len() && !self.complete {
            let rest = &bytes[used..];
            used += if self.literal > 0 { self.take_literal(rest) } else { self.take_line(rest)? };
            if self.total > MAX_SKIPPED {
                return Err(io::Error::other("a response without end"));
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
                Some(length) if length > MAX_SKIPPED => return Err(io::Error::other("a literal without end")),
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

    fn finished(&mut self) -> Option<Frame> {
        if !self.complete {
            return None;
        }
        let done = std::mem::take(self);
        Some(Frame { readable: done.total == done.kept.len() && !done.too_deep, bytes: done.kept })
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
    let Some(rest) = response.strip_prefix(b"* ") else { return false };
    let word = rest.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    !["OK", "NO", "BAD", "BYE", "PREAUTH"].iter().any(|status| word.eq_ignore_ascii_case(status.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: &[u8], step: usize) -> Vec<Vec<u8>> {
        let (mut partial, mut frames) = (Partial::default(), Vec::new());
        for piece in bytes.chunks(step) {
            let mut used = 0;
            while used < piece.len() {
                used += partial.take(&piece[used..]).unwrap();
                frames.extend(partial.finished().map(|frame| frame.bytes));
            }
        }
        frames
    }

    #[test]
    fn responses_are_cut_the_same_wherever_the_network_cuts_them() {
        let bytes = b"* 1 FETCH (UID 1 BODY[] {5}\r\na\r\n{3 X {0}\r\n)\r\n* OK text {3}\r\n+ go {2}\r\nA1 OK {9}\r\n";
        let whole = frames(bytes, bytes.len());
        assert_eq!(whole.len(), 4);
        assert_eq!(whole.concat(), bytes);
        for step in 1..bytes.len() {
            assert_eq!(frames(bytes, step), whole);
        }
    }

    #[test]
    fn a_response_too_large_is_read_over_and_the_next_one_is_whole() {
        let mut bytes = format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n", 2 * MAX_RESPONSE).into_bytes();
        bytes.resize(bytes.len() + 2 * MAX_RESPONSE, b'x');
        bytes.extend_from_slice(b")\r\n* 2 EXISTS\r\n");
        let frames = frames(&bytes, 4096);
        assert_eq!(frames[0].len(), MAX_RESPONSE);
        assert_eq!(frames[1], b"* 2 EXISTS\r\n");
    }

    #[test]
    fn a_line_without_end_ends_the_connection() {
        let mut partial = Partial::default();
        assert!(partial.take(&vec![b'x'; MAX_SKIPPED + 1]).is_err());
        let mut partial = Partial::default();
        assert!(partial.take(b"* 1 FETCH (BODY[] {4294967295}\r\n").is_err());
    }

    #[test]
    fn hostile_responses_are_unreadable_and_nothing_more() {
        let deep = [b"* 1 FETCH (BODYSTRUCTURE ".to_vec(), vec![b'('; 100_000], b"\r\n".to_vec()].concat();
        for bytes in [deep, b"* 1 FETCH (INTERNALDATE NIL)\r\n".to_vec(), "* OK [ALERT]\u{e9}\r\n".into()] {
            let mut partial = Partial::default();
            partial.take(&bytes).unwrap();
            assert!(partial.finished().unwrap().parse().is_none());
        }
    }
}
