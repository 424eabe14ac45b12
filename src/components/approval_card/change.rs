//! One change of a plan: what is done with which object, field by field, the exact request, and what became of it.

use leptos::prelude::*;

use super::Stands;
use crate::chat::approval::{Outcome, verb};
use crate::components::cell::cell_text;
use crate::components::copy_button::CopyButton;
use crate::components::erase::{Erase, Erased, live};
use crate::components::icon::{Icon, IconView};
use crate::components::markdown::code::coloured;
use crate::components::markdown::highlight::Language;
use crate::components::plain::{block, folded, words};
use crate::store::conversation::approval::ApprovalView;
use crate::wire::change::{Action, FieldChange, PlannedChange};
use crate::wire::tool::Cell;

/// How much of a long value is shown without being asked for, in characters.
const SHOWN: usize = 200;

/// The change at this place of its plan.
pub fn change(planned: &PlannedChange, place: usize, view: ApprovalView, stands: Stands) -> Erased {
    let PlannedChange { action, kind, object, link, fields, .. } = planned.clone();
    let became = move || {
        let standing = stands();
        view.with(|approval| outcome(Outcome::of(standing, &approval.applied, place))).unwrap_or_else(|| ().erase())
    };
    let object = vec![words("approval-action", format!("{} {kind} ", verb(action))), link_to(link, object)];
    view! {
        <li class="approval-change" data-action=verb(action)>
            {block("approval-object", object)}
            {live(became)}
            {table(action, &fields)}
            {request(planned)}
        </li>
    }
    .erase()
}

/// The object's name, leading to its page in NetBox where it has one.
fn link_to(link: Option<String>, text: String) -> Erased {
    match link {
        Some(_) => cell_text(&Cell { text, link }),
        None => words("identifier", text),
    }
}

/// What became of it.
fn outcome(outcome: Outcome<'_>) -> Erased {
    let Some(word) = outcome.word() else { return ().erase() };
    let failed = "approval-outcome outcome-failed";
    let (class, icon, problem, link) = match outcome {
        Outcome::Done(applied) => ("approval-outcome outcome-done", Icon::Check, None, applied.link.clone()),
        Outcome::Failed(problem) | Outcome::Unknown(problem) => (failed, Icon::Warning, Some(problem), None),
        _ => ("approval-outcome", Icon::Thinking, None, None),
    };
    let mut said = word.to_owned();
    if let Some(problem) = problem {
        said = format!("{word}: {}", problem.message);
        if let Some(hint) = &problem.hint {
            said = format!("{said} ({hint})");
        }
    }
    let mut children = vec![view! { <IconView icon /> }.erase(), words("", said)];
    if link.is_some() {
        children.push(link_to(link, "Open in NetBox".to_owned()));
    }
    block(class, children)
}

/// The fields. Of what is made there is nothing before, of what is deleted nothing after.
fn table(action: Action, fields: &[FieldChange]) -> Erased {
    if fields.is_empty() {
        return ().erase();
    }
    let headings: &[&str] = if action == Action::Update { &["Field", "Before", "After"] } else { &["Field", "Value"] };
    let headings = headings.iter().map(|heading| heading_cell("col", (*heading).to_owned())).collect();
    let rows: Vec<_> = fields
        .iter()
        .map(|FieldChange { field, before, after }| {
            let mut cells = vec![heading_cell("row", field.clone())];
            if action != Action::Create {
                cells.push(cell("value-before", before));
            }
            if action != Action::Delete {
                cells.push(cell("value-after", after));
            }
            row(cells)
        })
        .collect();
    view! {
        <table class="approval-fields">
            <thead>{row(headings)}</thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .erase()
}

fn row(cells: Vec<Erased>) -> Erased {
    view! { <tr>{cells}</tr> }.erase()
}

fn heading_cell(scope: &'static str, words: String) -> Erased {
    view! { <th scope=scope>{words}</th> }.erase()
}

/// A value: text, never anything else. The rest of a long one is behind a press.
fn cell(class: &'static str, text: &str) -> Erased {
    let value = match text.char_indices().nth(SHOWN) {
        _ if text.is_empty() => words("nothing", "\u{2013}".to_owned()),
        None => words("", text.to_owned()),
        Some((at, _)) => {
            let (beginning, rest) = text.split_at(at);
            folded("long-value", words("", beginning.to_owned()), words("", rest.to_owned()))
        }
    };
    view! { <td class=class>{value}</td> }.erase()
}

/// What is sent, letter by letter.
fn request(planned: &PlannedChange) -> Erased {
    let line = format!("{} {}", planned.method, planned.path);
    let body = if planned.body.is_null() {
        String::new()
    } else {
        serde_json::to_string_pretty(&planned.body).unwrap_or_default()
    };
    let copied = format!("{line}\n{body}");
    let head = vec![
        words("identifier", line),
        view! { <CopyButton text=move || copied.clone() label="Copy the request" /> }.erase(),
    ];
    let json = vec![block("approval-request", head), block("approval-body", coloured(Language::Json, &body))];
    folded("tool-arguments", words("", "Exact request".to_owned()), json.erase())
}
