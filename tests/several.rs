//! Several mailboxes in one digest, and what becomes of it when one of them is away.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    os::unix::{fs::PermissionsExt as _, net::UnixDatagram},
    process::Stdio,
};

use quiethours::{
    core::mail::{Ident, Uid},
    core::release::{Original, Release, Route, Step, rid},
    io::state::State,
};
use rustix::process::Signal;
use support::{
    dovecot::Dovecot,
    home::{Home, Script},
    mails::{at, discourse, glpi},
    volunteer::{DEADLINE, Running, Volunteer, await_that},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";
const DIGEST: &str = "[digest]\nto = \"alice@lescanoe.example\"\nmailbox = \"coop\"\n";

/// Thursday evening, and the opening of Friday.
const EVENING: &str = "2026-11-26T17:00:00+01:00";
const NIGHT: &str = "2026-11-26T20:00:00+01:00";

/// Two Maildirs of one volunteer: the digest goes to the first.
fn two() -> (Home, Home) {
    let forum = Home::new("", "");
    let coop = Home::new("", &format!("[mailbox.forum]\nmaildir = \"{}\"\n{DIGEST}", forum.maildir().display()));
    (coop, forum)
}

/// One notification in each.
fn night(coop: &Home, forum: &Home) -> Script {
    let mut script = coop.mail(&[(NIGHT, glpi(1, 1, "Imprimante", "a"))]);
    script.extend(forum.mail(&[(NIGHT, discourse(2, 2, "Pagaie", "b"))]));
    script
}

type Happening = Box<dyn FnOnce()>;

fn also(mut script: Script, more: Vec<(&str, Happening)>) -> Script {
    script.extend(more.into_iter().map(|(when, happening)| (at(when), happening)));
    script.sort_by_key(|(when, _)| *when);
    script
}

#[test]
fn two_mailboxes_give_one_digest_and_each_files_its_own() {
    let (coop, forum) = two();
    coop.play(EVENING, "2026-11-27T09:30:00+01:00", night(&coop, &forum));
    let [digest] = &coop.digests()[..] else { panic!("{} digests", coop.digests().len()) };
    assert!(digest.contains("Imprimante") && digest.contains("Pagaie"), "{digest}");
    assert_eq!((coop.names(RELEASED).len(), forum.names(RELEASED).len()), (1, 1));
    assert!(forum.digests().is_empty() && coop.told().is_empty());
}

#[test]
fn the_same_notification_in_two_mailboxes_is_listed_once_and_filed_twice() {
    let (coop, forum) = two();
    let mut script = coop.mail(&[(NIGHT, discourse(2, 2, "Pagaie", "b"))]);
    script.extend(forum.mail(&[(NIGHT, discourse(2, 2, "Pagaie", "b"))]));
    coop.play(EVENING, "2026-11-27T09:30:00+01:00", script);
    let [digest] = &coop.digests()[..] else { panic!("{} digests", coop.digests().len()) };
    assert_eq!(digest.matches("Pagaie").count(), 1, "{digest}");
    assert_eq!((coop.names(RELEASED).len(), forum.names(RELEASED).len()), (1, 1));
}

#[test]
fn one_that_is_away_is_waited_for_then_named_and_has_its_own_digest_when_it_is_back() {
    let (coop, forum) = two();
    let away =
        vec![("2026-11-27T08:00:00+01:00", forum.mounting(false)), ("2026-11-27T11:00:00+01:00", forum.mounting(true))];
    let script = also(night(&coop, &forum), away);
    coop.play(EVENING, "2026-11-27T09:10:00+01:00", script.into_iter().take(3).collect());
    assert!(coop.digests().is_empty(), "it is waited for");
    assert!(!forum.maildir().exists(), "a disk that is not mounted is not made up for");
    let back = also(Vec::new(), vec![("2026-11-27T11:00:00+01:00", forum.mounting(true))]);
    coop.play("2026-11-27T09:10:00+01:00", "2026-11-27T17:00:00+01:00", back);
    let [first, second] = &coop.digests()[..] else { panic!("{} digests", coop.digests().len()) };
    assert!(first.contains("Imprimante") && first.contains("« forum »") && !first.contains("Pagaie"), "{first}");
    assert!(second.contains("Pagaie") && !second.contains("Imprimante"), "{second}");
    assert_eq!((coop.names(RELEASED).len(), forum.names(RELEASED).len()), (1, 1));
    let told = coop.told();
    assert!(told.iter().all(|(when, _)| *when >= at("2026-11-27T09:15:00+01:00")), "at night, or too soon: {told:?}");
    assert!(!told.is_empty());
}

#[test]
fn one_that_is_not_back_before_the_closing_waits_for_the_next_opening() {
    let (coop, forum) = two();
    let away =
        vec![("2026-11-27T08:00:00+01:00", forum.mounting(false)), ("2026-11-27T20:00:00+01:00", forum.mounting(true))];
    coop.play(EVENING, "2026-11-30T08:30:00+01:00", also(night(&coop, &forum), away));
    assert_eq!(coop.digests().len(), 1, "nothing comes in the off-hours");
    coop.play("2026-11-30T08:30:00+01:00", "2026-11-30T09:30:00+01:00", Vec::new());
    let [_, second] = &coop.digests()[..] else { panic!("{} digests", coop.digests().len()) };
    assert!(second.contains("Pagaie"), "{second}");
    assert_eq!(coop.told().len(), 1, "once an opening: {:?}", coop.told());
}

#[test]
fn without_the_mailbox_that_the_digest_goes_to_everything_waits_and_nothing_is_lost() {
    let (coop, forum) = two();
    let away =
        vec![("2026-11-27T08:00:00+01:00", coop.mounting(false)), ("2026-11-27T14:00:00+01:00", coop.mounting(true))];
    coop.play(EVENING, "2026-11-27T17:00:00+01:00", also(night(&coop, &forum), away));
    let [digest] = &coop.digests()[..] else { panic!("{} digests", coop.digests().len()) };
    assert!(digest.contains("Imprimante") && digest.contains("Pagaie"), "{digest}");
}

/// A digest of the forum's held notification is accepted, and its original still to be filed.
fn accepted_but_not_filed(coop: &Home, forum: &Home) {
    coop.play(EVENING, "2026-11-27T08:30:00+01:00", night(coop, forum));
    let mut manifest = Vec::new();
    for (mailbox, home) in [("coop", coop), ("forum", forum)] {
        for (name, stored) in home.folder(HELD) {
            let text = String::from_utf8(stored.bytes).unwrap();
            let end = text.find("\r\n\r\n").unwrap() + 4;
            let ident = Ident::of(&text.as_bytes()[..end]);
            manifest.push(Original { mailbox: mailbox.into(), uid_validity: 0, uid: Uid::Name(name.into()), ident });
        }
    }
    let opening = at("2026-11-27T09:00:00+01:00");
    let release = Release {
        rid: rid("config", manifest.iter().map(|original| original.ident)),
        instants: ["coop", "forum"].map(|name| (name.to_owned(), opening)).to_vec(),
        manifest,
        route: Route::Mailbox("coop".to_owned()),
        bytes: b"X: y\r\n\r\n".to_vec().into(),
        period_end: opening,
        sealed_at: opening,
        uncertain: Vec::new(),
        step: Step::Sealed,
    };
    let mut state = coop.state();
    state.seal(&release).unwrap();
    state.accept(opening).unwrap();
}

#[test]
fn a_mailbox_lost_before_filing_keeps_no_digest_waiting_and_its_originals_are_filed_never_listed_again() {
    let (coop, forum) = two();
    accepted_but_not_filed(&coop, &forum);
    forum.mounting(false)();
    let evening = coop.mail(&[("2026-11-27T20:00:00+01:00", glpi(3, 3, "Scanner", "c"))]);
    let script = also(evening, vec![("2026-12-01T08:00:00+01:00", forum.mounting(true))]);
    coop.play("2026-11-27T09:01:00+01:00", "2026-11-30T10:00:00+01:00", script.into_iter().take(1).collect());
    assert_eq!(coop.names(RELEASED).len(), 2, "the other mailbox goes on");
    let [digest] = &coop.digests()[..] else { panic!("{} digests", coop.digests().len()) };
    assert!(digest.contains("Scanner") && digest.contains("« forum »"), "{digest}");
    forum.mounting(true)();
    let script = forum.mail(&[("2026-11-30T20:00:00+01:00", discourse(4, 4, "Gilet", "d"))]);
    coop.play("2026-11-30T10:00:00+01:00", "2026-12-01T09:30:00+01:00", script);
    assert_eq!(forum.names(RELEASED).len(), 2);
    let digests = coop.digests().concat();
    assert!(digests.contains("Gilet") && !digests.contains("Pagaie"), "{digests}");
}

#[test]
fn a_mailbox_taken_out_of_the_configuration_before_filing_is_filed_when_it_is_put_back() {
    let (coop, forum) = two();
    accepted_but_not_filed(&coop, &forum);
    let both = fs::read_to_string(coop.config_file()).unwrap();
    let section = format!("[mailbox.forum]\nmaildir = \"{}\"\n", forum.maildir().display());
    fs::write(coop.config_file(), both.replace(&section, "")).unwrap();
    coop.play("2026-11-27T09:01:00+01:00", "2026-11-27T10:00:00+01:00", Vec::new());
    assert!(coop.state().release().unwrap().is_none(), "the release ended");
    assert_eq!((coop.names(RELEASED).len(), forum.names(HELD).len()), (1, 1));
    fs::write(coop.config_file(), both).unwrap();
    coop.play("2026-11-27T10:00:00+01:00", "2026-11-30T09:30:00+01:00", Vec::new());
    assert_eq!(forum.names(RELEASED).len(), 1);
    assert!(coop.digests().is_empty(), "it was listed already");
}

#[test]
fn a_release_whose_delivery_mailbox_left_the_configuration_is_composed_anew() {
    let (coop, forum) = two();
    coop.play(EVENING, "2026-11-27T08:30:00+01:00", night(&coop, &forum));
    let mut state = coop.state();
    let release = Release {
        rid: rid("config", []),
        instants: Vec::new(),
        manifest: Vec::new(),
        route: Route::Mailbox("gone".to_owned()),
        bytes: b"X: y\r\n\r\n".to_vec().into(),
        period_end: at(NIGHT),
        sealed_at: at(NIGHT),
        uncertain: Vec::new(),
        step: Step::Sealed,
    };
    state.seal(&release).unwrap();
    drop(state);
    coop.play("2026-11-27T08:31:00+01:00", "2026-11-27T09:30:00+01:00", Vec::new());
    assert_eq!(coop.digests().len(), 1);
}

/// A volunteer with an account on a server and a Maildir here; the digest goes to the account.
fn account_and_maildir(account: &str) -> (Volunteer, Home) {
    let local = Home::new("", "");
    let tables = format!("mailbox = \"coop\"\n[mailbox.local]\nmaildir = \"{}\"\n", local.maildir().display());
    (Volunteer::new(Dovecot::start(), account, &tables), local)
}

fn now() -> String {
    chrono::Utc::now().to_rfc3339()
}

#[test]
fn an_account_and_a_maildir_give_one_digest() {
    let (alice, local) = account_and_maildir("");
    let daemon = alice.start();
    await_that("the Maildir's folders are made", || alice.log().matches("connected").count() == 2);
    alice.client().append("INBOX", "", None, &glpi(1, 1, "Imprimante", "a"));
    local.deliver(&now(), &discourse(2, 2, "Pagaie", "b"));
    await_that("both are held", || alice.client().count(HELD) == 1 && local.names(HELD).len() == 1);
    alice.ok(&["available", "--yes", "--for", "1h"]);
    await_that("both are filed", || alice.client().count(RELEASED) == 1 && local.names(RELEASED).len() == 1);
    let [digest] = &alice.digests()[..] else { panic!("{} digests", alice.digests().len()) };
    assert!(digest.contains("Imprimante") && digest.contains("Pagaie"), "{digest}");
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn with_one_broken_password_the_others_work_and_it_is_told_in_digest_status_and_on_the_desktop() {
    let local = Home::new("", "");
    let server = Dovecot::start();
    let broken = format!("mailbox = \"local\"\n[mailbox.local]\nmaildir = \"{}\"\n", local.maildir().display());
    let alice = Volunteer::new(server, "password = \"wrong-Tr0ub4dor\"\n", &broken);
    let tools = alice.path().join("tools");
    let told = alice.path().join("told");
    fs::create_dir(&tools).unwrap();
    fs::write(tools.join("notify-send"), format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\n", told.display()))
        .unwrap();
    fs::set_permissions(tools.join("notify-send"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    let mut command = alice.command(&["-v", "run"]);
    command.env("PATH", path).env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let log = fs::File::create(alice.path().join("log")).unwrap();
    let daemon = Running::of(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
    await_that("both tries were refused", || alice.log().matches("login refused").count() == 2);
    local.deliver(&now(), &discourse(2, 2, "Pagaie", "b"));
    await_that("it is held", || local.names(HELD).len() == 1);
    assert!(!told.exists(), "the off-hours are quiet");
    alice.ok(&["available", "--yes", "--for", "1h"]);
    await_that("it is filed", || local.names(RELEASED).len() == 1);
    await_that("it is told", || fs::read_to_string(&told).is_ok_and(|text| text.contains("login refused")));
    let digests = local.digests();
    assert!(digests[0].contains("“coop”") && digests[0].contains("Pagaie"), "{digests:?}");
    assert!(alice.ok(&["status"]).contains("login refused"));
    assert_eq!(alice.log().matches("login refused").count(), 3, "one try at the opening");
    daemon.signal(Signal::HUP);
    await_that("one try on reload", || alice.log().matches("login refused").count() == 4);
    assert_eq!(daemon.stop(), Some(0));
    assert!(!alice.log().contains("Tr0ub4dor"));
}

#[test]
fn the_service_manager_hears_the_watchdog_the_reload_and_the_stop() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let socket = alice.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut command = alice.command(&["run"]);
    command.env("NOTIFY_SOCKET", &socket).env("WATCHDOG_USEC", "1000000").env_remove("WATCHDOG_PID");
    let daemon = Running::of(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let mut told = String::new();
    let mut hear = |wanted: &str, times: usize| {
        while told.matches(wanted).count() < times {
            let mut buffer = [0; 1024];
            let length = manager.recv(&mut buffer).unwrap();
            told.push_str(&String::from_utf8_lossy(&buffer[..length]));
            told.push('\n');
        }
        told.clone()
    };
    hear("WATCHDOG=1", 6);
    hear("READY=1", 1);
    daemon.signal(Signal::HUP);
    let told = hear("READY=1", 2);
    let (reloading, ready) = (told.find("RELOADING=1").unwrap(), told.rfind("READY=1").unwrap());
    assert!(reloading < ready && told.contains("MONOTONIC_USEC="), "{told}");
    daemon.signal(Signal::TERM);
    hear("STOPPING=1", 1);
    assert_eq!(daemon.exit_code(), Some(0));
    assert!(State::open_read(&alice.state_dir()).unwrap().is_some());
}
