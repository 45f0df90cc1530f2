//! Real parts for the tests: a Dovecot of their own, a second IMAP client, and a peer that plays a script.
#![allow(dead_code, reason = "every test crate includes all of it and uses a part")]

pub mod client;
pub mod dovecot;
pub mod imap_peer;
