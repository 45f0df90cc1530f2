//! What the state keeps, and what it refuses.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink},
    path::Path,
};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use quiethours::{
    core::{
        mail::{Ident, Uid, Verdict},
        release::{Marker, Original, Release, Route, Step},
        timeline::{self, Override},
    },
    io::state::{State, StateError},
};
use tempfile::TempDir;

fn private_dir() -> TempDir {
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o700)).tempdir().unwrap()
}

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + minutes * 60, 123_456_000).unwrap()
}

fn ident(number: u32) -> Ident {
    Ident::of(format!("X: {number}").as_bytes())
}

fn release(rid: &str, originals: u32) -> Release {
    let original = |number| Original {
        mailbox: "coop".into(),
        uid_validity: 7,
        uid: if number % 2 == 0 { Uid::Number(number) } else { Uid::Name(format!("{number}.host").into()) },
        ident: ident(number),
    };
    Release {
        rid: rid.to_owned(),
        instants: vec![("coop".to_owned(), at(0)), ("forum".to_owned(), at(0))],
        manifest: (0..originals).map(original).collect(),
        route: Route::Mailbox("coop".to_owned()),
        bytes: b"Subject: the secret words of a volunteer\r\n\r\n".repeat(400).into(),
        period_end: at(0),
        sealed_at: at(1),
        uncertain: Vec::new(),
        step: Step::Sealed,
    }
}

fn holds(dir: &Path, words: &str) -> bool {
    let contains = |path: &Path| fs::read(path).unwrap().windows(words.len()).any(|part| part == words.as_bytes());
    fs::read_dir(dir).unwrap().any(|entry| contains(&entry.unwrap().path()))
}

#[test]
fn a_release_is_read_back_as_it_was_written_through_all_its_steps() {
    let dir = private_dir();
    let mut expected = release("abc", 5);
    State::open(dir.path()).unwrap().seal(&expected).unwrap();
    for step in [
        Step::Intent { at: at(2), marker: Some(Marker { uid_validity: 9, uid_next: 41 }) },
        Step::Intent { at: at(3), marker: None },
        Step::Refused,
    ] {
        expected.step = step;
        expected.uncertain.push(at(4));
        State::open(dir.path()).unwrap().record_step(&expected.step, &expected.uncertain).unwrap();
        assert_eq!(State::open(dir.path()).unwrap().release().unwrap(), Some(expected.clone()));
    }
    State::open(dir.path()).unwrap().accept(at(5)).unwrap();
    assert_eq!(State::open(dir.path()).unwrap().release().unwrap().unwrap().step, Step::Accepted);
}

#[test]
fn there_is_never_more_than_one_open_release() {
    let dir = private_dir();
    let mut state = State::open(dir.path()).unwrap();
    state.seal(&release("abc", 1)).unwrap();
    assert!(matches!(state.seal(&release("def", 1)), Err(StateError::Storage(_))));
    assert_eq!(state.release().unwrap().unwrap().rid, "abc");
}

#[test]
fn acceptance_makes_every_original_released_and_done_makes_its_instants_done() {
    let dir = private_dir();
    let mut state = State::open(dir.path()).unwrap();
    state.remember("coop", &[(ident(0), Verdict::Held)], at(0)).unwrap();
    state.seal(&release("abc", 3)).unwrap();
    assert!(state.finish(at(2)).is_err(), "an unaccepted release cannot be done");
    state.accept(at(2)).unwrap();
    state.accept(at(3)).unwrap();
    let handled = state.handled("coop", &[ident(0), ident(1), ident(2), ident(3)]).unwrap();
    assert_eq!(handled.len(), 3);
    assert!(handled.values().all(|verdict| *verdict == Verdict::Released));
    assert!(state.unseal().is_err(), "an accepted release cannot be forgotten");
    assert!(!state.is_done("coop", at(0)).unwrap());
    state.finish(at(3)).unwrap();
    state.finish(at(4)).unwrap();
    assert!(state.is_done("coop", at(0)).unwrap() && state.is_done("forum", at(0)).unwrap());
    assert!(!state.is_done("coop", at(1)).unwrap());
    assert_eq!(state.release().unwrap(), None);
    assert_eq!(state.last_period_end().unwrap(), Some(at(0)));
    assert_eq!(state.digests_since(at(2)).unwrap(), 1);
    assert_eq!(state.digests_since(at(3)).unwrap(), 0);
    assert_eq!(state.history(at(0)).unwrap()[0].originals, 3);
}

#[test]
fn a_digests_words_are_on_disk_only_while_its_release_is_open() {
    let dir = private_dir();
    let mut state = State::open(dir.path()).unwrap();
    for rid in ["abc", "def"] {
        state.seal(&release(rid, 3)).unwrap();
        assert!(holds(dir.path(), "secret words of a volunteer"));
        if rid == "abc" {
            state.unseal().unwrap();
        } else {
            state.accept(at(2)).unwrap();
            state.finish(at(3)).unwrap();
        }
        assert!(!holds(dir.path(), "secret words of a volunteer"), "after {rid}");
    }
}

#[test]
fn our_own_digests_are_known_and_forgotten_after_ninety_days() {
    let dir = private_dir();
    let mut state = State::open(dir.path()).unwrap();
    assert_eq!(state.knows_release("abc").unwrap(), None);
    state.seal(&release("abc", 1)).unwrap();
    state.accept(at(2)).unwrap();
    state.finish(at(2)).unwrap();
    state.prune(at(2) + TimeDelta::days(60)).unwrap();
    assert_eq!(state.knows_release("abc").unwrap(), Some(true));
    assert_eq!(state.knows_release("def").unwrap(), Some(false));
    state.prune(at(2) + TimeDelta::days(91)).unwrap();
    assert_eq!(state.knows_release("abc").unwrap(), None);
    assert_eq!(state.history(at(0)).unwrap(), []);
}

#[test]
fn the_first_verdict_stays_until_the_message_is_released() {
    use Verdict::{Held, Passed, Released, Urgent};
    let dir = private_dir();
    let state = State::open(dir.path()).unwrap();
    for (number, (first, second, stays)) in (0..).zip([
        (Held, Passed, Held),
        (Passed, Held, Passed),
        (Urgent, Passed, Urgent),
        (Urgent, Released, Released),
        (Held, Released, Released),
        (Released, Held, Released),
        (Released, Urgent, Released),
    ]) {
        state.remember("coop", &[(ident(number), first)], at(0)).unwrap();
        state.remember("coop", &[(ident(number), second)], at(1)).unwrap();
        assert_eq!(state.handled("coop", &[ident(number)]).unwrap()[&ident(number)], stays, "{first:?} {second:?}");
    }
    assert_eq!(state.handled("forum", &[ident(0)]).unwrap().len(), 0, "another mailbox is another matter");
}

#[test]
fn the_urgent_quota_counts_what_passed_even_if_it_was_released_later() {
    let dir = private_dir();
    let state = State::open(dir.path()).unwrap();
    state.remember("b", &[(ident(9), Verdict::Urgent), (ident(1), Verdict::Urgent)], at(5)).unwrap();
    state.remember("a", &[(ident(2), Verdict::Urgent), (ident(3), Verdict::Held)], at(1)).unwrap();
    state.remember("b", &[(ident(9), Verdict::Released)], at(6)).unwrap();
    let urgent = state.urgent_since(at(1)).unwrap();
    let expected = [("a", ident(2), at(1)), ("b", ident(9), at(5)), ("b", ident(1), at(5))];
    assert_eq!(urgent, expected.map(|(mailbox, ident, when)| (mailbox.to_owned(), ident, when)));
    assert_eq!(state.urgent_since(at(2)).unwrap().len(), 2);
}

#[test]
fn auto_ends_every_override_that_reaches_beyond_now() {
    let dir = private_dir();
    let state = State::open(dir.path()).unwrap();
    let given = |state, from, to| Override { state, from, to };
    let (open, closed) = (timeline::State::Open, timeline::State::Closed);
    let past = given(open, at(0), Some(at(10)));
    for one in [past, given(closed, at(5), None), given(open, at(6), Some(at(60))), given(open, at(40), None)] {
        state.add_override(one).unwrap();
    }
    state.end_overrides(at(30)).unwrap();
    let expected =
        [past, given(closed, at(5), Some(at(30))), given(open, at(6), Some(at(30))), given(open, at(40), Some(at(40)))];
    assert_eq!(state.overrides().unwrap(), expected);
}

#[test]
fn an_override_in_force_outlives_its_keeping_time() {
    let dir = private_dir();
    let state = State::open(dir.path()).unwrap();
    let lasting = Override { state: timeline::State::Closed, from: at(0), to: None };
    state.add_override(Override { to: Some(at(1)), ..lasting }).unwrap();
    state.add_override(lasting).unwrap();
    state.remember("coop", &[(ident(1), Verdict::Held)], at(0)).unwrap();
    state.mark_done(&[("coop".to_owned(), at(0))], at(0)).unwrap();
    state.prune(at(0) + TimeDelta::days(61)).unwrap();
    assert_eq!(state.overrides().unwrap(), [lasting]);
    assert!(state.handled("coop", &[ident(1)]).unwrap().is_empty());
    assert!(state.is_done("coop", at(0)).unwrap());
    state.prune(at(0) + TimeDelta::days(367)).unwrap();
    assert!(!state.is_done("coop", at(0)).unwrap());
}

#[test]
fn a_request_waits_for_the_digest_that_answers_it() {
    let dir = private_dir();
    let mut state = State::open(dir.path()).unwrap();
    state.request_release(at(10)).unwrap();
    state.seal(&release("abc", 1)).unwrap();
    state.accept(at(11)).unwrap();
    state.finish(at(11)).unwrap();
    assert_eq!(state.requested_release().unwrap(), Some(at(10)), "that digest was of an earlier instant");
    state.mark_done(&[("coop".to_owned(), at(10))], at(12)).unwrap();
    assert_eq!(state.requested_release().unwrap(), None);
}

#[test]
fn the_first_start_is_kept() {
    let dir = private_dir();
    assert_eq!(State::open(dir.path()).unwrap().enabled_at(at(0)).unwrap(), at(0));
    assert_eq!(State::open(dir.path()).unwrap().enabled_at(at(9)).unwrap(), at(0));
}

#[test]
fn a_manifest_of_a_hundred_thousand_is_sealed_and_found_again() {
    let dir = private_dir();
    let mut state = State::open(dir.path()).unwrap();
    let large = release("abc", 100_000);
    state.seal(&large).unwrap();
    assert_eq!(state.release().unwrap().as_ref(), Some(&large));
    state.accept(at(2)).unwrap();
    let idents: Vec<Ident> = large.manifest.iter().map(|original| original.ident).collect();
    assert_eq!(state.handled("coop", &idents).unwrap().len(), 100_000);
    state.finish(at(3)).unwrap();
}

#[test]
fn a_command_writes_while_the_daemon_has_the_state_open() {
    let dir = private_dir();
    let daemon = State::open(dir.path()).unwrap();
    let command = State::open(dir.path()).unwrap();
    command.request_release(at(1)).unwrap();
    daemon.set_note("last_error", Some("no network")).unwrap();
    assert_eq!(daemon.requested_release().unwrap(), Some(at(1)));
    let status = State::open_read(dir.path()).unwrap().unwrap();
    assert_eq!(status.note("last_error").unwrap().as_deref(), Some("no network"));
    assert!(status.request_release(at(2)).is_err());
}

#[test]
fn looking_creates_nothing() {
    let dir = private_dir();
    assert!(State::open_read(&dir.path().join("none")).unwrap().is_none());
    assert!(State::open_read(dir.path()).unwrap().is_none());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    State::open(dir.path()).unwrap().set_note("last_error", Some("x")).unwrap();
    let before = names(dir.path());
    let status = State::open_read(dir.path()).unwrap().unwrap();
    assert_eq!(status.note("last_error").unwrap().as_deref(), Some("x"));
    assert_eq!(names(dir.path()), before);
    drop(status);
    assert_eq!(names(dir.path()), before);
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn only_we_can_read_what_is_made() {
    let dir = private_dir();
    let path = dir.path().join("quiethours/config");
    let _state = State::open(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
    for name in names(&path) {
        assert_eq!(fs::metadata(path.join(&name)).unwrap().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_directory_open_to_others_is_refused() {
    let dir = private_dir();
    for mode in [0o755, 0o770, 0o701] {
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(mode)).unwrap();
        assert!(matches!(State::open(dir.path()), Err(StateError::Directory(_))), "{mode:o}");
        assert!(matches!(State::open_read(dir.path()), Err(StateError::Directory(_))), "{mode:o}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn another_users_directory_is_refused() {
    // Root gives a directory away; anybody else finds one of root's.
    let dir = private_dir();
    let foreign = match chown(dir.path(), Some(12_345), None) {
        Ok(()) => dir.path(),
        Err(_) => Path::new("/usr"),
    };
    let outcome = State::open(foreign);
    assert!(matches!(outcome, Err(StateError::Directory(why)) if why.contains("another user")));
}

#[test]
fn a_planted_name_is_refused_and_its_target_untouched() {
    type Plant = fn(target: &Path, name: &Path);
    let plants: [(&str, Plant); 3] = [
        ("a symbolic link", |target, name| symlink(target, name).unwrap()),
        ("a hard link", |target, name| fs::hard_link(target, name).unwrap()),
        ("a FIFO", |_, name| {
            assert!(std::process::Command::new("mkfifo").arg(name).status().unwrap().success());
        }),
    ];
    for file in ["state.db", "state.db-wal", "state.db-shm", "state.db-journal"] {
        for (what, plant) in plants {
            let dir = private_dir();
            let (state, target) = (dir.path().join("state"), dir.path().join("target"));
            fs::create_dir(&state).unwrap();
            fs::set_permissions(&state, fs::Permissions::from_mode(0o700)).unwrap();
            fs::write(&target, "precious").unwrap();
            plant(&target, &state.join(file));
            assert!(matches!(State::open(&state), Err(StateError::Directory(_))), "{what} as {file}");
            assert_eq!(fs::read_to_string(&target).unwrap(), "precious", "{what} as {file}");
        }
    }
}

#[test]
fn a_newer_state_is_refused_and_untouched() {
    let dir = private_dir();
    State::open(dir.path()).unwrap().set_note("kept", Some("yes")).unwrap();
    let database = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    assert!(matches!(State::open(dir.path()), Err(StateError::Newer(_))));
    assert!(matches!(State::open_read(dir.path()), Err(StateError::Newer(_))));
    assert_eq!(names(dir.path()), ["state.db"]);
}

#[test]
fn a_damaged_state_is_set_aside_and_named() {
    let dir = private_dir();
    for round in 1..=3 {
        fs::write(dir.path().join("state.db"), "no database at all, but long enough to be one".repeat(100)).unwrap();
        let state = State::open(dir.path()).unwrap();
        let kept = format!("state.db.damaged-{round}");
        assert_eq!(state.note("set_aside").unwrap(), Some(kept.clone()));
        assert!(fs::read_to_string(dir.path().join(kept)).unwrap().starts_with("no database"));
        assert_eq!(state.release().unwrap(), None);
    }
}

#[test]
fn an_impossible_row_counts_as_damage() {
    let dir = private_dir();
    State::open(dir.path()).unwrap().seal(&release("abc", 1)).unwrap();
    let database = rusqlite::Connection::open(dir.path().join("state.db")).unwrap();
    database.execute("UPDATE release SET step = 'acceptee'", []).unwrap();
    drop(database);
    assert!(matches!(State::open_read(dir.path()).unwrap().unwrap().release(), Err(StateError::Damaged(_))));
    let state = State::open(dir.path()).unwrap();
    assert_eq!(state.note("set_aside").unwrap().as_deref(), Some("state.db.damaged-1"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_disk_made_of_the_file_the_state_opens_or_says_why(
        cut in proptest::option::of(0.0..1.0_f64),
        flips in proptest::collection::vec((0.0..1.0_f64, 1..=255_u8), 0..8),
    ) {
        let dir = private_dir();
        let mut state = State::open(dir.path()).unwrap();
        state.seal(&release("abc", 50)).unwrap();
        state.accept(at(2)).unwrap();
        drop(state);
        let path = dir.path().join("state.db");
        let mut bytes = fs::read(&path).unwrap();
        if let Some(cut) = cut {
            bytes.truncate((bytes.len() as f64 * cut) as usize);
        }
        let length = bytes.len();
        for (place, flip) in flips {
            if let Some(byte) = bytes.get_mut((length as f64 * place) as usize) {
                *byte ^= flip;
            }
        }
        fs::write(&path, bytes).unwrap();
        match State::open(dir.path()) {
            Ok(mut state) => {
                let accepted = state.release().unwrap().is_none_or(|open| open.step == Step::Accepted);
                prop_assert!(accepted, "an accepted release must not be delivered again");
                prop_assert!(state.finish(at(3)).is_ok());
            }
            Err(error) => prop_assert!(matches!(error, StateError::Newer(_)), "{error:?}"),
        }
    }
}
