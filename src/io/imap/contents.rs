//! The beginnings of messages: the structure and the first kilobytes as they are stored; the text part by itself where it is not in
//! them.

use std::{collections::BTreeMap, ops::ControlFlow};

use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};

use super::{
    BEGINNING, HEADER_LIMIT, ImapMailbox, TEXT_LIMIT,
    envelopes::{among, envelope_of, section, taken},
    pipeline::Reading,
    sets::{UidSet, sets_of},
    structure::{Outline, outline},
};
use crate::{
    core::{
        mail::{Content, Envelope, Uid},
        notice::{first_part, graft, header_length},
    },
    io::mailbox::MailboxError,
};

/// Messages in one batch: two hundred beginnings are 2.4 MB; where all are read apart, header, MIME header and text, 29 MB at most.
const CONTENT_BATCH: usize = 200;

/// What a part is that does not say it (RFC 2045, section 5.2).
const UNDESCRIBED: &[u8] = b"Content-Type: text/plain\r\n\r\n";

/// What was fetched of a text: its MIME header, none for a message that is no multipart, and its beginning.
type Text = (Option<Vec<u8>>, Vec<u8>);

/// What came of a message so far.
#[derive(Default)]
struct Beginning {
    envelope: Option<Envelope>,
    outline: Outline,
    text: Option<Text>,
    /// Its header is longer than what was fetched.
    header_cut: bool,
}

type Beginnings = BTreeMap<u32, Beginning>;

impl ImapMailbox {
    pub(super) async fn visit_contents(
        &mut self,
        uids: &[u32],
        visit: &mut dyn FnMut(Vec<Content>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError> {
        self.opened()?;
        let sets = sets_of(uids, CONTENT_BATCH);
        let mut reading = Reading::of(&sets, beginning_items());
        let mut found = Beginnings::new();
        loop {
            let next = reading.next(&mut self.connection, &mut |response| note(&mut found, uids, response)).await?;
            let Some((set, done)) = next else { return Ok(()) };
            let mut batch = taken(&mut found, set);
            let is_whole = match done {
                Ok(done) => done.unread == 0 && !batch.values().any(|beginning| beginning.header_cut),
                Err(MailboxError::Refused(_)) => false,
                Err(error) => {
                    self.connection.drain().await?;
                    return Err(error);
                }
            };
            if !(is_whole && batch.values().all(Beginning::is_complete)) {
                reading.catch_up(&mut self.connection, &mut |response| note(&mut found, uids, response)).await?;
                if !is_whole {
                    batch = self.fetch_apart(set).await?;
                }
                self.fetch_texts(&mut batch).await?;
            }
            if visit(contents(batch)).is_break() {
                return self.connection.drain().await;
            }
        }
    }

    /// Headers, then structures. A structure that is too large, too deep, or refused is none: that message is then read from its
    /// beginning.
    async fn fetch_apart(&mut self, set: &UidSet) -> Result<Beginnings, MailboxError> {
        let envelopes = self.fetch_envelopes(set).await?.into_iter();
        let mut found: Beginnings = envelopes
            .map(|(uid, envelope)| (uid, Beginning { envelope: Some(envelope), ..Beginning::default() }))
            .collect();
        let mut add = |uid, attributes: &[AttributeValue<'_>]| {
            if let Some(beginning) = found.get_mut(&uid) {
                beginning.add_structure(attributes);
            }
        };
        self.fetch(set, "BODYSTRUCTURE", &mut add).await.map(drop).or_else(refused_only)?;
        Ok(found)
    }

    /// The texts that are missing, those of messages with the same place of the text together.
    async fn fetch_texts(&mut self, batch: &mut Beginnings) -> Result<(), MailboxError> {
        let mut by_part: BTreeMap<Option<Vec<u32>>, Vec<u32>> = BTreeMap::new();
        for (uid, beginning) in &*batch {
            if !beginning.is_complete() {
                by_part.entry(beginning.outline.part.clone()).or_default().push(*uid);
            }
        }
        for (part, uids) in by_part {
            let items = text_items(part.as_deref());
            let mut add = |uid, attributes: &[AttributeValue<'_>]| {
                if let (Some(text), Some(beginning)) = (text(attributes, part.as_deref()), batch.get_mut(&uid)) {
                    beginning.text = Some(text);
                }
            };
            for set in sets_of(&uids, CONTENT_BATCH) {
                self.fetch(&set, &items, &mut add).await.map(drop).or_else(refused_only)?;
            }
        }
        Ok(())
    }
}

impl Beginning {
    /// Adds what one response says.
    fn add(&mut self, uid: u32, attributes: &[AttributeValue<'_>]) {
        self.add_structure(attributes);
        let Some(raw) = section(attributes, |section| section.is_none()).filter(|_| self.envelope.is_none()) else {
            return;
        };
        // What is shorter, or longer where a server heeds no limit, is all there is.
        let is_cut = raw.len() == BEGINNING;
        let (header, body) = raw.split_at(header_length(raw));
        if is_cut && body.is_empty() {
            self.header_cut = true;
            return;
        }
        self.envelope = Some(envelope_of(uid, attributes, header));
        self.text = match &self.outline {
            Outline { single: true, .. } if !is_cut => Some((None, limited(body))),
            Outline { part: Some(part), .. } if part.iter().all(|number| *number == 1) => {
                first_part(raw).map(|(mime, body)| (Some(mime.to_vec()), limited(body)))
            }
            _ => None,
        };
    }

    fn add_structure(&mut self, attributes: &[AttributeValue<'_>]) {
        for attribute in attributes {
            if let AttributeValue::BodyStructure(root) = attribute {
                self.outline = outline(root);
            }
        }
    }

    /// Nothing more is to be fetched; without a header it is gone.
    fn is_complete(&self) -> bool {
        self.envelope.is_none() || self.text.is_some()
    }
}

fn limited(body: &[u8]) -> Vec<u8> {
    body[..body.len().min(TEXT_LIMIT)].to_vec()
}

fn note(found: &mut Beginnings, uids: &[u32], response: &Response<'_>) {
    let Some((uid, attributes)) = among(uids, response) else { return };
    found.entry(uid).or_default().add(uid, attributes);
}

fn contents(batch: Beginnings) -> Vec<Content> {
    let contents = batch.into_iter().filter_map(|(uid, beginning)| {
        let Envelope { received, header, .. } = beginning.envelope?;
        let message = message(&header, beginning.text.unwrap_or_default());
        let attachments = beginning.outline.attachments;
        Some(Content { uid: Uid::Number(uid), received, header, message, attachments })
    });
    contents.collect()
}

/// The structure, and the first kilobytes as they are stored: header and text of nearly all notifications. In one command, and
/// without parts, so that the server opens each message once and need not take it apart.
fn beginning_items() -> String {
    format!("FLAGS INTERNALDATE BODYSTRUCTURE BODY.PEEK[]<0.{BEGINNING}>")
}

/// A refusal means that nothing came.
fn refused_only(error: MailboxError) -> Result<(), MailboxError> {
    match error {
        MailboxError::Refused(_) => Ok(()),
        error => Err(error),
    }
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
        let is_described = mime.iter().any(|byte| !byte.is_ascii_whitespace());
        return graft(header, if is_described { &mime } else { UNDESCRIBED }, &body);
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
