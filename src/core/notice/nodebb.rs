//! NodeBB (NodeBB/NodeBB, src/emailer.js): the List-Id is `TEMPLATE.UID.HOST`, and links go to posts, not topics.

use super::{
    excerpt::{after, until, without_first},
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, tag},
};

pub(super) struct Nodebb;

/// What stands on the line below the words: the button, with its link.
const ENDS: [&str; 4] = ["[http", "→ http", "Click here to unsubscribe", "Cliquez ici pour vous désabonner"];

/// Templates of mail about an account (src/user/email.js, reset.js, invite.js, approval.js).
const ACCOUNT: [&str; 7] =
    ["reset", "reset_notify", "verify-email", "welcome", "invitation", "registration_accepted", "banned"];

/// Templates of mail about what people wrote.
const NOTIFICATIONS: [&str; 5] = ["notification", "digest", "notif_chat", "notif_post", "notif_mention"];

/// What stands between the author's name and the title in the subject and the introduction.
const VERBS: [&str; 20] = [
    " mentioned you in ",
    " vous a mentionné dans ",
    " quoted you in ",
    " vous a cité dans ",
    " upvoted your post in ",
    " a approuvé votre publication dans ",
    " a répondu à : ",
    " a répondu à ",
    " a répondu dans ",
    " ont répondu dans ",
    " has posted a reply to: ",
    " posted a reply in ",
    " has replied to ",
    " replied to: ",
    " replied in ",
    " a publié un nouveau sujet : ",
    " has posted a new topic: ",
    " posted in ",
    " a publié ",
    " posted ",
];

/// What stands before the name of who wrote a message, in quotation marks or not.
const MESSAGES: [&str; 2] = ["New message from ", "Nouveau message de "];

impl Recognise for Nodebb {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let list = mail.list_id()?;
        let mut labels = list.split('.');
        let (template, uid) = (labels.next()?, labels.next()?);
        let known = ACCOUNT.contains(&template) || NOTIFICATIONS.contains(&template);
        (known && is_number(uid)).then(|| Sign::of(Platform::Nodebb, ACCOUNT.contains(&template)))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let list = mail.list_id().unwrap_or_default();
        let intro = tag(mail.subject()).map_or(mail.subject(), |(_, rest)| rest);
        let written = VERBS.iter().find_map(|verb| intro.split_once(verb));
        let title = written.map_or(intro, |(_, title)| title).trim_matches(QUOTES).to_owned();
        Facts {
            host: list.splitn(3, '.').nth(2).map(str::to_owned),
            // No identifier of the topic is in the mail: its title has to do.
            topic: written.map(|_| title.clone()),
            title: Some(title),
            author: written.map(|(author, _)| author).or_else(|| writer(intro)).map(str::to_owned),
            url: mail.link(|link| link.contains("/post/") || link.contains("/topic/")),
            words: Some(words(mail.text(), intro)),
            urgent: false,
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        let told = [" mentioned you in ", " vous a mentionné dans "].iter().any(|verb| mail.subject().contains(verb));
        let intro = tag(mail.subject()).map_or(mail.subject(), |(_, rest)| rest);
        told || writer(intro).is_some()
            || mail.list_id().is_some_and(|id| id.starts_with("notif_chat.") || id.starts_with("notif_mention."))
    }
}

/// Who wrote a private message.
fn writer(intro: &str) -> Option<&str> {
    MESSAGES.iter().find_map(|words| intro.strip_prefix(words)).map(|name| name.trim_matches(QUOTES))
}

const QUOTES: [char; 4] = ['"', '“', '”', ' '];

/// Below the introduction, whose names may have quotation marks in the subject alone; above the link.
fn words(text: &str, intro: &str) -> String {
    let bare = |line: &str| line.replace(QUOTES, "");
    let told = bare(intro);
    let below = after(text, |line| !line.trim().is_empty() && bare(line) == told);
    let below = below.unwrap_or_else(|| without_first(text, |line| line.ends_with(',')));
    until(below, |line| ENDS.iter().any(|words| line.contains(words))).to_owned()
}
