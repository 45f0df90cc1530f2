//! The user units in contrib/systemd load without a complaint and stay as closed as they are.
//!
//! `systemd-analyze` reads the files as a user manager would; no manager runs. It needs a runtime directory and a home of its
//! own, and the program that `ExecStart=` names in place.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up fails")]

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

const UNITS: [&str; 2] = ["quiethours.service", "quiethours@.service"];

/// Ten times the exposure that systemd 252 finds (6.6). Most of the rest it counts for Protect*, Private* and capabilities,
/// which a user manager cannot grant or take.
const EXPOSURE: u32 = 66;

/// A home with the daemon installed, and a copy of the units.
struct Home {
    dir: TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { dir: TempDir::new().unwrap() };
        for folder in ["home/.cargo/bin", "runtime", "units"] {
            fs::create_dir_all(home.path(folder)).unwrap();
        }
        fs::set_permissions(home.path("runtime"), fs::Permissions::from_mode(0o700)).unwrap();
        fs::write(home.program(), "#!/bin/sh\n").unwrap();
        fs::set_permissions(home.program(), fs::Permissions::from_mode(0o755)).unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/systemd");
        for unit in UNITS {
            fs::copy(shipped.join(unit), home.unit(unit)).unwrap();
        }
        home
    }

    fn path(&self, below: &str) -> PathBuf {
        self.dir.path().join(below)
    }

    fn program(&self) -> PathBuf {
        self.path("home/.cargo/bin/quiethours")
    }

    fn unit(&self, name: &str) -> PathBuf {
        self.path("units").join(name)
    }

    /// Changes a unit that must hold `old`.
    fn edit(&self, unit: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.unit(unit)).unwrap();
        assert!(text.contains(old), "{unit} has no {old}");
        fs::write(self.unit(unit), text.replace(old, new)).unwrap();
    }

    /// What is wrong with a unit; empty if nothing is. An unknown key or value is only a warning to systemd-analyze, so its
    /// output counts as much as its exit status.
    fn complaints(&self, unit: &str) -> String {
        let output = self.analyze(&["verify"], unit);
        let text = text(&output);
        let named: Vec<&str> = text.lines().filter(|line| line.contains("quiethours")).collect();
        if output.status.success() || !named.is_empty() { named.join("\n") } else { text }
    }

    /// Whether a unit is exposed no more than `threshold`, in tenths, and the table that says why.
    fn is_closed(&self, unit: &str, threshold: u32) -> (bool, String) {
        let threshold = format!("--threshold={threshold}");
        let output = self.analyze(&["security", "--offline=true", "--no-pager", &threshold], unit);
        (output.status.success(), text(&output))
    }

    fn analyze(&self, arguments: &[&str], unit: &str) -> Output {
        let run = Command::new("systemd-analyze")
            .arg("--user")
            .args(arguments)
            .arg(self.unit(unit))
            .env("HOME", self.path("home"))
            .env("XDG_RUNTIME_DIR", self.path("runtime"))
            .env("LC_ALL", "C.UTF-8")
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("SYSTEMD_UNIT_PATH")
            .output();
        run.unwrap_or_else(|error| panic!("systemd-analyze (Debian package systemd): {error}"))
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

#[test]
fn the_units_load_without_a_complaint() {
    let home = Home::new();
    for unit in UNITS {
        assert_eq!(home.complaints(unit), "", "{unit}");
    }
}

#[test]
fn the_units_are_no_more_exposed_than_before() {
    let home = Home::new();
    for unit in UNITS {
        let (closed, table) = home.is_closed(unit, EXPOSURE);
        assert!(closed, "{unit} is more exposed than {EXPOSURE} tenths:\n{table}");
    }
}

#[test]
fn a_unit_with_an_unknown_key_is_refused() {
    let home = Home::new();
    for unit in UNITS {
        home.edit(unit, "NoNewPrivileges=", "NoNewPrivilege=");
        assert!(home.complaints(unit).contains("NoNewPrivilege"), "{unit}");
    }
}

#[test]
fn a_unit_with_an_unknown_value_is_refused() {
    let home = Home::new();
    for unit in UNITS {
        home.edit(unit, "Type=notify", "Type=notified");
        assert!(home.complaints(unit).contains("notified"), "{unit}");
    }
}

#[test]
fn a_unit_whose_program_is_missing_is_refused() {
    let home = Home::new();
    fs::remove_file(home.program()).unwrap();
    for unit in UNITS {
        assert!(home.complaints(unit).contains("not executable"), "{unit}");
    }
}

#[test]
fn a_unit_that_lost_its_system_call_filter_is_refused() {
    let home = Home::new();
    for unit in UNITS {
        home.edit(unit, "SystemCallFilter=@system-service\n", "");
        let (closed, _) = home.is_closed(unit, EXPOSURE);
        assert!(!closed, "{unit}");
    }
}

/// The units of the Debian package: the program is where packages put it.
#[test]
fn the_packaged_units_load_and_differ_only_in_where_the_program_is() {
    let home = Home::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/debian");
    let settings = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
    };
    for unit in UNITS {
        let own = fs::read_to_string(home.unit(unit)).unwrap();
        let packaged = fs::read_to_string(folder.join(unit)).unwrap();
        assert!(packaged.contains("\nExecStart=/usr/bin/quiethours "), "{unit}");
        assert_eq!(settings(&packaged), settings(&own.replace("=%h/.cargo/bin/", "=/usr/bin/")), "{unit}");
        let program = home.program().display().to_string();
        fs::write(home.unit(unit), packaged.replace("/usr/bin/quiethours", &program)).unwrap();
        assert_eq!(home.complaints(unit), "", "{unit}");
    }
}

#[test]
fn the_two_units_differ_only_in_the_profile_they_read() {
    let home = Home::new();
    let settings = |unit: &str| -> Vec<String> {
        let text = fs::read_to_string(home.unit(unit)).unwrap();
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
    };
    let plain = settings(UNITS[0]);
    let profiled: Vec<String> =
        settings(UNITS[1]).iter().map(|line| line.replace(" --config %i", "").replace(" (%i)", "")).collect();
    assert_eq!(plain, profiled);
}

/// What a unit says for a key, in each place it says it.
fn values(unit: &str, key: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/systemd").join(unit)).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    lines.map(str::to_owned).collect()
}

#[test]
fn a_failure_is_tried_again_gently_and_one_that_only_a_person_can_mend_never() {
    for unit in UNITS {
        let value = |key: &str| values(unit, key).concat();
        assert_eq!((value("Restart"), value("RestartSec")), ("on-failure".to_owned(), "30".to_owned()), "{unit}");
        assert_eq!(value("StartLimitIntervalSec"), "0", "{unit}: after a long failure it must still be started");
        let never = value("RestartPreventExitStatus");
        let exits = |code: &str| never.split(' ').any(|given| given == code);
        assert!(["64", "69", "77", "78"].iter().all(|code| exits(code)), "{unit}: {never}");
        assert!(!exits("75") && !exits("73"), "{unit}: a disk that was full, a second daemon: they pass");
    }
}

#[test]
fn the_units_wait_for_nothing_that_a_user_manager_does_not_have() {
    for unit in UNITS {
        for key in ["After", "Wants", "Requires"] {
            assert!(values(unit, key).is_empty(), "{unit}: {key}=");
        }
        assert_eq!(values(unit, "WantedBy"), ["default.target"], "{unit}");
        assert_eq!(
            (values(unit, "UMask"), values(unit, "LimitCORE")),
            (vec!["0077".into()], vec!["0".into()]),
            "{unit}"
        );
    }
}

/// The daemon gives what it is at 20 seconds after SIGTERM, then says goodbye to each mailbox.
#[test]
fn the_units_leave_more_time_to_stop_than_the_daemon_takes() {
    for unit in UNITS {
        let seconds: u32 = values(unit, "TimeoutStopSec").concat().parse().unwrap();
        assert!(seconds >= 20 + 4 * 5, "{unit}: {seconds}");
    }
}
