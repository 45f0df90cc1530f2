//! A topic as a block, and as a line.

use chrono::{DateTime, Utc};

use super::{Block, Line, Message, Open, ReplyView, Speaker};
use crate::core::{
    authentication::Authentication,
    digest::{
        Entry, Passed,
        group::Topic,
        link::{self, Reply, Web},
    },
    notice::Notice,
    text,
};

/// Excerpts of one topic: the last three tell where it stands.
pub(in super::super) const EXCERPTS: usize = 3;
/// Of an excerpt, so that a block fits on a telephone's screen.
const EXCERPT_LINES: usize = 8;
const EXCERPT_LENGTH: usize = 500;
/// Three lines of the text part.
const TITLE_LENGTH: usize = 200;
const NAME_LENGTH: usize = 80;
/// Names of attachments in one block.
const ATTACHMENTS: usize = 10;

impl Speaker<'_> {
    pub(super) fn block(&self, topic: &Topic<'_>) -> Block {
        let doubtful = topic.is_doubtful();
        let open = topic_link(topic);
        let address = if doubtful && open.is_none() { topic.newest(web) } else { None };
        let hidden = topic.count().saturating_sub(EXCERPTS);
        let reply = topic.newest_sure(link::reply).filter(|_| self.input.style.replies);
        Block {
            title: self.title(topic),
            open: open.map(|web| self.open(web)),
            address: address.map(|web| web.href),
            about: self.about(topic).join(" · "),
            warning: doubtful.then(|| self.sentences.say("digest-doubtful")),
            messages: topic
                .originals()
                .skip(hidden)
                .filter_map(|original| original.entry)
                .map(|entry| self.message(entry))
                .collect(),
            more: (hidden > 0).then(|| self.say_count("digest-more-messages", hidden)),
            attachments: self.attachments(topic),
            reply: reply.map(|reply| self.reply(reply)),
            short: self.line(topic, false),
        }
    }

    pub(super) fn line(&self, topic: &Topic<'_>, spell_link: bool) -> Line {
        let (latest, notice) = (topic.latest.sketch, topic.latest.notice());
        let mut about: Vec<String> = notice.and_then(author).into_iter().collect();
        about.push(self.moments.at(latest.received));
        if topic.is_doubtful() {
            about.push(self.sentences.say("digest-doubtful-mark"));
        }
        about.extend(notice.and_then(source));
        if topic.count() > 1 {
            about.push(self.say_count("digest-messages", topic.count()));
        }
        if latest.traits.closed {
            about.push(self.sentences.say("digest-closed-topic"));
        }
        let href = topic_link(topic).map(|web| web.href);
        Line { title: self.title(topic), href, about: about.join(" · "), spell_link }
    }

    /// A line about what passed.
    pub(super) fn passed_line(&self, passed: &Passed) -> Line {
        let notice = &passed.notice;
        let doubtful = passed.authentication == Authentication::Failed;
        let mut about = self.who_and_when(notice, passed.received);
        if doubtful {
            about.push(self.sentences.say("digest-doubtful-mark"));
        }
        about.push(self.say_text("digest-passed-rule", "selector", text::line(&passed.selector, 100)));
        let title = named(notice).unwrap_or_else(|| self.untitled(notice.unreadable));
        let href = web(notice).filter(|_| !doubtful).map(|web| web.href);
        Line { title, href, about: about.join(" · "), spell_link: true }
    }

    fn who_and_when(&self, notice: &Notice, received: DateTime<Utc>) -> Vec<String> {
        author(notice).into_iter().chain([self.moments.at(received)]).collect()
    }

    fn title(&self, topic: &Topic<'_>) -> String {
        let title = topic.newest_sure(named).or_else(|| topic.newest(named));
        title.unwrap_or_else(|| self.untitled(topic.latest.sketch.traits.unreadable))
    }

    fn untitled(&self, unreadable: bool) -> String {
        self.sentences.say(if unreadable { "digest-unreadable" } else { "digest-untitled" })
    }

    fn about(&self, topic: &Topic<'_>) -> Vec<String> {
        let mut about: Vec<String> = topic.newest(source).into_iter().collect();
        if topic.count() > 1 {
            about.push(self.say_count("digest-messages", topic.count()));
        }
        if topic.originals().any(|original| original.sketch.traits.urgent) {
            about.push(self.sentences.say("digest-priority"));
        }
        about
    }

    fn open(&self, web: Web) -> Open {
        Open { label: self.say_text("digest-open-on", "host", web.host), href: web.href }
    }

    fn reply(&self, reply: Reply) -> ReplyView {
        let goes_to = self.say_text("digest-reply-to", "address", reply.address.clone());
        ReplyView { href: reply.href, address: reply.address, goes_to, subject: reply.subject }
    }

    fn message(&self, entry: &Entry) -> Message {
        let notice = &entry.notice;
        let lines = if notice.unreadable {
            vec![self.say_text("digest-unreadable-where", "folder", text::line(&self.input.style.folder, 200))]
        } else {
            excerpt(notice.excerpt.as_deref().unwrap_or_default())
        };
        let mark = entry.is_doubtful().then(|| self.sentences.say("digest-doubtful-mark"));
        Message { author: author(notice), when: self.moments.at(entry.received), mark, lines }
    }

    fn attachments(&self, topic: &Topic<'_>) -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        let mut hidden = 0_usize;
        for name in topic.originals().flat_map(|original| &original.sketch.attachments) {
            let name = text::line(name, NAME_LENGTH);
            if names.contains(&name) {
                continue;
            }
            if names.len() < ATTACHMENTS { names.push(name) } else { hidden += 1 }
        }
        if hidden > 0 {
            names.push(self.say_count("digest-more-attachments", hidden));
        }
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// The newest link of the topic that may be opened.
fn topic_link(topic: &Topic<'_>) -> Option<Web> {
    topic.newest_sure(web)
}

/// The link of a notice, if it may be opened.
pub(in super::super) fn web(notice: &Notice) -> Option<Web> {
    link::web(notice.url.as_deref()?)
}

/// The title of a notice, else its subject.
pub(in super::super) fn named(notice: &Notice) -> Option<String> {
    if notice.unreadable {
        return None;
    }
    let title = notice.title.as_deref().filter(|title| !title.trim().is_empty());
    let title = text::line(title.unwrap_or(&notice.subject), TITLE_LENGTH);
    (!title.trim().is_empty()).then_some(title)
}

fn author(notice: &Notice) -> Option<String> {
    let name = text::line(notice.author.as_ref()?, NAME_LENGTH);
    (!name.trim().is_empty()).then_some(name)
}

/// Where it comes from. A person's mail, held by a rule, shows the address: a display name proves nothing.
pub(in super::super) fn source(notice: &Notice) -> Option<String> {
    let address = notice.from.first();
    let source = notice.host.as_ref().or(notice.list_id.as_ref()).or(address)?;
    Some(text::line(source, NAME_LENGTH))
}

/// The beginning of an excerpt, line by line, with an ellipsis where lines were cut.
fn excerpt(words: &str) -> Vec<String> {
    let words = text::block(words, EXCERPT_LENGTH);
    let mut lines: Vec<String> = words.trim().lines().map(held_in).collect();
    if lines.len() > EXCERPT_LINES {
        lines.truncate(EXCERPT_LINES);
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(" …");
        }
    }
    lines
}

/// A line whose blanks at its beginning no wrapping and no browser takes away.
fn held_in(line: &str) -> String {
    let words = line.trim_start_matches(' ');
    format!("{}{}", "\u{a0}".repeat(line.len() - words.len()), words.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_stops_after_eight_lines_and_says_so() {
        let long: String = (1..=12).map(|n| format!("line {n}\n")).collect();
        let lines = excerpt(&long);
        assert_eq!(lines.len(), EXCERPT_LINES);
        assert_eq!(lines[7], "line 8 …");
        assert_eq!(excerpt("\n one\n\ntwo\n"), ["one", "", "two"]);
        assert_eq!(excerpt("if a {\n    b c\n}"), ["if a {", "\u{a0}\u{a0}\u{a0}\u{a0}b c", "}"]);
        assert!(excerpt("").is_empty());
    }
}
