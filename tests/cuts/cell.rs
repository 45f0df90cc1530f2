//! One evening and the opening after it, with at most one fault on the way: a volunteer of their own on a shared server.

use std::{
    cell::Cell,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use quiethours::{
    config::{self, Config, Flags},
    core::timeline,
    daemon::{Daemon, Ended},
    io::state::State,
};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::{
    clock::{Patient, Reporter},
    support::{
        dovecot::Dovecot,
        faults::{Fault, Proxy, Spot, Transcript},
        mailbox::{Mailbox, mail},
        memory,
        smtp_peer::{Security, SmtpPeer},
    },
};

/// Real time for one evening: generous, since every core may be compiling.
const DEADLINE: Duration = Duration::from_secs(60);

/// Runs of `--once` within which whatever was interrupted must be done.
const RUNS: usize = 8;

/// How the digest goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Append,
    Smtp,
}

/// Which connection the harm is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Imap,
    Smtp,
}

/// A fault at a spot.
#[derive(Clone, Copy, Debug)]
pub struct Harm {
    pub line: Line,
    pub spot: Spot,
    pub fault: Fault,
}

/// Who goes on after a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The daemon that met it.
    Same,
    /// That one dies of it, at once; another starts a minute later.
    Another,
    /// Runs of `--once`, twenty minutes apart; deadlines pass in no time.
    Once,
}

/// What all evenings of a test have in common.
pub struct Scene {
    pub server: Dovecot,
    pub delivery: Delivery,
    /// When they begin: one for all, so that all say the same.
    pub start: DateTime<Utc>,
}

/// What was said in an evening, and what it left.
pub struct Played {
    pub imap: Vec<Transcript>,
    pub smtp: Vec<Transcript>,
    /// The harm was done, or none was planned.
    pub struck: bool,
    pub left: Mailbox,
    /// After one more run.
    pub later: Mailbox,
    pub told: Vec<String>,
}

/// A volunteer whose mail waits in INBOX when the daemon starts, for an opening an hour later.
struct Evening {
    scene: Arc<Scene>,
    user: String,
    dir: TempDir,
    imap: Rc<Proxy>,
    smtp: Option<Rc<Proxy>>,
    peer: Option<Rc<SmtpPeer>>,
}

/// Plays an evening.
pub fn play(scene: &Arc<Scene>, harm: Option<Harm>, after: After) -> Played {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Evening::new(scene, format!("u{number:06}@lescanoe.example"), harm).play(after)
}

impl Evening {
    fn new(scene: &Arc<Scene>, user: String, harm: Option<Harm>) -> Self {
        for (name, message) in mail() {
            scene.server.store(&user, name, scene.start.into(), &message);
        }
        let on = |line| harm.filter(|harm| harm.line == line).map(|harm| (harm.spot, harm.fault));
        let imap = Rc::new(Proxy::start(scene.server.imap_port(), on(Line::Imap)));
        let peer = (scene.delivery == Delivery::Smtp)
            .then(|| Rc::new(SmtpPeer::start(&scene.server, Security::Cleartext, &[])));
        let smtp = peer.as_ref().map(|peer| Rc::new(Proxy::start(peer.port(), on(Line::Smtp))));
        let evening = Self { scene: Arc::clone(scene), user, dir: memory(), imap, smtp, peer };
        evening.configure();
        evening
    }

    fn configure(&self) {
        let delivery = match &self.smtp {
            Some(proxy) => format!("deliver = \"smtp\"\nsmtp = \"smtp://127.0.0.1:{}\"\n", proxy.port()),
            None => String::new(),
        };
        let text = format!(
            "language = \"en\"\n[availability]\nweekdays = \"\"\ntimezone = \"Europe/Paris\"\n\n[mailbox.coop]\n\
             imap = \"imap://127.0.0.1:{}\"\nuser = \"{user}\"\npassword = \"secret\"\n\n\
             [digest]\nto = \"{user}\"\n{delivery}\n[state]\ndir = \"{}\"\n",
            self.imap.port(),
            self.state_dir().display(),
            user = self.user,
        );
        fs::write(self.config_file(), text).unwrap();
        fs::set_permissions(self.config_file(), fs::Permissions::from_mode(0o600)).unwrap();
        let state = self.state();
        state.enabled_at(self.scene.start).unwrap();
        let (from, to) = (self.at(60), Some(self.at(20 * 60)));
        state.add_override(timeline::Override { state: timeline::State::Open, from, to }).unwrap();
    }

    fn config_file(&self) -> PathBuf {
        self.dir.path().join("config.toml")
    }

    fn state_dir(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    fn state(&self) -> State {
        State::open(&self.state_dir()).unwrap()
    }

    fn config(&self) -> Config {
        let path = self.config_file().to_str().unwrap().to_owned();
        config::load(&Flags { config: Some(path), language: None }).unwrap_or_else(|errors| panic!("{errors:?}"))
    }

    fn at(&self, minutes: i64) -> DateTime<Utc> {
        self.scene.start + TimeDelta::minutes(minutes)
    }

    fn mailbox(&self) -> Mailbox {
        self.await_rest();
        Mailbox::read(&self.scene.server.maildir(&self.user))
    }

    /// Waits until the servers are done with every connection, and what was sent has arrived.
    fn await_rest(&self) {
        let world = self.world();
        let deadline = Instant::now() + DEADLINE;
        while !world(0) {
            assert!(Instant::now() < deadline, "a server does not end a connection");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Whether everything has come to rest while the daemon holds so many connections; hands over what was sent.
    fn world(&self) -> Box<dyn Fn(usize) -> bool> {
        let (imap, smtp, peer) = (Rc::clone(&self.imap), self.smtp.clone(), self.peer.clone());
        let (scene, user) = (Arc::clone(&self.scene), self.user.clone());
        Box::new(move |held| {
            let rests = imap.live() <= held && smtp.as_ref().is_none_or(|proxy| proxy.live() == 0);
            if let Some(peer) = peer.as_ref().filter(|_| rests) {
                peer.hand_over(&scene.server, &user);
            }
            rests
        })
    }

    fn daemon(&self, clock: &Rc<Patient>) -> Daemon {
        let reporter = Box::new(Reporter(Rc::clone(clock)));
        Daemon::new(self.config(), self.state(), Rc::<Patient>::clone(clock), reporter).unwrap()
    }

    fn play(self, after: After) -> Played {
        let clock = Rc::new(Patient::new(self.at(2), self.at(6 * 60), self.world()));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            match after {
                After::Same => self.run(&clock).await,
                After::Another => {
                    tokio::select! {
                        () = self.run(&clock) => {}
                        () = clock.troubled.notified() => {
                            clock.restart(TimeDelta::minutes(1));
                            self.run(&clock).await;
                        }
                    }
                }
                After::Once => self.run_once(&clock).await,
            }
        });
        let left = self.mailbox();
        let imap = self.imap.transcripts();
        let smtp = self.smtp.as_ref().map(|proxy| proxy.transcripts()).unwrap_or_default();
        clock.set(self.at(7 * 60));
        assert_eq!(runtime.block_on(self.once(&clock)), Ended::Done, "one more run: {:?}", clock.told.borrow());
        let later = self.mailbox();
        let struck = self.proxies().all(|proxy| *proxy.struck().borrow() || !proxy.does_harm());
        Played { imap, smtp, struck, left, later, told: clock.told.take() }
    }

    fn proxies(&self) -> impl Iterator<Item = &Rc<Proxy>> {
        std::iter::once(&self.imap).chain(&self.smtp)
    }

    async fn run(&self, clock: &Rc<Patient>) {
        let mut daemon = self.daemon(clock);
        let (_signals, signals) = mpsc::unbounded_channel();
        let evening = tokio::time::timeout(DEADLINE, daemon.run(signals, clock.stopped())).await;
        let ended = evening.unwrap_or_else(|_| panic!("the evening does not end: {:?}", clock.told.borrow()));
        assert_eq!(ended.unwrap(), Ended::Done);
    }

    /// Before the opening until nothing is left to do, and again after it.
    async fn run_once(&self, clock: &Rc<Patient>) {
        for (begin, step) in [(2, 5), (60, 20)] {
            let mut ended = Ended::Pending;
            for run in 0..RUNS {
                clock.set(self.at(begin + step * i64::try_from(run).unwrap()));
                ended = self.once(clock).await;
                self.await_rest();
                if ended == Ended::Done {
                    break;
                }
            }
            assert_eq!(ended, Ended::Done, "{:?}", clock.told.borrow());
        }
    }

    async fn once(&self, clock: &Rc<Patient>) -> Ended {
        let mut daemon = self.daemon(clock);
        let harmful = self.proxies().find(|proxy| proxy.delays());
        let frozen = Cell::new(false);
        let ended = match harmful {
            Some(proxy) => tokio::select! {
                ended = daemon.run_once() => ended,
                () = hurry(proxy, clock, &frozen) => unreachable!(),
            },
            None => daemon.run_once().await,
        };
        if frozen.get() {
            tokio::time::resume();
        }
        ended.unwrap()
    }
}

/// Once the daemon waits for an answer that does not come, time passes at once, up to the trouble that comes of it.
async fn hurry(proxy: &Proxy, clock: &Patient, frozen: &Cell<bool>) {
    proxy.struck().wait_for(|struck| *struck).await.unwrap();
    loop {
        proxy.silence().await;
        tokio::time::pause();
        frozen.set(true);
        clock.troubled.notified().await;
        tokio::time::resume();
        frozen.set(false);
    }
}
