//! `release`: a digest now, by the running daemon, or without one by itself.

use std::time::{Duration, Instant};

use chrono::{SubsecRound as _, Utc};

use super::{
    Context,
    exit::{Exit, Failure},
    output, run,
};
use crate::{
    config::Config,
    core::sentences::Sentences,
    io::{lock, state::State},
};

/// How long the daemon's answer is waited for: a digest of hundreds of messages takes seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often the state is looked at meanwhile.
const LOOK: Duration = Duration::from_millis(200);

pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let state = run::open_state(&config, &sentences)?;
    // Whole seconds, so that the digest's Date is the instant it is remembered by.
    let now = Utc::now().trunc_subsecs(0);
    state.request_release(now).map_err(|error| Failure::state(&error, &sentences))?;
    if lock::is_running(&config.state_dir).is_some() {
        let answered = await_daemon(&config, &state, &sentences)?;
        let id = if answered { "release-done" } else { "release-asked" };
        output::print(&(sentences.say(id) + "\n"))?;
        return Ok(if answered { Exit::Done } else { Exit::TryLater });
    }
    let _lock = run::take_lock(&config, &sentences)?;
    let exit = context.runtime()?.block_on(run::once(config, state, &sentences))?;
    output::print(&(sentences.say("release-done") + "\n"))?;
    Ok(exit)
}

/// Wakes the daemon and waits until it has answered the request.
fn await_daemon(config: &Config, state: &State, sentences: &Sentences) -> Result<bool, Failure> {
    lock::wake(&config.state_dir).map_err(|error| Failure::new(Exit::TryLater, error.to_string()))?;
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let waiting = state.requested_release().map_err(|error| Failure::state(&error, sentences))?;
        if waiting.is_none() {
            return Ok(true);
        }
        std::thread::sleep(LOOK);
    }
    Ok(false)
}
