//! The real binary dies at every step of a hold and a release: strace kills it on entering a system call that others could see
//! the effect of, the first in one life, the second in another, until a run gets through. Whoever starts it again, once or
//! twice: the volunteer notices nothing.
//!
//! With `QH_LONG=1` at every step; otherwise wherever it turns from a server or a Maildir to the state or back, and at some steps
//! in between.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod life;
mod order;
#[path = "../support/mod.rs"]
mod support;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Instant,
};

use quiethours::core::release::Step;

use life::{Ended, Kind, Life, Scene, Shape};
use support::{
    dovecot::Dovecot,
    long,
    mailbox::{Mailbox, Noticed, TITLES, mail},
    many,
    strace::{Call, Place},
};

/// Lives at a time: they wait for the server and for strace as much as they compute.
const WORKERS: usize = 4;

const BASIC: Shape =
    Shape { name: "digest by APPEND", mailboxes: &[Kind::Imap], smtp: false, intake: false, moves: true };
const SMTP: Shape = Shape { name: "digest by SMTP", smtp: true, ..BASIC };
const MAILDIR: Shape = Shape { name: "Maildir", mailboxes: &[Kind::Maildir], ..BASIC };
const SEVERAL: Shape = Shape { name: "IMAP and Maildir", mailboxes: &[Kind::Imap, Kind::Maildir], ..BASIC };
const ACCOUNTS: Shape = Shape { name: "two accounts", mailboxes: &[Kind::Imap, Kind::Imap], ..BASIC };
const COPIES: Shape = Shape { name: "without MOVE", moves: false, ..BASIC };
const INTAKE: Shape = Shape { name: "filed at delivery", intake: true, ..BASIC };
const KEYWORD: Shape = Shape { name: "Maildir with keyword", mailboxes: &[Kind::MaildirWithKeyword], ..BASIC };

/// What happens between a death and the next start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Then {
    Nothing,
    StateLost,
}

/// Deaths in one life, one a run.
#[derive(Clone, Debug)]
struct Deaths(Vec<Place>);

/// A server that takes many users in a short time: no new program for each connection.
fn scene(shape: Shape) -> Scene {
    let many = "service imap {\n  service_count = 0\n}\nservice imap-login {\n  service_count = 0\n}";
    let server = Dovecot::builder().in_memory().extra(many);
    let copies = "IMAP4rev1 LITERAL+ UIDPLUS IDLE UNSELECT NAMESPACE";
    let server = if shape.moves { server } else { server.capability(copies) };
    Scene::new(shape, server.start())
}

/// A life without a death: its calls, and what everything is compared with.
fn quiet(scene: &Scene) -> (Vec<Call>, Vec<Noticed>) {
    let life = Life::new(scene);
    let (ended, calls) = life.watched();
    assert_eq!(ended, Ended::Done);
    life.let_time_pass();
    let left = life.mailboxes();
    assert_eq!(life.run(None), Ended::Done);
    assert_eq!(life.mailboxes(), left, "another run changed something");
    let noticed: Vec<Noticed> = left.iter().map(Mailbox::noticed).collect();
    let digests: Vec<_> = noticed.iter().map(|mailbox| mailbox.digests.len()).collect();
    assert_eq!(digests.iter().sum::<usize>(), 1, "{noticed:#?}");
    assert_eq!(noticed[0].digests.len(), 1);
    for mailbox in &noticed {
        assert_eq!(mailbox.elsewhere, 0, "{noticed:#?}");
        assert_eq!(mailbox.released.len() + mailbox.inbox.len(), mail().len());
        assert_eq!(mailbox.released.len(), TITLES.len());
    }
    (calls, noticed)
}

/// The places to die at; without `every` of each row of writes into one file only the first.
fn places(calls: &[Call], every: bool) -> Vec<Place> {
    let mut last = None;
    let mut places = Vec::new();
    for Call { place, .. } in calls {
        let goes_on = last == Some(&place.name) && ["write", "pwrite64"].contains(&&*place.name);
        if every || !goes_on {
            places.push(place.clone());
        }
        last = Some(&place.name);
    }
    places
}

/// At most so many of them, evenly.
fn every(places: Vec<Place>, most: usize) -> Vec<Place> {
    let step = places.len().div_ceil(most).max(1);
    places.into_iter().step_by(step).collect()
}

/// The places between a server, the state and a Maildir: there one knows of what the others do not know yet.
fn turns(calls: &[Call]) -> Vec<Place> {
    let side = |call: &Call| (call.text.contains("state.db"), ["connect", "sendto"].contains(&&*call.place.name));
    let turns = calls.windows(2).filter(|pair| side(&pair[0]) != side(&pair[1]));
    turns.map(|pair| pair[1].place.clone()).collect()
}

/// All places under `--long`, otherwise every turn and of the others so many, evenly.
fn some(calls: &[Call], most: usize) -> Vec<Place> {
    if long() {
        return places(calls, true);
    }
    let (turns, others) = (turns(calls), every(places(calls, false), most));
    places(calls, true).into_iter().filter(|place| turns.contains(place) || others.contains(place)).collect()
}

/// Dies, and loses its state or not. Whether it died.
fn dies_once(life: &Life, place: &Place, then: Then) -> bool {
    let died = life.run(Some(place)) == Ended::Died;
    nothing_is_recorded_in_vain(life);
    if then == Then::StateLost {
        life.lose_state();
    }
    died
}

/// Dies, is started again until nothing is left to do, and once more. Whether it died as often as it was to.
fn dies(life: &Life, deaths: &Deaths, then: Then) -> bool {
    let mut died = true;
    for (index, place) in deaths.0.iter().enumerate() {
        if index > 0 {
            life.let_time_pass();
        }
        died &= dies_once(life, place, then);
    }
    life.recover();
    let left = life.mailboxes();
    assert_eq!(life.run(None), Ended::Done);
    life.let_time_pass();
    assert_eq!(life.mailboxes(), left, "another run changed something");
    died
}

/// Whatever the end came into: filed, or recorded as accepted, is only what a digest lists.
fn nothing_is_recorded_in_vain(life: &Life) {
    let left = life.mailboxes();
    let filed = left.iter().any(|mailbox| !mailbox.noticed().released.is_empty());
    let recorded = life.state_dir().join("state.db").exists() && life.step() == Some(Step::Accepted);
    let delivered = life.is_delivered();
    assert!(delivered || !(filed || recorded), "filed: {filed}, recorded: {recorded}, and no digest");
}

fn notices_nothing(life: &Life, expected: &[Noticed]) {
    let noticed: Vec<Noticed> = life.mailboxes().iter().map(Mailbox::noticed).collect();
    assert_eq!(noticed, expected);
}

/// With another state the rest of the mail may stay where it is, since it came before the first start. But each message is there
/// once, none waits for ever, and what was released is listed once.
fn loses_and_repeats_nothing(life: &Life) {
    let mailboxes = life.mailboxes();
    let mut released = [0; TITLES.len()];
    for (index, mailbox) in mailboxes.iter().enumerate() {
        let noticed = mailbox.noticed();
        assert_eq!(noticed.elsewhere, 0, "{noticed:#?}");
        for (name, message) in life.mail(index) {
            let copies = mailbox.all().filter(|stored| stored.bytes == message).count();
            assert_eq!(copies, 1, "{name}: {noticed:#?}");
        }
        for (count, title) in released.iter_mut().zip(TITLES) {
            *count += noticed.released.iter().filter(|(_, _, bytes)| bytes.contains(title)).count();
        }
    }
    let mut listed = [0; TITLES.len()];
    for digest in mailboxes.iter().flat_map(Mailbox::all).filter(|stored| stored.is_digest()) {
        for (count, more) in listed.iter_mut().zip(digest.listed()) {
            *count += more;
        }
    }
    assert_eq!(listed, released, "listed in digests, and released: {:#?}", mailboxes[0].noticed());
}

/// A life for each of `deaths`; `all` is how many there could be.
fn live_all(scene: &Scene, all: usize, deaths: &[Deaths], then: Then, expected: &[Noticed]) {
    let begun = Instant::now();
    let died = AtomicUsize::new(0);
    many::each("lives", deaths, WORKERS, |deaths| {
        let life = Life::new(scene);
        died.fetch_add(usize::from(dies(&life, deaths, then)), Ordering::Relaxed);
        match then {
            Then::Nothing => notices_nothing(&life, expected),
            Then::StateLost => loses_and_repeats_nothing(&life),
        }
    });
    let (name, lives, died) = (scene.shape.name, deaths.len(), died.into_inner());
    let runs = deaths.first().map_or(0, |deaths| deaths.0.len());
    println!("{name}, {then:?}: {all} points, {lives} lives with {runs} deaths, {died} died, {:.0?}", begun.elapsed());
    // A dialogue may be some packets longer or shorter than the one it was counted in.
    assert!(died * 10 >= lives * 9, "only {died} of {lives} died");
}

/// A death at each place.
fn dies_everywhere(shape: Shape, most: usize, then: Then) {
    let scene = scene(shape);
    let (calls, expected) = quiet(&scene);
    let deaths: Vec<Deaths> = some(&calls, most).into_iter().map(|place| Deaths(vec![place])).collect();
    live_all(&scene, calls.len(), &deaths, then, &expected);
}

/// A death at some places, and for each of them one at some places of the run after it.
fn dies_twice(shape: Shape, first: usize, second: usize, then: Then) {
    let scene = scene(shape);
    let (calls, expected) = quiet(&scene);
    let firsts = every(places(&calls, false), first * if long() { 5 } else { 1 });
    let mut deaths = Vec::new();
    let mut all = 0;
    for place in firsts {
        let life = Life::new(&scene);
        dies_once(&life, &place, then);
        life.let_time_pass();
        let (_, calls) = life.watched();
        all += calls.len();
        let seconds = every(places(&calls, false), second * if long() { 5 } else { 1 });
        deaths.extend(seconds.into_iter().map(|second| Deaths(vec![place.clone(), second])));
    }
    live_all(&scene, all, &deaths, then, &expected);
}

/// A stop at some places.
fn stops_everywhere(shape: Shape, most: usize) {
    let scene = scene(shape);
    let (calls, expected) = quiet(&scene);
    let places = some(&calls, most);
    let came = AtomicUsize::new(0);
    many::each("lives", &places, WORKERS, |place| {
        let life = Life::new(&scene);
        came.fetch_add(usize::from(life.serve(place)), Ordering::Relaxed);
        nothing_is_recorded_in_vain(&life);
        life.recover();
        notices_nothing(&life, &expected);
    });
    let (name, all, lives, came) = (shape.name, calls.len(), places.len(), came.into_inner());
    println!("{name}, SIGTERM: {all} points, {lives} lives, {came} stopped there");
    assert!(came * 2 >= lives, "only {came} of {lives} were stopped");
}

#[test]
fn a_death_at_any_step_of_a_digest_by_append_is_noticed_by_nobody() {
    dies_everywhere(BASIC, 10, Then::Nothing);
}

#[test]
fn a_death_at_any_step_of_a_digest_by_smtp_is_noticed_by_nobody() {
    dies_everywhere(SMTP, 10, Then::Nothing);
}

#[test]
fn a_death_at_any_step_in_a_maildir_is_noticed_by_nobody() {
    dies_everywhere(MAILDIR, 10, Then::Nothing);
}

#[test]
fn a_death_at_any_step_of_one_digest_for_two_mailboxes_is_noticed_by_nobody() {
    dies_everywhere(SEVERAL, 10, Then::Nothing);
}

#[test]
fn a_death_at_any_step_of_the_release_of_an_intake_is_noticed_by_nobody() {
    dies_everywhere(INTAKE, 10, Then::Nothing);
}

#[test]
fn a_death_at_any_step_with_the_state_lost_loses_and_repeats_nothing() {
    for shape in [BASIC, SMTP, INTAKE, KEYWORD] {
        dies_everywhere(shape, 4, Then::StateLost);
    }
}

/// Between the filing of one account and that of the other the keyword is all that is known of the digest.
#[test]
fn a_death_while_two_accounts_are_filed_with_the_state_lost_loses_and_repeats_nothing() {
    let scene = scene(ACCOUNTS);
    let (calls, expected) = quiet(&scene);
    let delivery = calls.iter().position(|call| call.is("sendto", "APPEND INBOX")).unwrap();
    let chosen = places(if long() { &calls } else { &calls[delivery..] }, long());
    let deaths: Vec<Deaths> = chosen.into_iter().map(|place| Deaths(vec![place])).collect();
    live_all(&scene, calls.len(), &deaths, Then::StateLost, &expected);
}

#[test]
fn a_death_at_any_step_where_a_move_is_a_copy_first_is_noticed_by_nobody() {
    dies_everywhere(COPIES, 10, Then::Nothing);
}

#[test]
fn a_stop_at_any_step_ends_the_daemon_in_time_and_the_next_ends_the_release() {
    for shape in [BASIC, SMTP, MAILDIR] {
        stops_everywhere(shape, 4);
    }
}

#[test]
fn a_second_death_on_the_way_back_is_noticed_by_nobody() {
    let also: &[Shape] = if long() { &[MAILDIR, ACCOUNTS, COPIES, INTAKE] } else { &[] };
    for shape in [BASIC, SMTP, SEVERAL].iter().chain(also) {
        dies_twice(*shape, 4, 3, Then::Nothing);
    }
}

#[test]
fn a_second_death_on_the_way_back_with_the_state_lost_each_time_loses_and_repeats_nothing() {
    let also: &[Shape] = if long() { &[SMTP, INTAKE, KEYWORD] } else { &[] };
    for shape in [BASIC, ACCOUNTS].iter().chain(also) {
        dies_twice(*shape, 3, 3, Then::StateLost);
    }
}
