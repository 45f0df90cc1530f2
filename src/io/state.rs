//! What a mailbox cannot say, in one SQLite database: overrides, what was handled, the open release, 90 days of times and counts.

use std::{collections::HashMap, path::Path};

use chrono::{DateTime, Utc};

use crate::core::{
    mail::{Ident, Uid, Verdict},
    release::{Release, Step},
    timeline::Override,
};

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The directory or the database cannot be created or is not safely ours.
    #[error("{0}")]
    Directory(String),
    /// Written by a newer version.
    #[error("{0}")]
    Newer(String),
    /// No room, or an I/O error: passing, try again.
    #[error("{0}")]
    Storage(String),
}

/// The opened database. Each method is one short committed transaction.
pub struct State;

#[allow(missing_docs, unused_variables, clippy::missing_errors_doc, reason = "signatures first")]
impl State {
    /// Opens or creates `dir`/state.db; sets a corrupt one aside.
    pub fn open(dir: &Path) -> Result<Self, StateError> {
        Ok(Self)
    }
    /// The first start of this state: writes `now` if there is none.
    pub fn enabled_at(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StateError> {
        Ok(now)
    }
    pub fn overrides(&self) -> Result<Vec<Override>, StateError> {
        Ok(Vec::new())
    }
    pub fn add_override(&self, given: Override) -> Result<(), StateError> {
        Ok(())
    }
    /// `auto`: every override that reaches beyond `now` ends now.
    pub fn end_overrides(&self, now: DateTime<Utc>) -> Result<(), StateError> {
        Ok(())
    }
    /// `release`: asks the daemon for a digest now.
    pub fn request_release(&self, at: DateTime<Utc>) -> Result<(), StateError> {
        Ok(())
    }
    /// The request that no digest answered yet.
    pub fn requested_release(&self) -> Result<Option<DateTime<Utc>>, StateError> {
        Ok(None)
    }
    pub fn handled(&self, mailbox: &str, idents: &[Ident]) -> Result<HashMap<Ident, Verdict>, StateError> {
        Ok(HashMap::new())
    }
    pub fn remember(&self, mailbox: &str, verdicts: &[(Ident, Verdict)], now: DateTime<Utc>) -> Result<(), StateError> {
        Ok(())
    }
    /// The urgent messages that passed at `since` or later: (mailbox, ident, when), in order.
    pub fn urgent_since(&self, since: DateTime<Utc>) -> Result<Vec<(String, Ident, DateTime<Utc>)>, StateError> {
        Ok(Vec::new())
    }
    /// Of these digest instants of a mailbox, which are done.
    pub fn is_done(&self, mailbox: &str, instant: DateTime<Utc>) -> Result<bool, StateError> {
        Ok(false)
    }
    /// Whether any digest instant of a mailbox at `since` or later is done.
    pub fn done_since(&self, mailbox: &str, since: DateTime<Utc>) -> Result<bool, StateError> {
        Ok(false)
    }
    /// Records instants for which nothing was to be sent.
    pub fn mark_done(&self, instants: &[(String, DateTime<Utc>)], now: DateTime<Utc>) -> Result<(), StateError> {
        Ok(())
    }
    /// The end of the last digest's period.
    pub fn last_period_end(&self) -> Result<Option<DateTime<Utc>>, StateError> {
        Ok(None)
    }
    /// When the last `n` digests were accepted, for the cap of twelve in 24 h.
    pub fn digests_since(&self, since: DateTime<Utc>) -> Result<u32, StateError> {
        Ok(0)
    }
    /// `Some(true)`: this release is ours; `Some(false)`: it is not; `None`: the state knows no release at all.
    pub fn knows_release(&self, rid: &str) -> Result<Option<bool>, StateError> {
        Ok(None)
    }
    /// The open release.
    pub fn release(&self) -> Result<Option<Release>, StateError> {
        Ok(None)
    }
    /// SEALED: writes a new open release; an error if there is one.
    pub fn seal(&mut self, release: &Release) -> Result<(), StateError> {
        Ok(())
    }
    /// INTENT and REFUSED, and the list of uncertain attempts.
    pub fn record_step(&mut self, step: &Step, uncertain: &[DateTime<Utc>]) -> Result<(), StateError> {
        Ok(())
    }
    /// ACCEPTED: the step, and every ident of the manifest `Released`, in one transaction.
    pub fn accept(&mut self, now: DateTime<Utc>) -> Result<(), StateError> {
        Ok(())
    }
    /// DONE: its instants are done, the bytes erased, the WAL truncated; the rid is remembered 60 days.
    pub fn finish(&mut self, now: DateTime<Utc>) -> Result<(), StateError> {
        Ok(())
    }
    /// Refused for good: the open release is forgotten, its originals stay held.
    pub fn unseal(&mut self) -> Result<(), StateError> {
        Ok(())
    }
    /// A short text under a name (`last_error`, `running_since`); `None` removes it.
    pub fn set_note(&self, name: &str, text: Option<&str>) -> Result<(), StateError> {
        Ok(())
    }
    pub fn note(&self, name: &str) -> Result<Option<String>, StateError> {
        Ok(None)
    }
    /// Forgets what is older than its keeping time.
    pub fn prune(&self, now: DateTime<Utc>) -> Result<(), StateError> {
        let _ = Uid::Number(0);
        Ok(())
    }
}
