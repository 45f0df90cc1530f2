//! WHEN and DURATION of the command line.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// Reads WHEN: RFC 3339, `2026-12-01`, `2026-12-01 09:00`, `18:00`, `monday 9h`, `lundi 9h`. A time or weekday alone is
/// the next one after `now`, in `timezone`.
pub fn when(_text: &str, _now: DateTime<Utc>, _timezone: Tz) -> Option<DateTime<Utc>> {
    None
}

/// Reads DURATION: `2h`, `90m`, `3d`, `1h30`.
pub fn duration(_text: &str) -> Option<TimeDelta> {
    None
}
