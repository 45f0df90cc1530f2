//! What is cut, and what stays, of the templates that each platform fills: in text, in HTML alone, in newer and older versions.

use quiethours::core::notice::{Kind, Notice, read};

fn message(header: &[&str], kind: &str, body: &str) -> Notice {
    let form =
        format!("MIME-Version: 1.0\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n");
    read(format!("{}\r\n{form}\r\n{}", header.join("\r\n"), body.replace('\n', "\r\n")).as_bytes())
}

/// Title, author and words in one line.
fn told(notice: &Notice) -> String {
    let or = |value: &Option<String>| value.clone().unwrap_or("-".into());
    [&notice.title, &notice.author, &notice.excerpt].map(or).join(" | ")
}

fn text(header: &[&str], body: &str) -> String {
    told(&message(header, "plain", body))
}

fn html(header: &[&str], body: &str) -> String {
    told(&message(header, "html", body))
}

const REDMINE: &[&str] = &["From: Iris <r@pm.example>", "X-Redmine-Host: pm.example", "X-Redmine-Project: p"];

fn with<'a>(header: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [header, more].concat()
}

#[test]
fn a_redmine_note_is_read_without_the_attributes_that_changed() {
    let issue = with(REDMINE, &["X-Redmine-Issue-Id: 4", "Subject: [P - Bug #4] Slow"]);
    let body = "Issue #4 has been updated by Iris.\n\nStatus changed from New to Open\nAssignee set to Max\n\nMax wrote:\n> Why?\n\n\
        It swaps.\n\n----------------------------------------\nBug #4: Slow\nhttps://pm.example/issues/4\n";
    assert_eq!(text(&issue, body), "Slow | Iris | It swaps.");
    let page = "<p>Issue <a href='https://pm.example/issues/4'>#4</a> has been updated by Iris.</p><hr/>\
        <ul><li><b>Status</b> changed from <i>New</i> to <i>Open</i></li></ul><p>It swaps.</p><hr/><h1>Bug #4: Slow</h1>";
    assert!(
        html(&issue, page).contains("It swaps.") && !html(&issue, page).contains("Bug #4"),
        "{}",
        html(&issue, page)
    );
    let new = "<p>Issue #4 has been reported by Iris.</p><hr/><h1>Bug #4: Slow</h1><ul><li>Author: Iris</li></ul><p>It swaps.</p><hr/>x";
    assert_eq!(html(&issue, new), "Slow | Iris | It swaps.");
}

#[test]
fn a_lost_password_is_account_mail_whatever_list_a_platform_names() {
    let redmine =
        ["From: r@pm.example", "X-Redmine-Host: pm.example", "List-Id: <r.pm.example>", "Subject: Your PM password"];
    assert_eq!(message(&redmine, "plain", "https://pm.example/lost").kind, Kind::Account);
    let phpbb = ["From: b@bb.example", "X-phpBB-Origin: phpbb://bb.example/", "Subject: Welcome to \"Bees\""];
    assert_eq!(message(&phpbb, "plain", "Activate.").kind, Kind::Account);
    let topic = [
        "From: b@bb.example",
        "X-phpBB-Origin: phpbb://bb.example/",
        "Subject: Topic reply notification - \"My password\"",
    ];
    let found = message(
        &topic,
        "plain",
        "https://bb.example/viewtopic.php?f=1&t=2&p=3#p3\n\nhttps://bb.example/viewtopic.php?f=1&t=2\n",
    );
    assert_eq!(
        (found.kind, found.url.as_deref()),
        (Kind::Notification, Some("https://bb.example/viewtopic.php?f=1&t=2"))
    );
}

#[test]
fn a_publisher_and_a_forge_that_write_to_all_are_no_notification() {
    let letter = [
        "From: Ana <ana@press.example>",
        "List-Id: <ana.press.example>",
        "List-Post: <https://press.example/p/1>",
        "Subject: x",
    ];
    assert_eq!(message(&letter, "plain", "x").kind, Kind::Other);
    for subject in ["Subject: [GitHub] Explore", "Subject: [GitHub] Payment Receipt"] {
        let header = ["From: GitHub <noreply@github.com>", "List-ID: x <explore.github.com>", subject];
        assert_eq!(message(&header, "plain", "x").kind, Kind::Other, "{subject}");
    }
    let key = ["From: GitHub <noreply@github.com>", "Subject: [GitHub] A new public key was added to your account"];
    assert_eq!(message(&key, "plain", "x").kind, Kind::Account);
}

#[test]
fn otrs_names_the_writer_in_the_text_and_the_event_in_the_subject() {
    let header = |subject| ["From: Notes <n@ot.example>", "X-Mailer: OTRS Mail Service (6)", subject];
    let link = "https://ot.example/index.pl?Action=AgentTicketZoom;TicketID=3\n\n-- Notes\n";
    let body = format!(
        "Hi Max,\n\nticket [Ticket#2026010110000017] has been created in queue Q.\n\nIris wrote:\n> It beeps.\n\n{link}"
    );
    assert_eq!(
        text(&header("Subject: [Ticket#2026010110000017] Ticket Created: Alarm"), &body),
        "Alarm | Iris | It beeps."
    );
    let body = format!(
        "Hi Max,\n\nthe owner of ticket [Ticket#2026010110000017] has been updated to Max.\n\nYours now.\n\n{link}"
    );
    let subject = "Subject: [Ticket#2026010110000017] Ticket Owner Update to Max: Alarm";
    assert_eq!(text(&header(subject), &body), "Alarm | Notes | Yours now.");
}

#[test]
fn an_assignment_by_osticket_is_titled_and_read_below_its_table() {
    let header = ["From: Desk <d@os.example>", "X-Mailer: osTicket Mailer", "Subject: Ticket Assigned to you"];
    let page = "<h3>Hi Max,</h3>Ticket <a href=\"https://os.example/scp/tickets.php?id=7\">#100</a> has been assigned to you by Iris<br>\
        <table><tr><td><b>From</b>:</td><td>Zoé &lt;z@z.example&gt;</td></tr><tr><td><b>Subject</b>:</td><td>Lamp</td></tr></table><br>\
        Devis joint.<br><hr><div>To view/respond to the ticket, please login</div>";
    assert_eq!(html(&header, page), "Lamp | Zoé | Devis joint.");
}

#[test]
fn mantis_notes_of_every_version_are_read_and_a_new_issue_by_its_description() {
    let header = [
        "From: m@ma.example",
        "Subject: [Roads 0000731]: Light",
        "Keywords: [Roads] General",
        "Auto-Submitted: auto-generated",
    ];
    let (thin, thick) = ("-".repeat(70), "=".repeat(70));
    for number in ["(0000017)", "(~0000017)"] {
        let body = format!(
            "A NOTE has been added to this issue.\n{thin}\n {number} max (updater) - 2026-01-01\n{thin}\nDone.\n{thin}\n"
        );
        assert_eq!(text(&header, &body), "Light | max | Done.");
    }
    let body = format!(
        "The following issue has been SUBMITTED.\n{thick}\nSummary: Light\nDescription: \nStays red.\n{thick}\n"
    );
    assert_eq!(text(&header, &body), "Light | - | Stays red.");
}

#[test]
fn trackers_show_the_new_words_and_not_their_tables() {
    let bug =
        ["From: b@bz.example", "X-Bugzilla-Type: changed", "X-Bugzilla-Who: iris@x.example", "Subject: [Bug 5] Slow"];
    let body = "https://bz.example/show_bug.cgi?id=5\n\nIris <iris@x.example> changed:\n\n           What    |Removed    |Added\n-------------\n\
        Status|NEW   |RESOLVED\n\n-- \nYou are";
    assert_eq!(text(&bug, body), "Slow | Iris | Status: NEW → RESOLVED");
    let asked = ["From: b@bz.example", "X-Bugzilla-Type: request", "Subject: needinfo requested: [Bug 5] Slow"];
    assert_eq!(message(&asked, "plain", "x").key.as_deref(), Some("bugzilla:bz.example/5"));
    let trac = ["From: t@tr.example", "X-Trac-Project: S", "X-Trac-Ticket-ID: 9", "Subject: [S] #9: NaN"];
    let table = "#9: NaN\n--------------------+---------\n Reporter: x | Owner: y\n--------------------+---------\n";
    assert_eq!(
        text(&trac, &format!("{table}Changes (by max):\n\n * status: new\n\nComment:\n\n Fixed.\n\n-- \nTicket")),
        "NaN | max | Fixed."
    );
    assert_eq!(text(&trac, &format!("{table}\n It is.\n\n-- \nTicket")), "NaN | x | It is.");
    let pad = ["From: Ada <7@bugs.launchpad.net>", "X-Launchpad-Bug: product=x;", "Subject: [Bug 7] [NEW] Slow"];
    assert_eq!(text(&pad, "Public bug reported:\n\nIt is.\n\n** Affects: x\n"), "Slow | Ada | It is.");
}

#[test]
fn jira_of_a_service_desk_and_a_new_issue_are_read() {
    let desk = ["From: Iris (Jira) <j@ji.example>", "X-JIRA-FingerPrint: a", "Subject: HELP-12 Wiki"];
    let body = "—-—-—-—\n\nReply above this line.\n\nIris commented:\n\nDone.\n\nView request: https://ji.example/browse/HELP-12\n";
    let found = message(&desk, "plain", body);
    assert_eq!((told(&found).as_str(), found.key.as_deref()), ("Wiki | Iris | Done.", Some("jira:ji.example/HELP-12")));
    let new = ["From: Iris (Jira) <j@ji.example>", "X-JIRA-FingerPrint: a", "Subject: [jira] [Created] (AB-1) Slow"];
    let body = "Iris created AB-1:\n--------------------\n\n     Summary: Slow\n         Key: AB-1\n    Priority: Minor\n\n\nIt is.\n\n--\nThis message was sent by Atlassian Jira\n";
    assert_eq!(text(&new, body), "Slow | Iris | It is.");
}

#[test]
fn forges_show_what_was_said_and_not_what_it_is_about() {
    let hub = [
        "From: Iris <notifications@github.com>",
        "X-GitHub-Reason: mention",
        "Subject: [a/b] Slow (PR #4)",
        "Message-ID: <a/b/pull/4@github.com>",
    ];
    let body = "@iris commented on this pull request.\n\n> @@ -1,2 +1,2 @@\n fn a() {\n+    b();\n\nNo.\n\n-- \nReply to this email";
    assert_eq!(text(&hub, body), "Slow | Iris | No.");
    let body = "Fixes #1\nYou can view, comment on, or merge this pull request online at:\n\n  https://github.com/a/b/pull/4\n\n-- Commit Summary --\n";
    assert_eq!(text(&hub, body), "Slow | Iris | Fixes #1");
    let lab = [
        "From: Iris (@i) <g@gl.example>",
        "X-GitLab-Project-Path: a/b",
        "X-GitLab-MergeRequest-IID: 4",
        "Subject: Re: b | Slow (!4)",
    ];
    let labels = "Merge request URL: https://gl.example/a/b/-/merge_requests/4\nAuthor: Iris\nAssignee: Max\n";
    assert_eq!(
        text(&lab, &format!("Merge request !4 was merged\n{labels}")),
        "Slow | Iris | Merge request !4 was merged"
    );
    assert_eq!(text(&lab, &format!("New Merge Request !4\n\n{labels}\nIt is.\n")), "Slow | Iris | It is.");
}

#[test]
fn code_in_a_post_can_be_read() {
    let header = ["From: Iris via F <n@f.example>", "X-Discourse-Topic-Id: 3", "Subject: Slow"];
    let page = "<p>Iris</p><p>13 Mar</p><p>Try:</p><pre><code>if a {\n    b &lt; c;\n}</code></pre><ol><li>one</li><li>two</li></ol>\
        <aside class=\"quote\"><div>max:</div><blockquote>old</blockquote></aside><p>Visit Topic or reply</p>";
    assert_eq!(html(&header, page), "Slow | Iris | Try:\n\nif a {\n    b < c;\n}\n\n1. one\n2. two");
}

#[test]
fn ticket_systems_in_html_alone_give_the_newest_words_only() {
    let zendesk = [
        "From: Iris (A) <s@a.example>",
        "X-Mailer: Zendesk Mailer",
        "Message-ID: <AB_1_2_sprut@zendesk.com>",
        "Subject: Lamp",
    ];
    let page = "<div>##- Please type your reply above this line -##</div><p>Your request has been updated.</p><p>Iris</p><p>Mar 14, 2026, 09:10 UTC</p>\
        <p>It works.</p><p>Max</p><p>Mar 12, 2026, 09:10 UTC</p><p>Broken.</p><p>This email is a service from A.</p>";
    assert_eq!(html(&zendesk, page), "Lamp | Iris (A) | It works.");
    let freescout = ["From: D <d@fs.example>", "X-FreeScout-Mail-Type: user.notification", "Subject: [#5] Lamp"];
    let page = "<h3>Iris replied</h3><div>Mar 14, 05:00</div><div>It works.</div><h3>Max started the conversation</h3><div>Mar 12, 05:00</div><div>Broken.</div>";
    assert_eq!(html(&freescout, page), "Lamp | Iris | It works.");
    let glpi = [
        "From: g@gl.example",
        "Message-ID: <GLPI_u-Ticket-5/new.1@gl.example>",
        "Subject: [GLPI #0000005] New ticket Lamp",
    ];
    let page = "<div>Title : Lamp</div><div>Requesters : Max</div><div>Description : <p>It <b>hums</b>.</p><p>All day.</p></div><div>Number of followups : 0</div>";
    assert_eq!(html(&glpi, page), "Lamp | Max | It hums.\n\nAll day.");
}

#[test]
fn freshdesk_may_put_the_event_before_the_number() {
    let header =
        ["From: D <d@club.freshdesk.com>", "Subject: Note Added - [#41] Router", "Message-ID: <x@freshdesk.com>"];
    let body = "Hi Max,\n\nTom added a note and wants you to have a look.\n\nTicket URL:\nhttps://club.freshdesk.com/a/tickets/41\n\nNote Content:\nRoom 4.\n";
    assert_eq!(text(&header, body), "Router | Tom | Room 4.");
}

#[test]
fn mattermost_in_html_has_its_button_above_the_message() {
    let header = [
        "From: Chat <n@mm.example>",
        "Subject: [Chat] New Direct Message from @iris on May 3, 2026",
        "Message-ID: <1@mm.example>",
    ];
    let page = "<div>iris sent you a new message</div><a href='https://mm.example/landing#/t/pl/7'>Reply in Mattermost</a>\
        <table><tr><td>iris</td><td>02:30 AM CET, May 3</td></tr></table><p>At 18:30 then?</p><div>Want to change your notifications settings?</div>";
    assert_eq!(html(&header, page), "New Direct Message from @iris | iris | At 18:30 then?");
}
