//! Names: of folders (Maildir++) and of message files (`base:2,flags`).

use utf7_imap::encode_utf7_imap;

use crate::io::mailbox::MailboxError;

/// The letter block that follows the base name.
const INFO: &str = ":2,";

/// The directory of a folder below the Maildir's root, as Maildir++ and Dovecot name it; empty for INBOX, which is the root.
///
/// # Errors
/// `Unsupported` for a name with an empty part, or with a `.`, which Maildir++ takes for a level.
pub fn directory(folder: &str) -> Result<String, MailboxError> {
    if folder.eq_ignore_ascii_case("INBOX") {
        return Ok(String::new());
    }
    if folder.contains(['.', '\0']) || folder.split('/').any(str::is_empty) {
        let text = format!("folder name \"{folder}\": a Maildir allows no dot and no empty level in it");
        return Err(MailboxError::Unsupported(text));
    }
    Ok(folder.split('/').map(|level| format!(".{}", encode_utf7_imap(level.to_owned()))).collect())
}

/// The base name: what identifies a message.
pub fn base(file: &str) -> &str {
    split(file).0
}

/// The flag letters.
pub fn flags(file: &str) -> &str {
    split(file).1.unwrap_or_default()
}

/// Whether the name has the mark for flags, which one in `new/` usually lacks.
pub fn has_info(file: &str) -> bool {
    split(file).1.is_some()
}

/// What follows the base name: the mark and the flags, or nothing.
pub fn suffix(file: &str) -> &str {
    &file[base(file).len()..]
}

/// The name with these flag letters, in ASCII order, each once.
pub fn with_flags(base: &str, letters: impl Iterator<Item = char>) -> String {
    let mut letters: Vec<char> = letters.collect();
    letters.sort_unstable();
    letters.dedup();
    format!("{base}{INFO}{}", letters.into_iter().collect::<String>())
}

fn split(file: &str) -> (&str, Option<&str>) {
    match file.split_once(INFO) {
        Some((base, flags)) => (base, Some(flags)),
        None => (file, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_maildir_plus_plus() {
        assert_eq!(directory("inbox").unwrap(), "");
        assert_eq!(directory("Quiet Hours").unwrap(), ".Quiet Hours");
        assert_eq!(directory("Quiet Hours/Released").unwrap(), ".Quiet Hours.Released");
        assert_eq!(directory("Été & Co").unwrap(), ".&AMk-t&AOk- &- Co");
    }

    #[test]
    fn a_folder_name_that_would_mean_another_folder_is_refused() {
        for name in ["a.b", "..", "../x", "a//b", "/a", "a/", "", "a\0b"] {
            assert!(matches!(directory(name), Err(MailboxError::Unsupported(_))), "{name:?}");
        }
    }

    #[test]
    fn flags_are_kept_in_order() {
        assert_eq!(base("1.M2.h,S=3:2,FSa"), "1.M2.h,S=3");
        assert_eq!(flags("1.M2.h:2,FSa"), "FSa");
        assert_eq!(flags("1.M2.h"), "");
        assert_eq!(with_flags("1.M2.h", "bSFS".chars()), "1.M2.h:2,FSb");
    }
}
