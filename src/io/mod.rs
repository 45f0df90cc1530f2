//! Effects, without policy: what the core decides is performed here.

pub mod clock;
pub mod desktop;
pub mod imap;
pub mod lock;
pub mod mailbox;
pub mod maildir;
pub(crate) mod readiness;
mod sasl;
pub mod secret;
pub mod service;
pub mod smtp;
pub mod state;
pub mod trust;
