//! An access token as IMAP and SMTP servers want it, before BASE64; and whether a server repeats a secret that it was sent.

use data_encoding::BASE64;

use crate::config::Account;

/// Characters of a secret that give it away: more than a word that a server may happen to say, fewer than what is cut off.
const TELLING: usize = 24;

/// What ends an exchange by OAUTHBEARER after the server's account of its refusal (RFC 7628, 3.2.3).
pub(super) const KVSEP: &str = "\x01";

/// RFC 7628, 3.1. The user is a saslname (RFC 5801, 4).
pub(super) fn oauthbearer(account: &Account, token: &str) -> String {
    let user = account.user.replace('=', "=3D").replace(',', "=2C");
    format!("n,a={user},\x01host={}\x01port={}\x01auth=Bearer {token}\x01\x01", account.host, account.port)
}

/// Google's draft of it, which Microsoft took over.
pub(super) fn xoauth2(user: &str, token: &str) -> String {
    format!("user={user}\x01auth=Bearer {token}\x01\x01")
}

/// Whether a server's words repeat the secret, bare or as it was sent. They are cut where they are long, as tokens are: so the
/// beginning is enough.
pub(super) fn shows(text: &str, account: &Account, user: &str, secret: &str) -> bool {
    let sent = [
        secret.to_owned(),
        BASE64.encode(secret.as_bytes()),
        BASE64.encode(format!("\0{user}\0{secret}").as_bytes()),
        BASE64.encode(xoauth2(user, secret).as_bytes()),
        BASE64.encode(oauthbearer(account, secret).as_bytes()),
    ];
    sent.iter().any(|sent| text.contains(sent.chars().take(TELLING).collect::<String>().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{SecretSource, Security};

    #[test]
    fn a_token_is_wrapped_as_each_mechanism_wants_it() {
        let account = Account {
            host: "server.example.com".to_owned(),
            port: 143,
            security: Security::Tls,
            user: "us=er,@example.com".to_owned(),
            secret: SecretSource::Token(vec!["oama".to_owned()]),
            ca_file: None,
        };
        let bearer = "n,a=us=3Der=2C@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer vF9d\x01\x01";
        assert_eq!(oauthbearer(&account, "vF9d"), bearer);
        assert_eq!(xoauth2("user@example.com", "vF9d"), "user=user@example.com\x01auth=Bearer vF9d\x01\x01");
    }
}
