//! `[availability]`: the declared week, its zone, holidays and absences.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{suggest, table::Table};
use crate::core::{
    holidays::Territory,
    timeline::Timeline,
    week::{self, Week, Window},
};

/// Monday first, as `Week::from_days` takes them.
const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

pub(super) const KEYS: &[&str] = &[
    "weekdays",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "hours",
    "timezone",
    "holidays",
    "away",
];

/// The declared timeline; `None` if something in it is wrong.
pub(super) fn read(table: &Table<'_>) -> Option<Timeline> {
    table.only(KEYS);
    let timezone = timezone(table);
    let holidays = holidays(table);
    let away = absences(table);
    let week = week(table);
    Some(Timeline { week: week?, timezone: timezone?, holidays, away: away?, overrides: Vec::new() })
}

fn week(table: &Table<'_>) -> Option<Week> {
    let named = ["weekdays"].into_iter().chain(DAYS).find(|day| table.has(day));
    match (named, table.has("hours")) {
        (Some(day), true) => {
            table.conflict("hours", day);
            None
        }
        (None, true) => expression(table),
        (Some(_), false) => days(table),
        (None, false) => {
            table.wrong("weekdays", "config-no-week", &[]);
            None
        }
    }
}

fn expression(table: &Table<'_>) -> Option<Week> {
    let text = table.filled("hours")?;
    match Week::from_hours(&text, table.has("holidays")) {
        Ok(week) => Some(week),
        Err(error) => {
            table.wrong_text("hours", error.sentence(table.sentences()));
            None
        }
    }
}

/// A day that is not named is closed; a single day wins over `weekdays`. Every day is read, so that every error is told.
fn days(table: &Table<'_>) -> Option<Week> {
    let weekdays = table.has("weekdays").then(|| windows(table, "weekdays"));
    let mut whole = weekdays.as_ref().is_none_or(Option::is_some);
    let common = weekdays.flatten().unwrap_or_default();
    let mut week: [Vec<Window>; 7] = Default::default();
    for (index, day) in DAYS.iter().enumerate() {
        let given = table.has(day).then(|| windows(table, day));
        whole &= given.as_ref().is_none_or(Option::is_some);
        week[index] = match given {
            Some(windows) => windows.unwrap_or_default(),
            None if index < 5 => common.clone(),
            None => Vec::new(),
        };
    }
    whole.then(|| Week::from_days(week))
}

fn windows(table: &Table<'_>, day: &str) -> Option<Vec<Window>> {
    let text = table.list(day)?.join(", ");
    match week::parse_day(&text) {
        Ok(windows) => Some(windows),
        Err(error) => {
            table.wrong_text(day, error.sentence(table.sentences()));
            None
        }
    }
}

fn timezone(table: &Table<'_>) -> Option<Tz> {
    if !table.has("timezone") {
        return Some(system_timezone());
    }
    let text = table.filled("timezone")?;
    let zone = text.trim().parse().ok();
    if zone.is_none() {
        let args = [("value", text.as_str()), ("right", suggest::timezone(&text))];
        table.wrong("timezone", "config-timezone", &args);
    }
    zone
}

/// The zone of this machine; UTC where it has none, as the C library takes it.
pub fn system_timezone() -> Tz {
    iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

fn holidays(table: &Table<'_>) -> Option<Territory> {
    let text = table.filled("holidays")?;
    let territory = Territory::from_code(&text.trim().to_uppercase());
    if territory.is_none() {
        let args = [("value", text.as_str()), ("right", suggest::territory(&text))];
        table.wrong("holidays", "config-holidays", &args);
    }
    territory
}

fn absences(table: &Table<'_>) -> Option<Vec<(NaiveDate, NaiveDate)>> {
    if !table.has("away") {
        return Some(Vec::new());
    }
    let mut absences = Vec::new();
    for text in table.list("away")? {
        match absence(&text) {
            Ok(days) => absences.push(days),
            Err(Backwards { right: Some(right) }) => {
                table.wrong("away", "config-away-backwards", &[("value", &text), ("right", &right)]);
            }
            Err(Backwards { right: None }) => table.wrong("away", "config-away", &[("value", &text)]),
        }
    }
    Some(absences)
}

/// No absence; with the absence that was meant, where its days are only the wrong way round.
struct Backwards {
    right: Option<String>,
}

/// `2026-12-24/2027-01-03`, both days included, or one day (ISO 8601-1, 5.5).
fn absence(text: &str) -> Result<(NaiveDate, NaiveDate), Backwards> {
    let (first, last) = text.split_once('/').unwrap_or((text, text));
    let day = |text: &str| text.trim().parse::<NaiveDate>().map_err(|_| Backwards { right: None });
    let (first, last) = (day(first)?, day(last)?);
    if last < first {
        return Err(Backwards { right: Some(format!("{last}/{first}")) });
    }
    Ok((first, last))
}
