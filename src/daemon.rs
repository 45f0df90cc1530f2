//! The loop: observe, decide, perform, record. The only place that joins `core` and `io`.
//!
//! Invariants. Only one turn runs at a time, so holding, listing and filing never overlap. A turn may be dropped at any await
//! (a stop, a crash): everything it leaves behind is found again by the next one, from the mailbox and the state.

mod begin;
mod collect;
mod connecting;
mod deliver;
mod enclose;
mod explain;
mod filing;
mod link;
mod moving;
mod orphans;
mod past;
mod rest;
mod send;
mod sweep;
mod tell;
mod witness;

use std::{rc::Rc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use futures::{future::LocalBoxFuture, stream::FuturesUnordered};
use tokio::sync::{mpsc, watch};

pub use self::{
    collect::preview,
    explain::{mailbox as explain_mailbox, smtp as explain_smtp},
    link::connect,
    past::{ReadFolders, arrivals},
    send::try_smtp,
    witness::{Event, Log, Witness},
};
use self::{link::Link, rest::Woke};
use crate::{
    config::Config,
    core::{
        gate::{self, Decision, Outlook, Policy, Reason, Standing},
        release::Release,
        sentences::Sentences,
        timeline::{Span, Timeline},
    },
    io::{
        clock::Clock,
        mailbox::{Mailbox, MailboxError},
        service::Watchdog,
        state::{State, StateError},
    },
};

/// A clock that shows a time before this version was written is looked at again this often.
const CLOCK_RECHECK: TimeDelta = TimeDelta::seconds(60);

/// The state could not be read or written: tried again after this long.
const STATE_RETRY: TimeDelta = TimeDelta::seconds(30);

/// A stop in the middle of a turn lets it end within this time; systemd allows 90 s.
const STOP_GRACE: Duration = Duration::from_secs(20);

/// Nothing known to come within a day: look at the timeline again then.
const LONGEST_SLEEP: TimeDelta = TimeDelta::hours(24);

/// What the world asks of a running daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// A command wrote to the state.
    Wake,
    /// SIGHUP: read the configuration again.
    Reload,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Asked to stop, or everything due is done.
    Done,
    /// `--once`: something is still to come.
    Pending,
    /// The first login was refused twice, in every mailbox.
    LoginRefused,
    /// No server can move messages safely.
    Unsupported,
}

/// Reads the configuration again; the sentence says what is wrong with it.
pub type Reload = Box<dyn Fn() -> Result<Config, String>>;

type Connected = (usize, Result<Box<dyn Mailbox>, MailboxError>);

/// What ends a step of a turn.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    #[error(transparent)]
    State(#[from] StateError),
}

/// How far a release came in one turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// Nothing is due.
    Nothing,
    /// Something ended: look again at once.
    Advanced,
    /// Something is due and waits: for this instant, or for a mailbox.
    Waits(Option<DateTime<Utc>>),
}

/// One volunteer's daemon.
pub struct Daemon {
    config: Rc<Config>,
    policy: Policy,
    sentences: Rc<Sentences>,
    clock: Rc<dyn Clock>,
    state: State,
    witness: Box<dyn Witness>,
    links: Vec<Link>,
    connecting: FuturesUnordered<LocalBoxFuture<'static, Connected>>,
    /// The open release as last recorded; kept here so that its bytes are not read from disk at every turn.
    release: Option<Release>,
    /// The digest was accepted but recording it failed: recorded before anything else, never delivered again.
    unrecorded: bool,
    /// Nothing of the open release is tried before this.
    retry_at: Option<DateTime<Utc>>,
    refusals: u32,
    /// Since when a digest instant waits for a mailbox that is not up.
    due_since: Option<DateTime<Utc>>,
    /// Whether sealed originals that no release knows (the state was lost) were looked for.
    orphans_settled: bool,
    /// Whether any mailbox was ever up: from then on no refused login ends the daemon.
    was_up: bool,
    /// Fed from the loop alone.
    watchdog: Option<Watchdog>,
    /// Tells the volunteer on their desktop.
    desktop: Box<dyn Fn(&str)>,
    /// Whether this open span's trouble was told on the desktop, if there was any.
    span_told: bool,
    started_at: DateTime<Utc>,
    last_span: Option<Span>,
    last_status: String,
    trouble: Option<String>,
    /// What the state says of it: what an earlier run wrote there, at first.
    noted: Option<String>,
    /// What is wrong with a file that was to replace the configuration.
    broken_config: Option<String>,
    reload: Option<Reload>,
    status: Box<dyn Fn(&str)>,
    once: bool,
}

/// What a turn leaves to the time after it.
struct Turn {
    wake_at: DateTime<Utc>,
    progress: Progress,
}

impl Daemon {
    /// A daemon that has not begun.
    ///
    /// # Errors
    /// The state cannot be read or written.
    pub fn new(
        config: Config,
        state: State,
        clock: Rc<dyn Clock>,
        witness: Box<dyn Witness>,
    ) -> Result<Self, StateError> {
        let now = clock.now();
        state.prune(now)?;
        // Under a clock that is not set yet, the first start is still to come: the first sweep writes it.
        if now >= gate::EARLIEST {
            state.enabled_at(now)?;
        }
        let release = state.release()?;
        let noted = state.note("last_error")?;
        Ok(Self {
            policy: policy(&config),
            sentences: Rc::new(Sentences::new(config.language)),
            links: config.mailboxes.iter().map(|mailbox| Link::new(mailbox, now)).collect(),
            config: Rc::new(config),
            clock,
            state,
            witness,
            connecting: FuturesUnordered::new(),
            release,
            unrecorded: false,
            retry_at: None,
            refusals: 0,
            due_since: None,
            orphans_settled: false,
            was_up: false,
            watchdog: None,
            desktop: Box::new(|_| {}),
            span_told: false,
            started_at: now,
            last_span: None,
            last_status: String::new(),
            trouble: None,
            noted,
            broken_config: None,
            reload: None,
            status: Box::new(|_| {}),
            once: false,
        })
    }

    /// How the configuration is read again on reload.
    #[must_use]
    pub fn with_reload(mut self, reload: Reload) -> Self {
        self.reload = Some(reload);
        self
    }

    /// Who is told the one-line status when it changes: no counts, no subjects.
    #[must_use]
    pub fn with_status(mut self, status: Box<dyn Fn(&str)>) -> Self {
        self.status = status;
        self
    }

    /// The watchdog that the loop feeds, if the service manager asked for one.
    #[must_use]
    pub fn with_watchdog(mut self, watchdog: Option<Watchdog>) -> Self {
        self.watchdog = watchdog;
        self
    }

    /// Who is told, once in an open span and never at night, what is wrong.
    #[must_use]
    pub fn with_desktop(mut self, desktop: Box<dyn Fn(&str)>) -> Self {
        self.desktop = desktop;
        self
    }

    /// What keeps it from working, if anything: a sentence.
    pub fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    /// Runs until `stop` becomes true.
    ///
    /// # Errors
    /// The state cannot be used at all; passing faults of the disk are waited for.
    pub async fn run(
        &mut self,
        mut signals: mpsc::UnboundedReceiver<Signal>,
        stop: watch::Receiver<bool>,
    ) -> Result<Ended, StateError> {
        self.state.set_note("running_since", Some(&self.started_at.to_rfc3339()))?;
        loop {
            self.feed();
            let turn = tokio::select! {
                turn = self.turn() => turn,
                () = long_stopped(stop.clone()) => return Ok(Ended::Done),
            };
            let wake_at = match turn {
                Ok(Turn { progress: Progress::Advanced, .. }) => continue,
                Ok(turn) => turn.wake_at,
                Err(StateError::Storage(text)) => self.state_failed(&text),
                Err(error) => return Err(error),
            };
            if !self.was_up && self.links.iter().all(Link::login_refused) {
                return Ok(Ended::LoginRefused);
            }
            if self.links.iter().all(Link::is_unsupported) {
                return Ok(Ended::Unsupported);
            }
            match self.rest(wake_at, &mut signals, stop.clone()).await {
                Woke::Stop => break,
                Woke::Reload => self.reload(),
                Woke::Hint => {}
            }
        }
        self.close().await;
        Ok(Ended::Done)
    }

    /// Performs what is due now, once every mailbox was tried; looks once at an uncertain delivery.
    ///
    /// # Errors
    /// The state cannot be read or written.
    pub async fn run_once(&mut self) -> Result<Ended, StateError> {
        self.once = true;
        let turn = loop {
            let turn = self.turn().await?;
            if turn.progress == Progress::Advanced {
                continue;
            }
            if self.connecting.is_empty() {
                break turn;
            }
            self.await_connection().await;
        };
        let all_up = self.links.iter().all(Link::is_up);
        let refused = self.links.iter().all(Link::was_refused);
        let unsupported = self.links.iter().all(Link::is_unsupported);
        self.close().await;
        Ok(match turn.progress {
            _ if refused => Ended::LoginRefused,
            _ if unsupported => Ended::Unsupported,
            Progress::Nothing if all_up => Ended::Done,
            _ => Ended::Pending,
        })
    }

    async fn turn(&mut self) -> Result<Turn, StateError> {
        let now = self.clock.now();
        self.record_acceptance(now)?;
        let timeline = self.timeline()?;
        let outlook = gate::outlook(&timeline, &self.policy, now);
        self.notice_edge(&outlook, &timeline, now);
        self.start_connecting(now);
        let decisions = self.decide(&outlook, now)?;
        if decisions.iter().any(|decision| decision.reason == Reason::ClockUnset) {
            let text = self.sentences.say("daemon-clock-unset");
            self.note_trouble(Some(&text));
            return Ok(Turn { wake_at: now + CLOCK_RECHECK, progress: Progress::Nothing });
        }
        let sweeps: Vec<_> = decisions.iter().map(|decision| decision.sweep).collect();
        self.settle_orphans_early(now).await?;
        self.sweep(&sweeps, &outlook, now).await?;
        let progress = self.releases(&timeline, &outlook, &decisions, now).await?;
        if progress == Progress::Nothing && self.links.iter().all(|link| link.trouble.is_none()) {
            let text = self.broken_config.clone();
            self.note_trouble(text.as_deref());
        }
        self.tell_desktop(&outlook, progress, now);
        Ok(Turn { wake_at: self.wake_at(&outlook, progress, now), progress })
    }

    /// The declared availability with the overrides of this moment.
    fn timeline(&self) -> Result<Timeline, StateError> {
        let mut timeline = self.config.timeline.clone();
        timeline.overrides = self.state.overrides()?;
        Ok(timeline)
    }

    fn decide(&self, outlook: &Outlook, now: DateTime<Utc>) -> Result<Vec<Decision>, StateError> {
        let mut decisions = Vec::with_capacity(self.links.len());
        for link in &self.links {
            let instant_done = match outlook.instant {
                Some(instant) => self.state.is_done(&link.name, instant)?,
                None => false,
            };
            let span_served = match (outlook.instant, outlook.span.since) {
                (Some(_), Some(since)) => self.state.done_since(&link.name, since)?,
                // Open as far back as the timeline reaches: there is no opening to wait for.
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => instant_done,
            };
            let in_release = self.release.as_ref().is_some_and(|release| release.concerns(&link.name))
                || !self.state.unfiled(&link.name)?.is_empty();
            let standing = Standing { mode: link.mode, instant_done, span_served, in_release };
            decisions.push(gate::decide(now, outlook, &self.policy, standing));
        }
        Ok(decisions)
    }

    /// A step is over: the loop does not hang. A turn of many steps, each with a slow server, may rightly take hours.
    fn feed(&mut self) {
        if let Some(watchdog) = &mut self.watchdog {
            watchdog.feed();
        }
    }

    fn wake_at(&self, outlook: &Outlook, progress: Progress, now: DateTime<Utc>) -> DateTime<Utc> {
        let release = match progress {
            Progress::Waits(at) => at,
            Progress::Nothing | Progress::Advanced => None,
        };
        let retries = self.links.iter().filter_map(Link::retry_at);
        let instants = outlook.next.into_iter().chain(release).chain(retries);
        instants.min().unwrap_or(now + LONGEST_SLEEP).min(now + LONGEST_SLEEP)
    }

    /// A broken file keeps the old configuration. An open release keeps what it was sealed with.
    fn reload(&mut self) {
        let Some(reload) = &self.reload else { return };
        let now = self.clock.now();
        match reload() {
            Ok(config) => {
                self.connecting = FuturesUnordered::new();
                // Whoever mended the configuration is waiting for the digest.
                if let Err(error) = self.state.set_note(deliver::BLOCKED_UNTIL, None) {
                    tracing::warn!(%error, "the state could not be written");
                }
                self.policy = policy(&config);
                self.sentences = Rc::new(Sentences::new(config.language));
                let links = config.mailboxes.iter().map(|mailbox| Link::new(mailbox, now));
                self.links = links.map(|link| link.after(&self.links)).collect();
                self.config = Rc::new(config);
                self.last_span = None;
                self.broken_config = None;
            }
            Err(text) => {
                self.witness.tell(now, Event::Trouble { mailbox: None, text: &text });
                self.note_trouble(Some(&text));
                self.broken_config = Some(text);
            }
        }
    }
}

/// Resolves when a stop was asked for and the turn had its grace.
async fn long_stopped(mut stop: watch::Receiver<bool>) {
    // A sender that is gone can ask for nothing any more.
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
    tokio::time::sleep(STOP_GRACE).await;
}

/// What the gate needs of a configuration.
pub fn policy(config: &Config) -> Policy {
    Policy {
        at_opening: config.digest.at_opening,
        at: config.digest.at.clone(),
        batch: config.digest.batch,
        max_urgent: config.max_urgent,
    }
}
