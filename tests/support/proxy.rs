//! Stands between the daemon and a server, line by line: counts connections, hides, answers in the server's place, cuts.
//!
//! It knows whether the server owes an answer: simulated time stands still meanwhile, see [`super::simulated`].

use std::{
    net::TcpListener as StdListener,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream, tcp::OwnedWriteHalf},
};

/// Who says a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// Nobody yet: a connection was made. The line is empty.
    Nobody,
    /// The daemon.
    Client,
    /// The server.
    Server,
}

/// What becomes of a line.
#[derive(Clone, Debug)]
pub enum Act {
    /// It goes on to the other side.
    Pass,
    /// The daemon hears this instead; `TAG` is the tag of its last command.
    Say(String),
    /// The daemon hears this, and the connection ends.
    Bye(String),
    /// The connection ends.
    Cut,
    /// It is lost on the way, and nobody is told.
    Swallow,
}

type Rule = Box<dyn FnMut(From, &str) -> Act + Send>;

/// What the daemon did.
#[derive(Default)]
struct Seen {
    connections: usize,
    open: usize,
    owing: usize,
    lines: Vec<String>,
}

/// Such a proxy. It lives as long as its test.
pub struct Proxy {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Clone)]
struct Shared {
    server: u16,
    rule: Arc<Mutex<Rule>>,
    seen: Arc<Mutex<Seen>>,
}

impl Proxy {
    /// In front of the cleartext port `server`, in a thread of its own.
    pub fn start(server: u16, rule: impl FnMut(From, &str) -> Act + Send + 'static) -> Self {
        let (proxy, listener, shared) = Self::bind(server, Box::new(rule));
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(serve(listener, shared));
        });
        proxy
    }

    /// As [`Proxy::start`], in the runtime of the test.
    pub fn spawn(server: u16, rule: impl FnMut(From, &str) -> Act + Send + 'static) -> Self {
        let (proxy, listener, shared) = Self::bind(server, Box::new(rule));
        tokio::spawn(serve(listener, shared));
        proxy
    }

    fn bind(server: u16, rule: Rule) -> (Self, StdListener, Shared) {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Seen>>::default();
        let shared = Shared { server, rule: Arc::new(Mutex::new(rule)), seen: Arc::clone(&seen) };
        (Self { port, seen }, listener, shared)
    }

    /// The line of a configuration that leads through it.
    pub fn imap(&self) -> String {
        format!("imap = \"imap://127.0.0.1:{}\"\n", self.port)
    }

    /// How often it was connected to.
    pub fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    /// Whether a connection is open.
    pub fn is_open(&self) -> bool {
        self.seen.lock().unwrap().open > 0
    }

    /// Whether an answer is to come.
    pub fn owes(&self) -> bool {
        self.seen.lock().unwrap().owing > 0
    }

    /// How many lines of the daemon contain this.
    pub fn count(&self, words: &str) -> usize {
        self.seen.lock().unwrap().lines.iter().filter(|line| line.contains(words)).count()
    }
}

async fn serve(listener: StdListener, shared: Shared) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(relay(client, shared.clone()));
    }
}

/// One connection.
struct Relay {
    shared: Shared,
    to_client: OwnedWriteHalf,
    to_server: OwnedWriteHalf,
    tag: String,
    owed: Owed,
}

/// Whether an answer is owed on one connection; its end is the connection's.
struct Owed {
    seen: Arc<Mutex<Seen>>,
    now: bool,
}

impl Owed {
    /// A connection that was accepted; its greeting is owed.
    fn greeting(seen: &Arc<Mutex<Seen>>) -> Self {
        let mut counts = seen.lock().unwrap();
        counts.connections += 1;
        counts.open += 1;
        counts.owing += 1;
        drop(counts);
        Self { seen: Arc::clone(seen), now: true }
    }

    fn set(&mut self, owed: bool) {
        let mut counts = self.seen.lock().unwrap();
        counts.owing = counts.owing - usize::from(self.now) + usize::from(owed);
        self.now = owed;
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        self.set(false);
        self.seen.lock().unwrap().open -= 1;
    }
}

async fn relay(client: TcpStream, shared: Shared) -> Option<()> {
    let owed = Owed::greeting(&shared.seen);
    let server = TcpStream::connect(("127.0.0.1", shared.server)).await.ok()?;
    // Line after line goes out at once, never after the acknowledgement of the one before.
    client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).ok()?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (mut from_client, mut from_server) = (BufReader::new(from_client), BufReader::new(from_server));
    let mut relay = Relay { shared, to_client, to_server, tag: String::new(), owed };
    relay.line(From::Nobody, b"").await?;
    let (mut asked, mut said) = (Vec::new(), Vec::new());
    loop {
        tokio::select! {
            count = from_client.read_until(b'\n', &mut asked) => {
                (count.ok()? > 0).then_some(())?;
                relay.line(From::Client, &std::mem::take(&mut asked)).await?;
            }
            count = from_server.read_until(b'\n', &mut said) => {
                (count.ok()? > 0).then_some(())?;
                relay.line(From::Server, &std::mem::take(&mut said)).await?;
            }
        }
    }
}

impl Relay {
    /// `None`: the connection ends.
    async fn line(&mut self, from: From, line: &[u8]) -> Option<()> {
        let text = String::from_utf8_lossy(line).trim_end().to_owned();
        if from == From::Client {
            self.shared.seen.lock().unwrap().lines.push(text.clone());
            self.owed.set(true);
            self.note_tag(&text);
        }
        let act = (self.shared.rule.lock().unwrap())(from, &text);
        match act {
            Act::Pass if from == From::Client => self.to_server.write_all(line).await.ok(),
            Act::Pass if from == From::Nobody => Some(()),
            Act::Pass => self.say(line).await,
            Act::Say(text) => self.say(format!("{}\r\n", text.replace("TAG", &self.tag)).as_bytes()).await,
            Act::Bye(text) => {
                self.say(format!("{}\r\n", text.replace("TAG", &self.tag)).as_bytes()).await?;
                None
            }
            Act::Cut => None,
            Act::Swallow => {
                self.owed.set(false);
                Some(())
            }
        }
    }

    async fn say(&mut self, line: &[u8]) -> Option<()> {
        self.to_client.write_all(line).await.ok()?;
        let text = String::from_utf8_lossy(line);
        let is_greeting = self.tag.is_empty();
        if is_greeting || text.starts_with('+') || text.starts_with(&format!("{} ", self.tag)) {
            self.owed.set(false);
        }
        Some(())
    }

    fn note_tag(&mut self, command: &str) {
        let is_tag = |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if let Some((tag, _)) = command.split_once(' ').filter(|(word, _)| is_tag(word)) {
            tag.clone_into(&mut self.tag);
        }
    }
}
