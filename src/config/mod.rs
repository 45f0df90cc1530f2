//! The configuration: defaults < file < `QUIETHOURS_*` environment < flags, validated, all errors at once.

mod address;
mod availability;
mod digest;
mod folders;
mod load;
mod mailbox;
mod paths;
mod raw;
mod secret;
mod smtp;
mod suggest;
mod table;

use std::path::PathBuf;

use secrecy::SecretString;

use crate::core::{language::Language, release::Route, selector::Rules, timeline::Timeline};

pub use address::{Server, ServerError, is_addr_spec, server, submission_server};
pub use availability::system_timezone;
pub use load::{Problem, keys, language, load, load_if_any};
pub use paths::{DEFAULT_PROFILE, file, home, profile};

/// A whole, valid configuration.
#[derive(Debug)]
pub struct Config {
    /// The name of the file without `.toml`: `config` unless a profile is named.
    pub profile: String,
    /// The file it was read from.
    pub path: PathBuf,
    /// The reader's language.
    pub language: Language,
    /// The declared availability, without overrides.
    pub timeline: Timeline,
    /// At least one, sorted by name.
    pub mailboxes: Vec<MailboxConfig>,
    /// `urgent.max_per_closure`
    pub max_urgent: u32,
    /// `[digest]`
    pub digest: DigestConfig,
    /// `state.dir`
    pub state_dir: PathBuf,
    /// What is accepted and has no effect, a sentence each.
    pub notes: Vec<String>,
}

/// `[mailbox.NAME]`
#[derive(Debug)]
pub struct MailboxConfig {
    /// NAME
    pub name: String,
    /// Where it is.
    pub source: Source,
    /// Folder names, with `/`.
    pub intake: String,
    /// Equal to `intake` in intake mode.
    pub held: String,
    /// May be `INBOX`.
    pub released: String,
    /// `hold`, `never_hold` and `urgent.pass`.
    pub rules: Rules,
    /// Whose `Authentication-Results` are believed.
    pub authserv_id: Option<String>,
}

impl MailboxConfig {
    /// Whether the mail server files notifications itself (`intake` is not INBOX).
    pub fn filed_at_delivery(&self) -> bool {
        !self.intake.eq_ignore_ascii_case("INBOX")
    }
}

/// Where a mailbox is.
#[derive(Debug)]
pub enum Source {
    /// An account on an IMAP server.
    Imap(Account),
    /// A Maildir on this machine.
    Maildir(PathBuf),
}

/// An account on an IMAP or a submission server.
#[derive(Debug)]
pub struct Account {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
    /// User name.
    pub user: String,
    /// Where the password or token comes from.
    pub secret: SecretSource,
    /// An extra root certificate, PEM.
    pub ca_file: Option<PathBuf>,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// None; only to a loopback address.
    Cleartext,
}

/// Where a password or token comes from. Debug shows no secret.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// `password`
    Inline(SecretString),
    /// `password_file`
    File(PathBuf),
    /// `password_command`, as argv.
    Command(Vec<String>),
    /// `password_credential`: a systemd credential's name.
    Credential(String),
    /// `oauth_token_command`, as argv: prints an access token (RFC 6750) that the server takes instead of a password.
    Token(Vec<String>),
}

impl SecretSource {
    /// The option that it is given by.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Inline(_) => "password",
            Self::File(_) => "password_file",
            Self::Command(_) => "password_command",
            Self::Credential(_) => "password_credential",
            Self::Token(_) => "oauth_token_command",
        }
    }

    /// Whether it gives an access token, for XOAUTH2 or OAUTHBEARER: good for a while, then to be asked for anew.
    pub fn is_token(&self) -> bool {
        matches!(self, Self::Token(_))
    }
}

/// `[digest]`
#[derive(Debug)]
pub struct DigestConfig {
    /// The addr-spec of To.
    pub to: String,
    /// The addr-spec of From.
    pub from: String,
    /// How it goes out.
    pub delivery: Delivery,
    /// The mailbox whose INBOX it is appended to; with SMTP, the one that lends its account.
    pub mailbox: String,
    /// Digest instants inside an open span besides openings: minutes from midnight.
    pub at: Vec<u16>,
    /// Whether every opening is a digest instant.
    pub at_opening: bool,
    /// `while_open = "batch"`: notifications wait for the next digest instant in open hours too.
    pub batch: bool,
    /// Blocks in a digest.
    pub max_topics: usize,
    /// The reader’s names on the platforms, without `@`.
    pub me: Vec<String>,
    /// Names and addresses of those who answer too.
    pub team: Vec<String>,
    /// Whether the originals go along with a digest.
    pub attach_originals: bool,
}

impl DigestConfig {
    /// How a digest that is sealed now goes out.
    pub fn route(&self) -> Route {
        match &self.delivery {
            Delivery::Mailbox => Route::Mailbox(self.mailbox.clone()),
            Delivery::Smtp(smtp) => Route::Smtp { readable: smtp.readable.clone() },
        }
    }
}

/// `digest.deliver`
#[derive(Debug)]
pub enum Delivery {
    /// Appended to the INBOX of `digest.mailbox`.
    Mailbox,
    /// Sent by SMTP.
    Smtp(Smtp),
}

impl Delivery {
    /// Whether reply addresses of notifications, which are bearer tokens, may be in the digest.
    pub fn keeps_replies(&self) -> bool {
        match self {
            Self::Mailbox => true,
            Self::Smtp(smtp) => smtp.replies,
        }
    }
}

/// `digest.smtp`
#[derive(Debug)]
pub struct Smtp {
    /// The account on the submission server.
    pub account: Account,
    /// The option that its secret is given by: its own, or the lending mailbox's.
    pub secret_key: &'static str,
    /// The mailbox whose user is the digest's reader: there it can be looked for.
    pub readable: Option<String>,
    /// Whether the digest stays in the domain of every mailbox.
    pub replies: bool,
}

/// One thing wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The file with its line, or the environment variable.
    pub place: String,
    /// The key, with dots: `availability.weekdays`; empty where it is the file as a whole.
    pub key: String,
    /// What is wrong and a value that would be right, in the reader's language.
    pub text: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [&self.place, &self.key, &self.text];
        let filled: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        f.write_str(&filled.join(": "))
    }
}

/// What may be set on the command line above file and environment.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--config FILE|NAME`
    pub config: Option<String>,
    /// `--lang`
    pub language: Option<Language>,
}
