//! Each phase with each fault: what becomes of the digest, and what is not said any more.

use tokio::{
    io::{AsyncBufReadExt as _, BufReader, DuplexStream, duplex},
    time::{Instant, sleep},
};

use super::{super::*, account, alice};

/// Later than any deadline.
const LATE: Duration = Duration::from_secs(60 * 60);

/// What a reply is instead of the right one.
#[derive(Clone, Copy)]
enum Fault {
    Says(&'static [u8]),
    /// Then the stream ends.
    Last(&'static [u8]),
    /// Then nothing, to nothing.
    Mute(&'static [u8]),
    /// The right reply, too late.
    Late,
    /// The right reply, its text no UTF-8.
    Latin,
    /// This, and then the right reply.
    Before(&'static [u8]),
}

/// What became of the digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Transient,
    Permanent,
    Uncertain,
    /// For good: the password.
    Login,
    /// For now: the token.
    Token,
    /// TLS may begin.
    Tls,
}
use Verdict::*;

/// What a server says in each phase when all is well; each but the first answers what it read.
type Road = &'static [(&'static str, &'static [u8])];

const PLAIN: Road = &[
    ("greeting", b"220 mail.test ready\r\n"),
    ("ehlo", b"250-mail.test\r\n250 AUTH PLAIN XOAUTH2\r\n"),
    ("auth", b"235 ok\r\n"),
    ("mail", b"250 ok\r\n"),
    ("rcpt", b"250 ok\r\n"),
    ("data", b"354 go on\r\n"),
    ("message", b"250 2.0.0 queued\r\n"),
    ("quit", b"221 bye\r\n"),
];

const LOGIN: Road = &[
    ("greeting", b"220 mail.test ready\r\n"),
    ("ehlo", b"250-mail.test\r\n250 AUTH LOGIN\r\n"),
    ("auth-login", b"334 VXNlcm5hbWU6\r\n"),
    ("user", b"334 UGFzc3dvcmQ6\r\n"),
    ("password", b"235 ok\r\n"),
    ("mail", b"250 ok\r\n"),
    ("rcpt", b"250 ok\r\n"),
    ("data", b"354 go on\r\n"),
    ("message", b"250 2.0.0 queued\r\n"),
    ("quit", b"221 bye\r\n"),
];

const TOKEN: Road = &[
    ("greeting", b"220 mail.test ready\r\n"),
    ("ehlo", b"250-mail.test\r\n250 AUTH OAUTHBEARER\r\n"),
    ("token", b"235 ok\r\n"),
    ("mail", b"250 ok\r\n"),
    ("rcpt", b"250 ok\r\n"),
    ("data", b"354 go on\r\n"),
    ("message", b"250 2.0.0 queued\r\n"),
    ("quit", b"221 bye\r\n"),
];

const STARTTLS: Road = &[
    ("bare greeting", b"220 mail.test ready\r\n"),
    ("bare ehlo", b"250-mail.test\r\n250-STARTTLS\r\n250 SIZE\r\n"),
    ("starttls", b"220 go on\r\n"),
];

/// Before the message: without a fault, on 4yz, on 5yz, and on whatever else.
const USUAL: [Verdict; 4] = [Accepted, Transient, Permanent, Transient];
const PASSWORD: [Verdict; 4] = [Accepted, Transient, Login, Transient];
const BEFORE_TLS: [Verdict; 4] = [Tls, Transient, Permanent, Transient];

const TABLE: &[(&str, Road, [Verdict; 4])] = &[
    ("greeting", PLAIN, USUAL),
    ("ehlo", PLAIN, USUAL),
    ("auth", PLAIN, PASSWORD),
    ("auth-login", LOGIN, PASSWORD),
    ("user", LOGIN, PASSWORD),
    ("password", LOGIN, PASSWORD),
    // The next attempt fetches another.
    ("token", TOKEN, [Accepted, Transient, Token, Transient]),
    ("mail", PLAIN, USUAL),
    ("rcpt", PLAIN, USUAL),
    ("data", PLAIN, USUAL),
    ("message", PLAIN, [Accepted, Transient, Permanent, Uncertain]),
    ("quit", PLAIN, [Accepted; 4]),
    ("bare greeting", STARTTLS, BEFORE_TLS),
    ("bare ehlo", STARTTLS, BEFORE_TLS),
    ("starttls", STARTTLS, BEFORE_TLS),
];

/// What comes instead of the right reply, and which verdict of its line it has.
const FAULTS: [(&str, Fault, usize); 21] = [
    ("right, not UTF-8", Fault::Latin, 0),
    ("4yz", Fault::Says(b"451 4.3.0 later\r\n"), 1),
    ("4yz, not UTF-8", Fault::Says(b"451 4.3.0 plus t\xe2rd\r\n"), 1),
    ("4yz in lines", Fault::Says(b"450-4.2.0 grey\r\n450 4.2.0 listed\r\n"), 1),
    ("421 and EOF", Fault::Last(b"421 4.3.2 shutting down\r\n"), 1),
    ("5yz", Fault::Says(b"554 5.7.1 never\r\n"), 2),
    ("5yz, not UTF-8", Fault::Says(b"554 5.7.1 refus\xe9\r\n"), 2),
    ("5yz in lines", Fault::Says(b"550-5.7.1 never\r\n550 5.7.1 ever\r\n"), 2),
    ("5yz with an odd second digit", Fault::Says(b"571 5.7.1 never\r\n"), 2),
    ("5yz and silence", Fault::Mute(b"554 5.7.1 never\r\n"), 2),
    ("EOF", Fault::Last(b""), ELSE),
    ("EOF in a reply", Fault::Last(b"250-ok\r\n"), ELSE),
    ("EOF in a line", Fault::Last(b"250 ok"), ELSE),
    ("silence", Fault::Mute(b""), ELSE),
    ("late", Fault::Late, ELSE),
    (YES, Fault::Says(b"353 what\r\n"), ELSE),
    ("two codes", Fault::Says(b"250-yes\r\n550 no\r\n"), ELSE),
    (UNASKED, Fault::Before(b"250 unasked\r\n"), ELSE),
    (NOISE, Fault::Before(b"* 3 EXISTS\r\n"), ELSE),
    // What an IMAP server would say.
    ("NO", Fault::Says(b"A1 NO because\r\n"), ELSE),
    ("BAD", Fault::Says(b"* BAD what?\r\n"), ELSE),
];

/// The column of what is neither.
const ELSE: usize = 3;

const YES: &str = "a yes of another kind";
const UNASKED: &str = "an unasked reply before";
const NOISE: &str = "noise before";

/// The column of a cell.
fn column(point: &str, fault: &str, column: usize) -> usize {
    match (point, fault) {
        // The first reply after the dot decides.
        ("message", UNASKED) => 0,
        // A greeting that is no refusal means nothing more.
        ("greeting", YES) => 0,
        _ => column,
    }
}

/// What a server saw: all of it, and how many of its phases were reached.
#[derive(Default)]
struct Seen {
    got: String,
    reached: usize,
}

impl Seen {
    /// Reads what a phase answers; `None` when nothing more comes.
    async fn read(&mut self, stream: &mut BufReader<DuplexStream>, point: &str) -> Option<()> {
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 || (line == "QUIT\r\n" && point != "quit") {
                return None;
            }
            self.got.push_str(&line);
            if point != "message" || line == ".\r\n" {
                return Some(());
            }
        }
    }
}

/// Plays a server with a fault in one phase.
async fn serve(stream: DuplexStream, road: Road, point: &str, fault: Option<Fault>) -> Seen {
    let (mut stream, mut seen) = (BufReader::new(stream), Seen::default());
    for (number, (own, right)) in road.iter().enumerate() {
        if number > 0 && seen.read(&mut stream, own).await.is_none() {
            break;
        }
        seen.reached = number;
        let reply = match fault.filter(|_| *own == point) {
            None => right.to_vec(),
            Some(Fault::Says(reply) | Fault::Last(reply) | Fault::Mute(reply)) => reply.to_vec(),
            Some(Fault::Latin) => [right.trim_ascii_end(), b" re\xe7u\xff\r\n"].concat(),
            Some(Fault::Before(unasked)) => [unasked, right].concat(),
            Some(Fault::Late) => {
                sleep(LATE).await;
                right.to_vec()
            }
        };
        let _ = stream.write_all(&reply).await;
        match fault.filter(|_| *own == point) {
            Some(Fault::Last(_)) => break,
            Some(Fault::Mute(_)) => {
                let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
                break;
            }
            _ => {}
        }
    }
    seen
}

async fn submit(stream: DuplexStream, road: Road) -> Verdict {
    let mechanism = if road == TOKEN { Mechanism::Token } else { Mechanism::Password };
    let ready = async {
        if road == STARTTLS {
            ask_for_tls(Box::new(stream), "mail.coop.example").await?;
            return Ok(None);
        }
        let mut session = Session::over(Box::new(stream), b"").await?;
        session.log_in(&account(), &alice(mechanism)).await?;
        let envelope = Envelope { from: "alice@coop.example", to: "alice@coop.example", eight_bit: false };
        session.announce(&envelope).await.map(Some)
    };
    match ready.await {
        Ok(None) => Tls,
        Ok(Some(ready)) => of_outcome(&ready.submit(b"Subject: x\r\n\r\n.dot\r\n").await),
        Err(super::Fault { refusal: Refusal::Permanent, trouble: Trouble::Login(_) }) => Login,
        Err(super::Fault { refusal: Refusal::Transient, trouble: Trouble::Token(_) }) => Token,
        Err(fault) => of_outcome(&fault.into()),
    }
}

fn of_outcome(outcome: &Outcome) -> Verdict {
    match outcome {
        Outcome::Accepted => Accepted,
        Outcome::Refused { refusal: Refusal::Transient, .. } => Transient,
        Outcome::Refused { refusal: Refusal::Permanent, .. } => Permanent,
        Outcome::Uncertain { .. } => Uncertain,
    }
}

async fn cell(road: Road, point: &str, fault: Option<Fault>) -> (Verdict, Seen, Duration) {
    let (here, there) = duplex(64 * 1024);
    let start = Instant::now();
    let submitting = async { (submit(here, road).await, start.elapsed()) };
    let ((verdict, took), seen) = tokio::join!(submitting, serve(there, road, point, fault));
    (verdict, seen, took)
}

#[tokio::test(start_paused = true)]
async fn each_phase_with_each_fault_is_taken_for_what_it_is() {
    let (mut cells, mut complaints) = (0, Vec::new());
    for (point, road, verdicts) in TABLE {
        assert_eq!(cell(road, point, None).await.0, verdicts[0], "{point} without a fault");
        let number = road.iter().position(|(own, _)| own == point).expect("a phase of that road");
        for (name, fault, usual) in FAULTS {
            let column = column(point, name, usual);
            let (verdict, seen, took) = cell(road, point, Some(fault)).await;
            // A reply too many is noticed one phase later.
            let last = number + usize::from(name == UNASKED && *point != "quit");
            let wanted = verdicts[column];
            if verdict != wanted || took >= LATE || seen.reached < number || (column > 0 && seen.reached > last) {
                let Seen { got, reached } = seen;
                complaints
                    .push(format!("{point}, {name}: {verdict:?}, not {wanted:?}; {reached} after {took:?}: {got:?}"));
            }
            cells += 1;
        }
    }
    println!("{cells} cells");
    assert!(complaints.is_empty(), "{} of {cells} cells:\n{}", complaints.len(), complaints.join("\n"));
    for (point, _) in [PLAIN, LOGIN, TOKEN, STARTTLS].concat() {
        assert!(TABLE.iter().any(|(own, ..)| *own == point), "{point} has no line in the table");
    }
}

#[tokio::test(start_paused = true)]
async fn after_the_message_only_250_to_259_accepts() {
    let says: [(&'static [u8], Verdict); 7] = [
        (b"250-one\r\n250 two\r\n", Accepted),
        (b"250\r\n", Accepted),
        (b"259 ok\r\n", Accepted),
        (b"250 ok\n", Accepted),
        (b"220 ok\r\n", Uncertain),
        (b"260 ok\r\n", Uncertain),
        (b"354 go on\r\n250 ok\r\n", Uncertain),
    ];
    for (reply, wanted) in says {
        let (verdict, ..) = cell(PLAIN, "message", Some(Fault::Says(reply))).await;
        assert_eq!(verdict, wanted, "{}", reply.escape_ascii());
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_rightly_gets_the_message_with_its_dots_and_one_recipient() {
    let (verdict, Seen { got, .. }, _) = cell(PLAIN, "", None).await;
    assert_eq!(verdict, Accepted);
    assert!(got.contains("MAIL FROM:<alice@coop.example>\r\nRCPT TO:<alice@coop.example>\r\nDATA\r\n"), "{got}");
    assert!(got.ends_with("Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n"), "{got}");
}
