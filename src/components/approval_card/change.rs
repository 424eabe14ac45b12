//! One change of a plan: what is done with which object, field by field, the exact request, and what became of it.

use leptos::prelude::*;

use super::Stands;
use super::value::value;
use crate::chat::approval::{Outcome, verb};
use crate::components::copy_button::CopyButton;
use crate::components::erase::{Erase, Erased, live};
use crate::components::icon::{Icon, IconView};
use crate::components::markdown::code::coloured;
use crate::components::markdown::highlight::Language;
use crate::store::conversation::approval::ApprovalView;
use crate::wire::change::{Action, FieldChange, PlannedChange};

/// The change at this place of its plan.
pub fn change(
    planned: &PlannedChange,
    place: usize,
    view: ApprovalView,
    stands: Stands,
) -> Erased {
    let PlannedChange { action, kind, object, link, fields, .. } = planned.clone();
    let object = link_to(link, object);
    view! {
        <li class="approval-change" data-action=verb(action)>
            <p class="approval-object">
                <b class="approval-action">{verb(action)}</b>
                " "
                {kind}
                " "
                {object}
            </p>
            {live(move || {
                let standing = stands();
                view.with(|approval| outcome(Outcome::of(standing, &approval.applied, place)))
            })}
            {(!fields.is_empty()).then(|| table(action, &fields))}
            {request(planned)}
        </li>
    }
    .erase()
}

/// The object's name, leading to its page in NetBox where it has one.
fn link_to(link: Option<String>, name: String) -> Erased {
    match link {
        Some(link) => view! {
            <a class="identifier" href=link target="_blank" rel="noopener noreferrer">
                {name}
            </a>
        }
        .erase(),
        None => view! { <span class="identifier">{name}</span> }.erase(),
    }
}

/// What became of it.
fn outcome(outcome: Outcome<'_>) -> Erased {
    let Some((name, word)) = outcome.word() else { return ().erase() };
    let (icon, problem, link) = match outcome {
        Outcome::Done(applied) => (Icon::Check, None, applied.link.clone()),
        Outcome::Failed(problem) => (Icon::Warning, Some(problem), None),
        Outcome::Unknown(problem) => (Icon::Warning, problem, None),
        _ => (Icon::Thinking, None, None),
    };
    let mut words = word.to_owned();
    let mut hint = String::new();
    if let Some(problem) = problem {
        words = format!("{word}: {}", problem.message);
        hint = problem.hint.clone().unwrap_or_default();
    }
    view! {
        <p class="approval-outcome" data-outcome=name>
            <IconView icon />
            <span>{words} " " <span class="problem-hint">{hint}</span></span>
            {link.map(|link| link_to(Some(link), "Open in NetBox".to_owned()))}
        </p>
    }
    .erase()
}

/// The fields. Of what is made there is nothing before, of what is deleted nothing after.
fn table(action: Action, fields: &[FieldChange]) -> Erased {
    let headings: &[&str] = match action {
        Action::Create => &["Field", "Value"],
        Action::Update => &["Field", "Before", "After"],
        Action::Delete => &["Goes with it", ""],
    };
    let headings: Vec<_> = headings.iter().map(|heading| view! { <th scope="col">{*heading}</th> }).collect();
    let rows: Vec<_> = fields
        .iter()
        .map(|FieldChange { field, before, after }| {
            let before = (action != Action::Create).then(|| view! { <td class="value-before">{value(before)}</td> });
            let after = (action != Action::Delete).then(|| view! { <td>{value(after)}</td> });
            view! {
                <tr>
                    <th scope="row">
                        <code>{field.clone()}</code>
                    </th>
                    {before}
                    {after}
                </tr>
            }
        })
        .collect();
    view! {
        <table class="approval-fields">
            <thead>
                <tr>{headings}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .erase()
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
    let json = (!body.is_empty()).then(|| {
        view! {
            <pre tabindex="0" role="group" aria-label="Body of the request">
                <code>{coloured(Language::Json, &body)}</code>
            </pre>
        }
    });
    view! {
        <details class="tool-arguments">
            <summary>"Exact request"</summary>
            <div class="approval-request">
                <code class="request-address">{line}</code>
                <CopyButton text=move || copied.clone() label="Copy the request" />
            </div>
            {json}
        </details>
    }
    .erase()
}
