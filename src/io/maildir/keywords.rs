//! `dovecot-keywords`: which lower-case flag letter means which keyword in a folder.
//!
//! Read only. Dovecot locks the file while it changes it and keeps its index beside it; a letter added behind its back would
//! take the meaning of the next keyword that a mail client invents.

use std::{fs, io, path::Path};

/// The keyword that marks a manifest's messages.
pub const SEALED: &str = "qh-sealed";

/// Dovecot has 26 keywords a Maildir folder, `a` to `z`.
const LETTERS: std::ops::RangeInclusive<char> = 'a'..='z';

/// Longest keyword file read: 26 keywords of Dovecot's longest.
const LONGEST: u64 = 16 * 1024;

/// The keywords of one folder.
#[derive(Debug, Default)]
pub struct Keywords(Vec<(char, String)>);

impl Keywords {
    /// Reads a folder's keywords; none where there is no such file.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let path = folder.join("dovecot-keywords");
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() && metadata.len() <= LONGEST => {}
            Ok(_) => return Ok(Self::default()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        }
        Ok(Self::parse(&String::from_utf8_lossy(&fs::read(path)?)))
    }

    /// A line is an index and a keyword: `0 Junk`.
    fn parse(text: &str) -> Self {
        let entry = |line: &str| {
            let (index, keyword) = line.split_once(' ')?;
            Some((LETTERS.clone().nth(index.parse().ok()?)?, keyword.to_owned()))
        };
        Self(text.lines().filter_map(entry).collect())
    }

    /// The letter of a keyword; keywords have no case (RFC 3501, section 2.3.2).
    pub fn letter(&self, keyword: &str) -> Option<char> {
        self.0.iter().find(|(_, known)| known.eq_ignore_ascii_case(keyword)).map(|(letter, _)| *letter)
    }

    /// The flag letters that mean in `target` what `flags` mean here. Flags stay, a keyword unknown to `target` is dropped.
    pub fn translate<'a>(&'a self, flags: &'a str, target: &'a Self) -> impl Iterator<Item = char> + 'a {
        flags.chars().filter_map(|letter| match LETTERS.contains(&letter) {
            true => self.0.iter().find(|(known, _)| *known == letter).and_then(|(_, keyword)| target.letter(keyword)),
            false => Some(letter),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_translated_by_name() {
        let (here, there) = (Keywords::parse("0 Junk\n1 qh-sealed\n"), Keywords::parse("0 QH-Sealed\n2 junk\n"));
        assert_eq!(here.translate("FSab", &there).collect::<String>(), "FSca");
    }

    #[test]
    fn a_keyword_that_the_target_does_not_know_is_dropped() {
        let here = Keywords::parse("0 Junk\n");
        assert_eq!(here.translate("FSabz", &Keywords::default()).collect::<String>(), "FS");
    }

    #[test]
    fn a_damaged_keyword_file_means_nothing() {
        for text in ["", "x", "26 late\n", "-1 x\n", "99999999999999999999 x\n", "\0\0 \n"] {
            assert_eq!(Keywords::parse(text).letter("x"), None, "{text:?}");
        }
    }
}
