//! `run`: the daemon, and `run --once`.

use std::rc::Rc;

use tokio::sync::{mpsc, watch};

use super::{
    Context,
    arguments::Run,
    exit::{Exit, Failure},
};
use crate::{
    config::{self, Config},
    core::sentences::Sentences,
    daemon::{Daemon, Ended, Log, Signal},
    io::{
        clock::SystemClock,
        desktop,
        lock::{Lock, LockError, WakeSocket},
        service::{self, Signals, Watchdog},
        state::{State, StateError},
    },
};

pub(super) fn run(context: &Context, arguments: &Run) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    // A log that is there already was set up by whoever embeds us.
    let _ = service::init_logging(context.verbose);
    for note in &config.notes {
        tracing::warn!("{note}");
    }
    let _lock = take_lock(&config, &sentences)?;
    let state = open_state(&config, &sentences)?;
    let runtime = context.runtime()?;
    if arguments.once {
        return runtime.block_on(once(config, state, &sentences));
    }
    runtime.block_on(serve(context, config, state, &sentences))
}

/// The right to be this profile's daemon.
pub(super) fn take_lock(config: &Config, sentences: &Sentences) -> Result<Lock, Failure> {
    Lock::take(&config.state_dir).map_err(|error| match error {
        LockError::Held { pid } => {
            Failure::new(Exit::TryLater, sentences.say_with("run-locked", &[("pid", pid.to_string().into())]))
        }
        LockError::Directory(error) => Failure::state(&StateError::Directory(error.to_string()), sentences),
        LockError::Io(error) => Failure::state(&StateError::Directory(error.to_string()), sentences),
    })
}

pub(super) fn open_state(config: &Config, sentences: &Sentences) -> Result<State, Failure> {
    State::open(&config.state_dir).map_err(|error| Failure::state(&error, sentences))
}

fn daemon(config: Config, state: State, sentences: &Sentences) -> Result<Daemon, Failure> {
    let failure = |error: StateError| Failure::state(&error, sentences);
    Daemon::new(config, state, Rc::new(SystemClock), Box::new(Log)).map_err(failure)
}

/// One pass over what is due now.
pub(super) async fn once(config: Config, state: State, sentences: &Sentences) -> Result<Exit, Failure> {
    let mut daemon = daemon(config, state, sentences)?;
    let ended = daemon.run_once().await.map_err(|error| Failure::state(&error, sentences))?;
    match ended {
        Ended::Done => Ok(Exit::Done),
        Ended::Pending => Err(Failure::new(Exit::TryLater, pending(&daemon, sentences))),
        Ended::LoginRefused => Err(refused(&daemon, sentences)),
        Ended::Unsupported => Err(unsupported(&daemon, sentences)),
    }
}

fn pending(daemon: &Daemon, sentences: &Sentences) -> String {
    match daemon.trouble() {
        Some(why) => sentences.say_with("run-pending-why", &[("why", why.into())]),
        None => sentences.say("run-pending"),
    }
}

fn refused(daemon: &Daemon, sentences: &Sentences) -> Failure {
    let why = daemon.trouble().unwrap_or_default().to_owned();
    Failure::new(Exit::Refused, sentences.say_with("run-refused", &[("why", why.into())]))
}

fn unsupported(daemon: &Daemon, sentences: &Sentences) -> Failure {
    let why = daemon.trouble().unwrap_or_default().to_owned();
    Failure::new(Exit::Unavailable, sentences.say_with("run-unsupported", &[("why", why.into())]))
}

async fn serve(context: &Context, config: Config, state: State, sentences: &Sentences) -> Result<Exit, Failure> {
    let unavailable = |error: std::io::Error| Failure::new(Exit::Unavailable, error.to_string());
    let mut signals = Signals::listen().map_err(unavailable)?;
    let socket = WakeSocket::bind(&config.state_dir)
        .map_err(|error| Failure::state(&StateError::Directory(error.to_string()), sentences))?;
    let flags = context.flags.clone();
    let reload = move || {
        service::reloading();
        let loaded = config::load(&flags).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            lines.join("; ")
        });
        // A broken file keeps the old configuration: either way the daemon goes on.
        service::ready();
        loaded
    };
    let mut daemon = daemon(config, state, sentences)?
        .with_reload(Box::new(reload))
        .with_status(Box::new(service::status))
        .with_watchdog(Watchdog::from_environment())
        .with_desktop(Box::new(desktop::tell));
    let (send, receive) = mpsc::unbounded_channel();
    let (stop, stopped) = watch::channel(false);
    service::ready();
    let listen = async {
        loop {
            tokio::select! {
                () = socket.recv() => { let _ = send.send(Signal::Wake); }
                signal = signals.next() => match signal {
                    service::Signal::Reload => { let _ = send.send(Signal::Reload); }
                    service::Signal::Stop => {
                        service::stopping();
                        let _ = stop.send(true);
                    }
                },
            }
        }
    };
    let ended = tokio::select! {
        ended = daemon.run(receive, stopped) => ended,
        () = listen => Ok(Ended::Done),
    };
    match ended.map_err(|error| Failure::state(&error, sentences))? {
        Ended::Done | Ended::Pending => Ok(Exit::Done),
        Ended::LoginRefused => Err(refused(&daemon, sentences)),
        Ended::Unsupported => Err(unsupported(&daemon, sentences)),
    }
}
