//! What the volunteer's own server says of a sender only warns: whoever it is, the night goes on as it would.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use mail_parser::MessageParser;
use support::{home::Home, mails::discourse};

const EVENING: &str = "2026-11-26T19:00:00+01:00";
const NIGHT: &str = "2026-11-26T22:00:00+01:00";
const LATER: &str = "2026-11-26T23:00:00+01:00";
const MORNING: &str = "2026-11-27T09:30:00+01:00";
const OWN: &str = "authserv_id = \"mail.lescanoe.example\"";
const LINK: &str = "href=\"https://forum.lescanoe.example/t/sujet/1";

fn judged(results: &str, mail: &[u8]) -> Vec<u8> {
    [format!("Authentication-Results: {results}\r\n").as_bytes(), mail].concat()
}

/// Text and HTML of the digest of a night, and how many originals were filed.
fn night(mailbox: &str, tables: &str, mails: &[(&str, Vec<u8>)]) -> (String, String, usize) {
    let home = Home::new(mailbox, tables);
    home.play(EVENING, MORNING, home.mail(mails));
    let [text] = &home.digests()[..] else { panic!("{:?}", home.digests()) };
    let is_digest = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).contains("X-Quiethours-Release");
    let digest = home.folder("INBOX").into_values().map(|stored| stored.bytes).find(is_digest).unwrap();
    let html = MessageParser::default().parse(&digest).unwrap().body_html(0).unwrap().into_owned();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (text, html, home.names("Quiet Hours/Released").len())
}

#[test]
fn a_failed_notification_is_held_and_listed_but_marked_without_links_and_without_reply() {
    let mail = judged(
        "mail.lescanoe.example; dmarc=fail header.from=forum.lescanoe.example",
        &discourse(1, 1, "Vite", "Cliquez."),
    );
    let (text, html, filed) = night(OWN, "", &[(NIGHT, mail)]);
    assert_eq!(filed, 1);
    assert!(text.contains("Vite") && text.contains("Cliquez."), "{text}");
    assert!(text.contains("n’a pas pu confirmer l’expéditeur") && text.contains("expéditeur non confirmé"), "{text}");
    assert!(
        text.contains("Adresse non confirmée : https://forum.lescanoe.example/t/sujet/1") && !text.contains("Répondre"),
        "{text}"
    );
    assert!(
        html.contains("n’a pas pu confirmer l’expéditeur") && html.contains("https://forum.lescanoe.example/t/sujet/1")
    );
    assert!(!html.contains("href="), "{html}");
}

#[test]
fn what_another_server_says_is_ignored_and_so_is_everything_without_the_setting() {
    let forged = judged("evil.example; dmarc=fail", &discourse(1, 1, "Vite", "a"));
    let own = judged("mail.lescanoe.example; dmarc=fail", &discourse(1, 1, "Vite", "a"));
    for (mailbox, mail) in [(OWN, forged), ("", own)] {
        let (text, html, _) = night(mailbox, "", &[(NIGHT, mail)]);
        assert!(!text.contains("confirm") && text.contains("Répondre") && html.contains(LINK), "{text}");
    }
}

#[test]
fn a_failed_notification_changes_neither_the_link_nor_the_title_of_a_topic_nor_closes_it() {
    let asked = discourse(1, 1, "Pagaie", "Qui en a une ?");
    let forged = String::from_utf8(discourse(1, 2, "Gagnez", "Ici.")).unwrap().replace("From: Karim", "From: Eve");
    let forged = judged("mail.lescanoe.example; spf=fail; dkim=none", forged.as_bytes());
    let (text, html, _) = night(OWN, "", &[(NIGHT, asked), (LATER, forged)]);
    assert!(text.contains("* Pagaie") && text.contains("En attente d’une réponse"), "{text}");
    assert!(!text.contains("Déjà répondu") && text.contains("t/sujet/1/1") || text.contains("Ouvrir"), "{text}");
    assert!(html.contains(LINK) && text.contains("reponse+00000000000000000000000000000001@"), "{text}");
    assert!(!text.contains("reponse+00000000000000000000000000000002@"), "{text}");
}

#[test]
fn what_passed_as_urgent_passes_all_the_same_and_is_marked() {
    let urgent = judged("mail.lescanoe.example; dmarc=fail", &discourse(1, 1, "Urgent serveur", "a"));
    let tables = "[urgent]\npass = [\"subject:urgent\"]\n";
    let mails = [(NIGHT, urgent), (LATER, discourse(2, 2, "Calme", "b"))];
    let (text, html, filed) = night(OWN, tables, &mails);
    assert_eq!(filed, 1, "the urgent one was never held");
    assert!(text.contains("Urgent serveur") && text.contains("expéditeur non confirmé"), "{text}");
    assert!(!html.contains(LINK) && html.contains("t/sujet/2"), "{html}");
}
