//! `away`, `available`, `auto`: overrides. Each writes its own row in the state and wakes the daemon.

use std::io::{IsTerminal as _, stdin, stdout};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Context,
    arguments::{Available, Away},
    exit::{Exit, Failure},
    hours, output, question, status,
};
use crate::{
    config::Config,
    core::{
        civil,
        sentences::Sentences,
        timeline::{Override, State as Gate, Timeline},
        when,
    },
    io::{lock, state::State},
};

/// `available` alone: long enough for what could not wait, short enough to be forgotten safely.
const AVAILABLE_FOR: TimeDelta = TimeDelta::hours(1);

pub(super) fn away(context: &Context, arguments: &Away) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let now = Utc::now();
    let to = end(arguments, now, &config.timeline, &sentences)?;
    give(&config, Override { state: Gate::Closed, from: now, to }, &sentences)?;
    tell(&config, "away-done", to, now, &sentences)
}

pub(super) fn available(context: &Context, arguments: &Available) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let now = Utc::now();
    let to = end(&arguments.end, now, &config.timeline, &sentences)?.unwrap_or(now + AVAILABLE_FOR);
    if !arguments.yes && !agrees(&config, to, now, &sentences)? {
        output::print(&(sentences.say("available-unchanged") + "\n"))?;
        return Ok(Exit::Done);
    }
    give(&config, Override { state: Gate::Open, from: now, to: Some(to) }, &sentences)?;
    tell(&config, "available-done", Some(to), now, &sentences)
}

pub(super) fn auto(context: &Context) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let now = Utc::now();
    let failure = |error| Failure::state(&error, &sentences);
    State::open(&config.state_dir).and_then(|state| state.end_overrides(now)).map_err(failure)?;
    let timeline = status::timeline(&config, &sentences)?;
    output::print(&(sentences.say("auto-done") + "\n" + &status::headline(&timeline, now, &sentences)))?;
    wake(&config, &sentences);
    Ok(Exit::Done)
}

/// `--until` or `--for`; `None` if neither is given.
fn end(
    arguments: &Away,
    now: DateTime<Utc>,
    timeline: &Timeline,
    sentences: &Sentences,
) -> Result<Option<DateTime<Utc>>, Failure> {
    let to = match (&arguments.until, &arguments.duration) {
        (Some(text), _) => hours::instant(text, now, timeline, sentences)?,
        (None, Some(text)) => {
            let duration = when::duration(text).and_then(|duration| now.checked_add_signed(duration));
            let value = crate::core::text::line(text, 80);
            let unclear = || sentences.say_with("duration-unclear", &[("value", value.into())]);
            duration.ok_or_else(|| Failure::new(Exit::Usage, unclear()))?
        }
        (None, None) => return Ok(None),
    };
    if to <= now {
        let to = civil::format_instant(to, now, timeline.timezone, sentences);
        return Err(Failure::new(Exit::Usage, sentences.say_with("when-past", &[("when", to.into())])));
    }
    Ok(Some(to))
}

/// One calm question, in the off-hours and only if somebody can answer it.
fn agrees(config: &Config, to: DateTime<Utc>, now: DateTime<Utc>, sentences: &Sentences) -> Result<bool, Failure> {
    let timeline = status::timeline(config, sentences)?;
    let closed = timeline.span(now).state == Gate::Closed;
    if !closed || !stdin().is_terminal() || !stdout().is_terminal() {
        return Ok(true);
    }
    output::print(&status::headline(&timeline, now, sentences))?;
    let until = civil::format_instant(to, now, timeline.timezone, sentences);
    let question = sentences.say_with("available-question", &[("until", until.into())]);
    let answer = question::confirm(&question, false, sentences);
    answer.map(|answer| answer.unwrap_or(false)).map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))
}

fn give(config: &Config, given: Override, sentences: &Sentences) -> Result<(), Failure> {
    let state = State::open(&config.state_dir).map_err(|error| Failure::state(&error, sentences))?;
    state.add_override(given).map_err(|error| Failure::state(&error, sentences))
}

/// The row is written: a daemon that cannot be woken reads it at its next look.
fn wake(config: &Config, sentences: &Sentences) {
    let running = lock::is_running(&config.state_dir).is_some();
    if !running || lock::wake(&config.state_dir).is_err() {
        output::complain(&sentences.say(if running { "override-not-woken" } else { "override-no-daemon" }));
    }
}

fn tell(
    config: &Config,
    id: &str,
    to: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    sentences: &Sentences,
) -> Result<Exit, Failure> {
    let text = match to {
        Some(to) => {
            let until = civil::format_instant(to, now, config.timeline.timezone, sentences);
            sentences.say_with(&format!("{id}-until"), &[("until", until.into())])
        }
        None => sentences.say(id),
    };
    output::print(&(text + "\n"))?;
    wake(config, sentences);
    Ok(Exit::Done)
}
