//! Commands sent one behind the other, before the first of them is answered (RFC 3501, section 5.5), and sets of messages read
//! in that way: the server reads the next ones while we look at these. What was not looked at yet waits on the line, not in
//! memory.

use std::collections::VecDeque;

use async_imap::imap_proto::{RequestId, Response, Status};
use tokio::time::Instant;

use super::{
    exec::{ASKED_FOR_MORE, Connection, Done, LONG},
    refusal::refused,
    screen::Unreadable,
    sets::UidSet,
};
use crate::io::mailbox::MailboxError;

/// Sets that the server is asked for at a time: one that is looked at here, one on the line, and one that the server reads.
const AHEAD: usize = 3;

/// A command that was sent, and whose result nobody took yet.
pub(super) struct Sent {
    tag: RequestId,
    /// So far.
    result: Result<Done, MailboxError>,
    over: bool,
}

impl Connection {
    /// Sends a command; others may be on their way, of which none changes what this one answers. Until every result was taken
    /// by [`Connection::finish`] the connection counts as out of step.
    pub async fn send_ahead(&mut self, command: &str) -> Result<(), MailboxError> {
        let until = Instant::now() + LONG;
        let tag = match self.sent.is_empty() {
            true => self.begin(command, until).await?,
            false => self.put(command, until).await?,
        };
        self.sent.push_back(Sent { tag, result: Ok(Done::default()), over: false });
        Ok(())
    }

    /// Reads on until the oldest command sent ahead is over: its result; `None` if every result was taken. `on_response` is given
    /// the untagged responses, some of which may belong to a later command.
    pub async fn finish(
        &mut self,
        on_response: &mut dyn FnMut(&Response<'_>),
    ) -> Result<Option<Result<Done, MailboxError>>, MailboxError> {
        let until = Instant::now() + LONG;
        let mut sent = std::mem::take(&mut self.sent);
        while sent.front().is_some_and(|oldest| !oldest.over) {
            let step = self.next(until, |response| note(&mut sent, response, on_response));
            if step.await?.is_err() {
                return Err(self.lost(ASKED_FOR_MORE));
            }
        }
        let oldest = sent.pop_front();
        self.in_step |= oldest.is_some() && sent.is_empty();
        self.sent = sent;
        Ok(oldest.map(|sent| sent.result))
    }

    /// Reads the rest, whatever it is: the connection is in step again.
    pub async fn drain(&mut self) -> Result<(), MailboxError> {
        while self.finish(&mut |_| {}).await?.is_some() {}
        Ok(())
    }
}

/// Sorts one response; an error: the server asks for the rest of a command that has none.
fn note(
    sent: &mut VecDeque<Sent>,
    response: Result<&Response<'_>, Unreadable>,
    on_response: &mut dyn FnMut(&Response<'_>),
) -> Result<(), ()> {
    match response {
        Ok(Response::Done { tag, status, outcome }) => {
            if let Some(own) = sent.iter_mut().find(|own| own.tag == *tag) {
                own.over = true;
                if *status != Status::Ok {
                    own.result = Err(refused(status, outcome));
                }
            }
        }
        Ok(Response::Continue(_)) => return Err(()),
        Ok(other) => on_response(other),
        Err(what) => {
            // Servers answer in order: what cannot be read belongs to the oldest.
            let oldest = sent.front_mut().map(|own| &mut own.result);
            if let (Unreadable::Answer, Some(Ok(done))) = (what, oldest) {
                done.unread += 1;
            }
        }
    }
    Ok(())
}

/// UID FETCH of set after set.
pub(super) struct Reading<'a> {
    rest: std::slice::Iter<'a, UidSet>,
    items: String,
    /// Asked for and not given out yet, oldest first.
    asked: VecDeque<&'a UidSet>,
    /// The results of the first of them.
    over: VecDeque<Result<Done, MailboxError>>,
}

impl<'a> Reading<'a> {
    /// Of `items` of the messages of each set.
    pub fn of(sets: &'a [UidSet], items: String) -> Self {
        Self { rest: sets.iter(), items, asked: VecDeque::new(), over: VecDeque::new() }
    }

    /// The next set, when everything about it was given to `on_response`, with how its command ended. Some of what is given
    /// belongs to the set after it.
    pub async fn next(
        &mut self,
        connection: &mut Connection,
        on_response: &mut dyn FnMut(&Response<'_>),
    ) -> Result<Option<(&'a UidSet, Result<Done, MailboxError>)>, MailboxError> {
        if self.over.is_empty() {
            while self.asked.len() < AHEAD
                && let Some(set) = self.rest.next()
            {
                connection.send_ahead(&fetching(set, &self.items)).await?;
                self.asked.push_back(set);
            }
            self.over.extend(connection.finish(on_response).await?);
        }
        Ok(self.asked.pop_front().zip(self.over.pop_front()))
    }

    /// Waits for everything that was asked for: other commands may be sent.
    pub async fn catch_up(
        &mut self,
        connection: &mut Connection,
        on_response: &mut dyn FnMut(&Response<'_>),
    ) -> Result<(), MailboxError> {
        while let Some(result) = connection.finish(on_response).await? {
            self.over.push_back(result);
        }
        Ok(())
    }
}

/// The command for `items` of the messages of a set.
pub(super) fn fetching(set: &UidSet, items: &str) -> String {
    format!("UID FETCH {} (UID {items})", set.text)
}
