//! Which platform sent a message, and what it says of itself. A platform is one file that implements [`Recognise`], and a line of
//! the registry.

use super::{mail::Mail, platform::Platform};

/// A platform's marks and its conventions.
pub(super) trait Recognise: Sync {
    /// Whether the message is this platform's: from its header alone, but for those that the registry tries by the body.
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign>;

    /// What the message says, once it is recognised as a notification. Untrusted: the caller sanitises.
    fn facts(&self, mail: &Mail<'_>) -> Facts;

    /// Whether it says that it is for this reader alone: a private message, a mention, something assigned.
    fn is_personal(&self, _mail: &Mail<'_>) -> bool {
        false
    }

    /// Whether it says that its topic or ticket is resolved or closed.
    fn is_closed(&self, _mail: &Mail<'_>) -> bool {
        false
    }

    /// To whom it says that its ticket is assigned. Untrusted.
    fn assignee(&self, _mail: &Mail<'_>) -> Option<String> {
        None
    }
}

/// What a platform recognised.
pub(super) enum Sign {
    /// Somebody wrote something.
    Notification(Platform),
    /// Password, login or security mail.
    Account(Platform),
}

impl Sign {
    /// A notification, or an account mail where `account` says so.
    pub(super) fn of(platform: Platform, account: bool) -> Self {
        if account { Self::Account(platform) } else { Self::Notification(platform) }
    }
}

/// The facts as the message has them, before anything is sanitised.
#[derive(Default)]
pub(super) struct Facts {
    /// The platform's host; the From address's when there is no better one.
    pub(super) host: Option<String>,
    /// The topic or ticket, unique on that host.
    pub(super) topic: Option<String>,
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) url: Option<String>,
    /// The new words, without quotes and footers.
    pub(super) words: Option<String>,
    pub(super) urgent: bool,
}

/// What marked a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Fields of its header, which only that platform writes.
    Header,
    /// Its body, which anybody may write.
    Body,
}

/// A message whose platform is known.
pub(super) struct Recognised {
    pub(super) sign: Sign,
    pub(super) mark: Mark,
    pub(super) rules: &'static dyn Recognise,
}
