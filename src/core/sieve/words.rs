//! Words in a subject. Sieve compares ASCII letters in any case and every other letter as it is; quiethours compares all in
//! any case and as whole words. So a word has two translations: one that is never wider, one that is never narrower.

use super::test::literal;
use crate::core::text;

/// What may stand before a word, and behind it. A tight pattern is made for each pair: more of them would not be read by
/// anyone, and the usual subjects need no more.
const BEFORE: [&str; 4] = ["", "* ", "*[", "*("];
const BEHIND: [&str; 8] = ["", " *", "]*", ")*", ":*", "!*", ",*", ".*"];

/// Longer than any phrase that a selector is made of; what is as long is not changed by the comparison below.
const LONGEST: usize = 1000;

/// Patterns that match only what has `words` as whole words in a row.
pub(super) fn tight(words: &str) -> Vec<String> {
    // A subject is compared without double spaces and invisible characters: words that have them match none.
    if text::line(words, LONGEST) != words {
        return Vec::new();
    }
    let is_joined = |end: Option<char>| end.is_some_and(char::is_alphanumeric);
    let before: &[&str] = if is_joined(words.chars().next()) { &BEFORE } else { &["*"] };
    let behind: &[&str] = if is_joined(words.chars().next_back()) { &BEHIND } else { &["*"] };
    let mut patterns = Vec::new();
    for spelling in spellings(words) {
        let spelling = literal(&spelling);
        for start in before {
            patterns.extend(behind.iter().map(|end| format!("{start}{spelling}{end}")));
        }
    }
    patterns
}

/// The ways that a phrase is usually written, as far as they are the same words to us.
fn spellings(words: &str) -> Vec<String> {
    let lower = words.to_lowercase();
    if words.is_ascii() {
        return vec![lower];
    }
    let mut first = lower.chars();
    let capital: String = first.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let mut all = vec![words.to_owned(), lower.clone(), words.to_uppercase(), capital + first.as_str()];
    all.retain(|spelling| spelling.to_lowercase() == lower);
    all.sort();
    all.dedup();
    all
}

/// Patterns that match at least what has `words` in it, in any case.
pub(super) fn wide(words: &str) -> Vec<String> {
    let mut pattern = String::from("*");
    for c in words.chars() {
        let varies = c.is_whitespace() || (!c.is_ascii() && c.is_alphabetic());
        match varies {
            true if pattern.ends_with('*') && !pattern.ends_with("\\*") => {}
            true => pattern.push('*'),
            false => pattern.push_str(&literal(c.encode_utf8(&mut [0; 4]))),
        }
    }
    if !pattern.contains(|c: char| c.is_ascii_alphanumeric()) {
        // Nothing but letters of which Sieve does not know the case: the usual spellings, or else it would be every message.
        return spellings(words).iter().map(|spelling| format!("*{}*", literal(spelling))).collect();
    }
    if !pattern.ends_with('*') || pattern.ends_with("\\*") {
        pattern.push('*');
    }
    vec![pattern]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tight_pattern_has_a_boundary_on_both_sides() {
        let patterns = tight("urgent");
        assert_eq!(patterns.len(), BEFORE.len() * BEHIND.len());
        assert!(patterns.contains(&"urgent".to_owned()) && patterns.contains(&"*[urgent]*".to_owned()));
        assert_eq!(tight("[alerte]"), ["*[alerte]*"]);
        assert_eq!(tight("a  b"), [""; 0]);
    }

    #[test]
    fn letters_beyond_ascii_are_spelled_out_or_left_open() {
        assert!(tight("été").contains(&"ÉTÉ".to_owned()));
        assert_eq!(wide("Très urgent"), ["*Tr*s*urgent*"]);
        assert_eq!(wide("a*b?"), [r"*a\*b\?*"]);
        assert_eq!(wide("срочно"), ["*СРОЧНО*", "*Срочно*", "*срочно*"]);
    }
}
