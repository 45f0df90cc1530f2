//! Why a server cannot be trusted with a secret.

use rustls::CertificateError;

use crate::core::text;

/// No connection that a password may go over. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{host}: {cause}")]
pub struct Distrust {
    /// The host that was meant.
    pub host: String,
    /// What is wrong with it.
    pub cause: Cause,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Another host answers, or this one under another name.
    #[error("the certificate is for another name")]
    Name,
    /// Its time is over.
    #[error("the certificate has expired")]
    Expired,
    /// Its time has not come, or this machine's clock is behind.
    #[error("the certificate is not valid yet")]
    Early,
    /// It signed itself, or nobody this machine knows did.
    #[error("nobody this machine knows signed the certificate")]
    Unknown,
    /// STARTTLS is not offered, whoever took it away.
    #[error("the server does not offer STARTTLS")]
    NoStartTls,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl Distrust {
    /// Of `host`, in words.
    pub fn other(host: &str, cause: impl ToString) -> Self {
        Self { host: host.to_owned(), cause: Cause::Other(text::line(&cause.to_string(), 200)) }
    }

    /// Of `host`, by what the handshake ended with.
    pub fn of(host: &str, error: &rustls::Error) -> Self {
        let cause = match error {
            rustls::Error::InvalidCertificate(error) => certificate(error),
            _ => None,
        };
        match cause {
            Some(cause) => Self { host: host.to_owned(), cause },
            None => Self::other(host, error),
        }
    }
}

fn certificate(error: &CertificateError) -> Option<Cause> {
    match error {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Some(Cause::Name),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Some(Cause::Expired),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Some(Cause::Early),
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Some(Cause::Unknown),
        // What `openssl req -x509` makes: an authority of its own. webpki's error has no variant of rustls.
        CertificateError::Other(other) if format!("{other:?}").contains("CaUsedAsEndEntity") => Some(Cause::Unknown),
        _ => None,
    }
}
