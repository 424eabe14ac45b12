//! One call of a tool: who asks whom, from which conversation, and the record of every request made for it.

use std::sync::{Arc, Mutex, PoisonError};

use super::Asking;
use super::filters::refused;
use super::results::{Owner, Results, Stored};
use crate::server::netbox::{
    Answer, Capabilities, Client, CustomField, Error, GraphqlSchema, Query, SavedFilter, Schema, Version,
};
use crate::wire::problem::Problem;
use crate::wire::tool::NetboxRequest;

/// One call in progress.
pub(super) struct Call<'a> {
    pub(super) netbox: &'a Client,
    pub(super) asking: Asking<'a>,
    pub(super) results: &'a Results,
    /// What this NetBox's lists have and take.
    pub(super) schema: Arc<Schema>,
    requests: Mutex<Vec<NetboxRequest>>,
    warnings: Mutex<Vec<String>>,
}

impl<'a> Call<'a> {
    pub(super) async fn new(netbox: &'a Client, asking: Asking<'a>, results: &'a Results) -> Self {
        let schema = netbox.schema(asking.credentials).await;
        Self { netbox, asking, results, schema, requests: Mutex::default(), warnings: Mutex::default() }
    }

    /// GETs and records.
    pub(super) async fn get(&self, path: &str, query: &Query) -> Result<Answer, Error> {
        let exchange = self.netbox.get(self.asking.credentials, path, query).await;
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
        self.netbox.version(self.asking.credentials).await
    }

    /// The custom fields that the caller may see.
    pub(super) async fn custom_fields(&self) -> Result<Arc<Vec<CustomField>>, Error> {
        let (requests, fields) = self.netbox.custom_fields(self.asking.credentials).await;
        self.record(requests);
        fields
    }

    /// The saved filters that the caller may see.
    pub(super) async fn saved_filters(&self) -> Result<Arc<Vec<SavedFilter>>, Error> {
        let (requests, filters) = self.netbox.saved_filters(self.asking.credentials).await;
        self.record(requests);
        filters
    }

    /// What this NetBox can do.
    pub(super) async fn capabilities(&self) -> Arc<Capabilities> {
        self.netbox.capabilities(self.asking.credentials).await
    }

    /// What this NetBox's GraphQL takes.
    pub(super) async fn graphql_schema(&self) -> Result<Arc<GraphqlSchema>, Error> {
        self.netbox.graphql_schema(self.asking.credentials).await
    }

    /// Asks this NetBox's GraphQL and records.
    pub(super) async fn graphql(&self, query: &str) -> Result<Answer, Error> {
        let exchange = self.netbox.graphql(self.asking.credentials, query, &serde_json::Value::Null).await;
        self.record(exchange.requests);
        exchange.answer
    }

    /// What every answer carries: it is never more than what its token may see.
    pub(super) async fn visibility_note(&self) -> String {
        match self.netbox.whoami(self.asking.credentials).await {
            Some(user) => format!("what {user} may see"),
            None => "what this token may see".to_owned(),
        }
    }

    /// An earlier result of this conversation.
    ///
    /// # Errors
    /// There is none of this handle, or it is not kept any more; the database does not answer.
    pub(super) async fn earlier(&self, handle: &str) -> Result<Arc<Stored>, Problem> {
        let owner = Owner::of(self.asking);
        if let Some(stored) = self.results.find(&owner, handle, &self.schema).await? {
            return Ok(stored);
        }
        let handles = self.results.handles(&owner).await?;
        let handle: String = handle.chars().take(20).collect();
        let hint = if handles.is_empty() {
            "ask NetBox again".to_owned()
        } else {
            let few: Vec<String> = handles.into_iter().take(8).collect();
            format!("kept are {}; ask NetBox again for others", few.join(", "))
        };
        Err(refused(format!("There is no earlier result {handle}, or it is not kept any more")).hint(hint))
    }

    /// Notes what the model has to know of the answer, wherever in the call it turns up.
    pub(super) fn warn(&self, sentence: String) {
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if !warnings.contains(&sentence) {
            warnings.push(sentence);
        }
    }

    /// What was noted.
    pub(super) fn warnings(&self) -> Vec<String> {
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn into_requests(self) -> Vec<NetboxRequest> {
        self.requests.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn record(&self, requests: Vec<NetboxRequest>) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).extend(requests);
    }
}
