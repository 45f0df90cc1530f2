//! The arrow rule of ARCHITECTURE.md, kept by reading the paths that every source names:
//! `main -> cli -> {config, daemon} -> {core, io}`, `io -> core` for its data types only, and never `core -> io`.
//!
//! Clippy's `disallowed-methods` and `disallowed-types` (clippy.toml) guard the same line from the side of what is called.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its input fails")]

mod paths;

use std::{
    fs,
    path::{Path as File, PathBuf},
};

use paths::{Path, paths};

/// The rooms of the crate: its top modules.
const ROOMS: &[&str] = &["cli", "config", "core", "daemon", "io"];

/// Modules of `core` that hold values, not decisions: what `io` is given and gives back.
const DATA: &[&str] = &["language", "mail", "notice", "outcome", "release", "sentences", "text", "timeline"];

/// What `io` is given by the configuration: where an account is and where its secret comes from.
const ACCOUNT: &[&str] = &["Account", "SecretSource", "Security"];

/// Dependencies that turn values into values. Any other one is refused in `core` until it is named here.
const PURE: &[&str] = &[
    "chrono",
    "chrono_tz",
    "data_encoding",
    "fluent_bundle",
    "lettre", // for its message builder
    "mail_parser",
    "minijinja",
    "opening_hours",
    "opening_hours_syntax",
    "serde",
    "serde_json",
    "sha2",
    "strsim",
    "thiserror",
    "unic_langid",
    "unicode_segmentation",
    "url",
];

/// Parts of the standard library that reach the world, or its clock. `SystemTime` itself is a value that some crates ask for.
const IMPURE_STD: &[&[&str]] = &[
    &["env"],
    &["fs"],
    &["io"],
    &["net"],
    &["os"],
    &["process"],
    &["thread"],
    &["time", "Instant"],
    &["time", "SystemTime", "now"],
    &["time", "*"],
    &["*"],
];

/// Why the file may not name the path; `None` if it may.
fn refusal(file: &str, path: &Path, dependencies: &[String]) -> Option<String> {
    let module = module_of(file);
    let from = module.first().map_or("main", String::as_str);
    match resolve(&module, path) {
        Some(target) => crossing(from, &target),
        None if from == "core" => impurity(&path.segments, dependencies),
        None => None,
    }
}

/// `src/core/digest/mime.rs` is the module `core::digest::mime`; `main.rs` and `lib.rs` are the root.
fn module_of(file: &str) -> Vec<String> {
    let inner = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    inner.split('/').filter(|name| !matches!(*name, "main" | "lib")).map(str::to_owned).collect()
}

/// The path from the crate's root; `None` for a path into another crate, or to a name in scope.
fn resolve(module: &[String], path: &Path) -> Option<Vec<String>> {
    let mut base: Vec<String> = module.to_vec();
    base.extend(std::iter::repeat_n("mod".to_owned(), path.depth));
    let mut rest = path.segments.as_slice();
    match rest.first()?.as_str() {
        "crate" | "quiethours" => base.clear(),
        "self" => {}
        "super" => drop(base.pop()),
        _ => return None,
    }
    rest = &rest[1..];
    while rest.first().is_some_and(|segment| segment == "super") {
        base.pop();
        rest = &rest[1..];
    }
    base.extend_from_slice(rest);
    Some(base)
}

/// Whether a path from one room into the crate follows the arrows.
fn crossing(from: &str, target: &[String]) -> Option<String> {
    let names: Vec<&str> = target.iter().map(String::as_str).collect();
    let allowed = match (from, names.as_slice()) {
        (_, [] | ["*"]) => {
            return Some("it names the whole crate, which hides what is used; spell the path".to_owned());
        }
        (_, [name, ..]) if !ROOMS.contains(name) => true,
        (_, [room, ..]) if *room == from => true,
        ("main", [room, ..]) => *room == "cli",
        ("cli", _) => true,
        ("config", [room, ..]) => *room == "core",
        ("daemon", [room, ..]) => matches!(*room, "config" | "core" | "io"),
        ("io", ["core", module, ..]) => DATA.contains(module),
        ("io", ["config", name, ..]) => ACCOUNT.contains(name),
        _ => false,
    };
    (!allowed).then(|| match from {
        "core" => "core decides from values alone and knows no other room".to_owned(),
        "io" => format!("io performs and knows no policy: of core only {DATA:?}, of config only {ACCOUNT:?}"),
        _ => "the arrows are main -> cli -> {config, daemon} -> {core, io}".to_owned(),
    })
}

/// Whether a path out of the crate is one that a pure function may take.
fn impurity(segments: &[String], dependencies: &[String]) -> Option<String> {
    let head = segments.first()?;
    if head == "std" {
        let rest = &segments[1..];
        let impure =
            rest.is_empty() || IMPURE_STD.iter().any(|part| rest.len() >= part.len() && rest[..part.len()] == **part);
        return impure.then(|| "core has no clock, file, socket or environment; io gives it values".to_owned());
    }
    (dependencies.contains(head) && !PURE.contains(&head.as_str()))
        .then(|| "this crate is not among core's pure dependencies (PURE in tests/arrows)".to_owned())
}

/// Crate names as paths spell them.
fn dependencies() -> Vec<String> {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let table = manifest["dependencies"].as_table().unwrap();
    table.keys().map(|name| name.replace('-', "_")).collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below `folder`.
fn sources(folder: &File) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// One line for each path that `source` may not name.
fn refusals(file: &str, source: &str) -> Vec<String> {
    let dependencies = dependencies();
    let describe = |path: &Path| {
        let reason = refusal(file, path, &dependencies)?;
        Some(format!("{file}:{}: {} — {reason}", path.line, path.segments.join("::")))
    };
    paths(source).iter().filter_map(describe).collect()
}

#[test]
fn every_source_follows_the_arrows() {
    let mut broken = Vec::new();
    let files = sources(&root().join("src"));
    assert!(files.iter().any(|file| file.ends_with("src/core/mod.rs")), "the sources were not found");
    for file in files {
        let name = file.strip_prefix(root()).unwrap().to_str().unwrap();
        broken.extend(refusals(name, &fs::read_to_string(&file).unwrap()));
    }
    assert!(broken.is_empty(), "against the arrow rule of ARCHITECTURE.md:\n{}", broken.join("\n"));
}

/// What the sources of `io` tell of a lost connection or an unusable folder, without what `format!` puts before it.
fn causes(source: &str) -> Vec<String> {
    let openings = [
        "ost(\"",
        "ost(format!(\"",
        "invalid(\"",
        "refused(&path, \"",
        "const CLOSED: &str = \"",
        "const UNREADABLE: &str = \"",
    ];
    let source = source.split("mod tests {").next().unwrap();
    let literals =
        openings.iter().flat_map(|opening| source.split(*opening).skip(1)).map(|rest| rest.split('"').next().unwrap());
    let told = literals.map(|text| text.rsplit_once("}: ").map_or(text, |(_, told)| told));
    told.filter(|told| !told.contains('{')).map(str::to_owned).collect()
}

#[test]
fn every_cause_that_io_tells_has_a_sentence() {
    let io = root().join("src/io");
    let told: Vec<String> = sources(&io)
        .iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests") && !path.ends_with("tests.rs"))
        .flat_map(|path| causes(&fs::read_to_string(path).unwrap()))
        .collect();
    assert!(told.len() > 20, "found only {told:?}");
    let unknown: Vec<&String> =
        told.iter().filter(|told| !quiethours::core::cause::KNOWN.iter().any(|(known, _)| known == told)).collect();
    assert!(unknown.is_empty(), "English only, in whatever language: {unknown:#?}");
}

#[test]
fn a_path_against_the_arrows_is_refused() {
    let cases = [
        ("src/core/gate.rs", "use crate::io::mailbox::Mailbox;"),
        ("src/core/gate.rs", "use super::super::io;"),
        ("src/core/digest/mime.rs", "use crate::{core::mail, io::state};"),
        ("src/core/gate.rs", "use crate as everything;"),
        ("src/core/gate.rs", "use super::super::*;"),
        ("src/core/gate.rs", "use crate::config::Config;"),
        ("src/core/gate.rs", "mod tests { use super::super::super::io::state; }"),
        ("src/core/gate.rs", "fn f() { let _ = crate::io::lock::take(); }"),
        ("src/core/gate.rs", "use std::{collections::HashMap, fs};"),
        ("src/core/gate.rs", "fn now() { std::time::SystemTime::now(); }"),
        ("src/core/gate.rs", "fn now() { ::std::env::var(\"X\"); }"),
        ("src/core/gate.rs", "use std::time::{Duration, Instant};"),
        ("src/core/gate.rs", "#[tokio::test]\nasync fn f() {}"),
        ("src/core/gate.rs", "use rusqlite as database;"),
        ("src/core/gate.rs", "fn f(seed: &'a str, mark: char) { if mark == '\"' { fastrand::u8(..); } }"),
        ("src/io/maildir.rs", "use crate::core::gate;"),
        ("src/io/imap/mod.rs", "use crate::core::{digest::compose, mail::Uid};"),
        ("src/io/maildir.rs", "use crate::core;"),
        ("src/io/state.rs", "use crate::daemon::Daemon;"),
        ("src/io/secret.rs", "use crate::config::load;"),
        ("src/config.rs", "use crate::io::clock::Clock;"),
        ("src/daemon.rs", "use crate::cli::print;"),
        ("src/main.rs", "use quiethours::daemon::Daemon;"),
    ];
    for (file, source) in cases {
        let refused = refusals(file, source);
        assert_eq!(refused.len(), 1, "{file}: {source}: {refused:?}");
    }
}

#[test]
fn what_the_arrows_allow_is_not_refused() {
    let cases = [
        ("src/core/gate.rs", "use super::{mail::Ident, timeline::{self, Timeline}};"),
        ("src/core/gate.rs", "use chrono::{DateTime, Utc};\nuse std::{collections::HashMap, fmt, time::Duration};"),
        ("src/core/gate.rs", "mod tests { use super::*; use super::super::mail::Uid; use proptest::prelude::*; }"),
        ("src/core/digest/mime.rs", "use std::time::SystemTime;\nfn f(at: DateTime<Utc>) { SystemTime::from(at); }"),
        ("src/core/gate.rs", "/// Unlike crate::io, `tokio::time` or /* std::fs::read\nfn f() {} // crate::io::state"),
        (
            "src/core/gate.rs",
            "const A: &str = \"crate::io\"; const B: &str = r#\"std::fs \" tokio::x\"#; /* a /* b */ std::fs::c */",
        ),
        ("src/core/gate.rs", "fn f() -> impl Sized + use<'static> { <A as B>::io::<u8>() }"),
        ("src/io/maildir.rs", "use crate::core::mail::{Folder, Uid};\nuse std::fs;\nuse super::mailbox::Mailbox;"),
        ("src/io/secret.rs", "use crate::config::{Account, SecretSource};"),
        ("src/config.rs", "use crate::core::selector::Selector;"),
        ("src/daemon.rs", "use crate::{config::Config, core::gate, io::state::State};"),
        ("src/cli/status.rs", "use crate::{config, daemon, core::gate, io::lock};\nuse super::Answer;"),
        ("src/main.rs", "fn main() { quiethours::cli::main() }"),
    ];
    for (file, source) in cases {
        let refused = refusals(file, source);
        assert!(refused.is_empty(), "{source}: {refused:?}");
    }
}

#[test]
fn a_refusal_names_file_line_and_path() {
    let refused =
        refusals("src/core/gate.rs", "//! The gate.\n\nuse chrono::{\n    DateTime,\n};\nuse crate::{\n    io,\n};\n");
    assert_eq!(refused, ["src/core/gate.rs:7: crate::io — core decides from values alone and knows no other room"]);
}
