//! Installing the user service: the unit that is shipped, with the path of this very program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    cli::{
        exit::{Exit, Failure},
        output,
    },
    config,
    core::sentences::Sentences,
};

const UNIT: &str = include_str!("../../../contrib/systemd/quiethours.service");
const PROFILE_UNIT: &str = include_str!("../../../contrib/systemd/quiethours@.service");

/// Whether a systemd user manager can be asked.
pub(super) fn is_possible() -> bool {
    Path::new("/run/systemd/system").is_dir() && std::env::var_os("XDG_RUNTIME_DIR").is_some()
}

/// Writes the unit and starts it, now and at every login.
pub(super) fn install(profile: &str, sentences: &Sentences) -> Result<(), Failure> {
    let failure = |cause: String| {
        Failure::new(Exit::Unavailable, sentences.say_with("init-service-failed", &[("cause", cause.into())]))
    };
    let (file, unit, text) = if profile == config::DEFAULT_PROFILE {
        ("quiethours.service", "quiethours.service".to_owned(), UNIT)
    } else {
        ("quiethours@.service", format!("quiethours@{profile}.service"), PROFILE_UNIT)
    };
    let directory = directory().ok_or_else(|| failure(sentences.say("config-no-home")))?;
    let program = std::env::current_exe().map_err(|error| failure(error.to_string()))?;
    fs::create_dir_all(&directory).map_err(|error| failure(error.to_string()))?;
    fs::write(directory.join(file), with_program(text, &program)).map_err(|error| failure(error.to_string()))?;
    systemctl(&["daemon-reload"]).map_err(failure)?;
    systemctl(&["enable", "--now", &unit]).map_err(failure)?;
    output::print(&(sentences.say_with("init-service-done", &[("unit", unit.into())]) + "\n"))
}

/// Where a person's own units are (systemd.unit(5)).
fn directory() -> Option<PathBuf> {
    let set = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    Some(set.or_else(|| config::home().map(|home| home.join(".config")))?.join("systemd/user"))
}

/// The unit with `program` in place of where cargo would put it; quoted, and `%` doubled (systemd.unit(5)).
fn with_program(unit: &str, program: &Path) -> String {
    let program = program.display().to_string().replace('%', "%%").replace('\\', "\\\\").replace('"', "\\\"");
    unit.replace("ExecStart=%h/.cargo/bin/quiethours", &format!("ExecStart=\"{program}\""))
}

fn systemctl(arguments: &[&str]) -> Result<(), String> {
    let answer = Command::new("systemctl").arg("--user").args(arguments).output().map_err(|error| error.to_string())?;
    if answer.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&answer.stderr).trim().to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_starts_this_program() {
        for unit in [UNIT, PROFILE_UNIT] {
            let unit = with_program(unit, Path::new("/opt/my tools/50%/quiethours"));
            assert!(
                unit.contains("\nExecStart=\"/opt/my tools/50%%/quiethours\" run\n")
                    || unit.contains("/quiethours\" --config"),
                "{unit}"
            );
            assert!(!unit.contains("ExecStart=%h/.cargo"), "{unit}");
        }
    }
}
