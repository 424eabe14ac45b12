//! One call of a tool: who asks whom, and the record of every request made for it.

use std::sync::{Arc, Mutex, PoisonError};

use crate::server::netbox::{
    Answer, Capabilities, Client, Credentials, CustomField, Error, GraphqlSchema, Query, SavedFilter, Schema, Version,
};
use crate::wire::tool::NetboxRequest;

/// One call in progress.
pub(super) struct Call<'a> {
    pub(super) netbox: &'a Client,
    credentials: &'a Credentials,
    requests: Mutex<Vec<NetboxRequest>>,
}

impl<'a> Call<'a> {
    pub(super) fn new(netbox: &'a Client, credentials: &'a Credentials) -> Self {
        Self { netbox, credentials, requests: Mutex::default() }
    }

    /// GETs and records.
    pub(super) async fn get(&self, path: &str, query: &Query) -> Result<Answer, Error> {
        let exchange = self.netbox.get(self.credentials, path, query).await;
        self.record(exchange.requests);
        exchange.answer
    }

    /// GETs a list and records. JSON of another shape is no empty list.
    pub(super) async fn list(&self, path: &str, query: &Query) -> Result<Answer, Error> {
        let answer = self.get(path, query).await?;
        if answer.is_list() { Ok(answer) } else { Err(self.netbox.no_list()) }
    }

    /// The version of this NetBox, where it says.
    pub(super) async fn version(&self) -> Option<Version> {
        self.netbox.version(self.credentials).await
    }

    /// The custom fields that the caller may see.
    pub(super) async fn custom_fields(&self) -> Result<Arc<Vec<CustomField>>, Error> {
        let (requests, fields) = self.netbox.custom_fields(self.credentials).await;
        self.record(requests);
        fields
    }

    /// The saved filters that the caller may see.
    pub(super) async fn saved_filters(&self) -> Result<Arc<Vec<SavedFilter>>, Error> {
        let (requests, filters) = self.netbox.saved_filters(self.credentials).await;
        self.record(requests);
        filters
    }

    /// What this NetBox's lists have and take.
    pub(super) async fn schema(&self) -> Arc<Schema> {
        self.netbox.schema(self.credentials).await
    }

    /// What this NetBox can do.
    pub(super) async fn capabilities(&self) -> Arc<Capabilities> {
        self.netbox.capabilities(self.credentials).await
    }

    /// What this NetBox's GraphQL takes.
    pub(super) async fn graphql_schema(&self) -> Result<Arc<GraphqlSchema>, Error> {
        self.netbox.graphql_schema(self.credentials).await
    }

    /// Asks this NetBox's GraphQL and records.
    pub(super) async fn graphql(&self, query: &str) -> Result<Answer, Error> {
        let exchange = self.netbox.graphql(self.credentials, query, &serde_json::Value::Null).await;
        self.record(exchange.requests);
        exchange.answer
    }

    /// The sentence that every list carries: an answer is never more than what its token may see.
    pub(super) async fn visibility_note(&self) -> String {
        match self.netbox.whoami(self.credentials).await {
            Some(user) => format!("Only what the token of {user} may see"),
            None => "Only what this token may see".to_owned(),
        }
    }

    pub(super) fn into_requests(self) -> Vec<NetboxRequest> {
        self.requests.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, requests: Vec<NetboxRequest>) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).extend(requests);
    }
}
