//! TCP and TLS: the platform's roots and, where configured, one more.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use rustix::net::sockopt;
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
    io::{mailbox::MailboxError, trust::Distrust},
};

/// One address: an IPv6 route into nothing must not eat the time of the IPv4 one.
const CONNECT: Duration = Duration::from_secs(30);

/// A connection silent for so long is asked by the kernel whether it lives (RFC 9293, section 3.8.4): many a NAT forgets one after
/// five minutes, and none of this wakes the daemon.
const KEEP_ALIVE: Duration = Duration::from_secs(4 * 60);

/// A TLS handshake: two or three round trips.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// A TCP connection to the first address of the account that answers.
pub async fn dial(account: &Account) -> Result<TcpStream, MailboxError> {
    let addresses = resolve(account).await?;
    let none = MailboxError::Lost(format!("{}: no address", shown(&account.host)));
    first_of(&addresses).await.map_err(|last| last.unwrap_or(none))
}

/// A connection to the first of these addresses that answers, each within its own time; else what was wrong with the last.
async fn first_of(addresses: &[SocketAddr]) -> Result<TcpStream, Option<MailboxError>> {
    let mut last = None;
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Commands are small and each waits for its answer.
                let _ = stream.set_nodelay(true);
                if let Err(error) = keep_alive(&stream) {
                    tracing::debug!(%error, "no keep-alive");
                }
                return Ok(stream);
            }
            Ok(Err(error)) => last = Some(MailboxError::Lost(format!("{address}: {error}"))),
            Err(_) => last = Some(MailboxError::Lost(format!("{address}: no connection in time"))),
        }
    }
    Err(last)
}

fn keep_alive(stream: &TcpStream) -> rustix::io::Result<()> {
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, KEEP_ALIVE)
}

async fn resolve(account: &Account) -> Result<Vec<SocketAddr>, MailboxError> {
    let found = timeout(CONNECT, lookup_host((account.host.as_str(), account.port))).await;
    let nowhere = |why: &str| MailboxError::Lost(shown(&format!("{}: {why}", account.host)));
    let found = found.map_err(|_| nowhere("no answer from the name server"))?;
    let mut addresses: Vec<_> = found.map_err(|error| nowhere(&error.to_string()))?.collect();
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
    let host = account.host.as_str();
    let other = |cause: String| MailboxError::Tls(Distrust::other(host, cause));
    let name = ServerName::try_from(host.to_owned()).map_err(|error| other(error.to_string()))?;
    let connector = TlsConnector::from(Arc::new(client_config(account.ca_file.as_deref()).map_err(other)?));
    match timeout(HANDSHAKE, connector.connect(name, stream)).await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(error) => MailboxError::Tls(Distrust::of(host, error)),
            None => MailboxError::Lost(shown(&error.to_string())),
        }),
        Err(_) => Err(MailboxError::Lost("no TLS handshake in time".to_owned())),
    }
}

fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let roots = ca_file.map(extra_roots).transpose()?.unwrap_or_default();
    let verifier =
        Verifier::new_with_extra_roots(roots, provider.clone()).map_err(|error: rustls::Error| error.to_string())?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error: rustls::Error| error.to_string())?;
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn extra_roots(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let unreadable = |why: String| format!("{}: {why}", path.display());
    let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match roots {
        Ok(roots) if !roots.is_empty() => Ok(roots),
        Ok(_) => Err(unreadable("no certificate in it".to_owned())),
        Err(error) => Err(unreadable(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        net::{TcpListener, TcpSocket},
        time::Instant,
    };

    use super::*;

    /// An address that answers nothing, as a route into nowhere: a listener whose queue is full lets each further attempt fall
    /// (listen(2)).
    async fn black_hole() -> (SocketAddr, TcpListener, TcpStream) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let first = TcpStream::connect(address).await.unwrap();
        (address, listener, first)
    }

    #[tokio::test]
    async fn an_address_that_answers_nothing_or_refuses_does_not_keep_from_the_next_one() {
        let (hole, _listener, _first) = black_hole().await;
        let works = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = works.local_addr().unwrap();
        let refusing = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        tokio::time::pause();
        let begun = Instant::now();
        let stream = first_of(&[hole, refusing, hole, address]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        assert_eq!(begun.elapsed().as_secs(), 2 * CONNECT.as_secs());
        let nowhere = first_of(&[refusing, hole]).await.unwrap_err();
        assert!(nowhere.unwrap().to_string().contains("no connection in time"));
        assert!(first_of(&[]).await.unwrap_err().is_none());
    }

    #[tokio::test]
    async fn the_kernel_keeps_a_silent_connection_alive() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = first_of(&[listener.local_addr().unwrap()]).await.unwrap();
        assert_eq!(sockopt::socket_keepalive(&stream), Ok(true));
        assert_eq!(sockopt::tcp_keepidle(&stream), Ok(KEEP_ALIVE));
    }
}
