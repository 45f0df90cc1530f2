//! One message to its [`Notice`]: sanitised facts. A platform is one small file.

mod account;
mod body;
mod excerpt;
mod graft;
mod header;
mod html;
mod link;
mod mail;
mod parts;
mod platform;
mod priority;
mod recognise;
mod registry;
mod subject;

mod bugzilla;
mod debbugs;
mod discourse;
mod flarum;
mod freescout;
mod freshdesk;
mod gitea;
mod github;
mod gitlab;
mod glpi;
mod jira;
mod launchpad;
mod mailinglist;
mod mantis;
mod mattermost;
mod nextcloud;
mod nodebb;
mod osticket;
mod otrs;
mod phabricator;
mod phpbb;
mod redmine;
mod rt;
mod trac;
mod zammad;
mod zendesk;

use std::panic::catch_unwind;

pub use graft::graft;
pub use mail::header_length;
pub use platform::Platform;

pub(in crate::core) use account::WORDS as ACCOUNT_WORDS;
pub(in crate::core) use link::are_akin;
pub(in crate::core) use priority::HIGH as HIGH_PRIORITIES;

use self::{
    mail::Mail,
    recognise::{Facts, Mark, Recognised, Sign},
    registry::recognise,
};
use super::text;

/// Graphemes of a title or a subject: RFC 5322 allows 998 octets a line, nobody reads more than this.
const LONGEST_LINE: usize = 300;
/// Graphemes of a name.
const LONGEST_NAME: usize = 100;
/// Graphemes of a key or a msg-id: those found in the wild stay under 200.
const LONGEST_KEY: usize = 500;
/// Graphemes of the new words: a screen of them; the original has the rest.
const LONGEST_EXCERPT: usize = 1500;
/// Octets of a host name (RFC 1035, section 2.3.4).
const LONGEST_HOST: usize = 255;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Somebody wrote something on a platform.
    Notification,
    /// Password, login or security mail of a platform: must reach the reader at once.
    Account,
    /// `multipart/report`, or from MAILER-DAEMON or postmaster.
    Bounce,
    /// Carries `X-Quiethours-Release`.
    Digest,
    /// Anything else, and anything that could not be read.
    Other,
}

/// The sanitised facts of one message. Every string has passed `core::text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What the message is.
    pub kind: Kind,
    /// The platform that sent it.
    pub platform: Option<Platform>,
    /// Nothing but its body marks it, which anybody may write: held only when the configuration names its host or sender.
    pub by_body: bool,
    /// The platform's host (`forum.example`), lower case ASCII.
    pub host: Option<String>,
    /// The topic or ticket; equal keys are one topic. Unique across hosts and platforms.
    pub key: Option<String>,
    /// Title without prefix, `Re:` or ticket number; one line.
    pub title: Option<String>,
    /// Who wrote; one line.
    pub author: Option<String>,
    /// http or https link to the topic.
    pub url: Option<String>,
    /// The plain addr-spec an answer goes to; `None` when there is none, or several, or it is not plain.
    pub reply_to: Option<String>,
    /// The beginning of the new words, several lines; `None` when the body was not given or holds none.
    pub excerpt: Option<String>,
    /// The platform marks it as urgent.
    pub urgent: bool,
    /// The platform says that it is for this reader: a private message, a mention, something assigned.
    pub personal: bool,
    /// The platform says that the topic or ticket is resolved or closed.
    pub closed: bool,
    /// To whom the platform says that the ticket is assigned; one line.
    pub assignee: Option<String>,
    /// File names of attachments.
    pub attachments: Vec<String>,
    /// The whole subject; one line.
    pub subject: String,
    /// The addr-specs of From, lower case.
    pub from: Vec<String>,
    /// The List-Id between `<` and `>`, lower case.
    pub list_id: Option<String>,
    /// The Message-ID without `<` and `>`.
    pub message_id: Option<String>,
    /// The value of `X-Quiethours-Release`, on a digest.
    pub release: Option<String>,
    /// The message could not be parsed; the other facts are placeholders.
    pub unreadable: bool,
}

/// Reads a message: a header block alone (no excerpt then), a whole message, or its beginning. Never fails: what cannot be
/// parsed gives a notice with `unreadable`.
pub fn read(message: &[u8]) -> Notice {
    // The decoders of mail meet whatever a stranger sends: a panic there must cost one notice, not the daemon.
    catch_unwind(|| parse(message)).ok().flatten().unwrap_or_else(unreadable)
}

/// MIME header and body of the first part of a message whose beginning this is, the innermost one where parts have parts; `None`
/// where a piece of it may be missing, and for a message that has no parts.
pub fn first_part(beginning: &[u8]) -> Option<(&[u8], &[u8])> {
    catch_unwind(|| parts::first(beginning)).ok().flatten()
}

/// What makes the parser panic where debug assertions are compiled in, so that tests see what then becomes of a message.
const POISON: &[u8] = b"X-Quiethours-Test: panic";

fn parse(message: &[u8]) -> Option<Notice> {
    debug_assert!(!message.starts_with(POISON), "{}", String::from_utf8_lossy(message));
    Mail::open(message).map(|mail| notice(&mail))
}

fn unreadable() -> Notice {
    Notice {
        kind: Kind::Other,
        platform: None,
        by_body: false,
        host: None,
        key: None,
        title: None,
        author: None,
        url: None,
        reply_to: None,
        excerpt: None,
        urgent: false,
        personal: false,
        closed: false,
        assignee: None,
        attachments: Vec::new(),
        subject: String::new(),
        from: Vec::new(),
        list_id: None,
        message_id: None,
        release: None,
        unreadable: true,
    }
}

fn notice(mail: &Mail<'_>) -> Notice {
    let release = mail.header("X-Quiethours-Release").and_then(|rid| name(&rid));
    if release.is_some() {
        return Notice { kind: Kind::Digest, release, ..basics(mail) };
    }
    if is_bounce(mail) {
        return Notice { kind: Kind::Bounce, ..basics(mail) };
    }
    match recognise(mail) {
        Some(Recognised { sign: Sign::Notification(platform), mark, rules }) => Notice {
            by_body: mark == Mark::Body,
            personal: rules.is_personal(mail),
            closed: rules.is_closed(mail),
            assignee: rules.assignee(mail).as_deref().and_then(name),
            ..notification(mail, platform, rules.facts(mail))
        },
        Some(Recognised { sign: Sign::Account(platform), .. }) => Notice {
            kind: Kind::Account,
            platform: Some(platform),
            host: mail.sender_host().and_then(host),
            ..basics(mail)
        },
        None => Notice { excerpt: words(&excerpt::fresh(mail.text())), ..basics(mail) },
    }
}

/// What every message has, whoever sent it.
fn basics(mail: &Mail<'_>) -> Notice {
    Notice {
        title: title(subject::unanswered(mail.subject())),
        author: mail.sender().and_then(name),
        reply_to: reply_to(mail),
        attachments: mail.attachments().iter().filter_map(|file| name(file)).collect(),
        subject: text::line(mail.subject(), LONGEST_LINE),
        from: mail.from().iter().map(|person| text::line(&person.address.to_lowercase(), LONGEST_KEY)).collect(),
        list_id: mail.list_id().and_then(|id| some(text::line(&id, LONGEST_KEY))),
        message_id: mail.message_id().and_then(|id| some(text::line(&id, LONGEST_KEY))),
        unreadable: false,
        ..unreadable()
    }
}

fn notification(mail: &Mail<'_>, platform: Platform, facts: Facts) -> Notice {
    let host = facts.host.or_else(|| mail.sender_host()).and_then(host);
    let key = facts.topic.filter(|topic| !topic.is_empty()).map(|topic| {
        let site = host.as_deref().unwrap_or_default();
        text::line(&format!("{}:{site}/{topic}", platform.name()), LONGEST_KEY)
    });
    let basics = basics(mail);
    Notice {
        kind: Kind::Notification,
        platform: Some(platform),
        host,
        key,
        title: facts.title.as_deref().and_then(title).or(basics.title),
        author: facts.author.as_deref().and_then(name),
        url: facts.url.as_deref().and_then(text::url_safe),
        excerpt: facts.words.as_deref().and_then(words),
        urgent: facts.urgent,
        ..basics
    }
}

/// A report on a delivery (RFC 3464), or the word of a mail server.
fn is_bounce(mail: &Mail<'_>) -> bool {
    mail.header_has("Content-Type", "multipart/report")
        || matches!(mail.sender_local().as_str(), "mailer-daemon" | "postmaster")
}

/// The one plain address in Reply-To.
fn reply_to(mail: &Mail<'_>) -> Option<String> {
    match mail.reply_to().as_slice() {
        [person] => text::plain_address(&person.address),
        _ => None,
    }
}

fn title(value: &str) -> Option<String> {
    some(text::line(value, LONGEST_LINE))
}

fn name(value: &str) -> Option<String> {
    some(text::line(value, LONGEST_NAME))
}

fn words(value: &str) -> Option<String> {
    some(text::block(excerpt::without_last_rules(value), LONGEST_EXCERPT))
}

fn some(value: String) -> Option<String> {
    Some(value).filter(|value| !value.is_empty())
}

/// A host name as ASCII, lower case; `None` for what is none.
fn host(value: String) -> Option<String> {
    match url::Host::parse(&value) {
        Ok(host) if value.len() <= LONGEST_HOST => some(host.to_string()),
        _ => None,
    }
}
