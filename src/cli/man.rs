//! `man` and `completions`: what a package installs, for those who installed without one.

use clap::CommandFactory as _;

use super::{
    Context,
    arguments::{self, Cli, Completions, Man, Page},
    exit::{Exit, Failure},
    output,
};

const COMMAND: &str = include_str!("../../contrib/man/quiethours.1");
const FILE: &str = include_str!("../../contrib/man/quiethours.toml.5");

/// Prints a page as roff: `quiethours man | man -l -` shows it.
pub(super) fn page(arguments: &Man) -> Result<Exit, Failure> {
    output::print(match arguments.page {
        Page::Command => COMMAND,
        Page::File => FILE,
    })?;
    Ok(Exit::Done)
}

/// Prints a script for a shell, with help in the reader's language.
pub(super) fn completions(context: &Context, arguments: &Completions) -> Result<Exit, Failure> {
    let mut command = arguments::translate(Cli::command(), "help", &context.sentences);
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "quiethours", &mut script);
    output::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
