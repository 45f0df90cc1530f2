//! Any bytes as a message: `cargo +nightly fuzz run notice_from_bytes fuzz/corpus/notice_from_bytes tests/hostile/mails`.
#![no_main]

#[allow(dead_code, reason = "the other target uses the rest")]
#[path = "../../tests/hostile/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|message: &[u8]| {
    properties::notice(message);
});
