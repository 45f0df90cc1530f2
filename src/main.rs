//! The `quiethours` command.

use std::process::ExitCode;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

fn main() -> ExitCode {
    // Passwords and digests pass through this memory: no core dump, no tracing by other programs. Where the system refuses,
    // everything else still works.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    quiethours::cli::main(std::env::args_os())
}
