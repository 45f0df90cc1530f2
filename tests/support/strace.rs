//! A program under strace: the system calls that it makes, in order, and an end, or a signal, on entering one of them.
//!
//! A place is counted by call and name ("the third `fdatasync`"), since that is how strace counts.

use std::{collections::HashMap, fs, path::Path, process::Command};

/// What others see of a program, or what survives it: bytes sent, files made, written, flushed, renamed and removed.
const VISIBLE: [&str; 22] = [
    "connect",
    "sendto",
    "sendmsg",
    "write",
    "writev",
    "pwrite64",
    "pwritev",
    "fsync",
    "fdatasync",
    "ftruncate",
    "openat",
    "mkdir",
    "mkdirat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
    "utimensat",
    "bind",
];

/// Bytes shown of what is written: a page of the database (4096) and its head in the log fit.
const SHOWN: &str = "5000";

/// A system call that ended.
#[derive(Clone, Debug)]
pub struct Call {
    /// Where it is among those of its name.
    pub place: Place,
    /// Its arguments and its result, as strace shows them: a descriptor with its path.
    pub text: String,
}

/// The `number`th call of a name, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name.
    pub name: String,
    /// How many of that name there were, with this one.
    pub number: usize,
}

impl Call {
    /// Whether it has this name and its line holds this text.
    pub fn is(&self, name: &str, text: &str) -> bool {
        self.place.name == name && self.text.contains(text)
    }

    /// What was only read, woke the program itself or went to its log leaves nothing behind.
    fn is_visible(&self) -> bool {
        let to_itself = || {
            let log = ["0<", "1<", "2<"].iter().any(|descriptor| self.text.starts_with(descriptor));
            log || self.text.split('>').next().is_some_and(|first| first.contains("anon_inode"))
        };
        match &*self.place.name {
            "openat" => self.text.contains("O_CREAT"),
            "write" | "writev" => !to_itself(),
            _ => true,
        }
    }
}

/// The command under strace, which writes into `file`. The program lets itself be read: it would forbid that first of all.
pub fn watched(command: &Command, file: &Path) -> Command {
    let calls = format!("trace={},prctl", VISIBLE.join(","));
    let options = ["-y", "-s", SHOWN, "-e", &calls, "-e", "inject=prctl:retval=0", "-o", file.to_str().unwrap()];
    // A filter in the kernel stops the program at these calls and at no other; a signal on entering one needs every stop.
    under(&[&["--seccomp-bpf"], &options[..]].concat(), command)
}

/// The visible calls that [`watched`] wrote down. The program has one thread.
pub fn calls(file: &Path) -> Vec<Call> {
    let text = String::from_utf8_lossy(&fs::read(file).unwrap()).into_owned();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut calls = Vec::new();
    let mut threads = Vec::new();
    for line in text.lines() {
        let (thread, line) = line.split_once(' ').unwrap();
        let Some((name, text)) = line.trim_start().split_once('(') else { continue };
        // A signal, or the end.
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let number = numbers.entry(name.to_owned()).or_default();
        *number += 1;
        threads.push(thread.to_owned());
        calls.push(Call { place: Place { name: name.to_owned(), number: *number }, text: text.to_owned() });
    }
    threads.dedup();
    assert_eq!(threads.len(), 1, "strace counts each thread's calls apart");
    calls.retain(Call::is_visible);
    calls.retain(|call| call.place.name != "prctl");
    calls
}

/// The command under strace, which sends it `signal` on entering a place, `KILL` before the call has any effect; it tells of
/// signals in `file`.
pub fn struck(command: &Command, place: &Place, signal: &str, file: &Path) -> Command {
    let Place { name, number } = place;
    let (calls, inject) = (format!("trace={name}"), format!("inject={name}:signal={signal}:when={number}"));
    under(&["-e", &calls, "-e", &inject, "-o", file.to_str().unwrap()], command)
}

fn under(options: &[&str], command: &Command) -> Command {
    let mut under = Command::new("strace");
    under.args(["-f", "-qq"]).args(options).arg("--").arg(command.get_program());
    under.args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => under.env(key, value),
            None => under.env_remove(key),
        };
    }
    under
}
