//! What is made of the mail of bug trackers and help desks that mark it by headers of their own.

use quiethours::core::notice::{Notice, Platform, read};

fn notice(header: &[&str], body: &str) -> Notice {
    let text = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n";
    read(format!("{}\r\n{text}\r\n{}", header.join("\r\n"), body.replace('\n', "\r\n")).as_bytes())
}

/// Platform, key, title, author, excerpt and urgency in one line.
fn told(notice: &Notice) -> String {
    let or = |value: &Option<String>| value.clone().unwrap_or("-".into()).replace('\n', "/");
    let platform = notice.platform.map_or("-", Platform::name);
    let (key, title, author) = (or(&notice.key), or(&notice.title), or(&notice.author));
    let urgent = if notice.urgent { " | high" } else { "" };
    format!("{platform} | {key} | {title} | {author} | {}{urgent}", or(&notice.excerpt))
}

#[test]
fn a_bugzilla_comment_is_told_without_its_heading_and_footer() {
    let header = [
        "From: bugzilla-daemon@b.example",
        "X-Bugzilla-Type: changed",
        "X-Bugzilla-Severity: blocker",
        "Subject: [Bug 12] Crash",
    ];
    let body = "https://b.example/show_bug.cgi?id=12\n\n--- Comment #2 from Jo Day <jo@x.example> ---\nSame.\n\n-- \nYou are receiving this mail because:\n";
    let found = notice(&header, body);
    assert_eq!(told(&found), "bugzilla | bugzilla:b.example/12 | Crash | Jo Day | Same. | high");
    assert_eq!(found.url.as_deref(), Some("https://b.example/show_bug.cgi?id=12"));
}

#[test]
fn launchpad_shares_the_tag_of_bugzilla_but_not_its_headers() {
    let header = [
        "From: Ada <7@bugs.launchpad.net>",
        "X-Launchpad-Bug: product=x; importance=Critical;",
        "Subject: [Bug 7] Re: [Bug 7] Blank page",
    ];
    assert_eq!(
        told(&notice(&header, "Fixed.\n\n-- \nYou received this bug notification\n")),
        "launchpad | launchpad:bugs.launchpad.net/7 | Blank page | Ada | Fixed. | high"
    );
}

#[test]
fn a_debian_report_has_two_addresses_to_answer_and_so_none() {
    let header = [
        "From: Lou <lou@x.example>",
        "Reply-To: lou@x.example, 42@bugs.debian.org",
        "X-Debian-PR-Message: followup 42",
        "Subject: [Pkg] Bug#42: sed: wrong output",
    ];
    let found = notice(&header, "Package: sed\nVersion: 4\n\nStill there.\n");
    assert_eq!(told(&found), "debbugs | debbugs:bugs.debian.org/42 | sed: wrong output | Lou | Still there.");
    assert_eq!((found.reply_to, found.url.as_deref()), (None, Some("https://bugs.debian.org/42")));
}

#[test]
fn a_mantis_note_is_the_last_one_of_the_mail() {
    let rule = "-".repeat(70);
    let body = format!(
        "A NOTE has been added to this issue.\n{}\nhttps://m.example/view.php?id=31\nPriority:                   urgent\n{rule}\n (~0000007) eve (developer) - 2026-02-02 20:00\n https://m.example/view.php?id=31#c7\n{rule}\nDone.\n",
        "=".repeat(70)
    );
    let header = [
        "From: mantis@m.example",
        "Auto-Submitted: auto-generated",
        "Keywords: [Web] General",
        "Subject: [Web 0000031]: Menu: broken",
    ];
    assert_eq!(told(&notice(&header, &body)), "mantis | mantis:m.example/31 | Menu: broken | eve | Done. | high");
    let by_hand = ["From: eve@m.example", "Subject: [Web 0000031]: Menu: broken"];
    assert_eq!(notice(&by_hand, &body).platform, None);
}

#[test]
fn trac_phabricator_and_jira_are_told_from_their_headers() {
    let trac = [
        "From: trac@t.example",
        "X-Trac-Project: P",
        "X-Trac-Ticket-ID: 8",
        "X-Trac-Ticket-URL: https://t.example/ticket/8#comment:1",
        "Subject: Re: [P] #8: Slow",
    ];
    let body = "#8: Slow\n Priority:  blocker  |  Milestone:\n\nComment (by joe):\n\n Yes.\n\n-- \nTicket URL: <https://t.example/ticket/8>\n";
    assert_eq!(told(&notice(&trac, body)), "trac | trac:t.example/P#8 | Slow | joe | Yes. | high");
    let phabricator = [
        "From: \"zed (Zed Ho)\" <n@ph.example>",
        "X-Phabricator-Sent-This-Message: Yes",
        "Thread-Topic: T9: Slow",
        "Subject: [Maniphest] T9: Slow",
    ];
    let body = "zed added a comment.\n\nYes.\n\nTASK DETAIL\n  https://ph.example/T9\n";
    assert_eq!(told(&notice(&phabricator, body)), "phabricator | phabricator:ph.example/T9 | Slow | Zed Ho | Yes.");
    let jira = [
        "From: \"Kim (Jira)\" <j@ji.example>",
        "X-JIRA-FingerPrint: ab",
        "Subject: [jira] [Commented] (AB-3) Slow (very)",
    ];
    let body = "Kim commented on AB-3:\n----------------------\n\nYes.\n\n> Priority: Blocker\n\n--\nThis message was sent by Atlassian Jira\n";
    assert_eq!(told(&notice(&jira, body)), "jira | jira:ji.example/AB-3 | Slow (very) | Kim | Yes. | high");
}

#[test]
fn freescout_shows_the_newest_thread_only() {
    let rule = "-".repeat(59);
    let body = format!(
        "-- Please reply above this line --\n\n{rule}\n## Agnès added a note, on Mar 14:\nÀ voir.\n{rule}\n## Old replied, on Mar 12:\nAncien.\n\nConversation URL: https://d.example/conversation/6\n\n{rule}\n"
    );
    let header = [
        "From: Aide <aide@d.example>",
        "X-FreeScout-Mail-Type: user.notification",
        "In-Reply-To: <FS_conversation-6-abc@d.example>",
        "Subject: [#34] Clé",
    ];
    assert_eq!(told(&notice(&header, &body)), "freescout | freescout:d.example/6 | Clé | Agnès | À voir.");
}

#[test]
fn an_osticket_answer_is_told_from_its_html() {
    let message = "From: Aide <aide@o.example>\r\nX-Mailer: osTicket Mailer\r\nSubject: Re: Panne [#284]\r\nContent-Type: text/html\r\n\r\n\
        <h3><strong>Dear Claire,</strong></h3>C'est fini.<br><br><div>Your Aide Team,</div><hr>\
        <em>We hope this response … <a href=\"https://o.example/view.php?auth=x&amp;t=1\">login</a></em>";
    let found = read(message.as_bytes());
    assert_eq!(told(&found), "osticket | osticket:o.example/284 | Panne | Aide | C'est fini.");
    assert_eq!(found.url.as_deref(), Some("https://o.example/view.php?auth=x&t=1"));
}

#[test]
fn otrs_zendesk_and_nodebb_are_told_from_their_headers() {
    let otrs =
        ["From: Desk <d@z.example>", "X-Mailer: Znuny Mail Service (6)", "Subject: [Ticket#2026] Nouvelle note: Accès"];
    let body =
        "Bonjour,\n\n*Karim* a écrit :\n\nFait.\n\nhttps://z.example/index.pl?Action=AgentTicketZoom;TicketID=1\n";
    assert_eq!(told(&notice(&otrs, body)), "otrs | otrs:z.example/2026 | Accès | Karim | Fait.");
    let zendesk = [
        "From: \"Al (Shop)\" <s@shop.example>",
        "Reply-To: s+id55@shop.example",
        "X-Mailer: Zendesk Mailer",
        "Subject: [Shop] Re: Colis",
    ];
    let body = "##- Please type your reply above this line -##\n\n------------------------------------\n\nAl, 2 Feb 2026, 20:00\n\nParti.\n\n------------------------------------\nFooter\n";
    assert_eq!(told(&notice(&zendesk, body)), "zendesk | zendesk:shop.example/55 | Colis | Al (Shop) | Parti.");
    let nodebb = [
        "From: Radio <n@r.example>",
        "List-Id: <notification.3.r.example>",
        "Subject: [Radio] f4x a répondu à : Antenne",
    ];
    let body = "Bonjour,\n\nf4x a répondu à : Antenne\n\nOui.\n\nVoir [https://r.example/post/9]\n";
    assert_eq!(told(&notice(&nodebb, body)), "nodebb | nodebb:r.example/Antenne | Antenne | f4x | Oui.");
}
