//! Where a mailbox's password or token comes from. It is not read here: only where, and that nobody else can read it there.

use std::{
    fs::{File, OpenOptions},
    io::Read as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use super::{SecretSource, table::Table};

/// The ways to give a password or token, the recommended first.
pub(super) const WAYS: [&str; 5] =
    ["password_command", "password_file", "password_credential", "oauth_token_command", "password"];

/// A certificate file is some kilobytes.
const MAX_CERTIFICATE: u64 = 1 << 20;

/// The one way that is given.
pub(super) fn read(table: &Table<'_>) -> Option<SecretSource> {
    let given: Vec<&str> = WAYS.into_iter().filter(|way| table.has(way)).collect();
    match given[..] {
        [] => {
            table.wrong("password_command", "config-no-password", &[]);
            None
        }
        [way] => one(table, way),
        [first, second, ..] => {
            table.conflict(second, first);
            None
        }
    }
}

fn one(table: &Table<'_>, way: &str) -> Option<SecretSource> {
    match way {
        "password_command" => command(table, way).map(SecretSource::Command),
        "password_file" => private_file(table, way).map(SecretSource::File),
        "oauth_token_command" => command(table, way).map(SecretSource::Token),
        "password_credential" => credential(table, way).map(SecretSource::Credential),
        _ => inline(table, way).map(SecretSource::Inline),
    }
}

fn inline(table: &Table<'_>, key: &str) -> Option<SecretString> {
    let password = table.filled(key)?;
    let written_in_file = table.value(key).is_some_and(|value| !table.tree().is_from_environment(value));
    if written_in_file && table.tree().shared {
        table.wrong(key, "config-readable", &[("file", &table.tree().path.display().to_string())]);
        return None;
    }
    Some(SecretString::from(password))
}

/// argv as a list, or a text that is split as a shell would; no shell runs.
pub(super) fn command(table: &Table<'_>, key: &str) -> Option<Vec<String>> {
    let mut words = table.list(key)?;
    if table.value(key).is_some_and(|value| value.as_str().is_some()) {
        let Some(split) = shlex::split(&words.concat()) else {
            table.wrong(key, "config-command-quotes", &[("key", key)]);
            return None;
        };
        words = split;
    }
    if words.first().is_none_or(|program| program.trim().is_empty()) {
        table.wrong(key, "config-empty", &[("key", key)]);
        return None;
    }
    Some(words)
}

/// A systemd credential is a file name in one directory (systemd.exec(5), LoadCredential=).
fn credential(table: &Table<'_>, key: &str) -> Option<String> {
    let name = table.filled(key)?;
    if name.contains('/') || name.starts_with('.') || name.chars().any(char::is_control) {
        table.wrong(key, "config-credential", &[("value", &name)]);
        return None;
    }
    Some(name)
}

fn private_file(table: &Table<'_>, key: &str) -> Option<PathBuf> {
    let path = table.path(key)?;
    let shown = path.display().to_string();
    match open(&path).and_then(|file| file.metadata()) {
        Ok(metadata) if !metadata.is_file() => {
            table.wrong(key, "config-not-plain", &[("file", &shown)]);
            None
        }
        Ok(metadata) if metadata.permissions().mode() & 0o077 != 0 => {
            table.wrong(key, "config-readable", &[("file", &shown)]);
            None
        }
        Ok(_) => Some(path),
        Err(error) => {
            table.wrong(key, "config-unreadable", &[("file", &shown), ("cause", &error.to_string())]);
            None
        }
    }
}

/// `ca_file`, if it holds a PEM certificate.
pub(super) fn certificate(table: &Table<'_>) -> Option<PathBuf> {
    let path = table.path("ca_file")?;
    let shown = path.display().to_string();
    let mut bytes = Vec::new();
    match open(&path).and_then(|file| file.take(MAX_CERTIFICATE).read_to_end(&mut bytes)) {
        Err(error) => table.wrong("ca_file", "config-unreadable", &[("file", &shown), ("cause", &error.to_string())]),
        Ok(_) if !String::from_utf8_lossy(&bytes).contains("-----BEGIN CERTIFICATE-----") => {
            table.wrong("ca_file", "config-no-certificate", &[("file", &shown)]);
        }
        Ok(_) => {}
    }
    Some(path)
}

/// Opens without waiting for a writer, should it be a pipe.
fn open(path: &Path) -> std::io::Result<File> {
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}
