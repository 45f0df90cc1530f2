//! Mailboxes of many messages, made once and copied for each run.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    time::{Duration, SystemTime},
};

use super::{
    account::Account,
    support::{
        client::Client,
        dovecot::Dovecot,
        mails::{file_name, private},
    },
};

pub const HELD: &str = "Quiet Hours";
pub const RELEASED: &str = "Quiet Hours/Released";

const TEMPLATE: &str = "template";

/// A server, and a mailbox that is copied to a user of its own for each run.
pub struct Prepared {
    server: Dovecot,
    /// How many messages the daemon is to move.
    pub matching: usize,
}

impl Prepared {
    /// `matching` of a hundred messages in INBOX are notifications.
    pub fn inbox(messages: usize, matching: usize) -> Self {
        let server = Dovecot::start();
        fill(&server, messages, matching);
        let prepared = Self { server, matching: (0..messages).filter(|n| n % 100 < matching).count() };
        prepared.warm("INBOX");
        prepared
    }

    /// All are notifications, in the held folder.
    pub fn held(messages: usize) -> Self {
        let server = Dovecot::start();
        fill(&server, messages, 100);
        let prepared = Self { server, matching: messages };
        prepared.warm("INBOX");
        let mut client = prepared.client(TEMPLATE);
        client.create(HELD);
        client.create(RELEASED);
        client.relocate("INBOX", "1:*", HELD);
        prepared.warm(HELD);
        prepared
    }

    /// The server has read every header once, as that of a mailbox in use has.
    fn warm(&self, folder: &str) {
        let mut client = self.client(TEMPLATE);
        client.examine(folder);
        client.command(
            "UID FETCH 1:* (FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT \
             MESSAGE-ID IN-REPLY-TO REFERENCES AUTO-SUBMITTED X-DISCOURSE-TOPIC-ID)])",
        );
    }

    /// The mailbox of run `number`, and the folders that every volunteer has after the first day.
    pub fn copy(&self, number: usize) -> String {
        let user = format!("user{number}");
        let home = |user: &str| self.server.maildir(user).parent().expect("a home").to_owned();
        let copied = Command::new("cp").arg("-a").arg(home(TEMPLATE)).arg(home(&user)).status();
        assert!(copied.is_ok_and(|status| status.success()), "the mailbox could not be copied");
        let mut client = self.client(&user);
        for folder in [HELD, RELEASED] {
            if !client.folders().iter().any(|own| own == folder) {
                client.create(folder);
            }
        }
        let folder = if client.count(HELD) > 0 { HELD } else { "INBOX" };
        client.examine(folder);
        user
    }

    /// Frees the disk.
    pub fn remove(&self, user: &str) {
        let _ = fs::remove_dir_all(self.server.maildir(user).parent().expect("a home"));
    }

    /// One who uses the daemon since long ago.
    pub fn account(&self, user: &str) -> Account {
        Account::new(&self.server, user)
    }

    /// A second client.
    pub fn client(&self, user: &str) -> Client {
        self.server.client(user)
    }

    /// INBOX on disk.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.server.maildir(user)
    }

    /// Delivers as a mail server does.
    pub fn deliver(&self, user: &str, message: &[u8]) {
        self.server.deliver_lmtp(user, message);
    }

    /// The port for TLS.
    pub fn port(&self) -> u16 {
        self.server.imaps_port()
    }

    /// The authority to trust.
    pub fn ca_file(&self) -> PathBuf {
        self.server.ca_file()
    }
}

fn fill(server: &Dovecot, messages: usize, matching: usize) {
    let when = SystemTime::now() - Duration::from_secs(24 * 3600);
    for number in 0..messages {
        let message =
            if number % 100 < matching { notification(number) } else { private(&format!("Bonjour {number}")) };
        let at = when + Duration::from_secs(u64::try_from(number % 3600).expect("small"));
        server.store(TEMPLATE, &file_name(number, message.len()), at, &message);
    }
}

/// A forum's post as it is sent: text and HTML, twelve kilobytes in all; ten to a topic.
pub fn notification(number: usize) -> Vec<u8> {
    let host = "forum.lescanoe.example";
    let topic = number / 10;
    let sentence = "La sauvegarde de la nuit s’arrête au milieu, et le journal ne dit rien. ";
    let text = sentence.repeat(20);
    let html = format!("<p style=\"margin:0 0 12px;color:#222222\">{sentence}</p>\r\n").repeat(75);
    format!(
        "Return-Path: <bounce@{host}>\r\n\
         From: Karim via Les Canoe <bonjour@{host}>\r\n\
         Reply-To: Les Canoe <reponse+{number:032x}@{host}>\r\n\
         To: alice@lescanoe.example\r\n\
         Message-ID: <discourse/post/{number}@{host}>\r\n\
         Subject: [Les Canoe] [Entraide] Sujet {topic}\r\n\
         X-Discourse-Post-Id: {number}\r\n\
         X-Discourse-Topic-Id: {topic}\r\n\
         X-Auto-Response-Suppress: All\r\n\
         Auto-Submitted: auto-generated\r\n\
         Precedence: list\r\n\
         List-ID: Les Canoe | Entraide <entraide.{host}>\r\n\
         List-Archive: https://{host}/t/sujet/{topic}\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/alternative; boundary=\"mimepart_{number}\"\r\n\
         \r\n\
         --mimepart_{number}\r\n\
         Content-Type: text/plain; charset=UTF-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\
         \r\n\
         Message {number}. {text}\r\n\r\n---\r\n\
         [Voir le sujet](https://{host}/t/sujet/{topic}/{number}) ou répondre à cet e-mail pour répondre.\r\n\
         --mimepart_{number}\r\n\
         Content-Type: text/html; charset=UTF-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\
         \r\n\
         <html><body>\r\n{html}</body></html>\r\n\
         --mimepart_{number}--\r\n"
    )
    .into_bytes()
}
