//! The small picture of hour and weekday in a terminal: shades, no colour, 58 columns.

use chrono::Weekday;
use fluent_bundle::FluentValue;

use super::Report;
use crate::core::{civil, sentences::Sentences};

/// Columns of the longest weekday (`mercredi`, `Wednesday`) and a space.
const LABEL: usize = 10;

/// Hours between two numbers above the columns.
const STEP: usize = 3;

/// Shades beside "nothing".
const LEVELS: u32 = 4;

const DAYS: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// What the picture is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyphs {
    /// Block elements.
    Unicode,
    /// For a terminal that is not UTF-8.
    Ascii,
}

impl Glyphs {
    /// Two columns an hour: nothing, then from light to dark.
    fn shades(self) -> [&'static str; 5] {
        match self {
            Self::Unicode => ["· ", "░░", "▒▒", "▓▓", "██"],
            Self::Ascii => [". ", "::", "++", "**", "##"],
        }
    }

    fn dash(self) -> &'static str {
        match self {
            Self::Unicode => "–",
            Self::Ascii => "-",
        }
    }
}

/// What came in the off-hours, a line a weekday, a shade an hour; open hours are left blank.
pub fn picture(report: &Report, glyphs: Glyphs, sentences: &Sentences) -> String {
    let shades = glyphs.shades();
    let most = report.grid.iter().flatten().copied().max().unwrap_or(0);
    let step = most.div_ceil(LEVELS).max(1);
    let mut text = sentences.say("report-picture") + "\n";
    text += &hours();
    for (weekday, (counts, open)) in DAYS.into_iter().zip(report.grid.iter().zip(&report.open)) {
        let name = civil::weekday_name(weekday, sentences);
        let cell = |(count, open): (&u32, &bool)| match (count, open) {
            (0, true) => "  ",
            _ => shades[count.div_ceil(step).min(LEVELS) as usize],
        };
        let cells: String = counts.iter().zip(open).map(cell).collect();
        text += format!("{name:LABEL$}{cells}").trim_end();
        text += "\n";
    }
    text + &legend(most, step, glyphs, sentences)
}

/// `0     3     6 …`
fn hours() -> String {
    let numbers: String = (0..24).step_by(STEP).map(|hour| format!("{hour:<width$}", width = 2 * STEP)).collect();
    format!("{:LABEL$}{}\n", "", numbers.trim_end())
}

/// `·  none   ░░ 1–2   ▒▒ 3–4`
fn legend(most: u32, step: u32, glyphs: Glyphs, sentences: &Sentences) -> String {
    let [none, shades @ ..] = glyphs.shades();
    let mut parts = vec![sentences.say_with("report-none-shade", &[("shade", FluentValue::from(none.trim_end()))])];
    for (level, shade) in (0..LEVELS).zip(shades) {
        let (first, last) = (level * step + 1, ((level + 1) * step).min(most));
        if first < last {
            parts.push(format!("{shade} {first}{}{last}", glyphs.dash()));
        } else if first == last {
            parts.push(format!("{shade} {first}"));
        }
    }
    parts.push(sentences.say("report-open-shade"));
    format!("{:LABEL$}{}\n", "", parts.join("  "))
}
