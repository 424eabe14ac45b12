//! TLS with a private authority, against a real TLS server with the certificates of `tests/fixtures/tls`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

use super::super::*;

/// A server whose certificate comes from an authority that nobody has installed.
struct Encrypted {
    port: u16,
    authority: PathBuf,
}

impl Encrypted {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificate =
            CertificateDer::from_pem_slice(include_bytes!("../../../../tests/fixtures/tls/server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("../../../../tests/fixtures/tls/server.key")).unwrap();
        let config =
            rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config))));
        let authority = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls/authority.pem");
        Self { port, authority }
    }

    async fn ask(&self, change: impl FnOnce(&mut Settings)) -> Result<Answer, Error> {
        let mut settings = Settings::new(Address::parse(&format!("https://localhost:{}/", self.port)).unwrap());
        change(&mut settings);
        Client::new(settings).unwrap().get(&Credentials::anonymous(), "status/", &Query::new()).await.answer
    }
}

/// Answers every connection with one small JSON object.
async fn serve(listener: tokio::net::TcpListener, acceptor: TlsAcceptor) {
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let body = r#"{"netbox-version":"4.7.3"}"#;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            let _ = stream.shutdown().await;
        });
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named() {
    let server = Encrypted::start().await;
    let untrusted = server.ask(|_| {}).await.unwrap_err();
    assert!(untrusted.to_string().ends_with("its certificate is not trusted here"), "{untrusted} {untrusted:?}");
    assert!(untrusted.hint().contains("NETBOX_CA_FILE"), "{}", untrusted.hint());
    let trusted =
        server.ask(|settings| settings.certificate_authorities = Some(server.authority.clone())).await.unwrap();
    assert_eq!(trusted.body["netbox-version"], "4.7.3");
    let unchecked = server.ask(|settings| settings.verify_tls = false).await;
    assert!(unchecked.is_ok(), "{unchecked:?}");
}

#[tokio::test]
async fn http_where_tls_is_spoken_and_the_other_way_round_are_sentences() {
    let server = Encrypted::start().await;
    let plain = Address::parse(&format!("http://127.0.0.1:{}/", server.port)).unwrap();
    let mut settings = Settings::new(plain);
    settings.pause = std::time::Duration::from_millis(1);
    let error = Client::new(settings).unwrap().get(&Credentials::anonymous(), "status/", &Query::new()).await.answer;
    assert!(matches!(error, Err(Error::Unreachable { .. } | Error::Cut { .. })), "{error:?}");
    let other = super::failing::Server::start(vec![super::failing::Reply::list()]).await;
    let encrypted = Address::parse(&other.url().replace("http:", "https:")).unwrap();
    let client = Client::new(Settings::new(encrypted)).unwrap();
    let error = client.get(&Credentials::anonymous(), "status/", &Query::new()).await.answer.unwrap_err();
    assert!(error.to_string().ends_with("it does not speak TLS as expected"), "{error} {error:?}");
}
