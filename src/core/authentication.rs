//! What the volunteer's own mail server found out about a sender: `Authentication-Results` (RFC 8601).
//!
//! Anybody can write such a field. Only the topmost one that bears the configured authserv-id counts: a server puts its own on
//! top, and has to take away those that came with its name (section 5). The verdict only ever warns: nothing is held, passed or
//! dropped because of it, so [`super::gate`] and [`super::selector`] are never given it.

/// The field's name.
const FIELD: &[u8] = b"authentication-results";

/// The version that this reads; one that is not said is this one (section 2.2).
const VERSION: &str = "1";

/// Results read of one field: a server tries some five methods, and DKIM for each signature.
const MOST: usize = 50;

/// What the server says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Authentication {
    /// It did not come from where it says.
    Failed,
    /// Nothing, or nothing that is believed, or nothing bad.
    #[default]
    Unremarkable,
}

impl Authentication {
    /// The word for it in JSON.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Unremarkable => None,
            Self::Failed => Some("fail"),
        }
    }
}

/// Reads the verdict of `authserv_id` in the header block at the beginning of `message`.
pub fn authentication(message: &[u8], authserv_id: &str) -> Authentication {
    let fields = fields(message);
    let results = fields.iter().find_map(|value| results_of(value, authserv_id)).unwrap_or_default();
    if failed(&results) { Authentication::Failed } else { Authentication::Unremarkable }
}

/// DMARC compares the domain that a reader sees with what SPF and DKIM found, so it decides alone where it says pass or fail.
/// Without it (the domain publishes no policy, or its record cannot be read) something must have failed and nothing passed: a
/// mailing list breaks signatures and a forwarding breaks SPF, but seldom one message meets both. An SPF `softfail` is a domain's
/// "perhaps", and DKIM's `none` a message that nobody signed: neither is a failure.
fn failed(results: &[(String, String)]) -> bool {
    let has = |method: &str, wanted: &[&str]| {
        results.iter().any(|(name, result)| name == method && wanted.contains(&result.as_str()))
    };
    if has("dmarc", &["fail"]) {
        return true;
    }
    let vouched = has("dmarc", &["pass"]) || has("dkim", &["pass"]) || has("spf", &["pass"]);
    !vouched && (has("dkim", &["fail", "permerror"]) || has("spf", &["fail"]))
}

/// The unfolded values of all fields of that name, topmost first.
fn fields(message: &[u8]) -> Vec<String> {
    let mut values: Vec<Vec<u8>> = Vec::new();
    let mut is_ours = false;
    for line in super::mail::header_lines(message) {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            if let Some(value) = values.last_mut().filter(|_| is_ours) {
                value.extend_from_slice(line);
            }
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        is_ours = line[..colon].trim_ascii_end().eq_ignore_ascii_case(FIELD);
        if is_ours {
            values.push(line.get(colon + 1..).unwrap_or_default().to_vec());
        }
    }
    values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

/// Method and result, in lower case, of each result in a field of that authserv-id; `None` for another server's.
fn results_of(value: &str, authserv_id: &str) -> Option<Vec<(String, String)>> {
    let tokens = tokens(value);
    let mut statements = tokens.split(|token| *token == Token::Mark(';'));
    let (own, version) = match statements.next()? {
        [Token::Word(own)] => (own, VERSION),
        [Token::Word(own), Token::Word(version)] => (own, version.as_str()),
        _ => return None,
    };
    // A domain name, whose letters have no case.
    if !own.eq_ignore_ascii_case(authserv_id) {
        return None;
    }
    if version != VERSION {
        return Some(Vec::new());
    }
    Some(statements.take(MOST).filter_map(result).collect())
}

/// `method = result …` or `method / version = result …`.
fn result(statement: &[Token]) -> Option<(String, String)> {
    let (method, result) = match statement {
        [Token::Word(method), Token::Mark('='), Token::Word(result), ..] => (method, result),
        [Token::Word(method), Token::Mark('/'), Token::Word(version), Token::Mark('='), Token::Word(result), ..]
            if version == VERSION =>
        {
            (method, result)
        }
        _ => return None,
    };
    Some((method.to_ascii_lowercase(), result.to_ascii_lowercase()))
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    /// A token or a quoted string (RFC 2045, section 5.1).
    Word(String),
    /// `;`, `=` or `/`.
    Mark(char),
}

/// Words and marks, without comments and white space. What has no end (a comment, a quoted string) ends with the field.
fn tokens(value: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    let mut characters = value.chars();
    let flush = |word: &mut String, tokens: &mut Vec<Token>| {
        if !word.is_empty() {
            tokens.push(Token::Word(std::mem::take(word)));
        }
    };
    while let Some(c) = characters.next() {
        match c {
            '(' => {
                flush(&mut word, &mut tokens);
                skip_comment(&mut characters);
            }
            '"' => {
                flush(&mut word, &mut tokens);
                tokens.push(Token::Word(quoted(&mut characters)));
            }
            ';' | '=' | '/' => {
                flush(&mut word, &mut tokens);
                tokens.push(Token::Mark(c));
            }
            c if c.is_whitespace() => flush(&mut word, &mut tokens),
            c => word.push(c),
        }
    }
    flush(&mut word, &mut tokens);
    tokens
}

/// Comments nest (RFC 5322, section 3.2.2); counted, for a stranger decides how deep.
fn skip_comment(characters: &mut std::str::Chars<'_>) {
    let mut depth = 1_usize;
    while let Some(c) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

fn quoted(characters: &mut std::str::Chars<'_>) -> String {
    let mut text = String::new();
    while let Some(c) = characters.next() {
        match c {
            '"' => break,
            '\\' => text.extend(characters.next()),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OURS: &str = "mail.coop.example";

    fn says(fields: &str) -> bool {
        let message = format!("Received: x\r\n{fields}\r\nFrom: a@b.example\r\n\r\n");
        authentication(message.as_bytes(), OURS) == Authentication::Failed
    }

    fn results(results: &str) -> bool {
        says(&format!("Authentication-Results: mail.coop.example; {results}"))
    }

    #[test]
    fn dmarc_decides_alone_where_it_decides() {
        assert!(results("dmarc=fail header.from=forum.example"));
        assert!(results("spf=pass smtp.mailfrom=evil.example; dkim=pass header.d=evil.example; dmarc=fail (p=NONE)"));
        assert!(!results("dmarc=pass; spf=fail; dkim=fail"));
    }

    #[test]
    fn without_dmarc_something_failed_and_nothing_passed() {
        for failed in [
            "spf=fail",
            "dkim=fail",
            "dkim=permerror; spf=none",
            "dmarc=none; dkim=fail; spf=fail",
            "dkim=fail; spf=softfail",
        ] {
            assert!(results(failed), "{failed}");
        }
        for fine in [
            "none",
            "",
            "spf=softfail",
            "spf=neutral; dkim=none",
            "dkim=fail; spf=pass",
            "spf=fail; dkim=fail; dkim=pass",
            "dmarc=temperror; dkim=pass",
            "spf=permerror; dkim=temperror",
            "iprev=fail; auth=fail",
        ] {
            assert!(!results(fine), "{fine}");
        }
    }

    #[test]
    fn only_the_topmost_field_with_exactly_our_name_counts() {
        let field = |id: &str, result: &str| format!("Authentication-Results: {id}; dmarc={result}\r\n");
        assert!(says(&[field("other.example", "pass"), field(OURS, "fail"), field(OURS, "pass")].concat()));
        assert!(!says(&[field(OURS, "pass"), field(OURS, "fail")].concat()));
        assert!(says(&field("MAIL.coop.example", "fail")));
        for other in [
            "xmail.coop.example",
            "mail.coop.example.evil.example",
            "coop.example",
            "mail.coop.example/1",
            "a mail.coop.example",
            "",
        ] {
            assert!(!says(&field(other, "fail")), "{other}");
        }
    }

    #[test]
    fn version_comments_quotes_and_folding_are_read_as_the_standard_has_them() {
        for field in [
            "Authentication-Results: (a (nested; \\) one)) \"mail.coop.example\" (c) 1 (d);\r\n\tdmarc (x) = (y) fail",
            "AUTHENTICATION-RESULTS :\r\n mail.coop.example 1;dmarc/1=FAIL reason=\"a;b\" header.from=x",
            "Authentication-Results: mail.coop.example; spf=none reason=\"; dmarc=pass\"; dmarc=fail",
        ] {
            assert!(says(field), "{field}");
        }
        for field in [
            "Authentication-Results: mail.coop.example 2; dmarc=fail",
            "Authentication-Results: mail.coop.example; dmarc/2=fail",
            "Authentication-Results: mail.coop.example; x=y (; dmarc=fail)",
            "Authentication-Results: mail.coop.example; x=\"; dmarc=fail\"",
            "X-Authentication-Results: mail.coop.example; dmarc=fail",
            "Subject: x\r\n Authentication-Results: mail.coop.example; dmarc=fail",
            "Authentication-Results: mail.coop.example; dmarc = (fail",
            "Authentication-Results:",
        ] {
            assert!(!says(field), "{field}");
        }
        assert!(!says("X: y\r\n\r\nAuthentication-Results: mail.coop.example; dmarc=fail"), "a body is no header");
    }

    proptest! {
        #[test]
        fn whatever_a_stranger_writes_is_read_to_its_end(value in "[ -~()\\\\\";=/\r\n\t]{0,300}") {
            let _ = says(&format!("Authentication-Results: {value}"));
        }
    }
}
