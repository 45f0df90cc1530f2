//! Where in a dialogue to do harm.

use std::collections::BTreeSet;

use super::support::faults::{Speaker, Spot};

/// Whose rules say where a literal begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `{n}` at the end of a line announces one.
    Imap,
    /// What follows DATA, up to the dot.
    Smtp,
}

/// Every line end, the byte before and the byte after it, and two places in each literal; with `every`, each byte.
pub fn of(language: Language, connection: usize, speaker: Speaker, said: &[u8], every: bool) -> Vec<Spot> {
    let offsets = if every { (0..=said.len()).collect() } else { marked(language, said) };
    let place = |offset: usize| {
        let before = &said[..offset];
        let line = before.iter().filter(|byte| **byte == b'\n').count();
        let begin = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        Spot { connection, speaker, line, column: offset - begin }
    };
    offsets.into_iter().map(place).collect()
}

fn marked(language: Language, said: &[u8]) -> BTreeSet<usize> {
    let mut offsets = BTreeSet::from([0]);
    let mut at = 0;
    while at < said.len() {
        let end = line_end(said, at);
        offsets.extend((end - 1..=end + 1).filter(|offset| *offset <= said.len()));
        let length = literal(language, &said[at..end], &said[end..]);
        if length > 0 {
            offsets.extend([end + length / 3, end + length * 2 / 3]);
        }
        at = end + length;
    }
    offsets
}

fn line_end(said: &[u8], from: usize) -> usize {
    said[from..].iter().position(|byte| *byte == b'\n').map_or(said.len(), |length| from + length + 1)
}

/// The length of the literal that a line announces.
fn literal(language: Language, line: &[u8], rest: &[u8]) -> usize {
    let line = String::from_utf8_lossy(line);
    let length = match language {
        Language::Imap => line
            .trim_end()
            .strip_suffix('}')
            .and_then(|line| line.rsplit_once('{'))
            .and_then(|(_, digits)| digits.trim_end_matches('+').parse().ok()),
        Language::Smtp if line == "DATA\r\n" => rest.windows(5).position(|five| five == b"\r\n.\r\n").map(|at| at + 2),
        Language::Smtp => None,
    };
    length.unwrap_or(0).min(rest.len())
}

#[test]
fn the_spots_of_a_dialogue_are_its_line_ends_and_their_neighbours_and_two_in_each_literal() {
    let columns = |language, said: &[u8]| -> Vec<(usize, usize)> {
        of(language, 0, Speaker::Client, said, false).iter().map(|spot| (spot.line, spot.column)).collect()
    };
    let line = [(0, 0), (0, 5), (1, 0), (1, 1)];
    assert_eq!(columns(Language::Imap, b"a {9}\nb\ncd\nefg h\n")[..4], line);
    // The literal is `b\ncd\nefg `; its line ends are not those of the dialogue.
    let rest = [(2, 1), (3, 1), (3, 5), (4, 0)];
    assert_eq!(columns(Language::Imap, b"a {9}\nb\ncd\nefg h\n")[4..], rest);
    let body = columns(Language::Smtp, b"DATA\r\n0123456789\r\n.\r\n");
    assert_eq!(body, [(0, 0), (0, 5), (1, 0), (1, 1), (1, 4), (1, 8), (2, 2), (3, 0)]);
}
