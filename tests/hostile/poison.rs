//! A message on which the parser panics: a line in the digest, and the daemon goes on.

use std::{fs, process::Command};

use crate::{
    properties,
    support::{
        home::Home,
        mails::{at, discourse},
    },
};

/// The words that make the parser panic, in builds with debug assertions, behind a header that a rule holds.
fn poison() -> Vec<u8> {
    b"X-Quiethours-Test: panic\r\nFrom: forum@lescanoe.example\r\nSubject: \x1b]0;words of a stranger\x07\r\n\r\nx\r\n"
        .to_vec()
}

#[test]
fn a_message_on_which_the_parser_panics_is_a_placeholder_and_its_neighbours_are_whole() {
    let messages = [poison(), discourse(1, 10, "Imprimante", "Toujours rien."), poison()];
    assert!(properties::notice(&messages[0]).unreadable);
    let digest = properties::digest(&messages, quiethours::core::language::Language::Fr, 25);
    assert_eq!(digest.text.matches("* Message illisible").count(), 2, "{}", digest.text);
    assert!(digest.text.contains("Toujours rien."));
}

#[test]
fn a_poison_message_that_waits_in_held_is_released_like_any_other_and_one_in_the_inbox_is_left_there() {
    let home = Home::new("", "");
    let poisoned = home.deliver("2026-11-25T10:00:00+01:00", &poison());
    let mut script = home.mail(&[
        ("2026-11-26T20:00:00+01:00", discourse(1, 10, "Imprimante", "Toujours rien.")),
        ("2026-11-26T21:00:00+01:00", poison()),
    ]);
    script.push((at("2026-11-26T22:00:00+01:00"), home.dragging(&poisoned, "INBOX", "Quiet Hours")));
    home.play("2026-11-26T17:00:00+01:00", "2026-11-27T09:30:00+01:00", script);
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(digest.contains("Message illisible") && digest.contains("Toujours rien."), "{digest}");
    assert_eq!(home.names("Quiet Hours/Released").len(), 2, "both originals are filed");
    assert_eq!(home.names("INBOX").len(), 2, "the digest, and the poison that nothing recognises");
    home.play("2026-11-27T17:00:00+01:00", "2026-11-30T09:30:00+01:00", Vec::new());
    assert_eq!(home.digests().len(), 1);
}

#[test]
fn a_panic_tells_where_it_was_and_not_what_was_being_read() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("poison.eml");
    fs::write(&file, poison()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quiethours"));
    let output = command.env_clear().env("HOME", dir.path()).args(["inspect", "--json"]).arg(&file).output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{complained}");
    assert!(said.contains("\"kind\":\"other\""), "{said}");
    assert!(complained.contains("panic at src/core/notice"), "{complained}");
    assert!(!complained.contains("stranger") && !complained.contains('\x1b'), "{complained}");
}
