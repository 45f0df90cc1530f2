//! Untrusted text to safe text. Everything that comes from mail or a server passes here before it is shown, logged, put in a
//! header or a file name. Every function is linear in its input.

use unicode_segmentation::UnicodeSegmentation;
use url::Url;

/// Characters kept of one grapheme: a letter with the marks that real scripts pile up (a Devanagari conjunct has seven), but
/// no tower of marks that covers the lines above and below.
const GRAPHEME: usize = 8;

/// Characters of a link that is shown: longer ones are refused by mail clients and browsers alike.
const LONGEST_LINK: usize = 2000;

/// A single blank at the beginning of a line is an accident of templates.
const SMALLEST_INDENT: usize = 2;

/// Columns to which a line may stand farther in: a digest has 72 in all.
const DEEPEST_INDENT: usize = 16;

/// Columns of a tab: what people who write code in forums see.
const TAB: usize = 4;

/// Octets of an addr-spec (RFC 5321, section 4.5.3.1.3, less the angle brackets).
const LONGEST_ADDRESS: usize = 254;

/// One line: no control, format or bidirectional character, white space collapsed, at most `limit` graphemes, the last one an
/// ellipsis where something was cut.
pub fn line(text: &str, limit: usize) -> String {
    shorten(&collapse(text), limit)
}

/// Several lines: as [`line()`], but LF is kept, and at most one empty line in a row; lines that stand farther in than others keep
/// that, as code must.
pub fn block(text: &str, limit: usize) -> String {
    let lines: Vec<(usize, String)> = lines(text).map(|line| (indent(line), collapse(line))).collect();
    let margin = lines.iter().filter(|(_, line)| !line.is_empty()).map(|(indent, _)| *indent).min().unwrap_or(0);
    let mut clean = String::with_capacity(text.len());
    let mut gap = false;
    for (indent, line) in lines {
        if line.is_empty() {
            gap = true;
            continue;
        }
        if !clean.is_empty() {
            clean.push_str(if gap { "\n\n" } else { "\n" });
        }
        let indent = indent - margin;
        clean.push_str(&" ".repeat(if indent < SMALLEST_INDENT { 0 } else { indent }));
        clean.push_str(&line);
        gap = false;
    }
    shorten(&clean, limit)
}

/// An http or https link that may be shown and clicked: a host, no user name, printable, of bounded length, international
/// hosts as ASCII; otherwise `None`.
pub fn url_safe(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > LONGEST_LINK || text.chars().any(|c| c.is_whitespace() || hidden(c)) {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let web = matches!(url.scheme(), "http" | "https");
    let plain = url.host_str().is_some_and(|host| !host.is_empty()) && url.username().is_empty();
    (web && plain && url.password().is_none() && url.as_str().len() <= LONGEST_LINK).then(|| url.to_string())
}

/// The text itself when it is exactly one plain addr-spec: ASCII, a dot-atom on both sides, no group, quotes, `%`, `?` or `&`
/// (which would change the meaning of a `mailto:` link); otherwise `None`.
pub fn plain_address(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.split_once('@')?;
    let local_fits = dot_atom(local, |byte| byte.is_ascii_alphanumeric() || b"!#$'*+-/=^_{|}~".contains(&byte));
    let domain_fits = dot_atom(domain, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    (text.len() <= LONGEST_ADDRESS && local_fits && domain_fits).then(|| text.to_owned())
}

/// The longest beginning of a text that takes at most `octets` and ends between two characters.
pub fn beginning(text: &str, octets: usize) -> &str {
    let mut end = octets.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Whether every label between the dots is of allowed characters and not empty (RFC 5322, section 3.2.3).
fn dot_atom(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    text.split('.').all(|label| !label.is_empty() && label.bytes().all(&allowed))
}

/// How far in a line stands, in columns.
fn indent(line: &str) -> usize {
    let columns = line.bytes().map_while(|byte| match byte {
        b' ' => Some(1),
        b'\t' => Some(TAB),
        _ => None,
    });
    columns.take(DEEPEST_INDENT).sum::<usize>().min(DEEPEST_INDENT)
}

/// Lines ended by LF, CRLF, CR, or one of Unicode's line and paragraph separators.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split(['\r', '\u{85}', '\u{2028}', '\u{2029}']))
}

/// Without hidden characters, every run of white space one space, none at the ends.
fn collapse(text: &str) -> String {
    if is_collapsed(text) { text.to_owned() } else { collapse_characters(text) }
}

/// Whether nothing is to be done, as with nearly every line of mail.
fn is_collapsed(text: &str) -> bool {
    let mut after_space = true;
    for c in text.chars() {
        match c {
            ' ' if after_space => return false,
            ' ' => after_space = true,
            _ if !is_ink(c) && (c.is_whitespace() || blank(c) || hidden(c)) => return false,
            _ => after_space = false,
        }
    }
    !after_space || text.is_empty()
}

fn collapse_characters(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_whitespace() || blank(c) {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else if !hidden(c) {
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// At most `limit` graphemes, each of bounded length.
fn shorten(text: &str, limit: usize) -> String {
    if text.chars().all(stands_alone) { shorten_letters(text, limit) } else { shorten_graphemes(text, limit) }
}

fn shorten_graphemes(text: &str, limit: usize) -> String {
    let mut graphemes = text.graphemes(true);
    let mut short = String::new();
    let mut last = 0;
    for grapheme in graphemes.by_ref().take(limit) {
        last = short.len();
        short.extend(grapheme.chars().take(GRAPHEME));
    }
    if limit > 0 && graphemes.next().is_some() {
        short.truncate(last);
        short.truncate(short.trim_end().len());
        short.push('…');
    }
    short
}

/// The same where each character is a grapheme: nearly every text in European languages, in a fraction of the time.
fn shorten_letters(text: &str, limit: usize) -> String {
    let Some(before) = limit.checked_sub(1) else { return String::new() };
    let mut starts = text.char_indices().map(|(at, _)| at).skip(before);
    match (starts.next(), starts.next()) {
        (Some(last), Some(_)) => format!("{}…", text[..last].trim_end()),
        _ => text.to_owned(),
    }
}

/// Whether a character is a grapheme whatever stands beside it, CR LF aside, which is in no text here: Latin letters, and the
/// dashes, quotation marks and signs that stand among them. Combining marks, joiners and emoji are beyond (UAX #29).
fn stands_alone(c: char) -> bool {
    c < '\u{300}' && c != '\r' || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' | '€')
}

/// Nearly every character of mail in European languages that is neither white space, nor blank, nor hidden; not all of them.
fn is_ink(c: char) -> bool {
    matches!(c, '!'..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{2FF}' | '\u{2010}'..='\u{2027}')
}

/// Characters that are drawn as nothing, yet are no white space for Unicode: fillers and the empty Braille cell.
fn blank(c: char) -> bool {
    matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{2800}')
}

/// General categories Cc and Cf of Unicode 16, and the invisible marks that serve only to disguise text.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{600}'..='\u{605}' | '\u{61C}' | '\u{6DD}' | '\u{70F}' | '\u{890}'..='\u{891}'
            | '\u{8E2}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{110BD}' | '\u{110CD}' | '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ink_is_never_white_blank_or_hidden() {
        let mut ink = ('\0'..=char::MAX).filter(|c| is_ink(*c));
        assert_eq!(ink.find(|c| c.is_whitespace() || blank(*c) || hidden(*c)), None);
    }

    #[test]
    fn a_line_holds_no_escape_nul_or_line_end() {
        assert_eq!(line("a\x1b[31mb\0c\r\nd\u{2028}e", 100), "a[31mbc d e");
    }

    #[test]
    fn direction_overrides_zero_width_and_tag_characters_vanish() {
        assert_eq!(line("exe.\u{202E}fdp\u{200B}\u{FEFF}\u{E0041}\u{2066}!", 100), "exe.fdp!");
    }

    #[test]
    fn white_space_is_collapsed_and_trimmed() {
        assert_eq!(line(" \t a \u{A0}\u{3000} b\u{3164} ", 100), "a b");
    }

    #[test]
    fn a_cut_ends_in_an_ellipsis_within_the_limit() {
        assert_eq!(line("héhé héhé", 5), "héhé…");
        assert_eq!(line("héhé", 4), "héhé");
        assert_eq!(line("héhé", 0), "");
    }

    #[test]
    fn a_letter_is_never_separated_from_its_accent() {
        assert_eq!(line("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
    }

    #[test]
    fn a_tower_of_marks_and_a_flood_of_variation_selectors_are_bounded() {
        assert_eq!(line(&format!("a{}b", "\u{301}".repeat(1000)), 10).chars().count(), GRAPHEME + 1);
        assert_eq!(line(&format!("☺{}b", "\u{FE0F}".repeat(1000)), 10).chars().count(), GRAPHEME + 1);
        assert_eq!(line(&format!("☺{}b", "\u{E0101}".repeat(1000)), 10), "☺b");
    }

    #[test]
    fn a_block_keeps_lines_and_one_empty_line_in_a_row() {
        assert_eq!(block("\r\n\r\na\r\nb\r\n\r\n\r\n\r\nc\rd\n", 100), "a\nb\n\nc\nd");
    }

    #[test]
    fn code_keeps_how_far_in_its_lines_stand_and_the_whole_its_left_margin() {
        assert_eq!(block("  fn a() {\n      b  c\n\td\n  }", 100), "fn a() {\n    b c\n  d\n}");
        assert_eq!(block(" a\nb\n", 100), "a\nb");
        assert_eq!(block(&format!("a\n{}b", " ".repeat(90)), 100), format!("a\n{}b", " ".repeat(DEEPEST_INDENT)));
    }

    #[test]
    fn a_megabyte_is_read_like_a_kilobyte() {
        for unit in ["a", " ", "\u{301}", "\u{200B}", "\r", "e\u{301} ", "🇫", "\u{1100}", "क\u{94D}"] {
            let flood = unit.repeat((1 << 20) / unit.len());
            assert!(line(&flood, 100).chars().count() <= 100 * GRAPHEME);
            assert!(block(&flood, 100).chars().count() <= 100 * GRAPHEME);
        }
    }

    #[test]
    fn a_beginning_never_ends_inside_a_character() {
        assert_eq!(
            [beginning("aé", 1), beginning("aé", 2), beginning("aé", 3), beginning("aé", 9)],
            ["a", "a", "aé", "aé"]
        );
    }

    #[test]
    fn only_plain_web_links_are_shown() {
        assert_eq!(url_safe("https://forum.example/t/a/1?x=1#p"), Some("https://forum.example/t/a/1?x=1#p".into()));
        assert_eq!(url_safe("http://fôrum.example/é"), Some("http://xn--frum-vqa.example/%C3%A9".into()));
        for bad in [
            "javascript:alert(1)",
            "ftp://a.example/",
            "https://",
            "https://bank.example@evil.example/",
            "//a.example",
            "https://a.example/\u{202E}x",
            "https://a.example/ b",
            "https://a.example/\nb",
            "data:text/html,x",
            "",
        ] {
            assert_eq!(url_safe(bad), None, "{bad}");
        }
        assert_eq!(url_safe(&format!("https://a.example/{}", "a".repeat(LONGEST_LINK))), None);
    }

    #[test]
    fn only_one_plain_address_is_an_address_to_answer() {
        assert_eq!(plain_address("reply+AB_1=2@mail.forum.example"), Some("reply+AB_1=2@mail.forum.example".into()));
        for bad in [
            "a",
            "@a.example",
            "a@",
            "a@b@c",
            "a b@c.example",
            "a@c.example, b@c.example",
            "a?bcc=x@c.example",
            "a%0d@c.example",
            "a&b@c.example",
            "é@c.example",
            "a@é.example",
            "\"a\"@c.example",
            "g:a@c.example;",
            "a\r\nBcc: b@c.example",
            "a@[127.0.0.1]",
            "a..b@c.example",
            "a@c.example.",
            "<a@c.example>",
        ] {
            assert_eq!(plain_address(bad), None, "{bad}");
        }
    }

    fn is_safe(text: &str) -> bool {
        !text.chars().any(|c| hidden(c) && c != '\n')
    }

    proptest! {
        #[test]
        fn no_control_or_format_character_survives(text in "(\\PC|\\p{Cf}|\\p{Cc}|\\p{Mn}){0,200}", limit in 0usize..50) {
            let (one, many) = (line(&text, limit), block(&text, limit));
            prop_assert!(is_safe(&one) && !one.contains('\n'));
            prop_assert!(is_safe(&many) && !many.contains("\n\n\n"));
            prop_assert!(one.chars().count() <= limit * GRAPHEME);
        }

        #[test]
        fn what_needs_no_collapsing_is_left_as_it_is(text in "[ -~\u{A0}-\u{B0}\u{2000}-\u{2030}\t\r]{0,6}") {
            prop_assert_eq!(is_collapsed(&text), collapse_characters(&text) == text);
        }

        #[test]
        fn letters_are_shortened_as_graphemes_are(
            text in "[ -~\n\u{80}-\u{2ff}\u{2010}-\u{2027}\u{2030}-\u{205e}€]{0,40}",
            limit in 0usize..50,
        ) {
            prop_assert!(text.chars().all(stands_alone));
            prop_assert_eq!(shorten_letters(&text, limit), shorten_graphemes(&text, limit));
        }

        #[test]
        fn every_format_character_of_unicode_is_hidden(text in "[\\p{Cf}\\p{Cc}]") {
            prop_assert_eq!(line(&text, 10), "");
        }

        #[test]
        fn a_shown_link_is_printable_ascii(text in "https?://\\PC{1,60}") {
            if let Some(link) = url_safe(&text) {
                prop_assert!(link.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }
}
