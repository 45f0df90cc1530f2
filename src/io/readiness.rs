//! Waiting for a kernel object (a timer, inotify) to have something to read.

use std::io;

use rustix::fd::OwnedFd;
use tokio::io::{Interest, unix::AsyncFd};

/// Registers a non-blocking descriptor with the runtime.
///
/// # Errors
/// The runtime cannot watch this kind of file.
#[expect(
    deprecated,
    reason = "unsound only for types whose descriptor may change (tokio #8587), which an OwnedFd's cannot; the successor is unsafe"
)]
pub fn register(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(fd, Interest::READABLE)
}
