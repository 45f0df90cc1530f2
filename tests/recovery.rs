//! A release that was interrupted goes on from its last durable record: nothing lost, nothing twice.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use quiethours::core::{
    mail::{Ident, Uid},
    release::{self, Marker, Original, Release, Route, Step},
};
use support::{
    home::Home,
    mails::{at, discourse},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";
const OPENING: &str = "2026-11-27T09:00:00+01:00";

fn notification() -> Vec<u8> {
    discourse(1, 10, "Interrompue", "Une question.")
}

/// A home in the night, one notification held.
fn night() -> (Home, String) {
    let home = Home::new("", "");
    let script = home.mail(&[("2026-11-26T20:00:00+01:00", notification())]);
    home.play("2026-11-26T17:00:00+01:00", "2026-11-26T23:00:00+01:00", script);
    let [name] = &home.names(HELD)[..] else { panic!("not held") };
    let name = name.clone();
    (home, name)
}

fn digest(rid: &str) -> Vec<u8> {
    format!(
        "From: quiethours <alice@lescanoe.example>\r\nTo: alice@lescanoe.example\r\nSubject: Bonjour\r\n\
         Message-ID: <{rid}@lescanoe.example>\r\nX-Quiethours-Release: {rid}\r\n\r\nLe contenu scelle.\r\n"
    )
    .into_bytes()
}

/// Leaves the state as a crash after `step` would.
fn interrupt(home: &Home, name: &str, step: &Step) -> String {
    let ident = Ident::of(&notification());
    let rid = release::rid("config", [ident]);
    let sealed = Release {
        rid: rid.clone(),
        instants: vec![("coop".to_owned(), at(OPENING))],
        manifest: vec![Original { mailbox: "coop".into(), uid_validity: 0, uid: Uid::Name(name.into()), ident }],
        route: Route::Mailbox("coop".to_owned()),
        bytes: digest(&rid).into(),
        period_end: at(OPENING),
        sealed_at: at(OPENING),
        uncertain: Vec::new(),
        step: Step::Sealed,
    };
    let mut state = home.state();
    state.seal(&sealed).unwrap();
    match step {
        Step::Sealed => {}
        Step::Accepted => state.accept(at(OPENING)).unwrap(),
        other => state.record_step(other, &[]).unwrap(),
    }
    rid
}

fn intent() -> Step {
    Step::Intent { at: at(OPENING), marker: Some(Marker { uid_validity: 0, uid_next: 0 }) }
}

fn recover(home: &Home) {
    home.play("2026-11-27T09:00:05+01:00", "2026-11-27T09:30:00+01:00", Vec::new());
}

fn assert_delivered_once_and_filed(home: &Home) {
    let [text] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert_eq!(text.trim(), "Le contenu scelle.", "the sealed bytes, never composed again");
    assert_eq!(home.names(RELEASED).len(), 1);
    assert!(home.names(HELD).is_empty());
    recover(home);
    assert_eq!(home.digests().len(), 1, "another run changes nothing");
}

#[test]
fn sealed_but_not_attempted_is_delivered_with_the_sealed_bytes() {
    let (home, name) = night();
    interrupt(&home, &name, &Step::Sealed);
    recover(&home);
    assert_delivered_once_and_filed(&home);
}

#[test]
fn refused_for_now_is_delivered_with_the_sealed_bytes() {
    let (home, name) = night();
    interrupt(&home, &name, &Step::Refused);
    recover(&home);
    assert_delivered_once_and_filed(&home);
}

#[test]
fn an_intent_without_outcome_whose_digest_is_there_is_only_filed() {
    let (home, name) = night();
    let rid = interrupt(&home, &name, &intent());
    home.deliver_named(&format!("1795766400.{rid}.test"), OPENING, &digest(&rid));
    recover(&home);
    assert_delivered_once_and_filed(&home);
}

#[test]
fn an_intent_without_outcome_whose_digest_is_not_there_is_delivered_again_after_a_minute() {
    let (home, name) = night();
    interrupt(&home, &name, &intent());
    home.play("2026-11-27T09:00:05+01:00", "2026-11-27T09:00:50+01:00", Vec::new());
    assert!(home.digests().is_empty(), "a slow server was not given its minute");
    recover(&home);
    assert_delivered_once_and_filed(&home);
}

#[test]
fn an_accepted_release_is_filed_and_never_delivered_again_even_if_its_digest_was_moved_away() {
    let (home, name) = night();
    interrupt(&home, &name, &Step::Accepted);
    recover(&home);
    assert!(home.digests().is_empty());
    assert_eq!(home.names(RELEASED).len(), 1);
}

#[test]
fn an_original_taken_away_during_a_release_does_not_stop_it() {
    let (home, name) = night();
    interrupt(&home, &name, &Step::Accepted);
    home.drag(&name, HELD, "INBOX");
    recover(&home);
    assert_eq!(home.names("INBOX"), [name], "left where the volunteer put it");
    assert!(home.state().release().unwrap().is_none(), "the release is done");
}

#[test]
fn what_is_held_during_an_interrupted_release_comes_in_a_digest_of_its_own() {
    let (home, name) = night();
    interrupt(&home, &name, &intent());
    home.deliver_into(HELD, "2026-11-27T08:59:59+01:00", &discourse(2, 11, "Tard venue", "x"));
    home.play("2026-11-27T09:00:05+01:00", "2026-11-30T09:30:00+01:00", Vec::new());
    let digests = home.digests();
    assert_eq!(digests.len(), 2);
    assert!(digests.iter().filter(|digest| digest.contains("Tard venue")).count() == 1);
    assert_eq!(home.names(RELEASED).len(), 2);
}

#[test]
fn another_host_of_the_same_profile_that_was_faster_is_believed() {
    let (home, name) = night();
    let rid = interrupt(&home, &name, &Step::Sealed);
    home.deliver_named(&format!("1795766400.{rid}.elsewhere"), OPENING, &digest(&rid));
    recover(&home);
    assert_delivered_once_and_filed(&home);
}
