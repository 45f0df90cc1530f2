//! Originals to topics, and topics to the section they belong to.

use std::collections::HashMap;

use super::{Entry, Style, whose};
use crate::core::notice::{Kind, Notice, Platform};

/// The originals about one topic or ticket, oldest first; there is always one.
#[derive(Clone, Debug)]
pub(super) struct Topic<'a> {
    /// All but the last, oldest first.
    pub earlier: Vec<&'a Entry>,
    /// The last one.
    pub latest: &'a Entry,
    /// Further originals that are the same mail, through another mailbox.
    pub copies: usize,
}

impl<'a> Topic<'a> {
    fn new(entry: &'a Entry) -> Self {
        Self { earlier: Vec::new(), latest: entry, copies: 0 }
    }

    fn push(&mut self, entry: &'a Entry) {
        self.earlier.push(std::mem::replace(&mut self.latest, entry));
    }

    /// The original that began it.
    pub fn first(&self) -> &'a Entry {
        self.earlier.first().copied().unwrap_or(self.latest)
    }

    /// How many different messages.
    pub fn count(&self) -> usize {
        self.earlier.len() + 1
    }

    /// All of them, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.earlier.iter().copied().chain(std::iter::once(self.latest))
    }

    /// As [`Topic::newest`], but of none whose sender is another than it says.
    pub fn newest_sure<T>(&self, fact: impl Fn(&'a Notice) -> Option<T>) -> Option<T> {
        self.entries().rev().filter(|entry| !entry.is_doubtful()).find_map(|entry| fact(&entry.notice))
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
    pub fn of(topic: &Topic<'_>, style: &Style) -> Self {
        if topic.entries().all(|entry| informs(&entry.notice)) {
            Self::Information
        } else if !topic.latest.is_doubtful() && whose::is_answered(topic, style) {
            Self::Answered
        } else if whose::is_personal(topic, style) {
            Self::ForYou
        } else {
            Self::Waiting
        }
    }
}

/// Whether a message asks nothing of this reader: mailing lists, summaries of a platform (about no one topic, so without a
/// key), bounces and digests that were put into the folder by hand. Anything else, and what could not be read, may be waiting.
fn informs(notice: &Notice) -> bool {
    if notice.unreadable {
        return false;
    }
    match (notice.kind, notice.platform) {
        (Kind::Bounce | Kind::Digest, _) | (_, Some(Platform::Mailinglist)) => true,
        (_, Some(_)) => notice.key.is_none(),
        (_, None) => notice.key.is_none() && notice.list_id.is_some(),
    }
}

/// What makes two originals one mail: Message-ID and text, never the Message-ID alone.
#[derive(PartialEq, Eq, Hash)]
struct Mail<'a> {
    message_id: &'a str,
    subject: &'a str,
    from: &'a [String],
    key: Option<&'a str>,
    excerpt: Option<&'a str>,
}

impl<'a> Mail<'a> {
    fn of(notice: &'a Notice) -> Option<Self> {
        Some(Self {
            message_id: notice.message_id.as_deref()?,
            subject: &notice.subject,
            from: &notice.from,
            key: notice.key.as_deref(),
            excerpt: notice.excerpt.as_deref(),
        })
    }
}

/// Groups the originals by key, in the order in which the topics began. An original without a key is its own topic.
pub(super) fn topics(entries: &[Entry]) -> Vec<Topic<'_>> {
    let mut topics: Vec<Topic<'_>> = Vec::new();
    let mut by_key: HashMap<&str, usize> = HashMap::new();
    let mut by_mail: HashMap<Mail<'_>, usize> = HashMap::new();
    for entry in in_order(entries) {
        let mail = Mail::of(&entry.notice);
        if let Some(topic) = mail.as_ref().and_then(|mail| by_mail.get(mail)).and_then(|at| topics.get_mut(*at)) {
            topic.copies += 1;
            continue;
        }
        let next = topics.len();
        let at = entry.notice.key.as_deref().map_or(next, |key| *by_key.entry(key).or_insert(next));
        match topics.get_mut(at) {
            Some(topic) => topic.push(entry),
            None => topics.push(Topic::new(entry)),
        }
        if let Some(mail) = mail {
            by_mail.insert(mail, at);
        }
    }
    topics
}

/// By arrival; what arrived in the same second, by its facts, so that a listing in another order gives the same bytes.
fn in_order(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    sorted.sort_by(|a, b| facts(a).cmp(&facts(b)));
    sorted
}

fn facts(entry: &Entry) -> impl Ord + '_ {
    let notice = &entry.notice;
    (
        (entry.received, &notice.message_id, &notice.subject, &notice.from),
        (&notice.excerpt, &notice.key, &notice.title, &notice.author),
        (&notice.url, &notice.reply_to, &notice.attachments, &notice.host),
        (notice.platform, &notice.list_id, notice.urgent, notice.unreadable, entry.authentication),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::digest::sample::{entry, input, keyed};

    #[test]
    fn one_topic_is_one_block_whatever_the_number_of_messages() {
        let entries = [keyed("a", 3), keyed("b", 2), keyed("a", 1)];
        let topics = topics(&entries);
        assert_eq!(topics.len(), 2);
        assert_eq!(topics[0].count(), 2);
        assert!(topics[0].first().received < topics[0].latest.received);
    }

    #[test]
    fn messages_without_a_key_stay_apart() {
        let entries = [entry(1), entry(2)];
        assert_eq!(topics(&entries).len(), 2);
    }

    #[test]
    fn one_mail_through_two_mailboxes_is_listed_once() {
        let mut second = keyed("a", 1);
        second.received += chrono::TimeDelta::seconds(4);
        let entries = [keyed("a", 1), second];
        let topics = topics(&entries);
        assert_eq!((topics[0].count(), topics[0].copies), (1, 1));
    }

    #[test]
    fn two_different_messages_with_one_message_id_are_two() {
        let mut second = keyed("a", 1);
        second.notice.excerpt = Some("something else".into());
        let entries = [keyed("a", 1), second];
        assert_eq!(topics(&entries)[0].count(), 2);
    }

    #[test]
    fn mailing_lists_and_summaries_are_for_information() {
        let mut list = keyed("l", 1);
        list.notice.platform = Some(Platform::Mailinglist);
        let mut summary = entry(2);
        summary.notice.platform = Some(Platform::Discourse);
        for notice in [list, summary] {
            assert_eq!(Section::of(&Topic::new(&notice), &input().style), Section::Information);
        }
    }

    #[test]
    fn a_mail_that_a_rule_holds_and_one_that_cannot_be_read_may_be_waiting() {
        let mut held = entry(1);
        held.notice.platform = None;
        let mut unreadable = entry(2);
        unreadable.notice.unreadable = true;
        for notice in [held, unreadable, keyed("a", 3)] {
            assert_eq!(Section::of(&Topic::new(&notice), &input().style), Section::Waiting);
        }
    }
}
