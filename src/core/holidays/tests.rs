use chrono::Datelike;

use super::*;

fn territory(code: &str) -> Territory {
    Territory::from_code(code).unwrap_or_else(|| panic!("{code} is known"))
}

fn days(code: &str, year: i32) -> Vec<(String, &'static str)> {
    let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a date");
    let holiday = |date: NaiveDate| territory(code).holiday(date).map(|day| (date.to_string(), day.name(Language::Fr)));
    first.iter_days().take_while(|date| date.year() == year).filter_map(holiday).collect()
}

fn own(code: &str) -> Vec<String> {
    let national = days("FR", 2026);
    days(code, 2026).into_iter().filter(|day| !national.contains(day)).map(|(date, _)| date).collect()
}

#[test]
fn easter_falls_where_the_almanac_says() {
    for (year, expected) in [
        (1818, "1818-03-22"),
        (1943, "1943-04-25"),
        (1981, "1981-04-19"),
        (2000, "2000-04-23"),
        (2008, "2008-03-23"),
        (2019, "2019-04-21"),
        (2024, "2024-03-31"),
        (2025, "2025-04-20"),
        (2026, "2026-04-05"),
        (2027, "2027-03-28"),
        (2038, "2038-04-25"),
        (2049, "2049-04-18"),
    ] {
        assert_eq!(france::easter(year).expect("a date").to_string(), expected);
    }
}

#[test]
fn the_french_holidays_of_2026_are_named() {
    let expected = [
        ("2026-01-01", "Jour de l’an"),
        ("2026-04-06", "Lundi de Pâques"),
        ("2026-05-01", "Fête du Travail"),
        ("2026-05-08", "Victoire de 1945"),
        ("2026-05-14", "Ascension"),
        ("2026-05-25", "Lundi de Pentecôte"),
        ("2026-07-14", "Fête nationale"),
        ("2026-08-15", "Assomption"),
        ("2026-11-01", "Toussaint"),
        ("2026-11-11", "Armistice de 1918"),
        ("2026-12-25", "Noël"),
    ];
    let expected: Vec<_> = expected.map(|(date, name)| (date.to_owned(), name)).to_vec();
    assert_eq!(days("FR", 2026), expected);
}

#[test]
fn our_french_dates_are_those_of_the_crate() {
    let ours = territory("FR");
    let first = NaiveDate::from_ymd_opt(2010, 1, 1).expect("a date");
    for date in first.iter_days().take_while(|date| date.year() < 2070) {
        assert_eq!(ours.is_holiday(date), country_days(Country::FR, date), "{date}");
    }
}

#[test]
fn every_territory_has_the_days_of_its_own() {
    for (code, expected) in [
        ("FR-57", &["2026-04-03", "2026-12-26"][..]),
        ("FR-67", &["2026-04-03", "2026-12-26"]),
        ("FR-68", &["2026-04-03", "2026-12-26"]),
        ("FR-971", &["2026-05-27"]),
        ("FR-972", &["2026-05-22"]),
        ("FR-973", &["2026-06-10"]),
        ("FR-974", &["2026-12-20"]),
        ("FR-976", &["2026-04-27"]),
        ("FR-BL", &["2026-10-09"]),
        ("FR-MF", &["2026-05-28"]),
        ("FR-NC", &["2026-09-24"]),
        ("FR-PF", &["2026-03-05", "2026-04-03", "2026-11-20"]),
        ("FR-PM", &[]),
        ("FR-WF", &["2026-04-28", "2026-07-29"]),
    ] {
        assert_eq!(own(code), expected, "{code}");
        assert_eq!(territory(code).code(), code);
    }
}

#[test]
fn both_codes_of_a_territory_mean_the_same_days() {
    for (country, part) in [("GP", "FR-971"), ("RE", "FR-974"), ("YT", "FR-976"), ("PF", "FR-PF"), ("wf", "fr-wf")] {
        assert_eq!(territory(country), territory(part));
    }
}

#[test]
fn other_countries_are_closed_by_date_with_a_plain_name() {
    let unity = territory("DE").holiday(NaiveDate::from_ymd_opt(2026, 10, 3).expect("a date")).expect("a holiday");
    assert_eq!((unity.name(Language::En), unity.has_name()), ("public holiday", false));
    assert_eq!(unity.name(Language::Fr), "jour férié");
}

#[test]
fn an_unknown_code_gets_near_ones() {
    for code in ["", "XX", "FRA", "FR-75", "zz-99"] {
        assert_eq!(Territory::from_code(code), None, "{code}");
    }
    assert_eq!(suggestions("FR-75"), ["FR"]);
    assert_eq!(suggestions("France"), ["FR"]);
    assert_eq!(suggestions("57"), ["FR-57"]);
    assert_eq!(suggestions("fr_971"), ["FR-971"]);
    assert_eq!(suggestions("UK"), ["GB"]);
    assert!(suggestions("FRA").contains(&"FR"));
    assert!(suggestions("").is_empty());
}
