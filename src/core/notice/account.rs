//! Account mail of platforms that mark it by nothing but the absence of a topic.

use super::mail::{Mail, split_id};

/// Words of password, login and security mail, lower case. Never used alone: only beside a platform's own header.
pub(in crate::core) const WORDS: [&str; 27] = [
    "password",
    "mot de passe",
    "log in",
    "login",
    "sign in",
    "sign-in",
    "signin",
    "connexion",
    "connecter",
    "reset",
    "réinitialis",
    "activat",
    "activer",
    "confirm",
    "verif",
    "vérif",
    "security",
    "sécurité",
    "two-factor",
    "2fa",
    "deux facteurs",
    "compte",
    "account",
    "welcome",
    "bienvenue",
    "invitation",
    "token",
];

/// Whether a subject speaks of an account.
pub(super) fn speaks_of_account(subject: &str) -> bool {
    let subject = subject.to_lowercase();
    WORDS.iter().any(|word| subject.contains(word))
}

/// Whether a message belongs to a topic or a list by any of the usual headers.
pub(super) fn is_threaded(mail: &Mail<'_>) -> bool {
    ["List-Id", "List-Archive", "List-Post", "List-Unsubscribe", "Precedence", "References", "In-Reply-To"]
        .iter()
        .any(|name| mail.has(name))
}

/// Discourse gives its account mail no header of its own. What tells it is the way that Discourse writes every mail: a
/// prefix in brackets, automatic, a random UUID at the very host it is from; and the MIME form of Ruby's library, or a subject
/// that speaks of an account.
pub(super) fn is_of_discourse(mail: &Mail<'_>) -> bool {
    let id = mail.message_id().unwrap_or_default();
    let (local, host) = split_id(&id);
    let random = local.len() >= 16 && local.contains('-') && local.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    random
        && host.map(str::to_lowercase) == mail.sender_host()
        && mail.subject().starts_with('[')
        && mail.header_has("X-Auto-Response-Suppress", "all")
        && mail.header_has("Auto-Submitted", "auto-generated")
        && (mail.header_has("Content-Type", "_mimepart_") || speaks_of_account(mail.subject()))
        && !is_threaded(mail)
}
