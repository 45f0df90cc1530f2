use chrono::NaiveDate;

use super::*;
use crate::core::{language::Language, sentences::Sentences};

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn window(start: u16, end: u16) -> Window {
    Window { start: start * 60, end: end * 60 }
}

fn day_error(text: &str) -> (WeekFault, String) {
    let error = parse_day(text).expect_err(text);
    let suggestion = error.suggestion.expect("a suggestion");
    assert!(parse_day(&suggestion).is_ok(), "{text}: {suggestion} is not accepted");
    (error.kind, suggestion)
}

fn hours_error(text: &str) -> (WeekFault, String) {
    let error = Week::from_hours(text, true).expect_err(text);
    let suggestion = error.suggestion.clone().expect("a suggestion");
    assert!(Week::from_hours(&suggestion, true).is_ok(), "{text}: {suggestion} is not accepted");
    (error.kind, suggestion)
}

#[test]
fn a_day_is_read_in_every_documented_spelling() {
    assert_eq!(parse_day("9h-12h30, 14h-18h"), Ok(vec![Window { start: 540, end: 750 }, window(14, 18)]));
    assert_eq!(parse_day("10:00-12:00"), Ok(vec![window(10, 12)]));
    assert_eq!(parse_day(" 9 h – 12 h".replace('–', "-").as_str()), Ok(vec![window(9, 12)]));
    assert_eq!(parse_day("09:30-10h"), Ok(vec![Window { start: 570, end: 600 }]));
    assert_eq!(parse_day("22h-2h"), Ok(vec![window(22, 26)]));
    assert_eq!(parse_day("22h-0h"), Ok(vec![window(22, 24)]));
    assert_eq!(parse_day("00:00-24:00"), Ok(vec![window(0, 24)]));
    assert_eq!(parse_day(""), Ok(vec![]));
}

#[test]
fn windows_of_a_day_are_sorted_and_merged() {
    assert_eq!(parse_day("14h-18h, 9h-12h, 11h-13h, 13h-14h"), Ok(vec![window(9, 18)]));
}

#[test]
fn equal_ends_are_refused() {
    assert_eq!(day_error("9h-9h"), (WeekFault::EqualEnds, "0h-24h".to_owned()));
    assert_eq!(hours_error("Mo-Fr 09:00-09:00").0, WeekFault::EqualEnds);
}

#[test]
fn near_misses_of_a_day_get_the_spelling_that_was_meant() {
    for text in [
        "9h–12h30, 14h–18h",
        "9h à 12h30 et 14h à 18h",
        "de 9h à 12h30; 14h-18h",
        "9h-12h30, 14-18",
        "9 h — 12 h 30, 14 h — 18 h,",
    ] {
        assert_eq!(day_error(text).1, "9h-12h30, 14h-18h", "{text}");
    }
    assert_eq!(day_error("09:00 to 12:00").1, "09:00-12:00");
    assert_eq!(day_error("fermé").1, "");
    for text in ["9h", "bonjour", "9h-25h", "24h-25h", "9h-12h60", "-", "9h-", "9h-12h-14h", "９h-12h", "é", "930-12h"]
    {
        day_error(text);
    }
}

#[test]
fn an_expression_and_a_table_give_the_same_week() {
    let office = parse_day("9h-12h30, 14h-18h").expect("a day");
    let table =
        Week::from_days([office.clone(), office.clone(), office.clone(), office.clone(), office, vec![], vec![]]);
    let hours = Week::from_hours("Mo-Fr 09:00-12:30,14:00-18:00", false).expect("hours");
    for date in date("2026-01-01").iter_days().take(400) {
        assert_eq!(table.day(date, None), hours.day(date, None), "{date}");
    }
}

#[test]
fn alternate_weeks_months_and_dated_closing_days_are_followed() {
    let week = Week::from_hours("week 1-53/2 Mo-Fr 09:00-18:00; PH off", true).expect("hours");
    assert_eq!(week.day(date("2026-01-12"), None), vec![window(9, 18)]);
    assert_eq!(week.day(date("2026-01-19"), None), vec![]);
    let week =
        Week::from_hours("Jan-Jun Mo 09:00-18:00; Jul-Dec Mo 10:00-12:00; Dec 24-Jan 3 off", true).expect("hours");
    assert_eq!(week.day(date("2026-06-29"), None), vec![window(9, 18)]);
    assert_eq!(week.day(date("2026-07-06"), None), vec![window(10, 12)]);
    assert_eq!(week.day(date("2026-12-28"), None), vec![]);
}

#[test]
fn a_night_window_stays_whole_with_the_day_it_begins() {
    let week = Week::from_hours("Fr 22:00-02:00; Dec 25 off", false).expect("hours");
    assert_eq!(week.day(date("2027-12-24"), None), vec![window(22, 26)]);
    assert_eq!(week.day(date("2027-12-25"), None), vec![]);
}

#[test]
fn holidays_close_unless_the_expression_says_what_happens() {
    let france = Territory::from_code("FR");
    let bastille = date("2026-07-14");
    let table = Week::from_days(std::array::from_fn(|_| vec![window(9, 12)]));
    assert_eq!(table.day(bastille, france), vec![]);
    assert_eq!(table.day(bastille, None), vec![window(9, 12)]);
    let silent = Week::from_hours("Mo-Su 09:00-12:00", true).expect("hours");
    assert_eq!(silent.day(bastille, france), vec![]);
    let open = Week::from_hours("Mo-Su 09:00-12:00; PH off; PH 10:00-11:00", true).expect("hours");
    assert_eq!(open.day(bastille, france), vec![window(10, 11)]);
    let eve = Week::from_hours("Mo-Su 09:00-12:00; PH -1 day off", true).expect("hours");
    assert_eq!(eve.day(date("2026-07-13"), france), vec![]);
    assert_eq!(eve.day(bastille, france), vec![window(9, 12)]);
}

#[test]
fn what_seems_to_mean_something_else_is_refused_with_what_works() {
    use WeekFault::*;
    let table = [
        ("Mo-Fr 09:00-18:00; PH Mo-Fr off", HolidaySpace, "Mo-Fr 09:00-18:00; PH off"),
        ("Mo-Fr 09:00-18:00; Sa unknown", Unknown, "Mo-Fr 09:00-18:00; Sa off"),
        ("Mo-Fr 09:00+", OpenEnd, "Mo-Fr 09:00-18:00"),
        ("Mo-Fr sunrise-sunset", SunTime, "Mo-Fr 07:00-19:00"),
        ("Mo-Fr 09:00-18:00; SH off", SchoolHolidays, "Mo-Fr 09:00-18:00; Jul 10-Aug 31 off"),
        ("Mo-Fr 10:00-16:00/01:30", Repeated, "Mo-Fr 10:00-16:00"),
        ("Mo-Fr", DayWithoutHours, "Mo-Fr 09:00-18:00"),
        ("Mo 00:00-24:00; Tu", DayWithoutHours, "Mo 00:00-24:00; Tu 09:00-18:00"),
        ("Feb 30 10:00-12:00", NoSuchDate, "Feb 29 10:00-12:00"),
        ("Mo-Fr 09:00-12:00; Mo 14:00-18:00", Erases, "Mo-Fr 09:00-12:00, Mo 14:00-18:00"),
        ("Mo-Fr 09:00-18:00; We off", Erases, "Mo,Tu,Th,Fr 09:00-18:00"),
        ("Mo-Fr 09:00-18:00; Jul 10:00-12:00", Erases, "Mo-Fr 09:00-18:00; Jul off; Jul 10:00-12:00"),
        ("Lu-Ve 9h-18h", NotHours, "Mo-Fr 9:00-18:00"),
        ("lundi 9h30-12h", NotHours, "Mo 9:30-12:00"),
        ("Mo–Fr 09:00–18:00", NotHours, "Mo-Fr 09:00-18:00"),
        ("lundi à vendredi", NotHours, "Mo-Fr 09:00-18:00"),
        ("", NotHours, "Mo-Fr 09:00-12:30,14:00-18:00"),
        ("hello", NotHours, "Mo-Fr 09:00-12:30,14:00-18:00"),
    ];
    for (text, kind, suggestion) in table {
        assert_eq!(hours_error(text), (kind, suggestion.to_owned()), "{text}");
    }
}

#[test]
fn several_faults_still_give_one_spelling_that_works() {
    let (_, suggestion) = hours_error("Mo-Fr 09:00+; Sa unknown; SH off; Feb 30 off; PH Mo-Fr off; Mo 19:00-20:00");
    assert_eq!(suggestion, "Mo-Fr 09:00-18:00; Sa off; Jul 10-Aug 31 off; Feb 29 off; PH off, Mo 19:00-20:00");
}

#[test]
fn ph_without_holidays_is_an_error_that_names_the_key() {
    let error = Week::from_hours("Mo-Fr 09:00-18:00; PH off", false).expect_err("refused");
    assert_eq!((error.kind, error.suggestion.as_deref()), (WeekFault::HolidaysUnset, Some("holidays = \"FR\"")));
}

#[test]
fn what_means_what_it_seems_is_accepted() {
    for text in [
        "24/7",
        "24/7; PH off",
        "Mo-Fr 00:00-24:00",
        "Mo-Fr 09:00-18:00; Dec 24-26 off",
        "Mo-Fr 09:00-18:00 \"sur rendez-vous\"",
        "Mo-Fr 09:00-12:00; Sa 10:00-12:00",
        "Mo-Fr 09:00-12:00; Mo 09:00-18:00",
        "2026 Mo-Fr 09:00-18:00",
        "easter -2 days 09:00-12:00",
        "Mo[1] 09:00-12:00",
        "Sa off",
    ] {
        assert!(Week::from_hours(text, true).is_ok(), "{text}");
    }
}

#[test]
fn every_fault_has_its_sentence_in_both_languages() {
    for language in [Language::Fr, Language::En] {
        let sentences = Sentences::new(language);
        for text in ["9h", "9h-25h", "9h-9h"] {
            let sentence = parse_day(text).expect_err(text).sentence(&sentences);
            assert!(sentence.contains(text) && !sentence.starts_with("time-"), "{sentence}");
        }
        for text in ["x", "unknown", "09:00+", "dawn-dusk", "Mo 9:00-10:00/20", "SH off", "PH off", "Feb 30 off", "Mo"]
        {
            let sentence = Week::from_hours(text, false).expect_err(text).sentence(&sentences);
            assert!(!sentence.contains("time-error"), "{sentence}");
        }
        for text in ["PH Mo off", "Mo 9:00-10:00; Mo 11:00-12:00"] {
            let sentence = Week::from_hours(text, true).expect_err(text).sentence(&sentences);
            assert!(!sentence.contains("time-error"), "{sentence}");
        }
    }
}
