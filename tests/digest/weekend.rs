//! A weekend at a cooperative, as its notifications would be read.

use chrono::{DateTime, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use quiethours::core::{
    authentication::Authentication,
    digest::{Entry, Input, Passed, Period, Style},
    language::Language,
    notice::{Kind, Notice, Platform},
};

/// Paris time, November 2026.
pub fn at(day: u32, hour: u32, minute: u32) -> DateTime<Utc> {
    Tz::Europe__Paris.with_ymd_and_hms(2026, 11, day, hour, minute, 0).unwrap().with_timezone(&Utc)
}

fn blank() -> Notice {
    Notice {
        kind: Kind::Notification,
        platform: None,
        by_body: false,
        host: None,
        key: None,
        title: None,
        author: None,
        url: None,
        reply_to: None,
        excerpt: None,
        urgent: false,
        personal: false,
        closed: false,
        assignee: None,
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
pub fn post(topic: u32, id: u32, title: &str, author: &str, excerpt: &str) -> Notice {
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

/// An original.
pub fn entry(received: DateTime<Utc>, notice: Notice) -> Entry {
    Entry { notice, received, authentication: Authentication::default() }
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
pub fn weekend(language: Language) -> Input {
    let mut entries = [forum(), tickets(), others()].concat();
    entries.push(Entry { received: at(20, 18, 43), ..entries[0].clone() });
    let alarm = Notice {
        platform: None,
        by_body: false,
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
        sketches: Vec::new(),
        passed: vec![Passed {
            notice: alarm,
            received: at(22, 3, 12),
            selector: "from:monitoring@coop.example".into(),
            authentication: Authentication::default(),
        }],
        troubles: vec![trouble.into()],
        enclosed: None,
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
            me: Vec::new(),
            team: Vec::new(),
        },
    }
}

fn closed_days(holiday: &str, absence: &str) -> Vec<(NaiveDate, String)> {
    let day = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
    let away = (26..=31).map(|date| (day(date), absence.to_owned()));
    [(day(25), holiday.to_owned())].into_iter().chain(away).collect()
}

/// The same people, back after two weeks.
pub fn absence(language: Language) -> Input {
    let mut input = weekend(language);
    input.period.from = at(9, 18, 0);
    for (n, entry) in (0_i64..).zip(input.entries.iter_mut()) {
        entry.received -= TimeDelta::days(n % 11);
    }
    input
}
