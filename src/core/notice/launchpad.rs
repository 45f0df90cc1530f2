//! Launchpad's bug mail.

use super::{
    excerpt::{fresh, until, without_first},
    mail::Mail,
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
    subject::{number_after, untagged},
};

pub(super) struct Launchpad;

const HOST: &str = "bugs.launchpad.net";

impl Recognise for Launchpad {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.has("X-Launchpad-Bug") || mail.has("X-Launchpad-Notification-Type");
        own.then_some(Sign::Notification(Platform::Launchpad))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let number = number_after(mail.subject(), "[Bug ");
        Facts {
            host: Some(HOST.to_owned()),
            topic: number.map(str::to_owned),
            title: Some(untagged(mail.subject(), |tag| tag.starts_with("Bug ") || tag == "NEW").to_owned()),
            author: mail.sender().map(str::to_owned),
            url: number.map(|number| format!("https://{HOST}/bugs/{number}")),
            words: Some(words(mail.text())),
            urgent: mail.header("X-Launchpad-Bug").is_some_and(|value| is_important(&value)),
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        mail.header_has("X-Launchpad-Message-Rationale", "assignee")
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        ["status=fix released", "status=invalid", "status=won't fix"]
            .iter()
            .any(|status| mail.header_has("X-Launchpad-Bug", status))
    }
}

/// Between the sentence above a new report and the changes, whose lines begin with two asterisks.
fn words(text: &str) -> String {
    let said = without_first(text, |line| line.ends_with(" bug reported:"));
    fresh(until(said, |line| line.starts_with("** ")))
}

/// `distribution=ubuntu; …; importance=High; …`
fn is_important(value: &str) -> bool {
    value.split(';').filter_map(|pair| pair.trim().strip_prefix("importance=")).any(is_high)
}
