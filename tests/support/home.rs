//! A volunteer's Maildir, configuration and state in a directory of their own, and nights played on them.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs::{self, File},
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    rc::Rc,
};

use chrono::{DateTime, Utc};
use mail_parser::MessageParser;
use quiethours::{
    config::{self, Config, Flags},
    daemon::{Daemon, Ended, Log, Witness},
    io::{
        clock::Clock as _,
        state::{State, StateError},
    },
};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{
    mails::at,
    stage::{Jump, Stage},
};

/// Monday to Friday, nine to six, in Paris.
const OFFICE: &str = "[availability]\nweekdays = \"9h-18h\"\ntimezone = \"Europe/Paris\"\n";

/// What happens at a moment of a night.
pub type Script = Vec<(DateTime<Utc>, Box<dyn FnOnce()>)>;

/// A message as it lies on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its upper-case flags.
    pub flags: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What was told on the desktop, and when.
pub type Told = Vec<(DateTime<Utc>, String)>;

/// A volunteer's files.
pub struct Home {
    dir: TempDir,
    number: RefCell<u32>,
    told: Rc<RefCell<Told>>,
    jump: Jump,
}

impl Home {
    /// One with the office hours, and `more` in its configuration: `mailbox` lines first, then tables.
    pub fn new(mailbox: &str, tables: &str) -> Self {
        Self::with_hours(OFFICE, mailbox, tables)
    }

    /// One with hours of its own.
    pub fn with_hours(hours: &str, mailbox: &str, tables: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = Self { dir, number: RefCell::new(0), told: Rc::default(), jump: Rc::default() };
        for folder in ["new", "cur", "tmp"] {
            fs::create_dir_all(home.maildir().join(folder)).unwrap();
        }
        let text = format!(
            "language = \"fr\"\n{hours}\n[mailbox.coop]\nmaildir = \"{}\"\n{mailbox}\n{}\n{tables}\n[state]\ndir = \"{}\"\n",
            home.maildir().display(),
            if tables.contains("[digest]") { "" } else { "[digest]\nto = \"alice@lescanoe.example\"" },
            home.state_dir().display(),
        );
        fs::write(home.config_file(), text).unwrap();
        fs::set_permissions(home.config_file(), fs::Permissions::from_mode(0o600)).unwrap();
        home
    }

    /// INBOX.
    pub fn maildir(&self) -> PathBuf {
        self.dir.path().join("Maildir")
    }

    /// Where the state is.
    pub fn state_dir(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.dir.path().join("config.toml")
    }

    /// The configuration, read from the file.
    pub fn config(&self) -> Config {
        let path = self.config_file().to_str().unwrap().to_owned();
        config::load(&Flags { config: Some(path), language: None }).unwrap_or_else(|errors| panic!("{errors:?}"))
    }

    /// The state, as a command opens it.
    pub fn state(&self) -> State {
        State::open(&self.state_dir()).unwrap()
    }

    /// Delivers into INBOX as a mail server does, dated `when`; its base name.
    pub fn deliver(&self, when: &str, message: &[u8]) -> String {
        self.deliver_into("INBOX", when, message)
    }

    /// Delivers into a folder.
    pub fn deliver_into(&self, folder: &str, when: &str, message: &[u8]) -> String {
        let number = self.number.replace_with(|number| *number + 1);
        let name = format!("{}.M{number}.test", at(when).timestamp());
        deliver(&self.path(folder), &name, when, message);
        name
    }

    /// Delivers into INBOX under a file name of its own.
    pub fn deliver_named(&self, name: &str, when: &str, message: &[u8]) {
        deliver(&self.maildir(), name, when, message);
    }

    /// A script of deliveries into INBOX.
    pub fn mail(&self, arrivals: &[(&str, Vec<u8>)]) -> Script {
        self.mail_into("INBOX", arrivals)
    }

    /// A script of deliveries into a folder.
    pub fn mail_into(&self, folder: &str, arrivals: &[(&str, Vec<u8>)]) -> Script {
        let path = self.path(folder);
        let mut script: Script = Vec::new();
        for (when, message) in arrivals {
            let number = self.number.replace_with(|number| *number + 1);
            let name = format!("{}.M{number}.test", at(when).timestamp());
            let (path, when, message) = (path.clone(), (*when).to_owned(), message.clone());
            script.push((at(&when.clone()), Box::new(move || deliver(&path, &name, &when, &message))));
        }
        script
    }

    /// Runs the daemon from one moment to another.
    pub fn play(&self, from: &str, to: &str, script: Script) {
        assert_eq!(self.play_until(from, to, script), Ended::Done);
    }

    /// Runs the daemon from one moment to another; how it ended.
    pub fn play_until(&self, from: &str, to: &str, script: Script) -> Ended {
        self.play_before(from, to, script, Box::new(Log)).unwrap()
    }

    /// Runs the daemon from one moment to another before a witness of our own; how it ended.
    pub fn play_before(
        &self,
        from: &str,
        to: &str,
        script: Script,
        witness: Box<dyn Witness>,
    ) -> Result<Ended, StateError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (stage, stopped) = Stage::new(at(from), at(to), script, Rc::clone(&self.jump));
            let (_signals, signals) = mpsc::unbounded_channel();
            let stage = Rc::new(stage);
            let (told, clock) = (Rc::clone(&self.told), Rc::clone(&stage));
            let tell = move |text: &str| told.borrow_mut().push((clock.now(), text.to_owned()));
            let state = State::open(&self.state_dir())?;
            let mut daemon = Daemon::new(self.config(), state, stage, witness)?.with_desktop(Box::new(tell));
            daemon.run(signals, stopped).await
        })
    }

    /// What was told on the desktop, and when.
    pub fn told(&self) -> Told {
        self.told.borrow().clone()
    }

    /// For a script: the disk that the Maildir is on is unmounted, or mounted again.
    pub fn mounting(&self, mounted: bool) -> Box<dyn FnOnce()> {
        let (here, away) = (self.maildir(), self.dir.path().join("away"));
        let (from, to) = if mounted { (away, here) } else { (here, away) };
        Box::new(move || fs::rename(from, to).unwrap())
    }

    /// For a script: from now on the clock shows this.
    pub fn jumping(&self, to: &str) -> Box<dyn FnOnce()> {
        let (jump, to) = (Rc::clone(&self.jump), at(to));
        Box::new(move || jump.set(Some(to)))
    }

    fn path(&self, folder: &str) -> PathBuf {
        if folder == "INBOX" { self.maildir() } else { self.maildir().join(format!(".{}", folder.replace('/', "."))) }
    }

    /// What a folder holds, by base name.
    pub fn folder(&self, name: &str) -> BTreeMap<String, Stored> {
        let mut messages = BTreeMap::new();
        for part in ["new", "cur"] {
            let Ok(entries) = fs::read_dir(self.path(name).join(part)) else { continue };
            for entry in entries.map(Result::unwrap) {
                let file = entry.file_name().into_string().unwrap();
                let (base, flags) = file.split_once(":2,").unwrap_or((&file, ""));
                let stored = Stored { flags: flags.to_owned(), bytes: fs::read(entry.path()).unwrap() };
                messages.insert(base.to_owned(), stored);
            }
        }
        messages
    }

    /// Base names in a folder.
    pub fn names(&self, folder: &str) -> Vec<String> {
        self.folder(folder).into_keys().collect()
    }

    /// The text parts of the digests in INBOX, in order of arrival.
    pub fn digests(&self) -> Vec<String> {
        let mut digests = Vec::new();
        for stored in self.folder("INBOX").into_values() {
            let message = MessageParser::default().parse(&stored.bytes).unwrap();
            if message.header("X-Quiethours-Release").is_some() {
                let date = message.date().map(|date| date.to_timestamp());
                digests.push((date, message.body_text(0).unwrap().into_owned()));
            }
        }
        digests.sort();
        digests.into_iter().map(|(_, text)| text).collect()
    }

    /// Moves a message from one folder's `cur` or `new` to another's `cur`, as a mail program does.
    pub fn drag(&self, name: &str, from: &str, to: &str) {
        drag(&self.path(from), name, &self.path(to), "");
    }

    /// [`Home::drag`], setting further flags.
    pub fn drag_flagged(&self, name: &str, from: &str, to: &str, flags: &str) {
        drag(&self.path(from), name, &self.path(to), flags);
    }

    /// [`Home::drag`] for a script.
    pub fn dragging(&self, name: &str, from: &str, to: &str) -> Box<dyn FnOnce()> {
        let (from, to, name) = (self.path(from), self.path(to), name.to_owned());
        Box::new(move || drag(&from, &name, &to, ""))
    }
}

fn deliver(folder: &Path, name: &str, when: &str, message: &[u8]) {
    let draft = folder.join("tmp").join(name);
    let mut file = File::create(&draft).unwrap();
    file.write_all(message).unwrap();
    file.set_modified(at(when).into()).unwrap();
    fs::rename(draft, folder.join("new").join(name)).unwrap();
}

fn drag(from: &Path, name: &str, to: &Path, more: &str) {
    for part in ["new", "cur"] {
        for entry in fs::read_dir(from.join(part)).unwrap().map(Result::unwrap) {
            let file = entry.file_name().into_string().unwrap();
            if file.split(":2,").next() == Some(name) {
                let flags = file.split_once(":2,").map_or("", |(_, flags)| flags);
                fs::rename(entry.path(), to.join("cur").join(format!("{name}:2,{flags}{more}"))).unwrap();
                return;
            }
        }
    }
    panic!("{name} is not in {}", from.display());
}
