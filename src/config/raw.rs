//! The file and the environment, read and merged into one tree whose every value knows where it was written.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider, Source,
    value::{Dict, Map, Tag, Value},
};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

/// What every variable of ours begins with.
pub(super) const PREFIX: &str = "QUIETHOURS_";

/// A configuration is a few kilobytes: more is another file, given by mistake.
const MAX_BYTES: u64 = 1 << 20;

/// Why there is no tree.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// There is no such file.
    Missing,
    /// It cannot be opened, or is no text.
    File(String),
    /// It is no TOML: everything that is wrong with it.
    Syntax(Vec<Fault>),
}

/// One thing in the file that is no TOML.
#[derive(Debug)]
pub(super) struct Fault {
    /// Counted from 1.
    pub(super) line: usize,
    /// In characters, counted from 1.
    pub(super) column: usize,
    /// What the parser says, in English.
    pub(super) message: String,
    /// What is on that line; never shown: it may be a password.
    pub(super) text: String,
}

/// The merged tree: every scalar as the text that was written.
#[derive(Debug)]
pub(super) struct Tree {
    /// The file, also where it does not exist.
    pub(super) path: PathBuf,
    /// The merged values.
    pub(super) root: Dict,
    /// Group or others can read the file.
    pub(super) shared: bool,
    sources: Figment,
    lines: BTreeMap<String, usize>,
}

impl Tree {
    /// Reads the file at `path` and puts `variables` (those of the environment) above it.
    pub(super) fn read(path: &Path, variables: impl Iterator<Item = (String, String)>) -> Result<Self, Unreadable> {
        let Written { dict, shared, lines } = Written::read(path)?;
        let sources = Figment::new()
            .merge(Layer { metadata: Metadata::from("file", Source::File(path.to_owned())), dict })
            .merge(Layer { metadata: Metadata::named("environment"), dict: environment(variables) });
        let root = sources.data().ok().and_then(|mut data| data.remove(&Profile::Default)).unwrap_or_default();
        Ok(Self { path: path.to_owned(), root, shared, sources, lines })
    }

    /// Where `key` was written: file and line, or the variable.
    pub(super) fn place(&self, key: &str, value: Option<&Value>) -> String {
        if value.is_some_and(|value| self.is_from_environment(value)) {
            return variable(key);
        }
        match self.lines.get(key) {
            Some(line) => format!("{}:{line}", self.path.display()),
            None => self.path.display().to_string(),
        }
    }

    /// The names of the tables inside the table `key`.
    pub(super) fn names(&self, key: &str) -> Vec<String> {
        match self.root.get(key) {
            Some(Value::Dict(_, dict)) => dict.keys().cloned().collect(),
            _ => Vec::new(),
        }
    }

    /// The text at `path`, where there is one.
    pub(super) fn text(&self, path: &[&str]) -> Option<String> {
        let (last, tables) = path.split_last()?;
        let mut dict = &self.root;
        for name in tables {
            dict = dict.get(*name)?.as_dict()?;
        }
        dict.get(*last)?.as_str().map(str::to_owned)
    }

    /// Whether `value` came from a variable.
    pub(super) fn is_from_environment(&self, value: &Value) -> bool {
        match value {
            Value::Dict(_, dict) => !dict.is_empty() && dict.values().all(|value| self.is_from_environment(value)),
            _ => self.sources.get_metadata(value.tag()).is_some_and(|metadata| metadata.source.is_none()),
        }
    }
}

/// The variable that sets `key`.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// One source of values, for figment to merge.
struct Layer {
    metadata: Metadata,
    dict: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        self.metadata.clone()
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.dict.clone()))
    }
}

/// The file alone.
struct Written {
    dict: Dict,
    shared: bool,
    lines: BTreeMap<String, usize>,
}

impl Written {
    fn read(path: &Path) -> Result<Self, Unreadable> {
        let file = File::open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Unreadable::Missing,
            _ => Unreadable::File(error.to_string()),
        })?;
        let unreadable = |error: std::io::Error| Unreadable::File(error.to_string());
        // The mode of what was opened, not of what a name now points to.
        let shared = file.metadata().map_err(unreadable)?.permissions().mode() & 0o077 != 0;
        let mut text = String::new();
        file.take(MAX_BYTES).read_to_string(&mut text).map_err(unreadable)?;
        let (dict, lines) = parse(&text).map_err(Unreadable::Syntax)?;
        Ok(Self { dict, shared, lines })
    }
}

fn parse(text: &str) -> Result<(Dict, BTreeMap<String, usize>), Vec<Fault>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mut faults: Vec<Fault> = errors.iter().map(|error| fault(text, error)).collect();
        faults.sort_by_key(|fault| (fault.line, fault.column));
        // One slip often makes the parser stumble again on the same line.
        faults.dedup_by_key(|fault| fault.line);
        return Err(faults);
    }
    let mut lines = BTreeMap::new();
    let dict = dict(table.get_ref(), "", text, &mut lines);
    Ok((dict, lines))
}

fn fault(text: &str, error: &toml::de::Error) -> Fault {
    let at = error.span().map_or(text.len(), |span| span.start.min(text.len()));
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    Fault {
        line: line_of(text, at),
        column: before.get(start..).unwrap_or("").chars().count() + 1,
        message: error.message().to_owned(),
        text: text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("").to_owned(),
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

fn dict(table: &DeTable<'_>, path: &str, text: &str, lines: &mut BTreeMap<String, usize>) -> Dict {
    let mut dict = Dict::new();
    for (key, value) in table {
        let name = key.get_ref().to_string();
        let full = join(path, &name);
        lines.insert(full.clone(), line_of(text, key.span().start));
        dict.insert(name, value_of(value, &full, text, lines));
    }
    dict
}

/// Numbers, dates and booleans stay the text that was written: a password of digits keeps its leading zeros.
fn value_of(value: &Spanned<DeValue<'_>>, path: &str, text: &str, lines: &mut BTreeMap<String, usize>) -> Value {
    match value.get_ref() {
        DeValue::Table(table) => Value::from(dict(table, path, text, lines)),
        DeValue::Array(array) => {
            let values: Vec<Value> = array.iter().map(|value| value_of(value, path, text, lines)).collect();
            Value::Array(Tag::Default, values)
        }
        DeValue::String(string) => Value::from(string.to_string()),
        _ => Value::from(text.get(value.span()).unwrap_or_default().to_owned()),
    }
}

/// The full name of `key` inside the table `path`.
pub(super) fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// `QUIETHOURS_MAILBOX__COOP__USER=alice` to `mailbox.coop.user`. Values stay text: figment's own reader would make a number
/// of a password of digits.
fn environment(variables: impl Iterator<Item = (String, String)>) -> Dict {
    let mut root = Dict::new();
    for (name, value) in variables {
        let Some(key) = name.strip_prefix(PREFIX).filter(|key| !key.is_empty()) else { continue };
        let lower = key.to_lowercase();
        let path: Vec<&str> = lower.split("__").collect();
        insert(&mut root, &path, variable_value(&value));
    }
    root
}

fn insert(dict: &mut Dict, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        dict.insert((*first).to_owned(), value);
        return;
    }
    let entry = dict.entry((*first).to_owned()).or_insert_with(|| Value::from(Dict::new()));
    if let Value::Dict(_, inner) = entry {
        insert(inner, rest, value);
    }
}

/// A list is written as in the file: `["from:@family.example"]`.
fn variable_value(text: &str) -> Value {
    if text.trim_start().starts_with('[')
        && let Ok(value) = DeValue::parse(text)
    {
        return value_of(&value, "", text, &mut BTreeMap::new());
    }
    Value::from(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str, variables: &[(&str, &str)]) -> Tree {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Tree::read(&path, variables).unwrap()
    }

    #[test]
    fn a_variable_wins_over_the_file_and_keeps_its_leading_zeros() {
        let tree = tree(
            "[mailbox.coop]\nuser = 42\npassword = 'x'\n",
            &[("QUIETHOURS_MAILBOX__COOP__PASSWORD", "0123"), ("HOME", "/")],
        );
        assert_eq!(tree.text(&["mailbox", "coop", "user"]).unwrap(), "42");
        assert_eq!(tree.text(&["mailbox", "coop", "password"]).unwrap(), "0123");
        let coop = tree.root["mailbox"].as_dict().unwrap()["coop"].as_dict().unwrap();
        assert_eq!(tree.place("mailbox.coop.password", coop.get("password")), "QUIETHOURS_MAILBOX__COOP__PASSWORD");
        assert!(tree.place("mailbox.coop.user", coop.get("user")).ends_with("config.toml:2"));
    }

    #[test]
    fn a_list_in_a_variable_is_written_as_in_the_file() {
        let tree = tree("", &[("QUIETHOURS_DIGEST__AT", "[\"opening\", '14:00']")]);
        let at = tree.root["digest"].as_dict().unwrap()["at"].clone().into_array().unwrap();
        assert_eq!(at.iter().filter_map(Value::as_str).collect::<Vec<_>>(), ["opening", "14:00"]);
    }

    #[test]
    fn bare_numbers_and_dates_stay_what_was_written() {
        let tree = tree("a = 1.50\nb = 2026-12-24\nc = 1e5\nd = 9\n", &[]);
        let written: Vec<String> = ["a", "b", "c", "d"].iter().filter_map(|key| tree.text(&[key])).collect();
        assert_eq!(written, ["1.50", "2026-12-24", "1e5", "9"]);
    }

    #[test]
    fn every_syntax_error_is_told_with_line_and_column() {
        let faults = parse("a = 1\nbé = oui\nc = \"x\n").unwrap_err();
        let places: Vec<(usize, usize)> = faults.iter().map(|fault| (fault.line, fault.column)).collect();
        assert_eq!(places, [(2, 2), (3, 7)], "{faults:?}");
    }
}
