//! A tool call with its evidence: what was asked of NetBox, how, and what came back.

mod curl;
pub mod preview;
pub mod request;

use crate::components::erase::{Erase, live};
use leptos::prelude::*;

use self::preview::PreviewTable;
use super::copy_button::CopyButton;
use super::elapsed::Elapsed;
use super::format;
use super::icon::{Icon, IconView};
use super::markdown::code::coloured;
use super::markdown::highlight::Language;
use super::result::ResultView;
use crate::store::conversation::answer::ToolView;
use crate::wire::tool::ToolOutcome;

/// How many requests are shown without being asked for.
const SHOWN_REQUESTS: usize = 3;

/// A tool call.
#[component]
pub fn ToolCard(
    /// The call.
    tool: ToolView,
    /// When the run started, for a call that still runs.
    started_at: i64,
) -> impl IntoView {
    let ToolView { name, title, input, outcome, .. } = tool;
    let arguments = serde_json::to_string_pretty(&input).unwrap_or_default();
    let state = {
        let outcome = outcome.clone();
        move || {
            outcome.with(|outcome| match outcome {
                None => "running",
                Some(outcome) if outcome.is_error => "failed",
                Some(_) => "done",
            })
        }
    };
    view! {
        <li class="tool-card" data-state=state>
            <h3 class="tool-title">{title}</h3>
            {live(move || match outcome.get() {
                None => view! { <p class="tool-summary">"Asking NetBox " <Elapsed since=started_at /></p> }.erase(),
                Some(outcome) => evidence(outcome).erase(),
            })}
            <details class="tool-arguments">
                <summary>
                    <span>"Arguments of " <code>{name}</code></span>
                </summary>
                <pre tabindex="0" role="group" aria-label="Arguments">
                    <code>{coloured(Language::Json, &arguments)}</code>
                </pre>
            </details>
        </li>
    }
}

/// What came back.
fn evidence(outcome: ToolOutcome) -> impl IntoView {
    let ToolOutcome { is_error, summary, milliseconds, requests, table, result } = outcome;
    let page = requests.iter().rev().find_map(|request| request.page.clone());
    let commands: Vec<String> = requests.iter().map(curl::command).collect();
    let summary = if is_error {
        view! {
            <p class="tool-summary tool-failure">
                <IconView icon=Icon::Warning />
                {summary}
            </p>
        }
        .erase()
    } else {
        view! {
            <p class="tool-summary">
                <strong>{summary}</strong>
                <span class="quiet">{format::duration(milliseconds)}</span>
            </p>
        }
        .erase()
    };
    // One who wants to see what was found is not to scroll past twelve addresses.
    let lines = request::requests(requests, SHOWN_REQUESTS);
    let rows = match (result, table) {
        (Some(reference), _) => view! { <ResultView reference untitled=true /> }.erase(),
        (None, Some(table)) if !table.rows.is_empty() => view! { <PreviewTable table /> }.erase(),
        _ => ().erase(),
    };
    view! {
        {summary}
        {rows}
        {lines}
        <div class="tool-actions">
            {page
                .map(|page| {
                    view! {
                        <a class="text-button" href=page target="_blank" rel="noopener noreferrer">
                            <IconView icon=Icon::External />
                            <span>"Open in NetBox"</span>
                        </a>
                    }
                })}
            {(!commands.is_empty())
                .then(|| {
                    view! { <CopyButton text=move || commands.join("\n") label="Copy as curl" worded=true /> }
                })}
        </div>
    }
}
