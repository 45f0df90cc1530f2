//! Public holidays by territory, by name.

use chrono::NaiveDate;

use super::language::Language;

/// A country or French territory whose public holidays are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Territory;

impl Territory {
    /// Reads an ISO 3166-1 alpha-2 code, or a French ISO 3166-2 code; `None` when the table does not know it.
    pub fn from_code(_code: &str) -> Option<Self> {
        None
    }

    /// The holiday on `date`, if it is one.
    pub fn holiday(&self, _date: NaiveDate) -> Option<Holiday> {
        None
    }
}

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday;

impl Holiday {
    /// Its name; a plain "public holiday" where only the date is known.
    pub fn name(&self, _language: Language) -> &'static str {
        ""
    }
}
