//! What changes NetBox: one request, never repeated, since nobody knows of one without an answer whether it was done.

use std::time::Instant;

use reqwest::Method;
use serde_json::Value;

use super::{Client, Sent, milliseconds};
use crate::server::netbox::{Credentials, Error, Exchange, Query};
use crate::wire::tool::NetboxRequest;

/// A request that changes one object.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// `POST`, `PATCH` or `DELETE`.
    pub method: &'a str,
    /// Below `/api/`: `dcim/devices/12/`.
    pub path: &'a str,
    /// The body.
    pub body: &'a Value,
    /// The object's `ETag`: in another state it is left alone ([`Error::Changed`]). NetBox before 4.6 does not look at
    /// it.
    pub if_match: Option<&'a str>,
}

impl Client {
    /// GETs one object as it is at this moment, with its state.
    pub async fn get_now(&self, credentials: &Credentials, path: &str, query: &Query) -> Exchange {
        self.ask(credentials, path, query).await
    }

    /// What NetBox says of writing to `path` (`OPTIONS`): by `POST` and `PUT` in its `actions` the fields, of those that
    /// these credentials may use. (REST framework's metadata.)
    pub async fn writable(&self, credentials: &Credentials, path: &str) -> Exchange {
        self.send(credentials, path, &Sent { method: Method::OPTIONS, body: None, if_match: None }).await
    }

    /// Changes one object.
    pub async fn write(&self, credentials: &Credentials, write: &Write<'_>) -> Exchange {
        let method = match write.method {
            "POST" => Method::POST,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return Exchange { requests: Vec::new(), answer: Err(Error::NotAWrite) },
        };
        let sent = Sent { method, body: Some(write.body), if_match: write.if_match };
        let exchange = self.send(credentials, write.path, &sent).await;
        // Whatever was answered before, this may have changed it.
        self.recent.forget();
        exchange
    }

    async fn send(&self, credentials: &Credentials, path: &str, sent: &Sent<'_>) -> Exchange {
        let url = self.address().api(path, &Query::new());
        let started = Instant::now();
        let mut record = NetboxRequest { method: sent.method.to_string(), ..self.record(&url, path, &Query::new()) };
        let answer = self.attempt(credentials, &url, path, sent, &mut record).await;
        record.milliseconds = milliseconds(started.elapsed());
        tracing::debug!(
            netbox.method = %sent.method,
            netbox.path = path,
            netbox.status = record.status,
            netbox.duration_ms = record.milliseconds,
            "asked NetBox"
        );
        Exchange { requests: vec![record], answer }
    }
}
