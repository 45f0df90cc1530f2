//! Which platform sent a message, and what it says of itself. A platform is one file that implements [`Recognise`].

use super::{
    bugzilla::Bugzilla, debbugs::Debbugs, discourse::Discourse, freescout::Freescout, gitea::Gitea, github::Github,
    gitlab::Gitlab, glpi::Glpi, jira::Jira, launchpad::Launchpad, mail::Mail, mailinglist::Mailinglist, mantis::Mantis,
    nodebb::Nodebb, osticket::Osticket, otrs::Otrs, phabricator::Phabricator, phpbb::Phpbb, platform::Platform,
    redmine::Redmine, rt::Rt, trac::Trac, zammad::Zammad, zendesk::Zendesk,
};

/// A platform's marks and its conventions.
pub(super) trait Recognise: Sync {
    /// Whether the message is this platform's, from its header alone.
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign>;

    /// What the message says, once it is recognised as a notification. Untrusted: the caller sanitises.
    fn facts(&self, mail: &Mail<'_>) -> Facts;
}

/// What a platform recognised.
pub(super) enum Sign {
    /// Somebody wrote something.
    Notification(Platform),
    /// Password, login or security mail.
    Account(Platform),
}

impl Sign {
    /// A notification, or an account mail where `account` says so.
    pub(super) fn of(platform: Platform, account: bool) -> Self {
        if account { Self::Account(platform) } else { Self::Notification(platform) }
    }
}

/// The facts as the message has them, before anything is sanitised.
#[derive(Default)]
pub(super) struct Facts {
    /// The platform's host; the From address's when there is no better one.
    pub(super) host: Option<String>,
    /// The topic or ticket, unique on that host.
    pub(super) topic: Option<String>,
    pub(super) title: Option<String>,
    pub(super) author: Option<String>,
    pub(super) url: Option<String>,
    /// The new words, without quotes and footers.
    pub(super) words: Option<String>,
    pub(super) urgent: bool,
}

/// In the order of trial: imitators before the imitated (Gitea sends GitHub's and GitLab's headers too), a product's own
/// header before msg-id forms, lists last (a ticket mail relayed by a list bears the list's List-Id).
const PLATFORMS: [&dyn Recognise; 22] = [
    &Gitea,
    &Github,
    &Gitlab,
    &Redmine,
    &Zammad,
    &Otrs,
    &Rt,
    &Phpbb,
    &Bugzilla,
    &Launchpad,
    &Debbugs,
    &Trac,
    &Phabricator,
    &Jira,
    &Freescout,
    &Osticket,
    &Zendesk,
    &Discourse,
    &Glpi,
    &Nodebb,
    &Mantis,
    &Mailinglist,
];

/// The first platform that recognises the message.
pub(super) fn recognise(mail: &Mail<'_>) -> Option<(Sign, &'static dyn Recognise)> {
    PLATFORMS.into_iter().find_map(|platform| Some((platform.recognise(mail)?, platform)))
}
