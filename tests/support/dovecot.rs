//! A Dovecot 2.3 on loopback that needs no root: its own directory, ports and certificate authority; killed when dropped.
//!
//! Any user exists; the password is [`PASSWORD`], or [`UNMISTAKABLE`]. Mail is stored in Maildirs.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    os::unix::{fs::chown, net::UnixStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime},
};

use tempfile::TempDir;

use super::{
    certificates::{self, Certificate},
    client::Client,
};

/// The password of every user.
pub const PASSWORD: &str = "secret";

/// Another password that works, which no sentence of ours holds by chance.
pub const UNMISTAKABLE: &str = "Tr0ub4dor&3-Zq9";

/// A file system in memory.
const MEMORY: &str = "/dev/shm";

/// How long a start may take; it takes about 100 ms, more when every core compiles.
const START_DEADLINE: Duration = Duration::from_secs(20);

/// What may differ from one test to another.
pub struct Builder {
    separator: char,
    prefix: String,
    tokens: bool,
    /// Where its directory is: paths of sockets are short.
    place: &'static str,
    extra: String,
}

impl Builder {
    /// The hierarchy separator; `/` unless told.
    pub fn separator(mut self, separator: char) -> Self {
        self.separator = separator;
        self
    }

    /// The prefix of the personal namespace, such as `INBOX.`: there is then no folder beside INBOX.
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = prefix.to_owned();
        self
    }

    /// What the server says it can, instead of what it can: `IMAP4rev1 UIDPLUS`.
    pub fn capability(self, capability: &str) -> Self {
        self.extra(&format!("protocol imap {{\n  imap_capability = {capability}\n}}"))
    }

    /// At most this many messages a user, over all folders.
    pub fn quota_messages(self, count: u32) -> Self {
        self.extra("mail_plugins = $mail_plugins quota")
            .extra(&format!("plugin {{\n  quota = maildir:User quota\n  quota_rule = *:messages={count}\n}}"))
    }

    /// Takes the tokens of [`super::token::token`] besides the password.
    pub fn tokens(mut self) -> Self {
        self.tokens = true;
        self.extra("auth_mechanisms = plain login xoauth2 oauthbearer")
    }

    /// Keeps its mail in memory where there is such a place: for tests of thousands of small mailboxes, whose files and folders a
    /// disk makes and forgets more slowly than the server serves them.
    pub fn in_memory(mut self) -> Self {
        if Path::new(MEMORY).is_dir() {
            self.place = MEMORY;
        }
        self
    }

    /// Lines at the end of the configuration.
    pub fn extra(mut self, text: &str) -> Self {
        self.extra.push_str(text);
        self.extra.push('\n');
        self
    }

    /// Starts it.
    pub fn start(self) -> Dovecot {
        require_version();
        let dir = tempfile::Builder::new().prefix("qh").tempdir_in(self.place).expect("a directory for Dovecot");
        let mut server = Dovecot { dir, options: self, owner: Owner::find(), child: None, imap: 0, imaps: 0 };
        server.write_certificates();
        server.write_token_key();
        server.start_again();
        server
    }
}

/// A running Dovecot.
pub struct Dovecot {
    dir: TempDir,
    options: Builder,
    owner: Owner,
    child: Option<Child>,
    imap: u16,
    imaps: u16,
}

impl Dovecot {
    /// One with separator `/` and no prefix.
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// One with options.
    pub fn builder() -> Builder {
        Builder { separator: '/', prefix: String::new(), tokens: false, place: "/tmp", extra: String::new() }
    }

    /// The port for cleartext and STARTTLS.
    pub fn imap_port(&self) -> u16 {
        self.imap
    }

    /// The port for implicit TLS.
    pub fn imaps_port(&self) -> u16 {
        self.imaps
    }

    /// The root certificate that signed the server's, for `localhost` and `127.0.0.1`.
    pub fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// The user's Maildir (INBOX), as root or as oneself: mind the owner when writing there.
    pub fn maildir(&self, user: &str) -> PathBuf {
        self.dir.path().join("mail").join(user).join("Maildir")
    }

    /// The directory of a folder of the user, where the separator is `/` and no name has letters beyond ASCII.
    pub fn folder(&self, user: &str, folder: &str) -> PathBuf {
        let maildir = self.maildir(user);
        if folder == "INBOX" { maildir } else { maildir.join(format!(".{}", folder.replace('/', "."))) }
    }

    /// Puts a message into the user's INBOX as it lies on disk: under a file name of its own (`name:2,FLAGS` in `cur`),
    /// received at `when`.
    pub fn store(&self, user: &str, name: &str, when: SystemTime, message: &[u8]) {
        self.store_all(user, "INBOX", when, [(name.to_owned(), message.to_owned())]);
    }

    /// As [`Dovecot::store`], many into one folder.
    pub fn store_all(
        &self,
        user: &str,
        folder: &str,
        when: SystemTime,
        messages: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) {
        let (maildir, directory) = (self.maildir(user), self.folder(user, folder));
        let parts = ["cur", "new", "tmp"].map(|part| directory.join(part));
        for part in &parts {
            fs::create_dir_all(part).expect("Maildir");
        }
        let above = maildir.ancestors().take(3);
        for own in above.chain([directory.as_path()]).chain(parts.iter().map(PathBuf::as_path)) {
            self.owner.give(own);
        }
        for (name, message) in messages {
            let path = directory.join("cur").join(name);
            let mut file = fs::File::create(&path).expect("message");
            file.write_all(&message).and_then(|()| file.set_modified(when)).expect("message");
            self.owner.give(&path);
        }
    }

    /// Numbers the messages of a folder anew, under another UIDVALIDITY: as after a backup was restored. It starts anew.
    pub fn renumber(&mut self, user: &str, folder: &str) {
        self.stop();
        let list = fs::read_dir(self.maildir(user)).expect("Maildir");
        let list = list.map(|entry| entry.expect("entry").path()).filter(|path| named(path, "dovecot.list.index"));
        let own = fs::read_dir(self.folder(user, folder)).expect("folder").map(|entry| entry.expect("entry").path());
        let own = own.filter(|path| named(path, "dovecot-uidlist") || named(path, "dovecot.index"));
        list.chain(own).for_each(|path| fs::remove_file(path).expect("an index"));
        self.start_again();
    }

    /// Kills the programs that serve IMAP connections, as the kernel does when memory is short; how many.
    pub fn kill_workers(&self) -> usize {
        kill_workers(self.id())
    }

    /// The number of its main program.
    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("a running Dovecot").id()
    }

    /// A second client, logged in over cleartext.
    pub fn client(&self, user: &str) -> Client {
        Client::login(self.imap, user, PASSWORD)
    }

    /// Delivers a message as a mail server would; LF becomes CRLF.
    pub fn deliver_lmtp(&self, user: &str, message: &[u8]) {
        self.deliver_all(user, [message]);
    }

    /// Delivers messages over one LMTP connection.
    pub fn deliver_all<'a>(&self, user: &str, messages: impl IntoIterator<Item = &'a [u8]>) {
        let socket = UnixStream::connect(self.dir.path().join("run/lmtp")).expect("LMTP socket");
        socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a deadline");
        let mut lmtp = Lmtp { reader: BufReader::new(socket.try_clone().expect("socket")), writer: socket };
        lmtp.expect(None, "220");
        lmtp.expect(Some(b"LHLO localhost\r\n"), "250");
        for message in messages {
            lmtp.expect(Some(b"MAIL FROM:<sender@example.org>\r\n"), "250");
            lmtp.expect(Some(format!("RCPT TO:<{user}>\r\n").as_bytes()), "250");
            lmtp.expect(Some(b"DATA\r\n"), "354");
            lmtp.expect(Some(&dot_stuffed(message)), "250");
        }
    }

    /// Gives the user a Sieve script that is applied at delivery.
    pub fn sieve(&self, user: &str, script: &str) {
        let home = self.dir.path().join("mail").join(user);
        fs::create_dir_all(&home).expect("home");
        fs::write(home.join(".dovecot.sieve"), script).expect("script");
        for path in [self.dir.path().join("mail"), home.clone(), home.join(".dovecot.sieve")] {
            self.owner.give(&path);
        }
    }

    /// What it logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("dovecot.log")).unwrap_or_default()
    }

    /// Shows this certificate from now on; every connection ends.
    pub fn present(&mut self, certificate: Certificate) {
        self.stop();
        self.write_certificate(certificate);
        self.start_again();
    }

    /// Stops it; every connection ends.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        if let Some(pid) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let deadline = Instant::now() + Duration::from_secs(10);
        while matches!(child.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
    }

    /// Another quota, see [`Builder::quota_messages`]: it starts anew.
    pub fn change_quota(&mut self, from: u32, to: u32) {
        self.stop();
        let rule = |count: u32| format!("messages={count}\n");
        self.options.extra = self.options.extra.replace(&rule(from), &rule(to));
        self.start_again();
    }

    /// Starts it after [`Dovecot::stop`], on the same ports if they are still free.
    pub fn start_again(&mut self) {
        for _ in 0..5 {
            if self.imap == 0 {
                (self.imap, self.imaps) = (free_port(), free_port());
            }
            if self.launch() {
                return;
            }
            self.stop();
            (self.imap, self.imaps) = (0, 0);
        }
        panic!("Dovecot does not start:\n{}", self.log());
    }

    fn launch(&mut self) -> bool {
        let config = self.dir.path().join("dovecot.conf");
        fs::write(&config, self.configuration()).expect("dovecot.conf");
        self.owner.give(&config);
        let mut command = self.owner.command("dovecot");
        command.arg("-F").arg("-c").arg(&config).current_dir("/").stdin(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("dovecot");
        let deadline = Instant::now() + START_DEADLINE;
        let ready = loop {
            if self.answers() {
                break true;
            }
            if !matches!(child.try_wait(), Ok(None)) || Instant::now() > deadline {
                break false;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        self.child = Some(child);
        ready
    }

    /// Whether it greets us; another program on that port would not name this directory's instance.
    fn answers(&self) -> bool {
        let Ok(socket) = TcpStream::connect(("127.0.0.1", self.imap)) else { return false };
        let _ = socket.set_read_timeout(Some(START_DEADLINE));
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).is_ok()
            && line.starts_with("* OK")
            && line.contains(&format!("ready on {}", self.imap))
            && self.dir.path().join("run/lmtp").exists()
    }

    fn configuration(&self) -> String {
        let dir = self.dir.path().display();
        let Owner { user, group, .. } = &self.owner;
        let Builder { separator, prefix, tokens, extra, .. } = &self.options;
        let passdb = if *tokens {
            format!("passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {dir}/oauth2.conf\n}}")
        } else {
            String::new()
        };
        let (imap, imaps) = (self.imap, self.imaps);
        format!(
            "base_dir = {dir}/run
state_dir = {dir}/state
instance_name = quiethours-{imap}
log_path = {dir}/dovecot.log
login_greeting = ready on {imap}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{dir}/server.pem
ssl_key = <{dir}/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_max_userip_connections = 100
mail_fsync = never
{passdb}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
passdb {{
  driver = static
  args = password={UNMISTAKABLE}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={dir}/mail/%u allow_all_users=yes
}}
mail_location = maildir:~/Maildir
first_valid_uid = 1
first_valid_gid = 1
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # Without it each login after a refused one would wait, up to fifteen seconds.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0600
  }}
}}
protocol lmtp {{
  mail_plugins = $mail_plugins sieve
}}
plugin {{
  sieve = file:~/sieve;active=~/.dovecot.sieve
}}
{extra}"
        )
    }

    /// Tokens are checked on this machine, by a key in a file: `keys/<azp>/<algorithm>/<kid>`.
    fn write_token_key(&self) {
        let dir = self.dir.path();
        let key = dir.join("keys/default/HS256");
        fs::create_dir_all(&key).expect("directory of keys");
        fs::write(key.join("default"), data_encoding::BASE64.encode(super::token::KEY)).expect("key");
        let options = format!(
            "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={}/keys/\nusername_attribute = sub\n",
            dir.display()
        );
        fs::write(dir.join("oauth2.conf"), options).expect("oauth2.conf");
        for path in ["keys", "keys/default", "keys/default/HS256", "keys/default/HS256/default", "oauth2.conf"] {
            self.owner.give(&dir.join(path));
        }
    }

    fn write_certificates(&self) {
        certificates::found(self.dir.path());
        self.write_certificate(Certificate::Right);
    }

    fn write_certificate(&self, certificate: Certificate) {
        let dir = self.dir.path();
        let (certificate, key) = certificates::issue(dir, certificate);
        fs::write(dir.join("server.pem"), certificate).expect("server.pem");
        fs::write(dir.join("server.key"), key).expect("server.key");
        for path in [dir.to_owned(), dir.join("server.pem"), dir.join("server.key")] {
            self.owner.give(&path);
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
        if std::thread::panicking() {
            eprintln!("--- dovecot.log ---\n{}", self.log());
        }
    }
}

/// Who runs it: we, or nobody where we are root, because login processes refuse to be root.
struct Owner {
    user: String,
    group: String,
    ids: Option<(u32, u32)>,
}

impl Owner {
    fn find() -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self { user: output("id", &["-un"]), group: output("id", &["-gn"]), ids: None };
        }
        let number = |args: &[&str]| output("id", args).parse().expect("a number");
        let ids = Some((number(&["-u", "nobody"]), number(&["-g", "nobody"])));
        Self { user: "nobody".to_owned(), group: output("id", &["-gn", "nobody"]), ids }
    }

    fn give(&self, path: &Path) {
        if let Some((user, group)) = self.ids {
            chown(path, Some(user), Some(group)).expect("chown");
        }
    }

    fn command(&self, program: &str) -> Command {
        if self.ids.is_none() {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        command.args(["--reuid", &self.user, "--regid", &self.group, "--clear-groups", "--", program]);
        command
    }
}

fn named(path: &Path, beginning: &str) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(beginning))
}

/// As [`Dovecot::kill_workers`], of the Dovecot whose main program has this number.
pub fn kill_workers(main: u32) -> usize {
    let children = fs::read_to_string(format!("/proc/{main}/task/{main}/children")).unwrap_or_default();
    let is_worker = |id: &&str| fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|name| name == "imap\n");
    let workers = children.split_whitespace().filter(is_worker);
    let kill = |id: &str| {
        let process = rustix::process::Pid::from_raw(id.parse().ok()?)?;
        rustix::process::kill_process(process, rustix::process::Signal::KILL).ok()
    };
    workers.filter_map(kill).count()
}

struct Lmtp {
    reader: BufReader<UnixStream>,
    writer: UnixStream,
}

impl Lmtp {
    fn expect(&mut self, command: Option<&[u8]>, code: &str) {
        if let Some(command) = command {
            self.writer.write_all(command).expect("LMTP");
        }
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line).expect("an LMTP reply");
            assert!(line.starts_with(code), "LMTP answered {line:?} instead of {code}");
            if line.as_bytes().get(3) != Some(&b'-') {
                return;
            }
        }
    }
}

fn dot_stuffed(message: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(message.len() + 64);
    for line in message.strip_suffix(b"\n").unwrap_or(message).split(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            text.push(b'.');
        }
        text.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(b".\r\n");
    text
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn require_version() {
    let Ok(output) = Command::new("dovecot").arg("--version").output() else {
        panic!("these tests need Dovecot: apt-get install dovecot-imapd dovecot-lmtpd dovecot-sieve");
    };
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(version.starts_with("2.3."), "these tests are written for Dovecot 2.3, this is {}", version.trim());
}
