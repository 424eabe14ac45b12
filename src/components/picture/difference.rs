//! What changed, field by field: before and after.

use leptos::prelude::*;

use crate::components::cell::{cell_text, moment};
use crate::components::erase::{Erase, Erased};
use crate::wire::result::{Change, ChangedField, Difference};

/// The changes, newest first.
pub fn difference(difference: &Difference) -> Erased {
    let changes: Vec<_> = difference.changes.iter().map(change).collect();
    view! { <ol class="changes">{changes}</ol> }.erase()
}

fn change(change: &Change) -> Erased {
    let tone = match change.action.as_str() {
        "create" => "pill pill-green",
        "delete" => "pill pill-red",
        _ => "pill pill-cyan",
    };
    let fields: Vec<_> = change.fields.iter().map(field).collect();
    view! {
        <li class="change">
            <p class="change-head">
                <span class=tone>{change.action.clone()}</span>
                <span class="identifier">{cell_text(&change.object)}</span>
                <span class="quiet">{change.user.clone()} " \u{b7} " {moment(&change.time)}</span>
            </p>
            {(!fields.is_empty()).then(|| view! { <dl class="change-fields">{fields}</dl> })}
        </li>
    }
    .erase()
}

fn field(field: &ChangedField) -> Erased {
    let before = (!field.before.is_empty()).then(|| view! { <del>{field.before.clone()}</del> });
    let after = (!field.after.is_empty()).then(|| view! { <ins>{field.after.clone()}</ins> });
    view! {
        <div>
            <dt>{field.name.replace('_', " ")}</dt>
            <dd>{before} {after}</dd>
        </div>
    }
    .erase()
}
