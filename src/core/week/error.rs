//! Why a day or an expression is refused, and the spelling that works.

use fluent_bundle::FluentValue;

use crate::core::sentences::Sentences;

/// What is wrong with a day or an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeekFault {
    /// A day: not `START-END`.
    NotAWindow,
    /// A day: an hour above 24 or a minute above 59.
    NoSuchTime,
    /// A window that begins and ends at the same time: never, or all day?
    EqualEnds,
    /// Not an `opening_hours` expression.
    NotHours,
    /// `unknown`: neither open nor closed.
    Unknown,
    /// `09:00+`: an end left open.
    OpenEnd,
    /// `sunrise`, `dusk`: would need a place on the map.
    SunTime,
    /// `10:00-16:00/01:30`: points in time, not a window.
    Repeated,
    /// `SH`: no calendar of school holidays.
    SchoolHolidays,
    /// `PH Mo-Fr`: read as "holidays and Monday to Friday".
    HolidaySpace,
    /// `PH` while `availability.holidays` is not set.
    HolidaysUnset,
    /// `Feb 30`.
    NoSuchDate,
    /// `Mo-Fr` alone would be twenty-four hours a day.
    DayWithoutHours,
    /// A later rule takes away windows of an earlier one.
    Erases,
}

impl WeekFault {
    fn sentence_id(self) -> &'static str {
        match self {
            Self::NotAWindow => "time-error-not-a-window",
            Self::NoSuchTime => "time-error-no-such-time",
            Self::EqualEnds => "time-error-equal-ends",
            Self::NotHours => "time-error-not-hours",
            Self::Unknown => "time-error-unknown",
            Self::OpenEnd => "time-error-open-end",
            Self::SunTime => "time-error-sun-time",
            Self::Repeated => "time-error-repeated",
            Self::SchoolHolidays => "time-error-school-holidays",
            Self::HolidaySpace => "time-error-holiday-space",
            Self::HolidaysUnset => "time-error-holidays-unset",
            Self::NoSuchDate => "time-error-no-such-date",
            Self::DayWithoutHours => "time-error-day-without-hours",
            Self::Erases => "time-error-erases",
        }
    }
}

/// A refused day or expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind:?} in `{found}`")]
pub struct WeekError {
    /// What is wrong.
    pub kind: WeekFault,
    /// The part that is wrong, as it was written or as it was understood.
    pub found: String,
    /// A whole value that is accepted in its place.
    pub suggestion: Option<String>,
}

impl WeekError {
    /// The sentence for the volunteer: what is wrong, then what to write instead.
    pub fn sentence(&self, sentences: &Sentences) -> String {
        let found = FluentValue::from(self.found.as_str());
        let wrong = sentences.say_with(self.kind.sentence_id(), &[("found", found)]);
        let Some(suggestion) = &self.suggestion else {
            return wrong;
        };
        let cure =
            sentences.say_with("time-error-suggestion", &[("suggestion", FluentValue::from(suggestion.as_str()))]);
        format!("{wrong} {cure}")
    }
}
