//! `report` on a real server and on a Maildir: right counts, nothing changed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod support;

use std::process::Command;

use chrono::{DateTime, Days, NaiveTime, Utc};
use chrono_tz::Europe;
use quiethours::config::{self, Flags};
use serde_json::Value;
use support::{
    dovecot::Dovecot,
    home::Home,
    mails::{account, discourse, flarum, glpi, private},
    volunteer::Volunteer,
};

/// Open from nine to six, every day, so that no test depends on the weekday it runs on.
const DAILY: &str = "weekdays = \"9h-18h\"\nsaturday = \"9h-18h\"\nsunday = \"9h-18h\"\n";

/// Local `hour` of so many days ago.
fn ago(days: u64, hour: u32) -> DateTime<Utc> {
    let date = Utc::now().with_timezone(&Europe::Paris).date_naive() - Days::new(days);
    let local = date.and_time(NaiveTime::from_hms_opt(hour, 10, 0).unwrap());
    local.and_local_timezone(Europe::Paris).unwrap().to_utc()
}

fn imap(when: DateTime<Utc>) -> String {
    when.format("%d-%b-%Y %H:%M:%S +0000").to_string()
}

fn total(report: &Value) -> u64 {
    report["hours"].as_array().unwrap().iter().flat_map(|day| day.as_array().unwrap()).filter_map(Value::as_u64).sum()
}

/// The answer for programs has exactly these names.
fn assert_shape(report: &Value) {
    let mut names: Vec<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let mut documented = vec![
        "from",
        "to",
        "state",
        "notifications",
        "off_hours",
        "urgent",
        "evenings",
        "weekends",
        "holidays",
        "digests",
        "hours",
        "folders",
    ];
    documented.sort_unstable();
    assert_eq!(names, documented);
    let days = report["hours"].as_array().unwrap();
    assert!(days.len() == 7 && days.iter().all(|hours| hours.as_array().unwrap().len() == 24), "{report}");
    for key in ["from", "to"] {
        DateTime::parse_from_rfc3339(report[key].as_str().unwrap()).unwrap();
    }
}

/// Opens the daily hours of a volunteer whose week is closed.
fn daily(alice: &Volunteer) {
    let text = std::fs::read_to_string(alice.config_file()).unwrap();
    std::fs::write(alice.config_file(), text.replace("weekdays = \"\"\n", DAILY)).unwrap();
    let path = alice.config_file().to_str().unwrap().to_owned();
    config::load(&Flags { config: Some(path), language: None }).unwrap();
}

#[test]
fn on_a_server_every_folder_is_read_each_message_counts_once_and_no_flag_changes() {
    let alice =
        Volunteer::new(Dovecot::start(), "hold = [\"discourse\", \"glpi\", \"flarum@forum.jardins.example\"]\n", "");
    daily(&alice);
    let mut client = alice.client();
    client.create("Quiet Hours");
    client.create("Quiet Hours/Released");
    for (folder, flags, days, hour, message) in [
        ("INBOX", "", 3, 20, discourse(1, 1, "Soir", "x")),
        ("INBOX", "\\Seen", 3, 11, glpi(2, 2, "Matin", "x")),
        ("INBOX", "", 4, 21, flarum("[New Post] Haies", "https://forum.jardins.example/d/5-haies/3\n\n---\n\nx")),
        ("INBOX", "", 5, 22, private("Dimanche")),
        ("INBOX", "", 5, 22, account("Mot de passe")),
        ("INBOX", "\\Deleted", 5, 22, discourse(9, 9, "Jetée", "x")),
        ("INBOX", "", 60, 22, discourse(10, 10, "Ancienne", "x")),
        ("Quiet Hours", "\\Flagged", 6, 7, discourse(3, 3, "Aube", "x")),
        ("Quiet Hours/Released", "", 8, 23, discourse(4, 4, "Nuit", "x")),
        // A copy: the same message in two folders.
        ("Quiet Hours/Released", "\\Seen", 3, 20, discourse(1, 1, "Soir", "x")),
    ] {
        client.append(folder, flags, Some(&imap(ago(days, hour))), &message);
    }
    let folders = ["INBOX", "Quiet Hours", "Quiet Hours/Released"];
    let mut all = || folders.map(|folder| client.messages(folder));
    let before = all();
    let report: Value = serde_json::from_str(&alice.ok(&["report", "--json"])).unwrap();
    assert_eq!(all(), before);
    assert_shape(&report);
    assert_eq!((&report["notifications"], &report["off_hours"]), (&Value::from(5), &Value::from(4)), "{report}");
    assert_eq!(total(&report), 4);
    assert_eq!(report["digests"], 4);
    let read: Vec<&str> =
        report["folders"].as_array().unwrap().iter().filter_map(|read| read["folder"].as_str()).collect();
    assert_eq!(read, folders);
    let longer: Value = serde_json::from_str(&alice.ok(&["report", "--days", "90", "--json"])).unwrap();
    assert_eq!(longer["notifications"], 6);
}

#[test]
fn before_the_first_start_inbox_alone_is_read_and_nothing_is_made() {
    let alice = Volunteer::new(Dovecot::start(), "", "");
    daily(&alice);
    let mut client = alice.client();
    for number in 0..1200 {
        let message = discourse(number, number, &format!("Sujet {number}"), "x");
        client.append("INBOX", "", Some(&imap(ago(2, 20))), &message);
    }
    let folders = client.folders();
    let report: Value = serde_json::from_str(&alice.ok(&["report", "--json"])).unwrap();
    assert_eq!((&report["notifications"], &report["digests"]), (&Value::from(1200), &Value::from(1)));
    assert_eq!(report["folders"].as_array().unwrap().len(), 1);
    assert_eq!(client.folders(), folders);
    assert!(!alice.state_dir().exists());
}

#[test]
fn in_a_maildir_no_file_is_renamed_and_what_waits_tonight_is_not_told() {
    // Closed all along but for a minute of yesterday: the off-hours that run now began then.
    let minute = ago(1, 12).with_timezone(&Europe::Paris);
    let hours =
        format!("[availability]\nhours = \"{} 12:10-12:11\"\ntimezone = \"Europe/Paris\"\n", minute.format("%Y %b %d"));
    let home = Home::with_hours(&hours, "", "");
    home.deliver(&ago(2, 20).to_rfc3339(), &discourse(1, 1, "Avant", "x"));
    home.deliver(&Utc::now().to_rfc3339(), &discourse(2, 2, "Ce soir", "x"));
    let before = home.folder("INBOX");
    let said = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quiethours"));
        command.arg("--config").arg(home.config_file()).arg("report").args(arguments);
        let output = command.env_clear().env("LANG", "fr_FR.UTF-8").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let report: Value = serde_json::from_str(&said(&["--json"])).unwrap();
    assert_shape(&report);
    assert_eq!((&report["state"], &report["notifications"]), (&Value::from("closed"), &Value::from(1)));
    let text = said(&[]);
    assert!(text.contains("Ce sont vos heures de repos") && text.contains("n’est pas compté"), "{text}");
    assert!(text.contains("Une notification, pendant vos heures de repos."), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(!text.contains('\u{1b}'));
    assert_eq!(home.folder("INBOX"), before);
}
