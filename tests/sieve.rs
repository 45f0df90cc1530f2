//! The rule of `sieve`, compiled by Pigeonhole and run at delivery by Dovecot.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    process::Command,
    sync::mpsc,
    time::Duration,
};

use quiethours::core::{
    language::Language,
    notice::read,
    selector::{Class, Rules},
    sentences::Sentences,
    sieve::{Rule, SieveError, script},
};
use support::{
    dovecot::{Dovecot, PASSWORD},
    mails,
    volunteer::await_that,
};

const FOLDER: &str = "Quiet Hours";

fn rules(hold: Option<&[&str]>, never_hold: &[&str]) -> Rules {
    let all = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
    Rules { hold: hold.map(all), never_hold: all(never_hold), urgent: Vec::new() }
}

fn write(rules: &Rules, folder: &str) -> String {
    let rule = Rule { mailbox: "coop", folder, proposed: false, rules };
    script(&rule, &Sentences::new(Language::Fr)).unwrap()
}

fn compile(script: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rule.sieve");
    fs::write(&path, script).unwrap();
    let run = Command::new("sievec").arg(&path).output();
    let output = run.unwrap_or_else(|error| panic!("sievec (Debian package dovecot-sieve): {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("error"), "{said}\n{script}");
}

/// Header lines of mail that each platform sends, one or more a platform.
const NOTIFICATIONS: [&[&str]; 30] = [
    &["From: Kim <n@git.example>", "X-Mailer: Gitea", "X-Gitea-Repository-Path: o/r", "X-GitHub-Reason: mention"],
    &["From: Kim <n@code.example>", "X-Forgejo-Reason: mention", "X-Forgejo-Repository-Path: o/r"],
    &["From: Sam <notifications@github.com>", "X-GitHub-Reason: subscribed", "Message-ID: <o/r/pull/8/c5@github.com>"],
    &["From: Sam <notifications@github.com>", "List-Id: o/r <r.o.github.com>", "List-Post: <mailto:x@github.com>"],
    &["From: \"Léo (@leo)\" <g@lab.example>", "X-GitLab-Project-Path: a/b", "Subject: Re: b | Compte (!3)"],
    &["From: Nour <redmine@p.example>", "X-Redmine-Host: p.example", "X-Redmine-Issue-Id: 77"],
    &["From: Nour <redmine@p.example>", "X-Mailer: Redmine", "List-Id: <site.redmine.p.example>"],
    &["From: Desk <noreply@desk.example>", "X-Mailer: Zammad Mail Service", "Subject: Mot de passe [Ticket#5012]"],
    &["From: Desk <d@z.example>", "X-Mailer: Znuny Mail Service (6)", "Subject: [Ticket#2026] Connexion impossible"],
    &["From: Desk <d@z.example>", "X-OTRS-Loop: d@z.example", "Subject: [Ticket#2027] Note"],
    &["From: \"I via RT\" <aide@a.example>", "X-RT-Ticket: aide.a.example #9", "Subject: [a #9] Password reset"],
    &["From: \"via RT\" <aide@a.example>", "Managed-BY: RT 4.0.1", "Subject: [Asso] Bonjour"],
    &["From: Forum <b@b.example>", "X-phpBB-Origin: phpbb://b.example/forum", "Subject: Réponse à \"Mon compte\""],
    &["From: b@bugs.example", "X-Bugzilla-Reason: CC", "X-Bugzilla-Type: changed", "Subject: [Bug 4] Login"],
    &["From: Ada <4@bugs.launchpad.net>", "X-Launchpad-Bug: product=x; importance=High", "Subject: [Bug 7] Blank"],
    &["From: Lou <lou@x.example>", "X-Debian-PR-Message: followup 42", "Subject: Bug#42: sed"],
    &["From: trac@t.example", "X-Trac-Project: P", "X-Trac-Ticket-ID: 8", "Subject: Re: [P] #8: Slow"],
    &["From: n@ph.example", "X-Phabricator-Sent-This-Message: Yes", "Thread-Topic: T9: Login", "Subject: T9: Login"],
    &["From: j@ji.example", "X-JIRA-FingerPrint: ab", "Subject: [jira] [Commented] (AB-3) Account (very)"],
    &["From: Aide <aide@d.example>", "X-FreeScout-Mail-Type: user.notification", "Subject: [#34] Clé"],
    &["From: Aide <aide@d.example>", "Message-ID: <FS_notify-5-1@d.example>", "Subject: [#35] Clé"],
    &["From: Aide <aide@o.example>", "X-Mailer: osTicket Mailer", "Subject: Re: Mot de passe [#284]"],
    &["From: Al <s@shop.example>", "X-Mailer: Zendesk Mailer", "Subject: [Shop] Re: Colis"],
    &["From: Al <s@shop.example>", "Message-ID: <X4_abc_sprut@zendesk.com>", "Subject: [Shop] Re: Colis 2"],
    &["From: Z <n@cafe.example>", "Message-ID: <topic/97/812.a1b2@cafe.example>", "Subject: [Café] Menu"],
    &[
        "From: Z <n@cafe.example>",
        "Message-ID: <x@m.example>",
        "List-ID: <cafe.example>",
        "References: <topic/97@cafe.example>",
    ],
    &["From: g@v.example", "Message-ID: <GLPI-9f8e7d-Ticket-58>", "Subject: [DSI #0000058] Suivi"],
    &["From: g@v.example", "Subject: [GLPI #0000059] Suivi", "Auto-Submitted: auto-generated"],
    &["From: Radio <n@r.example>", "List-Id: <notification.31.r.example>", "Subject: [Radio] f4x : Antenne"],
    &["From: m@m.example", "Auto-Submitted: auto-generated", "Keywords: [Web] General", "Subject: [Web 0000031]: Menu"],
];

/// Mail that must be in INBOX at once: of people, of shops, of accounts, bounces, digests.
const OTHERS: [&[&str]; 26] = [
    &["From: Maman <maman@famille.example>", "Subject: Dimanche"],
    &["From: Paul <paul@amis.example>", "Subject: [Forum] Réinitialisation du mot de passe"],
    &[
        "From: Paul <paul@amis.example>",
        "In-Reply-To: <discourse/post/8@f.example>",
        "References: <discourse/post/8@f.example>",
    ],
    &[
        "From: Paul <paul@amis.example>",
        "In-Reply-To: <GLPI_x-Ticket-5@v.example>",
        "Subject: Re: [GLPI #0000005] Suivi",
    ],
    &["From: eve@m.example", "Subject: [Web 0000031]: Menu: broken"],
    &["From: Shop <news@shop.example>", "List-Id: <news.shop.example>", "List-Unsubscribe: <https://shop.example/u>"],
    &["From: l@l.example", "List-Id: <l.l.example>", "List-Post: <mailto:l@l.example>", "Subject: [l] Salut"],
    &["From: MAILER-DAEMON@mail.example", "Subject: Undelivered", "X-Discourse-Topic-Id: 5"],
    &["From: Postmaster <postmaster@mail.example>", "Subject: Quota", "X-GitHub-Reason: x"],
    &[
        "From: x@y.example",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
        "X-RT-Ticket: a #1",
    ],
    &["From: alice@lescanoe.example", "X-Quiethours-Release: 0123456789abcdef", "X-Discourse-Topic-Id: 5"],
    &[
        "From: g@a.example",
        "Message-ID: <GLPI_abc-User-4/passwordforget@host>",
        "Subject: [GLPI] Mot de passe oublié ?",
    ],
    &["From: r@a.example", "X-Mailer: Redmine", "X-Redmine-Host: a.example", "Subject: Votre mot de passe"],
    &["From: z@a.example", "X-Mailer: Zammad Mail Service", "Subject: Reset your Zammad password"],
    &["From: b@a.example", "X-phpBB-Origin: phpbb://a.example/", "Subject: Réactivation de votre compte"],
    &["From: b@a.example", "X-phpBB-Origin: phpbb://a.example/", "Subject: =?UTF-8?Q?R=C3=89INITIALISATION?="],
    &["From: n@a.example", "List-Id: <reset.12.a.example>", "Subject: [A] Réinitialisation"],
    &["From: f@a.example", "X-FreeScout-Mail-Type: user.password_changed", "Subject: Password Changed"],
    &["From: b@a.example", "X-Bugzilla-Type: admin", "Subject: Bugzilla Change Password Request"],
    &["From: GitHub <noreply@github.com>", "Subject: [GitHub] Please verify your device"],
    &["From: x@gitlab.a.example", "Auto-Submitted: auto-generated", "X-Auto-Response-Suppress: All", "Subject: Reset"],
    &["From: o@o.example", "X-Mailer: osTicket Mailer", "Subject: Password Reset"],
    &["From: d@z.example", "X-OTRS-Loop: d@z.example", "Subject: New OTRS password"],
    &["From: j@ji.example", "X-JIRA-FingerPrint: ab", "Subject: Account signup"],
    &["From: n@git.example", "X-Mailer: Gitea", "Subject: Please activate your account"],
    &["From: rt@a.example", "X-RT-Loop-Prevention: a", "Subject: Your password"],
];

/// A mail with an id of its own, by which it is found again.
fn mail(header: &[&str], number: usize) -> Vec<u8> {
    let mut lines: Vec<String> = header.iter().map(|line| (*line).to_owned()).collect();
    lines.push(format!("X-Test: {number:04}"));
    let has = |name: &str| header.iter().any(|line| line.starts_with(name));
    if !has("Message-ID:") {
        lines.push(format!("Message-ID: <{number}@test.example>"));
    }
    if !has("Content-Type:") {
        lines.push("Content-Type: text/plain; charset=utf-8".to_owned());
    }
    format!("{}\r\n\r\nTexte.\r\n", lines.join("\r\n")).into_bytes()
}

fn id(message: &str) -> &str {
    message.split_once("X-Test: ").unwrap().1.lines().next().unwrap()
}

fn corpus() -> Vec<Vec<u8>> {
    NOTIFICATIONS.iter().chain(&OTHERS).enumerate().map(|(number, header)| mail(header, number)).collect()
}

fn is_held(rules: &Rules, message: &[u8]) -> bool {
    matches!(rules.classify(&read(message)), Class::Match(_) | Class::Urgent(_))
}

/// Which of the corpus the script files.
fn filed(server: &Dovecot, user: &str, rules: &Rules) -> Vec<bool> {
    server.client(user).create(FOLDER);
    server.sieve(user, &write(rules, FOLDER));
    let corpus = corpus();
    server.deliver_all(user, corpus.iter().map(Vec::as_slice));
    let filed = server.client(user).messages(FOLDER);
    let ids: Vec<String> = filed.iter().map(|message| id(&message.text()).to_owned()).collect();
    assert_eq!(server.client(user).count("INBOX") + ids.len(), corpus.len(), "{}", server.log());
    (0..corpus.len()).map(|number| ids.contains(&format!("{number:04}"))).collect()
}

/// Another mail program that waits in INBOX: every EXISTS it is told comes out of the channel.
fn listener(server: &Dovecot, user: &str) -> mpsc::Receiver<String> {
    let mut socket = TcpStream::connect(("127.0.0.1", server.imap_port())).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut lines = BufReader::new(socket.try_clone().unwrap());
    write!(socket, "a LOGIN {user} {PASSWORD}\r\nb SELECT INBOX\r\nc IDLE\r\n").unwrap();
    let mut line = String::new();
    while !line.starts_with('+') {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0);
    }
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        // The socket is kept open as long as it is read.
        let _open = socket;
        for line in lines.lines().map_while(Result::ok) {
            if line.ends_with("EXISTS") && sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

#[test]
fn the_rule_compiles_by_default_and_with_every_kind_of_selector_and_odd_names() {
    compile(&write(&rules(None, &[]), FOLDER));
    let every = [
        "discourse@forum.example",
        "rt@help.example",
        "rt@help",
        "gitea@git.example",
        "github@github.com",
        "gitlab@lab.example",
        "trac@t.example",
        "phpbb@b.example",
        "redmine@p.example",
        "launchpad@bugs.launchpad.net",
        "nodebb@r.example",
        "osticket@o.example",
        "flarum",
        "mailinglist",
        "glpi",
        "list:a\"b\\c.example",
        "from:\"o\\x@a.example",
        "from:@b.example",
        "subject:\"C:\\*\" d'été ?",
        "subject:срочно",
        "priority:high",
    ];
    compile(&write(&rules(Some(&every), &every), "Été \"calme\" \\ 🌙"));
    compile(&write(&rules(Some(&[]), &[]), FOLDER));
    for language in [Language::Fr, Language::En] {
        let rules = rules(Some(&every), &["priority:high"]);
        let rule = Rule { mailbox: "mon \"compte\"\nkeep;", folder: "A*/B", proposed: true, rules: &rules };
        compile(&script(&rule, &Sentences::new(language)).unwrap());
    }
}

#[test]
fn a_line_end_in_a_folder_or_a_selector_is_refused() {
    let refusal = |folder: &str, rules: &Rules| {
        let rule = Rule { mailbox: "coop", folder, proposed: false, rules };
        script(&rule, &Sentences::new(Language::En))
    };
    for bad in ["a\rb", "a\nb", "a\0b", "x\";\nredirect \"evil@x.example"] {
        let refused = Err(SieveError::Unquotable(bad.to_owned()));
        assert_eq!(refusal(bad, &rules(None, &[])), refused);
        let selector = format!("subject:{bad}");
        let refused = Err(SieveError::Unquotable(selector.clone()));
        assert_eq!(refusal(FOLDER, &rules(Some(&[&selector]), &[])), refused);
        assert_eq!(refusal(FOLDER, &rules(None, &[&selector])), refused);
    }
}

#[test]
fn every_marked_notification_is_filed_and_nothing_else() {
    let server = Dovecot::start();
    let rules = rules(None, &[]);
    for (number, message) in corpus().iter().enumerate() {
        assert_eq!(is_held(&rules, message), number < NOTIFICATIONS.len(), "{number}: {:?}", read(message));
    }
    for (number, filed) in filed(&server, "alice", &rules).into_iter().enumerate() {
        assert_eq!(filed, number < NOTIFICATIONS.len(), "{number}");
    }
}

#[test]
fn whatever_the_selectors_nothing_is_filed_that_would_not_be_held() {
    let server = Dovecot::start();
    let holds: [(Option<&[&str]>, &[&str]); 14] = [
        (None, &["discourse", "from:@famille.example", "subject:très urgent"]),
        (None, &["github", "priority:high", "rt@aide.a.example"]),
        (None, &["discourse@cafe.example", "zammad@desk.example", "osticket@elsewhere.example"]),
        (None, &["subject:mot de passe", "subject:réponse", "list:r.o.github.com", "from:s@shop.example"]),
        (Some(&["discourse", "glpi"]), &[]),
        (Some(&["github", "gitlab"]), &[]),
        (Some(&["forgejo", "mantis"]), &["from:m@m.example"]),
        (Some(&["mailinglist", "nodebb@r.example"]), &[]),
        (Some(&["discourse@cafe.example", "redmine@p.example", "rt@aide.a.example", "phpbb@b.example"]), &[]),
        (Some(&["discourse@other.example", "github@github.com", "gitlab@lab.example", "rt@a.example"]), &[]),
        (Some(&["priority:high"]), &[]),
        (Some(&["from:@amis.example", "subject:dimanche", "list:news.shop.example"]), &["from:paul@amis.example"]),
        (Some(&["subject:mot", "subject:[forum]", "from:@example"]), &[]),
        (Some(&["from:@a.example", "flarum", "osticket@o.example"]), &["glpi"]),
    ];
    for (case, (hold, never_hold)) in holds.into_iter().enumerate() {
        let rules = rules(hold, never_hold);
        let filed = filed(&server, &format!("user{case}"), &rules);
        for (number, message) in corpus().iter().enumerate() {
            let held = is_held(&rules, message);
            assert!(held || !filed[number], "{case}: {hold:?} {never_hold:?} files {number}, {:?}", read(message));
        }
    }
}

#[test]
fn named_selectors_file_what_they_name() {
    let server = Dovecot::start();
    let count = |user: &str, hold: &[&str]| {
        filed(&server, user, &rules(Some(hold), &[])).into_iter().filter(|filed| *filed).count()
    };
    assert_eq!(count("a", &["github"]), 2);
    assert_eq!(count("b", &["gitea"]), 2);
    assert_eq!(count("c", &["from:@famille.example", "subject:dimanche"]), 1);
    assert_eq!(count("d", &["list:news.shop.example", "mailinglist"]), 2);
    assert_eq!(count("e", &["rt@aide.a.example", "redmine@p.example", "phpbb@b.example"]), 4);
    assert_eq!(count("f", &["priority:high"]), 1);
}

#[test]
fn of_two_hundred_notifications_none_is_ever_seen_in_inbox_and_all_private_mail_is() {
    let server = Dovecot::start();
    server.client("alice").create(FOLDER);
    server.sieve("alice", &write(&rules(None, &["from:@famille.example"]), FOLDER));
    let exists = listener(&server, "alice");
    let mut mails: Vec<Vec<u8>> = (0..200)
        .map(|number| match number % 4 {
            0 => mails::discourse(number, number, &format!("Sujet {number}."), "Une question."),
            1 => mails::glpi(number, number, &format!("Ticket {number}."), "Un suivi."),
            _ => mail(NOTIFICATIONS[number as usize % NOTIFICATIONS.len()], number as usize),
        })
        .collect();
    server.deliver_all("alice", mails.iter().map(Vec::as_slice));
    assert_eq!(server.client("alice").count(FOLDER), 200, "{}", server.log());
    mails.clear();
    mails.extend((0..5).map(|number| mails::private(&format!("Dimanche {number}"))));
    mails.extend((0..5).map(|number| mails::account(&format!("Mot de passe {number}"))));
    mails.extend(OTHERS.iter().enumerate().map(|(number, header)| mail(header, number)));
    server.deliver_all("alice", mails.iter().map(Vec::as_slice));
    let mut seen = Vec::new();
    await_that("the other client has seen all", || {
        seen.extend(exists.try_iter());
        seen.last() == Some(&format!("* {} EXISTS", mails.len()))
    });
    assert_eq!(server.client("alice").count(FOLDER), 200);
    // As many messages as there are now were ever there.
    let status = server.client("alice").command("STATUS INBOX (MESSAGES UIDNEXT)");
    let numbers = format!("(MESSAGES {} UIDNEXT {})", mails.len(), mails.len() + 1);
    assert!(status.iter().any(|line| line.text.contains(&numbers)), "{status:?}");
    let inbox = server.client("alice").messages("INBOX");
    assert!(inbox.iter().all(|message| !is_held(&rules(None, &[]), &message.bytes)));
}
