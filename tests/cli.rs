//! The commands as a person and a program meet them: words, JSON, exit codes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{fs, os::unix::fs::PermissionsExt as _};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A volunteer's home with one Maildir, always closed unless a command says otherwise.
struct Home {
    directory: TempDir,
}

impl Home {
    fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// Closed all year but for one window far away, so that no test depends on the hour it runs at.
    fn closed() -> Self {
        Self::with("hours = \"Feb 29 03:00-03:01\"")
    }

    fn with(week: &str) -> Self {
        let home = Self::empty();
        for folder in ["cur", "new", "tmp"] {
            fs::create_dir_all(home.directory.path().join("Maildir").join(folder)).unwrap();
        }
        home.write(&format!(
            "[availability]\n{week}\ntimezone = \"Europe/Paris\"\nholidays = \"FR\"\n[mailbox.coop]\nmaildir = \"~/Maildir\"\n\
             [digest]\nto = \"alice@coop.example\"\n"
        ));
        home
    }

    fn write(&self, text: &str) {
        let folder = self.directory.path().join(".config/quiethours");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), text).unwrap();
        fs::set_permissions(folder.join("config.toml"), fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("quiethours").unwrap();
        command.env_clear().env("HOME", self.directory.path()).env("LANG", "en_GB.UTF-8").args(arguments);
        command
    }

    /// Runs, expects `code`, and gives stdout and stderr.
    fn run(&self, arguments: &[&str], code: i32) -> (String, String) {
        let output = self.command(arguments).output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{stdout}\n{stderr}");
        (stdout, stderr)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.run(arguments, 0).0).unwrap()
    }
}

#[test]
fn without_a_configuration_every_command_says_to_run_init() {
    let home = Home::empty();
    for command in
        ["status", "hours", "check", "run", "away", "available", "auto", "preview", "release", "report", "sieve"]
    {
        let (stdout, stderr) = home.run(&[command], 78);
        assert!(stdout.is_empty(), "{stdout}");
        assert!(stderr.contains("quiethours init"), "{command}: {stderr}");
    }
    let (_, french) = home.run(&["--lang", "fr", "status"], 78);
    assert!(french.contains("n’est pas encore configuré"), "{french}");
}

#[test]
fn a_profile_that_does_not_exist_is_named() {
    let (_, stderr) = Home::closed().run(&["--config", "work", "status"], 78);
    assert!(stderr.contains(".config/quiethours/work.toml"), "{stderr}");
}

#[test]
fn all_errors_of_a_configuration_are_printed_a_line_each() {
    let home = Home::empty();
    home.write("language = \"fr\"\n[availability]\nlundi = \"9h-12h\"\n[mailbox.coop]\nimap = \"x y\"\n");
    let (_, stderr) = home.run(&["status"], 78);
    assert!(stderr.lines().count() >= 4, "{stderr}");
    assert!(stderr.contains("config.toml:3: availability.lundi"), "{stderr}");
    assert!(stderr.contains("Vouliez-vous dire monday"), "{stderr}");
}

#[test]
fn status_has_the_documented_shape_and_no_count_unless_asked() {
    let home = Home::closed();
    let status = home.json(&["status", "--json"]);
    assert_eq!(status["state"], "closed");
    assert_eq!(status["reason"]["kind"], "schedule");
    assert_eq!(status["daemon"]["running"], false);
    assert_eq!(status["daemon"]["last_error"], Value::Null);
    for key in ["since", "until", "next_opening"] {
        assert!(status.get(key).is_some(), "{key} in {status}");
    }
    assert!(status.get("held").is_none(), "{status}");
    assert_eq!(home.json(&["status", "--json", "--peek"])["held"], 0);
}

#[test]
fn status_says_of_what_year_its_time_zones_are_only_when_asked_for_more() {
    let home = Home::closed();
    let said = home.run(&["-v", "status"], 0).0;
    let version = said.lines().find_map(|line| line.strip_prefix("Time zone data: "));
    let version = version.unwrap_or_else(|| panic!("no version in {said}"));
    assert!(version.starts_with("20") && version.len() == 5, "as 2026a: {version}");
    assert!(!home.run(&["status"], 0).0.contains(version));
}

#[test]
fn status_creates_nothing() {
    let home = Home::closed();
    home.run(&["status"], 0);
    assert!(!home.directory.path().join(".local").exists());
}

#[test]
fn a_command_opens_and_closes_until_auto() {
    let home = Home::closed();
    home.run(&["available", "--for", "2h"], 0);
    let status = home.json(&["status", "--json"]);
    assert_eq!((&status["state"], &status["reason"]["kind"]), (&Value::from("open"), &Value::from("override")));
    home.run(&["away"], 0);
    assert_eq!(home.json(&["status", "--json"])["reason"]["kind"], "override");
    assert_eq!(home.json(&["status", "--json"])["state"], "closed");
    home.run(&["auto"], 0);
    assert_eq!(home.json(&["status", "--json"])["reason"]["kind"], "schedule");
}

#[test]
fn available_asks_nothing_where_nobody_could_answer() {
    let home = Home::closed();
    home.command(&["available"]).write_stdin("").assert().success();
    assert_eq!(home.json(&["status", "--json"])["state"], "open");
}

#[test]
fn an_end_that_is_past_or_unclear_or_given_twice_is_wrong_usage() {
    let home = Home::closed();
    home.run(&["away", "--until", "2020-01-01"], 64);
    home.run(&["away", "--until", "whenever"], 64);
    home.run(&["away", "--for", "2 moons"], 64);
    home.run(&["away", "--until", "18:00", "--for", "2h"], 64);
    home.run(&["nonsense"], 64);
    home.run(&[], 64);
    assert_eq!(home.json(&["status", "--json"])["reason"]["kind"], "schedule");
}

#[test]
fn hours_names_the_holiday_that_closes() {
    let home = Home::with("weekdays = \"9h-12h\"");
    let at = home.json(&["hours", "--at", "2026-12-25 10:00", "--json"]);
    assert_eq!(at["at"], "2026-12-25T10:00:00+01:00");
    assert_eq!(at["state"], "closed");
    assert_eq!(at["reason"]["kind"], "holiday");
    assert_eq!(at["until"], "2026-12-28T09:00:00+01:00");
    let (text, _) = home.run(&["--lang", "fr", "hours", "--at", "2026-12-25 10:00"], 0);
    assert!(text.contains("Noël"), "{text}");
}

#[test]
fn hours_lists_windows_with_their_offsets_and_holidays_by_date() {
    let hours = Home::with("weekdays = \"9h-12h\"").json(&["hours", "--days", "366", "--json"]);
    assert_eq!(hours["timezone"], "Europe/Paris");
    let windows = hours["windows"].as_array().unwrap();
    assert!(windows.len() > 200, "{}", windows.len());
    for window in &windows[1..windows.len() - 1] {
        let opens = window["opens"].as_str().unwrap();
        assert!(opens.ends_with("T09:00:00+01:00") || opens.ends_with("T09:00:00+02:00"), "{opens}");
    }
    let names: Vec<&str> =
        hours["holidays"].as_array().unwrap().iter().map(|day| day["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"Christmas Day"), "{names:?}");
}

#[test]
fn check_holds_on_a_maildir_and_fails_without_it() {
    let home = Home::with("weekdays = \"9h-12h\"");
    let (stdout, _) = home.run(&["check"], 0);
    assert!(stdout.lines().all(|line| line.starts_with(['✓', '·'])), "{stdout}");
    fs::remove_dir_all(home.directory.path().join("Maildir")).unwrap();
    let output = home.command(&["check"]).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains('✗'));
    home.run(&["check", "--offline"], 0);
}

#[test]
fn inspect_needs_no_configuration_and_tells_of_a_file_it_cannot_read() {
    let home = Home::empty();
    let file = home.directory.path().join("mail.eml");
    fs::write(&file, "From: Bob <bob@family.example>\nSubject: hello\n\nHi\n").unwrap();
    let path = file.to_str().unwrap();
    let fact = home.json(&["inspect", "--json", path]);
    assert_eq!((&fact["kind"], &fact["hold"]), (&Value::from("other"), &Value::from(false)));
    let (stdout, _) = home.run(&["inspect", "--json", "/nowhere", path], 66);
    assert_eq!(stdout.lines().count(), 2, "{stdout}");
}

#[test]
fn a_command_line_that_is_not_understood_is_told_in_the_volunteers_language() {
    let home = Home::empty();
    for (arguments, wanted) in [
        (&["frobnicate"][..], "« frobnicate » n’est pas une commande"),
        (&["statsu"], "Vouliez-vous dire « status » ?"),
        (&["status", "--jason"], "Vouliez-vous dire « --json » ?"),
        (&["hours", "--days", "400"], "« 400 » ne convient pas pour --days <N>. De 1 à 366."),
        (&["preview", "--format", "pdf"], "Possible : text, html, eml, json."),
        (&["hours", "--at"], "Il manque une valeur après --at <WHEN>"),
        (&["away", "--until", "10:00", "--for", "2h"], "s’excluent"),
        (&["inspect"], "Il manque <FILE>"),
        (&[], "Il manque une commande"),
    ] {
        let (stdout, stderr) = home.run(&[&["--lang", "fr"], arguments].concat(), 64);
        assert!(stdout.is_empty() && stderr.contains(wanted) && stderr.contains("--help"), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("error"), "{stderr}");
    }
    assert!(home.run(&["--lang", "en", "frobnicate"], 64).1.contains("“frobnicate” is no command"));
}

/// What has lines of its own is meant to fit; a terminal cuts longer ones in the middle of a word.
#[test]
fn sentences_of_several_lines_fit_eighty_columns() {
    for file in [include_str!("../src/core/locales/fr/cli.ftl"), include_str!("../src/core/locales/en/cli.ftl")] {
        for line in file.lines().filter_map(|line| line.strip_prefix("    ")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn init_without_a_terminal_says_so() {
    let (_, stderr) = Home::empty().run(&["init"], 64);
    assert!(stderr.contains("terminal"), "{stderr}");
}

#[test]
fn sieve_prints_a_rule_alone_and_asks_which_of_several_mailboxes() {
    let home = Home::closed();
    let (rule, stderr) = home.run(&["sieve"], 0);
    assert!(rule.contains("require [\"fileinto\"];") && rule.contains("fileinto \"Quiet Hours\";"), "{rule}");
    assert!(rule.contains("#     [mailbox.coop]\n#     intake = \"Quiet Hours\"\n") && stderr.is_empty(), "{rule}");
    assert!(home.run(&["--lang", "fr", "sieve"], 0).0.contains("# quiethours : la règle"));
    let mailbox = |name: &str| format!("[mailbox.{name}]\nmaildir = \"~/{name}\"\nintake = \"{name}/Notifs\"\n");
    let tables = mailbox("forum") + &mailbox("tickets");
    home.write(&format!(
        "[availability]\nweekdays = \"9h-12h\"\n{tables}[digest]\nmailbox = \"forum\"\nto = \"alice@coop.example\"\n"
    ));
    let (stdout, stderr) = home.run(&["sieve"], 64);
    assert!(stdout.is_empty() && stderr.contains("forum, tickets"), "{stderr}");
    assert!(home.run(&["sieve", "--mailbox", "forums"], 64).1.contains("forum, tickets"));
    let (rule, _) = home.run(&["sieve", "--mailbox", "tickets"], 0);
    assert!(rule.contains("fileinto \"tickets/Notifs\";") && !rule.contains("intake ="), "{rule}");
}

#[test]
fn help_speaks_the_language_of_the_reader() {
    let home = Home::empty();
    assert!(home.run(&["--help"], 0).0.contains("Open or closed"));
    assert!(home.run(&["--lang", "fr", "--help"], 0).0.contains("Ouvert ou fermé"));
    for language in ["fr", "en"] {
        for command in [
            "demo",
            "check",
            "run",
            "status",
            "hours",
            "away",
            "available",
            "preview",
            "inspect",
            "report",
            "sieve",
            "man",
        ] {
            let (text, _) = home.run(&["--lang", language, command, "--help"], 0);
            assert!(!text.contains("help-"), "a sentence is missing: {text}");
        }
    }
}

#[test]
fn the_demo_tells_of_each_message_once_and_only_of_the_password_mail_that_it_is_one() {
    let home = Home::empty();
    let out = home.directory.path().join("demo");
    let (story, _) = home.run(&["--lang", "en", "demo", "--out", out.to_str().unwrap()], 0);
    let lines = |words: &str| story.lines().filter(|line| line.contains(words)).collect::<Vec<_>>();
    assert_eq!(lines("RELEASED").len(), 1, "{story}");
    let [account] = lines("password: never held")[..] else { panic!("{story}") };
    assert!(account.contains("mot de passe"), "{account}");
    assert!(out.join("digest.html").exists());
}
