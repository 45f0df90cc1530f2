//! Access tokens that [`super::dovecot::Builder::tokens`] takes: JWTs (RFC 7519) signed by HMAC-SHA-256.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest as _, Sha256};

/// What signs them.
pub const KEY: &[u8] = b"a key that signs tokens in tests";

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// A token for `user`, good until `expiry` (seconds since 1970).
pub fn token(user: &str, expiry: i64) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let claims = format!("{{\"sub\":\"{user}\",\"iat\":{},\"exp\":{expiry}}}", expiry - 3600);
    let signed = format!("{}.{}", encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), encode(&claims));
    let signature = BASE64URL_NOPAD.encode(&signature(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// HMAC (RFC 2104).
fn signature(message: &[u8]) -> Vec<u8> {
    let mut key = [0; BLOCK];
    key[..KEY.len()].copy_from_slice(KEY);
    let hash = |pad: u8, message: &[u8]| {
        let block: Vec<u8> = key.iter().map(|byte| byte ^ pad).collect();
        Sha256::new().chain_update(block).chain_update(message).finalize().to_vec()
    };
    hash(0x5c, &hash(0x36, message))
}
