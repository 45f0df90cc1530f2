//! Platforms that nothing but the body of a mail marks: recognised, and held only where the configuration names their site.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use quiethours::core::{
    notice::{Kind, Notice, Platform, read},
    selector::{Class, Rules, Selector},
};

fn notice(header: &[&str], body: &str) -> Notice {
    let text = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n";
    read(format!("{}\r\n{text}\r\n{}", header.join("\r\n"), body.replace('\n', "\r\n")).as_bytes())
}

/// Kind, platform, key, title, author, link and words in one line.
fn told(notice: &Notice) -> String {
    let or = |value: &Option<String>| value.clone().unwrap_or("-".into());
    let platform = notice.platform.map_or("-", Platform::name);
    let facts = [&notice.key, &notice.title, &notice.author, &notice.url, &notice.excerpt];
    format!("{:?} {platform} | {}", notice.kind, facts.map(or).join(" | "))
}

const FLARUM: &[&str] =
    &["From: Jardins <ne-pas-repondre@jardins.example>", "Subject: [Nouveau message] Semis de mars"];

const FLARUM_BODY: &str = "Bonjour Alice,\n\nNoé vient de publier dans une discussion que vous suivez : Semis de mars.\n\n\
    Pour voir les nouveautés, suivez ce lien :\nhttps://forum.jardins.example/d/77-semis-de-mars/12\n\n---\n\n\
    Les tomates, au chaud.\n\n---\n\nLes fèves, dehors.\n\n---\n\n\
    Vous ne recevrez plus de notification pour cette discussion jusqu’à votre prochaine visite.\n";

#[test]
fn a_flarum_post_is_told_by_the_link_and_the_rule_below_it() {
    assert_eq!(
        told(&notice(FLARUM, FLARUM_BODY)),
        "Notification flarum | flarum:forum.jardins.example/77 | Semis de mars | Noé | https://forum.jardins.example/d/77 | \
         Les tomates, au chaud.\n\n---\n\nLes fèves, dehors."
    );
}

#[test]
fn a_flarum_mention_names_who_and_where_in_its_subject() {
    let header = ["From: Makers <noreply@makers.example>", "Subject: Ines mentioned you in Kiln repair"];
    let body = "Hey Alice!\n\nInes mentioned you in a post in Kiln repair.\n\nhttps://makers.example/d/9-kiln-repair/3\n\n\
        ---\n\n@Alice have you a spare coil?\n\n- The Makers team -\n\n\nThis email was sent to alice@a.example because\n";
    assert_eq!(
        told(&notice(&header, body)),
        "Notification flarum | flarum:makers.example/9 | Kiln repair | Ines | https://makers.example/d/9 | \
         @Alice have you a spare coil?"
    );
}

#[test]
fn nextcloud_is_told_by_the_name_of_its_site() {
    let header = [
        "From: Nuage des Jardins <no-reply@jardins.example>",
        "Subject: 3 nouvelles notifications pour Nuage des Jardins",
    ];
    let body = "Bonjour Alice,\n\nVous avez 3 nouvelles notifications pour https://jardins.example/nuage/\n\n\
        * Noé a partagé « Plan » avec vous\n\nVous pouvez changer la fréquence de ces e-mails dans les paramètres : \
        https://jardins.example/nuage/index.php/settings/user/notifications\n";
    let found = notice(&header, body);
    assert_eq!(found.platform, Some(Platform::Nextcloud));
    assert_eq!((found.key.as_deref(), found.url.as_deref()), (None, Some("https://jardins.example/nuage/")));
    assert!(found.excerpt.is_some_and(|words| words.contains("Plan") && !words.contains("paramètres")));
}

#[test]
fn mattermost_messages_of_one_thread_have_one_key() {
    let from = "From: Discussions <noreply@chat.jardins.example>";
    let subject = "Subject: [Discussions] Notification in Jardins on March 14, 2026";
    let root = "Message-ID: <abcdefghijkmnopqrstuwxyz13@chat.jardins.example>";
    let answer = "References: <abcdefghijkmnopqrstuwxyz13@chat.jardins.example>";
    let body = "@noe mentioned you in a message\n\nnoe\n14:05 CET\n\n@alice la serre ferme ?\n\n\
        Reply in Mattermost ( https://chat.jardins.example/landing#/jardins/pl/abcdefghijkmnopqrstuwxyz13 )\n";
    let first = notice(&[from, subject, root], body);
    let second =
        notice(&[from, subject, "Message-ID: <bbcdefghijkmnopqrstuwxyz13@chat.jardins.example>", answer], body);
    assert_eq!(first.key, second.key);
    assert_eq!((first.author.as_deref(), first.excerpt.as_deref()), (Some("noe"), Some("@alice la serre ferme ?")));
    let header = [from, "Subject: [Discussions] Nouveau message personnel de @noe le 14 mars 2026"];
    let direct = notice(
        &header,
        "@noe\n14:05 CET\n\nCoucou\n\nAfficher dans Mattermost : https://chat.jardins.example/jardins/pl/x\n",
    );
    assert_eq!(
        told(&direct),
        "Notification mattermost | mattermost:chat.jardins.example/dm/noe | Nouveau message personnel de @noe | noe | \
         https://chat.jardins.example/jardins/pl/x | Coucou"
    );
}

#[test]
fn freshdesk_is_told_by_the_number_in_subject_and_link() {
    let header = ["From: Accueil <aide@jardins.freshdesk.example>", "Subject: [#88] Badge perdu"];
    let body = "Bonjour Alice,\n\nNoé a ajouté une note au ticket.\n\nIl est au vestiaire.\n\nhttps://jardins.freshdesk.example/a/tickets/88\n";
    assert_eq!(
        told(&notice(&header, body)),
        "Notification freshdesk | freshdesk:jardins.freshdesk.example/88 | Badge perdu | Noé | \
         https://jardins.freshdesk.example/a/tickets/88 | Il est au vestiaire."
    );
    let other = body.replace("/88", "/89");
    assert_eq!(notice(&header, &other).kind, Kind::Other);
}

#[test]
fn an_osticket_alert_without_its_mailer_is_told_by_link_and_number() {
    let header = ["From: Aide <aide@jardins.example>", "Subject: New Message Alert"];
    let body = "Hi Alice,\n\nNew message appended to ticket #204 https://aide.jardins.example/scp/tickets.php?id=9\n\n\
        From: Noé\nDepartment: Accueil\n\nLe badge est perdu.\n\nTo view or respond to the ticket, please login\n";
    let found = notice(&header, body);
    assert_eq!((found.platform, found.by_body), (Some(Platform::Osticket), true));
    assert_eq!(found.key.as_deref(), Some("osticket:aide.jardins.example/204"));
}

#[test]
fn what_a_person_forwards_or_answers_is_that_persons_mail() {
    let forwarded = ["From: Noé <noe@jardins.example>", "Subject: Tr: [Nouveau message] Semis de mars"];
    assert_eq!(notice(&forwarded, FLARUM_BODY).kind, Kind::Other);
    let quoted = FLARUM_BODY.lines().map(|line| format!("> {line}\n")).collect::<String>();
    let answer = ["From: Noé <noe@jardins.example>", "Subject: Re: Semis de mars", "In-Reply-To: <x@jardins.example>"];
    assert_eq!(notice(&answer, &quoted).kind, Kind::Other);
    let program = ["From: Noé <noe@jardins.example>", "Subject: Regarde", "User-Agent: Mozilla Thunderbird"];
    assert_eq!(notice(&program, FLARUM_BODY).kind, Kind::Other);
}

#[test]
fn a_body_that_leads_to_another_site_than_the_senders_is_not_believed() {
    let header = ["From: Mallory <mallory@elsewhere.example>", "Subject: [Nouveau message] Semis de mars"];
    assert_eq!(notice(&header, FLARUM_BODY).kind, Kind::Other);
}

#[test]
fn it_is_held_only_where_the_configuration_names_its_site_or_sender() {
    let found = notice(FLARUM, FLARUM_BODY);
    let class = |hold: Option<&str>| {
        let selector = |text: &str| vec![text.parse::<Selector>().unwrap()];
        Rules { hold: hold.map(selector), never_hold: Vec::new(), urgent: Vec::new() }.classify(&found)
    };
    assert_eq!(class(None), Class::Unnamed);
    assert_eq!(class(Some("flarum")), Class::Unnamed);
    assert_eq!(class(Some("flarum@elsewhere.example")), Class::Unnamed);
    for named in ["flarum@forum.jardins.example", "from:@jardins.example"] {
        assert_eq!(class(Some(named)), Class::Match(Some(named.parse().unwrap())), "{named}");
    }
}
