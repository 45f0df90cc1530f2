//! Public holidays by territory: France and its territories by name, other countries by date.

mod france;

use std::sync::LazyLock;

use chrono::NaiveDate;
use opening_hours::localization::Country;

use self::france::Day;
use super::language::Language;

/// A country or French territory whose public holidays are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Territory {
    code: &'static str,
    calendar: Calendar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calendar {
    /// The national days, and the days of the territory's own.
    France(&'static [Day]),
    /// The dates that the `opening-hours` crate knows, 2000 to 2076, without names.
    Country(Country),
}

impl Territory {
    /// Reads an ISO 3166-1 alpha-2 code, or a French ISO 3166-2 code; `None` when the table does not know it.
    ///
    /// The French territories that have both (`GP` and `FR-971`) are known by both.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim().to_ascii_uppercase();
        if let Some((code, own)) = france::territory(&code) {
            return Some(Self { code, calendar: Calendar::France(own) });
        }
        let country: Country = code.parse().ok()?;
        // Some codes stand in the crate's list with an empty calendar: a name without days would close nothing.
        let known = country.holidays().get_public().count() > 0;
        known.then(|| Self { code: country.iso_code(), calendar: Calendar::Country(country) })
    }

    /// The code: ISO 3166-2 for French territories (`FR-971`), else ISO 3166-1.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The holiday on `date`, if it is one.
    pub fn holiday(&self, date: NaiveDate) -> Option<Holiday> {
        match self.calendar {
            Calendar::France(own) => france::day(own, date).map(|day| Holiday { names: Some(day.names) }),
            Calendar::Country(country) => country_days(country, date).then_some(Holiday { names: None }),
        }
    }

    /// Whether `date` is a public holiday.
    pub fn is_holiday(&self, date: NaiveDate) -> bool {
        self.holiday(date).is_some()
    }
}

fn country_days(country: Country, date: NaiveDate) -> bool {
    country.holidays().get_public().contains(date)
}

/// Codes that are known and near to one that isn't: at most three, the likeliest first.
pub fn suggestions(code: &str) -> Vec<&'static str> {
    /// Half of a code may be wrong, no more: others would be guesses.
    const NEAR: f64 = 0.5;
    let wanted = code.trim().to_uppercase().replace('_', "-");
    if let Some(territory) = Territory::from_code(&wanted).or_else(|| Territory::from_code(meant(&wanted))) {
        return vec![territory.code()];
    }
    let mut near: Vec<(f64, &'static str)> = CODES
        .iter()
        .map(|code| (strsim::normalized_damerau_levenshtein(code, &wanted), *code))
        .filter(|(similarity, _)| *similarity >= NEAR)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.into_iter().take(3).map(|(_, code)| code).collect()
}

/// Names and departments people write in place of a code; else what was written.
fn meant(wanted: &str) -> &str {
    let by_name = Country::ALL.into_iter().find(|country| country.name().to_uppercase() == wanted);
    if let Some(country) = by_name {
        return country.iso_code();
    }
    match wanted {
        "UK" => "GB",
        "METROPOLE" | "MÉTROPOLE" | "FRANÇAISE" => "FR",
        "57" | "MOSELLE" => "FR-57",
        "67" | "BAS-RHIN" | "ALSACE" | "ALSACE-MOSELLE" | "FR-A" | "FR-6AE" => "FR-67",
        "68" | "HAUT-RHIN" => "FR-68",
        "971" | "GUADELOUPE" => "FR-971",
        "972" | "MARTINIQUE" => "FR-972",
        "973" | "GUYANE" => "FR-973",
        "974" | "REUNION" | "RÉUNION" | "LA RÉUNION" => "FR-974",
        "976" | "MAYOTTE" => "FR-976",
        // Every other department has the national days.
        other if other.starts_with("FR-") && other.len() <= 6 => "FR",
        other => other,
    }
}

static CODES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let countries = Country::ALL.into_iter().map(Country::iso_code).filter(|code| Territory::from_code(code).is_some());
    france::codes().chain(countries).collect()
});

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// French, English.
    names: Option<(&'static str, &'static str)>,
}

impl Holiday {
    /// Its name; a plain "public holiday" where only the date is known.
    pub fn name(&self, language: Language) -> &'static str {
        let (french, english) = self.names.unwrap_or(("jour férié", "public holiday"));
        match language {
            Language::Fr => french,
            Language::En => english,
        }
    }

    /// Whether more than the date is known.
    pub fn has_name(&self) -> bool {
        self.names.is_some()
    }
}

#[cfg(test)]
mod tests;
