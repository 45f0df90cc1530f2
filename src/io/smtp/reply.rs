//! The stream below lettre and the reading of replies: what a server answered is decided by its code alone.
//!
//! lettre takes a reply with a byte that is no UTF-8, one without a text (`250` alone), or one with an unusual second digit
//! (`571`) for a broken one, and cannot say afterwards that the server had accepted. So what comes up to it is made readable, and
//! what came is kept as it was.

use std::{
    fmt, io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Limits;
use crate::{core::text, io::imap::Duplex};

/// What is kept of one reply. RFC 5321 (4.5.3.1.5) knows lines of 512 bytes; EHLO answers with some twenty of them.
pub(super) const MAX_REPLY: usize = 64 * 1024;

/// What lettre says at the end.
const GOODBYE: &[u8] = b"QUIT\r\n";

/// Graphemes of a server's text that are shown.
const SHOWN: usize = 200;

/// A whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// The same in each of its lines.
    pub code: u16,
    /// What its lines say, without the codes, sanitised.
    pub text: String,
    /// Its bytes.
    pub length: usize,
}

impl Reply {
    /// Its code and what it says.
    pub fn words(&self) -> String {
        format!("{} {}", self.code, self.text).trim_end().to_owned()
    }

    /// Reads the reply at the beginning of `bytes`; `None` while it is not whole, or when it is none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (mut text, mut length, mut first) = (String::new(), 0, None);
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let content = line.strip_suffix(b"\n")?;
            length += line.len();
            let content = content.strip_suffix(b"\r").unwrap_or(content);
            let (digits, rest) = content.split_at_checked(3)?;
            let code =
                digits.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(digits).ok()?.parse().ok())??;
            // Lines that contradict each other are no answer.
            if *first.get_or_insert(code) != code {
                return None;
            }
            text.push_str(&String::from_utf8_lossy(rest.get(1..).unwrap_or_default()));
            text.push('\n');
            match rest.first() {
                Some(b'-') => {}
                Some(b' ') | None => return Some(Self { code, text: text::line(&text, SHOWN), length }),
                Some(_) => return None,
            }
        }
        None
    }
}

/// What came since the last command but QUIT, as it came.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    /// The reply to the last command, if a whole one came.
    pub fn reply(&self) -> Option<Reply> {
        Reply::read(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What an answer to EHLO offers for AUTH (RFC 4954, 3), in upper case; `AUTH=` is an old way to write it.
    pub fn mechanisms(&self) -> Vec<String> {
        let keywords = self.keywords();
        let offers = keywords.iter().filter_map(|word| word.strip_prefix("AUTH ").or(word.strip_prefix("AUTH=")));
        offers.flat_map(str::split_whitespace).map(str::to_owned).collect()
    }

    /// What an answer to EHLO says of messages.
    pub fn limits(&self) -> Limits {
        let keywords = self.keywords();
        let size = keywords.iter().find_map(|word| word.strip_prefix("SIZE ")?.trim().parse().ok());
        // Nothing, or zero: it knows no limit, or does not tell it (RFC 1870, section 3).
        let size = size.filter(|size| *size > 0);
        Limits { eight_bit: keywords.iter().any(|word| word.trim() == "8BITMIME"), size }
    }

    /// The lines of an answer without their codes, in upper case.
    fn keywords(&self) -> Vec<String> {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&bytes).to_ascii_uppercase();
        text.lines().filter_map(|line| line.get(4..)).map(str::to_owned).collect()
    }

    fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Keeps `bytes`; `false` when it would be too much.
    fn keep(&self, bytes: &[u8]) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        kept.len() <= MAX_REPLY
    }
}

/// The connection as lettre sees it. The mutex is never locked: it makes `Sync`, which lettre asks for, of a stream that is not.
pub(super) struct Screen {
    stream: Mutex<Box<dyn Duplex>>,
    /// What lettre reads before anything from the stream.
    before: &'static [u8],
    heard: Heard,
}

impl Screen {
    /// A screen over `stream`, and what it hears.
    pub fn new(stream: Box<dyn Duplex>, before: &'static [u8]) -> (Self, Heard) {
        let heard = Heard::default();
        (Self { stream: Mutex::new(stream), before, heard: heard.clone() }, heard)
    }

    fn stream(self: Pin<&mut Self>) -> Pin<&mut Box<dyn Duplex>> {
        Pin::new(self.get_mut().stream.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Screen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Screen").finish_non_exhaustive()
    }
}

impl AsyncTokioStream for Screen {
    fn peer_addr(&self) -> io::Result<std::net::SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl AsyncRead for Screen {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if !self.before.is_empty() {
            let (now, later) = self.before.split_at(self.before.len().min(buf.remaining()));
            buf.put_slice(now);
            self.before = later;
            return Poll::Ready(Ok(()));
        }
        let start = buf.filled().len();
        std::task::ready!(self.as_mut().stream().poll_read(cx, buf))?;
        let came = &mut buf.filled_mut()[start..];
        if !self.heard.keep(came) {
            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, "a reply without end")));
        }
        came.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'?');
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Screen {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        // lettre says goodbye by itself to what it cannot read, `571` after EHLO: that answer is the one that counts.
        if bytes != GOODBYE {
            self.heard.forget();
        }
        self.stream().poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream().poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_read_by_its_code_whatever_its_text_is() {
        let code = |bytes: &[u8]| Reply::read(bytes).map(|reply| reply.code);
        assert_eq!(code(b"250 OK\r\n"), Some(250));
        assert_eq!(code(b"250\r\n"), Some(250));
        assert_eq!(code(b"250 OK\n"), Some(250));
        assert_eq!(code(b"250 accept\xe9\r\n"), Some(250));
        assert_eq!(code(b"571 5.7.1 no\r\n"), Some(571));
        assert_eq!(code(b"250-one\r\n250 two\r\n"), Some(250));
    }

    #[test]
    fn what_is_not_whole_or_contradicts_itself_is_no_reply() {
        for bytes in [&b""[..], b"250 OK", b"250-one\r\n", b"25\r\n", b"2x0 OK\r\n", b"250_OK\r\n", b"hello\r\n"] {
            assert_eq!(Reply::read(bytes), None, "{bytes:?}");
        }
        assert_eq!(Reply::read(b"250-one\r\n550 two\r\n"), None);
    }
}
