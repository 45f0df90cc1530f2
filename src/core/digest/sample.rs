//! Notices for the unit tests.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::{Entry, Input, Period, Style};
use crate::core::{
    authentication::Authentication,
    language::Language,
    notice::{Kind, Notice, Platform},
};

/// Monday 23 November 2026, 9:00 in Paris.
pub(super) fn opening() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 8, 0, 0).unwrap()
}

/// A message that says nothing but its number; the higher, the later it arrived.
pub(super) fn entry(n: usize) -> Entry {
    let notice = Notice {
        kind: Kind::Notification,
        platform: None,
        by_body: false,
        host: None,
        key: None,
        title: Some(format!("Title {n}")),
        author: Some("Alice".into()),
        url: None,
        reply_to: None,
        excerpt: Some(format!("Words {n}")),
        urgent: false,
        personal: false,
        closed: false,
        assignee: None,
        attachments: Vec::new(),
        subject: format!("Subject {n}"),
        from: vec!["noreply@forum.example".into()],
        list_id: None,
        message_id: Some(format!("{n}@forum.example")),
        release: None,
        unreadable: false,
    };
    let minutes = i64::try_from(n).unwrap();
    let received = opening() - TimeDelta::hours(20) + TimeDelta::minutes(minutes);
    Entry { notice, received, authentication: Authentication::default() }
}

/// A message of a forum's topic.
pub(super) fn keyed(key: &str, n: usize) -> Entry {
    let mut entry = entry(n);
    entry.notice.platform = Some(Platform::Discourse);
    entry.notice.host = Some("forum.example".into());
    entry.notice.key = Some(format!("discourse:forum.example:{key}"));
    entry.notice.url = Some(format!("https://forum.example/t/{key}"));
    entry
}

/// A night without any message.
pub(super) fn input() -> Input {
    Input {
        entries: Vec::new(),
        sketches: Vec::new(),
        passed: Vec::new(),
        troubles: Vec::new(),
        enclosed: None,
        period: Period { from: opening() - TimeDelta::hours(63), to: opening() },
        style: Style {
            language: Language::En,
            timezone: Tz::Europe__Paris,
            from: "alice@coop.example".into(),
            to: "alice@coop.example".into(),
            max_topics: 25,
            folder: "Quiet Hours/Released".into(),
            config_file: "~/.config/quiethours/config.toml".into(),
            next_digest: Some(opening() + TimeDelta::days(1)),
            closed_days: Vec::new(),
            replies: true,
            me: Vec::new(),
            team: Vec::new(),
        },
    }
}
