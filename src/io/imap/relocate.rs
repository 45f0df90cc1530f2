//! Moving messages, set by set, and the keyword on a manifest.

use std::collections::HashSet;

use tokio::time::Instant;

use super::{
    ImapMailbox,
    exec::LONG,
    folders::SEALED,
    names::quoted,
    refusal::named,
    sets::{SHORT_BATCH, UidSet, first_set, large_sets, next_move},
};
use crate::{
    core::mail::Folder,
    io::mailbox::{Access, MailboxError},
};

/// On servers without MOVE: set together with `\Deleted` on what was copied, so that an interrupted move is known from what
/// the volunteer marked.
const COPIED: &str = "qh-moved";

impl ImapMailbox {
    pub(super) async fn relocate_uids(&mut self, uids: &[u32], target: Folder) -> Result<(), MailboxError> {
        self.require_writable()?;
        let name = self.wire_name(target);
        let copied = self.copied_before(uids, target).await?;
        let (mut rest, mut most) = (uids, SHORT_BATCH);
        while !rest.is_empty() {
            let (set, others) = first_set(rest, most);
            let begun = Instant::now();
            let moved = self.relocate_set(&set, &name, &copied).await;
            moved.map_err(|error| named(error, self.folders.of(target)))?;
            most = next_move(set.uids.len(), begun.elapsed());
            rest = others;
        }
        self.moves_doubtful = false;
        Ok(())
    }

    async fn relocate_set(&mut self, set: &UidSet, target: &str, copied: &HashSet<u32>) -> Result<(), MailboxError> {
        if self.connection.can("MOVE") {
            let command = format!("UID MOVE {} {}", set.text, quoted(target));
            self.connection.exec(&command, LONG).await?;
        } else {
            self.copy_and_expunge(set, target, copied).await?;
        }
        // A tagged OK with some left behind is seen on servers under load, and with messages that came back.
        match self.search(&format!("UID {}", set.text)).await?.len() {
            0 => Ok(()),
            left => Err(MailboxError::Refused(format!("{left} messages stayed where they were"))),
        }
    }

    /// UIDPLUS (RFC 4315): exactly these UIDs go; a plain EXPUNGE would take what the volunteer has marked. What was `copied`
    /// before is not copied again.
    async fn copy_and_expunge(
        &mut self,
        set: &UidSet,
        target: &str,
        copied: &HashSet<u32>,
    ) -> Result<(), MailboxError> {
        let flags = if self.opened()?.keywords { format!("\\Deleted {COPIED}") } else { "\\Deleted".to_owned() };
        let rest: Vec<u32> = set.uids.iter().copied().filter(|uid| !copied.contains(uid)).collect();
        for part in large_sets(&rest) {
            self.connection.exec(&format!("UID COPY {} {}", part.text, quoted(target)), LONG).await?;
        }
        self.connection.exec(&format!("UID STORE {} +FLAGS.SILENT ({flags})", set.text), LONG).await?;
        match self.connection.exec(&format!("UID EXPUNGE {}", set.text), LONG).await {
            Ok(_) => Ok(()),
            Err(refusal) if self.connection.is_in_step() => {
                // Not left behind as deleted.
                let unmark = format!("UID STORE {} -FLAGS.SILENT ({flags})", set.text);
                let unmarked = self.connection.exec(&unmark, LONG).await;
                Err(unmarked.err().filter(|_| !self.connection.is_in_step()).unwrap_or(refusal))
            }
            Err(error) => Err(error),
        }
    }

    /// Ends the moves out of the open folder that an earlier connection did not live to end: what carries both flags was
    /// copied, by a tagged OK, before they were set.
    pub(super) async fn end_interrupted_moves(&mut self) -> Result<(), MailboxError> {
        if self.connection.can("MOVE") || !self.opened()?.keywords {
            return Ok(());
        }
        let uids = self.search(&format!("DELETED KEYWORD {COPIED}")).await?;
        for set in large_sets(&uids) {
            self.connection.exec(&format!("UID EXPUNGE {}", set.text), LONG).await?;
        }
        Ok(())
    }

    pub(super) async fn seal_uids(&mut self, uids: &[u32], sealed: bool) -> Result<bool, MailboxError> {
        self.require_writable()?;
        if !self.opened()?.keywords {
            return Ok(false);
        }
        let sign = if sealed { '+' } else { '-' };
        for set in large_sets(uids) {
            let command = format!("UID STORE {} {sign}FLAGS.SILENT ({SEALED})", set.text);
            match self.connection.exec(&command, LONG).await {
                Ok(_) => {}
                // The folder's keywords are used up (26 on Dovecot Maildir).
                Err(MailboxError::Refused(_) | MailboxError::Busy(_)) if self.connection.is_in_step() => {
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn require_writable(&self) -> Result<(), MailboxError> {
        match self.opened()?.access {
            Access::Write => Ok(()),
            Access::Read => Err(MailboxError::Refused("the folder is open for reading only".to_owned())),
        }
    }
}
