//! WHEN and DURATION of the command line.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;

use super::{civil, week::time_of_day};

/// A century: longer than any absence, and short enough that no instant plus a duration overflows.
const LONGEST: TimeDelta = TimeDelta::days(36_525);

/// Reads WHEN: RFC 3339, `2026-12-01`, `2026-12-01 09:00`, `18:00`, `monday 9h`, `lundi 9h`. A time or weekday alone is
/// the next one after `now`, in `timezone`; a weekday or date without a time is its first instant.
pub fn when(text: &str, now: DateTime<Utc>, timezone: Tz) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.to_utc());
    }
    let today = now.with_timezone(&timezone).date_naive();
    let next = |minutes: u16, is_day: &dyn Fn(NaiveDate) -> bool| {
        // A week and a day: the same weekday next week, if today's is over.
        (0..=8)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .filter(|date| is_day(*date))
            .map(|date| civil::first_instant(timezone, civil::local(date, minutes)))
            .find(|instant| *instant > now)
    };
    if let Some(minutes) = time_of_day(text) {
        return next(minutes, &|_| true);
    }
    let (day, time) = match text.split_once([' ', 'T']) {
        Some((day, time)) if weekday(text).is_none() => (day, Some(time)),
        _ => (text, None),
    };
    if let Some(weekday) = weekday(day) {
        let minutes = time.map_or(Some(0), time_of_day)?;
        return next(minutes, &|date| date.weekday() == weekday);
    }
    let date = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok().filter(|date| (1..=9999).contains(&date.year()))?;
    Some(civil::first_instant(timezone, time_on(date, time)?))
}

/// Local `time` on `date`, with seconds if it has them; midnight without a time.
fn time_on(date: NaiveDate, time: Option<&str>) -> Option<NaiveDateTime> {
    let Some(time) = time else {
        return Some(civil::local(date, 0));
    };
    let minutes = time_of_day(time).map(|minutes| civil::local(date, minutes));
    minutes.or_else(|| Some(date.and_time(NaiveTime::parse_from_str(time.trim(), "%H:%M:%S").ok()?)))
}

/// A weekday by its French or English name, whole or its first three letters.
fn weekday(text: &str) -> Option<Weekday> {
    const NAMES: [(Weekday, [&str; 2]); 7] = [
        (Weekday::Mon, ["monday", "lundi"]),
        (Weekday::Tue, ["tuesday", "mardi"]),
        (Weekday::Wed, ["wednesday", "mercredi"]),
        (Weekday::Thu, ["thursday", "jeudi"]),
        (Weekday::Fri, ["friday", "vendredi"]),
        (Weekday::Sat, ["saturday", "samedi"]),
        (Weekday::Sun, ["sunday", "dimanche"]),
    ];
    let text = text.to_lowercase();
    let is_it = |name: &&str| *name == text || (text.len() == 3 && name.starts_with(&text));
    NAMES.iter().find(|(_, names)| names.iter().any(is_it)).map(|(weekday, _)| *weekday)
}

/// Reads DURATION: `2h`, `90m`, `3d`, `1h30`, `1h30m`, `2 h`, `3j`. `None` also for nothing and for more than a century.
pub fn duration(text: &str) -> Option<TimeDelta> {
    let text: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let mut rest = text.as_str();
    let mut total = TimeDelta::zero();
    let mut last_unit = MINUTES_IN_ALL;
    while !rest.is_empty() {
        let (number, unit, tail) = next_part(rest, last_unit)?;
        // Largest first, each once: `30m2h` is a slip rather than a duration.
        if unit >= last_unit {
            return None;
        }
        total = total.checked_add(&TimeDelta::try_minutes(number.checked_mul(unit)?)?)?;
        (rest, last_unit) = (tail, unit);
    }
    (TimeDelta::zero() < total && total <= LONGEST).then_some(total)
}

/// Above any unit.
const MINUTES_IN_ALL: i64 = i64::MAX;
const MINUTES_IN_WEEK: i64 = 7 * MINUTES_IN_DAY;
const MINUTES_IN_DAY: i64 = 24 * MINUTES_IN_HOUR;
const MINUTES_IN_HOUR: i64 = 60;

/// A number, its unit in minutes, and what follows; after hours, a number without a unit is minutes.
fn next_part(text: &str, last_unit: i64) -> Option<(i64, i64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, tail) = text.split_at(digits);
    let letters = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
    let (unit, tail) = tail.split_at(letters);
    let unit = match unit {
        "w" | "week" | "weeks" | "semaine" | "semaines" => MINUTES_IN_WEEK,
        "d" | "j" | "day" | "days" | "jour" | "jours" => MINUTES_IN_DAY,
        "h" | "hour" | "hours" | "heure" | "heures" => MINUTES_IN_HOUR,
        "m" | "min" | "mn" | "minute" | "minutes" => 1,
        "" if last_unit == MINUTES_IN_HOUR => 1,
        _ => return None,
    };
    Some((number.parse().ok()?, unit, tail))
}

#[cfg(test)]
mod tests;
