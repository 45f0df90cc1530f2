//! A damaged state while a release is open, at each of its steps: no panic, nothing lost, and no second digest while the first is
//! in sight.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use proptest::prelude::*;
use quiethours::{
    core::{
        mail::{Ident, Uid},
        release::{self, Marker, Original, Release, Route, Step},
    },
    io::state::StateError,
};
use support::{
    home::Home,
    long,
    mails::{at, discourse, glpi},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";
const OPENING: &str = "2026-11-27T09:00:00+01:00";

/// Where an interrupted release stood.
#[derive(Clone, Copy, Debug)]
struct Interrupted {
    step: fn() -> Step,
    /// Whether its digest is in INBOX.
    delivered: bool,
    /// How many of its two originals are filed.
    filed: usize,
}

const fn interrupted(step: fn() -> Step, delivered: bool, filed: usize) -> Interrupted {
    Interrupted { step, delivered, filed }
}

fn intent() -> Step {
    Step::Intent { at: at(OPENING), marker: Some(Marker { uid_validity: 0, uid_next: 0 }) }
}

const INTERRUPTED: [Interrupted; 7] = [
    interrupted(|| Step::Sealed, false, 0),
    interrupted(|| Step::Refused, false, 0),
    interrupted(intent, false, 0),
    interrupted(intent, true, 0),
    interrupted(|| Step::Accepted, true, 0),
    interrupted(|| Step::Accepted, true, 1),
    interrupted(|| Step::Accepted, true, 2),
];

fn mails() -> [Vec<u8>; 2] {
    [discourse(1, 10, "Pagaie", "Une question."), glpi(2, 11, "Imprimante", "Une autre.")]
}

/// A release of two notifications, as a crash leaves it: sealed originals carry the keyword where the folder knows it.
fn leave(home: &Home, interrupted: Interrupted) {
    for folder in [HELD, RELEASED] {
        let directory = home.maildir().join(format!(".{}", folder.replace('/', ".")));
        fs::write(directory.join("dovecot-keywords"), "0 qh-sealed\n").unwrap();
    }
    let names: Vec<String> =
        mails().iter().map(|mail| home.deliver_into(HELD, "2026-11-26T20:00:00+01:00", mail)).collect();
    for (number, name) in names.iter().enumerate() {
        let folder = if number < interrupted.filed { RELEASED } else { HELD };
        home.drag_flagged(name, HELD, folder, "a");
    }
    let idents = mails().map(|mail| Ident::of(&mail));
    let rid = release::rid("config", idents);
    let original = |(name, ident): (String, Ident)| Original {
        mailbox: "coop".into(),
        uid_validity: 0,
        uid: Uid::Name(name.into()),
        ident,
    };
    let bytes = format!(
        "From: quiethours <alice@lescanoe.example>\r\nTo: alice@lescanoe.example\r\nSubject: Bonjour\r\n\
         Message-ID: <{rid}@lescanoe.example>\r\nX-Quiethours-Release: {rid}\r\n\r\nPagaie, Imprimante.\r\n"
    );
    let mut state = home.state();
    state
        .seal(&Release {
            rid: rid.clone(),
            instants: vec![("coop".to_owned(), at(OPENING))],
            manifest: names.into_iter().zip(idents).map(original).collect(),
            route: Route::Mailbox("coop".to_owned()),
            bytes: bytes.clone().into_bytes().into(),
            period_end: at(OPENING),
            sealed_at: at(OPENING),
            uncertain: Vec::new(),
            step: Step::Sealed,
        })
        .unwrap();
    match (interrupted.step)() {
        Step::Sealed => {}
        Step::Accepted => state.accept(at(OPENING)).unwrap(),
        step => state.record_step(&step, &[]).unwrap(),
    }
    if interrupted.delivered {
        home.deliver_named(&format!("1795766400.qh-{rid}.test"), OPENING, bytes.as_bytes());
    }
}

/// What befalls the files of the state.
#[derive(Clone, Debug)]
enum Damage {
    /// The end is cut off.
    Cut(f64),
    /// Bytes are changed.
    Flip(Vec<(f64, u8)>),
    /// A page is zeros, as after a power cut.
    Zero(f64),
}

impl Damage {
    fn befall(&self, bytes: &mut Vec<u8>) {
        let place = |part: f64| (bytes.len() as f64 * part) as usize;
        match self {
            Self::Cut(part) => bytes.truncate(place(*part)),
            Self::Flip(flips) => {
                let places: Vec<_> = flips.iter().map(|(part, flip)| (place(*part), *flip)).collect();
                places.into_iter().for_each(|(at, flip)| bytes[at] ^= flip);
            }
            Self::Zero(part) => {
                let begin = place(*part) & !4095;
                bytes.iter_mut().skip(begin).take(4096).for_each(|byte| *byte = 0);
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let place = || 0.0..1.0_f64;
    prop_oneof![
        2 => place().prop_map(Damage::Cut),
        4 => proptest::collection::vec((place(), 1..=255_u8), 1..8).prop_map(Damage::Flip),
        2 => place().prop_map(Damage::Zero),
    ]
}

fn database(home: &Home) -> PathBuf {
    home.state_dir().join("state.db")
}

/// Nights with a damaged state; with `QH_LONG=1` a thousand.
fn nights() -> ProptestConfig {
    let cases = if long() { 1000 } else { 70 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(nights())]

    #[test]
    fn whatever_is_left_of_the_state_of_an_open_release_its_mail_comes_in_exactly_one_digest(
        which in 0..INTERRUPTED.len(),
        damage in damage(),
    ) {
        let interrupted = INTERRUPTED[which];
        let home = Home::new("", "");
        home.play("2026-11-26T17:00:00+01:00", "2026-11-26T23:00:00+01:00", Vec::new());
        leave(&home, interrupted);
        let mut bytes = fs::read(database(&home)).unwrap();
        damage.befall(&mut bytes);
        fs::write(database(&home), bytes).unwrap();
        let ended = home.play_before("2026-11-27T09:00:05+01:00", "2026-11-27T10:00:00+01:00", Vec::new(), quiet());
        match ended {
            // Other bytes can make the version a later one's: a person must look.
            Err(StateError::Newer(_)) => return Ok(()),
            // Damage that only shows later ends the daemon; its manager starts it again.
            Err(StateError::Damaged(_)) => home.play("2026-11-27T10:00:00+01:00", "2026-11-27T11:00:00+01:00", Vec::new()),
            other => drop(other.unwrap()),
        }
        home.play("2026-11-27T11:00:00+01:00", "2026-11-30T09:30:00+01:00", Vec::new());
        let digests = home.digests().concat();
        for title in ["Pagaie", "Imprimante"] {
            prop_assert_eq!(digests.matches(title).count(), 1, "{}: {}", title, digests);
        }
        prop_assert_eq!((home.names(HELD).len(), home.names(RELEASED).len()), (0, 2));
    }
}

/// SQLite has no checksums: to it a letter that the disk changed is another letter.
#[test]
fn a_letter_changed_in_a_sealed_digest_is_noticed_and_a_digest_is_made_anew() {
    let home = Home::new("", "");
    home.play("2026-11-26T17:00:00+01:00", "2026-11-26T23:00:00+01:00", Vec::new());
    leave(&home, INTERRUPTED[0]);
    let mut bytes = fs::read(database(&home)).unwrap();
    let (sealed, changed) = (b"Pagaie, Imprimante.", b"Pagaye, Imprimante.");
    let at = bytes.windows(sealed.len()).position(|window| window == sealed).unwrap();
    bytes[at..at + sealed.len()].copy_from_slice(changed);
    fs::write(database(&home), bytes).unwrap();
    home.play("2026-11-27T09:00:05+01:00", "2026-11-27T12:00:00+01:00", Vec::new());
    assert!(home.state().note("set_aside").unwrap().is_some());
    let digests = home.digests().concat();
    for (title, times) in [("Pagaie", 1), ("Imprimante", 1), ("Pagaye", 0)] {
        assert_eq!(digests.matches(title).count(), times, "{title}: {digests}");
    }
    assert_eq!((home.names(HELD).len(), home.names(RELEASED).len()), (0, 2));
}

fn quiet() -> Box<dyn quiethours::daemon::Witness> {
    Box::new(quiethours::daemon::Log)
}

#[test]
fn a_state_damaged_under_a_running_daemon_costs_no_mail_and_makes_no_second_digest() {
    let home = Home::new("", "");
    let file = database(&home);
    let mut script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Pagaie", "a"))]);
    script.push((
        at("2026-11-26T23:00:00+01:00"),
        Box::new(move || fs::write(&file, "no database any more ".repeat(10_000)).unwrap()),
    ));
    // It may notice, and end for its manager to start it again, or go on with what it has read.
    match home.play_before("2026-11-26T17:00:00+01:00", "2026-11-27T08:00:00+01:00", script, quiet()) {
        Ok(_) | Err(StateError::Damaged(_)) => {}
        Err(other) => panic!("{other:?}"),
    }
    home.play("2026-11-27T08:00:00+01:00", "2026-11-27T12:00:00+01:00", Vec::new());
    assert!(home.state().note("set_aside").unwrap().is_some());
    assert_eq!((home.digests().len(), home.names(RELEASED).len()), (1, 1));
}

fn quiethours(home: &Home, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quiethours"));
    command.env_remove("JOURNAL_STREAM").arg("--config").arg(home.config_file()).args(arguments).output().unwrap()
}

#[test]
fn a_damaged_state_that_is_set_aside_is_named_in_the_log_and_the_work_is_done() {
    let home = Home::new("", "");
    drop(home.state());
    fs::write(database(&home), "no database ".repeat(1000)).unwrap();
    let output = quiethours(&home, &["run", "--once"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("WARN") && said.contains("state.db.damaged-1"), "{said}");
}

#[test]
fn a_state_of_a_later_version_ends_every_command_with_78_and_a_sentence_and_is_not_touched() {
    let home = Home::new("", "");
    drop(home.state());
    let connection = rusqlite::Connection::open(database(&home)).unwrap();
    connection.pragma_update(None, "user_version", 2).unwrap();
    connection.close().unwrap();
    let before = fs::read(database(&home)).unwrap();
    for arguments in [&["run"][..], &["run", "--once"], &["status"], &["away"], &["available", "--yes"], &["release"]] {
        let output = quiethours(&home, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{arguments:?}: {said}");
        assert!(said.contains("version 2"), "{said}");
    }
    assert_eq!(fs::read(database(&home)).unwrap(), before);
}
