//! Zammad (zammad/zammad, app/models/channel/email_build.rb and app/views/mailer).

use super::{
    account,
    excerpt::{fresh, unquoted, until},
    mail::Mail,
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, number_after, unanswered},
};

pub(super) struct Zammad;

/// Words before the name of who changed the ticket, which stands in quotes.
const BY: [&str; 3] = ["par \"", "by \"", "von \""];
/// The label before a new article; the same word in both languages.
const ARTICLE: &str = "Information:";
const PRIORITIES: [&str; 2] = ["Priorité", "Priority"];
const STATES: [&str; 2] = ["État", "State"];
const CLOSED: [&str; 4] = ["closed", "clos", "fermé", "clôturé"];
const FOOTERS: [&str; 3] = ["Voir ceci dans ", "View this in ", "In Zammad "];

impl Recognise for Zammad {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.header_has("X-Mailer", "zammad mail service") || mail.header_has("X-Powered-By", "zammad");
        own.then(|| {
            let account = hooked(mail.subject()).is_none() && account::speaks_of_account(mail.subject());
            Sign::of(Platform::Zammad, account)
        })
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let url = mail.link(|link| link.contains("#ticket/zoom/"));
        let hook = hooked(mail.subject());
        let zoom =
            || url.as_deref().and_then(|link| number_after(link, "#ticket/zoom/")).map(|id| format!("zoom-{id}"));
        let text = mail.text();
        Facts {
            host: mail.sender_host(),
            topic: hook.map(|(_, number)| number.to_owned()).or_else(zoom),
            title: Some(title(mail.subject(), hook.map(|(tag, _)| tag)).to_owned()),
            author: author(mail).map(str::to_owned),
            words: Some(words(text)),
            urgent: raises_priority(text),
            url,
        }
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        let state = |line: &str| STATES.iter().any(|label| line.trim_start().starts_with(label));
        let closes = |line: &str| line.rsplit_once("->").is_some_and(|(_, value)| CLOSED.contains(&value.trim()));
        mail.text().lines().any(|line| state(line) && closes(line))
    }
}

/// `[Ticket#81077]` and its number; the word before `#`, and the place, are the administrator's choice.
fn hooked(subject: &str) -> Option<(&str, &str)> {
    subject.match_indices('[').find_map(|(at, _)| {
        let end = subject[at..].find(']')?;
        let tag = &subject[at..=at + end];
        let number = tag[1..end].rsplit(['#', ' ', ':']).next()?;
        (number.len() < end - 1 && is_number(number)).then_some((tag, number))
    })
}

/// `Updated ticket (TITLE) [Ticket#N]`, or the customer's own subject.
fn title<'a>(subject: &'a str, tag: Option<&str>) -> &'a str {
    let bare = match tag.and_then(|tag| subject.split_once(tag)) {
        Some((before, after)) if before.trim().is_empty() => after,
        Some((before, _)) => before,
        None => subject,
    };
    let bare = unanswered(bare.trim());
    let inner = bare.strip_suffix(')').and_then(|rest| rest.split_once('(')).map(|(_, inner)| inner);
    inner.filter(|inner| !inner.is_empty()).unwrap_or(bare)
}

fn author<'a>(mail: &'a Mail<'_>) -> Option<&'a str> {
    let named = mail.text().lines().find_map(|line| {
        let (_, rest) = BY.iter().find_map(|word| line.split_once(word))?;
        rest.split('"').next()
    });
    let person = || mail.sender_via().filter(|name| *name != "Notification Master");
    named.filter(|name| !name.is_empty()).or_else(person)
}

/// The article that was added; it may stand in a quotation, which is how Zammad shows every article.
fn words(text: &str) -> String {
    let article = match text.split_once(ARTICLE) {
        Some((_, article)) => article,
        None => return fresh(text),
    };
    let is_end = |line: &str| FOOTERS.iter().any(|words| line.starts_with(words)) || line.starts_with("[1] http");
    fresh(&unquoted(until(article, is_end)))
}

/// `Priority: 2 normal -> 3 high`
fn raises_priority(text: &str) -> bool {
    text.lines().any(|line| {
        let labelled = PRIORITIES.iter().any(|label| line.trim_start().starts_with(label));
        labelled && line.rsplit_once("->").is_some_and(|(_, value)| is_high(value))
    })
}
