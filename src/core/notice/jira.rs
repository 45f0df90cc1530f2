//! Jira.

use super::{
    account,
    excerpt::{fresh, labelled, sections, until, without_head},
    link,
    mail::Mail,
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
    subject::unanswered,
};

pub(super) struct Jira;

/// Length of the rule below the sentence that says what happened.
const RULE: usize = 20;

/// Labels of lines about a new issue.
const ATTRIBUTES: [&str; 14] = [
    "Summary",
    "Key",
    "URL",
    "Project",
    "Issue Type",
    "Components",
    "Affects Versions",
    "Fix Versions",
    "Reporter",
    "Assignee",
    "Priority",
    "Environment",
    "Created",
    "Labels",
];

/// What the sentence about an event says between a person and the issue.
const VERBS: [&str; 7] =
    [" commented on", " created", " updated", " reassigned", " assigned", " resolved", " mentioned you on"];

/// How the lines below the words begin.
const FOOTERS: [&str; 4] =
    ["This message was sent by Atlassian", "Add Comment", "Ajouter un commentaire", "View issue"];

impl Recognise for Jira {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let account = || issue(mail.subject()).is_none() && account::speaks_of_account(mail.subject());
        mail.has("X-JIRA-FingerPrint").then(|| Sign::of(Platform::Jira, account()))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let (key, title) = issue(mail.subject()).map_or((None, mail.subject()), |(key, title)| (Some(key), title));
        let url = key.and_then(|key| mail.link(|link| page(link).ends_with(&format!("/browse/{key}"))));
        Facts {
            host: mail.sender_host(),
            topic: key.map(str::to_owned),
            title: Some(title.to_owned()),
            author: mail.sender().map(|name| name.split(" (J").next().unwrap_or(name).to_owned()),
            url: url.as_deref().map(page).map(str::to_owned),
            words: Some(words(mail.text(), key, title)),
            urgent: priority(mail.text()).is_some_and(is_high),
        }
    }
}

fn page(url: &str) -> &str {
    let url = link::without_fragment(url);
    url.split('?').next().unwrap_or(url)
}

/// `[jira] [Commented] (KEY-77) TITLE`
fn issue(subject: &str) -> Option<(&str, &str)> {
    let (_, rest) = subject.split_once('(')?;
    let (key, title) = rest.split_once(") ")?;
    let (project, number) = key.split_once('-')?;
    let formed = !project.is_empty() && project.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (formed && super::subject::is_number(number)).then_some((key, title))
}

/// Below the rule and what stands there of a new issue; in HTML, below the line that leads to the issue.
fn words(text: &str, key: Option<&str>, title: &str) -> String {
    let comment = match sections(text, b'-', RULE).as_slice() {
        [_, comment, ..] => comment,
        _ => text,
    };
    let is_end = |line: &str| FOOTERS.iter().any(|words| line.trim().starts_with(words));
    let heads = |line: &str| {
        labelled(line, &ATTRIBUTES).is_some()
            || unanswered(line) == title
            || VERBS.iter().any(|verb| line.contains(verb)) && key.is_some_and(|key| line.contains(key))
    };
    fresh(without_head(until(comment, is_end), heads))
}

/// In the quoted description of the issue, or in the table of a new one.
fn priority(text: &str) -> Option<&str> {
    text.lines().find_map(|line| labelled(line.trim_start_matches(['>', ' ']), &["Priority"]))
}
