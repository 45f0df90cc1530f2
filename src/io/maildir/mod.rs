//! A Maildir on this machine as a [`Mailbox`].
//!
//! A UID is a file's base name, what precedes `:2,`; a message arrived at its file's time. Hold and file are rename(2) inside one
//! file system: base name, bytes, upper-case flags and time stay, keyword letters are translated. Others (Dovecot, a mail client,
//! the delivery program) work in the same directories at any time: every act looks for the file anew, by its base name.
//!
//! Messages are stored with LF, as Dovecot and delivery programs do; a digest is converted on its way in.
//!
//! File input and output block the daemon's one thread. On a local disk that lasts milliseconds, and there is nothing else that
//! the daemon would have to answer meanwhile.

mod batches;
mod deliver;
mod folder;
mod keywords;
mod name;
mod read;
mod relocate;
mod subscriptions;
mod watch;
mod whole;

use std::{
    collections::HashSet,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use tokio::sync::watch::Receiver;

use self::{
    batches::Batches,
    folder::{MailFolder, Spots},
    keywords::{Keywords, SEALED},
    read::Opened as OpenMessage,
    watch::Watch,
};
use super::mailbox::{Access, FolderNames, Listing, Look, Mailbox, MailboxError, Opened as OpenedFolder, Sight};
use crate::core::{
    mail::{Content, Envelope, Flags, Folder, Uid},
    outcome::Outcome,
    release::Marker,
    text,
};

/// How long a wait lasts at most where inotify works: it does not see what another machine does on a network file system.
const WATCHED: Duration = Duration::from_secs(5 * 60);

/// The same where it does not (no watches left, another kind of file system).
const UNWATCHED: Duration = Duration::from_secs(60);

/// Messages whose files are looked for at a time, by reading the folder: where they are takes 150 bytes of memory each.
const FOUND_TOGETHER: usize = 10_000;

/// Longest error text kept.
const TOLD: usize = 200;

/// A Maildir, and its folders by the part they play.
pub struct MaildirMailbox {
    root: PathBuf,
    inbox: Named,
    intake: Named,
    held: Named,
    released: Named,
    open: Option<Folder>,
    watch: Option<Watch>,
}

/// A folder with its configured name.
struct Named {
    name: String,
    directory: String,
    folder: MailFolder,
}

impl Named {
    fn new(root: &Path, name: &str) -> Result<Self, MailboxError> {
        let directory = name::directory(name)?;
        Ok(Self { name: name.to_owned(), folder: MailFolder::new(root.join(&directory)), directory })
    }
}

impl MaildirMailbox {
    /// The Maildir in `root`; nothing is touched yet.
    ///
    /// # Errors
    /// `Unsupported`: a folder name that a Maildir cannot have.
    pub fn new(root: &Path, folders: &FolderNames) -> Result<Self, MailboxError> {
        Ok(Self {
            root: root.to_owned(),
            inbox: Named::new(root, "INBOX")?,
            intake: Named::new(root, &folders.intake)?,
            held: Named::new(root, &folders.held)?,
            released: Named::new(root, &folders.released)?,
            open: None,
            watch: None,
        })
    }

    fn named(&self, folder: Folder) -> &Named {
        match folder {
            Folder::Inbox => &self.inbox,
            Folder::Intake => &self.intake,
            Folder::Held => &self.held,
            Folder::Released => &self.released,
        }
    }

    fn opened(&self) -> Result<&Named, MailboxError> {
        let folder = self.open.ok_or_else(|| MailboxError::Refused("no folder is open".to_owned()))?;
        Ok(self.named(folder))
    }

    /// Makes `name` with its parents and subscribes them; one that is there already is left as it is.
    fn make(&self, name: &str) -> Result<(), MailboxError> {
        let levels: Vec<&str> = name.split('/').collect();
        for depth in 1..=levels.len() {
            let part = Named::new(&self.root, &levels[..depth].join("/"))?;
            let failed = |error| told_of(&part.name, error);
            if part.folder.exists().map_err(failed)? {
                continue;
            }
            part.folder.create(&self.root).map_err(failed)?;
            if let Err(error) = subscriptions::add(&self.root, &part.directory) {
                tracing::warn!(%error, "a new folder could not be subscribed");
            }
        }
        Ok(())
    }

    /// Every folder must be there, and a rename must reach it from the others.
    fn check(&self) -> Result<(), MailboxError> {
        let mut devices = HashSet::new();
        for named in [&self.inbox, &self.intake, &self.held, &self.released] {
            let failed = |error| told_of(&named.name, error);
            if !named.folder.exists().map_err(failed)? {
                return Err(MailboxError::Missing(named.name.clone()));
            }
            devices.extend(named.folder.devices().map_err(failed)?);
        }
        if devices.len() > 1 {
            let text = "the Maildir's folders are on different file systems: messages could not be moved safely";
            return Err(MailboxError::Unsupported(text.to_owned()));
        }
        Ok(())
    }

    /// Watches `folder` from now on, if the system lets us.
    fn watch(&mut self, folder: Folder) -> Option<&Watch> {
        if self.watch.is_none() {
            self.watch = Watch::new().inspect_err(|error| tracing::debug!(%error, "no inotify")).ok();
        }
        let watch = self.watch.as_ref()?;
        match watch.add(&self.named(folder).folder) {
            Ok(()) => Some(watch),
            Err(error) => {
                tracing::debug!(%error, "no inotify watch; looking every minute");
                None
            }
        }
    }

    /// Reads `uids` one after the other, and hands over what `make` makes of them in batches.
    fn visit<T>(
        &self,
        uids: &[Uid],
        make: impl Fn(&Uid, Flags, OpenMessage) -> io::Result<(T, usize)>,
        visit: &mut dyn FnMut(Vec<T>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError> {
        let named = self.opened()?;
        let failed = |error| told_of(&named.name, error);
        let letter = Keywords::read(named.folder.path()).map_err(failed)?.letter(SEALED);
        let mut ascending: Vec<&Uid> = uids.iter().collect();
        ascending.sort_unstable();
        ascending.dedup();
        let mut batches = Batches::to(visit);
        for some in ascending.chunks(FOUND_TOGETHER) {
            let found = named.folder.find(&names(some.iter().copied())).map_err(failed)?;
            let mut spots = Spots::new(&named.folder, found);
            for uid in some {
                let Uid::Name(base) = uid else { continue };
                let Some((file, opened)) = spots.attempt(base, read::open).map_err(failed)? else { continue };
                let (value, size) = make(uid, flags(&file, letter), opened).map_err(failed)?;
                if batches.push(value, size).is_break() {
                    return Ok(());
                }
            }
        }
        batches.end();
        Ok(())
    }
}

#[async_trait(?Send)]
impl Mailbox for MaildirMailbox {
    async fn prepare(&mut self, create: bool) -> Result<(), MailboxError> {
        // The root is never made: a mistyped path must not become an empty Maildir.
        if !self.inbox.folder.exists().map_err(|error| told_of("INBOX", error))? {
            return Err(MailboxError::Missing("INBOX".to_owned()));
        }
        if create {
            self.make(&self.held.name)?;
            self.make(&self.released.name)?;
        }
        self.check()
    }

    async fn open(&mut self, folder: Folder, _access: Access) -> Result<OpenedFolder, MailboxError> {
        self.open = None;
        // From before the first listing on: what arrives between the listing and the wait ends the wait.
        self.watch(folder);
        let named = self.named(folder);
        let found = named.folder.select(|_| true).map_err(|error| told_of(&named.name, error))?;
        self.open = Some(folder);
        Ok(OpenedFolder { uid_validity: 0, exists: found.len() })
    }

    async fn list(&mut self, listing: Listing) -> Result<Vec<Uid>, MailboxError> {
        let named = self.opened()?;
        list(&named.folder, listing).map_err(|error| told_of(&named.name, error))
    }

    async fn envelopes(
        &mut self,
        uids: &[Uid],
        visit: &mut dyn FnMut(Vec<Envelope>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError> {
        let make = |uid: &Uid, flags, opened: OpenMessage| {
            let received = opened.received;
            let header = read::header(opened)?;
            let size = header.len();
            Ok((Envelope { uid: uid.clone(), flags, received, header }, size))
        };
        self.visit(uids, make, visit)
    }

    async fn contents(
        &mut self,
        uids: &[Uid],
        visit: &mut dyn FnMut(Vec<Content>) -> ControlFlow<()>,
    ) -> Result<(), MailboxError> {
        let make = |uid: &Uid, _flags, opened: OpenMessage| {
            let received = opened.received;
            let (header, message) = read::beginning(opened)?;
            let size = header.len() + message.len();
            // The beginning holds the MIME parts as they are: who reads it finds the attachments' names there.
            Ok((Content { uid: uid.clone(), received, header, message, attachments: Vec::new() }, size))
        };
        self.visit(uids, make, visit)
    }

    async fn whole(
        &mut self,
        uids: &[Uid],
        room: usize,
        visit: &mut dyn FnMut(Uid, Vec<u8>) -> usize,
    ) -> Result<(), MailboxError> {
        let named = self.opened()?;
        whole::visit(&named.folder, uids, room, visit).map_err(|error| told_of(&named.name, error))
    }

    async fn relocate(&mut self, uids: &[Uid], target: Folder) -> Result<(), MailboxError> {
        let (source, target) = (self.opened()?, self.named(target));
        if source.folder == target.folder || uids.is_empty() {
            return Ok(());
        }
        relocate::relocate(&source.folder, &target.folder, &names(uids)).map_err(|error| told_of(&target.name, error))
    }

    /// `qh-sealed` is used where the folder's `dovecot-keywords` lists it already (a mail client set it once). It is never added
    /// to that file: `keywords.rs` says why. Elsewhere the manifest in the state is the only mark, as it is for any Maildir
    /// without Dovecot.
    async fn seal(&mut self, uids: &[Uid], sealed: bool) -> Result<bool, MailboxError> {
        let named = self.opened()?;
        relocate::seal(&named.folder, &names(uids), sealed).map_err(|error| told_of(&named.name, error))
    }

    async fn marker(&mut self) -> Result<Marker, MailboxError> {
        Ok(Marker { uid_validity: 0, uid_next: 0 })
    }

    async fn append(&mut self, rid: &str, message: &[u8]) -> Outcome {
        deliver::append(&self.inbox.folder, rid, message)
    }

    async fn look(&mut self, rid: &str, look: Look) -> Result<Sight, MailboxError> {
        let since = match look {
            // An attempt of ours: the file name tells.
            Look::After(_) => None,
            Look::Since(since) => Some(since),
        };
        match deliver::is_there(&self.inbox.folder, rid, since) {
            Ok(true) => Ok(Sight::Found),
            Ok(false) => Ok(Sight::Absent),
            Err(error) => Err(told_of("INBOX", error)),
        }
    }

    async fn wait(&mut self, folder: Folder, mut stop: Receiver<bool>) -> Result<(), MailboxError> {
        let watch = self.watch(folder);
        let patience = if watch.is_some() { WATCHED } else { UNWATCHED };
        let changed = async {
            match watch {
                Some(watch) => watch.changed().await,
                None => std::future::pending().await,
            }
        };
        let stopped = async {
            // Without its sender it never becomes true.
            if stop.wait_for(|stop| *stop).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            changed = changed => changed.map_err(|error| MailboxError::Lost(told(&error))),
            () = stopped => Ok(()),
            () = tokio::time::sleep(patience) => Ok(()),
        }
    }

    async fn close(self: Box<Self>) {}
}

fn list(folder: &MailFolder, listing: Listing) -> io::Result<Vec<Uid>> {
    let letter = Keywords::read(folder.path())?.letter(SEALED);
    let found = folder.select(|file| {
        let flags = flags(file, letter);
        match listing {
            Listing::All => true,
            Listing::Since(_) => !flags.deleted && !flags.draft,
            Listing::Sealed => flags.sealed,
        }
    })?;
    let mut uids: Vec<Uid> = match listing {
        Listing::Since(since) => arrived_since(Spots::new(folder, found), since)?,
        Listing::All | Listing::Sealed => found.into_keys().map(|base| Uid::Name(base.into())).collect(),
    };
    uids.sort_unstable();
    Ok(uids)
}

fn arrived_since(mut spots: Spots<'_>, since: DateTime<Utc>) -> io::Result<Vec<Uid>> {
    let mut uids = Vec::new();
    for base in spots.bases() {
        let time = spots.attempt(&base, arrived)?;
        if time.is_some_and(|(_, time)| time >= since) {
            uids.push(Uid::Name(base.into()));
        }
    }
    Ok(uids)
}

/// When a message arrived; `None` when it is gone.
fn arrived(path: &Path) -> io::Result<Option<DateTime<Utc>>> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata.modified()?.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Maildir's flag letters (<https://cr.yp.to/proto/maildir.html>), and the folder's letter for `qh-sealed`.
fn flags(file: &str, sealed: Option<char>) -> Flags {
    let letters = name::flags(file);
    Flags {
        seen: letters.contains('S'),
        deleted: letters.contains('T'),
        draft: letters.contains('D'),
        sealed: sealed.is_some_and(|letter| letters.contains(letter)),
    }
}

/// The base names among `uids`.
fn names<'a>(uids: impl IntoIterator<Item = &'a Uid>) -> HashSet<&'a str> {
    let mut names = HashSet::new();
    for uid in uids {
        if let Uid::Name(name) = uid {
            names.insert(&**name);
        }
    }
    names
}

/// What an error of the file system means for a mailbox.
fn told_of(folder: &str, error: io::Error) -> MailboxError {
    use io::ErrorKind as Kind;
    let text = told(&error);
    match error.kind() {
        Kind::NotFound | Kind::NotADirectory => MailboxError::Missing(folder.to_owned()),
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => MailboxError::Full(text),
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem | Kind::AlreadyExists => MailboxError::Refused(text),
        Kind::CrossesDevices => MailboxError::Unsupported(text),
        Kind::ResourceBusy => MailboxError::Busy(text),
        _ => MailboxError::Lost(text),
    }
}

fn told(error: &io::Error) -> String {
    text::line(&error.to_string(), TOLD)
}
