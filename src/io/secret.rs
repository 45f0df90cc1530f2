//! Passwords and tokens: from a command, a file, a systemd credential or the configuration. Never in Debug, never in a log.

use std::{
    env,
    fs::File,
    io::{self, Read},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::{
    fs::OFlags,
    process::{Pid, Signal, kill_process_group},
};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};
use tokio::{
    io::AsyncReadExt as _,
    process::{Child, Command},
    time::timeout,
};

use crate::config::SecretSource;

/// How long a command may take: a person may have to unlock a key, but not to be waited for all night.
const PATIENCE: Duration = Duration::from_secs(30);

/// Longest secret: far above any password, below what a wrong command (`cat /dev/zero`) would pour out.
const LONGEST: usize = 64 * 1024;

/// Which secret there is none of, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {error}")]
pub struct NoSecret {
    /// The option that says where it is.
    pub key: &'static str,
    /// Why there is none.
    pub error: SecretError,
}

/// Why there is no secret. No text holds any part of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The command cannot be started.
    #[error("`{0}` cannot be started: {1}")]
    Start(String, String),
    /// The command failed; what it wrote is not told.
    #[error("`{0}` failed: {1}")]
    Failed(String, ExitStatus),
    /// The command took more than 30 s.
    #[error("`{0}` took more than 30 s")]
    Late(String),
    /// The file cannot be read.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, String),
    /// The file is no plain file.
    #[error("{0} is not a plain file")]
    NotPlain(PathBuf),
    /// Others can read the file: its mode.
    #[error("{0} is open to others (mode {1:04o}); `chmod 600` makes it private")]
    Exposed(PathBuf, u32),
    /// systemd passed no credential of this name, or the name is none.
    #[error("no systemd credential `{0}`")]
    NoCredential(String),
    /// Empty, more than one line, more than 64 KiB, or not UTF-8.
    #[error("the secret is {0}")]
    Malformed(Shape),
}

/// What a secret is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shape {
    /// Nothing.
    #[error("empty")]
    Empty,
    /// Two lines or more.
    #[error("more than one line")]
    Lines,
    /// Longer than any password or token is.
    #[error("longer than 64 KiB")]
    Long,
    /// Not UTF-8.
    #[error("not UTF-8")]
    Bytes,
    /// A sentence, perhaps.
    #[error("not an access token")]
    NoToken,
}

impl SecretError {
    /// Whether only a change by a person helps. All else is passing, and never a wrong password.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Exposed(..) | Self::NotPlain(_))
    }
}

/// Fetches the secret anew from where it is kept.
///
/// # Errors
/// It cannot be had now, or its file is open to others ([`SecretError::is_permanent`]).
pub async fn read(source: &SecretSource) -> Result<SecretString, SecretError> {
    match source {
        SecretSource::Inline(secret) => one_line(secret.expose_secret().as_bytes()),
        SecretSource::File(path) => from_file(path, true),
        SecretSource::Command(argv) => from_command(argv).await,
        SecretSource::Token(argv) => token(from_command(argv).await?),
        SecretSource::Credential(name) => {
            from_credential(env::var_os("CREDENTIALS_DIRECTORY").as_deref().map(Path::new), name)
        }
    }
}

async fn from_command(argv: &[String]) -> Result<SecretString, SecretError> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err(SecretError::Malformed(Shape::Empty));
    };
    // Only the program is ever named: an argument may be a secret.
    let name = || program.clone();
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| SecretError::Start(name(), error.to_string()))?;
    let mut group = Group(child);
    let (output, status) = match timeout(PATIENCE, group.output()).await {
        Err(_) => return Err(SecretError::Late(name())),
        Ok(result) => result.map_err(|error| SecretError::Start(name(), error.to_string()))?,
    };
    match status {
        Some(status) if status.success() => one_line(&output),
        Some(status) => Err(SecretError::Failed(name(), status)),
        None => Err(SecretError::Malformed(Shape::Long)),
    }
}

/// A running command with all it started. Dropped before its end, all of it is killed.
struct Group(Child);

impl Group {
    /// What it writes, and how it ends; no end when it writes too much.
    async fn output(&mut self) -> io::Result<(Zeroizing<Vec<u8>>, Option<ExitStatus>)> {
        let mut output = buffer();
        if let Some(stdout) = self.0.stdout.take() {
            stdout.take(LONGEST as u64 + 1).read_to_end(&mut output).await?;
        }
        if output.len() > LONGEST {
            return Ok((output, None));
        }
        Ok((output, Some(self.0.wait().await?)))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The number is `None` once it has ended: what it left running then (an agent) is meant to stay.
        let leader = self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader
            && let Err(error) = kill_process_group(leader, Signal::KILL)
        {
            tracing::debug!(%error, "the command had ended already");
        }
    }
}

/// Reads a file, which must be private if `guarded`. Links are followed; what was opened is what is judged.
fn from_file(path: &Path, guarded: bool) -> Result<SecretString, SecretError> {
    let failed = |error: io::Error| SecretError::Unreadable(path.to_owned(), error.to_string());
    // Without NONBLOCK, opening a FIFO would wait for a writer.
    let flags = (OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(SecretError::NotPlain(path.to_owned()));
    }
    if guarded && metadata.mode() & 0o077 != 0 {
        return Err(SecretError::Exposed(path.to_owned(), metadata.mode() & 0o7777));
    }
    let mut content = buffer();
    file.take(LONGEST as u64 + 1).read_to_end(&mut content).map_err(failed)?;
    one_line(&content)
}

/// systemd guards the directory itself, by ACLs that look like group rights in the mode.
fn from_credential(directory: Option<&Path>, name: &str) -> Result<SecretString, SecretError> {
    let is_name = !name.is_empty() && name != "." && name != ".." && !name.contains('/');
    match directory {
        Some(directory) if is_name => from_file(&directory.join(name), false),
        _ => Err(SecretError::NoCredential(name.to_owned())),
    }
}

/// Room for the longest secret and the tail of std's probing read, so that no growing leaves a copy behind.
fn buffer() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(LONGEST + 64))
}

/// An access token is printable ASCII without spaces (RFC 6750, 2.1, is stricter). What else a command prints, for instance that
/// a person must log in again, is never sent to a server.
fn token(secret: SecretString) -> Result<SecretString, SecretError> {
    let is_token = secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic());
    if is_token { Ok(secret) } else { Err(SecretError::Malformed(Shape::NoToken)) }
}

/// Cuts one trailing newline, and accepts one line.
fn one_line(content: &[u8]) -> Result<SecretString, SecretError> {
    if content.len() > LONGEST {
        return Err(SecretError::Malformed(Shape::Long));
    }
    let line = content.strip_suffix(b"\n").map_or(content, |line| line.strip_suffix(b"\r").unwrap_or(line));
    let text = std::str::from_utf8(line).map_err(|_| SecretError::Malformed(Shape::Bytes))?;
    match text {
        "" => Err(SecretError::Malformed(Shape::Empty)),
        text if text.contains(['\n', '\r', '\0']) => Err(SecretError::Malformed(Shape::Lines)),
        text => Ok(SecretString::from(text)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_credential_is_read_from_systemds_directory() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("mail"), "s3cret\n").unwrap();
        let secret = from_credential(Some(dir.path()), "mail").unwrap();
        assert_eq!(secret.expose_secret(), "s3cret");
    }

    #[test]
    fn a_credential_name_cannot_leave_systemds_directory() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("credentials")).unwrap();
        fs::write(dir.path().join("mail"), "s3cret\n").unwrap();
        for name in ["../mail", "..", ".", "", "/etc/passwd"] {
            let outcome = from_credential(Some(&dir.path().join("credentials")), name);
            assert!(matches!(outcome, Err(SecretError::NoCredential(_))), "{name:?}");
        }
    }

    #[test]
    fn outside_systemd_there_are_no_credentials() {
        assert!(matches!(from_credential(None, "mail"), Err(SecretError::NoCredential(_))));
    }

    #[test]
    fn a_secret_is_one_line_of_text() {
        assert_eq!(one_line(b" with spaces \n").unwrap().expose_secret(), " with spaces ");
        assert_eq!(one_line(b"dos\r\n").unwrap().expose_secret(), "dos");
        for wrong in [&b""[..], b"\n", b"two\nlines", b"two\n\n", b"nul\0", b"latin \xe9"] {
            assert!(matches!(one_line(wrong), Err(SecretError::Malformed(_))), "{wrong:?}");
        }
    }
}
