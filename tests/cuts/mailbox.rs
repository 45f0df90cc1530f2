//! A volunteer's mailbox after an evening, as it lies on the server's disk.

use std::{collections::BTreeMap, fs, path::Path};

use mail_parser::MessageParser;

/// What each notification says in its title, and nothing else does.
pub const TITLES: [&str; 3] = ["Imprimante", "Souris", "Pagaie"];

/// A message on disk: its file's name without flags, its flags, its bytes.
pub type Stored = (String, String, Vec<u8>);

/// Everything in a mailbox, by folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox(pub BTreeMap<String, Vec<Stored>>);

/// What a volunteer would notice. Bytes are escaped, for whoever reads of a difference.
#[derive(Debug, PartialEq, Eq)]
pub struct Noticed {
    /// The mail in INBOX that is no digest: name, flags, bytes.
    pub inbox: Vec<(String, String, String)>,
    /// Flags and bytes of what was released.
    pub released: Vec<(String, String)>,
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
        let (digests, inbox): (Vec<_>, Vec<_>) =
            folder("INBOX").into_iter().partition(|(_, _, bytes)| is_digest(bytes));
        let shown = |bytes: Vec<u8>| bytes.escape_ascii().to_string();
        let inbox: Vec<_> = inbox.into_iter().map(|(name, flags, bytes)| (name, flags, shown(bytes))).collect();
        let released = folder(".Quiet Hours.Released");
        let mut released: Vec<_> = released.into_iter().map(|(_, flags, bytes)| (flags, shown(bytes))).collect();
        released.sort();
        let elsewhere = self.all().count() - inbox.len() - digests.len() - released.len();
        let digests = digests.into_iter().map(|(_, flags, bytes)| (flags, listed(&bytes))).collect();
        Noticed { inbox, released, elsewhere, digests }
    }
}

fn stored(folder: &Path) -> Vec<Stored> {
    let mut messages = Vec::new();
    for part in ["new", "cur"] {
        let Ok(entries) = fs::read_dir(folder.join(part)) else { continue };
        for entry in entries.map(Result::unwrap) {
            let file = entry.file_name().into_string().unwrap();
            let (base, flags) = file.split_once(":2,").unwrap_or((&file, ""));
            // Dovecot appends sizes to the base names of what it copies.
            let base = base.split(',').next().unwrap_or_default();
            messages.push((base.to_owned(), flags.to_owned(), fs::read(entry.path()).unwrap()));
        }
    }
    messages.sort();
    messages
}

fn is_digest(bytes: &[u8]) -> bool {
    MessageParser::default().parse(bytes).is_some_and(|message| message.header("X-Quiethours-Release").is_some())
}

fn listed(bytes: &[u8]) -> [usize; 3] {
    let message = MessageParser::default().parse(bytes).unwrap();
    let text = message.body_text(0).unwrap_or_default();
    TITLES.map(|title| text.matches(title).count())
}
