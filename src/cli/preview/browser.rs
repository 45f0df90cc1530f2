//! The digest in the volunteer's browser: a private file, and xdg-open.

use std::{
    env,
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::write;
use crate::{
    cli::{
        exit::{Exit, Failure},
        output,
    },
    core::sentences::Sentences,
};

/// Opens a file with what the desktop has for it (xdg-utils).
const OPENER: &str = "xdg-open";

/// An opener that is not over by then shows the page itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often it is looked whether the opener is over: nobody notices.
const GLANCE: Duration = Duration::from_millis(50);

/// Shows `html`. The file stays until the next preview or the end of the session: a browser reads it when it likes.
pub(super) fn show(profile: &str, html: &[u8], sentences: &Sentences) -> Result<(), Failure> {
    let path = directory()
        .map_err(|error| Failure::new(Exit::CannotCreate, error.to_string()))?
        .join(format!("preview-{profile}.html"));
    write(&path, html)?;
    let told = |id: &str, why: String| {
        sentences.say_with(id, &[("path", path.display().to_string().into()), ("why", why.into())])
    };
    match open(&path) {
        Ok(None) => output::print(&format!("{}\n", told("preview-browser", String::new()))),
        Ok(Some(status)) if status.success() => output::print(&format!("{}\n", told("preview-browser", String::new()))),
        Ok(Some(status)) => Err(Failure::new(Exit::Unavailable, told("preview-no-browser", status.to_string()))),
        Err(error) => Err(Failure::new(Exit::Unavailable, told("preview-no-browser", error.to_string()))),
    }
}

/// Where only this user reads: their runtime directory, which is empty after the last logout (XDG Base Directory), else one of
/// its own among the temporary files.
fn directory() -> io::Result<PathBuf> {
    let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute() && path.is_dir());
    let (path, may_be_there) = match runtime {
        Some(runtime) => (runtime.join("quiethours"), true),
        None => (env::temp_dir().join(format!("quiethours-{:016x}", fastrand::u64(..))), false),
    };
    match DirBuilder::new().mode(0o700).create(&path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists || !may_be_there => Err(error),
        _ => Ok(path),
    }
}

/// `None`: it is still at it.
fn open(path: &Path) -> io::Result<Option<ExitStatus>> {
    let mut opener = Command::new(OPENER)
        .arg(path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| io::Error::new(error.kind(), format!("{OPENER}: {error}")))?;
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(status) = opener.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(GLANCE);
    }
    Ok(None)
}
