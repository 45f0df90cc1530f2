//! The text of an HTML mail as a reader sees it: lines, paragraphs, lists, code and quotes; nothing hidden, no style, no script.
//! One pass over the source, whose markup a stranger wrote: no tag needs its end.

use mail_parser::decoders::html::add_html_token;

/// Octets within which a tag's end may hide behind quotes; beyond, the next `>` ends it. Keeps the pass linear.
const LONGEST_TAG: usize = 4096;

/// Octets of a character reference; the longest name in use has eight.
const LONGEST_ENTITY: usize = 12;

/// Quotes and lists inside each other that are still shown as such.
const DEEPEST: usize = 6;

/// Elements whose content no reader sees.
const UNSEEN: [&str; 5] = ["head", "style", "script", "template", "title"];

/// Elements with an empty line around them.
const PARAGRAPHS: [&str; 10] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol"];

/// Elements on lines of their own.
const LINES: [&str; 12] =
    ["div", "tr", "section", "article", "header", "footer", "dt", "dd", "dl", "figure", "center", "address"];

/// Elements that have no end tag, so that hiding one hides nothing else.
const VOID: [&str; 6] = ["br", "hr", "img", "link", "meta", "input"];

/// Declarations in a style attribute that hide an element, blanks left out.
const HIDING: [&str; 4] = ["display:none", "visibility:hidden", "mso-hide:all", "max-height:0;"];

/// The text of HTML source.
pub(super) fn to_text(html: &str) -> String {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        page.text(&rest[..at]);
        rest = page.markup(&rest[at..]);
    }
    page.text(rest);
    page.written
}

#[derive(Default)]
struct Page {
    written: String,
    /// Line ends due before the next word.
    breaks: usize,
    /// Whether a blank is due before the next word.
    space: bool,
    /// Right behind the mark of a list entry, whose first paragraph goes on there.
    at_mark: bool,
    quotes: usize,
    preformatted: usize,
    /// For each open list, the number of its last entry; `None` where it has no numbers.
    lists: Vec<Option<usize>>,
    /// The element that hides everything, and how many of its name are open.
    hidden: Option<(String, usize)>,
}

impl Page {
    /// Reads the markup that `source` begins with, and gives what follows it.
    fn markup<'x>(&mut self, source: &'x str) -> &'x str {
        if let Some(comment) = source.strip_prefix("<!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        let inner = &source[1..];
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            self.text("<");
            return inner;
        }
        let Some(end) = tag_end(inner) else { return "" };
        self.tag(&inner[..end]);
        &inner[end + 1..]
    }

    fn tag(&mut self, tag: &str) {
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let end = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = tag[..end].to_ascii_lowercase();
        if self.stays_hidden(&name, closes, tag) {
            return;
        }
        match name.as_str() {
            "br" => self.breaks = (self.breaks + usize::from(!self.at_mark)).min(2),
            "hr" => self.rule(),
            "td" | "th" => self.space = self.breaks == 0,
            "li" if !closes => self.entry(),
            "li" => self.line(1),
            "pre" => self.enclose(closes, |page| &mut page.preformatted),
            "blockquote" => self.enclose(closes, |page| &mut page.quotes),
            // Discourse puts a quotation, with who said it, in an aside.
            "aside" if closes || tag.contains("quote") => self.enclose(closes, |page| &mut page.quotes),
            "ul" | "ol" => self.list(closes, name == "ol"),
            name if PARAGRAPHS.contains(&name) => self.line(2),
            name if LINES.contains(&name) => self.line(1),
            _ => {}
        }
    }

    /// Whether a tag stands in something hidden, or begins it.
    fn stays_hidden(&mut self, name: &str, closes: bool, tag: &str) -> bool {
        if let Some((hiding, depth)) = &mut self.hidden {
            // A page that forgets to end its head has a body all the same.
            let ends_head = hiding == "head" && name == "body";
            if name == hiding {
                *depth = if closes { depth.saturating_sub(1) } else { *depth + 1 };
            }
            if *depth == 0 || ends_head {
                self.hidden = None;
            }
            return true;
        }
        let hides = !closes && !VOID.contains(&name) && (UNSEEN.contains(&name) || is_hiding(tag));
        if hides && !tag.ends_with('/') {
            self.hidden = Some((name.to_owned(), 1));
        }
        hides
    }

    fn enclose(&mut self, closes: bool, depth: impl Fn(&mut Self) -> &mut usize) {
        self.line(2);
        let depth = depth(self);
        *depth = if closes { depth.saturating_sub(1) } else { (*depth + 1).min(DEEPEST) };
    }

    fn list(&mut self, closes: bool, numbered: bool) {
        self.line(if self.lists.len() > usize::from(closes) { 1 } else { 2 });
        match closes {
            true => drop(self.lists.pop()),
            false if self.lists.len() < DEEPEST => self.lists.push(numbered.then_some(0)),
            false => {}
        }
    }

    /// The mark of a list's next entry.
    fn entry(&mut self) {
        self.line(1);
        self.begin();
        let indent = self.lists.len().saturating_sub(1);
        self.written.push_str(&"  ".repeat(indent));
        match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                self.written.push_str(&format!("{number}. "));
            }
            _ => self.written.push_str("- "),
        }
        self.at_mark = true;
    }

    fn rule(&mut self) {
        self.line(1);
        self.begin();
        self.written.push_str("---");
        self.line(1);
    }

    fn line(&mut self, breaks: usize) {
        if !self.at_mark {
            self.breaks = self.breaks.max(breaks);
        }
        self.space = false;
    }

    /// What is due before the next word.
    fn begin(&mut self) {
        let is_first = self.written.is_empty();
        if self.breaks > 0 || is_first {
            self.written.push_str(&"\n".repeat(if is_first { 0 } else { self.breaks }));
            self.written.push_str(&"> ".repeat(self.quotes));
        } else if self.space && !self.at_mark {
            self.written.push(' ');
        }
        (self.breaks, self.space, self.at_mark) = (0, false, false);
    }

    fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        if self.preformatted > 0 {
            return self.preformatted(text);
        }
        for (at, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            self.space |= at > 0;
            if !word.is_empty() {
                self.begin();
                decode(&mut self.written, word);
            }
        }
    }

    /// Text whose lines and blanks are its author's.
    fn preformatted(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.breaks += 1;
            }
            let line = line.trim_end_matches('\r');
            if !line.is_empty() {
                self.begin();
                decode(&mut self.written, line);
            }
        }
    }
}

/// Where a tag ends: at the first `>` that stands in no quotes.
fn tag_end(inner: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in inner.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    inner.find('>')
}

fn is_hiding(tag: &str) -> bool {
    let Some((_, style)) = tag.split_once("style=") else { return false };
    let quote = style.chars().next().filter(|c| matches!(c, '"' | '\''));
    let style = quote.map_or(style, |quote| style[1..].split(quote).next().unwrap_or_default());
    let style: String = style.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    HIDING.iter().any(|hiding| style.contains(hiding))
}

/// Adds a text with its character references as what they stand for.
fn decode(written: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        written.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST_ENTITY).position(|byte| byte == b';');
        match end.map(|end| rest.split_at(end + 1)) {
            // Only layout: a reader sees a blank.
            Some(("&nbsp;" | "&#160;", after)) => {
                written.push(' ');
                rest = after;
            }
            Some((entity, after)) => {
                add_html_token(written, entity.as_bytes(), false);
                rest = after;
            }
            None => {
                written.push('&');
                rest = &rest[1..];
            }
        }
    }
    written.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_and_cells_are_read_as_they_look() {
        assert_eq!(to_text("<p>a\n b</p><p>c<br>d</p>"), "a b\n\nc\nd");
        assert_eq!(to_text("x<ul><li>a</li><li><p>b</p></li></ul>y"), "x\n\n- a\n- b\n\ny");
        assert_eq!(to_text("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"), "1. a\n  - b\n2. c");
        assert_eq!(to_text("<table><tr><td>From:</td><td>Zo&eacute;</td></tr></table>"), "From: Zoé");
    }

    #[test]
    fn code_keeps_its_lines_and_a_quotation_its_mark() {
        assert_eq!(to_text("<pre><code>a {\n    b &lt; c\n}\n</code></pre>d"), "a {\n    b < c\n}\n\nd");
        assert_eq!(to_text("<blockquote><p>a</p><blockquote>b</blockquote></blockquote>c"), "> a\n\n> > b\n\nc");
    }

    #[test]
    fn nothing_hidden_is_read() {
        assert_eq!(to_text("<head><style>p{}</style><title>t</title></head>a<!-- b -->c"), "ac");
        assert_eq!(to_text("a<div style=\"color:red; display: none\">b<div>c</div></div>d"), "ad");
        assert_eq!(to_text("<head><meta><body>a"), "a");
    }

    #[test]
    fn markup_that_never_ends_is_no_text() {
        assert_eq!(to_text("a <b title='>'>c</b> < d <x"), "a c < d");
        assert_eq!(to_text("a<!-- b"), "a");
        assert_eq!(to_text("a & b &amp c &nosuch; &#x41;"), "a & b &amp c &nosuch; A");
    }
}
