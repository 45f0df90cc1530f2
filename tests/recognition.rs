//! What is made of mail: each platform by its header, what it says, and what must never be taken for a notification.

use quiethours::core::{
    notice::{Kind, Notice, Platform, graft, read},
    selector::{Class, Rules},
};

/// Header lines, then the text of the body.
fn mail(header: &[&str], body: &str) -> Vec<u8> {
    let text = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n";
    format!("{}\r\n{text}\r\n{}", header.join("\r\n"), body.replace('\n', "\r\n")).into_bytes()
}

fn notice(header: &[&str], body: &str) -> Notice {
    let whole = mail(header, body);
    let found = read(&whole);
    let header_end = whole.windows(4).position(|end| end == b"\r\n\r\n").map_or(whole.len(), |at| at + 4);
    let alone = read(&whole[..header_end]);
    assert_eq!((alone.kind, alone.platform), (found.kind, found.platform), "the header alone decides");
    assert_eq!(alone.excerpt, None);
    found
}

/// Kind, platform, key, title and author in one line.
fn told(notice: &Notice) -> String {
    let or = |value: &Option<String>| value.clone().unwrap_or("-".into());
    let platform = notice.platform.map_or("-", Platform::name);
    format!("{:?} {platform} | {} | {} | {}", notice.kind, or(&notice.key), or(&notice.title), or(&notice.author))
}

fn excerpt(notice: &Notice) -> &str {
    notice.excerpt.as_deref().unwrap_or("-")
}

const DISCOURSE: &[&str] = &[
    "From: =?UTF-8?Q?Zo=C3=A9_via_Caf=C3=A9_R=C3=A9paration?= <noreply@cafe.example>",
    "Reply-To: \"Cafe\" <reponse+0123abcd@cafe.example>",
    "Message-ID: <discourse/post/812@cafe.example>",
    "References: <discourse/post/800@cafe.example> <discourse/post/810@cafe.example>",
    "Subject: =?UTF-8?Q?=5BCaf=C3=A9_R=C3=A9paration=5D_=5BOutils/=C3=89lectricit=C3=A9=5D_=5BR=C3=A9solu=5D_Grille-pain?=",
    "X-Discourse-Post-Id: 812",
    "X-Discourse-Topic-Id: 97",
    "Precedence: list",
    "List-ID: =?UTF-8?Q?Caf=C3=A9_R=C3=A9paration_=7C_Outils_=C3=89lectricit=C3=A9?= <elec.outils.cafe.example>",
    "List-Archive: <https://cafe.example/t/grille-pain/97>",
];

const DISCOURSE_BODY: &str = "[quote=\"ana, post:1, topic:97\"]\nIl fume.\n[/quote]\n\nVérifiez la résistance.\n\n---\n\n> comme ici\n\n\n-- \n*Réponses précédentes*\nIl fume.\n\nPublié par ana le 01/02/2026\n\n\n---\n[Voir le sujet](https://cafe.example/t/grille-pain/97/3) ou répondre à cet e-mail pour répondre.\n\nPour vous désabonner de ces e-mails, [cliquez ici](https://cafe.example/email/unsubscribe/ff).\n";

#[test]
fn a_discourse_post_gives_topic_title_author_and_only_the_new_words() {
    let found = notice(DISCOURSE, DISCOURSE_BODY);
    assert_eq!(told(&found), "Notification discourse | discourse:cafe.example/97 | [Résolu] Grille-pain | Zoé");
    assert_eq!(found.url.as_deref(), Some("https://cafe.example/t/grille-pain/97"));
    assert_eq!(found.reply_to.as_deref(), Some("reponse+0123abcd@cafe.example"));
    assert_eq!(excerpt(&found), "Vérifiez la résistance.\n\n---\n\n> comme ici");
}

#[test]
fn every_generation_of_discourse_headers_gives_the_same_topic() {
    let key = Some("discourse:cafe.example/97".to_owned());
    let archive = "List-Archive: https://cafe.example/t/grille-pain/97";
    let from = "From: Zoé via Café <noreply@cafe.example>";
    let generations: [&[&str]; 5] = [
        &[from, "Message-ID: <topic/97@cafe.example>", archive, "List-ID: Cafe <cafe.example>"],
        &[from, "Message-ID: <topic/97/812@cafe.example>"],
        &[from, "Message-ID: <topic/97/812.a1b2c3@cafe.example>", "References: <topic/97@cafe.example>"],
        &[from, "Message-ID: <discourse/post/812@cafe.example>", archive],
        &[from, "Message-ID: <x@mail.example>", "X-Discourse-Topic-Id: 97", "X-Discourse-Post-Id: 812", archive],
    ];
    for header in generations {
        assert_eq!(read(&mail(header, "Bonjour")).key, key, "{header:?}");
    }
}

#[test]
fn a_discourse_in_a_folder_and_another_beside_it_are_two_forums() {
    let key = |folder: &str| {
        let archive = format!("List-Archive: https://a.example{folder}/t/slug/5");
        read(&mail(&["From: a@a.example", "X-Discourse-Topic-Id: 5", &archive], "")).key.unwrap()
    };
    assert_eq!(key(""), "discourse:a.example/5");
    assert_ne!(key("/forum"), key("/autre"));
}

#[test]
fn a_discourse_group_mailbox_is_recognised_without_any_list_header() {
    let header = [
        "From: Accueil <accueil@cafe.example>",
        "Message-ID: <discourse/post/44@cafe.example>",
        "Subject: Re: Horaires",
        "X-Discourse-Topic-Id: 12",
    ];
    assert_eq!(
        told(&notice(&header, "À 9 h.")),
        "Notification discourse | discourse:cafe.example/12 | Horaires | Accueil"
    );
}

#[test]
fn a_discourse_private_message_loses_its_mark_and_an_invitation_keeps_the_title() {
    let with_subject = |subject: &str| {
        let subject = format!("Subject: {subject}");
        notice(
            &[
                "From: Al via Site <n@a.example>",
                "Message-ID: <discourse/post/4@a.example>",
                &subject,
                "List-ID: Site <a.example>",
            ],
            "",
        )
        .title
    };
    assert_eq!(with_subject("[Site] [PM] Hello"), Some("Hello".into()));
    assert_eq!(with_subject("[Site] [Draft] Hello"), Some("[Draft] Hello".into()));
    assert_eq!(with_subject("[Site] al invited you to a message \"Budget\""), Some("Budget".into()));
}

#[test]
fn a_discourse_summary_is_a_notification_of_no_single_topic() {
    let header = ["From: Site <noreply@a.example>", "Subject: [Site] Summary", "X-Discourse-Post-Ids: 1,2"];
    let found = notice(&header, "A brief summary");
    assert_eq!((found.kind, found.key), (Kind::Notification, None));
}

const ACCOUNT: &[&str] = &[
    "From: Café <noreply@cafe.example>",
    "Message-ID: <0c8a52fe-5b1f-4a38-9a07-d1e4a1f0c2aa@cafe.example>",
    "Subject: [Café] Connexion par lien",
    "Auto-Submitted: auto-generated",
    "X-Auto-Response-Suppress: All",
];

#[test]
fn a_discourse_login_link_is_account_mail_and_never_held() {
    let boundary = "Content-Type: multipart/alternative; boundary=\"--==_mimepart_6a\"";
    let message = [ACCOUNT.join("\r\n").as_str(), boundary, "", ""].join("\r\n");
    let found = read(message.as_bytes());
    assert_eq!(found.kind, Kind::Account);
    let greedy = Rules { hold: Some(vec!["from:@cafe.example".parse().unwrap()]), never_hold: vec![], urgent: vec![] };
    assert_eq!(greedy.classify(&found), Class::Account);
}

#[test]
fn the_words_of_a_subject_alone_make_no_account_mail() {
    let header =
        ["From: Paul <paul@amis.example>", "Subject: [Forum] Réinitialisation du mot de passe", "Message-ID: <a@b>"];
    assert_eq!(notice(&header, "Tu peux m'aider ?").kind, Kind::Other);
    let ticket = ["From: RT <rt@a.example>", "Subject: [a.example #3] Password reset", "X-RT-Ticket: a.example #3"];
    assert_eq!(notice(&ticket, "").kind, Kind::Notification);
}

#[test]
fn account_mail_of_other_platforms_is_known_by_its_own_header() {
    let accounts: [&[&str]; 9] = [
        &[
            "From: g@a.example",
            "Message-ID: <GLPI_abc-User-4/passwordforget@host>",
            "Subject: [GLPI] Mot de passe oublié ?",
        ],
        &["From: r@a.example", "X-Mailer: Redmine", "X-Redmine-Host: a.example", "Subject: Votre mot de passe"],
        &["From: z@a.example", "X-Mailer: Zammad Mail Service", "Subject: Reset your Zammad password"],
        &["From: b@a.example", "X-phpBB-Origin: phpbb://a.example/", "Subject: Réactivation de votre compte"],
        &["From: n@a.example", "List-Id: <reset.12.a.example>", "Subject: [A] Réinitialisation"],
        &["From: f@a.example", "X-FreeScout-Mail-Type: user.password_changed", "Subject: Password Changed"],
        &["From: b@a.example", "X-Bugzilla-Type: admin", "Subject: Bugzilla Change Password Request"],
        &["From: GitHub <noreply@github.com>", "Subject: [GitHub] Please verify your device"],
        &[
            "From: x@gitlab.a.example",
            "Auto-Submitted: auto-generated",
            "X-Auto-Response-Suppress: All",
            "Subject: Reset password instructions",
        ],
    ];
    for header in accounts {
        assert_eq!(notice(header, "…").kind, Kind::Account, "{header:?}");
    }
}

#[test]
fn a_glpi_ticket_is_followed_by_its_reference() {
    let header = [
        "From: Support <glpi@ville.example>",
        "Reply-To: support@ville.example",
        "Message-ID: <GLPI_9f8e7d-Ticket-58/add_followup.1.2@srv>",
        "Subject: =?UTF-8?Q?=5BGLPI_=230000058=5D_Nouveau_suivi_Imprimante_du_2e?=",
        "Auto-Submitted: auto-generated",
    ];
    let body = " URL : https://glpi.ville.example/index.php?redirect=ticket_58 \n\n Titre :Imprimante du 2e\n Urgence : Très haute\n\n [02-02-2026 19:12] Mme Noël\n Plus de toner.\n\n-- \nSIGNATURE\n";
    let found = notice(&header, body);
    assert_eq!(told(&found), "Notification glpi | glpi:ville.example/Ticket-58 | Imprimante du 2e | Mme Noël");
    assert_eq!(found.url.as_deref(), Some("https://glpi.ville.example/index.php?redirect=ticket_58"));
    assert_eq!((excerpt(&found), found.urgent), ("Plus de toner.", true));
    let alone = read(&mail(&header, ""));
    assert_eq!(alone.title.as_deref(), Some("Imprimante du 2e"));
    let older = [
        "From: g@ville.example",
        "In-Reply-To: <GLPI-9f8e7d-Ticket-58>",
        "Subject: [DSI #0000058] Ticket résolu x",
        "Auto-Submitted: auto-generated",
    ];
    assert_eq!(notice(&older, "").key.as_deref(), Some("glpi:ville.example/Ticket-58"));
}

#[test]
fn rt_tickets_of_both_generations_are_recognised() {
    let new = [
        "From: \"Ines via RT\" <aide@a.example>",
        "Subject: [aide.a.example #9] [aide.a.example #9] Resolved: Re: VPN",
        "X-RT-Ticket: aide.a.example #9",
    ];
    let found = notice(
        &new,
        "<URL: https://rt.a.example/Ticket/Display.html?id=9 >\n\nC'est fait.\n\nLe lundi 2 février 2026, Bob a écrit :\n> ?\n",
    );
    assert_eq!(told(&found), "Notification rt | rt:aide.a.example/9 | VPN | Ines");
    assert_eq!(excerpt(&found), "C'est fait.");
    let old = [
        "From: \" via RT\" <aide@a.example>",
        "Subject: [Asso #9] AutoReply: VPN",
        "RT-Ticket: Asso #9",
        "Managed-BY: RT 4.0.1",
    ];
    assert_eq!(told(&notice(&old, "")), "Notification rt | rt:a.example/Asso#9 | VPN | -");
}

#[test]
fn a_product_header_wins_over_the_list_that_relays_it() {
    let header = [
        "From: \"A via RT\" <a@a.example>",
        "X-RT-Ticket: a.example #1",
        "List-Id: <l.a.example>",
        "List-Post: <mailto:l@a.example>",
        "Subject: [l] [a.example #1] X",
    ];
    assert_eq!(notice(&header, "").platform, Some(Platform::Rt));
}

#[test]
fn a_zammad_article_is_read_though_zammad_quotes_it() {
    let header = [
        "From: Notification Master <noreply@desk.example>",
        "X-Mailer: Zammad Mail Service",
        "Subject: =?UTF-8?Q?Ticket_Mis_=C3=A0_jour_=28Facture_=28mars=29=29_=5BTicket=235012=5D?=",
    ];
    let body = "Bonjour,\n\nLe ticket a été mis à jour par \"Lou Roy\".\n\nChangements:\nPriorité: 2 normal -> 3 high\n\nInformation:Toujours rien reçu.\n\nVoir ceci dans Zammad\n\n[1] https://desk.example/#ticket/zoom/12\n";
    let found = notice(&header, body);
    assert_eq!(told(&found), "Notification zammad | zammad:desk.example/5012 | Facture (mars) | Lou Roy");
    assert_eq!((excerpt(&found), found.urgent), ("Toujours rien reçu.", true));
    assert_eq!(found.url.as_deref(), Some("https://desk.example/#ticket/zoom/12"));
}

#[test]
fn a_redmine_issue_is_told_with_and_without_its_body() {
    let header = [
        "From: Nour <redmine@p.example>",
        "X-Mailer: Redmine",
        "X-Redmine-Host: p.example",
        "X-Redmine-Issue-Id: 77",
        "X-Redmine-Issue-Priority: Immédiat",
        "List-Id: <site.redmine.p.example>",
        "Subject: [Site - Anomalie #77] (En cours) (Bis) Menu cassé",
    ];
    let body = "La demande #77 a été mise à jour par Nour.\n\n* Statut changé\n\nVu sous Linux.\n\n----------------------------------------\nAnomalie #77: (Bis) Menu cassé\nhttps://p.example/issues/77#change-5\n----------------------------------------\nAncien\n-- \nPied\n";
    let found = notice(&header, body);
    assert_eq!(told(&found), "Notification redmine | redmine:p.example/issue-77 | (Bis) Menu cassé | Nour");
    assert_eq!((found.url.as_deref(), found.urgent), (Some("https://p.example/issues/77"), true));
    assert!(excerpt(&found).ends_with("Vu sous Linux."));
    assert_eq!(read(&mail(&header, "")).title.as_deref(), Some("(Bis) Menu cassé"));
}

#[test]
fn gitea_and_forgejo_are_not_taken_for_the_forges_they_imitate() {
    let header = |mailer| {
        [
            "From: Kim <n@git.example>",
            mailer,
            "X-Gitea-Reason: mention",
            "X-Gitea-Repository-Path: o/r",
            "X-Gitea-Issue-ID: 4",
            "X-Gitea-Issue-Link: https://git.example/o/r/pulls/4",
            "X-GitHub-Reason: mention",
            "X-GitLab-Project: r",
            "Subject: Re: [o/r] Fix it (PR #4)",
        ]
    };
    let body = "**@kim** commented on this pull request.\n\nDone.\n\n---\nReply to this email directly or view it on Gitea: https://git.example/o/r/pulls/4#c1\n";
    let found = notice(&header("X-Mailer: Gitea"), body);
    assert_eq!(told(&found), "Notification gitea | gitea:git.example/o/r#4 | Fix it | Kim");
    assert_eq!(excerpt(&found), "Done.");
    assert_eq!(notice(&header("X-Mailer: Forgejo"), body).platform, Some(Platform::Forgejo));
}

#[test]
fn github_and_gitlab_mail_is_grouped_by_issue() {
    let github = [
        "From: Sam <notifications@github.com>",
        "X-GitHub-Reason: subscribed",
        "Message-ID: <o/r/pull/8/c55@github.com>",
        "In-Reply-To: <o/r/pull/8@github.com>",
        "Subject: Re: [o/r] Speed (up) (#8)",
    ];
    let found = notice(
        &github,
        "Nice!\n\n-- \nReply to this email directly or view it on GitHub:\nhttps://github.com/o/r/pull/8#issuecomment-55\n",
    );
    assert_eq!(told(&found), "Notification github | github:github.com/o/r#8 | Speed (up) | Sam");
    assert_eq!((excerpt(&found), found.url.as_deref()), ("Nice!", Some("https://github.com/o/r/pull/8")));
    let gitlab = [
        "From: \"Léo (@leo)\" <g@lab.example>",
        "X-GitLab-Project-Path: a/b",
        "X-GitLab-MergeRequest-IID: 3",
        "Subject: Re: b | Draft: Menu (!3)",
    ];
    let found = notice(&gitlab, "Léo commented:\n\nOui.\n\n-- \nReply to this email directly\n");
    assert_eq!(told(&found), "Notification gitlab | gitlab:lab.example/a/b!3 | Draft: Menu | Léo");
    assert_eq!((excerpt(&found), found.url.as_deref()), ("Oui.", Some("https://lab.example/a/b/-/merge_requests/3")));
}

#[test]
fn a_phpbb_topic_and_a_private_message_are_told_apart() {
    let header = |subject| {
        ["From: Forum <b@b.example>", "X-phpBB-Origin: phpbb://b.example/forum", "X-Priority: 3 (Normal)", subject]
    };
    let body = "Hello,\n\nThe topic \"Old PC\" received a new reply by max since your last visit.\n\nhttps://b.example/forum/viewtopic.php?t=5&e=1&view=unread#unread\n\nhttps://b.example/forum/viewtopic.php?t=5\n\nhttps://b.example/forum/viewtopic.php?uid=1&t=5&unwatch=topic\n";
    let found = notice(&header("Subject: Reply in \"Old PC\""), body);
    assert_eq!(told(&found), "Notification phpbb | phpbb:b.example/5 | Old PC | max");
    assert_eq!(found.url.as_deref(), Some("https://b.example/forum/viewtopic.php?t=5"));
    let body = "A new private message from \"max\" with the following subject has arrived:\nRAM\n\nhttps://b.example/forum/ucp.php?i=pm&mode=view&p=6\n";
    assert_eq!(
        told(&notice(&header("Subject: New private message"), body)),
        "Notification phpbb | phpbb:b.example/pm6 | RAM | max"
    );
}

#[test]
fn a_mailing_list_is_grouped_by_thread_and_not_held_unless_named() {
    let header = [
        "From: Eva <eva@home.example>",
        "Message-ID: <2@home.example>",
        "References: <1@x.example> <0@x.example>",
        "List-Id: Club <club.lists.example>",
        "List-Post: <mailto:club@lists.example>",
        "Subject: Re: [Club] [VOTE] Budget",
    ];
    let found = notice(
        &header,
        "Pour.\n\nOn Monday,\nBob wrote:\n> Contre ?\n\n_______________________________________________\nClub mailing list\n",
    );
    assert_eq!(
        told(&found),
        "Notification mailinglist | mailinglist:club.lists.example/1@x.example | [VOTE] Budget | Eva"
    );
    assert_eq!(excerpt(&found), "Pour.");
    let default = Rules { hold: None, never_hold: vec![], urgent: vec![] };
    assert_eq!(default.classify(&found), Class::Unnamed);
}

#[test]
fn newsletters_personal_mail_and_answers_to_a_forum_are_not_ours() {
    let others: [&[&str]; 5] = [
        &[
            "From: News <n@shop.example>",
            "List-Id: <news.shop.example>",
            "List-Unsubscribe: <https://shop.example/u>",
            "Auto-Submitted: auto-generated",
            "Subject: Soldes",
        ],
        &["From: News <n@shop.example>", "List-Id: <news.shop.example>", "List-Post: NO", "Subject: Soldes"],
        &["From: Marie <marie@amis.example>", "Subject: Re: [Forum] [Ticket#4521] le forum"],
        &[
            "From: Marie <marie@amis.example>",
            "In-Reply-To: <discourse/post/812@cafe.example>",
            "Subject: Re: [Café] Grille-pain",
        ],
        &["From: Marie <marie@amis.example>", "In-Reply-To: <GLPI_1-Ticket-5/new@h>", "Subject: Re: [GLPI #0000005] x"],
    ];
    for header in others {
        let found = notice(header, "Bonjour, https://cafe.example/t/x/1");
        assert_eq!((found.kind, found.platform), (Kind::Other, None), "{header:?}");
    }
}

#[test]
fn bounces_and_our_own_digests_are_neither_notifications_nor_held() {
    let bounce = ["From: Mail <MAILER-DAEMON@mx.example>", "Subject: failure", "X-Discourse-Topic-Id: 1"];
    assert_eq!(notice(&bounce, "").kind, Kind::Bounce);
    let report =
        "From: a@b.example\r\nContent-Type: Multipart/Report; report-type=delivery-status; boundary=x\r\n\r\n--x--";
    assert_eq!(read(report.as_bytes()).kind, Kind::Bounce);
    let digest = notice(&["From: a@b.example", "Subject: Bonjour", "X-Quiethours-Release: abc234"], "");
    assert_eq!((digest.kind, digest.release.as_deref()), (Kind::Digest, Some("abc234")));
}

#[test]
fn several_or_odd_answer_addresses_are_no_address() {
    let with = |line: &str| notice(&["From: a@b.example", line], "").reply_to;
    assert_eq!(with("Reply-To: A <a@b.example>, c@d.example"), None);
    assert_eq!(with("Reply-To: g: a@b.example, c@d.example;"), None);
    assert_eq!(with("Reply-To: <a?bcc=x@b.example>"), None);
    assert_eq!(with("Reply-To: A <a@b.example>\r\nReply-To: a@B.example"), Some("a@b.example".into()));
}

#[test]
fn encoded_words_cannot_bring_line_ends_or_hidden_characters_into_a_fact() {
    let header = [
        "From: =?UTF-8?Q?a=0D=0ABcc:_x=00=E2=80=AE_via_S?= <n@a.example>",
        "Subject: =?UTF-8?B?W1NdIGENCkV2aWw6IDE=?=",
        "X-Discourse-Topic-Id: 5",
        "List-Archive: https://a.example/t/x/5",
    ];
    let found = notice(&header, "\u{202E}x\x1b[2J\u{200B}y");
    let facts =
        [found.title.unwrap(), found.author.unwrap(), found.subject, found.excerpt.unwrap(), found.key.unwrap()];
    for fact in facts {
        assert!(!fact.chars().any(|c| c.is_control() || "\u{202E}\u{200B}".contains(c)), "{fact:?}");
    }
}

#[test]
fn text_is_preferred_to_html_wherever_it_stands_and_attachments_are_named() {
    let message = "From: a@a.example\r\nX-Discourse-Topic-Id: 1\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
        --b\r\nContent-Type: text/html\r\n\r\n<p>html</p>\r\n--b\r\nContent-Type: text/plain\r\n\r\ntexte\r\n\
        --b\r\nContent-Type: image/png; name=\"a\r\n b.png\"\r\nContent-Disposition: attachment; filename=\"photo\u{202E}.png\"\r\n\r\nx\r\n--b--\r\n";
    let found = read(message.as_bytes());
    assert_eq!(excerpt(&found), "texte");
    assert_eq!(found.attachments, ["photo.png"]);
}

#[test]
fn nothing_at_all_is_unreadable_and_a_header_alone_is_not() {
    assert!(read(b"").unreadable && read(b"\r\n\r\nx").unreadable && read(b"\xff\x00\xfe").unreadable);
    assert!(!read(b"Subject: x").unreadable);
}

#[test]
fn a_message_cut_anywhere_still_gives_a_notice() {
    let whole = mail(DISCOURSE, DISCOURSE_BODY);
    for end in 0..whole.len() {
        let found = read(&whole[..end]);
        assert!(matches!(found.kind, Kind::Notification | Kind::Other), "{end}");
    }
}

#[test]
fn hostile_floods_are_read() {
    let floods = [
        "http://",
        "</h",
        "[quote=\"a\"]",
        "[",
        "---\n[",
        ">\n",
        "<div>",
        "=?UTF-8?Q?",
        "On \n",
        "\u{301}",
        "--\n",
        "( ",
    ];
    for flood in floods {
        let body = flood.repeat((512 << 10) / flood.len());
        read(&mail(DISCOURSE, &body));
        read(&mail(
            &["From: a@a.example", "X-GitHub-Reason: x", &format!("Subject: {}", body.replace('\n', ""))],
            &body,
        ));
        let html = format!("From: a@a.example\r\nX-Mailer: osTicket Mailer\r\nContent-Type: text/html\r\n\r\n{body}");
        read(html.as_bytes());
    }
}

#[test]
fn a_grafted_message_reads_like_the_whole_one() {
    let header = format!("{}\r\nContent-Type: multipart/alternative; boundary=q\r\n\r\n", DISCOURSE.join("\r\n"));
    let mime = b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n";
    let found = read(&graft(header.as_bytes(), mime, b"V=E9rifiez.=\r\n\r\n-- =\r\n"));
    assert_eq!(found.key.as_deref(), Some("discourse:cafe.example/97"));
    assert!(excerpt(&found).starts_with("Vérifiez."));
}

#[test]
fn grafting_a_message_of_one_part_keeps_its_own_description() {
    let header = b"From: a@a.example\nX-Discourse-Topic-Id: 1\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n";
    assert_eq!(excerpt(&read(&graft(header, b"", b"w6kK"))), "é");
}
