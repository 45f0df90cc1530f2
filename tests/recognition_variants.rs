//! What platforms send today beside their plain notifications: watched forums, private messages, templates as they come with the
//! product, account mail without a header of its own, and what they say of a ticket's state.

use quiethours::core::notice::{Kind, Notice, Platform, read};

fn notice(header: &[&str], body: &str) -> Notice {
    let text = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n";
    read(format!("{}\r\n{text}\r\n{}", header.join("\r\n"), body.replace('\n', "\r\n")).as_bytes())
}

/// Platform, title, author and words in one line.
fn told(notice: &Notice) -> String {
    let or = |value: &Option<String>| value.clone().unwrap_or("-".into());
    let platform = notice.platform.map_or("-", Platform::name);
    format!("{platform} | {}", [&notice.title, &notice.author, &notice.excerpt].map(or).join(" | "))
}

#[test]
fn a_watched_phpbb_forum_is_told_by_its_topic() {
    let header = ["From: b@bd.example", "X-phpBB-Origin: phpbb://bd.example/", "Subject: New topic in \"Aide\""];
    let body = "Hello iris,\n\nThe forum \"Aide\" received a new topic \"Vélo\" by Max since your last visit to \"BD\".\n\n\
        https://bd.example/viewtopic.php?t=8\n";
    let found = notice(&header, body);
    assert_eq!(told(&found), "phpbb | Vélo | Max | -");
    assert!(!found.personal);
}

#[test]
fn a_phpbb_quotation_is_for_the_reader() {
    let header = ["From: b@bd.example", "X-phpBB-Origin: phpbb://bd.example/", "Subject: Quoted in \"Vélo\""];
    let body = "\"Max\" quoted you in the topic \"Vélo\" at \"BD\".\n\nhttps://bd.example/viewtopic.php?t=8\n";
    assert!(notice(&header, body).personal);
}

#[test]
fn private_messages_of_flarum_and_nodebb_are_for_the_reader() {
    let flarum = ["From: Bois <n@bois.example>", "Subject: Max sent you a message"];
    let body =
        "Max sent you a new message.\n\nhttps://bois.example/messages/dialog/3/9\n\n---\n\nSamedi ?\n\n- The team -\n";
    let found = notice(&flarum, body);
    assert_eq!(told(&found), "flarum | Max sent you a message | Max | Samedi ?");
    assert!(found.personal && found.by_body);
    let nodebb =
        ["From: N <n@nb.example>", "List-Id: <notification.4.nb.example>", "Subject: [N] New message from \"Max\""];
    let found =
        notice(&nodebb, "Hello iris,\n\nNew message from Max\n\nThere?\n\nView Chat [https://nb.example/chats/7]\n");
    assert_eq!(told(&found), "nodebb | New message from \"Max\" | Max | There?");
    assert!(found.personal);
}

#[test]
fn nodebb_replies_and_new_topics_of_one_title_are_one_topic() {
    let header = |subject| ["From: N <n@nb.example>", "List-Id: <notification.4.nb.example>", subject];
    let keys = [
        "Subject: [N] Max posted a reply in Wok",
        "Subject: [N] Max a répondu dans Wok",
        "Subject: [N] Max posted Wok",
    ]
    .map(|subject| notice(&header(subject), "x").key);
    assert!(keys.iter().all(|key| key.is_some() && *key == keys[0]), "{keys:?}");
}

#[test]
fn a_follow_up_of_the_template_that_glpi_brings_along_gives_its_writer_and_words() {
    let header = [
        "From: g@gl.example",
        "Message-ID: <GLPI_a-Ticket-6/add_followup.1@h>",
        "Subject: [GLPI #0000006] Nouveau suivi Lampe",
    ];
    let body = " Titre : Lampe\n Demandeurs : Zoé\n Description : Éteinte.\n Nombre de suivis : 1\n\n\n [2026-01-02 10:00] Suivi privé : Non\n \
        Rédacteur Max\n Description Changée.\n\nDeux fois.\n Date 2026-01-02 10:00\n Type de demande Téléphone\n\n Nombre de tâches : 0\n";
    assert_eq!(told(&notice(&header, body)), "glpi | Lampe | Max | Changée.\n\nDeux fois.");
}

#[test]
fn rt_is_read_below_its_summary_and_its_link_and_behind_the_tag_of_a_list() {
    let rt = |subject| ["From: \"Max via RT\" <a@rt.example>", "X-RT-Ticket: rt.example #6", subject];
    let summary = "Thu Jan 1 2026: Request 6 was acted upon.\n Transaction: x\n Ticket <URL: https://rt.example/Ticket/Display.html?id=6 >\n\n\nOui.\n";
    assert_eq!(told(&notice(&rt("Subject: [rt.example #6] Clé"), summary)), "rt | Clé | Max | Oui.");
    let comment = "https://rt.example/Ticket/Display.html?id=6\nThis is a comment.  It is not sent to the Requestor(s):\n\nNon.\n";
    let relayed = "Subject: [equipe] [rt.example #6] [Comment] Clé";
    assert_eq!(told(&notice(&rt(relayed), comment)), "rt | Clé | Max | Non.");
}

#[test]
fn a_transfer_and_a_stale_ticket_of_osticket_are_read_below_the_sentence_that_names_it() {
    let header = ["From: d@os.example", "X-Mailer: osTicket Mailer", "Subject: Ticket #77 transfer - Voirie"];
    let body = "Hi Iris,\nTicket #77 has been transferred to the Voirie department by Max\n\n> À vous.\n\nTo view or respond to the ticket, please login\n\
        https://os.example/scp/tickets.php?id=7\n";
    assert_eq!(notice(&header, body).excerpt.as_deref(), Some("À vous."));
}

#[test]
fn an_event_of_znuny_is_no_part_of_the_title_in_any_language_but_a_customers_words_are() {
    let header = |subject| ["From: z@zn.example", "X-Mailer: Znuny Mail Service", subject];
    let told = |subject, body| notice(&header(subject), body).title;
    let link = "https://zn.example/index.pl?Action=AgentTicketZoom;TicketID=1";
    assert_eq!(told("Subject: [Ticket#2026010110000017] Ticket erstellt: Lampe", link).as_deref(), Some("Lampe"));
    let own = "Subject: [Ticket#2026010110000017] Ticket de caisse: perdu";
    assert_eq!(told(own, "Bonjour").as_deref(), Some("Ticket de caisse: perdu"));
}

#[test]
fn account_mail_is_known_by_the_page_its_link_leads_to_on_the_senders_site() {
    let kind = |from: &str, link: &str| notice(&[from, "Subject: Password reset"], link).kind;
    for page in ["verify.php?id=2&confirm_hash=a", "lostpassword/reset/form/a/b", "reset_password_complete?token=a"] {
        assert_eq!(kind("From: n@si.example", &format!("https://si.example/{page}")), Kind::Account, "{page}");
        assert_eq!(kind("From: n@other.example", &format!("https://si.example/{page}")), Kind::Other, "{page}");
    }
    let quoted = ["From: n@si.example", "Subject: Re: Password reset"];
    assert_eq!(notice(&quoted, "https://si.example/verify.php?id=2").kind, Kind::Other);
    let gitea = ["From: n@gi.example", "X-Mailer: Gitea", "Subject: Your primary mail has been changed"];
    assert_eq!(notice(&gitea, "x").kind, Kind::Account);
    let gitlab = [
        "From: GitLab <n@lab.example>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "Subject: x",
    ];
    assert_eq!(notice(&gitlab, "x").kind, Kind::Account);
}

#[test]
fn html_alone_is_read_below_the_platforms_own_sentences() {
    let page = |header: &[&str], body: &str| {
        let form = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n";
        read(format!("{}\r\n{form}\r\n{body}", header.join("\r\n")).as_bytes()).excerpt
    };
    let flarum = "<p>Max just posted: <a href=\"https://bois.example/d/7-wok/2\">Wok</a>.</p><p>You won't receive any more notifications</p>\
        <hr><div>Oui.</div><p>You received this email because <a href=\"https://bois.example/notifications/unsubscribe/1/a\">x</a></p>";
    assert_eq!(page(&["From: n@bois.example", "Subject: [New Post] Wok"], flarum).as_deref(), Some("Oui."));
    let rt = "Ticket URL: <a href=\"https://rt.example/Ticket/Display.html?id=6\">https://rt.example/Ticket/Display.html?id=6</a><br><br><p>Oui.</p>";
    assert_eq!(page(&["From: a@rt.example", "X-RT-Ticket: rt.example #6"], rt).as_deref(), Some("Oui."));
    let bugzilla = "<div><a href=\"https://bz.example/show_bug.cgi?id=5#c3\">Comment # 3</a> on bug 5 from Max<pre>Oui.</pre></div>";
    assert_eq!(
        page(&["From: b@bz.example", "X-Bugzilla-Type: changed", "Subject: [Bug 5] L"], bugzilla).as_deref(),
        Some("Oui.")
    );
}

#[test]
fn closed_and_assigned_are_read_where_the_platform_says_so() {
    let trac = ["From: t@tr.example", "X-Trac-Project: S", "X-Trac-Ticket-ID: 9", "Subject: [S] #9: NaN"];
    let table = |status| {
        format!(
            "#9: NaN\n------------------+---------\n Owner: y | Status: {status}\n------------------+---------\n\nComment (by x):\n\n y\n"
        )
    };
    assert!(notice(&trac, &table("closed")).closed && !notice(&trac, &table("new")).closed);
    let mantis = ["From: m@ma.example", "Subject: [R 0000731]: L", "Keywords: [R] G", "Auto-Submitted: auto-generated"];
    let found = notice(&mantis, "The following issue has been RESOLVED.\nReported By:   zoe\nAssigned To:   iris\n");
    assert!(found.closed);
    assert_eq!((found.author.as_deref(), found.assignee.as_deref()), (Some("zoe"), Some("iris")));
    let jira = |event| notice(&["From: j@ji.example", "X-JIRA-FingerPrint: a", event], "x").closed;
    assert!(jira("Subject: [jira] [Resolved] (A-1) L") && !jira("Subject: [jira] [Updated] (A-1) L"));
    let zammad = ["From: z@za.example", "X-Mailer: Zammad Mail Service", "Subject: Updated Ticket (L) [Ticket#7]"];
    assert!(notice(&zammad, "Changes:\nState: open -> closed\n").closed);
    assert!(!notice(&zammad, "Changes:\nState: closed -> open\n").closed);
    let freescout = ["From: f@fs.example", "X-FreeScout-Mail-Type: user.notification", "Subject: [#7] L"];
    assert!(notice(&freescout, "## Max assigned the conversation to you, on Mar 14\n").personal);
    let osticket = ["From: d@os.example", "X-Mailer: osTicket Mailer", "Subject: Ticket Assigned to you"];
    assert!(notice(&osticket, "Ticket #7 has been assigned to you by Max\n").personal);
}
