use super::*;

/// A Monday, 22:00 in Paris.
const NOW: &str = "2026-11-23T21:00:00Z";

fn paris(text: &str) -> Option<String> {
    let now = NOW.parse().expect("an instant");
    when(text, now, chrono_tz::Europe::Paris).map(|at| at.with_timezone(&chrono_tz::Europe::Paris).to_rfc3339())
}

#[test]
fn when_is_read_in_every_documented_form() {
    for (text, expected) in [
        ("2026-12-01T09:00:00+01:00", "2026-12-01T09:00:00+01:00"),
        ("2026-12-01T08:00:00Z", "2026-12-01T09:00:00+01:00"),
        ("2026-12-01", "2026-12-01T00:00:00+01:00"),
        ("2026-12-01 09:00", "2026-12-01T09:00:00+01:00"),
        ("2026-12-01T09:00", "2026-12-01T09:00:00+01:00"),
        ("2026-12-01 9 h 30", "2026-12-01T09:30:00+01:00"),
        ("2026-12-01 09:00:30", "2026-12-01T09:00:30+01:00"),
        ("2026-07-01 9h", "2026-07-01T09:00:00+02:00"),
        ("18:00", "2026-11-24T18:00:00+01:00"),
        ("23h", "2026-11-23T23:00:00+01:00"),
        ("22:00", "2026-11-24T22:00:00+01:00"),
        ("monday 9h", "2026-11-30T09:00:00+01:00"),
        ("lundi 9h", "2026-11-30T09:00:00+01:00"),
        ("Lundi 23h", "2026-11-23T23:00:00+01:00"),
        ("mardi", "2026-11-24T00:00:00+01:00"),
        ("thu 09:30", "2026-11-26T09:30:00+01:00"),
    ] {
        assert_eq!(paris(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_time_is_none() {
    for text in
        ["", "soon", "25:00", "24:00", "2026-02-30", "2026-12-01 noon", "lundi lundi", "2026-12", "é", "-1:00", "lu 9h"]
    {
        assert_eq!(paris(text), None, "{text}");
    }
}

#[test]
fn a_time_in_the_gap_is_the_first_instant_after_it() {
    assert_eq!(paris("2026-03-29 02:30").as_deref(), Some("2026-03-29T03:00:00+02:00"));
}

#[test]
fn durations_are_read_in_french_and_english() {
    for (text, minutes) in [
        ("2h", 120),
        ("90m", 90),
        ("3d", 3 * 1440),
        ("3j", 3 * 1440),
        ("1h30", 90),
        ("1h30m", 90),
        ("2 h", 120),
        ("1d12h", 2160),
        ("2 heures", 120),
        ("1w", 7 * 1440),
    ] {
        assert_eq!(duration(text), Some(TimeDelta::minutes(minutes)), "{text}");
    }
}

#[test]
fn nothing_and_too_much_are_no_duration() {
    let text = [
        "",
        "0h",
        "h",
        "2",
        "-2h",
        "2x",
        "30m2h",
        "2h2h",
        "1d30",
        "99999999999999999999h",
        "9223372036854775807m",
        "40000d",
    ];
    for text in text {
        assert_eq!(duration(text), None, "{text}");
    }
}
