//! The trail as lines of JSON.

use futures::Stream;
use serde_json::json;

use crate::server::store::{AuditRow, Database};
use crate::wire::problem::{Problem, ProblemCode};

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

/// A moment as people write it: `2026-11-26T18:00:00Z`, or a day, which begins at midnight UTC. In milliseconds since 1970.
///
/// # Errors
/// It is neither; `name` is what was given so.
pub fn moment(name: &str, text: &str) -> Result<i64, Problem> {
    let text = text.trim();
    let day = || format!("{text}T00:00:00Z").parse::<jiff::Timestamp>();
    let moment = text.parse::<jiff::Timestamp>().or_else(|_| day());
    moment.map(jiff::Timestamp::as_millisecond).map_err(|_| {
        Problem::new(ProblemCode::BadRequest, format!("{name} is `{text}`, which is no moment"))
            .hint("give a day like 2026-11-26, or a moment like 2026-11-26T18:00:00Z")
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
