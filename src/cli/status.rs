//! `status`: open or closed, since, until, why; the daemon's health; which folder holds. No counts unless asked.

use anstyle::Style;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use super::{
    Context,
    arguments::Status,
    exit::{Exit, Failure},
    output::{self, ReasonShape},
};
use crate::{
    config::Config,
    core::{
        civil,
        mail::Folder,
        sentences::Sentences,
        timeline::{Span, State as Gate, Timeline},
    },
    daemon,
    io::{
        lock,
        mailbox::{Access, MailboxError},
        state::State,
    },
};

#[derive(Debug, Serialize)]
struct Shape {
    state: &'static str,
    since: Option<String>,
    until: Option<String>,
    reason: ReasonShape,
    next_opening: Option<String>,
    daemon: DaemonShape,
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<usize>,
}

#[derive(Debug, Serialize)]
struct DaemonShape {
    running: bool,
    since: Option<String>,
    last_error: Option<String>,
}

/// What the daemon left in the state.
struct Health {
    running: bool,
    since: Option<DateTime<Utc>>,
    last_error: Option<String>,
}

pub(super) fn run(context: &Context, arguments: &Status) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let now = Utc::now();
    let (timeline, health) = observe(&config, &sentences)?;
    let held = if arguments.peek { Some(count(context, &config, &sentences)?) } else { None };
    if arguments.json {
        output::print_json(&shape(&timeline, &health, held, now, &sentences))?;
    } else {
        let mut text = headline(&timeline, now, &sentences);
        text += &daemon_line(&health, now, timeline.timezone, &sentences);
        text += &folders(&config, &sentences);
        if let Some(held) = held {
            text += &(sentences.say_with("status-held", &[("count", held.into())]) + "\n");
        }
        if context.verbose > 0 {
            let version = chrono_tz::IANA_TZDB_VERSION;
            text += &(sentences.say_with("status-tzdata", &[("version", version.into())]) + "\n");
        }
        output::print(&text)?;
    }
    Ok(Exit::Done)
}

/// The timeline with the overrides that were given, and the daemon's notes. Creates nothing.
pub(super) fn timeline(config: &Config, sentences: &Sentences) -> Result<Timeline, Failure> {
    observe(config, sentences).map(|(timeline, _)| timeline)
}

fn observe(config: &Config, sentences: &Sentences) -> Result<(Timeline, Health), Failure> {
    let failure = |error| Failure::state(&error, sentences);
    let mut timeline = config.timeline.clone();
    let mut health = Health { running: false, since: None, last_error: None };
    if let Some(state) = State::open_read(&config.state_dir).map_err(failure)? {
        timeline.overrides = state.overrides().map_err(failure)?;
        health.last_error = state.note("last_error").map_err(failure)?;
        health.running = lock::is_running(&config.state_dir).is_some();
        let since = state.note("running_since").map_err(failure)?;
        health.since = since.filter(|_| health.running).and_then(|text| text.parse().ok());
    }
    Ok((timeline, health))
}

/// How many notifications are held, over all mailboxes; changes nothing.
fn count(context: &Context, config: &Config, sentences: &Sentences) -> Result<usize, Failure> {
    context.runtime()?.block_on(async {
        let mut held = 0;
        for mailbox in &config.mailboxes {
            let failure = |error: &MailboxError| Failure::mailbox(&mailbox.name, error, sentences);
            let mut open = match daemon::connect(mailbox, false).await {
                // Not created yet: nothing was ever held.
                Err(MailboxError::Missing(name)) if name == mailbox.held => continue,
                other => other.map_err(|error| failure(&error))?,
            };
            held += open.open(Folder::Held, Access::Read).await.map_err(|error| failure(&error))?.exists;
            open.close().await;
        }
        Ok(held)
    })
}

fn shape(
    timeline: &Timeline,
    health: &Health,
    held: Option<usize>,
    now: DateTime<Utc>,
    sentences: &Sentences,
) -> Shape {
    let time = |instant| output::rfc3339(instant, timeline.timezone);
    let Span { state, since, until } = timeline.span(now);
    Shape {
        state: output::state_name(state),
        since: since.map(time),
        until: until.map(time),
        reason: ReasonShape::new(&timeline.reason(now), sentences),
        next_opening: timeline.next_opening(now).map(time),
        daemon: DaemonShape {
            running: health.running,
            since: health.since.map(time),
            last_error: health.last_error.clone(),
        },
        held,
    }
}

/// "Closed, reopens Monday 9:00", and why.
pub(super) fn headline(timeline: &Timeline, now: DateTime<Utc>, sentences: &Sentences) -> String {
    let Span { state, since, until } = timeline.span(now);
    let say = |instant| civil::format_instant(instant, now, timeline.timezone, sentences);
    let id = match (state, until) {
        (Gate::Open, Some(_)) => "status-open-until",
        (Gate::Open, None) => "status-open",
        (Gate::Closed, Some(_)) => "status-closed-until",
        (Gate::Closed, None) => "status-closed",
    };
    let until = until.map(say).unwrap_or_default();
    let bold = Style::new().bold();
    let mut text = format!("{bold}{}{bold:#}\n", sentences.say_with(id, &[("until", until.into())]));
    let reason = timeline.reason(now).describe(sentences);
    let (id, since) = since.map_or(("status-reason", String::new()), |since| ("status-since", say(since)));
    text += &sentences.say_with(id, &[("since", since.into()), ("reason", reason.into())]);
    text + "\n"
}

fn daemon_line(health: &Health, now: DateTime<Utc>, timezone: Tz, sentences: &Sentences) -> String {
    let mut text = match (health.running, health.since) {
        (true, Some(since)) => {
            let since = civil::format_instant(since, now, timezone, sentences);
            sentences.say_with("status-running-since", &[("since", since.into())])
        }
        (true, None) => sentences.say("status-running"),
        (false, _) => sentences.say("status-stopped"),
    } + "\n";
    if let Some(error) = &health.last_error {
        text += &(sentences.say_with("status-error", &[("error", error.as_str().into())]) + "\n");
    }
    text
}

fn folders(config: &Config, sentences: &Sentences) -> String {
    config.mailboxes.iter().fold(String::new(), |text, mailbox| {
        let args = [("folder", mailbox.held.as_str().into()), ("mailbox", mailbox.name.as_str().into())];
        text + &sentences.say_with("status-folder", &args) + "\n"
    })
}
