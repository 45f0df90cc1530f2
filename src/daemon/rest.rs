//! The time between two turns: until an instant, a hint from a mailbox, a command, a signal, or a connection.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, stream::FuturesUnordered};
use tokio::sync::{mpsc, watch};

use super::{Daemon, Signal};
use crate::{core::mail::Folder, io::service::Watchdog};

/// Why a rest ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woke {
    /// Something may have changed.
    Hint,
    /// The configuration is to be read again.
    Reload,
    /// A stop was asked for.
    Stop,
}

impl Daemon {
    /// Rests until `wake_at` or until something happens; afterwards every mailbox that is up is in step.
    pub(super) async fn rest(
        &mut self,
        wake_at: DateTime<Utc>,
        signals: &mut mpsc::UnboundedReceiver<Signal>,
        mut stop: watch::Receiver<bool>,
    ) -> Woke {
        let hungry = self.watchdog.as_ref().map(Watchdog::due_in);
        let (hush, hushed) = watch::channel(false);
        let mut failed = Vec::new();
        let mut connected = None;
        let woke = {
            let mut waits: FuturesUnordered<_> = self
                .links
                .iter_mut()
                .enumerate()
                .filter_map(|(index, link)| Some((index, link.mailbox()?)))
                .map(|(index, mailbox)| {
                    let hushed = hushed.clone();
                    async move { (index, mailbox.wait(Folder::Intake, hushed).await) }
                })
                .collect();
            // In this order, so that what has happened already is seen before time goes on (a simulated clock jumps).
            let woke = tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => Woke::Stop,
                Some(outcome) = self.connecting.next(), if !self.connecting.is_empty() => {
                    connected = Some(outcome);
                    Woke::Hint
                }
                signal = signals.recv() => match signal {
                    Some(Signal::Reload) => Woke::Reload,
                    Some(Signal::Wake) => Woke::Hint,
                    // Whoever sent signals is gone: so is the program.
                    None => Woke::Stop,
                },
                Some((index, outcome)) = waits.next(), if !waits.is_empty() => {
                    failed.extend(outcome.err().map(|error| (index, error)));
                    Woke::Hint
                }
                () = due(hungry) => Woke::Hint,
                () = self.clock.sleep_until(wake_at) => Woke::Hint,
            };
            let _ = hush.send(true);
            while let Some((index, outcome)) = waits.next().await {
                failed.extend(outcome.err().map(|error| (index, error)));
            }
            woke
        };
        let now = self.clock.now();
        for (index, error) in failed {
            self.link_failed(index, &error, now);
        }
        if let Some(outcome) = connected {
            self.connected(outcome);
        }
        woke
    }
}

/// When the watchdog is to be fed: while every mailbox is down, nothing else may wake the loop for hours.
async fn due(within: Option<Duration>) {
    match within {
        Some(within) => tokio::time::sleep(within).await,
        None => std::future::pending().await,
    }
}
