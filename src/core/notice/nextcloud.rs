//! Nextcloud (nextcloud/notifications, lib/MailNotifications.php; nextcloud/activity, lib/MailQueueHandler.php): no header of
//! its own. The subject ends with the name of the site, which is also the sender's.

use super::{
    excerpt::until,
    link,
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::leading_number,
};

pub(super) struct Nextcloud;

/// What stands before the name of the site in subjects; the number of notifications before some of them.
const SUBJECTS: [&str; 8] = [
    "New notification for ",
    "new notification for ",
    "nouvelle notification pour ",
    "new notifications for ",
    "Activity at ",
    "Nouvelle notification pour ",
    "nouvelles notifications pour ",
    "Activité sur ",
];

/// The page on which these mails are turned off.
const SETTINGS: &str = "/settings/user/notifications";

/// Where a site's own address ends in its links.
const PAGES: [&str; 6] = ["/index.php", "/settings/", "/apps/", "/f/", "/call/", "/s/"];

/// How the lines below the notifications begin.
const FOOTERS: [&str; 3] = ["-- ", "You can change the frequency", "Vous pouvez changer la fréquence"];

impl Recognise for Nextcloud {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let site = site(mail.subject())?;
        let named = || mail.sender().is_some_and(|sender| sender.trim() == site.trim());
        let links = mail.own_link(|_| true).is_some();
        let leaves = || mail.own_link(|link| link.contains(SETTINGS)).is_some();
        (links && (named() || leaves())).then_some(Sign::Notification(Platform::Nextcloud))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let found = mail.own_link(|_| true);
        Facts {
            host: found.as_deref().and_then(link::host),
            // One mail speaks of several objects.
            topic: None,
            title: Some(mail.subject().to_owned()),
            author: mail.sender().map(str::to_owned),
            url: found.as_deref().map(home),
            words: Some(words(mail.text()).to_owned()),
            urgent: false,
        }
    }
}

/// The name of the site at the end of a subject.
fn site(subject: &str) -> Option<&str> {
    let number = leading_number(subject).unwrap_or_default();
    let subject = subject[number.len()..].trim_start();
    SUBJECTS.iter().find_map(|words| subject.strip_prefix(words)).filter(|site| !site.trim().is_empty())
}

/// The address of the site that a link leads into; the link itself where it ends as such an address does.
fn home(link: &str) -> String {
    let begin = link.find("://").map_or(0, |at| at + 3);
    let path = link[begin..].find('/').map_or(link.len(), |at| begin + at);
    let page = PAGES.iter().filter_map(|page| link[path..].find(page)).min();
    let end = match page {
        Some(at) => path + at,
        None if link.ends_with('/') => link.len(),
        None => path,
    };
    format!("{}/", link[..end].trim_end_matches('/'))
}

/// Below the greeting.
fn words(text: &str) -> &str {
    let above = until(text, |line| FOOTERS.iter().any(|words| line.starts_with(words))).trim_start();
    let (first, rest) = above.split_once('\n').unwrap_or((above, ""));
    if first.trim_end().ends_with(',') { rest } else { above }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_in_a_folder_keeps_its_folder() {
        assert_eq!(home("https://a.example/cloud/index.php/f/12"), "https://a.example/cloud/");
        assert_eq!(home("https://a.example/f/12"), "https://a.example/");
        assert_eq!(home("https://a.example"), "https://a.example/");
    }
}
