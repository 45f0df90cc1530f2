//! A TCP proxy on loopback that does harm once: at a chosen byte of what one side says on a chosen connection.
//!
//! Whatever it did to a connection, it hears the server out until the server closes: then, and not before, the server is done
//! with it, and [`Proxy::live`] counts it no more.

use std::{
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{Notify, oneshot, watch},
};

/// Nothing said for so long on loopback: nobody has anything to say.
const SILENCE: Duration = Duration::from_millis(200);

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Both sides see the end of the stream.
    Cut,
    /// The client sees a reset.
    Reset,
    /// Nothing more comes from the side that spoke; the other is still heard.
    Stall,
    /// Nothing more comes from either side, and the connection stays.
    Blackhole,
    /// The lowest bit of the next byte is flipped.
    Corrupt,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The side that connected.
    Client,
    /// The side that was connected to.
    Server,
}

/// A place in a dialogue: `column` bytes after line `line` of the speaker began. Counted so because servers put times of
/// varying length into their lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Which connection, from 0.
    pub connection: usize,
    /// Whose bytes are counted.
    pub speaker: Speaker,
    /// How many line ends passed before.
    pub line: usize,
    /// How many bytes passed since.
    pub column: usize,
}

/// What each side said on one connection.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// The side that connected.
    pub client: Vec<u8>,
    /// The side that was connected to.
    pub server: Vec<u8>,
}

/// A running proxy; its connections end with it.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    _stop: oneshot::Sender<()>,
}

struct Shared {
    target: u16,
    harm: Option<(Spot, Fault)>,
    transcripts: Mutex<Vec<Transcript>>,
    live: watch::Sender<usize>,
    struck: watch::Sender<bool>,
    said: Notify,
}

impl Proxy {
    /// Before a port on loopback.
    pub fn start(target: u16, harm: Option<(Spot, Fault)>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (live, struck) = (watch::Sender::new(0), watch::Sender::new(false));
        let shared =
            Arc::new(Shared { target, harm, transcripts: Mutex::default(), live, struck, said: Notify::new() });
        let (stop, stopped) = oneshot::channel();
        let own = Arc::clone(&shared);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                tokio::select! {
                    () = accept(listener, own) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { port, shared, _stop: stop }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Connections that are not over, for either side.
    pub fn live(&self) -> usize {
        *self.shared.live.borrow()
    }

    /// Whether it was told to do harm.
    pub fn does_harm(&self) -> bool {
        self.shared.harm.is_some()
    }

    /// Whether its harm may make somebody wait, and is still to come.
    pub fn delays(&self) -> bool {
        let delays = matches!(self.shared.harm, Some((_, Fault::Stall | Fault::Blackhole | Fault::Corrupt)));
        delays && !*self.shared.struck.borrow()
    }

    /// Returns when nobody has said anything for a while. Who is late then was slow, which no client can tell from silent.
    pub async fn silence(&self) {
        while tokio::time::timeout(SILENCE, self.shared.said.notified()).await.is_ok() {}
    }

    /// Whether the harm is done.
    pub fn struck(&self) -> watch::Receiver<bool> {
        self.shared.struck.subscribe()
    }

    /// What was said so far, by connection.
    pub fn transcripts(&self) -> Vec<Transcript> {
        self.shared.transcripts.lock().unwrap().clone()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((client, _)) = listener.accept().await {
        shared.live.send_modify(|live| *live += 1);
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            if let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, shared.target)).await {
                Relay::new(client, server, &shared).run().await;
            }
            shared.live.send_modify(|live| *live -= 1);
        });
    }
}

/// One side of a connection.
struct End {
    /// `None` once it was reset.
    stream: Option<TcpStream>,
    /// What it says is passed on.
    passes: bool,
    line: usize,
    column: usize,
}

struct Relay<'a> {
    number: usize,
    client: End,
    server: End,
    /// The next byte of this side is flipped.
    flips: Option<Speaker>,
    shared: &'a Shared,
}

impl<'a> Relay<'a> {
    fn new(client: TcpStream, server: TcpStream, shared: &'a Shared) -> Self {
        let mut transcripts = shared.transcripts.lock().unwrap();
        transcripts.push(Transcript::default());
        let end = |stream: TcpStream| {
            let _ = stream.set_nodelay(true);
            End { stream: Some(stream), passes: true, line: 0, column: 0 }
        };
        Self { number: transcripts.len() - 1, client: end(client), server: end(server), flips: None, shared }
    }

    async fn run(mut self) {
        for speaker in [Speaker::Client, Speaker::Server] {
            if self.is_due(speaker) {
                self.strike(speaker).await;
            }
        }
        let (mut from_client, mut from_server) = ([0; 4096], [0; 4096]);
        while self.client.stream.is_some() || self.server.stream.is_some() {
            let (speaker, bytes) = tokio::select! {
                count = read(&mut self.client.stream, &mut from_client) => (Speaker::Client, &mut from_client[..count]),
                count = read(&mut self.server.stream, &mut from_server) => (Speaker::Server, &mut from_server[..count]),
            };
            if bytes.is_empty() {
                self.ended(speaker).await;
            } else {
                self.said(speaker, bytes).await;
            }
        }
    }

    fn end(&mut self, speaker: Speaker) -> &mut End {
        match speaker {
            Speaker::Client => &mut self.client,
            Speaker::Server => &mut self.server,
        }
    }

    /// The client's end is always passed on: it will never hear anything again. The server's is, unless it is held back.
    async fn ended(&mut self, speaker: Speaker) {
        let passes = self.end(speaker).passes;
        self.end(speaker).stream = None;
        match speaker {
            Speaker::Client => hang_up(&mut self.server.stream).await,
            Speaker::Server if passes => hang_up(&mut self.client.stream).await,
            Speaker::Server => {}
        }
    }

    async fn said(&mut self, speaker: Speaker, mut bytes: &mut [u8]) {
        self.shared.said.notify_one();
        while !bytes.is_empty() && self.end(speaker).passes {
            if self.flips == Some(speaker) {
                bytes[0] ^= 1;
                self.flips = None;
            }
            let (count, due) = self.advance(speaker, bytes);
            let (now, later) = bytes.split_at_mut(count);
            self.pass_on(speaker, now).await;
            bytes = later;
            if due {
                self.strike(speaker).await;
            }
        }
    }

    /// Counts on until the spot is reached, if it is in `bytes`.
    fn advance(&mut self, speaker: Speaker, bytes: &[u8]) -> (usize, bool) {
        for (index, byte) in bytes.iter().enumerate() {
            let end = self.end(speaker);
            end.column += 1;
            if *byte == b'\n' {
                (end.line, end.column) = (end.line + 1, 0);
            }
            if self.is_due(speaker) {
                return (index + 1, true);
            }
        }
        (bytes.len(), false)
    }

    /// Also beyond the spot: a line may be shorter than it once was.
    fn is_due(&mut self, speaker: Speaker) -> bool {
        let Some((spot, _)) = self.shared.harm else { return false };
        let place = (self.end(speaker).line, self.end(speaker).column);
        let here = spot.connection == self.number && spot.speaker == speaker;
        here && !*self.shared.struck.borrow() && place >= (spot.line, spot.column)
    }

    async fn pass_on(&mut self, speaker: Speaker, bytes: &[u8]) {
        let number = self.number;
        let keep = |side: fn(&mut Transcript) -> &mut Vec<u8>| {
            side(&mut self.shared.transcripts.lock().unwrap()[number]).extend_from_slice(bytes);
        };
        let to = match speaker {
            Speaker::Client => {
                keep(|transcript| &mut transcript.client);
                &mut self.server.stream
            }
            Speaker::Server => {
                keep(|transcript| &mut transcript.server);
                &mut self.client.stream
            }
        };
        if let Some(stream) = to {
            // One that is gone is noticed where it is read.
            let _ = stream.write_all(bytes).await;
        }
    }

    async fn strike(&mut self, speaker: Speaker) {
        let Some((_, fault)) = self.shared.harm else { return };
        match fault {
            Fault::Corrupt => self.flips = Some(speaker),
            Fault::Stall => self.end(speaker).passes = false,
            Fault::Cut | Fault::Reset | Fault::Blackhole => (self.client.passes, self.server.passes) = (false, false),
        }
        if fault == Fault::Reset
            && let Some(stream) = self.client.stream.take()
        {
            stream.set_zero_linger().unwrap();
        }
        if matches!(fault, Fault::Cut | Fault::Reset) {
            hang_up(&mut self.client.stream).await;
            hang_up(&mut self.server.stream).await;
        }
        self.shared.struck.send_replace(true);
    }
}

/// The number of bytes read: 0 at the end. Never returns where there is nothing to read from.
async fn read(stream: &mut Option<TcpStream>, buffer: &mut [u8]) -> usize {
    match stream {
        Some(stream) => stream.read(buffer).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}

/// Nothing more is said; what comes is still heard.
async fn hang_up(stream: &mut Option<TcpStream>) {
    if let Some(stream) = stream {
        let _ = stream.shutdown().await;
    }
}
