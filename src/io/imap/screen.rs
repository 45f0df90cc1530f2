//! The stream below async-imap: whole responses of bounded size that its parser can read, and not a byte of the next one.
//!
//! Over a bare stream async-imap grows to 512 MiB, ends at every response that its parser does not know (NAMESPACE, ESEARCH),
//! panics with it at some, and cannot say whether bytes are waiting, which STARTTLS must know. So responses are cut out and tried
//! here first; for one that cannot be read, a harmless line goes up instead, which [`stands_for`] recognises.

use std::{
    fmt,
    io::{self, Cursor},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use async_imap::imap_proto::{Response, Status};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, BufWriter, ReadBuf};

/// What is kept of one response. The largest one that we ask for is a listing: a million UIDs of seven digits are 8 MB.
const MAX_RESPONSE: usize = 8 * 1024 * 1024;

/// What is read over, unkept, of a response that is larger, before the connection is given up.
const MAX_SKIPPED: usize = 32 * 1024 * 1024;

/// Parentheses inside each other: the parser is recursive, and a server passes on what a mail's structure makes of it.
const MAX_NESTING: usize = 60;

/// Bytes asked from the stream at once.
const READ_SIZE: usize = 16 * 1024;

/// The text of the line that stands for an unreadable answer to SEARCH or FETCH.
const ANSWER: &str = "qh-unreadable-answer";

/// The text of the line that stands for any other unreadable untagged response.
const OTHER: &str = "qh-unreadable";

/// What could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// One of the lines that a listing is made of: `* SEARCH …`, `* ESEARCH …`, `* 12 FETCH …`.
    Answer,
    /// Anything else.
    Other,
}

/// What a response stands for, if it is one of ours. A server that says these words makes only its own listing unreadable.
pub fn stands_for(response: &Response<'_>) -> Option<Unreadable> {
    let Response::Data { status: Status::Ok, outcome } = response else { return None };
    match outcome.information.as_deref() {
        Some(ANSWER) => Some(Unreadable::Answer),
        Some(OTHER) => Some(Unreadable::Other),
        _ => None,
    }
}

/// Both directions of a connection.
pub trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// A connection whose responses are screened. What is written goes out at the next flush: async-imap writes a command in pieces.
pub struct Screen {
    stream: BufWriter<Box<dyn Duplex>>,
    /// Came from the stream and was not cut yet.
    unread: Vec<u8>,
    partial: Partial,
    /// The response that is going up.
    screened: Cursor<Vec<u8>>,
    namespace: Vec<u8>,
}

impl Screen {
    /// Over a stream of which nothing was read.
    pub fn new(stream: Box<dyn Duplex>) -> Self {
        let screened = Cursor::new(Vec::new());
        let stream = BufWriter::new(stream);
        Self { stream, unread: Vec::new(), partial: Partial::default(), screened, namespace: Vec::new() }
    }

    /// The stream itself, for TLS; `None` if the other side has already sent more than it was asked: those bytes would be
    /// taken for protected ones.
    pub fn into_stream(self) -> Option<Box<dyn Duplex>> {
        let waiting = !self.unread.is_empty() || self.partial.total > 0 || !self.is_handed_up();
        (!waiting).then(|| self.stream.into_inner())
    }

    /// The last untagged NAMESPACE as it came: the parser does not know it.
    pub fn namespace(&self) -> &[u8] {
        &self.namespace
    }

    fn is_handed_up(&self) -> bool {
        self.screened.position() >= self.screened.get_ref().len() as u64
    }

    /// Screens the next response; `false` at the end of the stream. Nothing is lost when it is not asked again.
    fn poll_response(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            let used = self.partial.take(&self.unread)?;
            self.unread.drain(..used);
            if let Some(whole) = self.partial.finished() {
                self.screened = Cursor::new(self.screen(whole)?);
                return Poll::Ready(Ok(true));
            }
            self.unread.reserve(READ_SIZE);
            let read = pin!(self.stream.read_buf(&mut self.unread));
            if ready!(read.poll(context))? == 0 {
                return Poll::Ready(Ok(false));
            }
        }
    }

    /// What goes up for a response. An unreadable completion is an error: it would never come again.
    fn screen(&mut self, whole: Whole) -> io::Result<Vec<u8>> {
        if whole.is_readable() {
            return Ok(whole.bytes);
        }
        match whole.bytes.first() {
            Some(b'+') => Ok(b"+ \r\n".to_vec()),
            Some(b'*') if is_answer(&whole.bytes) => Ok(line(ANSWER)),
            Some(b'*') => {
                if second_word(&whole.bytes).eq_ignore_ascii_case(b"NAMESPACE") {
                    self.namespace = whole.bytes;
                }
                Ok(line(OTHER))
            }
            _ if whole.bytes.trim_ascii().is_empty() => Ok(line(OTHER)),
            _ => Err(invalid("an unreadable answer")),
        }
    }
}

/// Not of the kind `Other`, whose texts [`super::exec`] does not show: async-imap quotes mail in them.
fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn line(text: &str) -> Vec<u8> {
    format!("* OK {text}\r\n").into_bytes()
}

impl AsyncRead for Screen {
    /// At most the rest of one response.
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_handed_up() && !ready!(self.poll_response(context))? {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.screened).poll_read(context, buffer)
    }
}

impl AsyncWrite for Screen {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// async-imap wants it; what is inside are lines of mail and passwords.
impl fmt::Debug for Screen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Screen").finish_non_exhaustive()
    }
}

/// One response as it came, with its literals.
struct Whole {
    /// The beginning of it, all unless it was too large.
    bytes: Vec<u8>,
    bounded: bool,
}

impl Whole {
    /// Whether the parser takes all of it, and it is neither too large nor nested too deeply.
    fn is_readable(&self) -> bool {
        // The parser slices text at byte 1 and unwraps a NIL date: a hostile answer may make it panic.
        self.bounded
            && std::panic::catch_unwind(|| matches!(Response::parse(&self.bytes), Ok(([], _)))).unwrap_or(false)
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

    fn finished(&mut self) -> Option<Whole> {
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

/// Whether a response is one of those that a listing is made of.
fn is_answer(response: &[u8]) -> bool {
    let is = |word: &[u8]| ["SEARCH", "ESEARCH", "FETCH"].iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    words(response).skip(1).take(2).any(is)
}

fn second_word(response: &[u8]) -> &[u8] {
    words(response).nth(1).unwrap_or_default()
}

fn words(response: &[u8]) -> impl Iterator<Item = &[u8]> {
    response.split(|byte| byte.is_ascii_whitespace())
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
                frames.extend(partial.finished().map(|whole| whole.bytes));
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
            assert!(!partial.finished().unwrap().is_readable());
        }
    }

    #[test]
    fn a_beginning_of_a_readable_response_is_never_taken_for_the_whole() {
        let list = format!("* SEARCH {}\r\n", "12345 ".repeat(20).trim_end());
        for whole in [
            "* 1 FETCH (UID 1 FLAGS (\\Seen qh-sealed) INTERNALDATE \"01-Feb-2026 10:00:00 +0100\" BODY[HEADER]<0> {6}\r\n\
             A: b\r\n)\r\n",
            "* 1 FETCH (UID 1 BODYSTRUCTURE ((\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"8bit\" 10 1 NIL NIL NIL NIL) \
             \"mixed\" (\"boundary\" \"b\") NIL NIL NIL))\r\n",
            "* CAPABILITY IMAP4rev1 AUTH=PLAIN UIDPLUS\r\n",
            "* LIST (\\HasNoChildren) \".\" \"INBOX.Quiet Hours\"\r\n",
            "* STATUS INBOX (UIDNEXT 9 UIDVALIDITY 7)\r\n",
            "* OK [PERMANENTFLAGS (\\Seen \\*)] limited\r\n",
            "A0007 NO [OVERQUOTA] no room {3}\r\n",
            "+ \r\n",
            &list,
        ] {
            assert!(matches!(Response::parse(whole.as_bytes()), Ok(([], _))), "{whole}");
            for length in 0..whole.len() {
                let parsed = Response::parse(&whole.as_bytes()[..length]);
                assert!(parsed.is_err_and(|error| error.is_incomplete()), "{:?}", &whole[..length]);
            }
        }
    }

    /// What goes up for these bytes, read in pieces of `step`, and how it ends.
    async fn handed_up(bytes: &[u8], step: usize) -> (Vec<String>, io::Result<()>, Screen) {
        let stream = tokio::io::join(Cursor::new(bytes.to_vec()), tokio::io::sink());
        let (mut screen, mut lines, mut buffer) = (Screen::new(Box::new(stream)), Vec::new(), vec![0; step]);
        loop {
            let first = screen.is_handed_up();
            let length = match screen.read(&mut buffer).await {
                Ok(0) => return (lines, Ok(()), screen),
                Ok(length) => length,
                Err(error) => return (lines, Err(error), screen),
            };
            let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
            match lines.last_mut().filter(|_| !first) {
                Some(line) => line.push_str(&text),
                None => lines.push(text),
            }
        }
    }

    #[tokio::test]
    async fn each_response_goes_up_by_itself_and_an_unreadable_one_as_a_line_that_says_so() {
        let bytes = "* OK ready\r\n* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n* ESEARCH (TAG \"A1\") ALL 1:3\r\n\r\n\
                     * 1 FETCH (INTERNALDATE NIL)\r\n* 2 FETCH (UID 2 BODY[TEXT] {4}\r\na\r\nb)\r\n+\u{e9}\u{0}\r\nA1 OK done\r\n";
        let expected = [
            "* OK ready\r\n",
            "* OK qh-unreadable\r\n",
            "* OK qh-unreadable-answer\r\n",
            "* OK qh-unreadable\r\n",
            "* OK qh-unreadable-answer\r\n",
            "* 2 FETCH (UID 2 BODY[TEXT] {4}\r\na\r\nb)\r\n",
            "+ \r\n",
            "A1 OK done\r\n",
        ];
        for step in [1, 7, 4096] {
            let (lines, end, screen) = handed_up(bytes.as_bytes(), step).await;
            assert_eq!(lines, expected);
            assert!(end.is_ok());
            assert_eq!(screen.namespace(), b"* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n");
        }
        let stood_for =
            |line: &str| Response::parse(line.as_bytes()).map(|(_, response)| stands_for(&response)).unwrap();
        assert_eq!(
            expected[..3].iter().map(|line| stood_for(line)).collect::<Vec<_>>(),
            [None, Some(Unreadable::Other), Some(Unreadable::Answer)]
        );
    }

    #[tokio::test]
    async fn a_completion_that_cannot_be_read_ends_the_connection() {
        let (lines, end, _) = handed_up(b"* 1 EXISTS\r\nA1 YES\r\n* 2 EXISTS\r\n", 4096).await;
        assert_eq!(lines, ["* 1 EXISTS\r\n"]);
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }

    #[tokio::test]
    async fn a_byte_too_many_is_known_before_the_stream_is_given_away() {
        for (bytes, alone) in [("A1 OK go\r\n", true), ("A1 OK go\r\n*", false), ("A1 OK go\r\n* 1 EXISTS\r\n", false)]
        {
            let stream = tokio::io::join(Cursor::new(bytes.to_owned()), tokio::io::sink());
            let mut screen = Screen::new(Box::new(stream));
            let length = screen.read(&mut [0; 4096]).await.unwrap();
            assert_eq!(length, 10);
            assert_eq!(screen.into_stream().is_some(), alone, "{bytes:?}");
        }
    }
}
