//! Puts a message together from what an IMAP server gives in parts.

use super::{header::Headers, mail::header_length};

/// Builds a readable RFC 5322 message from a message's header, the MIME header of its text part and the beginning of that
/// part's body, still in its transfer encoding. An empty `mime` means that the message has one part, described by `header`.
pub fn graft(header: &[u8], mime: &[u8], body: &[u8]) -> Vec<u8> {
    let part = Headers::read(&mime[..header_length(mime)]);
    let has_part = !part.fields().is_empty();
    let mut message = Vec::with_capacity(header.len() + mime.len() + body.len() + 64);
    for field in Headers::read(&header[..header_length(header)]).fields() {
        if !has_part || !describes_body(field.name) {
            write_field(&mut message, field.name, field.value);
        }
    }
    if has_part {
        write_field(&mut message, "MIME-Version", b" 1.0");
        for field in part.fields().iter().filter(|field| describes_body(field.name)) {
            write_field(&mut message, field.name, field.value);
        }
    }
    message.extend_from_slice(b"\r\n");
    message.extend_from_slice(body);
    message
}

/// Fields about the form of the body (RFC 2045): those of the whole do not hold for a part.
fn describes_body(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("content-") || name == "mime-version"
}

fn write_field(message: &mut Vec<u8>, name: &str, value: &[u8]) {
    message.extend_from_slice(name.as_bytes());
    message.push(b':');
    message.extend_from_slice(value);
    message.extend_from_slice(b"\r\n");
}
