//! The declared week: a table of days or an `opening_hours` expression, both one type, `day(date) -> windows`.

mod day_text;
mod erasing;
mod error;
mod hours;
mod refusals;
mod spelling;
mod translation;

use chrono::{Datelike, NaiveDate};

use self::hours::Hours;
pub use self::{
    day_text::parse_day,
    error::{WeekError, WeekFault},
};
use super::holidays::Territory;
pub(in crate::core) use day_text::time_of_day;

/// Minutes of a civil day; where a window ends beyond it, it runs past midnight.
pub const DAY: u16 = 24 * 60;

/// An availability window of one day, in minutes from local midnight: `[start, end)`, `start < end`.
///
/// `end` may exceed 1440 (24:00): a window past midnight belongs to the day it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// First minute, 0 to 1439.
    pub start: u16,
    /// First minute after the window, at most 2880.
    pub end: u16,
}

/// What a volunteer declares of the week.
#[derive(Clone, Debug)]
pub struct Week {
    plan: Plan,
}

#[derive(Clone, Debug)]
enum Plan {
    /// Monday first.
    Days([Vec<Window>; 7]),
    Hours(Hours),
}

impl Week {
    /// A week of the days table, Monday first. Windows may be in any order.
    pub fn from_days(days: [Vec<Window>; 7]) -> Self {
        Self { plan: Plan::Days(days.map(merge)) }
    }

    /// Reads an OpenStreetMap `opening_hours` expression. `has_holidays`: whether `availability.holidays` is set, without
    /// which `PH` would mean nothing.
    ///
    /// Refuses, with the spelling that works, what would mean something else than it seems.
    pub fn from_hours(expression: &str, has_holidays: bool) -> Result<Self, WeekError> {
        refusals::accept(expression, has_holidays).map(|hours| Self { plan: Plan::Hours(hours) })
    }

    /// The windows that begin on `date`, sorted, merged where they touch or overlap.
    ///
    /// A public holiday of `holidays` has none, unless an expression says itself what happens on `PH`.
    pub fn day(&self, date: NaiveDate, holidays: Option<Territory>) -> Vec<Window> {
        let is_holiday = |date| holidays.is_some_and(|territory| territory.is_holiday(date));
        if !self.mentions_holidays() && is_holiday(date) {
            return Vec::new();
        }
        match &self.plan {
            Plan::Days(days) => days.get(date.weekday().num_days_from_monday() as usize).cloned().unwrap_or_default(),
            Plan::Hours(hours) => hours.day(date, &is_holiday),
        }
    }

    fn mentions_holidays(&self) -> bool {
        matches!(&self.plan, Plan::Hours(hours) if hours.mentions_holidays())
    }
}

/// Sorted, and one window where several touch or overlap.
fn merge(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable();
    let mut merged: Vec<Window> = Vec::with_capacity(windows.len());
    for window in windows {
        match merged.last_mut() {
            Some(last) if window.start <= last.end => last.end = last.end.max(window.end),
            _ => merged.push(window),
        }
    }
    merged
}

/// What of `windows` is in none of `removed`.
fn without(windows: &[Window], removed: &[Window]) -> Vec<Window> {
    let mut left = windows.to_vec();
    for cut in removed {
        left = left
            .into_iter()
            .flat_map(|window| {
                let before = Window { start: window.start, end: window.end.min(cut.start) };
                let after = Window { start: window.start.max(cut.end), end: window.end };
                [before, after]
            })
            .filter(|window| window.start < window.end)
            .collect();
    }
    left
}

#[cfg(test)]
mod tests;
