//! The digest as a volunteer receives it: read back from its bytes, and as snapshots of both parts in both languages.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails, also in its fixtures")]

mod weekend;

use mail_parser::{Message, MessageParser, MimeHeaders};
use quiethours::core::{
    digest::{Digest, Input, compose, json, message},
    language::Language,
};
use weekend::{absence, at, entry, post, weekend};

const RID: &str = "k7q2m4xw3vz6tnb5hs2a";
const ALLOWED: [&str; 12] = [
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
    "Content-Transfer-Encoding",
];

fn bytes(input: &Input) -> Vec<u8> {
    message(&compose(input, RID), input, RID, None).unwrap()
}

fn parsed(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).unwrap()
}

fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let header = text.split("\r\n\r\n").next().unwrap();
    let fields = header.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    fields.map(|line| line.split(':').next().unwrap().to_owned()).collect()
}

fn tags(html: &str) -> Vec<String> {
    let names = html.split('<').skip(1);
    let names =
        names.map(|rest| rest.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect());
    names.filter(|name: &String| !name.is_empty()).collect()
}

#[test]
fn a_french_weekend() {
    let Digest { subject, text, html } = compose(&weekend(Language::Fr), RID);
    assert_eq!(subject, "Bonjour — ce qui vous attend, lundi 9 h");
    insta::assert_snapshot!("weekend_fr_text", text);
    insta::assert_snapshot!("weekend_fr_html", html);
}

#[test]
fn an_english_weekend() {
    let Digest { subject, text, html } = compose(&weekend(Language::En), RID);
    assert_eq!(subject, "Good morning — what is waiting, Monday 9:00");
    insta::assert_snapshot!("weekend_en_text", text);
    insta::assert_snapshot!("weekend_en_html", html);
}

#[test]
fn after_an_absence_the_days_are_named_and_the_oldest_folded() {
    let digest = compose(&absence(Language::Fr), RID);
    insta::assert_snapshot!("absence_fr_text", digest.text);
    insta::assert_snapshot!("absence_fr_html", digest.html);
}

#[test]
fn an_evening_digest_says_good_evening() {
    let mut input = weekend(Language::Fr);
    input.period.to = at(23, 18, 30);
    assert_eq!(compose(&input, RID).subject, "Bonsoir — ce qui vous attend, lundi 18 h 30");
    input.style.language = Language::En;
    assert_eq!(compose(&input, RID).subject, "Good evening — what is waiting, Monday 18:30");
}

#[test]
fn the_header_holds_exactly_the_allowed_fields() {
    let bytes = bytes(&weekend(Language::Fr));
    let mut names = header_names(&bytes);
    for name in &names {
        assert!(ALLOWED.contains(&name.as_str()), "{name}");
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        (names.len(), count),
        (ALLOWED.len() - 1, ALLOWED.len() - 1),
        "a multipart has no transfer encoding of its own"
    );
}

#[test]
fn the_fields_say_who_when_and_which_release() {
    let bytes = bytes(&weekend(Language::Fr));
    let message = parsed(&bytes);
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("quiethours"), Some("alice@coop.example")));
    assert_eq!(message.subject(), Some("Bonjour — ce qui vous attend, lundi 9 h"));
    assert_eq!(message.message_id(), Some("k7q2m4xw3vz6tnb5hs2a@coop.example"));
    assert_eq!(message.date().unwrap().to_timestamp(), at(23, 9, 0).timestamp());
    for (name, value) in [
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("List-Id", "quiethours <digest.quiethours.coop.example>"),
        ("X-Quiethours-Release", RID),
    ] {
        assert_eq!(message.header_raw(name).map(str::trim), Some(value), "{name}");
    }
}

#[test]
fn the_bytes_are_7_bit_with_crlf_and_short_lines() {
    let bytes = bytes(&weekend(Language::Fr));
    assert!(bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | b' '..=b'~')));
    let bare = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => *at == 0 || bytes[at - 1] != b'\r',
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    assert_eq!(bare.count(), 0);
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 79));
}

#[test]
fn both_parts_arrive_as_they_were_composed() {
    let input = weekend(Language::Fr);
    let digest = compose(&input, RID);
    let bytes = bytes(&input);
    let message = parsed(&bytes);
    assert_eq!(message.content_type().unwrap().subtype(), Some("alternative"));
    assert_eq!(message.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), digest.text.trim_end());
    assert_eq!(message.body_html(0).unwrap().replace("\r\n", "\n").trim_end(), digest.html.trim_end());
    assert!(digest.text.contains(RID) && digest.html.contains(RID));
}

#[test]
fn the_same_night_in_another_order_gives_the_same_bytes() {
    let input = weekend(Language::Fr);
    let mut other = input.clone();
    other.entries.reverse();
    assert_eq!(bytes(&input), bytes(&other));
    assert_eq!(json(&input), json(&other));
}

#[test]
fn nothing_from_a_notification_reaches_the_header() {
    let mut input = weekend(Language::Fr);
    let hostile = "x\r\nBcc: eve@evil.example\r\n\r\n";
    for entry in &mut input.entries {
        entry.notice.subject = hostile.into();
        entry.notice.title = Some(hostile.into());
        entry.notice.author = Some(hostile.into());
        entry.notice.from = vec![hostile.into()];
        entry.notice.message_id = Some(hostile.into());
    }
    let bytes = bytes(&input);
    assert!(header_names(&bytes).iter().all(|name| ALLOWED.contains(&name.as_str())));
    let header = bytes.split(|byte| *byte == b'\n').take_while(|line| *line != b"\r").flatten().copied();
    assert!(!String::from_utf8(header.collect()).unwrap().contains("evil"));
}

#[test]
fn the_html_has_only_plain_tags_and_links_that_may_be_opened() {
    let mut input = weekend(Language::Fr);
    input.entries[0].notice.url = Some("javascript:alert(1)".into());
    input.entries[1].notice.title = Some("<script src=https://evil.example>".into());
    for html in [compose(&input, RID).html, compose(&absence(Language::En), RID).html] {
        for tag in tags(&html) {
            let plain = "html head meta title style body main header section article details summary footer \
                         h1 h2 h3 p div span strong a ul li br table tr td";
            assert!(plain.split_whitespace().any(|name| name == tag), "{tag}");
        }
        for link in html.split("href=\"").skip(1) {
            assert!(["https://", "http://", "mailto:"].iter().any(|scheme| link.starts_with(scheme)));
        }
        for remote in ["src=", "url(", "@import", "<link", "javascript:"] {
            assert!(!html.replace("script src=https", "").contains(remote), "{remote}");
        }
    }
}

#[test]
fn the_text_stays_within_72_columns_but_for_addresses() {
    for input in [weekend(Language::Fr), weekend(Language::En), absence(Language::Fr)] {
        for line in compose(&input, RID).text.lines() {
            assert!(line.chars().count() <= 72 || line.contains("://") || line.contains('@'), "{line}");
        }
    }
}

#[test]
fn a_message_that_cannot_be_read_has_its_place() {
    let digest = compose(&weekend(Language::Fr), RID);
    for part in [digest.text, digest.html] {
        assert!(part.contains("Message illisible"));
    }
}

#[test]
fn replies_are_left_out_where_their_keys_would_leave_the_mailbox() {
    let mut input = weekend(Language::Fr);
    input.style.replies = false;
    let digest = compose(&input, RID);
    for part in [digest.text, digest.html, json(&input).to_string()] {
        assert!(!part.contains("reply+") && !part.contains("mailto:"));
    }
}

#[test]
fn more_messages_than_three_are_a_number() {
    let digest = compose(&weekend(Language::En), RID);
    assert!(digest.text.contains("and 2 more messages"));
    assert!(!digest.text.contains("permanence samedi matin"));
}

#[test]
fn the_json_has_every_topic_once() {
    let value = json(&weekend(Language::Fr));
    assert_eq!(value["period"]["from"], "2026-11-20T18:00:00+01:00");
    assert_eq!(value["topics"].as_array().unwrap().len(), 11);
    let topic = &value["topics"][0];
    assert_eq!(topic["key"], "discourse:forum.coop.example:311");
    assert_eq!(topic["notices"].as_array().unwrap().len(), 5);
    assert_eq!(topic["url"], "https://forum.coop.example/t/311/909");
    assert_eq!(value["passed"][0]["selector"], "from:monitoring@coop.example");
    assert_eq!(value["omitted"], 0);
}

#[test]
fn ten_thousand_notices_are_all_accounted_for() {
    let mut input = weekend(Language::Fr);
    input.entries = (0..10_000).map(|n| entry(at(21, 8, 0), post(n, n, "Sujet", "Alice", "Des mots."))).collect();
    let digest = compose(&input, RID);
    let hidden = 10_000 - 25 - 500;
    assert!(digest.text.contains(&format!("{hidden} autres sujets")));
    assert_eq!(json(&input)["omitted"], hidden);
}

#[test]
fn french_sentences_have_no_ordinary_space_before_a_mark() {
    let sentences = include_str!("../../src/core/locales/fr/digest.ftl");
    for line in sentences.lines().filter(|line| !line.starts_with('#')) {
        for pair in [" :", " ;", " ?", " !", " »", "« "] {
            assert!(!line.contains(pair), "{line}");
        }
        assert!(!line.contains('\''), "{line}");
    }
}
