//! Redmine (redmine/redmine, app/models/mailer.rb and app/views/mailer).

use super::{
    account,
    excerpt::{fresh, sections, without_first, without_head},
    link,
    mail::{Mail, split_id},
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
    subject::{leading_number, tag, unanswered},
};

pub(super) struct Redmine;

/// Length of the rules around the description of an issue.
const RULE: usize = 20;
/// Length of the rules that are made from those of HTML.
const HTML_RULE: usize = 3;

impl Recognise for Redmine {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.has("X-Redmine-Host") || mail.header_has("X-Mailer", "redmine");
        // Every mail bears a List-Id, but only what is about a project names one.
        let of_account = || !mail.has("X-Redmine-Project") && account::speaks_of_account(mail.subject());
        let account = || topic(mail).is_none() && (!account::is_threaded(mail) || of_account());
        own.then(|| Sign::of(Platform::Redmine, account()))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let host =
            mail.header("X-Redmine-Host").map(|host| host.split(['/', ':']).next().unwrap_or_default().to_owned());
        let topic = topic(mail);
        let issue = topic.as_deref().and_then(|topic| topic.strip_prefix("issue-"));
        let url = mail.link(|link| link.contains("/issues/") || link.contains("/boards/"));
        Facts {
            title: Some(title(mail, issue)),
            author: mail.sender().map(str::to_owned),
            url: url.as_deref().map(link::without_fragment).map(str::to_owned),
            words: Some(words(mail)),
            urgent: mail.header("X-Redmine-Issue-Priority").is_some_and(|value| is_high(&value)),
            host,
            topic,
        }
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        const DONE: [&str; 6] = ["Closed", "Resolved", "Rejected", "Fermé", "Résolu", "Rejeté"];
        let rest = tag(unanswered(mail.subject())).map_or("", |(_, rest)| rest);
        rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).is_some_and(|(status, _)| DONE.contains(&status))
    }

    fn assignee(&self, mail: &Mail<'_>) -> Option<String> {
        mail.header("X-Redmine-Issue-Assignee")
    }
}

fn topic(mail: &Mail<'_>) -> Option<String> {
    let numbered = |name: &str, kind: &str| mail.header(name).map(|id| format!("{kind}-{id}"));
    numbered("X-Redmine-Issue-Id", "issue").or_else(|| numbered("X-Redmine-Topic-Id", "topic")).or_else(|| {
        mail.all_ids().find_map(|id| {
            let number = leading_number(split_id(&id).0.strip_prefix("redmine.issue-")?)?;
            Some(format!("issue-{number}"))
        })
    })
}

/// The line `Bug #31: title` of the body, or the subject `[PROJECT - Bug #31] (STATUS) title`.
fn title(mail: &Mail<'_>, issue: Option<&str>) -> String {
    let mark = issue.map(|issue| format!("#{issue}: "));
    let of_body = mark.as_ref().and_then(|mark| mail.text().lines().find_map(|line| line.split_once(mark.as_str())));
    if let Some((_, title)) = of_body {
        return title.to_owned();
    }
    let rest = tag(unanswered(mail.subject())).map_or(mail.subject(), |(_, rest)| rest);
    let status = rest.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    status.filter(|_| issue.is_some()).map_or(rest, |(_, title)| title).to_owned()
}

/// What a line says of an attribute that was changed, in text and HTML, in the languages of our readers.
const CHANGED: [&str; 12] = [
    " changed from ",
    " changed to ",
    " set to ",
    " updated",
    " added",
    " deleted",
    " changé de ",
    " mis à ",
    " modifié",
    " mise à jour",
    " ajouté",
    " supprimé",
];

/// Whether a line tells an attribute's change: it ends without a full stop, which sentences have.
fn is_change(line: &str) -> bool {
    !line.ends_with(['.', '!', '?', ':']) && CHANGED.iter().any(|words| line.contains(words))
}

/// A change stands before the first rule, the text of a new issue behind the second; in HTML a rule more stands above each.
fn words(mail: &Mail<'_>) -> String {
    let parts = match mail.is_plain() {
        true => sections(mail.text(), b'-', RULE),
        false => sections(mail.text(), b'-', HTML_RULE).split_off(1),
    };
    let Some(first) = parts.first() else { return fresh(mail.text()) };
    let own = |line: &str| line.starts_with("http") || mail.sender() == Some(line);
    let change = match mail.is_plain() && !first.trim_start().starts_with("http") {
        true => without_first(first, |_| true),
        false => first,
    };
    let words = fresh(without_changes(without_head(change, own)));
    match parts.as_slice() {
        [_, _, description, ..] if words.trim().is_empty() => fresh(description),
        _ if !mail.is_plain() => without_issue(&words).to_owned(),
        _ => words,
    }
}

/// Without the title and the attributes that stand above the description of a new issue in HTML.
fn without_issue(words: &str) -> &str {
    let below = without_head(words, |line| line.contains('#') && line.contains(": "));
    match below.len() < words.len() {
        true => without_head(below, |line| line.starts_with("- ") && line.contains(": ")),
        false => words,
    }
}

/// Without the attributes that a new issue lists, or the changes of attributes that stand above a note.
fn without_changes(text: &str) -> &str {
    without_head(text, |line| line.starts_with("* ") || is_change(line))
}
