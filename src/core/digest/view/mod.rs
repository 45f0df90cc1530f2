//! Everything a digest says, in the reader's language, before it has a form: what both renderers show.

mod block;
mod footer;
mod opening;

use serde::Serialize;

use super::{
    Input,
    group::{Topic, sketches},
    moment::Moments,
    plan::{self, Day, MAX_LINES, Plan},
};
use crate::core::{sentences::Sentences, text};
pub(super) use block::{EXCERPTS, named, source, web};

/// A whole digest.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub language: &'static str,
    pub subject: String,
    pub greeting: String,
    /// The day and hour of the digest.
    pub date: String,
    /// The sentences before the first section.
    pub lead: Vec<String>,
    pub sections: Vec<Section>,
    /// What has neither block nor line.
    pub rest: Option<String>,
    pub passed: Option<Notes>,
    pub troubles: Option<Notes>,
    pub footer: Vec<String>,
    /// The small line that names the release.
    pub release: String,
    pub words: Words,
}

/// Labels that stand beside facts.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    pub open: String,
    pub reply: String,
    pub reply_subject: String,
    pub attachments: String,
    pub more_topics: String,
    pub address: String,
}

/// A section of topics.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub title: String,
    pub days: Vec<DayView>,
}

/// The topics of a day, or all of them.
#[derive(Debug, Serialize)]
pub(super) struct DayView {
    pub name: Option<String>,
    /// `4 topics`
    pub count: String,
    pub folded: bool,
    pub blocks: Vec<Block>,
    pub lines: Vec<Line>,
}

/// A topic in full.
#[derive(Debug, Serialize)]
pub(super) struct Block {
    pub title: String,
    pub open: Option<Open>,
    /// Where the topic would be, to be read only: whoever wrote it is not who it says.
    pub address: Option<String>,
    /// What to be careful about.
    pub warning: Option<String>,
    /// Where it comes from, and how many messages.
    pub about: String,
    pub messages: Vec<Message>,
    /// `and 4 more messages`
    pub more: Option<String>,
    pub attachments: Option<String>,
    pub reply: Option<ReplyView>,
    /// The same topic where there is only room for a line.
    pub short: Line,
}

/// One message of a topic.
#[derive(Debug, Serialize)]
pub(super) struct Message {
    pub author: Option<String>,
    pub when: String,
    /// Its sender is doubtful.
    pub mark: Option<String>,
    /// The new words, line by line; an empty line stands between paragraphs.
    pub lines: Vec<String>,
}

/// The way to a topic.
#[derive(Debug, Serialize)]
pub(super) struct Open {
    pub href: String,
    /// `Open on forum.example`
    pub label: String,
}

/// The way to answer.
#[derive(Debug, Serialize)]
pub(super) struct ReplyView {
    pub href: String,
    pub address: String,
    /// `Your answer goes to …`
    pub goes_to: String,
    pub subject: Option<String>,
}

/// A topic in one line.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub title: String,
    pub href: Option<String>,
    /// Who, when, where, how many.
    pub about: String,
    /// Whether the text part, where a title cannot be the link, gives the address below it.
    pub spell_link: bool,
}

/// A titled list of remarks.
#[derive(Debug, Serialize)]
pub(super) struct Notes {
    pub title: String,
    pub lines: Vec<Line>,
}

/// What everything is said with.
struct Speaker<'a> {
    input: &'a Input,
    sentences: &'a Sentences,
    moments: Moments<'a>,
}

/// Says what `input` holds.
pub(super) fn view(input: &Input, rid: &str) -> View {
    let sentences = Sentences::new(input.style.language);
    let moments = Moments { sentences: &sentences, timezone: input.style.timezone, now: input.period.to };
    let speaker = Speaker { input, sentences: &sentences, moments };
    let own = sketches(input);
    let plan = plan::plan(input, &own);
    View {
        language: input.style.language.code(),
        subject: speaker.subject(),
        greeting: speaker.greeting(),
        date: speaker.moments.dated(input.period.to),
        lead: speaker.lead(),
        sections: speaker.sections(&plan),
        rest: speaker.rest(&plan),
        passed: speaker.passed(),
        troubles: speaker.troubles(),
        footer: speaker.footer(),
        release: speaker.say_text("digest-release", "rid", text::line(rid, 64)),
        words: speaker.words(),
    }
}

impl Speaker<'_> {
    fn say_text(&self, id: &str, name: &str, value: String) -> String {
        self.sentences.say_with(id, &[(name, value.into())])
    }

    fn say_count(&self, id: &str, count: usize) -> String {
        self.sentences.say_with(id, &[("count", count.into())])
    }

    fn words(&self) -> Words {
        Words {
            open: self.sentences.say("digest-open"),
            reply: self.sentences.say("digest-reply"),
            reply_subject: self.sentences.say("digest-reply-subject"),
            attachments: self.sentences.say("digest-attachments"),
            more_topics: self.sentences.say("digest-more-topics"),
            address: self.sentences.say("digest-address"),
        }
    }

    fn sections(&self, plan: &Plan<'_>) -> Vec<Section> {
        let days = |id: &str, days: &[Day<'_>]| Section {
            title: self.sentences.say(id),
            days: days.iter().map(|day| self.day(day)).collect(),
        };
        let lines = |id: &str, topics: &[Topic<'_>], spell_link: bool| Section {
            title: self.sentences.say(id),
            days: (!topics.is_empty()).then(|| self.lines(topics, spell_link)).into_iter().collect(),
        };
        let sections = [
            days("digest-for-you", &plan.for_you),
            days("digest-waiting", &plan.waiting),
            lines("digest-answered", &plan.answered, true),
            lines("digest-information", &plan.information, true),
        ];
        sections.into_iter().filter(|section| !section.days.is_empty()).collect()
    }

    fn day(&self, day: &Day<'_>) -> DayView {
        DayView {
            name: day.date.map(|date| self.moments.date(date)),
            count: self.say_count("digest-topics", day.blocks.len() + day.lines.len()),
            folded: day.folded,
            blocks: day.blocks.iter().map(|topic| self.block(topic)).collect(),
            lines: day.lines.iter().map(|topic| self.line(topic, false)).collect(),
        }
    }

    /// Titles only.
    fn lines(&self, topics: &[Topic<'_>], spell_link: bool) -> DayView {
        DayView {
            name: None,
            count: self.say_count("digest-topics", topics.len()),
            folded: false,
            blocks: Vec::new(),
            lines: topics.iter().map(|topic| self.line(topic, spell_link)).collect(),
        }
    }

    fn rest(&self, plan: &Plan<'_>) -> Option<String> {
        let args = [
            ("topics", plan.unlisted_topics.into()),
            ("count", plan.unlisted.into()),
            ("folder", text::line(&self.input.style.folder, 200).into()),
        ];
        (plan.unlisted > 0).then(|| self.sentences.say_with("digest-rest", &args))
    }

    fn passed(&self) -> Option<Notes> {
        let passed = &self.input.passed;
        let mut lines: Vec<Line> = passed.iter().take(MAX_LINES).map(|passed| self.passed_line(passed)).collect();
        if passed.len() > MAX_LINES {
            lines.push(Line::remark(self.say_count("digest-more-messages", passed.len() - MAX_LINES)));
        }
        (!lines.is_empty()).then(|| Notes { title: self.sentences.say("digest-passed"), lines })
    }

    fn troubles(&self) -> Option<Notes> {
        let troubles = &self.input.troubles;
        let lines = troubles.iter().take(MAX_LINES).map(|trouble| Line::remark(text::line(trouble, 500))).collect();
        (!troubles.is_empty()).then(|| Notes { title: self.sentences.say("digest-troubles"), lines })
    }
}

/// French sets a space before these marks; a line never begins with one of them, nor ends with an opening quote.
pub(super) fn held_together(words: &str) -> String {
    let mut words = words.replace("« ", "«\u{a0}");
    for (spaced, held) in
        [(" :", "\u{a0}:"), (" ;", "\u{a0};"), (" ?", "\u{a0}?"), (" !", "\u{a0}!"), (" »", "\u{a0}»")]
    {
        words = words.replace(spaced, held);
    }
    words
}

impl Line {
    fn remark(title: String) -> Self {
        Self { title, href: None, about: String::new(), spell_link: false }
    }
}

#[cfg(test)]
mod tests {
    use crate::core::{language::Language, sentences::Sentences};

    const SOURCES: [&str; 5] = [
        include_str!("mod.rs"),
        include_str!("block.rs"),
        include_str!("footer.rs"),
        include_str!("opening.rs"),
        include_str!("../moment.rs"),
    ];

    #[test]
    fn every_sentence_exists_in_both_languages() {
        for id in SOURCES
            .iter()
            .flat_map(|source| source.split('"'))
            .filter(|word| word.starts_with("digest-") && word.len() > 7)
        {
            for language in [Language::Fr, Language::En] {
                assert_ne!(Sentences::new(language).say(id), id, "{language:?}");
            }
        }
    }
}
