//! A volunteer on a real server: the real binary, a configuration and a state directory of its own.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{client::Client, dovecot::Dovecot};

/// How long anything may take: generous, since every core may be compiling, and longer than the minute after which a digest
/// whose APPEND was interrupted by a kill is taken as not delivered.
pub const DEADLINE: Duration = Duration::from_secs(150);

/// A volunteer whose declared week is closed all through: `available` opens it.
pub struct Volunteer {
    /// Their server.
    pub server: Dovecot,
    /// Their user name there.
    pub user: String,
    dir: TempDir,
}

impl Volunteer {
    /// On a server, with further lines for the mailbox and further tables.
    pub fn new(server: Dovecot, mailbox: &str, tables: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let volunteer = Self { server, user: "alice".to_owned(), dir };
        volunteer.configure(mailbox, tables);
        volunteer
    }

    /// Writes the configuration.
    pub fn configure(&self, mailbox: &str, tables: &str) {
        let mut lines = mailbox.to_owned();
        for (key, value) in [
            ("imap", format!("\"imaps://localhost:{}\"", self.server.imaps_port())),
            ("ca_file", format!("\"{}\"", self.server.ca_file().display())),
            ("password", "\"secret\"".to_owned()),
        ] {
            let given = key == "password" && ["password_", "oauth_"].iter().any(|way| lines.contains(way));
            if !given && !lines.lines().any(|line| line.starts_with(&format!("{key} "))) {
                lines.push_str(&format!("\n{key} = {value}"));
            }
        }
        let text = format!(
            "language = \"en\"\n[availability]\nweekdays = \"\"\ntimezone = \"Europe/Paris\"\n\n[mailbox.coop]\nuser = \"{}\"\n{lines}\n\n[digest]\nto = \"alice@lescanoe.example\"\n{tables}\n\n[state]\ndir = \"{}\"\n",
            self.user,
            self.state_dir().display(),
        );
        fs::write(self.config_file(), text).unwrap();
        fs::set_permissions(self.config_file(), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.dir.path().join("config.toml")
    }

    /// The state directory.
    pub fn state_dir(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    /// A directory for whatever a test needs.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The command line up to the command.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quiethours"));
        command.arg("--config").arg(self.config_file()).args(arguments);
        command.env("HOME", self.dir.path()).env_remove("NOTIFY_SOCKET").env_remove("JOURNAL_STREAM");
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed; what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {:?}\n{errors}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts the daemon, and waits until it has found or made its folders.
    pub fn start(&self) -> Running {
        // An earlier daemon of this volunteer may have connected, and its log is the same.
        let before = self.log().len();
        let log = fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        let child = self.command(&["-v", "run"]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let running = Running { child: Some(child) };
        await_that("the daemon is connected", || self.log()[before..].contains("connected"));
        running
    }

    /// What the daemons of this volunteer logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    /// A second mail client.
    pub fn client(&self) -> Client {
        self.server.client(&self.user)
    }

    /// Bytes of the messages of a folder that are no digests, sorted.
    pub fn originals(&self, folder: &str) -> Vec<Vec<u8>> {
        let mut messages = self.client().messages(folder);
        messages.retain(|message| !message.text().contains("X-Quiethours-Release:"));
        let mut bytes: Vec<Vec<u8>> = messages.into_iter().map(|message| message.bytes).collect();
        bytes.sort();
        bytes
    }

    /// The decoded text parts of the digests in INBOX.
    pub fn digests(&self) -> Vec<String> {
        let parser = mail_parser::MessageParser::default();
        let mut digests = Vec::new();
        for message in self.client().messages("INBOX") {
            let parsed = parser.parse(&message.bytes).unwrap();
            if parsed.header("X-Quiethours-Release").is_some() {
                digests.push(parsed.body_text(0).unwrap().into_owned());
            }
        }
        digests
    }
}

/// A running daemon, killed when dropped.
pub struct Running {
    child: Option<Child>,
}

impl Running {
    /// One that was started in another way than [`Volunteer::start`].
    pub fn of(child: Child) -> Self {
        Self { child: Some(child) }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.end();
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(self.id().cast_signed()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// SIGTERM, and its exit code.
    pub fn stop(self) -> Option<i32> {
        self.signal(rustix::process::Signal::TERM);
        self.exit_code()
    }

    /// Waits for the end, and its exit code.
    pub fn exit_code(mut self) -> Option<i32> {
        let mut child = self.child.take().unwrap();
        let mut code = None;
        await_that("the daemon ends", || match child.try_wait().unwrap() {
            Some(status) => {
                code = status.code();
                true
            }
            None => false,
        });
        code
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

/// Peak of the resident memory of a program in KiB (proc(5)).
pub fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Waits for a condition, with a deadline.
pub fn await_that(what: &str, condition: impl FnMut() -> bool) {
    await_within(DEADLINE, what, condition);
}

/// Waits for a condition, with a deadline of its own.
pub fn await_within(time: Duration, what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + time;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
