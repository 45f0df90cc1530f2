//! Time as an injected value.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

/// Tells the wall-clock time and sleeps to an instant of it.
#[async_trait(?Send)]
pub trait Clock {
    /// The time.
    fn now(&self) -> DateTime<Utc>;

    /// Returns at `instant` or later, or earlier when the clock was set or the machine woke: ask [`Clock::now`] again.
    /// Dropping the future is harmless.
    async fn sleep_until(&self, instant: DateTime<Utc>);
}
