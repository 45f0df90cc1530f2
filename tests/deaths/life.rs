//! A volunteer at noon, whose mail came before their window opened at nine: one run of the real binary holds it and releases it.

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, process::ExitStatusExt as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use chrono::{DateTime, Datelike as _, TimeDelta, TimeZone as _, Timelike as _, Utc};
use quiethours::{core::release::Step, io::state::State};
use rusqlite::Connection;
use tempfile::TempDir;

use super::support::{
    dovecot::Dovecot,
    faults::Proxy,
    mailbox::{Mailbox, Noticed, Stored, TITLES, mail},
    memory,
    smtp_peer::{Security, SmtpPeer},
    strace::{self, Call, Place},
};

/// Real time for anything: generous, since every core may be compiling.
const DEADLINE: Duration = Duration::from_secs(90);

/// `TimeoutStopSec=` of the service: later it would be killed.
const STOP: Duration = Duration::from_secs(90);

/// Runs within which whatever was interrupted must be done.
const RUNS: usize = 6;

/// Longer than an attempt without an outcome is looked for.
const PATIENCE: TimeDelta = TimeDelta::minutes(20);

/// What a mailbox is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Imap,
    /// In which no keyword has a letter: `qh-sealed` is not used.
    Maildir,
    /// In which `qh-sealed` has a letter.
    MaildirWithKeyword,
}

/// How volunteers of a test are set up.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub name: &'static str,
    /// The first receives the digest.
    pub mailboxes: &'static [Kind],
    pub smtp: bool,
    /// The mail is filed at delivery: no message is ever held by us.
    pub intake: bool,
    /// The server has MOVE; without it a move is a copy first.
    pub moves: bool,
}

/// What all volunteers of a test have in common.
pub struct Scene {
    pub shape: Shape,
    server: Dovecot,
    zone: String,
    /// Five in the morning there.
    dawn: DateTime<Utc>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Done,
    Pending,
    Died,
}

impl Scene {
    pub fn new(shape: Shape, server: Dovecot) -> Self {
        let now = Utc::now();
        // Where it is noon now: the window is open for hours yet, whenever the test runs.
        let east = 12 - i64::from(now.hour());
        let local = now + TimeDelta::hours(east);
        let dawn = Utc.with_ymd_and_hms(local.year(), local.month(), local.day(), 5, 0, 0).unwrap();
        // West is positive in these names.
        let zone = format!("Etc/GMT{:+}", -east);
        Self { shape, server, zone, dawn: dawn - TimeDelta::hours(east) }
    }
}

/// Such a volunteer.
pub struct Life<'a> {
    scene: &'a Scene,
    user: String,
    dir: TempDir,
    imap: Proxy,
    smtp: Option<(SmtpPeer, Proxy)>,
}

impl<'a> Life<'a> {
    pub fn new(scene: &'a Scene) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let user = format!("u{:06}@lescanoe.example", NUMBER.fetch_add(1, Ordering::Relaxed));
        let imap = Proxy::start(scene.server.imap_port(), None);
        let smtp = scene.shape.smtp.then(|| {
            let peer = SmtpPeer::start(&scene.server, Security::Cleartext, &[]);
            let proxy = Proxy::start(peer.port(), None);
            (peer, proxy)
        });
        let life = Self { scene, user, dir: memory(), imap, smtp };
        for index in 0..scene.shape.mailboxes.len() {
            life.fill(index);
        }
        life.configure();
        if !scene.shape.intake {
            // What came before the first start stays in INBOX.
            State::open(&life.state_dir()).unwrap().enabled_at(scene.dawn - TimeDelta::hours(1)).unwrap();
        }
        life
    }

    fn is_maildir(&self, index: usize) -> bool {
        self.scene.shape.mailboxes[index] != Kind::Imap
    }

    fn maildir(&self, index: usize) -> PathBuf {
        if self.is_maildir(index) {
            self.dir.path().join(format!("Maildir{index}"))
        } else {
            self.scene.server.maildir(&self.account(index))
        }
    }

    /// The digest goes to the first.
    fn account(&self, index: usize) -> String {
        if index == 0 { self.user.clone() } else { format!("{index}{}", self.user) }
    }

    /// The mail of one of the mailboxes: name on disk, bytes. Two accounts do not get the same.
    pub fn mail(&self, index: usize) -> Vec<(&'static str, Vec<u8>)> {
        let mail = mail().into_iter().map(|(name, message)| {
            let message = String::from_utf8(message).unwrap().replace("lescanoe", &format!("lescanoe{index}"));
            let ends = if self.is_maildir(index) { "\n" } else { "\r\n" };
            (name, message.replace("\r\n", ends).into_bytes())
        });
        mail.collect()
    }

    fn fill(&self, index: usize) {
        let (kind, intake) = (self.scene.shape.mailboxes[index], self.scene.shape.intake);
        let account = self.account(index);
        for (name, message) in self.mail(index) {
            if kind == Kind::Imap {
                let folder = if intake { "Notifications" } else { "INBOX" };
                self.scene.server.store_all(&account, folder, self.scene.dawn.into(), [(name.to_owned(), message)]);
            } else {
                let folder = if intake { ".Notifications" } else { "" };
                put(&self.maildir(index).join(folder), name, self.scene.dawn, &message);
            }
        }
        for folder in ["", ".Quiet Hours", ".Quiet Hours.Released"] {
            if kind == Kind::MaildirWithKeyword {
                let folder = self.maildir(index).join(folder);
                make(&folder);
                fs::write(folder.join("dovecot-keywords"), "0 qh-sealed\n").unwrap();
            }
        }
        if kind != Kind::Imap {
            make(&self.maildir(index));
        }
    }

    fn configure(&self) {
        let Shape { mailboxes, intake, .. } = self.scene.shape;
        let day = "\"9h-18h\"";
        let mut text = format!(
            "language = \"en\"\n[availability]\nweekdays = {day}\nsaturday = {day}\nsunday = {day}\ntimezone = \"{}\"\n\n",
            self.scene.zone
        );
        for index in 0..mailboxes.len() {
            let place = if self.is_maildir(index) {
                format!("maildir = \"{}\"", self.maildir(index).display())
            } else {
                format!("imap = \"imap://127.0.0.1:{}\"\npassword = \"secret\"", self.imap.port())
            };
            let intake = if intake { "intake = \"Notifications\"\n" } else { "" };
            text += &format!("[mailbox.m{index}]\n{place}\nuser = \"{}\"\n{intake}\n", self.account(index));
        }
        text += &format!("[digest]\nto = \"{}\"\n", self.user);
        match &self.smtp {
            Some((_, proxy)) => {
                text += &format!("deliver = \"smtp\"\nsmtp = \"smtp://127.0.0.1:{}\"\n", proxy.port());
            }
            None => text += "mailbox = \"m0\"\n",
        }
        text += &format!("[state]\ndir = \"{}\"\n", self.state_dir().display());
        fs::write(self.config_file(), text).unwrap();
        fs::set_permissions(self.config_file(), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn config_file(&self) -> PathBuf {
        self.dir.path().join("config.toml")
    }

    pub fn state_dir(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quiethours"));
        command.arg("--config").arg(self.config_file()).args(arguments);
        command.env("HOME", self.dir.path()).env_remove("NOTIFY_SOCKET").env_remove("JOURNAL_STREAM");
        command
    }

    /// A run that nothing interrupts, and its calls.
    pub fn watched(&self) -> (Ended, Vec<Call>) {
        let file = self.path("calls");
        let output = output(&mut strace::watched(&self.command(&["run", "--once"]), &file));
        self.rest();
        (ended(&output), strace::calls(&file))
    }

    /// One run, which dies at a place if it comes there.
    pub fn run(&self, death: Option<&Place>) -> Ended {
        let mut command = self.command(&["run", "--once"]);
        if let Some(place) = death {
            command = strace::struck(&command, place, "KILL", &self.path("calls"));
        }
        let ended = ended(&output(&mut command));
        self.rest();
        ended
    }

    /// Runs, twenty minutes apart, until nothing is left to do.
    pub fn recover(&self) {
        for _ in 0..RUNS {
            let output = output(&mut self.command(&["run", "--once"]));
            self.rest();
            match ended(&output) {
                Ended::Done => return self.let_mail_arrive(),
                Ended::Pending => self.let_time_pass(),
                Ended::Died => panic!("it died"),
            }
        }
        panic!(
            "{RUNS} runs do not end it: {}",
            String::from_utf8_lossy(&output(&mut self.command(&["run", "--once"])).stderr)
        );
    }

    /// What was sent arrives. What the state says of an attempt without an outcome was as much longer ago; so was the first look
    /// for one that a lost state knew of.
    pub fn let_time_pass(&self) {
        self.let_mail_arrive();
        drop(State::open(&self.state_dir()).unwrap());
        let database = Connection::open(self.state_dir().join("state.db")).unwrap();
        let update = "UPDATE release SET intent_at = intent_at - ?1";
        database.execute(update, [PATIENCE.num_microseconds().unwrap()]).unwrap();
        let update = "INSERT OR REPLACE INTO note VALUES ('orphans_since', ?1)";
        database.execute(update, [(Utc::now() - PATIENCE).to_rfc3339()]).unwrap();
    }

    /// The record of the open release.
    pub fn step(&self) -> Option<Step> {
        let state = State::open_read(&self.state_dir()).unwrap()?;
        state.release().unwrap().map(|release| release.step)
    }

    /// The daemon, told to stop on entering a place; when it does not come there, once the release is done. Whether it came there.
    pub fn serve(&self, stop: &Place) -> bool {
        let log = fs::File::create(self.path("log")).unwrap();
        let mut command = strace::struck(&self.command(&["run"]), stop, "TERM", &self.path("calls"));
        let mut daemon = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let deadline = Instant::now() + STOP;
        let told = || fs::read_to_string(self.path("calls")).is_ok_and(|calls| calls.contains("--- SIGTERM"));
        let mut came = true;
        let status = loop {
            if let Some(status) = daemon.try_wait().unwrap() {
                break status;
            }
            if came && self.is_done() && !told() {
                came = false;
                self.terminate();
            }
            if Instant::now() > deadline {
                daemon.kill().unwrap();
                panic!("it does not stop: {}", fs::read_to_string(self.path("log")).unwrap());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        // A signal of its own: before the daemon listens for it, there is nothing to end well.
        let ended = status.code() == Some(0) || status.signal() == Some(15);
        assert!(ended, "{status:?}: {}", fs::read_to_string(self.path("log")).unwrap());
        self.rest();
        came
    }

    fn terminate(&self) {
        let pid = fs::read_to_string(self.state_dir().join("daemon.lock")).unwrap();
        let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    fn is_done(&self) -> bool {
        let noticed: Vec<Noticed> = self.mailboxes().iter().map(Mailbox::noticed).collect();
        let filed = noticed.iter().all(|mailbox| mailbox.released.len() == TITLES.len());
        filed && self.is_delivered() && self.step().is_none()
    }

    /// As on a machine set up anew.
    pub fn lose_state(&self) {
        if self.state_dir().exists() {
            fs::remove_dir_all(self.state_dir()).unwrap();
        }
    }

    /// Waits until the servers are done with every connection. What was sent is still on its way.
    fn rest(&self) {
        let deadline = Instant::now() + DEADLINE;
        while self.imap.live() > 0 || self.smtp.as_ref().is_some_and(|(_, proxy)| proxy.live() > 0) {
            assert!(Instant::now() < deadline, "a server does not end a connection");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn let_mail_arrive(&self) {
        if let Some((peer, _)) = &self.smtp {
            peer.hand_over(&self.scene.server, &self.user);
        }
    }

    /// Whether a digest is there, or on its way.
    pub fn is_delivered(&self) -> bool {
        let sent = self.smtp.as_ref().is_some_and(|(peer, _)| !peer.messages().is_empty());
        sent || self.mailboxes()[0].all().any(Stored::is_digest)
    }

    /// Every mailbox, as it lies on disk.
    pub fn mailboxes(&self) -> Vec<Mailbox> {
        (0..self.scene.shape.mailboxes.len()).map(|index| Mailbox::read(&self.maildir(index))).collect()
    }
}

fn make(folder: &Path) {
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(folder.join(part)).unwrap();
    }
}

fn put(folder: &Path, name: &str, when: DateTime<Utc>, message: &[u8]) {
    make(folder);
    let path = folder.join("cur").join(name);
    fs::write(&path, message).unwrap();
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(when.into())).unwrap();
}

fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().expect("the tests need strace: apt-get install strace")
}

fn ended(output: &Output) -> Ended {
    // strace ends as what it ran.
    match (output.status.code(), output.status.signal()) {
        (Some(0), _) => Ended::Done,
        (Some(75), _) => Ended::Pending,
        (_, Some(9)) => Ended::Died,
        other => panic!("{other:?}: {}", String::from_utf8_lossy(&output.stderr)),
    }
}
