//! A second IMAP client for the tests, independent of the code under test: synchronous, cleartext, loopback.
//!
//! Every method panics on anything but a tagged OK. Folder names are plain UTF-8 with the server's separator.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// A message as another mail client would see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its UID.
    pub uid: u32,
    /// Its flags, sorted, without `\Recent`.
    pub flags: Vec<String>,
    /// INTERNALDATE as the server writes it.
    pub internaldate: String,
    /// All of it.
    pub bytes: Vec<u8>,
}

impl Message {
    /// Whether it carries a flag, case-insensitively.
    pub fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|own| own.eq_ignore_ascii_case(flag))
    }

    /// The bytes as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// One response: its text, in which each literal is only `{n}`, and the literals.
#[derive(Debug)]
pub struct Response {
    /// The line or lines.
    pub text: String,
    /// The literals in order.
    pub literals: Vec<Vec<u8>>,
}

/// A logged-in connection.
pub struct Client {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    tag: u32,
}

impl Client {
    /// Connects to a port on loopback and logs in.
    pub fn login(port: u16, user: &str, password: &str) -> Self {
        let writer = TcpStream::connect(("127.0.0.1", port)).expect("connection");
        writer.set_read_timeout(Some(Duration::from_secs(60))).expect("a deadline");
        let reader = BufReader::new(writer.try_clone().expect("socket"));
        let mut client = Self { reader, writer, tag: 0 };
        client.response();
        client.command(&format!("LOGIN {} {}", quote(user), quote(password)));
        client
    }

    /// Runs a command; its untagged responses.
    pub fn command(&mut self, command: &str) -> Vec<Response> {
        self.attempt(command).unwrap_or_else(|refusal| panic!("{command}: {refusal}"))
    }

    /// Runs a command that may be refused; the tagged line is the error.
    pub fn attempt(&mut self, command: &str) -> Result<Vec<Response>, String> {
        self.tag += 1;
        write!(self.writer, "t{} {command}\r\n", self.tag).expect("sending");
        self.finish()
    }

    /// SELECT.
    pub fn select(&mut self, folder: &str) {
        self.command(&format!("SELECT {}", name(folder)));
    }

    /// EXAMINE.
    pub fn examine(&mut self, folder: &str) {
        self.command(&format!("EXAMINE {}", name(folder)));
    }

    /// CREATE.
    pub fn create(&mut self, folder: &str) {
        self.command(&format!("CREATE {}", name(folder)));
    }

    /// Every message of a folder, as it is now; sets no flag. The folder stays open, read-only.
    pub fn messages(&mut self, folder: &str) -> Vec<Message> {
        self.examine(folder);
        self.command("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])")
            .iter()
            .filter(|response| response.text.contains(" FETCH (") && !response.literals.is_empty())
            .map(message)
            .collect()
    }

    /// The number of messages in a folder that is not open.
    pub fn count(&mut self, folder: &str) -> usize {
        let responses = self.command(&format!("STATUS {} (MESSAGES)", name(folder)));
        let text = responses.iter().find_map(|response| after(&response.text, "(MESSAGES ")).expect("a STATUS");
        text.trim_end_matches([')', '\r', '\n']).parse().expect("a number")
    }

    /// APPEND with flags (`\Seen \Flagged`) and an INTERNALDATE (`01-Feb-2026 10:00:00 +0100`).
    pub fn append(&mut self, folder: &str, flags: &str, internaldate: Option<&str>, message: &[u8]) {
        self.tag += 1;
        let date = internaldate.map(|date| format!(" \"{date}\"")).unwrap_or_default();
        write!(self.writer, "t{} APPEND {} ({flags}){date} {{{}}}\r\n", self.tag, name(folder), message.len())
            .expect("sending");
        let response = self.response();
        assert!(response.text.starts_with('+'), "APPEND: {}", response.text);
        self.writer.write_all(message).and_then(|()| self.writer.write_all(b"\r\n")).expect("sending");
        self.finish().expect("APPEND");
    }

    /// UID STORE in a folder: `store("INBOX", "1:3", "+FLAGS (\\Seen)")`.
    pub fn store(&mut self, folder: &str, uids: &str, change: &str) {
        self.select(folder);
        self.command(&format!("UID STORE {uids} {change}"));
    }

    /// UID MOVE from one folder to another.
    pub fn relocate(&mut self, from: &str, uids: &str, to: &str) {
        self.select(from);
        self.command(&format!("UID MOVE {uids} {}", name(to)));
    }

    /// Names of all folders, plain UTF-8.
    pub fn folders(&mut self) -> Vec<String> {
        self.names("LIST")
    }

    /// Names of the subscribed folders, plain UTF-8.
    pub fn subscribed(&mut self) -> Vec<String> {
        self.names("LSUB")
    }

    fn names(&mut self, command: &str) -> Vec<String> {
        let prefix = format!("* {command} (");
        let responses = self.command(&format!("{command} \"\" \"*\""));
        let lines = responses.iter().filter(|response| response.text.starts_with(&prefix));
        lines.map(|line| utf7_imap::decode_utf7_imap(last_string(&line.text))).collect()
    }

    fn finish(&mut self) -> Result<Vec<Response>, String> {
        let tag = format!("t{} ", self.tag);
        let mut untagged = Vec::new();
        loop {
            let response = self.response();
            let Some(outcome) = response.text.strip_prefix(&tag) else {
                untagged.push(response);
                continue;
            };
            return if outcome.starts_with("OK") { Ok(untagged) } else { Err(outcome.trim_end().to_owned()) };
        }
    }

    fn response(&mut self) -> Response {
        let (mut text, mut literals) = (String::new(), Vec::new());
        loop {
            let mut line = Vec::new();
            self.reader.read_until(b'\n', &mut line).expect("a response in time");
            assert!(!line.is_empty(), "the server closed the connection");
            let line = String::from_utf8_lossy(&line).into_owned();
            text.push_str(line.trim_end());
            let Some(length) = literal_length(line.trim_end()) else { return Response { text, literals } };
            let mut literal = vec![0; length];
            self.reader.read_exact(&mut literal).expect("a literal in time");
            literals.push(literal);
        }
    }
}

fn message(response: &Response) -> Message {
    let text = &response.text;
    let uid = after(text, "UID ").expect("UID");
    let flags = after(text, "FLAGS (").and_then(|rest| rest.split_once(')')).expect("FLAGS").0;
    let mut flags: Vec<_> = flags.split_whitespace().filter(|flag| *flag != "\\Recent").map(str::to_owned).collect();
    flags.sort();
    Message {
        uid: uid.split([' ', ')']).next().and_then(|digits| digits.parse().ok()).expect("a UID"),
        flags,
        internaldate: after(text, "INTERNALDATE \"").and_then(|rest| rest.split_once('"')).expect("date").0.to_owned(),
        bytes: response.literals[0].clone(),
    }
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

fn literal_length(line: &str) -> Option<usize> {
    line.strip_suffix('}')?.rsplit_once('{')?.1.parse().ok()
}

fn last_string(line: &str) -> String {
    match line.strip_suffix('"') {
        Some(quoted) => quoted.rsplit_once(" \"").map_or(quoted, |(_, name)| name).replace("\\\\", "\\"),
        None => line.rsplit(' ').next().unwrap_or_default().to_owned(),
    }
}

fn name(folder: &str) -> String {
    quote(&utf7_imap::encode_utf7_imap(folder.to_owned()))
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
