//! Times as a volunteer says them.

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use chrono_tz::Tz;

use crate::core::sentences::Sentences;

/// Within this many days a weekday alone is clear; seven would name the same day twice.
const WEEKDAY_IS_CLEAR: i64 = 6;

/// Says times as seen from `now`, in a zone and a language.
pub(super) struct Moments<'a> {
    pub sentences: &'a Sentences,
    pub timezone: Tz,
    pub now: DateTime<Utc>,
}

impl Moments<'_> {
    /// `9 h`, `lundi 9 h`, `lundi 14 novembre à 9 h`: the day is named when it is not today.
    pub fn at(&self, instant: DateTime<Utc>) -> String {
        let days = self.days_to(instant);
        if days == 0 { self.hour(instant) } else { self.named(instant) }
    }

    /// As [`Moments::at`], but the day is always named.
    pub fn named(&self, instant: DateTime<Utc>) -> String {
        if !self.is_near(instant) {
            return self.dated(instant);
        }
        let day = self.weekday(self.local(instant).date_naive());
        self.sentences.say_with("digest-day-hour", &[("day", day.into()), ("hour", self.hour(instant).into())])
    }

    /// `lundi 14 novembre à 9 h`, however near.
    pub fn dated(&self, instant: DateTime<Utc>) -> String {
        let date = self.date(self.local(instant).date_naive());
        self.sentences.say_with("digest-date-hour", &[("date", date.into()), ("hour", self.hour(instant).into())])
    }

    /// `lundi 14 novembre`, with the year when it is another one.
    pub fn date(&self, date: NaiveDate) -> String {
        let args = [
            ("weekday", self.weekday(date).into()),
            ("day", date.day().into()),
            ("month", self.sentences.say_with("digest-month", &[("month", date.month().into())]).into()),
            ("year", date.year().to_string().into()),
        ];
        let this_year = date.year() == self.local(self.now).year();
        self.sentences.say_with(if this_year { "digest-date" } else { "digest-date-year" }, &args)
    }

    /// `9 h`, `9 h 05`.
    pub fn hour(&self, instant: DateTime<Utc>) -> String {
        let local = self.local(instant);
        let args = [("hour", local.hour().into()), ("minute", format!("{:02}", local.minute()).into())];
        let id = if local.minute() == 0 { "digest-hour" } else { "digest-hour-minute" };
        self.sentences.say_with(id, &args)
    }

    /// Whether a weekday, or nothing, says which day it is.
    pub fn is_near(&self, instant: DateTime<Utc>) -> bool {
        self.days_to(instant).abs() <= WEEKDAY_IS_CLEAR
    }

    /// Whether it is the day of `now`.
    pub fn is_today(&self, instant: DateTime<Utc>) -> bool {
        self.days_to(instant) == 0
    }

    /// The local hour, 0 to 23, of `now`.
    pub fn hour_now(&self) -> u32 {
        self.local(self.now).hour()
    }

    /// The local date of `now`.
    pub fn today(&self) -> NaiveDate {
        self.local(self.now).date_naive()
    }

    fn weekday(&self, date: NaiveDate) -> String {
        let number = date.weekday().number_from_monday();
        self.sentences.say_with("digest-weekday", &[("day", number.into())])
    }

    fn days_to(&self, instant: DateTime<Utc>) -> i64 {
        (self.local(instant).date_naive() - self.today()).num_days()
    }

    fn local(&self, instant: DateTime<Utc>) -> DateTime<Tz> {
        instant.with_timezone(&self.timezone)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;
    use crate::core::language::Language;

    fn say(language: Language, instant: DateTime<Utc>) -> String {
        let now = Utc.with_ymd_and_hms(2026, 11, 23, 8, 0, 0).unwrap();
        let sentences = Sentences::new(language);
        Moments { sentences: &sentences, timezone: Tz::Europe__Paris, now }.at(instant).replace('\u{a0}', " ")
    }

    #[test]
    fn the_day_is_named_when_it_is_not_today() {
        let at = |month, day, hour, minute| Utc.with_ymd_and_hms(2026, month, day, hour, minute, 0).unwrap();
        for (instant, fr, en) in [
            (at(11, 23, 7, 5), "8 h 05", "8:05"),
            (at(11, 22, 23, 30), "0 h 30", "0:30"),
            (at(11, 22, 21, 40), "dimanche 22 h 40", "Sunday 22:40"),
            (at(11, 17, 8, 0), "mardi 9 h", "Tuesday 9:00"),
            (at(11, 16, 8, 0), "lundi 16 novembre à 9 h", "Monday 16 November at 9:00"),
            (at(11, 1, 8, 0), "dimanche 1er novembre à 9 h", "Sunday 1 November at 9:00"),
            (at(11, 24, 8, 0), "mardi 9 h", "Tuesday 9:00"),
        ] {
            assert_eq!(say(Language::Fr, instant), fr);
            assert_eq!(say(Language::En, instant), en);
        }
        let next_year = Utc.with_ymd_and_hms(2027, 1, 4, 8, 0, 0).unwrap();
        assert_eq!(say(Language::Fr, next_year), "lundi 4 janvier 2027 à 9 h");
    }
}
