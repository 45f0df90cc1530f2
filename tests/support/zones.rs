//! The twenty zones that clock changes are tried in.

use chrono_tz::Tz;

/// Gaps and folds of an hour, half an hour and a day, at night and at midnight, in both hemispheres; and zones at rest.
pub const ZONES: [Tz; 20] = [
    Tz::Europe__Paris,
    Tz::Europe__Berlin,
    Tz::Europe__London,
    Tz::Europe__Dublin,
    Tz::Europe__Lisbon,
    Tz::Africa__Cairo,
    Tz::Africa__Casablanca,
    Tz::America__New_York,
    Tz::America__Sao_Paulo,
    Tz::America__Santiago,
    Tz::America__Havana,
    Tz::America__St_Johns,
    Tz::Asia__Kathmandu,
    Tz::Asia__Tehran,
    Tz::Asia__Gaza,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Apia,
    Tz::Pacific__Chatham,
    Tz::Pacific__Kwajalein,
    Tz::UTC,
];
