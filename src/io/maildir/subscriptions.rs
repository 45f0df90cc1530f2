//! Dovecot's `subscriptions` file: the folders that mail clients show.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
};

/// The first line of Dovecot's second format, whose levels are separated by tabs instead of dots.
const SECOND_FORMAT: &str = "V\t2\n";

/// Adds the folder in `directory` (`.Quiet Hours.Released`) where there is such a file. It is locked and replaced as Dovecot
/// does it; while Dovecot holds the lock nothing happens, for a folder works without being subscribed too.
pub fn add(root: &Path, directory: &str) -> io::Result<()> {
    let path = root.join("subscriptions");
    let mode = match fs::metadata(&path) {
        Ok(metadata) => metadata.mode() & 0o666,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let lock = root.join("subscriptions.lock");
    let file = match File::options().write(true).create_new(true).mode(mode).open(&lock) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        Err(error) => return Err(error),
    };
    let replaced = replace(&path, &lock, file, directory);
    if !matches!(replaced, Ok(true)) {
        fs::remove_file(&lock)?;
    }
    replaced.map(|_| ())
}

/// Whether the lock file took the place of the old file: not when the folder is in it already.
fn replace(path: &Path, lock: &Path, mut file: File, directory: &str) -> io::Result<bool> {
    let Some(new) = with(&fs::read_to_string(path)?, directory) else { return Ok(false) };
    file.write_all(new.as_bytes())?;
    file.sync_all()?;
    fs::rename(lock, path)?;
    Ok(true)
}

/// The file's new text; `None` when the folder is in it.
fn with(old: &str, directory: &str) -> Option<String> {
    let name = directory.strip_prefix('.')?;
    let name = if old.starts_with(SECOND_FORMAT) { name.replace('.', "\t") } else { name.to_owned() };
    if old.lines().any(|line| line == name) {
        return None;
    }
    let separator = if old.is_empty() || old.ends_with('\n') { "" } else { "\n" };
    Some(format!("{old}{separator}{name}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_subscribed_once_in_either_format() {
        assert_eq!(with("Sent\n", ".Quiet Hours.Released").as_deref(), Some("Sent\nQuiet Hours.Released\n"));
        assert_eq!(with("Sent", ".Quiet Hours").as_deref(), Some("Sent\nQuiet Hours\n"));
        let second = "V\t2\n\nSent\n";
        assert_eq!(with(second, ".Quiet Hours.Released").unwrap(), format!("{second}Quiet Hours\tReleased\n"));
        assert_eq!(with("Quiet Hours\n", ".Quiet Hours"), None);
    }
}
