use chrono_tz::Europe;

use super::*;
use crate::core::{language::Language, week::parse_day};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_else(|_| panic!("{text} is an instant"))
}

/// Monday to Friday, in Paris, with the French holidays.
fn office() -> Timeline {
    weekdays("9h-12h30, 14h-18h")
}

fn weekdays(day: &str) -> Timeline {
    let day = parse_day(day).expect("a day");
    let week = Week::from_days(std::array::from_fn(|index| if index < 5 { day.clone() } else { Vec::new() }));
    let holidays = Territory::from_code("FR");
    Timeline { week, timezone: Europe::Paris, holidays, away: Vec::new(), overrides: Vec::new() }
}

fn closed(since: &str, until: &str) -> Span {
    Span { state: State::Closed, since: Some(at(since)), until: Some(at(until)) }
}

fn open(since: &str, until: &str) -> Span {
    Span { state: State::Open, ..closed(since, until) }
}

#[test]
fn on_a_sunday_it_is_closed_since_fridays_closing() {
    let span = office().span(at("2026-11-22T12:00:00Z"));
    assert_eq!(span, closed("2026-11-20T17:00:00Z", "2026-11-23T08:00:00Z"));
}

#[test]
fn an_edge_belongs_to_the_span_it_begins() {
    let timeline = office();
    assert_eq!(timeline.span(at("2026-11-23T08:00:00Z")), open("2026-11-23T08:00:00Z", "2026-11-23T11:30:00Z"));
    assert_eq!(timeline.span(at("2026-11-23T11:30:00Z")), closed("2026-11-23T11:30:00Z", "2026-11-23T13:00:00Z"));
    assert_eq!(timeline.span(at("2026-11-23T07:59:59Z")).until, Some(at("2026-11-23T08:00:00Z")));
}

#[test]
fn a_holiday_closes_and_is_the_reason_all_that_day() {
    let timeline = office();
    let english = Sentences::new(Language::En);
    assert_eq!(timeline.span(at("2026-11-11T10:00:00Z")), closed("2026-11-10T17:00:00Z", "2026-11-12T08:00:00Z"));
    for now in ["2026-11-10T23:00:00Z", "2026-11-11T10:00:00Z", "2026-11-11T22:59:59Z"] {
        let reason = timeline.reason(at(now));
        assert_eq!((reason.kind(), reason.describe(&english).as_str()), ("holiday", "public holiday: Armistice 1918"));
    }
    assert_eq!(timeline.reason(at("2026-11-11T23:00:00Z")), Reason::Schedule);
}

#[test]
fn an_absence_closes_its_first_and_last_day_and_goes_before_the_holiday() {
    let mut timeline = office();
    let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
    timeline.away = vec![(date("2026-12-24"), date("2027-01-03"))];
    assert_eq!(timeline.span(at("2026-12-25T10:00:00Z")), closed("2026-12-23T17:00:00Z", "2027-01-04T08:00:00Z"));
    let reason = timeline.reason(at("2026-12-25T10:00:00Z"));
    assert_eq!(reason.kind(), "away");
    assert_eq!(reason.describe(&Sentences::new(Language::Fr)), "absence du 24 décembre 2026 au 3 janvier 2027");
    assert_eq!(timeline.reason(at("2026-12-23T22:59:00Z")).kind(), "schedule");
    assert_eq!(timeline.reason(at("2027-01-03T22:59:00Z")).kind(), "away");
}

#[test]
fn a_window_past_midnight_stays_open_into_a_holiday() {
    let timeline = weekdays("22h-2h");
    let night = open("2026-11-10T21:00:00Z", "2026-11-11T01:00:00Z");
    assert_eq!(timeline.span(at("2026-11-11T00:30:00Z")), night);
    assert_eq!(timeline.reason(at("2026-11-11T00:30:00Z")), Reason::Schedule);
    assert_eq!(timeline.reason(at("2026-11-11T01:30:00Z")).kind(), "holiday");
    // The holiday's own night does not open, not even after its midnight.
    assert_eq!(timeline.next_opening(at("2026-11-11T01:30:00Z")), Some(at("2026-11-12T21:00:00Z")));
}

#[test]
fn windows_that_touch_over_midnight_are_one_span() {
    let timeline = weekdays("0h-24h");
    assert_eq!(timeline.span(at("2026-11-18T10:00:00Z")), open("2026-11-15T23:00:00Z", "2026-11-20T23:00:00Z"));
}

#[test]
fn the_latest_override_wins_and_ends_where_it_says() {
    let mut timeline = office();
    let given = |state, from: &str, to: Option<&str>| Override { state, from: at(from), to: to.map(at) };
    timeline.overrides = vec![
        given(State::Open, "2026-11-21T10:00:00Z", Some("2026-11-21T14:00:00Z")),
        given(State::Closed, "2026-11-21T11:00:00Z", Some("2026-11-21T12:00:00Z")),
    ];
    assert_eq!(timeline.span(at("2026-11-21T10:30:00Z")), open("2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z"));
    assert_eq!(timeline.span(at("2026-11-21T11:30:00Z")), closed("2026-11-21T11:00:00Z", "2026-11-21T12:00:00Z"));
    assert_eq!(timeline.span(at("2026-11-21T13:00:00Z")), open("2026-11-21T12:00:00Z", "2026-11-21T14:00:00Z"));
    assert_eq!(timeline.reason(at("2026-11-21T13:00:00Z")), Reason::Override);
    assert_eq!(timeline.reason(at("2026-11-21T14:00:00Z")), Reason::Schedule);
}

#[test]
fn an_override_that_changes_nothing_is_no_edge() {
    let mut timeline = office();
    timeline.overrides =
        vec![Override { state: State::Closed, from: at("2026-11-21T10:00:00Z"), to: Some(at("2026-11-22T10:00:00Z")) }];
    assert_eq!(timeline.span(at("2026-11-21T12:00:00Z")), closed("2026-11-20T17:00:00Z", "2026-11-23T08:00:00Z"));
}

#[test]
fn away_until_auto_has_no_end() {
    let mut timeline = office();
    timeline.overrides = vec![Override { state: State::Closed, from: at("2026-11-23T10:00:00Z"), to: None }];
    let span = timeline.span(at("2026-11-24T10:00:00Z"));
    assert_eq!(span, Span { state: State::Closed, since: Some(at("2026-11-23T10:00:00Z")), until: None });
    assert_eq!(timeline.next_opening(at("2026-11-24T10:00:00Z")), None);
}

#[test]
fn without_an_edge_within_a_year_there_is_none() {
    let never = weekdays("");
    let now = at("2026-11-24T10:00:00Z");
    assert_eq!(never.span(now), Span { state: State::Closed, since: None, until: None });
    assert_eq!((never.next_opening(now), never.windows(now, at("2026-12-24T10:00:00Z"))), (None, vec![]));
    let mut always = weekdays("0h-24h");
    always.week = Week::from_hours("24/7", false).expect("hours");
    always.holidays = None;
    assert_eq!(always.span(now), Span { state: State::Open, since: None, until: None });
    assert_eq!(
        always.windows(now, at("2026-12-24T10:00:00Z")),
        vec![Span { state: State::Open, since: None, until: None }]
    );
}

#[test]
fn a_window_open_now_comes_first_with_its_true_opening() {
    let windows = office().windows(at("2026-11-20T14:00:00Z"), at("2026-11-23T09:00:00Z"));
    assert_eq!(
        windows,
        vec![
            open("2026-11-20T13:00:00Z", "2026-11-20T17:00:00Z"),
            open("2026-11-23T08:00:00Z", "2026-11-23T11:30:00Z"),
        ]
    );
}

#[test]
fn an_opening_is_every_edge_from_closed_to_open() {
    let mut timeline = office();
    timeline.overrides =
        vec![Override { state: State::Open, from: at("2026-11-22T10:00:00Z"), to: Some(at("2026-11-22T11:00:00Z")) }];
    let openings = timeline.openings(at("2026-11-20T13:00:00Z"), at("2026-11-23T08:00:00Z"));
    assert_eq!(openings, [at("2026-11-22T10:00:00Z"), at("2026-11-23T08:00:00Z")]);
}

#[test]
fn clocks_that_change_open_and_close_by_the_policy() {
    use chrono_tz::{Africa::Cairo, America::Santiago, Australia::Lord_Howe, Pacific::Apia};
    // Every day has this one window; on the date it is open from and until these instants, or not at all.
    for (zone, day, date, expected) in [
        (Europe::Berlin, "2h30-2h45", "2026-10-25", Some(("2026-10-25T00:30:00Z", "2026-10-25T01:45:00Z"))),
        (Europe::Berlin, "1h-2h30", "2026-10-25", Some(("2026-10-24T23:00:00Z", "2026-10-25T01:30:00Z"))),
        (Europe::Paris, "2h30-4h", "2026-03-29", Some(("2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"))),
        (Europe::Paris, "2h15-2h45", "2026-03-29", None),
        (Santiago, "0h-8h", "2026-09-06", Some(("2026-09-06T04:00:00Z", "2026-09-06T11:00:00Z"))),
        (Cairo, "0h-8h", "2026-04-24", Some(("2026-04-23T22:00:00Z", "2026-04-24T05:00:00Z"))),
        (Lord_Howe, "2h-2h30", "2026-10-04", None),
        (Lord_Howe, "2h15-3h", "2026-10-04", Some(("2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"))),
        (Apia, "9h-18h", "2011-12-30", None),
        (Apia, "22h-2h", "2011-12-30", Some(("2011-12-30T10:00:00Z", "2011-12-30T12:00:00Z"))),
    ] {
        let mut timeline = weekdays(day);
        let window = parse_day(day).expect("a day");
        timeline.week = Week::from_days(std::array::from_fn(|_| window.clone()));
        timeline.timezone = zone;
        let intervals = timeline.day(date.parse().expect("a date"));
        let expected: Vec<_> = expected.into_iter().map(|(from, to)| (at(from), at(to))).collect();
        assert_eq!(intervals, expected, "{zone} {day} {date}");
    }
}

#[test]
fn holidays_are_listed_by_name() {
    let date = |text: &str| text.parse::<NaiveDate>().expect("a date");
    let named = office().named_holidays(date("2026-11-01"), date("2026-12-25"));
    let names: Vec<_> = named.iter().map(|(date, holiday)| (date.to_string(), holiday.name(Language::En))).collect();
    let expected =
        [("2026-11-01", "All Saints’ Day"), ("2026-11-11", "Armistice 1918"), ("2026-12-25", "Christmas Day")];
    assert_eq!(names, expected.map(|(date, name)| (date.to_owned(), name)));
}
