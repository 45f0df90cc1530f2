//! UID sets (RFC 3501, section 9): ranges where they help, cut to a bounded length.

use std::time::Duration;

use crate::{core::mail::Uid, io::mailbox::BATCH};

/// Characters of one set: a command line should stay under 8,192 octets (RFC 7162, section 4), and a folder name may be long.
const MAX_SET: usize = 6000;

/// Messages in one command whose answer says no more of each than its number; and in the first of several moves.
pub const SHORT_BATCH: usize = 10_000;

/// Messages in one move, however quick the server is.
const MOST_MOVED: usize = 100_000;

/// Messages in one move, however slow it is.
const LEAST_MOVED: usize = 100;

/// What one move should take: a tenth of the command's deadline.
const MOVE_GOAL: Duration = Duration::from_secs(30);

/// Some UIDs and the set that names them.
pub struct UidSet {
    /// Ascending.
    pub uids: Vec<u32>,
    /// `1:3,7`
    pub text: String,
}

/// The UIDs, ascending, each once; those of a Maildir do not occur here and are left out.
pub fn numbers(uids: &[Uid]) -> Vec<u32> {
    let number = |uid: &Uid| match uid {
        Uid::Number(number) => Some(*number),
        Uid::Name(_) => None,
    };
    let mut numbers: Vec<_> = uids.iter().filter_map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Sets of at most [`BATCH`] UIDs.
pub fn sets(uids: &[u32]) -> Vec<UidSet> {
    sets_of(uids, BATCH)
}

/// Sets for commands that are answered in a few words: COPY, STORE, EXPUNGE.
pub fn large_sets(uids: &[u32]) -> Vec<UidSet> {
    sets_of(uids, SHORT_BATCH)
}

/// How many messages to move in the next command, going by the last. A move has a cost of its own, however few go: on a Maildir the
/// lists of both folders are written anew, so that ten moves of 10,000 take more than twice as long as one of 100,000.
pub fn next_move(moved: usize, took: Duration) -> usize {
    let in_time = moved as u128 * MOVE_GOAL.as_millis() / took.as_millis().max(1);
    usize::try_from(in_time).unwrap_or(MOST_MOVED).clamp(LEAST_MOVED, MOST_MOVED)
}

/// Sets of at most `most` UIDs. `uids` are ascending, each once.
pub fn sets_of(uids: &[u32], most: usize) -> Vec<UidSet> {
    let (mut sets, mut rest) = (Vec::new(), uids);
    while !rest.is_empty() {
        let (set, others) = first_set(rest, most);
        sets.push(set);
        rest = others;
    }
    sets
}

/// The first of `uids` in one set, at most `most` and one at least; and the others.
pub fn first_set(uids: &[u32], most: usize) -> (UidSet, &[u32]) {
    let (set, used) = fitting(&uids[..most.max(1).min(uids.len())]);
    (set, &uids[used..])
}

/// The longest set that fits, and how many UIDs it took.
fn fitting(uids: &[u32]) -> (UidSet, usize) {
    let (mut text, mut used) = (String::new(), 0);
    for run in uids.chunk_by(|one, next| one.checked_add(1) == Some(*next)) {
        let range = match run {
            [only] => only.to_string(),
            [first, .., last] => format!("{first}:{last}"),
            [] => continue,
        };
        if !text.is_empty() && text.len() + 1 + range.len() > MAX_SET {
            break;
        }
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(&range);
        used += run.len();
    }
    (UidSet { uids: uids[..used].to_vec(), text }, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_ranges() {
        let sets = sets(&[1, 2, 3, 7, 9, 10]);
        assert_eq!(sets.len(), 1);
        assert_eq!(sets[0].text, "1:3,7,9:10");
    }

    #[test]
    fn sets_are_bounded_in_number_and_length_and_lose_nothing() {
        let uids: Vec<u32> = (0..3000).map(|n| 4_000_000_000 + n * 2).collect();
        let sets = sets(&uids);
        assert!(sets.iter().all(|set| set.text.len() <= MAX_SET && set.uids.len() <= BATCH));
        assert_eq!(sets.iter().flat_map(|set| set.uids.clone()).collect::<Vec<_>>(), uids);
    }

    #[test]
    fn a_quick_server_is_given_more_to_move_at_a_time_and_a_slow_one_less() {
        let next = |seconds| next_move(10_000, Duration::from_secs(seconds));
        assert_eq!(
            [next(0), next(2), next(10), next(30), next(60), next(40_000)],
            [100_000, 100_000, 30_000, 10_000, 5_000, 100]
        );
        let uids: Vec<u32> = (1..=9).collect();
        let (set, rest) = first_set(&uids, 5);
        assert_eq!((set.text.as_str(), rest), ("1:5", &uids[5..]));
        assert_eq!(first_set(rest, 100).0.text, "6:9");
    }

    #[test]
    fn the_last_possible_uid_is_no_overflow() {
        assert_eq!(sets(&[u32::MAX - 1, u32::MAX])[0].text, "4294967294:4294967295");
        assert!(sets(&[]).is_empty());
    }
}
