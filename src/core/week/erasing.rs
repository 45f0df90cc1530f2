//! Later `;` rules that take away windows of earlier ones: `Mo-Fr 09:00-12:00; Mo 14:00-18:00` has no Monday morning.

use chrono::{Days, NaiveDate};
use opening_hours_syntax::{
    RuleKind,
    rules::{
        OpeningHoursExpression, RuleOperator, RuleSequence,
        day::{DaySelector, WeekDayRange},
        time::TimeSelector,
    },
};

use super::{WeekFault, hours::Hours, refusals::Refusal, spelling, translation, without};

/// The days on which rules are compared: 2024 has a 29 February, 2026 a week 53.
const SAMPLE: (i32, u64) = (2024, 3 * 366);

/// The first `;` rule that takes away windows of an earlier one without being a dated or `PH` `off`.
pub(super) fn erased(hours: &Hours, expression: &OpeningHoursExpression) -> Option<Refusal> {
    let may_erase = |index: usize| hours.rules.get(index).is_none_or(|rule| rule.may_erase || !rule.replaces());
    if (1..hours.rules.len()).all(may_erase) {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(SAMPLE.0, 1, 1)?;
    let dates = (0..SAMPLE.1).filter_map(|day| first.checked_add_days(Days::new(day)));
    let index = dates.filter_map(|date| erasing_rule(hours, date)).min()?;
    let rule = expression.rules.get(index)?;
    let repaired = spelled_out(expression, index).map(|expression| spelling::expression(&expression, |_| false));
    Some(Refusal { kind: WeekFault::Erases, found: spelling::rule(rule, false), repaired })
}

fn erasing_rule(hours: &Hours, date: NaiveDate) -> Option<usize> {
    [false, true].into_iter().filter(|holiday| !holiday || hours.mentions_holidays()).find_map(|holiday| {
        let mut windows = Vec::new();
        for (index, rule) in hours.rules.iter().enumerate().filter(|(_, rule)| rule.names(date, &|_| holiday)) {
            let after = rule.apply(windows.clone());
            if rule.replaces() && !rule.may_erase && !without(&windows, &after).is_empty() {
                return Some(index);
            }
            windows = after;
        }
        None
    })
}

/// The same days said without erasing: `,` for one more window, an `off` first where dates or holidays differ.
fn spelled_out(expression: &OpeningHoursExpression, index: usize) -> Option<OpeningHoursExpression> {
    let mut whole = expression.clone();
    let rule = whole.rules.get_mut(index)?;
    let selector = rule.day_selector.clone();
    if rule.kind == RuleKind::Closed {
        return without_weekdays(whole, index);
    }
    if is_dated_or_holiday(&selector) {
        let off = RuleSequence {
            time_selector: TimeSelector::default(),
            kind: RuleKind::Closed,
            comment: "".into(),
            ..rule.clone()
        };
        whole.rules.insert(index, off);
    } else {
        rule.operator = RuleOperator::Additional;
    }
    Some(whole)
}

fn is_dated_or_holiday(selector: &DaySelector) -> bool {
    let is_holiday = |range: &WeekDayRange| matches!(range, WeekDayRange::Holiday { .. });
    let holidays_only = !selector.weekday.is_empty() && selector.weekday.iter().all(is_holiday);
    holidays_only || !(selector.year.is_empty() && selector.monthday.is_empty() && selector.week.is_empty())
}

/// Takes the weekdays of an `off` rule out of the rules before it, and the rule itself away.
fn without_weekdays(mut whole: OpeningHoursExpression, index: usize) -> Option<OpeningHoursExpression> {
    let off = whole.rules.remove(index);
    if off.time_selector != TimeSelector::default() {
        return None;
    }
    let closed = translation::weekdays(&off.day_selector.weekday)?;
    for rule in whole.rules.iter_mut().take(index) {
        let open = translation::weekdays(&rule.day_selector.weekday)?;
        let left: Vec<_> = open.into_iter().filter(|day| !closed.contains(day)).collect();
        if left.is_empty() {
            return None;
        }
        rule.day_selector.weekday = left.into_iter().map(translation::weekday).collect();
    }
    Some(whole)
}
