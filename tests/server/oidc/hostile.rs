//! A provider that lies. What it says of itself and what it answers is each test's own.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use http::StatusCode;
use http::header::{CONTENT_TYPE, LOCATION};
use netbox_chatbox::server::config::OidcConfig;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Keys made for this file and for nothing else.
const OWN_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJjuUwSkUwHZ7GIcpoh+m7FdcFwckWyh4ROVQLin26fy\n-----END PRIVATE KEY-----\n";
const OTHER_KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEILXnvXKb2yA/g2O0i9S4X54ArBVK34Kx5+f1k0vajLId\n-----END PRIVATE KEY-----\n";
/// The client's secret.
pub const SECRET: &str = "the client's secret";
/// The person whom it speaks of.
pub const SUBJECT: &str = "mallory";

/// An answer: a status, a content type, a body.
#[derive(Clone)]
pub struct Answer(pub u16, pub &'static str, pub String);

impl Answer {
    /// JSON that says yes.
    pub fn json(body: &Value) -> Self {
        Self(200, "application/json", body.to_string())
    }
}

/// What it answers at each of its addresses.
pub struct Answers {
    /// What it says of itself.
    pub description: Answer,
    /// Its keys.
    pub keys: Answer,
    /// The tokens.
    pub tokens: Answer,
    /// Who somebody is.
    pub person: Answer,
    /// Where every request is sent instead.
    pub redirect: Option<(&'static str, String)>,
    /// Every request: its path and its body.
    pub asked: Vec<(String, String)>,
}

/// The provider.
#[derive(Clone)]
pub struct Hostile {
    /// Its issuer.
    pub issuer: String,
    /// What it answers.
    pub answers: Arc<Mutex<Answers>>,
}

impl Hostile {
    /// One that still tells the truth.
    pub async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let answers = Answers {
            description: Answer::json(&description(&issuer)),
            keys: Answer::json(&json!({"keys": [key(OWN_KEY, "own").as_verification_key()]})),
            tokens: Answer(500, "text/plain", String::new()),
            person: Answer::json(&json!({"sub": SUBJECT, "groups": ["network"]})),
            redirect: None,
            asked: Vec::new(),
        };
        let provider = Self { issuer, answers: Arc::new(Mutex::new(answers)) };
        let answer = |choose: fn(&Answers) -> &Answer| {
            move |State(provider): State<Self>, request: axum::extract::Request| async move {
                provider.answer(choose, request).await
            }
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(answer(|answers| &answers.description)))
            .route("/jwks", get(answer(|answers| &answers.keys)))
            .route("/token", post(answer(|answers| &answers.tokens)))
            .route("/me", get(answer(|answers| &answers.person)))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    async fn answer(&self, choose: fn(&Answers) -> &Answer, request: axum::extract::Request) -> Response {
        let path = request.uri().path().to_owned();
        let body = axum::body::to_bytes(request.into_body(), 100_000).await.unwrap();
        let mut answers = self.answers.lock().unwrap();
        answers.asked.push((path.clone(), String::from_utf8_lossy(&body).into_owned()));
        if let Some((from, to)) = &answers.redirect
            && *from == path
        {
            return (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, to.clone())]).into_response();
        }
        let Answer(status, content_type, body) = choose(&answers).clone();
        (StatusCode::from_u16(status).unwrap(), [(CONTENT_TYPE, content_type)], body).into_response()
    }

    /// This server as its client.
    pub fn client(&self) -> OidcConfig {
        OidcConfig {
            client_secret: Some(SECRET.to_owned().into()),
            allowed_groups: Some(vec!["network".to_owned()]),
            ..OidcConfig::new(&self.issuer, "chatbox")
        }
    }

    /// Changes what it answers.
    pub fn lie(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.answers.lock().unwrap());
    }

    /// Whether this path was asked for.
    pub fn was_asked(&self, path: &str) -> bool {
        self.answers.lock().unwrap().asked.iter().any(|(asked, _)| asked == path)
    }

    /// The claims of a token that may be believed.
    pub fn claims(&self, nonce: &str) -> Value {
        let now = jiff::Timestamp::now().as_second();
        json!({
            "iss": self.issuer, "aud": "chatbox", "sub": SUBJECT, "nonce": nonce, "iat": now, "exp": now + 60,
            "name": "Mallory", "groups": ["network"],
        })
    }
}

/// What a provider has to say of itself.
pub fn description(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA", "RS256"],
    })
}

/// The answer that holds an ID token.
pub fn tokens(id_token: &str) -> Answer {
    Answer::json(
        &json!({"access_token": "an access token", "token_type": "Bearer", "expires_in": 60, "id_token": id_token}),
    )
}

/// A token signed by the provider's key.
pub fn signed(claims: &Value) -> String {
    signed_by(OWN_KEY, "own", claims)
}

/// A token that says it is signed by the provider's key, but is by another.
pub fn forged(claims: &Value) -> String {
    signed_by(OTHER_KEY, "own", claims)
}

/// A token signed by a key that the provider does not name.
pub fn foreign(claims: &Value) -> String {
    signed_by(OTHER_KEY, "other", claims)
}

/// A token under this header, with this signature.
pub fn assembled(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let signature = BASE64.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn signed_by(pem: &str, id: &str, claims: &Value) -> String {
    let key = key(pem, id);
    assembled(&json!({"alg": "EdDSA", "kid": id}), claims, |message| {
        key.sign(&CoreJwsSigningAlgorithm::EdDsa, message).unwrap()
    })
}

fn key(pem: &str, id: &str) -> CoreEdDsaPrivateSigningKey {
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(pem, Some(JsonWebKeyId::new(id.to_owned()))).unwrap()
}
