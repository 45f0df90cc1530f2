//! Waiting: IDLE (RFC 2177) where the server takes it, else asking now and then. A hint, never the truth.

use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, RequestId, Response};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use super::{
    ImapMailbox,
    exec::{Done, SHORT, Step},
};
use crate::{
    core::mail::Folder,
    io::mailbox::{Access, MailboxError},
};

/// A wait in which the server says nothing. Afterwards the caller lists, which also shows whether the connection still lives. Not
/// less: a timer wakes the program already when that round of Tokio's wheel begins in which it ends, and a round takes 262 s. With
/// a sign of life every two minutes, after each of which it is set anew, this one's last round never begins.
const SILENCE: Duration = Duration::from_secs(390);

/// The first sign of life after this ends one IDLE, and the next begins at once: after 29 minutes a server may take us for gone
/// (RFC 2177). No timer of its own; at the latest [`SILENCE`] later it is over anyway.
const RENEWAL: Duration = Duration::from_secs(22 * 60);

/// A whole wait, of a few IDLEs: a listing finds what the server did not tell of.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The answer to IDLE and to DONE: a server has nothing to read for it.
const IDLE_ANSWER: Duration = Duration::from_secs(15);

/// Between two NOOPs where there is no IDLE; a fifth more or less, so that clients do not fall into step.
const POLL: Duration = Duration::from_secs(60);

/// After a refused IDLE it is tried again: an upgrade, or a proxy that restarted.
const IDLE_RETRY: Duration = Duration::from_secs(60 * 60);

/// How an idle phase ended.
enum Idled {
    /// Something changed, the time is over, or we were stopped.
    Over,
    /// It went on for long.
    Long,
    /// The server does not do it.
    Refused,
}

impl ImapMailbox {
    pub(super) async fn wait_for_change(
        &mut self,
        folder: Folder,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), MailboxError> {
        let begun = Instant::now();
        if *stop.borrow() || self.changed_meanwhile(folder).await? {
            return Ok(());
        }
        let refused_lately = self.idle_refused.is_some_and(|at| at.elapsed() < IDLE_RETRY);
        if self.connection.can("IDLE") && !refused_lately {
            loop {
                match self.idle(&mut stop).await? {
                    Idled::Long if begun.elapsed() < LONGEST => {}
                    Idled::Long | Idled::Over => return Ok(()),
                    Idled::Refused => break,
                }
            }
            self.idle_refused = Some(Instant::now());
        }
        self.poll(begun + SILENCE, &mut stop).await
    }

    /// Opens the folder if it is not open; whether messages came since it was last listed.
    async fn changed_meanwhile(&mut self, folder: Folder) -> Result<bool, MailboxError> {
        let name = self.wire_name(folder);
        if self.open.as_ref().is_some_and(|open| open.name == name) {
            return Ok(std::mem::take(&mut self.connection.grown));
        }
        let before = self.looked.get(&name).copied();
        self.open_folder(folder, Access::Read).await?;
        Ok(before.is_some() && before != self.looked.get(&name).copied())
    }

    async fn idle(&mut self, stop: &mut watch::Receiver<bool>) -> Result<Idled, MailboxError> {
        let begun = Instant::now();
        let answer = begun + IDLE_ANSWER;
        let tag = self.connection.begin("IDLE", answer).await?;
        let mut changed = false;
        loop {
            match self.listen(&tag, answer, &mut changed).await? {
                Step::Heard => {}
                Step::Asked => break,
                Step::Completed(result) => {
                    // An OK before DONE is as little an idle as a NO.
                    tracing::debug!(?result, "IDLE refused");
                    return Ok(Idled::Refused);
                }
            }
        }
        let mut is_long = false;
        while !changed && !is_long {
            let silent = Instant::now() + SILENCE;
            tokio::select! {
                () = stopped(stop) => break,
                () = sleep_until(silent) => break,
                step = self.listen(&tag, silent + IDLE_ANSWER, &mut changed) => {
                    if let Step::Completed(result) = step? {
                        return result.map(|()| Idled::Over);
                    }
                    is_long = begun.elapsed() >= RENEWAL;
                }
            }
        }
        self.leave_idle(&tag, &mut changed).await?;
        Ok(if is_long && !changed { Idled::Long } else { Idled::Over })
    }

    async fn listen(&mut self, tag: &RequestId, until: Instant, changed: &mut bool) -> Result<Step, MailboxError> {
        let note = &mut |response: &Response<'_>| *changed |= is_change(response);
        self.connection.step(tag, until, &mut Done::default(), note).await
    }

    /// DONE, and everything up to its answer: only then is the connection in step. Before it a server tells what it had not yet.
    async fn leave_idle(&mut self, tag: &RequestId, changed: &mut bool) -> Result<(), MailboxError> {
        let answer = Instant::now() + IDLE_ANSWER;
        self.connection.send(b"DONE\r\n", answer).await?;
        loop {
            if let Step::Completed(result) = self.listen(tag, answer, changed).await? {
                return result;
            }
        }
    }

    async fn poll(&mut self, until: Instant, stop: &mut watch::Receiver<bool>) -> Result<(), MailboxError> {
        while Instant::now() < until {
            tokio::select! {
                () = stopped(stop) => return Ok(()),
                () = sleep(POLL.mul_f64(0.8 + 0.4 * fastrand::f64())) => {}
            }
            self.connection.exec("NOOP", SHORT).await?;
            if std::mem::take(&mut self.connection.grown) {
                break;
            }
        }
        Ok(())
    }
}

/// New or vanished messages; flags that others change are no reason to list.
fn is_change(response: &Response<'_>) -> bool {
    matches!(response, Response::MailboxData(MailboxDatum::Exists(_)) | Response::Expunge(_))
}

/// Returns when stopped; never, when nobody can stop any more.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
