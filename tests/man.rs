//! The man pages tell every command, option and key that there is, and none that there is not; the completions load.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up fails")]

use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
};

use assert_cmd::cargo::CommandCargoExt as _;
use quiethours::{config, core::notice::Platform};

const COMMAND: &str = include_str!("../contrib/man/quiethours.1");
const FILE: &str = include_str!("../contrib/man/quiethours.toml.5");

fn run(arguments: &[&str]) -> String {
    let mut command = Command::cargo_bin("quiethours").unwrap();
    let output = command.env_clear().env("HOME", "/nonexistent").args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Words of a text that begin with `--`.
fn options(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect()
}

/// Options of a help text: what stands where options are introduced.
fn options_of_help(arguments: &[&str]) -> BTreeSet<String> {
    let help = run(&[&["--lang", "en"], arguments, &["--help"]].concat());
    let lines = help.lines().filter(|line| line.trim_start().starts_with('-'));
    lines.flat_map(|line| options(line.split("  ").find(|part| part.contains("--")).unwrap_or_default())).collect()
}

fn commands() -> BTreeSet<String> {
    let help = run(&["--lang", "en", "--help"]);
    let list = help.split_once("Commands:\n").unwrap().1.split("\n\n").next().unwrap();
    list.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// `.SS` sections of a page inside its section `.SH name`: title and text.
fn sections<'a>(page: &'a str, name: &str) -> Vec<(&'a str, &'a str)> {
    let (_, section) = page.split_once(&format!(".SH {name}\n")).unwrap();
    let section = section.split("\n.SH ").next().unwrap();
    section.split(".SS ").skip(1).map(|part| part.split_once('\n').unwrap()).collect()
}

/// What the entries of a list are headed by.
fn heads(text: &str) -> BTreeSet<String> {
    let lines: Vec<&str> = text.lines().collect();
    let entries = lines.windows(2).filter(|pair| matches!(pair[0], ".TP" | ".TQ"));
    entries.flat_map(|pair| options(&pair[1].replace("\\-", "-"))).collect()
}

fn keys(text: &str) -> BTreeSet<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let entries = lines.windows(2).filter(|pair| matches!(pair[0], ".TP" | ".TQ"));
    entries.map(|pair| pair[1].strip_prefix(".B ").unwrap()).collect()
}

#[test]
fn the_page_of_the_command_has_every_command_and_option_and_no_other() {
    let sections = sections(COMMAND, "COMMANDS");
    let named: BTreeSet<String> =
        sections.iter().map(|(title, _)| title.split_whitespace().next().unwrap().to_owned()).collect();
    assert_eq!(named, commands());
    let (_, global) = COMMAND.split_once(".SH OPTIONS\n").unwrap();
    let global = heads(global.split(".SH ").next().unwrap());
    assert_eq!(global, options_of_help(&[]));
    let common: BTreeSet<String> = global.into_iter().filter(|option| option != "--version").collect();
    for (title, text) in sections {
        let command = title.split_whitespace().next().unwrap();
        let own: BTreeSet<String> = options_of_help(&[command]).difference(&common).cloned().collect();
        assert_eq!(heads(text), own, "{command}");
    }
}

#[test]
fn the_page_of_the_file_has_every_key_and_no_other() {
    let (_, top) = FILE.split_once(".SH KEYS\n").unwrap();
    let sections = sections(FILE, "KEYS");
    let mut tables: Vec<(&str, BTreeSet<&str>)> = vec![("", keys(top.split(".SS ").next().unwrap()))];
    tables.extend(sections.iter().map(|(title, text)| (title.trim_matches(['[', ']']), keys(text))));
    let real: Vec<(&str, BTreeSet<&str>)> =
        config::keys().into_iter().map(|(table, keys)| (table, keys.iter().copied().collect())).collect();
    assert_eq!(tables, real);
}

#[test]
fn the_page_of_the_file_names_every_platform() {
    let (_, selectors) = FILE.split_once(".SH SELECTORS\n").unwrap();
    let words: BTreeSet<&str> = selectors.split(|c: char| !c.is_ascii_lowercase()).collect();
    for platform in Platform::ALL {
        assert!(words.contains(platform.name()), "{}", platform.name());
    }
}

#[test]
fn the_example_of_the_page_is_a_valid_configuration() {
    let (_, example) = FILE.split_once(".SH EXAMPLE\n.nf\n").unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("example.toml");
    std::fs::write(&path, example.split(".fi").next().unwrap()).unwrap();
    let flags = config::Flags { config: Some(path.display().to_string()), language: None };
    config::load(&flags).unwrap_or_else(|errors| panic!("{errors:#?}"));
}

/// mandoc knows what a page needs, groff what it cannot set; long source lines are a matter of style.
#[test]
fn the_pages_are_clean_for_both_formatters() {
    for page in ["quiethours.1", "quiethours.toml.5"] {
        let path = format!("{}/contrib/man/{page}", env!("CARGO_MANIFEST_DIR"));
        for check in [&["mandoc", "-T", "lint", "-W", "warning"][..], &["groff", "-man", "-T", "utf8", "-ww", "-z"]] {
            let run = Command::new(check[0]).args(&check[1..]).arg(&path).output();
            let output =
                run.unwrap_or_else(|error| panic!("{} (Debian packages mandoc and groff-base): {error}", check[0]));
            let said = [output.stdout, output.stderr].concat();
            assert!(output.status.success() && said.is_empty(), "{check:?}: {}", String::from_utf8_lossy(&said));
        }
    }
}

/// A page as a terminal of eighty columns shows it, without bold and underlined.
fn shown(page: &str) -> String {
    let path = format!("{}/contrib/man/{page}", env!("CARGO_MANIFEST_DIR"));
    let run = Command::new("groff").args(["-man", "-T", "utf8", "-P-cbou", "-rLL=80n"]).arg(path).output().unwrap();
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn what_the_pages_give_to_type_can_be_copied() {
    for (page, source) in [("quiethours.1", COMMAND), ("quiethours.toml.5", FILE)] {
        let shown = shown(page);
        let cut: Vec<&str> = shown.lines().filter(|line| line.ends_with('\u{2010}')).collect();
        assert!(cut.is_empty(), "{page}: words cut at the end of a line: {cut:#?}");
        let lines: BTreeSet<&str> = shown.lines().map(str::trim).collect();
        for example in source.split(".nf\n").skip(1).flat_map(|part| part.split(".fi\n").next().unwrap().lines()) {
            let typed = example.replace("\\-", "-").replace("\\e", "\\").replace("\\(dq", "\"");
            assert!(typed.chars().count() < 70 && lines.contains(typed.trim()), "{page}: {typed}");
        }
    }
}

#[test]
fn the_pages_name_the_version_they_are_of() {
    for page in [COMMAND, FILE] {
        let title = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
        assert!(title.contains(concat!(" \"quiethours ", env!("CARGO_PKG_VERSION"), "\" ")), "{title}");
    }
}

#[test]
fn man_prints_the_pages_without_a_configuration() {
    assert_eq!(run(&["man"]), COMMAND);
    assert_eq!(run(&["man", "quiethours.toml"]), FILE);
}

#[test]
fn bash_loads_the_completions_in_both_languages() {
    for language in ["fr", "en"] {
        let script = run(&["--lang", language, "completions", "bash"]);
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("quiethours");
        std::fs::write(&path, script).unwrap();
        let bash = Command::new("bash")
            .args(["--norc", "-c", "set -e; bash -n \"$1\"; . \"$1\"; complete -p quiethours", "-"])
            .arg(&path)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&bash.stdout);
        assert!(bash.status.success() && said.contains("_quiethours"), "{bash:?}");
    }
}

#[test]
fn every_shell_gets_completions_that_know_every_command() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = run(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
    }
}

#[test]
fn the_packaged_completions_of_bash_come_from_the_program() {
    let program = assert_cmd::cargo::cargo_bin("quiethours");
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/contrib/completions/quiethours.bash");
    let bash = Command::new("bash")
        .args(["--norc", "-c", "set -e; . \"$1\"; complete -p quiethours", "-", file])
        .env_clear()
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(bash.status.success() && String::from_utf8_lossy(&bash.stdout).contains("_quiethours"), "{bash:?}");
}
