//! Mattermost (mattermost/mattermost, server/channels/app/notification_email.go): no header of its own. Its msg-id is the
//! post's identifier at the site's host; its button leads to the post.

use super::{
    excerpt::{after, until},
    link,
    mail::{Mail, split_id},
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::tag,
};

pub(super) struct Mattermost;

/// What a direct message's subject says before the name of who wrote.
const DIRECT: [&str; 4] = [
    "New Direct Message from @",
    "Nouveau message direct de @",
    "Nouveau message personnel de @",
    "Nouveau message privé de @",
];

/// What a subject says before the date at its end.
const DATES: [&str; 2] = [" on ", " le "];

/// What the button says.
const BUTTONS: [&str; 2] = [" in Mattermost", " dans Mattermost"];

/// What stands behind the name of who wrote above the message.
const PHRASES: [&str; 8] = [
    " sent you a new message",
    " mentioned you",
    " replied to a thread",
    " commented on",
    " vous a envoyé un nouveau message",
    " vous a mentionné",
    " a répondu",
    " a mentionné",
];

/// How the lines below the message begin.
const FOOTERS: [&str; 8] = [
    "View in ",
    "Reply in ",
    "Voir dans ",
    "Afficher dans ",
    "Répondre dans ",
    "Want to change your notifications",
    "Vous souhaitez changer vos ",
    "Vous souhaitez modifier vos ",
];

/// Letters and digits of an identifier (server/public/model/utils.go, NewId: 26 of base 32).
const IDENTIFIER: usize = 26;

/// Octets of that line.
const LONGEST_LINE: usize = 60;

/// Words of the line with the time: a name of a few, the time, the zone, the day.
const LONGEST_TIME: usize = 10;

impl Recognise for Mattermost {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        tag(mail.subject())?;
        mail.own_link(leads_to_post)?;
        let named = || BUTTONS.iter().any(|words| mail.text().contains(words));
        let formed = mail.message_id().is_some_and(|id| is_identifier(split_id(&id).0));
        (formed || named()).then_some(Sign::Notification(Platform::Mattermost))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let url = mail.own_link(leads_to_post);
        let (_, title) = tag(mail.subject()).unwrap_or_default();
        let title = DATES.iter().find_map(|words| title.rsplit_once(words)).map_or(title, |(title, _)| title);
        let direct = DIRECT.iter().find_map(|words| title.strip_prefix(words));
        Facts {
            host: url.as_deref().and_then(link::host),
            topic: topic(mail, direct).or_else(|| Some(format!("post/{}", url.as_deref()?.split("/pl/").nth(1)?))),
            title: Some(title.to_owned()),
            author: direct.or_else(|| author(mail.text())).map(|name| name.trim_start_matches('@').to_owned()),
            url,
            words: Some(words(mail.text())),
            urgent: false,
        }
    }

    /// It writes to whom a message was sent to, or who was mentioned, and to nobody else.
    fn is_personal(&self, _mail: &Mail<'_>) -> bool {
        true
    }
}

fn leads_to_post(link: &str) -> bool {
    link.contains("/pl/") || link.contains("/landing#/")
}

fn is_identifier(local: &str) -> bool {
    local.len() == IDENTIFIER && local.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// The person of a direct message; else the thread's first post, which is this one where there is no thread yet.
fn topic(mail: &Mail<'_>, direct: Option<&str>) -> Option<String> {
    let id = || mail.thread().into_iter().chain(mail.message_id()).find(|id| is_identifier(split_id(id).0));
    direct.map(|name| format!("dm/{name}")).or_else(|| Some(format!("thread/{}", split_id(&id()?).0)))
}

fn author(text: &str) -> Option<&str> {
    let said = text.lines().find_map(|line| PHRASES.iter().find_map(|words| line.split_once(words)));
    said.map(|(name, _)| name.trim())
        .or_else(|| text.lines().find(|line| !line.trim().is_empty())?.trim().strip_prefix('@'))
}

/// Between the line with the time and the button.
fn words(text: &str) -> String {
    let below = after(text, is_time).unwrap_or(text);
    until(below, |line| FOOTERS.iter().any(|words| line.trim_start_matches(['*', '(', ' ']).starts_with(words)))
        .to_owned()
}

/// `02:30 AM UTC, March 14`, `14:05 CET`, after the name of who wrote where HTML has both on a line.
fn is_time(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().take(LONGEST_TIME).collect();
    let is_zone = |word: &str| word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let zoned = || words.windows(2).any(|pair| is_clock(pair[0]) && is_zone(pair[1].trim_end_matches(',')));
    line.trim().len() < LONGEST_LINE && (words.first().is_some_and(|word| is_clock(word)) || zoned())
}

/// `02:30`
fn is_clock(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once(':').is_some_and(|(hour, minute)| digits(hour) && digits(minute.trim_end_matches(',')))
}
