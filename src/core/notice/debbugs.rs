//! Debian's bug tracking system.

use super::{
    excerpt::{fresh, until, without_first},
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{between, is_number, tag, unanswered},
};

pub(super) struct Debbugs;

const HOST: &str = "bugs.debian.org";

/// Pseudo-headers at the beginning of a report (www.debian.org/Bugs/Reporting).
const PSEUDO: [&str; 8] =
    ["Package:", "Source:", "Version:", "Severity:", "Tags:", "X-Debbugs-Cc:", "Control:", "User:"];

/// What the system writes around a title when it has received something.
const RECEIPTS: [&str; 2] = [": Acknowledgement (", ": Info received ("];

impl Recognise for Debbugs {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        mail.has("X-Debian-PR-Message").then_some(Sign::Notification(Platform::Debbugs))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let number = mail.header("X-Debian-PR-Message").and_then(|value| {
            let number = value.split_whitespace().find(|word| is_number(word))?;
            Some(number.to_owned())
        });
        Facts {
            host: Some(HOST.to_owned()),
            url: number.as_ref().map(|number| format!("https://{HOST}/{number}")),
            topic: number,
            title: Some(title(mail.subject()).to_owned()),
            author: mail.sender().map(str::to_owned),
            words: Some(words(mail.text())),
            urgent: false,
        }
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        mail.header_has("X-Debian-PR-Message", "closed") || mail.subject().contains("marked as done")
    }
}

/// `Bug#N: TITLE`, `Bug#N marked as done (TITLE)`.
fn title(subject: &str) -> &str {
    let subject = unanswered(subject);
    if let Some(title) = RECEIPTS.iter().find_map(|words| between(subject, words, ")")) {
        return title;
    }
    if subject.contains(" marked as done (") {
        return between(subject, " marked as done (", ")").unwrap_or(subject);
    }
    // A list that relays the report may have put its tag before the number.
    let report = tag(subject).map_or(subject, |(_, rest)| unanswered(rest));
    let numbered = report.split_once(':').filter(|(mark, _)| mark.strip_prefix("Bug#").is_some_and(is_number));
    numbered.map_or(subject, |(_, title)| unanswered(title))
}

fn words(text: &str) -> String {
    let is_pseudo = |line: &str| PSEUDO.iter().any(|name| line.starts_with(name));
    let mut rest = text.trim_start();
    while rest.lines().next().is_some_and(is_pseudo) {
        rest = without_first(rest, |_| true).trim_start();
    }
    // `reportbug` adds what it knows of the machine.
    fresh(until(rest, |line| line.starts_with("-- System Information")))
}
