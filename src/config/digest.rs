//! `[digest]`: for whom, where to, and when.

use super::{
    Delivery, DigestConfig, MailboxConfig,
    address::{inner_addr_spec, is_addr_spec},
    smtp, suggest,
    table::Table,
};

pub(super) const KEYS: &[&str] = &[
    "to",
    "from",
    "deliver",
    "mailbox",
    "smtp",
    "smtp_user",
    "smtp_password_command",
    "at",
    "while_open",
    "max_topics",
    "me",
    "team",
    "attach_originals",
];

/// Blocks in a digest: what one sitting can take in.
const MAX_TOPICS: u32 = 25;
/// More blocks than this make a message that mail programs cut.
const MOST_TOPICS: u32 = 500;

/// The digest's settings; `None` if something in them is wrong.
pub(super) fn read(table: &Table<'_>, mailboxes: &[MailboxConfig]) -> Option<DigestConfig> {
    table.only(KEYS);
    let mailbox = receiver(table);
    let to = to(table, mailbox.as_deref());
    let from = if table.has("from") { address(table, "from") } else { to.clone() };
    let (at_opening, at) = instants(table);
    let batch = table.choice("while_open", &["pass", "batch"]) == Some("batch");
    let max_topics = table.number("max_topics", 1, MOST_TOPICS, MAX_TOPICS) as usize;
    let delivery = delivery(table, mailboxes, mailbox.as_deref(), to.as_deref());
    let attach_originals = attach_originals(table, delivery.as_ref());
    Some(DigestConfig {
        to: to?,
        from: from?,
        delivery: delivery?,
        mailbox: mailbox?,
        at,
        at_opening,
        batch,
        max_topics,
        me: names(table, "me"),
        team: names(table, "team"),
        attach_originals,
    })
}

fn delivery(
    table: &Table<'_>,
    mailboxes: &[MailboxConfig],
    mailbox: Option<&str>,
    to: Option<&str>,
) -> Option<Delivery> {
    if table.choice("deliver", &["mailbox", "smtp"]) == Some("smtp") {
        // Without these two, what is missing is told already.
        return smtp::read(table, mailboxes, mailbox?, to?).map(Delivery::Smtp);
    }
    table.without_effect(&["smtp", "smtp_user", "smtp_password_command"]);
    Some(Delivery::Mailbox)
}

/// Names of people; an empty one would be everybody's.
fn names(table: &Table<'_>, key: &str) -> Vec<String> {
    let names = table.list(key).unwrap_or_default();
    names
        .into_iter()
        .map(|name| name.trim().trim_start_matches('@').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Originals hold the reply addresses that a digest to another domain leaves out.
fn attach_originals(table: &Table<'_>, delivery: Option<&Delivery>) -> bool {
    let wanted = table.choice("attach_originals", &["false", "true"]) == Some("true");
    if wanted && delivery.is_some_and(|delivery| !delivery.keeps_replies()) {
        table.wrong("attach_originals", "config-originals-abroad", &[("right", "false")]);
    }
    wanted
}

/// The mailbox whose INBOX receives the digest: the only one, or the one that is named.
fn receiver(table: &Table<'_>) -> Option<String> {
    let names = table.tree().names("mailbox");
    if !table.has("mailbox") {
        if let [only] = &names[..] {
            return Some(only.clone());
        }
        if let Some(first) = names.first() {
            table.wrong("mailbox", "config-digest-mailbox", &[("names", &names.join(", ")), ("right", first)]);
        }
        return None;
    }
    let text = table.filled("mailbox")?;
    if names.contains(&text) {
        return Some(text);
    }
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let right = suggest::near(&text, &known).or(known.first().copied()).unwrap_or_default();
    table.wrong("mailbox", "config-digest-mailbox-unknown", &[("value", &text), ("right", right)]);
    None
}

fn to(table: &Table<'_>, mailbox: Option<&str>) -> Option<String> {
    if table.has("to") {
        return address(table, "to");
    }
    // Which user it would be is not known as long as the mailbox is not: that error is told already.
    let user = table.tree().text(&["mailbox", mailbox?, "user"]).filter(|user| is_addr_spec(user));
    if user.is_none() {
        table.wrong("to", "config-no-to", &[]);
    }
    user
}

fn address(table: &Table<'_>, key: &str) -> Option<String> {
    let text = table.filled(key)?;
    let text = text.trim();
    if is_addr_spec(text) {
        return Some(text.to_owned());
    }
    match inner_addr_spec(text) {
        Some(right) => table.wrong(key, "config-address-near", &[("value", text), ("right", right)]),
        None => table.wrong(key, "config-address", &[("value", text)]),
    }
    None
}

/// `at`: whether openings count, and the times of day.
fn instants(table: &Table<'_>) -> (bool, Vec<u16>) {
    if !table.has("at") {
        return (true, Vec::new());
    }
    let (mut opening, mut times) = (false, Vec::new());
    let texts = table.list("at").unwrap_or_default();
    if texts.is_empty() {
        table.wrong("at", "config-at-empty", &[]);
    }
    for text in texts {
        match text.trim() {
            "opening" => opening = true,
            time => match time_of_day(time) {
                Some(minutes) => times.push(minutes),
                None => table.wrong("at", "config-at", &[("value", &text)]),
            },
        }
    }
    times.sort_unstable();
    times.dedup();
    (opening, times)
}

/// `14:00`, `14h` or `14h30`, in minutes from midnight.
fn time_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once([':', 'h', 'H'])?;
    let hours: u16 = hours.trim().parse().ok()?;
    let minutes: u16 = if minutes.is_empty() && !text.contains(':') { 0 } else { minutes.parse().ok()? };
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_written_with_a_colon_or_an_h() {
        assert_eq!(time_of_day("14:00"), Some(840));
        assert_eq!(time_of_day("9h"), Some(540));
        assert_eq!(time_of_day("9h30"), Some(570));
        for wrong in ["14", "24:00", "9:", "9:60", "midi", ""] {
            assert_eq!(time_of_day(wrong), None, "{wrong}");
        }
    }
}
