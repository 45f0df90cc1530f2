//! Jira.

use super::{
    account,
    excerpt::{fresh, labelled, sections, until},
    link,
    mail::Mail,
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
};

pub(super) struct Jira;

/// Length of the rule below the sentence that says what happened.
const RULE: usize = 20;

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
            words: Some(words(mail.text())),
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

fn words(text: &str) -> String {
    let comment = match sections(text, b'-', RULE).as_slice() {
        [_, comment, ..] => comment,
        _ => text,
    };
    fresh(until(comment, |line| line.contains("This message was sent by Atlassian")))
}

/// In the quoted description of the issue, or in the table of a new one.
fn priority(text: &str) -> Option<&str> {
    text.lines().find_map(|line| labelled(line.trim_start_matches(['>', ' ']), &["Priority"]))
}
