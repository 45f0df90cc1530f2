//! Links in a text: found, taken apart, put together.

use std::borrow::Cow;

use crate::core::text::beginning;

/// Longest link that is looked at: [`crate::core::text::url_safe`] refuses longer ones.
const LONGEST: usize = 2000;

/// The http and https links of a text or of HTML source, in order.
pub(super) fn all(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("http").filter_map(|(at, _)| {
        let rest = &text[at..];
        let rest = beginning(rest, LONGEST + 1);
        if !rest.starts_with("http://") && !rest.starts_with("https://") {
            return None;
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | ']' | ')' | '\''));
        let end = end.unwrap_or(rest.len());
        let link = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '*']);
        (link.len() <= LONGEST).then_some(link)
    })
}

/// `&amp;` of HTML attributes as `&`.
pub(super) fn unescape(link: &str) -> String {
    link.replace("&amp;", "&")
}

/// A link without what follows `#`.
pub(super) fn without_fragment(link: &str) -> &str {
    link.split('#').next().unwrap_or(link)
}

/// The host of a link, lower case.
pub(super) fn host(link: &str) -> Option<String> {
    url::Url::parse(link).ok()?.host_str().map(str::to_owned)
}

/// Whether two hosts are of one site: the same, one above the other, or side by side below a name of two labels or more.
pub(in crate::core) fn are_akin(a: &str, b: &str) -> bool {
    let below = |upper: &str, lower: &str| {
        upper.contains('.') && lower.strip_suffix(upper).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let parent = |host: &str| host.split_once('.').map(|(_, parent)| parent.to_owned()).filter(|p| p.contains('.'));
    below(a, b) || below(b, a) || parent(a).is_some_and(|above| parent(b) == Some(above))
}

/// The value of a parameter in the query of a link, as written.
pub(super) fn parameter<'a>(link: &'a str, name: &str) -> Option<&'a str> {
    let (_, query) = without_fragment(link).split_once('?')?;
    query
        .split(['&', ';'])
        .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty())
}

/// The first link between `<` and `>` of a List-… field, or the whole value when it is a link.
pub(super) fn of_field(value: &str) -> Option<Cow<'_, str>> {
    let bracketed = value.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(link, _)| link.trim());
    bracketed.chain([value.trim()]).find(|link| link.starts_with("http")).map(Cow::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_end_where_the_sentence_or_the_markup_goes_on() {
        let text = "see https://a.example/x. [b](http://b.example/y) <https://c.example/?z=1>, httpx://no";
        assert_eq!(
            all(text).collect::<Vec<_>>(),
            ["https://a.example/x", "http://b.example/y", "https://c.example/?z=1"]
        );
    }

    #[test]
    fn hosts_are_akin_within_one_site() {
        assert!(are_akin("forum.a.example", "a.example") && are_akin("a.example", "a.example"));
        assert!(are_akin("chat.a.example", "mail.a.example"));
        assert!(
            !are_akin("a.example", "b.example")
                && !are_akin("ba.example", "a.example")
                && !are_akin("example", "a.example")
        );
    }

    #[test]
    fn a_parameter_is_found_behind_either_separator() {
        assert_eq!(parameter("https://a.example/?a=1;TicketID=2&b=3#c=4", "TicketID"), Some("2"));
        assert_eq!(parameter("https://a.example/?a=1#c=4", "c"), None);
    }
}
