//! Originals to topics, and topics to the section they belong to.

use std::collections::HashMap;

use super::{
    Entry, Input,
    sketch::{Gives, Mark, Sketch},
    whose,
};
use crate::core::notice::Notice;

/// One original: its sketch, and its words if they are at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Original<'a> {
    pub sketch: &'a Sketch,
    pub entry: Option<&'a Entry>,
}

impl<'a> Original<'a> {
    /// Its facts, if they are at hand.
    pub fn notice(&self) -> Option<&'a Notice> {
        self.entry.map(|entry| &entry.notice)
    }

    /// What it gives to a block or a line.
    pub fn gives(&self) -> Gives {
        self.notice().map_or(self.sketch.gives, Gives::of)
    }
}

/// The originals about one topic or ticket, oldest first; there is always one.
#[derive(Clone, Debug)]
pub(super) struct Topic<'a> {
    /// All but the last, oldest first.
    pub earlier: Vec<Original<'a>>,
    /// The last one.
    pub latest: Original<'a>,
    /// Further originals that are the same mail, through another mailbox.
    pub copies: usize,
}

impl<'a> Topic<'a> {
    fn new(original: Original<'a>) -> Self {
        Self { earlier: Vec::new(), latest: original, copies: 0 }
    }

    fn push(&mut self, original: Original<'a>) {
        self.earlier.push(std::mem::replace(&mut self.latest, original));
    }

    /// The original that began it.
    pub fn first(&self) -> Original<'a> {
        self.earlier.first().copied().unwrap_or(self.latest)
    }

    /// How many different messages.
    pub fn count(&self) -> usize {
        self.earlier.len() + 1
    }

    /// All of them, oldest first.
    pub fn originals(&self) -> impl DoubleEndedIterator<Item = Original<'a>> {
        self.earlier.iter().copied().chain(std::iter::once(self.latest))
    }

    /// Those whose words are at hand, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.originals().filter_map(|original| original.entry)
    }

    /// As [`Topic::newest`], but of none whose sender is another than it says.
    pub fn newest_sure<T>(&self, fact: impl Fn(&'a Notice) -> Option<T>) -> Option<T> {
        self.entries().rev().filter(|entry| !entry.is_doubtful()).find_map(|entry| fact(&entry.notice))
    }

    /// Whether the sender of one of them is another than it says.
    pub fn is_doubtful(&self) -> bool {
        self.originals().any(|original| original.sketch.traits.doubtful)
    }

    /// The last thing that `fact` finds in one of them, newest first.
    pub fn newest<T>(&self, fact: impl Fn(&'a Notice) -> Option<T>) -> Option<T> {
        self.entries().rev().find_map(|entry| fact(&entry.notice))
    }
}

/// A section of topics, in the order of the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    /// Mentions, private messages, what is assigned to this reader.
    ForYou,
    /// Somebody may be waiting for an answer.
    Waiting,
    /// Somebody else answered meanwhile, or it is closed.
    Answered,
    /// Nothing is asked: titles only.
    Information,
}

impl Section {
    /// The section's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::ForYou => "for_you",
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::Information => "information",
        }
    }

    /// A topic is for information only if all its messages are. What is answered is so for everybody: it asks nothing of the
    /// one who was named in it. A message whose sender is doubtful answers nothing.
    pub fn of(topic: &Topic<'_>) -> Self {
        if topic.originals().all(|original| original.sketch.traits.informs) {
            Self::Information
        } else if !topic.latest.sketch.traits.doubtful && whose::is_answered(topic) {
            Self::Answered
        } else if topic.originals().any(|original| original.sketch.traits.personal) {
            Self::ForYou
        } else {
            Self::Waiting
        }
    }
}

/// The sketches of the entries of `input`, in their order.
pub(super) fn sketches(input: &Input) -> Vec<Sketch> {
    input.entries.iter().map(|entry| Sketch::beside(entry, &input.style)).collect()
}

/// Groups the originals by key, in the order in which the topics began. An original without a key is its own topic. `own` are
/// the [`sketches`] of the entries.
pub(super) fn topics<'a>(input: &'a Input, own: &'a [Sketch]) -> Vec<Topic<'a>> {
    let mut topics: Vec<Topic<'_>> = Vec::new();
    let mut by_key: HashMap<Mark, usize> = HashMap::new();
    let mut by_mail: HashMap<Mark, usize> = HashMap::new();
    for original in in_order(input, own) {
        let mail = original.sketch.mail();
        if let Some(topic) = mail.and_then(|mail| by_mail.get(&mail)).and_then(|at| topics.get_mut(*at)) {
            topic.copies += 1;
            continue;
        }
        let next = topics.len();
        let at = original.sketch.key().map_or(next, |key| *by_key.entry(key).or_insert(next));
        match topics.get_mut(at) {
            Some(topic) => topic.push(original),
            None => topics.push(Topic::new(original)),
        }
        if let Some(mail) = mail {
            by_mail.insert(mail, at);
        }
    }
    topics
}

fn in_order<'a>(input: &'a Input, own: &'a [Sketch]) -> Vec<Original<'a>> {
    let entries = own.iter().zip(&input.entries).map(|(sketch, entry)| Original { sketch, entry: Some(entry) });
    let sketches = input.sketches.iter().map(|sketch| Original { sketch, entry: None });
    let mut originals: Vec<Original<'_>> = entries.chain(sketches).collect();
    // Of two copies the one whose words are at hand is shown.
    originals.sort_unstable_by(|a, b| {
        (a.sketch.in_order(), a.entry.is_none()).cmp(&(b.sketch.in_order(), b.entry.is_none()))
    });
    originals
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        digest::sample::{entry, input, keyed},
        notice::Platform,
    };

    fn told<T>(entries: &[Entry], tell: impl FnOnce(&[Topic<'_>]) -> T) -> T {
        let input = Input { entries: entries.to_vec(), ..input() };
        let own = sketches(&input);
        tell(&topics(&input, &own))
    }

    #[test]
    fn one_topic_is_one_block_whatever_the_number_of_messages() {
        told(&[keyed("a", 3), keyed("b", 2), keyed("a", 1)], |topics| {
            assert_eq!(topics.len(), 2);
            assert_eq!(topics[0].count(), 2);
            assert!(topics[0].first().sketch.received < topics[0].latest.sketch.received);
        });
    }

    #[test]
    fn messages_without_a_key_stay_apart() {
        told(&[entry(1), entry(2)], |topics| assert_eq!(topics.len(), 2));
    }

    #[test]
    fn one_mail_through_two_mailboxes_is_listed_once() {
        let mut second = keyed("a", 1);
        second.received += chrono::TimeDelta::seconds(4);
        told(&[keyed("a", 1), second], |topics| assert_eq!((topics[0].count(), topics[0].copies), (1, 1)));
    }

    #[test]
    fn two_different_messages_with_one_message_id_are_two() {
        let mut second = keyed("a", 1);
        second.notice.excerpt = Some("something else".into());
        told(&[keyed("a", 1), second], |topics| assert_eq!(topics[0].count(), 2));
    }

    #[test]
    fn mailing_lists_and_summaries_are_for_information() {
        let mut list = keyed("l", 1);
        list.notice.platform = Some(Platform::Mailinglist);
        let mut summary = entry(2);
        summary.notice.platform = Some(Platform::Discourse);
        for entry in [list, summary] {
            told(&[entry], |topics| assert_eq!(Section::of(&topics[0]), Section::Information));
        }
    }

    #[test]
    fn a_mail_that_a_rule_holds_and_one_that_cannot_be_read_may_be_waiting() {
        let mut held = entry(1);
        held.notice.platform = None;
        let mut unreadable = entry(2);
        unreadable.notice.unreadable = true;
        for entry in [held, unreadable, keyed("a", 3)] {
            told(&[entry], |topics| assert_eq!(Section::of(&topics[0]), Section::Waiting));
        }
    }
}
