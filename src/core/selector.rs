//! The one small rule language of `hold`, `never_hold` and `urgent.pass`.

use std::str::FromStr;

use super::{
    notice::{Kind, Notice, Platform, are_akin},
    text,
};

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
    pub fn matches(&self, notice: &Notice) -> bool {
        match self {
            Self::Platform(platform, host) => {
                notice.platform.is_some_and(|found| same_family(*platform, found))
                    && host.as_ref().is_none_or(|host| notice.host.as_ref() == Some(host))
            }
            Self::List(list) => notice.list_id.as_ref() == Some(list),
            Self::From(address) => notice.from.contains(address),
            Self::FromDomain(domain) => notice.from.iter().any(|address| is_of_domain(address, domain)),
            Self::Subject(words) => has_words(&notice.subject, words),
            Self::HighPriority => notice.urgent,
        }
    }
}

/// Forgejo grew out of Gitea and most of its mail bears Gitea's marks only: either name selects both.
fn same_family(named: Platform, found: Platform) -> bool {
    let forge = |platform| matches!(platform, Platform::Gitea | Platform::Forgejo);
    named == found || (forge(named) && forge(found))
}

fn is_of_domain(address: &str, domain: &str) -> bool {
    let Some((_, host)) = address.rsplit_once('@') else { return false };
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Whether `words` stand in `text` in a row, in any case, and not as a part of longer words.
fn has_words(text: &str, words: &str) -> bool {
    let (text, words) = (text.to_lowercase(), words.to_lowercase());
    let joins = |inside: Option<char>, outside: Option<char>| {
        inside.is_some_and(char::is_alphanumeric) && outside.is_some_and(char::is_alphanumeric)
    };
    !words.is_empty()
        && text.match_indices(&words).any(|(at, found)| {
            let (before, after) = (&text[..at], &text[at + found.len()..]);
            !joins(found.chars().next(), before.chars().next_back())
                && !joins(found.chars().next_back(), after.chars().next())
        })
}

/// Why a text is no selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorError {
    /// The nearest thing that would be one.
    pub suggestion: Option<String>,
}

impl SelectorError {
    fn try_instead(suggestion: impl Into<String>) -> Self {
        Self { suggestion: Some(suggestion.into()) }
    }
}

/// What may stand before a colon.
const FIELDS: [&str; 4] = ["from", "list", "subject", "priority"];

/// Letters that may differ for a word to be taken for a slip of another: a swap and an omission, no more.
const SLIPS: usize = 2;

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(written: &str) -> Result<Self, SelectorError> {
        let written = written.trim();
        match written.split_once(':') {
            None => platform(written),
            Some((field, value)) => field_selector(field.trim(), value.trim()),
        }
    }
}

fn platform(written: &str) -> Result<Selector, SelectorError> {
    let (name, host) = match written.split_once('@') {
        Some((name, host)) => (name, Some(host.trim().trim_end_matches('.').to_lowercase())),
        None => (written, None),
    };
    let known = name.trim().to_lowercase();
    let Some(platform) = Platform::ALL.into_iter().find(|platform| platform.name() == known) else {
        return Err(SelectorError { suggestion: instead_of_platform(&known, written, host.as_deref()) });
    };
    match host {
        Some(host) if !is_host(&host) => Err(SelectorError::try_instead(platform.name())),
        host => Ok(Selector::Platform(platform, host)),
    }
}

/// The platform meant, or `from:` where an address was written.
fn instead_of_platform(known: &str, written: &str, host: Option<&str>) -> Option<String> {
    let near = nearest(known, Platform::ALL.into_iter().map(Platform::name));
    match (near, host) {
        (Some(name), Some(host)) if is_host(host) => Some(format!("{name}@{host}")),
        (Some(name), _) => Some(name.to_owned()),
        (None, Some(host)) if is_host(host) => Some(format!("from:{}", text::line(&written.to_lowercase(), 100))),
        (None, _) => None,
    }
}

fn field_selector(field: &str, value: &str) -> Result<Selector, SelectorError> {
    let field = field.to_lowercase();
    let lower = value.to_lowercase();
    match field.as_str() {
        "from" => from_selector(&lower),
        "list" => list_selector(lower.trim_start_matches('<').trim_end_matches('>')),
        "subject" if value.is_empty() => Err(SelectorError::try_instead("subject:urgent")),
        "subject" => Ok(Selector::Subject(value.to_owned())),
        "priority" if lower == "high" => Ok(Selector::HighPriority),
        "priority" => Err(SelectorError::try_instead("priority:high")),
        _ => Err(SelectorError {
            suggestion: nearest(&field, FIELDS).map(|field| text::line(&format!("{field}:{value}"), 100)),
        }),
    }
}

fn from_selector(address: &str) -> Result<Selector, SelectorError> {
    match address.split_once('@') {
        Some(("", domain)) if is_host(domain) => Ok(Selector::FromDomain(domain.to_owned())),
        Some((local, domain)) if !local.is_empty() && is_host(domain) => Ok(Selector::From(address.to_owned())),
        None if is_host(address) => Err(SelectorError::try_instead(format!("from:@{address}"))),
        _ => Err(SelectorError::try_instead("from:@example.org")),
    }
}

fn list_selector(list: &str) -> Result<Selector, SelectorError> {
    match list.is_empty() || list.contains(char::is_whitespace) {
        true => Err(SelectorError::try_instead("list:members.lists.example.org")),
        // The address of a list is written where its identifier belongs: they differ in the `@` alone.
        false if list.contains('@') => Err(SelectorError::try_instead(format!("list:{}", list.replace('@', ".")))),
        false => Ok(Selector::List(list.to_owned())),
    }
}

fn is_host(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | ':' | '_'))
}

fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    words
        .into_iter()
        .map(|known| (strsim::osa_distance(word, known), known))
        .filter(|(slips, known)| *slips <= SLIPS && *slips < known.len())
        .min()
        .map(|(_, known)| known)
}

impl std::fmt::Display for Selector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Platform(platform, None) => f.write_str(platform.name()),
            Self::Platform(platform, Some(host)) => write!(f, "{}@{host}", platform.name()),
            Self::List(list) => write!(f, "list:{list}"),
            Self::From(address) => write!(f, "from:{address}"),
            Self::FromDomain(domain) => write!(f, "from:@{domain}"),
            Self::Subject(words) => write!(f, "subject:{words}"),
            Self::HighPriority => f.write_str("priority:high"),
        }
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
    pub fn classify(&self, notice: &Notice) -> Class {
        match notice.kind {
            Kind::Digest => return Class::Digest,
            Kind::Bounce => return Class::Bounce,
            Kind::Account => return Class::Account,
            Kind::Notification | Kind::Other => {}
        }
        if let Some(selector) = first(&self.never_hold, notice) {
            return Class::NeverHold(selector);
        }
        match self.held_by(notice) {
            Some(named) => first(&self.urgent, notice).map_or(Class::Match(named), Class::Urgent),
            None if notice.kind == Kind::Notification => Class::Unnamed,
            None => Class::Unknown,
        }
    }

    /// Whether `hold`, or its default, is about this message; and which selector says so.
    fn held_by(&self, notice: &Notice) -> Option<Option<Selector>> {
        match &self.hold {
            Some(selectors) => {
                let vouched =
                    |selector: &&Selector| !notice.by_body || !matches!(selector, Selector::Platform(_, None));
                let named = selectors.iter().filter(vouched).find(|selector| selector.matches(notice));
                named.cloned().map(Some)
            }
            None => {
                let by_default = notice.kind == Kind::Notification && notice.platform != Some(Platform::Mailinglist);
                (by_default && !notice.by_body).then_some(None)
            }
        }
    }

    /// Whether the body could tell what the header did not: `hold` names a site of a platform that only the body marks, and the
    /// message comes from there.
    pub fn asks_for_body(&self, notice: &Notice) -> bool {
        let id_host = notice.message_id.as_deref().and_then(|id| id.rsplit_once('@')).map(|(_, host)| host);
        let hosts = || notice.from.iter().filter_map(|from| Some(from.rsplit_once('@')?.1)).chain(id_host);
        let is_of = |site: &str| hosts().any(|host| are_akin(&host.to_lowercase(), site));
        notice.kind == Kind::Other
            && self.hold.iter().flatten().any(|selector| match selector {
                Selector::Platform(platform, Some(host)) => platform.is_marked_by_body() && is_of(host),
                _ => false,
            })
    }
}

fn first(selectors: &[Selector], notice: &Notice) -> Option<Selector> {
    selectors.iter().find(|selector| selector.matches(notice)).cloned()
}

#[cfg(test)]
#[path = "selector_tests.rs"]
mod tests;
