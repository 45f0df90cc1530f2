//! What a tagged NO or BAD means to us: its response code (RFC 5530) first, then the words some providers use instead.

use async_imap::imap_proto::{Outcome, ResponseCode, Status};

use crate::{core::text, io::mailbox::MailboxError};

/// Graphemes of a server's text that are kept: a line in a log or on a screen.
const TEXT_LIMIT: usize = 200;

/// Before the text of a tagged BAD: the server did not understand, and will not next time.
const BAD: &str = "BAD: ";

/// What Outlook says, by NO or BAD, to whatever is asked of it while it throttles.
const NOT_CONNECTED: &str = "authenticated but not connected";

/// A server's text, safe to show.
pub fn shown(text: &str) -> String {
    text::line(text, TEXT_LIMIT)
}

/// The error for a refused command.
pub fn refused(status: &Status, outcome: &Outcome<'_>) -> MailboxError {
    let raw = outcome.information.as_deref().unwrap_or_default();
    let (code, text) = (code(outcome, raw), shown(raw));
    if *status == Status::Bad {
        // Outlook answers so while it throttles.
        let busy = text.to_ascii_lowercase().contains(NOT_CONNECTED);
        return if busy { MailboxError::Busy(text) } else { MailboxError::Refused(format!("{BAD}{text}")) };
    }
    match code.as_str() {
        "OVERQUOTA" => MailboxError::Full(text),
        "UNAVAILABLE" | "LIMIT" | "INUSE" => MailboxError::Busy(text),
        "NONEXISTENT" | "TRYCREATE" => MailboxError::Missing(text),
        "AUTHENTICATIONFAILED" | "AUTHORIZATIONFAILED" | "EXPIRED" => MailboxError::Login(text),
        _ => by_words(text),
    }
}

/// A missing folder by the name that the configuration has for it: the server says its own words.
pub fn named(error: MailboxError, name: &str) -> MailboxError {
    match error {
        MailboxError::Missing(_) => MailboxError::Missing(name.to_owned()),
        error => error,
    }
}

/// Gmail and Outlook say it in words only; a full disk has words only everywhere.
fn by_words(text: String) -> MailboxError {
    let words = text.to_ascii_lowercase();
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    if says(&["too many", "try again later", NOT_CONNECTED]) {
        MailboxError::Busy(text)
    } else if says(&["quota exceeded", "over quota", "no space left"]) {
        MailboxError::Full(text)
    } else {
        MailboxError::Refused(text)
    }
}

/// The name of the response code, upper case; the parser leaves those of RFC 5530 in the text.
fn code(outcome: &Outcome<'_>, text: &str) -> String {
    if outcome.code == Some(ResponseCode::TryCreate) {
        return "TRYCREATE".to_owned();
    }
    let code = text.trim_start().strip_prefix('[').and_then(|rest| rest.split([']', ' ']).next());
    code.unwrap_or_default().to_ascii_uppercase()
}

/// Whether a refusal of an APPEND stays as it is until a person changes something.
pub fn is_permanent(error: &MailboxError) -> bool {
    let MailboxError::Refused(text) = error else { return false };
    let code = text.to_ascii_uppercase();
    text.starts_with(BAD) || ["[CANNOT]", "[NOPERM]", "[TOOBIG]", "[READ-ONLY]"].iter().any(|own| code.starts_with(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &'static str) -> MailboxError {
        refused(&Status::No, &Outcome { code: None, information: Some(text.into()) })
    }

    #[test]
    fn a_response_code_names_the_error() {
        assert!(matches!(refusal("[OVERQUOTA] full"), MailboxError::Full(_)));
        assert!(matches!(refusal("[UNAVAILABLE] later"), MailboxError::Busy(_)));
        assert!(matches!(refusal("[NONEXISTENT] what?"), MailboxError::Missing(_)));
        assert!(matches!(refusal("[AUTHENTICATIONFAILED] no"), MailboxError::Login(_)));
        assert!(matches!(refusal("Too many simultaneous connections."), MailboxError::Busy(_)));
        assert!(matches!(refusal("because"), MailboxError::Refused(_)));
    }

    #[test]
    fn only_a_refusal_that_lasts_is_permanent() {
        assert!(is_permanent(&refusal("[TOOBIG] 60 MB")));
        assert!(!is_permanent(&refusal("[OVERQUOTA] full")));
        assert!(!is_permanent(&refusal("because")));
        assert!(is_permanent(&refused(&Status::Bad, &Outcome { code: None, information: Some("what?".into()) })));
    }
}
