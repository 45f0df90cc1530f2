//! Typed access to one table of the tree; what is wrong with a value goes to the report, and reading goes on.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

use figment::value::{Dict, Value};

use super::{
    ConfigError, paths,
    raw::{Tree, join},
    suggest,
};
use crate::core::{sentences::Sentences, text};

/// Longest part of an error message that comes from the file: a whole `hours` expression fits.
const SHOWN: usize = 300;

/// Everything that was found wrong so far.
pub(super) struct Report<'a> {
    pub(super) tree: &'a Tree,
    pub(super) sentences: &'a Sentences,
    errors: RefCell<Vec<ConfigError>>,
    notes: RefCell<Vec<String>>,
}

impl<'a> Report<'a> {
    pub(super) fn new(tree: &'a Tree, sentences: &'a Sentences) -> Self {
        Self { tree, sentences, errors: RefCell::default(), notes: RefCell::default() }
    }

    pub(super) fn root(&'a self) -> Table<'a> {
        Table { report: self, path: String::new(), dict: Some(&self.tree.root) }
    }

    /// What is wrong, and what is only worth knowing.
    pub(super) fn into_findings(self) -> (Vec<ConfigError>, Vec<String>) {
        (self.errors.into_inner(), self.notes.into_inner())
    }

    /// The sentence `id`; arguments come from the file and are made safe to print.
    pub(super) fn say(&self, id: &str, args: &[(&str, &str)]) -> String {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, text::line(value, SHOWN).into())).collect();
        self.sentences.say_with(id, &args)
    }
}

/// One table; an absent one has no keys.
pub(super) struct Table<'a> {
    report: &'a Report<'a>,
    path: String,
    dict: Option<&'a Dict>,
}

impl<'a> Table<'a> {
    /// The name of `key` with dots.
    pub(super) fn full(&self, key: &str) -> String {
        join(&self.path, key)
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.dict?.get(key)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    pub(super) fn sentences(&self) -> &'a Sentences {
        self.report.sentences
    }

    pub(super) fn tree(&self) -> &'a Tree {
        self.report.tree
    }

    /// Reports `key` with the sentence `id`.
    pub(super) fn wrong(&self, key: &str, id: &str, args: &[(&str, &str)]) {
        self.wrong_text(key, self.report.say(id, args));
    }

    /// Reports `key` with a whole sentence.
    pub(super) fn wrong_text(&self, key: &str, text: String) {
        let full = self.full(key);
        let place = self.report.tree.place(&full, self.value(key));
        self.report.errors.borrow_mut().push(ConfigError { place, key: full, text });
    }

    /// Two keys that cannot stand together: both are named.
    pub(super) fn conflict(&self, key: &str, other: &str) {
        self.wrong(key, "config-conflict", &[("key", &self.full(key)), ("other", &self.full(other))]);
    }

    /// Every key that is not in `known`, with the nearest that is.
    pub(super) fn only(&self, known: &[&str]) {
        for key in self.dict.iter().flat_map(|dict| dict.keys()) {
            if known.contains(&key.as_str()) {
                continue;
            }
            match suggest::key(key, &self.path, known) {
                Some(near) => self.wrong(key, "config-unknown-near", &[("key", key), ("near", &near)]),
                None => self.wrong(key, "config-unknown", &[("key", key), ("known", &known.join(", "))]),
            }
        }
    }

    /// Keys that change nothing beside what else is set, and lose nothing by it: accepted, and told by `check`.
    pub(super) fn without_effect(&self, keys: &[&str]) {
        for key in keys.iter().filter(|key| self.has(key)) {
            let note = self.report.say("config-without-effect", &[("key", &self.full(key))]);
            self.report.notes.borrow_mut().push(note);
        }
    }

    /// Something worth knowing, told by `check`.
    pub(super) fn note(&self, id: &str, args: &[(&str, &str)]) {
        let note = self.report.say(id, args);
        self.report.notes.borrow_mut().push(note);
    }

    /// The table `key`.
    pub(super) fn table(&self, key: &str) -> Table<'a> {
        let dict = match self.value(key) {
            None => None,
            Some(Value::Dict(_, dict)) => Some(dict),
            Some(_) => {
                self.wrong(key, "config-not-a-table", &[("key", &self.full(key))]);
                None
            }
        };
        Table { report: self.report, path: self.full(key), dict }
    }

    /// The tables inside this one, by name.
    pub(super) fn tables(&self) -> Vec<(String, Table<'a>)> {
        self.dict.iter().flat_map(|dict| dict.keys()).map(|key| (key.clone(), self.table(key))).collect()
    }

    /// The text of `key`; `Some` only if it is one.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::String(_, text) => Some(text.clone()),
            _ => {
                self.wrong(key, "config-not-text", &[("key", key)]);
                None
            }
        }
    }

    /// As [`Table::text`], refusing what is empty.
    pub(super) fn filled(&self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        if text.trim().is_empty() {
            self.wrong(key, "config-empty", &[("key", key)]);
            return None;
        }
        Some(text)
    }

    /// The texts of `key`: a list, or one text.
    pub(super) fn list(&self, key: &str) -> Option<Vec<String>> {
        match self.value(key)? {
            Value::String(_, text) => Some(vec![text.clone()]),
            Value::Array(_, values) => {
                let texts: Option<Vec<String>> = values.iter().map(|value| value.as_str().map(str::to_owned)).collect();
                if texts.is_none() {
                    self.wrong(key, "config-not-texts", &[("key", key)]);
                }
                texts
            }
            _ => {
                self.wrong(key, "config-not-texts", &[("key", key)]);
                None
            }
        }
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, key: &str, least: u32, most: u32, default: u32) -> u32 {
        let Some(text) = self.text(key) else { return default };
        match text.trim().replace('_', "").parse() {
            Ok(number) if (least..=most).contains(&number) => number,
            _ => {
                let (low, high, right) = (least.to_string(), most.to_string(), default.to_string());
                let args = [("key", key), ("value", &text), ("least", &low), ("most", &high), ("right", &right)];
                self.wrong(key, "config-number", &args);
                default
            }
        }
    }

    /// One of `choices`, the first being the default.
    pub(super) fn choice(&self, key: &str, choices: &[&'static str]) -> Option<&'static str> {
        let text = self.text(key)?;
        let found = choices.iter().find(|choice| **choice == text.trim()).copied();
        if found.is_none() {
            let near = suggest::near(&text, choices).unwrap_or(choices[0]);
            let args = [("key", key), ("value", &text), ("choices", &choices.join(", ")), ("right", near)];
            self.wrong(key, "config-choice", &args);
        }
        found
    }

    /// A path: `~/` is the home directory, and what is relative is beside the configuration file.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        let text = self.filled(key)?;
        let base = self.report.tree.path.parent().unwrap_or(Path::new("/"));
        Some(paths::expand(&text, base))
    }
}
