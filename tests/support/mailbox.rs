//! A volunteer's mailbox after an evening, as it lies on the server's disk.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, ErrorKind::NotFound},
    path::Path,
    time::SystemTime,
};

use mail_parser::MessageParser;

use super::mails::{account, discourse, glpi, private};

/// What each notification of an evening says in its title, and nothing else does.
pub const TITLES: [&str; 3] = ["Imprimante", "Souris", "Pagaie"];

/// Times that a folder is read in which something moves: each takes longer than a move of three messages.
const READINGS: usize = 100;

/// The mail of an evening: name on disk, bytes.
pub fn mail() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("1.M1.test:2,", discourse(1, 10, TITLES[0], "Elle ne répond plus.")),
        ("2.M2.test:2,R", private("Dimanche")),
        ("3.M3.test:2,F", glpi(7, 1, TITLES[1], "Elle est cassée.")),
        ("4.M4.test:2,", account("Mot de passe")),
        ("5.M5.test:2,", discourse(2, 11, TITLES[2], "Elle flotte.")),
    ]
}

/// A message on disk.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// Its file's name without flags.
    pub name: String,
    /// Its upper-case flags, and the letters of its keywords.
    pub flags: String,
    /// The time of its file: INTERNALDATE.
    pub received: SystemTime,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// Everything in a mailbox, by folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(pub BTreeMap<String, Vec<Stored>>);

/// What a volunteer would notice. Bytes are escaped, for whoever reads of a difference.
#[derive(Debug, PartialEq, Eq)]
pub struct Noticed {
    /// The mail in INBOX that is no digest: name, flags, when it was received, bytes.
    pub inbox: Vec<(String, String, SystemTime, String)>,
    /// Flags, times and bytes of what was released.
    pub released: Vec<(String, SystemTime, String)>,
    /// Files anywhere else.
    pub elsewhere: usize,
    /// For each digest: its flags, and how often it lists each notification.
    pub digests: Vec<(String, [usize; 3])>,
}

impl Mailbox {
    /// As it lies on disk.
    pub fn read(maildir: &Path) -> Self {
        let mut folders = BTreeMap::new();
        for entry in fs::read_dir(maildir).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if name.starts_with('.') && entry.path().is_dir() {
                folders.insert(name, stored(&entry.path()));
            }
        }
        folders.insert("INBOX".to_owned(), stored(maildir));
        Self(folders)
    }

    /// The messages of all folders.
    pub fn all(&self) -> impl Iterator<Item = &Stored> {
        self.0.values().flatten()
    }

    /// As the volunteer sees it.
    pub fn noticed(&self) -> Noticed {
        let folder = |name: &str| self.0.get(name).cloned().unwrap_or_default();
        let (digests, inbox): (Vec<_>, Vec<_>) = folder("INBOX").into_iter().partition(Stored::is_digest);
        let shown = |bytes: Vec<u8>| bytes.escape_ascii().to_string();
        let inbox: Vec<_> =
            inbox.into_iter().map(|one| (one.name, one.flags, one.received, shown(one.bytes))).collect();
        let released = folder(".Quiet Hours.Released");
        let mut released: Vec<_> =
            released.into_iter().map(|one| (one.flags, one.received, shown(one.bytes))).collect();
        released.sort();
        let elsewhere = self.all().count() - inbox.len() - digests.len() - released.len();
        let digests = digests.into_iter().map(|one| (one.flags.clone(), one.listed())).collect();
        Noticed { inbox, released, elsewhere, digests }
    }
}

impl Stored {
    /// Whether it is a digest of ours.
    pub fn is_digest(&self) -> bool {
        let message = MessageParser::default().parse(&self.bytes);
        message.is_some_and(|message| message.header("X-Quiethours-Release").is_some())
    }

    /// How often a digest lists each notification.
    pub fn listed(&self) -> [usize; 3] {
        let message = MessageParser::default().parse(&self.bytes).unwrap();
        let text = message.body_text(0).unwrap_or_default();
        TITLES.map(|title| text.matches(title).count())
    }
}

/// What is in a folder. A file that vanishes while it is read was moved by whoever works there: the folder is read again.
fn stored(folder: &Path) -> Vec<Stored> {
    let read = (0..READINGS).map(|_| read(folder)).find(|read| !matches!(read, Err(error) if error.kind() == NotFound));
    let mut messages = read.expect("a folder at rest").expect("a folder");
    messages.sort();
    messages
}

fn read(folder: &Path) -> io::Result<Vec<Stored>> {
    let mut messages = Vec::new();
    for part in ["new", "cur"] {
        let Ok(entries) = fs::read_dir(folder.join(part)) else { continue };
        for entry in entries {
            let entry = entry?;
            let file = entry.file_name().into_string().unwrap();
            let (base, flags) = file.split_once(":2,").unwrap_or((&file, ""));
            // Dovecot appends sizes to the base names of what it copies.
            let name = base.split(',').next().unwrap_or_default().to_owned();
            let received = entry.metadata()?.modified()?;
            messages.push(Stored { name, flags: flags.to_owned(), received, bytes: fs::read(entry.path())? });
        }
    }
    Ok(messages)
}
