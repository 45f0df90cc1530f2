//! On servers without MOVE: what an earlier move copied before its connection was cut, or the daemon died, is not copied again.

use std::collections::{BTreeMap, HashMap, HashSet};

use async_imap::imap_proto::AttributeValue;
use chrono::{DateTime, Utc};

use super::{
    HEADER_LIMIT, ImapMailbox,
    envelopes::{is_header, received, section},
    listing::search_date,
    sets::sets,
};
use crate::{
    core::mail::{Folder, Ident},
    io::mailbox::{Access, MailboxError},
};

/// What a copy shares with its original: the header and the size. Nothing is deleted for the sake of a message that shares less.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Likeness(Ident, u32);

impl ImapMailbox {
    /// Those of `uids` in the open folder that `target` has a copy of, if an earlier move may have been interrupted. A folder that
    /// was open for writing is open again afterwards.
    pub(super) async fn copied_before(&mut self, uids: &[u32], target: Folder) -> Result<HashSet<u32>, MailboxError> {
        if !self.moves_doubtful {
            return Ok(HashSet::new());
        }
        let (own, oldest) = self.likenesses(uids).await?;
        let Some(oldest) = oldest else { return Ok(HashSet::new()) };
        let source = self.opened()?.name.clone();
        self.open_folder(target, Access::Read).await?;
        // A copy has its original's date, or on some servers today's: it never is older.
        let there = self.search(&format!("SINCE {} UNDELETED", search_date(oldest))).await?;
        let (there, _) = self.likenesses(&there).await?;
        self.open_name(&source, Access::Write).await?;
        Ok(paired(own, there.into_values()))
    }

    /// What copies of `uids` in the open folder would share with them, and the earliest arrival among them.
    async fn likenesses(
        &mut self,
        uids: &[u32],
    ) -> Result<(BTreeMap<u32, Likeness>, Option<DateTime<Utc>>), MailboxError> {
        let items = format!("RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>");
        let (mut found, mut oldest) = (BTreeMap::new(), None::<DateTime<Utc>>);
        for set in sets(uids) {
            let unread = self
                .fetch(&set, &items, &mut |uid, attributes| {
                    if let Some(likeness) = likeness(attributes) {
                        let arrived = received(attributes);
                        oldest = Some(oldest.map_or(arrived, |oldest| oldest.min(arrived)));
                        found.insert(uid, likeness);
                    }
                })
                .await?;
            if unread > 0 {
                return Err(self.connection.lost("an unreadable answer to FETCH"));
            }
        }
        Ok((found, oldest))
    }
}

fn likeness(attributes: &[AttributeValue<'_>]) -> Option<Likeness> {
    let header = section(attributes, is_header)?;
    let size = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Rfc822Size(size) => Some(*size),
        _ => None,
    });
    Some(Likeness(Ident::of(header), size?))
}

/// Originals that have a copy of their own: one copy stands for one original.
fn paired(own: BTreeMap<u32, Likeness>, there: impl Iterator<Item = Likeness>) -> HashSet<u32> {
    let mut copies: HashMap<Likeness, usize> = HashMap::new();
    for likeness in there {
        *copies.entry(likeness).or_default() += 1;
    }
    let mut take = |likeness: &Likeness| match copies.get_mut(likeness) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    };
    own.into_iter().filter(|(_, likeness)| take(likeness)).map(|(uid, _)| uid).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_equal_originals_with_one_copy_need_another() {
        let one = Likeness(Ident::of(b"A: b\r\n\r\n"), 10);
        let longer = Likeness(Ident::of(b"A: b\r\n\r\n"), 11);
        let own = BTreeMap::from([(1, one), (2, one), (3, longer)]);
        assert_eq!(paired(own, [one].into_iter()), HashSet::from([1]));
    }
}
