//! Server addresses and mail addresses.

use std::net::{IpAddr, Ipv6Addr};

use super::Security;

/// An IMAP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Host name in ASCII, or address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
}

/// Why a text names no IMAP server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerError {
    /// It is not `host`, `host:port` or a URL with a host.
    Form,
    /// Not one of the three schemes.
    Scheme,
    /// A user, a password or a folder stands in the URL; these have keys of their own.
    Extra,
    /// Without encryption, to another machine.
    Cleartext,
}

/// RFC 8314: TLS from the first byte.
const TLS_PORT: u16 = 993;
/// RFC 3501: in clear, or with STARTTLS.
const PLAIN_PORT: u16 = 143;

/// Reads `host`, `host:port` (both TLS), `imaps://`, `imap+starttls://`, or `imap://` (loopback only).
pub fn server(text: &str) -> Result<Server, ServerError> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("imaps", text));
    let (security, port) = match scheme.to_ascii_lowercase().as_str() {
        "imaps" => (Security::Tls, TLS_PORT),
        "imap+starttls" => (Security::StartTls, PLAIN_PORT),
        "imap" => (Security::Cleartext, PLAIN_PORT),
        _ => return Err(ServerError::Scheme),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains(['/', '@', '?', '#']) {
        return Err(ServerError::Extra);
    }
    let (host, port) = host_and_port(rest, port)?;
    if security == Security::Cleartext && !is_loopback(&host) {
        return Err(ServerError::Cleartext);
    }
    Ok(Server { host, port, security })
}

fn host_and_port(text: &str, default: u16) -> Result<(String, u16), ServerError> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Ok((address.to_string(), default));
    }
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().map_err(|_| ServerError::Form)?),
        _ => (text, default),
    };
    let host = url::Host::parse(host).map_err(|_| ServerError::Form)?;
    let host = match host {
        url::Host::Domain(name) => name,
        url::Host::Ipv4(address) => address.to_string(),
        url::Host::Ipv6(address) => address.to_string(),
    };
    if port == 0 { Err(ServerError::Form) } else { Ok((host, port)) }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether `text` is a plain ASCII addr-spec (RFC 5322, 3.4.1): dot-atom on the left, a host name on the right.
pub fn is_addr_spec(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    let label = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    // RFC 5321, 4.5.3.1.
    text.len() <= 254 && local.len() <= 64 && local.split('.').all(atom) && domain.split('.').all(label)
}

/// The addr-spec inside `Alice <alice@coop.example>`, for a suggestion.
pub(super) fn inner_addr_spec(text: &str) -> Option<&str> {
    let inner = text.rsplit_once('<').map_or(text, |(_, rest)| rest.trim_end().trim_end_matches('>')).trim();
    is_addr_spec(inner).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, u16, Security) {
        let server = server(text).unwrap();
        (server.host, server.port, server.security)
    }

    #[test]
    fn the_three_ways_to_name_a_server() {
        assert_eq!(read("mail.coop.example"), ("mail.coop.example".into(), 993, Security::Tls));
        assert_eq!(read("mail.coop.example:1993"), ("mail.coop.example".into(), 1993, Security::Tls));
        assert_eq!(read("imaps://mail.coop.example/"), ("mail.coop.example".into(), 993, Security::Tls));
        assert_eq!(read("imap+starttls://Mail.coop.example"), ("mail.coop.example".into(), 143, Security::StartTls));
        assert_eq!(read("imap://localhost:1143"), ("localhost".into(), 1143, Security::Cleartext));
        assert_eq!(read("imap://[::1]:1143"), ("::1".into(), 1143, Security::Cleartext));
        assert_eq!(read("::1"), ("::1".into(), 993, Security::Tls));
        assert_eq!(read("mél.example").0, "xn--ml-bja.example");
    }

    #[test]
    fn passwords_never_travel_in_clear_to_another_machine() {
        assert_eq!(server("imap://mail.coop.example"), Err(ServerError::Cleartext));
        assert_eq!(
            server("imap://127.0.0.1"),
            Ok(Server { host: "127.0.0.1".into(), port: 143, security: Security::Cleartext })
        );
    }

    #[test]
    fn what_is_no_server_is_refused() {
        assert_eq!(server("pop3://mail.coop.example"), Err(ServerError::Scheme));
        assert_eq!(server("imaps://alice@mail.coop.example"), Err(ServerError::Extra));
        assert_eq!(server("alice@coop.example"), Err(ServerError::Extra));
        for text in ["", "a b", "mail.coop.example:", "mail.coop.example:99999", "mail:0"] {
            assert_eq!(server(text), Err(ServerError::Form), "{text}");
        }
    }

    #[test]
    fn only_plain_ascii_addresses_are_taken() {
        for right in ["alice@coop.example", "alice.b+q@localhost", "o'neil@a-b.example"] {
            assert!(is_addr_spec(right), "{right}");
        }
        for wrong in
            ["alice", "alice@", "@coop.example", "a..b@c.example", "Alice <a@b.example>", "é@b.example", "a@b@c d"]
        {
            assert!(!is_addr_spec(wrong), "{wrong}");
        }
        assert_eq!(inner_addr_spec("Alice <alice@coop.example>"), Some("alice@coop.example"));
    }
}
