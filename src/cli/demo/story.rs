//! The mail of one evening and one night at an invented co-operative: what arrives, when.

use chrono::{DateTime, Utc};

/// A mail and the moment it arrives.
pub(super) struct Arrival {
    pub at: DateTime<Utc>,
    pub message: Vec<u8>,
}

const FORUM: &str = "forum.lescanoe.example";
const DESK: &str = "assistance.lescanoe.example";
const READER: &str = "alice@lescanoe.example";

/// A forum post: time, topic, post, author, title, category, text.
type Post = (&'static str, u32, u32, &'static str, &'static str, &'static str, &'static str);

/// A ticket's follow-up: time, ticket, event, author, title, text.
type FollowUp = (&'static str, u32, &'static str, &'static str, &'static str, &'static str);

const POSTS: &[Post] = &[
    (
        "2026-11-26T18:04:00+01:00",
        812,
        4101,
        "Karim",
        "L’imprimante de l’atelier ne répond plus",
        "Matériel",
        "Bonsoir, l’imprimante de l’atelier vélo affiche « hors ligne » depuis cet après-midi. J’ai déjà débranché et rebranché le câble. Une idée ?",
    ),
    (
        "2026-11-26T18:31:00+01:00",
        813,
        4102,
        "Jeanne",
        "Mot de passe du wifi pour samedi ?",
        "Entraide",
        "On accueille un groupe samedi matin : quel réseau peuvent-ils utiliser, et avec quel mot de passe ?",
    ),
    (
        "2026-11-26T19:20:00+01:00",
        812,
        4105,
        "Karim",
        "L’imprimante de l’atelier ne répond plus",
        "Matériel",
        "J’ajoute une photo de l’écran. Le voyant est orange, il clignote deux fois.",
    ),
    (
        "2026-11-26T20:02:00+01:00",
        798,
        4107,
        "Mireille",
        "Passer la compta sous Linux",
        "Logiciels libres",
        "Merci pour vos réponses ! Il me reste un point : est-ce que l’export vers le cabinet comptable marche aussi ?",
    ),
    (
        "2026-11-26T20:47:00+01:00",
        814,
        4110,
        "Thomas",
        "Je n’arrive plus à ouvrir mes documents",
        "Entraide",
        "Depuis la mise à jour, LibreOffice se ferme quand j’ouvre un fichier.\n\n- ordinateur : le portable du local\n- fichiers : tous ceux du dossier « Assemblée générale »\n\nL’assemblée est dans dix jours, rien ne presse ce soir.",
    ),
    (
        "2026-11-26T21:15:00+01:00",
        812,
        4112,
        "Sofia",
        "L’imprimante de l’atelier ne répond plus",
        "Matériel",
        "Deux clignotements orange, chez nous c’était le toner. Il y en a un neuf dans l’armoire du fond.",
    ),
    (
        "2026-11-26T22:58:00+01:00",
        815,
        4116,
        "Karim",
        "Qui vient à l’install-party du 5 décembre ?",
        "Vie associative",
        "Il nous faudrait encore deux personnes à partir de 14 h. Café et gâteaux fournis.",
    ),
    (
        "2026-11-27T00:12:00+01:00",
        813,
        4119,
        "Jeanne",
        "Mot de passe du wifi pour samedi ?",
        "Entraide",
        "Et faut-il prévoir des rallonges ?",
    ),
    (
        "2026-11-27T02:40:00+01:00",
        816,
        4123,
        "Noé",
        "Le site affiche une page blanche",
        "Site web",
        "Bonsoir (ou bonjour), la page « Nos ateliers » est toute blanche chez moi. Les autres pages vont bien.",
    ),
    (
        "2026-11-27T03:05:00+01:00",
        816,
        4124,
        "Noé",
        "Le site affiche une page blanche",
        "Site web",
        "Même chose avec un autre navigateur.",
    ),
    (
        "2026-11-27T06:50:00+01:00",
        814,
        4126,
        "Thomas",
        "Je n’arrive plus à ouvrir mes documents",
        "Entraide",
        "J’ai essayé sur un autre compte : là, ça marche.",
    ),
    (
        "2026-11-27T07:35:00+01:00",
        798,
        4128,
        "Sofia",
        "Passer la compta sous Linux",
        "Logiciels libres",
        "Oui, l’export marche : on l’utilise depuis deux ans.",
    ),
    (
        "2026-11-27T09:12:00+01:00",
        815,
        4131,
        "Mireille",
        "Qui vient à l’install-party du 5 décembre ?",
        "Vie associative",
        "Je viens, avec une tarte aux noix.",
    ),
];

const FOLLOW_UPS: &[FollowUp] = &[
    (
        "2026-11-26T18:22:00+01:00",
        1042,
        "Nouveau ticket",
        "École du Vallon",
        "Vidéoprojecteur sans image",
        "Le vidéoprojecteur de la salle 2 s’allume mais n’affiche rien.",
    ),
    (
        "2026-11-26T19:05:00+01:00",
        1039,
        "Nouveau suivi",
        "Mairie de Saint-Cirgues",
        "Souris cassée à l’accueil",
        "La nouvelle souris est arrivée, merci. Faut-il renvoyer l’ancienne ?",
    ),
    (
        "2026-11-26T21:44:00+01:00",
        1042,
        "Nouveau suivi",
        "École du Vallon",
        "Vidéoprojecteur sans image",
        "Nous avons essayé un autre câble : toujours rien.",
    ),
    (
        "2026-11-26T23:30:00+01:00",
        1043,
        "Nouveau ticket",
        "Amap des Deux Rives",
        "Adhésions : le formulaire refuse l’adresse",
        "Le formulaire d’adhésion refuse les adresses qui ont un tiret.",
    ),
    (
        "2026-11-27T01:17:00+01:00",
        1044,
        "Nouveau ticket",
        "Bibliothèque",
        "URGENT : plus de sauvegarde depuis lundi",
        "Le disque de sauvegarde est plein depuis lundi, et nous changeons de serveur demain à 8 h.",
    ),
    (
        "2026-11-27T05:55:00+01:00",
        1043,
        "Nouveau suivi",
        "Amap des Deux Rives",
        "Adhésions : le formulaire refuse l’adresse",
        "Trois personnes ont écrit pour la même raison.",
    ),
    (
        "2026-11-27T08:20:00+01:00",
        1045,
        "Nouveau ticket",
        "Mairie de Saint-Cirgues",
        "Installer le tableur sur deux postes",
        "Rien d’urgent, quand vous passerez.",
    ),
    (
        "2026-11-27T08:41:00+01:00",
        1039,
        "Nouveau suivi",
        "Mairie de Saint-Cirgues",
        "Souris cassée à l’accueil",
        "Finalement nous la gardons pour pièces.",
    ),
];

/// Everything that arrives, in order.
pub(super) fn arrivals() -> Vec<Arrival> {
    let posts = POSTS.iter().map(|post| (post.0, discourse(post)));
    let tickets = FOLLOW_UPS.iter().map(|follow_up| (follow_up.0, glpi(follow_up)));
    let others = [
        ("2026-11-26T19:41:00+01:00", private("2026-11-26T19:41:00+01:00")),
        ("2026-11-26T22:10:00+01:00", account("2026-11-26T22:10:00+01:00")),
    ];
    let mut arrivals: Vec<Arrival> = posts
        .chain(tickets)
        .chain(others)
        .filter_map(|(at, message)| Some(Arrival { at: instant(at)?, message }))
        .collect();
    arrivals.sort_by_key(|arrival| arrival.at);
    arrivals
}

/// Reads a time of this file.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

/// An RFC 2047 encoded-word sequence: one word a chunk of characters, so that none is longer than 75 octets.
fn encoded(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let word = |chunk: &[char]| {
        let chunk: String = chunk.iter().collect();
        format!("=?UTF-8?B?{}?=", data_encoding::BASE64.encode(chunk.as_bytes()))
    };
    characters.chunks(12).map(word).collect::<Vec<_>>().join("\r\n ")
}

fn header(headers: &[(&str, String)]) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

fn message(headers: &[(&str, String)], text: &str) -> Vec<u8> {
    let mut message = header(headers);
    message.push_str(
        "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
    );
    message.push_str(&text.replace('\n', "\r\n"));
    message.into_bytes()
}

fn date(at: &str) -> String {
    DateTime::parse_from_rfc3339(at).map(|at| at.to_rfc2822()).unwrap_or_default()
}

fn discourse((at, topic, post, author, title, category, text): &Post) -> Vec<u8> {
    let link = format!("https://{FORUM}/t/sujet/{topic}");
    let label: String = category.to_lowercase().replace(' ', "-").chars().filter(char::is_ascii).collect();
    let headers = [
        ("Date", date(at)),
        ("From", format!("{} <bonjour@{FORUM}>", encoded(&format!("{author} via Les Canoë")))),
        ("Reply-To", format!("{} <reponse+{:032x}@{FORUM}>", encoded("Les Canoë"), u64::from(*post) * 7919)),
        ("To", READER.to_owned()),
        ("Message-ID", format!("<discourse/post/{post}@{FORUM}>")),
        ("Subject", encoded(&format!("[Les Canoë] [{category}] {title}"))),
        ("List-Unsubscribe", format!("<https://{FORUM}/email/unsubscribe/demo>")),
        ("X-Discourse-Post-Id", post.to_string()),
        ("X-Discourse-Topic-Id", topic.to_string()),
        ("X-Auto-Response-Suppress", "All".to_owned()),
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("Precedence", "list".to_owned()),
        ("List-ID", format!("{} <{label}.{FORUM}>", encoded(&format!("Les Canoë | {category}")))),
        ("List-Archive", link.clone()),
    ];
    let text = format!(
        "{text}\n\n\n\n---\n[Voir le sujet]({link}/2) ou répondre à cet e-mail pour répondre.\n\nPour vous désabonner de ces e-mails, [cliquez ici](https://{FORUM}/email/unsubscribe/demo).\n"
    );
    message(&headers, &text)
}

fn glpi((at, ticket, event, author, title, text): &FollowUp) -> Vec<u8> {
    let number = format!("{ticket:07}");
    let reference = format!("GLPI_demo-Ticket-{ticket}");
    let headers = [
        ("Date", date(at)),
        ("From", format!("Assistance <glpi@{DESK}>")),
        ("Reply-To", format!("assistance@{DESK}")),
        ("To", READER.to_owned()),
        ("Subject", encoded(&format!("[GLPI #{number}] {event} {title}"))),
        ("Message-ID", format!("<{reference}/suivi.{}@{DESK}>", instant(at).map_or(0, |at| at.timestamp()))),
        ("In-Reply-To", format!("<{reference}/new@{DESK}>")),
        ("References", format!("<{reference}/new@{DESK}>")),
        ("Auto-Submitted", "auto-generated".to_owned()),
    ];
    let local = DateTime::parse_from_rfc3339(at).map(|at| at.format("%d-%m-%Y %H:%M").to_string()).unwrap_or_default();
    let text = format!(
        " URL : https://{DESK}/index.php?redirect=ticket_{ticket}\n\n Ticket: Description\n\n Titre :{title}\n Demandeurs : {author}\n Date d'ouverture :{local}\n Statut : En cours (Attribué)\n\n Nombre de suivis : 1\n\n [{local}] {author}\n {text}\n\n-- \nSIGNATURE\nGénéré automatiquement par GLPI\n"
    );
    message(&headers, &text)
}

fn private(at: &str) -> Vec<u8> {
    let headers = [
        ("Date", date(at)),
        ("From", "Maman <maman@famille.example>".to_owned()),
        ("To", READER.to_owned()),
        ("Message-ID", "<photos-dimanche@famille.example>".to_owned()),
        ("Subject", encoded("Les photos de dimanche")),
    ];
    message(&headers, "Coucou, voilà les photos. On vous attend toujours pour le 25 ?\n\nBises\n")
}

fn account(at: &str) -> Vec<u8> {
    let headers = [
        ("Date", date(at)),
        ("From", format!("{} <bonjour@{FORUM}>", encoded("Les Canoë"))),
        ("To", READER.to_owned()),
        ("Message-ID", format!("<5f0c7c1e-2b5e-4f4e-9d40-8f6f7c1d2a11@{FORUM}>")),
        ("Subject", encoded("[Les Canoë] Réinitialisation du mot de passe")),
        ("X-Auto-Response-Suppress", "All".to_owned()),
        ("Auto-Submitted", "auto-generated".to_owned()),
    ];
    // Discourse writes its mail with Ruby's library, whose boundaries look like this.
    let boundary = "--==_mimepart_5f0c7c1e2b5e4";
    format!(
        "{}MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nQuelqu’un a demandé à réinitialiser votre mot de passe sur Les Canoë.\r\n\r\nhttps://{FORUM}/u/password-reset/0123456789abcdef\r\n--{boundary}--\r\n",
        header(&headers)
    )
    .into_bytes()
}
