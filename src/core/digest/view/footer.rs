//! What comes next, where the originals are, and how to change the hours.

use chrono::{Days, NaiveDate};

use super::Speaker;
use crate::core::text;

/// Closed days named in one footer: an absence and the holidays around it.
const CLOSED_DAYS: usize = 4;

/// Days in a row that are closed for the same reason.
struct Closed<'a> {
    first: NaiveDate,
    last: NaiveDate,
    name: &'a str,
}

impl Speaker<'_> {
    pub(super) fn footer(&self) -> Vec<String> {
        [self.next_digest(), self.closed_days(), Some(self.originals()), Some(self.change())]
            .into_iter()
            .flatten()
            .collect()
    }

    fn next_digest(&self) -> Option<String> {
        let next = self.input.style.next_digest?;
        let today = self.moments.is_today(next);
        let (id, when) = if today {
            ("digest-next-today", self.moments.hour(next))
        } else {
            ("digest-next", self.moments.named(next))
        };
        Some(self.say_text(id, "when", when))
    }

    fn closed_days(&self) -> Option<String> {
        let runs = in_runs(&self.input.style.closed_days);
        let days: Vec<String> = runs.iter().take(CLOSED_DAYS).map(|run| self.closed(run)).collect();
        (!days.is_empty()).then(|| self.say_text("digest-closed", "days", days.join(", ")))
    }

    fn closed(&self, run: &Closed<'_>) -> String {
        let args = [
            ("first", self.moments.date(run.first).into()),
            ("last", self.moments.date(run.last).into()),
            ("name", text::line(run.name, 80).into()),
        ];
        let id = if run.first == run.last { "digest-closed-day" } else { "digest-closed-days" };
        self.sentences.say_with(id, &args)
    }

    /// Where the originals are, and whether they are attached too.
    fn originals(&self) -> String {
        let enclosed = self.input.enclosed.unwrap_or_default();
        let id = match (enclosed.attached, enclosed.left) {
            (0, 0) => "digest-originals",
            (0, _) => "digest-originals-unattached",
            (_, 0) => "digest-originals-attached",
            (..) => "digest-originals-partly",
        };
        self.sentences.say_with(id, &[("count", enclosed.attached.into()), ("place", self.place().into())])
    }

    fn place(&self) -> String {
        let folder = &self.input.style.folder;
        if folder.eq_ignore_ascii_case("INBOX") {
            return self.sentences.say("digest-place-inbox");
        }
        self.say_text("digest-place-folder", "folder", text::line(folder, 200))
    }

    fn change(&self) -> String {
        self.say_text("digest-change", "file", text::line(&self.input.style.config_file, 400))
    }
}

fn in_runs(days: &[(NaiveDate, String)]) -> Vec<Closed<'_>> {
    let mut runs: Vec<Closed<'_>> = Vec::new();
    for (date, name) in days {
        match runs.last_mut() {
            Some(run) if run.name == name && run.last.checked_add_days(Days::new(1)) == Some(*date) => run.last = *date,
            _ => runs.push(Closed { first: *date, last: *date, name }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_is_one_run_of_days() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 12, day).unwrap();
        let days = [(day(23), "Absence".to_owned()), (day(24), "Absence".to_owned()), (day(25), "Noël".to_owned())];
        let runs: Vec<_> = in_runs(&days).iter().map(|run| (run.first, run.last)).collect();
        assert_eq!(runs, [(day(23), day(24)), (day(25), day(25))]);
    }
}
