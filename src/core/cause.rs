//! Causes of trouble that the system, the runtime or a library names in English only, in the volunteer's language. What a
//! server said, and what is not known here, stays as it is.

use super::sentences::Sentences;

/// What `io` says of a connection or of the state, and the sentence for it. A test holds it against the sources of `io`.
pub const KNOWN: &[(&str, &str)] = &[
    ("closed", "cause-closed"),
    ("the connection was closed", "cause-closed"),
    ("no answer in time", "cause-late"),
    ("no answer to STARTTLS in time", "cause-late"),
    ("no answer to the login in time", "cause-late"),
    ("no TLS handshake in time", "cause-late"),
    ("no connection in time", "cause-late"),
    ("no answer from the name server", "cause-resolver"),
    ("no address", "cause-names"),
    ("sending took too long", "cause-slow"),
    ("an unreadable answer", "cause-unreadable"),
    ("an unreadable answer to FETCH", "cause-unreadable"),
    ("an unreadable answer to SEARCH", "cause-unreadable"),
    ("an answer out of turn", "cause-unreadable"),
    ("asked for more than there is", "cause-unreadable"),
    ("a folder was opened without EXISTS", "cause-unreadable"),
    ("a reply without end", "cause-endless"),
    ("a response without end", "cause-endless"),
    ("a literal without end", "cause-endless"),
    ("an answer without end", "cause-endless"),
    ("no IMAP greeting", "cause-other-server"),
    ("no SMTP reply", "cause-other-server"),
    ("bytes before the TLS handshake", "cause-early-bytes"),
    ("out of step", "cause-step"),
    ("belongs to another user", "cause-owner"),
    ("is open to others; `chmod 700` makes it private", "cause-open"),
    ("busy", "cause-busy"),
];

/// What the libraries below `io` say: lettre of SMTP, rustls where a server closes without a farewell or speaks no TLS, the
/// runtime of a name that cannot be found (gai_strerror(3)).
const LIBRARIES: &[(&str, &str)] = &[
    ("failed to lookup address information: Name or service not known", "cause-names"),
    ("failed to lookup address information: No address associated with hostname", "cause-names"),
    ("failed to lookup address information: Temporary failure in name resolution", "cause-resolver"),
    ("received corrupt message of type InvalidContentType", "cause-no-tls"),
    ("incomplete response", "cause-closed"),
    (
        "peer closed connection without sending TLS close_notify: https://docs.rs/rustls/latest/rustls/manual/_03_howto/index.html#unexpected-eof",
        "cause-closed",
    ),
];

/// What lettre puts before an error of the connection, and before a reply that it could not read.
const NETWORK: &str = "network error: ";
const REPLY: &str = "response error: ";

/// Errors of the operating system (errno(3)), in the words of the C library of Linux.
const SYSTEM: &[(&str, &str)] = &[
    ("Operation not permitted (os error 1)", "cause-forbidden"),
    ("No such file or directory (os error 2)", "cause-missing"),
    ("Permission denied (os error 13)", "cause-forbidden"),
    ("Not a directory (os error 20)", "cause-no-folder"),
    ("Is a directory (os error 21)", "cause-folder"),
    ("No space left on device (os error 28)", "cause-full"),
    ("Read-only file system (os error 30)", "cause-read-only"),
    ("Broken pipe (os error 32)", "cause-closed"),
    ("Network is unreachable (os error 101)", "cause-network"),
    ("Software caused connection abort (os error 103)", "cause-closed"),
    ("Connection reset by peer (os error 104)", "cause-closed"),
    ("Connection timed out (os error 110)", "cause-late"),
    ("Connection refused (os error 111)", "cause-nobody"),
    ("No route to host (os error 113)", "cause-network"),
    ("Disk quota exceeded (os error 122)", "cause-full"),
];

impl Sentences {
    /// The cause in this language, with what stood before it (an address, a path): `localhost:143: …`.
    pub(super) fn cause(&self, said: &str) -> Option<String> {
        let (before, id, number) = recognise(said)?;
        let cause = self.say_with(id, &[("number", number.into())]);
        match before.trim_end_matches([':', ' ']) {
            "" => Some(cause),
            before => Some(self.say_with("cause-at", &[("where", before.into()), ("what", cause.into())])),
        }
    }
}

/// What stands before the cause, its sentence, and the number it has.
fn recognise(said: &str) -> Option<(&str, &'static str, i32)> {
    if let Some(number) = said.strip_prefix("exit status: ") {
        return Some(("", "cause-exit", number.parse().ok()?));
    }
    if let Some(signal) = said.strip_prefix("signal: ") {
        return Some(("", "cause-signal", signal.split(' ').next()?.parse().ok()?));
    }
    let unread = said.starts_with(REPLY);
    let said = said.strip_prefix(NETWORK).or(said.strip_prefix(REPLY)).unwrap_or(said);
    let whole = |(text, id): &(&'static str, &'static str)| {
        let before = said.strip_suffix(text)?;
        (before.is_empty() || before.ends_with(": ")).then_some((before, *id, 0))
    };
    let known = KNOWN.iter().chain(SYSTEM).chain(LIBRARIES).find_map(whole);
    known.or_else(|| unread.then_some(("", "cause-unreadable", 0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::language::Language;

    fn french(cause: &str) -> String {
        Sentences::new(Language::Fr).say_with("trouble-lost", &[("cause", cause.into())])
    }

    #[test]
    fn an_error_of_the_system_is_told_in_french_behind_its_address() {
        let told = french("127.0.0.1:143: Connection refused (os error 111)");
        assert_eq!(told, "connexion perdue : 127.0.0.1:143 : rien ne répond à cette adresse");
    }

    #[test]
    fn what_lettre_says_is_told_in_french() {
        let closed = "network error: peer closed connection without sending TLS close_notify: \
            https://docs.rs/rustls/latest/rustls/manual/_03_howto/index.html#unexpected-eof";
        for (said, wanted) in [
            (closed, "la liaison a été coupée"),
            ("network error: Connection reset by peer (os error 104)", "la liaison a été coupée"),
            ("response error: incomplete response", "la liaison a été coupée"),
            ("response error: error Tag at: HTTP/1.1 200 OK", "une réponse illisible"),
        ] {
            assert_eq!(french(said), format!("connexion perdue : {wanted}"));
        }
    }

    #[test]
    fn the_end_of_a_program_is_told_in_french() {
        assert!(french("exit status: 3").ends_with("par le code 3"));
        assert!(french("signal: 9 (SIGKILL)").ends_with("par le signal 9"));
    }

    #[test]
    fn what_a_server_said_stays_as_it_is() {
        for said in ["[OVERQUOTA] Boîte pleine", "this mailbox is closed", "signal: lost"] {
            assert!(french(said).ends_with(said), "{said}");
        }
    }

    #[test]
    fn a_sentence_of_a_server_ends_once() {
        let why = french("[AUTHENTICATIONFAILED] Authentication failed.");
        let told = Sentences::new(Language::Fr).say_with("run-refused", &[("why", why.into())]);
        assert!(told.contains("Authentication failed. Vérifiez"), "{told}");
    }

    #[test]
    fn every_cause_has_a_sentence_in_both_languages() {
        let ids = KNOWN.iter().chain(SYSTEM).chain(LIBRARIES).map(|(_, id)| *id);
        for id in ids.chain(["cause-exit", "cause-signal", "cause-at"]) {
            for language in [Language::Fr, Language::En] {
                assert_ne!(Sentences::new(language).say(id), id);
            }
        }
    }
}
