//! Reading messages: the header, or the beginning; never more than a bound, whatever the file holds.

use std::{
    fs::File,
    io::{self, Read as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use chrono::{DateTime, Utc};
use rustix::{fs::OFlags, io::Errno};

use crate::core::notice::header_length;

/// Longest header, and longest beginning of a message, in memory. Real headers stay below 64 KiB; what is cut is cut the same
/// way each time, so a message keeps its identity.
const LONGEST: usize = 256 * 1024;

/// One reading step: most headers fit in.
const STEP: usize = 8 * 1024;

/// An open message.
pub struct Opened {
    file: File,
    /// When it arrived: the file's time.
    pub received: DateTime<Utc>,
}

/// Opens a message; `None` when it is not, or no longer, a file of that name. Follows no link, waits for no FIFO.
pub fn open(path: &Path) -> io::Result<Option<Opened>> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed();
    let file = match File::options().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => return Ok(None),
        Err(error) => return Err(error),
    };
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    Ok(Some(Opened { received: metadata.modified()?.into(), file }))
}

/// The header block, with the empty line that ends it.
pub fn header(opened: Opened) -> io::Result<Vec<u8>> {
    let mut file = opened.file.take(LONGEST as u64);
    let mut content = Vec::new();
    loop {
        // The end of the header may lie across two steps.
        let from = content.len().saturating_sub(2);
        if file.by_ref().take(STEP as u64).read_to_end(&mut content)? == 0 {
            return Ok(content);
        }
        if let Some(end) = header_end(&content, from) {
            content.truncate(end);
            return Ok(content);
        }
    }
}

/// The header block, as [`header`] gives it, and the beginning of the message.
pub fn beginning(opened: Opened) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let mut content = Vec::new();
    opened.file.take(LONGEST as u64).read_to_end(&mut content)?;
    Ok((content[..header_length(&content)].to_vec(), content))
}

/// The whole message with CRLF line ends; `None` when that is longer than `most` bytes.
pub fn whole(opened: Opened, most: usize) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    // One byte more shows that there is more.
    opened.file.take(most as u64 + 1).read_to_end(&mut content)?;
    let content = with_crlf(content);
    Ok((content.len() <= most).then_some(content))
}

fn with_crlf(content: Vec<u8>) -> Vec<u8> {
    let is_bare = |at: usize| content[at] == b'\n' && (at == 0 || content[at - 1] != b'\r');
    let bare = (0..content.len()).filter(|at| is_bare(*at)).count();
    if bare == 0 {
        return content;
    }
    let mut converted = Vec::with_capacity(content.len() + bare);
    for (at, byte) in content.iter().enumerate() {
        if is_bare(at) {
            converted.push(b'\r');
        }
        converted.push(*byte);
    }
    converted
}

/// Where the body begins. An LF at `from` or later, or an empty line right at the beginning, may end the header.
fn header_end(content: &[u8], from: usize) -> Option<usize> {
    let line_ends = || content.iter().enumerate().skip(from).filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1);
    let starts = std::iter::once(0).filter(|_| from == 0).chain(line_ends());
    for start in starts {
        match &content[start..] {
            [b'\n', ..] => return Some(start + 1),
            [b'\r', b'\n', ..] => return Some(start + 2),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_ends_at_the_first_empty_line() {
        assert_eq!(header_end(b"A: b\n\nbody\n\n", 0), Some(6));
        assert_eq!(header_end(b"A: b\r\n\r\nbody", 0), Some(8));
        assert_eq!(header_end(b"\nbody", 0), Some(1));
        assert_eq!(header_end(b"A: b\n c\n", 0), None);
    }

    #[test]
    fn a_header_is_read_whole_wherever_a_reading_step_ends() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("message");
        for length in STEP - 20..STEP + 4 {
            for end in ["\n\n", "\r\n\r\n"] {
                let header_text = format!("X: {}{end}", "x".repeat(length));
                std::fs::write(&path, format!("{header_text}body\n\nmore\n")).unwrap();
                let read = header(open(&path).unwrap().unwrap()).unwrap();
                assert_eq!(read, header_text.as_bytes(), "{length} {end:?}");
            }
        }
    }

    #[test]
    fn a_whole_message_has_crlf_whichever_line_ends_are_stored_and_is_not_read_beyond_the_bound() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("message");
        let stored = |text: &str, most| {
            std::fs::write(&path, text).unwrap();
            whole(open(&path).unwrap().unwrap(), most).unwrap()
        };
        assert_eq!(stored("A: b\n\nc\r\nd\re", 20).as_deref(), Some(&b"A: b\r\n\r\nc\r\nd\re"[..]));
        assert_eq!(stored("\na", 3).as_deref(), Some(&b"\r\na"[..]));
        assert_eq!(stored("\na", 2), None);
        assert_eq!(stored("abc", 2), None);
    }

    #[test]
    fn an_endless_header_is_cut_the_same_way_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("message");
        std::fs::write(&path, vec![b'x'; 3 * LONGEST]).unwrap();
        let alone = header(open(&path).unwrap().unwrap()).unwrap();
        let (with_body, message) = beginning(open(&path).unwrap().unwrap()).unwrap();
        assert_eq!(alone.len(), LONGEST);
        assert_eq!(alone, with_body);
        assert_eq!(message.len(), LONGEST);
    }
}
