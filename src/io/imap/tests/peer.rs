//! A server in memory that does everything right, but for one fault at one point.

use std::{collections::BTreeSet, time::Duration};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream},
    time::sleep,
};

/// Later than any deadline.
pub const LATE: Duration = Duration::from_secs(60 * 60);

/// What an answer is instead of the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A tagged completion, or a greeting, with these bytes.
    Says(&'static [u8]),
    /// A line of its own, without a tag.
    Line(&'static [u8]),
    /// A line, then the end of the stream.
    Last(&'static [u8]),
    /// The end of the stream.
    Eof,
    /// Nothing any more.
    Silence,
    /// The right answer, after the deadline.
    Late,
    /// The right answer, with unasked responses before each of its lines.
    Noise,
    /// The right answer, with bytes that are no UTF-8 at the end of each line that is free text.
    Latin,
}

/// Unasked, at any place: nothing of it is an answer, and the folder is afterwards as it was.
const NOISE: &[u8] = b"* 3 EXISTS\r\n* 1 RECENT\r\n* 3 EXPUNGE\r\n* 1 FETCH (FLAGS (\\Seen))\r\n\
    * 2 FETCH (UID 2 FLAGS (\\Draft))\r\n* OK still here\r\n* NO a warning\r\n* BAD another one\r\n\
    * STATUS Other (UIDNEXT 1 UIDVALIDITY 1)\r\n* LIST () \"/\" \"caf\xe9\"\r\n* XNOISE ((\r\n* \xff\xfe\r\nQ999 OK not yours\r\n";

/// Two messages.
const HEADERS: [&str; 2] = [
    "* 1 FETCH (UID 1 RFC822.SIZE 9 INTERNALDATE \"01-Feb-2026 10:00:00 +0100\" FLAGS () BODY[HEADER]<0> \"A: b\")",
    "* 2 FETCH (UID 2 RFC822.SIZE 9 INTERNALDATE \"01-Feb-2026 11:00:00 +0100\" FLAGS () BODY[HEADER]<0> \"A: c\")",
];

/// The text of the second is not its first part.
const BEGINNINGS: [&str; 2] = [
    "* 1 FETCH (UID 1 INTERNALDATE \"01-Feb-2026 10:00:00 +0100\" FLAGS () BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" \
     4 1 NIL NIL NIL NIL) BODY[]<0> {11}\r\nA: b\r\n\r\none)",
    "* 2 FETCH (UID 2 INTERNALDATE \"01-Feb-2026 11:00:00 +0100\" FLAGS () BODYSTRUCTURE ((\"text\" \"html\" NIL NIL NIL \
     \"7bit\" 4 1 NIL NIL NIL NIL)(\"text\" \"plain\" NIL NIL NIL \"7bit\" 4 1 NIL NIL NIL NIL) \"alternative\" NIL NIL NIL NIL) \
     BODY[]<0> {12}\r\nA: c\r\n\r\nnone)",
];

const SECOND: [&str; 1] = ["* 2 FETCH (UID 2 BODY[2.MIME]<0> \"\" BODY[2]<0> \"two\")"];

const STRUCTURES: [&str; 2] = [
    "* 1 FETCH (UID 1 BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 4 1 NIL NIL NIL NIL))",
    "* 2 FETCH (UID 2 BODYSTRUCTURE (\"text\" \"plain\" NIL NIL NIL \"7bit\" 4 1 NIL NIL NIL NIL))",
];

const TEXTS: [&str; 2] = ["* 1 FETCH (UID 1 BODY[TEXT]<0> \"one\")", "* 2 FETCH (UID 2 BODY[TEXT]<0> \"two\")"];

const FIELDS: [&str; 2] = [
    "* 1 FETCH (UID 1 BODY[HEADER.FIELDS (MESSAGE-ID X-QUIETHOURS-RELEASE)] \"Message-ID: <other>\")",
    "* 2 FETCH (UID 2 BODY[HEADER.FIELDS (MESSAGE-ID X-QUIETHOURS-RELEASE)] \"Message-ID: <another>\")",
];

const OPENED: [&str; 5] = [
    "* FLAGS (\\Seen \\Deleted)",
    "* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] limited",
    "* 2 EXISTS",
    "* OK [UIDVALIDITY 7] valid",
    "* OK [UIDNEXT 9] next",
];

/// What a point reads before it answers.
enum Reads {
    Nothing,
    Line,
    Bytes(usize),
}

/// One answer: its point's name in the matrix, what is read before it, its lines.
struct Stage(&'static str, Reads, Vec<String>);

/// The server.
#[derive(Default)]
pub struct Peer {
    /// What it says it can.
    pub capabilities: &'static str,
    /// Held and released are there.
    pub made: bool,
    /// A move by COPY was interrupted in INBOX.
    pub interrupted: bool,
    /// What goes wrong where, once each.
    pub faults: Vec<(&'static str, Fault)>,
    /// What was asked to be moved is gone.
    pub is_moved: bool,
    /// The points that it came to.
    pub points: BTreeSet<&'static str>,
    /// What it was sent.
    pub got: String,
}

impl Peer {
    /// Serves until the other side goes, or the fault ends it.
    pub async fn serve(&mut self, stream: DuplexStream) {
        let mut stream = BufReader::new(stream);
        let mut stages = vec![Stage("greeting", Reads::Nothing, vec!["* OK ready".to_owned()])];
        let mut tag = "*".to_owned();
        while self.play(&mut stream, &tag, stages).await.is_some() {
            let Some(line) = self.line(&mut stream).await else { return };
            let (own, command) = line.split_once(' ').expect("a command");
            own.clone_into(&mut tag);
            stages = self.stages(command);
        }
    }

    async fn line(&mut self, stream: &mut BufReader<DuplexStream>) -> Option<String> {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return None;
        }
        self.got.push_str(&line);
        Some(line.trim_end().to_owned())
    }

    /// Answers stage by stage; `None` when there is nobody to answer any more.
    async fn play(&mut self, stream: &mut BufReader<DuplexStream>, tag: &str, stages: Vec<Stage>) -> Option<()> {
        for Stage(point, reads, lines) in stages {
            match reads {
                Reads::Nothing => {}
                Reads::Line => drop(self.line(stream).await?),
                Reads::Bytes(count) => {
                    let mut literal = vec![0; count];
                    stream.read_exact(&mut literal).await.ok()?;
                    self.got.push_str(&String::from_utf8_lossy(&literal));
                }
            }
            self.points.insert(point);
            let fault = self.faults.iter().position(|(at, _)| *at == point).map(|at| self.faults.remove(at).1);
            let text = answer(stream, tag, &lines, fault).await?;
            stream.write_all(&text).await.ok()?;
            if let Some(Fault::Last(_)) = fault {
                return None;
            }
            // A tagged NO, BAD or OK is the end of the command, whatever it would have asked for.
            if let Some(Fault::Says(_)) = fault {
                break;
            }
            self.is_moved |= matches!(point, "move" | "expunge");
        }
        Some(())
    }

    fn stages(&self, command: &str) -> Vec<Stage> {
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        match verb {
            "CAPABILITY" => {
                let logins = ["login", "authenticate", "sasl-answered"];
                let known = logins.iter().any(|login| self.points.contains(login));
                let point = if known { "capability-anew" } else { "capability" };
                one(point, &[&format!("* CAPABILITY IMAP4rev1 {}", self.capabilities)])
            }
            "STARTTLS" => one("starttls", &[]),
            "LOGIN" => one("login", &[]),
            "AUTHENTICATE" if rest.contains(' ') => one("authenticate", &[]),
            "AUTHENTICATE" => two("sasl-asked", Reads::Line, "sasl-answered"),
            "NAMESPACE" => one("namespace", &["* NAMESPACE ((\"\" \"/\")) NIL NIL"]),
            "LIST" if rest == "\"\" \"\"" => one("separator", &["* LIST (\\Noselect) \"/\" \"\""]),
            "LIST" if rest.ends_with("\"*\"") => one("list-all", &["* LIST (\\Trash) \"/\" Trash"]),
            "LIST" if self.made => one("list", &[&format!("* LIST () \"/\" {}", rest.trim_start_matches("\"\" "))]),
            "LIST" => one("list", &[]),
            "CREATE" => one("create", &[]),
            "SUBSCRIBE" => one("subscribe", &[]),
            "SELECT" => one("select", &OPENED),
            "EXAMINE" if rest == "\"Trash\"" => one("examine-trash", &OPENED),
            "EXAMINE" => one("examine", &OPENED),
            "UNSELECT" => one("unselect", &[]),
            "STATUS" if rest.starts_with("INBOX") => one("status", &["* STATUS INBOX (UIDNEXT 9 UIDVALIDITY 7)"]),
            "STATUS" => one("status-there", &[]),
            "NOOP" => one("noop", &[]),
            "LOGOUT" => one("logout", &["* BYE logging out"]),
            "APPEND" => {
                let length = rest.trim_end_matches('}').rsplit('{').next().and_then(|length| length.parse().ok());
                // The literal ends with CRLF of its own.
                two("append", Reads::Bytes(length.unwrap_or(0_usize) + 2), "literal")
            }
            "IDLE" => {
                let mut stages = two("idle", Reads::Line, "idle-done");
                stages.insert(1, Stage("idling", Reads::Nothing, Vec::new()));
                stages
            }
            "UID" => self.uid(rest),
            other => panic!("{other:?} was not expected"),
        }
    }

    fn uid(&self, rest: &str) -> Vec<Stage> {
        let left = if self.is_moved { "* SEARCH" } else { "* SEARCH 1 2" };
        let has = |part: &str| rest.contains(part);
        match rest.split(' ').next().unwrap_or_default() {
            "SEARCH" if has("DELETED KEYWORD") && self.interrupted => one("search-moved", &["* SEARCH 1 2"]),
            "SEARCH" if has("DELETED KEYWORD") => one("search-moved", &["* SEARCH"]),
            "SEARCH" if has("SEARCH UID 1:2") => one("search-left", &[left]),
            "SEARCH" if has("HEADER") => one("search-header", &["* SEARCH 1 2"]),
            "SEARCH" => one("search", &["* SEARCH 1 2"]),
            "FETCH" if has("RFC822.SIZE") => one("likeness", &HEADERS),
            "FETCH" if has("INTERNALDATE") && has("BODYSTRUCTURE") => one("beginnings", &BEGINNINGS),
            "FETCH" if has("INTERNALDATE") => one("headers", &HEADERS),
            "FETCH" if has("BODYSTRUCTURE") => one("structures", &STRUCTURES),
            "FETCH" if has("BODY.PEEK[2]") => one("second", &SECOND),
            "FETCH" if has("BODY.PEEK[TEXT]") => one("texts", &TEXTS),
            "FETCH" => one("fields", &FIELDS),
            "STORE" if has("qh-sealed") => one("seal", &[]),
            "STORE" if has("+FLAGS") => one("mark", &[]),
            "STORE" => one("unmark", &[]),
            "MOVE" => one("move", &[]),
            "COPY" => one("copy", &[]),
            "EXPUNGE" => one("expunge", &[]),
            other => panic!("UID {other:?} was not expected"),
        }
    }
}

fn one(point: &'static str, untagged: &[&str]) -> Vec<Stage> {
    let lines = untagged.iter().copied().chain(["TAG OK done"]);
    vec![Stage(point, Reads::Nothing, lines.map(str::to_owned).collect())]
}

/// A command that goes on once it was asked to.
fn two(asking: &'static str, reads: Reads, point: &'static str) -> Vec<Stage> {
    vec![Stage(asking, Reads::Nothing, vec!["+ go".to_owned()]), Stage(point, reads, vec!["TAG OK done".to_owned()])]
}

/// The bytes of an answer; `None` when nothing more comes.
async fn answer(
    stream: &mut BufReader<DuplexStream>,
    tag: &str,
    lines: &[String],
    fault: Option<Fault>,
) -> Option<Vec<u8>> {
    let tagged = |line: &[u8]| [tag.as_bytes(), b" ", line, b"\r\n"].concat();
    match fault {
        Some(Fault::Says(text)) => return Some(tagged(text)),
        Some(Fault::Line(line) | Fault::Last(line)) => return Some([line, b"\r\n"].concat()),
        Some(Fault::Eof) => return None,
        Some(Fault::Silence) => {
            tokio::io::copy(stream, &mut tokio::io::sink()).await.ok()?;
            return None;
        }
        Some(Fault::Late) => sleep(LATE).await,
        Some(Fault::Noise | Fault::Latin) | None => {}
    }
    let mut text = Vec::new();
    for line in lines {
        text.extend_from_slice(if fault == Some(Fault::Noise) { NOISE } else { b"" });
        text.extend_from_slice(line.replacen("TAG", tag, 1).as_bytes());
        let is_free = ["TAG", "+", "* OK", "* BYE"].iter().any(|start| line.starts_with(start));
        let latin = fault == Some(Fault::Latin) && is_free;
        text.extend_from_slice(if latin { b" termin\xe9\xff\r\n" } else { b"\r\n" });
    }
    Some(text)
}
