//! The timeline: the week, minus holidays, minus absences, then overrides on top, merged into open and closed spans.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{
    holidays::{Holiday, Territory},
    week::Week,
};

/// Open or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Notifications pass.
    Open,
    /// The off-hours: notifications are held.
    Closed,
}

/// What made an instant open or closed; the first that applies, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A command: `away`, `available`.
    Override,
    /// A date of `availability.away`; both days included.
    Away {
        /// First day of the absence.
        from: NaiveDate,
        /// Last day of the absence.
        to: NaiveDate,
    },
    /// A public holiday: the reason all that day.
    Holiday(NaiveDate, Holiday),
    /// The declared week.
    Schedule,
}

/// A stretch of the timeline with one state; `since` and `until` are `None` if there is no edge within 366 days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Open or closed, all through.
    pub state: State,
    /// First instant of the span.
    pub since: Option<DateTime<Utc>>,
    /// First instant after the span.
    pub until: Option<DateTime<Utc>>,
}

/// A command's interval `[from, to)`. Of several that cover an instant, the latest given wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Override {
    /// `Open` for `available`, `Closed` for `away`.
    pub state: State,
    /// When it begins: the instant the command was given.
    pub from: DateTime<Utc>,
    /// When it ends; `None`: until `auto`.
    pub to: Option<DateTime<Utc>>,
}

/// The declared availability and the overrides given by commands.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The declared week.
    pub week: Week,
    /// The zone the week is declared in.
    pub timezone: Tz,
    /// Whose public holidays are closed days.
    pub holidays: Option<Territory>,
    /// Absences, whole days, first and last both included.
    pub away: Vec<(NaiveDate, NaiveDate)>,
    /// In the order they were given.
    pub overrides: Vec<Override>,
}

impl Timeline {
    /// The span that contains `now`.
    pub fn span(&self, _now: DateTime<Utc>) -> Span {
        Span { state: State::Closed, since: None, until: None }
    }

    /// Why it is open or closed at `now`.
    pub fn reason(&self, _now: DateTime<Utc>) -> Reason {
        Reason::Schedule
    }

    /// The first opening after `now`, within 366 days.
    pub fn next_opening(&self, _now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        None
    }

    /// The open spans that touch `[from, to)`, in order, each with its true edges.
    pub fn windows(&self, _from: DateTime<Utc>, _to: DateTime<Utc>) -> Vec<Span> {
        Vec::new()
    }

    /// The named public holidays from `first` to `last`, both included.
    pub fn named_holidays(&self, _first: NaiveDate, _last: NaiveDate) -> Vec<(NaiveDate, Holiday)> {
        Vec::new()
    }

    /// The first instant of local time `date` + `minutes`: in a gap the first instant after it, in a fold the first occurrence.
    pub fn instant(&self, _date: NaiveDate, _minutes: u16) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }
}
