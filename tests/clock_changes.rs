//! Clocks that jump, stop at 1970, or go forward and back with the season: one digest a night, and nothing lost.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::{cell::RefCell, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use mail_parser::MessageParser;
use quiethours::daemon::{Event, Witness};
use support::{
    home::Home,
    mails::{at, discourse},
    zones::ZONES,
};

const HELD: &str = "Quiet Hours";
const RELEASED: &str = "Quiet Hours/Released";

/// When digests were delivered.
#[derive(Clone, Default)]
struct Delivered(Rc<RefCell<Vec<DateTime<Utc>>>>);

impl Witness for Delivered {
    fn tell(&mut self, now: DateTime<Utc>, event: Event<'_>) {
        if matches!(event, Event::Delivered { .. }) {
            self.0.borrow_mut().push(now);
        }
    }
}

/// The instants that the digests in INBOX answer.
fn dates(home: &Home) -> Vec<DateTime<Utc>> {
    let mut dates = Vec::new();
    for stored in home.folder("INBOX").into_values() {
        let message = MessageParser::default().parse(&stored.bytes).unwrap();
        if message.header("X-Quiethours-Release").is_some() {
            dates.push(DateTime::from_timestamp(message.date().unwrap().to_timestamp(), 0).unwrap());
        }
    }
    dates.sort();
    dates
}

fn last_error(home: &Home) -> Option<String> {
    home.state().note("last_error").unwrap()
}

#[test]
fn an_opening_that_a_suspend_slept_over_is_made_up_for_on_waking() {
    let home = Home::new("", "");
    let mut script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Le soir", "a"))]);
    // What comes while this machine sleeps is there when it wakes.
    let asleep = home.mail(&[
        ("2026-11-27T05:00:00+01:00", discourse(2, 11, "La nuit", "b")),
        ("2026-11-27T09:30:00+01:00", discourse(3, 12, "Le matin", "c")),
    ]);
    let wake = home.jumping("2026-11-27T11:00:00+01:00");
    let sleep = move || {
        asleep.into_iter().for_each(|(_, arrive)| arrive());
        wake();
    };
    script.push((at("2026-11-27T02:00:00+01:00"), Box::new(sleep)));
    let delivered = Delivered::default();
    let witness = Box::new(delivered.clone());
    home.play_before("2026-11-26T17:00:00+01:00", "2026-11-27T17:00:00+01:00", script, witness).unwrap();
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(digest.contains("Le soir") && digest.contains("La nuit") && !digest.contains("Le matin"), "{digest}");
    assert_eq!(*delivered.0.borrow(), [at("2026-11-27T11:00:00+01:00")], "at once on waking");
}

#[test]
fn a_window_that_a_suspend_slept_through_gives_nothing_in_the_off_hours_after_it() {
    let home = Home::new("", "");
    let mut script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "Jeudi soir", "a"))]);
    script.push((at("2026-11-27T02:00:00+01:00"), home.jumping("2026-11-27T22:00:00+01:00")));
    home.play("2026-11-26T17:00:00+01:00", "2026-11-30T08:59:00+01:00", script);
    assert_eq!((home.digests().len(), home.names(HELD).len()), (0, 1));
    home.play("2026-11-30T08:59:00+01:00", "2026-11-30T10:00:00+01:00", Vec::new());
    assert_eq!(dates(&home), [at("2026-11-30T09:00:00+01:00")]);
}

#[test]
fn a_clock_put_back_two_hours_right_after_a_release_repeats_nothing_and_loses_nothing() {
    let home = Home::new("", "");
    let mut script = home.mail(&[("2026-11-26T20:00:00+01:00", discourse(1, 10, "La nuit", "a"))]);
    script.push((at("2026-11-27T09:00:01+01:00"), home.jumping("2026-11-27T07:00:01+01:00")));
    script.extend(home.mail(&[("2026-11-27T08:00:00+01:00", discourse(2, 11, "Une seconde fois", "b"))]));
    home.play("2026-11-26T17:00:00+01:00", "2026-11-30T10:00:00+01:00", script);
    assert_eq!(dates(&home), [at("2026-11-27T09:00:00+01:00"), at("2026-11-30T09:00:00+01:00")]);
    let [first, second] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(first.contains("La nuit") && !first.contains("Une seconde fois"), "{first}");
    assert!(second.contains("Une seconde fois") && !second.contains("La nuit"), "{second}");
    assert_eq!(home.names(RELEASED).len(), 2);
}

#[test]
fn a_clock_that_shows_1970_is_told_and_work_begins_within_a_minute_after_it_is_right() {
    let home = Home::new("", "");
    home.deliver("2026-11-26T20:00:00+01:00", &discourse(1, 10, "Avant la première fois", "a"));
    home.play("1970-01-01T01:00:00+01:00", "1970-01-01T02:00:00+01:00", Vec::new());
    assert!(last_error(&home).unwrap().contains("horloge"), "{:?}", last_error(&home));
    let script = vec![(at("1970-01-01T02:30:00+01:00"), home.jumping("2026-11-26T21:00:00+01:00"))];
    home.play("1970-01-01T02:00:00+01:00", "2026-11-26T21:01:00+01:00", script);
    assert_eq!(last_error(&home), None);
    assert!(home.names(HELD).is_empty(), "what came before the first start is left alone");
    let script = home.mail(&[("2026-11-26T22:00:00+01:00", discourse(2, 11, "À l’heure", "b"))]);
    home.play("2026-11-26T21:01:00+01:00", "2026-11-27T10:00:00+01:00", script);
    let [digest] = &home.digests()[..] else { panic!("{} digests", home.digests().len()) };
    assert!(digest.contains("À l’heure") && !digest.contains("Avant"), "{digest}");
}

/// What a clock on the wall is ahead of UTC.
fn ahead(zone: Tz, instant: DateTime<Utc>) -> TimeDelta {
    instant.with_timezone(&zone).naive_local() - instant.naive_utc()
}

/// The instants of a year at which the zone's clocks change, to the minute.
fn changes(zone: Tz) -> Vec<DateTime<Utc>> {
    let begin = at("2027-01-01T00:00:00Z");
    let minutes = (0..366 * 48).map(|half| begin + TimeDelta::minutes(30 * half));
    minutes.filter(|instant| ahead(zone, *instant) != ahead(zone, *instant - TimeDelta::minutes(1))).collect()
}

/// Every day one window of six hours that begins in the middle of what the clock leaves out, or shows twice, at `change`.
fn opening_in_the_change(zone: Tz, change: DateTime<Utc>) -> (Home, DateTime<Utc>) {
    let (before, after) = (ahead(zone, change - TimeDelta::minutes(1)), ahead(zone, change));
    let half = (after - before).abs() / 2;
    let wall = change.naive_utc() + before.min(after) + half;
    let clock = |time: chrono::NaiveDateTime| time.format("%H:%M").to_string();
    let window = format!("{}-{}", clock(wall), clock(wall + TimeDelta::hours(6)));
    let days = ["weekdays", "saturday", "sunday"].map(|day| format!("{day} = \"{window}\"\n")).concat();
    let home = Home::with_hours(&format!("[availability]\n{days}timezone = \"{zone}\"\n"), "", "");
    // Left out: the first instant after the gap. Shown twice: the first of the two.
    (home, if after > before { change } else { change - half })
}

#[test]
fn in_twenty_zones_the_night_of_a_clock_change_gives_one_digest_at_the_first_instant_of_its_window() {
    let mut nights = 0;
    for zone in ZONES {
        let still = vec![at("2027-06-15T04:00:00Z")];
        let found = changes(zone);
        for change in if found.is_empty() { still } else { found } {
            let (home, opening) = opening_in_the_change(zone, change);
            let text = |instant: DateTime<Utc>| instant.to_rfc3339();
            let script = home.mail(&[(&text(change - TimeDelta::hours(3)), discourse(1, 10, "Cette nuit-là", "a"))]);
            home.play(&text(change - TimeDelta::hours(5)), &text(change + TimeDelta::hours(40)), script);
            assert_eq!(dates(&home), [opening], "{zone} {change}");
            assert!(home.digests()[0].contains("Cette nuit-là"), "{zone} {change}");
            assert_eq!(home.names(RELEASED).len(), 1, "{zone} {change}");
            nights += 1;
        }
    }
    assert!(nights >= 30, "the zones have clock changes: {nights}");
    println!("{nights} nights in {} zones", ZONES.len());
}

#[test]
fn a_window_that_the_clock_leaves_out_is_no_opening_and_its_night_comes_at_the_next() {
    let hours = "[availability]\nsunday = \"2h15-2h45\"\nmonday = \"9h-18h\"\ntimezone = \"Europe/Paris\"\n";
    let home = Home::with_hours(hours, "", "");
    let script = home.mail(&[("2027-03-27T20:00:00+01:00", discourse(1, 10, "Samedi soir", "a"))]);
    home.play("2027-03-27T12:00:00+01:00", "2027-03-29T12:00:00+02:00", script);
    assert_eq!(dates(&home), [at("2027-03-29T09:00:00+02:00")]);
}
