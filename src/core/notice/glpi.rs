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
const EVENTS: [&str; 30] = [
    "Nouveau ticket", "Nouveau suivi", "Nouvelle tâche", "Nouvel utilisateur dans les demandeurs", "Mise à jour d'un ticket",
    "Mise à jour d'un suivi", "Mise à jour d'une tâche", "Mise à jour du ticket", "Suppression d'un ticket",
    "Suppression d'un suivi", "Ticket résolu", "Clôture du ticket", "Clôture d'un ticket", "Demande de validation",
    "Réponse à la demande de validation", "Ticket en attente", "New ticket", "New followup", "New task",
    "Update of a ticket", "Update of a followup", "Update of a task", "Ticket solved", "Closure of a ticket",
    "Ticket closed", "Approval request", "Neues Ticket", "Neue Nachverfolgung", "Ticket gelöst", "Neue Aufgabe",
];

const TITLES: [&str; 3] = ["Titre", "Title", "Titel"];
const REQUESTERS: [&str; 5] = ["Demandeurs", "Demandeur", "Requesters", "Requester", "Anforderer"];
const DESCRIPTIONS: [&str; 2] = ["Description", "Beschreibung"];
const WRITERS: [&str; 7] = ["Rédacteur", "Auteur", "Par", "Writer", "Author", "By", "Verfasser"];
/// What stands below the description of a follow-up or a task in the template that GLPI brings along.
#[rustfmt::skip]
const BELOW: [&str; 13] = [
    "Date", "Opening date", "Date d'ouverture", "Type de demande", "Source de la demande", "Origine de la demande", "Request source",
    "Request type", "Temps", "Durée", "Duration", "Catégorie", "Category",
];
/// Lines that follow the entries.
#[rustfmt::skip]
const COUNTS: [&str; 5] =
    ["Nombre de suivis", "Nombre de tâches", "Number of followups", "Number of tasks", "Anzahl der "];
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

/// Who wrote the first follow-up, and its words: `[14-03-2026 02:30] NAME` above them; or in the template that GLPI brings along,
/// a line for each of writer and description.
fn entry(text: &str) -> Option<(&str, &str)> {
    let head = text.lines().find_map(headed)?;
    let below = after(text, |line| headed(line).is_some()).unwrap_or_default();
    let below =
        until(below, |line| headed(line).is_some() || COUNTS.iter().any(|words| line.trim().starts_with(words)));
    if !head.is_empty() && !head.contains(':') {
        return Some((head, below));
    }
    let written = after(below, |line| valued(line, &WRITERS).is_some())?;
    let author = below.lines().find_map(|line| valued(line, &WRITERS))?;
    let words = written.trim_start();
    let first = valued(words.lines().next()?, &DESCRIPTIONS)?;
    let begin = words.find(first)?;
    Some((author, until(&words[begin..], |line| valued(line, &BELOW).is_some())))
}

/// What stands behind the date of a follow-up or a task.
fn headed(line: &str) -> Option<&str> {
    let (date, rest) = tag(line)?;
    (leading_number(date).is_some() && date.contains(':')).then(|| rest.trim())
}

/// The value behind a label, with or without a colon.
fn valued<'a>(line: &'a str, labels: &[&str]) -> Option<&'a str> {
    let line = line.trim();
    let rest = labels
        .iter()
        .filter_map(|label| line.strip_prefix(label))
        .find(|rest| rest.starts_with([' ', ':', '\u{a0}']))?;
    Some(rest.trim_start_matches([' ', ':', '\u{a0}'])).filter(|value| !value.is_empty())
}

/// What follows a label and a colon, on that line and below it, up to the counts that come next.
fn paragraph(text: &str, labels: &[&str]) -> Option<String> {
    let bare = |line: &str| {
        labels.iter().find_map(|label| line.trim().strip_prefix(label)?.trim_start().strip_prefix(':').map(str::len))
    };
    let first = text.lines().find(|line| bare(line).is_some())?.trim();
    let first = &first[first.len() - bare(first)?..];
    let rest = after(text, |line| bare(line).is_some()).unwrap_or_default();
    let counts =
        |line: &str| ["Nombre de", "Number of", "Anzahl der"].iter().any(|words| line.trim_start().starts_with(words));
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
