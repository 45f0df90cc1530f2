//! A simulated clock for a daemon on a real server: time passes only while nothing is under way between the two.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use quiethours::{
    daemon::{Event, Witness},
    io::clock::Clock,
};
use tokio::sync::{Notify, watch};

/// Longer than any delay after a lost connection: then, if not before, the next is being made.
const RETRIED: TimeDelta = TimeDelta::seconds(81);

/// How the mailbox stands, as far as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Connecting,
    Up,
    /// Since then; and for some seconds there is no connection.
    Down(DateTime<Utc>),
}

/// From a moment to its end, when it asks the daemon to stop.
pub struct Patient {
    now: Cell<DateTime<Utc>>,
    end: DateTime<Utc>,
    standing: Cell<Standing>,
    stop: watch::Sender<bool>,
    /// What happens before time goes on, given how many connections the daemon holds; whether it may.
    world: Box<dyn Fn(usize) -> bool>,
    /// Told with each trouble.
    pub troubled: Notify,
    /// What was told of troubles, for a test that fails.
    pub told: RefCell<Vec<String>>,
}

impl Patient {
    /// `world` says whether everything has come to rest while the daemon holds so many connections.
    pub fn new(now: DateTime<Utc>, end: DateTime<Utc>, world: Box<dyn Fn(usize) -> bool>) -> Self {
        let (now, standing) = (Cell::new(now), Cell::new(Standing::Connecting));
        Self {
            now,
            end,
            standing,
            stop: watch::Sender::new(false),
            world,
            troubled: Notify::new(),
            told: RefCell::default(),
        }
    }

    /// True when the end has come.
    pub fn stopped(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Another daemon starts, some time later.
    pub fn restart(&self, later: TimeDelta) {
        self.now.set(self.now.get() + later);
        self.standing.set(Standing::Connecting);
    }

    /// Sets the time.
    pub fn set(&self, now: DateTime<Utc>) {
        self.now.set(now);
    }

    async fn rest_of_the_world(&self, held: usize) {
        while !(self.world)(held) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

#[async_trait(?Send)]
impl Clock for Patient {
    fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    async fn sleep_until(&self, instant: DateTime<Utc>) {
        let now = self.now.get();
        let next = match self.standing.get() {
            Standing::Up => {
                self.rest_of_the_world(1).await;
                instant
            }
            Standing::Down(since) if now < since + RETRIED => {
                self.rest_of_the_world(0).await;
                instant.min(since + RETRIED)
            }
            // It ends with a connection or with a trouble, and then the daemon asks anew.
            Standing::Down(_) | Standing::Connecting => std::future::pending().await,
        };
        self.now.set(next.min(self.end).max(now));
        if self.now.get() >= self.end {
            self.stop.send_replace(true);
        }
    }
}

/// Tells the clock how the mailbox stands.
pub struct Reporter(pub Rc<Patient>);

impl Witness for Reporter {
    fn tell(&mut self, now: DateTime<Utc>, event: Event<'_>) {
        let clock = &self.0;
        match event {
            Event::Connected { .. } => clock.standing.set(Standing::Up),
            Event::Trouble { mailbox, text } => {
                clock.told.borrow_mut().push(text.to_owned());
                if mailbox.is_some() {
                    clock.standing.set(Standing::Down(now));
                }
                clock.troubled.notify_one();
            }
            _ => {}
        }
    }
}
