//! Zendesk.

use super::{
    excerpt::{after, fresh, sections, until, without_first},
    mail::{Mail, split_id},
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{leading_number, untagged},
};

pub(super) struct Zendesk;

/// Length of the rules between comments.
const RULE: usize = 30;

/// Octets of the line of a comment's date.
const LONGEST_DATE: usize = 60;

/// How the line below the comments begins.
const FOOTERS: [&str; 3] = ["This email is a service", "Cet e-mail est un service", "Cet e-mail vous est envoyé"];

impl Recognise for Zendesk {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.has("X-Zendesk-From-Account-Id") || mail.header_has("X-Mailer", "zendesk mailer");
        let formed = || mail.message_id().is_some_and(|id| id.ends_with("_sprut@zendesk.com"));
        (own || formed()).then_some(Sign::Notification(Platform::Zendesk))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        Facts {
            host: None,
            topic: topic(mail),
            title: Some(untagged(mail.subject(), |_| true).to_owned()),
            author: mail.sender().map(str::to_owned),
            url: None,
            words: Some(words(mail.text())),
            urgent: false,
        }
    }
}

/// The ticket's number in `support+idN@…`, or else the code before the first `_` of the Message-ID, constant over a ticket.
fn topic(mail: &Mail<'_>) -> Option<String> {
    let answers = mail.reply_to();
    let numbered = answers.iter().find_map(|person| leading_number(person.address.split_once("+id")?.1));
    if let Some(number) = numbered {
        return Some(number.to_owned());
    }
    let id = mail.message_id()?;
    split_id(&id).0.strip_suffix("_sprut")?.split('_').next().map(str::to_owned)
}

/// The first comment between two rules, without the line of its author and date; in HTML, between two dates.
fn words(text: &str) -> String {
    if let [_, comment, ..] = sections(text, b'-', RULE).as_slice() {
        let (_, below) = comment.trim_start().split_once('\n').unwrap_or_default();
        // The name and the date may have a line each.
        if below.lines().next().is_some_and(is_date) {
            return fresh(without_first(below, |_| true));
        }
        return fresh(without_first(comment, |line| line.contains(':') && line.contains(',')));
    }
    let Some(comment) = after(text, is_date) else {
        return fresh(without_first(text, |line| line.starts_with("##-")));
    };
    let first = until(comment, |line| is_date(line) || FOOTERS.iter().any(|words| line.trim().starts_with(words)));
    // The line above the next date is the name of who wrote the next comment.
    let is_cut = comment[first.len()..].lines().next().is_some_and(is_date);
    let whole = first.trim_end();
    fresh(if is_cut { whole.rsplit_once('\n').map_or("", |(words, _)| words) } else { whole })
}

/// `Apr 13, 2026, 22:01 UTC`
fn is_date(line: &str) -> bool {
    line.len() < LONGEST_DATE
        && line.contains(':')
        && line.contains(" UTC")
        && line.contains(|c: char| c.is_ascii_digit())
}
