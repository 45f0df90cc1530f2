//! How long a line that says nothing is believed, and how often what was refused is tried again: days in simulated time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use support::{
    dovecot::Dovecot,
    mails::discourse,
    proxy::{Act, From},
    simulated::simulate,
    volunteer::Volunteer,
};

const HELD: &str = "Quiet Hours";

/// A switch of a test.
#[derive(Clone, Default)]
struct Switch(Arc<AtomicBool>);

impl Switch {
    fn set(&self, on: bool) {
        self.0.store(on, Ordering::SeqCst);
    }

    fn is_on(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

#[test]
fn a_connection_that_died_without_a_word_is_noticed_within_seven_minutes_and_a_quiet_one_is_kept() {
    let dead = Switch::default();
    let is_dead = dead.clone();
    // As a router that forgot a connection: nothing goes through, and nobody is told. A new one works.
    let rule = move |from, _: &str| {
        if from == From::Nobody {
            is_dead.set(false);
        }
        if is_dead.is_on() { Act::Swallow } else { Act::Pass }
    };
    simulate(Dovecot::start(), rule, async |night| {
        night.minutes(60).await;
        assert_eq!(night.proxy.connections(), 1, "{}", night.told());
        assert!(night.proxy.count(" IDLE") >= 2, "it does not idle");
        dead.set(true);
        night.alice.client().append("INBOX", "", None, &discourse(1, 1, "Sujet.", "x"));
        night.minutes(7).await;
        assert_eq!(night.alice.client().count(HELD), 1, "{}", night.told());
        assert_eq!(night.proxy.connections(), 2);
    });
}

#[test]
fn a_password_refused_from_some_day_on_is_tried_once_at_an_opening_and_on_reload_and_never_else() {
    let refused = Switch::default();
    let is_refused = refused.clone();
    let rule = move |from, line: &str| match from {
        From::Client if !is_refused.is_on() => Act::Pass,
        From::Client if line.contains("AUTHENTICATE") => Act::Say("TAG NO [AUTHENTICATIONFAILED] no".to_owned()),
        // What was logged in before is thrown out.
        From::Client if line == "DONE" => Act::Cut,
        _ => Act::Pass,
    };
    simulate(Dovecot::start(), rule, async |night| {
        night.minutes(1).await;
        let tries = || night.proxy.count("AUTHENTICATE");
        assert_eq!(tries(), 1);
        refused.set(true);
        night.minutes(24 * 60).await;
        assert_eq!(tries(), 3, "twice, since some servers refuse while they start: {}", night.told());
        night.open(60);
        night.minutes(24 * 60).await;
        assert_eq!(tries(), 4, "at the opening");
        night.reload();
        night.minutes(24 * 60).await;
        assert_eq!(tries(), 5, "on reload");
        assert!(night.trouble().unwrap().contains("login refused"), "{:?}", night.trouble());
        refused.set(false);
        night.alice.client().append(HELD, "", None, &discourse(1, 1, "Sujet.", "x"));
        night.open(60);
        night.minutes(2).await;
        assert_eq!((tries(), night.alice.digests().len(), night.trouble()), (6, 1, None));
    });
}

#[test]
fn at_an_opening_what_is_down_is_tried_at_once_however_long_its_pause_has_become() {
    let closed = Switch::default();
    let is_closed = closed.clone();
    let rule = move |from, line: &str| match from {
        From::Client if line.contains("SELECT") && is_closed.is_on() => Act::Say("TAG NO [CANNOT] not now".to_owned()),
        _ => Act::Pass,
    };
    simulate(Dovecot::start(), rule, async |night| {
        night.minutes(1).await;
        closed.set(true);
        night.alice.client().append(HELD, "", None, &discourse(1, 1, "Sujet.", "x"));
        night.minutes(12 * 60).await;
        let tries = night.proxy.connections();
        assert!((12..=20).contains(&tries), "{tries} tries in twelve hours");
        closed.set(false);
        night.open(60);
        night.minutes(1).await;
        assert_eq!((night.alice.digests().len(), night.trouble()), (1, None), "{}", night.told());
    });
}

#[test]
fn a_name_without_an_address_is_told_and_waited_for() {
    // No name server knows it (RFC 6761).
    let alice = Volunteer::new(Dovecot::start(), "imap = \"imaps://mail.invalid\"\n", "");
    let output = alice.run(&["run", "--once"]);
    assert_eq!(output.status.code(), Some(75), "{output:?}");
    assert!(alice.ok(&["status"]).contains("mail.invalid"), "{output:?}");
}
