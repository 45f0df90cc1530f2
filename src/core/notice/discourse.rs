//! Discourse, every generation of its headers since 2013 (discourse/discourse, lib/email/sender.rb and message_builder.rb).

use super::{
    account,
    excerpt::{fresh, until},
    link,
    mail::{Mail, split_id},
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, leading_number, tag, unanswered},
};

pub(super) struct Discourse;

/// Headers of its own; versions of about 2018 to 2022 removed them before sending.
const HEADERS: [&str; 4] =
    ["X-Discourse-Topic-Id", "X-Discourse-Post-Id", "X-Discourse-Post-Ids", "X-Discourse-Reply-Key"];

/// Titles of the block of earlier posts (config/locales/server.*.yml, user_notifications.previous_discussion, …in_reply_to).
const EARLIER: [&str; 4] = ["Previous Replies", "Réponses précédentes", "In Reply To", "En réponse à"];

/// How the lines below a post begin (server.*.yml, user_notifications.reply_by_email, …visit_link_to_respond, …unsubscribe).
const INVITES: [&str; 6] = [
    "Visit Topic",
    "Visit Message",
    "Voir le sujet",
    "Voir le message",
    "To unsubscribe from these emails",
    "Pour vous désabonner de ces e-mails",
];

/// Lines of a signature (RFC 3676, section 4.3: by custom at most four).
const LONGEST_SIGNATURE: usize = 4;

/// Octets of the date above a post of the HTML part, which has a day and a month.
const LONGEST_DATE: usize = 20;

/// Words of the name above that date.
const MOST_NAMES: usize = 5;

/// The tags of private messages.
const MESSAGES: [&str; 3] = ["PM", "MD", "MP"];

/// What the subject says between the prefix and a message's title when somebody is invited to it.
const INVITATIONS: [&str; 4] =
    [" invited you to a ", " invited you to the ", " vous a invité à ", " vous a invité·e à "];

impl Recognise for Discourse {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let platform = Platform::Discourse;
        let own = HEADERS.iter().any(|name| mail.has(name));
        let formed = mail.message_id().is_some_and(|id| post(&id).is_some());
        // An answer by a person refers to a post in the same form; a list header tells the forum's own mail from it.
        let refers = || mail.has("List-Id") && mail.thread().iter().any(|id| post(id).is_some());
        if own || formed || refers() {
            return Some(Sign::Notification(platform));
        }
        account::is_of_discourse(mail).then_some(Sign::Account(platform))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let archive = mail.header("List-Archive").and_then(|value| link::of_field(&value).map(String::from));
        let host = host(mail, archive.as_deref());
        let url = archive
            .or_else(|| mail.link(|link| host.is_some() && link::host(link) == host && topic_of(link).is_some()));
        if mail.has("X-Discourse-Post-Ids") && !mail.has("X-Discourse-Topic-Id") {
            return summary(mail, host.or_else(|| mail.sender_host()));
        }
        let topic = topic(mail, url.as_deref());
        let folder = url.as_deref().map(folder).unwrap_or_default();
        Facts {
            topic: topic.map(|topic| format!("{folder}{topic}")),
            title: Some(title(mail).to_owned()),
            author: mail.sender_via().map(str::to_owned),
            words: Some(words(mail)),
            host,
            url,
            urgent: false,
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        is_message(mail)
    }
}

/// The site's own summary of many topics.
fn summary(mail: &Mail<'_>, host: Option<String>) -> Facts {
    Facts {
        title: Some(mail.subject().to_owned()),
        author: mail.sender().map(str::to_owned),
        url: host.as_ref().map(|host| format!("https://{host}")),
        host,
        ..Facts::default()
    }
}

/// A msg-id of Discourse: `discourse/post/POST@HOST`, or `topic/TOPIC[/POST[.SUFFIX]]@HOST` of 2013 to 2022.
enum Post<'a> {
    Numbered(&'a str),
    OfTopic(&'a str),
}

fn post(id: &str) -> Option<Post<'_>> {
    let (local, _) = split_id(id);
    if let Some(number) = local.strip_prefix("discourse/post/") {
        return is_number(number).then_some(Post::Numbered(number));
    }
    let rest = local.strip_prefix("topic/")?;
    let number = leading_number(rest)?;
    matches!(rest.as_bytes().get(number.len()), None | Some(b'/' | b'.')).then_some(Post::OfTopic(number))
}

fn host(mail: &Mail<'_>, archive: Option<&str>) -> Option<String> {
    archive.and_then(link::host).or_else(|| {
        let id = mail.all_ids().find(|id| post(id).is_some())?;
        split_id(&id).1.map(str::to_owned)
    })
}

/// The topic's number; without any, the number of its first post, which is as good for one topic.
fn topic(mail: &Mail<'_>, url: Option<&str>) -> Option<String> {
    let own = mail.header("X-Discourse-Topic-Id").filter(|id| is_number(id));
    own.or_else(|| {
        mail.all_ids().find_map(|id| match post(&id)? {
            Post::OfTopic(number) => Some(number.to_owned()),
            Post::Numbered(_) => None,
        })
    })
    .or_else(|| url.and_then(topic_of).map(str::to_owned))
    .or_else(|| {
        mail.thread().into_iter().chain(mail.message_id()).find_map(|id| match post(&id)? {
            Post::Numbered(number) => Some(format!("post-{number}")),
            Post::OfTopic(_) => None,
        })
    })
}

/// TOPIC of `BASE/t/TOPIC[/POST]` or `BASE/t/slug/TOPIC[/POST]`.
fn topic_of(link: &str) -> Option<&str> {
    let (_, path) = link.split(['?', '#']).next()?.split_once("/t/")?;
    let mut segments = path.trim_end_matches('/').split('/');
    let first = segments.next()?;
    match (segments.next(), segments.next()) {
        (Some(second), Some(_)) if is_number(second) => Some(second),
        (Some(second), None) if !is_number(first) && is_number(second) => Some(second),
        _ => Some(first).filter(|first| is_number(first)),
    }
}

/// The path of a forum that does not live at the root of its host, with `/` behind it: another forum may live beside it.
fn folder(link: &str) -> String {
    let path = link.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    match path.and_then(|path| path.split_once("/t/")) {
        Some((folder, _)) if !folder.is_empty() => format!("{}/", folder.trim_start_matches('/')),
        _ => String::new(),
    }
}

/// `[PREFIX] [Category] title`: only these two tags are not the author's, and only a category that List-Id confirms.
fn title<'a>(mail: &'a Mail<'_>) -> &'a str {
    // The mailbox of a group writes as a person would: no prefix, and `Re:` when it answers.
    let prefixed = tag(mail.subject()).filter(|_| mail.has("List-Id"));
    let Some((_, rest)) = prefixed else { return unanswered(mail.subject()) };
    let rest = match tag(rest) {
        Some((name, title)) if is_category(mail, name) => title,
        _ => rest,
    };
    if INVITATIONS.iter().any(|words| rest.contains(words)) {
        return quoted(rest).unwrap_or(rest);
    }
    rest
}

fn is_category(mail: &Mail<'_>, name: &str) -> bool {
    let list = mail.header("List-Id").unwrap_or_default();
    let category =
        list.rsplit_once('<').map_or(list.as_str(), |(name, _)| name).split_once('|').map(|(_, name)| name.trim());
    match category {
        _ if MESSAGES.contains(&name) => true,
        Some(category) => category.to_lowercase().ends_with(&name.replace('/', " ").to_lowercase()),
        // No category: a private message, where the name of a group may stand; its answers go to a person `via` the site.
        None => mail.reply_to().iter().any(|person| person.name.as_deref().is_some_and(|name| name.contains(" via "))),
    }
}

/// `[PREFIX] [PM] title`, or `[PREFIX] [GROUP] title` without a category, whose answers go to a person `via` the site.
fn is_message(mail: &Mail<'_>) -> bool {
    let second = tag(mail.subject()).and_then(|(_, rest)| tag(rest)).map(|(name, _)| name);
    let list = mail.header("List-Id").unwrap_or_default();
    let to_person =
        mail.reply_to().iter().any(|person| person.name.as_deref().is_some_and(|name| name.contains(" via ")));
    second.is_some_and(|name| MESSAGES.contains(&name) || to_person && !list.contains('|'))
}

fn quoted(text: &str) -> Option<&str> {
    let text = text.trim_end();
    let (open, close) = if text.ends_with('"') { ('"', '"') } else { ('«', '»') };
    Some(text.split_once(open)?.1.strip_suffix(close)?.trim())
}

/// The post as its author wrote it. `>`, `---` and `-- ` may be the author's own: only what Discourse adds is cut.
fn words(mail: &Mail<'_>) -> String {
    if !mail.is_plain() {
        return words_of_html(mail);
    }
    unquoted(without_signature(without_earlier(without_footer(mail.text()))))
}

/// Below the name of the author and the date, above what Discourse adds below a post.
fn words_of_html(mail: &Mail<'_>) -> String {
    let is_added = |line: &str| {
        let line = line.trim();
        EARLIER.contains(&line) || INVITES.iter().any(|words| line.starts_with(words))
    };
    let post = until(mail.text(), is_added).trim_end().trim_end_matches('-');
    let (name, below) = post.split_once('\n').unwrap_or((post, ""));
    let (date, rest) = below.trim_start().split_once('\n').unwrap_or((below, ""));
    let is_date = date.len() <= LONGEST_DATE && date.contains(|c: char| c.is_ascii_digit());
    let is_head = is_date && name.split_whitespace().count() <= MOST_NAMES;
    fresh(if is_head { rest } else { post })
}

/// Up to the last rule that a line beginning with a link follows: `[Visit Topic](URL) or reply …`.
fn without_footer(text: &str) -> &str {
    let mut end = text.len();
    let mut rule = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match rule {
            Some(start) if line.starts_with('[') && line.contains("](http") => end = start,
            _ => {}
        }
        rule = (line.trim_end() == "---").then_some(at);
        at += line.len();
    }
    &text[..end]
}

/// Up to the rule above the block of earlier posts.
fn without_earlier(text: &str) -> &str {
    let before = until(text, |line| {
        let title = line.trim_matches(['*', '_', '#', ' ']);
        line.starts_with(['*', '#']) && EARLIER.contains(&title)
    });
    if before.len() == text.len() {
        return text;
    }
    before.trim_end().trim_end_matches('-')
}

/// Without a signature (RFC 3676, section 4.3) that somebody who answered by mail left: a few lines at the very end.
fn without_signature(text: &str) -> &str {
    let words = until(text, |line| line == "-- ");
    let below = text[words.len()..].trim().lines().skip(1);
    if below.count() <= LONGEST_SIGNATURE { words } else { text }
}

/// Without `[quote="user, post:n, topic:n"]…[/quote]`, which may be nested.
fn unquoted(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut depth = 0usize;
    for piece in text.split_inclusive(']') {
        let Some((before, mark)) = piece.rsplit_once('[') else {
            if depth == 0 {
                kept.push_str(piece);
            }
            continue;
        };
        let opens = mark.starts_with("quote=") || mark == "quote]";
        let closes = mark == "/quote]";
        if depth == 0 {
            kept.push_str(if opens { before } else { piece });
        }
        depth = if opens { depth + 1 } else { depth.saturating_sub(usize::from(closes)) };
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_its_topic_with_or_without_slug_and_post() {
        let links = [
            ("https://a.example/t/97", "97"),
            ("https://a.example/t/97/3", "97"),
            ("https://a.example/t/slug/97", "97"),
            ("https://a.example/forum/t/slug/97/3?u=x#y", "97"),
            ("https://a.example/t/2026/97/3", "97"),
        ];
        for (link, topic) in links {
            assert_eq!(topic_of(link), Some(topic), "{link}");
        }
        assert_eq!(topic_of("https://a.example/u/97"), None);
        assert_eq!(topic_of("https://a.example/t/slug"), None);
    }

    #[test]
    fn the_folder_of_a_forum_is_its_whole_path() {
        assert_eq!(folder("https://a.example/t/slug/97"), "");
        assert_eq!(folder("https://a.example/chat/t/slug/97"), "chat/");
    }

    #[test]
    fn a_message_id_of_another_form_is_no_post() {
        for id in
            ["discourse/post/x@a.example", "discourse/post/@a.example", "topic/x@a.example", "topic/5x@a.example", ""]
        {
            assert!(post(id).is_none(), "{id}");
        }
    }

    #[test]
    fn quotations_vanish_with_what_is_quoted_in_them() {
        assert_eq!(unquoted("a[quote=\"x\"]b[quote]c[/quote]d[/quote]e [1] f"), "ae [1] f");
        assert_eq!(unquoted("a[quote=\"x\"]never closed"), "a");
        assert_eq!(unquoted("a[/quote]b"), "a[/quote]b");
    }
}
