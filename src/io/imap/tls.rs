//! TCP and TLS: the platform's roots and, where configured, one more.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use rustls::{
    ClientConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use rustls_platform_verifier::Verifier;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{refusal::shown, screen::Duplex};
use crate::{
    config::{Account, Security},
    io::mailbox::MailboxError,
};

/// One address: an IPv6 route into nothing must not eat the time of the IPv4 one.
const CONNECT: Duration = Duration::from_secs(30);

/// A TLS handshake: two or three round trips.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// A TCP connection to the first address of the account that answers.
pub async fn dial(account: &Account) -> Result<TcpStream, MailboxError> {
    let addresses = resolve(account).await?;
    let mut last = MailboxError::Lost(format!("{} has no address", shown(&account.host)));
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Commands are small and each waits for its answer.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => last = MailboxError::Lost(format!("{address}: {error}")),
            Err(_) => last = MailboxError::Lost(format!("{address}: no connection in time")),
        }
    }
    Err(last)
}

async fn resolve(account: &Account) -> Result<Vec<SocketAddr>, MailboxError> {
    let found = timeout(CONNECT, lookup_host((account.host.as_str(), account.port))).await;
    let found = found.map_err(|_| MailboxError::Lost("no answer from the name server".to_owned()))?;
    let mut addresses: Vec<_> = found.map_err(|error| MailboxError::Lost(shown(&error.to_string())))?.collect();
    if account.security == Security::Cleartext {
        addresses.retain(|address| address.ip().to_canonical().is_loopback());
        if addresses.is_empty() {
            return Err(MailboxError::Unsupported("a cleartext connection beyond this machine".to_owned()));
        }
    }
    Ok(addresses)
}

/// A TLS session over `stream`; the certificate must be valid and name the account's host.
pub async fn protect(stream: Box<dyn Duplex>, account: &Account) -> Result<Box<dyn Duplex>, MailboxError> {
    let name = ServerName::try_from(account.host.clone()).map_err(|error| MailboxError::Tls(error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(client_config(account.ca_file.as_deref())?));
    match timeout(HANDSHAKE, connector.connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            Err(MailboxError::Tls(shown(&error.to_string())))
        }
        Ok(Err(error)) => Err(MailboxError::Lost(shown(&error.to_string()))),
        Err(_) => Err(MailboxError::Lost("no TLS handshake in time".to_owned())),
    }
}

fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, MailboxError> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let roots = ca_file.map(extra_roots).transpose()?.unwrap_or_default();
    let verifier = Verifier::new_with_extra_roots(roots, provider.clone()).map_err(tls)?;
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().map_err(tls)?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn extra_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, MailboxError> {
    let unreadable = |why: String| MailboxError::Tls(format!("{}: {why}", path.display()));
    let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match roots {
        Ok(roots) if !roots.is_empty() => Ok(roots),
        Ok(_) => Err(unreadable("no certificate in it".to_owned())),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

fn tls(error: rustls::Error) -> MailboxError {
    MailboxError::Tls(shown(&error.to_string()))
}
