//! `inspect FILE… [--json]`: what quiethours makes of messages. Reads files, changes nothing.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    Context, arguments,
    exit::{Exit, Failure},
    output,
};
use crate::core::{
    authentication::authentication,
    notice::{self, Kind, Notice, Platform},
    selector::{Class, Rules},
    sentences::Sentences,
    text,
};

/// Octets read of a file: far more than a header and the new words take, whatever is attached.
const LONGEST_FILE: u64 = 1 << 20;

/// Graphemes of a file name or an error in the answer for people.
const LONGEST_NAME: usize = 300;

/// How the reading went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Every file was read, whatever it held.
    Complete,
    /// At least one file could not be read: exit 66.
    Partial,
}

/// By what messages are judged.
pub struct View {
    /// `hold`, `never_hold` and `urgent.pass`.
    pub rules: Rules,
    /// Whose `Authentication-Results` are believed.
    pub authserv_id: Option<String>,
    /// In the reader's language.
    pub sentences: Sentences,
}

pub(super) fn run(context: &Context, arguments: &arguments::Inspect) -> Result<Exit, Failure> {
    let config = context.config_if_any()?;
    let sentences = match &config {
        Some(config) => Sentences::new(config.language),
        None => Sentences::new(context.sentences.language()),
    };
    // Without a configuration, the defaults; with one, those of its first mailbox: the command names none.
    let mailbox = config.as_ref().and_then(|config| config.mailboxes.first());
    let rules = mailbox.map(|mailbox| mailbox.rules.clone());
    let rules = rules.unwrap_or(Rules { hold: None, never_hold: Vec::new(), urgent: Vec::new() });
    let view = View { rules, authserv_id: mailbox.and_then(|mailbox| mailbox.authserv_id.clone()), sentences };
    let mut out = Vec::new();
    let reading = inspect(&arguments.files, arguments.json, &view, &mut out)
        .map_err(|error| Failure::new(Exit::CannotCreate, error.to_string()))?;
    output::print(&String::from_utf8_lossy(&out))?;
    match reading {
        Reading::Complete => Ok(Exit::Done),
        Reading::Partial => Err(Failure::new(Exit::CannotRead, view.sentences.say("exit-unread"))),
    }
}

/// Writes what is made of each file, in the order given: a JSON object a line, or a few lines for people.
///
/// # Errors
/// Only those of `out`.
pub fn inspect(files: &[PathBuf], json: bool, view: &View, out: &mut dyn Write) -> io::Result<Reading> {
    let mut reading = Reading::Complete;
    for file in files {
        let message = read(file);
        if message.is_err() {
            reading = Reading::Partial;
        }
        let finding = Finding::of(file, message, view);
        match json {
            true => writeln!(out, "{}", serde_json::to_string(&finding)?)?,
            false => finding.tell(&view.sentences, out)?,
        }
    }
    Ok(reading)
}

/// The beginning of a file, and whether there is more.
fn read(file: &Path) -> io::Result<(Vec<u8>, bool)> {
    let mut message = Vec::new();
    let mut source = File::open(file)?;
    Read::by_ref(&mut source).take(LONGEST_FILE).read_to_end(&mut message)?;
    let is_cut = source.read(&mut [0])? > 0;
    Ok((message, is_cut))
}

/// One line of the answer; the names are the contract of `inspect --json`.
#[derive(Serialize)]
struct Finding {
    file: String,
    kind: &'static str,
    platform: Option<&'static str>,
    key: Option<String>,
    title: Option<String>,
    author: Option<String>,
    url: Option<String>,
    reply_to: Option<String>,
    excerpt: Option<String>,
    urgency: Option<&'static str>,
    /// `fail`, by the server that `authserv_id` names.
    authentication: Option<&'static str>,
    hold: bool,
    reason: String,
}

impl Finding {
    fn of(file: &Path, message: io::Result<(Vec<u8>, bool)>, view: &View) -> Self {
        let sentences = &view.sentences;
        // An empty message stands for a file that could not be read: it has no facts either.
        let bytes = message.as_ref().map_or(&[][..], |(message, _)| message);
        let notice = notice::read(bytes);
        let class = view.rules.classify(&notice);
        let authentication = view.authserv_id.as_deref().and_then(|id| authentication(bytes, id).name());
        let reason = match &message {
            Err(error) => sentences.say_with("inspect-no-file", &[("error", safe(&error.to_string()).into())]),
            Ok((_, true)) => format!("{} ({})", reason(&notice, &class, sentences), sentences.say("inspect-cut")),
            Ok((_, false)) => reason(&notice, &class, sentences),
        };
        Self {
            file: file.to_string_lossy().into_owned(),
            kind: kind(notice.kind),
            platform: notice.platform.map(Platform::name),
            key: notice.key,
            title: notice.title,
            author: notice.author,
            url: notice.url,
            reply_to: notice.reply_to,
            excerpt: notice.excerpt,
            urgency: notice.urgent.then_some("high"),
            authentication,
            hold: matches!(class, Class::Match(_)),
            reason,
        }
    }

    /// Writes the finding for people.
    fn tell(&self, sentences: &Sentences, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}: {}", safe(&self.file), sentences.say(&format!("inspect-kind-{}", self.kind)))?;
        let high = self.urgency.map(|_| sentences.say("inspect-urgency-high"));
        let doubtful = self.authentication.map(|_| sentences.say("inspect-authentication-fail"));
        let excerpt = self.excerpt.as_ref().map(|words| words.replace('\n', "\n    "));
        let facts = [
            ("inspect-platform", self.platform),
            ("inspect-key", self.key.as_deref()),
            ("inspect-title", self.title.as_deref()),
            ("inspect-author", self.author.as_deref()),
            ("inspect-url", self.url.as_deref()),
            ("inspect-reply-to", self.reply_to.as_deref()),
            ("inspect-urgency", high.as_deref()),
            ("inspect-authentication", doubtful.as_deref()),
            ("inspect-excerpt", excerpt.as_deref()),
            ("inspect-verdict", Some(self.reason.as_str())),
        ];
        for (label, value) in facts {
            if let Some(value) = value {
                writeln!(out, "  {}: {value}", sentences.say(label))?;
            }
        }
        Ok(())
    }
}

fn safe(name: &str) -> String {
    text::line(name, LONGEST_NAME)
}

/// Bounces and our digests are no kind of their own to a reader of the JSON: the reason tells them.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Notification => "notification",
        Kind::Account => "account",
        Kind::Bounce | Kind::Digest | Kind::Other => "other",
    }
}

fn reason(notice: &Notice, class: &Class, sentences: &Sentences) -> String {
    let by = |id, selector: &dyn ToString| sentences.say_with(id, &[("selector", safe(&selector.to_string()).into())]);
    match class {
        Class::Digest => sentences.say("inspect-digest"),
        Class::Bounce => sentences.say("inspect-bounce"),
        Class::Account => sentences.say("inspect-account"),
        Class::NeverHold(selector) => by("inspect-never", selector),
        Class::Urgent(selector) => by("inspect-urgent", selector),
        Class::Match(Some(selector)) => by("inspect-named", selector),
        Class::Match(None) => sentences.say("inspect-default"),
        Class::Unnamed if notice.platform == Some(Platform::Mailinglist) => sentences.say("inspect-list"),
        Class::Unnamed if notice.by_body => by("inspect-by-body", &by_name(notice)),
        Class::Unnamed => sentences.say("inspect-unnamed"),
        Class::Unknown if notice.unreadable => sentences.say("inspect-unreadable"),
        Class::Unknown => sentences.say("inspect-unknown"),
    }
}

/// The selector that names the site of a notification.
fn by_name(notice: &Notice) -> String {
    let platform = notice.platform.map_or("", Platform::name);
    notice.host.as_ref().map_or(platform.to_owned(), |host| format!("{platform}@{host}"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::core::language::Language;

    const NOTIFICATION: &str = "From: Ana via Site <n@a.example>\r\nX-Discourse-Topic-Id: 5\r\n\
        List-Archive: https://a.example/t/x/5\r\nSubject: Menu\r\n\r\nBonjour\x1b[2J\r\n";

    const SERVER: &str = "mail.coop.example";

    fn answer(files: &[PathBuf], json: bool, rules: &Rules) -> (Reading, String) {
        let mut out = Vec::new();
        let view = View {
            rules: rules.clone(),
            authserv_id: Some(SERVER.to_owned()),
            sentences: Sentences::new(Language::Fr),
        };
        let reading = inspect(files, json, &view, &mut out).unwrap();
        (reading, String::from_utf8(out).unwrap())
    }

    fn rules(hold: Option<&str>) -> Rules {
        let hold = hold.map(|selector| vec![selector.parse().unwrap()]);
        Rules { hold, never_hold: Vec::new(), urgent: Vec::new() }
    }

    fn file(folder: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    #[test]
    fn every_file_has_its_line_in_order_whatever_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            file(&folder, "notification", NOTIFICATION),
            file(&folder, "empty", ""),
            file(&folder, "noise", (0..=255).cycle().take(3 << 20).collect::<Vec<u8>>()),
            folder.path().join("missing"),
            folder.path().to_owned(),
            file(&folder, "personal", "From: a@b.example\n\nHi"),
        ];
        let (reading, out) = answer(&files, true, &rules(None));
        let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(reading, Reading::Partial);
        assert_eq!(lines.len(), files.len());
        for (line, file) in lines.iter().zip(&files) {
            assert_eq!(line["file"].as_str(), file.to_str());
        }
        assert_eq!(lines[0]["kind"], "notification");
        assert_eq!(lines[0]["key"], "discourse:a.example/5");
        assert_eq!(lines[0]["hold"], true);
        assert_eq!(lines[1]["kind"], "other");
        assert_eq!(lines[3]["hold"], false);
        assert_eq!(lines[5]["platform"], Value::Null);
        assert_eq!(answer(&files[..3], true, &rules(None)).0, Reading::Complete);
    }

    #[test]
    fn a_sender_that_the_own_server_does_not_confirm_is_told_and_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let by = |server| format!("Authentication-Results: {server}; dmarc=fail\r\n{NOTIFICATION}");
        let files = [file(&folder, "own", by(SERVER)), file(&folder, "other", by("evil.example"))];
        let (_, out) = answer(&files, true, &rules(None));
        let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!((&lines[0]["authentication"], &lines[1]["authentication"]), (&"fail".into(), &Value::Null));
        assert_eq!(lines[0]["hold"], lines[1]["hold"]);
        assert!(answer(&files[..1], false, &rules(None)).1.contains("votre serveur"));
    }

    #[test]
    fn hold_and_its_reason_follow_the_rules() {
        let folder = tempfile::tempdir().unwrap();
        let files = [file(&folder, "n", NOTIFICATION)];
        let line = |rules: &Rules| serde_json::from_str::<Value>(&answer(&files, true, rules).1).unwrap();
        assert_eq!(line(&rules(Some("glpi")))["hold"], false);
        let named = line(&rules(Some("discourse")));
        assert_eq!(named["hold"], true);
        assert!(named["reason"].as_str().unwrap().contains("discourse"));
        let urgent = Rules { urgent: vec!["subject:menu".parse().unwrap()], ..rules(None) };
        assert_eq!(line(&urgent)["hold"], false);
    }

    #[test]
    fn people_see_no_control_character_of_a_mail_or_a_file_name() {
        let folder = tempfile::tempdir().unwrap();
        let (_, out) = answer(&[file(&folder, "a\x1b]0;b", NOTIFICATION)], false, &rules(None));
        assert!(!out.contains('\x1b') && out.contains("Menu") && out.contains("Bonjour"), "{out}");
    }

    #[test]
    fn every_sentence_is_there_in_both_languages() {
        let ids = include_str!("../core/locales/en/cli.ftl").lines().filter_map(|line| line.split_once(" = "));
        for (id, _) in ids.filter(|(id, _)| id.starts_with("inspect-")) {
            for language in [Language::Fr, Language::En] {
                assert_ne!(Sentences::new(language).say_with(id, &[]), id);
            }
        }
    }
}
