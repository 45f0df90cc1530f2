//! A peer that plays an IMAP server from a script: what it expects, what it says, when it falls silent or goes.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    thread::JoinHandle,
    time::Duration,
};

/// How long the peer waits for a line that it expects.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes sent at a time in a flood.
const FLOOD: usize = 1024 * 1024;

/// One line of a script.
#[derive(Clone, Debug)]
pub enum Line {
    /// Reads a line that must contain this; of a command, its tag is kept for [`Line::Say`].
    Expect(&'static str),
    /// Reads a line that must be this.
    Answer(&'static str),
    /// Sends this and CRLF; `TAG` is the last command's tag.
    Say(String),
    /// Sends this as it is.
    Raw(Vec<u8>),
    /// Sends this again and again until the other side hangs up.
    Flood(&'static [u8]),
    /// Reads whatever comes and says nothing, until the other side goes.
    Silence,
}

/// A command is expected and each of these said.
pub fn on(command: &'static str, answers: &[&str]) -> Vec<Line> {
    let said = answers.iter().map(|answer| Line::Say((*answer).to_owned()));
    std::iter::once(Line::Expect(command)).chain(said).collect()
}

/// Greeting and login of a server with these capabilities.
pub fn logged_in(capabilities: &str) -> Vec<Line> {
    let capability = format!("* CAPABILITY IMAP4rev1 {capabilities}");
    let mut lines = vec![Line::Say("* OK ready".to_owned())];
    lines.extend(on("CAPABILITY", &[&capability, "TAG OK done"]));
    lines.extend(on("LOGIN \"alice\" \"secret\"", &["TAG OK done"]));
    lines.extend(on("CAPABILITY", &[&capability, "TAG OK done"]));
    lines.extend(on("LIST \"\" \"\"", &["* LIST (\\Noselect) \"/\" \"\"", "TAG OK done"]));
    lines
}

/// SELECT or EXAMINE of a folder with this many messages.
pub fn opened(exists: usize) -> Vec<Line> {
    let exists = format!("* {exists} EXISTS");
    on("INBOX", &["* FLAGS (\\Seen)", &exists, "* OK [UIDVALIDITY 7] v", "* OK [UIDNEXT 9] n", "TAG OK done"])
}

/// A peer that serves one connection by its script and then closes it.
pub struct ImapPeer {
    port: u16,
    thread: Option<JoinHandle<()>>,
}

impl ImapPeer {
    /// Starts one.
    pub fn play(script: Vec<Line>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let thread = std::thread::spawn(move || {
            let (socket, _) = listener.accept().expect("a connection");
            serve(socket, script);
        });
        Self { port, thread: Some(thread) }
    }

    /// Its port on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Waits until the script is over; panics if it was not followed.
    pub fn finish(mut self) {
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the script was not followed");
        }
    }
}

/// Not the first word of what a command goes on with.
fn is_tag(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn serve(mut socket: TcpStream, script: Vec<Line>) {
    socket.set_read_timeout(Some(PATIENCE)).expect("a deadline");
    let mut reader = BufReader::new(socket.try_clone().expect("socket"));
    let mut tag = String::new();
    for line in script {
        match line {
            Line::Expect(wanted) => {
                let mut got = String::new();
                reader.read_line(&mut got).expect("a line in time");
                assert!(got.contains(wanted), "got {got:?} instead of {wanted:?}");
                if let Some((first, _)) = got.split_once(' ').filter(|(first, _)| is_tag(first)) {
                    first.clone_into(&mut tag);
                }
            }
            Line::Answer(wanted) => {
                let mut got = String::new();
                reader.read_line(&mut got).expect("a line in time");
                assert_eq!(got, format!("{wanted}\r\n"));
            }
            Line::Say(text) => {
                let text = text.replace("TAG", &tag);
                let _ = socket.write_all(format!("{text}\r\n").as_bytes());
            }
            Line::Raw(bytes) => {
                let _ = socket.write_all(&bytes);
            }
            Line::Flood(bytes) => {
                let many = bytes.repeat(FLOOD / bytes.len());
                socket.set_write_timeout(Some(PATIENCE)).expect("a deadline");
                let end = std::iter::repeat_with(|| socket.write_all(&many)).find_map(Result::err).expect("an end");
                assert_ne!(end.kind(), std::io::ErrorKind::WouldBlock, "the other side neither reads nor hangs up");
            }
            Line::Silence => {
                let _ = std::io::copy(&mut reader, &mut std::io::sink());
            }
        }
    }
    let _ = socket.shutdown(Shutdown::Write);
}
