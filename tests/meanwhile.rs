//! What happens to the folders while a release is open: they are numbered anew, another client takes messages away, the
//! server's own program dies. On a real server, as a second mail client sees it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::channel,
    },
    time::Instant,
};

use quiethours::io::state::State;
use rustix::process::Signal;
use support::{
    dovecot::{Dovecot, kill_workers},
    mails::{discourse, private},
    proxy::{Act, From, Proxy},
    volunteer::{DEADLINE, Volunteer, await_that},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// Whether the next cut is to happen.
type Armed = Arc<AtomicBool>;

fn notifications(count: u32) -> Vec<Vec<u8>> {
    let mut mails: Vec<_> = (0..count).map(|n| discourse(n, n, &format!("Sujet {n}."), "Une question.")).collect();
    mails.sort();
    mails
}

/// A volunteer behind a proxy, with so many notifications held.
fn held(count: u32, rule: impl FnMut(From, &str) -> Act + Send + 'static) -> Volunteer {
    let server = Dovecot::start();
    let proxy = Proxy::start(server.imap_port(), rule);
    let alice = Volunteer::new(server, &proxy.imap(), "");
    alice.ok(&["run", "--once"]);
    for message in notifications(count) {
        alice.client().append("INBOX", "", None, &message);
    }
    alice.ok(&["run", "--once"]);
    assert_eq!(alice.client().count(HELD), count as usize);
    alice
}

fn is_sealed(alice: &Volunteer) -> bool {
    State::open_read(&alice.state_dir()).unwrap().unwrap().release().unwrap().is_some()
}

fn validity(alice: &Volunteer, folder: &str) -> String {
    let told = alice.client().command(&format!("STATUS \"{folder}\" (UIDVALIDITY)"));
    told.iter().map(|response| response.text.clone()).collect()
}

/// Numbers a folder anew; from here on the daemon reaches the server directly.
fn renumber(alice: &mut Volunteer, folder: &str) {
    let before = validity(alice, folder);
    let user = alice.user.clone();
    alice.server.renumber(&user, folder);
    alice.configure("", "");
    assert_ne!(validity(alice, folder), before);
}

/// Which of the originals carry the keyword when the folder is numbered anew.
#[derive(Clone, Copy, Debug)]
enum Marked {
    All,
    Some,
    None,
}

#[test]
fn a_held_folder_numbered_anew_in_the_middle_of_a_release_is_filed_by_what_its_messages_are() {
    for (command, marked) in
        [(" APPEND ", Marked::All), (" APPEND ", Marked::Some), (" APPEND ", Marked::None), ("UID MOVE", Marked::All)]
    {
        let armed = Armed::default();
        let is_armed = Arc::clone(&armed);
        let mut alice = held(5, move |from, line| {
            let strikes = from == From::Client && line.contains(command) && is_armed.swap(false, Ordering::SeqCst);
            if strikes { Act::Cut } else { Act::Pass }
        });
        let what = format!("{command} {marked:?}");
        alice.ok(&["available", "--yes", "--for", "1h"]);
        armed.store(true, Ordering::SeqCst);
        alice.run(&["run", "--once"]);
        assert!(!armed.load(Ordering::SeqCst), "{what}: it was not cut");
        let sealed = alice.client().messages(HELD);
        assert!(sealed.len() == 5 && sealed.iter().all(|message| message.has("qh-sealed")), "{what}: {sealed:?}");
        match marked {
            Marked::All => {}
            Marked::Some => alice.client().store(HELD, "1:2", "-FLAGS (qh-sealed)"),
            Marked::None => alice.client().store(HELD, "1:*", "-FLAGS (qh-sealed)"),
        }
        let late = discourse(99, 99, "Tard venue.", "Une question.");
        alice.client().append(HELD, "", None, &late);
        renumber(&mut alice, HELD);

        alice.ok(&["run", "--once"]);
        assert_eq!(alice.originals(RELEASED), notifications(5), "{what}");
        assert_eq!((alice.originals(HELD), alice.digests().len()), (vec![late], 1), "{what}");
        alice.ok(&["release"]);
        let digests = alice.digests();
        assert_eq!(digests.len(), 2, "{what}");
        assert!(digests[1].contains("Tard venue.") && !digests[1].contains("Sujet"), "{what}: {}", digests[1]);
    }
}

#[test]
fn an_inbox_numbered_anew_is_searched_for_a_digest_whose_answer_was_lost_and_nothing_is_appended_again() {
    let armed = Armed::default();
    let is_armed = Arc::clone(&armed);
    let mut alice = held(2, move |from, line| {
        let strikes = from == From::Server && line.contains("[APPENDUID ") && is_armed.swap(false, Ordering::SeqCst);
        if strikes { Act::Cut } else { Act::Pass }
    });
    alice.ok(&["available", "--yes", "--for", "1h"]);
    armed.store(true, Ordering::SeqCst);
    assert_eq!(alice.run(&["run", "--once"]).status.code(), Some(75));
    assert_eq!((alice.client().count("INBOX"), alice.client().count(HELD)), (1, 2));
    renumber(&mut alice, "INBOX");
    alice.ok(&["run", "--once"]);
    assert_eq!((alice.digests().len(), alice.client().count("INBOX"), alice.client().count(RELEASED)), (1, 1, 2));
}

#[test]
fn in_an_inbox_numbered_anew_a_notification_with_the_number_of_a_private_mail_is_held() {
    let mut alice = Volunteer::new(Dovecot::start(), "", "");
    let daemon = alice.start();
    alice.client().append("INBOX", "", None, &private("Dimanche"));
    let first = alice.client().messages("INBOX")[0].uid;
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
    await_that("the private mail was looked at", || alice.client().count(HELD) == 1);
    alice.client().relocate("INBOX", &first.to_string(), RELEASED);
    renumber(&mut alice, "INBOX");
    alice.client().append("INBOX", "", None, &discourse(2, 2, "Autre sujet.", "x"));
    daemon.signal(Signal::HUP);
    await_that("it is held", || alice.client().count(HELD) == 2);
    assert_eq!(daemon.stop(), Some(0));
}

#[test]
fn what_another_client_takes_out_of_held_during_a_release_stays_where_it_was_put() {
    let (reached, reaches) = channel();
    let (go_on, goes_on) = channel();
    let alice = held(4, move |from, line| {
        if from == From::Server && line.contains("[APPENDUID ") {
            reached.send(()).unwrap();
            goes_on.recv().unwrap();
        }
        Act::Pass
    });
    let daemon = alice.start();
    alice.ok(&["available", "--yes", "--for", "1h"]);
    reaches.recv_timeout(DEADLINE).unwrap();
    let mut client = alice.client();
    let uids: Vec<u32> = client.messages(HELD).iter().map(|message| message.uid).collect();
    client.create("Projets");
    client.relocate(HELD, &uids[0].to_string(), "INBOX");
    client.relocate(HELD, &uids[1].to_string(), "Projets");
    go_on.send(()).unwrap();
    await_that("the release is done", || alice.client().count(HELD) == 0 && !is_sealed(&alice));
    let places = |alice: &Volunteer| ["INBOX", "Projets", RELEASED].map(|folder| alice.originals(folder).len());
    assert_eq!((places(&alice), alice.digests().len()), ([1, 1, 2], 1));

    // Closed again, it is neither held nor listed once more.
    alice.ok(&["auto"]);
    client.append("INBOX", "", None, &discourse(9, 9, "Nouvelle.", "x"));
    await_that("the new one is held", || alice.client().count(HELD) == 1);
    assert_eq!(places(&alice), [1, 1, 2]);
    // Its answer would be waited for again.
    go_on.send(()).unwrap();
    alice.ok(&["release"]);
    assert!(!alice.digests()[1].contains("Sujet"), "{}", alice.digests()[1]);
    assert_eq!((places(&alice), alice.digests().len()), ([1, 1, 3], 2));
    assert_eq!(daemon.stop(), Some(0));
}

/// What the server has done of a move when its program is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The copies are being made.
    Copying,
    /// The first copy is to be seen.
    Copied,
}

fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).map_or(true, |mut entries| entries.next().is_none())
}

/// Kills the server's workers when the move into a folder has come to a moment; before the daemon could say anything more.
fn kill_at(moment: Moment, target: &Path, main: u32) {
    let deadline = Instant::now() + DEADLINE;
    let parts: &[&str] = match moment {
        Moment::Copying => &["tmp", "cur", "new"],
        Moment::Copied => &["cur", "new"],
    };
    while parts.iter().all(|part| is_empty(&target.join(part))) {
        assert!(Instant::now() < deadline, "the move does not begin");
    }
    kill_workers(main);
}

#[test]
fn a_server_whose_program_dies_in_the_middle_of_a_move_loses_nothing_and_the_digest_has_each_once() {
    const COUNT: u32 = 400;
    let interrupted = Arc::<AtomicUsize>::default();
    for moment in [Moment::Copying, Moment::Copied] {
        let server = Dovecot::start();
        let (main, armed) = (server.id(), Armed::default());
        let folder = |name| server.folder("alice", name);
        let (into_held, into_released, is_armed) = (folder(HELD), folder(RELEASED), Arc::clone(&armed));
        let target = move |line: &str| -> PathBuf {
            if line.contains("Released") { into_released.clone() } else { into_held.clone() }
        };
        let proxy = Proxy::start(server.imap_port(), move |from, line| {
            if from == From::Client && line.contains("UID MOVE") && is_armed.swap(false, Ordering::SeqCst) {
                let target = target(line);
                std::thread::spawn(move || kill_at(moment, &target, main));
            }
            Act::Pass
        });
        let alice = Volunteer::new(server, &proxy.imap(), "");
        alice.ok(&["run", "--once"]);
        let mails = notifications(COUNT);
        alice.server.deliver_all("alice", mails.iter().map(Vec::as_slice));

        let interrupt = |what: &str| {
            armed.store(true, Ordering::SeqCst);
            let ended = alice.run(&["run", "--once"]).status.code();
            interrupted.fetch_add(usize::from(ended != Some(0)), Ordering::SeqCst);
            await_that(what, || alice.run(&["run", "--once"]).status.code() == Some(0));
        };
        interrupt("all are held");
        assert!(alice.originals("INBOX").is_empty(), "{moment:?}");
        let mut once = alice.originals(HELD);
        once.dedup();
        assert_eq!(once.len(), mails.len(), "{moment:?}");

        alice.ok(&["available", "--yes", "--for", "1h"]);
        interrupt("all are filed");
        assert_eq!(alice.client().count(HELD), 0, "{moment:?}");
        let mut once = alice.originals(RELEASED);
        once.dedup();
        assert_eq!(once.len(), mails.len(), "{moment:?}");
        let [digest] = &alice.digests()[..] else { panic!("{} digests", alice.digests().len()) };
        let times = |n: u32| digest.matches(&format!(" Sujet {n}.")).count();
        let wrong: Vec<_> = (0..COUNT).filter(|n| times(*n) != 1).collect();
        assert!(wrong.is_empty(), "{wrong:?}: {digest}");
    }
    let interrupted = interrupted.load(Ordering::SeqCst);
    println!("{interrupted} moves interrupted of 4");
    assert!(interrupted > 0, "the server was never in the middle of a move");
}
