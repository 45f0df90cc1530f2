//! `preview`: the digest of what is held now; changes nothing.

mod browser;
mod pager;

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, ErrorKind, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use chrono::Utc;

use super::{
    Context,
    arguments::{Format, Preview},
    exit::{Exit, Failure},
    output, status,
};
use crate::{
    config::Config,
    core::{
        digest::{self, Enclosures, Input},
        release,
        sentences::Sentences,
    },
    daemon,
    io::state::State,
};

pub(super) fn run(context: &Context, arguments: &Preview) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let timeline = status::timeline(&config, &sentences)?;
    let last_end = last_period_end(&config, &sentences)?;
    let (input, originals) = context
        .runtime()?
        .block_on(daemon::preview(&config, &timeline, last_end, Utc::now()))
        .map_err(|(name, error)| Failure::mailbox(&name, &error, &sentences))?;
    if input.entries.is_empty() && arguments.format != Format::Json {
        output::complain(&sentences.say("preview-nothing"));
        return Ok(Exit::Done);
    }
    let format = if arguments.browser { Format::Html } else { arguments.format };
    let bytes = render(&config, &input, originals, format)?;
    match &arguments.out {
        _ if arguments.browser => browser::show(&config.profile, &bytes, &sentences)?,
        Some(path) => write(path, &bytes)?,
        None if format == Format::Eml => print_bytes(&bytes)?,
        None if format == Format::Text && !arguments.no_pager => {
            pager::print(&String::from_utf8_lossy(&bytes), context)?;
        }
        None => output::print(&String::from_utf8_lossy(&bytes))?,
    }
    Ok(Exit::Done)
}

/// Creates nothing: a preview before the first start has no state to read.
fn last_period_end(config: &Config, sentences: &Sentences) -> Result<Option<chrono::DateTime<Utc>>, Failure> {
    let failure = |error| Failure::state(&error, sentences);
    match State::open_read(&config.state_dir).map_err(failure)? {
        Some(state) => state.last_period_end().map_err(failure),
        None => Ok(None),
    }
}

fn render(config: &Config, input: &Input, originals: Option<Enclosures>, format: Format) -> Result<Vec<u8>, Failure> {
    // A preview is no release: its name is that of the empty set.
    let rid = release::rid(&config.profile, []);
    let digest = digest::compose(input, &rid);
    Ok(match format {
        Format::Text => digest.text.into_bytes(),
        Format::Html => digest.html.into_bytes(),
        Format::Eml => digest::message(&digest, input, &rid, originals)
            .map_err(|error| Failure::new(Exit::Config, error.to_string()))?,
        Format::Json => format!("{}\n", digest::json(input)).into_bytes(),
    })
}

/// As they are: originals may be in any charset.
fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(Exit::CannotCreate, error.to_string())),
        _ => Ok(()),
    }
}

/// What is held is private: 0600, also in place of an older file; a terminal or a pipe stays what it is.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
    let write = |mut file: File| {
        if file.metadata()?.is_file() {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        file.write_all(bytes)
    };
    file.and_then(write).map_err(|error| Failure::new(Exit::CannotCreate, format!("{}: {error}", path.display())))
}
