//! Originals that carry `qh-sealed` although no release is open: the state was lost, or set aside, in the middle of one.

use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::{Daemon, Failure, Progress, filing::untag_all, link::Link, moving::relocate};
use crate::{
    core::{
        mail::{Envelope, Folder, Ident, Uid, Verdict},
        release::{self, LOOK_BACK},
    },
    io::{
        mailbox::{Access, Listing, Look, Mailbox, MailboxError, Sight},
        state::StateError,
    },
};

/// The note that says since when sealed originals are looked for whose digest was not found.
const ORPHANS_SINCE: &str = "orphans_since";

/// The sealed originals of one mailbox.
struct Sealed {
    index: usize,
    held: Vec<(Uid, Ident)>,
    released: Vec<Uid>,
}

impl Daemon {
    /// In a run that ends, looks before the sweep, if nothing else of the past is to be ended first: a server reads a folder anew
    /// into which many messages were just moved. What goes wrong here keeps nothing from being held; it is met again afterwards.
    pub(super) async fn settle_orphans_early(&mut self, now: DateTime<Utc>) -> Result<(), StateError> {
        if !self.once || self.orphans_settled || self.release.is_some() || !self.links.iter().all(Link::is_up) {
            return Ok(());
        }
        for link in &self.links {
            if !self.state.unfiled(&link.name)?.is_empty() {
                return Ok(());
            }
        }
        match self.settle(now).await {
            Ok(_) => {}
            Err((_, Failure::Mailbox(error))) => tracing::debug!(%error, "sealed originals were not looked for"),
            Err((_, Failure::State(error))) => return Err(error),
        }
        Ok(())
    }

    /// Looks once, when every mailbox is up, before anything is sealed. A sealed set is an intent without outcome: its digest is
    /// looked for, as long as after an attempt; found, or partly filed already: the rest is filed; not found: unsealed, and in
    /// the next digest.
    pub(super) async fn settle_orphans(&mut self, now: DateTime<Utc>) -> Result<Progress, StateError> {
        if !self.links.iter().all(Link::is_up) {
            // One that stays away must not keep the others waiting for ever: what was tried is enough.
            let tried = self.links.iter().all(|link| link.tried);
            return Ok(if tried { Progress::Nothing } else { Progress::Waits(None) });
        }
        match self.settle(now).await {
            Ok(progress) => Ok(progress),
            Err((index, failure)) => {
                self.put_down(index, failure, now)?;
                Ok(Progress::Waits(None))
            }
        }
    }

    async fn settle(&mut self, now: DateTime<Utc>) -> Result<Progress, (usize, Failure)> {
        let mut found = Vec::new();
        for index in 0..self.links.len() {
            found.push(self.sealed(index).await.map_err(|failure| (index, failure))?);
        }
        let idents = || found.iter().flat_map(|sealed| sealed.held.iter().map(|(_, ident)| *ident));
        let filed = found.iter().any(|sealed| !sealed.released.is_empty());
        if idents().next().is_none() && !filed {
            self.forget_orphans().map_err(|error| (0, error.into()))?;
            return Ok(Progress::Nothing);
        }
        let rid = release::rid(&self.config.profile, idents());
        let delivered = filed || self.was_delivered(&rid, now).await?;
        let since = self.orphaned_since(now).map_err(|error| (0, error.into()))?;
        let until = since + self.config.digest.route().patience();
        // A clock that was set back must not prolong the wait.
        if !delivered && now >= since && now < until {
            return Ok(Progress::Waits(Some(until)));
        }
        for sealed in &found {
            self.settle_one(sealed, delivered, now).await.map_err(|failure| (sealed.index, failure))?;
        }
        // Only now, for all: what still carries it in a held folder after another interruption was listed.
        for index in found.iter().map(|sealed| sealed.index).filter(|_| delivered) {
            let Some(mailbox) = self.links[index].mailbox() else { continue };
            untag_all(mailbox).await.map_err(|failure| (index, failure))?;
        }
        self.forget_orphans().map_err(|error| (0, error.into()))?;
        Ok(Progress::Nothing)
    }

    /// When they were first seen: the attempt was before. In the state, since each run of `--once` starts anew.
    fn orphaned_since(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StateError> {
        let noted = self.state.note(ORPHANS_SINCE)?;
        if let Some(since) = noted.and_then(|text| text.parse().ok()) {
            return Ok(since);
        }
        self.state.set_note(ORPHANS_SINCE, Some(&now.to_rfc3339()))?;
        Ok(now)
    }

    /// There are none any more.
    fn forget_orphans(&mut self) -> Result<(), StateError> {
        if self.state.note(ORPHANS_SINCE)?.is_some() {
            self.state.set_note(ORPHANS_SINCE, None)?;
        }
        self.orphans_settled = true;
        Ok(())
    }

    async fn was_delivered(&mut self, rid: &str, now: DateTime<Utc>) -> Result<bool, (usize, Failure)> {
        let route = self.config.digest.route();
        let delivery = self.links.iter().position(|link| Some(link.name.as_str()) == route.readable());
        let Some(index) = delivery else { return Ok(false) };
        let Some(mailbox) = self.links[index].mailbox() else { return Ok(false) };
        let sight = mailbox.look(rid, Look::Since(now - LOOK_BACK)).await.map_err(|error| (index, error.into()))?;
        Ok(sight == Sight::Found)
    }

    async fn sealed(&mut self, index: usize) -> Result<Sealed, Failure> {
        let mut sealed = Sealed { index, held: Vec::new(), released: Vec::new() };
        let Some(mailbox) = self.links[index].mailbox() else { return Ok(sealed) };
        mailbox.open(Folder::Held, Access::Write).await?;
        let uids = mailbox.list(Listing::Sealed).await?;
        sealed.held = idents(mailbox, &uids).await?;
        mailbox.open(Folder::Released, Access::Write).await?;
        sealed.released = mailbox.list(Listing::Sealed).await?;
        Ok(sealed)
    }

    /// Unseals the originals of one mailbox, or moves them, without taking the keyword off.
    async fn settle_one(&mut self, sealed: &Sealed, delivered: bool, now: DateTime<Utc>) -> Result<(), Failure> {
        let Self { links, state, .. } = self;
        let name = links[sealed.index].name.clone();
        let Some(mailbox) = links[sealed.index].mailbox() else { return Ok(()) };
        let uids: Vec<Uid> = sealed.held.iter().map(|(uid, _)| uid.clone()).collect();
        mailbox.open(Folder::Held, Access::Write).await?;
        if !delivered {
            mailbox.seal(&uids, false).await?;
            return Ok(());
        }
        let verdicts: Vec<_> = sealed.held.iter().map(|(_, ident)| (*ident, Verdict::Released)).collect();
        state.remember(&name, &verdicts, now)?;
        relocate(mailbox, state, &name, &uids, Folder::Released).await
    }
}

/// The idents of `uids` in the open folder.
pub(super) async fn idents(mailbox: &mut dyn Mailbox, uids: &[Uid]) -> Result<Vec<(Uid, Ident)>, MailboxError> {
    let mut found = Vec::with_capacity(uids.len());
    let mut visit = |batch: Vec<Envelope>| {
        found.extend(batch.into_iter().map(|message| {
            let ident = Ident::of(&message.header);
            (message.uid, ident)
        }));
        ControlFlow::Continue(())
    };
    mailbox.envelopes(uids, &mut visit).await?;
    Ok(found)
}
