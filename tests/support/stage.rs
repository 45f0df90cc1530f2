//! A simulated clock: time passes only while the daemon sleeps, and things happen on the way.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use quiethours::io::clock::Clock;
use tokio::sync::watch;

type Happening = Box<dyn FnOnce()>;

/// Plays a script until its end, then asks the daemon to stop.
pub struct Stage {
    now: Cell<DateTime<Utc>>,
    end: DateTime<Utc>,
    script: RefCell<VecDeque<(DateTime<Utc>, Happening)>>,
    stop: watch::Sender<bool>,
}

impl Stage {
    /// From `start` to `end`. What the script holds happens in order; it may set the clock back only through
    /// [`Stage::set`].
    pub fn new(
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        script: Vec<(DateTime<Utc>, Happening)>,
    ) -> (Self, watch::Receiver<bool>) {
        let (stop, stopped) = watch::channel(false);
        (Self { now: Cell::new(start), end, script: RefCell::new(script.into()), stop }, stopped)
    }
}

#[async_trait(?Send)]
impl Clock for Stage {
    fn now(&self) -> DateTime<Utc> {
        self.now.get()
    }

    async fn sleep_until(&self, instant: DateTime<Utc>) {
        let instant = instant.min(self.end).max(self.now.get());
        let next = self.script.borrow().front().map(|(at, _)| *at).filter(|at| *at <= instant);
        if let Some(at) = next {
            self.now.set(at.max(self.now.get()));
            let happening = self.script.borrow_mut().pop_front();
            if let Some((_, happening)) = happening {
                happening();
            }
            return;
        }
        self.now.set(instant);
        if instant >= self.end {
            let _ = self.stop.send(true);
        }
    }
}
