//! OTRS and Znuny (znuny/Znuny, Kernel/System/Email.pm).

use super::{
    account,
    excerpt::{after, fresh, unquoted, until, without_head},
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{number_after, tag, unanswered},
};

pub(super) struct Otrs;

/// How an event that stands before the title in the subject begins; it ends with a colon or an exclamation mark (notification_event_message).
const EVENTS: [&str; 24] = [
    "Nouvelle note",
    "New note",
    "Nouveau ticket",
    "New ticket",
    "Ticket Created",
    "Ticket Create Notification",
    "Suivi du ticket",
    "Suivi de ticket",
    "Unlocked Ticket Follow-Up",
    "Locked Ticket Follow-Up",
    "Ticket Lock Timeout",
    "Ticket Owner Update",
    "Ticket Responsible Update",
    "Ticket Note",
    "Ticket Queue Update",
    "Ticket Service Update",
    "Ticket Pending Reminder",
    "Ticket Escalation",
    "Ticket créé",
    "Note de ticket",
    "Note du ticket",
    "Mise à jour d",
    "Changement d",
    "Ticket Follow-Up",
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
        // An agent is told of an event; a customer is written to.
        let is_told = mail.link(|link| link.contains("AgentTicketZoom")).is_some();
        Facts {
            host: None,
            topic: number_after(mail.subject(), "#").map(str::to_owned),
            title: Some(title(mail.subject(), is_told).to_owned()),
            author: author.or_else(|| mail.sender()).map(str::to_owned),
            url: mail.link(|link| link.contains("TicketZoom")),
            words: Some(words(mail.text())),
            urgent: false,
        }
    }
}

fn title(subject: &str, is_told: bool) -> &str {
    let rest = match tag(unanswered(subject)) {
        Some((name, rest)) if name.contains('#') => rest,
        _ => unanswered(subject),
    };
    let is_event = |head: &&str| {
        EVENTS.iter().any(|event| head.starts_with(event)) || is_told && head.to_lowercase().contains("ticket")
    };
    rest.split_once([':', '!']).filter(|(head, _)| is_event(head)).map_or(rest, |(_, title)| title).trim_start()
}

/// `*NAME* wrote:`, `NAME wrote:`
fn author_of(line: &str) -> Option<&str> {
    let line = line.trim();
    let marked = line.strip_prefix('*').and_then(|line| line.split_once('*'));
    if let Some((name, rest)) = marked {
        return WROTE.iter().any(|word| rest.trim_start().starts_with(word)).then_some(name);
    }
    let said = line.strip_suffix(':')?.trim_end();
    WROTE.iter().find_map(|word| said.strip_suffix(word)).map(str::trim).filter(|name| !name.is_empty())
}

/// Below the line that names the author, or the sentence that says what happened to which ticket; above the link and the
/// signature.
fn words(text: &str) -> String {
    let is_end = |line: &str| line.starts_with("http") || line.starts_with("-- ");
    let below = after(text, |line| author_of(line).is_some());
    let head = |line: &str| line.ends_with(',') || line.contains('[') && number_after(line, "#").is_some();
    fresh(&unquoted(until(below.unwrap_or_else(|| without_head(text, head)), is_end)))
}
