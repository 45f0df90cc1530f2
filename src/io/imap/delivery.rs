//! The digest into INBOX: where INBOX stands, the APPEND, and looking for it afterwards.

use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, Response, StatusAttribute};

use super::{
    ImapMailbox,
    envelopes::{is_header, section},
    exec::SHORT,
    listing::search_date,
    refusal::{is_permanent, named},
    sets::sets,
};
use crate::{
    core::{
        outcome::{Outcome, Refusal},
        release::Marker,
    },
    io::mailbox::{Access, Look, MailboxError, Sight},
};

/// An APPEND: some megabytes over a poor line. To be late here is to be uncertain, so it is generous.
const APPEND: Duration = Duration::from_secs(600);

const INBOX: &str = "INBOX";

impl ImapMailbox {
    /// STATUS is asked of a folder that is not selected: for a selected one some servers answer from a stale view.
    pub(super) async fn inbox_marker(&mut self) -> Result<Marker, MailboxError> {
        self.leave(INBOX).await?;
        let (mut validity, mut next) = (None, None);
        self.connection
            .exec_each("STATUS INBOX (UIDNEXT UIDVALIDITY)", SHORT, &mut |response| {
                let Response::MailboxData(MailboxDatum::Status { mailbox, status }) = response else { return };
                for attribute in status.iter().filter(|_| mailbox == INBOX) {
                    match attribute {
                        StatusAttribute::UidNext(number) => next = Some(*number),
                        StatusAttribute::UidValidity(number) => validity = Some(*number),
                        _ => {}
                    }
                }
            })
            .await
            .map_err(|error| named(error, INBOX))?;
        match (validity, next) {
            (Some(uid_validity), Some(uid_next)) => Ok(Marker { uid_validity, uid_next }),
            _ => Err(MailboxError::Refused("no STATUS of INBOX".to_owned())),
        }
    }

    /// One attempt. Before the server asks for the message nothing can have been delivered.
    pub(super) async fn append_to_inbox(&mut self, message: &[u8]) -> Outcome {
        // Never into a folder that is open read-only: Courier refuses.
        if let Err(error) = self.leave(INBOX).await {
            return Outcome::Refused { refusal: Refusal::Transient, text: error.to_string() };
        }
        self.connection.offered = false;
        let command = format!("APPEND INBOX {{{}}}", message.len());
        let error = match self.connection.exec_with(&command, Some(message), APPEND, &mut |_| {}).await {
            Ok(_) => return Outcome::Accepted,
            Err(error) => error,
        };
        let text = error.to_string();
        match error {
            // BYE with "too many" is Busy, but the connection is as gone as with Lost.
            MailboxError::Lost(why) | MailboxError::Busy(why)
                if self.connection.offered && !self.connection.is_in_step() =>
            {
                Outcome::Uncertain { text: why }
            }
            error if is_permanent(&error) => Outcome::Refused { refusal: Refusal::Permanent, text },
            _ => Outcome::Refused { refusal: Refusal::Transient, text },
        }
    }

    pub(super) async fn look_for(&mut self, rid: &str, look: Look) -> Result<Sight, MailboxError> {
        if rid.is_empty() || !rid.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(MailboxError::Refused("not the name of a release".to_owned()));
        }
        match look {
            Look::After(marker) => self.look_after(rid, marker).await,
            Look::Since(instant) => {
                self.open_name(INBOX, Access::Read).await?;
                let uids = self.search(&format!("SINCE {}", search_date(instant))).await?;
                self.look_among(rid, &uids).await
            }
        }
    }

    async fn look_after(&mut self, rid: &str, marker: Marker) -> Result<Sight, MailboxError> {
        let now = self.inbox_marker().await?;
        if now == marker {
            return Ok(Sight::Unchanged);
        }
        if now.uid_validity != marker.uid_validity {
            return self.look_everywhere(rid).await;
        }
        self.open_name(INBOX, Access::Read).await?;
        // `*` is the last message even where its UID is lower.
        let mut uids = self.search(&format!("UID {}:*", marker.uid_next)).await?;
        uids.retain(|uid| *uid >= marker.uid_next);
        self.look_among(rid, &uids).await
    }

    /// By its headers among messages of the open folder. Their headers are read here: servers differ in what HEADER finds.
    async fn look_among(&mut self, rid: &str, uids: &[u32]) -> Result<Sight, MailboxError> {
        for set in sets(uids) {
            let mut found = false;
            let items = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID X-QUIETHOURS-RELEASE)]";
            let unread = self
                .fetch(&set, items, &mut |_, attributes| {
                    found |= section(attributes, is_header).is_some_and(|fields| names(fields, rid));
                })
                .await;
            if unread? > 0 && !found {
                return Err(self.connection.lost("an unreadable answer to FETCH"));
            }
            if found {
                return Ok(Sight::Found);
            }
        }
        Ok(Sight::Absent)
    }

    /// The UIDs mean nothing any more: by header search, also where a reader's client may have put it.
    async fn look_everywhere(&mut self, rid: &str) -> Result<Sight, MailboxError> {
        let mut folders = vec![INBOX.to_owned()];
        folders.extend(self.archive_and_trash().await?);
        for folder in folders {
            match self.open_name(&folder, Access::Read).await {
                Ok(_) => {}
                Err(MailboxError::Missing(_) | MailboxError::Refused(_)) if folder != INBOX => continue,
                Err(error) => return Err(error),
            }
            let uids = self.search(&format!("OR HEADER X-Quiethours-Release {rid} HEADER Message-ID {rid}")).await?;
            if self.look_among(rid, &uids).await? == Sight::Found {
                return Ok(Sight::Found);
            }
        }
        Ok(Sight::Absent)
    }
}

/// Whether the header fields carry the release's name: 20 characters of a hash occur nowhere else.
fn names(fields: &[u8], rid: &str) -> bool {
    fields.windows(rid.len()).any(|window| window.eq_ignore_ascii_case(rid.as_bytes()))
}
