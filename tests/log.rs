//! What the log holds, on standard error and in the journal: which mailbox and which release, at no level what is in a message.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::{linux::fs::MetadataExt as _, unix::net::UnixDatagram},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use rustix::process::Signal;
use support::{
    dovecot::Dovecot,
    mails::{discourse, private},
    volunteer::{Running, Volunteer, await_that},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// Subjects, senders, a body and the passwords.
const CONTENT: [&str; 8] = ["Confidentiel", "Corps", "Karim", "bonjour@", "Dimanche", "maman@", "secret", "Tr0ub4dor"];

/// An evening with a notification and a private mail, a digest, and a password that no longer fits.
fn story(alice: &Volunteer, daemon: Running, log: impl Fn() -> String) {
    await_that("it is connected", || log().contains("connected"));
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Confidentiel", "Corps"));
    alice.client().append("INBOX", "", None, &private("Dimanche"));
    await_that("one is held", || alice.client().count(HELD) == 1);
    alice.ok(&["available", "--yes", "--for", "1h"]);
    await_that("it is filed", || alice.client().count(RELEASED) == 1);
    alice.configure("password = \"wrong-Tr0ub4dor\"", "");
    daemon.signal(Signal::HUP);
    await_that("the login is refused", || log().contains("login refused"));
    assert_eq!(daemon.stop(), Some(0));
}

fn assert_no_content(log: &str) {
    for word in CONTENT {
        assert!(!log.contains(word), "{word} is in\n{log}");
    }
}

#[test]
fn no_level_of_the_log_has_content_and_each_names_mailbox_and_release() {
    for level in [&[][..], &["-v"], &["-vv"], &["-vvv"]] {
        let alice = Volunteer::new(Dovecot::start(), "", "");
        let path = alice.path().join("log");
        let mut command = alice.command(&[level, &["run"]].concat());
        let daemon = Running::of(command.stdout(Stdio::null()).stderr(File::create(&path).unwrap()).spawn().unwrap());
        story(&alice, daemon, || fs::read_to_string(&path).unwrap());
        let log = fs::read_to_string(&path).unwrap();
        assert!(log.contains("mailbox=\"coop\"") && log.contains("rid=\""), "{level:?}\n{log}");
        assert_no_content(&log);
    }
    println!("4 levels");
}

type Record = BTreeMap<String, String>;

/// Reads one record of the journal's native protocol: `NAME=value`, or the name alone, eight bytes of length, and the value.
fn record(mut bytes: &[u8]) -> Record {
    let mut record = Record::new();
    while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
        let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
        let (name, value, rest) = match line.iter().position(|byte| *byte == b'=') {
            Some(at) => (&line[..at], &line[at + 1..], rest),
            None => {
                let length = usize::try_from(u64::from_le_bytes(rest[..8].try_into().unwrap())).unwrap();
                (line, &rest[8..8 + length], &rest[9 + length..])
            }
        };
        record.insert(String::from_utf8(name.to_vec()).unwrap(), String::from_utf8_lossy(value).into_owned());
        bytes = rest;
    }
    record
}

/// The command in a mount namespace whose journal socket is the one in `journal`; `None` where this machine allows none.
fn with_journal(journal: &Path, command: &Command) -> Option<Command> {
    let root = rustix::process::geteuid().is_root();
    let own: &[&str] = if root { &["--mount"] } else { &["--mount", "--user", "--map-root-user"] };
    let allowed = Command::new("unshare").args(own).args(["mount", "-t", "tmpfs", "none", "/run"]).output();
    allowed.ok().filter(|output| output.status.success())?;
    let script = "mount -t tmpfs none /run && mkdir -p /run/systemd/journal && mount --bind \"$0\" /run/systemd/journal && exec \"$@\"";
    let mut inner = Command::new("unshare");
    inner.args(own).args(["sh", "-c", script]).arg(journal).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => inner.env(name, value),
            None => inner.env_remove(name),
        };
    }
    Some(inner)
}

#[test]
fn the_journal_gets_mailbox_and_release_as_fields_of_their_own_and_no_content() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let journal = alice.path().join("journal");
    fs::create_dir(&journal).unwrap();
    let socket = UnixDatagram::bind(journal.join("socket")).unwrap();
    let path = alice.path().join("log");
    let stderr = File::create(&path).unwrap();
    let stat = stderr.metadata().unwrap();
    let Some(mut command) = with_journal(&journal, &alice.command(&["-vvv", "run"])) else {
        println!(
            "this machine allows no namespace: the fields are looked for on standard error only, by the other test"
        );
        return;
    };
    // systemd names the journal's stream so; here it is this file.
    command.env("JOURNAL_STREAM", format!("{}:{}", stat.st_dev(), stat.st_ino()));
    let daemon = Running::of(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).spawn().unwrap());
    let records = Arc::<Mutex<Vec<Record>>>::default();
    let heard = Arc::clone(&records);
    // All the time: the sender of a datagram waits as long as ten of them are unread.
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(length) = socket.recv(&mut buffer) {
            heard.lock().unwrap().push(record(&buffer[..length]));
        }
    });
    let read = || format!("{:?}", records.lock().unwrap());
    story(&alice, daemon, read);
    assert_no_content(&read());
    let records = records.lock().unwrap().clone();
    let is = |record: &Record, field: &str, value: &str| record.get(field).is_some_and(|text| text == value);
    let of = |message: &str| records.iter().find(|record| is(record, "MESSAGE", message)).unwrap();
    assert_eq!(of("connected")["MAILBOX"], "coop");
    assert_eq!(of("the digest was delivered")["RID"].len(), 20);
    assert_eq!(of("connected")["SYSLOG_IDENTIFIER"], "quiethours");
    let trouble = records.iter().find(|record| is(record, "PRIORITY", "4")).unwrap();
    assert_eq!(trouble["MAILBOX"], "coop", "{trouble:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "", "nothing is said twice");
    println!("{} records", records.len());
}
