//! Expressions written down again, as people write them: `off`, and all day long only where that was said.

use opening_hours_syntax::{
    RuleKind,
    rules::{OpeningHoursExpression, RuleOperator, RuleSequence, time::TimeSelector},
};

/// The whole expression. `is_bare`: which rules open without naming hours.
pub(super) fn expression(expression: &OpeningHoursExpression, is_bare: impl Fn(usize) -> bool) -> String {
    let mut spelled = String::new();
    for (index, next) in expression.rules.iter().enumerate() {
        spelled.push_str(match next.operator {
            _ if index == 0 => "",
            RuleOperator::Normal => "; ",
            RuleOperator::Additional => ", ",
            RuleOperator::Fallback => " || ",
        });
        // After a comma, hours alone would belong to the rule before it.
        if index > 0 && next.operator == RuleOperator::Additional && next.day_selector.is_empty() {
            spelled.push_str("Mo-Su ");
        }
        spelled.push_str(&rule(next, is_bare(index)));
    }
    spelled
}

/// One rule without its separator.
pub(super) fn rule(rule: &RuleSequence, is_bare: bool) -> String {
    let is_whole_day = rule.time_selector == TimeSelector::default();
    let days = rule.day_selector.to_string();
    let hours = match is_whole_day {
        false => rule.time_selector.to_string(),
        true if rule.kind == RuleKind::Open && days.is_empty() => "24/7".to_owned(),
        true if rule.kind == RuleKind::Open && !is_bare => "00:00-24:00".to_owned(),
        true => String::new(),
    };
    let kind = match rule.kind {
        RuleKind::Open => "",
        RuleKind::Closed => "off",
        RuleKind::Unknown => "unknown",
    };
    let comment = if rule.comment.is_empty() { String::new() } else { format!("\"{}\"", rule.comment) };
    let parts = [days.as_str(), hours.as_str(), kind, comment.as_str()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
