//! What the daemon says of itself: its log, the line that systemd shows, `status`, and a notice on the desktop. Never a count or a
//! subject in the off-hours.

use chrono::{DateTime, Utc};

use super::{Daemon, Progress, STATE_RETRY, deliver::SHOWN, witness::Event};
use crate::core::{
    civil,
    gate::{self, Outlook},
    text,
    timeline::{State as Gate, Timeline},
};

impl Daemon {
    /// At an edge everything is looked at again, and a refused login is tried once more when the window opens.
    pub(super) fn notice_edge(&mut self, outlook: &Outlook, timeline: &Timeline, now: DateTime<Utc>) {
        let span = &outlook.span;
        if self.last_span.as_ref().map(|last| (last.state, last.since)) != Some((span.state, span.since)) {
            for link in &mut self.links {
                link.refresh(now, span.state == Gate::Open);
            }
            self.span_told = false;
            self.witness.tell(now, Event::Edge { state: span.state, until: span.until });
        }
        if self.last_span.as_ref() != Some(span) {
            self.last_span = Some(span.clone());
            self.tell_status(timeline, now);
        }
    }

    fn tell_status(&mut self, timeline: &Timeline, now: DateTime<Utc>) {
        let Some(span) = &self.last_span else { return };
        let state = if span.state == Gate::Open { "open" } else { "closed" };
        let line = match span.until {
            Some(until) => {
                let until = civil::format_instant(until, now, timeline.timezone, &self.sentences);
                self.sentences.say_with(&format!("daemon-{state}-until"), &[("until", until.into())])
            }
            None => self.sentences.say(&format!("daemon-{state}")),
        };
        if line != self.last_status {
            (self.status)(&line);
            self.last_status = line;
        }
    }

    /// Once in an open span, as soon as nothing more is waited for, so that what mends itself is not told.
    pub(super) fn tell_desktop(&mut self, outlook: &Outlook, progress: Progress, now: DateTime<Utc>) {
        let retries = self.links.iter().any(|link| link.retry_at().is_some());
        let waits = retries && self.due_since.is_some_and(|since| now >= since && now < since + gate::PATIENCE);
        let connects = self.links.iter().any(|link| !link.tried || link.is_connecting());
        let early = progress == Progress::Advanced || waits || connects;
        if outlook.span.state == Gate::Closed || self.span_told || early {
            return;
        }
        self.span_told = true;
        if let Some(text) = &self.trouble {
            (self.desktop)(text);
        }
    }

    /// `last_error` of `status`; written only when it changes.
    pub(super) fn note_trouble(&mut self, text: Option<&str>) {
        self.trouble = text.map(str::to_owned);
        if self.noted.as_deref() == text {
            return;
        }
        match self.state.set_note("last_error", text) {
            Ok(()) => self.noted.clone_from(&self.trouble),
            Err(error) => tracing::warn!(%error, "the state could not be written"),
        }
    }

    /// Told once, in the open span on the desktop too: `status` may not learn of it from a state that cannot be written.
    pub(super) fn state_failed(&mut self, why: &str) -> DateTime<Utc> {
        let now = self.clock.now();
        let text = self.sentences.say_with("daemon-state-failed", &[("why", text::line(why, SHOWN).into())]);
        if self.trouble.as_deref() != Some(&text) {
            self.witness.tell(now, Event::Trouble { mailbox: None, text: &text });
            self.note_trouble(Some(&text));
        }
        let is_open = self.last_span.as_ref().is_some_and(|span| span.state == Gate::Open);
        if is_open && !self.span_told {
            self.span_told = true;
            (self.desktop)(&text);
        }
        now + STATE_RETRY
    }
}
