//! The gate: what is to be done now, and what becomes of each message. Pure: the same values give the same decision, so waking
//! late (suspend, reboot, a clock that was set) is the normal path.

use chrono::{DateTime, Days, TimeDelta, TimeZone as _, Utc};

use super::{
    mail::{Envelope, Ident, Uid, Verdict},
    selector::{Class, Selector},
    timeline::{Span, State, Timeline},
};

/// No true clock shows less: this version was written later. Below it nothing is held and nothing released (a machine without a
/// battery boots in 1970).
pub const EARLIEST: DateTime<Utc> = match DateTime::from_timestamp(1_793_491_200, 0) {
    Some(instant) => instant,
    None => DateTime::UNIX_EPOCH,
};

/// How long an unreachable mailbox is waited for at a digest instant, before the others go without it.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(15);

/// At most this many digests in 24 hours: a loop between two machines ends here (RFC 3834, section 2).
pub const DIGESTS_A_DAY: u32 = 12;

/// Days to look back for a digest instant in an open span without a known beginning.
const LOOK_BACK: u64 = 2;

/// What the configuration says to the gate, whatever the mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Every opening is a digest instant.
    pub at_opening: bool,
    /// Further digest instants inside open spans, in minutes from local midnight.
    pub at: Vec<u16>,
    /// `while_open = "batch"`: notifications wait in open hours too.
    pub batch: bool,
    /// Urgent messages that pass in one closed span, over all mailboxes.
    pub max_urgent: u32,
}

/// The timeline as seen from one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The span that contains the instant.
    pub span: Span,
    /// The closed span that ended when this open span began.
    pub closed_before: Option<Span>,
    /// The latest digest instant of this open span that has come.
    pub instant: Option<DateTime<Utc>>,
    /// The next instant at which something is to be done: an edge or a digest instant.
    pub next: Option<DateTime<Utc>>,
    /// The next digest instant, in this span or a later one.
    pub next_digest: Option<DateTime<Utc>>,
}

/// Looks at the timeline from `now`.
pub fn outlook(timeline: &Timeline, policy: &Policy, now: DateTime<Utc>) -> Outlook {
    let span = timeline.span(now);
    let open = span.state == State::Open;
    let closed_before = span.since.filter(|_| open).map(|since| timeline.span(since - TimeDelta::seconds(1)));
    let instant = if open { latest_instant(timeline, policy, &span, now) } else { None };
    let coming = if open { next_instant(timeline, policy, &span, now) } else { None };
    let next_digest = coming.or_else(|| {
        let opening = timeline.next_opening(now)?;
        if policy.at_opening {
            return Some(opening);
        }
        next_instant(timeline, policy, &timeline.span(opening), opening - TimeDelta::seconds(1))
    });
    let next = [span.until, coming].into_iter().flatten().min();
    Outlook { span, closed_before, instant, next, next_digest }
}

/// Digest instants of an open span on the local dates around `near`, sorted.
fn instants<'a>(
    timeline: &'a Timeline,
    policy: &'a Policy,
    span: &'a Span,
    near: DateTime<Utc>,
    days: std::ops::RangeInclusive<i64>,
) -> impl Iterator<Item = DateTime<Utc>> + 'a {
    let today = timeline.timezone.from_utc_datetime(&near.naive_utc()).date_naive();
    let date = move |offset: i64| match u64::try_from(offset) {
        Ok(later) => today.checked_add_days(Days::new(later)),
        Err(_) => today.checked_sub_days(Days::new(offset.unsigned_abs())),
    };
    let inside = |instant: &DateTime<Utc>| {
        span.since.is_none_or(|since| *instant >= since) && span.until.is_none_or(|until| *instant < until)
    };
    days.filter_map(date)
        .flat_map(move |date| policy.at.iter().map(move |minutes| timeline.instant(date, *minutes)))
        .chain(span.since.filter(|_| policy.at_opening))
        .filter(inside)
}

fn latest_instant(timeline: &Timeline, policy: &Policy, span: &Span, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let back = i64::try_from(LOOK_BACK).unwrap_or(0);
    instants(timeline, policy, span, now, -back..=0).filter(|instant| *instant <= now).max()
}

fn next_instant(timeline: &Timeline, policy: &Policy, span: &Span, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    instants(timeline, policy, span, now, 0..=2).filter(|instant| *instant > now).min()
}

/// Whether a mailbox's INBOX is watched, or a folder that the server files into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `intake = "INBOX"`
    Inbox,
    /// `intake` is another folder, and `held` is that folder.
    Intake,
}

/// What is remembered of one mailbox when the gate decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How it is watched.
    pub mode: Mode,
    /// Whether [`Outlook::instant`] is in the done set.
    pub instant_done: bool,
    /// Whether any digest instant of the current open span is in the done set.
    pub span_served: bool,
    /// Whether messages of this mailbox are in the open release.
    pub in_release: bool,
}

/// Which messages of a mailbox are looked at, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweep {
    /// INBOX mode: matching messages that arrived in `[since, before)` are moved into held.
    Hold {
        /// `None`: from `enabled_at` on.
        since: Option<DateTime<Utc>>,
        /// `None`: whatever comes.
        before: Option<DateTime<Utc>>,
    },
    /// INBOX mode, open: matching messages that arrived at `since` or later are remembered as passed.
    Watch {
        /// `None`: from `enabled_at` on.
        since: Option<DateTime<Utc>>,
    },
    /// Intake mode: what is not meant to wait goes to INBOX, the rest stays.
    Sort,
    /// Intake mode, open, after the release: everything goes to INBOX.
    Drain,
}

/// Why the gate decides as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The clock shows a time before this version was written: nothing is held, nothing released.
    ClockUnset,
    /// The off-hours.
    Closed,
    /// The window is open and its digest is due.
    Due,
    /// The window is open; notifications pass.
    Open,
    /// The window is open; notifications wait for the next digest time.
    Batch,
}

/// What is to be done in one mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What to do with the messages of the intake; `None`: nothing.
    pub sweep: Option<Sweep>,
    /// The digest instant to answer after the sweep.
    pub release: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Reason,
}

/// Decides what is to be done in one mailbox at `now`.
pub fn decide(now: DateTime<Utc>, outlook: &Outlook, policy: &Policy, standing: Standing) -> Decision {
    if now < EARLIEST {
        return Decision { sweep: None, release: None, reason: Reason::ClockUnset };
    }
    let open = outlook.span.state == State::Open;
    let release = outlook.instant.filter(|_| !standing.instant_done);
    let reason = match (open, release.is_some(), policy.batch) {
        (false, ..) => Reason::Closed,
        (true, true, _) => Reason::Due,
        (true, false, true) => Reason::Batch,
        (true, false, false) => Reason::Open,
    };
    let sweep = match standing.mode {
        Mode::Inbox => inbox_sweep(outlook, policy, open, release.is_some() && !standing.span_served),
        Mode::Intake => intake_sweep(policy, open, release.is_some(), standing),
    };
    Decision { sweep: Some(sweep), release, reason }
}

/// The same rule runs once more for the closed span that just ended before the first release of an open span: a machine that
/// slept all night still gives one digest.
fn inbox_sweep(outlook: &Outlook, policy: &Policy, open: bool, catch_up: bool) -> Sweep {
    let closed_since = outlook.closed_before.as_ref().and_then(|closed| closed.since);
    match (open, catch_up, policy.batch) {
        (false, ..) | (true, false, true) => Sweep::Hold { since: outlook.span.since, before: None },
        (true, true, true) => Sweep::Hold { since: closed_since, before: None },
        (true, true, false) => Sweep::Hold { since: closed_since, before: outlook.span.since },
        (true, false, false) => Sweep::Watch { since: outlook.span.since },
    }
}

fn intake_sweep(policy: &Policy, open: bool, due: bool, standing: Standing) -> Sweep {
    let released = standing.span_served && !due && !standing.in_release;
    if open && !policy.batch && released { Sweep::Drain } else { Sweep::Sort }
}

/// What becomes of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Into held.
    Hold,
    /// Into INBOX.
    ToInbox,
    /// It asks to pass as urgent; [`admit`] decides.
    Urgent(Selector),
    /// It stays, and is remembered as passed.
    Passed,
    /// It stays.
    Leave(Leave),
}

/// Why a message stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Not sure that it is a notification, or not one that `hold` names.
    NotOurs,
    /// A digest of ours, a bounce, an account mail, or named by `never_hold`.
    NeverHeld,
    /// `\Seen`, `\Deleted` or `\Draft`.
    Flagged,
    /// It arrived before the span, or before quiethours was first started, or after the opening.
    OutsideSpan,
    /// It was decided on before; the volunteer may have moved it since.
    Handled,
    /// In the folder that the server files into, waiting for the digest.
    Waiting,
}

/// Judges one message. `handled`: something was made of it before. `enabled_at`: the first start of this state.
pub fn judge(
    sweep: Sweep,
    message: &Envelope,
    class: Class,
    handled: Option<Verdict>,
    enabled_at: DateTime<Utc>,
) -> Judgement {
    match sweep {
        Sweep::Drain => Judgement::ToInbox,
        Sweep::Sort => sort(message, class, handled),
        Sweep::Hold { since, before } => judge_inbox(message, class, handled, (since, before), enabled_at, true),
        Sweep::Watch { since } => judge_inbox(message, class, handled, (since, None), enabled_at, false),
    }
}

fn sort(message: &Envelope, class: Class, handled: Option<Verdict>) -> Judgement {
    if message.flags.deleted {
        return Judgement::Leave(Leave::Flagged);
    }
    match class {
        Class::Digest | Class::Bounce | Class::Account | Class::NeverHold(_) | Class::Unknown => Judgement::ToInbox,
        Class::Urgent(selector) if handled.is_none() => Judgement::Urgent(selector),
        // Its passing was written, then the move was interrupted.
        Class::Urgent(_) if handled == Some(Verdict::Urgent) => Judgement::ToInbox,
        Class::Urgent(_) | Class::Match(_) | Class::Unnamed => Judgement::Leave(Leave::Waiting),
    }
}

fn judge_inbox(
    message: &Envelope,
    class: Class,
    handled: Option<Verdict>,
    (since, before): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    enabled_at: DateTime<Utc>,
    hold: bool,
) -> Judgement {
    let urgent = match class {
        Class::Digest | Class::Bounce | Class::Account | Class::NeverHold(_) => {
            return Judgement::Leave(Leave::NeverHeld);
        }
        Class::Unnamed | Class::Unknown => return Judgement::Leave(Leave::NotOurs),
        Class::Urgent(selector) => Some(selector),
        Class::Match(_) => None,
    };
    let flags = message.flags;
    // INTERNALDATE and file times are compared as whole seconds: that is all IMAP tells.
    let received = message.received.timestamp();
    let early = received < since.map_or(enabled_at, |since| since.max(enabled_at)).timestamp();
    let late = before.is_some_and(|before| received >= before.timestamp());
    match (handled.is_some(), early || late, hold, urgent) {
        (true, ..) => Judgement::Leave(Leave::Handled),
        (false, true, ..) => Judgement::Leave(Leave::OutsideSpan),
        (false, false, false, _) => Judgement::Passed,
        _ if flags.seen || flags.deleted || flags.draft => Judgement::Leave(Leave::Flagged),
        (false, false, true, Some(selector)) => Judgement::Urgent(selector),
        (false, false, true, None) => Judgement::Hold,
    }
}

/// A message that asks to pass as urgent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Which mailbox, by its place in the configuration.
    pub mailbox: usize,
    /// When it arrived.
    pub received: DateTime<Utc>,
    /// Its UID in the intake.
    pub uid: Uid,
    /// Its identity.
    pub ident: Ident,
    /// The selector that marks it.
    pub selector: Selector,
}

/// Admits urgent messages, oldest first, until `spent` reaches the quota of a closed span: (passing, waiting).
pub fn admit(mut candidates: Vec<Candidate>, spent: u32, policy: &Policy) -> (Vec<Candidate>, Vec<Candidate>) {
    candidates.sort_by(|a, b| (a.received, &a.uid).cmp(&(b.received, &b.uid)));
    let room = policy.max_urgent.saturating_sub(spent);
    let waiting = candidates.split_off(candidates.len().min(usize::try_from(room).unwrap_or(usize::MAX)));
    (candidates, waiting)
}

#[cfg(test)]
mod tests;
