//! Each command with each fault: what the call makes of it, what is not said any more, and whether the connection can go on.

use std::{collections::BTreeSet, ops::ControlFlow};

use tokio::{
    io::{DuplexStream, duplex},
    sync::watch,
    time::Instant,
};

use super::{
    super::*,
    peer::{Fault, LATE, Peer},
    table::{Call, ENDED, FAULTS, Row, TABLE, TOO_MANY, Verdict, Verdict::*},
};
use crate::{
    config::{SecretSource, Security},
    core::outcome::Refusal,
};

const RID: &str = "abcdefghij0123456789";
const UIDS: [Uid; 2] = [Uid::Number(1), Uid::Number(2)];

/// How a cell ended.
#[derive(Debug, PartialEq, Eq)]
struct End {
    verdict: Verdict,
    /// All that the caller was told.
    told: String,
    /// Whether the next call worked; nothing, where there is no mailbox any more.
    next: Option<Verdict>,
}

fn verdict(error: &MailboxError) -> Verdict {
    match error {
        MailboxError::Lost(_) => Lost,
        MailboxError::Login(_) => Login,
        MailboxError::Token(_) => Token,
        MailboxError::Refused(_) => Refused,
        MailboxError::Busy(_) => Busy,
        MailboxError::Missing(_) => Missing,
        _ => Else,
    }
}

fn delivery(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Accepted => Accepted,
        Outcome::Refused { refusal: Refusal::Transient, .. } => Transient,
        Outcome::Refused { refusal: Refusal::Permanent, .. } => Permanent,
        Outcome::Uncertain { .. } => Uncertain,
    }
}

fn account(call: Call) -> Account {
    Account {
        host: "127.0.0.1".to_owned(),
        port: 143,
        security: if call == Call::StartTls { Security::StartTls } else { Security::Cleartext },
        user: "alice".to_owned(),
        secret: match call {
            Call::Token => SecretSource::Token(Vec::new()),
            _ => SecretSource::Inline("secret".into()),
        },
        ca_file: None,
    }
}

/// Everything up to the end of the call.
async fn play(call: Call, stream: DuplexStream) -> End {
    let folders = FolderNames { intake: "INBOX".into(), held: "Quiet Hours".into(), released: "Released".into() };
    let ended = |error: &MailboxError, next| End { verdict: verdict(error), told: format!("{error:?}"), next };
    let mut mailbox = match over(Box::new(stream), &account(call), &folders, &"secret".into()).await {
        Ok(mailbox) => mailbox,
        Err(error) => return ended(&error, None),
    };
    if call == Call::Close {
        Box::new(mailbox).close().await;
        return End { verdict: Done, told: String::new(), next: None };
    }
    let answer = ask(call, &mut mailbox).await;
    let next = mailbox.connection.learn_capabilities().await;
    let next = Some(next.map_or_else(|error| verdict(&error), |()| Done));
    match answer {
        Ok((verdict, told)) => End { verdict, told, next },
        Err(error) => ended(&error, next),
    }
}

async fn ask(call: Call, mailbox: &mut ImapMailbox) -> Result<(Verdict, String), MailboxError> {
    let mut told = String::new();
    let is_about_inbox = !matches!(
        call,
        Call::Connect | Call::Token | Call::StartTls | Call::Prepare | Call::Make | Call::Wait | Call::Close
    );
    if is_about_inbox {
        told = format!("{:?}", mailbox.open(Folder::Inbox, Access::Write).await?);
    }
    match call {
        Call::Prepare | Call::Make => mailbox.prepare(true).await?,
        Call::List(listing) => told = format!("{:?}", mailbox.list(listing).await?),
        Call::Envelopes => {
            let each = &mut |batch| (told = format!("{batch:?}"), ControlFlow::Continue(())).1;
            mailbox.envelopes(&UIDS, each).await?;
        }
        Call::Contents => {
            let each = &mut |batch| (told = format!("{batch:?}"), ControlFlow::Continue(())).1;
            mailbox.contents(&UIDS, each).await?;
        }
        Call::Move | Call::MoveAgain => {
            if call == Call::MoveAgain {
                mailbox.doubt_moves();
            }
            mailbox.relocate(&UIDS, Folder::Released).await?;
        }
        Call::Seal => told = mailbox.seal(&UIDS, true).await?.to_string(),
        Call::Marker => told = format!("{:?}", mailbox.marker().await?),
        Call::Append => {
            let outcome = mailbox.append(RID, b"Subject: digest\r\n\r\n").await;
            return Ok((delivery(&outcome), format!("{outcome:?}")));
        }
        Call::Look(uid_validity) => {
            let marker = Marker { uid_validity, uid_next: 1 };
            told = format!("{:?}", mailbox.look(RID, Look::After(marker)).await?);
        }
        Call::Wait => {
            let (_stop, stopped) = watch::channel(false);
            mailbox.wait(Folder::Inbox, stopped).await?;
        }
        _ => {}
    }
    Ok((Done, told))
}

/// One cell; what the peer saw, and whether the fault came to pass and the call ended in time.
async fn cell(row: &Row, fault: Option<Fault>) -> (End, Peer, bool) {
    let mut faults: Vec<_> = fault.map(|fault| (row.point, fault)).into_iter().collect();
    if let Some(before) = row.call.refused_before(row.point) {
        faults.push((before, Fault::Says(b"NO because")));
    }
    let mut peer = Peer {
        capabilities: row.capabilities,
        made: row.call != Call::Make,
        interrupted: row.call == Call::Resume,
        faults,
        ..Peer::default()
    };
    let (here, there) = duplex(64 * 1024);
    let start = Instant::now();
    let playing = async { (play(row.call, here).await, start.elapsed()) };
    let ((end, took), ()) = tokio::join!(playing, peer.serve(there));
    let whole = peer.faults.is_empty() && took < LATE;
    (end, peer, whole)
}

/// What is wrong with a cell.
fn complaints(
    row: &Row,
    fault: &str,
    column: usize,
    right: &End,
    (end, peer, whole): &(End, Peer, bool),
) -> Vec<String> {
    let wanted = match row.verdicts[column] {
        Lost if fault == TOO_MANY => Busy,
        wanted => wanted,
    };
    let next = if column == ENDED { Lost } else { Done };
    let checks = [
        (*whole, "the fault came to pass and the call ended in time".to_owned()),
        (end.verdict == wanted, format!("{wanted:?}")),
        (column != 0 || end == right, format!("as without a fault, {right:?}")),
        (column == 0 || end.verdict == Done || !peer.got.contains(row.never), format!("no {} after it", row.never)),
        (end.next.is_none_or(|is| is == next), format!("{next:?} for the next call")),
    ];
    let broken = checks.into_iter().filter(|(holds, _)| !holds);
    broken.map(|(_, wanted)| format!("{} of {:?}, {fault}: not {wanted}: {end:?}", row.point, row.call)).collect()
}

#[tokio::test(start_paused = true)]
async fn each_command_with_each_fault_is_taken_for_what_it_is() {
    let (mut cells, mut complained, mut points) = (0, Vec::new(), BTreeSet::new());
    for row in TABLE {
        let (right, peer, whole) = cell(row, None).await;
        assert!(whole && right.verdict == row.verdicts[0], "{} of {:?}: {right:?}", row.point, row.call);
        assert!(peer.points.contains(row.point), "{} is no part of {:?}", row.point, row.call);
        points.extend(peer.points);
        for (name, fault, column) in FAULTS {
            // A greeting is the first line, or there is none.
            let column = if (row.point, name) == ("greeting", "noise") { ENDED } else { column };
            complained.extend(complaints(row, name, column, &right, &cell(row, Some(fault)).await));
            cells += 1;
        }
    }
    println!("{cells} cells");
    assert!(complained.is_empty(), "{} complaints:\n{}", complained.len(), complained.join("\n"));
    let covered: BTreeSet<_> = TABLE.iter().map(|row| row.point).collect();
    assert_eq!(points, covered, "a command without a line in the table");
}
