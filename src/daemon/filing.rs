//! Moves the originals of an accepted digest to released. A mailbox that cannot be reached meanwhile does not keep the digests of
//! the others waiting: its originals are remembered, and filed before anything else when it is back; they are never listed again.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{Daemon, Failure, Progress, moving::relocate};
use crate::{
    core::{
        mail::{Folder, Ident, Uid},
        release::{Original, Step},
    },
    io::{
        mailbox::{Access, Listing, Mailbox},
        state::{State, StateError},
    },
};

impl Daemon {
    /// Moves the originals, removes the keyword, and is done. What cannot be moved now is remembered before the release ends.
    /// The keyword goes once everything is moved: with the state lost before, it says of what was not that it was listed.
    pub(super) async fn file(&mut self, now: DateTime<Utc>) -> Result<Progress, (usize, Failure)> {
        let fail = |error: StateError| (0, Failure::State(error));
        // Nothing is moved before the acceptance is on disk.
        self.record_acceptance(now).map_err(fail)?;
        let manifest = self.manifest();
        if manifest.keys().any(|index| !self.links[*index].tried || self.links[*index].is_connecting()) {
            return Ok(Progress::Waits(None));
        }
        let mut moved = Vec::new();
        for (index, originals) in manifest {
            let Self { links, state, .. } = &mut *self;
            let name = links[index].name.clone();
            let Some(mailbox) = links[index].mailbox() else { continue };
            match file_one(mailbox, state, &name, &originals).await {
                Ok(()) => moved.push(index),
                Err(failure) => self.put_down(index, failure, now).map_err(fail)?,
            }
        }
        let mut filed = HashSet::new();
        for index in moved {
            let Some(mailbox) = self.links[index].mailbox() else { continue };
            match untag_all(mailbox).await {
                Ok(()) => {
                    filed.insert(self.links[index].name.clone());
                }
                Err(failure) => self.put_down(index, failure, now).map_err(fail)?,
            }
        }
        self.remember_unfiled(&filed).map_err(fail)?;
        self.state.finish(now).map_err(fail)?;
        self.release = None;
        Ok(Progress::Advanced)
    }

    /// Also of mailboxes that left the configuration: they may come back.
    fn remember_unfiled(&self, filed: &HashSet<String>) -> Result<(), StateError> {
        let originals = self.release.iter().flat_map(|release| &release.manifest);
        let left: Vec<&Original> = originals.filter(|original| !filed.contains(&*original.mailbox)).collect();
        let names: HashSet<&str> = left.iter().map(|original| &*original.mailbox).collect();
        for name in names {
            let idents = left.iter().filter(|original| *original.mailbox == *name).map(|original| original.ident);
            self.state.add_unfiled(name, idents)?;
        }
        Ok(())
    }

    /// Files what earlier releases had to leave, in every mailbox that is back. One that fails is put down: as long as it is up
    /// there is nothing in its held folder that a digest listed.
    pub(super) async fn file_remembered(&mut self, now: DateTime<Utc>) -> Result<(), StateError> {
        for index in 0..self.links.len() {
            let Self { links, state, .. } = &mut *self;
            let name = links[index].name.clone();
            let Some(mailbox) = links[index].mailbox() else { continue };
            let idents = state.unfiled(&name)?;
            if idents.is_empty() {
                continue;
            }
            match file_idents(mailbox, state, &name, &idents).await {
                Ok(()) => self.state.forget_unfiled(&name)?,
                Err(failure) => self.put_down(index, failure, now)?,
            }
        }
        Ok(())
    }

    /// A release whose digest goes to a mailbox that left the configuration can neither be delivered nor looked for: what it
    /// holds goes into the next digest. That may repeat one that was delivered there; nothing is lost.
    pub(super) async fn unseal_without_delivery(&mut self, now: DateTime<Utc>) -> Result<(), StateError> {
        let is_homeless = self.release.as_ref().is_some_and(|release| {
            let home = release.route.readable();
            release.step != Step::Accepted && home.is_some_and(|home| !self.links.iter().any(|link| link.name == home))
        });
        if !is_homeless {
            return Ok(());
        }
        if let Err((index, failure)) = self.tag(false).await {
            self.put_down(index, failure, now)?;
        }
        self.unseal()
    }
}

/// Moves the originals out of the held folder of one mailbox.
async fn file_one(mailbox: &mut dyn Mailbox, state: &State, name: &str, originals: &[Original]) -> Result<(), Failure> {
    let opened = mailbox.open(Folder::Held, Access::Write).await?;
    let same = originals.iter().all(|original| original.uid_validity == opened.uid_validity);
    let uids = if same {
        originals.iter().map(|original| original.uid.clone()).collect()
    } else {
        // The UIDs mean nothing any more: known again by the keyword, or by ident where not all carry it.
        let sealed = identify(mailbox, Listing::Sealed, originals).await?;
        if sealed.len() < originals.len() { identify(mailbox, Listing::All, originals).await? } else { sealed }
    };
    relocate(mailbox, state, name, &uids, Folder::Released).await
}

async fn file_idents(
    mailbox: &mut dyn Mailbox,
    state: &State,
    name: &str,
    idents: &HashSet<Ident>,
) -> Result<(), Failure> {
    mailbox.open(Folder::Held, Access::Write).await?;
    let uids = known(mailbox, Listing::All, idents).await?;
    relocate(mailbox, state, name, &uids, Folder::Released).await?;
    untag(mailbox, idents).await
}

/// Takes the keyword off everything in the released folder: there nothing waits for more.
pub(super) async fn untag_all(mailbox: &mut dyn Mailbox) -> Result<(), Failure> {
    mailbox.open(Folder::Released, Access::Write).await?;
    let tagged = mailbox.list(Listing::Sealed).await?;
    mailbox.seal(&tagged, false).await?;
    Ok(())
}

/// Takes the keyword off what carries it among `idents` in the released folder; another release may be on its way there.
async fn untag(mailbox: &mut dyn Mailbox, idents: &HashSet<Ident>) -> Result<(), Failure> {
    mailbox.open(Folder::Released, Access::Write).await?;
    let tagged = known(mailbox, Listing::Sealed, idents).await?;
    mailbox.seal(&tagged, false).await?;
    Ok(())
}

/// UIDs in the open folder whose ident is in the manifest.
async fn identify(mailbox: &mut dyn Mailbox, listing: Listing, originals: &[Original]) -> Result<Vec<Uid>, Failure> {
    known(mailbox, listing, &originals.iter().map(|original| original.ident).collect()).await
}

/// UIDs in the open folder whose ident is among `idents`.
async fn known(mailbox: &mut dyn Mailbox, listing: Listing, idents: &HashSet<Ident>) -> Result<Vec<Uid>, Failure> {
    let uids = mailbox.list(listing).await?;
    let found = super::orphans::idents(mailbox, &uids).await?;
    Ok(found.into_iter().filter(|(_, ident)| idents.contains(ident)).map(|(uid, _)| uid).collect())
}
