//! What came of a plan, for the model and for its person.

use serde_json::{Value, json};

use super::super::data::{as_data, one_line};
use super::super::{Carried, Outcome, failure};
use super::describe::verb;
use crate::wire::change::{Applied, Approval, Decision, PlannedChange};
use crate::wire::tool::ToolOutcome;

pub(in crate::server::tools) fn told(carried: &Carried) -> Outcome {
    let Carried { approval, broke_off, problem } = carried;
    if let Some(problem) = problem {
        return failure(problem.clone());
    }
    let Approval { plan, decision, applied, .. } = approval;
    let all = plan.changes.len();
    let done = applied.iter().filter(|applied| applied.problem.is_none()).count();
    let (decision, summary, note) = match decision {
        Some(Decision::Approved) if done == all => ("approved", counted(done, all), "All of it is done."),
        Some(Decision::Approved) if *broke_off => (
            "approved",
            format!("{}; the server stopped meanwhile", counted(done, all)),
            "The server stopped while it carried this out. Look at the object whose change is not known, and tell the \
             person what is done and what is not. Nothing is done again by itself.",
        ),
        Some(Decision::Approved) => (
            "approved",
            counted(done, all),
            "Carrying out ended there. Tell the person what is done and what is not; what is left needs a new plan.",
        ),
        Some(Decision::Rejected) => (
            "rejected",
            "Rejected: nothing was changed".to_owned(),
            "The person does not want this. Do not plan it again unless they ask; ask what they want instead.",
        ),
        Some(Decision::Expired) => (
            "expired",
            "Nobody decided in time: nothing was changed".to_owned(),
            "Nothing was changed. The person can ask for it again.",
        ),
        Some(Decision::Withdrawn) | None => {
            ("withdrawn", "Stopped before anybody decided: nothing was changed".to_owned(), "Nothing was changed.")
        }
    };
    let rows: Vec<Value> =
        plan.changes.iter().enumerate().map(|(place, change)| row(change, applied.get(place))).collect();
    let text = json!({"decision": decision, "applied": rows, "note": note}).to_string();
    Outcome {
        model_text: as_data(&text),
        evidence: ToolOutcome { is_error: done < all, summary: one_line(&summary), ..ToolOutcome::default() },
        problem: None,
        plan: None,
    }
}

fn counted(done: usize, all: usize) -> String {
    match (done, all) {
        (1, 1) => "The change was made".to_owned(),
        (0, 1) => "The change was not made".to_owned(),
        _ => format!("{done} of {all} changes were made"),
    }
}

fn row(change: &PlannedChange, applied: Option<&Applied>) -> Value {
    let mut row = json!({
        "action": verb(change.action),
        "object": format!("{} {}", change.kind, change.object),
        "done": applied.is_some_and(|applied| applied.problem.is_none()),
    });
    let more = match applied {
        None => None,
        Some(Applied { problem: None, link, .. }) => link.as_ref().map(|link| ("page", json!(link))),
        // Nobody knows.
        Some(Applied { problem: Some(problem), is_unknown: true, .. }) => {
            row["done"] = Value::Null;
            Some(("problem", json!(problem.to_string())))
        }
        Some(Applied { problem: Some(problem), .. }) => Some(("problem", json!(problem.to_string()))),
    };
    if let (Some((name, value)), Some(row)) = (more, row.as_object_mut()) {
        row.insert(name.to_owned(), value);
    }
    row
}
