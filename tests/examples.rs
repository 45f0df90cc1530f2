//! Each file in examples/ is a whole configuration that `check` accepts, and that the language of its reader does not change;
//! what docs/ names exists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use quiethours::{
    config::{self, Flags},
    core::language::Language,
};

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn every_example_is_a_valid_configuration() {
    let examples = examples();
    assert!(examples.len() >= 6, "{examples:?}");
    for path in examples {
        for language in [Language::Fr, Language::En] {
            let flags = Flags { config: Some(path.display().to_string()), language: Some(language) };
            let config = config::load(&flags).unwrap_or_else(|errors| panic!("{errors:#?}"));
            assert!(!config.mailboxes.is_empty(), "{}", path.display());
        }
    }
}

#[test]
fn every_example_opens_within_the_year() {
    for path in examples() {
        let flags = Flags { config: Some(path.display().to_string()), language: None };
        let config = config::load(&flags).unwrap();
        let monday = "2026-11-23T03:00:00Z".parse().unwrap();
        assert!(config.timeline.next_opening(monday).is_some(), "{}", path.display());
    }
}

#[test]
fn the_configuration_in_the_readme_is_a_valid_one() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let whole = readme.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let whole: Vec<&str> = whole.filter(|text| text.contains("[availability]")).collect();
    assert_eq!(whole.len(), 1, "one whole configuration");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    fs::write(&path, whole[0]).unwrap();
    let flags = Flags { config: Some(path.display().to_string()), language: None };
    config::load(&flags).unwrap_or_else(|errors| panic!("{errors:#?}"));
}

/// The names of all functions in the Rust files below a folder.
fn functions(folder: &Path, names: &mut HashSet<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let declared = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            names.extend(declared.map(str::to_owned));
        }
    }
}

#[test]
fn every_test_that_the_list_of_failure_modes_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = HashSet::new();
    ["src", "tests"].iter().for_each(|folder| functions(&root.join(folder), &mut known));
    let list = fs::read_to_string(root.join("docs/failure-modes.md")).unwrap();
    // A name of a test is long, and has no capitals: `O_NOFOLLOW` and `password_command` are none.
    let is_name = |word: &&str| {
        word.len() > 20 && word.contains('_') && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'))
    };
    let quoted = list.split('`').skip(1).step_by(2).filter_map(|quoted| quoted.rsplit("::").next());
    let named: Vec<&str> = quoted.filter(is_name).collect();
    assert!(named.len() > 60, "{} names", named.len());
    let missing: Vec<&&str> = named.iter().filter(|name| !known.contains(**name)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
