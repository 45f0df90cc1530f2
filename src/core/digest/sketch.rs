//! What is kept of an original while nobody knows yet whether the digest shows it: enough to order, group and place it.

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::{Entry, Style, link, view, whose};
use crate::core::notice::{Kind, Notice, Platform};

/// Characters of a Message-ID that put mail of one second in order: platforms write fewer before the `@`.
const ORDER: usize = 40;

/// Half a SHA-256: equal marks are equal facts, also where a stranger chose them.
pub(super) type Mark = [u8; 16];

/// An original whose words are not kept. Small, and of a size that mail does not choose but for the names of its attachments.
#[derive(Clone, Debug)]
pub struct Sketch {
    /// Where the caller finds the original again.
    pub place: u32,
    /// When it arrived.
    pub received: DateTime<Utc>,
    /// The beginning of its Message-ID.
    order: Box<str>,
    /// Message-ID and text.
    mail: Mark,
    /// Every other fact.
    rest: [u8; 8],
    key: Option<Mark>,
    /// Who wrote, whatever the case.
    pub(super) author: Option<Mark>,
    /// File names of attachments.
    pub(super) attachments: Box<[String]>,
    pub(super) traits: Traits,
    pub(super) gives: Gives,
}

/// What is true of an original.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traits {
    /// It has a Message-ID.
    identified: bool,
    /// It asks nothing of this reader.
    pub informs: bool,
    /// It is for this reader alone.
    pub personal: bool,
    /// One of the team wrote it.
    pub of_team: bool,
    /// The platform says that its topic is closed.
    pub closed: bool,
    /// The platform marks it as urgent.
    pub urgent: bool,
    /// It could not be parsed.
    pub unreadable: bool,
    /// Its sender is another than it says.
    pub doubtful: bool,
}

/// What an original gives to a block or a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gives {
    /// It has a title.
    pub title: bool,
    /// It has a link that may be opened.
    pub link: bool,
    /// It says where it comes from.
    pub source: bool,
    /// It can be answered by mail.
    pub reply: bool,
}

impl Gives {
    /// What `notice` gives.
    pub fn of(notice: &Notice) -> Self {
        Self {
            title: view::named(notice).is_some(),
            link: view::web(notice).is_some(),
            source: view::source(notice).is_some(),
            reply: link::reply(notice).is_some(),
        }
    }
}

impl Sketch {
    /// The sketch of `entry`, which the caller finds again at `place`.
    pub fn of(entry: &Entry, place: u32, style: &Style) -> Self {
        Self { place, gives: Gives::of(&entry.notice), ..Self::beside(entry, style) }
    }

    /// The sketch of an entry that is at hand itself: what it gives is seen there.
    pub(super) fn beside(entry: &Entry, style: &Style) -> Self {
        let notice = &entry.notice;
        let author = notice.author.as_ref().map(|name| mark(|hash| text(hash, &name.to_lowercase())));
        Self {
            place: 0,
            received: entry.received,
            order: order(notice.message_id.as_deref().unwrap_or_default()),
            mail: mark(|hash| mail(hash, notice)),
            rest: first(&mark(|hash| rest(hash, entry))),
            key: notice.key.as_ref().map(|key| mark(|hash| text(hash, key))),
            author,
            attachments: notice.attachments.clone().into_boxed_slice(),
            traits: Traits {
                identified: notice.message_id.is_some(),
                informs: informs(notice),
                personal: whose::is_mine(notice, style),
                of_team: whose::is_of_team(notice, style),
                closed: notice.closed,
                urgent: notice.urgent,
                unreadable: notice.unreadable,
                doubtful: entry.is_doubtful(),
            },
            gives: Gives::default(),
        }
    }

    /// By arrival; what arrived in the same second, by its facts, so that a listing in another order gives the same bytes.
    pub(super) fn in_order(&self) -> impl Ord + '_ {
        (self.received, &self.order, self.mail, self.rest)
    }

    /// The topic or ticket; equal keys are one topic.
    pub(super) fn key(&self) -> Option<Mark> {
        self.key
    }

    /// What makes two originals one mail: Message-ID and text, never the Message-ID alone.
    pub(super) fn mail(&self) -> Option<Mark> {
        self.traits.identified.then_some(self.mail)
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

fn order(message_id: &str) -> Box<str> {
    message_id.chars().take(ORDER).collect()
}

fn mail(hash: &mut Sha256, notice: &Notice) {
    optional(hash, notice.message_id.as_deref());
    text(hash, &notice.subject);
    list(hash, &notice.from);
    optional(hash, notice.key.as_deref());
    optional(hash, notice.excerpt.as_deref());
}

fn rest(hash: &mut Sha256, entry: &Entry) {
    let notice = &entry.notice;
    for fact in [&notice.title, &notice.author, &notice.url, &notice.reply_to, &notice.host, &notice.list_id] {
        optional(hash, fact.as_deref());
    }
    list(hash, &notice.attachments);
    optional(hash, notice.platform.map(Platform::name));
    hash.update([u8::from(notice.urgent), u8::from(notice.unreadable), u8::from(notice.closed)]);
    hash.update([u8::from(entry.is_doubtful())]);
    optional(hash, notice.assignee.as_deref());
}

fn mark(facts: impl FnOnce(&mut Sha256)) -> Mark {
    let mut hash = Sha256::new();
    facts(&mut hash);
    first(&hash.finalize())
}

fn first<const N: usize>(octets: &[u8]) -> [u8; N] {
    let mut first = [0; N];
    first.copy_from_slice(&octets[..N]);
    first
}

fn optional(hash: &mut Sha256, fact: Option<&str>) {
    hash.update([u8::from(fact.is_some())]);
    text(hash, fact.unwrap_or_default());
}

fn list(hash: &mut Sha256, facts: &[String]) {
    hash.update(facts.len().to_le_bytes());
    facts.iter().for_each(|fact| text(hash, fact));
}

/// With its length before it, so that no two lists of facts run together.
fn text(hash: &mut Sha256, text: &str) {
    hash.update(text.len().to_le_bytes());
    hash.update(text);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::core::{
        authentication::Authentication,
        digest::{
            Input, compose,
            sample::{entry, input, keyed},
            wanted,
        },
    };

    /// A message of one of a few topics, by one of a few people, with what a message may have.
    fn any_entry() -> impl Strategy<Value = Entry> {
        let topic = prop::option::weighted(0.8, 0..12_u8);
        let has = prop::collection::vec(any::<bool>(), 9);
        (topic, 0..40_usize, 0..3_usize, has).prop_map(|(topic, number, author, has)| {
            let mut entry = topic.map_or_else(|| entry(number), |topic| keyed(&topic.to_string(), number));
            let notice = &mut entry.notice;
            notice.author = ["Alice", "Karim", "Zoé"].get(author).map(|name| (*name).to_owned());
            notice.title = notice.title.take().filter(|_| has[0]);
            notice.url = notice.url.take().filter(|_| has[1]);
            notice.reply_to = has[2].then(|| format!("reply+{number}@forum.example"));
            notice.urgent = has[3] && has[4];
            notice.closed = has[3] && has[5];
            notice.unreadable = has[4] && has[5] && has[6];
            notice.attachments = (0..usize::from(has[6]) * number).map(|n| format!("{n}.png")).collect();
            if has[7] {
                notice.excerpt = Some(format!("@alice, {number} times"));
            }
            if has[8] && number % 3 == 0 {
                entry.authentication = Authentication::Failed;
            }
            // So that several arrive in one second.
            entry.received =
                input().period.to - chrono::TimeDelta::hours(i64::try_from(number / 4).unwrap_or_default());
            entry
        })
    }

    /// Keeps the first entries whole, of the others a sketch; then gives the entries of those that are wanted.
    fn sketched(all: &Input, whole: usize) -> (Input, usize) {
        let mut few = all.clone();
        let others = few.entries.split_off(whole.min(few.entries.len()));
        few.sketches = (0..).zip(&others).map(|(place, entry)| Sketch::of(entry, place, &few.style)).collect();
        let places = wanted(&few);
        few.sketches.retain(|sketch| !places.contains(&sketch.place));
        few.entries.extend(places.iter().map(|place| others[*place as usize].clone()));
        (few, places.len())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_digest_of_sketches_and_what_is_shown_of_them_has_the_same_bytes_as_one_of_all(
            entries in prop::collection::vec(any_entry(), 0..60),
            whole in 0..30_usize,
            max_topics in 0..8_usize,
            days in 1..9_i64,
        ) {
            let mut all = input();
            all.entries = entries;
            all.style.max_topics = max_topics;
            all.style.me = vec!["Alice".to_owned()];
            all.style.team = vec!["Zoé".to_owned()];
            all.period.from = all.period.to - chrono::TimeDelta::days(days);
            let (few, _) = sketched(&all, whole);
            prop_assert_eq!(compose(&few, "rid"), compose(&all, "rid"));
        }
    }

    #[test]
    fn of_a_topic_with_a_thousand_messages_a_few_are_wanted() {
        let mut all = input();
        all.entries = (0..1000).map(|number| keyed("a", number)).collect();
        let (few, wanted) = sketched(&all, 0);
        assert!((1..10).contains(&wanted), "{wanted}");
        assert_eq!(compose(&few, "rid"), compose(&all, "rid"));
    }

    #[test]
    fn an_original_that_cannot_be_read_again_is_still_counted() {
        let mut input = input();
        let style = input.style.clone();
        input.sketches = (0..5).map(|place| Sketch::of(&keyed("a", 7 + place as usize), place, &style)).collect();
        assert!(compose(&input, "rid").text.contains("5 messages"));
    }
}
