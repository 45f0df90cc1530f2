//! A volunteer's configuration and state; the declared week is closed all through.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use chrono::{TimeDelta, Utc};
use quiethours::io::state::State;
use tempfile::TempDir;

use super::support::dovecot::{Dovecot, PASSWORD};

/// Messages are younger than this: what came before the first start is never taken out of INBOX.
const IN_USE_FOR: TimeDelta = TimeDelta::days(2);

/// One user of one server.
pub struct Account {
    dir: TempDir,
}

impl Account {
    /// One who uses the daemon since [`IN_USE_FOR`].
    pub fn new(server: &Dovecot, user: &str) -> Self {
        let account = Self { dir: tempfile::tempdir().unwrap() };
        let state = account.dir.path().join("state");
        let text = format!(
            "language = \"en\"\n[availability]\nweekdays = \"\"\ntimezone = \"Europe/Paris\"\n[mailbox.coop]\n\
             imap = \"imaps://localhost:{}\"\nuser = \"{user}\"\npassword = \"{PASSWORD}\"\nca_file = \"{}\"\n\
             [digest]\nto = \"alice@lescanoe.example\"\n[state]\ndir = \"{}\"\n",
            server.imaps_port(),
            server.ca_file().display(),
            state.display(),
        );
        let file = account.dir.path().join("config.toml");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        State::open(&state).unwrap().enabled_at(Utc::now() - IN_USE_FOR).unwrap();
        account
    }

    /// The command line up to the command.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quiethours"));
        command.arg("--config").arg(self.dir.path().join("config.toml")).args(arguments);
        command.env("HOME", self.dir.path()).env_remove("NOTIFY_SOCKET").env_remove("JOURNAL_STREAM");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// From now on it is open.
    pub fn open(&self) {
        let status = self.command(&["available", "--yes", "--for", "1h"]).status().unwrap();
        assert!(status.success(), "available: {status}");
    }
}
