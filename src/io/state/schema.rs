//! The database itself: opened safely, checked, made, or set aside when it is damaged.

use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use rustix::fs::{FileType, OFlags};
use url::Url;

use super::{State, StateError, directory::PrivateDir};
use crate::io::lock;

const FILE: &str = "state.db";

/// What SQLite keeps beside the database.
const COMPANIONS: [&str; 3] = ["state.db-wal", "state.db-shm", "state.db-journal"];

/// The version this program writes; a higher one in the file is a newer program's.
const VERSION: i64 = 1;

/// How long a command waits for the daemon's transaction, or the reverse; each lasts milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Damaged databases kept; more than these would mean a failing disk, and the last one is overwritten.
const KEPT: u32 = 9;

/// Times are microseconds since 1970 in UTC. `handled.urgent_at` outlives a later verdict: the quota counts it.
///
/// A database whose tables read otherwise counts as damaged: any change here needs a new [`VERSION`] and the way to it.
const TABLES: &str = "
CREATE TABLE fact (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE note (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE override (
    id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, begins INTEGER NOT NULL, ends INTEGER) STRICT;
CREATE TABLE handled (
    id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, ident BLOB NOT NULL, verdict TEXT NOT NULL, at INTEGER NOT NULL,
    urgent_at INTEGER, UNIQUE (mailbox, ident)) STRICT;
CREATE INDEX handled_at ON handled (at);
CREATE INDEX handled_urgent ON handled (urgent_at) WHERE urgent_at IS NOT NULL;
CREATE TABLE done (
    mailbox TEXT NOT NULL, instant INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (mailbox, instant)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE release (
    one INTEGER PRIMARY KEY CHECK (one = 1), rid TEXT NOT NULL, delivery TEXT NOT NULL, bytes BLOB NOT NULL,
    period_end INTEGER NOT NULL, sealed_at INTEGER NOT NULL, step TEXT NOT NULL,
    intent_at INTEGER, uid_validity INTEGER, uid_next INTEGER) STRICT;
CREATE TABLE release_instant (id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, instant INTEGER NOT NULL) STRICT;
CREATE TABLE release_original (
    id INTEGER PRIMARY KEY, mailbox TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid_number INTEGER, uid_name TEXT,
    ident BLOB NOT NULL) STRICT;
CREATE TABLE release_uncertain (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE TABLE digest (
    rid TEXT PRIMARY KEY, sealed_at INTEGER NOT NULL, period_end INTEGER NOT NULL, originals INTEGER NOT NULL,
    accepted_at INTEGER) STRICT, WITHOUT ROWID;
PRAGMA user_version = 1;
";

/// Opens the database in `dir`, or makes it; a damaged one is set aside and named in the note `set_aside`.
pub fn open(dir: &PrivateDir) -> Result<State, StateError> {
    dir.take_turn()?;
    match open_checked(dir) {
        Err(StateError::Damaged(why)) => {
            let kept = set_aside(dir, &why)?;
            tracing::warn!(why, kept, "the state was damaged and is set aside; the mailbox says what it can");
            let state = open_checked(dir)?;
            state.set_note("set_aside", Some(&kept))?;
            Ok(state)
        }
        other => other,
    }
}

/// Opens the database in `dir` for reading; `None` if there is none. Nothing is created.
pub fn open_read(dir: &PrivateDir) -> Result<Option<State>, StateError> {
    if !check_files(dir)? {
        return Ok(None);
    }
    // Without a WAL nobody writes: `immutable` reads the file alone, where SQLite would otherwise make a WAL first.
    let is_in_use = dir.has("state.db-wal", FileType::RegularFile)?;
    let mut url = Url::from_file_path(dir.file(FILE)).map_err(|()| StateError::Directory(FILE.to_owned()))?;
    url.set_query((!is_in_use).then_some("immutable=1"));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NOFOLLOW | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(url.as_str(), flags)?;
    connection.busy_timeout(PATIENCE)?;
    match version(&connection)? {
        0 => Ok(None),
        _ => Ok(Some(State { connection })),
    }
}

fn open_checked(dir: &PrivateDir) -> Result<State, StateError> {
    if check_files(dir)? {
        dir.make_private(FILE)?;
    } else {
        drop(dir.open_file(FILE, OFlags::CREATE | OFlags::EXCL | OFlags::RDWR)?);
    }
    let state = State { connection: connect(dir).map_err(|error| explain(dir, error))? };
    let found = version(&state.connection)?;
    check(&state.connection, found).map_err(|error| explain(dir, error))?;
    state.read_through()?;
    Ok(state)
}

fn connect(dir: &PrivateDir) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(dir.file(FILE), flags)?;
    connection.busy_timeout(PATIENCE)?;
    // Each connection sets these anew, but for the journal mode. `temp_store`: the digest's bytes stay out of /tmp.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;",
    )?;
    Ok(connection)
}

/// Makes the tables of a new database, and reads every page of an old one.
fn check(connection: &Connection, found: i64) -> rusqlite::Result<()> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    if found == 0 {
        transaction.execute_batch(TABLES)?;
    }
    let mut verdict: String = transaction.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    transaction.commit()?;
    if verdict == "ok" {
        // SQLite takes the tables' text as it is: a letter that the disk changed is another column to it.
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(TABLES)?;
        if tables(connection)? == tables(&fresh)? {
            return Ok(());
        }
        "its tables are not ours".clone_into(&mut verdict);
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(verdict)))
}

/// The text of the tables and indexes.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    let mut query = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")?;
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}

/// What an error means while the database is being opened.
fn explain(dir: &PrivateDir, error: rusqlite::Error) -> StateError {
    match error.sqlite_error_code() {
        // A damaged header makes SQLite take a file for read-only, or its tables for missing.
        Some(ErrorCode::ReadOnly) if dir.is_writable(FILE) => StateError::Damaged(error.to_string()),
        Some(ErrorCode::Unknown) => StateError::Damaged(error.to_string()),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StateError::Directory(format!("{}: {error}", dir.file(FILE).display()))
        }
        _ => StateError::from(error),
    }
}

fn version(connection: &Connection) -> Result<i64, StateError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        0..=VERSION => Ok(found),
        newer if newer > VERSION => {
            Err(StateError::Newer(format!("the state has version {newer}; this program knows {VERSION}")))
        }
        _ => Err(StateError::Damaged(format!("version {found}"))),
    }
}

/// Whether the database is there; it and its companions must be plain files of ours.
fn check_files(dir: &PrivateDir) -> Result<bool, StateError> {
    for name in COMPANIONS {
        dir.has(name, FileType::RegularFile)?;
    }
    Ok(dir.has(FILE, FileType::RegularFile)?)
}

/// Renames the damaged database and answers its new name. Its WAL goes first: SQLite would play it into the new database.
fn set_aside(dir: &PrivateDir, why: &str) -> Result<String, StateError> {
    if lock::is_running(dir.path()).is_some_and(|pid| pid != std::process::id()) {
        // Its transactions would go into a file without a name. It sets the database aside itself.
        return Err(StateError::Damaged(why.to_owned()));
    }
    let mut kept = format!("{FILE}.damaged-{KEPT}");
    for number in 1..KEPT {
        let name = format!("{FILE}.damaged-{number}");
        if !dir.has(&name, FileType::RegularFile)? {
            kept = name;
            break;
        }
    }
    for companion in COMPANIONS {
        if dir.has(companion, FileType::RegularFile)? {
            dir.rename(companion, &companion.replacen(FILE, &kept, 1))?;
        }
    }
    dir.rename(FILE, &kept)?;
    Ok(kept)
}
