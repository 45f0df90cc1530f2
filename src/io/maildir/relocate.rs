//! Renames: from folder to folder, and flag letters on and off. Never over another file.

use std::{
    collections::{HashMap, HashSet},
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::Path,
};

use rustix::{
    fs::{CWD, RenameFlags},
    io::Errno,
};

use super::{
    deliver,
    folder::{MailFolder, Place, Spot},
    keywords::Keywords,
    name,
};

/// Rounds of looking again for files that another program renamed under our hands; a mail client renames a file once for a
/// flag, not over and over.
const ROUNDS: u32 = 5;

/// Moves messages; afterwards none of `wanted` is in `source`. Durable.
pub fn relocate(source: &MailFolder, target: &MailFolder, wanted: &HashSet<&str>) -> io::Result<()> {
    let (here, there) = (Keywords::read(source.path())?, Keywords::read(target.path())?);
    let taken = target.find(wanted)?;
    rounds(source, wanted, |base, spot| {
        let file = match name::has_info(&spot.file) {
            true => name::with_flags(base, here.translate(name::flags(&spot.file), &there)),
            false => spot.file.clone(),
        };
        let new = Spot { place: spot.place, file };
        settle(&source.file(spot), target, &new, taken.get(base))?;
        Ok(true)
    })?;
    // First where they are, then where they were: a power cut between the two shows a message twice rather than not at all.
    target.sync()?;
    source.sync()
}

/// Sets or removes the letter of the keyword `qh-sealed`; `false` where the folder has no letter for it.
pub fn seal(folder: &MailFolder, wanted: &HashSet<&str>, sealed: bool) -> io::Result<bool> {
    let Some(letter) = Keywords::read(folder.path())?.letter(super::keywords::SEALED) else {
        return Ok(false);
    };
    rounds(folder, wanted, |base, spot| {
        let flags = name::flags(&spot.file);
        if flags.contains(letter) == sealed {
            return Ok(false);
        }
        let others = flags.chars().filter(|flag| *flag != letter);
        let file = name::with_flags(base, others.chain(sealed.then_some(letter)));
        // Flags are read in `cur` only; in there without `S` a message is as unseen as before.
        let new = Spot { place: Place::Cur, file };
        rename(&folder.file(spot), &folder.file(&new))?;
        Ok(true)
    })?;
    folder.sync()?;
    Ok(true)
}

/// Performs `act` on each of `wanted` that is in the folder, and looks again until none is left for which it does something.
fn rounds(
    folder: &MailFolder,
    wanted: &HashSet<&str>,
    act: impl Fn(&str, &Spot) -> io::Result<bool>,
) -> io::Result<()> {
    for _ in 0..ROUNDS {
        let found: HashMap<Box<str>, Spot> = folder.find(wanted)?;
        let mut acted = false;
        for (base, spot) in &found {
            match act(base, spot) {
                Ok(done) => acted |= done,
                // Gone, or renamed meanwhile: the next round shows which.
                Err(error) if error.kind() == io::ErrorKind::NotFound => acted = true,
                Err(error) => return Err(error),
            }
        }
        if !acted {
            return Ok(());
        }
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "another program keeps renaming its messages"))
}

/// Renames `old` into `target`, where `taken` has the same base name already. Is it the same file, then only the old name
/// goes (a move by link and unlink that was cut); else ours gets a base name of its own, so that both stay visible.
fn settle(old: &Path, target: &MailFolder, new: &Spot, taken: Option<&Spot>) -> io::Result<()> {
    let fresh = || {
        let file = format!("{}{}", deliver::unique("moved"), name::suffix(&new.file));
        target.file(&Spot { place: new.place, file })
    };
    match taken {
        Some(taken) if is_same_file(old, &target.file(taken))? => fs::remove_file(old),
        Some(_) => rename(old, &fresh()),
        None => match rename(old, &target.file(new)) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => rename(old, &fresh()),
            other => other,
        },
    }
}

fn is_same_file(one: &Path, other: &Path) -> io::Result<bool> {
    let other = match fs::symlink_metadata(other) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let one = fs::symlink_metadata(one)?;
    Ok(one.dev() == other.dev() && one.ino() == other.ino())
}

/// Renames without ever replacing a file.
pub fn rename(old: &Path, new: &Path) -> io::Result<()> {
    match rustix::fs::renameat_with(CWD, old, CWD, new, RenameFlags::NOREPLACE) {
        // The file system cannot promise that (NFS): a link can.
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            fs::hard_link(old, new)?;
            fs::remove_file(old)
        }
        other => Ok(other?),
    }
}
