//! What a power cut would find on disk: the order of the system calls of a hold, a release and a delivery.

use super::{BASIC, MAILDIR, SMTP, quiet, scene, support::strace::Call};

/// The calls of one run, read from front to back.
struct Order<'a> {
    calls: &'a [Call],
    next: usize,
}

impl Order<'_> {
    /// The next call of this name that names this, after the last one found.
    fn then(&mut self, name: &str, text: &str) -> usize {
        let found = self.calls[self.next..].iter().position(|call| call.is(name, text));
        let place = self.next + found.unwrap_or_else(|| panic!("no {name} of {text:?} after {}", self.told()));
        self.next = place + 1;
        place
    }

    /// The next transaction that writes this word, and is flushed to the disk.
    fn then_commits(&mut self, word: &str) {
        let writes = |call: &Call| call.is("pwrite64", "state.db-wal") && holds(&call.text, word);
        let found = self.calls[self.next..].iter().position(writes);
        self.next += found.unwrap_or_else(|| panic!("{word:?} is not written after {}", self.told()));
        self.then("fsync", "state.db-wal");
    }

    /// No such call yet.
    fn not_before(&self, name: &str, text: &str) {
        let early = self.calls[..self.next].iter().find(|call| call.is(name, text));
        assert!(early.is_none(), "too early: {early:?}");
    }

    fn told(&self) -> String {
        self.next.checked_sub(1).map_or_else(|| "the start".to_owned(), |last| format!("{:?}", self.calls[last]))
    }
}

/// A value, not the beginning of a column's name (`intent_at`).
fn holds(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[at + word.len()..].starts_with('_'))
}

#[test]
fn a_maildir_is_changed_in_the_order_that_survives_a_power_cut() {
    let (calls, _) = quiet(&scene(MAILDIR));
    let mut order = Order { calls: &calls, next: 0 };
    for name in ["1.M1.test", "3.M3.test", "5.M5.test"] {
        order.next = 0;
        order.then("renameat2", &format!("{name}:2,"));
    }
    // A hold: the names where they are now, the names where they were, what was made of them.
    for folder in [".Quiet Hours/new>", ".Quiet Hours/cur>", "Maildir0/new>", "Maildir0/cur>"] {
        order.then("fsync", folder);
    }
    order.then_commits("held");
    // The release, and in it the delivery.
    order.then_commits("sealed");
    order.then_commits("intent");
    order.not_before("openat", "Maildir0/tmp/");
    let made = order.then("openat", "Maildir0/tmp/");
    assert!(calls[made].text.contains("O_EXCL"), "{:?}", calls[made]);
    order.then("write", "Maildir0/tmp/");
    order.then("fsync", "Maildir0/tmp/");
    let renamed = order.then("renameat2", "Maildir0/tmp/");
    assert!(calls[renamed].text.contains("RENAME_NOREPLACE"), "{:?}", calls[renamed]);
    order.then("fsync", "Maildir0/new>");
    order.then_commits("accepted");
    order.not_before("renameat2", ".Quiet Hours.Released/");
    order.then("renameat2", ".Quiet Hours.Released/");
    for folder in ["Released/new>", "Released/cur>", ".Quiet Hours/new>", ".Quiet Hours/cur>"] {
        order.then("fsync", folder);
    }
    // Done: what was sealed leaves the log too.
    order.then("ftruncate", "state.db-wal");
}

#[test]
fn each_record_is_on_disk_before_the_network_is_told_what_follows_from_it() {
    let (calls, _) = quiet(&scene(BASIC));
    let mut order = Order { calls: &calls, next: 0 };
    order.then("sendto", "UID MOVE");
    order.then_commits("held");
    order.then_commits("sealed");
    order.not_before("sendto", "+FLAGS");
    order.then("sendto", "+FLAGS.SILENT (qh-sealed)");
    order.then_commits("intent");
    order.not_before("sendto", "APPEND");
    order.then("sendto", "APPEND");
    order.then_commits("accepted");
    let moved = order.then("sendto", "UID MOVE");
    assert!(calls[moved].text.contains("Quiet Hours/Released"), "{:?}", calls[moved]);
    order.then("ftruncate", "state.db-wal");
}

#[test]
fn a_server_is_given_the_digest_only_after_the_intent_is_on_disk() {
    let (calls, _) = quiet(&scene(SMTP));
    let mut order = Order { calls: &calls, next: 0 };
    order.then_commits("sealed");
    order.not_before("sendto", "EHLO");
    order.then("sendto", "DATA\\r\\n");
    order.then_commits("intent");
    order.not_before("sendto", "X-Quiethours-Release");
    order.then("sendto", "X-Quiethours-Release");
    order.then_commits("accepted");
    order.then("sendto", "UID MOVE");
}
