//! Every platform, in the order of trial.

use super::{
    account::AccountPage,
    bugzilla::Bugzilla,
    debbugs::Debbugs,
    discourse::Discourse,
    flarum::Flarum,
    freescout::Freescout,
    freshdesk::Freshdesk,
    gitea::Gitea,
    github::Github,
    gitlab::Gitlab,
    glpi::Glpi,
    jira::Jira,
    launchpad::Launchpad,
    mail::Mail,
    mailinglist::Mailinglist,
    mantis::Mantis,
    mattermost::Mattermost,
    nextcloud::Nextcloud,
    nodebb::Nodebb,
    osticket::{Osticket, OsticketAlert},
    otrs::Otrs,
    phabricator::Phabricator,
    phpbb::Phpbb,
    recognise::{Mark, Recognise, Recognised},
    redmine::Redmine,
    rt::Rt,
    trac::Trac,
    zammad::Zammad,
    zendesk::Zendesk,
};

/// Imitators before the imitated (Gitea sends GitHub's and GitLab's headers too), a product's own header before msg-id forms,
/// lists last (a ticket mail relayed by a list bears the list's List-Id).
const BY_HEADER: [&dyn Recognise; 22] = [
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

/// Those that nothing but the body marks, tried when no header told.
const BY_BODY: [&dyn Recognise; 6] = [&Flarum, &Nextcloud, &Mattermost, &OsticketAlert, &Freshdesk, &AccountPage];

/// The first platform that recognises the message.
pub(super) fn recognise(mail: &Mail<'_>) -> Option<Recognised> {
    let of = |mark: Mark| {
        move |rules: &'static dyn Recognise| Some(Recognised { sign: rules.recognise(mail)?, mark, rules })
    };
    let told = BY_HEADER.into_iter().find_map(of(Mark::Header));
    told.or_else(|| BY_BODY.into_iter().filter(|_| is_by_a_machine(mail)).find_map(of(Mark::Body)))
}

/// What a person answers or forwards quotes such a body whole, and is that person's.
fn is_by_a_machine(mail: &Mail<'_>) -> bool {
    !mail.text().is_empty() && !mail.is_answer() && !mail.has("User-Agent")
}
