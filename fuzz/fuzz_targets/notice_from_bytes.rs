//! Any bytes as a message: `cargo +nightly fuzz run notice_from_bytes fuzz/corpus/notice_from_bytes tests/hostile/mails`.
#![no_main]

#[allow(dead_code, reason = "the other target uses the rest")]
#[path = "../../tests/hostile/properties.rs"]
mod properties;

/// What panics on purpose where debug assertions are on, for tests of what then becomes of a message.
const ON_PURPOSE: &[u8] = b"X-Quiethours-Test: panic";

libfuzzer_sys::fuzz_target!(|message: &[u8]| {
    if message.starts_with(ON_PURPOSE) {
        return;
    }
    properties::notice(message);
});
