//! MantisBT (mantisbt/mantisbt, core/email_api.php), which marks its mail by a form of the subject and of Keywords.

use super::{
    excerpt::{after, labelled, sections},
    mail::Mail,
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, leading_number, unanswered},
};

pub(super) struct Mantis;

/// Digits of an issue number, with zeros before it (config_defaults_inc.php, display_bug_padding).
const DIGITS: usize = 7;
/// Length of the rules that part the body.
const RULE: usize = 60;

/// Labels of who reported an issue (lang/strings_*.txt, email_reporter).
const REPORTERS: [&str; 2] = ["Reported By", "Rapportée par"];

/// What the first sentence says of an issue that is done with (email_notification_title_for_status_bug_*).
const DONE: [&str; 4] = ["RESOLVED", "CLOSED", "RÉSOLUE", "FERMÉE"];

impl Recognise for Mantis {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let (project, ..) = issue(mail.subject())?;
        let categorised = mail.header("Keywords").is_some_and(|value| value.starts_with(&format!("[{project}]")));
        (categorised && mail.is_automatic()).then_some(Sign::Notification(Platform::Mantis))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let (_, number, title) = issue(mail.subject()).unwrap_or(("", "", mail.subject()));
        let note = note(mail.text());
        Facts {
            host: None,
            topic: Some(number.to_owned()),
            title: Some(title.to_owned()),
            author: note.map(|(author, _)| author).or_else(|| labelled(mail.text(), &REPORTERS)).map(str::to_owned),
            url: mail.link(|link| link.contains("view.php?id=")),
            words: note.map(|(_, words)| words).or_else(|| description(mail.text())).map(str::to_owned),
            urgent: labelled(mail.text(), &["Priority", "Priorité"]).is_some_and(is_high),
        }
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        let told = mail.text().trim_start().lines().next().unwrap_or_default();
        DONE.iter().any(|words| told.contains(words))
    }

    fn assignee(&self, mail: &Mail<'_>) -> Option<String> {
        labelled(mail.text(), &["Assigned To", "Affectée à"]).map(str::to_owned)
    }
}

/// `[PROJECT 0000412]: TITLE`
fn issue(subject: &str) -> Option<(&str, &str, &str)> {
    let (tag, title) = unanswered(subject).strip_prefix('[')?.split_once("]: ")?;
    let (project, number) = tag.rsplit_once(' ')?;
    let bare = number.trim_start_matches('0');
    (number.len() >= DIGITS && is_number(bare)).then_some((project, bare, title))
}

/// `(0000017) marc (updater) - DATE`, with a tilde before the number in older versions.
fn is_head(section: &str) -> bool {
    let number = section.trim_start().strip_prefix('(').map(|rest| rest.trim_start_matches('~'));
    number.and_then(leading_number).is_some_and(|digits| digits.len() >= DIGITS)
}

/// The description of an issue, up to the next rule.
fn description(text: &str) -> Option<&str> {
    let below = after(text, |line| line.trim() == "Description:" || line.trim() == "Description :")?;
    Some(sections(below, b'=', RULE)[0])
}

/// The last note: ` (~0001201) NAME (role) - DATE` and a link between two rules, then its words.
fn note(text: &str) -> Option<(&str, &str)> {
    let parts = sections(text, b'-', RULE);
    let note = parts.windows(2).rfind(|pair| is_head(pair[0]))?;
    let (head, words) = (note[0], note[1]);
    let (_, rest) = head.split_once(") ")?;
    let author = rest.lines().next()?.split(" (").next()?;
    Some((author.split(" - ").next()?, sections(words, b'=', RULE)[0]))
}
