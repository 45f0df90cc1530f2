//! From flags, file and environment to a [`Config`], or to everything that is wrong.

use std::{
    env,
    path::{Path, PathBuf},
};

use super::{
    Config, ConfigError, Flags, availability, digest, mailbox, paths,
    raw::{Fault, PREFIX, Tree, Unreadable},
    table::{Report, Table},
};
use crate::core::{language::Language, selector::Selector, sentences::Sentences, text};

const KEYS: &[&str] = &["language", "availability", "mailbox", "urgent", "digest", "state"];
const URGENT_KEYS: &[&str] = &["pass", "max_per_closure"];
const STATE_KEYS: &[&str] = &["dir"];

/// Urgent messages a closure: enough for an incident, too few to wake anyone all night.
const MAX_URGENT: u32 = 3;
/// Above this, "urgent" no longer means anything.
const MOST_URGENT: u32 = 1000;

/// Why there is no configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no file, and none was named: quiethours is not configured.
    Absent,
    /// Everything that is wrong, in the reader's language.
    Wrong(Vec<ConfigError>),
}

/// Every key that a configuration may have, by its table (`""` is the top, `mailbox.NAME` each mailbox); tables are no keys.
pub fn keys() -> Vec<(&'static str, &'static [&'static str])> {
    vec![
        ("", &KEYS[..1]),
        ("availability", availability::KEYS),
        ("mailbox.NAME", mailbox::KEYS),
        ("urgent", URGENT_KEYS),
        ("digest", digest::KEYS),
        ("state", STATE_KEYS),
    ]
}

/// Reads and checks the configuration: everything that is wrong, at once.
pub fn load(flags: &Flags) -> Result<Config, Vec<ConfigError>> {
    load_if_any(flags).map_err(|problem| match problem {
        Problem::Wrong(errors) => errors,
        Problem::Absent => {
            let text = Sentences::new(language(flags)).say("config-absent");
            vec![ConfigError { place: String::new(), key: String::new(), text }]
        }
    })
}

/// As [`load`], telling apart that nothing is configured: `inspect` and `demo` need no file.
pub fn load_if_any(flags: &Flags) -> Result<Config, Problem> {
    let spoken = Sentences::new(language(flags));
    let Some(path) = paths::file(flags.config.as_deref()) else {
        return Err(whole(Path::new(""), spoken.say("config-no-home")));
    };
    let tree = Tree::read(&path, variables()).map_err(|error| unreadable(error, &path, flags, &spoken))?;
    let language = flags.language.or_else(|| declared_language(&tree)).unwrap_or_else(|| spoken.language());
    let sentences = Sentences::new(language);
    let report = Report::new(&tree, &sentences);
    let config = read(&report.root(), language, &path);
    let (errors, notes) = report.into_findings();
    match config {
        Some(config) if errors.is_empty() => Ok(Config { notes, ..config }),
        _ => Err(Problem::Wrong(errors)),
    }
}

/// The language to speak before a file is read: the flag, the variable, the locale, English.
pub fn language(flags: &Flags) -> Language {
    let variable = || env::var(format!("{PREFIX}LANGUAGE")).ok();
    let known = |text: String| Language::from_locale(&text);
    flags
        .language
        .or_else(|| variable().and_then(known))
        .or_else(|| sys_locale::get_locale().and_then(known))
        .unwrap_or_default()
}

fn variables() -> impl Iterator<Item = (String, String)> {
    env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn declared_language(tree: &Tree) -> Option<Language> {
    language_of(&tree.text(&["language"])?)
}

fn language_of(code: &str) -> Option<Language> {
    [Language::Fr, Language::En].into_iter().find(|language| language.code() == code.trim())
}

fn read(root: &Table<'_>, language: Language, path: &Path) -> Option<Config> {
    root.only(KEYS);
    root.choice("language", &["fr", "en"]);
    let profile = profile(root, path);
    let timeline = availability::read(&root.table("availability"));
    let (urgent, max_urgent) = urgent(&root.table("urgent"));
    let mailboxes = mailbox::read_all(root, &profile, &urgent);
    let digest = digest::read(&root.table("digest"), &mailboxes);
    let state_dir = state_dir(&root.table("state"), &profile);
    Some(Config {
        language,
        timeline: timeline?,
        mailboxes,
        max_urgent,
        digest: digest?,
        state_dir: state_dir?,
        path: path.to_owned(),
        profile,
        notes: Vec::new(),
    })
}

/// The profile's name is part of folder names and of the state's path.
fn profile(root: &Table<'_>, path: &Path) -> String {
    let profile = paths::profile(path);
    if profile.starts_with('.') || profile.contains(['*', '%', '\\']) || profile.chars().any(char::is_control) {
        root.wrong("", "config-profile", &[("value", &profile)]);
    }
    profile
}

fn urgent(table: &Table<'_>) -> (Vec<Selector>, u32) {
    table.only(URGENT_KEYS);
    (mailbox::selectors(table, "pass"), table.number("max_per_closure", 0, MOST_URGENT, MAX_URGENT))
}

fn state_dir(table: &Table<'_>, profile: &str) -> Option<PathBuf> {
    table.only(STATE_KEYS);
    if table.has("dir") {
        return table.path("dir");
    }
    let dir = paths::state(profile);
    if dir.is_none() {
        table.wrong("dir", "config-no-home", &[]);
    }
    dir
}

fn unreadable(error: Unreadable, path: &Path, flags: &Flags, sentences: &Sentences) -> Problem {
    match error {
        Unreadable::Missing if flags.config.is_none() => Problem::Absent,
        Unreadable::Missing => whole(path, sentences.say("config-missing")),
        Unreadable::File(cause) => {
            whole(path, sentences.say_with("config-unreadable-file", &[("cause", cause.into())]))
        }
        Unreadable::Syntax(faults) => {
            Problem::Wrong(faults.iter().map(|fault| syntax(fault, path, sentences)).collect())
        }
    }
}

fn whole(path: &Path, text: String) -> Problem {
    Problem::Wrong(vec![ConfigError { place: path.display().to_string(), key: String::new(), text }])
}

/// A syntax error in plain words; the line itself is not repeated: it may hold a password.
fn syntax(fault: &Fault, path: &Path, sentences: &Sentences) -> ConfigError {
    let id = cause(fault);
    // The parser's messages are one short line; longer ones repeat what is in the file.
    let message = text::line(&fault.message, 120);
    let args = [
        ("line", fault.line.to_string().into()),
        ("column", fault.column.to_string().into()),
        ("key", text::line(fault.text.split('=').next().unwrap_or("").trim(), 60).into()),
        ("message", message.into()),
    ];
    let place = format!("{}:{}:{}", path.display(), fault.line, fault.column);
    ConfigError { place, key: String::new(), text: sentences.say_with(id, &args) }
}

fn cause(fault: &Fault) -> &'static str {
    let (key, value) = fault.text.split_once('=').unwrap_or((fault.text.as_str(), ""));
    let value = value.trim();
    if fault.message.contains("duplicate key") {
        "config-syntax-twice"
    } else if value.starts_with(['“', '”', '«', '»', '‘', '’', '„']) {
        "config-syntax-curly"
    } else if key.trim_start().starts_with('[') && !fault.text.contains(']') {
        "config-syntax-bracket"
    } else if !fault.text.contains('=') && !key.trim_start().starts_with('[') {
        "config-syntax-equals"
    } else if value.starts_with(|first: char| first.is_alphanumeric() || first == '/' || first == '~') {
        "config-syntax-quotes"
    } else if value.starts_with(['"', '\'']) && value.matches(['"', '\'']).count() % 2 == 1 {
        "config-syntax-open"
    } else {
        "config-syntax"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause_of(text: &str) -> &'static str {
        cause(&Fault { line: 1, column: 1, message: String::new(), text: text.to_owned() })
    }

    #[test]
    fn common_slips_have_a_sentence_of_their_own() {
        assert_eq!(cause_of("weekdays = 9h-12h"), "config-syntax-quotes");
        assert_eq!(cause_of("weekdays = «9h-12h»"), "config-syntax-curly");
        assert_eq!(cause_of("weekdays = \"9h-12h"), "config-syntax-open");
        assert_eq!(cause_of("weekdays: \"9h-12h\""), "config-syntax-equals");
        assert_eq!(cause_of("[availability"), "config-syntax-bracket");
    }

    #[test]
    fn a_line_with_a_password_is_not_repeated() {
        let fault = Fault { line: 3, column: 12, message: "invalid".into(), text: "password = hunter2".into() };
        let error = syntax(&fault, Path::new("/etc/x.toml"), &Sentences::new(Language::En));
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
