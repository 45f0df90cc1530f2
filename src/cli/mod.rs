//! The commands: the command line, what every command is given, and how it ends.

mod arguments;
mod away;
mod check;
mod demo;
pub mod exit;
mod hours;
mod init;
pub mod inspect;
mod man;
pub mod output;
mod preview;
mod question;
mod release;
mod report;
mod run;
mod sieve;
mod status;
mod usage;

use std::{ffi::OsString, io, process::ExitCode};

use clap::error::ErrorKind;
use tokio::runtime::{Builder, Runtime};

use self::{
    arguments::Command,
    exit::{Exit, Failure},
};
use crate::{
    config::{self, Config, Flags, Problem},
    core::sentences::Sentences,
    io::service,
};

/// What every command is given.
pub struct Context {
    /// `--config`, `--lang`
    pub flags: Flags,
    /// How often `-v` was given.
    pub verbose: u8,
    /// In the language of the flags, the environment or the locale; the file may name another.
    pub sentences: Sentences,
}

impl Context {
    /// The configuration, and sentences in its language.
    ///
    /// # Errors
    /// Everything that is wrong with it, a line each.
    pub fn config(&self) -> Result<(Config, Sentences), Failure> {
        match config::load_if_any(&self.flags) {
            Ok(config) => {
                let sentences = Sentences::new(config.language);
                Ok((config, sentences))
            }
            Err(Problem::Absent) => Err(Failure::new(Exit::Config, self.sentences.say("config-absent"))),
            Err(Problem::Wrong(errors)) => {
                let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
                Err(Failure::new(Exit::Config, lines.join("\n")))
            }
        }
    }

    /// The configuration if there is one: `inspect` works without.
    ///
    /// # Errors
    /// As [`Context::config`], for a configuration that is there and wrong.
    pub fn config_if_any(&self) -> Result<Option<Config>, Failure> {
        match config::load_if_any(&self.flags) {
            Err(Problem::Absent) => Ok(None),
            _ => self.config().map(|(config, _)| Some(config)),
        }
    }

    /// The runtime, for the commands that speak with a mailbox: one thread is enough.
    ///
    /// # Errors
    /// The system gives no more files.
    pub fn runtime(&self) -> Result<Runtime, Failure> {
        let failure = |error: io::Error| Failure::new(Exit::TryLater, error.to_string());
        Builder::new_current_thread().enable_all().build().map_err(failure)
    }
}

/// Reads the command line, runs the command, and says on stderr why it failed.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    service::tell_panics();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match arguments::parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => return refuse(&error, &arguments),
    };
    let flags = Flags { config: cli.config, language: cli.lang };
    let sentences = Sentences::new(config::language(&flags));
    let context = Context { flags, verbose: cli.verbose, sentences };
    match dispatch(&context, &cli.command) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            output::complain(&failure.sentence);
            failure.exit.into()
        }
    }
}

/// Help and version are answers; everything else is wrong usage.
fn refuse(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        // Nobody is left to tell when the terminal is closed.
        let _ = error.print();
        return Exit::Done.into();
    }
    output::complain(&usage::explain(error, &arguments::sentences(arguments)));
    Exit::Usage.into()
}

fn dispatch(context: &Context, command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Init => init::run(context),
        Command::Check(arguments) => check::run(context, arguments),
        Command::Status(arguments) => status::run(context, arguments),
        Command::Hours(arguments) => hours::run(context, arguments),
        Command::Away(arguments) => away::away(context, arguments),
        Command::Available(arguments) => away::available(context, arguments),
        Command::Auto => away::auto(context),
        Command::Inspect(arguments) => inspect::run(context, arguments),
        Command::Run(arguments) => run::run(context, arguments),
        Command::Preview(arguments) => preview::run(context, arguments),
        Command::Release => release::run(context),
        Command::Report(arguments) => report::run(context, arguments),
        Command::Demo(arguments) => demo::run(context, arguments),
        Command::Sieve(arguments) => sieve::run(context, arguments),
        Command::Completions(arguments) => man::completions(context, arguments),
        Command::Man(arguments) => man::page(arguments),
    }
}
