//! Request Tracker (bestpractical/rt, lib/RT/Action/SendEmail.pm), with the header names of 4.0 and of today.

use super::{
    account,
    excerpt::{after, fresh, sections, without_head},
    mail::Mail,
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
    subject::{is_number, tag, unanswered, untagged},
};

pub(super) struct Rt;

const TICKET: [&str; 2] = ["X-RT-Ticket", "RT-Ticket"];
const OTHERS: [&str; 3] = ["X-RT-Loop-Prevention", "X-Managed-By", "Managed-By"];

/// What RT writes before a title, by the event.
const EVENTS: [&str; 6] = ["AutoReply:", "Autoreply:", "Resolved:", "Résolu :", "Comment:", "New Ticket:"];

/// What RT writes above a comment.
const COMMENT: [&str; 2] = ["This is a comment.", "Ceci est un commentaire"];

/// Length of the rule above the request in an automatic reply.
const RULE: usize = 60;

impl Recognise for Rt {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        let ticket = mail.first_of(&TICKET).is_some();
        let managed = mail.has(OTHERS[0]) || mail.first_of(&OTHERS[1..]).is_some_and(|value| value.starts_with("RT "));
        (ticket || managed).then(|| Sign::of(Platform::Rt, !ticket && account::speaks_of_account(mail.subject())))
    }

    fn facts(&self, mail: &Mail<'_>) -> Facts {
        let ticket = mail.first_of(&TICKET).unwrap_or_default();
        let (site, number) = ticket.rsplit_once('#').map_or(("", ""), |(site, number)| (site.trim(), number.trim()));
        // The name of an installation is by custom its host; where it is not, it tells installations apart on one host.
        let named = site.contains('.') && !site.contains(' ');
        let topic = match named {
            true => number.to_owned(),
            false => format!("{site}#{number}"),
        };
        Facts {
            host: if named { Some(site.to_lowercase()) } else { mail.sender_host() },
            topic: is_number(number).then_some(topic),
            title: Some(title(mail.subject())),
            author: mail.sender_via().map(str::to_owned),
            url: mail.link(|link| link.contains("/Ticket/Display.html?id=")),
            words: Some(words(mail)),
            urgent: false,
        }
    }

    fn is_closed(&self, mail: &Mail<'_>) -> bool {
        ["Resolved:", "Résolu :"].iter().any(|event| mail.subject().contains(event))
    }
}

fn title(subject: &str) -> String {
    let is_own = |tag: &str| tag.contains('#') || tag == "Comment";
    // A list that relays the mail puts its own tag first.
    let relayed = tag(unanswered(subject))
        .filter(|(name, rest)| !is_own(name) && tag(rest).is_some_and(|(name, _)| is_own(name)));
    let mut title = untagged(relayed.map_or(subject, |(_, rest)| rest), is_own);
    while let Some(rest) = EVENTS.iter().find_map(|event| title.strip_prefix(event)) {
        title = unanswered(rest);
    }
    title.to_owned()
}

/// Below the summary of a transaction, whose last line is the ticket's address.
fn without_summary(text: &str) -> &str {
    let is_summary = text.trim_start().lines().next().is_some_and(|line| line.contains(" was acted upon"));
    let below = after(text, |line| line.contains("Ticket <URL:") || line.trim_start().starts_with("Ticket URL:"));
    below.filter(|_| is_summary).unwrap_or(text)
}

fn words(mail: &Mail<'_>) -> String {
    let text = mail.text();
    let is_automatic = EVENTS[..2].iter().any(|event| mail.subject().contains(event));
    let text = match sections(text, b'-', RULE).as_slice() {
        [_, request, ..] if is_automatic => request,
        _ => text,
    };
    let leads = |line: &str| line.contains("/Ticket/Display.html?id=") && !line.contains(char::is_whitespace);
    let is_told =
        |line: &str| line.starts_with("<URL:") || leads(line) || COMMENT.iter().any(|words| line.starts_with(words));
    fresh(without_head(without_summary(text), is_told))
}
