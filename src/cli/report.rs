//! `report`: how many notifications came in the last days, when, and the digests they would have been; changes nothing.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use serde::Serialize;

use super::{
    Context, arguments,
    exit::{Exit, Failure},
    output, status,
};
use crate::{
    core::{
        civil,
        report::{self, Grid, Past, Report},
        sentences::Sentences,
        timeline::Timeline,
    },
    daemon::{self, ReadFolders},
};

/// The names are the contract of `report --json`.
#[derive(Debug, Serialize)]
struct Shape {
    from: String,
    to: String,
    state: &'static str,
    notifications: usize,
    off_hours: usize,
    urgent: usize,
    evenings: usize,
    weekends: usize,
    holidays: usize,
    digests: usize,
    hours: Grid,
    folders: Vec<FolderShape>,
}

#[derive(Debug, Serialize)]
struct FolderShape {
    mailbox: String,
    folder: String,
}

pub(super) fn run(context: &Context, arguments: &arguments::Report) -> Result<Exit, Failure> {
    let (config, sentences) = context.config()?;
    let now = Utc::now();
    let timeline = status::timeline(&config, &sentences)?;
    let past = Past::new(&timeline, arguments.days, now);
    let (arrivals, read) = context
        .runtime()?
        .block_on(daemon::arrivals(&config, &past))
        .map_err(|(name, error)| Failure::mailbox(&name, &error, &sentences))?;
    let report = report::report(arrivals, &past, &timeline, &daemon::policy(&config));
    if arguments.json {
        output::print_json(&shape(&report, &past, &timeline, read))?;
    } else {
        output::print(&tell(&report, &past, &timeline, &read, now, &sentences))?;
    }
    Ok(Exit::Done)
}

fn shape(report: &Report, past: &Past, timeline: &Timeline, read: Vec<ReadFolders>) -> Shape {
    let named = |read: ReadFolders| {
        let ReadFolders { mailbox, folders } = read;
        folders.into_iter().map(move |folder| FolderShape { mailbox: mailbox.clone(), folder })
    };
    Shape {
        from: output::rfc3339(past.from, timeline.timezone),
        to: output::rfc3339(past.to, timeline.timezone),
        state: if past.closed { "closed" } else { "open" },
        notifications: report.notifications,
        off_hours: report.off_hours,
        urgent: report.urgent,
        evenings: report.evenings,
        weekends: report.weekends,
        holidays: report.holidays,
        digests: report.digests,
        hours: report.grid,
        folders: read.into_iter().flat_map(named).collect(),
    }
}

fn tell(
    report: &Report,
    past: &Past,
    timeline: &Timeline,
    read: &[ReadFolders],
    now: DateTime<Utc>,
    sentences: &Sentences,
) -> String {
    let mut lines = vec![period(past, timeline, sentences)];
    if past.closed {
        let since = civil::format_instant(past.to, now, timeline.timezone, sentences);
        lines.push(sentences.say_with("report-closed", &[("since", since.into())]));
    }
    lines.push(String::new());
    lines.extend(counts(report, sentences));
    let mut text = lines.join("\n") + "\n\n";
    if report.off_hours > 0 {
        text += &report::picture(report, output::glyphs(), sentences);
        text += "\n";
    }
    read.iter().fold(text, |text, ReadFolders { mailbox, folders }| {
        let folders = folders.join(", ");
        let args = [("mailbox", mailbox.as_str().into()), ("folders", folders.into())];
        text + &sentences.say_with("report-folders", &args) + "\n"
    })
}

fn period(past: &Past, timeline: &Timeline, sentences: &Sentences) -> String {
    let date = |instant: DateTime<Utc>| instant.with_timezone(&timeline.timezone).date_naive();
    // A time that ends at midnight ends with the day before.
    let (from, to) = (date(past.from), date((past.to - TimeDelta::seconds(1)).max(past.from)));
    let first = match from.year() == to.year() {
        true => civil::format_day(from, sentences),
        false => civil::format_date(from, sentences),
    };
    let id = if from == to { "report-day" } else { "report-period" };
    sentences.say_with(id, &[("from", first.into()), ("to", civil::format_date(to, sentences).into())])
}

fn counts(report: &Report, sentences: &Sentences) -> Vec<String> {
    let say = |id: &str, count: usize| sentences.say_with(id, &[("count", count.into())]);
    let args = [("count", report.notifications.into()), ("off", report.off_hours.into())];
    let mut lines = vec![sentences.say_with("report-notifications", &args)];
    let times = [
        ("report-evenings", report.evenings),
        ("report-weekends", report.weekends),
        ("report-holidays", report.holidays),
    ];
    let times = times.into_iter().filter(|(_, count)| *count > 0).map(|(id, count)| say(id, count)).collect();
    if let Some(times) = listed(times, sentences) {
        lines.push(sentences.say_with("report-times", &[("times", times.into())]));
    }
    let ends = [("report-digests", report.digests), ("report-urgent", report.urgent)];
    lines.extend(ends.into_iter().filter(|(_, count)| *count > 0).map(|(id, count)| say(id, count)));
    lines
}

/// `one, two and three`
fn listed(mut parts: Vec<String>, sentences: &Sentences) -> Option<String> {
    let last = parts.pop()?;
    Some(match parts.is_empty() {
        true => last,
        false => format!("{} {} {last}", parts.join(", "), sentences.say("report-and")),
    })
}
