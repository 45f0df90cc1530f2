//! Everything is run at its most talkative, and the password or token looked for wherever it could have come to lie.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown},
        net::UnixDatagram,
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use chrono::Utc;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use quiethours::config::{self, Flags};
use support::{
    dovecot::{Dovecot, UNMISTAKABLE},
    mails::discourse,
    smtp_peer::{No, Security, SmtpPeer},
    token::token,
    volunteer::{Running, Volunteer, await_that},
};

/// A password and a beginning of a token that nobody takes.
const REFUSED: &str = "W0rong&7-Qx4-Zk1-never-taken";

/// A user id that owns nothing: `nobody`.
const NOBODY: u32 = 65534;

/// A secret as it is, in hexadecimal, and the middle of its base64 at each of the three alignments.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), HEXLOWER.encode(secret.as_bytes())];
    for pad in 0..3 {
        let padded = [&vec![0; pad][..], secret.as_bytes()].concat();
        for encoded in [BASE64.encode(&padded), BASE64URL_NOPAD.encode(&padded)] {
            forms.push(encoded.trim_end_matches('=')[4..padded.len() / 3 * 4].to_owned());
        }
    }
    forms
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    forms(secret).iter().any(|form| bytes.windows(form.len()).any(|part| part == form.as_bytes()))
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Alice at a server that takes passwords and tokens, and what was seen of her daemons.
struct Evening {
    alice: Volunteer,
    peer: SmtpPeer,
    notify: UnixDatagram,
    topic: u32,
    /// Where a secret could have come to lie: what it is, and its bytes.
    seen: Vec<(String, Vec<u8>)>,
}

impl Evening {
    fn new() -> Self {
        let server = Dovecot::builder().tokens().extra("auth_mechanisms = plain xoauth2").start();
        let peer = SmtpPeer::start(&server, Security::Tls, &[]);
        let alice = Volunteer::new(server, "", "");
        let notify = UnixDatagram::bind(alice.path().join("notify")).unwrap();
        notify.set_nonblocking(true).unwrap();
        Self { alice, peer, notify, topic: 0, seen: Vec::new() }
    }

    fn private_file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.alice.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    /// A command that prints the content of a file, and leaves what the system shows of itself.
    fn printing(&self, file: &Path) -> String {
        let shown = self.alice.path().join("shown");
        let script =
            format!("cat /proc/$$/cmdline /proc/$$/environ >> '{}'; cat '{}'", shown.display(), file.display());
        let script = self.private_file("command", &script);
        format!("\"sh '{}'\"", script.display())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.alice.command(&[&["-vvvv"], arguments].concat());
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").env("CREDENTIALS_DIRECTORY", self.alice.path());
        command.env("NOTIFY_SOCKET", self.alice.path().join("notify"));
        command
    }

    fn run(&mut self, arguments: &[&str]) {
        let output = self.command(arguments).output().unwrap();
        self.seen.push((format!("stdout of {arguments:?}"), output.stdout));
        self.seen.push((format!("stderr of {arguments:?}"), output.stderr));
    }

    /// A night and a morning: every command once, and the daemon itself.
    fn play(&mut self) {
        self.topic += 1;
        self.alice.run(&["auto"]);
        self.run(&["check"]);
        let daemon = self.daemon();
        let message = discourse(self.topic, self.topic, &format!("Sujet {}.", self.topic), "Une question.");
        self.alice.server.deliver_lmtp("alice", &message);
        await_that("it is held", || self.alice.client().count("Quiet Hours") == 1);
        for arguments in [
            &["status", "--peek"][..],
            &["status", "--json"],
            &["preview", "--format", "eml"],
            &["preview", "--format", "json"],
        ] {
            self.run(arguments);
        }
        self.run(&["release"]);
        self.run(&["available", "--yes", "--for", "1h"]);
        let filed = usize::try_from(self.topic).unwrap();
        daemon.stop();
        self.run(&["run", "--once"]);
        self.run(&["run", "--once"]);
        assert_eq!(self.alice.client().count("Quiet Hours/Released"), filed, "{}", self.complaints());
        self.collect();
    }

    /// A secret that is refused, or that its command fails to give: everything is tried, and told.
    fn fail(&mut self) {
        self.alice.run(&["auto"]);
        self.alice.client().append("Quiet Hours", "", None, &discourse(1000, 1000, "Sujet.", "x"));
        for arguments in [&["check"][..], &["run", "--once"], &["release"], &["status", "--peek"]] {
            self.run(arguments);
        }
        self.run(&["available", "--yes", "--for", "1h"]);
        self.run(&["run", "--once"]);
        self.run(&["--lang", "fr", "status", "--json"]);
        self.collect();
    }

    fn complaints(&self) -> String {
        self.seen
            .iter()
            .rev()
            .take(6)
            .map(|(what, bytes)| format!("{what}: {}\n", String::from_utf8_lossy(bytes)))
            .collect()
    }

    fn daemon(&mut self) -> Running {
        let log = self.alice.path().join("daemon.log");
        let file = fs::File::create(&log).unwrap();
        let child = self.command(&["run"]).stdout(Stdio::null()).stderr(file).spawn().unwrap();
        let process = format!("/proc/{}", child.id());
        let running = Running::of(child);
        await_that("the daemon is connected", || fs::read_to_string(&log).unwrap().contains("connected"));
        for name in ["cmdline", "environ"] {
            // Only root may read the environment of a program that is not dumpable.
            self.seen
                .push((format!("{name} of the daemon"), fs::read(format!("{process}/{name}")).unwrap_or_default()));
        }
        running
    }

    fn assert_nowhere(&self, secrets: &[&str]) {
        for (what, bytes) in &self.seen {
            let found = secrets.iter().find(|secret| holds(bytes, secret));
            assert!(found.is_none(), "{what}:\n{}", String::from_utf8_lossy(bytes));
        }
    }

    /// Whatever lies about now.
    fn collect(&mut self) {
        let mut datagram = [0; 4096];
        while let Ok(length) = self.notify.recv(&mut datagram) {
            self.seen.push(("what systemd was told".to_owned(), datagram[..length].to_vec()));
        }
        for name in ["daemon.log", "shown"] {
            self.seen.push((name.to_owned(), fs::read(self.alice.path().join(name)).unwrap_or_default()));
        }
        for file in files(&self.alice.state_dir()) {
            let name = file.display().to_string();
            self.seen.push((name, fs::read(file).unwrap_or_default()));
        }
        for folder in ["INBOX", "Quiet Hours/Released"] {
            let messages = self.alice.client().messages(folder);
            self.seen.extend(messages.into_iter().map(|message| (folder.to_owned(), message.bytes)));
        }
        self.seen.extend(self.peer.messages().into_iter().map(|message| ("sent by SMTP".to_owned(), message)));
    }
}

#[test]
fn no_secret_is_in_any_log_file_process_or_mail_whatever_way_it_is_given() {
    let mut evening = Evening::new();
    let token = token("alice", Utc::now().timestamp() + 3600);
    let secret = evening.private_file("secret-file", &format!("{UNMISTAKABLE}\n"));
    let token_file = evening.private_file("token-file", &format!("{token}\n"));
    evening.private_file("mail", &format!("{UNMISTAKABLE}\n"));
    let smtp = format!("deliver = \"smtp\"\nsmtp = \"smtps://localhost:{}\"\n", evening.peer.port());
    let own = format!("{smtp}smtp_user = \"alice\"\nsmtp_password_command = {}\n", evening.printing(&secret));
    let ways = [
        (format!("password = \"{UNMISTAKABLE}\""), smtp.as_str()),
        (format!("password_file = \"{}\"", secret.display()), own.as_str()),
        (format!("password_command = {}", evening.printing(&secret)), smtp.as_str()),
        ("password_credential = \"mail\"".to_owned(), ""),
    ];
    for (way, tables) in &ways {
        evening.alice.configure(way, tables);
        evening.play();
        debug_shows_nothing(&evening.alice);
    }
    let way = format!("oauth_token_command = {}", evening.printing(&token_file));
    evening.peer.take_token(&token, No::Explained);
    for tables in ["", &smtp] {
        evening.alice.configure(&way, tables);
        evening.play();
    }
    evening.assert_nowhere(&[UNMISTAKABLE, &token]);
    // What is looked for would be found: it did go to the servers, and was logged for a person to follow.
    let sent = evening.peer.commands().join("\n");
    for secret in [UNMISTAKABLE, &token] {
        assert!(holds(sent.as_bytes(), secret), "it was never used: {sent}");
    }
    assert!(
        evening.seen.iter().any(|(_, bytes)| String::from_utf8_lossy(bytes).contains("IMAP command")),
        "nothing was logged at TRACE"
    );
    let bytes: usize = evening.seen.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{} ways, {} places, {} KiB", ways.len() + 2, evening.seen.len(), bytes >> 10);
}

#[test]
fn a_secret_that_is_refused_or_cannot_be_had_is_told_without_it() {
    let mut evening = Evening::new();
    evening.alice.ok(&["run", "--once"]);
    let file = evening.private_file("wrong", &format!("{REFUSED}\n"));
    let both = evening.private_file("both", &format!("{REFUSED}\n{REFUSED}\n"));
    let failing = evening.private_file("failing", &format!("echo {REFUSED}; echo {REFUSED} >&2; exit 3\n"));
    let right = format!("password = \"{UNMISTAKABLE}\"");
    let smtp = |line: &str| {
        let port = evening.peer.port();
        format!("deliver = \"smtp\"\nsmtp = \"smtps://localhost:{port}\"\nsmtp_user = \"alice\"\n{line}\n")
    };
    let [cat, cat_both] = [&file, &both].map(|file| format!("\"cat '{}'\"", file.display()));
    let fails = format!("\"sh '{}'\"", failing.display());
    let ways = [
        (format!("password = \"{REFUSED}\""), String::new()),
        (format!("password_file = \"{}\"", both.display()), String::new()),
        (format!("password_command = {cat_both}"), String::new()),
        (format!("password_command = {fails}"), String::new()),
        (format!("oauth_token_command = {cat}"), String::new()),
        (format!("oauth_token_command = {fails}"), String::new()),
        (right.clone(), smtp(&format!("smtp_password_command = {cat}"))),
        (right.clone(), smtp(&format!("smtp_password_command = {fails}"))),
        (format!("{right}\npasword = \"{REFUSED}\""), String::new()),
        (format!("password = [\"{REFUSED}\"]"), String::new()),
    ];
    for (way, tables) in &ways {
        evening.alice.configure(way, tables);
        evening.fail();
    }
    evening.assert_nowhere(&[UNMISTAKABLE, REFUSED]);
    println!("{} ways that fail, {} places", ways.len(), evening.seen.len());
}

fn debug_shows_nothing(alice: &Volunteer) {
    let flags = Flags { config: Some(alice.config_file().to_str().unwrap().to_owned()), language: None };
    let shown = config::load(&flags).map(|config| format!("{config:?} {config:#?}"));
    assert!(!holds(shown.unwrap_or_else(|errors| panic!("{errors:?}")).as_bytes(), UNMISTAKABLE));
}

/// Where a program may be dumped and traced, /proc shows it as its user's; else as root's (proc(5)).
#[test]
fn the_daemon_leaves_no_core_dump_and_is_not_traced() {
    let dir = tempfile::tempdir().unwrap();
    let root = rustix::process::geteuid().is_root();
    let program = dir.path().join("quiethours");
    fs::copy(env!("CARGO_BIN_EXE_quiethours"), &program).unwrap();
    fs::create_dir_all(dir.path().join("Maildir/cur")).unwrap();
    for folder in ["new", "tmp"] {
        fs::create_dir_all(dir.path().join("Maildir").join(folder)).unwrap();
    }
    fs::create_dir_all(dir.path().join(".config/quiethours")).unwrap();
    let text =
        "[availability]\nweekdays = \"\"\n[mailbox.coop]\nmaildir = \"~/Maildir\"\n[digest]\nto = \"a@b.example\"\n";
    fs::write(dir.path().join(".config/quiethours/config.toml"), text).unwrap();
    if root {
        give(dir.path());
    }
    let start = |program: &Path, argument: &str| {
        let mut command = Command::new(program);
        command.arg(argument).env_clear().env("HOME", dir.path()).stdin(Stdio::null()).stderr(Stdio::null());
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let child = command.spawn().unwrap();
        let owner = format!("/proc/{}/environ", child.id());
        (Running::of(child), move || fs::metadata(&owner).unwrap().uid())
    };
    let (_control, owner) = start(Path::new("sleep"), "1000");
    let user = if root { NOBODY } else { rustix::process::getuid().as_raw() };
    await_that("an ordinary program is its user's", || owner() == user);
    let (daemon, owner) = start(&program, "run");
    await_that("the daemon is nobody's to dump", || owner() == 0);
    await_that("it runs", || dir.path().join(".local/state/quiethours/config/wake").exists());
    assert_eq!(daemon.stop(), Some(0));
}

fn give(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| give(&entry.unwrap().path()));
    }
}

#[test]
fn the_units_allow_no_core_dump() {
    for unit in [
        include_str!("../contrib/systemd/quiethours.service"),
        include_str!("../contrib/systemd/quiethours@.service"),
        include_str!("../contrib/debian/quiethours.service"),
        include_str!("../contrib/debian/quiethours@.service"),
    ] {
        assert!(unit.lines().any(|line| line == "LimitCORE=0"));
    }
}
