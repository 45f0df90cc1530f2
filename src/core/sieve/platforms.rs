//! The marks of the platforms as tests of header fields: what `core::notice` looks at, in Sieve's words.
//!
//! Sieve has no classes of characters, and does not compare two fields: where a number belongs, its first digit is tested,
//! and Mantis's project is not looked for in Keywords. A field that stands twice is tested twice. Nothing else is wider than
//! `core::notice`; in intake mode the daemon brings to INBOX what was filed and should not have been.

use super::{
    test::{
        How::{Contains, Is, Matches},
        Test, literal,
    },
    words::wide,
};
use crate::core::notice::{ACCOUNT_WORDS, HIGH_PRIORITIES, Platform};

/// The platforms that have marks, in the order in which `core::notice` tries them: the first that fits is the sender.
#[rustfmt::skip]
pub(super) const ORDER: [Platform; 22] = [
    Platform::Gitea, Platform::Github, Platform::Gitlab, Platform::Redmine, Platform::Zammad, Platform::Otrs, Platform::Rt,
    Platform::Phpbb, Platform::Bugzilla, Platform::Launchpad, Platform::Debbugs, Platform::Trac, Platform::Phabricator,
    Platform::Jira, Platform::Freescout, Platform::Osticket, Platform::Zendesk, Platform::Discourse, Platform::Glpi,
    Platform::Nodebb, Platform::Mantis, Platform::Mailinglist,
];

/// Fields that a mail of a topic or a list has, and an account mail has not.
const THREADED: [&str; 7] =
    ["List-Id", "List-Archive", "List-Post", "List-Unsubscribe", "Precedence", "References", "In-Reply-To"];

const THREAD: [&str; 2] = ["References", "In-Reply-To"];

/// Whether a mail is of `platform`; never holds for one that `core::notice` does not recognise.
pub(super) fn marks(platform: Platform) -> Test {
    match platform {
        Platform::Gitea | Platform::Forgejo => gitea(),
        Platform::Github => github(),
        Platform::Gitlab => Test::exists(&["X-GitLab-Project", "X-GitLab-Project-Path", "X-GitLab-NotificationReason"]),
        Platform::Redmine => {
            Test::Any(vec![Test::exists(&["X-Redmine-Host"]), Test::header(Contains, &["X-Mailer"], &["redmine"])])
        }
        Platform::Zammad => Test::Any(vec![
            Test::header(Contains, &["X-Mailer"], &["zammad mail service"]),
            Test::header(Contains, &["X-Powered-By"], &["zammad"]),
        ]),
        Platform::Otrs => Test::Any(vec![
            Test::exists(&["X-OTRS-Loop"]),
            Test::header(Contains, &["X-Mailer", "X-Powered-By"], &["otrs", "znuny"]),
        ]),
        Platform::Rt => Test::Any(vec![
            Test::filled(&["X-RT-Ticket", "RT-Ticket"]),
            Test::exists(&["X-RT-Loop-Prevention"]),
            Test::header(Matches, &["X-Managed-By", "Managed-By"], &["RT *"]),
        ]),
        Platform::Phpbb => Test::Any(vec![
            Test::exists(&["X-phpBB-Origin"]),
            Test::header(Contains, &["X-Mailer", "X-MimeOLE"], &["phpbb"]),
        ]),
        Platform::Bugzilla => Test::exists(&["X-Bugzilla-Reason", "X-Bugzilla-Type"]),
        Platform::Launchpad => Test::exists(&["X-Launchpad-Bug", "X-Launchpad-Notification-Type"]),
        Platform::Debbugs => Test::exists(&["X-Debian-PR-Message"]),
        Platform::Trac => Test::exists(&["X-Trac-Project", "X-Trac-Ticket-ID"]),
        Platform::Phabricator => Test::exists(&["X-Phabricator-Sent-This-Message"]),
        Platform::Jira => Test::exists(&["X-JIRA-FingerPrint"]),
        Platform::Freescout => Test::Any(vec![
            Test::filled(&["X-FreeScout-Mail-Type"]),
            Test::header(Matches, &["Message-ID"], &["<FS_notify-*"]),
        ]),
        Platform::Osticket => Test::header(Contains, &["X-Mailer"], &["osticket"]),
        Platform::Zendesk => zendesk(),
        Platform::Discourse => discourse(),
        Platform::Glpi => glpi(),
        Platform::Nodebb => {
            let templates = ["notification", "digest", "notif_chat", "notif_post", "notif_mention"];
            let keys: Vec<String> = templates.iter().flat_map(|name| numbered(&format!("*<{name}."), "*.*>")).collect();
            Test::header(Matches, &["List-Id"], &keys)
        }
        Platform::Mantis => Test::All(vec![
            automatic(),
            Test::header(Matches, &["Keywords"], &["[*]*"]),
            Test::header(Matches, &["Subject"], &numbered("[* ", "??????]: *")),
        ]),
        Platform::Mailinglist => Test::All(vec![
            Test::header(Matches, &["List-Id"], &["*<?*>"]),
            Test::exists(&["List-Post", "Mailing-List", "X-Mailman-Version", "X-BeenThere", "X-Google-Group-Id"]),
            Test::header(Matches, &["List-Post"], &["NO*"]).negated(),
        ]),
        Platform::Flarum | Platform::Freshdesk | Platform::Nextcloud | Platform::Mattermost => Test::Any(Vec::new()),
    }
}

/// `beforeDbehind` for each digit D.
pub(super) fn numbered(before: &str, behind: &str) -> Vec<String> {
    (0..10).map(|digit| format!("{before}{digit}{behind}")).collect()
}

fn automatic() -> Test {
    Test::Any(vec![
        Test::header(Contains, &["Auto-Submitted"], &["auto-generated"]),
        Test::exists(&["X-Auto-Response-Suppress"]),
    ])
}

fn gitea() -> Test {
    Test::Any(vec![
        Test::header(Contains, &["X-Mailer"], &["gitea", "forgejo"]),
        Test::exists(&["X-Gitea-Reason", "X-Forgejo-Reason", "X-Gitea-Repository-Path", "X-Forgejo-Repository-Path"]),
    ])
}

fn github() -> Test {
    Test::Any(vec![
        Test::exists(&["X-GitHub-Reason", "X-GitHub-Sender"]),
        Test::header(Matches, &["List-Id"], &["*<*.github.com>"]),
    ])
}

fn zendesk() -> Test {
    Test::Any(vec![
        Test::exists(&["X-Zendesk-From-Account-Id"]),
        Test::header(Contains, &["X-Mailer"], &["zendesk mailer"]),
        Test::header(Matches, &["Message-ID"], &["<*_sprut@zendesk.com>"]),
    ])
}

fn discourse() -> Test {
    let post = |before: &str, behind: &str| {
        let mut keys = numbered(&format!("{before}<discourse/post/"), behind);
        keys.extend(numbered(&format!("{before}<topic/"), behind));
        keys
    };
    Test::Any(vec![
        Test::exists(&["X-Discourse-Topic-Id", "X-Discourse-Post-Id", "X-Discourse-Post-Ids", "X-Discourse-Reply-Key"]),
        Test::header(Matches, &["Message-ID"], &post("", "*@*>")),
        // An answer by a person refers to a post, too; the forum's own mail is from a list.
        Test::All(vec![Test::exists(&["List-Id"]), Test::header(Matches, &THREAD, &post("*", "*@*>*"))]),
    ])
}

fn glpi() -> Test {
    let reference = |before: &str, behind: &str| {
        let mut keys = numbered(&format!("{before}<GLPI_*-*-"), behind);
        keys.extend(numbered(&format!("{before}<GLPI-*-*-"), behind));
        keys
    };
    let tag = |before: &str| numbered(before, "??????*]*");
    Test::Any(vec![
        Test::header(Matches, &["Message-ID"], &reference("", "*>")),
        Test::All(vec![automatic(), Test::header(Matches, &["Subject"], &tag("[GLPI #"))]),
        Test::All(vec![
            automatic(),
            Test::header(Matches, &["Subject"], &tag("[*#")),
            Test::header(Matches, &THREAD, &reference("*", "*>*")),
        ]),
    ])
}

/// Whether a mail is about an account: holds at least for each that `core::notice` takes for one.
pub(super) fn account() -> Test {
    let words: Vec<String> = ACCOUNT_WORDS.iter().flat_map(|word| wide(word)).collect();
    Test::Any(vec![
        Test::All(vec![Test::header(Matches, &["Subject"], &words), Test::Any(speaking())]),
        github_account(),
        gitlab_account(),
        redmine_account(),
        Test::header(Contains, &["X-Bugzilla-Type"], &["admin"]),
        Test::header(Contains, &["X-FreeScout-Mail-Type"], &["invite", "password"]),
        Test::header(Matches, &["Message-ID", "References", "In-Reply-To"], &["*<GLPI_*-User-*", "*<GLPI-*-User-*"]),
        discourse_account(),
        nodebb_account(),
    ])
}

/// Mail of platforms that tell it from a ticket's only by what its subject speaks of.
fn speaking() -> Vec<Test> {
    let unless = |platform: Platform, ticket: Test| Test::All(vec![marks(platform), ticket.negated()]);
    let subject = |keys: &[String]| Test::header(Matches, &["Subject"], keys);
    let quotes = ["*\"*\"*", "*«*»*", "*“*”*"].map(str::to_owned);
    vec![
        unless(Platform::Gitea, Test::filled(&["X-Gitea-Repository-Path", "X-Forgejo-Repository-Path"])),
        unless(Platform::Zammad, subject(&numbered("*[*#", "*]*"))),
        unless(Platform::Otrs, subject(&numbered("*#", "*"))),
        unless(Platform::Rt, Test::filled(&["X-RT-Ticket", "RT-Ticket"])),
        unless(
            Platform::Phpbb,
            Test::Any(vec![
                subject(&quotes),
                Test::header(Matches, &["List-Unsubscribe"], &[r"*viewtopic.php\?t=?*", r"*viewtopic.php\?*&t=?*"]),
            ]),
        ),
        unless(Platform::Phabricator, Test::exists(&["Thread-Topic"])),
        unless(Platform::Jira, subject(&numbered("*(?*-", "*) *"))),
        unless(Platform::Osticket, subject(&numbered("*[#", "*"))),
    ]
}

fn github_account() -> Test {
    Test::All(vec![
        Test::header(Contains, &["From"], &["@github.com"]),
        Test::header(Matches, &["Subject"], &["[GitHub]*"]),
        github().negated(),
    ])
}

fn gitlab_account() -> Test {
    Test::All(vec![
        Test::header(Matches, &["From"], &["*@gitlab.*", "*.gitlab.com*"]),
        Test::header(Contains, &["Auto-Submitted"], &["auto-generated"]),
        Test::exists(&["X-Auto-Response-Suppress"]),
        Test::exists(&["List-Id"]).negated(),
        marks(Platform::Gitlab).negated(),
    ])
}

fn redmine_account() -> Test {
    Test::All(vec![
        marks(Platform::Redmine),
        Test::filled(&["X-Redmine-Issue-Id", "X-Redmine-Topic-Id"]).negated(),
        Test::exists(&THREADED).negated(),
        Test::header(Matches, &["Message-ID"], &numbered("<redmine.issue-", "*")).negated(),
    ])
}

/// What tells it is how Discourse writes every mail: the MIME form, a random UUID as Message-ID.
fn discourse_account() -> Test {
    Test::All(vec![
        Test::header(Matches, &["Subject"], &["[*"]),
        Test::header(Contains, &["X-Auto-Response-Suppress"], &["all"]),
        Test::header(Contains, &["Auto-Submitted"], &["auto-generated"]),
        Test::header(Contains, &["Content-Type"], &["_mimepart_"]),
        Test::header(Matches, &["Message-ID"], &["<????????*-*@*>"]),
        Test::header(Matches, &["Message-ID"], &["<*.*@*>"]).negated(),
        Test::exists(&THREADED).negated(),
    ])
}

fn nodebb_account() -> Test {
    let templates =
        ["reset.", "reset_notify.", "verify-email.", "welcome.", "invitation.", "registration_accepted.", "banned."];
    Test::All(vec![
        Test::header(Contains, &["List-Id"], &templates),
        Test::header(Matches, &["List-Id"], &numbered("*.", "*")),
    ])
}

/// Where a priority stands in the header, whose it is, and how it is compared.
fn priorities() -> [(Platform, &'static [&'static str]); 2] {
    [
        (Platform::Redmine, &["X-Redmine-Issue-Priority"]),
        (Platform::Bugzilla, &["X-Bugzilla-Severity", "X-Bugzilla-Priority"]),
    ]
}

/// Platforms that tell a priority in the body only.
const IN_BODY: [Platform; 5] = [Platform::Glpi, Platform::Zammad, Platform::Trac, Platform::Mantis, Platform::Jira];

/// Whether the header says that it is urgent, never wider.
pub(super) fn urgent() -> Test {
    let high: Vec<String> = HIGH_PRIORITIES.iter().map(|word| (*word).to_owned()).collect();
    let mut tests: Vec<Test> = priorities()
        .into_iter()
        .map(|(platform, names)| Test::All(vec![marks(platform), Test::header(Is, names, &high)]))
        .collect();
    tests.push(Test::All(vec![marks(Platform::Phpbb), Test::header(Matches, &["X-Priority"], &["1*", "2*"])]));
    tests.push(Test::All(vec![
        marks(Platform::Github),
        Test::header(Contains, &["X-GitHub-Reason"], &["security_alert"]),
        gitea().negated(),
    ]));
    let importances: Vec<String> = high
        .iter()
        .flat_map(|word| [format!("*;?importance={}", literal(word)), format!("*;?importance={word};*")])
        .collect();
    tests.push(Test::header(Matches, &["X-Launchpad-Bug"], &importances));
    Test::Any(tests)
}

/// Whether it may be urgent, never narrower: all mail of the platforms that say it in the body.
pub(super) fn maybe_urgent() -> Test {
    let high: Vec<String> = HIGH_PRIORITIES.iter().flat_map(|word| wide(word)).collect();
    let mut tests: Vec<Test> = IN_BODY.into_iter().map(marks).collect();
    let mut names: Vec<&str> = priorities().into_iter().flat_map(|(_, names)| names.iter().copied()).collect();
    names.push("X-Launchpad-Bug");
    tests.push(Test::header(Matches, &names, &high));
    tests.push(Test::header(Matches, &["X-Priority"], &["1*", "2*"]));
    tests.push(Test::header(Contains, &["X-GitHub-Reason"], &["security_alert"]));
    Test::Any(tests)
}
