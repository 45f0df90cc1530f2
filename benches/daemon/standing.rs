//! What the daemon does while it runs on: how soon it starts, how soon it moves, and what waiting costs.

use std::{
    fs,
    process::{Child, Command},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{
    account::Account,
    floor::{ALONE, Raw},
    mailbox::{HELD, Prepared, notification},
    measure::{field, median, processor, seconds, wake_ups},
    support::dovecot::Dovecot,
};

const DELIVERIES: usize = 200;

/// Daemons side by side.
const MANY: usize = 100;

/// How often a folder on disk is looked at.
const GLANCE: Duration = Duration::from_micros(200);

const DEADLINE: Duration = Duration::from_secs(60);

/// A daemon that runs, ended with the value.
struct Running(Child);

impl Running {
    fn start(account: &Account) -> Self {
        Self(account.command(&["run"]).spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// From the start of the program to the first message moved, as the disk shows it: the daemon, and in turn with it a program that
/// only logs in and moves.
pub fn start(runs: usize) {
    let prepared = Prepared::inbox(1, 100);
    let (mut daemon, mut raw) = (Vec::new(), Vec::new());
    for run in 0..=runs {
        let user = prepared.copy(run * 2);
        let account = prepared.account(&user);
        let begun = Instant::now();
        let running = Running::start(&account);
        prepared.await_held(&user, 1);
        daemon.push(begun.elapsed());
        drop(running);
        let user = prepared.copy(run * 2 + 1);
        let mut floor = Command::new(std::env::current_exe().unwrap());
        floor.arg(ALONE).arg(prepared.port().to_string()).arg(prepared.ca_file()).arg(&user);
        let begun = Instant::now();
        let running = Running(floor.spawn().unwrap());
        prepared.await_held(&user, 1);
        raw.push(begun.elapsed());
        drop(running);
    }
    let ratios = daemon[1..].iter().zip(&raw[1..]).map(|(one, other)| one.as_secs_f64() / other.as_secs_f64());
    println!(
        "start: quiethours {} s; floor {} s; quiethours / floor {:.2}",
        seconds(&daemon[1..]),
        seconds(&raw[1..]),
        median(ratios.collect()),
    );
}

/// From the end of a delivery by LMTP to the message gone from INBOX: the daemon, and in turn with it a client in IDLE that
/// answers EXISTS with MOVE and knows nothing else.
pub fn latency() {
    let prepared = Prepared::inbox(1, 0);
    let (one, other) = (prepared.copy(0), prepared.copy(1));
    let account = prepared.account(&one);
    let running = Running::start(&account);
    prepared.deliver(&one, &notification(0));
    prepared.await_held(&one, 1);
    let mut client = Raw::login(&prepared, &other);
    let idle = std::thread::spawn(move || client.idle_and_move(DELIVERIES));
    let (mut daemon, mut floor) = (Vec::new(), Vec::new());
    for number in 1..=DELIVERIES {
        for (user, times, already) in [(&one, &mut daemon, 1), (&other, &mut floor, 0)] {
            // Both are back in IDLE, and the delay of the server's own notices is over.
            sleep(Duration::from_millis(600));
            prepared.deliver(user, &notification(number));
            let begun = Instant::now();
            prepared.await_held(user, number + already);
            times.push(begun.elapsed());
        }
    }
    drop(running);
    idle.join().expect("the client in IDLE");
    for (name, mut times) in [("quiethours", daemon), ("floor", floor)] {
        times.sort();
        let (half, most) = (times[DELIVERIES / 2], times[DELIVERIES * 99 / 100]);
        println!("latency: {name} p50 {:.1} ms, p99 {:.1} ms", millis(half), millis(most));
    }
}

/// What one waiting daemon costs, counted over `time` and told for an hour.
pub fn idle(time: Duration) {
    let prepared = Prepared::inbox(1, 100);
    let user = prepared.copy(0);
    let account = prepared.account(&user);
    let running = Running::start(&account);
    prepared.await_held(&user, 1);
    sleep(Duration::from_secs(5));
    let (spent, woken) = (processor(&running.0), wake_ups(&running.0));
    sleep(time);
    let an_hour = 3600.0 / time.as_secs_f64();
    let spent = (processor(&running.0) - spent).as_secs_f64() * an_hour;
    let woken = f64::from(u32::try_from(wake_ups(&running.0) - woken).expect("few")) * an_hour;
    println!(
        "idle: resident {} KiB, PSS {} KiB; an hour: {spent:.3} s of processor, {woken:.0} wake-ups (counted over {} s)",
        field(&running.0, "status", "VmRSS:").unwrap_or_default(),
        field(&running.0, "smaps_rollup", "Pss:").unwrap_or_default(),
        time.as_secs(),
    );
}

/// What [`MANY`] daemons of as many users cost together on one machine.
pub fn many() {
    let server = Dovecot::builder()
        .extra("service imap-login {\n  service_count = 0\n  process_min_avail = 2\n}\ndefault_client_limit = 4000")
        .start();
    let accounts: Vec<Account> = (0..MANY).map(|number| Account::new(&server, &format!("user{number}"))).collect();
    let running: Vec<Running> = accounts.iter().map(Running::start).collect();
    let up =
        |number: usize| server.maildir(&format!("user{number}")).join(format!(".{}", "Quiet Hours.Released")).exists();
    await_that("all are connected", || (0..MANY).all(up));
    sleep(Duration::from_secs(10));
    let spent: Duration = running.iter().map(|running| processor(&running.0)).sum();
    let minute = Duration::from_secs(60);
    sleep(minute);
    let later: Duration = running.iter().map(|running| processor(&running.0)).sum();
    let sum = |file: &str, name: &str| -> u64 {
        running.iter().map(|running| field(&running.0, file, name).unwrap_or_default()).sum()
    };
    println!(
        "{MANY} daemons: PSS {} KiB, resident {} KiB in all; start {:.1} s of processor, then {:.3} s a minute",
        sum("smaps_rollup", "Pss:"),
        sum("status", "VmRSS:"),
        spent.as_secs_f64(),
        (later - spent).as_secs_f64(),
    );
}

impl Prepared {
    fn await_held(&self, user: &str, count: usize) {
        let folder = self.maildir(user).join(format!(".{HELD}"));
        await_that("it is held", || {
            let entries = ["new", "cur"].map(|part| fs::read_dir(folder.join(part)).map_or(0, Iterator::count));
            entries.iter().sum::<usize>() >= count
        });
    }
}

fn await_that(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        sleep(GLANCE);
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
