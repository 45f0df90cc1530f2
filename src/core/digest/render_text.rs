//! The text part: 72 columns, readable in a terminal mailer.

use unicode_segmentation::UnicodeSegmentation;

use super::view::{Block, DayView, Line, Message, Notes, Section, View, Words, held_together};

/// Room for two levels of quoting in a terminal of 80 columns.
const COLUMNS: usize = 72;

/// Writes the text part: UTF-8, LF.
pub(super) fn render(view: &View) -> String {
    let mut page = Page::default();
    page.line(&view.greeting);
    page.line(&view.date);
    page.gap();
    view.lead.iter().for_each(|sentence| page.wrap(sentence, "", ""));
    view.sections.iter().for_each(|section| page.section(section, &view.words));
    if let Some(rest) = &view.rest {
        page.gap();
        page.wrap(rest, "", "");
    }
    view.passed.iter().chain(&view.troubles).for_each(|notes| page.notes(notes));
    page.gap();
    // RFC 3676, section 4.3: mail programs know this line and set off what follows.
    page.line("-- ");
    view.footer.iter().for_each(|sentence| page.wrap(sentence, "", "  "));
    page.wrap(&view.release, "", "  ");
    page.finish()
}

#[derive(Default)]
struct Page {
    out: String,
}

impl Page {
    fn section(&mut self, section: &Section, words: &Words) {
        self.title(&section.title);
        section.days.iter().for_each(|day| self.day(day, words));
    }

    fn day(&mut self, day: &DayView, words: &Words) {
        if let Some(name) = &day.name {
            self.gap();
            self.wrap(&format!("[{name} · {}]", day.count), "", "");
            self.gap();
        }
        if day.folded {
            let shorts = day.blocks.iter().map(|block| &block.short);
            return shorts.chain(&day.lines).for_each(|line| self.short(line));
        }
        day.blocks.iter().for_each(|block| self.block(block, words));
        if !day.blocks.is_empty() && !day.lines.is_empty() {
            self.gap();
            self.wrap(&words.more_topics, "", "");
        }
        day.lines.iter().for_each(|line| self.short(line));
    }

    fn block(&mut self, block: &Block, words: &Words) {
        self.gap();
        self.wrap(&block.title, "* ", "  ");
        if !block.about.is_empty() {
            self.wrap(&block.about, "  ", "  ");
        }
        if let Some(warning) = &block.warning {
            self.gap();
            self.wrap(warning, "  ! ", "    ");
        }
        block.messages.iter().for_each(|message| self.message(message));
        if let Some(more) = &block.more {
            self.gap();
            self.wrap(more, "    ", "    ");
        }
        if let Some(names) = &block.attachments {
            self.gap();
            self.wrap(&format!("{} {names}", words.attachments), "    ", "      ");
        }
        self.ways(block, words);
    }

    fn message(&mut self, message: &Message) {
        self.gap();
        let who: Vec<&str> =
            message.author.iter().chain([&message.when]).chain(&message.mark).map(String::as_str).collect();
        self.wrap(&who.join(", "), "    ", "    ");
        message.lines.iter().for_each(|line| self.wrap(line, "      ", "      "));
    }

    /// *Open* and *Reply*, aligned; an address is never broken.
    fn ways(&mut self, block: &Block, words: &Words) {
        let width = columns(&words.open).max(columns(&words.reply));
        self.gap();
        if let Some(open) = &block.open {
            self.line(&format!("  {}  {}", padded(&words.open, width), open.href));
        }
        if let Some(address) = &block.address {
            self.wrap(&format!("{} {address}", words.address), "  ", "    ");
        }
        if let Some(reply) = &block.reply {
            self.line(&format!("  {}  {}", padded(&words.reply, width), reply.address));
            if let Some(subject) = &reply.subject {
                let indent = " ".repeat(width + 4);
                self.wrap(&format!("{} {subject}", words.reply_subject), &indent, &indent);
            }
        }
    }

    fn notes(&mut self, notes: &Notes) {
        self.title(&notes.title);
        self.gap();
        notes.lines.iter().for_each(|line| self.short(line));
    }

    fn short(&mut self, line: &Line) {
        if line.spell_link {
            return self.spelled(line);
        }
        let whole =
            if line.about.is_empty() { line.title.clone() } else { format!("{} — {}", line.title, line.about) };
        self.wrap(&whole, "- ", "  ");
    }

    /// A line whose title would be the link, had text links.
    fn spelled(&mut self, line: &Line) {
        self.gap();
        self.wrap(&line.title, "- ", "  ");
        self.wrap(&line.about, "  ", "  ");
        if let Some(href) = &line.href {
            self.line(&format!("  {href}"));
        }
    }

    fn title(&mut self, title: &str) {
        self.gap();
        // A second empty line sets a section off from the block before it.
        self.out.push('\n');
        self.line(title);
        self.line(&"=".repeat(columns(title)));
    }

    /// One empty line, unless there is one.
    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    /// Breaks at spaces; a word longer than the line, such as a link, stays whole. No-break spaces hold words together.
    fn wrap(&mut self, words: &str, first: &str, rest: &str) {
        let mut line = first.to_owned();
        let mut width = columns(first);
        let mut empty = true;
        for word in held_together(words).split(' ').filter(|word| !word.is_empty()) {
            let length = columns(word);
            if !empty && width + 1 + length > COLUMNS {
                self.line(line.trim_end());
                line = rest.to_owned();
                width = columns(rest);
                empty = true;
            }
            if !empty {
                line.push(' ');
                width += 1;
            }
            line.push_str(word);
            width += length;
            empty = false;
        }
        self.line(line.trim_end());
    }

    fn finish(self) -> String {
        self.out.replace(['\u{a0}', '\u{202f}'], " ")
    }
}

fn columns(text: &str) -> usize {
    text.graphemes(true).count()
}

fn padded(word: &str, width: usize) -> String {
    format!("{word}{}", " ".repeat(width.saturating_sub(columns(word))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(words: &str) -> String {
        let mut page = Page::default();
        page.wrap(words, "- ", "  ");
        page.finish()
    }

    #[test]
    fn lines_end_at_72_columns_and_an_address_is_never_broken() {
        let url = format!("https://forum.example/{}", "x".repeat(90));
        let text = wrapped(&format!("{} {url} end", "mot ".repeat(30)));
        assert!(text.lines().filter(|line| !line.contains("https")).all(|line| columns(line) <= COLUMNS));
        assert!(text.contains(&url));
    }

    #[test]
    fn a_no_break_space_holds_words_together_and_is_shown_as_a_space() {
        let text = wrapped(&format!("{}22\u{a0}h\u{a0}40", "a".repeat(66) + " "));
        assert_eq!(text.lines().nth(1), Some("  22 h 40"));
    }
}
