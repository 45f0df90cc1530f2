//! The digest as a message: exactly the allowed header fields, nothing untrusted in any of them.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use thiserror::Error;

use super::{Digest, Input, enclose::Enclosures};

/// The display name of From: the daemon's, so that a list of mails shows at once who wrote.
const NAME: &str = "quiethours";

/// 9999-12-31T23:59:59Z: the last instant a Date field can say (RFC 5322, section 3.3).
const LAST_DATE: i64 = 253_402_300_799;

/// Why a digest cannot become a message. The configuration refuses such addresses before.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MessageError {
    /// From is not one ASCII addr-spec.
    #[error("the digest's From is not an address: {0:?}")]
    From(String),
    /// To is not one ASCII addr-spec.
    #[error("the digest's To is not an address: {0:?}")]
    To(String),
    /// The message could not be built of its parts.
    #[error("the digest could not be built: {0}")]
    Parts(String),
}

/// The message, CRLF line ends: multipart/alternative, 7-bit; with originals, a multipart/mixed of that and a multipart/digest,
/// as wide as they are. Exactly the allowed header fields. Same input, same bytes.
///
/// `rid` names the release; the Message-ID is `<rid@domain of From>`; Date is the period's end.
///
/// # Errors
///
/// [`MessageError`] when From or To is no plain address.
pub fn message(
    digest: &Digest,
    input: &Input,
    rid: &str,
    originals: Option<Enclosures>,
) -> Result<Vec<u8>, MessageError> {
    let from = address(&input.style.from).ok_or_else(|| MessageError::From(input.style.from.clone()))?;
    let to = address(&input.style.to).ok_or_else(|| MessageError::To(input.style.to.clone()))?;
    let rid: String = rid.chars().filter(char::is_ascii_alphanumeric).collect();
    let domain = from.domain().to_owned();
    let message = Message::builder()
        .from(Mailbox::new(Some(NAME.to_owned()), from))
        .to(Mailbox::new(None, to))
        .date(date(input.period.to))
        .subject(digest.subject.as_str())
        .message_id(Some(format!("<{rid}@{domain}>")))
        .raw_header(field("Auto-Submitted", "auto-generated"))
        .raw_header(field("X-Auto-Response-Suppress", "All"))
        .raw_header(field("List-Id", &list_id(&domain)))
        .raw_header(field("X-Quiethours-Release", &rid))
        .multipart(body(digest, &rid, originals)?)
        .map_err(|error| MessageError::Parts(error.to_string()))?;
    Ok(message.formatted())
}

/// The addr-specs of From and To in a message of ours.
pub fn envelope(message: &[u8]) -> Option<(String, String)> {
    let parsed = mail_parser::MessageParser::default().parse_headers(message)?;
    let first = |address: Option<&mail_parser::Address<'_>>| Some(address?.first()?.address()?.to_owned());
    Some((first(parsed.from())?, first(parsed.to())?))
}

/// Whether originals are attached to a message of ours.
pub fn carries_originals(message: &[u8]) -> bool {
    let parsed = mail_parser::MessageParser::default().parse_headers(message);
    let kind = parsed.as_ref().and_then(mail_parser::MimeHeaders::content_type);
    kind.and_then(|kind| kind.subtype()).is_some_and(|subtype| subtype.eq_ignore_ascii_case("mixed"))
}

fn body(digest: &Digest, rid: &str, originals: Option<Enclosures>) -> Result<MultiPart, MessageError> {
    let marked = originals.and_then(|originals| Some((originals.mark()?, originals)));
    // "=_" cannot stand in quoted-printable text, so the boundary is in no part; a random one would change the bytes.
    let Some((mark, originals)) = marked else { return Ok(alternative(digest, format!("=_qh_{rid}"))) };
    // Different at the end and equally long: none is the beginning of another, which some readers take for the same.
    let boundary = |part: char| format!("=_qh_{mark}_{part}");
    let mixed = MultiPart::mixed().boundary(boundary('m')).header(originals.encoding());
    let originals = originals.into_part(&boundary('d')).map_err(MessageError::Parts)?;
    Ok(mixed.multipart(alternative(digest, boundary('a'))).multipart(originals))
}

/// Text first: of alternatives the last is preferred (RFC 2046, section 5.1.4).
fn alternative(digest: &Digest, boundary: String) -> MultiPart {
    let parts = MultiPart::alternative().boundary(boundary);
    parts.singlepart(part(ContentType::TEXT_PLAIN, &digest.text)).singlepart(part(ContentType::TEXT_HTML, &digest.html))
}

fn part(kind: ContentType, text: &str) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(text.to_owned())
}

fn field(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Ours (RFC 2919), so that a rule can file digests; an address literal is no list name and becomes one.
fn list_id(domain: &str) -> String {
    let domain: String =
        domain.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' }).collect();
    format!("quiethours <digest.quiethours.{domain}>")
}

/// ASCII only: a server without SMTPUTF8 takes it, and nothing of it is encoded.
fn address(text: &str) -> Option<Address> {
    text.parse::<Address>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_graphic()) && text.len() <= 254)
}

fn date(instant: DateTime<Utc>) -> SystemTime {
    let seconds = u64::try_from(instant.timestamp().min(LAST_DATE)).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::digest::{
        compose,
        sample::{input, keyed},
    };

    fn digest() -> (Digest, Input) {
        let mut input = input();
        input.entries = vec![keyed("a", 1)];
        (compose(&input, "abc"), input)
    }

    #[test]
    fn addresses_that_are_none_are_an_error_and_never_a_panic() {
        let (digest, mut input) = digest();
        for odd in ["", "alice", "a@b\r\nBcc: x@y", "a@", "@b", "Alice <a@b.example>", "é@b.example", "a@é.example"] {
            input.style.from = odd.into();
            assert_eq!(message(&digest, &input, "abc", None), Err(MessageError::From(odd.into())));
        }
        input.style.from = "alice@coop.example".into();
        input.style.to = "alice".into();
        assert_eq!(message(&digest, &input, "abc", None), Err(MessageError::To("alice".into())));
    }

    #[test]
    fn any_date_and_any_rid_give_a_message() {
        let (digest, mut input) = digest();
        for instant in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            input.period.to = instant;
            assert!(message(&digest, &input, "a\r\nb=_\u{202e}", None).is_ok());
        }
    }

    #[test]
    fn an_address_literal_gives_a_valid_list_id() {
        assert_eq!(list_id("[127.0.0.1]"), "quiethours <digest.quiethours.-127.0.0.1->");
    }
}
