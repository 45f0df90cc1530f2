//! A release that an earlier version left open is finished by this one, whatever step it was at.
//!
//! `tests/fixtures/state-N/` holds, as the text of SQL, states that the released versions with schema N wrote: the same night at
//! each step of its release.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use quiethours::{core::mail::Ident, core::mail::Verdict, io::state::State};
use rusqlite::Connection;
use support::{
    home::Home,
    mails::{at, discourse, glpi},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";
const STEPS: [&str; 4] = ["sealed", "intent", "refused", "accepted"];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The fixtures by schema version and step.
fn all() -> BTreeMap<(i64, &'static str), String> {
    let mut all = BTreeMap::new();
    for folder in fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let version = name.strip_prefix("state-").unwrap().parse().unwrap();
        for step in STEPS {
            all.insert((version, step), fs::read_to_string(folder.join(format!("{step}.sql"))).unwrap());
        }
    }
    all
}

/// The mails of that night, under the names they had.
fn mails() -> [(&'static str, Vec<u8>); 2] {
    [
        ("1795719600.M1.test", discourse(1, 10, "Pagaie", "Une question.")),
        ("1795723200.M2.test", glpi(2, 11, "Imprimante", "Une autre.")),
    ]
}

/// A home whose state is the fixture, with that night's mails held.
fn left_by(sql: &str) -> Home {
    let home = Home::new("", "");
    fs::create_dir(home.state_dir()).unwrap();
    fs::set_permissions(home.state_dir(), fs::Permissions::from_mode(0o700)).unwrap();
    let connection = Connection::open(home.state_dir().join("state.db")).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
    for (name, mail) in mails() {
        home.deliver_named(name, "2026-11-26T20:00:00+01:00", &mail);
        let held = home.maildir().join(".Quiet Hours");
        for folder in ["cur", "new", "tmp"] {
            fs::create_dir_all(held.join(folder)).unwrap();
        }
        home.drag(name, "INBOX", HELD);
    }
    home
}

#[test]
fn a_release_left_open_by_any_earlier_version_at_any_step_is_finished_with_its_sealed_bytes() {
    let fixtures = all();
    for ((version, step), sql) in &fixtures {
        let home = left_by(sql);
        home.play("2026-11-27T09:00:05+01:00", "2026-11-30T12:00:00+01:00", Vec::new());
        let case = format!("schema {version}, {step}");
        // What was accepted was delivered by that version: here, nowhere.
        let expected: &[&str] = if *step == "accepted" { &[] } else { &["Scellé par une version antérieure."] };
        let digests = home.digests();
        assert_eq!(digests.iter().map(|text| text.trim()).collect::<Vec<_>>(), expected, "{case}");
        assert_eq!((home.names(HELD).len(), home.names(RELEASED).len()), (0, 2), "{case}");
        let state = home.state();
        assert!(state.release().unwrap().is_none(), "{case}");
        assert_eq!(state.note("set_aside").unwrap(), None, "{case}: nothing was lost");
    }
    println!("{} states", fixtures.len());
}

#[test]
fn what_an_earlier_version_remembered_is_remembered() {
    for ((version, step), sql) in &all() {
        let home = left_by(sql);
        let state = home.state();
        let case = format!("schema {version}, {step}");
        assert_eq!(
            state.enabled_at(at("2026-11-27T09:00:00+01:00")).unwrap(),
            at("2026-11-20T10:00:00+01:00"),
            "{case}"
        );
        let idents = mails().map(|(_, mail)| Ident::of(&mail));
        let verdict = if *step == "accepted" { Verdict::Released } else { Verdict::Held };
        let handled = state.handled("coop", &idents).unwrap();
        assert_eq!((handled[&idents[0]], handled[&idents[1]]), (verdict, verdict), "{case}");
        let absence = &state.overrides().unwrap()[0];
        assert_eq!(
            (absence.from, absence.to),
            (at("2026-11-21T09:00:00+01:00"), Some(at("2026-11-22T18:00:00+01:00")))
        );
        assert!(state.is_done("coop", at("2026-11-26T09:00:00+01:00")).unwrap(), "{case}");
        assert_eq!(state.knows_release("aaaaaaaaaaaaaaaaaaaa").unwrap(), Some(true), "{case}");
    }
}

#[test]
fn the_version_that_is_written_today_has_its_fixtures() {
    let home = Home::new("", "");
    drop(home.state());
    let connection = Connection::open(home.state_dir().join("state.db")).unwrap();
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    drop(State::open(&home.state_dir()).unwrap());
    let known: Vec<i64> = all().into_keys().map(|(version, _)| version).collect();
    assert!((1..=version).all(|version| known.contains(&version)), "{known:?}: {version} is missing");
}
