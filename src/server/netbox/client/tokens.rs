//! Tokens of NetBox's users: made for whoever knows the password, and deleted again.

use std::time::Instant;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Client, Sent};
use crate::server::netbox::failure::json_error;
use crate::server::netbox::{Credentials, Error, Query, Refusal};
use crate::wire::tool::NetboxRequest;

const PROVISION: &str = "users/tokens/provision/";

/// A token that is wanted.
pub struct TokenWanted<'a> {
    /// The user's name.
    pub name: &'a str,
    /// The user's password.
    pub password: &'a SecretString,
    /// What NetBox shows beside it.
    pub description: String,
    /// When it ends.
    pub expires: Timestamp,
    /// Whether it may change anything.
    pub write_enabled: bool,
}

/// A token that NetBox made.
pub struct TokenMade {
    /// Its id, by which it is deleted.
    pub id: i64,
    /// The token; NetBox tells it this once.
    pub token: SecretString,
}

impl Client {
    /// Has NetBox make a token for whoever knows the password.
    ///
    /// # Errors
    /// Those of [`Client::get`]; [`Refusal::Password`](crate::server::netbox::Refusal::Password) for a wrong one.
    pub async fn provision_token(&self, wanted: &TokenWanted<'_>) -> Result<TokenMade, Error> {
        let body = json!({
            "username": wanted.name,
            "password": wanted.password.expose_secret(),
            "description": wanted.description,
            "expires": wanted.expires.to_string(),
            "write_enabled": wanted.write_enabled,
        });
        let url = self.settings.address.api(PROVISION, &Query::new());
        let started = Instant::now();
        let mut record = NetboxRequest { method: "POST".into(), url: url.to_string(), ..NetboxRequest::default() };
        let answer = self.attempt(&Credentials::anonymous(), &url, PROVISION, &Sent::post(&body), &mut record).await;
        tracing::debug!(
            netbox.path = PROVISION,
            netbox.status = record.status,
            netbox.duration_ms = started.elapsed().as_millis(),
            "asked NetBox for a token"
        );
        let body = answer?.body;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let made = || {
            let secret = text("token").or_else(|| text("plaintext"));
            // Since 4.5 the two halves of a v2 token are told apart; before, the key is the whole token.
            let token = match (text("key"), secret) {
                (Some(key), Some(secret)) if !secret.starts_with("nbt_") => format!("nbt_{key}.{secret}"),
                (_, Some(whole)) | (Some(whole), None) => whole.to_owned(),
                (None, None) => return None,
            };
            Some(TokenMade { id: body.get("id")?.as_i64()?, token: SecretString::from(token) })
        };
        made().ok_or_else(|| self.no_list())
    }

    /// Deletes a token. One that is not there is as good as deleted.
    ///
    /// # Errors
    /// [`Error::Refused`] where these credentials may not, and those of the transport.
    pub async fn delete_token(&self, credentials: &Credentials, id: i64) -> Result<(), Error> {
        let path = format!("users/tokens/{id}/");
        let url = self.settings.address.api(&path, &Query::new());
        let mut request =
            self.http.delete(url).header(ACCEPT, "application/json").timeout(self.settings.answer_timeout);
        if let Some(value) = credentials.authorization()? {
            request = request.header(AUTHORIZATION, value);
        }
        let response = request.send().await.map_err(|error| self.transport_error(error))?;
        let status = response.status();
        if status.is_success() || status == reqwest::StatusCode::NOT_FOUND {
            return Ok(());
        }
        let bytes = response.bytes().await.map_err(|error| self.transport_error(error))?;
        Err(json_error(status, &path, &serde_json::from_slice(&bytes).unwrap_or_default(), None))
    }

    /// Whether the token's own user may do everything in NetBox. Who may not see users at all is no superuser.
    ///
    /// # Errors
    /// NetBox does not say.
    pub async fn is_superuser(&self, credentials: &Credentials, name: &str) -> Result<bool, Error> {
        let query =
            Query::new().with("username", name).with("is_superuser", "true").with("fields", "id").with("limit", 1);
        match self.get(credentials, "users/users/", &query).await.answer {
            Ok(answer) => Ok(answer.total().is_some_and(|total| total > 0)),
            Err(Error::Refused { refusal: Refusal::Permission, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Whether a text has the form of a token: since NetBox 4.5 `nbt_<key>.<token>`; before, 40 hexadecimal digits.
pub fn is_token(text: &str) -> bool {
    match text.strip_prefix("nbt_") {
        Some(rest) => {
            rest.bytes().all(|byte| byte.is_ascii_graphic())
                && rest.split_once('.').is_some_and(|(key, secret)| !key.is_empty() && !secret.is_empty())
        }
        None => text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    }
}
