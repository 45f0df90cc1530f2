//! The same test on many cases, some at a time: each is played, however many fail.

use std::{
    fmt::Debug,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Failures that are shown.
const SHOWN: usize = 10;

/// Calls `check`, which panics where it fails, for each of `cases`, so many at a time. Panics at the end if one did.
pub fn each<T: Sync + Debug>(what: &str, cases: &[T], at_a_time: usize, check: impl Fn(&T) + Sync) {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if catch_unwind(AssertUnwindSafe(|| check(case))).is_err() {
                        failures.lock().unwrap().push(case);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let shown = &failures[..failures.len().min(SHOWN)];
    assert!(failures.is_empty(), "{} of {} {what} went wrong: {shown:#?}", failures.len(), cases.len());
}
