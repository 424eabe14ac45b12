//! A change of NetBox as a person approves it: what would be written, exactly, and what became of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::id::ApprovalId;
use super::problem::{Problem, ProblemCode};

/// A plan that waits for a person's word, or got it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// Which one.
    pub approval: ApprovalId,
    /// What the word has to name with it, so that nobody approves what they did not see: SHA-256 of the plan, in
    /// hexadecimal.
    pub digest: String,
    /// What would be done.
    pub plan: Plan,
    /// Until when it can be approved, in milliseconds since 1970 (UTC).
    pub expires_at: i64,
    /// The word; none while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// What was carried out so far, in the order of the plan's changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<Applied>,
}

impl Approval {
    /// What has to be said of the next change where whoever carried out the plan is gone: it may have been done or not. None
    /// where nothing was on its way.
    pub fn unknown(&self) -> Option<Applied> {
        let failed = self.applied.last().is_some_and(|applied| applied.problem.is_some());
        let is_under_way = self.decision == Some(Decision::Approved) && self.applied.len() < self.plan.changes.len();
        let problem = || {
            Problem::new(ProblemCode::Internal, "The server stopped just then: it may have been done or not")
                .hint("look at the object in NetBox")
        };
        (is_under_way && !failed).then(|| Applied { status: 0, problem: Some(problem()), is_unknown: true, link: None })
    }
}

/// What is to be written, in this order, until one of it fails.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Why, as NetBox's change log will say.
    pub reason: String,
    /// The changes.
    pub changes: Vec<PlannedChange>,
}

/// One change of one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedChange {
    /// What is done.
    pub action: Action,
    /// What the object is called by its kind: `device`.
    pub kind: String,
    /// The object, as NetBox shows it; of one that is to be made, what it will be called.
    pub object: String,
    /// Its page in NetBox; none of one that is to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// The fields that would be different. Of an object that is to be deleted, what tells of it, and how much belongs to it.
    pub fields: Vec<FieldChange>,
    /// The request's HTTP method.
    pub method: String,
    /// The request's address, below NetBox's own: `/api/dcim/devices/12/`.
    pub path: String,
    /// The request's JSON body.
    pub body: Value,
    /// The object's state from which the plan was made: NetBox's `ETag`, or the time of its last change where it has
    /// none. Whatever has another state by then is left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// What is done with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// Some of its fields are set.
    Update,
    /// It is removed.
    Delete,
}

/// One field, before and after. As text: what it is in the request, the body says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name in NetBox's API: `status`.
    pub field: String,
    /// What it is; empty for nothing.
    pub before: String,
    /// What it will be; empty for nothing.
    pub after: String,
}

/// What became of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// It is carried out.
    Approved,
    /// Not this one.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// The answer was stopped before anybody decided.
    Withdrawn,
}

/// What became of one change of an approved plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The HTTP status; 0 when no answer came.
    pub status: u16,
    /// Why it was not done; none where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// Whether it may have been done all the same: its answer is missing, or says nothing about that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unknown: bool,
    /// The page in NetBox of an object that was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}
