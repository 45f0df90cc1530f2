//! The header block as fields, read leniently: what no field can be made of is skipped.

use mail_parser::{Address, HeaderValue, parsers::MessageStream};

/// Addresses read of one kind of field: a notification is from one, and comparing each with all others has to end.
const MOST_PEOPLE: usize = 20;

/// A field as it stands in the message: `value` is still folded and encoded, and ends before its last line end.
pub(super) struct Field<'x> {
    pub(super) name: &'x str,
    pub(super) value: &'x [u8],
}

/// The fields of a header block, in order.
pub(super) struct Headers<'x> {
    fields: Vec<Field<'x>>,
}

/// One address of From or Reply-To.
pub(super) struct Person {
    /// The display name, decoded, untrusted.
    pub(super) name: Option<String>,
    /// The addr-spec as written, untrusted.
    pub(super) address: String,
}

impl<'x> Headers<'x> {
    /// Reads the fields of `block`.
    pub(super) fn read(block: &'x [u8]) -> Self {
        let mut fields: Vec<Field<'x>> = Vec::new();
        let mut at = 0;
        // Where the value of the last field starts, so that a folded line can be added to it.
        let mut value_start = None;
        for raw in block.split_inclusive(|byte| *byte == b'\n') {
            let (start, end) = (at, at + raw.len());
            at = end;
            let line = trim_line_end(raw);
            if matches!(raw.first(), Some(b' ' | b'\t')) {
                if let (Some(begin), Some(last)) = (value_start, fields.last_mut()) {
                    last.value = &block[begin..start + line.len()];
                }
                continue;
            }
            value_start = None;
            if let Some((name, colon)) = field_name(line) {
                value_start = Some(start + colon + 1);
                fields.push(Field { name, value: &line[colon + 1..] });
            }
        }
        Self { fields }
    }

    pub(super) fn fields(&self) -> &[Field<'x>] {
        &self.fields
    }

    /// The first field of that name: a second Message-ID or Subject is a forger's or a relay's.
    pub(super) fn raw(&self, name: &str) -> Option<&'x [u8]> {
        self.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value)
    }

    /// The first field of that name, unfolded, encoded words decoded, trimmed; `None` when there is none or it is empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.raw(name).map(decode).filter(|value| !value.is_empty())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The first addresses of all fields of that name, without repetition.
    pub(super) fn people(&self, name: &str) -> Vec<Person> {
        let mut people: Vec<Person> = Vec::new();
        for field in self.fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name)) {
            for person in addresses(field.value) {
                if people.len() >= MOST_PEOPLE {
                    return people;
                }
                if !people.iter().any(|known| known.address.eq_ignore_ascii_case(&person.address)) {
                    people.push(person);
                }
            }
        }
        people
    }
}

fn trim_line_end(raw: &[u8]) -> &[u8] {
    let line = raw.strip_suffix(b"\n").unwrap_or(raw);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The name of a field and where its colon stands (RFC 5322, section 2.2: printable ASCII without space).
fn field_name(line: &[u8]) -> Option<(&str, usize)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = std::str::from_utf8(&line[..colon]).ok()?.trim_end();
    (!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic())).then_some((name, colon))
}

/// Plain values are by far the most frequent and need no parser.
fn decode(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) if !text.contains("=?") => unfold(text),
        _ => {
            let ended = [value, b"\r\n"].concat();
            match MessageStream::new(&ended).parse_unstructured() {
                HeaderValue::Text(text) => unfold(&text),
                _ => unfold(&String::from_utf8_lossy(value)),
            }
        }
    }
}

/// Line ends vanish, the white space that follows them stays (RFC 5322, section 2.2.3).
fn unfold(text: &str) -> String {
    match text.contains(['\r', '\n']) {
        true => text.replace(['\r', '\n'], "").trim().to_owned(),
        false => text.trim().to_owned(),
    }
}

fn addresses(value: &[u8]) -> Vec<Person> {
    let ended = [value, b"\r\n"].concat();
    let HeaderValue::Address(address) = MessageStream::new(&ended).parse_address() else { return Vec::new() };
    let list = match address {
        Address::List(list) => list,
        Address::Group(groups) => groups.into_iter().flat_map(|group| group.addresses).collect(),
    };
    list.into_iter()
        .filter_map(|person| {
            Some(Person { name: person.name.map(|name| name.trim().to_owned()), address: person.address?.into_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_encoded_and_odd_fields_are_read() {
        let block = "From mbox line\r\nSUBJECT: =?UTF-8?Q?=C3=A9?=\r\n =?UTF-8?Q?t=C3=A9?=\nX-A:\tb\r\n\tc\r\n continued\nno colon\n of nothing\nX A: d\n";
        let headers = Headers::read(block.as_bytes());
        assert_eq!(headers.get("subject").as_deref(), Some("été"));
        assert_eq!(headers.get("x-a").as_deref(), Some("b\tc continued"));
        assert_eq!(headers.fields().len(), 2);
    }

    #[test]
    fn the_first_of_two_fields_counts() {
        assert_eq!(
            Headers::read(b"Message-ID: <1@a>\nMessage-ID: <2@a>\n").get("message-id").as_deref(),
            Some("<1@a>")
        );
    }

    #[test]
    fn bytes_of_no_charset_are_replaced_not_lost() {
        assert!(
            Headers::read(b"Subject: caf\xe9 noir\n").get("Subject").is_some_and(|subject| subject.ends_with("noir"))
        );
    }
}
