//! Any bytes as mails, with NUL and LF between them: `cargo +nightly fuzz run digest_from_mails fuzz/corpus/digest_from_mails
//! tests/hostile/mails`.
#![no_main]

use quiethours::core::language::Language;

#[path = "../../tests/hostile/properties.rs"]
mod properties;

/// What panics on purpose where debug assertions are on, for tests of what then becomes of a message.
const ON_PURPOSE: &[u8] = b"X-Quiethours-Test: panic";

/// Blocks in the digest: few, so that a small input has lines too.
const MAX_TOPICS: usize = 3;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut messages = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|separator| separator == b"\0\n") {
        messages.push(rest[..at].to_vec());
        rest = &rest[at + 2..];
    }
    messages.push(rest.to_vec());
    messages.retain(|message| !message.starts_with(ON_PURPOSE));
    let language = if bytes.len() % 2 == 0 { Language::Fr } else { Language::En };
    properties::digest(&messages, language, MAX_TOPICS);
});
