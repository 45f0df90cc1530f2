//! GitLab.

use super::{
    excerpt::{fresh, without_first, without_head},
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{unanswered, unnumbered},
};

pub(super) struct Gitlab;

/// The header of each class of thing, the sign before its number, and where it lives below its project.
const CLASSES: [(&str, &str, &str); 4] = [
    ("X-GitLab-Issue-IID", "#", "issues"),
    ("X-GitLab-MergeRequest-IID", "!", "merge_requests"),
    ("X-GitLab-Epic-IID", "&", "epics"),
    ("X-GitLab-Snippet-ID", "$", "snippets"),
];

/// How the line before a comment ends or goes on.
const HEADS: [&str; 4] = [" commented:", " commented on ", " created ", " started a new discussion"];

/// How the lines begin that stand above the description of a new issue or merge request, and below what became of one.
const LABELS: [&str; 13] = [
    "New Issue was created",
    "New Merge Request",
    "New merge request",
    "Issue ",
    "Merge request URL:",
    "Merge Request ",
    "Project:Branches:",
    "Author:",
    "Assignee",
    "Reviewer",
    "Milestone:",
    "https://",
    "http://",
];

impl Recognise for Gitlab {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        if ["X-GitLab-Project", "X-GitLab-Project-Path", "X-GitLab-NotificationReason"]
            .iter()
            .any(|name| mail.has(name))
        {
            return Some(Sign::Notification(Platform::Gitlab));
        }
        // What is not about a project is about the account, and comes from the host itself.
        let host = mail.sender_host().unwrap_or_default();
        let named = || mail.sender_local() == "gitlab" || mail.sender() == Some("GitLab");
        let account = (host.starts_with("gitlab.") || host.ends_with(".gitlab.com") || named())
            && mail.header_has("Auto-Submitted", "auto-generated")
            && mail.has("X-Auto-Response-Suppress")
            && !mail.has("List-Id");
        account.then_some(Sign::Account(Platform::Gitlab))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let host = host(mail);
        let path = mail.header("X-GitLab-Project-Path");
        let thing = CLASSES.iter().find_map(|(name, sign, class)| Some((mail.header(name)?, sign, class)));
        let (topic, url) = match (&path, &host, thing) {
            (Some(path), Some(host), Some((number, sign, class))) => {
                let place = format!("/{class}/{number}");
                let url = mail.link(|link| link::without_fragment(link).ends_with(&place));
                let url = url.unwrap_or_else(|| format!("https://{host}/{path}/-{place}"));
                (Some(format!("{path}{sign}{number}")), Some(link::without_fragment(&url).to_owned()))
            }
            _ => (None, None),
        };
        Facts {
            host,
            topic,
            url,
            title: Some(title(mail.subject()).to_owned()),
            author: mail.sender().map(|name| name.split(" (@").next().unwrap_or(name).to_owned()),
            words: Some(words(mail.text())),
            urgent: false,
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        let reason = mail.header("X-GitLab-NotificationReason").unwrap_or_default();
        matches!(reason.as_str(), "mentioned" | "assigned" | "review_requested" | "directly_addressed")
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        let first = mail.text().trim_start().lines().next().unwrap_or_default();
        ["was closed", "was merged", "has been closed"].iter().any(|words| first.contains(words))
    }
}

/// Without what stands above a comment or a description; the sentence that says what happened where there is neither.
fn words(text: &str) -> String {
    let said = without_first(text, |line| HEADS.iter().any(|head| line.contains(head)));
    let is_label = |line: &str| LABELS.iter().any(|label| line.starts_with(label));
    let described = fresh(without_head(said, is_label));
    let (first, below) = said.trim_start().split_once('\n').unwrap_or((said, ""));
    let told = || format!("{first}\n{}", fresh(without_head(below, is_label)));
    let is_told = !is_label(first) && below.lines().next().is_some_and(is_label);
    if is_told || described.trim().is_empty() { told() } else { described }
}

/// The host of the link to unsubscribe: From may be of a mail domain.
fn host(mail: &Mail<'_>) -> Option<String> {
    let unsubscribe = mail.header("List-Unsubscribe");
    unsubscribe.and_then(|value| link::host(&link::of_field(&value)?)).or_else(|| mail.sender_host())
}

/// `PROJECT | TITLE (#N)`
fn title(subject: &str) -> &str {
    let subject = unanswered(subject);
    unnumbered(subject.split_once(" | ").map_or(subject, |(_, title)| title))
}
