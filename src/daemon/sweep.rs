//! Looks through the intakes and moves what the gate says: observe, decide, perform, record.

use std::{collections::BTreeMap, ops::ControlFlow};

use chrono::{DateTime, Utc};

use super::{
    Daemon, Failure, explain,
    link::Link,
    moving::relocate,
    witness::{Event, Witness},
};
use crate::{
    core::{
        gate::{self, Candidate, Judgement, Mode, Outlook, Sweep},
        mail::{Content, Envelope, Flags, Folder, Ident, Uid, Verdict},
        notice::{self, Kind, Notice},
        selector::{Class, Rules},
    },
    io::{
        mailbox::{Access, Listing, MailboxError},
        state::{State, StateError},
    },
};

/// Messages moved before what was made of them is recorded: a crash in between leaves at most this many that would be held
/// again after being moved back by hand.
const RECORDED_TOGETHER: usize = 100_000;

/// What is to be moved and recorded in one mailbox.
#[derive(Default)]
struct Plan {
    hold: Vec<(Uid, Ident)>,
    to_inbox: Vec<Uid>,
    passed: Vec<Ident>,
    urgent: Vec<Candidate>,
}

/// What a survey finds.
#[derive(Default)]
struct Found {
    plan: Plan,
    /// What stays where it is.
    left: Vec<Uid>,
    /// Messages whose header leaves open what only their body tells.
    unclear: BTreeMap<Uid, Flags>,
}

/// What a survey needs to judge messages.
struct Judge<'a> {
    index: usize,
    mailbox: &'a str,
    sweep: Sweep,
    rules: &'a Rules,
    state: &'a State,
    enabled_at: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl Daemon {
    /// Sweeps every mailbox that is up and for which the gate decided one; urgent messages are admitted over all of them.
    /// A mailbox that fails is put down; the others go on.
    pub(super) async fn sweep(
        &mut self,
        sweeps: &[Option<Sweep>],
        outlook: &Outlook,
        now: DateTime<Utc>,
    ) -> Result<(), StateError> {
        let enabled_at = self.state.enabled_at(now)?;
        let mut plans = Vec::new();
        for (index, sweep) in sweeps.iter().enumerate() {
            let Some(sweep) = *sweep else { continue };
            self.feed();
            match self.survey(index, sweep, enabled_at, now).await {
                Ok(Some(plan)) => plans.push((index, plan)),
                Ok(None) => {}
                Err(failure) => self.put_down(index, failure, now)?,
            }
        }
        self.admit(&mut plans, outlook, now)?;
        for (index, plan) in plans {
            self.feed();
            match self.perform(index, plan, now).await {
                Ok(()) => self.links[index].works(),
                Err(failure) => self.put_down(index, failure, now)?,
            }
        }
        Ok(())
    }

    /// Lists the intake of one mailbox and judges what was not judged before. `None`: the mailbox is not up.
    async fn survey(
        &mut self,
        index: usize,
        sweep: Sweep,
        enabled_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Plan>, Failure> {
        let Self { links, config, state, witness, .. } = self;
        let link = &mut links[index];
        let Some(mailbox) = link.mailbox() else { return Ok(None) };
        let opened = mailbox.open(Folder::Intake, Access::Write).await?;
        let uids = mailbox.list(listing(sweep, enabled_at)).await?;
        link.opened(opened.uid_validity);
        if sweep == Sweep::Drain {
            return Ok(Some(Plan { to_inbox: uids, ..Plan::default() }));
        }
        let uids: Vec<Uid> = uids.into_iter().filter(|uid| !link.is_left_alone(uid)).collect();
        let judge = Judge {
            index,
            mailbox: &config.mailboxes[index].name,
            sweep,
            rules: &config.mailboxes[index].rules,
            state,
            enabled_at,
            now,
        };
        let mut found = Found::default();
        let mut failure = None;
        let mut note = |judged: Result<(), StateError>| match judged {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failure = Some(error);
                ControlFlow::Break(())
            }
        };
        if let Some(mailbox) = link.mailbox() {
            mailbox.envelopes(&uids, &mut |batch| note(judge.envelopes(batch, &mut found, witness.as_mut()))).await?;
            let unclear = std::mem::take(&mut found.unclear);
            let asked: Vec<Uid> = unclear.keys().cloned().collect();
            let mut visit = |batch| note(judge.contents(batch, &unclear, &mut found, witness.as_mut()));
            mailbox.contents(&asked, &mut visit).await?;
        }
        if let Some(failure) = failure {
            return Err(failure.into());
        }
        link.leave_alone(found.left);
        Ok(Some(found.plan))
    }

    /// Decides on the urgent messages of all mailboxes, and records each decision before it is performed.
    fn admit(&self, plans: &mut [(usize, Plan)], outlook: &Outlook, now: DateTime<Utc>) -> Result<(), StateError> {
        let candidates: Vec<Candidate> =
            plans.iter_mut().flat_map(|(_, plan)| std::mem::take(&mut plan.urgent)).collect();
        if candidates.is_empty() {
            return Ok(());
        }
        let closed = outlook.closed_before.as_ref().unwrap_or(&outlook.span);
        let since = closed.since.unwrap_or(DateTime::UNIX_EPOCH);
        let spent = u32::try_from(self.state.urgent_since(since)?.len()).unwrap_or(u32::MAX);
        let (passing, waiting) = gate::admit(candidates, spent, &self.policy);
        for candidate in passing {
            // Dated by its arrival, so that the digest of the period it came in lists it; never before the span it counts for.
            let when = candidate.received.max(since);
            let name = &self.links[candidate.mailbox].name;
            self.state.remember(name, &[(candidate.ident, Verdict::Urgent)], when)?;
            if self.links[candidate.mailbox].mode == Mode::Intake {
                plan_of(plans, candidate.mailbox).to_inbox.push(candidate.uid);
            }
        }
        for candidate in waiting {
            match self.links[candidate.mailbox].mode {
                Mode::Inbox => plan_of(plans, candidate.mailbox).hold.push((candidate.uid, candidate.ident)),
                Mode::Intake => {
                    let name = &self.links[candidate.mailbox].name;
                    self.state.remember(name, &[(candidate.ident, Verdict::Held)], now)?;
                }
            }
        }
        Ok(())
    }

    /// Moves and records. The intake is still open.
    async fn perform(&mut self, index: usize, plan: Plan, now: DateTime<Utc>) -> Result<(), Failure> {
        let Self { links, state, .. } = self;
        let name = links[index].name.clone();
        let Some(mailbox) = links[index].mailbox() else { return Ok(()) };
        for chunk in plan.hold.chunks(RECORDED_TOGETHER) {
            let uids: Vec<Uid> = chunk.iter().map(|(uid, _)| uid.clone()).collect();
            relocate(mailbox, state, &name, &uids, Folder::Held).await?;
            let verdicts: Vec<_> = chunk.iter().map(|(_, ident)| (*ident, Verdict::Held)).collect();
            state.remember(&name, &verdicts, now)?;
        }
        if !plan.to_inbox.is_empty() {
            relocate(mailbox, state, &name, &plan.to_inbox, Folder::Inbox).await?;
        }
        let passed: Vec<_> = plan.passed.iter().map(|ident| (*ident, Verdict::Passed)).collect();
        if !passed.is_empty() {
            state.remember(&name, &passed, now)?;
        }
        Ok(())
    }

    /// A mailbox failed: it is put down and told of. A failure of the state ends the turn.
    pub(super) fn put_down(&mut self, index: usize, failure: Failure, now: DateTime<Utc>) -> Result<(), StateError> {
        match failure {
            Failure::State(error) => Err(error),
            Failure::Mailbox(error) => {
                self.link_failed(index, &error, now);
                Ok(())
            }
        }
    }

    pub(super) fn link_failed(&mut self, index: usize, error: &MailboxError, now: DateTime<Utc>) {
        let text = explain::mailbox(error, &self.sentences);
        let link: &mut Link = &mut self.links[index];
        link.failed(error, &text, now);
        self.witness.tell(now, Event::Trouble { mailbox: Some(&link.name), text: &text });
        self.note_trouble(Some(&text));
    }
}

fn plan_of(plans: &mut [(usize, Plan)], index: usize) -> &mut Plan {
    let place = plans.iter().position(|(other, _)| *other == index).unwrap_or(0);
    &mut plans[place].1
}

fn listing(sweep: Sweep, enabled_at: DateTime<Utc>) -> Listing {
    match sweep {
        Sweep::Hold { since, .. } | Sweep::Watch { since } => {
            Listing::Since(since.map_or(enabled_at, |since| since.max(enabled_at)))
        }
        Sweep::Sort | Sweep::Drain => Listing::All,
    }
}

impl Judge<'_> {
    /// Judges a batch by the headers.
    fn envelopes(&self, batch: Vec<Envelope>, found: &mut Found, witness: &mut dyn Witness) -> Result<(), StateError> {
        let idents: Vec<Ident> = batch.iter().map(|message| Ident::of(&message.header)).collect();
        let handled = self.state.handled(self.mailbox, &idents)?;
        for (message, ident) in batch.into_iter().zip(idents) {
            let notice = notice::read(&message.header);
            let verdict = handled.get(&ident).copied();
            if self.rules.asks_for_body(&notice) && self.depends_on_body(&message, verdict) {
                found.unclear.insert(message.uid, message.flags);
            } else {
                self.message(message, ident, notice, verdict, found, witness)?;
            }
        }
        Ok(())
    }

    /// Judges a batch by the beginnings of the bodies, too.
    fn contents(
        &self,
        batch: Vec<Content>,
        flags: &BTreeMap<Uid, Flags>,
        found: &mut Found,
        witness: &mut dyn Witness,
    ) -> Result<(), StateError> {
        let idents: Vec<Ident> = batch.iter().map(|content| Ident::of(&content.header)).collect();
        let handled = self.state.handled(self.mailbox, &idents)?;
        for (content, ident) in batch.into_iter().zip(idents) {
            let Some(flags) = flags.get(&content.uid).copied() else { continue };
            let notice = notice::read(&content.message);
            let Content { uid, received, header, .. } = content;
            let message = Envelope { uid, flags, received, header };
            self.message(message, ident, notice, handled.get(&ident).copied(), found, witness)?;
        }
        Ok(())
    }

    /// Whether it makes a difference that the message is a notification.
    fn depends_on_body(&self, message: &Envelope, verdict: Option<Verdict>) -> bool {
        let judge = |class| gate::judge(self.sweep, message, class, verdict, self.enabled_at);
        judge(Class::Match(None)) != judge(Class::Unknown)
    }

    fn message(
        &self,
        message: Envelope,
        ident: Ident,
        mut notice: Notice,
        verdict: Option<Verdict>,
        found: &mut Found,
        witness: &mut dyn Witness,
    ) -> Result<(), StateError> {
        if let Some(rid) = &notice.release
            && self.state.knows_release(rid)? == Some(false)
        {
            // It only looks like a digest of ours.
            notice.kind = if notice.platform.is_some() { Kind::Notification } else { Kind::Other };
        }
        let class: Class = self.rules.classify(&notice);
        let judgement = gate::judge(self.sweep, &message, class, verdict, self.enabled_at);
        let title = notice.title.as_deref().unwrap_or(&notice.subject);
        witness.tell(self.now, Event::Judged { mailbox: self.mailbox, title, judgement: &judgement });
        let Found { plan, left, .. } = found;
        match judgement {
            Judgement::Hold => plan.hold.push((message.uid, ident)),
            Judgement::ToInbox => plan.to_inbox.push(message.uid),
            Judgement::Passed => {
                plan.passed.push(ident);
                left.push(message.uid);
            }
            Judgement::Leave(_) => left.push(message.uid),
            Judgement::Urgent(selector) => plan.urgent.push(Candidate {
                mailbox: self.index,
                received: message.received,
                uid: message.uid,
                ident,
                selector,
            }),
        }
        Ok(())
    }
}
