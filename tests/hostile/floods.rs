//! Mail made to exhaust: nested, endless, repeated. That it is read in time is what `benches/hostile.rs` shows.

use data_encoding::BASE64;
use quiethours::core::notice::read;

use crate::properties;

/// What is read of a file by `inspect`, the most that is read of any message.
const LARGEST: usize = 1 << 20;

/// `unit` again and again, behind a header.
pub fn flood(header: &str, unit: &str, octets: usize) -> Vec<u8> {
    let mut message = format!("From: Ana <ana@forum.example>\r\nSubject: Flood\r\n{header}").into_bytes();
    message.extend(unit.repeat(octets / unit.len()).bytes());
    message
}

/// Structures inside each other, each as it is and once more as an attached message in base64.
#[test]
fn structures_nested_to_any_depth_are_read_and_do_not_end_the_program() {
    let units = [
        "Content-Type: message/rfc822\r\n\r\n",
        "Content-Type:message/rfc822\n\n",
        "Content-Type: message/global\n\n",
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        "Content-Type: multipart/digest; boundary=x\r\n\r\n--x\r\n\r\n",
        "--x\r\nContent-Type: multipart/mixed; boundary=never\r\n\r\n",
        "--x\r\nContent-Type: message/rfc822\r\n\r\n",
        "--x--\r\n",
    ];
    let mut read_count = 0;
    for unit in units {
        for begin in ["", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"] {
            let plain = flood(begin, unit, LARGEST / 4);
            for encoding in ["base64", "BASE64"] {
                let header = format!("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n");
                let attached = [header.as_bytes(), BASE64.encode(&plain).as_bytes()].concat();
                properties::notice(&attached);
                read_count += 1;
            }
            properties::notice(&plain);
            read_count += 1;
        }
    }
    println!("{read_count} nested structures");
}

#[test]
fn ten_thousand_parts_and_the_words_of_the_first() {
    let body =
        "--x\r\nContent-Type: text/plain\r\n\r\nThe words.\r\n".to_owned() + &"--x\r\n\r\nmore\r\n".repeat(10_000);
    let found = read(&flood("Content-Type: multipart/mixed; boundary=x\r\n\r\n", &body, body.len()));
    assert_eq!(found.excerpt.as_deref(), Some("The words."));
}

#[test]
fn a_megabyte_in_any_field_is_read_and_its_notice_stays_small() {
    let units = [
        "a",
        "a@b.example, ",
        "=?UTF-8?Q?",
        "=?UTF-8?Q?=0D=0A?= ",
        "(",
        "\"",
        "<",
        "<a@b> ",
        "\\",
        ";a=b",
        "\r\n ",
        "\u{202e}",
        "[x] ",
        "Re: ",
    ];
    let fields = [
        "Subject",
        "From",
        "Reply-To",
        "List-Id",
        "References",
        "Content-Type",
        "Content-Disposition",
        "Content-Transfer-Encoding",
        "List-Archive",
        "X-GitHub-Reason",
        "X-Discourse-Topic-Id",
    ];
    for field in fields {
        for unit in units {
            let value = unit.repeat((LARGEST >> 3) / unit.len());
            let message = format!("X-GitHub-Sender: x\r\n{field}: {value}\r\n\r\nWords.\r\n");
            properties::notice(message.as_bytes());
        }
    }
    println!("{} fields of {} KiB", fields.len() * units.len(), LARGEST >> 13);
}

#[test]
fn ten_thousand_different_senders_leave_a_notice_of_bounded_size() {
    let senders: Vec<String> = (0..10_000).map(|number| format!("a{number}@forum.example")).collect();
    let message = format!("From: {}\r\nReply-To: {}\r\n\r\nx", senders.join(", "), senders.join(", "));
    let found = properties::notice(message.as_bytes());
    assert_eq!((found.from.first().map(String::as_str), found.reply_to), (Some("a0@forum.example"), None));
}
