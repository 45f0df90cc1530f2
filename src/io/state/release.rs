//! The open release, from sealing to done, and what is kept of those before.

use std::{collections::HashSet, rc::Rc};

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sha2::{Digest as _, Sha256};

use super::{State, StateError, fact, instant, memory, optional_instant, unknown_word};
use crate::core::{
    mail::{Ident, Uid},
    release::{Marker, Original, Release, Route, Step},
};

/// What is kept of an accepted digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastDigest {
    /// The end of the period it covered.
    pub period_end: DateTime<Utc>,
    /// When it was accepted.
    pub accepted_at: DateTime<Utc>,
    /// How many originals it was made of.
    pub originals: u32,
}

impl State {
    /// The end of the last accepted digest's period.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn last_period_end(&self) -> Result<Option<DateTime<Utc>>, StateError> {
        Ok(fact(&self.connection, "last_period_end")?)
    }

    /// How many digests were accepted at `since` or later, for the cap of twelve in 24 h.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn digests_since(&self, since: DateTime<Utc>) -> Result<u32, StateError> {
        let query = "SELECT count(*) FROM digest WHERE accepted_at >= ?1";
        Ok(self.connection.query_row(query, [since.timestamp_micros()], |row| row.get(0))?)
    }

    /// The digests accepted at `since` or later, oldest first; 90 days are kept.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn history(&self, since: DateTime<Utc>) -> Result<Vec<PastDigest>, StateError> {
        let mut query = self.connection.prepare_cached(
            "SELECT period_end, accepted_at, originals FROM digest WHERE accepted_at >= ?1 ORDER BY accepted_at, rid",
        )?;
        let rows = query.query_map([since.timestamp_micros()], |row| {
            Ok(PastDigest { period_end: instant(row, 0)?, accepted_at: instant(row, 1)?, originals: row.get(2)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// `Some(true)`: this release was sealed here; `Some(false)`: it was not; `None`: the state knows no release at all.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn knows_release(&self, rid: &str) -> Result<Option<bool>, StateError> {
        let query = "SELECT max(rid = ?1) FROM digest";
        Ok(self.connection.query_row(query, [rid], |row| row.get(0))?)
    }

    /// The open release.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn release(&self) -> Result<Option<Release>, StateError> {
        let transaction = self.connection.unchecked_transaction()?;
        let query =
            "SELECT rid, delivery, bytes, period_end, sealed_at, step, intent_at, uid_validity, uid_next FROM release";
        let Some(mut release) = transaction.query_row(query, [], read_release).optional()? else {
            return Ok(None);
        };
        // Without one of this release, an earlier version sealed it.
        let sealed = self.note(SEALED_HASH)?.filter(|sealed| sealed.starts_with(&release.rid));
        if sealed.is_some_and(|sealed| sealed != hash_of(&release)) {
            return Err(StateError::Damaged("the sealed digest is not what was sealed".to_owned()));
        }
        release.instants = instants(&transaction)?;
        let mut last: Rc<str> = "".into();
        release.manifest = all(
            &transaction,
            "SELECT mailbox, uid_validity, uid_number, uid_name, ident FROM release_original ORDER BY id",
            |row| read_original(row, &mut last),
        )?;
        release.uncertain = all(&transaction, "SELECT at FROM release_uncertain ORDER BY id", |row| instant(row, 0))?;
        Ok(Some(release))
    }

    /// SEALED: writes a new open release.
    ///
    /// # Errors
    /// `Storage`, also when there is an open release; `Damaged`.
    pub fn seal(&mut self, release: &Release) -> Result<(), StateError> {
        self.write(|transaction| {
            if step_word(transaction)?.is_some() {
                return Err(StateError::Storage("a release is open already".to_owned()));
            }
            insert(transaction, release)?;
            write_step(transaction, &release.step)?;
            write_uncertain(transaction, &release.uncertain)?;
            Ok(())
        })
    }

    /// INTENT and REFUSED, and the list of uncertain attempts.
    ///
    /// # Errors
    /// `Storage`, also when no release is open, when it is accepted, or for `Step::Accepted`, which is [`State::accept`]'s;
    /// `Damaged`.
    pub fn record_step(&mut self, step: &Step, uncertain: &[DateTime<Utc>]) -> Result<(), StateError> {
        self.write(|transaction| {
            let last = step_word(transaction)?;
            if last.is_none() || last.as_deref() == Some(ACCEPTED) || *step == Step::Accepted {
                return Err(StateError::Storage("no open release takes this step".to_owned()));
            }
            write_step(transaction, step)?;
            write_uncertain(transaction, uncertain)?;
            Ok(())
        })
    }

    /// ACCEPTED: the step, and every ident of the manifest `Released`, in one transaction. Again: nothing more happens.
    ///
    /// # Errors
    /// `Storage`, also when no release is open; `Damaged`.
    pub fn accept(&mut self, now: DateTime<Utc>) -> Result<(), StateError> {
        self.write(|transaction| {
            match step_word(transaction)?.as_deref() {
                None => return Err(StateError::Storage("no release is open".to_owned())),
                Some(ACCEPTED) => return Ok(()),
                Some(_) => write_step(transaction, &Step::Accepted)?,
            }
            memory::remember_released(transaction, now)?;
            let update = "UPDATE digest SET accepted_at = ?1 WHERE rid = (SELECT rid FROM release)";
            transaction.execute(update, [now.timestamp_micros()])?;
            let period = "INSERT OR REPLACE INTO fact SELECT 'last_period_end', period_end FROM release";
            transaction.execute(period, [])?;
            Ok(())
        })
    }

    /// DONE: its instants are done, the bytes erased, the WAL truncated; the rid is remembered 90 days. Without an open
    /// release nothing happens, so that it may be repeated.
    ///
    /// # Errors
    /// `Storage`, also when the open release is not accepted; `Damaged`.
    pub fn finish(&mut self, now: DateTime<Utc>) -> Result<(), StateError> {
        let instants = instants(&self.connection)?;
        match step_word(&self.connection)?.as_deref() {
            None => return Ok(()),
            Some(ACCEPTED) => {}
            Some(_) => return Err(StateError::Storage("the open release is not accepted".to_owned())),
        }
        self.write(|transaction| {
            memory::mark_done(transaction, &instants, now)?;
            Ok(erase(transaction)?)
        })?;
        self.truncate_log();
        Ok(())
    }

    /// Remembers originals of an accepted digest that could not be filed: [`State::finish`] forgets the manifest.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn add_unfiled(&self, mailbox: &str, idents: impl Iterator<Item = Ident>) -> Result<(), StateError> {
        let mut all = self.unfiled(mailbox)?;
        all.extend(idents);
        let words: Vec<String> = all.iter().map(|ident| HEXLOWER.encode(&ident.0)).collect();
        self.set_note(&unfiled_note(mailbox), Some(&words.join(" ")))
    }

    /// What [`State::add_unfiled`] remembers of a mailbox.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn unfiled(&self, mailbox: &str) -> Result<HashSet<Ident>, StateError> {
        let text = self.note(&unfiled_note(mailbox))?.unwrap_or_default();
        let ident = |word: &str| Some(Ident(HEXLOWER.decode(word.as_bytes()).ok()?.try_into().ok()?));
        let idents: Option<HashSet<Ident>> = text.split_whitespace().map(ident).collect();
        idents.ok_or_else(|| StateError::Damaged("unfiled".to_owned()))
    }

    /// They are filed.
    ///
    /// # Errors
    /// `Storage`, `Damaged`.
    pub fn forget_unfiled(&self, mailbox: &str) -> Result<(), StateError> {
        self.set_note(&unfiled_note(mailbox), None)
    }

    /// Refused for good: the open release is forgotten, its originals stay held. An accepted one cannot be forgotten.
    ///
    /// # Errors
    /// `Storage`, also when the open release is accepted; `Damaged`.
    pub fn unseal(&mut self) -> Result<(), StateError> {
        self.write(|transaction| {
            if step_word(transaction)?.as_deref() == Some(ACCEPTED) {
                return Err(StateError::Storage("the open release is accepted".to_owned()));
            }
            Ok(erase(transaction)?)
        })?;
        self.truncate_log();
        Ok(())
    }
}

fn unfiled_note(mailbox: &str) -> String {
    format!("unfiled.{mailbox}")
}

const ACCEPTED: &str = "accepted";

fn step_word(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection.query_row("SELECT step FROM release", [], |row| row.get(0)).optional()
}

fn insert(connection: &Connection, release: &Release) -> rusqlite::Result<()> {
    let (period_end, sealed_at) = (release.period_end.timestamp_micros(), release.sealed_at.timestamp_micros());
    connection.execute(
        "INSERT INTO release (one, rid, delivery, bytes, period_end, sealed_at, step) VALUES (1, ?1, ?2, ?3, ?4, ?5, '')",
        params![release.rid, route_text(&release.route), *release.bytes, period_end, sealed_at],
    )?;
    connection.execute("INSERT OR REPLACE INTO note VALUES (?1, ?2)", [SEALED_HASH, &hash_of(release)])?;
    let mut instants = connection.prepare("INSERT INTO release_instant (mailbox, instant) VALUES (?1, ?2)")?;
    for (mailbox, instant) in &release.instants {
        instants.execute(params![mailbox, instant.timestamp_micros()])?;
    }
    let mut originals = connection.prepare(
        "INSERT INTO release_original (mailbox, uid_validity, uid_number, uid_name, ident) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;
    for original in &release.manifest {
        let (number, name) = match &original.uid {
            Uid::Number(number) => (Some(*number), None),
            Uid::Name(name) => (None, Some(&**name)),
        };
        originals.execute(params![&*original.mailbox, original.uid_validity, number, name, original.ident.0])?;
    }
    // The same set once more has the same rid: that it was accepted before stays known until it is accepted again.
    let originals = u32::try_from(release.manifest.len()).unwrap_or(u32::MAX);
    connection.execute(
        "INSERT INTO digest (rid, sealed_at, period_end, originals) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (rid) DO UPDATE
         SET sealed_at = excluded.sealed_at, period_end = excluded.period_end, originals = excluded.originals",
        params![release.rid, sealed_at, period_end, originals],
    )?;
    Ok(())
}

/// The name of the note that says what was sealed. SQLite itself would not notice a letter that the disk changed.
const SEALED_HASH: &str = "sealed_hash";

/// The rid, and what the sealed bytes hash to.
fn hash_of(release: &Release) -> String {
    format!("{} {}", release.rid, HEXLOWER.encode(&Sha256::digest(&*release.bytes)))
}

fn instants(connection: &Connection) -> rusqlite::Result<Vec<(String, DateTime<Utc>)>> {
    all(connection, "SELECT mailbox, instant FROM release_instant ORDER BY id", |row| {
        Ok((row.get(0)?, instant(row, 1)?))
    })
}

fn write_step(connection: &Connection, step: &Step) -> rusqlite::Result<()> {
    let (word, at, marker) = match step {
        Step::Sealed => ("sealed", None, None),
        Step::Intent { at, marker } => ("intent", Some(at.timestamp_micros()), *marker),
        Step::Refused => ("refused", None, None),
        Step::Accepted => (ACCEPTED, None, None),
    };
    connection.execute(
        "UPDATE release SET step = ?1, intent_at = ?2, uid_validity = ?3, uid_next = ?4",
        params![word, at, marker.map(|marker| marker.uid_validity), marker.map(|marker| marker.uid_next)],
    )?;
    Ok(())
}

fn write_uncertain(connection: &Connection, uncertain: &[DateTime<Utc>]) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM release_uncertain", [])?;
    let mut insert = connection.prepare_cached("INSERT INTO release_uncertain (at) VALUES (?1)")?;
    for at in uncertain {
        insert.execute([at.timestamp_micros()])?;
    }
    Ok(())
}

fn erase(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "DELETE FROM release; DELETE FROM release_instant; DELETE FROM release_original; DELETE FROM release_uncertain;",
    )
}

fn all<T>(
    connection: &Connection,
    query: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(query)?.query_map([], read)?.collect()
}

/// The release without its lists.
fn read_release(row: &Row<'_>) -> rusqlite::Result<Release> {
    Ok(Release {
        rid: row.get(0)?,
        instants: Vec::new(),
        manifest: Vec::new(),
        route: read_route(row.get(1)?),
        bytes: Rc::new(row.get(2)?),
        period_end: instant(row, 3)?,
        sealed_at: instant(row, 4)?,
        uncertain: Vec::new(),
        step: read_step(row)?,
    })
}

const BY_SMTP: &str = "smtp:";
const BY_MAILBOX: &str = "mailbox:";

/// A mailbox is its name, as long as that looks like nothing else.
fn route_text(route: &Route) -> String {
    match route {
        Route::Smtp { readable } => format!("{BY_SMTP}{}", readable.as_deref().unwrap_or_default()),
        Route::Mailbox(name) if name.starts_with(BY_SMTP) || name.starts_with(BY_MAILBOX) => {
            format!("{BY_MAILBOX}{name}")
        }
        Route::Mailbox(name) => name.clone(),
    }
}

fn read_route(text: String) -> Route {
    if let Some(name) = text.strip_prefix(BY_SMTP) {
        return Route::Smtp { readable: (!name.is_empty()).then(|| name.to_owned()) };
    }
    Route::Mailbox(text.strip_prefix(BY_MAILBOX).map(str::to_owned).unwrap_or(text))
}

fn read_step(row: &Row<'_>) -> rusqlite::Result<Step> {
    match row.get_ref(5)?.as_str()? {
        "sealed" => Ok(Step::Sealed),
        "intent" => {
            let at = optional_instant(row, 6)?.ok_or_else(|| unknown_word(6, "intent_at"))?;
            let marker = row.get::<_, Option<u32>>(7)?.zip(row.get(8)?);
            let marker = marker.map(|(uid_validity, uid_next)| Marker { uid_validity, uid_next });
            Ok(Step::Intent { at, marker })
        }
        "refused" => Ok(Step::Refused),
        ACCEPTED => Ok(Step::Accepted),
        _ => Err(unknown_word(5, "step")),
    }
}

/// `last` is the mailbox of the row before, which most rows share.
fn read_original(row: &Row<'_>, last: &mut Rc<str>) -> rusqlite::Result<Original> {
    let mailbox = row.get_ref(0)?.as_str()?;
    if **last != *mailbox {
        *last = mailbox.into();
    }
    let uid = match (row.get::<_, Option<u32>>(2)?, row.get::<_, Option<String>>(3)?) {
        (Some(number), None) => Uid::Number(number),
        (None, Some(name)) => Uid::Name(name.into()),
        _ => return Err(unknown_word(2, "uid")),
    };
    Ok(Original { mailbox: Rc::clone(last), uid_validity: row.get(1)?, uid, ident: Ident(row.get(4)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_read_as_it_was_written_whatever_the_mailbox_is_called() {
        let mailboxes = ["coop", "smtp:coop", "mailbox:", "smtp:"].map(|name| Route::Mailbox(name.to_owned()));
        let sent = [None, Some("coop".to_owned())].map(|readable| Route::Smtp { readable });
        for route in mailboxes.into_iter().chain(sent) {
            assert_eq!(read_route(route_text(&route)), route);
        }
    }
}
