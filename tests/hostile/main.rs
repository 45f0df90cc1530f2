//! Whatever a stranger sends: a notice for each message, and a digest that is only what we wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a property that does not hold is a panic")]

mod floods;
mod properties;
