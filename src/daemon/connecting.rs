//! Connections: begun, made, and given up at the end.

use std::rc::Rc;

use chrono::{DateTime, Utc};
use futures::StreamExt as _;

use super::{
    Connected, Daemon,
    link::{Connection, connect_owned},
    witness::Event,
};

impl Daemon {
    /// Begins to connect to every mailbox for which that is due.
    pub(super) fn start_connecting(&mut self, now: DateTime<Utc>) {
        for (index, link) in self.links.iter_mut().enumerate() {
            if link.wants_to_connect(now) {
                link.connection = Connection::Connecting;
                let create = !link.prepared;
                self.connecting.push(Box::pin(connect_owned(Rc::clone(&self.config), index, create)));
            }
        }
    }

    /// Waits for one of the connections being made.
    pub(super) async fn await_connection(&mut self) {
        if let Some(outcome) = self.connecting.next().await {
            self.connected(outcome);
        }
    }

    /// What came of one of them.
    pub(super) fn connected(&mut self, (index, outcome): Connected) {
        let now = self.clock.now();
        match outcome {
            Ok(mailbox) => {
                self.links[index].connected(mailbox, now);
                self.was_up = true;
                self.witness.tell(now, Event::Connected { mailbox: &self.links[index].name });
            }
            Err(error) => {
                debug_assert!(matches!(self.links[index].connection, Connection::Connecting));
                self.link_failed(index, &error, now);
            }
        }
    }

    /// Takes leave of every server.
    pub(super) async fn close(&mut self) {
        for link in &mut self.links {
            if let Connection::Up(mailbox) = std::mem::replace(&mut link.connection, Connection::Down(None)) {
                mailbox.close().await;
            }
        }
    }
}
