use chrono_tz::Europe;

use super::*;
use crate::core::language::Language;

fn said(instant: &str, language: Language) -> String {
    let now = "2026-11-23T21:00:00Z".parse().expect("an instant");
    format_instant(instant.parse().expect("an instant"), now, Europe::Paris, &Sentences::new(language))
}

#[test]
fn an_instant_is_said_with_what_is_needed_to_know_it() {
    for (instant, french, english) in [
        ("2026-11-27T08:00:00Z", "vendredi 9 h", "Friday 9:00"),
        ("2026-11-27T08:05:00Z", "vendredi 9 h 05", "Friday 9:05"),
        ("2026-11-20T17:30:00Z", "vendredi 18 h 30", "Friday 18:30"),
        ("2026-11-30T08:00:00Z", "lundi 30 novembre 9 h", "Monday 30 November 9:00"),
        ("2026-12-01T08:00:00Z", "mardi 1er décembre 9 h", "Tuesday 1 December 9:00"),
        ("2027-01-04T08:00:00Z", "lundi 4 janvier 2027 9 h", "Monday 4 January 2027 9:00"),
    ] {
        assert_eq!(said(instant, Language::Fr), french);
        assert_eq!(said(instant, Language::En), english);
    }
}

#[test]
fn local_times_in_gaps_and_folds_follow_the_policy() {
    use chrono_tz::{Africa::Cairo, America::Santiago, Australia::Lord_Howe, Pacific::Apia};
    for (zone, local, first, last) in [
        // The hour from 2 to 3 happens twice.
        (Europe::Berlin, "2026-10-25T02:30:00", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
        // 2:00 to 3:00 is left out.
        (Europe::Paris, "2026-03-29T02:30:00", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z"),
        // Midnight is left out.
        (Santiago, "2026-09-06T00:00:00", "2026-09-06T04:00:00Z", "2026-09-06T04:00:00Z"),
        (Cairo, "2026-04-24T00:00:00", "2026-04-23T22:00:00Z", "2026-04-23T22:00:00Z"),
        // Half an hour is left out.
        (Lord_Howe, "2026-10-04T02:15:00", "2026-10-03T15:30:00Z", "2026-10-03T15:30:00Z"),
        // A whole day is left out.
        (Apia, "2011-12-30T12:00:00", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
    ] {
        let local: NaiveDateTime = local.parse().expect("a local time");
        let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        assert_eq!(first_instant(zone, local), instant(first), "{zone} {local}");
        assert_eq!(last_instant(zone, local), instant(last), "{zone} {local}");
    }
}
