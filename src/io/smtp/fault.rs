//! Why there is no submission: certainly nothing was accepted.

use crate::{
    core::{
        outcome::{Outcome, Refusal},
        text,
    },
    io::{mailbox::MailboxError, secret::NoSecret, trust::Distrust},
};

/// Graphemes that are kept of a server's or a library's words.
const SHOWN: usize = 300;

/// What went wrong before the message, and whether it may mend itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{trouble}")]
pub struct Fault {
    /// Whether trying again makes sense.
    pub refusal: Refusal,
    /// What happened.
    pub trouble: Trouble,
}

/// What happened. Texts are sanitised.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No secret to log in with; nothing was said to the server.
    #[error("{0}")]
    Secret(NoSecret),
    /// No connection that a secret may go over.
    #[error("TLS: {0}")]
    Tls(Distrust),
    /// The server offers none of these mechanisms.
    #[error("the server does not offer AUTH {0}")]
    Mechanism(&'static str),
    /// The user or the password was refused.
    #[error("login refused: {0}")]
    Login(String),
    /// The user or the token was refused.
    #[error("token refused: {0}")]
    Token(String),
    /// The server said no to anything else.
    #[error("{0}")]
    Refused(String),
    /// The connection could not be made, ended, or is out of order.
    #[error("{0}")]
    Lost(String),
}

impl Fault {
    /// The connection did not do what it should.
    pub(super) fn lost(text: impl AsRef<str>) -> Self {
        Self { refusal: Refusal::Transient, trouble: Trouble::Lost(text::line(text.as_ref(), SHOWN)) }
    }

    /// It will be the same until a person changes something.
    pub(super) fn lasting(trouble: Trouble) -> Self {
        Self { refusal: Refusal::Permanent, trouble }
    }

    /// There is no secret now. Never a wrong password.
    pub fn secret(why: NoSecret) -> Self {
        Self { refusal: Refusal::Transient, trouble: Trouble::Secret(why) }
    }

    /// The digest itself cannot be sent.
    pub fn message(text: &str) -> Self {
        Self::lasting(Trouble::Refused(text::line(text, SHOWN)))
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        Self::Refused { refusal: fault.refusal, text: fault.to_string() }
    }
}

/// Passing: a server that cannot be reached or trusted now may be tomorrow, and its digest stays what it is.
impl From<MailboxError> for Fault {
    fn from(error: MailboxError) -> Self {
        match error {
            MailboxError::Tls(why) => Self { refusal: Refusal::Transient, trouble: Trouble::Tls(why) },
            MailboxError::Lost(text) => Self::lost(text),
            other => Self::lost(other.to_string()),
        }
    }
}
