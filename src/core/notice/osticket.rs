//! osTicket (osTicket/osTicket, include/class.mailer.php): its answers bear the ticket's number in the subject, its alerts to
//! agents in the body only.

use super::{
    account,
    excerpt::{labelled, unquoted, until, without_last_rules},
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{leading_number, number_after, unanswered},
};

pub(super) struct Osticket;

/// An alert to an agent that went through a mailer which drops `X-Mailer`.
pub(super) struct OsticketAlert;

/// Ends of subjects of alerts, which are no titles (include/i18n/*/templates/email).
const ALERT: &str = " Alert";

/// What the subject says of a ticket that is assigned to the reader, lower case (assigned.alert).
const ASSIGNED: [&str; 3] = ["assigned to you", "vous a été assigné", "vous est assigné"];

/// The page of a ticket that agents see, and nobody else.
const AGENTS_PAGE: &str = "/scp/tickets.php?id=";

/// Rows of the table of who and where, above the words of an alert.
const ROWS: [&str; 9] = ["From", "Department", "Subject", "Title", "De", "Département", "Service", "Sujet", "Titre"];

/// How the lines below the new words begin.
#[rustfmt::skip]
const FOOTERS: [&str; 7] = [
    "To view/respond to the ticket",
    "To view or respond to the ticket", "We hope this response", "Your friendly", "Pour consulter ou répondre au ticket",
    "Nous espérons que cette réponse", "L'équipe ",
];

/// How an answer ends: `Your TEAM Team,`.
const SIGNATURE: (&str, &str) = ("Your ", " Team,");

/// How a mail greets.
const GREETINGS: [&str; 5] = ["Hi ", "Dear ", "Hello ", "Bonjour ", "Cher "];

impl Recognise for Osticket {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let account = || number(mail.subject()).is_none() && account::speaks_of_account(mail.subject());
        mail.header_has("X-Mailer", "osticket").then(|| Sign::of(Platform::Osticket, account()))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let text = mail.text();
        let is_alert = is_alert(mail);
        let url = mail.link(|link| link.contains("tickets.php?id=") || link.contains("view.php?"));
        let requester = labelled(text, &["From", "De"]).map(|name| name.split('<').next().unwrap_or(name));
        let row = labelled(text, &["Subject", "Sujet"]);
        let title = mail.subject().split("[#").next().unwrap_or_default();
        Facts {
            host: url.as_deref().and_then(link::host),
            topic: number(mail.subject()).or_else(|| number_after(text, "#")).map(str::to_owned),
            title: Some(row.filter(|_| is_alert).unwrap_or(unanswered(title)).to_owned()),
            author: if is_alert { requester } else { mail.sender() }.map(str::to_owned),
            url,
            words: Some(words(text, is_alert)),
            urgent: false,
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        ASSIGNED.iter().any(|words| mail.subject().to_lowercase().contains(words))
    }
}

impl Recognise for OsticketAlert {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let is_alert = mail.subject().ends_with(ALERT) && number_after(mail.text(), "#").is_some();
        (is_alert && mail.own_link(|link| link.contains(AGENTS_PAGE)).is_some())
            .then_some(Sign::Notification(Platform::Osticket))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        Osticket.facts(mail)
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        Osticket.is_personal(mail)
    }
}

/// Whether it tells an agent of a ticket, rather than being its answer.
fn is_alert(mail: &Mail<'_>) -> bool {
    let leads = || number(mail.subject()).is_none() && mail.link(|link| link.contains(AGENTS_PAGE)).is_some();
    mail.subject().ends_with(ALERT) || leads()
}

/// N of `[#N]`
fn number(subject: &str) -> Option<&str> {
    let (_, rest) = subject.split_once("[#")?;
    leading_number(rest)
}

/// Below the greeting, or in an alert below the table of who and where; above the footer.
fn words(text: &str, is_alert: bool) -> String {
    let above = until(text, |line| {
        let line = line.trim();
        FOOTERS.iter().any(|words| line.starts_with(words))
            || line.starts_with(SIGNATURE.0) && line.ends_with(SIGNATURE.1)
    });
    let is_table = |line: &str| labelled(line, &ROWS).is_some();
    let lines: Vec<&str> = above.lines().collect();
    let skipped = match is_alert {
        true => {
            lines.iter().rposition(|line| is_table(line)).or_else(|| lines.iter().position(|line| names_ticket(line)))
        }
        false => lines.iter().position(|line| !line.trim().is_empty()).filter(|at| greets(lines[*at])),
    };
    unquoted(without_last_rules(&lines[skipped.map_or(0, |at| at + 1)..].join("\n")))
}

/// The sentence that says what happened to which ticket.
fn names_ticket(line: &str) -> bool {
    number_after(line, "#").is_some()
}

fn greets(line: &str) -> bool {
    let line = line.trim();
    line.ends_with(',') && GREETINGS.iter().any(|word| line.starts_with(word))
}
