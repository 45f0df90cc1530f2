//! One mailbox of the configuration and its connection: up, being made, or down until an instant.

use std::{collections::HashSet, rc::Rc};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    config::{Account, Config, MailboxConfig, Source},
    core::{backoff::Backoff, gate::Mode, mail::Uid},
    io::{
        imap::{self, ImapMailbox},
        mailbox::{FolderNames, Mailbox, MailboxError},
        maildir::MaildirMailbox,
        secret::{self, NoSecret},
    },
};

/// Messages remembered as left alone in this span, so that a listing does not fetch their headers again. Beyond it they are
/// fetched again: slower, never wrong.
const LEFT_ALONE: usize = 100_000;

/// A login refused for the first time is tried once more after this long: some servers refuse while they start.
const LOGIN_RETRY: TimeDelta = TimeDelta::seconds(5);

/// A connection that lasted so long was a good one: how often it failed before does not count any more. The longest pause after
/// a lost connection, so that a server which takes us and hangs up is not asked every two seconds.
const LASTED: TimeDelta = TimeDelta::seconds(80);

/// How the connection stands.
pub(super) enum Connection {
    /// Ready.
    Up(Box<dyn Mailbox>),
    /// Being made.
    Connecting,
    /// To be tried again at this instant; `None`: at the next opening, or on reload.
    Down(Option<DateTime<Utc>>),
}

/// A mailbox and what is remembered of it while the daemon runs.
pub(super) struct Link {
    pub name: String,
    pub mode: Mode,
    pub connection: Connection,
    /// Why it is down, for people.
    pub trouble: Option<String>,
    /// Whether the folders were found or made once: later a missing folder is told, never silently made again.
    pub prepared: bool,
    /// Whether at least one attempt to connect has ended.
    pub tried: bool,
    /// The server lacks what a safe move needs.
    unsupported: bool,
    /// The server asked to come back later.
    busy: bool,
    /// Since when the connection is ready; `None` while it is not.
    up_since: Option<DateTime<Utc>>,
    failures: u32,
    login_refusals: u32,
    uid_validity: u32,
    left_alone: HashSet<Uid>,
}

impl Link {
    pub fn new(config: &MailboxConfig, now: DateTime<Utc>) -> Self {
        Self {
            name: config.name.clone(),
            mode: if config.filed_at_delivery() { Mode::Intake } else { Mode::Inbox },
            connection: Connection::Down(Some(now)),
            trouble: None,
            prepared: false,
            tried: false,
            unsupported: false,
            busy: false,
            up_since: None,
            failures: 0,
            login_refusals: 0,
            uid_validity: 0,
            left_alone: HashSet::new(),
        }
    }

    /// After a reload: a login that was refused is tried once, not twice.
    pub fn after(mut self, earlier: &[Self]) -> Self {
        let refused = earlier.iter().any(|link| link.name == self.name && link.was_refused());
        self.login_refusals = u32::from(refused);
        self
    }

    /// The mailbox, if it is ready.
    pub fn mailbox(&mut self) -> Option<&mut dyn Mailbox> {
        match &mut self.connection {
            Connection::Up(mailbox) => Some(mailbox.as_mut()),
            Connection::Connecting | Connection::Down(_) => None,
        }
    }

    pub fn is_up(&self) -> bool {
        matches!(self.connection, Connection::Up(_))
    }

    /// Whether an attempt to connect is due. A retry further away than any delay of ours was set under another clock.
    pub fn wants_to_connect(&self, now: DateTime<Utc>) -> bool {
        match self.connection {
            Connection::Down(Some(at)) => at <= now || at > now + TimeDelta::hours(25),
            _ => false,
        }
    }

    /// When to try again, if that is known.
    pub fn retry_at(&self) -> Option<DateTime<Utc>> {
        match self.connection {
            Connection::Down(at) => at,
            _ => None,
        }
    }

    /// Refused for good since the start: the password is wrong.
    pub fn login_refused(&self) -> bool {
        !self.prepared && self.login_refusals >= 2
    }

    /// The server cannot be used, and never was since the start.
    pub fn is_unsupported(&self) -> bool {
        self.unsupported && !self.prepared
    }

    /// The last attempt to log in was refused.
    pub fn was_refused(&self) -> bool {
        !self.is_up() && self.login_refusals > 0
    }

    pub fn is_connecting(&self) -> bool {
        matches!(self.connection, Connection::Connecting)
    }

    /// The connection is ready.
    pub fn connected(&mut self, mailbox: Box<dyn Mailbox>, now: DateTime<Utc>) {
        self.connection = Connection::Up(mailbox);
        self.up_since = Some(now);
        self.prepared = true;
        self.tried = true;
        self.login_refusals = 0;
        self.left_alone.clear();
    }

    /// A sweep ended well: the mailbox works again.
    pub fn works(&mut self) {
        self.trouble = None;
    }

    /// Something failed, `why` in words for people: the connection is dropped and tried again later, the sooner the more passing the cause.
    pub fn failed(&mut self, error: &MailboxError, why: &str, now: DateTime<Utc>) {
        self.tried = true;
        if self.up_since.take().is_some_and(|since| now - since >= LASTED) {
            self.failures = 0;
        }
        self.failures = self.failures.saturating_add(1);
        self.left_alone.clear();
        self.busy = matches!(error, MailboxError::Busy(_));
        self.unsupported = matches!(error, MailboxError::Unsupported(_));
        self.trouble = Some(why.to_owned());
        let jitter = fastrand::f64();
        let delay = match error {
            MailboxError::Login(_) | MailboxError::Token(_) => {
                self.login_refusals += 1;
                (self.login_refusals < 2).then_some(LOGIN_RETRY)
            }
            MailboxError::Lost(_) => Some(Backoff::CONNECT.delay(self.failures, jitter)),
            MailboxError::Busy(_) => Some(Backoff::BUSY.delay(self.failures, jitter)),
            MailboxError::Secret(_)
            | MailboxError::Refused(_)
            | MailboxError::Full(_)
            | MailboxError::Missing(_)
            | MailboxError::Unsupported(_)
            | MailboxError::Tls(_) => Some(Backoff::REFUSED.delay(self.failures, jitter)),
        };
        self.connection = Connection::Down(delay.map(|delay| now + delay));
    }

    /// A new span, or a new configuration: look at everything again; at an opening whatever is down is tried at once.
    pub fn refresh(&mut self, now: DateTime<Utc>, retry: bool) {
        self.left_alone.clear();
        // A server that asked to be left alone is left alone.
        if retry && !self.busy && matches!(self.connection, Connection::Down(_)) {
            self.connection = Connection::Down(Some(now));
        }
    }

    /// The folder's UIDVALIDITY: when it changed, UIDs seen before mean nothing.
    pub fn opened(&mut self, uid_validity: u32) {
        if self.uid_validity != uid_validity {
            self.uid_validity = uid_validity;
            self.left_alone.clear();
        }
    }

    pub fn leave_alone(&mut self, uids: impl IntoIterator<Item = Uid>) {
        if self.left_alone.len() > LEFT_ALONE {
            self.left_alone.clear();
        }
        self.left_alone.extend(uids);
    }

    pub fn is_left_alone(&self, uid: &Uid) -> bool {
        self.left_alone.contains(uid)
    }
}

/// Connects to a mailbox of the configuration and finds its folders; with `create` the missing ones are made.
///
/// # Errors
/// Whatever keeps the mailbox from being used; nothing was moved.
pub async fn connect(config: &MailboxConfig, create: bool) -> Result<Box<dyn Mailbox>, MailboxError> {
    let mut mailbox = reach(config).await?;
    mailbox.prepare(create).await?;
    Ok(mailbox)
}

/// Connects to a mailbox whose folders may be missing: nothing but reading is meant.
pub(super) async fn connect_to_read(config: &MailboxConfig) -> Result<Box<dyn Mailbox>, MailboxError> {
    let mut mailbox = reach(config).await?;
    match mailbox.prepare(false).await {
        Ok(()) | Err(MailboxError::Missing(_)) => Ok(mailbox),
        Err(error) => Err(error),
    }
}

async fn reach(config: &MailboxConfig) -> Result<Box<dyn Mailbox>, MailboxError> {
    let folders =
        FolderNames { intake: config.intake.clone(), held: config.held.clone(), released: config.released.clone() };
    Ok(match &config.source {
        Source::Imap(account) => Box::new(log_in(account, &folders).await?),
        Source::Maildir(root) => Box::new(MaildirMailbox::new(root, &folders)?),
    })
}

/// A token that is refused may have expired since its command last looked: it is asked for anew, once. A password is not, since
/// each refusal counts towards a lock-out.
async fn log_in(account: &Account, folders: &FolderNames) -> Result<ImapMailbox, MailboxError> {
    let secret = || async {
        let key = account.secret.key();
        secret::read(&account.secret).await.map_err(|error| MailboxError::Secret(NoSecret { key, error }))
    };
    match imap::connect(account, folders, secret().await?).await {
        Err(MailboxError::Token(why)) => {
            tracing::debug!(why, "the token was refused; asking for another");
            imap::connect(account, folders, secret().await?).await
        }
        outcome => outcome,
    }
}

/// As [`connect`], for the mailbox at `index`, owning what it needs.
pub(super) async fn connect_owned(
    config: Rc<Config>,
    index: usize,
    create: bool,
) -> (usize, Result<Box<dyn Mailbox>, MailboxError>) {
    let outcome = match config.mailboxes.get(index) {
        Some(mailbox) => connect(mailbox, create).await,
        None => Err(MailboxError::Missing(index.to_string())),
    };
    (index, outcome)
}
