//! Writing the configuration file: comments in the volunteer's language, mode 0600, never half.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use crate::core::sentences::Sentences;

/// A file in the making.
pub(super) struct Draft<'a> {
    sentences: &'a Sentences,
    text: String,
}

impl<'a> Draft<'a> {
    pub(super) fn new(sentences: &'a Sentences) -> Self {
        Self { sentences, text: format!("# {}\n\n", sentences.say("init-file")) }
    }

    pub(super) fn section(&mut self, name: &str, comment: &str) {
        self.text += &format!("\n[{name}]  # {}\n", self.sentences.say(comment));
    }

    /// `key = "value"`, escaped, with the sentence `comment` behind it unless that is empty.
    pub(super) fn value(&mut self, comment: &str, key: &str, value: &str) {
        let value = toml::Value::String(value.to_owned());
        let comment = if comment.is_empty() { String::new() } else { format!("  # {}", self.sentences.say(comment)) };
        self.text += &format!("{key} = {value}{comment}\n");
    }

    pub(super) fn value_if_any(&mut self, comment: &str, key: &str, value: &str) {
        if !value.is_empty() {
            self.value(comment, key, value);
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Writes `text` to `path`, readable by its owner alone: first beside it, then renamed, so that no failure leaves half a file.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let draft = path.with_extension(format!("toml.{}", std::process::id()));
    let written = write_new(&draft, text).and_then(|()| std::fs::rename(&draft, path));
    if written.is_err() {
        // What is left over holds a password; if it cannot be removed, the first error says why.
        let _ = std::fs::remove_file(&draft);
    }
    written?;
    File::open(directory)?.sync_all()
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::core::language::Language;

    #[test]
    fn the_file_is_private_whole_and_keeps_any_password() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("quiethours").join("config.toml");
        let sentences = Sentences::new(Language::Fr);
        let mut draft = Draft::new(&sentences);
        draft.value("", "password", "a\"b\\c # d");
        write(&path, "old").unwrap();
        write(&path, &draft.finish()).unwrap();
        let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        assert_eq!(table["password"].as_str(), Some("a\"b\\c # d"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
