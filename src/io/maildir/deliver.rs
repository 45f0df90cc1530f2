//! Delivery into `new/`, and looking for what was delivered.

use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    time::SystemTime,
};

use chrono::{DateTime, Utc};

use super::{
    folder::{self, MailFolder, Place},
    read, relocate,
};
use crate::core::{
    mail::header_lines,
    outcome::{Outcome, Refusal},
};

/// Delivers `message` with LF line ends, as Dovecot and delivery programs store them. Its file name contains `rid`.
pub fn append(inbox: &MailFolder, rid: &str, message: &[u8]) -> Outcome {
    let file = unique(&mark(rid));
    let temporary = inbox.path().join("tmp").join(&file);
    let place = inbox.place(Place::New);
    let offered = write(inbox, &temporary, message).and_then(|()| relocate::rename(&temporary, &place.join(&file)));
    if let Err(error) = offered {
        // Best effort: a file in `tmp` is no message, and whoever reads the Maildir removes it after 36 hours.
        drop(fs::remove_file(&temporary));
        return refused(&error);
    }
    match folder::sync(&place) {
        Ok(()) => Outcome::Accepted,
        Err(error) => Outcome::Uncertain { text: super::told(&error) },
    }
}

fn write(inbox: &MailFolder, path: &Path, message: &[u8]) -> io::Result<()> {
    let mode = fs::metadata(inbox.path())?.mode() & 0o666;
    let mut file = BufWriter::new(File::options().write(true).create_new(true).mode(mode).open(path)?);
    for line in message.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(text) => {
                file.write_all(text)?;
                file.write_all(b"\n")?;
            }
            None => file.write_all(line)?,
        }
    }
    file.into_inner()?.sync_all()
}

fn refused(error: &io::Error) -> Outcome {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let refusal = match error.kind() {
        PermissionDenied | ReadOnlyFilesystem => Refusal::Permanent,
        _ => Refusal::Transient,
    };
    Outcome::Refused { refusal, text: super::told(error) }
}

/// Whether the digest `rid` is in `inbox`: by its file name, or, among what arrived since then, by its header (another program
/// may have delivered or renamed it).
pub fn is_there(inbox: &MailFolder, rid: &str, since: Option<DateTime<Utc>>) -> io::Result<bool> {
    let mark = mark(rid);
    if !inbox.select(|file| file.contains(&mark))?.is_empty() {
        return Ok(true);
    }
    let Some(since) = since else { return Ok(false) };
    for spot in inbox.select(|_| true)?.values() {
        if let Some(opened) = read::open(&inbox.file(spot))?
            && opened.received >= since
            && names(&read::header(opened)?, rid)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a header is that of the digest `rid`: its own field, or the left side of its Message-ID.
fn names(header: &[u8], rid: &str) -> bool {
    header_lines(header).any(|line| {
        let line = String::from_utf8_lossy(line);
        let Some((field, value)) = line.split_once(':') else { return false };
        let value = value.trim();
        field.eq_ignore_ascii_case("X-Quiethours-Release") && value == rid
            || field.eq_ignore_ascii_case("Message-ID") && value.starts_with(&format!("<{rid}@"))
    })
}

/// What a digest's file name contains. A `rid` has letters and digits only; anything else cannot become part of a path.
fn mark(rid: &str) -> String {
    let rid: String = rid.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("qh-{rid}")
}

/// A base name that no other delivery has: time, program, count, host (<https://cr.yp.to/proto/maildir.html>).
pub fn unique(mark: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let (seconds, micros, count) = (time.as_secs(), time.subsec_micros(), COUNT.fetch_add(1, Ordering::Relaxed));
    let pid = std::process::id();
    format!("{seconds}.M{micros}P{pid}Q{count}_{mark}.{}", host())
}

/// The host's name, with what a Maildir name may not contain replaced as the specification says.
fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match name.trim() {
        "" => "localhost".to_owned(),
        name => name.replace('/', "\\057").replace(':', "\\072"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_known_by_its_header() {
        assert!(names(b"Message-ID: <abc@coop.example>\r\n\r\n", "abc"));
        assert!(names(b"Subject: x\nx-quiethours-release:  abc\n\n", "abc"));
    }

    #[test]
    fn a_quoted_digest_is_not_the_digest() {
        assert!(!names(b"References: <abc@coop.example>\n\nMessage-ID: <abc@coop.example>\n", "abc"));
        assert!(!names(b"Message-ID: <abcd@coop.example>\n\n", "abc"));
    }

    #[test]
    fn no_two_deliveries_share_a_name() {
        assert_ne!(unique("qh-abc"), unique("qh-abc"));
    }
}
