use chrono_tz::Europe;

use super::*;
use crate::core::{
    holidays::Territory,
    language::Language,
    sentences::Sentences,
    week::{Week, Window},
};

/// Monday to Friday, nine to six, in Paris, closed on the public holidays of France.
fn office() -> Timeline {
    let mut days: [Vec<Window>; 7] = Default::default();
    for day in &mut days[..5] {
        day.push(Window { start: 540, end: 1080 });
    }
    Timeline {
        week: Week::from_days(days),
        timezone: Europe::Paris,
        holidays: Territory::from_code("FR"),
        away: Vec::new(),
        overrides: Vec::new(),
    }
}

fn policy() -> Policy {
    Policy { at_opening: true, at: Vec::new(), batch: false, max_urgent: 1 }
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

fn arrivals(times: &[&str]) -> Vec<Arrival> {
    times.iter().map(|time| Arrival { received: at(time), urgent: false }).collect()
}

fn counted(times: &[&str], days: u16, now: &str) -> Report {
    let timeline = office();
    report(arrivals(times), &Past::new(&timeline, days, at(now)), &timeline, &policy())
}

#[test]
fn a_report_reaches_back_whole_local_days_and_ends_now() {
    let past = Past::new(&office(), 7, at("2026-11-24T10:00:00+01:00"));
    assert_eq!(
        past,
        Past { from: at("2026-11-18T00:00:00+01:00"), to: at("2026-11-24T10:00:00+01:00"), closed: false }
    );
}

#[test]
fn in_the_off_hours_it_ends_where_they_began() {
    let past = Past::new(&office(), 5, at("2026-11-22T15:00:00+01:00"));
    assert_eq!(past, Past { from: at("2026-11-16T00:00:00+01:00"), to: at("2026-11-20T18:00:00+01:00"), closed: true });
    let report = counted(&["2026-11-20T17:00:00+01:00", "2026-11-21T12:00:00+01:00"], 5, "2026-11-22T15:00:00+01:00");
    assert_eq!((report.notifications, report.off_hours), (1, 0));
}

#[test]
fn evenings_weekends_and_holidays_are_counted_once_each_however_much_came() {
    let times = [
        "2026-11-10T19:00:00+01:00",
        // The night belongs to the evening before: still the tenth.
        "2026-11-11T02:00:00+01:00",
        // Armistice day.
        "2026-11-11T11:00:00+01:00",
        "2026-11-11T21:00:00+01:00",
        "2026-11-12T07:00:00+01:00",
        "2026-11-12T10:00:00+01:00",
        "2026-11-14T09:30:00+01:00",
        "2026-11-15T23:00:00+01:00",
        // Monday at three: still the week-end.
        "2026-11-16T03:00:00+01:00",
        "2026-11-18T20:00:00+01:00",
    ];
    let report = counted(&times, 30, "2026-11-20T10:00:00+01:00");
    assert_eq!((report.notifications, report.off_hours), (10, 9));
    assert_eq!((report.evenings, report.weekends, report.holidays), (2, 1, 1));
    // Of the twelfth, the sixteenth and the nineteenth: the eleventh had no opening.
    assert_eq!(report.digests, 3);
}

#[test]
fn hours_are_those_of_the_clock_on_the_wall_before_and_after_the_change() {
    let times = [
        // Summer time ends on Sunday the 25th at 3:00, which becomes 2:00.
        "2026-10-24T16:30:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-10-25T17:30:00Z",
        // 17:30 of winter, within hours; an hour later, not.
        "2026-10-26T16:30:00Z",
        "2026-10-26T17:30:00Z",
        // 18:30 of summer.
        "2026-10-23T16:30:00Z",
    ];
    let report = counted(&times, 10, "2026-10-27T12:00:00Z");
    assert_eq!((report.notifications, report.off_hours), (7, 6));
    assert_eq!(report.grid[5][18], 1);
    assert_eq!(report.grid[6][2], 2);
    assert_eq!((report.grid[6][18], report.grid[0][18], report.grid[4][18]), (1, 1, 1));
    assert_eq!((report.evenings, report.weekends, report.digests), (2, 1, 2));
    assert!(report.open[0][9] && report.open[4][17] && !report.open[0][8] && !report.open[4][18]);
}

#[test]
fn urgent_ones_pass_up_to_the_quota_of_each_closed_span() {
    let urgent = |time| Arrival { received: at(time), urgent: true };
    let arrivals = vec![
        urgent("2026-11-18T20:00:00+01:00"),
        urgent("2026-11-18T21:00:00+01:00"),
        urgent("2026-11-19T20:00:00+01:00"),
    ];
    let timeline = office();
    let past = Past::new(&timeline, 10, at("2026-11-20T10:00:00+01:00"));
    let report = report(arrivals, &past, &timeline, &policy());
    assert_eq!((report.off_hours, report.urgent, report.digests), (3, 2, 1));
}

#[test]
fn with_batch_what_comes_by_day_makes_digests_too_and_one_to_come_is_none() {
    let timeline = office();
    let batch = Policy { at: vec![14 * 60], batch: true, ..policy() };
    let past = Past::new(&timeline, 10, at("2026-11-20T16:00:00+01:00"));
    let times = ["2026-11-19T10:00:00+01:00", "2026-11-20T11:00:00+01:00", "2026-11-20T15:00:00+01:00"];
    let report = report(arrivals(&times), &past, &timeline, &batch);
    assert_eq!((report.notifications, report.off_hours, report.digests), (3, 0, 2));
}

#[test]
fn the_picture_fits_a_terminal_and_is_looked_at() {
    let mut times = vec!["2026-11-18T20:00:00+01:00"; 9];
    times.extend(["2026-11-16T07:00:00+01:00"; 4]);
    times.extend(["2026-11-14T10:00:00+01:00", "2026-11-15T22:00:00+01:00", "2026-11-15T22:30:00+01:00"]);
    times.extend(["2026-11-12T18:00:00+01:00"; 6]);
    let report = counted(&times, 30, "2026-11-20T10:00:00+01:00");
    let unicode = picture(&report, Glyphs::Unicode, &Sentences::new(Language::Fr));
    let ascii = picture(&report, Glyphs::Ascii, &Sentences::new(Language::En));
    assert!(ascii.is_ascii());
    for line in unicode.lines().chain(ascii.lines()) {
        assert!(line.chars().count() <= 80, "{line}");
    }
    insta::assert_snapshot!("picture_fr", unicode);
    insta::assert_snapshot!("picture_en_ascii", ascii);
}
