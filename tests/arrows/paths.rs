//! The paths that a Rust source names: its `use` trees, expanded, and every `a::b` elsewhere, macros and attributes included.
//!
//! A scanner, not a parser: it knows comments, literals, braces and inline modules, which is all that the arrow rule needs.

use std::{iter::Peekable, str::Chars};

/// A path as it is written, with the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// From 1.
    pub line: usize,
    /// Its segments; `*` for a glob; without a trailing `self`.
    pub segments: Vec<String>,
    /// How many inline modules (`mod tests { … }`) it stands in.
    pub depth: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Colons,
    Mark(char),
}

/// Every path in `source`, in order.
pub fn paths(source: &str) -> Vec<Path> {
    Reader { tokens: tokens(source), at: 0, braces: Vec::new(), found: Vec::new() }.read()
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    at: usize,
    /// One entry an open brace: whether an inline module opened it.
    braces: Vec<bool>,
    found: Vec<Path>,
}

impl Reader {
    fn read(mut self) -> Vec<Path> {
        while let Some(token) = self.token(0).cloned() {
            match token {
                Token::Mark('{') => {
                    let module = self.at >= 2 && self.word(-2) == Some("mod");
                    self.braces.push(module);
                    self.at += 1;
                }
                Token::Mark('}') => {
                    self.braces.pop();
                    self.at += 1;
                }
                // `use<'a>` in a bound names no path.
                Token::Word(word) if word == "use" && self.token(1) != Some(&Token::Mark('<')) => {
                    self.at += 1;
                    self.tree(&[]);
                }
                Token::Word(_) if self.starts_path() => self.path(),
                _ => self.at += 1,
            }
        }
        self.found
    }

    /// One use tree after `prefix`: `a::b`, `a::{b, c::*}`, `a as b`.
    fn tree(&mut self, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let mut line = self.line();
        while let Some(token) = self.token(0).cloned() {
            match token {
                Token::Mark('{') => return self.group(&segments),
                Token::Mark(',' | '}' | ';') => break,
                Token::Word(word) if word == "as" => self.at += 1,
                Token::Word(word) => {
                    line = self.line();
                    segments.push(word);
                }
                Token::Mark('*') => segments.push("*".to_owned()),
                _ => {}
            }
            self.at += 1;
        }
        self.add(line, segments);
    }

    fn group(&mut self, prefix: &[String]) {
        self.at += 1;
        while let Some(token) = self.token(0) {
            match token {
                Token::Mark('}') => {
                    self.at += 1;
                    return;
                }
                Token::Mark(',') => self.at += 1,
                _ => self.tree(prefix),
            }
        }
    }

    /// A word before `::`, and not the tail of `<T as Trait>::name`.
    fn starts_path(&self) -> bool {
        let tail = self.at >= 2 && self.token(-1) == Some(&Token::Colons) && self.token(-2) == Some(&Token::Mark('>'));
        self.token(1) == Some(&Token::Colons) && !tail
    }

    fn path(&mut self) {
        let line = self.line();
        let mut segments = Vec::new();
        while let Some(word) = self.word(0).map(str::to_owned) {
            segments.push(word);
            self.at += 1;
            if self.token(0) != Some(&Token::Colons) {
                break;
            }
            self.at += 1;
        }
        self.add(line, segments);
    }

    fn add(&mut self, line: usize, mut segments: Vec<String>) {
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let depth = self.braces.iter().filter(|module| **module).count();
        self.found.push(Path { line, segments, depth });
    }

    fn token(&self, offset: isize) -> Option<&Token> {
        let index = self.at.checked_add_signed(offset)?;
        self.tokens.get(index).map(|(_, token)| token)
    }

    fn word(&self, offset: isize) -> Option<&str> {
        match self.token(offset) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(0, |(line, _)| *line)
    }
}

fn tokens(source: &str) -> Vec<(usize, Token)> {
    let mut scanner = Scanner { rest: source.chars().peekable(), line: 1 };
    let mut found = Vec::new();
    while let Some((line, token)) = scanner.next_token() {
        found.push((line, token));
    }
    found
}

struct Scanner<'a> {
    rest: Peekable<Chars<'a>>,
    line: usize,
}

impl Scanner<'_> {
    fn next_token(&mut self) -> Option<(usize, Token)> {
        loop {
            let line = self.line;
            match self.take()? {
                '/' if self.rest.peek() == Some(&'/') => self.skip_line(),
                '/' if self.rest.peek() == Some(&'*') => self.skip_block(),
                '"' => self.skip_string(),
                '\'' => self.skip_quote(),
                ':' if self.rest.next_if_eq(&':').is_some() => return Some((line, Token::Colons)),
                first if is_word(first) => {
                    let word = self.word(first);
                    if !self.skip_raw(&word) {
                        return Some((line, Token::Word(word)));
                    }
                }
                space if space.is_whitespace() => {}
                mark => return Some((line, Token::Mark(mark))),
            }
        }
    }

    fn take(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        self.line += usize::from(next == '\n');
        Some(next)
    }

    fn word(&mut self, first: char) -> String {
        let mut word = String::from(first);
        while let Some(next) = self.rest.next_if(|next| is_word(*next)) {
            word.push(next);
        }
        word
    }

    fn skip_line(&mut self) {
        while self.rest.next_if(|next| *next != '\n').is_some() {}
    }

    /// A block comment; they nest.
    fn skip_block(&mut self) {
        let mut depth = 1;
        let mut last = self.take();
        while depth > 0 {
            let Some(next) = self.take() else { return };
            match (last, next) {
                (Some('*'), '/') => depth -= 1,
                (Some('/'), '*') => depth += 1,
                _ => {
                    last = Some(next);
                    continue;
                }
            }
            last = None;
        }
    }

    fn skip_string(&mut self) {
        while let Some(next) = self.take() {
            match next {
                '\\' => drop(self.take()),
                '"' => return,
                _ => {}
            }
        }
    }

    /// A character literal, or the tick of a lifetime.
    fn skip_quote(&mut self) {
        let Some(next) = self.take() else { return };
        if next == '\\' {
            self.take();
            while self.take().is_some_and(|next| next != '\'') {}
        } else if self.rest.next_if_eq(&'\'').is_none() && is_word(next) {
            self.word(next);
        }
    }

    /// A raw string after its prefix: `r"…"`, `br##"…"##`. `r#word` is a word.
    fn skip_raw(&mut self, prefix: &str) -> bool {
        if !matches!(prefix, "r" | "br" | "cr") {
            return false;
        }
        let mut hashes = 0;
        while self.rest.next_if_eq(&'#').is_some() {
            hashes += 1;
        }
        if self.rest.next_if_eq(&'"').is_none() {
            // `r#word`: skip the prefix, the word itself comes next. Without a hash it is a name like any other.
            return hashes > 0;
        }
        let mut seen = None;
        while let Some(next) = self.take() {
            seen = match (next, seen) {
                ('"', _) => Some(0),
                ('#', Some(count)) => Some(count + 1),
                _ => None,
            };
            if seen == Some(hashes) {
                break;
            }
        }
        true
    }
}

fn is_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}
