//! The timeline: the week, minus holidays, minus absences, then overrides on top, merged into open and closed spans.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use fluent_bundle::FluentValue;

use super::{
    civil,
    holidays::{Holiday, Territory},
    sentences::Sentences,
    week::{Week, Window},
};

/// How far an edge is looked for: a yearly absence is seen from one end to the other, and no search is endless.
const HORIZON: TimeDelta = TimeDelta::days(366);

/// Searches reach a night or a long weekend first, then a month, then the horizon: most end with the first.
const REACHES: [TimeDelta; 3] = [TimeDelta::days(4), TimeDelta::days(32), HORIZON];

/// Local dates looked at beyond both ends: a window runs past midnight by at most a day, and a zone can skip one.
const MARGIN: Days = Days::new(3);

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

impl Reason {
    /// The word of the JSON contract: `override`, `away`, `holiday` or `schedule`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Away { .. } => "away",
            Self::Holiday(..) => "holiday",
            Self::Schedule => "schedule",
        }
    }

    /// The reason in words: "public holiday: Armistice 1918".
    pub fn describe(&self, sentences: &Sentences) -> String {
        let date = |date: &NaiveDate| FluentValue::from(civil::format_date(*date, sentences));
        match self {
            Self::Override => sentences.say("time-reason-override"),
            Self::Away { from, to } if from == to => {
                sentences.say_with("time-reason-away-day", &[("from", date(from))])
            }
            Self::Away { from, to } => {
                sentences.say_with("time-reason-away", &[("from", date(from)), ("to", date(to))])
            }
            Self::Holiday(_, holiday) if holiday.has_name() => {
                let name = FluentValue::from(holiday.name(sentences.language()));
                sentences.say_with("time-reason-holiday", &[("name", name)])
            }
            Self::Holiday(..) => sentences.say("time-reason-holiday-unnamed"),
            Self::Schedule => sentences.say("time-reason-schedule"),
        }
    }
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

/// An edge of the timeline: from this instant on it is in this state, and just before it was in the other.
type Edge = (DateTime<Utc>, State);

/// An open interval `[from, to)` of the week.
type Interval = (DateTime<Utc>, DateTime<Utc>);

impl Timeline {
    /// The span that contains `now`.
    pub fn span(&self, now: DateTime<Utc>) -> Span {
        Span { state: self.state(now), since: self.last_edge(now), until: self.next_edge(now, |_| true) }
    }

    /// Open or closed at `now`.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        self.state_within(now, &self.intervals(now, now))
    }

    /// Why it is open or closed at `now`.
    ///
    /// A window past midnight belongs to the day it begins: while yesterday's is open, the reason is the schedule even if
    /// today is a holiday or the first day of an absence.
    pub fn reason(&self, now: DateTime<Utc>) -> Reason {
        if self.override_at(now).is_some() {
            return Reason::Override;
        }
        let date = now.with_timezone(&self.timezone).date_naive();
        if let Some(yesterday) = date.pred_opt()
            && self.day(yesterday).iter().any(|(from, to)| (*from..*to).contains(&now))
        {
            return Reason::Schedule;
        }
        if let Some((from, to)) = self.absence(date) {
            return Reason::Away { from, to };
        }
        match self.holidays.and_then(|territory| territory.holiday(date)) {
            Some(holiday) => Reason::Holiday(date, holiday),
            None => Reason::Schedule,
        }
    }

    /// The first opening after `now`, within 366 days.
    pub fn next_opening(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.next_edge(now, |state| state == State::Open)
    }

    /// The openings in `(from, to]`: every edge from closed to open, whatever made it.
    pub fn openings(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        self.edges(from, to).into_iter().filter(|(_, state)| *state == State::Open).map(|(edge, _)| edge).collect()
    }

    /// The open spans that touch `[from, to)`, in order, each with its true edges.
    pub fn windows(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Span> {
        if from >= to {
            return Vec::new();
        }
        let mut windows = Vec::new();
        let mut since = (self.state(from) == State::Open).then(|| self.last_edge(from));
        let edges = self.edges(from, to);
        for (edge, state) in edges.into_iter().filter(|(edge, _)| *edge < to) {
            match (state, since.take()) {
                (State::Open, _) => since = Some(Some(edge)),
                (State::Closed, Some(opened)) => {
                    windows.push(Span { state: State::Open, since: opened, until: Some(edge) })
                }
                (State::Closed, None) => {}
            }
        }
        if let Some(since) = since {
            // The last one is open at `to` or closes there: its edge is looked for from its beginning on, or from `from`.
            let until = self.next_edge(since.unwrap_or(from).max(from), |_| true);
            windows.push(Span { state: State::Open, since, until });
        }
        windows
    }

    /// The named public holidays from `first` to `last`, both included.
    pub fn named_holidays(&self, first: NaiveDate, last: NaiveDate) -> Vec<(NaiveDate, Holiday)> {
        let Some(territory) = self.holidays else {
            return Vec::new();
        };
        let days = first.iter_days().take_while(|date| *date <= last);
        days.filter_map(|date| territory.holiday(date).map(|holiday| (date, holiday))).collect()
    }

    /// The first instant of local time `date` + `minutes`: in a gap the first instant after it, in a fold the first occurrence.
    pub fn instant(&self, date: NaiveDate, minutes: u16) -> DateTime<Utc> {
        civil::first_instant(self.timezone, civil::local(date, minutes))
    }

    fn last_edge(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // An edge at the beginning itself isn't seen, so the search begins a second earlier.
        REACHES.into_iter().find_map(|reach| {
            let from = earlier(now, reach + TimeDelta::seconds(1));
            self.edges(from, now).last().map(|(edge, _)| *edge)
        })
    }

    fn next_edge(&self, now: DateTime<Utc>, wanted: impl Fn(State) -> bool) -> Option<DateTime<Utc>> {
        REACHES.into_iter().find_map(|reach| {
            self.edges(now, later(now, reach)).into_iter().find(|(_, state)| wanted(*state)).map(|(edge, _)| edge)
        })
    }

    /// The edges in `(from, to]`, in order.
    fn edges(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Edge> {
        let intervals = self.intervals(from, to);
        let of_week = intervals.iter().flat_map(|(from, to)| [*from, *to]);
        let of_overrides = self.overrides.iter().flat_map(|given| [Some(given.from), given.to]).flatten();
        let mut cuts: Vec<_> = of_week.chain(of_overrides).filter(|cut| from < *cut && *cut <= to).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut state = self.state_within(from, &intervals);
        let mut edges = Vec::new();
        for cut in cuts {
            let next = self.state_within(cut, &intervals);
            if next != state {
                edges.push((cut, next));
                state = next;
            }
        }
        edges
    }

    /// The state at `instant`, which the `intervals` reach.
    fn state_within(&self, instant: DateTime<Utc>, intervals: &[Interval]) -> State {
        if let Some(given) = self.override_at(instant) {
            return given.state;
        }
        let begun = intervals.partition_point(|(from, _)| *from <= instant);
        let is_open = begun.checked_sub(1).and_then(|last| intervals.get(last)).is_some_and(|(_, to)| instant < *to);
        if is_open { State::Open } else { State::Closed }
    }

    fn override_at(&self, instant: DateTime<Utc>) -> Option<&Override> {
        let covers = |given: &&Override| given.from <= instant && given.to.is_none_or(|to| instant < to);
        self.overrides.iter().rev().find(covers)
    }

    /// The open intervals of week, holidays and absences that touch `[from, to]`, in order, merged.
    fn intervals(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Interval> {
        let date = |instant: DateTime<Utc>| instant.with_timezone(&self.timezone).date_naive();
        let first = date(from).checked_sub_days(MARGIN).unwrap_or(NaiveDate::MIN);
        let last = date(to).checked_add_days(MARGIN).unwrap_or(NaiveDate::MAX);
        let mut intervals: Vec<Interval> = Vec::new();
        for interval in first.iter_days().take_while(|date| *date <= last).flat_map(|date| self.day(date)) {
            match intervals.last_mut() {
                Some(open) if interval.0 <= open.1 => open.1 = open.1.max(interval.1),
                _ => intervals.push(interval),
            }
        }
        intervals
    }

    /// The open intervals that begin on `date`; one wholly in a gap of local time is skipped.
    fn day(&self, date: NaiveDate) -> Vec<Interval> {
        if self.absence(date).is_some() {
            return Vec::new();
        }
        let interval = |window: &Window| {
            let open = self.instant(date, window.start);
            (open, civil::last_instant(self.timezone, civil::local(date, window.end)))
        };
        self.week.day(date, self.holidays).iter().map(interval).filter(|(open, close)| open < close).collect()
    }

    fn absence(&self, date: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        self.away.iter().copied().find(|(first, last)| (*first..=*last).contains(&date))
    }
}

fn earlier(instant: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    instant.checked_sub_signed(by).unwrap_or(instant)
}

fn later(instant: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    instant.checked_add_signed(by).unwrap_or(instant)
}

#[cfg(test)]
mod tests;
