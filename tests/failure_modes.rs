//! docs/failure-modes.md says for each way of failing which test shows what the daemon does: the tests are there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const DOCUMENT: &str = include_str!("../docs/failure-modes.md");

/// Two ways of failing that became one.
const MERGED: [&str; 1] = ["38"];

/// One line of a table.
struct Row {
    /// Its numbers.
    numbers: Vec<String>,
    /// What its last column says.
    shown_by: String,
}

fn rows() -> Vec<Row> {
    let cells = |line: &str| line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    let tables = DOCUMENT.lines().filter(|line| line.starts_with('|')).map(cells);
    let numbered = |cells: Vec<String>| {
        let numbers = cells.first()?.split([',', ' ']).filter(|number| !number.is_empty()).map(str::to_owned);
        let numbers: Vec<String> = numbers.filter(|number| number.starts_with(|c: char| c.is_ascii_digit())).collect();
        assert!(numbers.is_empty() || cells.len() == 4, "a row of {} cells: {cells:?}", cells.len());
        (!numbers.is_empty()).then(|| Row { numbers, shown_by: cells[3].clone() })
    };
    tables.filter_map(numbered).collect()
}

/// The names of tests in a text: `tests/file.rs::name`, in backticks.
fn named(text: &str) -> Vec<(String, String)> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter_map(|name| name.rsplit_once("::").map(|(file, test)| (file.to_owned(), test.to_owned()))).collect()
}

/// The functions of a source that are tests: those after an attribute that says so.
fn tests_of(file: &Path) -> BTreeSet<String> {
    let source = fs::read_to_string(file).unwrap_or_default();
    let (mut tests, mut marked) = (BTreeSet::new(), false);
    for line in source.lines().map(str::trim) {
        let line = line.strip_prefix("async ").unwrap_or(line);
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            marked = true;
        } else if let Some(name) = line.strip_prefix("fn ").filter(|_| marked) {
            tests.extend(name.split('(').next().map(str::to_owned));
            marked = false;
        }
    }
    tests
}

#[test]
fn every_test_that_the_document_names_is_there() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let rows_and_their_parts = DOCUMENT.lines().filter(|line| line.starts_with('|'));
    let named: Vec<_> = rows_and_their_parts.flat_map(named).collect();
    let files: BTreeSet<&String> = named.iter().map(|(file, _)| file).collect();
    let found: BTreeMap<_, _> = files.into_iter().map(|file| (file, tests_of(&root.join(file)))).collect();
    let missing: Vec<_> = named.iter().filter(|(file, test)| !found[file].contains(test)).collect();
    assert!(missing.is_empty(), "docs/failure-modes.md names what is no test: {missing:#?}");
    assert!(named.len() > 50, "only {} tests were found in docs/failure-modes.md", named.len());
    println!("{} tests named for {} ways of failing", named.len(), rows().len());
}

#[test]
fn every_way_of_failing_has_one_row_with_a_test_or_a_reason() {
    let rows = rows();
    for row in &rows {
        let reason = row.shown_by.split_whitespace().count() >= 4;
        assert!(reason || !named(&row.shown_by).is_empty(), "{:?} has neither test nor reason", row.numbers);
    }
    let mut numbers: Vec<&String> = rows.iter().flat_map(|row| &row.numbers).collect();
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), count, "a number stands twice: {numbers:?}");
    let last = numbers.iter().filter_map(|number| number.parse::<u32>().ok()).max().unwrap();
    let wanted = (1..=last).map(|number| number.to_string()).filter(|number| !MERGED.contains(&number.as_str()));
    let missing: Vec<String> = wanted.filter(|number| !numbers.contains(&number)).collect();
    assert!(missing.is_empty() && last >= 32, "no row for {missing:?}, the last is {last}");
}
