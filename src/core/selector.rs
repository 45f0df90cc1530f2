//! The one small rule language of `hold`, `never_hold` and `urgent.pass`.

use std::str::FromStr;

use super::notice::{Notice, Platform};

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// `PLATFORM` or `PLATFORM@HOST`; hosts lower case.
    Platform(Platform, Option<String>),
    /// `list:LIST-ID`, lower case.
    List(String),
    /// `from:ADDRESS`, lower case.
    From(String),
    /// `from:@DOMAIN` and its subdomains, lower case, without `@`.
    FromDomain(String),
    /// `subject:TEXT`: whole words, any case.
    Subject(String),
    /// `priority:high`
    HighPriority,
}

impl Selector {
    /// Whether the rule is about this message.
    pub fn matches(&self, _notice: &Notice) -> bool {
        false
    }
}

/// Why a text is no selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorError {
    /// The nearest thing that would be one.
    pub suggestion: Option<String>,
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(_text: &str) -> Result<Self, SelectorError> {
        Err(SelectorError { suggestion: None })
    }
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("")
    }
}

/// The rules of one mailbox.
#[derive(Clone, Debug)]
pub struct Rules {
    /// `hold`; `None`: every recognised platform except mailing lists.
    pub hold: Option<Vec<Selector>>,
    /// `never_hold`: wins.
    pub never_hold: Vec<Selector>,
    /// `urgent.pass`
    pub urgent: Vec<Selector>,
}

/// What the rules make of one message, before time, flags and memory play a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Class {
    /// A digest of ours (by its header; whether its release is known is the gate's question).
    Digest,
    /// A bounce: never held.
    Bounce,
    /// An account mail: never held.
    Account,
    /// Matched by `never_hold`, with that selector.
    NeverHold(Selector),
    /// Matched by `hold` and by an urgent selector.
    Urgent(Selector),
    /// Matched by `hold`; the selector, or `None` when it is the default.
    Match(Option<Selector>),
    /// A recognised notification that `hold` does not name.
    Unnamed,
    /// Not recognised and not named.
    Unknown,
}

impl Rules {
    /// Sorts one message.
    pub fn classify(&self, _notice: &Notice) -> Class {
        Class::Unknown
    }
}
