//! The connection to a real server fails at every place of the dialogue of a hold and a release, once in each evening. Whoever
//! goes on afterwards, the same daemon or another: the volunteer notices nothing.
//!
//! In cleartext on loopback, so that a place means something. With `QH_LONG=1` it is cut at every byte, and the
//! other faults come at every line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod cell;
mod clock;
mod spots;
#[path = "../support/mod.rs"]
mod support;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use chrono::{SubsecRound as _, Utc};

use cell::{After, Delivery, Harm, Line, Played, Scene, play};
use spots::Language;
use support::{
    dovecot::{Builder, Dovecot},
    faults::{Fault, Speaker, Spot, Transcript},
    long,
    mailbox::{Noticed, TITLES, mail},
    many,
};

/// Evenings at a time: they wait for the server more than they compute.
const WORKERS: usize = 4;

/// A server tells of new mail a moment sooner or later, so that a dialogue may end some lines before a place near the end of
/// another: such an evening is played again, and if no dialogue comes to that place any more, it is told.
const TRIES: usize = 5;

/// A server that takes many users in a short time: no new program for each connection.
fn server() -> Builder {
    Dovecot::builder()
        .in_memory()
        .extra("service imap {\n  service_count = 0\n}\nservice imap-login {\n  service_count = 0\n}")
}

fn scene(server: Builder, delivery: Delivery) -> Arc<Scene> {
    Arc::new(Scene { server: server.start(), delivery, start: Utc::now().trunc_subsecs(0) })
}

/// An evening without any fault: what everything is compared with.
fn quiet(scene: &Arc<Scene>, after: After) -> (Played, Noticed) {
    let played = play(scene, None, after);
    let noticed = played.left.noticed();
    let originals = |titles: bool| {
        let is_notification = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            TITLES.iter().any(|title| text.contains(title))
        };
        mail().into_iter().filter(move |(_, bytes)| is_notification(bytes) == titles)
    };
    assert_eq!(noticed.digests, [(String::new(), [1; 3])], "{:?}", played.told);
    assert_eq!(noticed.elsewhere, 0);
    assert_eq!(noticed.released.len(), originals(true).count());
    assert_eq!(noticed.inbox.len(), originals(false).count());
    assert_eq!((played.told.len(), &played.left), (0, &played.later));
    (played, noticed)
}

/// All places in both directions of each connection of a dialogue.
fn places(language: Language, transcripts: &[Transcript], every: bool) -> Vec<Spot> {
    let each = transcripts.iter().enumerate();
    each.flat_map(|(connection, transcript)| {
        let client = spots::of(language, connection, Speaker::Client, &transcript.client, every);
        client.into_iter().chain(spots::of(language, connection, Speaker::Server, &transcript.server, every))
    })
    .collect()
}

/// Plays one evening for each harm, some at a time, and tells which went wrong.
fn play_all(scene: &Arc<Scene>, harms: &[(Harm, After)], check: &(dyn Fn(&Played) + Sync)) {
    let (begun, unharmed) = (Instant::now(), AtomicUsize::new(0));
    many::each("evenings", harms, WORKERS, |(harm, after)| {
        let mut evenings = (0..TRIES).map(|_| play(scene, Some(*harm), *after));
        match evenings.find(|played| played.struck) {
            Some(played) => check(&played),
            None => drop(unharmed.fetch_add(1, Ordering::Relaxed)),
        }
    });
    let unharmed = unharmed.into_inner();
    println!("{} evenings in {:.0?}, {unharmed} unharmed", harms.len(), begun.elapsed());
    // At every line and byte some places are such that few other evenings come to them.
    let most = if long() { harms.len() / 50 } else { 0 };
    assert!(unharmed <= most, "{unharmed} of {} places were not come to", harms.len());
}

/// The volunteer notices nothing of the fault, and another run changes nothing.
fn nothing_is_noticed(played: &Played, expected: &Noticed) {
    assert_eq!(&played.left.noticed(), expected, "{:?}", played.told);
    assert_eq!(played.left, played.later, "another run changed something: {:?}", played.told);
}

/// The places of a dialogue of this scene, with `every` each byte, and what is to be noticed of it.
fn dialogue(scene: &Arc<Scene>, line: Line, after: After, every: bool) -> (Vec<Spot>, Noticed) {
    let (played, expected) = quiet(scene, after);
    let (language, transcripts) = match line {
        Line::Imap => (Language::Imap, &played.imap),
        Line::Smtp => (Language::Smtp, &played.smtp),
    };
    let bytes: usize = transcripts.iter().map(|transcript| transcript.client.len() + transcript.server.len()).sum();
    let places = places(language, transcripts, every);
    println!("{} places in {bytes} bytes of {line:?}, digest by {:?}, {after:?}", places.len(), scene.delivery);
    (places, expected)
}

/// Each place once: every second one with a daemon that goes on, the others with one that takes its place.
fn cut_everywhere(scene: &Arc<Scene>, line: Line) {
    let (places, expected) = dialogue(scene, line, After::Same, long());
    let each = places.into_iter().zip([After::Same, After::Another].into_iter().cycle());
    let harms: Vec<_> = each.map(|(spot, after)| (Harm { line, spot, fault: Fault::Cut }, after)).collect();
    play_all(scene, &harms, &|played| nothing_is_noticed(played, &expected));
}

/// A part of the places, each with one of the faults in turn.
fn sample(places: Vec<Spot>, line: Line, faults: &[Fault], step: usize, after: After) -> Vec<(Harm, After)> {
    let chosen = places.into_iter().step_by(if long() { 1 } else { step });
    chosen.zip(faults.iter().cycle()).map(|(spot, fault)| (Harm { line, spot, fault: *fault }, after)).collect()
}

#[test]
fn a_connection_cut_at_any_place_is_noticed_by_nobody() {
    cut_everywhere(&scene(server(), Delivery::Append), Line::Imap);
}

#[test]
fn a_connection_cut_at_any_place_is_noticed_by_nobody_where_the_server_cannot_move() {
    let server = server().capability("IMAP4rev1 LITERAL+ UIDPLUS IDLE UNSELECT NAMESPACE");
    cut_everywhere(&scene(server, Delivery::Append), Line::Imap);
}

#[test]
fn a_submission_cut_at_any_place_is_noticed_by_nobody() {
    let scene = scene(server(), Delivery::Smtp);
    cut_everywhere(&scene, Line::Smtp);
    let (places, expected) = dialogue(&scene, Line::Imap, After::Same, false);
    let harms = sample(places, Line::Imap, &[Fault::Cut, Fault::Reset], 5, After::Another);
    play_all(&scene, &harms, &|played| nothing_is_noticed(played, &expected));
}

#[test]
fn a_connection_reset_at_any_place_is_noticed_by_nobody() {
    let scene = scene(server(), Delivery::Append);
    let (places, expected) = dialogue(&scene, Line::Imap, After::Same, false);
    let harms = sample(places, Line::Imap, &[Fault::Reset], 7, After::Same);
    play_all(&scene, &harms, &|played| nothing_is_noticed(played, &expected));
}

#[test]
fn a_connection_that_falls_silent_at_any_place_is_given_up_and_noticed_by_nobody() {
    let silences = [Fault::Stall, Fault::Blackhole];
    for (delivery, line, step) in
        [(Delivery::Append, Line::Imap, 5), (Delivery::Smtp, Line::Imap, 23), (Delivery::Smtp, Line::Smtp, 3)]
    {
        let scene = scene(server(), delivery);
        let (places, expected) = dialogue(&scene, line, After::Once, false);
        let harms = sample(places, line, &silences, step, After::Once);
        play_all(&scene, &harms, &|played| nothing_is_noticed(played, &expected));
    }
}

/// A flipped bit in cleartext may change what the server is told to do: one digit more, and it moves the wrong mail. So little is
/// promised: whatever comes of it, all mail is still there, and nothing was marked read or deleted. The server has MOVE: where it
/// has not, deleting is how it moves, and a flipped digit deletes.
#[test]
fn a_bit_flipped_at_any_place_loses_deletes_and_marks_nothing() {
    let scene = scene(server(), Delivery::Append);
    let (places, _) = dialogue(&scene, Line::Imap, After::Once, false);
    let harms = sample(places, Line::Imap, &[Fault::Corrupt], 3, After::Once);
    play_all(&scene, &harms, &|played| {
        for (name, message) in mail() {
            assert!(played.later.all().any(|stored| stored.bytes == message), "{name} is lost: {:?}", played.told);
        }
        let marked = played.later.all().find(|stored| stored.flags.contains(['S', 'T']));
        assert!(marked.is_none(), "{marked:?}: {:?}", played.told);
    });
}
