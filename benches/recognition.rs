//! How many messages a second one core turns from bytes into a notice: the mail of the tests' co-operative, each platform in turn,
//! text and HTML, plain and encoded, with the quotes and footers of real mail. `cargo bench --bench recognition`.
#![allow(clippy::print_stdout, reason = "it is what a benchmark is for")]

use std::{hint::black_box, time::Duration};

use quiethours::core::notice::read;
use rustix::time::{ClockId, clock_gettime};

/// Messages of every kind in one round: enough that no two are alike to the processor.
const EACH: usize = 40;

/// Rounds; the best one counts: another program's turn only adds.
const ROUNDS: usize = 20;

/// Lines of a post, of which a notice keeps the new ones.
const WORDS: &str = "Bonjour,\r\n\r\nle pilote est installé, mais la file reste « en pause » depuis hier.\r\n\r\n\
    ```\r\nlpstat -t\r\n    scheduler is running\r\n```\r\n\r\n- redémarré deux fois\r\n- essayé un autre câble\r\n\r\nMerci !\r\n";

const QUOTE: &str = "\r\nLe lun. 2 févr. 2026 à 10:00, Zoé <zoe@lescanoe.example> a écrit :\r\n> Avez-vous supprimé puis recréé la file ?\r\n\
    >> Elle ne répond plus.\r\n";

/// What every mail bears that came a long way.
const WAY: &str = "Return-Path: <bounce@lescanoe.example>\r\nDelivered-To: alice@lescanoe.example\r\n\
    Received: from mx.lescanoe.example (mx.lescanoe.example [203.0.113.7])\r\n\tby mail.lescanoe.example (Postfix) with ESMTPS id 4F0C1\r\n\
    \tfor <alice@lescanoe.example>; Fri, 13 Mar 2026 21:05:12 +0000\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n\
    \td=lescanoe.example; s=x; h=from:to:subject; bh=bC9JYnN1ZCBpcyBub3QgcmVhbA==;\r\n\tb=c29tZXRoaW5nIGxvbmcgZW5vdWdoIHRvIGZvbGQ=\r\n\
    Date: Fri, 13 Mar 2026 21:05:12 +0000\r\nTo: alice@lescanoe.example\r\n";

/// The headers of each platform, with `N` where a number goes.
const HEADERS: [&str; 8] = [
    "From: =?UTF-8?Q?Karim_via_Caf=C3=A9?= <bonjour@forum.lescanoe.example>\r\nReply-To: Cafe <r+N@forum.lescanoe.example>\r\n\
     Message-ID: <discourse/post/N@forum.lescanoe.example>\r\nSubject: =?UTF-8?Q?=5BCaf=C3=A9=5D_=5BEntraide=5D_Pilote_N?=\r\n\
     X-Discourse-Post-Id: N\r\nX-Discourse-Topic-Id: N\r\nPrecedence: list\r\nList-ID: Cafe | Entraide <entraide.forum.lescanoe.example>\r\n\
     List-Archive: https://forum.lescanoe.example/t/pilote/N\r\n",
    "From: Assistance <glpi@a.lescanoe.example>\r\nMessage-ID: <GLPI_x-Ticket-N/add_followup.1@a.lescanoe.example>\r\n\
     In-Reply-To: <GLPI_x-Ticket-N/new@a.lescanoe.example>\r\nSubject: [GLPI #0000N] Nouveau suivi Pilote\r\nAuto-Submitted: auto-generated\r\n",
    "From: Ines (@ines) <gitlab@git.lescanoe.example>\r\nReply-To: site <incoming+N@git.lescanoe.example>\r\n\
     Message-ID: <note_N@git.lescanoe.example>\r\nSubject: Re: site | Pilote (#N)\r\nX-GitLab-Project-Path: asso/site\r\n\
     X-GitLab-Issue-IID: N\r\nX-GitLab-NotificationReason: mentioned\r\n",
    "From: Ines <notifications@github.com>\r\nReply-To: asso/site <reply+N@reply.github.com>\r\nMessage-ID: <asso/site/issues/N/5@github.com>\r\n\
     In-Reply-To: <asso/site/issues/N@github.com>\r\nSubject: Re: [asso/site] Pilote (Issue #N)\r\nX-GitHub-Reason: mention\r\n\
     List-ID: asso/site <site.asso.github.com>\r\n",
    "From: \"Ines via RT\" <aide@lescanoe.example>\r\nReply-To: aide@lescanoe.example\r\nMessage-ID: <rt-5.0.5-N@lescanoe.example>\r\n\
     References: <RT-Ticket-N@lescanoe.example>\r\nSubject: [lescanoe.example #N] Pilote\r\nX-RT-Ticket: lescanoe.example #N\r\n\
     X-RT-Loop-Prevention: lescanoe.example\r\n",
    "From: Ines <ines@lescanoe.example>\r\nMessage-ID: <N@lescanoe.example>\r\nReferences: <1N@lescanoe.example> <2N@lescanoe.example>\r\n\
     Subject: Re: [benevoles] Pilote\r\nList-Id: <benevoles.lescanoe.example>\r\nList-Post: <mailto:benevoles@lescanoe.example>\r\n",
    "From: Zammad <noreply@z.lescanoe.example>\r\nMessage-ID: <notification.N@z.lescanoe.example>\r\nSubject: Updated ticket (Pilote) [Ticket#N]\r\n\
     X-Mailer: Zammad Mail Service\r\n",
    "From: Ines <ines@lescanoe.example>\r\nMessage-ID: <N@lescanoe.example>\r\nSubject: Re: Pilote N\r\nUser-Agent: Mutt\r\n",
];

/// The same words as text in 8 bits, as text beside HTML, and as HTML alone.
fn bodies() -> [String; 3] {
    let text = format!("{WORDS}{QUOTE}");
    let html = format!(
        "<!DOCTYPE html><html><head><style>p{{margin:0}}</style></head><body><div class=\"post\">\
         <p>{}</p></div><hr><blockquote>{QUOTE}</blockquote></body></html>",
        WORDS.replace("\r\n\r\n", "</p><p>").replace("\r\n", "<br>")
    );
    let part = |kind: &str, body: &str| {
        format!(
            "Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
            quoted(body)
        )
    };
    [
        format!("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}"),
        format!(
            "Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b\r\n{}\r\n--b\r\n{}\r\n--b--\r\n",
            part("plain", &text),
            part("html", &html)
        ),
        part("html", &html),
    ]
}

/// As quoted-printable (RFC 2045, section 6.7), with soft line ends.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive("\r\n") {
        let mut width = 0;
        for byte in line.bytes() {
            if width > 70 && byte != b'\r' && byte != b'\n' {
                out.push_str("=\r\n");
                width = 0;
            }
            match byte {
                b'=' | 0x80.. => out.push_str(&format!("={byte:02X}")),
                _ => out.push(char::from(byte)),
            }
            width += if byte == b'=' || byte >= 0x80 { 3 } else { 1 };
        }
    }
    out
}

fn messages() -> Vec<Vec<u8>> {
    let bodies = bodies();
    let mut messages = Vec::new();
    for number in 100..100 + EACH {
        for header in HEADERS {
            let header = header.replace('N', &number.to_string());
            messages.extend(bodies.iter().map(|body| format!("{WAY}{header}MIME-Version: 1.0\r\n{body}").into_bytes()));
        }
    }
    messages
}

fn main() {
    let messages = messages();
    let octets: usize = messages.iter().map(Vec::len).sum();
    let round = || {
        let start = processor();
        messages.iter().for_each(|message| drop(black_box(read(black_box(message)))));
        processor().saturating_sub(start)
    };
    let best = (0..ROUNDS).map(|_| round()).min().unwrap_or_default();
    let a_second = messages.len() as f64 / best.as_secs_f64();
    println!(
        "{} messages of {} octets on average: {a_second:.0} a second of the processor",
        messages.len(),
        octets / messages.len()
    );
}

/// What this thread used of the processor so far: others on the machine do not count.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap_or_default(), time.tv_nsec.try_into().unwrap_or_default())
}
