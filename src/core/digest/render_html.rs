//! The HTML part, by a template whose every value is escaped.

use std::fmt;

use minijinja::{
    Environment, Error, Output, State, UndefinedBehavior, Value, escape_formatter, syntax::SyntaxConfig, value::Serde,
};

use super::view::{View, held_together};

/// The name ends in `.html`: that switches escaping on.
const NAME: &str = "digest.html";
const TEMPLATE: &str = include_str!("templates/digest.html");

/// Writes the HTML part. Should the template fail, the reader gets the words of the text part rather than nothing.
pub(super) fn render(view: &View, text: &str) -> String {
    by_template(view).unwrap_or_else(|_| plain(view, text))
}

fn by_template(view: &View) -> Result<String, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_formatter(escaped);
    environment.add_template(NAME, TEMPLATE)?;
    environment.get_template(NAME)?.render(Serde(view))
}

/// Escapes text for elements and quoted attributes. Minijinja's own way also writes `/` as a character reference, and mail
/// filters take links that are spelled so for hidden ones.
fn escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => write!(out, "{}", Escaped(&held_together(text))).map_err(Error::from),
        _ => escape_formatter(out, state, value),
    }
}

struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                _ => fmt::Write::write_char(f, c)?,
            }
        }
        Ok(())
    }
}

fn plain(view: &View, text: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head><body><pre>{}</pre></body></html>\n",
        view.language,
        Escaped(&view.subject),
        Escaped(text)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{
        digest::{
            Input, render_text,
            sample::{input, keyed},
            view,
        },
        language::Language,
    };

    fn html(input: &Input) -> String {
        let view = view::view(input, "rid");
        by_template(&view).unwrap()
    }

    #[test]
    fn the_template_renders_with_and_without_every_part() {
        let mut input = input();
        assert!(html(&input).contains("Nothing is waiting for you."));
        input.style.language = Language::Fr;
        input.style.next_digest = None;
        input.style.replies = false;
        input.entries = (0..40).map(|n| keyed(&n.to_string(), n)).collect();
        input.troubles = vec!["Une panne".into()];
        input.period.from -= chrono::TimeDelta::days(9);
        assert!(html(&input).contains("Une panne"));
    }

    #[test]
    fn words_from_mail_are_never_markup() {
        let mut input = input();
        let mut entry = keyed("a", 1);
        for field in [&mut entry.notice.title, &mut entry.notice.author, &mut entry.notice.excerpt] {
            *field = Some("<script>alert(\"x\")</script>' onload=']]>&amp;".into());
        }
        entry.notice.attachments = vec!["<img src=x>".into()];
        entry.notice.url = Some("https://forum.example/\"><b>".into());
        input.entries = vec![entry];
        let html = html(&input);
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("<b>"));
        assert!(html.contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&#39; onload=&#39;]]&gt;&amp;amp;"));
    }

    #[test]
    fn without_the_template_the_words_are_still_there() {
        let mut input = input();
        input.entries = vec![keyed("a", 1)];
        let view = view::view(&input, "rid");
        assert!(plain(&view, &render_text::render(&view)).contains("Words 1"));
    }
}
