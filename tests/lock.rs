//! One daemon a profile, woken by commands.
#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::{
    fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use quiethours::io::{
    lock::{Lock, LockError, WakeSocket, is_running, wake},
    service,
};
use tokio::time::timeout;

/// A test that waits longer has failed.
const DEADLINE: Duration = Duration::from_secs(20);

fn state_dir(root: &tempfile::TempDir) -> PathBuf {
    let dir = root.path().join("state");
    fs::create_dir(&dir).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).unwrap();
    dir
}

#[test]
fn a_second_daemon_learns_who_runs() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    assert_eq!(is_running(&state), None);
    let lock = Lock::take(&state).unwrap();
    let us = std::process::id();
    assert!(matches!(Lock::take(&state), Err(LockError::Held { pid }) if pid == us));
    assert_eq!(is_running(&state), Some(us));
    drop(lock);
    assert_eq!(is_running(&state), None);
    Lock::take(&state).unwrap();
}

#[test]
fn looking_for_a_daemon_does_not_stop_one_from_starting() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    drop(Lock::take(&state).unwrap());
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| (0..2000).filter(|_| is_running(&state).is_some()).count());
        while !looking.is_finished() {
            drop(Lock::take(&state).unwrap());
        }
    });
}

#[test]
fn a_child_does_not_inherit_the_lock() {
    let dir = tempfile::tempdir().unwrap();
    let state = dir.path().join("state");
    let lock = Lock::take(&state).unwrap();
    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    drop(lock);
    // The kernel lets us go on a moment before it closes the child's descriptors.
    let deadline = Instant::now() + DEADLINE;
    while is_running(&state).is_some() {
        assert!(Instant::now() < deadline, "the child holds the lock");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(child.try_wait().unwrap().is_none(), "the child has ended");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_planted_lock_file_is_refused_and_its_target_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let state = state_dir(&dir);
    let target = dir.path().join("target");
    fs::write(&target, "precious").unwrap();
    symlink(&target, state.join("daemon.lock")).unwrap();
    assert!(matches!(Lock::take(&state), Err(LockError::Directory(_))));
    fs::remove_file(state.join("daemon.lock")).unwrap();
    fs::hard_link(&target, state.join("daemon.lock")).unwrap();
    assert!(matches!(Lock::take(&state), Err(LockError::Directory(_))));
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
}

#[tokio::test]
async fn a_command_wakes_the_daemon_and_many_wake_it_once() {
    let dir = tempfile::tempdir().unwrap();
    // Longer than the 108 bytes of a socket's path.
    let state = dir.path().join("x".repeat(120));
    let _lock = Lock::take(&state).unwrap();
    wake(&state).unwrap();
    let socket = WakeSocket::bind(&state).unwrap();
    assert_eq!(fs::metadata(state.join("wake")).unwrap().mode() & 0o777, 0o600);
    for _ in 0..5000 {
        wake(&state).unwrap();
    }
    timeout(DEADLINE, socket.recv()).await.unwrap();
    assert!(timeout(Duration::from_millis(50), socket.recv()).await.is_err(), "woken again by nothing");
    wake(&state).unwrap();
    timeout(DEADLINE, socket.recv()).await.unwrap();
}

#[tokio::test]
async fn a_daemon_that_forbids_dumps_is_woken_too() {
    // /proc/self belongs to root then; its own descriptors must stay within a program's reach.
    service::forbid_dumps();
    let dir = tempfile::tempdir().unwrap();
    let state = state_dir(&dir);
    let socket = WakeSocket::bind(&state).unwrap();
    wake(&state).unwrap();
    timeout(DEADLINE, socket.recv()).await.unwrap();
}

#[tokio::test]
async fn the_socket_of_a_killed_daemon_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let state = state_dir(&dir);
    drop(WakeSocket::bind(&state).unwrap());
    assert!(state.join("wake").exists());
    wake(&state).unwrap();
    let socket = WakeSocket::bind(&state).unwrap();
    wake(&state).unwrap();
    timeout(DEADLINE, socket.recv()).await.unwrap();
}

#[tokio::test]
async fn a_file_in_the_sockets_place_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let state = state_dir(&dir);
    fs::write(state.join("wake"), "precious").unwrap();
    assert!(matches!(WakeSocket::bind(&state), Err(LockError::Directory(_))));
    assert_eq!(fs::read_to_string(state.join("wake")).unwrap(), "precious");
}
