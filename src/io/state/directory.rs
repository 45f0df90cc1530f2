//! A directory that only we can enter, and the files in it that are really ours.
//!
//! Nobody else can plant a name in a directory of mode 0700 that belongs to us, so what is checked once stays so. The directory
//! itself may be reached through a symbolic link (systemd's `DynamicUser=` does that): what counts is where it leads.

use std::{
    fs::DirBuilder,
    io,
    os::{
        fd::{AsFd as _, AsRawFd as _, OwnedFd},
        unix::fs::DirBuilderExt as _,
    },
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rustix::{
    fs::{AtFlags, FileType, FlockOperation, Mode, OFlags, Stat},
    io::Errno,
    process::geteuid,
};

use crate::core::text;

/// Why a directory or a file in it cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The system's answer.
    #[error("{0}: {1}")]
    Io(String, io::Error),
    /// Not ours alone, or not a plain file or socket of ours.
    #[error("{0}: {1}")]
    Unsafe(String, &'static str),
    /// Another of our own programs keeps the directory busy.
    #[error("{0}: busy")]
    Busy(String),
}

/// An open directory of mode 0700 that belongs to the effective user.
#[derive(Debug)]
pub struct PrivateDir {
    fd: OwnedFd,
    path: PathBuf,
}

impl PrivateDir {
    /// Opens the directory, and makes it first, with its parents, each 0700, where it is missing.
    pub fn create(path: &Path) -> Result<Self, DirectoryError> {
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| failed(path, error))?;
        Self::open(path)
    }

    /// Opens a directory that is there.
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        let path = path.canonicalize().map_err(|error| failed(path, error))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = rustix::fs::open(&path, flags, Mode::empty()).map_err(|error| failed(&path, error.into()))?;
        let stat = rustix::fs::fstat(&fd).map_err(|error| failed(&path, error.into()))?;
        if stat.st_uid != geteuid().as_raw() {
            return Err(refused(&path, "belongs to another user"));
        }
        if stat.st_mode & 0o077 != 0 {
            return Err(refused(&path, "is open to others; `chmod 700` makes it private"));
        }
        Ok(Self { fd, path })
    }

    /// Its path, without symbolic links.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path of a file in it, without symbolic links.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A short path of a file in it: a socket's path stops at 108 bytes. Valid as long as this value lives.
    pub fn short(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}/{name}", self.fd.as_raw_fd()))
    }

    /// Whether `name` is there, as a `kind` that belongs to us and has no other name. Opens nothing: closing a descriptor of
    /// the database would drop SQLite's locks on it (POSIX locks belong to the whole program).
    pub fn has(&self, name: &str, kind: FileType) -> Result<bool, DirectoryError> {
        match rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => self.vouch(name, kind, &stat).map(|()| true),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(failed(&self.file(name), error.into())),
        }
    }

    /// Opens the plain file `name`, with `flags` for creating it (0600) or not; never follows a link, never waits for a FIFO.
    pub fn open_file(&self, name: &str, flags: OFlags) -> Result<OwnedFd, DirectoryError> {
        let safe = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd =
            rustix::fs::openat(&self.fd, name, flags | safe, Mode::RUSR | Mode::WUSR).map_err(|error| match error {
                Errno::LOOP => refused(&self.file(name), PLANTED),
                error => failed(&self.file(name), error.into()),
            })?;
        let stat = rustix::fs::fstat(&fd).map_err(|error| failed(&self.file(name), error.into()))?;
        self.vouch(name, FileType::RegularFile, &stat)?;
        Ok(fd)
    }

    /// Takes from others every right to `name`.
    pub fn make_private(&self, name: &str) -> Result<(), DirectoryError> {
        rustix::fs::chmodat(&self.fd, name, Mode::RUSR | Mode::WUSR, AtFlags::empty())
            .map_err(|error| failed(&self.file(name), error.into()))
    }

    /// Removes the name `name`.
    pub fn remove(&self, name: &str) -> Result<(), DirectoryError> {
        rustix::fs::unlinkat(&self.fd, name, AtFlags::empty()).map_err(|error| failed(&self.file(name), error.into()))
    }

    /// Renames a file inside the directory, and makes that durable.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), DirectoryError> {
        rustix::fs::renameat(&self.fd, from, &self.fd, to)
            .and_then(|()| rustix::fs::fsync(&self.fd))
            .map_err(|error| failed(&self.file(from), error.into()))
    }

    /// Whether the file system lets us write `name`.
    pub fn is_writable(&self, name: &str) -> bool {
        rustix::fs::accessat(&self.fd, name, rustix::fs::Access::WRITE_OK, AtFlags::EACCESS).is_ok()
    }

    /// Takes this program's turn among those that open or repair the database; over when this value is dropped.
    pub fn take_turn(&self) -> Result<(), DirectoryError> {
        // A turn is one check of the database: far below the 5 s that 100 attempts last.
        for _ in 0..100 {
            match rustix::fs::flock(self.fd.as_fd(), FlockOperation::NonBlockingLockExclusive) {
                Err(Errno::WOULDBLOCK) => thread::sleep(Duration::from_millis(50)),
                other => return other.map_err(|error| failed(&self.path, error.into())),
            }
        }
        Err(DirectoryError::Busy(shown(&self.path)))
    }

    fn vouch(&self, name: &str, kind: FileType, stat: &Stat) -> Result<(), DirectoryError> {
        let is_ours = stat.st_uid == geteuid().as_raw() && stat.st_nlink == 1;
        if is_ours && FileType::from_raw_mode(stat.st_mode) == kind {
            return Ok(());
        }
        Err(refused(&self.file(name), PLANTED))
    }
}

const PLANTED: &str = "is not a plain file of ours (a link, another owner, or another kind of file); remove it";

fn failed(path: &Path, error: io::Error) -> DirectoryError {
    DirectoryError::Io(shown(path), error)
}

fn refused(path: &Path, why: &'static str) -> DirectoryError {
    DirectoryError::Unsafe(shown(path), why)
}

/// Longest path in an error: PATH_MAX would fill a screen.
const SHOWN: usize = 300;

fn shown(path: &Path) -> String {
    text::line(&path.to_string_lossy(), SHOWN)
}
