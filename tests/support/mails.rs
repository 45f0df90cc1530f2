//! Mail of an invented co-operative, written after the platforms' templates. Every message has a subject of its own.

use chrono::{DateTime, Utc};

/// A Discourse post in topic `topic`.
pub fn discourse(topic: u32, post: u32, title: &str, text: &str) -> Vec<u8> {
    let host = "forum.lescanoe.example";
    format!(
        "Return-Path: <bounce@{host}>\r\n\
         From: Karim via Les Canoe <bonjour@{host}>\r\n\
         Reply-To: Les Canoe <reponse+{post:032x}@{host}>\r\n\
         To: alice@lescanoe.example\r\n\
         Message-ID: <discourse/post/{post}@{host}>\r\n\
         Subject: [Les Canoe] [Entraide] {title}\r\n\
         X-Discourse-Post-Id: {post}\r\n\
         X-Discourse-Topic-Id: {topic}\r\n\
         X-Auto-Response-Suppress: All\r\n\
         Auto-Submitted: auto-generated\r\n\
         Precedence: list\r\n\
         List-ID: Les Canoe | Entraide <entraide.{host}>\r\n\
         List-Archive: https://{host}/t/sujet/{topic}\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=UTF-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\
         \r\n\
         {text}\r\n\r\n---\r\n\
         [Voir le sujet](https://{host}/t/sujet/{topic}/{post}) ou répondre à cet e-mail pour répondre.\r\n"
    )
    .into_bytes()
}

/// A GLPI follow-up.
pub fn glpi(ticket: u32, event: u32, title: &str, text: &str) -> Vec<u8> {
    let host = "assistance.lescanoe.example";
    format!(
        "From: Assistance <glpi@{host}>\r\n\
         To: alice@lescanoe.example\r\n\
         Subject: [GLPI #{ticket:07}] Nouveau suivi {title}\r\n\
         Message-ID: <GLPI_test-Ticket-{ticket}/add_followup.{event}@{host}>\r\n\
         In-Reply-To: <GLPI_test-Ticket-{ticket}/new@{host}>\r\n\
         References: <GLPI_test-Ticket-{ticket}/new@{host}>\r\n\
         Auto-Submitted: auto-generated\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=UTF-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\
         \r\n \
         URL : https://{host}/index.php?redirect=ticket_{ticket}\r\n\r\n Titre :{title}\r\n\r\n\
         [26-11-2026 21:00] Mairie\r\n {text}\r\n"
    )
    .into_bytes()
}

/// A mail of a Flarum, which no header marks.
pub fn flarum(subject: &str, text: &str) -> Vec<u8> {
    format!(
        "From: Jardins <noreply@forum.jardins.example>\r\nTo: alice@lescanoe.example\r\nSubject: {subject}\r\n\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n{}\r\n",
        text.replace('\n', "\r\n")
    )
    .into_bytes()
}

/// A private mail.
pub fn private(subject: &str) -> Vec<u8> {
    format!(
        "From: Maman <maman@famille.example>\r\nTo: alice@lescanoe.example\r\nSubject: {subject}\r\n\
         Message-ID: <{}@famille.example>\r\n\r\nDes nouvelles du forum des parents.\r\n",
        subject.replace(' ', "-")
    )
    .into_bytes()
}

/// A password mail of the forum.
pub fn account(subject: &str) -> Vec<u8> {
    let host = "forum.lescanoe.example";
    format!(
        "From: Les Canoe <bonjour@{host}>\r\nTo: alice@lescanoe.example\r\nSubject: [Les Canoe] {subject}\r\n\
         Message-ID: <5f0c7c1e-2b5e-4f4e-9d40-8f6f7c1d2a11@{host}>\r\nX-Auto-Response-Suppress: All\r\n\
         Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=\"--==_mimepart_0\"\r\n\r\n\
         ----==_mimepart_0\r\nContent-Type: text/plain\r\n\r\n\
         https://{host}/u/password-reset/0123\r\n----==_mimepart_0--\r\n"
    )
    .into_bytes()
}

/// An instant, RFC 3339.
pub fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// The name of a message in a Maildir as Dovecot gives it, with microseconds, process and sizes. It matters: Dovecot keeps names by
/// a hash of their last letters, and where all end alike, each listing of the folder takes ten times as long.
pub fn file_name(number: usize, octets: usize) -> String {
    let micros = number * 7919 % 1_000_000;
    format!("{}.M{micros}P{}.host,S={octets},W={octets}:2,", 1_700_000_000 + number, 1000 + number % 97)
}
