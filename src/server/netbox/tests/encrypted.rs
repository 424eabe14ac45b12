//! TLS with a private authority, against a real TLS server with the certificates of `tests/fixtures/tls`.

use super::super::*;
use crate::server::encrypted::Encrypted;

async fn start() -> Encrypted {
    Encrypted::start(|_, _| r#"{"netbox-version":"4.7.3"}"#.to_owned()).await
}

async fn ask(server: &Encrypted, change: impl FnOnce(&mut Settings)) -> Result<Answer, Error> {
    let mut settings = Settings::new(Address::parse(&format!("https://localhost:{}/", server.port)).unwrap());
    change(&mut settings);
    Client::new(settings).unwrap().get(&Credentials::anonymous(), "status/", &Query::new()).await.answer
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_it_is_named() {
    let server = start().await;
    let untrusted = ask(&server, |_| {}).await.unwrap_err();
    assert!(untrusted.to_string().ends_with("its certificate is not trusted here"), "{untrusted} {untrusted:?}");
    assert!(untrusted.hint().contains("NETBOX_CA_FILE"), "{}", untrusted.hint());
    let trusted =
        ask(&server, |settings| settings.certificate_authorities = Some(server.authority.clone())).await.unwrap();
    assert_eq!(trusted.body["netbox-version"], "4.7.3");
    let unchecked = ask(&server, |settings| settings.verify_tls = false).await;
    assert!(unchecked.is_ok(), "{unchecked:?}");
}

#[tokio::test]
async fn http_where_tls_is_spoken_and_the_other_way_round_are_sentences() {
    let server = start().await;
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
