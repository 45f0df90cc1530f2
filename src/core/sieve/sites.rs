//! The site of a platform, `PLATFORM@HOST`, as tests of header fields.

use super::{
    platforms::numbered,
    test::{
        How::{Contains, Is, Matches},
        Test,
    },
};
use crate::core::notice::Platform;

/// Whether a mail of `platform` is of the site `host`, never wider; `None` if its header does not say it.
pub(super) fn site(platform: Platform, host: &str) -> Option<Test> {
    let sender = || Test::From(":domain", Is, vec![host.to_owned()]);
    let links = |name: &str| {
        let bases = [format!("https://{host}"), format!("http://{host}")];
        let keys = bases.iter().flat_map(|base| [base.clone(), format!("{base}/*"), format!("<{base}/*")]);
        Test::header(Matches, &[name], &keys.collect::<Vec<_>>())
    };
    let or_sender =
        |own: Test, names: &[&str]| Test::Any(vec![own, Test::All(vec![Test::exists(names).negated(), sender()])]);
    Some(match platform {
        // The last two name their site in the body only, the others are not recognised.
        Platform::Flarum
        | Platform::Freshdesk
        | Platform::Nextcloud
        | Platform::Mattermost
        | Platform::Osticket
        | Platform::Phabricator => return None,
        Platform::Launchpad => constant(host == "bugs.launchpad.net"),
        Platform::Debbugs => constant(host == "bugs.debian.org"),
        Platform::Gitea | Platform::Forgejo => {
            const LINKS: [&str; 4] =
                ["X-Gitea-Issue-Link", "X-Forgejo-Issue-Link", "X-Gitea-Repository-Link", "X-Forgejo-Repository-Link"];
            or_sender(Test::Any(LINKS.iter().map(|name| links(name)).collect()), &LINKS)
        }
        Platform::Github => github_site(host, sender()),
        Platform::Gitlab => or_sender(links("List-Unsubscribe"), &["List-Unsubscribe"]),
        Platform::Redmine => {
            let keys = [host.to_owned(), format!("{host}/*"), format!("{host}:*")];
            or_sender(Test::header(Matches, &["X-Redmine-Host"], &keys), &["X-Redmine-Host"])
        }
        Platform::Rt => rt_site(host, sender()),
        Platform::Phpbb => {
            let keys = [format!("*://{host}"), format!("*://{host}/*"), format!("*://{host}:*")];
            or_sender(Test::header(Matches, &["X-phpBB-Origin"], &keys), &["X-phpBB-Origin"])
        }
        Platform::Trac => Test::Any(vec![
            links("X-URL"),
            Test::All(vec![Test::exists(&["X-URL"]).negated(), links("X-Trac-Ticket-URL")]),
        ]),
        Platform::Discourse => Test::Any(vec![
            links("List-Archive"),
            Test::All(vec![
                Test::exists(&["List-Archive"]).negated(),
                Test::header(
                    Matches,
                    &["Message-ID"],
                    &[format!("<discourse/post/*@{host}>"), format!("<topic/*@{host}>")],
                ),
            ]),
        ]),
        Platform::Nodebb => Test::header(Matches, &["List-Id"], &numbered("*<*.", &format!("*.{host}>"))),
        Platform::Mailinglist => Test::header(Matches, &["List-Id"], &[format!("*<{host}>")]),
        Platform::Zammad
        | Platform::Otrs
        | Platform::Bugzilla
        | Platform::Jira
        | Platform::Freescout
        | Platform::Zendesk
        | Platform::Glpi
        | Platform::Mantis => sender(),
    })
}

/// A test that always or never holds: every message has a From.
fn constant(holds: bool) -> Test {
    if holds { Test::exists(&["From"]) } else { Test::Any(Vec::new()) }
}

fn github_site(host: &str, sender: Test) -> Test {
    let id = format!("*/*/*/*@{host}>");
    let agrees = |name: &str| {
        Test::Any(vec![Test::exists(&[name]).negated(), Test::header(Matches, &[name], &[format!("<{id}*")])])
    };
    Test::All(vec![
        sender,
        Test::header(Matches, &["Message-ID"], &[format!("<{id}")]),
        agrees("References"),
        agrees("In-Reply-To"),
    ])
}

/// A name with a dot is by custom the host; without one, the sender's host counts.
fn rt_site(host: &str, sender: Test) -> Test {
    let tickets = ["X-RT-Ticket", "RT-Ticket"];
    let named = match host.contains('.') {
        true => Test::header(Matches, &tickets, &[format!("{host} #*"), format!("{host}#*")]),
        false => Test::Any(Vec::new()),
    };
    let nameless = Test::All(vec![Test::header(Matches, &tickets, &["*.*#*"]).negated(), sender]);
    Test::Any(vec![named, nameless])
}

/// Whether a mail of `platform` may be of the site `host`, never narrower.
pub(super) fn maybe_site(platform: Platform, host: &str) -> Test {
    const PLACES: [&str; 17] = [
        "From",
        "Message-ID",
        "References",
        "In-Reply-To",
        "List-Id",
        "List-Archive",
        "List-Unsubscribe",
        "X-Redmine-Host",
        "X-RT-Ticket",
        "RT-Ticket",
        "X-phpBB-Origin",
        "X-URL",
        "X-Trac-Ticket-URL",
        "X-Gitea-Issue-Link",
        "X-Forgejo-Issue-Link",
        "X-Gitea-Repository-Link",
        "X-Forgejo-Repository-Link",
    ];
    match platform {
        Platform::Osticket | Platform::Phabricator => constant(true),
        Platform::Launchpad | Platform::Debbugs => site(platform, host).unwrap_or_else(|| constant(true)),
        _ => Test::header(Contains, &PLACES, &[host]),
    }
}
