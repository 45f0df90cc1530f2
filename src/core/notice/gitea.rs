//! Gitea and Forgejo (go-gitea/gitea, services/mailer). Both also send GitHub's and GitLab's headers.

use super::{
    account,
    excerpt::{fresh, without_first},
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{unnumbered, untagged},
};

pub(super) struct Gitea;

const REASON: [&str; 2] = ["X-Gitea-Reason", "X-Forgejo-Reason"];
const REPOSITORY: [&str; 2] = ["X-Gitea-Repository-Path", "X-Forgejo-Repository-Path"];
const ISSUE: [&str; 2] = ["X-Gitea-Issue-ID", "X-Forgejo-Issue-ID"];
const LINK: [&str; 4] =
    ["X-Gitea-Issue-Link", "X-Forgejo-Issue-Link", "X-Gitea-Repository-Link", "X-Forgejo-Repository-Link"];

/// What the line above a comment says.
const HEADS: [&str; 6] =
    [" created #", " a créé #", " on this ", " mentioned you:", " vous a mentionné", " a commenté "];

impl Recognise for Gitea {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let forgejo = mail.header_has("X-Mailer", "forgejo") || mail.has(REASON[1]) || mail.has(REPOSITORY[1]);
        let gitea = || mail.header_has("X-Mailer", "gitea") || mail.has(REASON[0]) || mail.has(REPOSITORY[0]);
        let platform = match forgejo {
            true => Platform::Forgejo,
            false if gitea() => Platform::Gitea,
            false => return None,
        };
        let about_repository = mail.first_of(&REPOSITORY).is_some();
        Some(Sign::of(platform, !about_repository && !account::is_threaded(mail)))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let url = mail.first_of(&LINK).map(|link| link::without_fragment(&link).to_owned());
        let repository = mail.first_of(&REPOSITORY);
        let topic = match (repository, mail.first_of(&ISSUE)) {
            (Some(path), Some(number)) => Some(format!("{path}#{number}")),
            _ => None,
        };
        Facts {
            host: url.as_deref().and_then(link::host),
            topic,
            title: Some(unnumbered(untagged(mail.subject(), |tag| tag.contains('/'))).to_owned()),
            author: mail.sender().map(str::to_owned),
            url,
            words: Some(fresh(without_first(mail.text(), |line| {
                line.contains('@') && HEADS.iter().any(|head| line.contains(head))
            }))),
            urgent: false,
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        let reason = mail.first_of(&REASON).unwrap_or_default();
        matches!(reason.as_str(), "mention" | "assign" | "review_requested" | "assigned")
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        let first = mail.text().trim_start().lines().next().unwrap_or_default();
        [" closed ", " merged ", " a fermé ", " a fusionné "].iter().any(|words| first.contains(words))
    }
}
