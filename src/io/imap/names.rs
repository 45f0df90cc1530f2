//! Folder names: `/` and UTF-8 in the configuration; the server's separator, prefix and modified UTF-7 on the wire.

use std::borrow::Cow;

/// A quoted string (RFC 3501, section 9). The caller has refused CR, LF and NUL.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

/// How a server builds the names of a person's own folders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// `INBOX.` where there is no folder beside INBOX, else mostly empty.
    pub prefix: String,
    /// The hierarchy separator; `None` on a flat server.
    pub separator: Option<char>,
}

impl Namespace {
    /// The name on the wire of a folder of the configuration.
    pub fn encode(&self, name: &str) -> String {
        if name.eq_ignore_ascii_case("INBOX") {
            return "INBOX".to_owned();
        }
        let name: String = self.relative(name).chars().filter(|character| !character.is_control()).collect();
        let below_inbox = name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("INBOX/"));
        let whole = match (below_inbox, self.prefix.get(..5)) {
            // The configuration names it from INBOX already.
            (true, Some(start)) if start.eq_ignore_ascii_case("INBOX") => self.separate(&name),
            _ => format!("{}{}", self.prefix, self.separate(&name)),
        };
        utf7_imap::encode_utf7_imap(whole)
    }

    /// The names on the wire of the folders above `name`, outermost first, without the prefix itself.
    pub fn parents(&self, name: &str) -> Vec<String> {
        let name = self.relative(name);
        let ends = name.match_indices('/').map(|(at, _)| &name[..at]);
        ends.filter(|parent| !parent.is_empty()).map(|parent| self.encode(parent)).collect()
    }

    /// A name as the server itself spells it, `INBOX.Forum.Sent`, as the configuration would.
    fn relative<'a>(&self, name: &'a str) -> Cow<'a, str> {
        let own = name
            .split_at_checked(self.prefix.len())
            .filter(|(start, rest)| !start.is_empty() && !rest.is_empty() && start.eq_ignore_ascii_case(&self.prefix));
        match (own, self.separator) {
            (Some((_, rest)), Some(separator)) => Cow::Owned(rest.replace(separator, "/")),
            _ => Cow::Borrowed(name),
        }
    }

    fn separate(&self, name: &str) -> String {
        match self.separator {
            Some('/') => name.to_owned(),
            // The separator itself cannot be part of a name.
            Some(separator) => name.replace(separator, "-").replace('/', &separator.to_string()),
            None => name.replace('/', "-"),
        }
    }
}

/// Reads the personal namespace out of `* NAMESPACE (("INBOX." ".")) NIL NIL` (RFC 2342), which the parser does not know.
pub fn personal_namespace(response: &[u8]) -> Option<Namespace> {
    let text = std::str::from_utf8(response).ok()?;
    let rest = text.get(..12)?.eq_ignore_ascii_case("* NAMESPACE ").then(|| &text[12..])?;
    let (prefix, rest) = string(rest.strip_prefix("((")?)?;
    let separator = string(rest.trim_start()).and_then(|(separator, _)| separator.chars().next());
    Some(Namespace { prefix, separator })
}

/// A quoted string at the beginning, and what follows it.
fn string(text: &str) -> Option<(String, &str)> {
    let (mut value, mut escaped) = (String::new(), false);
    let inner = text.strip_prefix('"')?;
    for (at, character) in inner.char_indices() {
        match character {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return Some((value, &inner[at + 1..])),
            _ => {
                value.push(character);
                escaped = false;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn namespace(prefix: &str, separator: char) -> Namespace {
        Namespace { prefix: prefix.to_owned(), separator: Some(separator) }
    }

    #[test]
    fn names_get_separator_prefix_and_modified_utf7() {
        assert_eq!(namespace("", '/').encode("Heures calmes/Diffusé"), "Heures calmes/Diffus&AOk-");
        assert_eq!(namespace("INBOX.", '.').encode("Quiet Hours/Released"), "INBOX.Quiet Hours.Released");
        assert_eq!(namespace("INBOX.", '.').encode("inbox"), "INBOX");
        assert_eq!(namespace("INBOX.", '.').encode("INBOX/Forum"), "INBOX.Forum");
        assert_eq!(namespace("INBOX.", '.').encode("INBOX.Forum.Diffusé"), "INBOX.Forum.Diffus&AOk-");
        assert_eq!(namespace("INBOX.", '.').parents("INBOX.a.b"), ["INBOX.a"]);
        assert_eq!(namespace("", '.').encode("forum.example/R&D"), "forum-example.R&-D");
    }

    #[test]
    fn parents_come_outermost_first() {
        assert_eq!(namespace("INBOX.", '.').parents("a/b/c"), ["INBOX.a", "INBOX.a.b"]);
        assert!(namespace("", '/').parents("a").is_empty());
    }

    #[test]
    fn the_personal_namespace_is_read() {
        let read = |text: &str| personal_namespace(text.as_bytes());
        assert_eq!(read("* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\n"), Some(namespace("INBOX.", '.')));
        assert_eq!(read("* namespace ((\"\" \"\\\\\")) NIL NIL\r\n"), Some(namespace("", '\\')));
        assert_eq!(read("* NAMESPACE NIL NIL NIL\r\n"), None);
        assert_eq!(read("* NAMESPACE ((\"\r\n"), None);
    }

    #[test]
    fn quotes_and_backslashes_are_escaped() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
    }
}
