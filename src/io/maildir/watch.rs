//! inotify: a hint that something arrived.

use std::{io, mem::MaybeUninit};

use rustix::{
    fs::inotify::{self, CreateFlags, WatchFlags},
    io::Errno,
};
use tokio::io::unix::AsyncFd;

use super::folder::{MailFolder, Place};
use crate::io::readiness;

/// Watches folders from the moment they are added, so that what arrives between a listing and the next wait is announced.
pub struct Watch {
    inotify: AsyncFd<rustix::fd::OwnedFd>,
}

impl Watch {
    /// A watch of nothing yet. Inside a tokio runtime.
    pub fn new() -> io::Result<Self> {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        Ok(Self { inotify: readiness::register(inotify)? })
    }

    /// Adds a folder; once more is harmless.
    pub fn add(&self, folder: &MailFolder) -> io::Result<()> {
        // Deliveries rename from `tmp` or link; the directories themselves may be replaced.
        let flags = WatchFlags::MOVED_TO
            | WatchFlags::CREATE
            | WatchFlags::DELETE_SELF
            | WatchFlags::MOVE_SELF
            | WatchFlags::ONLYDIR;
        for place in [Place::New, Place::Cur] {
            inotify::add_watch(self.inotify.get_ref(), folder.place(place), flags)?;
        }
        Ok(())
    }

    /// Returns when something happened since the last time.
    pub async fn changed(&self) -> io::Result<()> {
        loop {
            let mut ready = self.inotify.readable().await?;
            let had_news = self.drain()?;
            ready.clear_ready();
            if had_news {
                return Ok(());
            }
        }
    }

    /// Reads what is waiting. What happened does not matter: the listing is the truth.
    fn drain(&self) -> io::Result<bool> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(self.inotify.get_ref(), &mut buffer);
        let mut had_news = false;
        loop {
            match events.next() {
                Ok(_) => had_news = true,
                Err(Errno::WOULDBLOCK) => return Ok(had_news),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
