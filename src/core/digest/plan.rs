//! What is shown as a block, what as a line, and what only as a number.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    Input,
    group::{Section, Topic, topics},
};

/// Beyond this a digest is grouped by day: more than a weekend, so that a Monday reads like any other day.
const ABSENCE: TimeDelta = TimeDelta::days(3);

/// Days of an absence that stay open; those before are folded. The last three are what a reader can still act on at once.
const OPEN_DAYS: usize = 3;

/// Lines of one digest, blocks aside: more than anybody reads, and the message stays near 200 KiB.
pub(super) const MAX_LINES: usize = 500;

/// A run of topics under one heading: a day of an absence, or everything.
#[derive(Debug)]
pub(super) struct Day<'a> {
    /// The local day of their last messages; `None` where the digest is not grouped by day.
    pub date: Option<NaiveDate>,
    /// Folded until the reader opens it.
    pub folded: bool,
    /// Shown in full.
    pub blocks: Vec<Topic<'a>>,
    /// Shown as a line.
    pub lines: Vec<Topic<'a>>,
}

/// Where every original is.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    /// Waiting for an answer, oldest first.
    pub waiting: Vec<Day<'a>>,
    /// For information, oldest first.
    pub information: Vec<Topic<'a>>,
    /// Topics beyond the last line.
    pub unlisted_topics: usize,
    /// Their originals.
    pub unlisted: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Block,
    Line,
    Unlisted,
}

/// Plans the digest.
pub(super) fn plan(input: &Input) -> Plan<'_> {
    let (waiting, information): (Vec<_>, Vec<_>) =
        topics(&input.entries).into_iter().partition(|topic| Section::of(topic) == Section::Waiting);
    let absence = input.period.to - input.period.from > ABSENCE;
    let mut plan = Plan { waiting: Vec::new(), information: Vec::new(), unlisted_topics: 0, unlisted: 0 };
    let timezone = absence.then_some(input.style.timezone);
    let used = plan.place_waiting(waiting, timezone, input.style.max_topics);
    plan.place_information(information, MAX_LINES.saturating_sub(used));
    plan
}

impl<'a> Plan<'a> {
    /// Every topic that is shown, in the order of the digest.
    pub fn listed(&self) -> impl Iterator<Item = (Section, &Topic<'a>)> {
        let waiting = self.waiting.iter().flat_map(|day| day.blocks.iter().chain(&day.lines));
        waiting
            .map(|topic| (Section::Waiting, topic))
            .chain(self.information.iter().map(|topic| (Section::Information, topic)))
    }

    /// Gives each topic its shape and day; answers how many lines that took. Blocks go to the oldest, since they wait longest;
    /// after an absence to the newest, since the oldest are folded.
    fn place_waiting(&mut self, mut topics: Vec<Topic<'a>>, by_day: Option<Tz>, max_blocks: usize) -> usize {
        let date = |topic: &Topic<'_>| by_day.map(|timezone| local_day(topic.latest.received, timezone));
        topics.sort_by_key(date);
        let total = topics.len();
        for (at, topic) in topics.into_iter().enumerate() {
            let rank = if by_day.is_some() { total - 1 - at } else { at };
            match shape(rank, max_blocks) {
                Shape::Block => self.day(date(&topic)).blocks.push(topic),
                Shape::Line => self.day(date(&topic)).lines.push(topic),
                Shape::Unlisted => self.leave_out(&topic),
            }
        }
        if by_day.is_some() {
            let open = self.waiting.len().saturating_sub(OPEN_DAYS);
            self.waiting.iter_mut().take(open).for_each(|day| day.folded = true);
        }
        self.waiting.iter().map(|day| day.lines.len()).sum()
    }

    fn place_information(&mut self, mut topics: Vec<Topic<'a>>, lines: usize) {
        let rest = topics.split_off(lines.min(topics.len()));
        rest.iter().for_each(|topic| self.leave_out(topic));
        self.information = topics;
    }

    fn leave_out(&mut self, topic: &Topic<'_>) {
        self.unlisted_topics += 1;
        self.unlisted += topic.count() + topic.copies;
    }

    /// The last day, or a new one: topics come in the order of their days.
    fn day(&mut self, date: Option<NaiveDate>) -> &mut Day<'a> {
        let at = match self.waiting.last() {
            Some(day) if day.date == date => self.waiting.len() - 1,
            _ => {
                self.waiting.push(Day { date, folded: false, blocks: Vec::new(), lines: Vec::new() });
                self.waiting.len() - 1
            }
        };
        &mut self.waiting[at]
    }
}

fn shape(rank: usize, max_blocks: usize) -> Shape {
    if rank < max_blocks {
        Shape::Block
    } else if rank - max_blocks < MAX_LINES {
        Shape::Line
    } else {
        Shape::Unlisted
    }
}

fn local_day(instant: DateTime<Utc>, timezone: Tz) -> NaiveDate {
    instant.with_timezone(&timezone).date_naive()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::core::digest::sample::{input, keyed};

    fn accounted(plan: &Plan<'_>) -> usize {
        plan.listed().map(|(_, topic)| topic.count() + topic.copies).sum::<usize>() + plan.unlisted
    }

    #[test]
    fn topics_beyond_the_blocks_are_lines_and_beyond_those_a_number() {
        let mut input = input();
        input.style.max_topics = 4;
        input.entries = (0..MAX_LINES + 10).map(|n| keyed(&n.to_string(), n)).collect();
        let plan = plan(&input);
        assert_eq!((plan.waiting[0].blocks.len(), plan.waiting[0].lines.len()), (4, MAX_LINES));
        assert_eq!((plan.unlisted_topics, plan.unlisted), (6, 6));
        assert!(plan.waiting[0].blocks[0].latest.received < plan.waiting[0].lines[0].latest.received);
    }

    #[test]
    fn a_weekend_is_one_list_and_an_absence_is_by_day_with_the_oldest_folded() {
        let mut input = input();
        input.entries = (0..6).map(|n| keyed(&n.to_string(), n)).collect();
        for (n, entry) in input.entries.iter_mut().enumerate() {
            entry.received = input.period.to - TimeDelta::days(6 - n as i64);
        }
        assert_eq!(plan(&input).waiting.len(), 1);
        input.period.from = input.period.to - TimeDelta::days(7);
        let folded: Vec<bool> = plan(&input).waiting.iter().map(|day| day.folded).collect();
        assert_eq!(folded, [true, true, true, false, false, false]);
    }

    proptest! {
        #[test]
        fn every_original_is_accounted_for(
            keys in prop::collection::vec((prop::option::of(0..40_u8), 0..30_usize), 0..200),
            max_topics in 0..30_usize,
            days in 1..9_i64,
        ) {
            let mut input = input();
            input.style.max_topics = max_topics;
            input.period.from = input.period.to - TimeDelta::days(days);
            input.entries = keys.iter().map(|(key, n)| match key {
                Some(key) => keyed(&key.to_string(), *n),
                None => crate::core::digest::sample::entry(*n),
            }).collect();
            prop_assert_eq!(accounted(&plan(&input)), input.entries.len());
        }
    }
}
