//! A message opened for reading: its header now, its body only when somebody asks.

use std::cell::OnceCell;

use super::{
    body::Body,
    header::{Headers, Person},
    link, subject,
};

/// A message, or its header block alone, or its beginning.
pub(super) struct Mail<'x> {
    raw: &'x [u8],
    headers: Headers<'x>,
    from: Vec<Person>,
    subject: String,
    body: OnceCell<Body>,
}

/// The conversation a message belongs to: every msg-id of References, then of In-Reply-To, without `<` and `>`.
const THREAD: [&str; 2] = ["References", "In-Reply-To"];

impl<'x> Mail<'x> {
    /// Opens a message; `None` when it has no header field at all.
    pub(super) fn open(raw: &'x [u8]) -> Option<Self> {
        let headers = Headers::read(&raw[..header_length(raw)]);
        if headers.fields().is_empty() {
            return None;
        }
        let from = headers.people("From");
        let subject = headers.get("Subject").unwrap_or_default();
        Some(Self { raw, headers, from, subject, body: OnceCell::new() })
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.headers.has(name)
    }

    /// A header field, unfolded and decoded; `None` when absent or empty.
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name)
    }

    /// Whether a header field holds `part`, in any case of ASCII letters.
    pub(super) fn header_has(&self, name: &str, part: &str) -> bool {
        self.header(name).is_some_and(|value| value.to_ascii_lowercase().contains(part))
    }

    /// The first of several fields that is there.
    pub(super) fn first_of(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.header(name))
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) fn from(&self) -> &[Person] {
        &self.from
    }

    /// Where an answer goes, if the sender said so.
    pub(super) fn reply_to(&self) -> Vec<Person> {
        self.headers.people("Reply-To")
    }

    /// The display name of From, or its address.
    pub(super) fn sender(&self) -> Option<&str> {
        let person = self.from.first()?;
        Some(person.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&person.address))
    }

    /// The name before ` via SITE` in From, or the whole name; `None` when there is nothing before it.
    pub(super) fn sender_via(&self) -> Option<&str> {
        let name = self.sender()?;
        if name.trim_start().starts_with("via ") {
            return None;
        }
        // Google Groups puts the name in apostrophes.
        let person = name.rsplit_once(" via ").map_or(name, |(person, _)| person.trim_matches('\''));
        Some(person).filter(|name| !name.trim().is_empty())
    }

    /// The part before `@` of the first From address, lower case.
    pub(super) fn sender_local(&self) -> String {
        let address = self.from.first().map_or("", |person| person.address.as_str());
        address.rsplit_once('@').map_or("", |(local, _)| local).to_lowercase()
    }

    /// The host of the first From address, lower case.
    pub(super) fn sender_host(&self) -> Option<String> {
        Some(self.from.first()?.address.rsplit_once('@')?.1.to_lowercase())
    }

    pub(super) fn message_id(&self) -> Option<String> {
        self.header("Message-ID").and_then(|value| ids(&value).next().map(str::to_owned))
    }

    /// The msg-ids of References and In-Reply-To, oldest first.
    pub(super) fn thread(&self) -> Vec<String> {
        THREAD
            .iter()
            .filter_map(|name| self.header(name))
            .flat_map(|value| ids(&value).map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    /// The Message-ID, then the conversation it belongs to.
    pub(super) fn all_ids(&self) -> impl Iterator<Item = String> {
        self.message_id().into_iter().chain(self.thread())
    }

    /// The identifier between `<` and `>` of List-Id, lower case (RFC 2919).
    pub(super) fn list_id(&self) -> Option<String> {
        let value = self.header("List-Id")?;
        let id = value.rsplit_once('<').map_or(value.as_str(), |(_, id)| id.split('>').next().unwrap_or(id));
        Some(id.trim().to_lowercase()).filter(|id| !id.is_empty() && !id.contains(' '))
    }

    /// Whether a machine says that it wrote this.
    pub(super) fn is_automatic(&self) -> bool {
        self.header_has("Auto-Submitted", "auto-generated") || self.has("X-Auto-Response-Suppress")
    }

    /// Whether the subject says that somebody answers or forwards another message.
    pub(super) fn is_answer(&self) -> bool {
        subject::unanswered(&self.subject) != self.subject.trim()
    }

    fn body(&self) -> &Body {
        self.body.get_or_init(|| match header_length(self.raw) < self.raw.len() {
            true => Body::read(self.raw),
            false => Body::default(),
        })
    }

    /// The text of the body, LF line ends; empty when the body was not given.
    pub(super) fn text(&self) -> &str {
        &self.body().text
    }

    /// Whether the text was written as text, not made from HTML.
    pub(super) fn is_plain(&self) -> bool {
        self.body().plain
    }

    pub(super) fn attachments(&self) -> &[String] {
        &self.body().attachments
    }

    /// The first link of the body that fits, from the text or else the HTML.
    pub(super) fn link(&self, fits: impl Fn(&str) -> bool) -> Option<String> {
        let body = self.body();
        link::all(&body.text).chain(link::all(&body.html)).map(link::unescape).find(|link| fits(link))
    }

    /// The first link of the body that fits and leads to the sender's own site: a host akin to From's or to the Message-ID's.
    pub(super) fn own_link(&self, fits: impl Fn(&str) -> bool) -> Option<String> {
        let id = self.message_id().unwrap_or_default();
        let known = [self.sender_host(), split_id(&id).1.map(str::to_lowercase)];
        let is_own = |link: &str| {
            let host = link::host(link);
            host.is_some_and(|host| known.iter().flatten().any(|known| link::are_akin(&host, known)))
        };
        self.link(|link| fits(link) && is_own(link))
    }
}

/// The length of the header block with the empty line that ends it, or of everything where there is none.
pub fn header_length(raw: &[u8]) -> usize {
    let mut length = 0;
    let mut ended = false;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        length += line.len();
        ended = matches!(line, b"\n" | b"\r\n");
        if ended {
            break;
        }
    }
    if ended { length } else { raw.len() }
}

/// The msg-ids in a field, without `<` and `>`.
fn ids(value: &str) -> impl Iterator<Item = &str> {
    value
        .split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(id, _)| id.trim())
        .filter(|id| !id.is_empty())
}

/// The part of a msg-id before its last `@`, and the host after it.
pub(super) fn split_id(id: &str) -> (&str, Option<&str>) {
    id.rsplit_once('@').map_or((id, None), |(local, host)| (local, Some(host)))
}
