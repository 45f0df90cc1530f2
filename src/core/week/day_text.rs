//! A day of the days table: `9h-12h30, 14h-18h`.

use super::{DAY, WeekError, WeekFault, Window, merge};

/// Shown when nothing of what was written can be guessed.
const EXAMPLE: &str = "9h-12h30, 14h-18h";

/// Reads the windows of a day: `9h-12h30, 14h-18h`, `10:00-12:00`, `22h-2h` past midnight; `""` is closed.
///
/// Windows may be in any order; they come back sorted, merged where they touch or overlap.
pub fn parse_day(text: &str) -> Result<Vec<Window>, WeekError> {
    windows(text).map_err(|(kind, found)| WeekError { kind, found, suggestion: Some(suggestion(text)) })
}

fn windows(text: &str) -> Result<Vec<Window>, (WeekFault, String)> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let windows: Result<Vec<_>, _> =
        text.split(',').map(|part| window(part).map_err(|kind| (kind, part.trim().to_owned()))).collect();
    windows.map(merge)
}

fn window(part: &str) -> Result<Window, WeekFault> {
    let part: String = part.chars().filter(|c| !c.is_whitespace()).collect();
    let (start, end) = part.split_once('-').ok_or(WeekFault::NotAWindow)?;
    let (start, end) = (clock(start)?, clock(end)?);
    match (start, end) {
        (DAY, _) => Err(WeekFault::NoSuchTime),
        (start, end) if start == end => Err(WeekFault::EqualEnds),
        (start, end) if end < start => Ok(Window { start, end: end + DAY }),
        (start, end) => Ok(Window { start, end }),
    }
}

/// `9h`, `9h30`, `09:30`: minutes from midnight, 24:00 included.
fn clock(text: &str) -> Result<u16, WeekFault> {
    let (hour, minute) = text.split_once(['h', 'H', ':']).ok_or(WeekFault::NotAWindow)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let minute_is_left_out = minute.is_empty() && !text.contains(':');
    if !digits(hour) || !digits(minute) || !(1..=2).contains(&hour.len()) || !(minute.len() == 2 || minute_is_left_out)
    {
        return Err(WeekFault::NotAWindow);
    }
    let number = |part: &str| part.parse::<u16>().unwrap_or(0);
    let minutes = number(hour) * 60 + number(minute);
    if number(minute) > 59 || minutes > DAY { Err(WeekFault::NoSuchTime) } else { Ok(minutes) }
}

/// Reads a time of the day as the days table writes it, before 24:00.
pub(in crate::core) fn time_of_day(text: &str) -> Option<u16> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    clock(&text).ok().filter(|minutes| *minutes < DAY)
}

/// A value that is accepted: what was probably meant, else an example.
fn suggestion(text: &str) -> String {
    let plain = plain(text);
    match windows(&plain) {
        Ok(windows) => spell(&windows, text.contains(':')),
        Err((WeekFault::EqualEnds, _)) => "0h-24h".to_owned(),
        Err(_) => EXAMPLE.to_owned(),
    }
}

fn spell(windows: &[Window], colons: bool) -> String {
    let clock = |minutes: u16| {
        let minutes = if minutes > DAY { minutes - DAY } else { minutes };
        match (minutes / 60, minutes % 60, colons) {
            (hour, minute, true) => format!("{hour:02}:{minute:02}"),
            (hour, 0, false) => format!("{hour}h"),
            (hour, minute, false) => format!("{hour}h{minute:02}"),
        }
    };
    let windows: Vec<_> = windows.iter().map(|w| format!("{}-{}", clock(w.start), clock(w.end))).collect();
    windows.join(", ")
}

/// The near-misses of people and word processors, turned into the plain spelling.
fn plain(text: &str) -> String {
    let mut plain = text.to_lowercase();
    for dash in ['‐', '‑', '‒', '–', '—', '―', '−', '→'] {
        plain = plain.replace(dash, "-");
    }
    // Longer words before those they contain.
    const WORDS: [(&str, &str); 22] = [
        ("jusqu'à", "-"),
        ("jusqu’à", "-"),
        ("heures", "h"),
        ("heure", "h"),
        ("fermée", ""),
        ("fermé", ""),
        ("closed", ""),
        ("midi", "12h"),
        ("minuit", "24h"),
        ("noon", "12h"),
        ("midnight", "24h"),
        ("puis", ","),
        (" et ", ","),
        (" and ", ","),
        (";", ","),
        ("&", ","),
        ("+", ","),
        (" à ", "-"),
        (" to ", "-"),
        ("from ", ""),
        ("de ", ""),
        ("à", "-"),
    ];
    for (word, spelling) in WORDS {
        plain = plain.replace(word, spelling);
    }
    let plain: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    let parts: Vec<String> = plain.split(',').filter(|part| !part.is_empty()).map(plain_window).collect();
    parts.join(",")
}

/// `9-12` and `9.30-12` with the hours marked.
fn plain_window(part: &str) -> String {
    let times: Vec<String> = part
        .split('-')
        .map(|time| {
            let time = time.replace('.', ":");
            if !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit()) { time + "h" } else { time }
        })
        .collect();
    times.join("-")
}
