//! Civil time: local times as instants, and how an instant is said.

use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc,
    Weekday,
};
use chrono_tz::Tz;
use fluent_bundle::FluentValue;

use super::sentences::Sentences;

/// Further away from any instant than its local time can be: the offsets of tzdata, local mean times included, stay
/// below 16 hours.
const WIDEST_OFFSET: TimeDelta = TimeDelta::hours(16);

/// Beyond this many days a weekday alone would name another week.
const DAYS_OF_A_WEEKDAY: i64 = 6;

/// Local `date` and minutes from its midnight; 1440 and more are on the days after.
pub(super) fn local(date: NaiveDate, minutes: u16) -> NaiveDateTime {
    let midnight = date.and_time(NaiveTime::MIN);
    midnight.checked_add_signed(TimeDelta::minutes(i64::from(minutes))).unwrap_or(midnight)
}

/// The instant at which local time first reads `local`; if it never does (a gap), the first instant after the gap.
pub(super) fn first_instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(instant) => instant.to_utc(),
        MappedLocalTime::Ambiguous(one, other) => one.min(other).to_utc(),
        MappedLocalTime::None => after_gap(zone, local),
    }
}

/// The instant at which local time last reads `local`; in a gap as [`first_instant`].
pub(super) fn last_instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(instant) => instant.to_utc(),
        MappedLocalTime::Ambiguous(one, other) => one.max(other).to_utc(),
        MappedLocalTime::None => after_gap(zone, local),
    }
}

/// The first instant whose local time is past `skipped`, which no clock shows. Halves the time in which it must lie.
fn after_gap(zone: Tz, skipped: NaiveDateTime) -> DateTime<Utc> {
    let middle = skipped.and_utc();
    let instant = |seconds: i64| DateTime::from_timestamp(seconds, 0).unwrap_or(middle);
    let mut before = (middle - WIDEST_OFFSET).timestamp();
    let mut after = (middle + WIDEST_OFFSET).timestamp();
    while after - before > 1 {
        let half = before + (after - before) / 2;
        if instant(half).with_timezone(&zone).naive_local() < skipped { before = half } else { after = half }
    }
    instant(after)
}

/// How `instant` is said at `now`: `lundi 9 h`, `Monday 9:00`; with its date when it is more than six days away, and
/// with its year when that is another one.
pub fn format_instant(instant: DateTime<Utc>, now: DateTime<Utc>, zone: Tz, sentences: &Sentences) -> String {
    let (local, today) = (instant.with_timezone(&zone), now.with_timezone(&zone).date_naive());
    let weekday = FluentValue::from(weekday_name(local.weekday(), sentences));
    let clock = FluentValue::from(format_clock(local.time(), sentences));
    let date = local.date_naive();
    if (date - today).num_days().abs() <= DAYS_OF_A_WEEKDAY {
        return sentences.say_with("time-instant", &[("weekday", weekday), ("clock", clock)]);
    }
    let date = FluentValue::from(match date.year() == today.year() {
        true => format_day(date, sentences),
        false => format_date(date, sentences),
    });
    sentences.say_with("time-instant-dated", &[("weekday", weekday), ("date", date), ("clock", clock)])
}

/// `9 h`, `9 h 30`; `9:00`, `9:30`.
pub fn format_clock(time: NaiveTime, sentences: &Sentences) -> String {
    let id = if time.minute() == 0 { "time-clock-hour" } else { "time-clock" };
    let (hour, minute) = (time.hour().to_string(), format!("{:02}", time.minute()));
    sentences.say_with(id, &[("hour", FluentValue::from(hour)), ("minute", FluentValue::from(minute))])
}

/// `24 décembre 2026`, `24 December 2026`.
pub fn format_date(date: NaiveDate, sentences: &Sentences) -> String {
    let year = FluentValue::from(date.year().to_string());
    let day = FluentValue::from(format_day(date, sentences));
    sentences.say_with("time-date", &[("day", day), ("year", year)])
}

/// `24 décembre`, `1er janvier`; `24 December`.
pub fn format_day(date: NaiveDate, sentences: &Sentences) -> String {
    let id = if date.day() == 1 { "time-day-first" } else { "time-day" };
    let month = FluentValue::from(sentences.say(&format!("time-month-{}", date.month())));
    sentences.say_with(id, &[("day", FluentValue::from(date.day().to_string())), ("month", month)])
}

/// `lundi`, `Monday`.
pub fn weekday_name(weekday: Weekday, sentences: &Sentences) -> String {
    sentences.say(&format!("time-weekday-{}", weekday.number_from_monday()))
}

#[cfg(test)]
mod tests;
