//! What an `opening_hours` expression may not say, because it would mean something else than it seems, and the
//! spelling that works instead.

use chrono::NaiveDate;
use opening_hours_syntax::{
    ExtendedTime, RuleKind, parse,
    rules::{
        OpeningHoursExpression, RuleSequence,
        day::{Date, HolidayKind, Month, MonthdayRange, WeekDayRange},
        time::{Time, TimeEvent, TimeSelector, TimeSpan},
    },
};

use super::{
    DAY, WeekError, WeekFault,
    erasing::erased,
    hours::{Hours, window},
    spelling, translation,
};

/// Shown when nothing of what was written can be guessed.
const EXAMPLE: &str = "Mo-Fr 09:00-12:30,14:00-18:00";

/// How often a suggestion may itself be put right: more faults than there are kinds means going round in circles.
const REPAIRS: u8 = 14;

/// A fault, where it is, and the expression without it.
pub(super) struct Refusal {
    pub(super) kind: WeekFault,
    pub(super) found: String,
    pub(super) repaired: Option<String>,
}

/// Compiles an expression, or refuses it with a spelling that is accepted.
pub(super) fn accept(text: &str, has_holidays: bool) -> Result<Hours, WeekError> {
    accept_after(text, has_holidays, REPAIRS)
}

fn accept_after(text: &str, has_holidays: bool, repairs: u8) -> Result<Hours, WeekError> {
    let Ok(expression) = parse(text.trim()) else {
        let translated = translation::to_expression(text);
        return Err(error(WeekFault::NotHours, text.trim().to_owned(), Some(translated), has_holidays, repairs));
    };
    let refusal = match find(text, &expression, has_holidays) {
        Some(refusal) => refusal,
        None => match Hours::new(&expression) {
            Some(hours) => match erased(&hours, &expression) {
                Some(refusal) => refusal,
                None => return Ok(hours),
            },
            None => Refusal { kind: WeekFault::NotHours, found: text.trim().to_owned(), repaired: None },
        },
    };
    if refusal.kind == WeekFault::HolidaysUnset {
        let suggestion = Some("holidays = \"FR\"".to_owned());
        return Err(WeekError { kind: refusal.kind, found: refusal.found, suggestion });
    }
    Err(error(refusal.kind, refusal.found, refusal.repaired, has_holidays, repairs))
}

/// Keeps `candidate` as the suggestion only if it is accepted, put right further where it must be.
fn error(kind: WeekFault, found: String, candidate: Option<String>, has_holidays: bool, repairs: u8) -> WeekError {
    let accepted = candidate.filter(|_| repairs > 0).and_then(|candidate| {
        match accept_after(&candidate, has_holidays, repairs - 1) {
            Ok(_) => Some(candidate),
            Err(further) if further.kind == WeekFault::HolidaysUnset => None,
            Err(further) => further.suggestion,
        }
    });
    WeekError { kind, found, suggestion: Some(accepted.unwrap_or_else(|| EXAMPLE.to_owned())) }
}

/// The first fault that shows without evaluating the rules.
fn find(text: &str, expression: &OpeningHoursExpression, has_holidays: bool) -> Option<Refusal> {
    let bare = bare_rules(text);
    let is_bare = |index: usize| bare.get(index).copied().unwrap_or(false);
    let has_space = has_holidays && has_holiday_space(text);
    let rules = || expression.rules.iter().enumerate();
    // Only the text shows that space: so it goes first, before another repair writes a comma there.
    let spaced = rules().find_map(|(index, rule)| Some((index, rule, space_fault(rule).filter(|_| has_space)?)));
    let other = || {
        rules().find_map(|(index, rule)| {
            let bare_fault = || is_bare(index).then(|| with_hours(rule));
            let fault = kind_fault(rule)
                .or_else(|| span_fault(rule))
                .or_else(|| holiday_fault(rule, has_holidays))
                .or_else(|| date_fault(rule))
                .or_else(bare_fault)?;
            Some((index, rule, fault))
        })
    };
    let (index, rule, (kind, repaired)) = spaced.or_else(other)?;
    let mut whole = expression.clone();
    if let Some(slot) = whole.rules.get_mut(index) {
        *slot = repaired;
    }
    let repaired = spelling::expression(&whole, |other| other != index && is_bare(other));
    Some(Refusal { kind, found: spelling::rule(rule, is_bare(index)), repaired: Some(repaired) })
}

fn kind_fault(rule: &RuleSequence) -> Option<(WeekFault, RuleSequence)> {
    if rule.kind != RuleKind::Unknown {
        return None;
    }
    let kind = if rule.time_selector == TimeSelector::default() { RuleKind::Closed } else { RuleKind::Open };
    Some((WeekFault::Unknown, RuleSequence { kind, ..rule.clone() }))
}

fn span_fault(rule: &RuleSequence) -> Option<(WeekFault, RuleSequence)> {
    let (index, (kind, span)) = rule
        .time_selector
        .spans
        .iter()
        .enumerate()
        .find_map(|(index, span)| fault_of(span).map(|fault| (index, fault)))?;
    let mut repaired = rule.clone();
    if let Some(slot) = repaired.time_selector.spans.get_mut(index) {
        *slot = span;
    }
    Some((kind, repaired))
}

fn fault_of(span: &TimeSpan) -> Option<(WeekFault, TimeSpan)> {
    let mut repaired = span.clone();
    if span.open_end {
        repaired.open_end = false;
        let evening = clock(18);
        if span.range.end == Time::Fixed(ExtendedTime::MIDNIGHT_24) && span.range.start < evening {
            repaired.range.end = evening;
        }
        return Some((WeekFault::OpenEnd, repaired));
    }
    if span.repeats.is_some() {
        repaired.repeats = None;
        return Some((WeekFault::Repeated, repaired));
    }
    if span.range.start.as_time_event().or(span.range.end.as_time_event()).is_some() {
        repaired.range = at_a_clock(span.range.start)..at_a_clock(span.range.end);
        return Some((WeekFault::SunTime, repaired));
    }
    let is_whole_day = |start: u16, end: u16| start == 0 && end == DAY;
    let fixed = window(span)?;
    let written_end = match span.range.end {
        Time::Fixed(end) => end.mins_from_midnight(),
        Time::Variable(_) => return None,
    };
    let equal = fixed.start % DAY == fixed.end % DAY && !is_whole_day(fixed.start, written_end);
    equal.then(|| (WeekFault::EqualEnds, TimeSpan::fixed_range(ExtendedTime::MIDNIGHT_00, ExtendedTime::MIDNIGHT_24)))
}

/// A clock time that is about that of the sun, over the year.
fn at_a_clock(time: Time) -> Time {
    match time.as_time_event() {
        None => time,
        Some(TimeEvent::Dawn | TimeEvent::Sunrise) => clock(7),
        Some(TimeEvent::Sunset | TimeEvent::Dusk) => clock(19),
    }
}

fn clock(hour: u8) -> Time {
    Time::Fixed(ExtendedTime::new(hour, 0).unwrap_or(ExtendedTime::MIDNIGHT_24))
}

fn names(range: &WeekDayRange, wanted: HolidayKind) -> bool {
    matches!(range, WeekDayRange::Holiday { kind, .. } if *kind == wanted)
}

fn holiday_fault(rule: &RuleSequence, has_holidays: bool) -> Option<(WeekFault, RuleSequence)> {
    let mut repaired = rule.clone();
    let selector = &mut repaired.day_selector;
    if selector.weekday.iter().any(|range| names(range, HolidayKind::School)) {
        selector.weekday.retain(|range| !names(range, HolidayKind::School));
        selector.monthday = vec![MonthdayRange::Date {
            start: (Date::md(10, Month::July), Default::default()),
            end: (Date::md(31, Month::August), Default::default()),
        }];
        return Some((WeekFault::SchoolHolidays, repaired));
    }
    let is_unset = !has_holidays && selector.weekday.iter().any(|range| names(range, HolidayKind::Public));
    is_unset.then_some((WeekFault::HolidaysUnset, repaired))
}

/// Holidays and weekdays in one selector: `off` was meant for the holidays among them, hours for both.
fn space_fault(rule: &RuleSequence) -> Option<(WeekFault, RuleSequence)> {
    let mut repaired = rule.clone();
    let weekdays = &mut repaired.day_selector.weekday;
    let names_holidays = weekdays.iter().any(|range| names(range, HolidayKind::Public));
    if !names_holidays || !weekdays.iter().any(|range| matches!(range, WeekDayRange::Fixed { .. })) {
        return None;
    }
    if rule.kind == RuleKind::Closed {
        weekdays.retain(|range| names(range, HolidayKind::Public));
    }
    Some((WeekFault::HolidaySpace, repaired))
}

/// `PH Mo-Fr` or `Mo-Fr PH`: a space where only a comma says what happens.
fn has_holiday_space(text: &str) -> bool {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    words.windows(2).any(|pair| match pair {
        [first, second] => {
            (first.ends_with("PH") && starts_with_weekday(second))
                || (ends_with_weekday(first) && second.starts_with("PH"))
        }
        _ => false,
    })
}

const WEEKDAYS: [&str; 7] = ["mo", "tu", "we", "th", "fr", "sa", "su"];

fn starts_with_weekday(word: &str) -> bool {
    word.get(..2).is_some_and(|start| WEEKDAYS.contains(&start.to_ascii_lowercase().as_str()))
}

fn ends_with_weekday(word: &str) -> bool {
    let last = word.len().checked_sub(2).and_then(|from| word.get(from..));
    word.ends_with(']') || last.is_some_and(|end| WEEKDAYS.contains(&end.to_ascii_lowercase().as_str()))
}

fn date_fault(rule: &RuleSequence) -> Option<(WeekFault, RuleSequence)> {
    let mut repaired = rule.clone();
    for range in &mut repaired.day_selector.monthday {
        if let MonthdayRange::Date { start, end } = range {
            start.0 = existing(start.0);
            end.0 = existing(end.0);
        }
    }
    (repaired != *rule).then_some((WeekFault::NoSuchDate, repaired))
}

/// The date, or the last one of its month.
fn existing(date: Date) -> Date {
    let Date::Fixed { year, month, day } = date else {
        return date;
    };
    // 2024: 29 February exists where no year is named.
    let number = |year: i32, day: u8| NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day));
    let last = (1..=day).rev().find(|day| number(year.map_or(2024, |year| *year), *day).is_some());
    Date::Fixed { year, month, day: last.unwrap_or(day) }
}

fn with_hours(rule: &RuleSequence) -> (WeekFault, RuleSequence) {
    let hours = TimeSpan { range: clock(9)..clock(18), open_end: false, repeats: None };
    let time_selector = TimeSelector::new(vec![hours]);
    (WeekFault::DayWithoutHours, RuleSequence { time_selector, ..rule.clone() })
}

/// Which rules open without naming hours.
///
/// The parser makes `00:00-24:00` of them; so where that is written out, it's read as 23:59 here, and what is still 24
/// hours long was not written.
fn bare_rules(text: &str) -> Vec<bool> {
    let outside: Vec<String> = text
        .trim()
        .split('"')
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { marked(part) } else { part.to_owned() })
        .collect();
    let rules = parse(&outside.join("\"")).map(|expression| expression.rules).unwrap_or_default();
    rules.iter().map(|rule| rule.kind == RuleKind::Open && rule.time_selector == TimeSelector::default()).collect()
}

fn marked(text: &str) -> String {
    text.replace("24/7", "00:00-23:59").replace("24:00", "23:59")
}
