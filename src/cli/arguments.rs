//! The command line. Help is in Fluent, as `help-…`: French and English.

use std::{ffi::OsString, path::PathBuf};

use clap::{ArgAction, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum};

use crate::{
    config::{self, Flags},
    core::{language::Language, sentences::Sentences},
};

#[derive(Debug, Parser)]
#[command(name = "quiethours", version, disable_help_subcommand = true, arg_required_else_help = false)]
pub(super) struct Cli {
    #[arg(long, global = true, value_name = "FILE|NAME")]
    pub(super) config: Option<String>,
    #[arg(long, global = true, value_name = "fr|en", value_parser = language)]
    pub(super) lang: Option<Language>,
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(super) verbose: u8,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Demo(Demo),
    Init,
    Check(Check),
    Run(Run),
    Status(Status),
    Hours(Hours),
    Away(Away),
    Available(Available),
    Auto,
    Preview(Preview),
    Release,
    Inspect(Inspect),
    Report(Report),
    Sieve(Sieve),
    Completions(Completions),
    Man(Man),
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Where digest.eml, .html and .txt are left.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Check {
    /// Without the network.
    #[arg(long)]
    pub offline: bool,
}

#[derive(Debug, Args)]
pub struct Run {
    /// What is due now, and no more.
    #[arg(long)]
    pub once: bool,
}

#[derive(Debug, Args)]
pub struct Status {
    /// For programs.
    #[arg(long)]
    pub json: bool,
    /// With the number of held notifications.
    #[arg(long)]
    pub peek: bool,
}

/// A year is as far as the timeline looks.
const MOST_DAYS: i64 = 366;

#[derive(Debug, Args)]
pub struct Hours {
    /// How many days ahead.
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=MOST_DAYS))]
    pub days: u16,
    /// Why it is open or closed then.
    #[arg(long, value_name = "WHEN", conflicts_with = "days")]
    pub at: Option<String>,
    /// For programs.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Away {
    /// WHEN it ends.
    #[arg(long, value_name = "WHEN", conflicts_with = "duration")]
    pub until: Option<String>,
    /// How long it lasts.
    #[arg(long = "for", id = "duration", value_name = "DURATION")]
    pub duration: Option<String>,
}

#[derive(Debug, Args)]
pub struct Available {
    /// Until when, or how long.
    #[command(flatten)]
    pub end: Away,
    /// Without the question.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The text part.
    Text,
    /// The HTML part.
    Html,
    /// The whole message.
    Eml,
    /// For programs.
    Json,
}

#[derive(Debug, Args)]
pub struct Preview {
    /// What it is written as.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// A file instead of stdout.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The HTML part, in the browser.
    #[arg(long, conflicts_with_all = ["format", "out"])]
    pub browser: bool,
    /// All at once, also in a terminal.
    #[arg(long)]
    pub no_pager: bool,
}

#[derive(Debug, Args)]
pub struct Inspect {
    /// Messages (RFC 5322).
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// One object a line.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Report {
    /// How many days back.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=MOST_DAYS))]
    pub days: u16,
    /// For programs.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Sieve {
    /// One of several mailboxes.
    #[arg(long, value_name = "NAME")]
    pub mailbox: Option<String>,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// Whose completions.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// quiethours(1)
    #[value(name = "quiethours")]
    Command,
    /// quiethours.toml(5)
    #[value(name = "quiethours.toml")]
    File,
}

#[derive(Debug, Args)]
pub struct Man {
    /// Which page.
    #[arg(value_enum, default_value_t = Page::Command)]
    pub page: Page,
}

fn language(code: &str) -> Result<Language, String> {
    match code {
        "fr" => Ok(Language::Fr),
        "en" => Ok(Language::En),
        _ => Err("fr, en".to_owned()),
    }
}

/// Reads the command line; help is in the language of `--lang`, the environment or the locale.
pub(super) fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = translate(Cli::command(), "help", &sentences(arguments));
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The language of help, and of what is said of a command line that is not understood.
pub(super) fn sentences(arguments: &[OsString]) -> Sentences {
    Sentences::new(config::language(&Flags { config: None, language: spoken(arguments) }))
}

/// `--lang`, before the command line is read: help itself needs it.
fn spoken(arguments: &[OsString]) -> Option<Language> {
    let mut texts = arguments.iter().filter_map(|argument| argument.to_str());
    let given = texts.find_map(|text| text.strip_prefix("--lang"))?;
    let code = given.strip_prefix('=').or_else(|| if given.is_empty() { texts.next() } else { None })?;
    language(code).ok()
}

/// Puts the sentences `help`, `help-COMMAND` and `help-COMMAND-OPTION` into the command line's own help.
pub(super) fn translate(command: clap::Command, id: &str, sentences: &Sentences) -> clap::Command {
    let command = command
        .about(sentences.say(id))
        .subcommand_help_heading(sentences.say("help-commands"))
        .mut_args(|argument| {
            let own = format!("{id}-{}", argument.get_id());
            let heading = sentences.say(if argument.is_positional() { "help-arguments" } else { "help-options" });
            argument.help(sentences.say(&own)).help_heading(heading)
        })
        .disable_help_flag(true)
        .disable_version_flag(true);
    let command = standard_flags(command, id == "help", sentences);
    command.mut_subcommands(|inner| {
        let own = format!("{id}-{}", inner.get_name());
        translate(inner, &own, sentences)
    })
}

fn standard_flags(command: clap::Command, is_root: bool, sentences: &Sentences) -> clap::Command {
    let heading = sentences.say("help-options");
    let help = clap::Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::Help)
        .help(sentences.say("help-help"))
        .help_heading(heading.clone());
    let command = command.arg(help);
    if !is_root {
        return command;
    }
    let version = clap::Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help(sentences.say("help-version"))
        .help_heading(heading);
    command.arg(version)
}
