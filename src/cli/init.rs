//! `init`: asks in plain words, tests each answer, writes the file, offers to install the service.

mod answers;
mod file;
mod service;

use std::io::{IsTerminal as _, stderr, stdin};

use super::{
    Context,
    exit::{Exit, Failure},
    output, question,
};
use crate::{config, core::sentences::Sentences, daemon};

pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    let sentences = &context.sentences;
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return Err(Failure::new(Exit::Usage, sentences.say("init-terminal")));
    }
    let path = config::file(context.flags.config.as_deref())
        .ok_or_else(|| Failure::new(Exit::Config, sentences.say("config-no-home")))?;
    let shown = path.display().to_string();
    output::print(&(sentences.say_with("init-welcome", &[("path", shown.as_str().into())]) + "\n\n"))?;
    if path.exists()
        && !confirm(sentences, &sentences.say_with("init-overwrite", &[("path", shown.as_str().into())]), false)?
    {
        output::print(&(sentences.say("init-kept") + "\n"))?;
        return Ok(Exit::Done);
    }
    let answers = answers::ask(context)?;
    file::write(&path, &answers.file(sentences))
        .map_err(|error| Failure::new(Exit::CannotCreate, format!("{shown}: {error}")))?;
    output::print(&(sentences.say_with("init-written", &[("path", shown.as_str().into())]) + "\n"))?;
    try_out(context)?;
    if service::is_possible() && confirm(sentences, &sentences.say("init-service"), true)? {
        service::install(&config::profile(&path), sentences)?;
    } else {
        output::print(&(sentences.say("init-by-hand") + "\n"))?;
    }
    Ok(Exit::Done)
}

/// Reads what was written as the daemon will, connects, and makes the folders.
fn try_out(context: &Context) -> Result<(), Failure> {
    let (config, sentences) = context.config()?;
    context.runtime()?.block_on(async {
        for mailbox in &config.mailboxes {
            match daemon::connect(mailbox, true).await {
                Ok(open) => open.close().await,
                Err(error) => return Err(Failure::mailbox(&mailbox.name, &error, &sentences)),
            }
        }
        output::print(&(sentences.say("init-works") + "\n"))
    })
}

/// A question to be answered with yes or no; Esc is no.
fn confirm(sentences: &Sentences, question: &str, default: bool) -> Result<bool, Failure> {
    let answer = question::confirm(question, default, sentences).map_err(|error| interrupted(&error))?;
    Ok(answer.unwrap_or(false))
}

/// The terminal went away in the middle of a question.
fn interrupted(error: &dialoguer::Error) -> Failure {
    Failure::new(Exit::Unavailable, error.to_string())
}

/// A sentence on a line of its own.
fn tell(sentences: &Sentences, id: &str) -> Result<(), Failure> {
    output::print(&(sentences.say(id) + "\n"))
}
