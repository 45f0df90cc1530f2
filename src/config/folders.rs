//! The three folders of a mailbox: intake, held, released.

use super::table::Table;

/// The folder every account has; its name is the only one without case (RFC 3501, 5.1).
const INBOX: &str = "INBOX";

/// What our folders are below.
const OURS: &str = "Quiet Hours";

/// A mailbox's folders, checked against each other.
pub(super) struct Folders {
    pub(super) intake: String,
    pub(super) held: String,
    pub(super) released: String,
}

/// Reads the folders; a named profile has its own below ours.
pub(super) fn read(table: &Table<'_>, profile: Option<&str>) -> Option<Folders> {
    let base = profile.map_or_else(|| OURS.to_owned(), |name| format!("{OURS}/{name}"));
    let intake = named(table, "intake", INBOX);
    let held_default = match intake.as_deref() {
        Some(intake) if intake != INBOX => intake.to_owned(),
        _ => base.clone(),
    };
    let held = named(table, "held", &held_default);
    let released = named(table, "released", &format!("{base}/Released"));
    let folders = Folders { intake: intake?, held: held?, released: released? };
    agree(table, &folders).then_some(folders)
}

fn named(table: &Table<'_>, key: &str, default: &str) -> Option<String> {
    if !table.has(key) {
        return Some(default.to_owned());
    }
    let text = table.filled(key)?;
    let name = text.trim();
    if name.eq_ignore_ascii_case(INBOX) {
        return Some(INBOX.to_owned());
    }
    // `*` and `%` are wildcards of LIST; an empty part between two `/` has no name.
    let empty = name.split('/').any(|part| part.trim().is_empty());
    if empty || name.contains(['*', '%', '\\']) || name.chars().any(char::is_control) {
        table.wrong(key, "config-folder", &[("value", name), ("right", default)]);
        return None;
    }
    Some(name.to_owned())
}

fn agree(table: &Table<'_>, folders: &Folders) -> bool {
    let Folders { intake, held, released } = folders;
    let filed_at_delivery = intake != INBOX;
    if filed_at_delivery && held != intake {
        table.wrong("held", "config-held-intake", &[("held", &table.full("held")), ("intake", &table.full("intake"))]);
        return false;
    }
    if !filed_at_delivery && held == INBOX {
        table.wrong("held", "config-held-inbox", &[]);
        return false;
    }
    if released == held {
        // In intake mode `held` is the intake, which is the key that was written.
        let other = if filed_at_delivery { "intake" } else { "held" };
        let written = if table.has("released") { "released" } else { other };
        let (released, other) = (table.full("released"), table.full(other));
        let args = [("released", released.as_str()), ("other", &other), ("value", held)];
        table.wrong(written, "config-released", &args);
        return false;
    }
    true
}
