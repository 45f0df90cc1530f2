//! How the time to read a message grows with its size: each flood at once, twice, four and eight times a size, and how much longer
//! eight times took than once. Linear is 8; what was once quadratic would be 64. `cargo bench --bench hostile`.
#![allow(clippy::print_stdout, reason = "it is what a benchmark is for")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use quiethours::core::{
    notice::{graft, read},
    text,
};

/// Octets of the smallest flood; eight times it is what is read of a Maildir file at most.
const SMALLEST: usize = 32 * 1024;

const SIZES: [usize; 4] = [1, 2, 4, 8];

/// Each is taken several times and the shortest counts: another program's turn only adds.
const TAKES: usize = 3;

/// Name, what stands before the flood, and its unit.
type Flood = (&'static str, &'static str, &'static str);

const DISCOURSE: &str = "X-Discourse-Topic-Id: 1\r\n";
const FORGE: &str = "X-GitHub-Reason: x\r\nSubject: ";

const FLOODS: [Flood; 38] = [
    ("header lines", "", "a:b\n"),
    ("header lines without name", "", "abc\n"),
    ("one header line", "Subject: ", "a"),
    ("folds", "Subject: ", "\r\n "),
    ("encoded words", "Subject: ", "=?UTF-8?Q?=41?= "),
    ("encoded words never ended", "Subject: ", "=?UTF-8?Q?"),
    ("encoded words of base64", "Subject: ", "=?UTF-8?B?"),
    ("beginnings of encoded words", "Subject: ", "=?"),
    ("answers", FORGE, "Re: "),
    ("tags", FORGE, "[x] "),
    ("brackets", FORGE, "["),
    ("parentheses", FORGE, " (#"),
    ("addresses", "From: ", "a@b.example, "),
    ("different fields of addresses", "From: a@b\r\n", "Reply-To: a@b\r\n"),
    ("comments", "From: ", "("),
    ("quotes", "From: ", "\"\\"),
    ("groups", "From: ", "g: a@b; "),
    ("angle brackets", "From: ", "<a@b> "),
    ("msg-ids", "X-Discourse-Topic-Id: 1\r\nReferences: ", "<a@b> "),
    ("msg-ids never closed", "X-Discourse-Topic-Id: 1\r\nReferences: ", "<"),
    ("parameters", "Content-Type: multipart/mixed", "; a=b"),
    ("continued parameters", "Content-Type: text/plain", "; a*0=b"),
    ("parts", "Content-Type: multipart/mixed; boundary=x\r\n\r\n", "--x\r\n\r\n\r\n"),
    ("parts of text", "Content-Type: multipart/mixed; boundary=x\r\n\r\n", "--x\r\n\r\na\r\n"),
    ("multiparts", "", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"),
    (
        "multiparts without end",
        "Content-Type: multipart/mixed; boundary=x\r\n\r\n",
        "--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n",
    ),
    ("messages in messages", "", "Content-Type: message/rfc822\r\n\r\n"),
    ("base64", "Content-Transfer-Encoding: base64\r\n\r\n", "QUJD"),
    ("quoted-printable", "Content-Transfer-Encoding: quoted-printable\r\n\r\n", "=41="),
    ("lines", "X-Discourse-Topic-Id: 1\r\n\r\n", "\n"),
    ("rules", "X-Discourse-Topic-Id: 1\r\n\r\n", "---\n[x](http\n"),
    ("quotations", "X-Discourse-Topic-Id: 1\r\n\r\n", "[quote=\"a\"]"),
    ("introductions", "From: a@b\r\n\r\n", "On \nx wrote:\n"),
    ("links", "X-Discourse-Topic-Id: 1\r\n\r\n", "https://a.example/t/ "),
    ("links in links", "X-Discourse-Topic-Id: 1\r\n\r\n", "http://"),
    ("tags of HTML", "X-Mailer: osTicket Mailer\r\nContent-Type: text/html\r\n\r\n", "<div>"),
    ("comments of HTML", "X-Mailer: osTicket Mailer\r\nContent-Type: text/html\r\n\r\n", "<!--"),
    ("entities", "X-Mailer: osTicket Mailer\r\nContent-Type: text/html\r\n\r\n", "&lt"),
];

/// Units for the sanitiser.
const TEXTS: [(&str, &str); 6] = [
    ("combining marks", "\u{301}"),
    ("direction overrides", "\u{202e}"),
    ("regional indicators", "\u{1f1eb}"),
    ("joined emoji", "\u{1f469}\u{200d}"),
    ("conjuncts", "\u{915}\u{94d}"),
    ("empty lines", "\r\n"),
];

fn main() {
    println!("{:36} {:>9} {:>9} {:>9} {:>9}   8x / 1x", "flood", "32 KiB", "64 KiB", "128 KiB", "256 KiB");
    for (name, begin, unit) in FLOODS {
        report(name, |times| {
            let message = format!("{DISCOURSE}{begin}{}", flood(unit, times));
            time(|| drop(black_box(read(message.as_bytes()))))
        });
    }
    report("different addresses", |times| {
        let addresses: Vec<String> =
            (0..SMALLEST * times / 16).map(|number| format!("{number:06}@a.example")).collect();
        let message = format!("From: {}\r\n\r\n", addresses.join(","));
        time(|| drop(black_box(read(message.as_bytes()))))
    });
    report("grafted header lines", |times| {
        let header = flood("Content-A: b\r\n", times);
        time(|| drop(black_box(graft(header.as_bytes(), header.as_bytes(), b""))))
    });
    for (name, unit) in TEXTS {
        report(&format!("text: {name}"), |times| {
            let words = flood(unit, times);
            time(|| drop(black_box((text::line(&words, 300), text::block(&words, 1500)))))
        });
    }
}

fn flood(unit: &str, times: usize) -> String {
    unit.repeat(SMALLEST * times / unit.len())
}

fn report(name: &str, measure: impl Fn(usize) -> Duration) {
    let times = SIZES.map(measure);
    let shown = times.map(|time| format!("{:9.2?}", time)).join(" ");
    let ratio = times[SIZES.len() - 1].as_secs_f64() / times[0].as_secs_f64();
    println!("{name:36} {shown}   {ratio:6.1}");
}

fn time(act: impl Fn()) -> Duration {
    let take = |_| {
        let begin = Instant::now();
        act();
        begin.elapsed()
    };
    (0..TAKES).map(take).min().unwrap_or_default()
}
