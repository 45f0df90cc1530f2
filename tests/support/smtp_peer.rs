//! A submission server that does to each message what its plan says: TLS with the test authority's certificate, AUTH, and what
//! it accepts goes to Dovecot by LMTP.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

use super::{
    certificates::{self, Certificate},
    dovecot::{Dovecot, PASSWORD, UNMISTAKABLE},
};

/// What becomes of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Accepted and delivered.
    Accept,
    /// Accepted with a byte that is no UTF-8, and delivered.
    AcceptBroken,
    /// Accepted in several lines, and delivered.
    AcceptLines,
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

/// Where in a dialogue something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Greeting,
    /// The last EHLO: with STARTTLS the one inside TLS.
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// In the middle of the message: only closing is a fault there.
    Body,
    Dot,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Says this instead.
    Says(&'static str),
    /// Says this and closes the connection.
    SaysAndCloses(&'static str),
    /// Closes the connection.
    Closes,
}

/// How the server says no to a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No {
    /// At once.
    Plain,
    /// After a challenge that explains it, which wants an answer.
    Explained,
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
    connections: usize,
    /// What goes wrong in each coming connection.
    faults: VecDeque<(Phase, Fault)>,
    /// What AUTH offers.
    mechanisms: String,
    /// What EHLO offers besides AUTH.
    extensions: Vec<String>,
    /// The token that is taken, and how another is refused.
    token: Option<(String, No)>,
}

/// A running server; it ends with its last clone.
#[derive(Clone)]
pub struct SmtpPeer {
    port: u16,
    _stop: Arc<Stop>,
    seen: Arc<Mutex<Seen>>,
    config: Arc<Mutex<Arc<ServerConfig>>>,
}

/// Ends the server that listens on this port.
struct Stop(u16);

impl Drop for Stop {
    fn drop(&mut self) {
        // It waits for a connection, and then looks whether anybody still holds it.
        drop(TcpStream::connect(("127.0.0.1", self.0)));
    }
}

impl SmtpPeer {
    /// Starts one with a plan for each message; after the last everything is accepted.
    pub fn start(server: &Dovecot, security: Security, plans: &[Plan]) -> Self {
        Self::trusted(server.ca_file().parent().expect("a directory"), security, plans)
    }

    /// One whose certificate the authority in `dir` signed.
    pub fn trusted(dir: &Path, security: Security, plans: &[Plan]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let plans = plans.iter().copied().collect();
        let mechanisms = "PLAIN LOGIN XOAUTH2".to_owned();
        let seen = Arc::new(Mutex::new(Seen { plans, mechanisms, ..Seen::default() }));
        let config = Arc::new(Mutex::new(Arc::new(tls(dir, Certificate::Right))));
        let (shared, shown) = (Arc::clone(&seen), Arc::clone(&config));
        let stop = Arc::new(Stop(port));
        let held = Arc::downgrade(&stop);
        thread::spawn(move || {
            let sockets = listener.incoming().map_while(Result::ok);
            for socket in sockets.take_while(|_| held.strong_count() > 0) {
                let (config, seen) = (Arc::clone(&shown.lock().unwrap()), Arc::clone(&shared));
                let _ = socket.set_read_timeout(Some(Duration::from_secs(60)));
                thread::spawn(move || welcome(socket, security, config, &seen));
            }
        });
        Self { port, _stop: stop, seen, config }
    }

    /// Shows this certificate from now on.
    pub fn present(&self, dir: &Path, certificate: Certificate) {
        *self.config.lock().unwrap() = Arc::new(tls(dir, certificate));
    }

    /// What goes wrong in each coming connection, and nothing after them.
    pub fn fail(&self, faults: &[(Phase, Fault)]) {
        self.seen.lock().unwrap().faults = faults.iter().copied().collect();
    }

    /// Offers these mechanisms.
    pub fn offer(&self, mechanisms: &str) {
        mechanisms.clone_into(&mut self.seen.lock().unwrap().mechanisms);
    }

    /// Offers these extensions.
    pub fn extend(&self, extensions: &[&str]) {
        self.seen.lock().unwrap().extensions = extensions.iter().map(|name| (*name).to_owned()).collect();
    }

    /// Takes this token, and says no to others in this way.
    pub fn take_token(&self, token: &str, no: No) {
        self.seen.lock().unwrap().token = Some((token.to_owned(), no));
    }

    /// Its port on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Each message that came whole, as it came.
    pub fn messages(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap().messages.clone()
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// How many command lines begin with this.
    pub fn count(&self, verb: &str) -> usize {
        self.commands().iter().filter(|line| line.starts_with(verb)).count()
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

fn tls(dir: &Path, certificate: Certificate) -> ServerConfig {
    let (certificate, key) = certificates::issue(dir, certificate);
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate that fits")
}

fn welcome(mut socket: TcpStream, security: Security, config: Arc<ServerConfig>, seen: &Mutex<Seen>) {
    let fault = {
        let mut seen = seen.lock().unwrap();
        seen.connections += 1;
        seen.faults.pop_front()
    };
    let bare = matches!(security, Security::StartTls | Security::Stripped);
    if bare && !before_tls(&mut socket, security, fault, seen) {
        return;
    }
    let Ok(mut end) = socket.try_clone() else { return };
    let stream: Box<dyn Stream> = if security == Security::Cleartext {
        Box::new(socket)
    } else {
        let Ok(connection) = ServerConnection::new(config) else { return };
        Box::new(Tls(StreamOwned::new(connection, socket)))
    };
    Session { stream: BufReader::new(stream), fault, seen }.serve(!bare);
    // Closed with bytes unread, TCP would throw away what was said last.
    let _ = end.shutdown(Shutdown::Write);
    let _ = std::io::copy(&mut end, &mut std::io::sink());
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// Says goodbye when dropped.
struct Tls(StreamOwned<ServerConnection, TcpStream>);

impl Read for Tls {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        self.0.conn.send_close_notify();
        let _ = self.0.flush();
    }
}

/// What is said instead of the right answer, and whether the connection goes on.
fn instead(fault: Option<(Phase, Fault)>, phase: Phase, right: &[u8]) -> (Vec<u8>, bool) {
    match fault.filter(|(at, _)| *at == phase) {
        None => (right.to_vec(), true),
        Some((_, Fault::Says(text))) => (text.as_bytes().to_vec(), true),
        Some((_, Fault::SaysAndCloses(text))) => (text.as_bytes().to_vec(), false),
        Some((_, Fault::Closes)) => (Vec::new(), false),
    }
}

/// Whether TLS follows.
fn before_tls(socket: &mut TcpStream, security: Security, fault: Option<(Phase, Fault)>, seen: &Mutex<Seen>) -> bool {
    let (greeting, goes_on) = instead(fault, Phase::Greeting, b"220 peer\r\n");
    let _ = socket.write_all(&greeting);
    if !goes_on {
        return false;
    }
    loop {
        let Some(line) = bare_line(socket) else { return false };
        seen.lock().unwrap().commands.push(line.clone());
        let reply: &[u8] = match (line.split(' ').next(), security) {
            (Some("EHLO"), Security::StartTls) => b"250-peer\r\n250 STARTTLS\r\n",
            (Some("EHLO"), _) => b"250-peer\r\n250 AUTH PLAIN LOGIN\r\n",
            (Some("STARTTLS"), Security::StartTls) => b"220 go\r\n",
            _ => b"235 thank you for the password\r\n",
        };
        let starts = line == "STARTTLS" && security == Security::StartTls;
        let (reply, goes_on) = if starts { instead(fault, Phase::StartTls, reply) } else { (reply.to_vec(), true) };
        let _ = socket.write_all(&reply);
        if starts || !goes_on {
            return goes_on && reply.starts_with(b"220");
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

struct Session<'a> {
    stream: BufReader<Box<dyn Stream>>,
    fault: Option<(Phase, Fault)>,
    seen: &'a Mutex<Seen>,
}

impl Session<'_> {
    fn serve(mut self, greets: bool) {
        if greets && !self.answer(Phase::Greeting, b"220 peer\r\n") {
            return;
        }
        let mut plan = Plan::Accept;
        while let Some(line) = self.line() {
            self.seen.lock().unwrap().commands.push(line.clone());
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            let goes_on = match verb.as_str() {
                "EHLO" => {
                    let offer = self.offer();
                    self.answer(Phase::Ehlo, offer.as_bytes())
                }
                "AUTH" if self.fault.is_some_and(|(phase, _)| phase == Phase::Auth) => self.answer(Phase::Auth, b""),
                "AUTH" => self.log_in(&line),
                "MAIL" => {
                    plan = self.seen.lock().unwrap().plans.pop_front().unwrap_or(Plan::Accept);
                    self.answer(Phase::Mail, b"250 ok\r\n")
                }
                "RCPT" if plan == Plan::Never => self.answer(Phase::Rcpt, b"550 5.1.1 no such user\r\n"),
                "RCPT" => self.answer(Phase::Rcpt, b"250 ok\r\n"),
                "DATA" => self.answer(Phase::Data, b"354 go on\r\n") && self.takes(plan),
                "QUIT" => return self.say(b"221 bye\r\n"),
                _ => {
                    self.say(b"500 what\r\n");
                    true
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    fn offer(&self) -> String {
        let seen = self.seen.lock().unwrap();
        let extensions: String = seen.extensions.iter().map(|name| format!("250-{name}\r\n")).collect();
        format!("250-peer\r\n{extensions}250 AUTH {}\r\n", seen.mechanisms)
    }

    /// Says what is right, or what is wrong; whether the connection goes on.
    fn answer(&mut self, phase: Phase, right: &[u8]) -> bool {
        let (text, goes_on) = instead(self.fault, phase, right);
        self.say(&text);
        goes_on
    }

    /// The message after a right answer to DATA; after a wrong one none is to come.
    fn takes(&mut self, plan: Plan) -> bool {
        match self.fault {
            Some((Phase::Data, _)) => true,
            Some((Phase::Body, _)) => self.line().is_none(),
            _ => self.message(plan),
        }
    }

    fn log_in(&mut self, line: &str) -> bool {
        let mut words = line.split(' ').skip(1);
        let (mechanism, first) = (words.next().unwrap_or_default().to_owned(), words.next().map(decoded));
        let offered = self.seen.lock().unwrap().mechanisms.split(' ').any(|offered| offered == mechanism);
        let right = match (mechanism.as_str(), first) {
            _ if !offered => false,
            ("PLAIN", Some(first)) => {
                [PASSWORD, UNMISTAKABLE].iter().any(|password| first.ends_with(format!("\0{password}").as_bytes()))
            }
            ("LOGIN", _) => self.asked("VXNlcm5hbWU6").is_some() && self.asked("UGFzc3dvcmQ6") == Some(PASSWORD.into()),
            (_, Some(first)) => self.token(&mechanism, &first),
            _ => false,
        };
        let what = if matches!(mechanism.as_str(), "PLAIN" | "LOGIN") { "password" } else { "token" };
        self.say(if right { "235 ok\r\n".to_owned() } else { format!("535 5.7.8 wrong {what}\r\n") }.as_bytes());
        true
    }

    fn token(&mut self, mechanism: &str, message: &[u8]) -> bool {
        let Some((token, no)) = self.seen.lock().unwrap().token.clone() else { return false };
        let right = String::from_utf8_lossy(message).contains(&format!("\x01auth=Bearer {token}\x01\x01"));
        if !right && no == No::Explained {
            let answer = self.asked("eyJzdGF0dXMiOiI0MDEifQ==").unwrap_or_default();
            // XOAUTH2 wants an empty line, OAUTHBEARER a single U+0001.
            assert_eq!(answer, if mechanism == "XOAUTH2" { &b""[..] } else { b"\x01" }, "{mechanism}");
        }
        right
    }

    /// What the client answers to a challenge.
    fn asked(&mut self, challenge: &str) -> Option<Vec<u8>> {
        self.say(format!("334 {challenge}\r\n").as_bytes());
        let line = self.line()?;
        self.seen.lock().unwrap().commands.push(line.clone());
        Some(decoded(&line))
    }

    /// Takes a message; whether the connection goes on.
    fn message(&mut self, plan: Plan) -> bool {
        let Some(message) = self.body() else { return false };
        let loses = self.fault.is_some_and(|(phase, _)| phase == Phase::Dot);
        let plan = if loses { Plan::LoseAndHangUp } else { plan };
        let mut seen = self.seen.lock().unwrap();
        seen.messages.push(message.clone());
        match plan {
            Plan::Later | Plan::Never | Plan::LoseAndHangUp => {}
            Plan::Rewrite => seen.accepted.push(rewritten(&message)),
            Plan::Accept | Plan::AcceptBroken | Plan::AcceptLines | Plan::AcceptAndHangUp => {
                seen.accepted.push(message)
            }
        }
        drop(seen);
        match plan {
            _ if loses => return self.answer(Phase::Dot, b""),
            Plan::AcceptAndHangUp | Plan::LoseAndHangUp => return false,
            Plan::AcceptLines => self.say(b"250-2.0.0 queued\r\n250-as 4711\r\n250 thank you\r\n"),
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

fn decoded(text: impl AsRef<[u8]>) -> Vec<u8> {
    data_encoding::BASE64.decode(text.as_ref()).unwrap_or_default()
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
