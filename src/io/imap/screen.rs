//! The stream below async-imap: whole responses of bounded size that its parser can read, and not a byte of the next one.
//!
//! Over a bare stream async-imap grows to 512 MiB, ends at every response that its parser does not know (NAMESPACE, ESEARCH),
//! panics with it at some, and cannot say whether bytes are waiting, which STARTTLS must know. So responses are cut out and tried
//! here first; for one that cannot be read, a harmless line goes up instead, which [`stands_for`] recognises.

mod partial;

use std::{
    fmt,
    io::{self, Cursor},
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use async_imap::imap_proto::{Response, Status};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, BufWriter, ReadBuf};

use self::partial::{Partial, Whole, invalid, second_word, words};

/// What is read in answer to one command, before the connection is given up. The largest answer that we ask for is a batch of
/// 500 headers, each of which may have 64 KiB: 32 MiB.
const MAX_ANSWER: usize = 64 * 1024 * 1024;

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
    /// Bytes read since the last command.
    answered: usize,
}

impl Screen {
    /// Over a stream of which nothing was read.
    pub fn new(stream: Box<dyn Duplex>) -> Self {
        let screened = Cursor::new(Vec::new());
        let stream = BufWriter::new(stream);
        Self { stream, unread: Vec::new(), partial: Partial::default(), screened, namespace: Vec::new(), answered: 0 }
    }

    /// A command goes out: what comes from now on is the answer to it.
    pub fn expect_answer(&mut self) {
        self.answered = 0;
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
            self.answered += used;
            if self.answered > MAX_ANSWER {
                return Poll::Ready(Err(invalid("an answer without end")));
            }
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

/// Whether a response is one of those that a listing is made of.
fn is_answer(response: &[u8]) -> bool {
    let is = |word: &[u8]| ["SEARCH", "ESEARCH", "FETCH"].iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    words(response).skip(1).take(2).any(is)
}

#[cfg(test)]
mod tests;
