//! Sleeping to an instant of the wall clock.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use quiethours::io::clock::{Clock as _, SystemClock};
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_sleep_reaches_its_instant() {
    let instant = SystemClock.now() + TimeDelta::milliseconds(30);
    let slept = async {
        while SystemClock.now() < instant {
            SystemClock.sleep_until(instant).await;
        }
    };
    timeout(DEADLINE, slept).await.unwrap();
}

#[tokio::test]
async fn an_instant_that_passed_is_not_slept_for() {
    for past in
        [SystemClock.now() - TimeDelta::hours(9), DateTime::UNIX_EPOCH, DateTime::from_timestamp(-1, 0).unwrap()]
    {
        timeout(DEADLINE, SystemClock.sleep_until(past)).await.unwrap();
    }
}

#[tokio::test]
async fn a_sleep_that_is_dropped_leaves_nothing_behind() {
    let far = SystemClock.now() + TimeDelta::days(366);
    for _ in 0..2000 {
        assert!(timeout(Duration::ZERO, SystemClock.sleep_until(far)).await.is_err());
    }
}
