//! What a mailbox cannot say, in one SQLite database: overrides, what was handled, the open release, 90 days of times and counts.
//!
//! Invariants: there is at most one open release · a verdict, once written, changes only to [`Verdict::Released`] · that a message
//! passed as urgent is never forgotten by a later verdict · each method is one committed transaction, or none · the digest's
//! bytes exist from sealing to done, and are then overwritten.
//!
//! Commands and the daemon write side by side, each for milliseconds. Times are kept to the microsecond.

mod directory;
mod memory;
mod release;
mod schema;

use std::{io, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, Transaction, TransactionBehavior, params};

pub use directory::{DirectoryError, PrivateDir};
pub use release::PastDigest;

use crate::core::mail::Verdict;

/// How long verdicts and ended overrides are kept: longer than a message stays within reach of the off-hours it came in.
const MEMORY: TimeDelta = TimeDelta::days(60);

/// How long done instants are kept: as far as the timeline looks for an edge.
const DONE: TimeDelta = TimeDelta::days(366);

/// How long the times and counts of digests, and their names, are kept.
const HISTORY: TimeDelta = TimeDelta::days(90);

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The directory or the database cannot be created or is not safely ours.
    #[error("{0}")]
    Directory(String),
    /// Written by a newer version.
    #[error("{0}")]
    Newer(String),
    /// No room, or an I/O error: passing, try again.
    #[error("{0}")]
    Storage(String),
    /// The database is damaged: opening it anew sets it aside.
    #[error("the state is damaged: {0}")]
    Damaged(String),
}

impl From<rusqlite::Error> for StateError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        let is_damage = match &error {
            E::SqliteFailure(failure, _) => {
                matches!(failure.code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
            }
            E::FromSqlConversionFailure(..) | E::IntegralValueOutOfRange(..) | E::InvalidColumnType(..) => true,
            E::Utf8Error(..) => true,
            _ => false,
        };
        if is_damage { Self::Damaged(error.to_string()) } else { Self::Storage(error.to_string()) }
    }
}

impl From<DirectoryError> for StateError {
    fn from(error: DirectoryError) -> Self {
        use io::ErrorKind::{QuotaExceeded, StorageFull};
        let is_passing = match &error {
            DirectoryError::Busy(_) => true,
            DirectoryError::Io(_, cause) => matches!(cause.kind(), StorageFull | QuotaExceeded),
            DirectoryError::Unsafe(..) => false,
        };
        if is_passing { Self::Storage(error.to_string()) } else { Self::Directory(error.to_string()) }
    }
}

/// The opened database. Each method is one short committed transaction.
#[derive(Debug)]
pub struct State {
    connection: Connection,
}

impl State {
    /// Opens or creates `dir`/state.db; `dir` is made with mode 0700 if it is missing.
    ///
    /// A damaged database is renamed to `state.db.damaged-N`, a new one begun, and the note `set_aside` names the old one.
    ///
    /// # Errors
    /// `Directory`, `Newer`, `Storage`; `Damaged` only when another program's daemon is using the damaged database.
    pub fn open(dir: &Path) -> Result<Self, StateError> {
        schema::open(&PrivateDir::create(dir)?)
    }

    /// Opens `dir`/state.db to look at, beside a running daemon or without one; `None` if there is no state yet. Creates
    /// nothing; a method that writes is an error. Meant for one command, not for a life: ask anew instead of keeping it.
    ///
    /// # Errors
    /// As [`State::open`], and `Damaged`.
    pub fn open_read(dir: &Path) -> Result<Option<Self>, StateError> {
        match PrivateDir::open(dir) {
            Ok(dir) => schema::open_read(&dir),
            Err(DirectoryError::Io(_, cause)) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(other) => Err(other.into()),
        }
    }

    /// The first start of this state: writes `now` if there is none.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn enabled_at(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, StateError> {
        self.write(|transaction| {
            transaction.execute("INSERT OR IGNORE INTO fact VALUES ('enabled_at', ?1)", [now.timestamp_micros()])?;
            Ok(fact(transaction, "enabled_at")?.unwrap_or(now))
        })
    }

    /// Keeps a short text under a name (`last_error`, `running_since`); `None` removes it.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn set_note(&self, name: &str, text: Option<&str>) -> Result<(), StateError> {
        self.write(|transaction| {
            match text {
                Some(text) => transaction.execute("INSERT OR REPLACE INTO note VALUES (?1, ?2)", [name, text])?,
                None => transaction.execute("DELETE FROM note WHERE name = ?1", [name])?,
            };
            Ok(())
        })
    }

    /// The text kept under a name.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn note(&self, name: &str) -> Result<Option<String>, StateError> {
        let query = "SELECT text FROM note WHERE name = ?1";
        Ok(self.connection.query_row(query, [name], |row| row.get(0)).optional()?)
    }

    /// Forgets what is older than its keeping time: verdicts and ended overrides 60 days, times and counts of digests 90 days,
    /// done instants 366 days.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn prune(&self, now: DateTime<Utc>) -> Result<(), StateError> {
        let before = |age: TimeDelta| (now - age).timestamp_micros();
        self.write(|transaction| {
            transaction.execute("DELETE FROM handled WHERE at < ?1", [before(MEMORY)])?;
            transaction.execute("DELETE FROM override WHERE ends < ?1", [before(MEMORY)])?;
            transaction.execute("DELETE FROM done WHERE at < ?1", [before(DONE)])?;
            transaction.execute(
                "DELETE FROM digest WHERE coalesce(accepted_at, sealed_at) < ?1 AND rid NOT IN (SELECT rid FROM release)",
                params![before(HISTORY)],
            )?;
            Ok(())
        })?;
        self.truncate_log();
        Ok(())
    }

    /// Commits what `act` writes. Where the disk is full, the log gives back its room once: what it holds is moved into the
    /// database, and on a disk that nobody else fills that is enough.
    fn write<T>(&self, act: impl Fn(&Transaction<'_>) -> Result<T, StateError>) -> Result<T, StateError> {
        match self.commit(&act) {
            Err(StateError::Storage(_)) => {
                self.truncate_log();
                self.commit(&act)
            }
            other => other,
        }
    }

    /// Runs `act` in a transaction that has the right to write from its beginning, so that it never loses a race half-way.
    fn commit<T>(&self, act: impl Fn(&Transaction<'_>) -> Result<T, StateError>) -> Result<T, StateError> {
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
        let value = act(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }

    /// Empties the WAL, where erased bytes would live on. That it cannot be done now (a reader, a full disk) fails nothing:
    /// the next [`State::finish`] or [`State::prune`] tries again.
    fn truncate_log(&self) {
        let outcome = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        match outcome {
            Ok(0) => {}
            Ok(_) => tracing::debug!("the state's log is in use; it is emptied later"),
            Err(error) => tracing::warn!(%error, "the state's log cannot be emptied now"),
        }
    }

    /// Reads what the daemon cannot work without: damage that SQLite does not notice shows here, not in the night.
    fn read_through(&self) -> Result<(), StateError> {
        self.overrides()?;
        self.release()?;
        Ok(())
    }
}

/// The instant kept under a name.
fn fact(connection: &Connection, name: &str) -> rusqlite::Result<Option<DateTime<Utc>>> {
    connection.query_row("SELECT at FROM fact WHERE name = ?1", [name], |row| instant(row, 0)).optional()
}

/// Reads a time column.
fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    let micros = row.get(column)?;
    DateTime::from_timestamp_micros(micros).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

/// Reads a time column that may be NULL.
fn optional_instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    match row.get::<_, Option<i64>>(column)? {
        None => Ok(None),
        Some(_) => instant(row, column).map(Some),
    }
}

/// A word that this program never wrote there.
fn unknown_word(column: usize, name: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnType(column, name.to_owned(), rusqlite::types::Type::Text)
}
