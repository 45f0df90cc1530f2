//! The subject and the first sentences.

use super::Speaker;
use crate::core::text;

/// Rules named in the lead; the section of what passed has them all.
const NAMED_RULES: usize = 3;

impl Speaker<'_> {
    /// Without alarm and without a number.
    pub(super) fn subject(&self) -> String {
        let args = [("greeting", self.greeting().into()), ("when", self.moments.named(self.input.period.to).into())];
        // Mail programs show a no-break space in a subject as anything.
        self.sentences.say_with("digest-subject", &args).replace(['\u{a0}', '\u{202f}'], " ")
    }

    pub(super) fn greeting(&self) -> String {
        let part = match self.moments.hour_now() {
            4..=11 => "morning",
            12..=17 => "afternoon",
            _ => "evening",
        };
        self.say_text("digest-greeting", "part", part.to_owned())
    }

    /// The period, what nobody expects, and whether something urgent passed.
    pub(super) fn lead(&self) -> Vec<String> {
        let arrived = if self.input.is_empty() { "digest-nothing" } else { "digest-nobody-expects" };
        vec![self.covers(), self.sentences.say(arrived), self.urgent()]
    }

    fn covers(&self) -> String {
        let (from, to) = (self.input.period.from, self.input.period.to);
        let (id, from, to) = if !self.moments.is_near(from) {
            ("digest-covers-dates", self.moments.dated(from), self.moments.dated(to))
        } else if self.moments.is_today(from) {
            ("digest-covers", self.moments.hour(from), self.moments.hour(to))
        } else {
            ("digest-covers", self.moments.named(from), self.moments.named(to))
        };
        self.sentences.say_with(id, &[("from", from.into()), ("to", to.into())])
    }

    fn urgent(&self) -> String {
        let mut rules: Vec<&str> = Vec::new();
        for passed in &self.input.passed {
            if rules.len() < NAMED_RULES && !rules.contains(&passed.selector.as_str()) {
                rules.push(&passed.selector);
            }
        }
        let args = [("count", self.input.passed.len().into()), ("rules", text::line(&rules.join(", "), 200).into())];
        self.sentences.say_with("digest-urgent", &args)
    }
}
