//! A state directory that cannot be used, or that a stranger prepared: a sentence and an exit code at the start, no work half done,
//! and nothing outside it touched. A directory that is taken away under a running daemon stops no digest.
//!
//! Root ignores modes: as root the program runs as `nobody` here, from a copy that it can reach.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt as _, chown, lchown, symlink},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use support::{
    disk::SmallDisk,
    home::Home,
    mails::{at, discourse},
};
use tempfile::TempDir;

/// A user id that owns nothing: `nobody`.
const NOBODY: u32 = 65534;

/// An ordinary user with a Maildir and a state directory.
struct Ordinary {
    dir: TempDir,
    program: PathBuf,
}

impl Ordinary {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("quiethours");
        fs::copy(env!("CARGO_BIN_EXE_quiethours"), &program).unwrap();
        let user = Self { dir, program };
        for folder in ["cur", "new", "tmp"] {
            fs::create_dir_all(user.path("Maildir").join(folder)).unwrap();
        }
        let text = format!(
            "language = \"en\"\n[availability]\nweekdays = \"\"\ntimezone = \"Europe/Paris\"\n[mailbox.coop]\n\
             maildir = \"{}\"\n[digest]\nto = \"a@b.example\"\n[state]\ndir = \"{}\"\n",
            user.path("Maildir").display(),
            user.state().display(),
        );
        fs::write(user.path("config.toml"), text).unwrap();
        fs::set_permissions(user.path("config.toml"), fs::Permissions::from_mode(0o600)).unwrap();
        give(user.dir.path());
        user
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn state(&self) -> PathBuf {
        self.path("parent").join("state")
    }

    /// Makes the state directory, private.
    fn make_state(&self) -> PathBuf {
        fs::create_dir_all(self.state()).unwrap();
        for path in [self.path("parent"), self.state()] {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
            give(&path);
        }
        self.state()
    }

    /// A daemon that starts although it should not is ended after a while.
    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("timeout");
        command
            .env_clear()
            .env("HOME", self.dir.path())
            .arg("60")
            .arg(&self.program)
            .arg("--config")
            .arg(self.path("config.toml"));
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    /// Both `run` and `run --once` end with `code` and a sentence that holds `word`.
    fn assert_refused(&self, case: &str, code: i32, word: &str) {
        for arguments in [&["run"][..], &["run", "--once"]] {
            let output = self.run(arguments);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(code), "{case}, {arguments:?}: {said}");
            assert!(said.contains(word) && said.contains("The state cannot be used"), "{case}: {said}");
        }
    }
}

fn give(path: &Path) {
    if rustix::process::geteuid().is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        if path.is_dir() {
            fs::read_dir(path).unwrap().for_each(|entry| give(&entry.unwrap().path()));
        }
    }
}

fn mode(path: &Path, bits: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(bits)).unwrap();
}

#[test]
fn a_state_directory_that_is_missing_is_made_for_us_alone() {
    let user = Ordinary::new();
    let output = user.run(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let bits = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((bits(&user.path("parent")), bits(&user.state())), (0o700, 0o700));
}

#[test]
fn a_state_directory_that_cannot_be_written_ends_the_start_with_73_and_names_it() {
    let user = Ordinary::new();
    user.make_state();
    mode(&user.state(), 0o500);
    user.assert_refused("empty and read-only", 73, "parent/state");
    mode(&user.state(), 0o700);
    assert_eq!(user.run(&["run", "--once"]).status.code(), Some(0));
    mode(&user.state(), 0o500);
    user.assert_refused("in use and read-only", 73, "parent/state");
    mode(&user.state(), 0o700);
    fs::remove_dir_all(user.state()).unwrap();
    mode(&user.path("parent"), 0o500);
    user.assert_refused("missing, and not to be made", 73, "parent/state");
    mode(&user.path("parent"), 0o700);
    fs::write(user.state(), "precious").unwrap();
    user.assert_refused("a file", 73, "parent/state");
    assert_eq!(fs::read_to_string(user.state()).unwrap(), "precious");
}

#[test]
fn a_state_directory_on_a_read_only_disk_ends_the_start_with_73_and_names_it() {
    let user = Ordinary::new();
    let state = user.make_state();
    let Some(_disk) = SmallDisk::mount(&state, 1024, "") else {
        println!("this user may not mount a disk: that it cannot be written is shown by its mode, in the test before");
        return;
    };
    give(&state);
    assert_eq!(user.run(&["run", "--once"]).status.code(), Some(0));
    let remounted = Command::new("mount").args(["-o", "remount,ro"]).arg(&state).status();
    assert!(remounted.unwrap().success());
    user.assert_refused("a read-only disk", 73, "parent/state");
    assert_eq!(user.run(&["status"]).status.code(), Some(0), "looking needs no writing");
}

#[test]
fn a_state_directory_of_another_user_or_open_to_others_ends_the_start_with_73_and_names_it() {
    let user = Ordinary::new();
    let state = user.make_state();
    for bits in [0o770, 0o720, 0o750, 0o705, 0o701, 0o777] {
        mode(&state, bits);
        user.assert_refused(&format!("{bits:o}"), 73, "open to others");
    }
    mode(&state, 0o700);
    if rustix::process::geteuid().is_root() {
        chown(&state, Some(12_345), None).unwrap();
        // It cannot even be entered; where it can, its owner is what is wrong.
        user.assert_refused("another user's", 73, "parent/state");
    } else {
        let text = fs::read_to_string(user.path("config.toml")).unwrap();
        fs::write(user.path("config.toml"), text.replace(state.to_str().unwrap(), "/usr")).unwrap();
        user.assert_refused("another user's", 73, "/usr");
    }
    assert_eq!(fs::read_dir(&state).unwrap().count(), 0);
}

type Plant = fn(target: &Path, name: &Path);

const PLANTS: [(&str, Plant); 4] = [
    ("a symbolic link", |target, name| symlink(target, name).unwrap()),
    ("a hard link", |target, name| fs::hard_link(target, name).unwrap()),
    ("a FIFO", |_, name| assert!(Command::new("mkfifo").arg(name).status().unwrap().success())),
    ("a directory", |_, name| fs::create_dir(name).unwrap()),
];

#[test]
fn whatever_is_planted_under_a_name_of_the_state_the_daemon_does_not_start_and_its_target_is_untouched() {
    let mut planted = 0;
    for file in ["state.db", "state.db-wal", "state.db-shm", "state.db-journal", "daemon.lock", "wake"] {
        for (what, plant) in PLANTS {
            let case = format!("{what} as {file}");
            let user = Ordinary::new();
            let state = user.make_state();
            let target = user.path("target");
            fs::write(&target, "precious").unwrap();
            plant(&target, &state.join(file));
            for entry in [&target, &state.join(file)] {
                // A link is the user's as much as what it leads to.
                if rustix::process::geteuid().is_root() {
                    lchown(entry, Some(NOBODY), Some(NOBODY)).unwrap();
                }
            }
            let output = user.run(&["run"]);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(73), "{case}: {said}");
            assert!(said.contains(&format!("state/{file}")), "{case}: {said}");
            assert_eq!(fs::read_to_string(&target).unwrap(), "precious", "{case}");
            planted += 1;
        }
    }
    println!("{planted} planted names");
}

#[test]
fn a_state_directory_taken_away_or_closed_at_night_stops_no_digest_and_makes_no_second() {
    type Act = fn(&Path);
    let acts: [(&str, Act); 3] = [
        ("closed", |state| mode(state, 0o500)),
        ("renamed", |state| fs::rename(state, state.with_extension("away")).unwrap()),
        ("removed", |state| fs::remove_dir_all(state).unwrap()),
    ];
    for (what, act) in acts {
        let home = Home::new("", "");
        let state = home.state_dir();
        let mut script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Pagaie", "a"))]);
        script.push((at("2026-11-26T22:00:00+01:00"), Box::new(move || act(&state))));
        home.play("2026-11-26T17:00:00+01:00", "2026-11-27T12:00:00+01:00", script);
        assert_eq!(home.digests().len(), 1, "{what}");
        if what == "closed" {
            mode(&home.state_dir(), 0o700);
        }
        // With or without what it knew.
        home.play("2026-11-27T12:00:00+01:00", "2026-11-30T12:00:00+01:00", Vec::new());
        assert_eq!((home.digests().len(), home.names("Quiet Hours/Released").len()), (1, 1), "{what}");
    }
}
