//! UID sets (RFC 3501, section 9): ranges where they help, cut to a bounded length.

use crate::{core::mail::Uid, io::mailbox::BATCH};

/// Characters of one set: a command line should stay under 8,192 octets (RFC 7162, section 4), and a folder name may be long.
const MAX_SET: usize = 6000;

/// Messages in one command whose answer says no more of each than its number. A move has a cost of its own, however few go: on
/// a Maildir the lists of both folders are written anew. The bound keeps it within the command's deadline on slow servers.
const SHORT_BATCH: usize = 10_000;

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

/// Sets for commands that are answered in a few words: MOVE, COPY, STORE, EXPUNGE.
pub fn large_sets(uids: &[u32]) -> Vec<UidSet> {
    sets_of(uids, SHORT_BATCH)
}

/// Sets of at most `most` UIDs. `uids` are ascending, each once.
pub fn sets_of(uids: &[u32], most: usize) -> Vec<UidSet> {
    let mut sets: Vec<UidSet> = Vec::new();
    for piece in uids.chunks(most.max(1)) {
        let mut rest = piece;
        while !rest.is_empty() {
            let (set, used) = fitting(rest);
            sets.push(set);
            rest = &rest[used..];
        }
    }
    sets
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
    fn the_last_possible_uid_is_no_overflow() {
        assert_eq!(sets(&[u32::MAX - 1, u32::MAX])[0].text, "4294967294:4294967295");
        assert!(sets(&[]).is_empty());
    }
}
