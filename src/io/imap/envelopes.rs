//! Header-only envelopes, a batch a command.

use std::{collections::BTreeMap, ops::ControlFlow};

use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};
use chrono::{DateTime, Utc};

use super::{
    HEADER_LIMIT, ImapMailbox,
    exec::LONG,
    folders::SEALED,
    pipeline::{Reading, fetching},
    sets::{UidSet, sets},
};
use crate::{
    core::mail::{Envelope, Flags, Uid},
    io::mailbox::MailboxError,
};

/// The text of an error.
const UNREADABLE: &str = "an unreadable answer to FETCH";

/// The path of a section in a response: `None` for the whole message.
pub(super) type Section<'a> = Option<&'a SectionPath>;

impl ImapMailbox {
    pub(super) async fn visit_envelopes(
        &mut self,
        uids: &[u32],
        visit: &mut dyn FnMut(Vec<Envelope>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError> {
        self.opened()?;
        let sets = sets(uids);
        let mut reading = Reading::of(&sets, header_items());
        let mut found = BTreeMap::new();
        loop {
            let mut note = |response: &Response<'_>| {
                let Some((uid, attributes)) = among(uids, response) else { return };
                found.extend(envelope(uid, attributes).map(|envelope| (uid, envelope)));
            };
            let Some((set, done)) = reading.next(&mut self.connection, &mut note).await? else { return Ok(()) };
            match done {
                Ok(done) if done.unread == 0 => {}
                Ok(_) => return Err(self.connection.lost(UNREADABLE)),
                Err(error) => {
                    self.connection.drain().await?;
                    return Err(error);
                }
            }
            if visit(taken(&mut found, set).into_values().collect()).is_break() {
                return self.connection.drain().await;
            }
        }
    }

    /// The envelopes of a set by UID. Everything is peeked at: no `\Seen`.
    pub(super) async fn fetch_envelopes(&mut self, set: &UidSet) -> Result<BTreeMap<u32, Envelope>, MailboxError> {
        let mut found = BTreeMap::new();
        let unread = self
            .fetch(set, &header_items(), &mut |uid, attributes| {
                found.extend(envelope(uid, attributes).map(|envelope| (uid, envelope)));
            })
            .await?;
        if unread > 0 {
            return Err(self.connection.lost(UNREADABLE));
        }
        Ok(found)
    }

    /// UID FETCH of `items`; `each` is given what came for the UIDs of the set. How many responses could not be read.
    pub(super) async fn fetch(
        &mut self,
        set: &UidSet,
        items: &str,
        each: &mut dyn FnMut(u32, &[AttributeValue<'_>]),
    ) -> Result<usize, MailboxError> {
        let done = self
            .connection
            .exec_each(&fetching(set, items), LONG, &mut |response| {
                if let Some((uid, attributes)) = among(&set.uids, response) {
                    each(uid, attributes);
                }
            })
            .await;
        Ok(done?.unread)
    }
}

/// What an envelope is made of.
fn header_items() -> String {
    format!("FLAGS INTERNALDATE BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>")
}

/// The attributes of a FETCH response about one of `uids`, which ascend, with its UID.
pub(super) fn among<'a, 'r>(uids: &[u32], response: &'a Response<'r>) -> Option<(u32, &'a [AttributeValue<'r>])> {
    let Response::Fetch(_, attributes) = response else { return None };
    let uid = uid_of(attributes).filter(|uid| uids.binary_search(uid).is_ok())?;
    Some((uid, attributes))
}

/// Takes what was found about the messages of a set; what belongs to another stays.
pub(super) fn taken<T>(found: &mut BTreeMap<u32, T>, set: &UidSet) -> BTreeMap<u32, T> {
    set.uids.iter().filter_map(|uid| found.remove_entry(uid)).collect()
}

fn uid_of(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

/// `None`: an unasked FETCH of flags has a UID, but no header.
fn envelope(uid: u32, attributes: &[AttributeValue<'_>]) -> Option<Envelope> {
    section(attributes, is_header).map(|header| envelope_of(uid, attributes, header))
}

/// What the attributes say besides the header.
pub(super) fn envelope_of(uid: u32, attributes: &[AttributeValue<'_>], header: &[u8]) -> Envelope {
    let flags = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Flags(list) => Some(flags(list)),
        _ => None,
    });
    Envelope {
        uid: Uid::Number(uid),
        flags: flags.unwrap_or_default(),
        received: received(attributes),
        header: header.to_vec(),
    }
}

/// The bytes of the first section that is wanted; NIL is an empty one.
pub(super) fn section<'a>(
    attributes: &'a [AttributeValue<'_>],
    wanted: impl Fn(Section<'_>) -> bool,
) -> Option<&'a [u8]> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section, data, .. } if wanted(section.as_ref()) => {
            Some(data.as_deref().unwrap_or_default())
        }
        _ => None,
    })
}

pub(super) fn is_header(section: Section<'_>) -> bool {
    matches!(section, Some(SectionPath::Full(MessageSection::Header)))
}

/// INTERNALDATE. A date that cannot be read is the oldest: such a message is never taken out of INBOX.
pub(super) fn received(attributes: &[AttributeValue<'_>]) -> DateTime<Utc> {
    let date = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::InternalDate(text) => parse_date(text),
        _ => None,
    });
    date.unwrap_or_default()
}

fn parse_date(text: &str) -> Option<DateTime<Utc>> {
    let parsed = DateTime::parse_from_str(text.trim(), "%d-%b-%Y %H:%M:%S %z");
    parsed.ok().map(|date| date.to_utc())
}

fn flags(list: &[std::borrow::Cow<'_, str>]) -> Flags {
    let has = |name: &str| list.iter().any(|flag| flag.eq_ignore_ascii_case(name));
    Flags { seen: has("\\Seen"), deleted: has("\\Deleted"), draft: has("\\Draft"), sealed: has(SEALED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_internaldate_is_read_with_its_zone_and_its_leading_space() {
        let date = |text| parse_date(text).map(|date| date.to_rfc3339());
        assert_eq!(date(" 7-Jul-2026 02:44:25 +0200").as_deref(), Some("2026-07-07T00:44:25+00:00"));
        assert!(date("17-Dec-2026 23:59:60 -0700").is_some());
        assert_eq!(date("yesterday"), None);
    }
}
