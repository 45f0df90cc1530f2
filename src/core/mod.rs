//! The pure core: functions from values to values. Nothing here reads a clock, a file, a socket or a random number.

#![deny(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stdout, clippy::print_stderr)]

pub mod authentication;
pub mod backoff;
pub mod cause;
pub mod civil;
pub mod digest;
pub mod gate;
pub mod holidays;
pub mod language;
pub mod mail;
pub mod notice;
pub mod outcome;
pub mod release;
pub mod report;
pub mod selector;
pub mod sentences;
pub mod sieve;
pub mod text;
pub mod timeline;
pub mod week;
pub mod when;
