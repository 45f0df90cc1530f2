//! Times and memory of a process from outside.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{
    account::Account,
    mailbox::{HELD, Prepared},
    support::dovecot::PASSWORD,
};

/// How often the kernel is asked for the peak of a process that runs; the peak only grows, so little is missed.
const GLANCE: Duration = Duration::from_millis(2);

/// A client such as a volunteer's technician would write, with the standard library.
const CLIENT: &str = include_str!("client.py");

/// One run.
pub struct Figures {
    pub wall: Duration,
    /// Peak resident memory, KiB.
    pub resident: u64,
}

/// `run --once`, which must end well.
pub fn once(account: &Account) -> Figures {
    let mut command = account.command(&["run", "--once"]);
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().expect("the daemon");
    let mut resident = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("its end") {
            break status;
        }
        resident = field(&child, "status", "VmHWM:").unwrap_or(resident);
        std::thread::sleep(GLANCE);
    };
    let wall = begun.elapsed();
    assert!(status.success(), "the daemon ended with {status}");
    Figures { wall, resident }
}

/// The same release by Python.
pub fn python(prepared: &Prepared, user: &str) -> Duration {
    let begun = Instant::now();
    let port = prepared.port().to_string();
    let status = Command::new("python3")
        .args(["-c", CLIENT, &port, user, PASSWORD])
        .arg(prepared.ca_file())
        .stdin(Stdio::null())
        .status()
        .expect("python3");
    assert!(status.success(), "the Python client ended with {status}");
    begun.elapsed()
}

/// The same hold by imapfilter: one SEARCH by the server, one move. It fails where the set of UIDs gets too long for it.
pub fn imapfilter(prepared: &Prepared, user: &str) -> Duration {
    let dir = tempfile::tempdir().expect("a directory");
    let rules = format!(
        "options.certificates = false\noptions.timeout = 600\n\
         account = IMAP {{ server = 'localhost', port = {}, username = '{user}', password = '{PASSWORD}', ssl = 'auto' }}\n\
         account.INBOX:contain_field('X-Discourse-Topic-Id', ''):move_messages(account['{HELD}'])\n",
        prepared.port(),
    );
    let file = dir.path().join("config.lua");
    fs::write(&file, rules).expect("its rules");
    let begun = Instant::now();
    let mut command = Command::new("imapfilter");
    command.arg("-c").arg(&file).arg("-t").arg(prepared.ca_file()).env("HOME", dir.path()).stdin(Stdio::null());
    let status = command.status();
    // What it did not move is counted afterwards.
    status.expect("imapfilter, a Debian package");
    begun.elapsed()
}

/// A number of `/proc/PID/FILE`, in its own unit.
pub fn field(child: &Child, file: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{}/{file}", child.id())).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time so far.
pub fn processor(child: &Child) -> Duration {
    let text = fs::read_to_string(format!("/proc/{}/schedstat", child.id())).expect("schedstat");
    Duration::from_nanos(text.split_whitespace().next().and_then(|text| text.parse().ok()).expect("nanoseconds"))
}

/// How often it was woken so far: each time it sleeps it gives up the processor of its own will.
pub fn wake_ups(child: &Child) -> u64 {
    field(child, "status", "voluntary_ctxt_switches:").expect("a count")
}

/// `median (least to most)`.
pub fn seconds(times: &[Duration]) -> String {
    let mut times: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
    times.sort_by(f64::total_cmp);
    let (least, most) = (times.first().expect("a run"), times.last().expect("a run"));
    format!("{:.3} ({least:.3} to {most:.3})", median(times.clone()))
}

/// The middle one.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
