//! The IMAP mailbox over a stream in memory and a clock that jumps: no test waits for five minutes.

mod idling;
mod matrix;
mod peer;
mod table;
