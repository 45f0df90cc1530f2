//! A long text page by page, in a terminal: `PAGER`, or less.

use std::{
    env,
    ffi::OsStr,
    io::{self, IsTerminal as _, Write as _},
    process::{Child, Command, Stdio},
};

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::{Context, exit::Failure, output};

/// Where `PAGER` names none.
const USUAL: &str = "less";

/// What less does where `LESS` does not say: leave at once when all fits on the screen (F), and leave the text there (X).
const LESS: &str = "FRX";

/// Prints `text`, through the pager when stdout is a terminal and somebody is there to turn pages.
pub(super) fn print(text: &str, context: &Context) -> Result<(), Failure> {
    let pager = if io::stdout().is_terminal() { words(env::var("PAGER").ok()) } else { None };
    let Some(mut child) = pager.and_then(|words| start(&words)) else { return output::print(text) };
    let _ignored = interrupts(context);
    if let Some(mut stdin) = child.stdin.take() {
        // Who has read enough leaves: what is unread then is no failure.
        let _ = stdin.write_all(text.as_bytes());
    }
    let _ = child.wait();
    Ok(())
}

/// The program and its arguments, split as a shell would, but by no shell; `None`: print as it is.
fn words(pager: Option<String>) -> Option<Vec<String>> {
    let words = match pager {
        None => vec![USUAL.to_owned()],
        Some(pager) => shlex::split(&pager)?,
    };
    let plain = words.first().is_none_or(|program| program == "cat")
        || env::var_os("TERM").as_deref() == Some(OsStr::new("dumb"));
    (!plain).then_some(words)
}

/// `None`: it is not there.
fn start(words: &[String]) -> Option<Child> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped());
    if env::var_os("LESS").is_none() {
        command.env("LESS", LESS);
    }
    command.spawn().ok()
}

/// While this lives Ctrl-C is the pager's alone: it would otherwise be left without its text, holding the terminal.
fn interrupts(context: &Context) -> Option<Signal> {
    let runtime = context.runtime().ok()?;
    let _inside = runtime.enter();
    signal(SignalKind::interrupt()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_is_split_into_words_and_never_a_shells_line() {
        let of = |pager: &str| words(Some(pager.to_owned()));
        assert_eq!(of("less -R '+/a b'").unwrap(), ["less", "-R", "+/a b"]);
        assert_eq!(of("less; rm -r ~").unwrap(), ["less;", "rm", "-r", "~"]);
        assert_eq!(words(None).unwrap(), ["less"]);
        for plain in ["", " ", "cat", "less 'unended"] {
            assert_eq!(of(plain), None, "{plain}");
        }
    }
}
