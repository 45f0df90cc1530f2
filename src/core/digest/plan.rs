//! What is shown as a block, what as a line, and what only as a number.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    Input,
    group::{Original, Section, Topic, sketches, topics},
    sketch::{Gives, Sketch},
    view::EXCERPTS,
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
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// For this reader, oldest first.
    pub for_you: Vec<Day<'a>>,
    /// Waiting for an answer, oldest first.
    pub waiting: Vec<Day<'a>>,
    /// Answered by somebody else, oldest first.
    pub answered: Vec<Topic<'a>>,
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

/// Places of those sketches in `input` whose words its digest shows: a few for each topic, whatever the number of originals.
/// Composed with their entries in place of their sketches, it shows what it would show of the entries of all.
pub fn wanted(input: &Input) -> Vec<u32> {
    if input.sketches.is_empty() {
        return Vec::new();
    }
    let own = sketches(input);
    let plan = plan(input, &own);
    let days = || plan.for_you.iter().chain(&plan.waiting);
    let blocks = days().flat_map(|day| &day.blocks).flat_map(|topic| shown(topic, EXCERPTS));
    let lines = days().flat_map(|day| &day.lines).chain(&plan.answered).chain(&plan.information);
    let mut places: Vec<u32> = blocks.chain(lines.flat_map(|topic| shown(topic, 1))).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// What the topic is shown with, as far as it is not at hand: the `last` ones, and the newest that gives each fact.
fn shown(topic: &Topic<'_>, last: usize) -> impl Iterator<Item = u32> {
    // Of a doubtful one only what no other has.
    let facts: [fn(Gives, bool) -> bool; 6] = [
        |gives, doubtful| gives.title && !doubtful,
        |gives, _| gives.title,
        |gives, doubtful| gives.link && !doubtful,
        |gives, _| gives.link,
        |gives, _| gives.source,
        |gives, doubtful| gives.reply && !doubtful,
    ];
    let newest = |fact: fn(Gives, bool) -> bool| {
        topic.originals().rev().find(|original| fact(original.gives(), original.sketch.traits.doubtful))
    };
    let last = topic.originals().rev().take(last);
    let wanted: Vec<Original<'_>> = last.chain(facts.into_iter().filter_map(newest)).collect();
    wanted.into_iter().filter(|original| original.entry.is_none()).map(|original| original.sketch.place)
}

/// Plans the digest; `own` are the [`sketches`] of its entries.
pub(super) fn plan<'a>(input: &'a Input, own: &'a [Sketch]) -> Plan<'a> {
    let mut plan = Plan::default();
    let mut sections: BTreeMap<Section, Vec<Topic<'_>>> = BTreeMap::new();
    for topic in topics(input, own) {
        sections.entry(Section::of(&topic)).or_default().push(topic);
    }
    let mut take = |section| sections.remove(&section).unwrap_or_default();
    let mut room = Room { blocks: input.style.max_topics, lines: MAX_LINES };
    let absence = input.period.to - input.period.from > ABSENCE;
    plan.for_you = plan.place(take(Section::ForYou), None, &mut room);
    plan.waiting = plan.place(take(Section::Waiting), absence.then_some(input.style.timezone), &mut room);
    plan.answered = plan.place_lines(take(Section::Answered), &mut room);
    plan.information = plan.place_lines(take(Section::Information), &mut room);
    plan
}

/// What is left to give away.
struct Room {
    blocks: usize,
    lines: usize,
}

impl<'a> Plan<'a> {
    /// Every topic that is shown, in the order of the digest.
    pub fn listed<'s>(&'s self) -> impl Iterator<Item = (Section, &'s Topic<'a>)> {
        let of = |days: &'s [Day<'a>]| days.iter().flat_map(|day| day.blocks.iter().chain(&day.lines));
        of(&self.for_you)
            .map(|topic| (Section::ForYou, topic))
            .chain(of(&self.waiting).map(|topic| (Section::Waiting, topic)))
            .chain(self.answered.iter().map(|topic| (Section::Answered, topic)))
            .chain(self.information.iter().map(|topic| (Section::Information, topic)))
    }

    /// Gives each topic its shape and day. Blocks go to the oldest, since they wait longest; after an absence to the newest,
    /// since the oldest are folded.
    fn place(&mut self, mut topics: Vec<Topic<'a>>, by_day: Option<Tz>, room: &mut Room) -> Vec<Day<'a>> {
        let date = |topic: &Topic<'_>| by_day.map(|timezone| local_day(topic.latest.sketch.received, timezone));
        topics.sort_by_key(date);
        let total = topics.len();
        let mut days = Vec::new();
        for (at, topic) in topics.into_iter().enumerate() {
            let rank = if by_day.is_some() { total - 1 - at } else { at };
            match shape(rank, room) {
                Shape::Block => day(&mut days, date(&topic)).blocks.push(topic),
                Shape::Line => day(&mut days, date(&topic)).lines.push(topic),
                Shape::Unlisted => self.leave_out(&topic),
            }
        }
        if by_day.is_some() {
            let open = days.len().saturating_sub(OPEN_DAYS);
            days.iter_mut().take(open).for_each(|day| day.folded = true);
        }
        room.blocks = room.blocks.saturating_sub(total);
        room.lines -= days.iter().map(|day| day.lines.len()).sum::<usize>();
        days
    }

    fn place_lines(&mut self, mut topics: Vec<Topic<'a>>, room: &mut Room) -> Vec<Topic<'a>> {
        let rest = topics.split_off(room.lines.min(topics.len()));
        rest.iter().for_each(|topic| self.leave_out(topic));
        room.lines -= topics.len();
        topics
    }

    fn leave_out(&mut self, topic: &Topic<'_>) {
        self.unlisted_topics += 1;
        self.unlisted += topic.count() + topic.copies;
    }
}

/// The last day, or a new one: topics come in the order of their days.
fn day<'d, 'a>(days: &'d mut Vec<Day<'a>>, date: Option<NaiveDate>) -> &'d mut Day<'a> {
    let at = match days.last() {
        Some(day) if day.date == date => days.len() - 1,
        _ => {
            days.push(Day { date, folded: false, blocks: Vec::new(), lines: Vec::new() });
            days.len() - 1
        }
    };
    &mut days[at]
}

fn shape(rank: usize, room: &Room) -> Shape {
    if rank < room.blocks {
        Shape::Block
    } else if rank - room.blocks < room.lines {
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

    fn latest(topic: &Topic<'_>) -> DateTime<Utc> {
        topic.latest.sketch.received
    }

    fn accounted(plan: &Plan<'_>) -> usize {
        plan.listed().map(|(_, topic)| topic.count() + topic.copies).sum::<usize>() + plan.unlisted
    }

    #[test]
    fn topics_beyond_the_blocks_are_lines_and_beyond_those_a_number() {
        let mut input = input();
        input.style.max_topics = 4;
        input.entries = (0..MAX_LINES + 10).map(|n| keyed(&n.to_string(), n)).collect();
        let own = sketches(&input);
        let plan = plan(&input, &own);
        assert_eq!((plan.waiting[0].blocks.len(), plan.waiting[0].lines.len()), (4, MAX_LINES));
        assert_eq!((plan.unlisted_topics, plan.unlisted), (6, 6));
        assert!(latest(&plan.waiting[0].blocks[0]) < latest(&plan.waiting[0].lines[0]));
    }

    #[test]
    fn a_weekend_is_one_list_and_an_absence_is_by_day_with_the_oldest_folded() {
        let mut input = input();
        input.entries = (0..6).map(|n| keyed(&n.to_string(), n)).collect();
        for (n, entry) in input.entries.iter_mut().enumerate() {
            entry.received = input.period.to - TimeDelta::days(6 - n as i64);
        }
        let folded = |input: &Input| -> Vec<bool> {
            plan(input, &sketches(input)).waiting.iter().map(|day| day.folded).collect()
        };
        assert_eq!(folded(&input), [false]);
        input.period.from = input.period.to - TimeDelta::days(7);
        assert_eq!(folded(&input), [true, true, true, false, false, false]);
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
            prop_assert_eq!(accounted(&plan(&input, &sketches(&input))), input.entries.len());
        }
    }
}
