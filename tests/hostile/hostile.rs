//! Hostile mail by structure: mails of every platform, bent; headers, encodings and MIME structures made up of what parsers,
//! terminals and browsers stumble over.

use std::{fs, path::Path, sync::LazyLock};

use proptest::{collection::vec, option, prelude::*, sample::select};

/// A well-formed mail of each platform, an account mail, a bounce, one with attachments; also the seeds of the fuzz targets.
pub static MAILS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/mails");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
});

/// What something may stumble over, as it is in a header or a body.
pub const POISONS: [&[u8]; 44] = [
    b"<script>alert(1)</script>",
    b"\"><img src=x onerror=alert(1)>",
    b"' onload='x",
    b"]]>",
    b"<!--",
    b"-->",
    b"</title></style></textarea><svg/onload=x>",
    b"&lt;b&gt;&#0;&#x202e;&amp;",
    b"{{ 7 * 7 }}{% raw %}",
    b"{ $subject }",
    b"javascript:alert(1)",
    b"http://a.example/\"><script>",
    b"https://bank.example@evil.example/",
    b"https://evil.example/%00%0d%0aBcc:x",
    b"HTTPS://\xd0\xb0pple.example/\xe2\x80\xae",
    b"data:text/html,<b>",
    b"mailto:x@y.example?bcc=z@y.example",
    b"\x1b]0;owned\x07\x1b[2J\x1b[31m",
    b"\x9b31m\xc2\x9b31m",
    b"\0",
    b"\r",
    b"\r\r\n\n\r",
    b"\r\nBcc: eve@evil.example\r\n",
    b"\r\n\r\n",
    b"=?UTF-8?Q?=0D=0ABcc:_eve@evil.example=00?=",
    b"=?UTF-8?B?DQoNCjxzY3JpcHQ+?=",
    b"=?utf-7?Q?+ADw-script+AD4-?=",
    b"=?iso-2022-jp?B?GyRCJUYbKEI=?=",
    b"=?x?y?z?=",
    b"=?UTF-8?Q?",
    b"=?UTF-8?Q?=E2=80=AE=E2=80=8B=EF=BB=BF=F3=A0=81=81?=",
    b"\xe2\x80\xae\xe2\x80\x8b\xe2\x81\xa6",
    b"\xe2\x80\xa8\xe2\x80\xa9\xc2\x85",
    b"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
    b"\xef\xbf\xbf\xed\xa0\x80\xf8\x88\x80\x80\x80",
    b"\xff\xfe\xe9\x80",
    b"<<a@b.example>>",
    b"a@b.example, c@d.example",
    b"g: a@b.example, c@d.example;",
    b"\"\\\"((((\\",
    b"[quote=\"x\"][/quote]",
    b"-- \n---\n> \nOn Monday Bob wrote:\n",
    b"=3D=\r\n=E2=80=AE=0",
    b"--x\r\n--x--\r\n",
];

const FIELDS: [&str; 26] = [
    "From",
    "To",
    "Subject",
    "Reply-To",
    "Message-ID",
    "References",
    "In-Reply-To",
    "List-Id",
    "List-Post",
    "List-Archive",
    "Archived-At",
    "Auto-Submitted",
    "X-Discourse-Topic-Id",
    "X-GitHub-Reason",
    "X-RT-Ticket",
    "X-Redmine-Host",
    "X-Mailer",
    "X-Priority",
    "X-phpBB-Origin",
    "X-Trac-Ticket-URL",
    "X-Quiethours-Release",
    "Thread-Topic",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "Bad Name\x01",
];

const TYPES: [&str; 15] = [
    "text/plain; charset=utf-8",
    "text/plain; charset=\"no such charset\"",
    "text/plain; charset=utf-7",
    "text/plain; charset=utf-16",
    "text/plain; charset=iso-2022-jp",
    "text/html; charset=shift_jis",
    "text/html",
    "text/plain; name=\"a.txt\"",
    "image/png; name*=UTF-8''%0d%0a%e2%80%ae.png",
    "message/rfc822",
    "message(comment)/ rfc822",
    "application/octet-stream; name==?UTF-8?Q?=00?=",
    "multipart/mixed",
    "multipart/mixed; boundary=",
    "/; ;=;\"",
];

const ENCODINGS: [&str; 6] = ["7bit", "8bit", "base64", "quoted-printable", "BASE64 ", "x-uuencode"];

/// Bytes of a value: poisons, letters and noise.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => select(POISONS.to_vec()).prop_map(<[u8]>::to_vec),
        2 => "[a-zA-Z0-9 ./:@<>\\[\\]()#_-]{0,20}".prop_map(String::into_bytes),
        1 => "\\PC{0,8}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..12),
        1 => (select(POISONS.to_vec()), 1..60_usize).prop_map(|(poison, times)| poison.repeat(times)),
    ];
    vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}

fn field() -> impl Strategy<Value = Vec<u8>> {
    let folded = select(vec![&b"\r\n"[..], b"\n", b"\r\n \t", b"\r\n\t\r\n", b""]);
    (select(FIELDS.to_vec()), value(), folded, value())
        .prop_map(|(name, first, fold, second)| [name.as_bytes(), b": ", &first, fold, &second, b"\r\n"].concat())
}

/// A part with its header: a text, a multipart of parts, a message.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let described = (select(TYPES.to_vec()), option::of(select(ENCODINGS.to_vec())), vec(field(), 0..3), value());
    let leaf = described.prop_map(|(kind, encoding, fields, body)| {
        let encoding = encoding.map(|encoding| format!("Content-Transfer-Encoding: {encoding}\r\n"));
        let header = format!("Content-Type: {kind}\r\n{}", encoding.unwrap_or_default());
        [header.as_bytes(), &fields.concat(), b"\r\n", &body].concat()
    });
    leaf.prop_recursive(6, 40, 4, |inner| {
        let boundary = select(vec!["x", "x", "y", "=_a b", "--", "(", ""]);
        let kind = select(vec!["mixed", "alternative", "related", "digest", "report", "\u{e9}"]);
        let multipart = (boundary, kind, vec(inner.clone(), 0..4), any::<bool>());
        prop_oneof![
            3 => multipart.prop_map(|(boundary, kind, parts, closed)| {
                let mut out = format!("Content-Type: multipart/{kind}; boundary=\"{boundary}\"\r\n\r\n").into_bytes();
                for part in parts {
                    out.extend([format!("\r\n--{boundary}\r\n").as_bytes(), &part].concat());
                }
                let end = if closed { format!("\r\n--{boundary}--\r\n") } else { String::new() };
                [out, end.into_bytes()].concat()
            }),
            1 => inner.prop_map(|part| [b"Content-Type: message/rfc822\r\n\r\n".to_vec(), part].concat()),
        ]
    })
}

/// A way to bend a mail.
#[derive(Clone, Debug)]
enum Bend {
    /// Bytes inserted somewhere.
    Insert(f64, Vec<u8>),
    /// The value of a header field replaced.
    Replace(usize, Vec<u8>),
    /// The end cut off.
    Cut(f64),
    /// A byte changed.
    Flip(f64, u8),
    /// A slice repeated.
    Repeat(f64, f64, usize),
    /// The body replaced by a MIME structure.
    Body(Vec<u8>),
}

fn bend() -> impl Strategy<Value = Bend> {
    let place = || 0.0..1.0_f64;
    prop_oneof![
        3 => (place(), value()).prop_map(|(place, bytes)| Bend::Insert(place, bytes)),
        4 => (0..12_usize, value()).prop_map(|(line, bytes)| Bend::Replace(line, bytes)),
        1 => place().prop_map(Bend::Cut),
        2 => (place(), any::<u8>()).prop_map(|(place, byte)| Bend::Flip(place, byte)),
        1 => (place(), place(), 2..40_usize).prop_map(|(from, to, times)| Bend::Repeat(from, to, times)),
        2 => part().prop_map(Bend::Body),
    ]
}

impl Bend {
    fn apply(&self, mail: &mut Vec<u8>) {
        let length = mail.len();
        let at = |place: f64| (length as f64 * place) as usize;
        match self {
            Self::Insert(place, bytes) => drop(mail.splice(at(*place)..at(*place), bytes.iter().copied())),
            Self::Replace(line, bytes) => replace(mail, *line, bytes),
            Self::Cut(place) => mail.truncate(at(*place)),
            Self::Flip(place, byte) => mail.iter_mut().skip(at(*place)).take(1).for_each(|old| *old = *byte),
            Self::Repeat(from, to, times) => {
                let slice = mail[at(*from).min(at(*to))..at(*from).max(at(*to))].repeat(*times);
                mail.extend(slice);
            }
            Self::Body(part) => {
                mail.truncate(header_end(mail));
                mail.extend(part);
            }
        }
    }
}

fn header_end(mail: &[u8]) -> usize {
    mail.windows(4).position(|end| end == b"\r\n\r\n").map_or(mail.len(), |at| at + 2)
}

fn replace(mail: &mut Vec<u8>, line: usize, bytes: &[u8]) {
    let end = header_end(mail);
    let mut lines: Vec<Vec<u8>> = mail[..end].split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if let Some(line) = lines.get_mut(line) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(0);
        line.truncate(colon + 1);
        line.extend([bytes, b"\r\n"].concat());
    }
    mail.splice(..end, lines.concat());
}

/// A mail of no platform, of structure alone.
fn made_up() -> impl Strategy<Value = Vec<u8>> {
    (vec(field(), 0..8), part()).prop_map(|(fields, part)| [fields.concat(), part].concat())
}

/// Hardly a mail.
fn nothing() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        Just(b"\r\n\r\n".to_vec()),
        (1..3000_usize).prop_map(|length| vec![0; length]),
        vec(any::<u8>(), 0..200),
        value(),
    ]
}

/// One hostile message.
pub fn message() -> impl Strategy<Value = Vec<u8>> {
    let bent = (select(MAILS.clone()), vec(bend(), 0..5)).prop_map(|(mut mail, bends)| {
        bends.iter().for_each(|bend| bend.apply(&mut mail));
        mail
    });
    prop_oneof![6 => bent, 3 => made_up(), 1 => nothing()]
}
