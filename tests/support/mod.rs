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
pub mod mails;
pub mod proxy;
pub mod simulated;
pub mod smtp_peer;
pub mod stage;
pub mod token;
pub mod volunteer;
