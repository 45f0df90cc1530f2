//! A small disk that can be filled to its last pages.

use std::{
    fs::{self, File},
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

/// What the system gives and takes at a time.
const PAGE: u64 = 4096;

/// Its file system in memory, unmounted when dropped.
pub struct SmallDisk {
    place: PathBuf,
}

impl SmallDisk {
    /// Mounts one of so many KiB, ours alone, on a directory; `None` where this machine or this user may not mount.
    pub fn mount(place: &Path, kibibytes: u32, more: &str) -> Option<Self> {
        fs::create_dir_all(place).unwrap();
        let options = format!("size={kibibytes}k,mode=0700{more}");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &options, "none"]).arg(place);
        let mounted = command.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Self { place: place.to_owned() })
    }

    /// Fills it but for so many pages.
    pub fn fill(&self, pages_left: u64) {
        fill(&self.place, pages_left);
    }

    /// Makes room again.
    pub fn empty(&self) {
        fs::remove_file(filler(&self.place)).unwrap();
    }

    /// [`SmallDisk::fill`] for a script.
    pub fn filling(&self, pages_left: u64) -> Box<dyn Fn()> {
        let place = self.place.clone();
        Box::new(move || fill(&place, pages_left))
    }

    /// [`SmallDisk::empty`] for a script.
    pub fn emptying(&self) -> Box<dyn FnOnce()> {
        let place = self.place.clone();
        Box::new(move || fs::remove_file(filler(&place)).unwrap())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a daemon that failed may still have files open there.
        let _ = Command::new("umount").arg("--lazy").arg(&self.place).status();
    }
}

fn filler(place: &Path) -> PathBuf {
    place.join("filler")
}

fn fill(place: &Path, pages_left: u64) {
    let mut file = File::create(filler(place)).unwrap();
    let page = [0; PAGE as usize];
    let mut pages = 0;
    loop {
        match file.write_all(&page) {
            Ok(()) => pages += 1,
            Err(error) if error.kind() == ErrorKind::StorageFull => break,
            Err(error) => panic!("{error}"),
        }
    }
    file.set_len(PAGE * u64::saturating_sub(pages, pages_left)).unwrap();
}
