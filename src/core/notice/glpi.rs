//! GLPI (glpi-project/glpi, src/NotificationEventMailing.php). The body is a template that the administrator may edit.

use super::{
    excerpt::{after, labelled, until},
    mail::{Mail, split_id},
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, leading_number, tag},
};

pub(super) struct Glpi;

/// Names of events that stand before the title in the subject, in the languages of our readers.
#[rustfmt::skip]
const EVENTS: [&str; 26] = [
    "Nouveau ticket", "Nouveau suivi", "Nouvelle tâche", "Nouvel utilisateur dans les demandeurs", "Mise à jour d'un ticket",
    "Mise à jour d'un suivi", "Mise à jour d'une tâche", "Mise à jour du ticket", "Suppression d'un ticket",
    "Suppression d'un suivi", "Ticket résolu", "Clôture du ticket", "Clôture d'un ticket", "Demande de validation",
    "Réponse à la demande de validation", "Ticket en attente", "New ticket", "New followup", "New task",
    "Update of a ticket", "Update of a followup", "Update of a task", "Ticket solved", "Closure of a ticket",
    "Ticket closed", "Approval request",
];

const TITLES: [&str; 2] = ["Titre", "Title"];
const REQUESTERS: [&str; 4] = ["Demandeurs", "Demandeur", "Requesters", "Requester"];
const DESCRIPTIONS: [&str; 1] = ["Description"];
const SOLUTIONS: [&str; 2] = ["Solution", "Solution description"];
const URGENCIES: [&str; 4] = ["Urgence", "Urgency", "Priorité", "Priority"];

impl Recognise for Glpi {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.message_id().and_then(|id| reference(&id));
        let tagged = || mail.is_automatic() && number(mail.subject()).is_some();
        let found = match own {
            Some(found) => found,
            None if tagged() => {
                reference_of(mail).or_else(|| is_default_tag(mail.subject()).then(Reference::default))?
            }
            None => return None,
        };
        Some(Sign::of(Platform::Glpi, found.class == "User"))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let text = mail.text();
        Facts {
            host: mail.sender_host(),
            topic: topic(mail),
            title: Some(labelled(text, &TITLES).map_or_else(|| title(mail.subject()), str::to_owned)),
            author: entry(text).map(|(author, _)| author).or_else(|| labelled(text, &REQUESTERS)).map(str::to_owned),
            url: mail.link(|link| link.contains("redirect=") || link.contains(".form.php?id=")),
            words: words(text),
            urgent: labels_high(text),
        }
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        const EVENTS: [&str; 6] = [
            "ticket résolu",
            "résolution du ticket",
            "clôture du ticket",
            "ticket clos",
            "ticket solved",
            "ticket closed",
        ];
        let event = mail.subject().split_once("] ").map_or("", |(_, event)| event).to_lowercase();
        EVENTS.iter().any(|words| event.starts_with(words))
    }
}

/// `GLPI_UUID-CLASS-ID/event…@host`, `GLPI-UUID-CLASS-ID` before 10.0.8.
#[derive(Default)]
struct Reference {
    class: String,
    number: String,
}

fn reference(id: &str) -> Option<Reference> {
    let (local, _) = split_id(id);
    let rest = local.strip_prefix("GLPI_").or_else(|| local.strip_prefix("GLPI-"))?;
    let object = rest.split(['/', '.']).next()?;
    let (object, number) = object.rsplit_once('-')?;
    let (_, class) = object.rsplit_once('-')?;
    is_number(number).then(|| Reference { class: class.to_owned(), number: number.to_owned() })
}

fn reference_of(mail: &Mail<'_>) -> Option<Reference> {
    mail.all_ids().find_map(|id| reference(&id))
}

/// The number in `[PREFIX #0000123]`, without zeros before it.
fn number(subject: &str) -> Option<&str> {
    let (tag, _) = tag(subject)?;
    let number = tag.rsplit_once('#')?.1;
    let bare = number.trim_start_matches('0');
    (number.len() >= 7 && is_number(bare)).then_some(bare)
}

/// `GLPI` is the prefix of who configured none.
fn is_default_tag(subject: &str) -> bool {
    tag(subject).is_some_and(|(tag, _)| tag.starts_with("GLPI #"))
}

fn topic(mail: &Mail<'_>) -> Option<String> {
    match reference_of(mail) {
        Some(Reference { class, number }) => Some(format!("{class}-{number}")),
        None => number(mail.subject()).map(|number| format!("Ticket-{number}")),
    }
}

fn title(subject: &str) -> String {
    let rest = tag(subject).map_or(subject, |(_, rest)| rest).trim();
    let event = EVENTS.iter().filter(|event| rest.starts_with(*event)).max_by_key(|event| event.len());
    let title = event.map_or(rest, |event| rest[event.len()..].trim_start_matches([' ', ':', '-']));
    if title.is_empty() { rest.to_owned() } else { title.to_owned() }
}

/// The first follow-up: `[14-03-2026 02:30] NAME`, then its words.
fn entry(text: &str) -> Option<(&str, &str)> {
    let is_head = |line: &str| author_of(line).is_some();
    let head = text.lines().find(|line| is_head(line))?;
    let words = after(text, is_head).unwrap_or_default();
    Some((author_of(head)?, until(words, is_head)))
}

fn author_of(line: &str) -> Option<&str> {
    let (date, author) = tag(line)?;
    (leading_number(date).is_some() && date.contains(':') && !author.is_empty()).then_some(author)
}

/// What follows a label and a colon, on that line and below it, up to the counts that come next.
fn paragraph(text: &str, labels: &[&str]) -> Option<String> {
    let bare = |line: &str| {
        labels.iter().find_map(|label| line.trim().strip_prefix(label)?.trim_start().strip_prefix(':').map(str::len))
    };
    let first = text.lines().find(|line| bare(line).is_some())?.trim();
    let first = &first[first.len() - bare(first)?..];
    let rest = after(text, |line| bare(line).is_some()).unwrap_or_default();
    let counts = |line: &str| ["Nombre de", "Number of"].iter().any(|words| line.trim_start().starts_with(words));
    Some(format!("{first}\n{}", until(rest, counts)))
}

fn words(text: &str) -> Option<String> {
    let entry = entry(text).map(|(_, words)| words.to_owned());
    let words = entry.or_else(|| paragraph(text, &SOLUTIONS)).or_else(|| paragraph(text, &DESCRIPTIONS))?;
    Some(until(&words, |line| line.trim_end() == "--").to_owned())
}

fn labels_high(text: &str) -> bool {
    URGENCIES
        .iter()
        .filter_map(|label| labelled(text, &[label]))
        .any(|value| is_high(value) || value.eq_ignore_ascii_case("majeure") || value.eq_ignore_ascii_case("major"))
}
