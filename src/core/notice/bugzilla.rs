//! Bugzilla (bugzilla/bugzilla, template/en/default/email).

use super::{
    excerpt::{after, fresh, without_first, without_head},
    mail::Mail,
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, tag},
};

pub(super) struct Bugzilla;

/// Begins the line above a comment: `--- Comment #3 from NAME <ADDRESS> ---`; in HTML `Comment # 3 on bug 301 from NAME`.
const COMMENTS: [&str; 2] = ["--- Comment #", "Comment # "];

/// Labels of that table (template/en/default/global/field-descs.none.tmpl).
const ATTRIBUTES: [&str; 18] = [
    "Bug ID",
    "Summary",
    "Classification",
    "Product",
    "Version",
    "Hardware",
    "OS",
    "Status",
    "Severity",
    "Priority",
    "Component",
    "Assignee",
    "Reporter",
    "CC",
    "QA Contact",
    "Target Milestone",
    "URL",
    "Keywords",
];

impl Recognise for Bugzilla {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.has("X-Bugzilla-Reason") || mail.has("X-Bugzilla-Type");
        own.then(|| Sign::of(Platform::Bugzilla, mail.header_has("X-Bugzilla-Type", "admin")))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let (number, title) =
            bug(mail.subject()).map_or((None, mail.subject()), |(number, title)| (Some(number), title));
        Facts {
            host: None,
            topic: number.map(str::to_owned),
            title: Some(title.to_owned()),
            author: author(mail),
            url: mail.link(|link| link.contains("show_bug.cgi?id=")),
            words: Some(words(mail.text())),
            urgent: ["X-Bugzilla-Severity", "X-Bugzilla-Priority"]
                .iter()
                .any(|name| mail.header(name).is_some_and(|value| is_high(&value))),
        }
    }

    fn is_personal(&self, mail: &Mail<'_>) -> bool {
        mail.header_has("X-Bugzilla-Reason", "assignedto")
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        let status = mail.header("X-Bugzilla-Status").unwrap_or_default();
        matches!(status.as_str(), "RESOLVED" | "VERIFIED" | "CLOSED")
    }
}

/// `[Bug N] [New: ]TITLE`, `needinfo requested: [Bug N] TITLE`
fn bug(subject: &str) -> Option<(&str, &str)> {
    let (tag, rest) = tag(&subject[subject.find("[Bug ")?..])?;
    let number = tag.strip_prefix("Bug ").filter(|number| is_number(number))?;
    Some((number, rest.strip_prefix("New: ").unwrap_or(rest)))
}

fn begins_comment(line: &str) -> bool {
    COMMENTS.iter().any(|words| line.starts_with(words))
}

fn author(mail: &Mail<'_>) -> Option<String> {
    let comment = mail.text().lines().find(|line| begins_comment(line));
    let name = comment.and_then(|line| line.split_once(" from ")).map(|(_, name)| name.trim_end_matches([' ', '-']));
    let changed = || mail.text().lines().find_map(|line| line.strip_suffix("> changed:"));
    let name = name.or_else(changed).map(|name| name.split(" <").next().unwrap_or(name).to_owned());
    name.or_else(|| mail.header("X-Bugzilla-Who"))
}

fn words(text: &str) -> String {
    match after(text, begins_comment) {
        Some(comment) => fresh(comment),
        None => changes(text)
            .unwrap_or_else(|| fresh(without_head(without_first(text, |line| line.starts_with("http")), is_attribute))),
    }
}

/// `Product: Writer`, in the table above the description of a new bug.
fn is_attribute(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(label, _)| ATTRIBUTES.contains(&label))
        || line.ends_with(':') && ATTRIBUTES.contains(&&line[..line.len() - 1])
}

/// The rows of the table of changes, whose columns a proportional font would scatter: `Status: NEW → RESOLVED`.
fn changes(text: &str) -> Option<String> {
    let table = after(text, |line| line.contains("What") && line.contains("|Removed"))?;
    let rows = table.lines().skip(1).map_while(|line| {
        let mut cells = line.split('|').map(str::trim);
        Some((cells.next()?, cells.next()?, cells.next()?))
    });
    let told = rows.filter(|(what, ..)| !what.is_empty()).map(|(what, old, new)| format!("{what}: {old} → {new}"));
    Some(told.collect::<Vec<_>>().join("\n"))
}
