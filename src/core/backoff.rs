//! How long to wait before trying again: exponential, jittered, capped.

use chrono::TimeDelta;

/// How delays grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: TimeDelta,
    cap: TimeDelta,
}

impl Backoff {
    /// After a lost connection: 2 s to 80 s. Short enough that a router's restart costs a minute, long enough that a server
    /// that closes at once sees no more than 15 attempts in ten minutes.
    pub const CONNECT: Self = Self { first: TimeDelta::seconds(2), cap: TimeDelta::seconds(80) };
    /// After a server asked to come back later: 15 minutes to 24 hours; shorter delays prolong a throttling.
    pub const BUSY: Self = Self { first: TimeDelta::minutes(15), cap: TimeDelta::hours(24) };
    /// After a digest or a move was refused for now (quota, disk): 1 minute to 1 hour.
    pub const REFUSED: Self = Self { first: TimeDelta::minutes(1), cap: TimeDelta::hours(1) };

    /// The delay before attempt `failures + 1`, where `failures` (>= 1) attempts failed in a row. `jitter` in `[0, 1)` spreads
    /// it over the upper eighth, so that many daemons do not come back in step.
    pub fn delay(self, failures: u32, jitter: f64) -> TimeDelta {
        let doublings = failures.saturating_sub(1).min(20);
        let full = self.cap.num_milliseconds().min(self.first.num_milliseconds() << doublings);
        let eighth = full / 8;
        let spread = eighth as f64 * jitter.clamp(0.0, 1.0);
        TimeDelta::milliseconds(full - eighth + spread as i64)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_delay_grows_and_is_never_longer_than_the_cap_nor_much_shorter_than_the_first(failures in 1u32.., jitter in 0.0f64..1.0) {
            for backoff in [Backoff::CONNECT, Backoff::BUSY, Backoff::REFUSED] {
                let delay = backoff.delay(failures, jitter);
                prop_assert!(delay <= backoff.cap);
                prop_assert!(delay >= backoff.first * 3 / 4);
                prop_assert!(delay <= backoff.delay(failures.saturating_add(1), jitter));
            }
        }
    }

    #[test]
    fn a_server_that_closes_at_once_sees_at_most_fifteen_attempts_in_ten_minutes() {
        let mut elapsed = TimeDelta::zero();
        let mut attempts = 1;
        while elapsed < TimeDelta::minutes(10) {
            elapsed += Backoff::CONNECT.delay(attempts, 0.0);
            attempts += 1;
        }
        assert!(attempts <= 15, "{attempts} attempts");
    }
}
