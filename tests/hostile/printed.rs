//! What is printed, logged and kept, of mail and of what a server says: nothing hidden in it.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Output},
};

use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use quiethours::{
    cli::inspect::{View, inspect},
    core::{language::Language, selector::Rules, sentences::Sentences},
};

use crate::{
    hostile::message,
    properties::has_hidden,
    support::imap_peer::{ImapPeer, Line},
};

/// Files that `inspect` is given.
const FILES: usize = 300;

#[test]
fn inspect_prints_nothing_hidden_of_any_message_and_a_line_for_each() {
    let dir = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::new(Config::default());
    let files: Vec<_> = (0..FILES)
        .map(|number| {
            let path = dir.path().join(format!("{number}\x1b]0;x\u{202e}.eml"));
            fs::write(&path, message().new_tree(&mut runner).unwrap().current()).unwrap();
            path
        })
        .collect();
    let rules = Rules { hold: None, never_hold: Vec::new(), urgent: Vec::new() };
    let view = View { rules, authserv_id: None, sentences: Sentences::new(Language::Fr) };
    for json in [true, false] {
        let mut out = Vec::new();
        inspect(&files, json, &view, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        if json {
            assert_eq!(out.lines().count(), files.len());
        } else {
            assert!(!has_hidden(&out, true), "{out:?}");
        }
        assert!(!out.chars().any(|c| c.is_control() && c != '\n'), "{out:?}");
    }
}

/// Words of a server: escape sequences, hidden characters, bytes of no charset.
const WORDS: &[u8] = b"\x1b]0;owned\x07\x1b[2J \xe2\x80\xae\xe2\x80\x8b \xff\xfe \xc2\x9b31m words";

fn quiethours(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quiethours"));
    command.env_clear().env("HOME", dir).arg("--config").arg(dir.join("config.toml")).args(arguments).output().unwrap()
}

fn configure(dir: &Path, port: u16) {
    let text = format!(
        "language = \"en\"\n[availability]\nweekdays = \"\"\ntimezone = \"Europe/Paris\"\n[mailbox.coop]\n\
         imap = \"imap://127.0.0.1:{port}\"\nuser = \"alice\"\npassword = \"secret\"\n[digest]\nto = \"a@b.example\"\n\
         [state]\ndir = \"{}\"\n",
        dir.join("state").display()
    );
    let file = dir.join("config.toml");
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
}

fn said(before: &[u8], after: &[u8]) -> Line {
    Line::Raw([before, WORDS, after, b"\r\n"].concat())
}

#[test]
fn what_a_server_says_is_logged_shown_and_kept_with_nothing_hidden_in_it() {
    let greeted = || vec![said(b"* OK ", b"")];
    let scripts = [
        vec![said(b"* BYE ", b"")],
        vec![said(b"", b"")],
        [greeted(), vec![Line::Expect("CAPABILITY"), said(b"TAG NO ", b"")]].concat(),
        [
            greeted(),
            vec![
                Line::Expect("CAPABILITY"),
                Line::Say("* CAPABILITY IMAP4rev1\r\nTAG OK done".to_owned()),
                Line::Expect("LOGIN"),
                said(b"* OK [ALERT] ", b""),
                said(b"a2 NO [UNAVAILABLE] ", b""),
            ],
        ]
        .concat(),
    ];
    let count = scripts.len();
    for script in scripts {
        for command in [&["-vvv", "run", "--once"][..], &["preview"]] {
            let dir = tempfile::tempdir().unwrap();
            let peer = ImapPeer::play(script.clone());
            configure(dir.path(), peer.port());
            let mut outputs = vec![quiethours(dir.path(), command)];
            outputs.push(quiethours(dir.path(), &["-v", "status"]));
            outputs.push(quiethours(dir.path(), &["status", "--json"]));
            assert!(!outputs[0].stderr.is_empty() || !outputs[0].stdout.is_empty());
            peer.finish();
            for output in outputs {
                for text in [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()) {
                    assert!(!has_hidden(&text, true), "{command:?}: {text:?}");
                }
            }
        }
    }
    println!("{count} servers, 2 commands each");
}
