//! Server addresses and mail addresses.

use std::net::{IpAddr, Ipv6Addr};

use super::Security;

/// An IMAP or a submission server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Host name in ASCII, or address without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub security: Security,
}

/// Why a text names no such server.
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

/// The name of a protocol in a URL, and its ports: with TLS from the first byte (RFC 8314), with STARTTLS, in clear.
struct Protocol {
    name: &'static str,
    tls: u16,
    starttls: u16,
    clear: u16,
}

const IMAP: Protocol = Protocol { name: "imap", tls: 993, starttls: 143, clear: 143 };
/// A mail server on this machine listens on 25.
const SMTP: Protocol = Protocol { name: "smtp", tls: 465, starttls: 587, clear: 25 };

/// Reads `host`, `host:port` (both TLS), `imaps://`, `imap+starttls://`, or `imap://` (loopback only).
pub fn server(text: &str) -> Result<Server, ServerError> {
    read(text, &IMAP)
}

/// As [`server`], with `smtps://`, `smtp+starttls://` and `smtp://`.
pub fn submission_server(text: &str) -> Result<Server, ServerError> {
    read(text, &SMTP)
}

fn read(text: &str, protocol: &Protocol) -> Result<Server, ServerError> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let scheme = scheme.map(|scheme| scheme.to_ascii_lowercase());
    let kind = match &scheme {
        None => Some("s"),
        Some(scheme) => scheme.strip_prefix(protocol.name),
    };
    let (security, port) = match kind {
        Some("s") => (Security::Tls, protocol.tls),
        Some("+starttls") => (Security::StartTls, protocol.starttls),
        Some("") => (Security::Cleartext, protocol.clear),
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
        let read = if text.contains("smtp") { submission_server } else { server };
        let server = read(text).unwrap();
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
    fn a_submission_server_has_ports_of_its_own() {
        assert_eq!(read("smtp.coop.example"), ("smtp.coop.example".into(), 465, Security::Tls));
        assert_eq!(read("smtps://mail.coop.example:1465").1, 1465);
        assert_eq!(read("smtp+starttls://mail.coop.example"), ("mail.coop.example".into(), 587, Security::StartTls));
        assert_eq!(read("smtp://localhost"), ("localhost".into(), 25, Security::Cleartext));
        assert_eq!(submission_server("smtp://mail.coop.example"), Err(ServerError::Cleartext));
        assert_eq!(submission_server("imaps://mail.coop.example"), Err(ServerError::Scheme));
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
