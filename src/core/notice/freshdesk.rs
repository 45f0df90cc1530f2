//! Freshdesk: closed source, from memory of its mails. The number in brackets that begins the subject is also in the link to the
//! ticket.

use super::{
    excerpt::fresh,
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, leading_number, tag},
};

pub(super) struct Freshdesk;

/// What follows the name of who wrote, in the sentence above the words.
const PHRASES: [&str; 8] = [
    " added a note",
    " has added a",
    " replied to",
    " has replied",
    " commented on",
    " a ajouté une note",
    " a ajouté un commentaire",
    " a répondu",
];

/// How a mail greets.
const GREETINGS: [&str; 5] = ["Hi ", "Hello ", "Dear ", "Bonjour ", "Salut "];

impl Recognise for Freshdesk {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let number = number(mail.subject())?;
        mail.own_link(|link| ticket(link) == Some(number)).map(|_| Sign::Notification(Platform::Freshdesk))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let number = number(mail.subject());
        let url = mail.own_link(|link| ticket(link) == number);
        let author = mail.text().lines().find_map(|line| PHRASES.iter().find_map(|words| line.split_once(words)));
        Facts {
            host: url.as_deref().and_then(link::host),
            topic: number.map(str::to_owned),
            title: tag(mail.subject()).map(|(_, title)| title.to_owned()),
            author: author.map(|(name, _)| name.trim()).or_else(|| mail.sender()).map(str::to_owned),
            words: Some(words(mail.text())),
            url,
            urgent: false,
        }
    }
}

/// N of `[#N] title`
fn number(subject: &str) -> Option<&str> {
    let (number, _) = tag(subject)?;
    number.strip_prefix('#').filter(|number| is_number(number))
}

/// N of `…/a/tickets/N`, `…/helpdesk/tickets/N`, `…/support/tickets/N`
fn ticket(link: &str) -> Option<&str> {
    let pages = ["/a/tickets/", "/helpdesk/tickets/", "/support/tickets/"];
    pages.iter().find_map(|page| leading_number(link.split_once(page)?.1))
}

/// Without the greeting, the sentence that says who did what, and the links.
fn words(text: &str) -> String {
    let drops = |line: &str| {
        let line = line.trim();
        GREETINGS.iter().any(|words| line.starts_with(words)) && line.ends_with(',')
            || PHRASES.iter().any(|words| line.contains(words))
            || link::all(line).any(|link| ticket(link).is_some())
    };
    fresh(&text.lines().filter(|line| !drops(line)).collect::<Vec<_>>().join("\n"))
}
