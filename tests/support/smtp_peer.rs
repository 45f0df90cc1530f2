//! A submission server that does to each message what its plan says: TLS with the test authority's certificate, AUTH, and what
//! it accepts goes to Dovecot by LMTP.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use super::dovecot::{Dovecot, PASSWORD};

/// What becomes of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Accepted and delivered.
    Accept,
    /// Accepted with a byte that is no UTF-8, and delivered.
    AcceptBroken,
    /// 4yz after the dot.
    Later,
    /// 5yz to the recipient.
    Never,
    /// The connection ends after the dot; delivered all the same.
    AcceptAndHangUp,
    /// The connection ends after the dot; not delivered.
    LoseAndHangUp,
    /// Accepted; From and Message-ID are the server's own.
    Rewrite,
}

/// How the server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS.
    StartTls,
    /// An attacker took STARTTLS away.
    Stripped,
    /// No TLS at all.
    Cleartext,
}

/// What it saw.
#[derive(Default)]
struct Seen {
    plans: VecDeque<Plan>,
    /// Each message that came whole, as it came.
    messages: Vec<Vec<u8>>,
    /// Accepted and not given to Dovecot yet.
    accepted: Vec<Vec<u8>>,
    /// Every command line.
    commands: Vec<String>,
}

/// A running server; its thread ends with the test.
pub struct SmtpPeer {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl SmtpPeer {
    /// Starts one with a plan for each message; after the last everything is accepted.
    pub fn start(server: &Dovecot, security: Security, plans: &[Plan]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Seen { plans: plans.iter().copied().collect(), ..Seen::default() }));
        let config = Arc::new(tls(server));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for socket in listener.incoming().map_while(Result::ok) {
                let (config, seen) = (Arc::clone(&config), Arc::clone(&shared));
                let _ = socket.set_read_timeout(Some(Duration::from_secs(60)));
                thread::spawn(move || welcome(socket, security, config, &seen));
            }
        });
        Self { port, seen }
    }

    /// Its port on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Each message that came whole, as it came.
    pub fn messages(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap().messages.clone()
    }

    /// Every command line.
    pub fn commands(&self) -> Vec<String> {
        self.seen.lock().unwrap().commands.clone()
    }

    /// Gives what was accepted to a user's mailbox; how many.
    pub fn hand_over(&self, server: &Dovecot, user: &str) -> usize {
        let accepted = std::mem::take(&mut self.seen.lock().unwrap().accepted);
        for message in &accepted {
            server.deliver_lmtp(user, message);
        }
        accepted.len()
    }
}

fn tls(server: &Dovecot) -> ServerConfig {
    let file = |name: &str| std::fs::read(server.ca_file().with_file_name(name)).expect("a file of the test authority");
    let certificate = CertificateDer::from_pem_slice(&file("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(&file("server.key")).expect("a key");
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate that fits")
}

fn welcome(mut socket: TcpStream, security: Security, config: Arc<ServerConfig>, seen: &Mutex<Seen>) {
    if security == Security::Cleartext {
        return Session { stream: BufReader::new(socket), seen }.serve(b"220 peer\r\n");
    }
    if security != Security::Tls && !before_tls(&mut socket, security, seen) {
        return;
    }
    let Ok(connection) = ServerConnection::new(config) else { return };
    let mut session = Session { stream: BufReader::new(StreamOwned::new(connection, socket)), seen };
    let greeting: &[u8] = if security == Security::Tls { b"220 peer\r\n" } else { b"" };
    session.serve(greeting);
    let inner = session.stream.get_mut();
    inner.conn.send_close_notify();
    let _ = inner.flush();
}

/// Whether TLS follows.
fn before_tls(socket: &mut TcpStream, security: Security, seen: &Mutex<Seen>) -> bool {
    let _ = socket.write_all(b"220 peer\r\n");
    loop {
        let Some(line) = bare_line(socket) else { return false };
        seen.lock().unwrap().commands.push(line.clone());
        let reply: &[u8] = match (line.split(' ').next(), security) {
            (Some("EHLO"), Security::StartTls) => b"250-peer\r\n250 STARTTLS\r\n",
            (Some("EHLO"), _) => b"250-peer\r\n250 AUTH PLAIN LOGIN\r\n",
            (Some("STARTTLS"), Security::StartTls) => b"220 go\r\n",
            _ => b"235 thank you for the password\r\n",
        };
        let _ = socket.write_all(reply);
        if line == "STARTTLS" && security == Security::StartTls {
            return true;
        }
    }
}

/// A line, and not a byte of what follows: that is TLS.
fn bare_line(socket: &mut TcpStream) -> Option<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        if socket.read(&mut byte).ok()? == 0 {
            return None;
        }
        line.extend_from_slice(&byte);
    }
    Some(String::from_utf8_lossy(&line).trim_end().to_owned())
}

struct Session<'a, S: Read + Write> {
    stream: BufReader<S>,
    seen: &'a Mutex<Seen>,
}

impl<S: Read + Write> Session<'_, S> {
    fn serve(&mut self, greeting: &[u8]) {
        self.say(greeting);
        let mut plan = Plan::Accept;
        while let Some(line) = self.line() {
            self.seen.lock().unwrap().commands.push(line.clone());
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.say(b"250-peer\r\n250 AUTH PLAIN LOGIN XOAUTH2\r\n"),
                "AUTH" if is_right(&line) => self.say(b"235 ok\r\n"),
                "AUTH" => self.say(b"535 5.7.8 wrong password\r\n"),
                "MAIL" => {
                    plan = self.seen.lock().unwrap().plans.pop_front().unwrap_or(Plan::Accept);
                    self.say(b"250 ok\r\n");
                }
                "RCPT" if plan == Plan::Never => self.say(b"550 5.1.1 no such user\r\n"),
                "RCPT" => self.say(b"250 ok\r\n"),
                "DATA" => {
                    self.say(b"354 go on\r\n");
                    if !self.message(plan) {
                        return;
                    }
                }
                "QUIT" => return self.say(b"221 bye\r\n"),
                _ => self.say(b"500 what\r\n"),
            }
        }
    }

    /// Takes a message; whether the connection goes on.
    fn message(&mut self, plan: Plan) -> bool {
        let Some(message) = self.body() else { return false };
        let mut seen = self.seen.lock().unwrap();
        seen.messages.push(message.clone());
        match plan {
            Plan::Later | Plan::Never | Plan::LoseAndHangUp => {}
            Plan::Rewrite => seen.accepted.push(rewritten(&message)),
            Plan::Accept | Plan::AcceptBroken | Plan::AcceptAndHangUp => seen.accepted.push(message),
        }
        drop(seen);
        match plan {
            Plan::AcceptAndHangUp | Plan::LoseAndHangUp => return false,
            Plan::Later => self.say(b"451 4.3.0 later\r\n"),
            Plan::AcceptBroken => self.say(b"250 accept\xe9\r\n"),
            _ => self.say(b"250 2.0.0 queued\r\n"),
        }
        true
    }

    fn body(&mut self) -> Option<Vec<u8>> {
        let mut message = Vec::new();
        loop {
            let mut line = Vec::new();
            if self.stream.read_until(b'\n', &mut line).ok()? == 0 {
                return None;
            }
            if line == b".\r\n" {
                return Some(message);
            }
            message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let count = self.stream.read_line(&mut line).ok()?;
        (count > 0).then(|| line.trim_end().to_owned())
    }

    fn say(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes);
        let _ = self.stream.get_mut().flush();
    }
}

fn is_right(line: &str) -> bool {
    let Some(encoded) = line.strip_prefix("AUTH PLAIN ") else { return false };
    let decoded = data_encoding::BASE64.decode(encoded.as_bytes()).unwrap_or_default();
    decoded.ends_with(format!("\0{PASSWORD}").as_bytes())
}

fn rewritten(message: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(message.to_vec()).expect("a 7-bit message");
    let lines = text.split_inclusive("\r\n").map(|line| match line.split(':').next() {
        Some("From") => "From: someone@provider.example\r\n",
        Some("Message-ID") => "Message-ID: <other@provider.example>\r\n",
        _ => line,
    });
    lines.collect::<String>().into_bytes()
}
