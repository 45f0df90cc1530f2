//! One folder on disk: `cur/`, `new/`, `tmp/`; looking for files in it while others rename them.

use std::{
    collections::{HashMap, HashSet},
    fs::{self, DirBuilder, File, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::name;

/// The two directories that hold messages. `new` is read first: a message only ever goes from `new` to `cur`.
const PLACES: [Place; 2] = [Place::New, Place::Cur];

/// Most readings of a folder that others keep changing. Each unites with those before, so a message is missed only if it is
/// being renamed during every one of them.
const READINGS: u32 = 4;

/// A directory's time moves in steps of the kernel's tick, at most 10 ms: a change within one step does not show. So only a
/// directory that rested for longer is trusted after one reading.
const SETTLED: Duration = Duration::from_millis(100);

/// Attempts to reach one message; a mail client renames it once for a flag, not over and over.
const ATTEMPTS: u32 = 4;

/// Where in a folder a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `new/`: no mail client has listed it.
    New,
    /// `cur/`
    Cur,
}

impl Place {
    fn directory(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cur => "cur",
        }
    }
}

/// A message's file as it was a moment ago: another program may have renamed it since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// In which directory.
    pub place: Place,
    /// Its file name, flags included.
    pub file: String,
}

/// A folder's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailFolder {
    path: PathBuf,
}

impl MailFolder {
    /// The folder in the directory `path`.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Its directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// `cur/` or `new/`.
    pub fn place(&self, place: Place) -> PathBuf {
        self.path.join(place.directory())
    }

    /// The path of a file.
    pub fn file(&self, spot: &Spot) -> PathBuf {
        self.place(spot.place).join(&spot.file)
    }

    /// Whether its three directories are there.
    pub fn exists(&self) -> io::Result<bool> {
        for directory in ["cur", "new", "tmp"] {
            match fs::metadata(self.path.join(directory)) {
                Ok(metadata) if metadata.is_dir() => {}
                Ok(_) => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// The file systems of its directories.
    pub fn devices(&self) -> io::Result<[u64; 3]> {
        let device = |directory| fs::metadata(self.path.join(directory)).map(|metadata| metadata.dev());
        Ok([device("cur")?, device("new")?, device("tmp")?])
    }

    /// Makes what is missing of it, with the rights that `root` has, durably. May be repeated after a crash.
    pub fn create(&self, root: &Path) -> io::Result<()> {
        let mode = fs::metadata(root)?.mode() & 0o777;
        make_directory(&self.path, mode)?;
        for directory in ["cur", "new", "tmp"] {
            make_directory(&self.path.join(directory), mode)?;
        }
        // Maildir++: tells a delivery program that this is a folder, its quota the root's.
        let marker = File::options().create(true).append(true).open(self.path.join("maildirfolder"))?;
        marker.set_permissions(Permissions::from_mode(mode & 0o666))?;
        sync(&self.path)?;
        sync(root)
    }

    /// Where each message whose base name is `wanted` is now.
    pub fn find(&self, wanted: &HashSet<&str>) -> io::Result<HashMap<Box<str>, Spot>> {
        self.select(|file| wanted.contains(name::base(file)))
    }

    /// Where each message is whose file name is `wanted`, by base name. A message that is renamed or goes from `new` to `cur`
    /// meanwhile is neither missed nor doubled; one that is gone may be among them.
    pub fn select(&self, wanted: impl Fn(&str) -> bool) -> io::Result<HashMap<Box<str>, Spot>> {
        let mut found = HashMap::new();
        for reading in 0..READINGS {
            let before = self.changed()?;
            let was_settled = before.iter().all(|time| time.elapsed().is_ok_and(|age| age > SETTLED));
            for place in PLACES {
                self.read_place(place, &wanted, &mut found)?;
            }
            if self.changed()? == before && (was_settled || reading > 0) {
                break;
            }
        }
        Ok(found)
    }

    fn read_place(
        &self,
        place: Place,
        wanted: &impl Fn(&str) -> bool,
        found: &mut HashMap<Box<str>, Spot>,
    ) -> io::Result<()> {
        for entry in fs::read_dir(self.place(place))? {
            let entry = entry?;
            // A name that is not UTF-8 is no delivery program's. It is left where it is.
            let Ok(file) = entry.file_name().into_string() else { continue };
            if !file.starts_with('.') && wanted(&file) && entry.file_type()?.is_file() {
                found.insert(name::base(&file).into(), Spot { place, file });
            }
        }
        Ok(())
    }

    fn changed(&self) -> io::Result<[SystemTime; 2]> {
        let time = |place| fs::metadata(self.place(place))?.modified();
        Ok([time(Place::New)?, time(Place::Cur)?])
    }

    /// Makes renames in `cur/` and `new/` durable.
    pub fn sync(&self) -> io::Result<()> {
        sync(&self.place(Place::New))?;
        sync(&self.place(Place::Cur))
    }
}

/// Where messages were a moment ago. One that is not there any more is looked for again, together with all others: after
/// somebody moved thousands away, the folder is read once more, not thousands of times.
pub struct Spots<'a> {
    folder: &'a MailFolder,
    found: HashMap<Box<str>, Spot>,
}

impl<'a> Spots<'a> {
    /// What [`MailFolder::find`] or [`MailFolder::select`] found in `folder`.
    pub fn new(folder: &'a MailFolder, found: HashMap<Box<str>, Spot>) -> Self {
        Self { folder, found }
    }

    /// The base names, in no order.
    pub fn bases(&self) -> Vec<Box<str>> {
        self.found.keys().cloned().collect()
    }

    /// What `act` answers for the path of a message, with its file name. `act` answers `None` where no file is; the answer
    /// here is `None` when the message is gone.
    pub fn attempt<T>(
        &mut self,
        base: &str,
        act: impl Fn(&Path) -> io::Result<Option<T>>,
    ) -> io::Result<Option<(String, T)>> {
        for _ in 0..ATTEMPTS {
            let Some(spot) = self.found.get(base) else { return Ok(None) };
            if let Some(value) = act(&self.folder.file(spot))? {
                return Ok(Some((spot.file.clone(), value)));
            }
            let known: HashSet<&str> = self.found.keys().map(|known| &**known).collect();
            let found = self.folder.find(&known)?;
            self.found = found;
        }
        Ok(None)
    }
}

/// Makes a directory's entries durable.
pub fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

fn make_directory(path: &Path, mode: u32) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        // The umask may have taken rights that the root gives.
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
