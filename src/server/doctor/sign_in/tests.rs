//! Against small providers on this machine, each of which says something else of itself.

use axum::Router;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::*;
use crate::server::doctor::Level;
use crate::server::encrypted::Encrypted;

/// The public half of a key that was made for this file.
const KEY: &str =
    r#"{"kty":"OKP","crv":"Ed25519","kid":"one","use":"sig","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
/// What is done to a description, and the check that tells it.
type Lie = (fn(&mut Value), &'static str, Level, &'static str);

fn keys_document() -> String {
    format!(r#"{{"keys":[{KEY}]}}"#)
}

fn description(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "code_challenge_methods_supported": ["S256"],
    })
}

/// A provider at an address of its own: what it says of itself, and its keys, each with a content type.
async fn provider(describe: impl FnOnce(&str) -> (&'static str, String), keys: (&'static str, String)) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let (kind, text) = describe(&issuer);
    let document = |kind: &'static str, text: String| get(move || async move { ([(CONTENT_TYPE, kind)], text) });
    let router = Router::new()
        .route("/.well-known/openid-configuration", document(kind, text))
        .route("/jwks", document(keys.0, keys.1));
    tokio::spawn(async move { axum::serve(listener, router).await });
    issuer
}

async fn lying(change: fn(&mut Value)) -> String {
    let describe = |issuer: &str| {
        let mut description = description(issuer);
        change(&mut description);
        ("application/json", description.to_string())
    };
    provider(describe, ("application/json", keys_document())).await
}

fn people(config: OidcConfig) -> PeopleConfig {
    let public_url = Some("https://chat.example.com/".parse().unwrap());
    PeopleConfig { mode: SignInMode::Oidc(config), public_url, ..PeopleConfig::nobody() }
}

async fn check(config: OidcConfig) -> Vec<Check> {
    checks(&people(config), ([127, 0, 0, 1], 8001).into()).await
}

async fn look(issuer: &str) -> Vec<Check> {
    check(OidcConfig { admin_groups: vec!["netops".to_owned()], ..OidcConfig::new(issuer, "chatbox") }).await
}

/// The one check that there is where the provider cannot be used, besides that of our own address.
async fn failure(config: OidcConfig) -> (String, String) {
    let checks = check(config).await;
    let [failed, redirect] = &checks[..] else { panic!("{checks:?}") };
    assert_eq!((failed.subject, failed.level), (PROVIDER, Level::Failure), "{failed:?}");
    assert_eq!((redirect.subject, redirect.level), (REDIRECT, Level::Good), "{redirect:?}");
    (failed.finding.clone(), failed.hint.clone().unwrap())
}

#[tokio::test]
async fn where_people_sign_in_otherwise_there_is_nothing_to_check() {
    assert_eq!(checks(&PeopleConfig::nobody(), ([127, 0, 0, 1], 8001).into()).await, []);
}

#[tokio::test]
async fn a_provider_that_offers_everything_is_good_and_the_redirect_address_is_told() {
    let issuer = lying(|_| {}).await;
    let checks = look(&issuer).await;
    let told: Vec<_> = checks.iter().map(|check| (check.level, check.subject, check.finding.as_str())).collect();
    let name = format!("{issuer} describes itself, under this very name");
    assert_eq!(
        told,
        [
            (Level::Good, PROVIDER, name.as_str()),
            (Level::Good, ADDRESSES, "it names those for sign-in, token, user info"),
            (Level::Good, PROOF, "it takes S256"),
            (Level::Good, KEYS, "1 can be read"),
            (
                Level::Good,
                REDIRECT,
                "https://chat.example.com/sign-in/oidc/callback has to be registered at the provider"
            ),
        ]
    );
}

#[test]
fn without_a_public_address_the_redirect_address_is_where_it_listens() {
    let check = redirect(None, ([127, 0, 0, 1], 8001).into());
    assert_eq!(check.level, Level::Warning);
    assert!(check.finding.starts_with("http://127.0.0.1:8001/sign-in/oidc/callback "), "{check:?}");
    assert!(check.hint.unwrap().contains("PUBLIC_URL"));
}

#[tokio::test]
async fn what_a_provider_does_not_offer_is_told_with_what_to_do() {
    let lies: [Lie; 6] = [
        (|said| said["token_endpoint"] = Value::Null, ADDRESSES, Level::Failure, "no token endpoint"),
        (
            |said| said["token_endpoint"] = json!("http://id.example.com/token"),
            ADDRESSES,
            Level::Failure,
            "http://id.example.com/token, which would carry codes and secrets without TLS",
        ),
        (|said| said["userinfo_endpoint"] = Value::Null, ADDRESSES, Level::Warning, "no user info endpoint"),
        (|said| said["code_challenge_methods_supported"] = json!(["plain"]), PROOF, Level::Failure, "not take S256"),
        (|said| said["code_challenge_methods_supported"] = Value::Null, PROOF, Level::Warning, "does not say"),
        (|said| said["code_challenge_methods_supported"] = json!("S256"), PROOF, Level::Warning, "does not say"),
    ];
    for (change, subject, level, finding) in lies {
        let checks = look(&lying(change).await).await;
        let told = checks.iter().find(|check| check.subject == subject).unwrap();
        assert!(told.level == level && told.finding.contains(finding), "{finding}: {checks:?}");
        assert!(told.hint.is_some(), "{told:?}");
        assert!(checks.iter().all(|check| check.level == Level::Good || check.subject == subject), "{checks:?}");
    }
}

#[tokio::test]
async fn a_description_that_cannot_be_used_is_told_as_what_it_is() {
    let keys = || ("application/json", keys_document());
    let page = || ("text/html", "<!doctype html><h1>Sign in</h1>".to_owned());
    let honest = |issuer: &str| ("application/json", description(issuer).to_string());
    let other = |_: &str| ("application/json", description("https://id.example.com").to_string());
    let bare = |issuer: &str| ("application/json", json!({ "issuer": issuer }).to_string());
    for (issuer, finding) in [
        (provider(|_| page(), keys()).await, "its description is a web page instead of JSON"),
        (provider(|_| ("application/json", page().1), keys()).await, "its description is not JSON"),
        (provider(bare, keys()).await, "its description lacks or garbles"),
        (provider(other, keys()).await, "https://id.example.com"),
        (provider(honest, page()).await, "the document with its keys is a web page instead of JSON"),
        (provider(honest, ("application/json", "{}".to_owned())).await, "the document with its keys lacks or garbles"),
        (format!("{}/realms/none", lying(|_| {}).await), "/realms/none/.well-known/openid-configuration answers with"),
        (
            lying(|said| said["jwks_uri"] = json!(said["jwks_uri"].as_str().unwrap().replace("jwks", "gone"))).await,
            "the address of its keys (jwks_uri) answers with status 404",
        ),
    ] {
        let (told, hint) = failure(OidcConfig::new(&issuer, "chatbox")).await;
        assert!(told.contains(finding), "{finding}: {told}");
        assert!(!told.contains("<h1>"), "{told}");
        assert!(hint.contains(&format!("{issuer}/.well-known/openid-configuration")), "{hint}");
    }
}

#[tokio::test]
async fn keys_of_which_none_can_be_read_are_a_failure() {
    let unknown = r#"{"keys":[{"kty":"unheard of","kid":"one"}]}"#;
    for keys in [r#"{"keys":[]}"#, unknown] {
        let describe = |issuer: &str| ("application/json", description(issuer).to_string());
        let checks = look(&provider(describe, ("application/json", keys.to_owned())).await).await;
        let told = checks.iter().find(|check| check.subject == KEYS).unwrap();
        assert_eq!(told.level, Level::Failure, "{told:?}");
        assert!(told.hint.as_ref().unwrap().contains("jwks_uri"), "{told:?}");
    }
}

#[tokio::test]
async fn one_that_is_away_is_told_as_that() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (told, hint) = failure(OidcConfig::new(&format!("http://{free}"), "chatbox")).await;
    assert!(told.ends_with("no connection: nothing listens there"), "{told}");
    assert!(hint.contains("OIDC_ISSUER") && hint.contains("firewall"), "{hint}");
}

#[tokio::test]
async fn tls_that_is_not_trusted_or_not_spoken_is_told_as_that() {
    let server = Encrypted::start(|port, path| match path {
        "/jwks" => keys_document(),
        _ => description(&format!("https://localhost:{port}")).to_string(),
    })
    .await;
    let untrusted = OidcConfig::new(&format!("https://localhost:{}", server.port), "chatbox");
    let trusted = OidcConfig { certificate_authority: Some(server.authority.clone()), ..untrusted.clone() };
    let (told, hint) = failure(untrusted).await;
    assert!(told.ends_with("its certificate is not trusted here"), "{told}");
    assert!(hint.contains("OIDC_CA_FILE"), "{hint}");
    let checks = check(trusted).await;
    assert!(checks.iter().all(|check| check.level == Level::Good), "{checks:?}");

    let plain = lying(|_| {}).await.replace("http:", "https:");
    let (told, hint) = failure(OidcConfig::new(&plain, "chatbox")).await;
    assert!(told.ends_with("it does not speak TLS as expected"), "{told}");
    assert!(hint.contains("whether TLS is spoken there"), "{hint}");
}
