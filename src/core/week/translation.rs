//! From what a volunteer writes of days and hours to the spelling of `opening_hours`.

use chrono::Weekday;
use opening_hours_syntax::rules::day::WeekDayRange;

/// Words in French and English, each with the spelling of `opening_hours`.
const WORDS: [(&str, &[&str]); 25] = [
    ("Mo", &["lu", "lun", "lundi", "lundis", "mon", "monday", "mondays"]),
    ("Tu", &["ma", "mardi", "mardis", "tue", "tues", "tuesday", "tuesdays"]),
    ("We", &["me", "mer", "mercredi", "mercredis", "wed", "wednesday", "wednesdays"]),
    ("Th", &["je", "jeu", "jeudi", "jeudis", "thu", "thur", "thurs", "thursday", "thursdays"]),
    ("Fr", &["ve", "ven", "vendredi", "vendredis", "fri", "friday", "fridays"]),
    ("Sa", &["sam", "samedi", "samedis", "sat", "saturday", "saturdays"]),
    ("Su", &["di", "dim", "dimanche", "dimanches", "sun", "sunday", "sundays"]),
    ("Jan", &["janvier", "janv", "january"]),
    ("Feb", &["février", "fevrier", "fév", "fev", "february"]),
    ("Mar", &["mars", "march"]),
    ("Apr", &["avril", "avr", "april"]),
    ("May", &["mai"]),
    ("Jun", &["juin", "june"]),
    ("Jul", &["juillet", "juil", "july"]),
    ("Aug", &["août", "aout", "august"]),
    ("Sep", &["septembre", "sept", "september"]),
    ("Oct", &["octobre", "october"]),
    ("Nov", &["novembre", "november"]),
    ("Dec", &["décembre", "decembre", "déc", "december"]),
    ("off", &["fermé", "fermée", "ferme", "fermés", "close"]),
    ("week", &["semaine", "semaines", "weeks"]),
    ("PH", &["férié", "fériés", "ferié", "ferie", "feries", "jf", "holiday", "holidays", "ph"]),
    ("-", &["à", "a", "au", "to", "until"]),
    (",", &["et", "and", "puis"]),
    ("", &["de", "du", "le", "les", "from", "the", "jour", "jours", "public"]),
];

/// The text with its words and hours respelled; it may still not be an expression.
pub(super) fn to_expression(text: &str) -> String {
    let mut respelled = String::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c| class(c) != class(first)).unwrap_or(rest.len()).max(first.len_utf8());
        let (piece, tail) = rest.split_at(length);
        rest = tail;
        match class(first) {
            Class::Letters if piece.eq_ignore_ascii_case("h") && respelled.ends_with(|c: char| c.is_ascii_digit()) => {
                rest = push_minutes(&mut respelled, rest);
            }
            Class::Letters => respelled.push_str(&word(piece)),
            Class::Dash => respelled.push('-'),
            Class::Digits | Class::Other => respelled.push_str(piece),
        }
    }
    tidy(&respelled)
}

#[derive(PartialEq, Eq)]
enum Class {
    Letters,
    Digits,
    Dash,
    Other,
}

fn class(c: char) -> Class {
    match c {
        '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '→' => Class::Dash,
        c if c.is_ascii_digit() => Class::Digits,
        c if c.is_alphabetic() => Class::Letters,
        _ => Class::Other,
    }
}

fn word(piece: &str) -> String {
    let lower = piece.to_lowercase();
    let known = WORDS.iter().find(|(_, words)| words.contains(&lower.as_str()));
    known.map_or_else(|| piece.to_owned(), |(spelling, _)| (*spelling).to_owned())
}

/// After `9h`: `:30` of `9h30`, else `:00`. Returns what follows.
fn push_minutes<'a>(respelled: &mut String, rest: &'a str) -> &'a str {
    let minutes = rest.get(..2).filter(|minutes| minutes.bytes().all(|byte| byte.is_ascii_digit()));
    respelled.push(':');
    respelled.push_str(minutes.unwrap_or("00"));
    minutes.map_or(rest, |_| rest.get(2..).unwrap_or_default())
}

/// One space between words, none around `-`, none before `,` and `;`, and `,` between hours without a space.
fn tidy(text: &str) -> String {
    let mut tidy = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (loose, tight) in [(" -", "-"), ("- ", "-"), (" ,", ","), (" ;", ";"), (" :", ":")] {
        tidy = tidy.replace(loose, tight);
    }
    tidy.trim().to_owned()
}

/// The days of a weekday selector, all seven where none is named; `None` with holidays or "first Monday".
pub(super) fn weekdays(ranges: &[WeekDayRange]) -> Option<Vec<Weekday>> {
    let all = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    if ranges.is_empty() {
        return Some(all.to_vec());
    }
    let mut days = Vec::new();
    for range in ranges {
        let WeekDayRange::Fixed { range, offset: 0, nth_from_start, nth_from_end } = range else {
            return None;
        };
        if nth_from_start.contains(&false) || nth_from_end.contains(&false) {
            return None;
        }
        let (first, last) = (range.start().num_days_from_monday(), range.end().num_days_from_monday());
        let length = (last + 7 - first) % 7;
        days.extend(all.into_iter().filter(|day| (day.num_days_from_monday() + 7 - first) % 7 <= length));
    }
    Some(days)
}

/// A selector of one weekday.
pub(super) fn weekday(day: Weekday) -> WeekDayRange {
    WeekDayRange::Fixed { range: day..=day, offset: 0, nth_from_start: [true; 5], nth_from_end: [true; 5] }
}
