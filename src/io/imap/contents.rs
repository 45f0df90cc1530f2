//! The beginnings of messages: the structure first, then the first kilobytes of the text part.

use std::{collections::BTreeMap, ops::ControlFlow};

use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};

use super::{
    HEADER_LIMIT, ImapMailbox, TEXT_LIMIT,
    envelopes::{envelope, header_items, of_set, section, uid_of},
    exec::LONG,
    sets::{UidSet, sets_of},
    structure::{Outline, outline},
};
use crate::{
    core::{
        mail::{Content, Envelope, Uid},
        notice::graft,
    },
    io::mailbox::MailboxError,
};

/// Messages in one batch: fifty times header and text are 4 MB at most.
const CONTENT_BATCH: usize = 50;

/// What was fetched of a text: its MIME header, none for a message that is no multipart, and its beginning.
type Text = (Option<Vec<u8>>, Vec<u8>);

impl ImapMailbox {
    pub(super) async fn visit_contents(
        &mut self,
        uids: &[u32],
        visit: &mut dyn FnMut(Vec<Content>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError> {
        self.opened()?;
        for set in sets_of(uids, CONTENT_BATCH) {
            let batch = self.fetch_contents(&set).await?;
            if visit(batch).is_break() {
                break;
            }
        }
        Ok(())
    }

    async fn fetch_contents(&mut self, set: &UidSet) -> Result<Vec<Content>, MailboxError> {
        let (mut contents, mut outlines) = self.fetch_beginnings(set).await?;
        let mut by_part: BTreeMap<Option<Vec<u32>>, Vec<u32>> = BTreeMap::new();
        for uid in contents.keys() {
            let part = outlines.get(uid).and_then(|outline| outline.part.clone());
            by_part.entry(part).or_default().push(*uid);
        }
        for (uid, text) in self.fetch_texts(&by_part).await? {
            if let Some(content) = contents.get_mut(&uid) {
                content.message = message(&content.header, text);
            }
        }
        for (uid, content) in &mut contents {
            content.attachments = outlines.remove(uid).map(|outline| outline.attachments).unwrap_or_default();
        }
        Ok(contents.into_values().collect())
    }

    /// Headers and structures, in one trip to the server. A structure that is too large, too deep, or refused is none: that message
    /// is then read from its beginning.
    async fn fetch_beginnings(
        &mut self,
        set: &UidSet,
    ) -> Result<(BTreeMap<u32, Content>, BTreeMap<u32, Outline>), MailboxError> {
        let (mut envelopes, mut outlines) = (BTreeMap::new(), BTreeMap::new());
        let mut sort = |response: &Response<'_>| {
            let Some((uid, attributes)) = of_set(response, set) else { return };
            envelopes.extend(envelope(uid, attributes).map(|envelope| (uid, envelope)));
            for attribute in attributes {
                if let AttributeValue::BodyStructure(root) = attribute {
                    outlines.insert(uid, outline(root));
                }
            }
        };
        let commands = [header_items(), "BODYSTRUCTURE".to_owned()].map(|items| fetching(set, &items));
        let mut results = self.connection.exec_all(&commands, LONG, &mut sort).await?;
        if let Some(Err(error)) = results.pop() {
            refused_only(error)?;
        }
        let unread = results.pop().transpose()?.map_or(0, |done| done.unread);
        if unread > 0 && envelopes.len() < set.uids.len() {
            // Gone, or unreadable: alone it is certain which.
            envelopes = self.fetch_envelopes(set).await?;
        }
        Ok((envelopes.into_iter().map(|(uid, envelope)| (uid, content(uid, envelope))).collect(), outlines))
    }

    /// The texts of each group of messages with the same place of the text, in one trip to the server.
    async fn fetch_texts(
        &mut self,
        by_part: &BTreeMap<Option<Vec<u32>>, Vec<u32>>,
    ) -> Result<BTreeMap<u32, Text>, MailboxError> {
        let (mut commands, mut parts) = (Vec::new(), BTreeMap::new());
        for (part, uids) in by_part {
            commands.extend(sets_of(uids, CONTENT_BATCH).iter().map(|set| fetching(set, &text_items(part.as_deref()))));
            parts.extend(uids.iter().map(|uid| (*uid, part.as_deref())));
        }
        let mut texts = BTreeMap::new();
        let mut sort = |response: &Response<'_>| {
            let Response::Fetch(_, attributes) = response else { return };
            let Some((uid, part)) = uid_of(attributes).and_then(|uid| Some((uid, *parts.get(&uid)?))) else { return };
            texts.extend(text(attributes, part).map(|text| (uid, text)));
        };
        for result in self.connection.exec_all(&commands, LONG, &mut sort).await? {
            result.map(drop).or_else(refused_only)?;
        }
        Ok(texts)
    }
}

fn fetching(set: &UidSet, items: &str) -> String {
    format!("UID FETCH {} (UID {items})", set.text)
}

/// A refusal means that nothing came.
fn refused_only(error: MailboxError) -> Result<(), MailboxError> {
    match error {
        MailboxError::Refused(_) => Ok(()),
        error => Err(error),
    }
}

fn content(number: u32, envelope: Envelope) -> Content {
    let message = message(&envelope.header, (None, Vec::new()));
    let (received, header) = (envelope.received, envelope.header);
    Content { uid: Uid::Number(number), received, header, message, attachments: Vec::new() }
}

fn text_items(part: Option<&[u32]>) -> String {
    match part {
        None => format!("BODY.PEEK[TEXT]<0.{TEXT_LIMIT}>"),
        Some(path) => {
            let path = dotted(path);
            format!("BODY.PEEK[{path}.MIME]<0.{HEADER_LIMIT}> BODY.PEEK[{path}]<0.{TEXT_LIMIT}>")
        }
    }
}

fn text(attributes: &[AttributeValue<'_>], part: Option<&[u32]>) -> Option<Text> {
    let Some(path) = part else {
        let whole = |section: Option<&SectionPath>| matches!(section, Some(SectionPath::Full(MessageSection::Text)));
        return Some((None, section(attributes, whole)?.to_vec()));
    };
    let is_mime = |own: Option<&SectionPath>| matches!(own, Some(SectionPath::Part(at, Some(_))) if at == path);
    let is_body = |own: Option<&SectionPath>| matches!(own, Some(SectionPath::Part(at, None)) if at == path);
    Some((Some(section(attributes, is_mime)?.to_vec()), section(attributes, is_body)?.to_vec()))
}

fn message(header: &[u8], (mime, body): Text) -> Vec<u8> {
    if let Some(mime) = mime {
        return graft(header, &mime, &body);
    }
    let mut message = header.to_vec();
    while !(message.ends_with(b"\n\r\n") || message.ends_with(b"\n\n") || message == b"\r\n") {
        message.extend_from_slice(b"\r\n");
    }
    message.extend_from_slice(&body);
    message
}

fn dotted(path: &[u32]) -> String {
    path.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_cut_short_still_ends_before_the_body() {
        let cut = message(b"Subject: a", (None, b"body".to_vec()));
        assert_eq!(cut, b"Subject: a\r\n\r\nbody");
        assert_eq!(message(b"A: b\r\n\r\n", (None, b"body".to_vec())), b"A: b\r\n\r\nbody");
        assert_eq!(message(b"", (None, b"body".to_vec())), b"\r\nbody");
    }

    #[test]
    fn the_sections_of_a_part_are_told_apart() {
        let line = b"* 1 FETCH (UID 1 BODY[1.2]<0> {2}\r\nab BODY[1.2.MIME]<0> {6}\r\nA: b\r\n)\r\n";
        let Ok((_, Response::Fetch(_, attributes))) = Response::parse(line) else { panic!("unreadable") };
        assert_eq!(text(&attributes, Some(&[1, 2])), Some((Some(b"A: b\r\n".to_vec()), b"ab".to_vec())));
        assert_eq!(text(&attributes, Some(&[1])), None);
        assert_eq!(text(&attributes, None), None);
    }
}
