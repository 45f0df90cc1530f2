//! FreeScout (freescout-help-desk/freescout, app/Mail/UserNotification.php): the newest thread comes first.

use super::{
    excerpt::{after, sections, until, without_first},
    mail::{Mail, split_id},
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{leading_number, tag, untagged},
};

pub(super) struct Freescout;

/// Length of the rules between threads.
const RULE: usize = 40;

/// Octets of the line of a thread's date.
const LONGEST_DATE: usize = 40;

/// How the line below the oldest thread begins.
const ENDS: [&str; 2] = ["Conversation URL:", "URL de la conversation"];

/// What a thread's title says after the author's name.
const VERBS: [&str; 10] = [
    " replied",
    " added a note",
    " started the conversation",
    " assigned",
    " marked as",
    " a répondu",
    " a ajouté une note",
    " a démarré la conversation",
    " a assigné",
    " a marqué",
];

impl Recognise for Freescout {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let class = mail.header("X-FreeScout-Mail-Type");
        let formed = || mail.message_id().is_some_and(|id| id.starts_with("FS_notify-"));
        let account = class.as_deref().is_some_and(|class| class.contains("invite") || class.contains("password"));
        (class.is_some() || formed()).then(|| Sign::of(Platform::Freescout, account))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let thread = newest(mail.text()).or_else(|| newest_of_html(mail.text()));
        let via = mail.sender().is_some_and(|name| name.contains(" via "));
        let author = if via { mail.sender_via() } else { thread.map(|(author, _)| author) };
        Facts {
            host: None,
            topic: topic(mail),
            title: Some(untagged(mail.subject(), |tag| tag.starts_with('#')).to_owned()),
            author: author.map(str::to_owned),
            url: mail.link(|link| link.contains("/conversation/")),
            words: thread.map(|(_, words)| words.to_owned()),
            urgent: false,
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        TO_READER.iter().any(|words| head(mail.text()).contains(words))
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        CLOSED.iter().any(|words| head(mail.text()).contains(words))
    }
}

/// What a thread's title says of a conversation that was assigned to the reader, and of one that was closed.
const TO_READER: [&str; 3] = [" assigned the conversation to you", " assigned to you", " vous a assigné"];
const CLOSED: [&str; 2] = [" marked as Closed", " a marqué la conversation comme Fermé"];

/// The title of the newest thread.
fn head(text: &str) -> &str {
    text.lines().find(|line| line.starts_with("## ")).unwrap_or_default()
}

/// The identifier in `FS_conversation-ID-HASH@…`, or the number in the subject.
fn topic(mail: &Mail<'_>) -> Option<String> {
    let thread = mail.thread();
    let conversation = thread.iter().find_map(|id| leading_number(split_id(id).0.strip_prefix("FS_conversation-")?));
    let numbered = || tag(mail.subject())?.0.strip_prefix('#');
    conversation.map(str::to_owned).or_else(|| numbered().map(|number| format!("#{number}")))
}

/// In HTML, `NAME replied` and the date on lines of their own, then the words, up to the next such line.
fn newest_of_html(text: &str) -> Option<(&str, &str)> {
    let author = |line: &str| VERBS.iter().find_map(|verb| line.trim().strip_suffix(verb)).map(str::len);
    let is_head = |line: &str| author(line).is_some();
    let head = text.lines().find(|line| is_head(line))?.trim();
    let words = without_first(after(text, is_head)?, |line| line.contains(':') && line.len() < LONGEST_DATE);
    Some((&head[..author(head)?], until(words, is_head)))
}

/// `## NAME replied, on DATE:`, then the words.
fn newest(text: &str) -> Option<(&str, &str)> {
    let parts = sections(text, b'-', RULE);
    let thread = parts.into_iter().find(|part| part.trim_start().starts_with("## "))?.trim_start();
    let (head, words) = thread.split_once('\n')?;
    let head = head.strip_prefix("## ")?;
    let author = VERBS.iter().find_map(|verb| head.split_once(verb)).map_or(head, |(author, _)| author);
    let is_end = |line: &str| ENDS.iter().any(|words| line.starts_with(words));
    Some((author, until(words, is_end)))
}
