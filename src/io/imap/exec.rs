//! The checked command loop over `run_command` and `read_response` of async-imap: a command succeeded only when *our* tag came
//! back with OK.
//!
//! After end of stream, BYE, a missed deadline, an I/O error or a future dropped in the middle, the connection is of no more
//! use and every later command says so at once.

use std::{
    collections::{HashSet, VecDeque},
    io,
    panic::AssertUnwindSafe,
    time::Duration,
};

use async_imap::{
    Client, Session,
    error::Error,
    imap_proto::{Capability, MailboxDatum, Outcome, RequestId, Response, ResponseCode, Status},
};
use futures::FutureExt as _;
use tokio::{
    io::AsyncWriteExt as _,
    time::{Instant, timeout_at},
};

use super::{
    pipeline::Sent,
    refusal::{refused, shown},
    screen::{Duplex, Screen, Unreadable, stands_for},
};
use crate::io::mailbox::MailboxError;

/// For commands that a server answers from memory.
pub const SHORT: Duration = Duration::from_secs(60);

/// For commands that read or write messages: 500 headers of a cold disk over a poor line; or a SELECT for which a server writes the
/// index of 100,000 messages anew.
pub const LONG: Duration = Duration::from_secs(300);

/// Codes that are kept of one answer: a SELECT has six.
const MAX_CODES: usize = 100;

/// The text of an error.
const CLOSED: &str = "closed";

/// The text of an error.
const UNREADABLE: &str = "an unreadable answer";

/// The text of an error.
pub(super) const ASKED_FOR_MORE: &str = "asked for more than there is";

/// What came between a command and its tagged OK.
#[derive(Default)]
pub struct Done {
    /// Answers to SEARCH or FETCH that nobody could read: something asked for may be missing.
    pub unread: usize,
    /// UIDVALIDITY, UIDNEXT and the like: the codes of untagged OKs and of the tagged one, in order.
    pub codes: Vec<ResponseCode<'static>>,
}

/// What one response was to the command that runs.
pub enum Step {
    /// Untagged: it was given on.
    Heard,
    /// The server asks for the rest of the command.
    Asked,
    /// The command is over and the connection is in step again.
    Completed(Result<(), MailboxError>),
}

/// A connection on which one command runs at a time.
pub struct Connection {
    session: Session<Screen>,
    /// Another command may follow.
    pub(super) in_step: bool,
    /// Commands sent ahead, oldest first.
    pub(super) sent: VecDeque<Sent>,
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
    pub async fn over(stream: Box<dyn Duplex>) -> Result<Self, MailboxError> {
        let session = session(stream).await.map_err(|error| MailboxError::Lost(shown(&error.to_string())))?;
        let capabilities = HashSet::new();
        Ok(Self {
            session,
            in_step: true,
            sent: VecDeque::new(),
            capabilities,
            exists: 0,
            grown: false,
            offered: false,
        })
    }

    /// The stream, for TLS; `None` if bytes are waiting. async-imap holds none: it is given one response at a time.
    pub fn into_stream(mut self) -> Option<Box<dyn Duplex>> {
        let nothing = Screen::new(Box::new(tokio::io::empty()));
        std::mem::replace(self.session.get_mut(), nothing).into_stream()
    }

    /// Whether the server said it can, in its last CAPABILITY.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// The last untagged NAMESPACE as it came.
    pub fn namespace(&self) -> &[u8] {
        self.session.get_ref().namespace()
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
        self.exec_with(command, None, deadline, &mut |_| {}).await
    }

    /// Runs a command. `on_response` is given each untagged response that can be read.
    pub async fn exec_each(
        &mut self,
        command: &str,
        deadline: Duration,
        on_response: &mut dyn FnMut(&Response<'_>),
    ) -> Result<Done, MailboxError> {
        self.exec_with(command, None, deadline, on_response).await
    }

    /// Runs a command that goes on with `literal` once the server asks for it.
    pub async fn exec_with(
        &mut self,
        command: &str,
        literal: Option<&[u8]>,
        deadline: Duration,
        on_response: &mut dyn FnMut(&Response<'_>),
    ) -> Result<Done, MailboxError> {
        let until = Instant::now() + deadline;
        let tag = self.begin(command, until).await?;
        self.offered = false;
        let mut done = Done::default();
        loop {
            match self.step(&tag, until, &mut done, on_response).await? {
                Step::Heard => {}
                Step::Asked => self.offer(literal, until).await?,
                Step::Completed(result) => return result.map(|()| done),
            }
        }
    }

    /// One response to the command of [`Connection::begin`].
    pub async fn step(
        &mut self,
        tag: &RequestId,
        until: Instant,
        done: &mut Done,
        on_response: &mut dyn FnMut(&Response<'_>),
    ) -> Result<Step, MailboxError> {
        let sort = |response: Result<&Response<'_>, Unreadable>| match response {
            Ok(Response::Done { tag: got, status, outcome }) if got == tag => {
                done.codes.extend(own_code(outcome));
                Step::Completed(if *status == Status::Ok { Ok(()) } else { Err(refused(status, outcome)) })
            }
            Ok(Response::Continue(_)) => Step::Asked,
            Ok(other) => {
                done.codes.extend(untagged_code(other).filter(|_| done.codes.len() < MAX_CODES));
                on_response(other);
                Step::Heard
            }
            Err(what) => {
                done.unread += usize::from(what == Unreadable::Answer);
                Step::Heard
            }
        };
        let step = self.next(until, sort).await?;
        self.in_step |= matches!(step, Step::Completed(_));
        Ok(step)
    }

    /// Sends a command; its tag. Until [`Step::Completed`] the connection counts as out of step.
    pub async fn begin(&mut self, command: &str, until: Instant) -> Result<RequestId, MailboxError> {
        if !self.in_step {
            return Err(MailboxError::Lost("out of step".to_owned()));
        }
        self.in_step = false;
        self.put(command, until).await
    }

    /// Sends a command, others may be on their way; its tag.
    pub(super) async fn put(&mut self, command: &str, until: Instant) -> Result<RequestId, MailboxError> {
        self.session.get_mut().expect_answer();
        // The verb only: arguments may be a password.
        tracing::trace!(verb = command.split(' ').next(), "IMAP command");
        match timeout_at(until, self.session.run_command(command)).await {
            Ok(Ok(tag)) => Ok(tag),
            Ok(Err(Error::Io(error))) => Err(self.broken(&error)),
            Ok(Err(error)) => Err(self.lost(&error.to_string())),
            Err(_) => Err(self.lost("sending took too long")),
        }
    }

    /// Whether another command may follow.
    pub fn is_in_step(&self) -> bool {
        self.in_step
    }

    /// Gives `read` the next response, whatever it is. EXISTS, EXPUNGE and CAPABILITY are noted; BYE is the end. Dropping the
    /// future loses nothing.
    pub async fn next<T>(
        &mut self,
        until: Instant,
        read: impl FnOnce(Result<&Response<'_>, Unreadable>) -> T,
    ) -> Result<T, MailboxError> {
        // The screen tried the whole; async-imap also tries what it has of a long one.
        let response = AssertUnwindSafe(self.session.read_response()).catch_unwind();
        let answer = match timeout_at(until, response).await {
            Ok(Ok(Ok(Some(answer)))) => answer,
            Ok(Ok(Ok(None))) => return Err(self.lost(CLOSED)),
            Ok(Ok(Err(error))) => return Err(self.broken(&error)),
            Ok(Err(_)) => return Err(self.lost(UNREADABLE)),
            Err(_) => return Err(self.lost("no answer in time")),
        };
        let response = answer.parsed();
        match response {
            Response::Data { status: Status::Bye, outcome } => {
                Err(self.bye(outcome.information.as_deref().unwrap_or("BYE")))
            }
            _ => {
                self.note(response);
                Ok(read(stands_for(response).map_or(Ok(response), Err)))
            }
        }
    }

    /// Sends bytes as they are: what a command goes on with may be no UTF-8.
    pub async fn send(&mut self, bytes: &[u8], until: Instant) -> Result<(), MailboxError> {
        let screen = self.session.get_mut();
        let sending = async {
            screen.write_all(bytes).await?;
            screen.flush().await
        };
        match timeout_at(until, sending).await {
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
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.lost(CLOSED),
            // async-imap puts the mail that it could not read into the text of its errors.
            io::ErrorKind::Other => self.lost(UNREADABLE),
            _ => self.lost(&error.to_string()),
        }
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
            return Err(self.lost(ASKED_FOR_MORE));
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

/// A session of async-imap over `stream`, whose greeting has not been read.
///
/// Of its types only `Session` has `run_command`, and only its own login makes one; but that login hides why it was refused and
/// heeds neither BYE nor a deadline. So it is played to a script, and ours comes later, as one checked command among others.
async fn session(stream: Box<dyn Duplex>) -> io::Result<Session<Screen>> {
    let script = tokio::io::join(&b"A0001 OK played\r\n"[..], tokio::io::sink());
    let client = Client::new(Screen::new(Box::new(script)));
    let mut session = client.login("", "").await.map_err(|(error, _)| io::Error::other(error))?;
    *session.get_mut() = Screen::new(stream);
    Ok(session)
}

fn capability_name(capability: &Capability<'_>) -> String {
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
