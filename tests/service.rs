//! Life as a service: signals in the middle of everything, logins that are refused, a mailbox that goes away while it is filed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{
    collections::HashSet,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
};

use quiethours::{core::release::Step, io::state::State};
use rustix::process::Signal;
use support::{
    dovecot::Dovecot,
    mails::{discourse, glpi},
    proxy::{Act, From, Proxy},
    simulated::simulate,
    volunteer::{Volunteer, await_that},
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

fn state(volunteer: &Volunteer) -> State {
    State::open_read(&volunteer.state_dir()).unwrap().unwrap()
}

fn step(volunteer: &Volunteer) -> Option<Step> {
    state(volunteer).release().unwrap().map(|release| release.step)
}

fn is_intent(volunteer: &Volunteer) -> bool {
    matches!(step(volunteer), Some(Step::Intent { .. }))
}

fn replace_in_configuration(volunteer: &Volunteer, old: &str, new: &str) {
    let text = fs::read_to_string(volunteer.config_file()).unwrap();
    assert!(text.contains(old), "{text}");
    fs::write(volunteer.config_file(), text.replace(old, new)).unwrap();
}

/// A volunteer behind a proxy, with one notification held and the daemon stopped.
fn night(rule: impl FnMut(From, &str) -> Act + Send + 'static) -> (Volunteer, Proxy) {
    let server = Dovecot::start();
    let proxy = Proxy::start(server.imap_port(), rule);
    let alice = Volunteer::new(server, &proxy.imap(), "");
    let daemon = alice.start();
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Pagaie", "x"));
    await_that("it is held", || alice.client().count(HELD) == 1);
    assert_eq!(daemon.stop(), Some(0));
    (alice, proxy)
}

/// What the server says when an APPEND is done; the moves say COPYUID.
fn is_appended(from: From, line: &str) -> bool {
    from == From::Server && line.contains("[APPENDUID ")
}

#[test]
fn a_stop_while_the_server_takes_the_digest_lets_it_end_and_be_filed() {
    let (reached, reaches): (Sender<()>, Receiver<()>) = channel();
    let (go_on, goes_on): (Sender<()>, Receiver<()>) = channel();
    let (alice, _proxy) = night(move |from, line| {
        if is_appended(from, line) {
            reached.send(()).unwrap();
            goes_on.recv().unwrap();
        }
        Act::Pass
    });
    let daemon = alice.start();
    alice.ok(&["available", "--yes", "--for", "1h"]);
    reaches.recv_timeout(support::volunteer::DEADLINE).unwrap();
    daemon.signal(Signal::TERM);
    assert!(is_intent(&alice), "{:?}", step(&alice));
    go_on.send(()).unwrap();
    assert_eq!(daemon.exit_code(), Some(0));
    assert_eq!((alice.digests().len(), alice.client().count(RELEASED)), (1, 1));
    assert_eq!(step(&alice), None, "it ended");
}

#[test]
fn a_stop_while_a_server_that_took_the_digest_is_silent_marks_nothing_and_the_next_start_finds_it() {
    let (alice, _proxy) =
        night(|from, line| if is_appended(from, line) { Act::Say("* OK still at it".to_owned()) } else { Act::Pass });
    let daemon = alice.start();
    alice.ok(&["available", "--yes", "--for", "1h"]);
    await_that("the digest is in INBOX", || alice.client().count("INBOX") == 1);
    assert_eq!(daemon.stop(), Some(0), "it dies before systemd would kill it");
    assert!(is_intent(&alice), "{:?}", step(&alice));
    assert_eq!((alice.client().count(HELD), alice.client().count(RELEASED)), (1, 0));
    let daemon = alice.start();
    await_that("it is filed", || alice.client().count(RELEASED) == 1);
    assert_eq!(daemon.stop(), Some(0));
    assert_eq!((alice.digests().len(), alice.client().count(HELD)), (1, 0));
}

/// A submission server on loopback, without TLS and login, that takes a message and never answers to its end.
fn silent_submission() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&taken);
    std::thread::spawn(move || {
        for socket in listener.incoming().map_while(Result::ok) {
            take(socket, &count);
        }
    });
    (port, taken)
}

fn take(mut socket: TcpStream, count: &AtomicUsize) {
    let lines = BufReader::new(socket.try_clone().unwrap()).lines();
    let _ = socket.write_all(b"220 peer\r\n");
    let mut in_message = false;
    for line in lines.map_while(Result::ok) {
        match line.as_str() {
            "." => drop(count.fetch_add(1, Ordering::SeqCst)),
            _ if in_message => {}
            "DATA" => {
                in_message = true;
                let _ = socket.write_all(b"354 go on\r\n");
            }
            _ => drop(socket.write_all(b"250 ok\r\n")),
        }
    }
}

#[test]
fn a_stop_in_the_middle_of_data_marks_nothing_files_nothing_and_the_next_start_sends_nothing_at_once() {
    let (port, taken) = silent_submission();
    let tables = format!("deliver = \"smtp\"\nsmtp = \"smtp://127.0.0.1:{port}\"\n");
    let alice = Volunteer::new(Dovecot::start(), "", &tables);
    let daemon = alice.start();
    alice.client().append("INBOX", "", None, &discourse(1, 1, "Pagaie", "x"));
    await_that("it is held", || alice.client().count(HELD) == 1);
    alice.ok(&["available", "--yes", "--for", "1h"]);
    await_that("the message is sent", || taken.load(Ordering::SeqCst) == 1);
    assert_eq!(daemon.stop(), Some(0), "it dies before systemd would kill it");
    assert!(is_intent(&alice), "{:?}", step(&alice));
    assert_eq!((alice.client().count(HELD), alice.client().count(RELEASED)), (1, 0));
    let output = alice.run(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(75), "{output:?}");
    assert_eq!((alice.client().count(HELD), taken.load(Ordering::SeqCst)), (1, 1), "it may have been delivered");
}

#[test]
fn a_reload_while_a_release_is_open_changes_the_next_one_not_that_one() {
    let full = Arc::new(AtomicBool::new(true));
    let is_full = Arc::clone(&full);
    let rule = move |from: From, line: &str| {
        let refused = from == From::Client && line.contains(" APPEND ") && is_full.load(Ordering::SeqCst);
        if refused { Act::Say("TAG NO [UNAVAILABLE] later".to_owned()) } else { Act::Pass }
    };
    // Without IDLE: in simulated time nobody waits for what a server says unasked.
    let server = Dovecot::builder().capability("IMAP4rev1 MOVE UIDPLUS NAMESPACE UNSELECT").start();
    simulate(server, rule, async |night| {
        let alice = &night.alice;
        night.minutes(1).await;
        alice.client().append("INBOX", "", None, &discourse(1, 1, "Pagaie", "x"));
        night.minutes(2).await;
        night.command(&["available", "--yes", "--for", "3h"]);
        night.minutes(1).await;
        let sealed = state(alice).release().unwrap().unwrap();
        assert_eq!(sealed.step, Step::Refused);
        replace_in_configuration(alice, "language = \"en\"", "language = \"fr\"");
        replace_in_configuration(alice, "to = \"alice@lescanoe.example\"", "to = \"autre@lescanoe.example\"");
        night.reload();
        night.minutes(1).await;
        assert_eq!(state(alice).release().unwrap().unwrap().bytes, sealed.bytes);
        full.store(false, Ordering::SeqCst);
        night.minutes(10).await;
        let inbox = alice.client().messages("INBOX");
        assert_eq!(inbox.len(), 1);
        assert_eq!(inbox[0].bytes, *sealed.bytes, "what was sealed, to the byte");
        assert_eq!(alice.client().count(RELEASED), 1);
        alice.client().append(HELD, "", None, &glpi(2, 2, "Imprimante", "x"));
        night.command(&["away", "--for", "1h"]);
        night.minutes(1).await;
        night.command(&["available", "--yes", "--for", "3h"]);
        night.minutes(2).await;
        let second = alice.client().messages("INBOX").pop().unwrap().text();
        assert!(second.contains("To: autre@lescanoe.example"), "{second}");
    });
}

/// A second account on the same server, by another way than the first.
fn second_account(alice: &Volunteer, lines: &str) -> String {
    let ca = alice.server.ca_file();
    format!("mailbox = \"coop\"\n[mailbox.forum]\nuser = \"bob\"\nca_file = \"{}\"\n{lines}", ca.display())
}

fn imaps(alice: &Volunteer) -> String {
    format!("imap = \"imaps://localhost:{}\"\n", alice.server.imaps_port())
}

/// A server that logs each refused login, and answers the next one no later for it.
fn counting() -> Dovecot {
    let patient = "service anvil {\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}";
    Dovecot::builder().extra("auth_verbose = yes").extra(patient).start()
}

/// How often the server refused a user's password: the sessions it happened in, as each password database of the
/// server logs a line of its own.
fn refusals(alice: &Volunteer, user: &str) -> usize {
    let log = alice.server.log();
    let of_user = log.lines().filter(|line| line.contains("Password mismatch") && line.contains(&format!("({user},")));
    of_user.filter_map(|line| line.split(['<', '>']).nth(1)).collect::<HashSet<_>>().len()
}

#[test]
fn when_every_mailbox_refuses_the_login_twice_it_ends_with_77_and_tries_no_more() {
    let alice = Volunteer::new(counting(), "", "");
    let wrong = "password = \"wrong-Tr0ub4dor\"\n";
    let forum = second_account(&alice, &(imaps(&alice) + wrong));
    alice.configure(wrong, &forum);
    let output = alice.run(&["-vvv", "run"]);
    assert_eq!(output.status.code(), Some(77), "{output:?}");
    assert_eq!((refusals(&alice, "alice"), refusals(&alice, "bob")), (2, 2), "{}", alice.server.log());
    assert_eq!(alice.run(&["run", "--once"]).status.code(), Some(77));
    assert_eq!((refusals(&alice, "alice"), refusals(&alice, "bob")), (3, 3), "once is once");
}

#[test]
fn when_one_refuses_the_login_and_the_other_is_not_there_it_waits_for_the_other() {
    let alice = Volunteer::new(counting(), "", "");
    let open = Arc::new(AtomicBool::new(false));
    let is_open = Arc::clone(&open);
    let shut = move |from, _: &str| {
        if from == From::Nobody && !is_open.load(Ordering::SeqCst) { Act::Cut } else { Act::Pass }
    };
    let proxy = Proxy::start(alice.server.imap_port(), shut);
    let forum = second_account(&alice, &format!("{}password = \"secret\"\n", proxy.imap())).replace("ca_file", "# ");
    alice.configure("password = \"wrong-Tr0ub4dor\"\n", &forum);
    let log = fs::File::create(alice.path().join("log")).unwrap();
    let mut command = alice.command(&["-v", "run"]);
    let daemon = support::volunteer::Running::of(command.stderr(log).spawn().unwrap());
    await_that("both tries were refused", || refusals(&alice, "alice") == 2);
    await_that("the other was tried", || proxy.connections() >= 1);
    open.store(true, Ordering::SeqCst);
    await_that("the other is up", || alice.log().contains("connected"));
    // The server holds its answer back a moment after it has logged the refusal.
    await_that("the refusal is told", || alice.ok(&["status"]).contains("login refused"));
    assert_eq!(refusals(&alice, "alice"), 2, "no third try");
    assert_eq!(daemon.stop(), Some(0));
    assert!(!alice.log().contains("Tr0ub4dor"));
}

#[test]
fn a_connection_lost_while_filing_ends_the_release_and_is_made_up_for_before_anything_else() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    let away = Arc::new(AtomicBool::new(false));
    let (lost, armed) = (Arc::clone(&away), Arc::new(AtomicBool::new(true)));
    let proxy = Proxy::start(alice.server.imap_port(), move |from, line| {
        let files = from == From::Client && line.contains("MOVE ") && line.contains("Released");
        if files && armed.swap(false, Ordering::SeqCst) {
            lost.store(true, Ordering::SeqCst);
        }
        if lost.load(Ordering::SeqCst) { Act::Cut } else { Act::Pass }
    });
    let forum = second_account(&alice, &format!("{}password = \"secret\"\n", proxy.imap())).replace("ca_file", "# ");
    alice.configure("", &forum);
    let daemon = alice.start();
    let bob = || alice.server.client("bob");
    await_that("both are up", || alice.log().matches("connected").count() == 2);
    alice.client().append("INBOX", "", None, &glpi(1, 1, "Imprimante", "a"));
    bob().append("INBOX", "", None, &discourse(2, 2, "Pagaie", "b"));
    await_that("both are held", || alice.client().count(HELD) == 1 && bob().count(HELD) == 1);
    alice.ok(&["available", "--yes", "--for", "1h"]);
    await_that("the first is filed", || alice.client().count(RELEASED) == 1);
    await_that("the release ended", || step(&alice).is_none());
    assert_eq!((bob().count(HELD), state(&alice).unfiled("forum").unwrap().len()), (1, 1));
    // Held meanwhile, in the mailbox that works: its digest does not wait, and lists nothing twice.
    alice.client().append(HELD, "", None, &glpi(3, 3, "Scanner", "c"));
    alice.ok(&["release"]);
    await_that("the second digest is there", || alice.digests().len() == 2);
    away.store(false, Ordering::SeqCst);
    await_that("it is made up for", || bob().count(RELEASED) == 1 && bob().count(HELD) == 0);
    await_that("and forgotten", || state(&alice).unfiled("forum").unwrap().is_empty());
    assert_eq!(daemon.stop(), Some(0));
    let digests = alice.digests().concat();
    assert_eq!((digests.matches("Pagaie").count(), digests.matches("Scanner").count()), (1, 1), "{digests}");
}
