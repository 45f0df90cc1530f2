//! Time as an injected value, and the system's clock.

use std::{io, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rustix::{
    fd::OwnedFd,
    fs::Timespec,
    io::Errno,
    time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags},
};

use super::readiness;

/// Tells the wall-clock time and sleeps to an instant of it.
#[async_trait(?Send)]
pub trait Clock {
    /// The time.
    fn now(&self) -> DateTime<Utc>;

    /// Returns at `instant` or later, or earlier when the clock was set or the machine woke: ask [`Clock::now`] again.
    /// Dropping the future is harmless.
    async fn sleep_until(&self, instant: DateTime<Utc>);
}

/// Longest sleep where the kernel offers no wall-clock timer. Tokio's timers count the time that the machine is awake, so an
/// instant is missed by at most this much after a suspend or a clock change.
const SLICE: Duration = Duration::from_secs(30);

/// The system's clock. It sleeps on a wall-clock timer of the kernel, without periodic wake-ups: the timer fires at once when
/// its instant passed during a suspend, and is cancelled when the clock is set or the machine wakes (timerfd_create(2),
/// `TFD_TIMER_CANCEL_ON_SET`).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait(?Send)]
impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    async fn sleep_until(&self, instant: DateTime<Utc>) {
        if self.now() >= instant {
            return;
        }
        if let Err(error) = sleep_on_timer(instant).await {
            tracing::debug!(%error, "no wall-clock timer; sleeping in slices");
            tokio::time::sleep(slice(instant - self.now())).await;
        }
    }
}

async fn sleep_on_timer(instant: DateTime<Utc>) -> io::Result<()> {
    let timer = readiness::register(timer(instant)?)?;
    loop {
        let mut ready = timer.readable().await?;
        let mut expirations = [0; 8];
        match rustix::io::read(timer.get_ref(), &mut expirations) {
            Err(Errno::WOULDBLOCK) => ready.clear_ready(),
            // The clock was set, or the machine woke.
            Ok(_) | Err(Errno::CANCELED) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

fn timer(instant: DateTime<Utc>) -> rustix::io::Result<OwnedFd> {
    let flags = TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK;
    let timer = rustix::time::timerfd_create(TimerfdClockId::Realtime, flags)?;
    let once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let at =
        Timespec { tv_sec: instant.timestamp(), tv_nsec: instant.timestamp_subsec_nanos().min(999_999_999).into() };
    let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
    rustix::time::timerfd_settime(&timer, flags, &Itimerspec { it_interval: once, it_value: at })?;
    Ok(timer)
}

/// Returning early is allowed: the caller asks for the time again.
fn slice(remaining: TimeDelta) -> Duration {
    remaining.to_std().unwrap_or_default().min(SLICE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_timer_a_long_sleep_is_cut_into_slices() {
        assert_eq!(slice(TimeDelta::hours(9)), SLICE);
        assert_eq!(slice(TimeDelta::seconds(2)), Duration::from_secs(2));
        assert_eq!(slice(TimeDelta::hours(-9)), Duration::ZERO);
    }
}
