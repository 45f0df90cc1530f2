//! The release from sealed to filed, and recovery by the last durable record. See `core::release` for the rules.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Daemon, Failure, Progress, explain, witness::Event};
use crate::{
    core::{
        backoff::Backoff,
        digest,
        mail::{Folder, Uid},
        release::{self, LOOK_BACK, Looked, Marker, Next, Original, REFUSED_PAUSE, Record, Release, Route, Step},
        text,
    },
    io::{
        mailbox::{Access, Look, Mailbox, MailboxError, Sight},
        state::StateError,
    },
};

/// The note that says until when nothing is sealed, after a refusal for good.
pub(super) const BLOCKED_UNTIL: &str = "blocked_until";

/// Where the digest goes is not reachable, or a record could not be made: looked at again after this long at the latest.
pub(super) const RECHECK: TimeDelta = TimeDelta::minutes(5);

/// After this many refusals in a row, some minutes, a digest that is large for its originals goes without them.
const HEAVY_REFUSALS: u32 = 3;

/// Graphemes that are shown of why a digest did not go out: a sentence with the server's own words in it.
pub(super) const SHOWN: usize = 500;

impl Daemon {
    /// ACCEPTED that could not be recorded is recorded before anything else.
    pub(super) fn record_acceptance(&mut self, now: DateTime<Utc>) -> Result<(), StateError> {
        if self.unrecorded {
            self.state.accept(now)?;
            self.unrecorded = false;
        }
        Ok(())
    }

    /// Takes the open release as far as it goes now.
    pub(super) async fn advance(&mut self, now: DateTime<Utc>) -> Result<Progress, StateError> {
        if let Some(at) = self.retry_at.filter(|at| *at > now && *at <= now + TimeDelta::hours(24) && !self.once) {
            return Ok(Progress::Waits(Some(at)));
        }
        self.retry_at = None;
        loop {
            self.feed();
            let Some(release) = &self.release else { return Ok(Progress::Advanced) };
            let step = match release.next() {
                Next::Attempt => self.attempt(now).await,
                Next::Look { at, marker } => self.look(at, marker, now).await,
                Next::File => self.file(now).await,
            };
            match step {
                Ok(Progress::Advanced) => {}
                Ok(other) => return Ok(other),
                Err((index, failure)) => {
                    self.put_down(index, failure, now)?;
                    return Ok(Progress::Waits(None));
                }
            }
        }
    }

    pub(super) fn delivery(&self) -> Option<usize> {
        let release = self.release.as_ref()?;
        let name = release.route.readable()?;
        self.links.iter().position(|link| link.name == name && link.is_up())
    }

    async fn attempt(&mut self, now: DateTime<Utc>) -> Result<Progress, (usize, Failure)> {
        match self.release.as_ref().map(|release| &release.route) {
            Some(Route::Mailbox(_)) => self.append(now).await,
            Some(Route::Smtp { .. }) => self.send(now).await,
            None => Ok(Progress::Advanced),
        }
    }

    /// Certainly not delivered: tag, look whether another host was faster, record the intent, deliver.
    async fn append(&mut self, now: DateTime<Utc>) -> Result<Progress, (usize, Failure)> {
        let Some(index) = self.delivery() else { return Ok(Progress::Waits(Some(now + RECHECK))) };
        self.tag(true).await?;
        let fail = |failure: Failure| (index, failure);
        let Some(release) = self.release.clone() else { return Ok(Progress::Advanced) };
        let Some(mailbox) = self.links[index].mailbox() else { return Ok(Progress::Waits(None)) };
        let sight = mailbox.look(&release.rid, Look::Since(now - LOOK_BACK)).await.map_err(|e| fail(e.into()))?;
        if sight == Sight::Found {
            self.accepted(now);
            return Ok(Progress::Advanced);
        }
        let marker = mailbox.marker().await.map_err(|error| fail(error.into()))?;
        let intent = Step::Intent { at: now, marker: Some(marker) };
        self.record(intent, &release.uncertain).map_err(|error| fail(error.into()))?;
        let Some(mailbox) = self.links[index].mailbox() else { return Ok(Progress::Waits(None)) };
        let outcome = mailbox.append(&release.rid, &release.bytes).await;
        self.performed(Some(index), release::performed(outcome), &release, now).await
    }

    /// Records how an attempt ended: in the mailbox at `index`, or by SMTP.
    pub(super) async fn performed(
        &mut self,
        index: Option<usize>,
        record: Record,
        release: &Release,
        now: DateTime<Utc>,
    ) -> Result<Progress, (usize, Failure)> {
        let fail = |error: StateError| (index.unwrap_or_default(), Failure::State(error));
        match record {
            Record::Accepted => {
                self.accepted(now);
                self.record_acceptance(now).map_err(fail)?;
                Ok(Progress::Advanced)
            }
            // The mailbox may have room for the digest alone.
            Record::Refused(text) if index.is_some() && self.refusals >= HEAVY_REFUSALS && may_be_lighter(release) => {
                self.lighten(index, &text, now).await
            }
            Record::Refused(text) => {
                self.record(Step::Refused, &release.uncertain).map_err(fail)?;
                self.refusals += 1;
                let at = now + Backoff::REFUSED.delay(self.refusals, fastrand::f64());
                self.retry_at = Some(at);
                // Also of a connection that ended before the message was asked for: nobody refused it.
                let sentence = if index.is_some() { "daemon-digest-postponed" } else { "daemon-digest-unsent" };
                self.tell_delivery(sentence, index, &text, now);
                Ok(Progress::Waits(Some(at)))
            }
            Record::Unseal(text) if digest::carries_originals(&release.bytes) => self.lighten(index, &text, now).await,
            Record::Unseal(text) => {
                let until = now + REFUSED_PAUSE;
                self.tag(false).await?;
                self.state.set_note(BLOCKED_UNTIL, Some(&until.to_rfc3339())).map_err(fail)?;
                self.unseal().map_err(fail)?;
                self.refused(index, &text, now);
                Ok(Progress::Waits(Some(until)))
            }
            Record::Uncertain(text) => {
                let mut uncertain = release.uncertain.clone();
                uncertain.push(now);
                let step = self.release.as_ref().map_or(Step::Sealed, |release| release.step.clone());
                let Some(index) = index else { return self.sent_perhaps(step, &uncertain, &text) };
                self.record(step, &uncertain).map_err(fail)?;
                let lost = MailboxError::Lost(text);
                self.link_failed(index, &lost, now);
                let why = explain::mailbox(&lost, &self.sentences);
                self.tell_delivery("daemon-digest-uncertain", Some(index), &why, now);
                Ok(Progress::Waits(None))
            }
        }
    }

    /// Without an outcome: look for the digest before anything else.
    async fn look(
        &mut self,
        at: DateTime<Utc>,
        marker: Option<Marker>,
        now: DateTime<Utc>,
    ) -> Result<Progress, (usize, Failure)> {
        let Some(release) = self.release.clone() else { return Ok(Progress::Advanced) };
        let (index, found) = match self.delivery() {
            Some(index) => {
                let Some(mailbox) = self.links[index].mailbox() else { return Ok(Progress::Waits(None)) };
                let place = marker.map_or(Look::Since(release.sealed_at), Look::After);
                let sight = mailbox.look(&release.rid, place).await.map_err(|error| (index, error.into()))?;
                (index, sight == Sight::Found)
            }
            // Nobody can look there: what counts is only how often it was tried.
            None if release.route.readable().is_none() => (0, false),
            None => return Ok(Progress::Waits(Some(now + RECHECK))),
        };
        match release::looked(&release, found, at, now) {
            Looked::Delivered => {
                self.accepted(now);
                self.record_acceptance(now).map_err(|error| (index, error.into()))?;
                Ok(Progress::Advanced)
            }
            Looked::Repeat => self.attempt(now).await,
            Looked::Wait(until) => Ok(Progress::Waits(Some(until))),
        }
    }

    /// From here on the digest is never delivered again, even if recording that fails.
    pub(super) fn accepted(&mut self, now: DateTime<Utc>) {
        self.unrecorded = true;
        if let Some(release) = &mut self.release {
            release.step = Step::Accepted;
            let event = Event::Delivered { rid: &release.rid, originals: release.manifest.len() };
            self.witness.tell(now, event);
        }
    }

    pub(super) fn record(&mut self, step: Step, uncertain: &[DateTime<Utc>]) -> Result<(), StateError> {
        self.state.record_step(&step, uncertain)?;
        if let Some(release) = &mut self.release {
            release.step = step;
            release.uncertain = uncertain.to_vec();
        }
        Ok(())
    }

    /// The open release is forgotten; its originals stay held, for the next one.
    pub(super) fn unseal(&mut self) -> Result<(), StateError> {
        self.state.unseal()?;
        self.release = None;
        self.retry_at = None;
        Ok(())
    }

    pub(super) fn refused(&mut self, index: Option<usize>, text: &str, now: DateTime<Utc>) {
        let id = if index.is_some() { "daemon-digest-refused" } else { "daemon-digest-blocked" };
        self.tell_delivery(id, index, text, now);
    }

    /// How an attempt ended, by one of the sentences that take a cause.
    pub(super) fn tell_delivery(&mut self, sentence: &str, index: Option<usize>, why: &str, now: DateTime<Utc>) {
        let sentence = self.sentences.say_with(sentence, &[("why", text::line(why, SHOWN).into())]);
        let mailbox = index.map(|index| self.links[index].name.as_str());
        self.witness.tell(now, Event::Trouble { mailbox, text: &sentence });
        self.note_trouble(Some(&sentence));
    }

    /// Originals of the open release, by the place of their mailbox; mailboxes that left the configuration are left alone.
    pub(super) fn manifest(&self) -> BTreeMap<usize, Vec<Original>> {
        let mut by_place: BTreeMap<usize, Vec<Original>> = BTreeMap::new();
        for original in self.release.iter().flat_map(|release| &release.manifest) {
            if let Some(index) = self.links.iter().position(|link| *link.name == *original.mailbox) {
                by_place.entry(index).or_default().push(original.clone());
            }
        }
        by_place
    }

    /// Sets or removes the keyword on the manifest, where mailboxes are up and take keywords.
    pub(super) async fn tag(&mut self, sealed: bool) -> Result<(), (usize, Failure)> {
        for (index, originals) in self.manifest() {
            let Some(mailbox) = self.links[index].mailbox() else { continue };
            tag_one(mailbox, &originals, sealed).await.map_err(|failure| (index, failure))?;
        }
        Ok(())
    }
}

/// Whether it carries originals and certainly never arrived.
fn may_be_lighter(release: &Release) -> bool {
    release.uncertain.is_empty() && digest::carries_originals(&release.bytes)
}

async fn tag_one(mailbox: &mut dyn Mailbox, originals: &[Original], sealed: bool) -> Result<(), Failure> {
    let opened = mailbox.open(Folder::Held, Access::Write).await?;
    let uids: Vec<Uid> = originals
        .iter()
        .filter(|original| original.uid_validity == opened.uid_validity)
        .map(|original| original.uid.clone())
        .collect();
    mailbox.seal(&uids, sealed).await?;
    Ok(())
}
