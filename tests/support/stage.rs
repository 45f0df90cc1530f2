//! A simulated clock: time passes only while the daemon sleeps, and things happen on the way.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use quiethours::io::clock::Clock;
use tokio::sync::watch;

type Happening = Box<dyn FnOnce()>;

/// Where something that happens leaves the time that the clock is to show from then on: it was set, or the machine slept.
pub type Jump = Rc<Cell<Option<DateTime<Utc>>>>;

/// Plays a script until its end, then asks the daemon to stop.
pub struct Stage {
    now: Cell<DateTime<Utc>>,
    end: DateTime<Utc>,
    script: RefCell<VecDeque<(DateTime<Utc>, Happening)>>,
    jump: Jump,
    stop: watch::Sender<bool>,
}

impl Stage {
    /// From `start` to `end`. What the script holds happens in order; it sets the clock only through `jump`.
    pub fn new(
        start: DateTime<Utc>,
        end: DateTime<Utc>,
        script: Vec<(DateTime<Utc>, Happening)>,
        jump: Jump,
    ) -> (Self, watch::Receiver<bool>) {
        let (stop, stopped) = watch::channel(false);
        (Self { now: Cell::new(start), end, script: RefCell::new(script.into()), jump, stop }, stopped)
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
            if let Some(shown) = self.jump.take() {
                self.now.set(shown);
            }
            return;
        }
        self.now.set(instant);
        if instant >= self.end {
            let _ = self.stop.send(true);
        }
    }
}
