//! Whole messages, one by one.

use std::io;

use super::{
    folder::{MailFolder, Spots},
    names, read,
};
use crate::core::mail::Uid;

/// See [`Mailbox::whole`](crate::io::mailbox::Mailbox::whole).
pub fn visit(
    folder: &MailFolder,
    uids: &[Uid],
    mut room: usize,
    visit: &mut dyn FnMut(Uid, Vec<u8>) -> usize,
) -> io::Result<()> {
    let wanted = names(uids);
    let mut spots = Spots::new(folder, folder.find(&wanted)?);
    let mut ascending: Vec<&str> = wanted.into_iter().collect();
    ascending.sort_unstable();
    for base in ascending {
        let Some((_, opened)) = spots.attempt(base, read::open)? else { continue };
        if let Some(bytes) = read::whole(opened, room)? {
            room = visit(Uid::Name(base.into()), bytes);
        }
    }
    Ok(())
}
