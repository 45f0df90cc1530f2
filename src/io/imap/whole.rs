//! Whole messages: their sizes first, then short ones together and long ones in pieces, for the screen keeps no more of one
//! response, and the daemon stays small.

use std::collections::BTreeMap;

use async_imap::imap_proto::AttributeValue;

use super::{
    ImapMailbox,
    envelopes::section,
    sets::{UidSet, sets, sets_of},
};
use crate::{core::mail::Uid, io::mailbox::MailboxError};

/// Bytes asked for at once of one message, and together of several short ones: a notification has some 20 KiB, and a poor line
/// carries this in a minute.
const PIECE: usize = 1024 * 1024;

/// Messages asked for at once: a server that tells sizes too small must not fill the memory.
const TOGETHER: usize = 20;

impl ImapMailbox {
    pub(super) async fn visit_whole(
        &mut self,
        uids: &[u32],
        mut room: usize,
        visit: &mut dyn FnMut(Uid, Vec<u8>) -> usize,
    ) -> Result<(), MailboxError> {
        self.opened()?;
        for set in sets(uids) {
            let sizes = self.fetch_sizes(&set).await?;
            for group in groups(&sizes) {
                let wanted: Vec<u32> = group.into_iter().filter(|uid| sizes[uid] <= room).collect();
                for (uid, bytes) in self.fetch_whole(&wanted, room).await? {
                    if bytes.len() <= room {
                        room = visit(Uid::Number(uid), bytes);
                    }
                }
            }
        }
        Ok(())
    }

    async fn fetch_sizes(&mut self, set: &UidSet) -> Result<BTreeMap<u32, usize>, MailboxError> {
        let mut sizes = BTreeMap::new();
        self.fetch(set, "RFC822.SIZE", &mut |uid, attributes| {
            for attribute in attributes {
                if let AttributeValue::Rfc822Size(size) = attribute {
                    sizes.insert(uid, *size as usize);
                }
            }
        })
        .await?;
        Ok(sizes)
    }

    /// The messages of `uids` that are not longer than `room`, whatever was said of their size.
    async fn fetch_whole(&mut self, uids: &[u32], room: usize) -> Result<BTreeMap<u32, Vec<u8>>, MailboxError> {
        let mut whole = BTreeMap::new();
        for set in sets_of(uids, TOGETHER) {
            whole.append(&mut self.fetch_piece(&set, 0).await?);
        }
        let unfinished: Vec<u32> =
            whole.iter().filter(|(_, bytes)| bytes.len() == PIECE).map(|(uid, _)| *uid).collect();
        for uid in unfinished {
            let Some(bytes) = whole.get_mut(&uid) else { continue };
            let alone = UidSet { uids: vec![uid], text: uid.to_string() };
            loop {
                let piece = self.fetch_piece(&alone, bytes.len()).await?.remove(&uid).unwrap_or_default();
                bytes.extend_from_slice(&piece);
                if piece.len() < PIECE || bytes.len() > room {
                    break;
                }
            }
        }
        Ok(whole)
    }

    /// [`PIECE`] bytes from `from` on, fewer at the end. One that the server refuses, or gives in a way that cannot be read, is
    /// left out.
    async fn fetch_piece(&mut self, set: &UidSet, from: usize) -> Result<BTreeMap<u32, Vec<u8>>, MailboxError> {
        let items = format!("BODY.PEEK[]<{from}.{PIECE}>");
        let mut pieces = BTreeMap::new();
        let result = self
            .fetch(set, &items, &mut |uid, attributes| {
                if let Some(bytes) = section(attributes, |own| own.is_none()) {
                    pieces.insert(uid, bytes.to_vec());
                }
            })
            .await;
        match result {
            Ok(_) | Err(MailboxError::Refused(_)) => Ok(pieces),
            Err(error) => Err(error),
        }
    }
}

/// Neighbours that are short together, and long ones alone; ascending.
fn groups(sizes: &BTreeMap<u32, usize>) -> Vec<Vec<u32>> {
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut total = 0_usize;
    for (uid, size) in sizes {
        total = total.saturating_add(*size);
        match groups.last_mut() {
            Some(group) if total <= PIECE && group.len() < TOGETHER => group.push(*uid),
            _ => {
                groups.push(vec![*uid]);
                total = *size;
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_messages_are_asked_for_together_and_long_ones_alone() {
        let sizes = [(1, 10), (2, 20), (3, PIECE), (4, 5 * PIECE), (7, 1), (9, PIECE - 1), (10, 1)];
        assert_eq!(groups(&sizes.into()), [vec![1, 2], vec![3], vec![4], vec![7, 9], vec![10]]);
        let many = groups(&(1..=50).map(|uid| (uid, 1)).collect());
        assert_eq!(many.iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 10]);
    }
}
