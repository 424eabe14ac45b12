//! What a person sees of a tool call: the evidence of an answer.

use serde::{Deserialize, Serialize};

use super::result::{Column, ResultReference};

/// One request to NetBox as it was made, without its token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetboxRequest {
    /// The HTTP method.
    pub method: String,
    /// The absolute address with its query.
    pub url: String,
    /// The page of NetBox's own interface that shows the same list or object, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The HTTP status; 0 when no answer came.
    pub status: u16,
    /// From sending to the last byte, in milliseconds.
    pub milliseconds: u64,
    /// The body's size in bytes.
    pub bytes: u64,
    /// How many objects match, where NetBox says so (`count`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// How many objects this answer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<u64>,
    /// How long ago NetBox gave this answer, in milliseconds, where it was kept since then and nothing was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_milliseconds: Option<u64>,
}

/// The first rows of a result, flattened, for the tool card. Comes from NetBox, never from the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The columns, in their order.
    pub columns: Vec<Column>,
    /// Rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell of a [`Table`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// What to show; empty for null.
    pub text: String,
    /// The object's page in NetBox's interface (always on the configured NetBox).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// How a tool call ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolOutcome {
    /// Whether it failed; the model is told why and may try again.
    pub is_error: bool,
    /// One line for a person: `38 of 212 devices`, or what failed.
    pub summary: String,
    /// From start to end, in milliseconds.
    pub milliseconds: u64,
    /// Every request made for it, in the order of sending.
    pub requests: Vec<NetboxRequest>,
    /// The first rows, where the result is rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// Where the whole result is, when it is rows or a picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ResultReference>,
}
