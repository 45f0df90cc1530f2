//! The declared week: a table of days or an `opening_hours` expression, both one type, `day(date) -> windows`.

use chrono::NaiveDate;

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
pub struct Week;

impl Week {
    /// The windows that begin on `date`, sorted, merged where they touch or overlap.
    pub fn day(&self, _date: NaiveDate) -> Vec<Window> {
        Vec::new()
    }
}
