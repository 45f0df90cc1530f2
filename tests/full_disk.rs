//! A disk without room, for the state and for the mailbox, at any moment: nothing lost, nothing twice, the volunteer is told.
//!
//! The small disks are file systems in memory, which only root may mount. Where that is not permitted the state's disk is
//! limited by the size of its files instead (RLIMIT_FSIZE), as in the last test here, and the test says so.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    ops::Range,
    process::{Command, Output, Stdio},
};

use chrono::{DateTime, SecondsFormat, Utc};
use quiethours::{
    core::release::Step,
    daemon::{Event, Witness},
    io::state::State,
};
use support::{
    disk::SmallDisk,
    home::{Home, Script},
    mails::{at, discourse, glpi},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// KiB that the state never needs in a few nights.
const STATE_DISK: u32 = 1024;

/// Pages that are left, from none to more than a release writes.
const PAGES: Range<u64> = 0..20;

/// The same for the record of its acceptance.
const PAGES_OF_ACCEPTANCE: Range<u64> = 0..14;

const EVENING: &str = "2026-11-26T17:00:00+01:00";
const NIGHT: &str = "2026-11-26T23:00:00+01:00";

/// A night of three notifications, held.
fn night(home: &Home) {
    let script = home.mail(&[
        ("2026-11-26T19:00:00+01:00", discourse(1, 10, "Pagaie", "a")),
        ("2026-11-26T20:00:00+01:00", glpi(2, 11, "Imprimante", "b")),
        ("2026-11-26T21:00:00+01:00", discourse(3, 12, "Gilet", "c")),
    ]);
    home.play(EVENING, NIGHT, script);
    assert_eq!(home.names(HELD).len(), 3);
}

fn assert_released_once(home: &Home, case: &str) {
    let [digest] = &home.digests()[..] else { panic!("{case}: {} digests", home.digests().len()) };
    for title in ["Pagaie", "Imprimante", "Gilet"] {
        assert_eq!(digest.matches(title).count(), 1, "{case}: {digest}");
    }
    assert_eq!((home.names(HELD).len(), home.names(RELEASED).len()), (0, 3), "{case}");
    assert!(home.state().release().unwrap().is_none(), "{case}: the release is done");
}

/// The state's disk of a home; without one, the reason why a test ends that another one makes up for.
fn state_disk(home: &Home) -> Option<SmallDisk> {
    let disk = SmallDisk::mount(&home.state_dir(), STATE_DISK, "");
    if disk.is_none() {
        println!("this user may not mount a disk: its last pages are those of a file instead");
        every_size_of_file_is_the_last();
    }
    disk
}

#[test]
fn a_disk_that_is_full_before_the_digest_is_sealed_postpones_it_and_tells() {
    let mut postponed = 0;
    for pages in PAGES {
        let home = Home::new("", "");
        let Some(disk) = state_disk(&home) else { return };
        night(&home);
        let script: Script = vec![(at("2026-11-27T08:55:00+01:00"), Box::new(disk.filling(pages)))];
        home.play(NIGHT, "2026-11-27T09:19:00+01:00", script);
        let (digests, told) = (home.digests().len(), home.told());
        if digests == 0 {
            postponed += 1;
            assert_eq!(home.names(HELD).len(), 3, "{pages} pages: nothing was moved");
            let [(when, text)] = &told[..] else { panic!("{pages} pages: {told:?}") };
            assert!(*when >= at("2026-11-27T09:00:00+01:00"), "never in the off-hours: {when}");
            assert!(text.contains("notes") && text.contains("full"), "{text}");
        }
        disk.empty();
        home.play("2026-11-27T09:20:00+01:00", "2026-11-27T10:00:00+01:00", Vec::new());
        assert_released_once(&home, &format!("{pages} pages"));
        assert_eq!(home.state().note("last_error").unwrap(), None, "{pages} pages");
    }
    assert!((1..PAGES.end).contains(&postponed), "{postponed} of {PAGES:?}: both cases are to be seen");
    println!("{PAGES:?} pages left: {postponed} postponed");
}

/// Acts at the moment when a digest was accepted, and not yet recorded.
struct AtAcceptance(Box<dyn Fn()>);

impl Witness for AtAcceptance {
    fn tell(&mut self, _now: DateTime<Utc>, event: Event<'_>) {
        if matches!(event, Event::Delivered { .. }) {
            self.0();
        }
    }
}

#[test]
fn a_disk_that_is_full_when_the_acceptance_is_to_be_recorded_makes_no_second_digest() {
    let (mut unrecorded, opening) = (0, "2026-11-27T08:50:00+01:00");
    for pages in PAGES_OF_ACCEPTANCE {
        for dies in [false, true] {
            let case = format!("{pages} pages, {}", if dies { "killed meanwhile" } else { "room again" });
            let home = Home::new("", "");
            let Some(disk) = state_disk(&home) else { return };
            night(&home);
            let witness = Box::new(AtAcceptance(disk.filling(pages)));
            let end = if dies { "2026-11-27T09:30:00+01:00" } else { "2026-11-27T10:00:00+01:00" };
            let script = if dies { Vec::new() } else { vec![(at("2026-11-27T09:40:00+01:00"), disk.emptying())] };
            // A stop right then is a kill to the state: what could not be written is gone.
            home.play_before(opening, end, script, witness).unwrap();
            assert_eq!(home.digests().len(), 1, "{case}");
            if dies {
                disk.empty();
                let step = home.state().release().unwrap().map(|release| release.step);
                unrecorded += u32::from(matches!(step, Some(Step::Intent { .. })));
                home.play("2026-11-27T09:40:00+01:00", "2026-11-27T10:00:00+01:00", Vec::new());
            }
            assert_released_once(&home, &case);
        }
    }
    assert!(unrecorded > 0, "the record was always made: the disk was not full");
    println!(
        "{PAGES_OF_ACCEPTANCE:?} pages left, each with room again and killed: {unrecorded} times unrecorded at the end"
    );
}

#[test]
fn a_mailbox_without_room_for_the_digest_keeps_everything_held_until_there_is_some() {
    let mut postponed = 0;
    for pages in 0..6 {
        let home = Home::new("", "");
        let Some(disk) = SmallDisk::mount(&home.maildir(), 256, "") else {
            println!("this user may not mount a disk: the mailbox's is limited by the size of its files instead");
            return every_size_of_file_is_the_last();
        };
        ["new", "cur", "tmp"].iter().for_each(|folder| fs::create_dir(home.maildir().join(folder)).unwrap());
        night(&home);
        disk.fill(pages);
        home.play(NIGHT, "2026-11-27T09:30:00+01:00", Vec::new());
        assert_eq!(fs::read_dir(home.maildir().join("tmp")).unwrap().count(), 0, "{pages} pages: no half digest");
        if home.digests().is_empty() {
            postponed += 1;
            assert_eq!(home.names(HELD).len(), 3, "{pages} pages");
            let [(_, text)] = &home.told()[..] else { panic!("{pages} pages: {:?}", home.told()) };
            assert!(text.contains("récapitulatif") && text.contains("disque est plein"), "{text}");
        }
        disk.empty();
        home.play("2026-11-27T09:30:00+01:00", "2026-11-27T11:30:00+01:00", Vec::new());
        assert_released_once(&home, &format!("{pages} pages"));
    }
    assert!((1..6).contains(&postponed), "{postponed} of 6: both cases are to be seen");
}

#[test]
fn where_there_is_no_room_to_make_the_folders_mail_stays_in_the_inbox_until_there_is() {
    let home = Home::new("", "");
    // Files and folders that the disk takes: those of INBOX, two messages, and no held folder.
    let Some(disk) = SmallDisk::mount(&home.maildir(), 256, ",nr_inodes=7") else {
        println!("this user may not mount a disk: a folder that cannot be made is shown by a file in its place");
        fs::write(home.maildir().join(".Quiet Hours"), "").unwrap();
        home.play(EVENING, NIGHT, home.mail(&[("2026-11-26T19:00:00+01:00", discourse(1, 10, "Pagaie", "a"))]));
        assert_eq!(home.names("INBOX").len(), 1);
        return;
    };
    ["new", "cur", "tmp"].iter().for_each(|folder| fs::create_dir(home.maildir().join(folder)).unwrap());
    home.deliver("2026-11-26T19:00:00+01:00", &discourse(1, 10, "Pagaie", "a"));
    home.play(EVENING, NIGHT, Vec::new());
    assert_eq!(home.names("INBOX").len(), 1);
    let trouble = home.state().note("last_error").unwrap().unwrap();
    assert!(trouble.contains("plus de place"), "{trouble}");
    let more = Command::new("mount").args(["-o", "remount,size=256k,nr_inodes=100"]).arg(home.maildir()).status();
    assert!(more.unwrap().success());
    home.play(NIGHT, "2026-11-27T10:00:00+01:00", Vec::new());
    assert_eq!((home.digests().len(), home.names(RELEASED).len()), (1, 1));
    drop(disk);
}

/// The real program on a volunteer's Maildir, with no file larger than so many bytes if any; SIGXFSZ is ignored, so that a
/// write beyond is an error (EFBIG) as on a full disk.
fn quiethours(home: &Home, limit: Option<u64>, arguments: &[&str]) -> Output {
    let limit = limit.map_or("unlimited".to_owned(), |blocks| blocks.to_string());
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"", &limit, env!("CARGO_BIN_EXE_quiethours")]);
    command.args(["--config", home.config_file().to_str().unwrap()]).args(arguments).stdin(Stdio::null());
    command.env_remove("NOTIFY_SOCKET").env_remove("JOURNAL_STREAM").output().unwrap()
}

fn ok(home: &Home, arguments: &[&str]) {
    let output = quiethours(home, None, arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// The largest file, in blocks of 512 bytes: from less than the state has to more than a release makes of it.
const BLOCKS: Range<u64> = 0..160;

/// One page, and the 24 bytes that go before each in SQLite's log, make 8 blocks and a bit: each page is the last one once.
const STEP: usize = 8;

fn every_size_of_file_is_the_last() {
    let closed = "[availability]\nweekdays = \"\"\ntimezone = \"Europe/Paris\"\n";
    let (mut full, mut done) = (0, 0);
    for blocks in BLOCKS.step_by(STEP) {
        let home = Home::with_hours(closed, "", "");
        ok(&home, &["run", "--once"]);
        home.deliver(&Utc::now().to_rfc3339_opts(SecondsFormat::Nanos, true), &discourse(1, 10, "Pagaie", "a"));
        home.deliver(&Utc::now().to_rfc3339_opts(SecondsFormat::Nanos, true), &glpi(2, 11, "Imprimante", "b"));
        ok(&home, &["run", "--once"]);
        assert_eq!(home.names(HELD).len(), 2);
        ok(&home, &["available", "--yes", "--for", "1h"]);
        let output = quiethours(&home, Some(blocks), &["run", "--once"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.code() {
            Some(0) => done += 1,
            Some(73 | 75) => full += 1,
            other => panic!("{blocks} blocks: {other:?} {said}"),
        }
        assert!(output.status.success() || !said.is_empty(), "{blocks} blocks: it says nothing");
        let before = home.digests().len();
        assert!(before == 1 || home.names(HELD).len() == 2, "{blocks} blocks: {said}");
        ok(&home, &["run", "--once"]);
        let digests = home.digests();
        assert_eq!(digests.len(), 1, "{blocks} blocks: {before} before, {said}");
        assert!(digests[0].contains("Pagaie") && digests[0].contains("Imprimante"), "{blocks} blocks");
        assert_eq!((home.names(HELD).len(), home.names(RELEASED).len()), (0, 2), "{blocks} blocks");
        assert!(State::open_read(&home.state_dir()).unwrap().unwrap().release().unwrap().is_none());
    }
    assert!(full > 0 && done > 0, "{full} full, {done} done: both are to be seen");
    println!("{} sizes of file: {full} too small, {done} large enough", full + done);
}

#[test]
fn whatever_size_of_file_is_the_last_nothing_is_lost_and_nothing_is_twice() {
    every_size_of_file_is_the_last();
}

#[test]
fn a_disk_that_only_the_states_own_log_fills_never_becomes_full() {
    let home = Home::new("", "");
    let Some(_disk) = SmallDisk::mount(&home.state_dir(), 256, "") else {
        println!("this user may not mount a disk: its last pages are those of a file instead");
        return every_size_of_file_is_the_last();
    };
    let state = home.state();
    state.prune(Utc::now()).unwrap();
    for number in 0..300 {
        state.set_note("running_since", Some(&number.to_string())).unwrap();
    }
    assert_eq!(state.note("running_since").unwrap().as_deref(), Some("299"));
}
