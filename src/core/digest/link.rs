//! The two ways out of a digest: the topic on its platform, and an answer by mail.

use url::Url;

use crate::core::notice::Notice;

/// Longer links than any platform makes: beyond it a link is not shown, the original has it.
const MAX_URL: usize = 2_000;

/// A link that may be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Web {
    /// ASCII, http or https.
    pub href: String,
    /// Its host; internationalised names in their ASCII form, so that look-alikes are seen.
    pub host: String,
}

/// Checks a link once more: http or https, with a host, without user name or password (`https://forum.example@evil.example`).
pub(super) fn web(url: &str) -> Option<Web> {
    let url = Url::parse(url).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let host = url.host_str()?.to_owned();
    let href = String::from(url);
    (plain && href.len() <= MAX_URL && href.is_ascii()).then_some(Web { href, host })
}

/// An answer by mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// The `mailto:` link (RFC 6068).
    pub href: String,
    /// The address, as it is shown.
    pub address: String,
    /// The subject to type by hand, unless the address alone says which topic it is for: a reply key stands behind a `+`.
    pub subject: Option<String>,
}

/// The answer to one notification, which keeps its own Reply-To so that reply by mail keeps working.
pub(super) fn reply(notice: &Notice) -> Option<Reply> {
    let address = notice.reply_to.as_deref().filter(|address| is_plain(address))?;
    let (local, domain) = address.rsplit_once('@')?;
    if reads_nothing(local) {
        return None;
    }
    let subject = reply_subject(&notice.subject);
    let mut href = format!("mailto:{}@{}?subject={}", encode(local), encode(domain), encode(&subject));
    if let Some(id) = notice.message_id.as_deref().filter(|id| is_visible_ascii(id)) {
        href.push_str("&in-reply-to=");
        href.push_str(&encode(&format!("<{id}>")));
    }
    let keyed = local.contains('+');
    Some(Reply { href, address: address.to_owned(), subject: (!keyed).then_some(subject) })
}

/// Addresses that platforms write from while nobody reads what is sent there: `noreply`, `no-reply`, `do_not_reply`.
fn reads_nothing(local: &str) -> bool {
    let letters: String = local.chars().filter(char::is_ascii_alphabetic).collect();
    let letters = letters.to_ascii_lowercase();
    letters.starts_with("noreply") || letters.starts_with("donotreply")
}

fn reply_subject(subject: &str) -> String {
    let begins = subject.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"));
    if begins { subject.to_owned() } else { format!("Re: {subject}") }
}

/// One addr-spec without anything that a `mailto:` or a mail program could read as more than that.
fn is_plain(address: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "@.-_+=/!#$*^`{|}~'".contains(c);
    address.len() <= 254
        && address.chars().all(allowed)
        && address
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'))
}

fn is_visible_ascii(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'))
}

/// Percent-encodes everything but the unreserved characters of RFC 3986, section 2.3.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::digest::sample::entry;

    #[test]
    fn only_http_links_with_a_host_of_their_own_are_shown() {
        for hostile in [
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "https://forum.example@evil.example/",
            "https:",
            "/t/1",
            "",
        ] {
            assert_eq!(web(hostile), None, "{hostile}");
        }
        assert_eq!(web("https://forum.example/t/é?a=\"b").unwrap().href, "https://forum.example/t/%C3%A9?a=%22b");
    }

    #[test]
    fn an_internationalised_host_is_shown_as_ascii() {
        assert_eq!(web("https://fórum.example/").unwrap().host, "xn--frum-qqa.example");
    }

    #[test]
    fn a_reply_carries_subject_and_message_id_only() {
        let mut notice = entry(1).notice;
        notice.reply_to = Some("reply+a1&b@forum.example".into());
        assert_eq!(reply(&notice), None);
        notice.reply_to = Some("reply+a1@forum.example".into());
        notice.subject = "[Forum] Qui a la clé ? 100 %".into();
        notice.message_id = Some("discourse/post/7@forum.example".into());
        let reply = reply(&notice).unwrap();
        assert_eq!(
            reply.href,
            "mailto:reply%2Ba1@forum.example?subject=Re%3A%20%5BForum%5D%20Qui%20a%20la%20cl%C3%A9%20%3F%20100%20%25\
             &in-reply-to=%3Cdiscourse%2Fpost%2F7%40forum.example%3E"
        );
        assert_eq!(reply.subject, None);
    }

    #[test]
    fn an_address_shared_by_all_tickets_comes_with_the_subject_that_tells_them_apart() {
        let mut notice = entry(1).notice;
        notice.reply_to = Some("support@glpi.example".into());
        notice.subject = "RE: [GLPI #12] Imprimante".into();
        assert_eq!(reply(&notice).unwrap().subject.as_deref(), Some("RE: [GLPI #12] Imprimante"));
    }

    #[test]
    fn an_answer_is_not_offered_to_an_address_that_nobody_reads() {
        let mut notice = entry(1).notice;
        for address in ["noreply@forum.example", "No-Reply@forum.example", "do_not_reply+1@forum.example"] {
            notice.reply_to = Some(address.into());
            assert_eq!(reply(&notice), None, "{address}");
        }
    }

    #[test]
    fn addresses_that_are_more_than_one_plain_addr_spec_are_left_out() {
        for odd in ["a@b@c", "@b", "a@", "a b@c", "a%b@c", "a?b@c", "é@c", "a@b,c@d", "\"a\"@b", "a@b\r\nBcc: x"] {
            let mut notice = entry(1).notice;
            notice.reply_to = Some(odd.into());
            assert_eq!(reply(&notice), None, "{odd}");
        }
    }
}
