//! The trail as lines of JSON.

use futures::Stream;
use serde_json::json;

use crate::server::store::{AuditRow, Database};
use crate::wire::problem::Problem;

/// Entries read at once.
const PAGE: i64 = 500;

/// Which entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// From this moment on, in milliseconds since 1970 (UTC).
    pub since: Option<i64>,
    /// Before this moment.
    pub until: Option<i64>,
    /// Of the person with this id or this subject.
    pub person: Option<String>,
}

/// The entries in the order in which they were noted, one line each, read page by page: a trail of years needs no memory.
pub fn lines(database: Database, filter: Filter) -> impl Stream<Item = Result<String, Problem>> + Send {
    let start = Some((database, filter, String::new()));
    futures::stream::unfold(start, |state| async move {
        let (database, filter, after) = state?;
        match database.audit_page(&filter, &after, PAGE).await {
            Ok(rows) => {
                let last = rows.last()?.id.clone();
                let text = rows.iter().map(line).collect::<String>();
                Some((Ok(text), Some((database, filter, last))))
            }
            Err(problem) => Some((Err(problem), None)),
        }
    })
}

fn line(row: &AuditRow) -> String {
    let at = jiff::Timestamp::from_millisecond(row.at).map_or_else(|_| row.at.to_string(), |at| at.to_string());
    let mut line = json!({
        "at": at,
        "id": row.id,
        "kind": row.kind,
        "person": row.person,
        "subject": row.subject,
        "address": row.address,
        "conversation": row.conversation,
        "run": row.run,
        "detail": row.detail,
    })
    .to_string();
    line.push('\n');
    line
}
