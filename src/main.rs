//! The `quiethours` command.

fn main() {}
