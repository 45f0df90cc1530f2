//! Each file in examples/ is a whole configuration that `check` accepts, and that the language of its reader does not change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use quiethours::{
    config::{self, Flags},
    core::language::Language,
};

fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
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
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let whole = readme.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let whole: Vec<&str> = whole.filter(|text| text.contains("[availability]")).collect();
    assert_eq!(whole.len(), 1, "one whole configuration");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, whole[0]).unwrap();
    let flags = Flags { config: Some(path.display().to_string()), language: None };
    config::load(&flags).unwrap_or_else(|errors| panic!("{errors:#?}"));
}
