//! The timeline's promises, for any week, in twenty zones with every kind of clock change, from 1970 to 2038.

#![expect(clippy::expect_used, reason = "strategies are test code that clippy takes for none")]

#[path = "support/zones.rs"]
mod zones;

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use quiethours::core::{
    timeline::{Override, Span, State, Timeline},
    week::{Week, Window},
};
use zones::ZONES;

/// 1970-01-05 to 2038-01-01, in seconds.
const YEARS: Range<i64> = 345_600..2_145_916_800;

fn instant() -> impl Strategy<Value = DateTime<Utc>> {
    YEARS.prop_map(|seconds| DateTime::from_timestamp(seconds, 0).expect("an instant"))
}

fn window() -> impl Strategy<Value = Window> {
    (0u16..1440, 1u16..=1440).prop_map(|(start, length)| Window { start, end: start + length })
}

fn week() -> impl Strategy<Value = Week> {
    prop::array::uniform7(prop::collection::vec(window(), 0..3)).prop_map(Week::from_days)
}

prop_compose! {
    fn timeline()(week in week(), zone in 0..ZONES.len()) -> Timeline {
        Timeline { week, timezone: ZONES[zone], holidays: None, away: Vec::new(), overrides: Vec::new() }
    }
}

prop_compose! {
    /// With overrides around `now`, some of them without an end.
    fn overridden()(mut timeline in timeline(), now in instant(), given in prop::collection::vec(
        (any::<bool>(), -90_000i64..90_000, prop::option::of(1i64..90_000)), 0..4,
    )) -> (Timeline, DateTime<Utc>) {
        timeline.overrides = given
            .into_iter()
            .map(|(open, from, length)| {
                let from = now + TimeDelta::seconds(from);
                let state = if open { State::Open } else { State::Closed };
                Override { state, from, to: length.map(|length| from + TimeDelta::seconds(length)) }
            })
            .collect();
        (timeline, now)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn now_is_inside_its_span((timeline, now) in overridden()) {
        let span = timeline.span(now);
        prop_assert_eq!(span.state, timeline.state(now));
        prop_assert!(span.since.is_none_or(|since| since <= now));
        prop_assert!(span.until.is_none_or(|until| now < until));
    }

    #[test]
    fn open_and_closed_partition_the_time_line((timeline, now) in overridden()) {
        let mut span = timeline.span(now);
        for _ in 0..12 {
            let Some(until) = span.until else { break };
            let next = timeline.span(until);
            prop_assert_ne!(next.state, span.state);
            prop_assert_eq!(next.since, Some(until));
            let last_second = timeline.span(until - TimeDelta::seconds(1));
            prop_assert_eq!(last_second.state, span.state);
            prop_assert_eq!(last_second.until, Some(until));
            span = next;
        }
    }

    #[test]
    fn windows_are_the_open_spans((timeline, now) in overridden(), days in 1i64..20) {
        let to = now + TimeDelta::days(days);
        let mut walked: Vec<Span> = Vec::new();
        let mut from = now;
        while from < to {
            let span = timeline.span(from);
            let until = span.until;
            if span.state == State::Open {
                walked.push(span);
            }
            from = match until {
                Some(until) => until,
                None => break,
            };
        }
        prop_assert_eq!(timeline.windows(now, to), walked);
    }

    #[test]
    fn every_window_opens_once((timeline, now) in overridden(), days in 1i64..20) {
        let to = now + TimeDelta::days(days);
        let opened: Vec<_> = timeline.windows(now, to).iter().filter_map(|window| window.since).filter(|since| now < *since).collect();
        let openings: Vec<_> = timeline.openings(now, to).into_iter().filter(|opening| *opening < to).collect();
        prop_assert_eq!(&openings, &opened);
        prop_assert_eq!(timeline.next_opening(now).filter(|next| *next < to), openings.first().copied());
    }

    #[test]
    fn away_from_clock_changes_it_is_open_exactly_when_a_clock_on_the_wall_says_so(timeline in timeline(), now in instant()) {
        let offset = |instant: DateTime<Utc>| instant.with_timezone(&timeline.timezone).naive_local() - instant.naive_utc();
        // A window that began before the change was declared by the other clock.
        prop_assume!((-49..=49).all(|hour| offset(now + TimeDelta::hours(hour)) == offset(now)));
        let wall = now.with_timezone(&timeline.timezone).naive_local();
        let is_open = (0..=2).any(|days| {
            let date = wall.date() - TimeDelta::days(days);
            let minutes = (wall - date.and_hms_opt(0, 0, 0).expect("midnight")).num_seconds();
            timeline.week.day(date, None).iter().any(|window| {
                (i64::from(window.start) * 60..i64::from(window.end) * 60).contains(&minutes)
            })
        });
        prop_assert_eq!(timeline.state(now) == State::Open, is_open);
    }
}

/// Every instant at which a clock of the zone is put forward or back, to the hour.
fn clock_changes(zone: Tz) -> impl Iterator<Item = DateTime<Utc>> {
    let offset = move |seconds: i64| {
        let instant = DateTime::from_timestamp(seconds, 0).expect("an instant");
        instant.with_timezone(&zone).naive_local() - instant.naive_utc()
    };
    let days = YEARS.step_by(86_400).filter(move |day| offset(*day) != offset(day + 86_400));
    days.filter_map(move |day| (day..day + 86_400).step_by(3_600).find(|hour| offset(*hour) != offset(hour + 3_600)))
        .map(|hour| DateTime::from_timestamp(hour, 0).expect("an instant"))
}

#[test]
fn around_every_clock_change_each_window_opens_at_most_once_and_spans_join() {
    let day = vec![Window { start: 0, end: 30 }, Window { start: 90, end: 150 }, Window { start: 1380, end: 1450 }];
    for zone in ZONES {
        let week = Week::from_days(std::array::from_fn(|_| day.clone()));
        let timeline = Timeline { week, timezone: zone, holidays: None, away: Vec::new(), overrides: Vec::new() };
        for change in clock_changes(zone) {
            let (from, to) = (change - TimeDelta::hours(30), change + TimeDelta::hours(30));
            let spans: Vec<_> = std::iter::successors(Some(timeline.span(from)), |span| {
                span.until.filter(|until| *until < to).map(|until| timeline.span(until))
            })
            .collect();
            assert!(
                spans.windows(2).all(|pair| pair[0].until == pair[1].since && pair[0].state != pair[1].state),
                "{zone} {change}"
            );
            // 60 hours touch at most four local dates, with two openings each: 23:00 runs into the window at midnight.
            let openings = timeline.openings(from, to);
            assert!(openings.len() <= 2 * 4, "{zone} {change}: {openings:?}");
            assert!(openings.iter().all(|opening| timeline.state(*opening) == State::Open), "{zone} {change}");
        }
    }
}
