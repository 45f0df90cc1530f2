//! The table of commands and faults, and what is to be made of each.

use super::peer::Fault;
use crate::io::mailbox::Listing;

/// What a call made of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Done,
    Refused,
    Busy,
    Missing,
    Login,
    Token,
    Lost,
    Accepted,
    Transient,
    Permanent,
    Uncertain,
    Else,
}
use Verdict::*;

/// What is asked of the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Connect,
    /// With a token for a secret.
    Token,
    StartTls,
    Prepare,
    /// As `Prepare`, where the folders are missing.
    Make,
    Open,
    /// As `Open`, after a move that was interrupted.
    Resume,
    List(Listing),
    Envelopes,
    Contents,
    Move,
    /// As `Move`, when an earlier one may have been cut.
    MoveAgain,
    Seal,
    Marker,
    Append,
    /// After a marker with this UIDVALIDITY.
    Look(u32),
    Wait,
    Close,
}

impl Call {
    /// What has to be refused for the call to come to a point.
    pub fn refused_before(self, point: &str) -> Option<&'static str> {
        match (self, point) {
            (Self::Move, "unmark") => Some("expunge"),
            (Self::Contents, "headers" | "structures" | "texts") => Some("beginnings"),
            _ => None,
        }
    }
}

/// One line of the table.
pub struct Row {
    pub point: &'static str,
    pub capabilities: &'static str,
    pub call: Call,
    /// The verdict without a fault, on NO, on a NO that asks for patience, on BAD, and when the connection ends.
    pub verdicts: [Verdict; 5],
    /// What is not sent after a fault.
    pub never: &'static str,
}

const fn row(
    point: &'static str,
    capabilities: &'static str,
    call: Call,
    verdicts: [Verdict; 5],
    never: &'static str,
) -> Row {
    Row { point, capabilities, call, verdicts, never }
}

/// A server with everything.
const MOVE: &str = "MOVE NAMESPACE UNSELECT IDLE";
/// One where a move is a copy first.
const COPY: &str = "UIDPLUS NAMESPACE UNSELECT";
/// One with the least we work with.
const POOR: &str = "UIDPLUS";
const PLAIN: &str = "MOVE AUTH=PLAIN";
const PLAIN_IR: &str = "MOVE AUTH=PLAIN SASL-IR";
const BEARER: &str = "MOVE AUTH=OAUTHBEARER";
const XOAUTH2_IR: &str = "MOVE AUTH=XOAUTH2 SASL-IR";
const STARTTLS: &str = "MOVE STARTTLS AUTH=PLAIN";

/// What most calls make of NO, of patience, of BAD and of an end.
const USUAL: [Verdict; 5] = [Done, Refused, Busy, Refused, Lost];
const LOGIN: [Verdict; 5] = [Done, Login, Busy, Login, Lost];
const TOKEN: [Verdict; 5] = [Done, Token, Busy, Token, Lost];
const OPEN: [Verdict; 5] = [Done, Missing, Busy, Missing, Lost];
/// Without an answer it works, too.
const SPARED: [Verdict; 5] = [Done, Done, Busy, Done, Lost];
const NEVER_MIND: [Verdict; 5] = [Done, Done, Done, Done, Lost];
/// The message was not offered.
const EARLY: [Verdict; 5] = [Accepted, Transient, Transient, Transient, Transient];

const LITERAL: &str = "Subject: digest";
const SINCE: Listing = Listing::Since(chrono::DateTime::UNIX_EPOCH);

pub const TABLE: &[Row] = &[
    row("greeting", MOVE, Call::Connect, [Done, Lost, Lost, Lost, Lost], "A"),
    row("capability", MOVE, Call::Connect, USUAL, "LOGIN"),
    // Without a fault the handshake follows, which the peer does not do.
    row("capability", STARTTLS, Call::StartTls, [Lost, Refused, Busy, Refused, Lost], "STARTTLS"),
    row("starttls", STARTTLS, Call::StartTls, [Lost, Refused, Busy, Refused, Lost], "AUTHENTICATE"),
    row("login", MOVE, Call::Connect, LOGIN, "NAMESPACE"),
    row("authenticate", PLAIN_IR, Call::Connect, LOGIN, "LIST"),
    row("sasl-asked", PLAIN, Call::Connect, LOGIN, "AGFsaWNlAHNlY3JldA=="),
    row("sasl-answered", PLAIN, Call::Connect, LOGIN, "LIST"),
    row("authenticate", XOAUTH2_IR, Call::Token, TOKEN, "LIST"),
    row("sasl-asked", BEARER, Call::Token, TOKEN, "bixhPWFsaWNl"),
    row("sasl-answered", BEARER, Call::Token, TOKEN, "LIST"),
    row("capability-anew", MOVE, Call::Connect, USUAL, "NAMESPACE"),
    row("namespace", MOVE, Call::Connect, USUAL, "LIST"),
    row("separator", POOR, Call::Connect, USUAL, "CREATE"),
    row("list", MOVE, Call::Prepare, USUAL, "CREATE"),
    row("list", MOVE, Call::Make, USUAL, "CREATE"),
    // A folder that is listed and cannot be asked about is made again.
    row("status-there", MOVE, Call::Prepare, SPARED, "CREATE"),
    row("create", MOVE, Call::Make, USUAL, "SUBSCRIBE"),
    // Then it is tried below INBOX.
    row("create", POOR, Call::Make, SPARED, "SUBSCRIBE"),
    row("subscribe", MOVE, Call::Make, USUAL, "Released"),
    row("select", MOVE, Call::Open, OPEN, "UID"),
    row("search-moved", COPY, Call::Resume, USUAL, "EXPUNGE"),
    row("expunge", COPY, Call::Resume, USUAL, "STORE"),
    row("search", MOVE, Call::List(Listing::All), USUAL, "NOOP"),
    row("search", MOVE, Call::List(SINCE), USUAL, "FETCH"),
    row("search", MOVE, Call::List(Listing::Sealed), USUAL, "FETCH"),
    row("headers", MOVE, Call::Envelopes, USUAL, "STORE"),
    // Refused together, they are asked for apart.
    row("beginnings", MOVE, Call::Contents, SPARED, "STORE"),
    row("second", MOVE, Call::Contents, SPARED, "STORE"),
    row("headers", MOVE, Call::Contents, USUAL, "BODY.PEEK[TEXT]"),
    row("structures", MOVE, Call::Contents, SPARED, "STORE"),
    row("texts", MOVE, Call::Contents, SPARED, "STORE"),
    row("move", MOVE, Call::Move, USUAL, "SEARCH"),
    row("search-left", MOVE, Call::Move, USUAL, "STORE"),
    row("copy", COPY, Call::Move, USUAL, "STORE"),
    row("mark", COPY, Call::Move, USUAL, "EXPUNGE"),
    row("expunge", COPY, Call::Move, USUAL, "SEARCH UID"),
    // After a refused EXPUNGE: that refusal is told, unless the connection ended.
    row("unmark", COPY, Call::Move, [Refused, Refused, Refused, Refused, Lost], "SEARCH UID"),
    row("search-left", COPY, Call::Move, USUAL, "COPY 1:2 \"Quiet Hours\""),
    row("likeness", COPY, Call::MoveAgain, USUAL, "UID COPY"),
    row("examine", COPY, Call::MoveAgain, OPEN, "UID COPY"),
    row("search", COPY, Call::MoveAgain, USUAL, "UID COPY"),
    row("seal", MOVE, Call::Seal, NEVER_MIND, "EXPUNGE"),
    row("unselect", MOVE, Call::Marker, USUAL, "STATUS"),
    row("examine", POOR, Call::Marker, USUAL, "STATUS"),
    row("status", MOVE, Call::Marker, USUAL, "APPEND"),
    row("unselect", MOVE, Call::Append, EARLY, "APPEND"),
    row("examine", POOR, Call::Append, EARLY, "APPEND"),
    row("append", MOVE, Call::Append, [Accepted, Transient, Transient, Permanent, Transient], LITERAL),
    row("literal", MOVE, Call::Append, [Accepted, Transient, Transient, Permanent, Uncertain], "LOGOUT"),
    row("status", MOVE, Call::Look(7), USUAL, "EXAMINE"),
    row("examine", MOVE, Call::Look(7), USUAL, "SEARCH"),
    row("search", MOVE, Call::Look(7), USUAL, "FETCH"),
    row("fields", MOVE, Call::Look(7), USUAL, "APPEND"),
    row("list-all", MOVE, Call::Look(6), USUAL, "SEARCH"),
    row("examine", MOVE, Call::Look(6), USUAL, "SEARCH"),
    row("search-header", MOVE, Call::Look(6), USUAL, "FETCH"),
    row("examine-trash", MOVE, Call::Look(6), SPARED, "APPEND"),
    row("examine", MOVE, Call::Wait, OPEN, "IDLE"),
    row("idle", MOVE, Call::Wait, NEVER_MIND, "DONE"),
    // A tagged answer that nobody asked for yet ends it, too.
    row("idling", MOVE, Call::Wait, USUAL, "NOOP"),
    row("idle-done", MOVE, Call::Wait, USUAL, "NOOP"),
    row("noop", POOR, Call::Wait, USUAL, "SEARCH ALL"),
    row("logout", MOVE, Call::Close, [Done; 5], "APPEND"),
];

/// What comes instead of the right answer, and which verdict of its row it has.
pub const FAULTS: [(&str, Fault, usize); 15] = [
    ("noise", Fault::Noise, 0),
    ("OK, not UTF-8", Fault::Latin, 0),
    ("NO", Fault::Says(b"NO because"), 1),
    ("NO, not UTF-8", Fault::Says(b"NO refus\xe9"), 1),
    ("NO [UNAVAILABLE]", Fault::Says(b"NO [UNAVAILABLE] later"), 2),
    ("NO [UNAVAILABLE], not UTF-8", Fault::Says(b"NO [UNAVAILABLE] refus\xe9"), 2),
    ("BAD", Fault::Says(b"BAD what?"), 3),
    ("BAD, not UTF-8", Fault::Says(b"BAD quoi\xe9"), 3),
    ("EOF", Fault::Eof, ENDED),
    ("BYE", Fault::Last(b"* BYE shutting down"), ENDED),
    (TOO_MANY, Fault::Last(b"* BYE too many of you"), ENDED),
    ("silence", Fault::Silence, ENDED),
    ("late", Fault::Late, ENDED),
    // What an SMTP server would say.
    ("4yz", Fault::Line(b"451 4.3.0 later"), ENDED),
    ("5yz", Fault::Line(b"554 5.7.1 never"), ENDED),
];

/// The column of the faults after which the connection is of no more use.
pub const ENDED: usize = 4;

/// Asks for patience besides.
pub const TOO_MANY: &str = "BYE too many";
