//! Trac (edgewall/trac, trac/notification/mail.py, trac/ticket/templates/ticket_notify_email.txt).

use super::{
    excerpt::{after, fresh, until},
    link,
    mail::Mail,
    platform::Platform,
    priority::is_high,
    recognise::{Facts, Recognise, Sign},
    subject::untagged,
};

pub(super) struct Trac;

/// Begins the line above a comment: `Comment (by NAME):`, `Changes (by NAME):`.
const HEADS: [&str; 2] = ["Comment (by ", "Changes (by "];

/// Octets of the shortest of these rules.
const RULE: usize = 20;

impl Recognise for Trac {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let own = mail.has("X-Trac-Project") || mail.has("X-Trac-Ticket-ID");
        own.then_some(Sign::Notification(Platform::Trac))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let url = mail.header("X-Trac-Ticket-URL").map(|url| link::without_fragment(&url).to_owned());
        let number = mail.header("X-Trac-Ticket-ID");
        let site = mail.header("X-URL").or_else(|| url.clone());
        let project = mail.header("X-Trac-Project").unwrap_or_default();
        let title = untagged(mail.subject(), |tag| tag == project);
        let mark = number.as_ref().map(|number| format!("#{number}: "));
        Facts {
            host: site.as_deref().and_then(link::host),
            // Several projects may share a host.
            topic: number.map(|number| format!("{project}#{number}")),
            title: Some(mark.and_then(|mark| title.strip_prefix(&mark)).unwrap_or(title).to_owned()),
            author: author(mail.text()).or_else(|| attribute(mail.text(), "Reporter:")).map(str::to_owned),
            url,
            words: words(mail.text()).map(fresh),
            urgent: attribute(mail.text(), "Priority:").is_some_and(is_high),
        }
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        attribute(mail.text(), "Status:") == Some("closed")
    }
}

fn is_head(line: &str) -> bool {
    HEADS.iter().any(|head| line.starts_with(head))
}

/// The comment; below `Comment:` where changes stand above it; or the description of a new ticket, below the table.
fn words(text: &str) -> Option<&str> {
    if let Some(change) = after(text, is_head) {
        return Some(after(change, |line| line.trim() == "Comment:").unwrap_or(change));
    }
    let table = after(text, is_rule)?;
    after(table, is_rule)
}

/// A line around the table of a ticket's attributes, whose columns a `+` parts.
fn is_rule(line: &str) -> bool {
    line.len() >= RULE && line.contains('+') && line.bytes().all(|byte| matches!(byte, b'-' | b'+'))
}

fn author(text: &str) -> Option<&str> {
    let head = text.lines().find(|line| is_head(line))?;
    head.split_once("(by ")?.1.rsplit_once(')').map(|(name, _)| name)
}

/// The value behind a label in the table above the comment: ` Priority:  blocker   |  Milestone:  1.2`.
fn attribute<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let mut cells = until(text, is_head).lines().flat_map(|line| line.split('|'));
    cells.find_map(|cell| cell.trim().strip_prefix(label)).map(str::trim).filter(|value| !value.is_empty())
}
