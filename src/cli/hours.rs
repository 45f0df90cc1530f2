//! `hours`: the coming windows and named holidays; with `--at`, why it is open or closed then.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use serde::Serialize;

use super::{
    Context,
    arguments::Hours,
    exit::{Exit, Failure},
    output::{self, ReasonShape},
    status,
};
use crate::core::{
    civil,
    sentences::Sentences,
    timeline::{Span, Timeline},
    when,
};

#[derive(Debug, Serialize)]
struct Shape {
    timezone: &'static str,
    windows: Vec<WindowShape>,
    holidays: Vec<HolidayShape>,
}

#[derive(Debug, Serialize)]
struct WindowShape {
    opens: Option<String>,
    closes: Option<String>,
}

#[derive(Debug, Serialize)]
struct HolidayShape {
    date: NaiveDate,
    name: String,
}

#[derive(Debug, Serialize)]
struct AtShape {
    at: String,
    state: &'static str,
    reason: ReasonShape,
    until: Option<String>,
}

pub(super) fn run(context: &Context, arguments: &Hours) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let now = Utc::now();
    let timeline = status::timeline(&config, &sentences)?;
    match &arguments.at {
        Some(text) => at(&timeline, text, now, arguments.json, &sentences)?,
        None => coming(&timeline, now, i64::from(arguments.days), arguments.json, &sentences)?,
    }
    Ok(Exit::Done)
}

fn at(timeline: &Timeline, text: &str, now: DateTime<Utc>, json: bool, sentences: &Sentences) -> Result<(), Failure> {
    let instant = instant(text, now, timeline, sentences)?;
    if !json {
        let args = [("at", civil::format_instant(instant, now, timeline.timezone, sentences).into())];
        return output::print(
            &(sentences.say_with("hours-at", &args) + "\n" + &status::headline(timeline, instant, sentences)),
        );
    }
    let Span { state, until, .. } = timeline.span(instant);
    output::print_json(&AtShape {
        at: output::rfc3339(instant, timeline.timezone),
        state: output::state_name(state),
        reason: ReasonShape::new(&timeline.reason(instant), sentences),
        until: until.map(|until| output::rfc3339(until, timeline.timezone)),
    })
}

/// WHEN of the command line.
pub(super) fn instant(
    text: &str,
    now: DateTime<Utc>,
    timeline: &Timeline,
    sentences: &Sentences,
) -> Result<DateTime<Utc>, Failure> {
    let unclear = || {
        let value = crate::core::text::line(text, 80);
        Failure::new(Exit::Usage, sentences.say_with("when-unclear", &[("value", value.into())]))
    };
    when::when(text, now, timeline.timezone).ok_or_else(unclear)
}

fn coming(
    timeline: &Timeline,
    now: DateTime<Utc>,
    days: i64,
    json: bool,
    sentences: &Sentences,
) -> Result<(), Failure> {
    let end = now + TimeDelta::days(days);
    let windows = timeline.windows(now, end);
    let local = |instant: DateTime<Utc>| instant.with_timezone(&timeline.timezone).date_naive();
    let holidays: Vec<HolidayShape> = timeline
        .named_holidays(local(now), local(end))
        .into_iter()
        .map(|(date, holiday)| HolidayShape { date, name: holiday.name(sentences.language()).to_owned() })
        .collect();
    if !json {
        return output::print(&table(timeline, &windows, &holidays, now, sentences));
    }
    let time = |instant: Option<DateTime<Utc>>| instant.map(|instant| output::rfc3339(instant, timeline.timezone));
    let windows =
        windows.iter().map(|span| WindowShape { opens: time(span.since), closes: time(span.until) }).collect();
    output::print_json(&Shape { timezone: timeline.timezone.name(), windows, holidays })
}

/// A line a day.
fn table(
    timeline: &Timeline,
    windows: &[Span],
    holidays: &[HolidayShape],
    now: DateTime<Utc>,
    sentences: &Sentences,
) -> String {
    let mut days: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
    for span in windows {
        let opens = span.since.unwrap_or(now).with_timezone(&timeline.timezone);
        days.entry(opens.date_naive()).or_default().push(hours_of(span, timeline, now, sentences));
    }
    for holiday in holidays {
        days.entry(holiday.date).or_default().push(holiday.name.clone());
    }
    let names: Vec<String> = days.keys().map(|date| day_of(*date, sentences)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut text = sentences.say_with("hours-timezone", &[("timezone", timeline.timezone.name().into())]) + "\n";
    if days.is_empty() {
        text += &(sentences.say("hours-none") + "\n");
    }
    for (name, hours) in names.iter().zip(days.values()) {
        text += &format!("{name:width$}  {}\n", hours.join(", "));
    }
    text
}

fn day_of(date: NaiveDate, sentences: &Sentences) -> String {
    format!("{} {}", civil::weekday_name(date.weekday(), sentences), civil::format_day(date, sentences))
}

/// `09:00–12:30`; a window that lasts longer than a day ends with its day.
fn hours_of(span: &Span, timeline: &Timeline, now: DateTime<Utc>, sentences: &Sentences) -> String {
    let time = |instant: DateTime<Utc>| instant.with_timezone(&timeline.timezone).format("%H:%M").to_string();
    let opens = span.since.map(time).unwrap_or_default();
    let closes = match (span.since, span.until) {
        (_, None) => "…".to_owned(),
        (Some(since), Some(until)) if until - since <= TimeDelta::days(1) => time(until),
        (_, Some(until)) => civil::format_instant(until, now, timeline.timezone, sentences),
    };
    format!("{opens}–{closes}")
}
