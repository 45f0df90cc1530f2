//! The public holidays of France and of its territories, as the law stands; past years are not rewritten.
//!
//! - National: Code du travail, L3133-1.
//! - Moselle, Bas-Rhin, Haut-Rhin: L3134-13. Good Friday is a holiday there in communes with a Protestant church or one
//!   shared by both confessions; it is kept here for the whole department, as its administrations do.
//! - Guadeloupe, Martinique, Guyane, La Réunion, Mayotte, Saint-Barthélemy, Saint-Martin: the day of the abolition of
//!   slavery: loi n° 83-550 du 30 juin 1983, décret n° 83-1003 du 23 novembre 1983, Code du travail L3422-2. Good Friday
//!   and 21 July are customs there, not law.
//! - Saint-Martin: L3422-2 has long said 27 May; 28 May is what has been kept since 2018 (circulaire du 4 mai 2018,
//!   following loi n° 2017-256).
//! - Saint-Pierre-et-Miquelon: the national days.
//! - Nouvelle-Calédonie, Polynésie française, Wallis-et-Futuna: labour codes of their own. In Polynésie française,
//!   20 November replaces 29 June from 2025 on (loi du pays adopted on 6 May 2025).

use chrono::{Datelike, NaiveDate, TimeDelta};

/// A day of the calendar and its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    when: When,
    /// First and last year it is kept.
    years: (i32, i32),
    /// French, English.
    pub(super) names: (&'static str, &'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    /// Month and day.
    Date(u32, u32),
    /// Days after Easter Sunday.
    Easter(i64),
}

const ALWAYS: (i32, i32) = (i32::MIN, i32::MAX);

const fn date(month: u32, day: u32, french: &'static str, english: &'static str) -> Day {
    Day { when: When::Date(month, day), years: ALWAYS, names: (french, english) }
}

const fn easter_plus(days: i64, french: &'static str, english: &'static str) -> Day {
    Day { when: When::Easter(days), years: ALWAYS, names: (french, english) }
}

const NATIONAL: &[Day] = &[
    date(1, 1, "Jour de l’an", "New Year’s Day"),
    easter_plus(1, "Lundi de Pâques", "Easter Monday"),
    date(5, 1, "Fête du Travail", "Labour Day"),
    date(5, 8, "Victoire de 1945", "Victory in Europe Day"),
    easter_plus(39, "Ascension", "Ascension Day"),
    easter_plus(50, "Lundi de Pentecôte", "Whit Monday"),
    date(7, 14, "Fête nationale", "Bastille Day"),
    date(8, 15, "Assomption", "Assumption Day"),
    date(11, 1, "Toussaint", "All Saints’ Day"),
    date(11, 11, "Armistice de 1918", "Armistice 1918"),
    date(12, 25, "Noël", "Christmas Day"),
];

const GOOD_FRIDAY: Day = easter_plus(-2, "Vendredi saint", "Good Friday");

const ALSACE_MOSELLE: &[Day] = &[GOOD_FRIDAY, date(12, 26, "Saint-Étienne", "Saint Stephen’s Day")];

const fn abolition(month: u32, day: u32) -> Day {
    date(month, day, "Abolition de l’esclavage", "Abolition of Slavery")
}

const GUADELOUPE: &[Day] = &[abolition(5, 27)];
const MARTINIQUE: &[Day] = &[abolition(5, 22)];
const GUYANE: &[Day] = &[abolition(6, 10)];
const REUNION: &[Day] = &[abolition(12, 20)];
const MAYOTTE: &[Day] = &[abolition(4, 27)];
const SAINT_BARTHELEMY: &[Day] = &[abolition(10, 9)];
const SAINT_MARTIN: &[Day] = &[abolition(5, 28)];
const NOUVELLE_CALEDONIE: &[Day] = &[date(9, 24, "Fête de la citoyenneté", "Citizenship Day")];
const POLYNESIE: &[Day] = &[
    date(3, 5, "Arrivée de l’Évangile", "Arrival of the Gospel"),
    GOOD_FRIDAY,
    Day { years: (1985, 2024), ..date(6, 29, "Fête de l’autonomie", "Autonomy Day") },
    Day { years: (2025, i32::MAX), ..date(11, 20, "Matari’i i ni’a", "Matari’i i ni’a") },
];
const WALLIS_ET_FUTUNA: &[Day] = &[
    date(4, 28, "Saint-Pierre-Chanel", "Saint Peter Chanel’s Day"),
    date(7, 29, "Fête du Territoire", "Territory Day"),
];

/// The ISO 3166-2 code, the ISO 3166-1 code of the same territory, and its own days.
const TERRITORIES: [(&str, &str, &[Day]); 15] = [
    ("FR", "FR", &[]),
    ("FR-57", "", ALSACE_MOSELLE),
    ("FR-67", "", ALSACE_MOSELLE),
    ("FR-68", "", ALSACE_MOSELLE),
    ("FR-971", "GP", GUADELOUPE),
    ("FR-972", "MQ", MARTINIQUE),
    ("FR-973", "GF", GUYANE),
    ("FR-974", "RE", REUNION),
    ("FR-976", "YT", MAYOTTE),
    ("FR-BL", "BL", SAINT_BARTHELEMY),
    ("FR-MF", "MF", SAINT_MARTIN),
    ("FR-NC", "NC", NOUVELLE_CALEDONIE),
    ("FR-PF", "PF", POLYNESIE),
    ("FR-PM", "PM", &[]),
    ("FR-WF", "WF", WALLIS_ET_FUTUNA),
];

/// The code and own days of a French territory, by either code, in capitals.
pub(super) fn territory(code: &str) -> Option<(&'static str, &'static [Day])> {
    let is_it = |known: &&(&str, &str, &[Day])| !code.is_empty() && (known.0 == code || known.1 == code);
    TERRITORIES.iter().find(is_it).map(|(code, _, own)| (*code, *own))
}

/// All codes of French territories.
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    TERRITORIES
        .iter()
        .flat_map(|(two, one, _)| [*two, *one].into_iter().skip(usize::from(two == one)))
        .filter(|code| !code.is_empty())
}

/// The holiday on `date` in the territory with these days of its own.
pub(super) fn day(own: &'static [Day], date: NaiveDate) -> Option<&'static Day> {
    let year = date.year();
    let after_easter = easter(year).map(|easter| (date - easter).num_days());
    NATIONAL.iter().chain(own).find(|day| {
        let is_kept = (day.years.0..=day.years.1).contains(&year);
        is_kept
            && match day.when {
                When::Date(month, number) => (date.month(), date.day()) == (month, number),
                When::Easter(days) => after_easter == Some(days),
            }
    })
}

/// Easter Sunday of the Gregorian calendar: the "anonymous" computus (Meeus, Astronomical Algorithms, chapter 8).
pub(super) fn easter(year: i32) -> Option<NaiveDate> {
    let (century, in_century) = (year.div_euclid(100), year.rem_euclid(100));
    let golden = year.rem_euclid(19);
    let correction = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - correction + 15).rem_euclid(30);
    let weekday = (32 + 2 * century.rem_euclid(4) + 2 * (in_century / 4) - epact - in_century % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late;
    NaiveDate::from_ymd_opt(year, 3, 22)?.checked_add_signed(TimeDelta::days(i64::from(days)))
}
