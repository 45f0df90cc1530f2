//! Flarum (flarum/framework, extensions/{subscriptions,mentions}/locale and framework/core/views/email): no header of its own.
//! Its body has the link to the post on a line, a rule below it, then the post; newer versions end with a link to unsubscribe.

use super::{
    excerpt::{after, until},
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, leading_number, tag},
};

pub(super) struct Flarum;

/// What stands between the name of who wrote and the title of the discussion, in subjects. The longest come first.
const PHRASES: [&str; 8] = [
    " mentioned a group you're a member of in ",
    " replied to your post in ",
    " mentioned you in ",
    " a mentionné un groupe dont vous êtes membre dans ",
    " a répondu à votre message dans ",
    " a répondu à votre publication dans ",
    " vous a mentionné dans ",
    " vous a mentionné·e dans ",
];

/// What follows the name of who wrote a private message, at the end of the subject (extensions/messages).
const MESSAGES: [&str; 2] = [" sent you a message", " vous a envoyé un message"];

/// What follows the name of who wrote in the body, where the subject has the title alone.
const POSTED: [&str; 7] = [
    " just posted in",
    " made a post in",
    " posted in",
    " vient de publier",
    " vient de poster",
    " a publié",
    " a posté",
];

/// How the sentences below the post begin.
const CLOSINGS: [&str; 2] = ["You won't receive any more notifications", "Vous ne recevrez plus d"];

/// How the footer begins.
const FOOTERS: [&str; 5] = [
    "You received this email because",
    "Vous recevez cet e-mail",
    "This email was sent to",
    "Cet e-mail a été envoyé à",
    "Ce courriel a été envoyé à",
];

impl Recognise for Flarum {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        mail.own_link(|link| place(link).is_some())?;
        let leaves = || mail.own_link(|link| link.contains("/notifications/unsubscribe/")).is_some();
        (post(mail.text()).is_some() || leaves()).then_some(Sign::Notification(Platform::Flarum))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let found = mail.own_link(|link| place(link).is_some());
        let place = found.as_deref().and_then(place);
        let (author, title) = author_and_title(mail);
        Facts {
            host: found.as_deref().and_then(link::host),
            topic: place.map(|place| place.topic()),
            title: Some(title.to_owned()),
            author: author.map(str::to_owned),
            url: place.map(|place| format!("{}{}{}", place.site, place.page, place.number)),
            words: post(mail.text()).or_else(|| Some(mail.text())).map(|text| words(text).to_owned()),
            urgent: false,
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        PHRASES.iter().chain(&MESSAGES).any(|phrase| mail.subject().contains(phrase))
    }
}

/// Pages of a discussion, and of a private conversation.
const PAGES: [&str; 2] = ["/d/", "/messages/dialog/"];

/// `SITE/d/NUMBER[-slug][/NEAR]`, `SITE/messages/dialog/NUMBER[/NEAR]`.
#[derive(Clone, Copy)]
struct Place<'a> {
    site: &'a str,
    page: &'static str,
    number: &'a str,
}

impl Place<'_> {
    fn topic(&self) -> String {
        if self.page == PAGES[0] { self.number.to_owned() } else { format!("dialog/{}", self.number) }
    }
}

fn place(link: &str) -> Option<Place<'_>> {
    PAGES.iter().find_map(|page| {
        let (site, rest) = link.split_once(page)?;
        let number = leading_number(rest)?;
        let ends = rest[number.len()..].chars().next().is_none_or(|next| matches!(next, '-' | '/' | '?' | '#'));
        (ends && is_number(number)).then_some(Place { site, page, number })
    })
}

/// What follows the line with the link and the rule below it.
fn post(text: &str) -> Option<&str> {
    let below = after(text, |line| place(line.trim()).is_some() && link::all(line).next().is_some())?.trim_start();
    after(below, |line| line.trim() == "---").filter(|_| below.starts_with("---"))
}

fn author_and_title<'a>(mail: &'a Mail<'_>) -> (Option<&'a str>, &'a str) {
    let subject = mail.subject();
    let said = PHRASES.iter().find_map(|phrase| subject.split_once(phrase));
    if let Some((author, title)) = said {
        return (Some(author), title);
    }
    if let Some(author) = MESSAGES.iter().find_map(|words| subject.strip_suffix(words)) {
        return (Some(author), subject);
    }
    let title = tag(subject).map_or(subject, |(_, title)| title);
    let author = mail.text().lines().find_map(|line| {
        let (author, _) = POSTED.iter().find_map(|phrase| line.split_once(phrase))?;
        Some(author.trim())
    });
    (author, title)
}

/// Above the forum's own sentences: the post may hold rules of its own.
fn words(text: &str) -> &str {
    let begins = |line: &str, with: &[&str]| with.iter().any(|words| line.trim().starts_with(words));
    let signs = |line: &str| line.starts_with("- ") && line.ends_with(" -");
    let above = until(text, |line| signs(line.trim()) || begins(line, &FOOTERS));
    let post = until(above, |line| begins(line, &CLOSINGS));
    match post.len() < above.len() {
        true => post.trim_end().trim_end_matches('-'),
        false => post,
    }
}
