//! Overrides, requests, verdicts and done instants.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{State, StateError, Verdict, fact, instant, optional_instant, unknown_word};
use crate::core::{
    mail::Ident,
    timeline::{self, Override},
};

impl Verdict {
    /// Its word in the database.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Passed => "passed",
            Self::Urgent => "urgent",
            Self::Released => "released",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Held, Self::Passed, Self::Urgent, Self::Released].into_iter().find(|verdict| verdict.word() == word)
    }
}

impl State {
    /// The overrides, in the order they were given.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn overrides(&self) -> Result<Vec<Override>, StateError> {
        let mut query = self.connection.prepare_cached("SELECT state, begins, ends FROM override ORDER BY id")?;
        let rows = query.query_map([], read_override)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds an override: the latest given.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn add_override(&self, given: Override) -> Result<(), StateError> {
        let state = match given.state {
            timeline::State::Open => "open",
            timeline::State::Closed => "closed",
        };
        let (from, to) = (given.from.timestamp_micros(), given.to.map(|to| to.timestamp_micros()));
        self.write(|transaction| {
            let insert = "INSERT INTO override (state, begins, ends) VALUES (?1, ?2, ?3)";
            transaction.execute(insert, params![state, from, to])?;
            Ok(())
        })
    }

    /// `auto`: every override that reaches beyond `now` ends now; one that has not begun becomes empty.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn end_overrides(&self, now: DateTime<Utc>) -> Result<(), StateError> {
        self.write(|transaction| {
            let update = "UPDATE override SET ends = max(begins, ?1) WHERE ends IS NULL OR ends > ?1";
            transaction.execute(update, [now.timestamp_micros()])?;
            Ok(())
        })
    }

    /// `release`: asks the daemon for a digest now.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn request_release(&self, at: DateTime<Utc>) -> Result<(), StateError> {
        self.write(|transaction| {
            let insert = "INSERT OR REPLACE INTO fact VALUES ('requested_release', ?1)";
            transaction.execute(insert, [at.timestamp_micros()])?;
            Ok(())
        })
    }

    /// The latest request that no digest answered yet: none of its instant or a later one was sent, or found to be empty.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn requested_release(&self) -> Result<Option<DateTime<Utc>>, StateError> {
        Ok(fact(&self.connection, "requested_release")?)
    }

    /// Of these messages of a mailbox, those with a verdict.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn handled(&self, mailbox: &str, idents: &[Ident]) -> Result<HashMap<Ident, Verdict>, StateError> {
        // One transaction: the file is locked and its WAL searched once, then each look-up is a walk down one index.
        let transaction = self.connection.unchecked_transaction()?;
        let mut query = transaction.prepare_cached("SELECT verdict FROM handled WHERE mailbox = ?1 AND ident = ?2")?;
        let mut found = HashMap::new();
        for ident in idents {
            if let Some(verdict) = query.query_row(params![mailbox, ident.0], read_verdict).optional()? {
                found.insert(*ident, verdict);
            }
        }
        Ok(found)
    }

    /// Writes verdicts. The first one stays, but for `Released`, which comes after every other.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn remember(&self, mailbox: &str, verdicts: &[(Ident, Verdict)], now: DateTime<Utc>) -> Result<(), StateError> {
        if verdicts.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            for (ident, verdict) in verdicts {
                remember(transaction, mailbox, ident, *verdict, now)?;
            }
            Ok(())
        })
    }

    /// The urgent messages that passed at `since` or later: (mailbox, ident, when), in the order they were written.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn urgent_since(&self, since: DateTime<Utc>) -> Result<Vec<(String, Ident, DateTime<Utc>)>, StateError> {
        let mut query = self.connection.prepare_cached(
            "SELECT mailbox, ident, urgent_at FROM handled WHERE urgent_at >= ?1 ORDER BY urgent_at, id",
        )?;
        let rows = query
            .query_map([since.timestamp_micros()], |row| Ok((row.get(0)?, Ident(row.get(1)?), instant(row, 2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether this digest instant of a mailbox is done.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn is_done(&self, mailbox: &str, instant: DateTime<Utc>) -> Result<bool, StateError> {
        let mut query = self.connection.prepare_cached("SELECT 1 FROM done WHERE mailbox = ?1 AND instant = ?2")?;
        Ok(query.exists(params![mailbox, instant.timestamp_micros()])?)
    }

    /// Whether any digest instant of a mailbox at `since` or later is done.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn done_since(&self, mailbox: &str, since: DateTime<Utc>) -> Result<bool, StateError> {
        let mut query = self.connection.prepare_cached("SELECT 1 FROM done WHERE mailbox = ?1 AND instant >= ?2")?;
        Ok(query.exists(params![mailbox, since.timestamp_micros()])?)
    }

    /// Records instants for which nothing was to be sent; they answer a request.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn mark_done(&self, instants: &[(String, DateTime<Utc>)], now: DateTime<Utc>) -> Result<(), StateError> {
        self.write(|transaction| mark_done(transaction, instants, now).map_err(StateError::from))
    }
}

/// Writes one verdict, as [`State::remember`] says.
pub(super) fn remember(
    connection: &Connection,
    mailbox: &str,
    ident: &Ident,
    verdict: Verdict,
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let now = now.timestamp_micros();
    let urgent_at = (verdict == Verdict::Urgent).then_some(now);
    let mut insert = connection.prepare_cached(
        "INSERT INTO handled (mailbox, ident, verdict, at, urgent_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (mailbox, ident) DO UPDATE SET verdict = excluded.verdict, at = excluded.at
         WHERE excluded.verdict = 'released'",
    )?;
    insert.execute(params![mailbox, ident.0, verdict.word(), now, urgent_at])?;
    Ok(())
}

/// Writes `Released` for every original of the open release.
pub(super) fn remember_released(connection: &Connection, now: DateTime<Utc>) -> rusqlite::Result<()> {
    // SQLite takes ON CONFLICT after a SELECT for a join, unless there is a WHERE.
    let insert = "INSERT INTO handled (mailbox, ident, verdict, at)
         SELECT mailbox, ident, ?1, ?2 FROM release_original WHERE true ORDER BY id
         ON CONFLICT (mailbox, ident) DO UPDATE SET verdict = excluded.verdict, at = excluded.at";
    connection.execute(insert, params![Verdict::Released.word(), now.timestamp_micros()])?;
    Ok(())
}

/// Adds instants to the done set, and takes back a request that they answer.
pub(super) fn mark_done(
    connection: &Connection,
    instants: &[(String, DateTime<Utc>)],
    now: DateTime<Utc>,
) -> rusqlite::Result<()> {
    let mut insert =
        connection.prepare_cached("INSERT OR IGNORE INTO done (mailbox, instant, at) VALUES (?1, ?2, ?3)")?;
    for (mailbox, instant) in instants {
        insert.execute(params![mailbox, instant.timestamp_micros(), now.timestamp_micros()])?;
    }
    if let Some(latest) = instants.iter().map(|(_, instant)| instant.timestamp_micros()).max() {
        connection.execute("DELETE FROM fact WHERE name = 'requested_release' AND at <= ?1", [latest])?;
    }
    Ok(())
}

fn read_override(row: &Row<'_>) -> rusqlite::Result<Override> {
    let state = match row.get_ref(0)?.as_str()? {
        "open" => timeline::State::Open,
        "closed" => timeline::State::Closed,
        _ => return Err(unknown_word(0, "state")),
    };
    Ok(Override { state, from: instant(row, 1)?, to: optional_instant(row, 2)? })
}

fn read_verdict(row: &Row<'_>) -> rusqlite::Result<Verdict> {
    Verdict::from_word(row.get_ref(0)?.as_str()?).ok_or_else(|| unknown_word(0, "verdict"))
}
