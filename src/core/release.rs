//! The release state machine: from sealed to filed, whatever interrupts it.
//!
//! Invariants. There is at most one open release. Its bytes never change between sealing and done. An attempt to deliver is
//! preceded by a durable [`Step::Intent`]; originals are filed only after a durable [`Step::Accepted`]. What is certainly not
//! delivered is tried again with the same bytes; what is uncertain is looked for first.

use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest as _, Sha256};

use super::{
    mail::{Ident, Uid},
    outcome::{Outcome, Refusal},
};

/// A server may finish an APPEND after the connection broke: UIDNEXT unchanged this long after the attempt is taken as not
/// appended. Should it finish later all the same, the repeat carries the same Message-ID.
pub const SETTLING: TimeDelta = TimeDelta::seconds(60);

/// After this many uncertain attempts in [`UNCERTAIN_PERIOD`] the release waits: better late than many times.
pub const UNCERTAIN_ATTEMPTS: usize = 3;

/// See [`UNCERTAIN_ATTEMPTS`].
pub const UNCERTAIN_PERIOD: TimeDelta = TimeDelta::hours(24);

/// How far back another host of the same profile may have delivered the same digest.
pub const LOOK_BACK: TimeDelta = TimeDelta::days(7);

/// A permanent refusal is tried again after a day: somebody may have mended it.
pub const REFUSED_PAUSE: TimeDelta = TimeDelta::hours(24);

/// The name of a release: the first 20 lower-case base32 characters (RFC 4648) of the SHA-256 of the profile and the sorted
/// idents. The same set has the same name, so that a repeat is recognisable; another set has another.
pub fn rid(profile: &str, idents: impl IntoIterator<Item = Ident>) -> String {
    let mut idents: Vec<Ident> = idents.into_iter().collect();
    idents.sort_unstable();
    idents.dedup();
    let mut hash = Sha256::new();
    hash.update(profile.as_bytes());
    hash.update([0]);
    for ident in &idents {
        hash.update(ident.0);
    }
    let mut text = data_encoding::BASE32_NOPAD.encode(&hash.finalize()).to_ascii_lowercase();
    text.truncate(20);
    text
}

/// The looks for a digest that a server may have accepted over SMTP: it may be on its way for some minutes.
pub const SMTP_LOOKS: [TimeDelta; 4] =
    [TimeDelta::minutes(1), TimeDelta::minutes(2), TimeDelta::minutes(5), TimeDelta::minutes(15)];

/// How a digest goes out, and the mailbox whose INBOX it lands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Put into this mailbox.
    Mailbox(String),
    /// Sent.
    Smtp {
        /// The mailbox that receives it, if it is one of ours.
        readable: Option<String>,
    },
}

impl Route {
    /// The mailbox in which the digest can be looked for.
    pub fn readable(&self) -> Option<&str> {
        match self {
            Self::Mailbox(name) => Some(name),
            Self::Smtp { readable } => readable.as_deref(),
        }
    }

    /// How long after an attempt whose outcome is unknown the digest is looked for; then it is taken as not delivered.
    pub fn patience(&self) -> TimeDelta {
        self.looks().last().copied().unwrap_or_default()
    }

    /// How long after an attempt whose outcome is unknown to look, beyond at once. After the last it is taken as not delivered.
    fn looks(&self) -> &'static [TimeDelta] {
        match self {
            Self::Mailbox(_) => &[SETTLING],
            Self::Smtp { .. } => &SMTP_LOOKS,
        }
    }
}

/// One original in a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The configuration's name of its mailbox; shared by all of them.
    pub mailbox: Rc<str>,
    /// UIDVALIDITY of the held folder when it was listed; 0 on Maildir.
    pub uid_validity: u32,
    /// Its UID there.
    pub uid: Uid,
    /// Its identity.
    pub ident: Ident,
}

/// Where the delivery folder stood before an attempt: what an APPEND would change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// UIDVALIDITY of the delivery folder; 0 on Maildir.
    pub uid_validity: u32,
    /// UIDNEXT of the delivery folder; 0 on Maildir.
    pub uid_next: u32,
}

/// The last durable record of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The bytes and the manifest are fixed; certainly not delivered.
    Sealed,
    /// An attempt began: the outcome is unknown until another record follows.
    Intent {
        /// When the attempt began.
        at: DateTime<Utc>,
        /// The delivery folder before it; `None` where it cannot be read.
        marker: Option<Marker>,
    },
    /// The server refused for now: certainly not delivered.
    Refused,
    /// Delivered; the originals are still to be filed.
    Accepted,
}

/// An open release as the state keeps it from sealing to done. There is never more than one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// 20 lower-case base32 characters.
    pub rid: String,
    /// The digest instants it answers, by mailbox.
    pub instants: Vec<(String, DateTime<Utc>)>,
    /// Its originals.
    pub manifest: Vec<Original>,
    /// How the digest goes out.
    pub route: Route,
    /// The exact bytes of the digest, CRLF; shared, for with originals they are many.
    pub bytes: Rc<Vec<u8>>,
    /// The end of the period it covers.
    pub period_end: DateTime<Utc>,
    /// When it was sealed.
    pub sealed_at: DateTime<Utc>,
    /// The times of its attempts whose outcome was uncertain.
    pub uncertain: Vec<DateTime<Utc>>,
    /// The last record.
    pub step: Step,
}

/// What a release needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Certainly not delivered: tag the manifest, look whether another host was faster, then attempt.
    Attempt,
    /// An attempt began and its outcome is unknown: look for the digest.
    Look {
        /// When the attempt began.
        at: DateTime<Utc>,
        /// The delivery folder before it.
        marker: Option<Marker>,
    },
    /// Delivered: move the originals.
    File,
}

impl Release {
    /// Whether messages of this mailbox are in it.
    pub fn concerns(&self, mailbox: &str) -> bool {
        self.manifest.iter().any(|original| *original.mailbox == *mailbox)
    }

    /// What comes next after the last durable record.
    pub fn next(&self) -> Next {
        match self.step {
            Step::Sealed | Step::Refused => Next::Attempt,
            Step::Intent { at, marker } => Next::Look { at, marker },
            Step::Accepted => Next::File,
        }
    }

    /// Uncertain attempts that still count at `now`.
    pub fn uncertain_attempts(&self, now: DateTime<Utc>) -> usize {
        self.uncertain.iter().filter(|at| **at > now - UNCERTAIN_PERIOD).count()
    }
}

/// What is known after a look for a digest whose delivery is uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It is there.
    Delivered,
    /// It is not there: deliver the same bytes again.
    Repeat,
    /// Look, or try, again at this instant.
    Wait(DateTime<Utc>),
}

/// What follows from a look at `now`, after an attempt that began at `at`.
pub fn looked(release: &Release, found: bool, at: DateTime<Utc>, now: DateTime<Utc>) -> Looked {
    if found {
        return Looked::Delivered;
    }
    // A clock that was set back must not make it wait for a time long gone.
    let later = release.route.looks().iter().map(|delay| at + *delay).find(|look| now < *look);
    if let Some(look) = later.filter(|_| now >= at) {
        return Looked::Wait(look);
    }
    let oldest = release.uncertain.iter().filter(|tried| **tried > now - UNCERTAIN_PERIOD).min();
    match oldest {
        Some(oldest) if release.uncertain_attempts(now) >= UNCERTAIN_ATTEMPTS => {
            Looked::Wait(*oldest + UNCERTAIN_PERIOD)
        }
        _ => Looked::Repeat,
    }
}

/// What to record after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// ACCEPTED
    Accepted,
    /// REFUSED, for now; what the server said.
    Refused(String),
    /// Refused for good: unseal, keep held, tell; what the server said.
    Unseal(String),
    /// The intent stands, and counts as uncertain; what happened.
    Uncertain(String),
}

/// What to record after an attempt ended with `outcome`.
pub fn performed(outcome: Outcome) -> Record {
    match outcome {
        Outcome::Accepted => Record::Accepted,
        Outcome::Refused { refusal: Refusal::Transient, text } => Record::Refused(text),
        Outcome::Refused { refusal: Refusal::Permanent, text } => Record::Unseal(text),
        Outcome::Uncertain { text } => Record::Uncertain(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn uncertain_at(times: &[&str]) -> Release {
        Release {
            rid: rid("config", []),
            instants: Vec::new(),
            manifest: Vec::new(),
            route: Route::Mailbox("coop".to_owned()),
            bytes: Rc::default(),
            period_end: instant("2026-11-23T08:00:00Z"),
            sealed_at: instant("2026-11-23T08:00:00Z"),
            uncertain: times.iter().map(|time| instant(time)).collect(),
            step: Step::Sealed,
        }
    }

    #[test]
    fn the_same_originals_in_any_order_give_the_same_name_and_others_another() {
        let (a, b) = (Ident([1; 32]), Ident([2; 32]));
        assert_eq!(rid("config", [a, b]), rid("config", [b, a, b]));
        assert_ne!(rid("config", [a, b]), rid("config", [a]));
        assert_ne!(rid("config", [a]), rid("work", [a]));
        assert_eq!(rid("config", [a]).len(), 20);
    }

    #[test]
    fn a_digest_that_is_not_there_yet_is_given_a_minute_before_it_is_sent_again() {
        let release = uncertain_at(&[]);
        let at = instant("2026-11-23T08:00:00Z");
        let settled = instant("2026-11-23T08:01:00Z");
        assert_eq!(looked(&release, false, at, at + TimeDelta::seconds(59)), Looked::Wait(settled));
        assert_eq!(looked(&release, false, at, settled), Looked::Repeat);
        assert_eq!(looked(&release, true, at, at), Looked::Delivered);
    }

    #[test]
    fn a_digest_that_may_be_on_its_way_is_looked_for_during_a_quarter_of_an_hour() {
        let release = Release { route: Route::Smtp { readable: None }, ..uncertain_at(&[]) };
        let at = instant("2026-11-23T08:00:00Z");
        let mut looks = vec![at];
        while let Looked::Wait(next) = looked(&release, false, at, *looks.last().unwrap()) {
            looks.push(next);
        }
        let minutes: Vec<i64> = looks.iter().map(|look| (*look - at).num_minutes()).collect();
        assert_eq!(minutes, [0, 1, 2, 5, 15]);
    }

    #[test]
    fn a_clock_set_back_does_not_make_a_release_wait_for_the_time_it_showed() {
        let at = instant("2030-01-01T00:00:00Z");
        assert_eq!(looked(&uncertain_at(&[]), false, at, instant("2026-11-23T08:00:00Z")), Looked::Repeat);
    }

    #[test]
    fn after_three_uncertain_attempts_in_a_day_a_release_waits_until_the_first_is_a_day_old() {
        let release = uncertain_at(&["2026-11-23T08:00:00Z", "2026-11-23T08:02:00Z", "2026-11-23T08:04:00Z"]);
        let (at, now) = (instant("2026-11-23T08:04:00Z"), instant("2026-11-23T08:06:00Z"));
        assert_eq!(looked(&release, false, at, now), Looked::Wait(instant("2026-11-24T08:00:00Z")));
        assert_eq!(looked(&release, false, at, instant("2026-11-24T08:00:01Z")), Looked::Repeat);
    }
}
