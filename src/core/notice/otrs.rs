//! OTRS and Znuny (znuny/Znuny, Kernel/System/Email.pm).

use super::{
    account,
    excerpt::{fresh, without_first},
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{number_after, tag, unanswered},
};

pub(super) struct Otrs;

/// What an event is called before the title, in the subject of a note to agents.
const EVENTS: [&str; 8] = [
    "Nouvelle note:",
    "Nouvelle note :",
    "New note:",
    "Nouveau ticket:",
    "New ticket:",
    "Ticket Created:",
    "Ticket Create Notification:",
    "Suivi du ticket:",
];

/// Words behind the author's name, which stands between asterisks.
const WROTE: [&str; 3] = ["a écrit", "wrote", "schrieb"];

impl Recognise for Otrs {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let named = |name| ["otrs", "znuny"].iter().any(|product| mail.header_has(name, product));
        let own = mail.has("X-OTRS-Loop") || named("X-Mailer") || named("X-Powered-By");
        let account = || number_after(mail.subject(), "#").is_none() && account::speaks_of_account(mail.subject());
        own.then(|| Sign::of(Platform::Otrs, account()))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let author = mail.text().lines().find_map(author_of);
        Facts {
            host: None,
            topic: number_after(mail.subject(), "#").map(str::to_owned),
            title: Some(title(mail.subject()).to_owned()),
            author: author.or_else(|| mail.sender()).map(str::to_owned),
            url: mail.link(|link| link.contains("TicketZoom")),
            words: Some(words(mail.text())),
            urgent: false,
        }
    }
}

fn title(subject: &str) -> &str {
    let rest = match tag(unanswered(subject)) {
        Some((name, rest)) if name.contains('#') => rest,
        _ => unanswered(subject),
    };
    EVENTS.iter().find_map(|event| rest.strip_prefix(event)).unwrap_or(rest).trim_start()
}

/// `*NAME* wrote:`
fn author_of(line: &str) -> Option<&str> {
    let (name, rest) = line.trim().strip_prefix('*')?.split_once('*')?;
    WROTE.iter().any(|word| rest.trim_start().starts_with(word)).then_some(name)
}

/// Below the line that names the author, above the link and the signature.
fn words(text: &str) -> String {
    let is_end = |line: &str| line.starts_with("http") || line.starts_with("-- ");
    let below = super::excerpt::after(text, |line| author_of(line).is_some());
    let text = below.unwrap_or_else(|| without_first(text, |line| line.ends_with(',')));
    fresh(super::excerpt::until(text, is_end))
}
