//! A notice on the volunteer's desktop, where there is one.

use std::{env, path::Path, process::Stdio};

use tokio::process::Command;

/// Shows `text` by notify-send(1), if there is a session bus and the program. That there is none changes nothing: `status` and
/// the next digest say the same. Inside a tokio runtime, which reaps the child.
pub fn tell(text: &str) {
    if !has_session_bus() {
        return;
    }
    let mut command = Command::new("notify-send");
    command.args(["--app-name=quiethours", "--", "quiethours", text]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Err(error) = command.spawn() {
        tracing::debug!(%error, "no desktop notice");
    }
}

fn has_session_bus() -> bool {
    env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some()
        || env::var_os("XDG_RUNTIME_DIR").is_some_and(|directory| Path::new(&directory).join("bus").exists())
}
