//! Originals that go along with a digest, byte for byte, as a `multipart/digest` (RFC 2046, section 5.1.5).

use std::collections::HashSet;

use lettre::message::{
    Body, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType},
};
use sha2::{Digest as _, Sha256};

use crate::core::mail::Ident;

/// All originals of one digest together, with what stands between them: most providers refuse messages beyond 25 MB.
pub const MOST: usize = 25 * 1024 * 1024;

/// What stands between two originals: a delimiter and the two header fields of a part, 130 bytes.
const BETWEEN: usize = 160;

/// The digest itself, where a server tells the longest message that it takes: 500 lines and 25 blocks are some 200 KiB.
const DIGEST: usize = 1024 * 1024;

/// Characters of a line, its CRLF not counted (RFC 5322, section 2.1.1; RFC 2045, section 2.7).
const LINE: usize = 998;

/// What the way to the reader can carry unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carriage {
    widest: Width,
    room: usize,
}

impl Carriage {
    /// Into a mailbox: lines of any length, with any byte but NUL.
    pub const MAILBOX: Self = Self { widest: Width::Binary, room: MOST };

    /// Nothing at all.
    pub const NONE: Self = Self { widest: Width::Seven, room: 0 };

    /// Through a server that takes 8-bit text or not (8BITMIME, RFC 6152), and messages of at most `size` bytes (RFC 1870).
    pub fn smtp(eight_bit: bool, size: Option<usize>) -> Self {
        let widest = if eight_bit { Width::Eight } else { Width::Seven };
        Self { widest, room: size.map_or(MOST, |size| MOST.min(size.saturating_sub(DIGEST))) }
    }
}

/// What the lines of an original are made of, the narrowest first (RFC 2045, section 2.7 to 2.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Width {
    /// ASCII, in lines.
    Seven,
    /// Any bytes, in lines.
    Eight,
    /// Longer lines.
    Binary,
}

impl Width {
    /// `None` for what no way carries unchanged: NUL, and a CR or LF alone.
    fn of(message: &[u8]) -> Option<Self> {
        let mut widest = if message.is_ascii() { Self::Seven } else { Self::Eight };
        for line in message.split_inclusive(|byte| *byte == b'\n') {
            let text = match line.strip_suffix(b"\r\n") {
                Some(text) => text,
                None if line.ends_with(b"\n") => return None,
                None => line,
            };
            if text.contains(&0) || text.contains(&b'\r') {
                return None;
            }
            if text.len() > LINE {
                widest = Self::Binary;
            }
        }
        Some(widest)
    }

    fn encoding(self) -> ContentTransferEncoding {
        match self {
            Self::Seven => ContentTransferEncoding::SevenBit,
            Self::Eight => ContentTransferEncoding::EightBit,
            Self::Binary => ContentTransferEncoding::Binary,
        }
    }
}

/// How many of the originals go along with a digest, and how many do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enclosed {
    /// Those that do.
    pub attached: usize,
    /// Those that do not: they would not fit, or would not arrive unchanged.
    pub left: usize,
}

/// The originals that go along with one digest, collected one by one.
#[derive(Debug)]
pub struct Enclosures {
    carriage: Carriage,
    parts: Vec<(Width, Vec<u8>)>,
    /// Offered so far: the same mail in two folders is one.
    seen: HashSet<Ident>,
}

impl Enclosures {
    /// None yet.
    pub fn new(carriage: Carriage) -> Self {
        Self { carriage, parts: Vec::new(), seen: HashSet::new() }
    }

    /// Whether `ident` is offered for the first time.
    pub fn is_new(&mut self, ident: Ident) -> bool {
        self.seen.insert(ident)
    }

    /// The longest message that still fits.
    pub fn room(&self) -> usize {
        let used = self.parts.iter().map(|(_, bytes)| bytes.len() + BETWEEN).sum::<usize>();
        self.carriage.room.saturating_sub(used + BETWEEN)
    }

    /// Adds a whole message with CRLF line ends, unless it does not fit or would not arrive as it is.
    pub fn add(&mut self, message: Vec<u8>) {
        let width = Width::of(&message).filter(|width| *width <= self.carriage.widest);
        if let Some(width) = width.filter(|_| !message.is_empty() && message.len() <= self.room()) {
            self.parts.push((width, message));
        }
    }

    /// How many are in, and how many of those that were offered are not.
    pub fn count(&self) -> Enclosed {
        Enclosed { attached: self.parts.len(), left: self.seen.len().saturating_sub(self.parts.len()) }
    }

    /// A name for the boundaries, that none of the originals holds: whoever writes one would have to write a message that
    /// holds its own hash. A random one would change the bytes of the same digest.
    pub(super) fn mark(&self) -> Option<String> {
        if self.parts.is_empty() {
            return None;
        }
        let mut hash = Sha256::new();
        for (_, bytes) in &self.parts {
            hash.update(bytes.len().to_be_bytes());
            hash.update(bytes);
        }
        let mut mark = data_encoding::BASE32_NOPAD.encode(&hash.finalize()).to_ascii_lowercase();
        mark.truncate(26);
        Some(mark)
    }

    /// What a multipart that holds them all has to declare (RFC 2045, section 6.4).
    pub(super) fn encoding(&self) -> ContentTransferEncoding {
        self.parts.iter().map(|(width, _)| *width).max().unwrap_or(Width::Seven).encoding()
    }

    /// The `multipart/digest`, its parts as they are.
    ///
    /// # Errors
    /// The boundary is none.
    pub(super) fn into_part(self, boundary: &str) -> Result<MultiPart, String> {
        let kind = format!("multipart/digest; boundary=\"{boundary}\"");
        let kind = ContentType::parse(&kind).map_err(|error| error.to_string())?;
        let part = MultiPart::builder().header(kind).header(self.encoding()).build();
        let message = ContentType::parse("message/rfc822").map_err(|error| error.to_string())?;
        Ok(self.parts.into_iter().fold(part, |part, (width, bytes)| {
            let body = Body::dangerous_pre_encoded(bytes, width.encoding());
            part.singlepart(SinglePart::builder().header(message.clone()).body(body))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(carriage: Carriage, messages: &[Vec<u8>]) -> Enclosures {
        let mut enclosures = Enclosures::new(carriage);
        for (number, message) in (0..).zip(messages) {
            assert!(enclosures.is_new(Ident([number; 32])));
            enclosures.add(message.clone());
        }
        enclosures
    }

    #[test]
    fn what_would_not_arrive_unchanged_is_left() {
        let plain = b"A: b\r\n\r\nc".to_vec();
        let accents = "A: b\r\n\r\né\r\n".as_bytes().to_vec();
        let long = [b"A: b\r\n\r\n".to_vec(), vec![b'x'; LINE + 1]].concat();
        let broken = [&b"A: b\n\nc"[..], b"A: b\r\n\r\nc\rd", b"A: b\r\n\r\nc\0d", b""].map(<[u8]>::to_vec);
        let all = [vec![plain, accents, long], broken.to_vec()].concat();
        let attached = |carriage| offered(carriage, &all).count();
        assert_eq!(attached(Carriage::MAILBOX), Enclosed { attached: 3, left: 4 });
        assert_eq!(attached(Carriage::smtp(true, None)), Enclosed { attached: 2, left: 5 });
        assert_eq!(attached(Carriage::smtp(false, None)), Enclosed { attached: 1, left: 6 });
    }

    #[test]
    fn what_does_not_fit_is_left_and_a_shorter_one_after_it_is_not() {
        let message = |length: usize| vec![b'x'; length];
        let messages = [message(10 << 20), message(16 << 20), message(1 << 20)];
        assert_eq!(offered(Carriage::MAILBOX, &messages).count(), Enclosed { attached: 2, left: 1 });
        let small = Carriage::smtp(true, Some(3 << 20));
        assert_eq!(offered(small, &messages).count(), Enclosed { attached: 1, left: 2 });
        assert_eq!(offered(Carriage::smtp(true, Some(100)), &[b"A: b".to_vec()]).count().attached, 0);
    }

    #[test]
    fn everything_together_stays_under_the_bound() {
        let messages = vec![vec![b'x'; 400_000]; 80];
        let enclosures = offered(Carriage::MAILBOX, &messages);
        assert!(enclosures.count().left > 0);
        assert!(enclosures.into_part("=_qh_d").unwrap().formatted().len() <= MOST);
    }
}
