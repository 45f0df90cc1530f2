//! Phabricator and Phorge (phacility/phabricator, src/applications/metamta).

use super::{
    account,
    excerpt::{until, without_first},
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
};

pub(super) struct Phabricator;

impl Recognise for Phabricator {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.has("X-Phabricator-Sent-This-Message");
        let account = || !mail.has("Thread-Topic") && account::speaks_of_account(mail.subject());
        own.then(|| Sign::of(Platform::Phabricator, account()))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let thread = mail.header("Thread-Topic").unwrap_or_default();
        let (object, title) = thread.split_once(": ").map_or((None, mail.subject()), |(id, title)| (Some(id), title));
        let url = object.and_then(|object| mail.link(|link| link.ends_with(&format!("/{object}"))));
        Facts {
            host: url.as_deref().and_then(link::host),
            topic: object.map(str::to_owned),
            title: Some(title.to_owned()),
            author: mail.sender().map(|name| person(name).to_owned()),
            words: Some(words(mail.text()).to_owned()),
            url,
            urgent: false,
        }
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        mail.subject().contains("[Closed]")
    }
}

/// `login (Name)` as `Name`.
fn person(sender: &str) -> &str {
    sender.split_once(" (").and_then(|(_, name)| name.strip_suffix(')')).unwrap_or(sender)
}

/// Between the sentences that say what happened and the first title in capitals: `TASK DETAIL`, `REVISION DETAIL`, …
fn words(text: &str) -> &str {
    let is_title = |line: &str| line.ends_with(" DETAIL") || line == "EMAIL PREFERENCES";
    let (said, rest) = text.trim_start().split_once("\n\n").unwrap_or((text, ""));
    let is_told = said.lines().all(|line| line.ends_with(['.', ':']) && !line.starts_with(' '));
    without_first(until(if is_told { rest } else { text }, is_title), |line| line.ends_with(" SUMMARY"))
}
