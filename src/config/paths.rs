//! Where files are: the XDG base directories, profiles, `~`.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The profile when none is named.
pub const DEFAULT_PROFILE: &str = "config";

/// The directory of ours under an XDG base directory; `None` without a home. What is relative in the variable is to be
/// ignored (XDG Base Directory Specification).
fn ours(variable: &str, below_home: &str) -> Option<PathBuf> {
    let set = env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set.or_else(|| home().map(|home| home.join(below_home)))?;
    Some(base.join("quiethours"))
}

/// The home directory.
pub fn home() -> Option<PathBuf> {
    env::home_dir().filter(|home| home.is_absolute())
}

/// The file that `--config FILE|NAME` means: what holds a `/` or ends in `.toml` is a file.
pub fn file(named: Option<&str>) -> Option<PathBuf> {
    match named {
        Some(text) if text.contains('/') || text.ends_with(".toml") => Some(absolute(Path::new(text))),
        Some(name) => Some(ours("XDG_CONFIG_HOME", ".config")?.join(format!("{name}.toml"))),
        None => Some(ours("XDG_CONFIG_HOME", ".config")?.join(format!("{DEFAULT_PROFILE}.toml"))),
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The name of the profile that `file` configures.
pub fn profile(file: &Path) -> String {
    file.file_stem().map_or_else(|| DEFAULT_PROFILE.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

/// Where the state of `profile` is kept unless `state.dir` says otherwise.
pub(super) fn state(profile: &str) -> Option<PathBuf> {
    Some(ours("XDG_STATE_HOME", ".local/state")?.join(profile))
}

/// `~/x` is in the home directory, `x` beside the configuration file.
pub(super) fn expand(text: &str, base: &Path) -> PathBuf {
    match (text.strip_prefix("~/"), home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => base.join(text),
    }
}
