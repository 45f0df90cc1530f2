//! UID SEARCH, checked: which messages the open folder holds.

use async_imap::imap_proto::{MailboxDatum, Response};
use chrono::{DateTime, Days, Utc};

use super::{
    ImapMailbox,
    exec::{LONG, SHORT},
    folders::SEALED,
};
use crate::io::mailbox::{Listing, MailboxError};

/// How often a listing is tried again that disagrees with EXISTS: a message may have come between the two.
const LISTING_TRIES: u32 = 3;

impl ImapMailbox {
    pub(super) async fn list_uids(&mut self, listing: Listing) -> Result<Vec<u32>, MailboxError> {
        self.opened()?;
        self.connection.grown = false;
        match listing {
            Listing::All => self.list_all().await,
            Listing::Since(instant) => self.search(&format!("SINCE {} UNDELETED UNDRAFT", search_date(instant))).await,
            Listing::Sealed => self.search(&format!("KEYWORD {SEALED}")).await,
        }
    }

    /// Every UID; as many as EXISTS says, or an error.
    async fn list_all(&mut self) -> Result<Vec<u32>, MailboxError> {
        for _ in 0..LISTING_TRIES {
            let uids = self.search("ALL").await?;
            if uids.len() == self.connection.exists {
                return Ok(uids);
            }
            // Lets the server tell what changed.
            self.connection.exec("NOOP", SHORT).await?;
        }
        Err(MailboxError::Refused("the listing disagrees with the number of messages".to_owned()))
    }

    /// UIDs of the open folder that match, ascending, each once. No SEARCH line at all is no match; one that cannot be read
    /// is an error.
    pub(super) async fn search(&mut self, criteria: &str) -> Result<Vec<u32>, MailboxError> {
        let mut uids = Vec::new();
        let command = format!("UID SEARCH {criteria}");
        let done = self
            .connection
            .exec_each(&command, LONG, &mut |response| {
                if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                    uids.extend_from_slice(found);
                }
            })
            .await;
        if done?.unread > 0 {
            return Err(self.connection.lost("an unreadable answer to SEARCH"));
        }
        uids.sort_unstable();
        uids.dedup();
        Ok(uids)
    }
}

/// The day before, since SEARCH compares the date in the time zone of each INTERNALDATE.
pub(super) fn search_date(instant: DateTime<Utc>) -> String {
    let date = instant.date_naive();
    date.checked_sub_days(Days::new(1)).unwrap_or(date).format("%-d-%b-%Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_search_wants_them_a_day_early() {
        assert_eq!(search_date("2026-03-01T00:30:00Z".parse().unwrap()), "28-Feb-2026");
        assert_eq!(search_date("2026-11-02T12:00:00Z".parse().unwrap()), "1-Nov-2026");
    }
}
