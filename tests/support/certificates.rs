//! A certificate authority for the tests, and what can be wrong with what it signs.

use std::{fs, path::Path};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType, date_time_ymd};

/// A server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For `localhost` and `127.0.0.1`, valid, signed by the authority.
    Right,
    /// For another host.
    OtherName,
    /// Its time is over.
    Expired,
    /// Signed by itself.
    SelfSigned,
    /// Signed by itself as an authority, as `openssl req -x509` makes it.
    SelfMadeAuthority,
}

/// Makes the authority: `ca.pem` and `ca.key`.
pub fn found(dir: &Path) {
    let key = KeyPair::generate().expect("key");
    let root = authority().self_signed(&key).expect("root certificate");
    fs::write(dir.join("ca.pem"), root.pem()).expect("ca.pem");
    fs::write(dir.join("ca.key"), key.serialize_pem()).expect("ca.key");
}

/// A certificate and its key, PEM.
pub fn issue(dir: &Path, certificate: Certificate) -> (String, String) {
    let authority_key = fs::read_to_string(dir.join("ca.key")).expect("ca.key");
    let issuer = Issuer::new(authority(), KeyPair::from_pem(&authority_key).expect("the authority's key"));
    let key = KeyPair::generate().expect("key");
    let params = params(certificate);
    let signed = match certificate {
        Certificate::SelfSigned | Certificate::SelfMadeAuthority => params.self_signed(&key),
        _ => params.signed_by(&key, &issuer),
    };
    (signed.expect("server certificate").pem(), key.serialize_pem())
}

fn params(certificate: Certificate) -> CertificateParams {
    let name = if certificate == Certificate::OtherName { "mail.elsewhere.example" } else { "localhost" };
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("names");
    match certificate {
        Certificate::OtherName => {}
        Certificate::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Certificate::SelfMadeAuthority => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        Certificate::Right | Certificate::SelfSigned => {
            params.subject_alt_names.push(SanType::IpAddress([127, 0, 0, 1].into()));
        }
    }
    params
}

fn authority() -> CertificateParams {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "quiethours test authority");
    authority
}
