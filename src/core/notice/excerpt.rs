//! The new words only: no quotes, signature, footer. Every function looks at each line once.

/// Words with which an answer introduces what it quotes, at the end of a line.
const INTRODUCTIONS: [&str; 6] = ["wrote:", "writes:", "a écrit :", "a écrit:", "a écrit\u{a0}:", "schrieb:"];

/// Lines that a mail program puts before the whole message it answers.
const ORIGINALS: [&str; 5] =
    ["Original Message", "Message d'origine", "Message d’origine", "Message original", "Ursprüngliche Nachricht"];

/// Fields of the header that Outlook copies above the message it answers; it begins with the first row.
const COPIED: [&[&str]; 3] = [
    &["From:", "De :", "De:", "Von:"],
    &["Sent:", "Date:", "Date :", "Envoyé :", "Envoyé:", "Gesendet:", "Datum:"],
    &["To:", "À :", "À:", "An:"],
];

/// Lines within which the other fields come: each of them may be broken over two.
const NEAR: usize = 6;

/// Signatures that telephones add.
const TELEPHONES: [&str; 6] = [
    "Sent from my ",
    "Sent from Outlook for ",
    "Envoyé de mon ",
    "Envoyé depuis mon ",
    "Envoyé à partir de Outlook",
    "Von meinem iPhone gesendet",
];

/// Octets of such a line: a longer one is a sentence.
const LONGEST_TELEPHONE: usize = 80;

/// Lines with which platforms begin their footers, when a rule of dashes stands before them.
const FOOTERS: [&str; 8] = [
    "You received this email because",
    "To view/respond to the ticket",
    "To view or respond to the ticket",
    "Reply to this email",
    "View it on",
    "You are receiving this",
    "You're receiving this",
    "This message was sent by",
];

/// The new words of a mail that a person wrote: without quotes, what introduces them, signature and footer.
pub(super) fn fresh(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let trimmed = line.trim();
        if ends_words(line, &lines[at + 1..]) {
            break;
        }
        if trimmed.starts_with('>') {
            continue;
        }
        if is_reference(trimmed) {
            continue;
        }
        let is_broken = trimmed.starts_with("écrit") && trimmed.ends_with(':');
        if is_broken && kept.last().is_some_and(|last| starts_introduction(last.trim())) {
            kept.pop();
            continue;
        }
        if INTRODUCTIONS.iter().any(|words| trimmed.ends_with(words)) {
            // Where the words are broken over two lines, the first one is already kept.
            if !starts_introduction(trimmed) && kept.last().is_some_and(|last| starts_introduction(last.trim())) {
                kept.pop();
            }
            continue;
        }
        kept.push(line);
    }
    kept.join("\n")
}

/// `(In reply to NAME from comment #3)` of Bugzilla, `Replying to [comment:1 NAME]:` of Trac.
fn is_reference(line: &str) -> bool {
    line.starts_with("(In reply to ") && line.ends_with(')') || line.starts_with("Replying to [")
}

/// `On Monday, …` or `Le lundi …`
fn starts_introduction(line: &str) -> bool {
    ["On ", "Le ", "Am "].iter().any(|word| line.starts_with(word))
}

/// Whether nothing new follows: a signature (RFC 3676, section 4.3), a footer, or the message that is answered.
fn ends_words(line: &str, following: &[&str]) -> bool {
    let trimmed = line.trim_end();
    let is_rule = matches!(trimmed, "--" | "---" | "—" | "– " | "___");
    let original = trimmed.starts_with("---") && ORIGINALS.iter().any(|words| trimmed.contains(words));
    let footer = || following.first().is_some_and(|next| FOOTERS.iter().any(|words| next.trim().starts_with(words)));
    line == "-- "
        || line == "--"
        || original
        || is_rule && footer()
        || is_underscores(trimmed)
        || is_copied(trimmed, following)
        || is_telephone(trimmed)
}

/// Whether the header of the message that is answered begins here.
fn is_copied(line: &str, following: &[&str]) -> bool {
    let begins = |line: &str, names: &[&str]| names.iter().any(|name| line.trim_start_matches('*').starts_with(name));
    let near = || following.iter().take(NEAR).map(|line| line.trim());
    begins(line, COPIED[0]) && COPIED[1..].iter().all(|names| near().any(|line| begins(line, names)))
}

fn is_telephone(line: &str) -> bool {
    line.len() <= LONGEST_TELEPHONE && TELEPHONES.iter().any(|words| line.starts_with(words)) && !line.ends_with(',')
}

/// The rule above the footers of Mailman.
fn is_underscores(line: &str) -> bool {
    line.len() >= 30 && line.bytes().all(|byte| byte == b'_')
}

/// A text up to the first line that satisfies `ends`.
pub(super) fn until(text: &str, ends: impl Fn(&str) -> bool) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if ends(line.trim_end_matches(['\n', '\r'])) {
            break;
        }
        at += line.len();
    }
    &text[..at]
}

/// A text from behind the first line that satisfies `begins`; `None` when none does.
pub(super) fn after(text: &str, begins: impl Fn(&str) -> bool) -> Option<&str> {
    let before = until(text, begins);
    let rest = &text[before.len()..];
    rest.split_once('\n').map(|(_, words)| words)
}

/// A text without its first line that is not blank, when that line satisfies `drops`.
pub(super) fn without_first(text: &str, drops: impl Fn(&str) -> bool) -> &str {
    let text = text.trim_start();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if drops(first.trim_end()) { rest } else { text }
}

/// A text without the rules, and empty lines, at its end: they parted it from what was cut.
pub(super) fn without_last_rules(text: &str) -> &str {
    let mut text = text.trim_end();
    loop {
        let last = text.rsplit('\n').next().unwrap_or_default();
        if last.len() < 2 || !last.bytes().all(|byte| matches!(byte, b'-' | b'_' | b'=')) {
            return text;
        }
        text = text[..text.len() - last.len()].trim_end();
    }
}

/// A text without the lines at its beginning that are blank or satisfy `drops`.
pub(super) fn without_head(text: &str, drops: impl Fn(&str) -> bool) -> &str {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if !bare.is_empty() && !drops(bare) {
            break;
        }
        at += line.len();
    }
    &text[at..]
}

/// A text that stands wholly in a quotation, as platforms show what is new, without the outermost quotation marks.
pub(super) fn unquoted(text: &str) -> String {
    let is_quoted = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('>');
    if !text.lines().all(is_quoted) {
        return text.to_owned();
    }
    let bare = |line: &str| {
        let line = line.trim_start();
        let inner = line.strip_prefix('>').unwrap_or(line);
        inner.strip_prefix(' ').unwrap_or(inner).to_owned()
    };
    text.lines().map(bare).collect::<Vec<_>>().join("\n")
}

/// The parts of a text between rules: lines of at least `length` characters `rule` and no other.
pub(super) fn sections(text: &str, rule: u8, length: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        if bare.len() >= length && bare.bytes().all(|byte| byte == rule) {
            parts.push(&text[begin..at]);
            begin = at + line.len();
        }
        at += line.len();
    }
    parts.push(&text[begin..]);
    parts
}

/// What follows `label` and a colon on the first line that begins so: `Titre : x`, `Title: x`.
pub(super) fn labelled<'a>(text: &'a str, labels: &[&str]) -> Option<&'a str> {
    text.lines().find_map(|line| {
        let line = line.trim();
        let rest = labels.iter().find_map(|label| line.strip_prefix(label))?;
        let value = rest.trim_start().strip_prefix(':')?.trim();
        (!value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_their_introductions_vanish_wherever_they_stand() {
        assert_eq!(fresh("a\n\nOn Monday Bob wrote:\n> b\n>> c\n\nd"), "a\n\n\nd");
        assert_eq!(fresh("a\nLe lun. 2 févr. 2026 à 10:00,\nBob <b@a.example> a écrit :\n> b"), "a");
    }

    #[test]
    fn words_end_at_a_signature_a_footer_or_the_original() {
        assert_eq!(fresh("a\n-- \nBob"), "a");
        assert_eq!(fresh("a\n---\nReply to this email directly or view it"), "a");
        assert_eq!(fresh("a\n-----Message d'origine-----\nDe : Bob"), "a");
        assert_eq!(fresh("a\n---\nb"), "a\n---\nb");
    }

    #[test]
    fn words_end_at_the_header_that_outlook_copies_and_at_a_telephones_signature() {
        let copied = "a\n\nDe : Zoé <z@a.example>\nEnvoyé : lundi 2 mars 2026 10:00\nÀ : b@a.example\nObjet : x\n\nb";
        assert_eq!(fresh(copied), "a\n");
        assert_eq!(fresh("a\nFrom: here to there\nb"), "a\nFrom: here to there\nb");
        assert_eq!(fresh("a\nEnvoyé de mon iPhone\n> b"), "a");
        assert_eq!(fresh("a\nLe lun. 2 mars 2026 à 10:00, Zoé <z@a.example> a\nécrit :\n> b"), "a");
    }

    #[test]
    fn only_a_text_that_is_quoted_throughout_loses_its_marks() {
        assert_eq!(unquoted("> a\n>\n> > b"), "a\n\n> b");
        assert_eq!(unquoted("> a\nb"), "> a\nb");
    }

    #[test]
    fn lines_that_lead_to_the_words_are_dropped_up_to_the_first_other() {
        assert_eq!(without_head("\nA: b\n\nc\nA: d", |line| line.starts_with("A:")), "c\nA: d");
        assert_eq!(without_head("A: b", |line| line.starts_with("A:")), "");
    }

    #[test]
    fn rules_at_the_end_part_the_words_from_nothing() {
        assert_eq!(without_last_rules("a\n---\n\n---\n"), "a");
        assert_eq!(without_last_rules("a\n---\nb\n-"), "a\n---\nb\n-");
        assert_eq!(without_last_rules("---"), "");
    }

    #[test]
    fn a_label_is_read_with_either_countrys_colon() {
        assert_eq!(labelled("x\n Titre :Souris\n", &["Titre"]), Some("Souris"));
        assert_eq!(labelled("Title: Mouse", &["Titre", "Title"]), Some("Mouse"));
        assert_eq!(labelled("Titres : x\nTitre :", &["Titre"]), None);
    }

    #[test]
    fn a_text_without_rules_is_one_section() {
        assert_eq!(sections("a\nb", b'-', 3), ["a\nb"]);
        assert_eq!(sections("a\n---\nb\n----\n", b'-', 3), ["a\n", "b\n", ""]);
    }
}
