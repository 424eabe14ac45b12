//! For tests: a server whose certificate comes from an authority that nobody has installed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

/// It is `localhost`, and answers with JSON.
pub struct Encrypted {
    /// Where it listens.
    pub port: u16,
    /// The file with the authority's certificate.
    pub authority: PathBuf,
}

impl Encrypted {
    /// Starts one. `answer` makes the JSON out of the port and the path that is asked for.
    pub async fn start(answer: fn(u16, &str) -> String) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificate =
            CertificateDer::from_pem_slice(include_bytes!("../../tests/fixtures/tls/server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("../../tests/fixtures/tls/server.key")).unwrap();
        let config =
            rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), answer));
        let authority = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls/authority.pem");
        Self { port, authority }
    }
}

/// Answers every connection with one small JSON object.
async fn serve(listener: tokio::net::TcpListener, acceptor: TlsAcceptor, answer: fn(u16, &str) -> String) {
    let port = listener.local_addr().unwrap().port();
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut request = [0; 4096];
            let length = stream.read(&mut request).await.unwrap_or_default();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let body = answer(port, request.split(' ').nth(1).unwrap_or_default());
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            let _ = stream.shutdown().await;
        });
    }
}
