//! GitHub and GitHub Enterprise.

use super::{
    account,
    excerpt::{fresh, until, without_first},
    link,
    mail::{Mail, split_id},
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, unnumbered, untagged},
};

pub(super) struct Github;

/// What the line above the words says.
const HEADS: [&str; 6] = [
    " approved this pull request",
    " requested changes on this pull request",
    " left a comment (",
    " created an issue (",
    " commented on this pull request",
    " created a discussion",
];

impl Recognise for Github {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.has("X-GitHub-Reason") || mail.has("X-GitHub-Sender");
        let listed = || mail.list_id().is_some_and(|id| is_repository(&id));
        if own || listed() {
            return Some(Sign::Notification(Platform::Github));
        }
        let account = mail.sender_host().as_deref() == Some("github.com")
            && mail.subject().starts_with("[GitHub]")
            && account::speaks_of_account(mail.subject());
        account.then_some(Sign::Account(Platform::Github))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let thread = mail.thread().into_iter().chain(mail.message_id()).find_map(|id| Thread::of(&id));
        let (host, topic, url) = match thread {
            Some(Thread { host, topic, path }) => {
                let url = mail.link(|link| link.contains(&path)).unwrap_or_else(|| format!("https://{host}{path}"));
                (Some(host), Some(topic), Some(link::without_fragment(&url).to_owned()))
            }
            None => (None, None, None),
        };
        Facts {
            host,
            topic,
            url,
            title: Some(unnumbered(untagged(mail.subject(), |tag| tag.contains('/'))).to_owned()),
            author: mail.sender().map(str::to_owned),
            words: Some(words(mail.text())),
            urgent: mail.header_has("X-GitHub-Reason", "security_alert"),
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        let reason = mail.header("X-GitHub-Reason").unwrap_or_default();
        matches!(reason.as_str(), "mention" | "assign" | "review_requested" | "security_alert")
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        let first = mail.text().trim_start();
        ["Closed #", "Merged #"].iter().any(|words| first.starts_with(words))
    }
}

/// `REPOSITORY.OWNER.github.com`; a list of the company's own has one label before its host.
fn is_repository(list: &str) -> bool {
    list.strip_suffix(".github.com").is_some_and(|labels| labels.contains('.'))
}

/// `OWNER/REPOSITORY/issues/N[/…]@HOST`, the same with `pull`, `discussions`, `releases`, …
struct Thread {
    host: String,
    topic: String,
    path: String,
}

impl Thread {
    fn of(id: &str) -> Option<Self> {
        let (local, host) = split_id(id);
        let mut parts = local.split('/');
        let (owner, repository, class, number) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let class = class.strip_prefix("repo-").unwrap_or(class);
        let topic = match class {
            "issues" | "pull" if is_number(number) => format!("{owner}/{repository}#{number}"),
            _ => format!("{owner}/{repository}/{class}/{number}"),
        };
        Some(Self { host: host?.to_lowercase(), topic, path: format!("/{owner}/{repository}/{class}/{number}") })
    }
}

fn words(text: &str) -> String {
    let said = without_first(text, |line| HEADS.iter().any(|head| line.contains(head)) && line.ends_with([')', '.']));
    let own = until(said, |line| line.starts_with("You can view, comment on, or merge this pull request"));
    fresh(&without_hunks(own))
}

/// Without the lines of a change that a review is about: from `> @@` to the next empty line.
fn without_hunks(text: &str) -> String {
    let mut in_hunk = false;
    let kept = text.lines().filter(|line| {
        in_hunk = line.starts_with("> @@") || in_hunk && !line.trim().is_empty();
        !in_hunk
    });
    kept.collect::<Vec<_>>().join("\n")
}
