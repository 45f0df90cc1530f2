//! The indispensable: a client that knows the answers and only sends the commands that cannot be left out.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};

use super::{
    mailbox::{HELD, Prepared, RELEASED},
    support::dovecot::PASSWORD,
};

/// The first argument of this program that makes it, as a program of its own, hold what is in INBOX: port, authority, user.
pub const ALONE: &str = "--floor";

/// A connection over TLS.
pub struct Raw {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
}

impl Raw {
    /// How long `what` takes, with connection and login.
    pub fn timed(prepared: &Prepared, user: &str, what: impl FnOnce(&mut Self)) -> Duration {
        let begun = Instant::now();
        let mut raw = Self::login(prepared, user);
        what(&mut raw);
        raw.command("LOGOUT");
        begun.elapsed()
    }

    /// Connects and logs in.
    pub fn login(prepared: &Prepared, user: &str) -> Self {
        Self::connect(prepared.port(), &prepared.ca_file(), user)
    }

    /// What a program started with [`ALONE`] is for.
    pub fn alone(mut arguments: impl Iterator<Item = String>) {
        let mut next = || arguments.next().expect("port, authority, user");
        let (port, ca_file, user) = (next().parse().expect("a port"), next(), next());
        Self::connect(port, Path::new(&ca_file), &user).hold();
    }

    fn connect(port: u16, ca_file: &Path, user: &str) -> Self {
        let mut roots = RootCertStore::empty();
        let pem = fs::read(ca_file).expect("the authority");
        roots.add(CertificateDer::from_pem_slice(&pem).expect("a certificate")).expect("a root");
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").expect("a name");
        let session = ClientConnection::new(Arc::new(config), name).expect("TLS");
        let socket = TcpStream::connect(("127.0.0.1", port)).expect("connection");
        socket.set_nodelay(true).expect("an option");
        let mut raw = Self { stream: BufReader::with_capacity(64 * 1024, StreamOwned::new(session, socket)) };
        raw.line();
        raw.command(&format!("LOGIN {user} {PASSWORD}"));
        raw
    }

    /// SELECT, one SEARCH, one MOVE.
    pub fn hold(&mut self) {
        self.command("SELECT INBOX");
        let found = self.command("UID SEARCH HEADER X-Discourse-Topic-Id \"\"");
        self.command(&format!("UID MOVE {} \"{HELD}\"", ranges(&found)));
    }

    /// List, fetch whole, append, move.
    pub fn release(&mut self, digest: &[u8]) {
        self.command(&format!("SELECT \"{HELD}\""));
        let found = self.command("UID SEARCH ALL");
        self.command("UID FETCH 1:* (UID INTERNALDATE BODY.PEEK[])");
        self.append(digest);
        self.command(&format!("UID MOVE {} \"{RELEASED}\"", ranges(&found)));
    }

    /// Moves what arrives in INBOX, one message a time.
    pub fn idle_and_move(&mut self, messages: usize) {
        self.command("SELECT INBOX");
        for _ in 0..messages {
            self.send("a IDLE\r\n");
            while !self.line().contains(" EXISTS") {}
            self.send("DONE\r\n");
            self.finish();
            self.command(&format!("MOVE * \"{HELD}\""));
        }
    }

    fn append(&mut self, message: &[u8]) {
        self.send(&format!("a APPEND INBOX {{{}}}\r\n", message.len()));
        assert!(self.line().starts_with('+'), "APPEND");
        let stream = self.stream.get_mut();
        stream
            .write_all(message)
            .and_then(|()| stream.write_all(b"\r\n"))
            .and_then(|()| stream.flush())
            .expect("APPEND");
        self.finish();
    }

    /// The numbers of its SEARCH response, if any.
    pub fn command(&mut self, command: &str) -> Vec<u32> {
        self.send(&format!("a {command}\r\n"));
        self.finish()
    }

    fn send(&mut self, text: &str) {
        let stream = self.stream.get_mut();
        stream.write_all(text.as_bytes()).and_then(|()| stream.flush()).expect("sending");
    }

    fn finish(&mut self) -> Vec<u32> {
        let mut found = Vec::new();
        loop {
            let line = self.line();
            if let Some(numbers) = line.strip_prefix("* SEARCH") {
                found = numbers.split_whitespace().map(|text| text.parse().expect("a UID")).collect();
            } else if let Some(outcome) = line.strip_prefix("a ") {
                assert!(outcome.starts_with("OK"), "{line}");
                return found;
            } else if let Some(length) = literal(&line) {
                let mut rest = (&mut self.stream).take(length);
                std::io::copy(&mut rest, &mut std::io::sink()).expect("a literal");
            }
        }
    }

    /// One line.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the server closed the connection");
        line
    }
}

fn literal(line: &str) -> Option<u64> {
    line.trim_end().strip_suffix('}')?.rsplit_once('{')?.1.parse().ok()
}

/// One set: `1:3,7`.
fn ranges(uids: &[u32]) -> String {
    let runs = uids.chunk_by(|one, next| one + 1 == *next);
    let texts: Vec<String> = runs.map(|run| format!("{}:{}", run[0], run[run.len() - 1])).collect();
    texts.join(",")
}
