//! Life under a service manager: readiness, status, signals, logs. Everything works without one too.

use std::{
    env,
    io::{self, Write as _},
    panic,
    time::{Duration, Instant},
};

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use sd_notify::NotifyState;
use tokio::signal::unix::{self, SignalKind};
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    layer::SubscriberExt as _,
    util::{SubscriberInitExt as _, TryInitError},
};

use crate::core::text;

/// Longest status: what `systemctl status` shows on a line or two.
const STATUS: usize = 200;

/// What a signal asks of the daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGHUP: read the configuration anew.
    Reload,
    /// SIGTERM or SIGINT: end, leaving a state that a restart resumes from.
    Stop,
}

/// The signals that came in, in the form of requests.
#[derive(Debug)]
pub struct Signals {
    hangup: unix::Signal,
    terminate: unix::Signal,
    interrupt: unix::Signal,
}

impl Signals {
    /// From now on these signals no longer end the program. Inside a tokio runtime.
    ///
    /// # Errors
    /// The system refused.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: unix::signal(SignalKind::hangup())?,
            terminate: unix::signal(SignalKind::terminate())?,
            interrupt: unix::signal(SignalKind::interrupt())?,
        })
    }

    /// The next request; stopping before reloading when both wait. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            biased;
            Some(()) = self.terminate.recv() => Signal::Stop,
            Some(()) = self.interrupt.recv() => Signal::Stop,
            Some(()) = self.hangup.recv() => Signal::Reload,
            // The streams end with the runtime only, and the daemon with them.
            else => Signal::Stop,
        }
    }
}

/// Tells the service manager that the daemon works, at start and after a reload.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// Tells the service manager in a line what the daemon waits for.
pub fn status(line: &str) {
    tell(&[NotifyState::Status(&text::line(line, STATUS))]);
}

/// Tells the service manager that the configuration is being read anew; [`ready`] ends that.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "no monotonic clock"),
    }
}

/// Tells the service manager that the daemon ends on purpose.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The watchdog that `WatchdogSec=` asks for. It is fed from the deciding loop alone, so that a hung loop is restarted.
#[derive(Debug)]
pub struct Watchdog {
    every: Duration,
    fed: Instant,
}

impl Watchdog {
    /// `None` where none is asked for.
    pub fn from_environment() -> Option<Self> {
        // Half of the time after which systemd kills (sd_watchdog_enabled(3)).
        let every = sd_notify::watchdog_enabled()? / 2;
        Some(Self { every, fed: Instant::now() })
    }

    /// How long the loop may wait before it feeds again.
    pub fn due_in(&self) -> Duration {
        self.every.saturating_sub(self.fed.elapsed())
    }

    /// Feeds it.
    pub fn feed(&mut self) {
        tell(&[NotifyState::Watchdog]);
        self.fed = Instant::now();
    }
}

/// A service manager that does not listen changes nothing for the volunteer.
fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "the service manager was not told");
    }
}

/// Keeps secrets out of core dumps, and other programs of the same user from attaching.
pub fn forbid_dumps() {
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "core dumps cannot be forbidden");
    }
}

/// From now on a panic tells where it happened, and what only if those are words of the program: Rust's own line quotes what was
/// being read, and mail belongs neither in a log nor, with its escape sequences, on a terminal.
pub fn tell_panics() {
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(ToString::to_string).unwrap_or_default();
        let words = panicked.payload().downcast_ref::<&str>().copied().unwrap_or("what was read is not told");
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(io::stderr(), "quiethours: panic at {place}: {}", text::line(words, STATUS));
    }));
}

/// Sends the log to the journal when standard error leads there, else to standard error. `verbosity` is the number of `-v`.
///
/// # Errors
/// There is a log already.
pub fn init_logging(verbosity: u8) -> Result<(), TryInitError> {
    let registry = tracing_subscriber::registry().with(levels(verbosity));
    let journal = if stderr_is_journal() { tracing_journald::layer().ok() } else { None };
    match journal {
        Some(journal) => registry.with(journal.with_field_prefix(None)).try_init(),
        None => {
            let stderr = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_target(false);
            registry.with(stderr.with_ansi(io::IsTerminal::is_terminal(&io::stderr()))).try_init()
        }
    }
}

/// Only our own words grow with `-v`. The libraries' stay at WARN: below it they write lines of mail, and async-imap at TRACE
/// the LOGIN command with its password.
fn levels(verbosity: u8) -> Targets {
    let ours = match verbosity {
        0 => LevelFilter::INFO,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    Targets::new().with_default(LevelFilter::WARN).with_target("quiethours", ours)
}

/// systemd names the journal's stream by device and inode (systemd.exec(5), `$JOURNAL_STREAM`).
fn stderr_is_journal() -> bool {
    let Ok(stat) = rustix::fs::fstat(io::stderr()) else { return false };
    env::var("JOURNAL_STREAM").is_ok_and(|stream| stream == format!("{}:{}", stat.st_dev, stat.st_ino))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn no_verbosity_lets_a_library_write_a_password() {
        for verbosity in 0..=u8::MAX {
            for target in ["async_imap", "async_imap::imap_stream", "imap_proto", "log"] {
                assert!(!levels(verbosity).would_enable(target, &Level::INFO), "{target} at -v × {verbosity}");
            }
        }
    }

    #[tokio::test]
    async fn signals_become_requests() {
        use rustix::process::{Signal as Number, getpid, kill_process};
        let mut signals = Signals::listen().unwrap();
        for (number, request) in
            [(Number::HUP, Signal::Reload), (Number::INT, Signal::Stop), (Number::TERM, Signal::Stop)]
        {
            kill_process(getpid(), number).unwrap();
            assert_eq!(signals.next().await, request);
        }
    }

    #[test]
    fn each_v_shows_more_of_our_own_words() {
        assert!(levels(0).would_enable("quiethours::daemon", &Level::INFO));
        assert!(!levels(0).would_enable("quiethours::daemon", &Level::DEBUG));
        assert!(levels(1).would_enable("quiethours::daemon", &Level::DEBUG));
        assert!(levels(2).would_enable("quiethours::daemon", &Level::TRACE));
    }
}
