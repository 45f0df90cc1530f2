//! Titles out of subjects.

/// Words that mail programs put before a title when answering or forwarding; a colon, or a space and a colon, follows.
const ANSWERS: [&str; 9] = ["re", "réf", "ref", "fwd", "fw", "tr", "aw", "sv", "rép"];

/// A title without `Re:` and its likes, however many.
pub(super) fn unanswered(title: &str) -> &str {
    let mut title = title.trim();
    while let Some((word, rest)) = title.split_once(':') {
        // `Re[2]:` counts the answers.
        let word = word.split('[').next().unwrap_or(word).trim_end();
        if word.len() > 4 || !ANSWERS.contains(&word.to_lowercase().as_str()) {
            break;
        }
        title = rest.trim_start();
    }
    title
}

/// `[tag] rest` as `(tag, rest)`.
pub(super) fn tag(title: &str) -> Option<(&str, &str)> {
    let (tag, rest) = title.trim_start().strip_prefix('[')?.split_once(']')?;
    Some((tag.trim(), rest.trim_start()))
}

/// A title without any tags at its beginning, nor `Re:` before, between or after them.
pub(super) fn untagged(title: &str, strip: impl Fn(&str) -> bool) -> &str {
    let mut title = unanswered(title);
    while let Some((name, rest)) = tag(title) {
        if !strip(name) {
            break;
        }
        title = unanswered(rest);
    }
    title
}

/// `T (#12)`, `T (Issue #12)`, `T (!5)` as `T`.
pub(super) fn unnumbered(title: &str) -> &str {
    let Some((start, number)) = title.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once(" (")) else {
        return title;
    };
    let numeral = number.rsplit(['#', '!', '$', '&']).next().unwrap_or_default();
    match numeral.len() < number.len() && is_number(numeral) {
        true => start.trim_end(),
        false => title,
    }
}

/// What stands between `open` and the last `close` after it.
pub(super) fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(open)?;
    rest.rsplit_once(close).map(|(inner, _)| inner.trim())
}

/// The number after the first `mark` that digits follow.
pub(super) fn number_after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.match_indices(mark).find_map(|(at, _)| leading_number(&text[at + mark.len()..]))
}

/// The digits at the beginning of a text.
pub(super) fn leading_number(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| &text[..end])
}

pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_forwards_are_stripped_in_both_languages_however_many() {
        assert_eq!(unanswered("Re: RE : Tr: Fwd: [x] Re: y"), "[x] Re: y");
        assert_eq!(unanswered("Re[3]: y"), "y");
        assert_eq!(unanswered("Rapport: y"), "Rapport: y");
        assert_eq!(unanswered("Re:"), "");
    }

    #[test]
    fn only_the_tags_asked_for_are_stripped() {
        assert_eq!(untagged("Re: [a #1] [a #1] Re: [b] c", |tag| tag.contains('#')), "[b] c");
        assert_eq!(untagged("[a", |_| true), "[a");
    }

    #[test]
    fn a_number_at_the_end_is_no_part_of_the_title() {
        assert_eq!(unnumbered("Speed (up) (#8)"), "Speed (up)");
        assert_eq!(unnumbered("Speed (PR #8)"), "Speed");
        assert_eq!(unnumbered("Speed (!8)"), "Speed");
        assert_eq!(unnumbered("Speed (2026)"), "Speed (2026)");
    }
}
