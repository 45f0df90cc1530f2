//! The beginning of a release: what is due, which mailboxes are ready, and the sealing of its digest.

use std::{collections::HashSet, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Daemon, Failure, Progress,
    collect::{Gathered, period, read_again, style, urgent},
    deliver::{BLOCKED_UNTIL, RECHECK, SHOWN},
    enclose::WITHOUT_ORIGINALS,
    link::Link,
    witness::Event,
};
use crate::{
    core::{
        digest::{self, Enclosures, Input, Passed, Style},
        gate::{DIGESTS_A_DAY, Decision, Outlook, PATIENCE},
        mail::Ident,
        release::{self, REFUSED_PAUSE, Release, Route, Step},
        text,
        timeline::Timeline,
    },
    io::{mailbox::Access, state::StateError},
};

/// Originals of one release whose words are kept from the first reading, about 3 MB: more than most Mondays bring. Of those beyond,
/// the ones that the digest shows are read once more.
const KEPT_WHOLE: usize = 1_000;

/// What a digest answers: the digest instant of each mailbox that is due, or a command.
struct Call {
    instant: DateTime<Utc>,
    requested: Option<DateTime<Utc>>,
    /// Places of the mailboxes that are due.
    wanted: Vec<usize>,
}

impl Daemon {
    /// Recovers the open release, or begins one that is due.
    pub(super) async fn releases(
        &mut self,
        timeline: &Timeline,
        outlook: &Outlook,
        decisions: &[Decision],
        now: DateTime<Utc>,
    ) -> Result<Progress, StateError> {
        self.file_remembered(now).await?;
        self.unseal_without_delivery(now).await?;
        if self.release.is_some() {
            return self.advance(now).await;
        }
        if !self.orphans_settled {
            match self.settle_orphans(now).await? {
                Progress::Nothing => {}
                other => return Ok(other),
            }
        }
        let Some(call) = self.call(decisions)? else {
            self.due_since = None;
            return Ok(Progress::Nothing);
        };
        if let Some(until) = self.blocked(now)? {
            return Ok(Progress::Waits(Some(until)));
        }
        let Some(ready) = self.ready(&call, now) else {
            let patience = self.due_since.map(|since| since + PATIENCE).filter(|at| *at > now);
            return Ok(Progress::Waits(Some(patience.unwrap_or(now + RECHECK))));
        };
        self.begin(&call, &ready, timeline, outlook, now).await
    }

    fn call(&self, decisions: &[Decision]) -> Result<Option<Call>, StateError> {
        let requested = self.state.requested_release()?;
        let due: Vec<usize> =
            decisions.iter().enumerate().filter(|(_, decision)| decision.release.is_some()).map(|(at, _)| at).collect();
        let instant = decisions.iter().find_map(|decision| decision.release);
        Ok(match (requested, instant) {
            (Some(asked), instant) => Some(Call {
                instant: instant.map_or(asked, |instant| instant.max(asked)),
                requested,
                wanted: (0..self.links.len()).collect(),
            }),
            (None, Some(instant)) => Some(Call { instant, requested, wanted: due }),
            (None, None) => None,
        })
    }

    /// Until when nothing may be sealed: after a refusal for good, or when a loop is suspected.
    fn blocked(&mut self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StateError> {
        let noted = self.state.note(BLOCKED_UNTIL)?;
        let until = noted.and_then(|text| text.parse::<DateTime<Utc>>().ok());
        if let Some(until) = until.filter(|until| *until > now && *until <= now + REFUSED_PAUSE && !self.once) {
            return Ok(Some(until));
        }
        if self.state.digests_since(now - TimeDelta::hours(24))? >= DIGESTS_A_DAY {
            let text = self.sentences.say("daemon-too-many-digests");
            self.note_trouble(Some(&text));
            return Ok(Some(now + TimeDelta::hours(1)));
        }
        Ok(None)
    }

    /// The mailboxes to release now, or `None`: wait. One that is not up is waited for, then left for a release of its own.
    fn ready(&mut self, call: &Call, now: DateTime<Utc>) -> Option<Vec<usize>> {
        let ready: Vec<usize> = call.wanted.iter().copied().filter(|at| self.links[*at].is_up()).collect();
        let missing = call.wanted.iter().filter(|at| !self.links[**at].is_up());
        let delivery = self.is_deliverable();
        let since = *self.due_since.get_or_insert(now);
        // A clock that was set back must not prolong the wait.
        let patient = now >= since && now < since + PATIENCE && call.requested.is_none();
        let waits = missing.fold(false, |waits, at| {
            let link = &self.links[*at];
            // Of one whose login was refused nothing comes by waiting.
            waits || !link.tried || link.is_connecting() || (patient && !self.once && link.retry_at().is_some())
        });
        (!ready.is_empty() && delivery && !waits).then_some(ready)
    }

    /// An INBOX that receives the digest must be up; one that the digest is sent to is only waited for.
    fn is_deliverable(&self) -> bool {
        let route = self.config.digest.route();
        let link = self.links.iter().find(|link| Some(link.name.as_str()) == route.readable());
        match route {
            Route::Mailbox(_) => link.is_some_and(Link::is_up),
            Route::Smtp { .. } => link.is_none_or(|link| link.tried && !link.is_connecting()),
        }
    }

    async fn begin(
        &mut self,
        call: &Call,
        ready: &[usize],
        timeline: &Timeline,
        outlook: &Outlook,
        now: DateTime<Utc>,
    ) -> Result<Progress, StateError> {
        let period = period(self.state.last_period_end()?, outlook, call.instant);
        let style = style(&self.config, timeline, outlook, now);
        let (mut gathered, mut passed) = (Gathered::default(), Vec::new());
        for index in ready {
            match self.collect(*index, period.from, &mut gathered, &style).await {
                Ok(urgent) => passed.extend(urgent),
                Err(failure) => {
                    self.put_down(*index, failure, now)?;
                    return Ok(Progress::Waits(None));
                }
            }
        }
        let Gathered { entries, sketches, manifest } = gathered;
        let instants = self.instants(call, ready);
        self.due_since = None;
        if manifest.is_empty() {
            self.state.mark_done(&instants, now)?;
            self.witness.tell(now, Event::NothingHeld);
            return Ok(Progress::Advanced);
        }
        let lightened = self.state.note(WITHOUT_ORIGINALS)?.is_some();
        let originals = match self.enclosures(ready, &manifest, lightened).await {
            Ok(originals) => originals,
            Err((index, error)) => {
                self.put_down(index, error.into(), now)?;
                return Ok(Progress::Waits(None));
            }
        };
        let enclosed = originals.as_ref().map(Enclosures::count);
        let troubles = self.troubles(&call.wanted, ready);
        let mut input = Input { entries, sketches, passed, troubles, period, enclosed, style };
        for index in ready {
            let Self { links, config, .. } = &mut *self;
            let Some(mailbox) = links[*index].mailbox() else { continue };
            if let Err(error) = read_again(mailbox, &config.mailboxes[*index], &mut input, &manifest).await {
                self.link_failed(*index, &error, now);
                return Ok(Progress::Waits(None));
            }
        }
        let rid = release::rid(&self.config.profile, manifest.iter().map(|original| original.ident));
        let message = digest::message(&digest::compose(&input, &rid), &input, &rid, originals);
        // From here on the manifest is enough: delivering and filing begin with the memory given back.
        drop(input);
        let bytes = match message {
            Ok(bytes) => bytes,
            Err(error) => {
                self.refused(None, &error.to_string(), now);
                return Ok(Progress::Waits(Some(now + REFUSED_PAUSE)));
            }
        };
        let release = Release {
            rid,
            instants,
            manifest,
            route: self.config.digest.route(),
            bytes: Rc::new(bytes),
            period_end: period.to,
            sealed_at: now,
            uncertain: Vec::new(),
            step: Step::Sealed,
        };
        self.state.seal(&release)?;
        if lightened {
            self.state.set_note(WITHOUT_ORIGINALS, None)?;
        }
        self.release = Some(release);
        self.retry_at = None;
        self.refusals = 0;
        self.advance(now).await
    }

    /// Adds what waits in one mailbox; its urgent messages that passed.
    async fn collect(
        &mut self,
        index: usize,
        since: DateTime<Utc>,
        gathered: &mut Gathered,
        style: &Style,
    ) -> Result<Vec<Passed>, Failure> {
        let Self { links, config, state, .. } = self;
        let name = links[index].name.clone();
        let Some(mailbox) = links[index].mailbox() else { return Ok(Vec::new()) };
        let before = gathered.manifest.len();
        gathered.add(mailbox, &config.mailboxes[index], Access::Write, KEPT_WHOLE, style).await?;
        let idents: HashSet<Ident> = state
            .urgent_since(since)?
            .into_iter()
            .filter(|(mailbox, ..)| *mailbox == name)
            .map(|(_, ident, _)| ident)
            .collect();
        if idents.is_empty() || gathered.manifest.len() == before {
            return Ok(Vec::new());
        }
        Ok(urgent(mailbox, &config.mailboxes[index], &idents, since).await?)
    }

    /// A command is answered for every mailbox; a digest instant only for those that are in the digest.
    fn instants(&self, call: &Call, ready: &[usize]) -> Vec<(String, DateTime<Utc>)> {
        let asked =
            call.requested.into_iter().flat_map(|at| self.links.iter().map(move |link| (link.name.clone(), at)));
        let due = ready.iter().map(|at| (self.links[*at].name.clone(), call.instant));
        let mut instants: Vec<_> = asked.chain(due).collect();
        instants.sort();
        instants.dedup();
        instants
    }

    /// What the digest says of the daemon itself: in daytime, in the reader's language.
    fn troubles(&self, wanted: &[usize], ready: &[usize]) -> Vec<String> {
        let absent = wanted.iter().filter(|at| !ready.contains(at)).map(|at| &self.links[*at]);
        absent
            .map(|link| {
                let why = link.trouble.clone().unwrap_or_default();
                let why = text::line(&why, SHOWN);
                let args = [("mailbox", link.name.as_str().into()), ("why", why.into())];
                self.sentences.say_with("daemon-mailbox-absent", &args)
            })
            .collect()
    }
}
