//! Tells the night line by line.

use std::{collections::HashSet, io::Write};

use chrono::{DateTime, Datelike as _, Utc};
use chrono_tz::Tz;

use crate::{
    core::{
        civil,
        gate::{Judgement, Leave},
        sentences::Sentences,
        text,
        timeline::State,
    },
    daemon::{Event, Witness},
};

/// Graphemes of a title: a line of the story fits in 80 columns.
const TITLE: usize = 52;

/// Prints what the daemon tells.
pub(super) struct Teller<W: Write> {
    out: W,
    sentences: Sentences,
    timezone: Tz,
    day: Option<chrono::NaiveDate>,
    told: HashSet<String>,
    /// A digest was delivered: it, too, is never held, and a line told of it already.
    delivered: bool,
}

impl<W: Write> Teller<W> {
    pub fn new(out: W, sentences: Sentences, timezone: Tz) -> Self {
        Self { out, sentences, timezone, day: None, told: HashSet::new(), delivered: false }
    }

    fn line(&mut self, now: DateTime<Utc>, label: &str, text: &str) {
        let local = now.with_timezone(&self.timezone);
        if self.day != Some(local.date_naive()) {
            self.day = Some(local.date_naive());
            let weekday = civil::weekday_name(local.weekday(), &self.sentences);
            let day = civil::format_day(local.date_naive(), &self.sentences);
            let _ = writeln!(self.out, "\n  {weekday} {day}");
        }
        // A story that nobody reads any more (a closed pipe) is no failure.
        let _ = writeln!(self.out, "  {}  {label:<9} {text}", local.format("%H:%M"));
    }

    fn judged(&mut self, now: DateTime<Utc>, title: &str, judgement: &Judgement) {
        let (label, why) = match judgement {
            Judgement::Hold => ("demo-held", None),
            Judgement::Urgent(_) => ("demo-urgent", Some("demo-why-urgent")),
            Judgement::Passed | Judgement::ToInbox => ("demo-passed", Some("demo-why-open")),
            Judgement::Leave(Leave::NotOurs) => ("demo-left", Some("demo-why-private")),
            Judgement::Leave(Leave::NeverHeld) if !self.delivered => ("demo-left", Some("demo-why-account")),
            Judgement::Leave(_) => return,
        };
        // At an edge everything is looked at again; the story tells it once.
        if !self.told.insert(format!("{label} {title}")) && !matches!(judgement, Judgement::Hold) {
            return;
        }
        let title = text::line(title, TITLE);
        let why = why.map(|why| format!("  — {}", self.sentences.say(why))).unwrap_or_default();
        let label = self.sentences.say(label);
        self.line(now, &label, &format!("{title}{why}"));
    }
}

impl<W: Write> Witness for Teller<W> {
    fn tell(&mut self, now: DateTime<Utc>, event: Event<'_>) {
        match event {
            Event::Edge { state, until } => {
                let until = until
                    .map(|until| civil::format_instant(until, now, self.timezone, &self.sentences))
                    .unwrap_or_default();
                let (label, text) = match state {
                    State::Open => ("demo-open", "demo-open-until"),
                    State::Closed => ("demo-closed", "demo-closed-until"),
                };
                let text = self.sentences.say_with(text, &[("until", until.into())]);
                let label = self.sentences.say(label);
                self.line(now, &label, &text);
            }
            Event::Judged { title, judgement, .. } => self.judged(now, title, judgement),
            Event::Delivered { originals, .. } => {
                self.delivered = true;
                let label = self.sentences.say("demo-digest");
                let text = self.sentences.say_with("demo-digest-of", &[("count", originals.into())]);
                self.line(now, &label, &text);
            }
            Event::Trouble { text, .. } => self.line(now, "!", text),
            Event::Connected { .. } | Event::NothingHeld => {}
        }
    }
}
