//! The digest as a volunteer receives it: read back from its bytes, and as snapshots of both parts in both languages.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails, also in its fixtures")]

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use mail_parser::{Message, MessageParser, MimeHeaders};
use quiethours::core::{
    digest::{Digest, Entry, Input, Passed, Period, Style, compose, json, message},
    language::Language,
    notice::{Kind, Notice, Platform},
};

const RID: &str = "k7q2m4xw3vz6tnb5hs2a";
const ALLOWED: [&str; 12] = [
    "From",
    "To",
    "Date",
    "Subject",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "X-Quiethours-Release",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// Paris time, November 2026.
fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Tz::Europe__Paris.with_ymd_and_hms(2026, 11, day, hour, minute, 0).unwrap().with_timezone(&Utc)
}

fn blank() -> Notice {
    Notice {
        kind: Kind::Notification,
        platform: None,
        host: None,
        key: None,
        title: None,
        author: None,
        url: None,
        reply_to: None,
        excerpt: None,
        urgent: false,
        attachments: Vec::new(),
        subject: String::new(),
        from: Vec::new(),
        list_id: None,
        message_id: None,
        release: None,
        unreadable: false,
    }
}

/// A post of a Discourse forum.
fn post(topic: u32, id: u32, title: &str, author: &str, excerpt: &str) -> Notice {
    Notice {
        platform: Some(Platform::Discourse),
        host: Some("forum.coop.example".into()),
        key: Some(format!("discourse:forum.coop.example:{topic}")),
        title: Some(title.into()),
        author: Some(author.into()),
        url: Some(format!("https://forum.coop.example/t/{topic}/{id}")),
        reply_to: Some(format!("reply+4f1c{id:04}9a7be02d51c86f3e@forum.coop.example")),
        excerpt: Some(excerpt.into()),
        subject: format!("[Coop] {title}"),
        from: vec!["noreply@forum.coop.example".into()],
        message_id: Some(format!("discourse/post/{id}@forum.coop.example")),
        ..blank()
    }
}

/// A followup of a GLPI ticket.
fn ticket(number: u32, event: u32, title: &str, author: &str, excerpt: &str) -> Notice {
    Notice {
        platform: Some(Platform::Glpi),
        host: Some("glpi.coop.example".into()),
        key: Some(format!("glpi:glpi.coop.example:{number}")),
        title: Some(title.into()),
        author: Some(author.into()),
        url: Some(format!("https://glpi.coop.example/index.php?redirect=ticket_{number}")),
        reply_to: Some("support@coop.example".into()),
        excerpt: Some(excerpt.into()),
        subject: format!("[GLPI #{number:07}] {title}"),
        from: vec!["support@coop.example".into()],
        message_id: Some(format!("GLPI_a1b2-Ticket-{number}/{event}@glpi.coop.example")),
        ..blank()
    }
}

fn entry(received: DateTime<Utc>, notice: Notice) -> Entry {
    Entry { notice, received }
}

fn forum() -> Vec<Entry> {
    let keys = "Qui a les clés du local samedi ?";
    let mut entries = vec![
        entry(
            at(20, 18, 42),
            post(
                311,
                900,
                keys,
                "Nadia Benali",
                "Bonjour à toutes et tous,\n\nje tiens la permanence samedi matin mais je n’ai plus de jeu de clés. Qui peut m’en laisser un, par exemple à la boulangerie ?\n\nMerci !",
            ),
        ),
        entry(
            at(20, 20, 5),
            post(311, 901, keys, "Phil", "J’en ai un, mais je suis à Rennes jusqu’à dimanche. Demande à Matthieu ?"),
        ),
        entry(at(21, 9, 15), post(311, 903, keys, "Matthieu Le Goff", "Passe chez moi avant 9 h 30, je serai là.")),
        entry(at(21, 9, 31), post(311, 905, keys, "Nadia Benali", "Parfait, j’arrive.")),
        entry(
            at(21, 13, 2),
            post(
                311,
                909,
                keys,
                "Nadia Benali",
                "Clés rendues, merci Matthieu. Pour la suite, est-ce qu’on ferait refaire un double ? Le serrurier de la place demande 18 €.",
            ),
        ),
        entry(
            at(21, 23, 48),
            post(
                318,
                915,
                "Proposition : atelier vélo un dimanche par mois",
                "Jeanne",
                "Salut,\n\nl’atelier de septembre a bien marché (une trentaine de personnes). Je propose d’en faire un par mois, le dimanche après-midi, à partir de janvier.\n\nIl faudrait :\n- deux bénévoles à l’accueil ;\n- quelqu’un qui sache dévoiler une roue ;\n- du café.\n\nQui en est ? Je prépare l’affiche cette semaine et je la mets ici pour relecture avant de l’envoyer à l’imprimeur.",
            ),
        ),
        entry(
            at(22, 10, 20),
            post(
                318,
                917,
                "Proposition : atelier vélo un dimanche par mois",
                "Karim",
                "Partant pour l’accueil, et pour le café.",
            ),
        ),
        entry(
            at(22, 16, 4),
            post(
                322,
                921,
                "Erreur 502 sur la page d’adhésion",
                "Solène",
                "Depuis ce matin la page d’adhésion affiche « 502 Bad Gateway » une fois sur deux. Deux personnes m’ont écrit. Capture jointe.",
            ),
        ),
        entry(
            at(22, 22, 37),
            post(
                325,
                930,
                "Compte rendu du CA de novembre",
                "Hélène",
                "Le compte rendu est en ligne. Relisez surtout le point 4 (budget du local), il y a une décision à confirmer avant vendredi.",
            ),
        ),
        entry(
            at(23, 7, 58),
            post(
                327,
                934,
                "Je n’arrive pas à me connecter au nuage",
                "Marcel R.",
                "Bonjour, depuis la mise à jour mon téléphone me demande un « jeton ». Où est-ce que je le trouve ?",
            ),
        ),
    ];
    entries[7].notice.attachments = vec!["capture-502.png".into(), "journal-nginx.txt".into()];
    entries
}

fn tickets() -> Vec<Entry> {
    let mut entries = vec![
        entry(
            at(20, 19, 11),
            ticket(
                4127,
                1,
                "Imprimante du local : bourrage à chaque recto verso",
                "Accueil",
                "L’imprimante bloque dès qu’on imprime en recto verso. En recto simple tout va bien. On a l’assemblée générale mercredi et 40 livrets à sortir.",
            ),
        ),
        entry(
            at(21, 11, 0),
            ticket(4127, 2, "Imprimante du local : bourrage à chaque recto verso", "Phil", "As-tu essayé le bac 2 ?"),
        ),
        entry(
            at(22, 9, 26),
            ticket(
                4130,
                1,
                "Créer une adresse pour la trésorière",
                "Hélène",
                "Il nous faut tresorerie@coop.example, avec un accès pour Anne et pour moi.",
            ),
        ),
        entry(
            at(22, 18, 51),
            ticket(
                4131,
                1,
                "Sauvegarde du serveur de fichiers incomplète",
                "Surveillance",
                "Sauvegarde du 22/11 : 3 fichiers ignorés (droits insuffisants).\nDernière sauvegarde complète : 20/11.",
            ),
        ),
    ];
    entries[2].notice.urgent = true;
    entries
}

fn others() -> Vec<Entry> {
    let summary = Notice {
        platform: Some(Platform::Discourse),
        host: Some("forum.coop.example".into()),
        title: Some("Résumé".into()),
        subject: "[Coop] Résumé".into(),
        from: vec!["noreply@forum.coop.example".into()],
        message_id: Some("b7f1@forum.coop.example".into()),
        url: Some("https://forum.coop.example/".into()),
        ..blank()
    };
    let list = Notice {
        platform: Some(Platform::Mailinglist),
        host: Some("listes.reseau.example".into()),
        key: Some("mailinglist:asso.listes.reseau.example:1".into()),
        title: Some("Rencontres régionales : le programme est en ligne".into()),
        author: Some("Réseau des coops".into()),
        subject: "[asso] Rencontres régionales : le programme est en ligne".into(),
        from: vec!["contact@reseau.example".into()],
        list_id: Some("asso.listes.reseau.example".into()),
        message_id: Some("44@reseau.example".into()),
        ..blank()
    };
    let unreadable = Notice { unreadable: true, kind: Kind::Other, ..blank() };
    vec![entry(at(22, 6, 0), summary), entry(at(22, 12, 30), list), entry(at(22, 3, 33), unreadable)]
}

/// A weekend at a cooperative: eleven topics in seventeen mails, one of them through two mailboxes.
fn weekend(language: Language) -> Input {
    let mut entries = [forum(), tickets(), others()].concat();
    entries.push(Entry { received: at(20, 18, 43), ..entries[0].clone() });
    let alarm = Notice {
        platform: None,
        title: Some("URGENT : disque plein sur le serveur web".into()),
        author: Some("Surveillance".into()),
        subject: "URGENT : disque plein sur le serveur web".into(),
        from: vec!["monitoring@coop.example".into()],
        ..blank()
    };
    let (trouble, holiday, absence) = match language {
        Language::Fr => {
            ("La boîte « perso » n’a pas répondu ce matin ; son courrier viendra à part.", "Noël", "absence")
        }
        Language::En => {
            ("The mailbox “home” did not answer this morning; its mail will come by itself.", "Christmas", "away")
        }
    };
    Input {
        entries,
        passed: vec![Passed {
            notice: alarm,
            received: at(22, 3, 12),
            selector: "from:monitoring@coop.example".into(),
        }],
        troubles: vec![trouble.into()],
        period: Period { from: at(20, 18, 0), to: at(23, 9, 0) },
        style: Style {
            language,
            timezone: Tz::Europe__Paris,
            from: "alice@coop.example".into(),
            to: "alice@coop.example".into(),
            max_topics: 25,
            folder: "Quiet Hours/Released".into(),
            config_file: "~/.config/quiethours/config.toml".into(),
            next_digest: Some(at(24, 9, 0)),
            closed_days: closed_days(holiday, absence),
            replies: true,
        },
    }
}

fn closed_days(holiday: &str, absence: &str) -> Vec<(NaiveDate, String)> {
    let day = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
    let away = (26..=31).map(|date| (day(date), absence.to_owned()));
    [(day(25), holiday.to_owned())].into_iter().chain(away).collect()
}

/// The same people, back after two weeks.
fn absence(language: Language) -> Input {
    let mut input = weekend(language);
    input.period.from = at(9, 18, 0);
    for (n, entry) in (0_i64..).zip(input.entries.iter_mut()) {
        entry.received -= TimeDelta::days(n % 11);
    }
    input
}

fn bytes(input: &Input) -> Vec<u8> {
    message(&compose(input, RID), input, RID).unwrap()
}

fn parsed(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let header = text.split("\r\n\r\n").next().unwrap();
    let fields = header.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    fields.map(|line| line.split(':').next().unwrap().to_owned()).collect()
}

fn tags(html: &str) -> Vec<String> {
    let names = html.split('<').skip(1);
    let names =
        names.map(|rest| rest.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect());
    names.filter(|name: &String| !name.is_empty()).collect()
}

#[test]
fn a_french_weekend() {
    let Digest { subject, text, html } = compose(&weekend(Language::Fr), RID);
    assert_eq!(subject, "Bonjour — ce qui vous attend, lundi 9 h");
    insta::assert_snapshot!("weekend_fr_text", text);
    insta::assert_snapshot!("weekend_fr_html", html);
}

#[test]
fn an_english_weekend() {
    let Digest { subject, text, html } = compose(&weekend(Language::En), RID);
    assert_eq!(subject, "Good morning — what is waiting, Monday 9:00");
    insta::assert_snapshot!("weekend_en_text", text);
    insta::assert_snapshot!("weekend_en_html", html);
}

#[test]
fn after_an_absence_the_days_are_named_and_the_oldest_folded() {
    let digest = compose(&absence(Language::Fr), RID);
    insta::assert_snapshot!("absence_fr_text", digest.text);
    assert!(digest.html.contains("<details") && digest.html.contains("<summary"));
}

#[test]
fn an_evening_digest_says_good_evening() {
    let mut input = weekend(Language::Fr);
    input.period.to = at(23, 18, 30);
    assert_eq!(compose(&input, RID).subject, "Bonsoir — ce qui vous attend, lundi 18 h 30");
    input.style.language = Language::En;
    assert_eq!(compose(&input, RID).subject, "Good evening — what is waiting, Monday 18:30");
}

#[test]
fn the_header_holds_exactly_the_allowed_fields() {
    let bytes = bytes(&weekend(Language::Fr));
    let mut names = header_names(&bytes);
    for name in &names {
        assert!(ALLOWED.contains(&name.as_str()), "{name}");
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        (names.len(), count),
        (ALLOWED.len() - 1, ALLOWED.len() - 1),
        "a multipart has no transfer encoding of its own"
    );
}

#[test]
fn the_fields_say_who_when_and_which_release() {
    let bytes = bytes(&weekend(Language::Fr));
    let message = parsed(&bytes);
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("quiethours"), Some("alice@coop.example")));
    assert_eq!(message.subject(), Some("Bonjour — ce qui vous attend, lundi 9 h"));
    assert_eq!(message.message_id(), Some("k7q2m4xw3vz6tnb5hs2a@coop.example"));
    assert_eq!(message.date().unwrap().to_timestamp(), at(23, 9, 0).timestamp());
    for (name, value) in [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("List-Id", "quiethours <digest.quiethours.coop.example>"),
        ("X-Quiethours-Release", RID),
    ] {
        assert_eq!(message.header_raw(name).map(str::trim), Some(value), "{name}");
    }
}

#[test]
fn the_bytes_are_7_bit_with_crlf_and_short_lines() {
    let bytes = bytes(&weekend(Language::Fr));
    assert!(bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | b' '..=b'~')));
    let bare = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => *at == 0 || bytes[at - 1] != b'\r',
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    assert_eq!(bare.count(), 0);
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 79));
}

#[test]
fn both_parts_arrive_as_they_were_composed() {
    let input = weekend(Language::Fr);
    let digest = compose(&input, RID);
    let bytes = bytes(&input);
    let message = parsed(&bytes);
    assert_eq!(message.content_type().unwrap().subtype(), Some("alternative"));
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), digest.text.trim_end());
    assert_eq!(message.body_html(0).unwrap().replace("\r\n", "\n").trim_end(), digest.html.trim_end());
    assert!(digest.text.contains(RID) && digest.html.contains(RID));
}

#[test]
fn the_same_night_in_another_order_gives_the_same_bytes() {
    let input = weekend(Language::Fr);
    let mut other = input.clone();
    other.entries.reverse();
    assert_eq!(bytes(&input), bytes(&other));
    assert_eq!(json(&input), json(&other));
}

#[test]
fn nothing_from_a_notification_reaches_the_header() {
    let mut input = weekend(Language::Fr);
    let hostile = "x\r\nBcc: eve@evil.example\r\n\r\n";
    for entry in &mut input.entries {
        entry.notice.subject = hostile.into();
        entry.notice.title = Some(hostile.into());
        entry.notice.author = Some(hostile.into());
        entry.notice.from = vec![hostile.into()];
        entry.notice.message_id = Some(hostile.into());
    }
    let bytes = bytes(&input);
    assert!(header_names(&bytes).iter().all(|name| ALLOWED.contains(&name.as_str())));
    let header = bytes.split(|byte| *byte == b'\n').take_while(|line| *line != b"\r").flatten().copied();
    assert!(!String::from_utf8(header.collect()).unwrap().contains("evil"));
}

#[test]
fn the_html_has_only_plain_tags_and_links_that_may_be_opened() {
    let mut input = weekend(Language::Fr);
    input.entries[0].notice.url = Some("javascript:alert(1)".into());
    input.entries[1].notice.title = Some("<script src=https://evil.example>".into());
    for html in [compose(&input, RID).html, compose(&absence(Language::En), RID).html] {
        for tag in tags(&html) {
            let plain = "html head meta title style body main header section article details summary footer \
                         h1 h2 h3 p div span strong a ul li br table tr td";
            assert!(plain.split_whitespace().any(|name| name == tag), "{tag}");
        }
        for link in html.split("href=\"").skip(1) {
            assert!(["https://", "http://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)));
        }
        for remote in ["src=", "url(", "@import", "<link", "javascript:"] {
            assert!(!html.replace("script src=https", "").contains(remote), "{remote}");
        }
    }
}

#[test]
fn the_text_stays_within_72_columns_but_for_addresses() {
    for input in [weekend(Language::Fr), weekend(Language::En), absence(Language::Fr)] {
        for line in compose(&input, RID).text.lines() {
            assert!(line.chars().count() <= 72 || line.contains("://") || line.contains('@'), "{line}");
        }
    }
}

#[test]
fn a_message_that_cannot_be_read_has_its_place() {
    let digest = compose(&weekend(Language::Fr), RID);
    for part in [digest.text, digest.html] {
        assert!(part.contains("Message illisible"));
    }
}

#[test]
fn replies_are_left_out_where_their_keys_would_leave_the_mailbox() {
    let mut input = weekend(Language::Fr);
    input.style.replies = false;
    let digest = compose(&input, RID);
    for part in [digest.text, digest.html, json(&input).to_string()] {
        assert!(!part.contains("reply+") && !part.contains("mailto:"));
    }
}

#[test]
fn more_messages_than_three_are_a_number() {
    let digest = compose(&weekend(Language::En), RID);
    assert!(digest.text.contains("and 2 more messages"));
    assert!(!digest.text.contains("permanence samedi matin"));
}

#[test]
fn the_json_has_every_topic_once() {
    let value = json(&weekend(Language::Fr));
    assert_eq!(value["period"]["from"], "2026-11-20T18:00:00+01:00");
    assert_eq!(value["topics"].as_array().unwrap().len(), 11);
    let topic = &value["topics"][0];
    assert_eq!(topic["key"], "discourse:forum.coop.example:311");
    assert_eq!(topic["notices"].as_array().unwrap().len(), 5);
    assert_eq!(topic["url"], "https://forum.coop.example/t/311/909");
    assert_eq!(value["passed"][0]["selector"], "from:monitoring@coop.example");
    assert_eq!(value["omitted"], 0);
}

#[test]
fn ten_thousand_notices_are_all_accounted_for() {
    let mut input = weekend(Language::Fr);
    input.entries = (0..10_000).map(|n| entry(at(21, 8, 0), post(n, n, "Sujet", "Alice", "Des mots."))).collect();
    let digest = compose(&input, RID);
    let hidden = 10_000 - 25 - 500;
    assert!(digest.text.contains(&format!("{hidden} autres sujets")));
    assert_eq!(json(&input)["omitted"], hidden);
}

#[test]
fn french_sentences_have_no_ordinary_space_before_a_mark() {
    let sentences = include_str!("../src/core/locales/fr/digest.ftl");
    for line in sentences.lines().filter(|line| !line.starts_with('#')) {
        for pair in [" :", " ;", " ?", " !", " »", "« "] {
            assert!(!line.contains(pair), "{line}");
        }
        assert!(!line.contains('\''), "{line}");
    }
}
