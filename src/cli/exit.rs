//! How a command ends: a code of sysexits.h, and a sentence on stderr.

use std::process::ExitCode;

use crate::{
    core::sentences::Sentences,
    daemon::explain_mailbox,
    io::{mailbox::MailboxError, state::StateError},
};

/// Exit codes (sysexits.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// The command line is wrong.
    Usage = 64,
    /// What was given to read makes no sense.
    BadInput = 65,
    /// A file cannot be read.
    CannotRead = 66,
    /// Something that is needed is not there.
    Unavailable = 69,
    /// A file cannot be created or written.
    CannotCreate = 73,
    /// It may work later.
    TryLater = 75,
    /// A login was refused.
    Refused = 77,
    /// The configuration is wrong or missing.
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The code.
    pub exit: Exit,
    /// What the volunteer reads on stderr.
    pub sentence: String,
}

impl Failure {
    /// A failure with its sentence.
    pub fn new(exit: Exit, sentence: impl Into<String>) -> Self {
        Self { exit, sentence: sentence.into() }
    }

    /// The state could not be used.
    pub fn state(error: &StateError, sentences: &Sentences) -> Self {
        let exit = match error {
            StateError::Newer(_) => Exit::Config,
            StateError::Directory(_) => Exit::CannotCreate,
            _ => Exit::TryLater,
        };
        let cause = error.to_string();
        Self::new(exit, sentences.say_with("exit-state", &[("cause", cause.into())]))
    }

    /// The mailbox `name` could not be used.
    pub fn mailbox(name: &str, error: &MailboxError, sentences: &Sentences) -> Self {
        let (exit, id) = match error {
            MailboxError::Login(_) => (Exit::Refused, "exit-login"),
            MailboxError::Token(_) => (Exit::Refused, "exit-token"),
            MailboxError::Unsupported(_) => (Exit::Unavailable, "exit-unsupported"),
            MailboxError::Missing(_) => (Exit::Unavailable, "exit-folder"),
            MailboxError::Full(_) => (Exit::TryLater, "exit-full"),
            MailboxError::Secret(_) | MailboxError::Tls(_) => (Exit::TryLater, "exit-why"),
            MailboxError::Lost(_) | MailboxError::Busy(_) | MailboxError::Refused(_) => {
                (Exit::TryLater, "exit-network")
            }
        };
        let cause = match error {
            MailboxError::Secret(_) | MailboxError::Tls(_) => explain_mailbox(error, sentences),
            MailboxError::Login(cause)
            | MailboxError::Token(cause)
            | MailboxError::Unsupported(cause)
            | MailboxError::Missing(cause)
            | MailboxError::Full(cause)
            | MailboxError::Lost(cause)
            | MailboxError::Busy(cause)
            | MailboxError::Refused(cause) => cause.clone(),
        };
        Self::new(exit, sentences.say_with(id, &[("mailbox", name.into()), ("cause", cause.into())]))
    }
}
