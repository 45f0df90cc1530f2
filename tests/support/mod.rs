//! Real parts for the tests: a Dovecot of their own, a second IMAP client, a peer that plays a script, a Maildir, a clock.
#![allow(dead_code, reason = "every test crate includes all of it and uses a part")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

pub mod certificates;
pub mod client;
pub mod disk;
pub mod dovecot;
pub mod faults;
pub mod home;
pub mod imap_peer;
pub mod mailbox;
pub mod mails;
pub mod many;
pub mod proxy;
pub mod simulated;
pub mod smtp_peer;
pub mod stage;
pub mod strace;
pub mod token;
pub mod volunteer;
pub mod zones;

/// Nothing is left out, however long it takes: `tests/run --long`.
pub fn long() -> bool {
    std::env::var_os("QH_LONG").is_some()
}

/// A directory in memory where there is one: the state is written and flushed some dozen times an evening.
pub fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}
