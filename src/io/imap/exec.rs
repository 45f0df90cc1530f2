//! The checked command loop: a command succeeded only when *our* tag came back with OK.
//!
//! After end of stream, BYE, a missed deadline, an I/O error or a future dropped in the middle, the connection is of no more
//! use and every later command says so at once.

use std::{collections::HashSet, io, time::Duration};

use imap_proto::{MailboxDatum, Outcome, Response, ResponseCode, Status};
use tokio::time::{Instant, timeout_at};

use super::{
    refusal::{refused, shown},
    wire::{Frame, Wire},
};
use crate::io::mailbox::MailboxError;

/// For commands that a server answers from memory.
pub const SHORT: Duration = Duration::from_secs(60);

/// For commands that read or write messages: 500 headers of a cold disk over a poor line.
pub const LONG: Duration = Duration::from_secs(300);

/// What came between a command and its tagged OK.
#[derive(Default)]
pub struct Done {
    /// Answers to SEARCH or FETCH that nobody could read: something asked for may be missing.
    pub unread: usize,
    /// UIDVALIDITY, UIDNEXT and the like: the codes of untagged OKs and of the tagged one, in order.
    pub codes: Vec<ResponseCode<'static>>,
}

/// A connection on which one command runs at a time.
pub struct Connection {
    wire: Wire,
    last_tag: u32,
    in_step: bool,
    capabilities: HashSet<String>,
    /// Messages in the selected folder, by the last EXISTS and the EXPUNGEs since.
    pub exists: usize,
    /// An EXISTS told of more messages since this was last cleared.
    pub grown: bool,
    /// The last command's literal was sent: from then on its effect is uncertain until the answer.
    pub offered: bool,
}

impl Connection {
    /// Over a stream whose greeting has not been read.
    pub fn new(wire: Wire) -> Self {
        let capabilities = HashSet::new();
        Self { wire, last_tag: 0, in_step: true, capabilities, exists: 0, grown: false, offered: false }
    }

    /// The wire, for TLS.
    pub fn into_wire(self) -> Wire {
        self.wire
    }

    /// Whether the server said it can, in its last CAPABILITY.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// Asks what the server can.
    pub async fn learn_capabilities(&mut self) -> Result<(), MailboxError> {
        self.capabilities.clear();
        self.exec("CAPABILITY", SHORT).await?;
        if self.capabilities.is_empty() {
            return Err(MailboxError::Unsupported("not an IMAP4rev1 server".to_owned()));
        }
        Ok(())
    }

    /// Runs a command whose untagged responses do not matter.
    pub async fn exec(&mut self, command: &str, deadline: Duration) -> Result<Done, MailboxError> {
        self.exec_with(command, None, deadline, &mut |_, _| {}).await
    }

    /// Runs a command. `on_response` is given each untagged response, `None` with the bytes of one that cannot be read.
    pub async fn exec_each(
        &mut self,
        command: &str,
        deadline: Duration,
        on_response: &mut dyn FnMut(Option<&Response<'_>>, &[u8]),
    ) -> Result<Done, MailboxError> {
        self.exec_with(command, None, deadline, on_response).await
    }

    /// Runs a command that goes on with `literal` once the server asks for it.
    pub async fn exec_with(
        &mut self,
        command: &str,
        literal: Option<&[u8]>,
        deadline: Duration,
        on_response: &mut dyn FnMut(Option<&Response<'_>>, &[u8]),
    ) -> Result<Done, MailboxError> {
        let until = Instant::now() + deadline;
        let tag = self.begin(command, until).await?;
        self.offered = false;
        let mut done = Done::default();
        loop {
            let frame = self.next(until).await?;
            let response = frame.parse();
            match &response {
                Some(Response::Done { tag: got, status, outcome }) if got.0 == tag => {
                    self.in_step = true;
                    done.codes.extend(own_code(outcome));
                    return if *status == Status::Ok { Ok(done) } else { Err(refused(status, outcome)) };
                }
                Some(Response::Continue(_)) => self.offer(literal, until).await?,
                Some(other) => {
                    done.codes.extend(untagged_code(other));
                    on_response(Some(other), frame.bytes());
                }
                // A completion that cannot be read would never come again.
                None if frame.bytes().starts_with(tag.as_bytes()) => return Err(self.lost("an unreadable answer")),
                None => {
                    done.unread += usize::from(is_answer(frame.bytes()));
                    on_response(None, frame.bytes());
                }
            }
        }
    }

    /// Sends a command; its tag. Until [`Connection::finish`] the connection counts as out of step.
    pub async fn begin(&mut self, command: &str, until: Instant) -> Result<String, MailboxError> {
        if !self.in_step {
            return Err(MailboxError::Lost("out of step".to_owned()));
        }
        self.in_step = false;
        self.last_tag += 1;
        let tag = format!("Q{}", self.last_tag);
        // The verb only: arguments may be a password.
        tracing::trace!(tag, verb = command.split(' ').next(), "IMAP command");
        self.send(format!("{tag} {command}\r\n").as_bytes(), until).await?;
        Ok(tag)
    }

    /// Whether another command may follow.
    pub fn is_in_step(&self) -> bool {
        self.in_step
    }

    /// The command of [`Connection::begin`] has been answered.
    pub fn finish(&mut self) {
        self.in_step = true;
    }

    /// The next response, whatever it is. EXISTS, EXPUNGE and CAPABILITY are noted; BYE is the end.
    pub async fn next(&mut self, until: Instant) -> Result<Frame, MailboxError> {
        let frame = match timeout_at(until, self.wire.next()).await {
            Ok(Ok(frame)) => frame,
            Ok(Err(error)) => return Err(self.broken(&error)),
            Err(_) => return Err(self.lost("no answer in time")),
        };
        match frame.parse() {
            Some(Response::Data { status: Status::Bye, outcome }) => {
                let text = outcome.information.as_deref().unwrap_or("BYE");
                return Err(self.bye(text));
            }
            Some(response) => self.note(&response),
            None => tracing::debug!("an IMAP response that cannot be read"),
        }
        Ok(frame)
    }

    /// Sends bytes as they are.
    pub async fn send(&mut self, bytes: &[u8], until: Instant) -> Result<(), MailboxError> {
        match timeout_at(until, self.wire.send(bytes)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(self.broken(&error)),
            Err(_) => Err(self.lost("sending took too long")),
        }
    }

    /// The connection is of no more use.
    pub fn lost(&mut self, why: &str) -> MailboxError {
        self.in_step = false;
        MailboxError::Lost(shown(why))
    }

    fn broken(&mut self, error: &io::Error) -> MailboxError {
        if error.kind() == io::ErrorKind::UnexpectedEof { self.lost("closed") } else { self.lost(&error.to_string()) }
    }

    /// A server that is overloaded says so in its goodbye.
    fn bye(&mut self, text: &str) -> MailboxError {
        match self.lost(text) {
            MailboxError::Lost(text) if text.to_ascii_lowercase().contains("too many") => MailboxError::Busy(text),
            error => error,
        }
    }

    async fn offer(&mut self, literal: Option<&[u8]>, until: Instant) -> Result<(), MailboxError> {
        let Some(literal) = literal.filter(|_| !self.offered) else {
            return Err(self.lost("asked for more than there is"));
        };
        self.offered = true;
        self.send(literal, until).await?;
        self.send(b"\r\n", until).await
    }

    fn note(&mut self, response: &Response<'_>) {
        match response {
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                let count = *count as usize;
                self.grown |= count > self.exists;
                self.exists = count;
            }
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Response::Capabilities(list) => {
                self.capabilities = list.iter().map(capability_name).collect();
            }
            _ => {}
        }
    }
}

/// Whether an unreadable response is one of those that a listing is made of: `* SEARCH …`, `* 12 FETCH …`.
fn is_answer(response: &[u8]) -> bool {
    let words = response.split(|byte| byte.is_ascii_whitespace()).skip(1).take(2);
    let is = |word: &[u8]| ["SEARCH", "ESEARCH", "FETCH"].iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    words.into_iter().any(is)
}

fn capability_name(capability: &imap_proto::Capability<'_>) -> String {
    use imap_proto::Capability;
    match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(name) => format!("AUTH={}", name.to_ascii_uppercase()),
        Capability::Atom(name) => name.to_ascii_uppercase(),
    }
}

fn untagged_code(response: &Response<'_>) -> Option<ResponseCode<'static>> {
    match response {
        Response::Data { status: Status::Ok, outcome } => own_code(outcome),
        _ => None,
    }
}

/// The codes that a caller looks for, made to outlive their response.
fn own_code(outcome: &Outcome<'_>) -> Option<ResponseCode<'static>> {
    match outcome.code.as_ref()? {
        ResponseCode::UidValidity(number) => Some(ResponseCode::UidValidity(*number)),
        ResponseCode::UidNext(number) => Some(ResponseCode::UidNext(*number)),
        ResponseCode::ReadOnly => Some(ResponseCode::ReadOnly),
        ResponseCode::PermanentFlags(flags) => {
            let flags = flags.iter().map(|flag| flag.clone().into_owned().into()).collect();
            Some(ResponseCode::PermanentFlags(flags))
        }
        _ => None,
    }
}
