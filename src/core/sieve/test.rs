//! Tests of a Sieve script (RFC 5228, section 5) as values, and their text.

use super::SieveError;

/// How a value is compared with the keys (RFC 5228, section 2.7.1); letters of ASCII in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// The whole value.
    Is,
    /// A part of it.
    Contains,
    /// A pattern: `*` and `?`.
    Matches,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// At least one holds; none of none.
    Any(Vec<Test>),
    /// Every one holds.
    All(Vec<Test>),
    /// It does not hold.
    Not(Box<Test>),
    /// There is a field of that name, maybe an empty one.
    Exists(String),
    /// One of these fields compares with one of these keys.
    Header(How, Vec<String>, Vec<String>),
    /// `address` of From: its part (`:all`, `:domain`) compares with one of these keys.
    From(&'static str, How, Vec<String>),
}

/// Columns of a line of the script: what mail programs and web forms show without folding it.
const WIDTH: usize = 100;

impl Test {
    /// Whether there is a field of one of these names.
    pub(super) fn exists(names: &[&str]) -> Self {
        Self::Any(names.iter().map(|name| Self::Exists((*name).to_owned())).collect())
    }

    /// Whether one of these fields is there and not empty.
    pub(super) fn filled(names: &[&str]) -> Self {
        Self::header(How::Matches, names, &["?*"])
    }

    pub(super) fn header(how: How, names: &[&str], keys: &[impl AsRef<str>]) -> Self {
        Self::Header(
            how,
            names.iter().map(|name| (*name).to_owned()).collect(),
            keys.iter().map(|key| key.as_ref().to_owned()).collect(),
        )
    }

    pub(super) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Whether it can never hold.
    pub(super) fn is_never(&self) -> bool {
        match self {
            Self::Any(tests) => tests.iter().all(Self::is_never),
            Self::All(tests) => tests.iter().any(Self::is_never),
            Self::Header(_, _, keys) | Self::From(_, _, keys) => keys.is_empty(),
            Self::Not(_) | Self::Exists(_) => false,
        }
    }

    /// The same without tests that never hold, and without groups of one or groups in a group of their kind.
    pub(super) fn simple(self) -> Self {
        match self {
            Self::Any(tests) => {
                let tests = tests.into_iter().filter(|test| !test.is_never()).map(Self::simple);
                let flat = tests.flat_map(|test| match test {
                    Self::Any(inner) => inner,
                    other => vec![other],
                });
                only_one(flat.collect()).unwrap_or_else(Self::Any)
            }
            Self::All(tests) => {
                let flat = tests.into_iter().map(Self::simple).flat_map(|test| match test {
                    Self::All(inner) => inner,
                    other => vec![other],
                });
                only_one(flat.collect()).unwrap_or_else(Self::All)
            }
            Self::Not(test) => test.simple().negated(),
            other => other,
        }
    }

    /// Its text, every line after the first indented by `indent` columns.
    ///
    /// # Errors
    /// A string that no script can hold.
    pub(super) fn write(&self, indent: usize) -> Result<String, SieveError> {
        match self {
            Self::Any(tests) if tests.is_empty() => Ok("false".to_owned()),
            Self::Any(tests) => group("anyof", tests, indent),
            Self::All(tests) => group("allof", tests, indent),
            Self::Not(test) => Ok(format!("not {}", test.write(indent)?)),
            Self::Exists(name) => Ok(format!("exists {}", quoted(name)?)),
            Self::Header(how, names, keys) => {
                Ok(format!("header {} {} {}", how.tag(), list(names, indent)?, list(keys, indent)?))
            }
            Self::From(part, how, keys) => Ok(format!("address {part} {} \"From\" {}", how.tag(), list(keys, indent)?)),
        }
    }
}

impl How {
    fn tag(self) -> &'static str {
        match self {
            Self::Is => ":is",
            Self::Contains => ":contains",
            Self::Matches => ":matches",
        }
    }
}

fn only_one(mut tests: Vec<Test>) -> Result<Test, Vec<Test>> {
    match tests.len() {
        1 => tests.pop().ok_or_else(Vec::new),
        _ => Err(tests),
    }
}

fn group(name: &str, tests: &[Test], indent: usize) -> Result<String, SieveError> {
    let inner = indent + 4;
    let tests: Result<Vec<String>, _> = tests.iter().map(|test| test.write(inner)).collect();
    let (step, back) = (" ".repeat(inner), " ".repeat(indent));
    Ok(format!("{name} (\n{step}{}\n{back})", tests?.join(&format!(",\n{step}"))))
}

/// One string, or a list over as many lines as it needs.
fn list(strings: &[String], indent: usize) -> Result<String, SieveError> {
    let quoted: Result<Vec<String>, _> = strings.iter().map(|text| quoted(text)).collect();
    let quoted = quoted?;
    if let [only] = &quoted[..] {
        return Ok(only.clone());
    }
    let line = format!("[{}]", quoted.join(", "));
    if line.len() + indent <= WIDTH {
        return Ok(line);
    }
    let step = " ".repeat(indent + 4);
    let mut lines = vec![String::new()];
    for text in quoted {
        if lines.last().is_some_and(|line| !line.is_empty() && line.len() + text.len() + step.len() > WIDTH) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(&format!("{}{text},", if line.is_empty() { "" } else { " " }));
        }
    }
    let lines = lines.join(&format!("\n{step}"));
    Ok(format!("[\n{step}{}\n{}]", lines.trim_end_matches(','), " ".repeat(indent)))
}

/// A quoted string (RFC 5228, section 2.4.2).
///
/// # Errors
/// CR, LF and NUL: the first two would end a line of the script, the third is in no script.
pub(super) fn quoted(text: &str) -> Result<String, SieveError> {
    if text.contains(['\r', '\n', '\0']) {
        return Err(SieveError::Unquotable(text.to_owned()));
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// A text as a pattern that matches it alone (RFC 5228, section 2.7.1).
pub(super) fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_are_escaped_and_line_ends_are_refused() {
        assert_eq!(quoted("a\"b\\c").unwrap(), r#""a\"b\\c""#);
        for bad in ["a\rb", "a\nb", "a\0b", "\"; }\nredirect \"x@y.example\";"] {
            assert_eq!(quoted(bad), Err(SieveError::Unquotable(bad.to_owned())));
        }
    }

    #[test]
    fn a_pattern_of_a_literal_has_no_wildcards() {
        assert_eq!(literal(r"a*b?c\"), r"a\*b\?c\\");
    }

    #[test]
    fn what_never_holds_is_left_out_and_groups_of_one_are_no_groups() {
        let never = Test::header(How::Is, &["A"], &[] as &[&str]);
        let test = Test::Any(vec![never.clone(), Test::exists(&["B"]), Test::All(vec![Test::exists(&["C"]), never])]);
        assert_eq!(test.simple(), Test::Exists("B".to_owned()));
    }
}
