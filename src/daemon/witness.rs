//! What the daemon tells while it works: a log for `run`, a story for `demo`.

use chrono::{DateTime, Utc};

use crate::core::{gate::Judgement, timeline::State};

/// Something that happened. Texts from mail have passed `core::text`.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The window opened, or closed; also told at the start.
    Edge {
        /// The state from now on.
        state: State,
        /// Until when.
        until: Option<DateTime<Utc>>,
    },
    /// A mailbox is ready.
    Connected {
        /// Its name in the configuration.
        mailbox: &'a str,
    },
    /// A message was looked at and judged.
    Judged {
        /// The mailbox.
        mailbox: &'a str,
        /// Its title, or its subject where it has none.
        title: &'a str,
        /// What becomes of it.
        judgement: &'a Judgement,
    },
    /// A digest was accepted.
    Delivered {
        /// The release's name.
        rid: &'a str,
        /// Originals in it.
        originals: usize,
    },
    /// A digest instant came, and nothing was held.
    NothingHeld,
    /// Something went wrong: a sentence.
    Trouble {
        /// The mailbox it concerns, or `None` for the daemon itself.
        mailbox: Option<&'a str>,
        /// What happened.
        text: &'a str,
    },
}

/// Is told what happens.
pub trait Witness {
    /// Told of `event` at `now`.
    fn tell(&mut self, now: DateTime<Utc>, event: Event<'_>);
}

/// Logs without content: at night no counts, never a subject.
#[derive(Debug, Default)]
pub struct Log;

impl Witness for Log {
    fn tell(&mut self, _now: DateTime<Utc>, event: Event<'_>) {
        match event {
            Event::Edge { state, until } => {
                let until = until.map(|until| until.to_rfc3339());
                tracing::info!(?state, until, "the gate changed");
            }
            Event::Connected { mailbox } => tracing::info!(mailbox, "connected"),
            Event::Judged { mailbox, judgement, .. } => {
                let judgement = match judgement {
                    Judgement::Hold => "hold",
                    Judgement::ToInbox => "to INBOX",
                    Judgement::Urgent(_) => "urgent",
                    Judgement::Passed => "passed",
                    Judgement::Leave(_) => "left",
                };
                tracing::trace!(mailbox, judgement, "a message was judged");
            }
            Event::Delivered { rid, .. } => tracing::info!(rid, "the digest was delivered"),
            Event::NothingHeld => tracing::info!("nothing was held: no digest"),
            Event::Trouble { mailbox, text } => tracing::warn!(mailbox, "{text}"),
        }
    }
}
