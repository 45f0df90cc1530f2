//! What holds for any mail whatever. The property tests and the fuzz targets call these same functions.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use quiethours::core::{
    authentication::authentication,
    digest::{Digest, Entry, Input, Passed, Period, Sketch, Style, compose, json, message, wanted},
    language::Language,
    notice::{self, Notice},
    selector::Rules,
};
use scraper::{Html, Node, node::Element};
use serde_json::Value;

const RID: &str = "k7q2m4xw3vz6tnb5hs2a";

/// The header fields of a digest: these and no others, each once.
const FIELDS: [&str; 11] = [
    "From",
    "To",
    "Date",
    "Subject",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "List-Id",
    "X-Quiethours-Release",
    "MIME-Version",
    "Content-Type",
];

/// The elements of a digest. `tbody` is what a parser adds to a table.
const ELEMENTS: &str = "html head meta title style body main header section article details summary footer h1 h2 h3 p div span \
                        strong a ul li br";

/// The attributes of any of them.
const ATTRIBUTES: &str = "lang charset name content class style dir href aria-label";

/// General category Cf of Unicode 16, written down here once more: the tests have their own idea of what is hidden.
const FORMAT: [(u32, u32); 21] = [
    (0xAD, 0xAD),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x8E2, 0x8E2),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x2064),
    (0x2066, 0x206F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0001, 0xE0001),
    (0xE0020, 0xE007F),
];

/// Octets of all the facts of one notice: what the limits of its fields come to, with eight characters a grapheme at most.
const LARGEST_NOTICE: usize = 200_000;

/// Reads a message, as a whole and as its header alone; nothing hidden is in any fact, and the facts are bounded.
pub fn notice(message: &[u8]) -> Notice {
    let found = notice::read(message);
    let facts = facts(&found);
    for fact in &facts {
        assert!(!has_hidden(fact, false), "{fact:?}");
    }
    if let Some(words) = &found.excerpt {
        assert!(!has_hidden(words, true), "{words:?}");
    }
    if let Some(url) = &found.url {
        assert!(url.starts_with("https://") || url.starts_with("http://"), "{url:?}");
    }
    let size: usize = facts.iter().map(|fact| fact.len()).sum();
    assert!(size < LARGEST_NOTICE, "{size}");
    let rules = Rules { hold: None, never_hold: Vec::new(), urgent: Vec::new() };
    let _ = rules.classify(&found);
    found
}

fn facts(notice: &Notice) -> Vec<&str> {
    let options = [
        &notice.host,
        &notice.key,
        &notice.title,
        &notice.author,
        &notice.url,
        &notice.reply_to,
        &notice.list_id,
        &notice.message_id,
        &notice.release,
    ];
    let lists = notice.attachments.iter().chain(&notice.from).chain([&notice.subject]);
    options.into_iter().flatten().chain(lists).map(String::as_str).collect()
}

/// Whether a text holds a character of categories Cc or Cf, or a line or paragraph separator; LF only where it may.
pub fn has_hidden(text: &str, lines: bool) -> bool {
    text.chars().any(|c| {
        let number = u32::from(c);
        let format = FORMAT.iter().any(|(first, last)| (*first..=*last).contains(&number));
        format || c.is_control() && !(lines && c == '\n')
    })
}

/// Composes a digest of messages, and checks everything that holds for any.
pub fn digest(messages: &[Vec<u8>], language: Language, max_topics: usize) -> Digest {
    let input = input(messages, language, max_topics);
    let digest = compose(&input, RID);
    accounted(&input, &digest);
    clean(&input, &digest);
    header(&input, &digest);
    html(&digest.html);
    let mut other = input.clone();
    other.entries.reverse();
    assert!(compose(&other, RID) == digest, "another order of the same mail gives another digest");
    assert!(compose(&sketched(&input), RID) == digest, "sketches of the same mail give another digest");
    digest
}

/// As a release of very many messages composes it: sketches, and the entries of those that are shown.
fn sketched(input: &Input) -> Input {
    let sketch = |(place, entry): (u32, &Entry)| Sketch::of(entry, place, &input.style);
    let sketches = (0..).zip(&input.entries).map(sketch).collect();
    let mut other = Input { entries: Vec::new(), sketches, ..input.clone() };
    let places = wanted(&other);
    other.sketches.retain(|sketch| !places.contains(&sketch.place));
    other.entries = places.iter().map(|place| input.entries[*place as usize].clone()).collect();
    other
}

fn input(messages: &[Vec<u8>], language: Language, max_topics: usize) -> Input {
    let to = DateTime::from_timestamp(1_795_420_800, 0).unwrap_or_default();
    let entry = |(at, message): (usize, &Vec<u8>)| Entry {
        notice: notice(message),
        received: arrival(to, at),
        authentication: authentication(message, "mail.coop.example"),
    };
    let entries: Vec<Entry> = messages.iter().enumerate().map(entry).collect();
    let passed = |entry: &Entry| Passed {
        notice: entry.notice.clone(),
        received: entry.received,
        selector: "subject:urgent".to_owned(),
        authentication: entry.authentication,
    };
    Input {
        passed: entries.iter().take(2).map(passed).collect(),
        sketches: Vec::new(),
        troubles: Vec::new(),
        enclosed: None,
        period: Period { from: to - TimeDelta::hours(63), to },
        style: Style {
            language,
            timezone: chrono_tz::Tz::Europe__Paris,
            from: "alice@coop.example".to_owned(),
            to: "alice@coop.example".to_owned(),
            max_topics,
            folder: "Quiet Hours/Released".to_owned(),
            config_file: "~/.config/quiethours/config.toml".to_owned(),
            next_digest: None,
            closed_days: Vec::new(),
            replies: true,
            me: vec!["ana".to_owned()],
            team: vec!["Lou".to_owned(), "sam@a.example".to_owned()],
        },
        entries,
    }
}

fn arrival(to: DateTime<Utc>, at: usize) -> DateTime<Utc> {
    to - TimeDelta::hours(40) + TimeDelta::seconds(i64::try_from(at).unwrap_or_default())
}

/// n messages in, n accounted for out: in a topic, in the number of those left out, or one mail that came twice.
fn accounted(input: &Input, digest: &Digest) {
    let value = json(input);
    let listed: usize = array(&value["topics"]).map(|topic| array(&topic["notices"]).count()).sum();
    let omitted = value["omitted"].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    let copies = copies(&input.entries);
    let n = input.entries.len();
    assert!(
        (n - copies..=n).contains(&(listed + omitted)),
        "{n} in, {listed} listed, {omitted} left out, {copies} copies"
    );
    assert!(omitted > 0 || listed == n - copies, "{n} in, {listed} listed, {copies} copies");
    let unreadable = input.entries.iter().any(|entry| entry.notice.unreadable);
    if unreadable && omitted == 0 {
        let words = if input.style.language == Language::Fr { "Message illisible" } else { "Unreadable message" };
        assert!(digest.text.contains(words), "no place for a message that cannot be read");
    }
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// How many entries are the same mail as another.
fn copies(entries: &[Entry]) -> usize {
    let mut seen = HashSet::new();
    let mut copies = 0;
    for notice in entries.iter().map(|entry| &entry.notice).filter(|notice| notice.message_id.is_some()) {
        let mail = (&notice.message_id, &notice.subject, &notice.from, &notice.key, &notice.excerpt);
        copies += usize::from(!seen.insert(mail));
    }
    copies
}

/// No control, format or bidirectional character is printed anywhere.
fn clean(input: &Input, digest: &Digest) {
    assert!(!has_hidden(&digest.subject, false), "{:?}", digest.subject);
    for part in [&digest.text, &digest.html] {
        assert!(!has_hidden(part, true), "{part:?}");
    }
    strings(&json(input), &mut |text| assert!(!has_hidden(text, true), "{text:?}"));
}

fn strings(value: &Value, each: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => each(text),
        Value::Array(values) => values.iter().for_each(|value| strings(value, each)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, each)),
        _ => {}
    }
}

/// The message has exactly the allowed fields, in 7 bits, and nothing of a mail is in them.
fn header(input: &Input, digest: &Digest) {
    let bytes = message(digest, input, RID, None).unwrap_or_default();
    assert!(bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | b' '..=b'~')));
    let text = String::from_utf8_lossy(&bytes);
    let block = text.split("\r\n\r\n").next().unwrap_or_default();
    let fields = block.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let mut names: Vec<&str> = fields.filter_map(|line| line.split(':').next()).collect();
    names.sort_unstable();
    let mut allowed = FIELDS;
    allowed.sort_unstable();
    assert_eq!(names, allowed);
    let empty = Input { entries: Vec::new(), passed: Vec::new(), ..input.clone() };
    let other = message(&compose(&empty, RID), &empty, RID, None).unwrap_or_default();
    let other = String::from_utf8_lossy(&other);
    assert_eq!(Some(block), other.split("\r\n\r\n").next(), "a mail changed the header");
}

/// The HTML part, as a browser's parser sees it, has only the tags, attributes and links of the template.
pub fn html(source: &str) {
    let parsed = Html::parse_document(source);
    for node in parsed.tree.values() {
        match node {
            Node::Element(found) => element(found),
            Node::Comment(comment) => assert!(is_of_outlook(comment), "{comment:?}"),
            Node::ProcessingInstruction(_) => panic!("{node:?}"),
            _ => {}
        }
    }
    let style = source.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap_or_default();
    assert!(!style.contains("url(") && !style.contains("@import"), "{style}");
}

/// The two comments of the template that only Outlook reads.
fn is_of_outlook(comment: &str) -> bool {
    comment.starts_with("[if mso]><table role=") || comment == "[if mso]></td></tr></table><![endif]"
}

fn element(found: &Element) {
    let name = found.name();
    assert!(ELEMENTS.split_whitespace().any(|allowed| allowed == name), "<{name}>");
    for (attribute, value) in found.attrs() {
        assert!(ATTRIBUTES.split_whitespace().any(|allowed| allowed == attribute), "<{name} {attribute}>");
        match attribute {
            "href" => {
                assert_eq!(name, "a");
                let schemes = ["https://", "http://", "mailto:"];
                assert!(schemes.iter().any(|scheme| value.starts_with(scheme)), "{value}");
            }
            "style" => assert!(!value.contains("url(") && !value.contains("expression"), "{value}"),
            _ => {}
        }
    }
}
