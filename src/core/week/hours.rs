//! An accepted `opening_hours` expression, rule by rule.
//!
//! `opening_hours` is asked one thing only: whether a rule's day selector names a date (`schedule_at`). Hours, rule
//! operators, midnight and public holidays are ours, so that a window past midnight stays with the day it begins.

use chrono::{NaiveDate, TimeDelta};
use opening_hours::OpeningHours;
use opening_hours_syntax::{
    RuleKind,
    rules::{
        OpeningHoursExpression, RuleOperator, RuleSequence,
        day::{DaySelector, WeekDayRange},
        time::{Time, TimeSelector, TimeSpan},
    },
};

use super::{DAY, Window, merge, without};

/// The rules of an expression, in order.
#[derive(Clone, Debug)]
pub(super) struct Hours {
    pub(super) rules: Vec<Rule>,
}

/// One rule: on which days, which windows.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The days of its dates and weekdays; `None` if only holidays are named.
    days: Option<OpeningHours>,
    /// The dates within which `PH` counts, with the offsets in days.
    holidays: Option<(OpeningHours, Vec<i16>)>,
    /// Opens, or closes.
    opens: bool,
    operator: RuleOperator,
    /// What it opens or closes.
    windows: Vec<Window>,
    /// `off` without hours: closes the day with what runs past its midnight.
    whole_day: bool,
    /// Whether `off` may erase: it names dates or holidays only.
    pub(super) may_erase: bool,
}

impl Hours {
    /// `None` where a day selector cannot be written down again as it was read.
    pub(super) fn new(expression: &OpeningHoursExpression) -> Option<Self> {
        expression.rules.iter().map(Rule::new).collect::<Option<_>>().map(|rules| Self { rules })
    }

    pub(super) fn mentions_holidays(&self) -> bool {
        self.rules.iter().any(|rule| rule.holidays.is_some())
    }

    /// The windows that begin on `date`.
    pub(super) fn day(&self, date: NaiveDate, is_holiday: &impl Fn(NaiveDate) -> bool) -> Vec<Window> {
        self.rules
            .iter()
            .filter(|rule| rule.names(date, is_holiday))
            .fold(Vec::new(), |windows, rule| rule.apply(windows))
    }
}

impl Rule {
    fn new(rule: &RuleSequence) -> Option<Self> {
        let selector = &rule.day_selector;
        let (holidays, weekdays): (Vec<_>, Vec<_>) =
            selector.weekday.iter().cloned().partition(|range| matches!(range, WeekDayRange::Holiday { .. }));
        let offsets: Vec<i16> = holidays
            .iter()
            .filter_map(|range| match range {
                WeekDayRange::Holiday { offset, .. } => Some(*offset),
                WeekDayRange::Fixed { .. } => None,
            })
            .collect();
        let names_holidays_only = weekdays.is_empty() && !offsets.is_empty();
        let days = match names_holidays_only {
            true => None,
            false => Some(day_filter(DaySelector { weekday: weekdays, ..selector.clone() })?),
        };
        let holidays = match offsets.is_empty() {
            true => None,
            false => Some((day_filter(DaySelector { weekday: Vec::new(), ..selector.clone() })?, offsets)),
        };
        let is_dated = !(selector.year.is_empty() && selector.monthday.is_empty() && selector.week.is_empty());
        let opens = rule.kind == RuleKind::Open;
        Some(Self {
            days,
            holidays,
            opens,
            operator: rule.operator,
            windows: merge(rule.time_selector.spans.iter().filter_map(window).collect()),
            whole_day: rule.time_selector == TimeSelector::default(),
            may_erase: !opens && (is_dated || names_holidays_only),
        })
    }

    /// Whether the rule is about `date`.
    pub(super) fn names(&self, date: NaiveDate, is_holiday: &impl Fn(NaiveDate) -> bool) -> bool {
        let is_day = |days: &OpeningHours| !days.schedule_at(date).is_empty();
        let by_holiday = |(days, offsets): &(OpeningHours, Vec<i16>)| {
            let day_before = |offset: &i16| date.checked_sub_signed(TimeDelta::days(i64::from(*offset)));
            offsets.iter().filter_map(day_before).any(is_holiday) && is_day(days)
        };
        self.days.as_ref().is_some_and(is_day) || self.holidays.as_ref().is_some_and(by_holiday)
    }

    /// The windows of a day the rule is about, after it.
    pub(super) fn apply(&self, windows: Vec<Window>) -> Vec<Window> {
        match (self.opens, self.operator) {
            (_, RuleOperator::Fallback) if !windows.is_empty() => windows,
            (false, _) if self.whole_day => Vec::new(),
            (false, _) => without(&windows, &self.windows),
            (true, RuleOperator::Additional) => {
                merge(windows.into_iter().chain(self.windows.iter().copied()).collect())
            }
            (true, RuleOperator::Normal | RuleOperator::Fallback) => self.windows.clone(),
        }
    }

    /// Whether a later `;` rule, in the sense that it may take away what stood before it.
    pub(super) fn replaces(&self) -> bool {
        self.operator == RuleOperator::Normal
    }
}

/// An expression that is open all day on the days of `selector`, and closed on all others.
fn day_filter(selector: DaySelector) -> Option<OpeningHours> {
    let rule = RuleSequence {
        day_selector: selector,
        time_selector: TimeSelector::default(),
        kind: RuleKind::Open,
        operator: RuleOperator::Normal,
        comment: "".into(),
    };
    let filter: OpeningHours = rule.to_string().parse().ok()?;
    // The crate writes some rare selectors in a way that it reads differently.
    (filter.get_expression().rules == [rule]).then_some(filter)
}

/// The minutes of a span with fixed ends; an end before the start is on the next day.
pub(super) fn window(span: &TimeSpan) -> Option<Window> {
    let (Time::Fixed(start), Time::Fixed(end)) = (span.range.start, span.range.end) else {
        return None;
    };
    let (start, end) = (start.mins_from_midnight(), end.mins_from_midnight());
    Some(Window { start, end: if end <= start { end + DAY } else { end } })
}
