//! The simulated clock: time passes only while the daemon sleeps, and mail arrives on the way.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    fs::{self, File},
    io::{self, Write as _},
    path::PathBuf,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::story::Arrival;
use crate::io::clock::Clock;

/// A clock that jumps to the next thing that happens.
pub(super) struct Stage {
    now: Cell<DateTime<Utc>>,
    end: DateTime<Utc>,
    script: RefCell<VecDeque<Arrival>>,
    inbox: PathBuf,
    arrived: Cell<usize>,
    stop: watch::Sender<bool>,
}

impl Stage {
    pub fn new(
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        script: Vec<Arrival>,
        inbox: PathBuf,
        stop: watch::Sender<bool>,
    ) -> Self {
        let script = RefCell::new(script.into());
        Self { now: Cell::new(start), end, script, inbox, arrived: Cell::new(0), stop }
    }

    /// Delivers like a mail server: into `tmp`, then renamed into `new`, dated by the simulated time.
    fn deliver(&self, arrival: &Arrival) -> io::Result<()> {
        let number = self.arrived.get();
        self.arrived.set(number + 1);
        let name = format!("{}.{number}.demo", arrival.at.timestamp());
        let draft = self.inbox.join("tmp").join(&name);
        let mut file = File::create(&draft)?;
        file.write_all(&arrival.message)?;
        file.set_modified(arrival.at.into())?;
        fs::rename(draft, self.inbox.join("new").join(name))
    }

    fn next_before(&self, instant: DateTime<Utc>) -> Option<Arrival> {
        let mut script = self.script.borrow_mut();
        if script.front()?.at > instant { None } else { script.pop_front() }
    }
}

#[async_trait(?Send)]
impl Clock for Stage {
    fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    async fn sleep_until(&self, instant: DateTime<Utc>) {
        let instant = instant.min(self.end).max(self.now.get());
        if let Some(arrival) = self.next_before(instant) {
            self.now.set(arrival.at.max(self.now.get()));
            if let Err(error) = self.deliver(&arrival) {
                tracing::error!(%error, "a mail of the demo could not be delivered");
            }
            return;
        }
        self.now.set(instant);
        if instant >= self.end {
            let _ = self.stop.send(true);
        }
    }
}
