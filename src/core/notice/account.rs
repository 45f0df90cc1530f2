//! Account mail of platforms that mark it by nothing but the absence of a topic.

use super::{
    mail::{Mail, split_id},
    platform::Platform,
    recognise::{Facts, Recognise, Sign},
};

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

/// Pages on which an account is confirmed or a password is set, of platforms whose account mail has no header of its own.
const PAGES: [(&str, Platform); 9] = [
    ("/verify.php?id=", Platform::Mantis),
    ("/lostpassword/reset/form/", Platform::Nextcloud),
    ("/reset_password_complete?token=", Platform::Mattermost),
    ("/do_verify_email?token=", Platform::Mattermost),
    ("/pwreset.php?token=", Platform::Osticket),
    ("/u/password-reset/", Platform::Discourse),
    ("/session/email-login/", Platform::Discourse),
    ("/u/activate-account/", Platform::Discourse),
    ("/u/confirm-new-email/", Platform::Discourse),
];

/// A mail about an account that only the page its link leads to tells from others of its sender.
pub(super) struct AccountPage;

impl Recognise for AccountPage {
    fn recognise(&self, mail: &Mail<'_>) -> Option<Sign> {
        if !speaks_of_account(mail.subject()) || mail.has("References") {
            return None;
        }
        let platform = |link: &str| PAGES.iter().find(|(page, _)| link.contains(page)).map(|(_, platform)| *platform);
        let link = mail.own_link(|link| platform(link).is_some())?;
        platform(&link).map(Sign::Account)
    }

    fn facts(&self, _mail: &Mail<'_>) -> Facts {
        Facts::default()
    }
}

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
    let formed = || mail.header_has("Content-Type", "_mimepart_");
    let spoken = || speaks_of_account(mail.subject());
    random
        && host.map(str::to_lowercase) == mail.sender_host()
        // Versions since 2025 leave the prefix out.
        && if mail.subject().starts_with('[') { formed() || spoken() } else { spoken() }
        && mail.header_has("X-Auto-Response-Suppress", "all")
        && mail.header_has("Auto-Submitted", "auto-generated")
        && !is_threaded(mail)
}
