//! One daemon a profile (a lock for its life), and the socket by which a command wakes it.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::unix::net::UnixDatagram as BlockingDatagram,
    path::Path,
    thread,
    time::Duration,
};

use rustix::{
    fs::{FileType, FlockOperation, OFlags},
    io::Errno,
};
use tokio::net::UnixDatagram;

use super::state::{DirectoryError, PrivateDir};

const LOCK: &str = "daemon.lock";
const WAKE: &str = "wake";

/// Attempts to take the lock, [`PAUSE`] apart: `is_running` holds it for a moment too, which must not stop a daemon's start.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(20);

/// Longest number of a program, with its line end: a pid has at most 10 digits.
const PID_LENGTH: u64 = 16;

/// Why the lock or the socket is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another daemon of this profile runs.
    #[error("another daemon is running (process {pid})")]
    Held {
        /// Its number; 0 when it has not written it yet.
        pid: u32,
    },
    /// The state directory is not safely ours, or the system refused.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The system's answer to locking or writing.
    #[error("{LOCK}: {0}")]
    Io(#[from] io::Error),
}

/// The right to be the daemon of a profile, until it is dropped or the program ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock in `state_dir`, which is made if it is missing. Waits at most a fifth of a second.
    ///
    /// # Errors
    /// `Held` by another daemon, or the directory cannot be used.
    pub fn take(state_dir: &Path) -> Result<Self, LockError> {
        let dir = PrivateDir::create(state_dir)?;
        let mut file = File::from(dir.open_file(LOCK, OFlags::RDWR | OFlags::CREATE)?);
        for _ in 0..ATTEMPTS {
            match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {
                    file.set_len(0)?;
                    writeln!(file, "{}", std::process::id())?;
                    return Ok(Self { _file: file });
                }
                Err(Errno::WOULDBLOCK) => thread::sleep(PAUSE),
                Err(error) => return Err(LockError::Io(error.into())),
            }
        }
        Err(LockError::Held { pid: read_pid(&file) })
    }
}

/// The number of the daemon that holds the lock in `state_dir` (0 when it has not written it yet); `None` when none does, or
/// when there is no such directory. Creates nothing.
pub fn is_running(state_dir: &Path) -> Option<u32> {
    let dir = PrivateDir::open(state_dir).ok()?;
    let file = File::from(dir.open_file(LOCK, OFlags::RDONLY).ok()?);
    match rustix::fs::flock(&file, FlockOperation::NonBlockingLockShared) {
        Err(Errno::WOULDBLOCK) => Some(read_pid(&file)),
        _ => None,
    }
}

fn read_pid(file: &File) -> u32 {
    let mut text = String::new();
    match file.take(PID_LENGTH).read_to_string(&mut text) {
        Ok(_) => text.trim().parse().unwrap_or(0),
        Err(_) => 0,
    }
}

/// The daemon's end of the wake-up socket. Nothing is parsed from it: a command writes its row, then sends an empty datagram.
#[derive(Debug)]
pub struct WakeSocket {
    socket: UnixDatagram,
}

impl WakeSocket {
    /// Binds `STATE/wake`, 0600, in place of one that an earlier daemon left. Only for the holder of the [`Lock`], inside a
    /// tokio runtime.
    ///
    /// # Errors
    /// Something other than a socket of ours has that name, or the system refused.
    pub fn bind(state_dir: &Path) -> Result<Self, LockError> {
        let dir = PrivateDir::open(state_dir)?;
        if dir.has(WAKE, FileType::Socket)? {
            dir.remove(WAKE)?;
        }
        let socket = UnixDatagram::bind(dir.short(WAKE))?;
        dir.make_private(WAKE)?;
        Ok(Self { socket })
    }

    /// Returns when the daemon was woken since the last time; several datagrams are one. Dropping the future loses nothing.
    pub async fn recv(&self) {
        // An error of a bound datagram socket is none that a sender could cause or that waiting would cure: as if woken.
        let mut byte = [0; 1];
        if let Err(error) = self.socket.recv(&mut byte).await {
            tracing::warn!(%error, "the wake-up socket failed");
        }
        while self.socket.try_recv(&mut byte).is_ok() {}
    }
}

/// Wakes the daemon of `state_dir`. That none runs is fine: the next one reads the state anyway.
///
/// # Errors
/// The directory is not safely ours, or the system refused.
pub fn wake(state_dir: &Path) -> Result<(), LockError> {
    use io::ErrorKind::{ConnectionRefused, NotFound, WouldBlock};
    let dir = PrivateDir::open(state_dir)?;
    let socket = BlockingDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    match socket.send_to(&[], dir.short(WAKE)) {
        // `WouldBlock`: its queue is full of wake-ups that it has not read yet.
        Err(error) if !matches!(error.kind(), ConnectionRefused | NotFound | WouldBlock) => Err(error.into()),
        _ => Ok(()),
    }
}
