//! What came of a request: NetBox's JSON or why not, and the record of what was sent.

use serde_json::Value;

use super::Error;
use crate::wire::tool::NetboxRequest;

/// A request with its answer. Repetitions (after 429, 502, 503, 504 or a lost connection) are records of their own.
#[derive(Debug)]
pub struct Exchange {
    /// Every request made, in the order of sending.
    pub requests: Vec<NetboxRequest>,
    /// The answer of the last one.
    pub answer: Result<Answer, Error>,
}

/// A good answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The body.
    pub body: Value,
    /// NetBox's clock (the `Date` header), where it sent one.
    pub date: Option<String>,
    /// The state of the one object that it holds (the `ETag` header, since NetBox 4.6).
    pub etag: Option<String>,
}

impl Answer {
    /// Whether it is a list: with a count and its objects.
    pub fn is_list(&self) -> bool {
        self.total().is_some() && self.body.get("results").is_some_and(Value::is_array)
    }

    /// How many objects match in all, of a list.
    pub fn total(&self) -> Option<u64> {
        self.body.get("count")?.as_u64()
    }

    /// How many objects it holds.
    pub(super) fn returned(&self) -> u64 {
        let is_list = self.body.get("results").is_some() || self.body.is_array();
        if is_list { self.results().len() as u64 } else { 1 }
    }

    /// The objects of a list: of an enveloped one its `results`, of a bare one itself.
    pub fn results(&self) -> &[Value] {
        self.body.get("results").and_then(Value::as_array).or_else(|| self.body.as_array()).map_or(&[], Vec::as_slice)
    }
}
