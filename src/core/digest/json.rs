//! The digest as `preview --format json` prints it.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::{
    Entry, Input, Passed,
    group::{Section, Topic, sketches},
    link, plan,
};
use crate::core::authentication::Authentication;

/// The digest as `preview --format json` prints it (configuration.md): every topic that has a block or a line, and in `omitted`
/// the number of originals beyond those.
pub fn json(input: &Input) -> Value {
    let own = sketches(input);
    let plan = plan::plan(input, &own);
    let at = |instant| local(instant, input.style.timezone);
    json!({
        "period": {"from": at(input.period.from), "to": at(input.period.to)},
        "topics": plan.listed().map(|(section, topic)| topic_json(section, topic, input)).collect::<Vec<_>>(),
        "passed": input.passed.iter().map(|passed| passed_json(passed, input.style.timezone)).collect::<Vec<_>>(),
        "omitted": plan.unlisted,
    })
}

fn topic_json(section: Section, topic: &Topic<'_>, input: &Input) -> Value {
    let reply = topic.newest_sure(link::reply).filter(|_| input.style.replies);
    let notice_json = |entry: &Entry| {
        json!({
            "author": entry.notice.author,
            "date": local(entry.received, input.style.timezone),
            "excerpt": entry.notice.excerpt,
            "authentication": entry.authentication.name(),
        })
    };
    json!({
        "section": section.name(),
        "platform": topic.newest(|notice| notice.platform).map(|platform| platform.name()),
        "key": topic.latest.notice().and_then(|notice| notice.key.as_ref()),
        "title": topic.newest_sure(|notice| notice.title.clone()).or_else(|| topic.newest(|notice| notice.title.clone())),
        "url": topic.newest_sure(|notice| link::web(notice.url.as_deref()?)).map(|web| web.href),
        "reply_to": reply.map(|reply| reply.address),
        "notices": topic.entries().map(notice_json).collect::<Vec<_>>(),
    })
}

fn passed_json(passed: &Passed, timezone: Tz) -> Value {
    let notice = &passed.notice;
    let sure = passed.authentication != Authentication::Failed;
    let url = notice.url.as_deref().and_then(link::web).filter(|_| sure);
    json!({
        "platform": notice.platform.map(|platform| platform.name()),
        "key": notice.key,
        "title": notice.title,
        "author": notice.author,
        "url": url.map(|web| web.href),
        "date": local(passed.received, timezone),
        "selector": passed.selector,
        "authentication": passed.authentication.name(),
    })
}

fn local(instant: DateTime<Utc>, timezone: Tz) -> String {
    instant.with_timezone(&timezone).to_rfc3339_opts(SecondsFormat::Secs, false)
}
