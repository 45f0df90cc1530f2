//! The beginnings of messages: the structure first, then the first kilobytes of the text part.

use std::{collections::BTreeMap, ops::ControlFlow};

use async_imap::imap_proto::{AttributeValue, MessageSection, SectionPath};

use super::{
    HEADER_LIMIT, ImapMailbox, TEXT_LIMIT,
    envelopes::section,
    sets::{UidSet, sets_of},
    structure::{Outline, outline},
};
use crate::{
    core::{
        mail::{Content, Uid},
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
        let mut contents = self.fetch_headers(set).await?;
        let mut outlines = self.fetch_outlines(set).await?;
        let mut by_part: BTreeMap<Option<Vec<u32>>, Vec<u32>> = BTreeMap::new();
        for uid in contents.keys() {
            let part = outlines.get(uid).and_then(|outline| outline.part.clone());
            by_part.entry(part).or_default().push(*uid);
        }
        for (part, uids) in by_part {
            for set in sets_of(&uids, CONTENT_BATCH) {
                for (uid, text) in self.fetch_texts(&set, part.as_deref()).await? {
                    if let Some(content) = contents.get_mut(&uid) {
                        content.message = message(&content.header, text);
                    }
                }
            }
        }
        for (uid, content) in &mut contents {
            content.attachments = outlines.remove(uid).map(|outline| outline.attachments).unwrap_or_default();
        }
        Ok(contents.into_values().collect())
    }

    async fn fetch_headers(&mut self, set: &UidSet) -> Result<BTreeMap<u32, Content>, MailboxError> {
        let envelopes = self.fetch_envelopes(set).await?;
        let content = |(number, envelope): (u32, crate::core::mail::Envelope)| {
            let message = message(&envelope.header, (None, Vec::new()));
            let (received, header) = (envelope.received, envelope.header);
            (number, Content { uid: Uid::Number(number), received, header, message, attachments: Vec::new() })
        };
        Ok(envelopes.into_iter().map(content).collect())
    }

    /// A structure that is too large, too deep, or refused is none: that message is then read from its beginning.
    async fn fetch_outlines(&mut self, set: &UidSet) -> Result<BTreeMap<u32, Outline>, MailboxError> {
        let mut outlines = BTreeMap::new();
        let result = self
            .fetch(set, "BODYSTRUCTURE", &mut |uid, attributes| {
                for attribute in attributes {
                    if let AttributeValue::BodyStructure(root) = attribute {
                        outlines.insert(uid, outline(root));
                    }
                }
            })
            .await;
        match result {
            Ok(_) | Err(MailboxError::Refused(_)) => Ok(outlines),
            Err(error) => Err(error),
        }
    }

    async fn fetch_texts(&mut self, set: &UidSet, part: Option<&[u32]>) -> Result<BTreeMap<u32, Text>, MailboxError> {
        let items = match part {
            None => format!("BODY.PEEK[TEXT]<0.{TEXT_LIMIT}>"),
            Some(path) => {
                let path = dotted(path);
                format!("BODY.PEEK[{path}.MIME]<0.{HEADER_LIMIT}> BODY.PEEK[{path}]<0.{TEXT_LIMIT}>")
            }
        };
        let mut texts = BTreeMap::new();
        let result = self
            .fetch(set, &items, &mut |uid, attributes| {
                if let Some(text) = text(attributes, part) {
                    texts.insert(uid, text);
                }
            })
            .await;
        match result {
            Ok(_) | Err(MailboxError::Refused(_)) => Ok(texts),
            Err(error) => Err(error),
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
    use async_imap::imap_proto::Response;

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
