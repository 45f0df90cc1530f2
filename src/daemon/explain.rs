//! What went wrong, in the volunteer's language: a clause that says what is wrong, where, and what helps.

use crate::{
    config::Account,
    core::sentences::Sentences,
    io::{
        mailbox::MailboxError,
        secret::{NoSecret, SecretError, Shape},
        smtp::{Fault, Trouble},
        trust::{Cause, Distrust},
    },
};

/// What went wrong with a mailbox.
pub fn mailbox(error: &MailboxError, sentences: &Sentences) -> String {
    let (id, cause) = match error {
        MailboxError::Tls(why) => return distrust(why, sentences),
        MailboxError::Secret(why) => return secret(why, sentences),
        MailboxError::Lost(cause) => ("trouble-lost", cause),
        MailboxError::Login(cause) => ("trouble-login", cause),
        MailboxError::Token(cause) => ("trouble-token", cause),
        MailboxError::Refused(cause) => ("trouble-refused", cause),
        MailboxError::Full(cause) => ("trouble-full", cause),
        MailboxError::Busy(cause) => ("trouble-busy", cause),
        MailboxError::Missing(cause) => ("trouble-missing", cause),
        MailboxError::Unsupported(cause) => ("trouble-unsupported", cause),
    };
    sentences.say_with(id, &[("cause", cause.as_str().into())])
}

/// Why nothing was submitted to this account's server.
pub fn smtp(fault: &Fault, account: &Account, sentences: &Sentences) -> String {
    let (id, cause) = match &fault.trouble {
        Trouble::Tls(why) => return distrust(why, sentences),
        Trouble::Secret(why) => return secret(why, sentences),
        Trouble::Refused(said) => return refused(said, account, sentences),
        Trouble::Mechanism(wanted) => ("trouble-smtp-mechanism", *wanted),
        Trouble::Login(said) => ("trouble-smtp-login", said.as_str()),
        Trouble::Token(said) => ("trouble-smtp-token", said.as_str()),
        Trouble::Lost(what) => ("trouble-smtp-lost", what.as_str()),
    };
    sentences.say_with(id, &[("host", account.host.as_str().into()), ("cause", cause.into())])
}

/// What the server said to the digest.
pub(super) fn refused(said: &str, account: &Account, sentences: &Sentences) -> String {
    sentences.say_with("trouble-smtp-refused", &[("host", account.host.as_str().into()), ("cause", said.into())])
}

fn distrust(why: &Distrust, sentences: &Sentences) -> String {
    let (id, cause) = match &why.cause {
        Cause::Name => ("trouble-certificate-name", ""),
        Cause::Expired => ("trouble-certificate-expired", ""),
        Cause::Early => ("trouble-certificate-early", ""),
        Cause::Unknown => ("trouble-certificate-unknown", ""),
        Cause::NoStartTls => ("trouble-no-starttls", ""),
        Cause::Other(cause) => ("trouble-tls", cause.as_str()),
    };
    sentences.say_with(id, &[("host", why.host.as_str().into()), ("cause", cause.into())])
}

fn secret(NoSecret { key, error }: &NoSecret, sentences: &Sentences) -> String {
    let (id, what, cause) = match error {
        SecretError::Start(program, cause) => ("trouble-secret-start", program.clone(), cause.clone()),
        SecretError::Failed(program, status) => ("trouble-secret-failed", program.clone(), status.to_string()),
        SecretError::Late(program) => ("trouble-secret-late", program.clone(), String::new()),
        SecretError::Unreadable(path, cause) => ("trouble-secret-file", path.display().to_string(), cause.clone()),
        SecretError::NotPlain(path) => ("trouble-secret-not-plain", path.display().to_string(), String::new()),
        SecretError::Exposed(path, _) => ("trouble-secret-exposed", path.display().to_string(), String::new()),
        SecretError::NoCredential(name) => ("trouble-secret-credential", name.clone(), String::new()),
        SecretError::Malformed(shape) => (malformed(*shape), String::new(), String::new()),
    };
    sentences.say_with(id, &[("key", (*key).into()), ("what", what.into()), ("cause", cause.into())])
}

fn malformed(shape: Shape) -> &'static str {
    match shape {
        Shape::Empty => "trouble-secret-empty",
        Shape::Lines => "trouble-secret-lines",
        Shape::Long => "trouble-secret-long",
        Shape::Bytes => "trouble-secret-bytes",
        Shape::NoToken => "trouble-secret-no-token",
    }
}
