//! What a BODYSTRUCTURE says: where the text is, and what is attached.

use async_imap::imap_proto::{BodyContentCommon, BodyParams, BodyStructure};

/// Attachments that are named: a digest shows a few.
const MAX_ATTACHMENTS: usize = 20;

/// Where to read a message, and what hangs on it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The part that holds the text; `None` where the message is no multipart, or has no text part.
    pub part: Option<Vec<u32>>,
    /// The message is one text or one file: its first part is its whole body (RFC 3501, section 6.4.5).
    pub single: bool,
    /// File names as the sender wrote them.
    pub attachments: Vec<String>,
}

/// Reads an outline: the first plain text, else the first HTML.
pub fn outline(root: &BodyStructure<'_>) -> Outline {
    let mut search = Search::default();
    search.visit(root, &mut Vec::new());
    let part = search.plain.or(search.html).filter(|path| !path.is_empty());
    let single = matches!(root, BodyStructure::Text { .. } | BodyStructure::Basic { .. });
    Outline { part, single, attachments: search.attachments }
}

#[derive(Default)]
struct Search {
    plain: Option<Vec<u32>>,
    html: Option<Vec<u32>>,
    attachments: Vec<String>,
}

impl Search {
    fn visit(&mut self, part: &BodyStructure<'_>, path: &mut Vec<u32>) {
        let common = match part {
            BodyStructure::Multipart { bodies, .. } => {
                for (number, body) in (1..).zip(bodies) {
                    path.push(number);
                    self.visit(body, path);
                    path.pop();
                }
                return;
            }
            // Its own parts belong to the message inside.
            BodyStructure::Message { common, .. } | BodyStructure::Basic { common, .. } => common,
            BodyStructure::Text { common, .. } if is_attached(common) => common,
            BodyStructure::Text { common, .. } => {
                self.text(&common.ty.subtype, path);
                return;
            }
        };
        if let Some(name) = file_name(common).filter(|_| self.attachments.len() < MAX_ATTACHMENTS) {
            self.attachments.push(name);
        }
    }

    fn text(&mut self, subtype: &str, path: &[u32]) {
        let place = match subtype {
            plain if plain.eq_ignore_ascii_case("plain") => &mut self.plain,
            html if html.eq_ignore_ascii_case("html") => &mut self.html,
            _ => return,
        };
        place.get_or_insert_with(|| path.to_vec());
    }
}

fn is_attached(common: &BodyContentCommon<'_>) -> bool {
    common.disposition.as_ref().is_some_and(|disposition| disposition.ty.eq_ignore_ascii_case("attachment"))
}

/// The name in the disposition, else the one in the type; continued and extended ones (RFC 2231) have a `*`.
fn file_name(common: &BodyContentCommon<'_>) -> Option<String> {
    let disposition = common.disposition.as_ref().and_then(|disposition| param(&disposition.params, "filename"));
    disposition.or_else(|| param(&common.ty.params, "name"))
}

fn param(params: &BodyParams<'_>, name: &str) -> Option<String> {
    let is_named = |key: &str| key.split('*').next().is_some_and(|base| base.eq_ignore_ascii_case(name));
    let found = params.as_ref()?.iter().find(|(key, _)| is_named(key))?;
    Some(found.1.clone().into_owned())
}

#[cfg(test)]
mod tests {
    use async_imap::imap_proto::{AttributeValue, Response};

    use super::*;

    fn read(structure: &str) -> Outline {
        let line = format!("* 1 FETCH (BODYSTRUCTURE {structure})\r\n");
        let Ok((_, Response::Fetch(_, attributes))) = Response::parse(line.as_bytes()) else { panic!("{line}") };
        let [AttributeValue::BodyStructure(root)] = &attributes[..] else { panic!("{attributes:?}") };
        outline(root)
    }

    const PLAIN: &str = r#"("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 10 1 NIL NIL NIL NIL)"#;
    const HTML: &str = r#"("text" "html" ("charset" "utf-8") NIL NIL "8bit" 10 1 NIL NIL NIL NIL)"#;
    const PDF: &str =
        r#"("application" "pdf" NIL NIL NIL "base64" 10 NIL ("attachment" ("filename" "facture.pdf")) NIL NIL)"#;
    const LOG: &str = r#"("text" "plain" ("name" "x.log") NIL NIL "7bit" 10 1 NIL ("attachment" NIL) NIL NIL)"#;

    #[test]
    fn the_first_plain_text_wins_over_html_and_attachments_are_named() {
        let structure = format!(r#"({LOG}({HTML}{PLAIN} "alternative"){PDF} "mixed")"#);
        let outline = read(&structure);
        assert_eq!(outline.part, Some(vec![2, 2]));
        assert_eq!(outline.attachments, ["x.log", "facture.pdf"]);
    }

    #[test]
    fn a_message_that_is_no_multipart_is_read_whole() {
        assert_eq!(read(PLAIN), Outline { single: true, ..Outline::default() });
        assert_eq!(read(&format!(r#"({HTML}{PDF} "mixed")"#)).part, Some(vec![1]));
    }
}
