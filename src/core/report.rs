//! What a mailbox's past says: how many notifications came, when, and the digests they would have been.

mod picture;

pub use self::picture::{Glyphs, picture};

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Timelike as _, Utc, Weekday};

use super::{
    gate::{self, Policy},
    timeline::{Span, State, Timeline},
};

/// Counts by day of the week, Monday first, and local hour.
pub type Grid = [[u32; 24]; 7];

/// A day of rest begins in the morning: what comes at two belongs to the evening before.
const MORNING: u32 = 6;

/// From this local hour on it is evening.
const EVENING: u32 = 18;

/// The hours that the picture shows as open are those of at least one whole week.
const WEEK: TimeDelta = TimeDelta::days(7);

/// One notification of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// INTERNALDATE, or the modification time of the Maildir file.
    pub received: DateTime<Utc>,
    /// A selector of `urgent.pass` is about it.
    pub urgent: bool,
}

/// The time looked at, `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Past {
    /// Midnight of the first local day.
    pub from: DateTime<Utc>,
    /// Now; in the off-hours the moment they began, since seeing a number is already checking.
    pub to: DateTime<Utc>,
    /// The off-hours that run now, and are left out.
    pub closed: bool,
}

/// What came in a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Notifications, at any hour.
    pub notifications: usize,
    /// Those that came in the off-hours.
    pub off_hours: usize,
    /// Those of the off-hours that would have passed as urgent.
    pub urgent: usize,
    /// Evenings or nights of working days on which at least one came in the off-hours.
    pub evenings: usize,
    /// Week-ends on which at least one came in the off-hours.
    pub weekends: usize,
    /// Public holidays on which at least one came in the off-hours.
    pub holidays: usize,
    /// Digests that are not empty.
    pub digests: usize,
    /// What came in the off-hours.
    pub grid: Grid,
    /// The hours of the week that are open more often than not.
    pub open: [[bool; 24]; 7],
}

impl Past {
    /// The last `days` local days before `now`, the one it ends on among them.
    pub fn new(timeline: &Timeline, days: u16, now: DateTime<Utc>) -> Self {
        let Span { state, since, .. } = timeline.span(now);
        let closed = state == State::Closed;
        let to = since.filter(|_| closed).unwrap_or(now);
        let last = to.with_timezone(&timeline.timezone).date_naive();
        let before = Days::new(u64::from(days.saturating_sub(1)));
        let from = timeline.instant(last.checked_sub_days(before).unwrap_or(last), 0);
        Self { from: from.min(to), to, closed }
    }

    /// Whether an instant lies in it.
    pub fn contains(&self, instant: DateTime<Utc>) -> bool {
        (self.from..self.to).contains(&instant)
    }
}

/// Counts the arrivals of `past`; others are left out.
pub fn report(mut arrivals: Vec<Arrival>, past: &Past, timeline: &Timeline, policy: &Policy) -> Report {
    arrivals.retain(|arrival| past.contains(arrival.received));
    arrivals.sort_unstable_by_key(|arrival| arrival.received);
    let mut tally = Tally::new(timeline, policy);
    for arrival in &arrivals {
        tally.add(*arrival);
    }
    let Tally { off_hours, urgent, evenings, weekends, holidays, digests, grid, .. } = tally;
    Report {
        notifications: arrivals.len(),
        off_hours,
        urgent,
        evenings: evenings.len(),
        weekends: weekends.len(),
        holidays: holidays.len(),
        digests: digests.range(..=past.to).count(),
        grid,
        open: open_hours(timeline, past),
    }
}

/// Counts while arrivals are added in order.
struct Tally<'a> {
    timeline: &'a Timeline,
    policy: &'a Policy,
    /// The span of the latest arrival, and how many passed in it as urgent.
    span: Option<(Span, u32)>,
    /// The digest after the latest arrival; `None` when there is none to come.
    next_digest: Option<DateTime<Utc>>,
    off_hours: usize,
    urgent: usize,
    evenings: BTreeSet<NaiveDate>,
    weekends: BTreeSet<NaiveDate>,
    holidays: BTreeSet<NaiveDate>,
    digests: BTreeSet<DateTime<Utc>>,
    grid: Grid,
}

impl<'a> Tally<'a> {
    fn new(timeline: &'a Timeline, policy: &'a Policy) -> Self {
        Self {
            timeline,
            policy,
            span: None,
            next_digest: None,
            off_hours: 0,
            urgent: 0,
            evenings: BTreeSet::new(),
            weekends: BTreeSet::new(),
            holidays: BTreeSet::new(),
            digests: BTreeSet::new(),
            grid: Grid::default(),
        }
    }

    fn add(&mut self, arrival: Arrival) {
        let state = self.enter(arrival.received);
        let passes = arrival.urgent && self.admit();
        if state == State::Closed {
            self.off_hours += 1;
            self.urgent += usize::from(passes);
            self.place(arrival.received);
        }
        if !passes && (state == State::Closed || self.policy.batch) {
            let digest = self.digest_after(arrival.received);
            self.digests.extend(digest);
        }
    }

    /// The state at an arrival, which no earlier one follows; a span is looked for once.
    fn enter(&mut self, instant: DateTime<Utc>) -> State {
        let known = self.span.take().filter(|(span, _)| span.until.is_none_or(|until| instant < until));
        let (span, passed) = known.unwrap_or_else(|| (self.timeline.span(instant), 0));
        let state = span.state;
        self.span = Some((span, passed));
        state
    }

    /// Whether one more passes as urgent in this span.
    fn admit(&mut self) -> bool {
        let most = self.policy.max_urgent;
        match &mut self.span {
            Some((_, passed)) if *passed < most => {
                *passed += 1;
                true
            }
            _ => false,
        }
    }

    fn digest_after(&mut self, instant: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.next_digest.is_none_or(|next| next <= instant) {
            self.next_digest = gate::outlook(self.timeline, self.policy, instant).next_digest;
        }
        self.next_digest
    }

    /// Notes the hour, and the evening, week-end or holiday that an arrival fell into.
    fn place(&mut self, instant: DateTime<Utc>) {
        let local = instant.with_timezone(&self.timeline.timezone).naive_local();
        self.grid[day(local.weekday())][hour(local.hour())] += 1;
        let lived = (local - TimeDelta::hours(i64::from(MORNING))).date();
        let is_holiday = self.timeline.holidays.is_some_and(|territory| territory.is_holiday(lived));
        if is_holiday {
            self.holidays.insert(lived);
        }
        if matches!(lived.weekday(), Weekday::Sat | Weekday::Sun) {
            self.weekends.insert(lived.week(Weekday::Mon).first_day());
        } else if !is_holiday && !(MORNING..EVENING).contains(&local.hour()) {
            self.evenings.insert(lived);
        }
    }
}

/// The hours of the week that are wholly open in at least half of the weeks.
fn open_hours(timeline: &Timeline, past: &Past) -> [[bool; 24]; 7] {
    let from = past.from.min(past.to - WEEK);
    let mut windows = timeline.windows(from, past.to).into_iter().peekable();
    let mut balance = [[0_i32; 24]; 7];
    let mut begin = from;
    while begin < past.to {
        let end = begin + TimeDelta::hours(1);
        while windows.next_if(|window| window.until.is_some_and(|until| until <= begin)).is_some() {}
        let open = windows.peek().is_some_and(|window| {
            window.since.is_none_or(|since| since <= begin) && window.until.is_none_or(|until| end <= until)
        });
        let local = begin.with_timezone(&timeline.timezone);
        balance[day(local.weekday())][hour(local.hour())] += if open { 1 } else { -1 };
        begin = end;
    }
    balance.map(|hours| hours.map(|balance| balance > 0))
}

/// The row of a weekday.
fn day(weekday: Weekday) -> usize {
    weekday.num_days_from_monday() as usize
}

/// The column of an hour, below 24.
fn hour(hour: u32) -> usize {
    hour as usize % 24
}

#[cfg(test)]
mod tests;
