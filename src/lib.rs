//! quiethours holds forum and ticket notifications during a volunteer's off-hours and releases them in one digest.
//!
//! - [`core`] decides: values in, values out; no clock, file, socket or randomness.
//! - [`io`] performs: mailboxes, state, clock, secrets; it knows no policy.
//! - [`daemon`] joins the two: observe, decide, perform, record.
//! - [`config`] turns the file into a validated [`config::Config`].
//! - [`cli`] is one file per command: parse, call, print.

pub mod cli;
pub mod config;
pub mod core;
pub mod daemon;
pub mod io;
