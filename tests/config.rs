//! Configuration errors: all of them at once, each with its place, its key and a value that would be right.
//!
//! A file in tests/config has one fault, its name; its first line tells the key that must be named and words that must be in
//! the English sentence.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use quiethours::{
    config::{self, Config, ConfigError, Delivery, Flags, SecretSource, Security, Source},
    core::language::Language,
};

fn load(path: &Path, language: Language) -> Result<Config, Vec<ConfigError>> {
    config::load(&Flags { config: Some(path.display().to_string()), language: Some(language) })
}

/// A configuration file of its own directory, readable by its owner alone.
struct Written {
    _directory: tempfile::TempDir,
    path: PathBuf,
}

fn write(name: &str, text: &str) -> Written {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    Written { _directory: directory, path }
}

const WEEK: &str = "[availability]\nweekdays = '9h-12h'\ntimezone = 'Europe/Paris'\n";
const MAILBOX: &str = "[mailbox.coop]\nimap = 'mail.coop.example'\nuser = 'alice@coop.example'\n";

fn broken() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn each_fault_is_told_with_its_key_and_a_value_that_would_be_right() {
    let mut wrong = Vec::new();
    for path in broken() {
        let text = fs::read_to_string(&path).unwrap();
        let first = text.lines().next().unwrap().trim_start_matches('#');
        let (key, words) = first.split_once('|').unwrap();
        let errors = load(&path, Language::En).expect_err(&path.display().to_string());
        let found = errors.len() == 1 && errors[0].key == key.trim() && errors[0].text.contains(words.trim());
        let placed = errors[0].place.starts_with(&path.display().to_string());
        if !found || !placed {
            wrong.push(format!("{}: {errors:#?}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_fault_has_a_french_sentence_of_its_own() {
    for path in broken() {
        let english = load(&path, Language::En).unwrap_err();
        let french = load(&path, Language::Fr).unwrap_err();
        assert_ne!(english[0].text, french[0].text, "{}", path.display());
        assert!(!french[0].text.starts_with("config-"), "{}", french[0].text);
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let file = write(
        "config.toml",
        "colour = 1\n[availability]\nlundi = '9h-12h'\ntuesday = '25h-26h'\ntimezone = 'Mars'\n[mailbox.coop]\n\
         imap = 'ftp://x'\nhold = ['nothing']\n[digest]\nto = 'alice'\nat = ['noon']\n",
    );
    let errors = load(&file.path, Language::En).unwrap_err();
    let mut keys: Vec<&str> = errors.iter().map(|error| error.key.as_str()).collect();
    keys.sort_unstable();
    let expected = [
        "availability.lundi",
        "availability.timezone",
        "availability.tuesday",
        "colour",
        "digest.at",
        "digest.to",
        "mailbox.coop.hold",
        "mailbox.coop.imap",
        "mailbox.coop.password_command",
        "mailbox.coop.user",
    ];
    assert_eq!(keys, expected, "{errors:#?}");
}

#[test]
fn the_smallest_configuration_has_the_documented_defaults() {
    let file = write("config.toml", &format!("{WEEK}{MAILBOX}password = 1234\n"));
    let config = load(&file.path, Language::Fr).unwrap();
    assert_eq!(config.profile, "config");
    assert_eq!(config.max_urgent, 3);
    assert_eq!((config.digest.to.as_str(), config.digest.from.as_str()), ("alice@coop.example", "alice@coop.example"));
    assert!(config.digest.at_opening && config.digest.at.is_empty() && !config.digest.batch);
    assert_eq!(config.digest.max_topics, 25);
    let mailbox = &config.mailboxes[0];
    let folders = [&mailbox.intake, &mailbox.held, &mailbox.released];
    assert_eq!(folders, ["INBOX", "Quiet Hours", "Quiet Hours/Released"]);
    assert!(mailbox.rules.hold.is_none());
    let Source::Imap(account) = &mailbox.source else { panic!("{mailbox:?}") };
    assert_eq!((account.host.as_str(), account.port, account.security), ("mail.coop.example", 993, Security::Tls));
    assert!(config.state_dir.ends_with("quiethours/config"));
}

#[test]
fn a_profile_has_folders_and_a_state_of_its_own() {
    let file = write("travail.toml", &format!("{WEEK}{MAILBOX}password_command = 'pass show \"a b\"'\n"));
    let config = load(&file.path, Language::Fr).unwrap();
    assert_eq!(config.profile, "travail");
    assert_eq!(config.mailboxes[0].held, "Quiet Hours/travail");
    assert_eq!(config.mailboxes[0].released, "Quiet Hours/travail/Released");
    assert!(config.state_dir.ends_with("quiethours/travail"));
    let Source::Imap(account) = &config.mailboxes[0].source else { panic!() };
    let SecretSource::Command(words) = &account.secret else { panic!() };
    assert_eq!(words, &["pass", "show", "a b"]);
}

#[test]
fn in_intake_mode_notifications_wait_in_the_intake() {
    let file = write("config.toml", &format!("{WEEK}{MAILBOX}password = 'x'\nintake = 'Forum'\nreleased = 'inbox'\n"));
    let mailbox = &load(&file.path, Language::En).unwrap().mailboxes[0];
    assert_eq!([&mailbox.intake, &mailbox.held, &mailbox.released], ["Forum", "Forum", "INBOX"]);
    assert!(mailbox.filed_at_delivery());
}

#[test]
fn a_password_that_others_can_read_is_refused() {
    let text = format!("{WEEK}{MAILBOX}password = 'hunter2'\n");
    for mode in [0o640, 0o604, 0o644] {
        let file = write("config.toml", &text);
        fs::set_permissions(&file.path, fs::Permissions::from_mode(mode)).unwrap();
        let errors = load(&file.path, Language::En).unwrap_err();
        assert_eq!(errors[0].key, "mailbox.coop.password");
        assert!(errors[0].text.contains("chmod 600"), "{errors:?}");
        assert!(!format!("{errors:?}").contains("hunter2"));
    }
}

#[test]
fn a_password_file_that_others_can_read_is_refused_also_through_a_link() {
    let file = write("config.toml", &format!("{WEEK}{MAILBOX}password_file = 'link'\n"));
    let secret = file.path.with_file_name("secret");
    fs::write(&secret, "hunter2").unwrap();
    std::os::unix::fs::symlink(&secret, file.path.with_file_name("link")).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(load(&file.path, Language::En).unwrap_err()[0].key, "mailbox.coop.password_file");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(load(&file.path, Language::En).is_ok());
}

#[test]
fn a_configuration_shows_no_password_when_it_is_logged() {
    let file = write("config.toml", &format!("{WEEK}{MAILBOX}password = 'hunter2'\n"));
    let config = load(&file.path, Language::En).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn whom_to_believe_and_the_names_of_people_are_read() {
    let text = "[availability]\nweekdays = \"9h-12h\"\n[mailbox.coop]\nimap = \"mail.coop.example\"\nuser = \"alice@coop.example\"\n\
                password_command = [\"pass\"]\nauthserv_id = \"mail.coop.example\"\n[digest]\nme = [\"alice\"]\nteam = [\"Phil\"]\n";
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    fs::write(&path, text).unwrap();
    let flags = Flags { config: Some(path.to_str().unwrap().to_owned()), language: Some(Language::En) };
    let config = config::load(&flags).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(config.mailboxes[0].authserv_id.as_deref(), Some("mail.coop.example"));
    assert!(config.notes.is_empty(), "{:?}", config.notes);
    assert_eq!((config.digest.me, config.digest.team), (vec!["alice".to_owned()], vec!["Phil".to_owned()]));
}

#[test]
fn a_digest_by_smtp_takes_the_account_of_its_mailbox_and_is_readable_where_its_reader_is() {
    let text = format!("{WEEK}{MAILBOX}password = 'x'\n[digest]\ndeliver = 'smtp'\nsmtp = 'smtp.coop.example'\n");
    let config = load(&write("config.toml", &text).path, Language::En).unwrap();
    let Delivery::Smtp(smtp) = &config.digest.delivery else { panic!("{:?}", config.digest) };
    let account = &smtp.account;
    assert_eq!((account.host.as_str(), account.port, account.security), ("smtp.coop.example", 465, Security::Tls));
    assert_eq!(account.user, "alice@coop.example");
    assert_eq!((smtp.readable.as_deref(), smtp.replies), (Some("coop"), true));
    assert!(config.notes.is_empty(), "{:?}", config.notes);
}

#[test]
fn a_digest_sent_to_another_domain_has_no_reply_addresses_and_says_why() {
    let text = format!(
        "{WEEK}{MAILBOX}password = 'x'\n[digest]\ndeliver = 'smtp'\nsmtp = 'smtp+starttls://smtp.coop.example'\n\
         to = 'alice@home.example'\nsmtp_user = 'alice'\nsmtp_password_command = 'pass smtp'\n"
    );
    let config = load(&write("config.toml", &text).path, Language::En).unwrap();
    let Delivery::Smtp(smtp) = &config.digest.delivery else { panic!("{:?}", config.digest) };
    assert_eq!((smtp.account.user.as_str(), smtp.account.port), ("alice", 587));
    assert_eq!((smtp.readable.as_deref(), smtp.replies), (None, false));
    assert!(config.notes.iter().any(|note| note.contains("alice@home.example")), "{:?}", config.notes);
}
