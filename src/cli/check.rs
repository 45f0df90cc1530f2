//! `check`: every condition for working, a line each with its remedy.

mod mailbox;
mod smtp;

pub(super) use self::mailbox::reach;

use std::path::Path;

use anstyle::{AnsiColor, Style};
use chrono::Utc;

use super::{
    Context,
    arguments::Check,
    exit::{Exit, Failure},
    output,
};
use crate::{
    config::{self, Config, Problem},
    core::{civil, sentences::Sentences, timeline::State as Gate},
    io::{lock, state::State},
};

/// One condition.
pub(super) enum Line {
    /// It holds.
    Good(String),
    /// Worth knowing; nothing is wrong.
    Note(String),
    /// It does not hold: what is wrong with its remedy, and the code to end with.
    Bad(Exit, String),
}

/// Prints the conditions as they are found out, and remembers the first that does not hold.
pub(super) struct Findings<'a> {
    pub(super) sentences: &'a Sentences,
    exit: Exit,
}

impl Findings<'_> {
    pub(super) fn tell(&mut self, line: Line) -> Result<(), Failure> {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        let (mark, style, text) = match line {
            Line::Good(text) => ("✓", colour(AnsiColor::Green), text),
            Line::Note(text) => ("·", Style::new(), text),
            Line::Bad(exit, text) => {
                if self.exit == Exit::Done {
                    self.exit = exit;
                }
                ("✗", colour(AnsiColor::Red).bold(), text)
            }
        };
        output::print(&format!("{style}{mark}{style:#} {text}\n"))
    }
}

pub(super) fn run(context: &Context, arguments: &Check) -> Result<Exit, Failure> {
    let config = match config::load_if_any(&context.flags) {
        Ok(config) => config,
        Err(Problem::Wrong(errors)) => return wrong(context, &errors),
        Err(Problem::Absent) => return Err(Failure::new(Exit::Config, context.sentences.say("config-absent"))),
    };
    let sentences = Sentences::new(config.language);
    let mut findings = Findings { sentences: &sentences, exit: Exit::Done };
    local(&config, &mut findings)?;
    if arguments.offline {
        findings.tell(Line::Note(sentences.say("check-offline")))?;
    } else {
        let runtime = context.runtime()?;
        runtime.block_on(mailbox::all(&config, &mut findings))?;
        runtime.block_on(smtp::login(&config, &mut findings))?;
    }
    hints(&config, &mut findings)?;
    if findings.exit != Exit::Done {
        output::complain(&sentences.say("check-failed"));
    }
    Ok(findings.exit)
}

fn wrong(context: &Context, errors: &[config::ConfigError]) -> Result<Exit, Failure> {
    let mut findings = Findings { sentences: &context.sentences, exit: Exit::Done };
    for error in errors {
        findings.tell(Line::Bad(Exit::Config, error.to_string()))?;
    }
    output::complain(&context.sentences.say("check-failed"));
    Ok(findings.exit)
}

/// What this machine alone can tell.
fn local(config: &Config, findings: &mut Findings<'_>) -> Result<(), Failure> {
    let sentences = findings.sentences;
    let path = config.path.display().to_string();
    findings.tell(Line::Good(sentences.say_with("check-config", &[("path", path.into())])))?;
    for note in &config.notes {
        findings.tell(Line::Note(note.clone()))?;
    }
    findings.tell(openings(config, sentences))?;
    findings.tell(state(config, sentences))
}

fn openings(config: &Config, sentences: &Sentences) -> Line {
    let now = Utc::now();
    let timezone = config.timeline.timezone;
    match config.timeline.next_opening(now) {
        Some(opening) => {
            let opening = civil::format_instant(opening, now, timezone, sentences);
            let args = [("timezone", timezone.name().into()), ("opening", opening.into())];
            Line::Good(sentences.say_with("check-openings", &args))
        }
        None if config.timeline.span(now).state == Gate::Open => Line::Note(sentences.say("check-always-open")),
        None => Line::Bad(Exit::Config, sentences.say("check-never-open")),
    }
}

fn state(config: &Config, sentences: &Sentences) -> Line {
    let dir = config.state_dir.display().to_string();
    match State::open(&config.state_dir) {
        Ok(_) => Line::Good(sentences.say_with("check-state", &[("dir", dir.into())])),
        Err(error) => {
            let args = [("dir", dir.into()), ("cause", error.to_string().into())];
            Line::Bad(Failure::state(&error, sentences).exit, sentences.say_with("check-state-bad", &args))
        }
    }
}

/// How quiet it will be, and what keeps the daemon running.
fn hints(config: &Config, findings: &mut Findings<'_>) -> Result<(), Failure> {
    let sentences = findings.sentences;
    for mailbox in &config.mailboxes {
        let id = if mailbox.filed_at_delivery() { "check-intake" } else { "check-inbox" };
        let args = [("mailbox", mailbox.name.as_str().into()), ("folder", mailbox.held.as_str().into())];
        findings.tell(Line::Note(sentences.say_with(id, &args)))?;
        findings.tell(Line::Note(sentences.say_with("check-visible", &args)))?;
    }
    if lock::is_running(&config.state_dir).is_some() {
        findings.tell(Line::Good(sentences.say("check-running")))?;
    } else {
        findings.tell(Line::Note(sentences.say("check-stopped")))?;
    }
    let user = std::env::var("USER").unwrap_or_default();
    linger(Path::new("/"), &user, sentences).map_or(Ok(()), |line| findings.tell(line))
}

/// Whether the user's services go on after logout (loginctl(1), enable-linger), on the machine whose files are under `root`;
/// `None` without systemd.
fn linger(root: &Path, user: &str, sentences: &Sentences) -> Option<Line> {
    let systemd = root.join("run/systemd/system").is_dir();
    if !systemd || user.is_empty() || user.contains('/') {
        return None;
    }
    let lingers = root.join("var/lib/systemd/linger").join(user).exists();
    Some(if lingers { Line::Good(sentences.say("check-lingers")) } else { Line::Note(sentences.say("check-linger")) })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::core::language::Language;

    #[test]
    fn without_linger_the_command_that_grants_it_is_told_and_without_systemd_nothing_is() {
        let root = tempfile::tempdir().unwrap();
        let told = |user: &str, language| match linger(root.path(), user, &Sentences::new(language)) {
            Some(Line::Good(text)) => format!("good: {text}"),
            Some(Line::Note(text)) => format!("note: {text}"),
            Some(Line::Bad(_, text)) => format!("bad: {text}"),
            None => String::new(),
        };
        assert_eq!(told("alice", Language::En), "");
        fs::create_dir_all(root.path().join("run/systemd/system")).unwrap();
        for language in [Language::En, Language::Fr] {
            let text = told("alice", language);
            assert!(text.starts_with("note: ") && text.ends_with("loginctl enable-linger"), "{text}");
        }
        fs::create_dir_all(root.path().join("var/lib/systemd/linger")).unwrap();
        fs::write(root.path().join("var/lib/systemd/linger/alice"), "").unwrap();
        assert!(told("alice", Language::En).starts_with("good: "));
        assert!(told("bob", Language::En).starts_with("note: "));
        assert_eq!((told("", Language::En), told("../alice", Language::En)), (String::new(), String::new()));
    }
}
