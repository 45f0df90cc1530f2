//! What the commands print, and the shapes that several of them share in JSON.

use std::{
    env,
    io::{ErrorKind, Write as _},
};

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::exit::{Exit, Failure};
use crate::core::{
    report::Glyphs,
    sentences::Sentences,
    timeline::{Reason, State},
};

/// Prints to stdout; colours only where they are wanted. A reader that went away (`| head`) is no error.
pub fn print(text: &str) -> Result<(), Failure> {
    match anstream::stdout().write_all(text.as_bytes()).and_then(|()| anstream::stdout().flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(Exit::CannotCreate, error.to_string())),
        _ => Ok(()),
    }
}

/// Prints a value as JSON on one line.
pub fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
    print(&(text + "\n"))
}

/// Prints a sentence to stderr.
pub fn complain(text: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// Block elements where the locale is UTF-8: the first variable that is set decides (locale(7)).
pub fn glyphs() -> Glyphs {
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default();
    let charset = locale.to_ascii_lowercase().replace('-', "");
    if charset.contains("utf8") { Glyphs::Unicode } else { Glyphs::Ascii }
}

/// RFC 3339 with the offset of `timezone`.
pub fn rfc3339(instant: DateTime<Utc>, timezone: Tz) -> String {
    instant.with_timezone(&timezone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// `open` or `closed`.
pub fn state_name(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Closed => "closed",
    }
}

/// A reason in JSON.
#[derive(Debug, Serialize)]
pub struct ReasonShape {
    kind: &'static str,
    text: String,
}

impl ReasonShape {
    /// The reason in words of the reader's language.
    pub fn new(reason: &Reason, sentences: &Sentences) -> Self {
        Self { kind: reason.kind(), text: reason.describe(sentences) }
    }
}
