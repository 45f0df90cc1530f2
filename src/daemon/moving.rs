//! Moves, on every kind of server. Where a move is a copy first, a connection cut before the answer to it, or an end of the
//! daemon, leaves the copy and the original: the state knows that such a move is on its way, and the next one looks before it
//! copies. On a state that is new, or was lost, nothing is known of earlier moves: it looks as well.

use super::Failure;
use crate::{
    core::mail::{Folder, Uid},
    io::{mailbox::Mailbox, state::State},
};

/// Moves `uids` of the open folder of the mailbox called `name`. The note stands while every move of that mailbox has ended.
pub(super) async fn relocate(
    mailbox: &mut dyn Mailbox,
    state: &State,
    name: &str,
    uids: &[Uid],
    target: Folder,
) -> Result<(), Failure> {
    if uids.is_empty() || !mailbox.copies_to_move() {
        mailbox.relocate(uids, target).await?;
        return Ok(());
    }
    let note = format!("moves_ended:{name}");
    if state.note(&note)?.is_none() {
        mailbox.doubt_moves();
    }
    state.set_note(&note, None)?;
    mailbox.relocate(uids, target).await?;
    state.set_note(&note, Some("yes"))?;
    Ok(())
}
