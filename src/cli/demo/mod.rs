//! `demo`: one evening to morning on a Maildir of its own, through the very code of the daemon, with a simulated clock.

mod stage;
mod story;
mod teller;

use std::{
    fs, io,
    path::{Path, PathBuf},
    rc::Rc,
};

use tokio::sync::{mpsc, watch};

use self::{stage::Stage, teller::Teller};
use super::{
    Context, arguments,
    exit::{Exit, Failure},
    output,
};
use crate::{
    config::{Config, Delivery, DigestConfig, MailboxConfig, Source},
    core::{
        language::Language,
        selector::{Rules, Selector},
        sentences::Sentences,
        timeline::Timeline,
        week::{Week, parse_day},
    },
    daemon::{Daemon, Ended},
    io::state::{State, StateError},
};

const START: &str = "2026-11-26T17:55:00+01:00";
const END: &str = "2026-11-27T09:20:00+01:00";

pub(super) fn run(context: &Context, arguments: &arguments::Demo) -> Result<Exit, Failure> {
    let language = context.sentences.language();
    let demo = demo(arguments.out.as_deref(), language);
    context.runtime()?.block_on(demo).map_err(|error| {
        let sentence = context.sentences.say_with("demo-failed", &[("why", error.to_string().into())]);
        Failure::new(Exit::CannotCreate, sentence)
    })?;
    Ok(Exit::Done)
}

/// What can go wrong with the demo.
#[derive(Debug, thiserror::Error)]
enum DemoError {
    /// A file cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The state cannot be written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The story does not fit this build.
    #[error("the demo has no digest to show")]
    NoDigest,
}

/// Plays the night, prints it to standard output, and leaves digest.eml, digest.html and digest.txt in `out`, or in a new
/// directory beside the other temporary files.
///
/// # Errors
/// A file cannot be written.
async fn demo(out: Option<&Path>, language: Language) -> Result<(), DemoError> {
    let stage = tempdir("stage")?;
    let out = match out {
        Some(out) => {
            fs::create_dir_all(out)?;
            out.to_owned()
        }
        None => tempdir("digest")?,
    };
    let played = play(&stage, language).await;
    let shown = played.and_then(|()| show(&stage.join("Maildir"), &out, language));
    fs::remove_dir_all(&stage)?;
    shown
}

async fn play(stage: &Path, language: Language) -> Result<(), DemoError> {
    let maildir = stage.join("Maildir");
    for folder in ["new", "cur", "tmp"] {
        fs::create_dir_all(maildir.join(folder))?;
    }
    let (Some(start), Some(end)) = (story::instant(START), story::instant(END)) else {
        return Err(DemoError::NoDigest);
    };
    let config = config(stage, &maildir, language);
    let sentences = Sentences::new(language);
    tell(&sentences.say("demo-intro"));
    let (stop, stopped) = watch::channel(false);
    let (_signals, signals) = mpsc::unbounded_channel();
    let teller = Teller::new(io::stdout(), sentences, config.timeline.timezone);
    let clock = Rc::new(Stage::new(start, end, story::arrivals(), maildir, stop));
    let state = State::open(&config.state_dir)?;
    let mut daemon = Daemon::new(config, state, clock, Box::new(teller))?;
    match daemon.run(signals, stopped).await? {
        Ended::Done => Ok(()),
        Ended::Pending | Ended::LoginRefused | Ended::Unsupported => Err(DemoError::NoDigest),
    }
}

/// Copies the digest out of the Maildir, as a message and as its two parts.
fn show(maildir: &Path, out: &Path, language: Language) -> Result<(), DemoError> {
    let message = digest(maildir)?;
    let parsed = mail_parser::MessageParser::default().parse(&message).ok_or(DemoError::NoDigest)?;
    let (Some(text), Some(html)) = (parsed.body_text(0), parsed.body_html(0)) else { return Err(DemoError::NoDigest) };
    let files = [("digest.eml", message.as_slice()), ("digest.html", html.as_bytes()), ("digest.txt", text.as_bytes())];
    let sentences = Sentences::new(language);
    tell(&format!("\n{}", sentences.say("demo-outro")));
    for (name, bytes) in files {
        let path = out.join(name);
        fs::write(&path, bytes)?;
        tell(&format!("  {}", path.display()));
    }
    Ok(())
}

fn digest(maildir: &Path) -> Result<Vec<u8>, DemoError> {
    for entry in fs::read_dir(maildir.join("new"))? {
        let message = fs::read(entry?.path())?;
        let header = message.split(|byte| *byte == b'\n').take_while(|line| !line.trim_ascii().is_empty());
        if header.into_iter().any(|line| line.starts_with(b"X-Quiethours-Release:")) {
            return Ok(message);
        }
    }
    Err(DemoError::NoDigest)
}

fn config(stage: &Path, maildir: &Path, language: Language) -> Config {
    let weekday = parse_day("9h-12h30, 14h-18h").unwrap_or_default();
    let days = [&weekday, &weekday, &weekday, &weekday, &weekday].map(Clone::clone);
    let [monday, tuesday, wednesday, thursday, friday] = days;
    let week = Week::from_days([monday, tuesday, wednesday, thursday, friday, Vec::new(), Vec::new()]);
    Config {
        profile: "demo".to_owned(),
        path: PathBuf::from("~/.config/quiethours/config.toml"),
        language,
        timeline: Timeline {
            week,
            timezone: chrono_tz::Europe::Paris,
            holidays: crate::core::holidays::Territory::from_code("FR"),
            away: Vec::new(),
            overrides: Vec::new(),
        },
        mailboxes: vec![MailboxConfig {
            name: "canoe".to_owned(),
            source: Source::Maildir(maildir.to_owned()),
            intake: "INBOX".to_owned(),
            held: "Quiet Hours".to_owned(),
            released: "Quiet Hours/Released".to_owned(),
            rules: Rules { hold: None, never_hold: Vec::new(), urgent: vec![Selector::Subject("urgent".to_owned())] },
            authserv_id: None,
        }],
        max_urgent: 3,
        digest: DigestConfig {
            to: "alice@lescanoe.example".to_owned(),
            from: "alice@lescanoe.example".to_owned(),
            delivery: Delivery::Mailbox,
            mailbox: "canoe".to_owned(),
            at: Vec::new(),
            at_opening: true,
            batch: false,
            max_topics: 25,
            me: Vec::new(),
            team: Vec::new(),
            attach_originals: false,
        },
        state_dir: stage.join("state"),
        notes: Vec::new(),
    }
}

/// A line of the story. One that nobody reads any more (a closed pipe) is no failure.
fn tell(line: &str) {
    let _ = output::print(&format!("{line}\n"));
}

/// A new, private directory for this run.
fn tempdir(what: &str) -> io::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt as _;
    let name = format!("quiethours-demo-{what}-{}-{:08x}", std::process::id(), fastrand::u32(..));
    let path = std::env::temp_dir().join(name);
    fs::DirBuilder::new().mode(0o700).create(&path)?;
    Ok(path)
}
