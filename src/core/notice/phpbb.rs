//! phpBB (phpbb/phpbb, phpBB/phpbb/messenger/method/email.php and language/*/email). Its mail holds no text of a post.

use super::{
    account, link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
};

pub(super) struct Phpbb;

/// What stands before a name, and what after it.
#[rustfmt::skip]
const AUTHORS: [(&str, &str); 11] = [
    ("\" by ", " since "), ("» par ", " depuis "), ("\" par ", " depuis "),
    ("new reply by ", " since "), ("new topic by ", " since "), ("private message from \"", "\""), ("message privé de \"", "\""),
    ("message privé de « ", " »"), ("réponse de ", " depuis "), ("publiée par ", " depuis "), ("publié par ", " depuis "),
];

/// Quotation marks around a title in the subject.
const QUOTES: [(char, char); 3] = [('"', '"'), ('«', '»'), ('“', '”')];

impl Recognise for Phpbb {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own =
            mail.has("X-phpBB-Origin") || mail.header_has("X-Mailer", "phpbb") || mail.header_has("X-MimeOLE", "phpbb");
        let subject = mail.subject();
        // A title may speak of passwords, but stands in quotation marks.
        let said = subject.split(['"', '«', '“']).next().unwrap_or_default();
        let account = || topic_of_header(mail).is_none() && account::speaks_of_account(said);
        own.then(|| Sign::of(Platform::Phpbb, account()))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let link = mail
            .link(is_whole_topic)
            .or_else(|| mail.link(is_topic))
            .or_else(|| mail.link(is_message))
            .or_else(|| topic_of_header(mail));
        let text = mail.text();
        Facts {
            host: host(mail),
            topic: link.as_deref().and_then(topic),
            title: topic_named(text)
                .or_else(|| quoted(mail.subject()))
                .map(str::to_owned)
                .or_else(|| title_of_message(text)),
            author: author(text).map(str::to_owned),
            url: link,
            words: None,
            urgent: mail.header("X-Priority").is_some_and(|value| value.starts_with(['1', '2'])),
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        let message = || mail.link(is_topic).is_none() && mail.link(|link| link.contains("ucp.php?")).is_some();
        QUOTED.iter().any(|words| mail.text().contains(words)) || message()
    }
}

/// HOST of `phpbb://HOST/PATH`.
fn host(mail: &Mail<'_>) -> Option<String> {
    let origin = mail.header("X-phpBB-Origin")?;
    let (_, place) = origin.split_once("://")?;
    place.split(['/', ':']).next().map(str::to_lowercase)
}

/// The plain link to a topic, which neither jumps to a post nor ends a subscription.
fn is_topic(link: &str) -> bool {
    let plain = !link.contains("unwatch=") && !link.contains("view=") && !link.contains("uid=");
    plain && link.contains("viewtopic.php?") && topic(link).is_some()
}

/// The link to a topic that leads to no post of it.
fn is_whole_topic(link: &str) -> bool {
    is_topic(link) && link::parameter(link, "t").is_some() && link::parameter(link, "p").is_none()
}

/// The link to a private message, or to a report.
fn is_message(link: &str) -> bool {
    (link.contains("ucp.php?") || link.contains("mcp.php?") || link.contains("viewtopic.php?")) && topic(link).is_some()
}

fn topic(link: &str) -> Option<String> {
    match (link::parameter(link, "t"), link::parameter(link, "p")) {
        (Some(topic), _) => Some(topic.to_owned()),
        (None, Some(post)) if link.contains("ucp.php?") => Some(format!("pm{post}")),
        (None, post) => post.map(|post| format!("post{post}")),
    }
}

/// The link to the topic, from the one to end the subscription.
fn topic_of_header(mail: &Mail<'_>) -> Option<String> {
    let value = mail.header("List-Unsubscribe")?;
    let unsubscribe = link::of_field(&value)?;
    let (page, _) = unsubscribe.split_once('?')?;
    let topic = link::parameter(&unsubscribe, "t")?;
    page.ends_with("viewtopic.php").then(|| format!("{page}?t={topic}"))
}

fn quoted(subject: &str) -> Option<&str> {
    QUOTES.iter().find_map(|(open, close)| {
        let (_, rest) = subject.split_once(*open)?;
        rest.rsplit_once(*close).map(|(title, _)| title.trim())
    })
}

/// What stands before the title of a topic in the body, and what may follow it: where a forum is watched, the subject names that.
#[rustfmt::skip]
const TOPICS: [(&str, &[&str]); 3] = [
    ("topic \"", &["\" received", "\" by ", "\" since ", "\" at \""]), ("sujet « ", &[" »"]), ("sujet \"", &["\" "]),
];

/// The title of the topic that the first sentences are about.
fn topic_named(text: &str) -> Option<&str> {
    TOPICS.iter().find_map(|(before, afters)| {
        let (_, rest) = text.split_once(before)?;
        let line = rest.lines().next()?;
        afters.iter().filter_map(|after| line.split_once(after)).map(|(title, _)| title).min_by_key(|title| title.len())
    })
}

/// The line below the one that announces the subject of a private message.
fn title_of_message(text: &str) -> Option<String> {
    let mut lines = text.lines();
    lines.find(|line| line.trim_end().ends_with(':') && (line.contains("subject") || line.contains("sujet")))?;
    lines.map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
}

/// What follows a name in quotation marks.
const QUOTED: [&str; 3] = ["\" quoted you", "\" mentioned you", " » vous a cité"];

fn author(text: &str) -> Option<&str> {
    let quoting = QUOTED.iter().find_map(|words| text.split_once(words));
    if let Some((before, _)) = quoting {
        return before.rsplit(['"', '«']).next().map(str::trim);
    }
    AUTHORS.iter().find_map(|(before, after)| {
        let (_, rest) = text.split_once(before)?;
        rest.lines().next()?.split_once(after).map(|(name, _)| name)
    })
}
