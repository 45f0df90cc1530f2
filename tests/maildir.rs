//! A Maildir as a mailbox: what a mail client that looks into the same directories would notice.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

use std::{
    fs,
    ops::ControlFlow,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use chrono::{DateTime, TimeDelta, Utc};
use quiethours::{
    core::{
        mail::{Content, Envelope, Folder, Ident, Uid},
        outcome::{Outcome, Refusal},
        release::Marker,
    },
    io::{
        mailbox::{Access, FolderNames, Listing, Look, Mailbox, MailboxError, Sight},
        maildir::MaildirMailbox,
    },
};
use tempfile::TempDir;
use tokio::{sync::watch, time::timeout};

/// A test that waits longer has failed.
const DEADLINE: Duration = Duration::from_secs(20);

const RID: &str = "abcdefghij2345678901";

struct Setup {
    root: TempDir,
    mailbox: MaildirMailbox,
}

impl Setup {
    /// An empty Maildir, prepared.
    async fn new() -> Self {
        let mut setup = Self::bare("INBOX", "Quiet Hours", "Quiet Hours/Released");
        setup.mailbox.prepare(true).await.unwrap();
        setup
    }

    fn bare(intake: &str, held: &str, released: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        for directory in ["cur", "new", "tmp"] {
            fs::create_dir(root.path().join(directory)).unwrap();
        }
        let mailbox = MaildirMailbox::new(root.path(), &names(intake, held, released)).unwrap();
        Self { root, mailbox }
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.root.path().join(inside)
    }

    fn put(&self, inside: &str, subject: &str) {
        fs::write(self.path(inside), format!("Subject: {subject}\n\nbody of {subject}\n")).unwrap();
    }

    async fn list(&mut self, folder: Folder, listing: Listing) -> Vec<String> {
        self.mailbox.open(folder, Access::Read).await.unwrap();
        self.mailbox.list(listing).await.unwrap().into_iter().map(base).collect()
    }

    async fn envelopes(&mut self, uids: &[Uid]) -> Vec<Envelope> {
        let mut all = Vec::new();
        let mut visit = |batch: Vec<Envelope>| {
            all.extend(batch);
            ControlFlow::Continue(())
        };
        self.mailbox.envelopes(uids, &mut visit).await.unwrap();
        all
    }
}

fn names(intake: &str, held: &str, released: &str) -> FolderNames {
    FolderNames { intake: intake.to_owned(), held: held.to_owned(), released: released.to_owned() }
}

fn base(uid: Uid) -> String {
    match uid {
        Uid::Name(name) => name.to_string(),
        Uid::Number(number) => panic!("a number: {number}"),
    }
}

fn uid(base: &str) -> Uid {
    Uid::Name(base.into())
}

fn files(directory: &Path) -> Vec<String> {
    let mut files: Vec<String> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    files
}

fn arrived_at(path: &Path, when: DateTime<Utc>) {
    fs::File::options().write(true).open(path).unwrap().set_modified(SystemTime::from(when)).unwrap();
}

#[tokio::test]
async fn folders_are_made_once_with_the_maildirs_own_rights() {
    for mode in [0o700, 0o2770] {
        let mut setup = Setup::bare("INBOX", "Été/Quiet Hours", "Été/Quiet Hours/Released");
        fs::set_permissions(setup.root.path(), fs::Permissions::from_mode(mode)).unwrap();
        fs::write(setup.path("subscriptions"), "Sent\n").unwrap();
        setup.mailbox.prepare(true).await.unwrap();
        setup.mailbox.prepare(true).await.unwrap();
        for folder in [".&AMk-t&AOk-", ".&AMk-t&AOk-.Quiet Hours", ".&AMk-t&AOk-.Quiet Hours.Released"] {
            assert_eq!(files(&setup.path(folder)), ["cur", "maildirfolder", "new", "tmp"]);
            assert_eq!(fs::metadata(setup.path(folder)).unwrap().mode() & 0o777, mode & 0o777);
            assert_eq!(fs::metadata(setup.path(folder).join("cur")).unwrap().mode() & 0o777, mode & 0o777);
        }
        assert_eq!(
            fs::read_to_string(setup.path("subscriptions")).unwrap(),
            "Sent\n&AMk-t&AOk-\n&AMk-t&AOk-.Quiet Hours\n&AMk-t&AOk-.Quiet Hours.Released\n"
        );
        assert!(!setup.path("subscriptions.lock").exists());
    }
}

#[tokio::test]
async fn nothing_is_made_without_leave_or_at_a_mistyped_path() {
    let mut setup = Setup::bare("INBOX", "Quiet Hours", "Quiet Hours/Released");
    let outcome = setup.mailbox.prepare(false).await;
    assert!(matches!(outcome, Err(MailboxError::Missing(name)) if name == "Quiet Hours"));
    assert_eq!(files(setup.root.path()), ["cur", "new", "tmp"]);

    let home = tempfile::tempdir().unwrap();
    let mut mailbox = MaildirMailbox::new(home.path(), &names("INBOX", "Held", "Released")).unwrap();
    assert!(matches!(mailbox.prepare(true).await, Err(MailboxError::Missing(name)) if name == "INBOX"));
    assert_eq!(files(home.path()), [""; 0]);

    let refused = MaildirMailbox::new(home.path(), &names("INBOX", "a.b", "Released"));
    assert!(matches!(refused, Err(MailboxError::Unsupported(_))));
}

#[tokio::test]
async fn folders_on_another_file_system_are_refused() {
    let mut setup = Setup::bare("INBOX", "Held", "Released");
    let elsewhere = tempfile::tempdir_in("/dev/shm").unwrap();
    let other = |path: &Path| fs::metadata(path).unwrap().dev();
    assert_ne!(other(elsewhere.path()), other(setup.root.path()), "this test needs /dev/shm and /tmp to differ");
    symlink(elsewhere.path(), setup.path(".Held")).unwrap();
    assert!(matches!(setup.mailbox.prepare(true).await, Err(MailboxError::Unsupported(_))));
}

#[tokio::test]
async fn a_listing_names_messages_and_nothing_else() {
    let mut setup = Setup::new().await;
    setup.put("new/2.b", "two");
    setup.put("cur/1.a,S=3:2,S", "one");
    setup.put("cur/3.c:2,ST", "deleted");
    setup.put("cur/4.d:2,D", "draft");
    setup.put("cur/.hidden", "hidden");
    fs::create_dir(setup.path("cur/5.directory")).unwrap();
    symlink(setup.path("new/2.b"), setup.path("new/6.link")).unwrap();
    assert_eq!(setup.list(Folder::Inbox, Listing::All).await, ["1.a,S=3", "2.b", "3.c", "4.d"]);
    assert_eq!(setup.mailbox.open(Folder::Inbox, Access::Read).await.unwrap().exists, 4);

    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    arrived_at(&setup.path("new/2.b"), now);
    arrived_at(&setup.path("cur/1.a,S=3:2,S"), now - TimeDelta::seconds(1));
    assert_eq!(setup.list(Folder::Intake, Listing::Since(now)).await, ["2.b"]);
    assert_eq!(setup.list(Folder::Intake, Listing::Since(now - TimeDelta::seconds(1))).await, ["1.a,S=3", "2.b"]);
    assert_eq!(setup.list(Folder::Inbox, Listing::Sealed).await, [""; 0]);
}

#[tokio::test]
async fn envelopes_show_header_flags_and_time_and_leave_out_what_is_gone() {
    let mut setup = Setup::new().await;
    setup.put("cur/2.b:2,S", "two");
    setup.put("new/1.a", "one");
    let when = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    arrived_at(&setup.path("new/1.a"), when);
    setup.mailbox.open(Folder::Inbox, Access::Read).await.unwrap();
    let found = setup.envelopes(&[uid("2.b"), uid("gone"), uid("1.a"), Uid::Number(3)]).await;
    assert_eq!(found.iter().map(|envelope| &envelope.uid).collect::<Vec<_>>(), [&uid("1.a"), &uid("2.b")]);
    assert_eq!(found[0].header, b"Subject: one\n\n");
    assert_eq!(found[0].received, when);
    assert!(!found[0].flags.seen && found[1].flags.seen);
    assert_eq!(files(&setup.path("new")), ["1.a"], "looking leaves a message unseen where it is");
}

#[tokio::test]
async fn contents_come_in_bounded_batches_and_have_the_same_identity() {
    let mut setup = Setup::new().await;
    for number in 0..40 {
        let body = "x".repeat(1024 * 1024);
        fs::write(setup.path(&format!("new/{number:02}")), format!("Subject: {number}\r\n\r\n{body}")).unwrap();
    }
    setup.mailbox.open(Folder::Inbox, Access::Read).await.unwrap();
    let uids = setup.mailbox.list(Listing::All).await.unwrap();
    let identities: Vec<Ident> =
        setup.envelopes(&uids).await.iter().map(|envelope| Ident::of(&envelope.header)).collect();
    let (mut seen, mut batches) = (Vec::new(), 0);
    let mut visit = |batch: Vec<Content>| {
        assert!(batch.iter().map(|content| content.message.len()).sum::<usize>() < 6 * 1024 * 1024);
        seen.extend(batch.iter().map(|content| Ident::of(&content.header)));
        batches += 1;
        ControlFlow::Continue(())
    };
    setup.mailbox.contents(&uids, &mut visit).await.unwrap();
    assert!(batches > 1);
    assert_eq!(seen, identities);
    let mut first = 0;
    let mut stop = |batch: Vec<Content>| {
        first += batch.len();
        ControlFlow::Break(())
    };
    setup.mailbox.contents(&uids, &mut stop).await.unwrap();
    assert!(first < 40, "asked to stop");
}

#[tokio::test]
async fn of_twenty_thousand_messages_each_is_read_once_in_order() {
    let mut setup = Setup::new().await;
    for number in 0..20_001 {
        setup.put(&format!("cur/{number:05}:2,S"), &number.to_string());
    }
    setup.mailbox.open(Folder::Inbox, Access::Read).await.unwrap();
    let uids = setup.mailbox.list(Listing::All).await.unwrap();
    let read: Vec<Uid> = setup.envelopes(&uids).await.into_iter().map(|envelope| envelope.uid).collect();
    assert_eq!(read.len(), 20_001);
    assert_eq!(read, uids);
}

#[tokio::test]
async fn a_move_keeps_bytes_time_flags_and_whether_it_is_new() {
    let mut setup = Setup::new().await;
    setup.put("new/1.a", "one");
    setup.put("cur/2.b,S=9:2,FS", "two");
    setup.put("cur/3.c:2,", "three");
    let when = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    arrived_at(&setup.path("new/1.a"), when);
    setup.mailbox.open(Folder::Inbox, Access::Write).await.unwrap();
    setup.mailbox.relocate(&[uid("1.a"), uid("2.b,S=9"), uid("gone")], Folder::Held).await.unwrap();
    assert_eq!(files(&setup.path(".Quiet Hours/new")), ["1.a"]);
    assert_eq!(files(&setup.path(".Quiet Hours/cur")), ["2.b,S=9:2,FS"]);
    assert_eq!(files(&setup.path("new")), [""; 0]);
    assert_eq!(files(&setup.path("cur")), ["3.c:2,"]);
    let moved = setup.path(".Quiet Hours/new/1.a");
    assert_eq!(DateTime::<Utc>::from(fs::metadata(&moved).unwrap().modified().unwrap()), when);
    assert_eq!(fs::read_to_string(moved).unwrap(), "Subject: one\n\nbody of one\n");
}

#[tokio::test]
async fn keywords_are_translated_between_folders() {
    let mut setup = Setup::new().await;
    fs::write(setup.path("dovecot-keywords"), "0 Junk\n1 later\n").unwrap();
    fs::write(setup.path(".Quiet Hours/dovecot-keywords"), "0 later\n").unwrap();
    setup.put("cur/1.a:2,Sab", "one");
    setup.mailbox.open(Folder::Inbox, Access::Write).await.unwrap();
    setup.mailbox.relocate(&[uid("1.a")], Folder::Held).await.unwrap();
    assert_eq!(files(&setup.path(".Quiet Hours/cur")), ["1.a:2,Sa"]);
    setup.mailbox.open(Folder::Held, Access::Write).await.unwrap();
    setup.mailbox.relocate(&[uid("1.a")], Folder::Released).await.unwrap();
    assert_eq!(files(&setup.path(".Quiet Hours.Released/cur")), ["1.a:2,S"]);
}

#[tokio::test]
async fn no_message_is_replaced_by_one_of_the_same_name() {
    let mut setup = Setup::new().await;
    setup.put("cur/1.a:2,S", "ours");
    setup.put(".Quiet Hours/cur/1.a:2,S", "the other's");
    setup.put("new/2.b", "ours too");
    setup.put(".Quiet Hours/cur/2.b:2,", "the other's too");
    setup.mailbox.open(Folder::Inbox, Access::Write).await.unwrap();
    setup.mailbox.relocate(&[uid("1.a"), uid("2.b")], Folder::Held).await.unwrap();
    assert_eq!(setup.list(Folder::Held, Listing::All).await.len(), 4, "all four are listed");
    assert_eq!(
        fs::read_to_string(setup.path(".Quiet Hours/cur/1.a:2,S")).unwrap().lines().next(),
        Some("Subject: the other's")
    );
    assert!(setup.list(Folder::Inbox, Listing::All).await.is_empty());
}

#[tokio::test]
async fn a_move_cut_between_link_and_unlink_is_completed() {
    let mut setup = Setup::new().await;
    setup.put("new/1.a", "one");
    fs::hard_link(setup.path("new/1.a"), setup.path(".Quiet Hours/new/1.a")).unwrap();
    setup.mailbox.open(Folder::Inbox, Access::Write).await.unwrap();
    setup.mailbox.relocate(&[uid("1.a")], Folder::Held).await.unwrap();
    assert_eq!(files(&setup.path("new")), [""; 0]);
    assert_eq!(files(&setup.path(".Quiet Hours/new")), ["1.a"]);
}

#[tokio::test]
async fn the_seal_is_set_only_where_dovecot_knows_it() {
    let mut setup = Setup::new().await;
    setup.put(".Quiet Hours/new/1.a", "one");
    setup.put(".Quiet Hours/cur/2.b:2,FS", "two");
    setup.mailbox.open(Folder::Held, Access::Write).await.unwrap();
    assert!(!setup.mailbox.seal(&[uid("1.a")], true).await.unwrap());
    assert_eq!(files(&setup.path(".Quiet Hours/new")), ["1.a"]);

    fs::write(setup.path(".Quiet Hours/dovecot-keywords"), "0 Junk\n1 qh-sealed\n").unwrap();
    for _ in 0..2 {
        assert!(setup.mailbox.seal(&[uid("1.a"), uid("2.b"), uid("gone")], true).await.unwrap());
        assert_eq!(files(&setup.path(".Quiet Hours/cur")), ["1.a:2,b", "2.b:2,FSb"]);
    }
    assert_eq!(setup.list(Folder::Held, Listing::Sealed).await, ["1.a", "2.b"]);
    assert!(setup.envelopes(&[uid("1.a")]).await[0].flags.sealed);
    assert!(setup.mailbox.seal(&[uid("1.a"), uid("2.b")], false).await.unwrap());
    assert_eq!(files(&setup.path(".Quiet Hours/cur")), ["1.a:2,", "2.b:2,FS"]);
}

#[tokio::test]
async fn a_digest_is_delivered_unseen_and_found_again() {
    let mut setup = Setup::new().await;
    let after = Look::After(Marker { uid_validity: 0, uid_next: 0 });
    assert_eq!(setup.mailbox.look(RID, after).await.unwrap(), Sight::Absent);
    assert_eq!(setup.mailbox.append(RID, b"Subject: x\r\n\r\nOne\r\nTwo\r\n").await, Outcome::Accepted);
    let [file] = &files(&setup.path("new"))[..] else { panic!("not one message") };
    assert!(file.contains(RID));
    assert_eq!(fs::read(setup.path("new").join(file)).unwrap(), b"Subject: x\n\nOne\nTwo\n");
    assert_eq!(files(&setup.path("tmp")), [""; 0]);
    assert_eq!(setup.mailbox.look(RID, after).await.unwrap(), Sight::Found);
    fs::rename(setup.path("new").join(file), setup.path("cur").join(format!("{file}:2,S"))).unwrap();
    assert_eq!(setup.mailbox.look(RID, after).await.unwrap(), Sight::Found, "read meanwhile");
    assert_eq!(setup.mailbox.look("zzzzzzzzzz2345678901", after).await.unwrap(), Sight::Absent);
}

#[tokio::test]
async fn a_digest_that_another_host_delivered_is_known_by_its_header() {
    let mut setup = Setup::new().await;
    let path = setup.path("cur/1.by-imap:2,");
    fs::write(&path, format!("X-Quiethours-Release: {RID}\n\n")).unwrap();
    let when = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    arrived_at(&path, when);
    assert_eq!(setup.mailbox.look(RID, Look::Since(when)).await.unwrap(), Sight::Found);
    assert_eq!(setup.mailbox.look(RID, Look::Since(when + TimeDelta::days(7))).await.unwrap(), Sight::Absent);
}

#[tokio::test]
async fn a_delivery_that_cannot_be_made_is_refused_and_leaves_nothing() {
    let mut setup = Setup::new().await;
    fs::remove_dir(setup.path("new")).unwrap();
    let outcome = setup.mailbox.append(RID, b"Subject: x\r\n\r\n").await;
    assert!(matches!(outcome, Outcome::Refused { refusal: Refusal::Transient, .. }), "{outcome:?}");
    assert_eq!(files(&setup.path("tmp")), [""; 0]);
}

#[tokio::test]
async fn a_name_cannot_leave_the_folder() {
    let mut setup = Setup::new().await;
    assert_eq!(setup.mailbox.append("../../evil", b"Subject: x\n\n").await, Outcome::Accepted);
    assert_eq!(files(&setup.path("new")).len(), 1);
    setup.put("outside", "secret");
    setup.mailbox.open(Folder::Inbox, Access::Write).await.unwrap();
    assert!(setup.envelopes(&[uid("../outside")]).await.is_empty());
    setup.mailbox.relocate(&[uid("../outside")], Folder::Held).await.unwrap();
    assert!(setup.path("outside").exists());
}

#[tokio::test]
async fn a_wait_ends_when_mail_comes_even_before_it_began() {
    let mut setup = Setup::new().await;
    let (_stop, stopped) = watch::channel(false);
    setup.mailbox.open(Folder::Intake, Access::Read).await.unwrap();
    setup.put("tmp/1.a", "one");
    fs::rename(setup.path("tmp/1.a"), setup.path("new/1.a")).unwrap();
    timeout(DEADLINE, setup.mailbox.wait(Folder::Intake, stopped.clone())).await.unwrap().unwrap();

    let (tmp, new) = (setup.path("tmp/2.b"), setup.path("new/2.b"));
    setup.put("tmp/2.b", "two");
    let delivery = async {
        tokio::task::yield_now().await;
        fs::rename(tmp, new).unwrap();
    };
    let (waited, ()) = tokio::join!(timeout(DEADLINE, setup.mailbox.wait(Folder::Intake, stopped)), delivery);
    waited.unwrap().unwrap();
}

#[tokio::test]
async fn a_wait_ends_when_the_daemon_stops() {
    let mut setup = Setup::new().await;
    let (stop, stopped) = watch::channel(false);
    let stopping = async {
        tokio::task::yield_now().await;
        stop.send(true).unwrap();
    };
    let (waited, ()) = tokio::join!(timeout(DEADLINE, setup.mailbox.wait(Folder::Intake, stopped)), stopping);
    waited.unwrap().unwrap();
}

#[tokio::test]
async fn a_mail_client_at_work_hides_no_message_and_doubles_none() {
    let mut setup = Setup::new().await;
    const MESSAGES: usize = 300;
    for number in 0..MESSAGES {
        setup.put(&format!("new/{number:03}"), "x");
    }
    let (new, cur) = (setup.path("new"), setup.path("cur"));
    let client = std::thread::spawn(move || {
        for number in 0..MESSAGES {
            let flagless = cur.join(format!("{number:03}:2,"));
            fs::rename(new.join(format!("{number:03}")), &flagless).unwrap();
            fs::rename(&flagless, cur.join(format!("{number:03}:2,S"))).unwrap();
        }
    });
    loop {
        let was_finished = client.is_finished();
        let uids: Vec<Uid> = setup.list(Folder::Inbox, Listing::All).await.iter().map(|name| uid(name)).collect();
        assert_eq!(uids.len(), MESSAGES);
        assert_eq!(setup.envelopes(&uids).await.len(), MESSAGES);
        if was_finished {
            break;
        }
    }
    client.join().unwrap();
}

#[tokio::test]
async fn a_folder_that_vanished_is_named() {
    let mut setup = Setup::new().await;
    fs::remove_dir_all(setup.path(".Quiet Hours")).unwrap();
    let outcome = setup.mailbox.open(Folder::Held, Access::Write).await;
    assert!(matches!(outcome, Err(MailboxError::Missing(name)) if name == "Quiet Hours"));
    setup.put("new/1.a", "one");
    setup.mailbox.open(Folder::Inbox, Access::Write).await.unwrap();
    let outcome = setup.mailbox.relocate(&[uid("1.a")], Folder::Held).await;
    assert!(matches!(outcome, Err(MailboxError::Missing(name)) if name == "Quiet Hours"));
    assert_eq!(files(&setup.path("new")), ["1.a"]);
}
