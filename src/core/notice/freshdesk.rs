//! Freshdesk: closed source, from memory of its mails. The number in brackets in the subject is also in the link to the
//! ticket.

use super::{
    excerpt::{fresh, until},
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, leading_number},
};

pub(super) struct Freshdesk;

/// What follows the name of who wrote, in the sentence above the words.
const PHRASES: [&str; 12] = [
    " has been assigned",
    " has responded to",
    " a été assigné",
    " a été attribué",
    " added a note",
    " has added a",
    " replied to",
    " has replied",
    " commented on",
    " a ajouté une note",
    " a ajouté un commentaire",
    " a répondu",
];

/// Phrases whose subject is the ticket or the customer, not a name.
const NAMELESS: usize = 4;

/// Labels of lines above the words; what follows some of them on the same line is told elsewhere.
const LABELS: [&str; 12] = [
    "Ticket URL",
    "Ticket Details",
    "Subject",
    "Requester",
    "Note Content",
    "Ticket comment",
    "Regards",
    "Sujet",
    "Demandeur",
    "Contenu de la note",
    "Détails du ticket",
    "Cordialement",
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
        let author =
            mail.text().lines().find_map(|line| PHRASES[NAMELESS..].iter().find_map(|words| line.split_once(words)));
        Facts {
            host: url.as_deref().and_then(link::host),
            topic: number.map(str::to_owned),
            title: numbered(mail.subject()).map(|(_, title)| title.to_owned()),
            author: author.map(|(name, _)| name.trim()).or_else(|| mail.sender()).map(str::to_owned),
            words: Some(words(mail.text(), numbered(mail.subject()).map_or("", |(_, title)| title))),
            url,
            urgent: false,
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        mail.subject().contains("Assigned to you") || mail.text().contains(" assigned to you")
    }
}

fn number(subject: &str) -> Option<&str> {
    numbered(subject).map(|(number, _)| number)
}

/// N and title of `[#N] title`, `EVENT - [#N] title`
fn numbered(subject: &str) -> Option<(&str, &str)> {
    let (_, rest) = subject.split_once("[#")?;
    let (number, title) = rest.split_once(']')?;
    is_number(number).then_some((number, title.trim()))
}

/// N of `…/a/tickets/N`, `…/helpdesk/tickets/N`, `…/support/tickets/N`
fn ticket(link: &str) -> Option<&str> {
    let pages = ["/a/tickets/", "/helpdesk/tickets/", "/support/tickets/"];
    pages.iter().find_map(|page| leading_number(link.split_once(page)?.1))
}

/// Without the greeting, the sentence that says who did what, the labels, the title and the links.
fn words(text: &str, title: &str) -> String {
    let drops = |line: &str| {
        let line = line.trim();
        let labels = |label: &&str| {
            line.strip_prefix(*label).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', ',']))
        };
        GREETINGS.iter().any(|words| line.starts_with(words)) && line.ends_with(',')
            || PHRASES.iter().any(|words| line.contains(words))
            || LABELS.iter().any(labels)
            || numbered(line).map_or(line, |(_, title)| title) == title
            || link::all(line).any(|link| ticket(link).is_some())
    };
    let is_end = |line: &str| ["Regards,", "Cordialement,"].contains(&line.trim());
    fresh(
        &until(text, is_end)
            .lines()
            .filter(|line| line.trim().is_empty() || !drops(line))
            .collect::<Vec<_>>()
            .join("\n"),
    )
}
