//! A daemon in simulated time on a real server: hours pass in an instant.
//!
//! Time goes on in small steps, and only when no server owes an answer and nobody in this thread has anything to do: no deadline
//! is missed that a real server would have kept.

use std::{cell::RefCell, rc::Rc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use quiethours::{
    config::{self, Flags},
    core::timeline::{Override, State as Gate},
    daemon::{Daemon, Event, Signal, Witness},
    io::{clock::Clock, state::State},
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};

use super::{
    dovecot::Dovecot,
    proxy::{Act, From, Proxy},
    volunteer::Volunteer,
};

/// A step of time while a connection is open: shorter than any deadline.
const STEP: Duration = Duration::from_secs(5);

/// A step of time while none is, in hours that pass.
const LONG_STEP: Duration = Duration::from_secs(60);

/// Turns of the runtime after which nobody has anything to do.
const TURNS: usize = 30;

/// The paused time of the runtime, from the real time of its start.
struct Paused {
    start: DateTime<Utc>,
    origin: Instant,
}

#[async_trait(?Send)]
impl Clock for Paused {
    fn now(&self) -> DateTime<Utc> {
        self.start + self.origin.elapsed()
    }

    async fn sleep_until(&self, instant: DateTime<Utc>) {
        tokio::time::sleep((instant - self.now()).to_std().unwrap_or_default()).await;
    }
}

struct Told(Rc<RefCell<Vec<String>>>);

impl Witness for Told {
    fn tell(&mut self, _now: DateTime<Utc>, event: Event<'_>) {
        if let Event::Trouble { text, .. } = event {
            self.0.borrow_mut().push(text.to_owned());
        }
    }
}

/// What a test has in hand while its daemon runs.
pub struct Simulated {
    /// Whose daemon it is.
    pub alice: Volunteer,
    /// What the daemon goes through.
    pub proxy: Proxy,
    signals: mpsc::UnboundedSender<Signal>,
    clock: Rc<Paused>,
    told: Rc<RefCell<Vec<String>>>,
}

impl Simulated {
    /// Lets time pass.
    pub async fn minutes(&self, minutes: u64) {
        let end = Instant::now() + Duration::from_secs(60 * minutes);
        while Instant::now() < end {
            self.settle().await;
            let step = if minutes > 60 && !self.proxy.is_open() { LONG_STEP } else { STEP };
            tokio::time::advance(step).await;
        }
        self.settle().await;
    }

    async fn settle(&self) {
        let mut quiet = 0;
        while quiet < TURNS {
            // With nothing else to do, the runtime looks at its sockets.
            tokio::task::yield_now().await;
            quiet += 1;
            if self.proxy.owes() {
                quiet = 0;
                std::thread::sleep(Duration::from_micros(50));
            }
        }
    }

    /// `available`, for so long from the simulated time on: commands know only the real one.
    pub fn open(&self, minutes: i64) {
        let from = self.clock.now();
        let opening = Override { state: Gate::Open, from, to: Some(from + TimeDelta::minutes(minutes)) };
        State::open(&self.alice.state_dir()).unwrap().add_override(opening).unwrap();
        self.signals.send(Signal::Wake).unwrap();
    }

    /// A command that the daemon hears of, given when no time has passed yet.
    pub fn command(&self, arguments: &[&str]) {
        self.alice.ok(arguments);
        self.signals.send(Signal::Wake).unwrap();
    }

    /// SIGHUP.
    pub fn reload(&self) {
        self.signals.send(Signal::Reload).unwrap();
    }

    /// What the daemon told of troubles, line by line.
    pub fn told(&self) -> String {
        self.told.borrow().join("\n")
    }

    /// The trouble that `status` shows.
    pub fn trouble(&self) -> Option<String> {
        State::open_read(&self.alice.state_dir()).unwrap().unwrap().note("last_error").unwrap()
    }
}

/// Runs the daemon on `server` behind a proxy with a rule, while `story` goes on.
pub fn simulate(
    server: Dovecot,
    rule: impl FnMut(From, &str) -> Act + Send + 'static,
    story: impl AsyncFnOnce(&Simulated),
) {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().start_paused(true).build().unwrap().block_on(async {
        // As long as this is not over, paused time goes on only when it is told to.
        let (_held, ended) = std::sync::mpsc::channel::<()>();
        tokio::task::spawn_blocking(move || ended.recv());
        let proxy = Proxy::spawn(server.imap_port(), rule);
        let alice = Volunteer::new(server, &proxy.imap(), "");
        let flags = Flags { config: Some(alice.config_file().to_str().unwrap().to_owned()), language: None };
        let config = config::load(&flags).unwrap_or_else(|errors| panic!("{errors:?}"));
        let state = State::open(&alice.state_dir()).unwrap();
        let clock = Rc::new(Paused { start: Utc::now(), origin: Instant::now() });
        let told = Rc::<RefCell<Vec<String>>>::default();
        let daemon = Daemon::new(config, state, Rc::<Paused>::clone(&clock), Box::new(Told(Rc::clone(&told)))).unwrap();
        let reload = move || config::load(&flags).map_err(|errors| format!("{errors:?}"));
        let mut daemon = daemon.with_reload(Box::new(reload));
        let (signals, heard) = mpsc::unbounded_channel();
        let (_stop, stopped) = watch::channel(false);
        let simulated = Simulated { alice, proxy, signals, clock, told };
        tokio::select! {
            ended = daemon.run(heard, stopped) => panic!("the daemon ended: {:?}\n{}", ended.ok(), simulated.told()),
            () = story(&simulated) => {}
        }
    });
}
