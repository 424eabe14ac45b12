//! What the model did between two pieces of text: thinking and tool calls, folded into one line that says what is
//! being done now and, once it is done, what it took.

use crate::components::erase::{Erase, Erased, list, live, row, when};
use leptos::prelude::*;

use super::elapsed::Elapsed;
use super::format;
use super::icon::{Icon, IconView};
use super::tool_card::ToolCard;
use crate::store::conversation::answer::{AnswerView, PartView, ToolView};

/// Consecutive thinking and tool calls of an answer.
#[component]
pub fn WorkGroup(
    /// The answer.
    answer: AnswerView,
    /// The first part of the group.
    start: usize,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let AnswerView { parts, end, started_at, .. } = answer;
    let group = {
        let parts = parts.clone();
        Memo::new_with_compare(
            move |_| parts.with(|parts| group_from(parts, start)),
            |old, new| old.map(GroupParts::keys) != new.map(GroupParts::keys),
        )
    };
    let is_last = move || parts.with(|parts| group.with(|group| start + group.len() == parts.len()));
    let line = Memo::new(move |_| {
        let is_running = end.with(Option::is_none) && is_last();
        group.with(|group| group.line(is_running))
    });
    let steps = move || {
        group.with(|group| {
            let parts = group.keys().into_iter().zip(group.0.clone());
            parts.map(|(key, part)| row(key, move || step(part, started_at))).collect()
        })
    };
    let state = move || line.with(|line| if line.working { "working" } else { "done" });

    view! {
        <section class="work" data-state=state>
            <button
                type="button"
                class="work-line"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {live(move || {
                    let line = line.get();
                    let icon = if line.failed > 0 {
                        Icon::Warning
                    } else if line.has_queries {
                        Icon::Query
                    } else {
                        Icon::Thinking
                    };
                    view! {
                        <IconView icon />
                        <span class="work-words">
                            <span class="work-lead">{line.lead}</span>
                            {line.detail.map(|detail| view! { <span class="work-detail">{detail}</span> })}
                        </span>
                        {line.working.then(|| view! { <Elapsed since=started_at /> })}
                    }
                })}
                <IconView icon=Icon::Chevron />
            </button>
            // Evidence can be long: it is in the page only while somebody looks at it.
            {when(move || open.get(), move || view! { <ol class="work-steps">{list(steps)}</ol> })}
        </section>
    }
}

fn step(part: PartView, started_at: i64) -> Erased {
    match part {
        PartView::Tool(tool) => view! { <ToolCard tool started_at /> }.erase(),
        PartView::Thinking(text) => view! {
            <li class="thinking">
                <h3 class="thinking-title">"Thinking"</h3>
                <p>{move || text.get()}</p>
            </li>
        }
        .erase(),
        PartView::Text(_) => ().erase(),
    }
}

/// The parts of a group.
#[derive(Clone, Default)]
struct GroupParts(Vec<PartView>);

fn group_from(parts: &[PartView], start: usize) -> GroupParts {
    let rest = parts.get(start..).unwrap_or_default();
    let is_work = |part: &&PartView| match part {
        PartView::Text(_) => false,
        PartView::Tool(tool) => tool.approval.id().is_none(),
        PartView::Thinking(_) => true,
    };
    GroupParts(rest.iter().take_while(is_work).cloned().collect())
}

/// What the folded line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Line {
    working: bool,
    has_queries: bool,
    failed: usize,
    lead: String,
    detail: Option<String>,
}

impl GroupParts {
    fn len(&self) -> usize {
        self.0.len()
    }

    /// What tells the parts apart: a call by its id, thinking by its place.
    fn keys(&self) -> Vec<String> {
        let key = |(index, part): (usize, &PartView)| match as_tool(part) {
            Some(tool) => tool.call.to_string(),
            None => index.to_string(),
        };
        self.0.iter().enumerate().map(key).collect()
    }

    /// Reads the parts' signals, so that whoever calls it in a reactive place is told of changes.
    fn line(&self, is_running: bool) -> Line {
        let tools: Vec<&ToolView> = self.0.iter().filter_map(as_tool).collect();
        let outcomes: Vec<_> = tools.iter().map(|tool| tool.outcome.get()).collect();
        let failed = outcomes.iter().flatten().filter(|outcome| outcome.is_error).count();
        let has_queries = !tools.is_empty();
        let pending: Vec<&str> =
            tools.iter().zip(&outcomes).filter(|(_, end)| end.is_none()).map(|(tool, _)| tool.title.as_str()).collect();
        if is_running && !pending.is_empty() {
            let lead = format!("Asking NetBox: {}", pending.join(" and "));
            return Line { working: true, has_queries, failed, lead, detail: None };
        }
        if is_running && (!has_queries || self.0.last().is_some_and(|part| as_tool(part).is_none())) {
            let detail = self.0.iter().rev().find_map(thought).map(|text| last_sentence(&text));
            return Line { working: true, has_queries, failed, lead: "Thinking".to_owned(), detail };
        }
        if !has_queries {
            let detail = self.0.iter().find_map(thought).map(|text| first_sentence(&text));
            return Line { lead: "Thought".to_owned(), detail, ..Line::default() };
        }
        let milliseconds = outcomes.iter().flatten().map(|outcome| outcome.milliseconds).sum();
        let queries = u64::try_from(tools.len()).unwrap_or(u64::MAX);
        let mut lead = format!("{}, {}", format::counted(queries, "query", "queries"), format::duration(milliseconds));
        if failed > 0 {
            lead = format!("{lead}, {failed} failed");
        }
        let titles: Vec<&str> = tools.iter().map(|tool| tool.title.as_str()).collect();
        // Between the last result and the next word the model reads what came back.
        Line { working: is_running, has_queries, failed, lead, detail: Some(titles.join("; ")) }
    }
}

fn as_tool(part: &PartView) -> Option<&ToolView> {
    match part {
        PartView::Tool(tool) => Some(tool),
        PartView::Text(_) | PartView::Thinking(_) => None,
    }
}

fn thought(part: &PartView) -> Option<String> {
    match part {
        PartView::Thinking(text) => Some(text.get()).filter(|text| !text.trim().is_empty()),
        PartView::Text(_) | PartView::Tool(_) => None,
    }
}

/// A full stop within an address or a name ends no sentence.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| line.split_inclusive(". ")).map(str::trim).filter(|sentence| !sentence.is_empty())
}

fn first_sentence(text: &str) -> String {
    sentences(text).next().unwrap_or_default().to_owned()
}

fn last_sentence(text: &str) -> String {
    sentences(text).last().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::conversation::approval::ApprovalView;
    use crate::wire::tool::ToolOutcome;

    fn tool(title: &str, outcome: impl Into<Option<ToolOutcome>>) -> PartView {
        PartView::Tool(ToolView {
            call: title.into(),
            name: "netbox_get_objects".into(),
            title: title.into(),
            input: serde_json::Value::Null,
            outcome: ArcRwSignal::new(outcome.into()),
            approval: ApprovalView::new(None),
        })
    }

    fn ended(milliseconds: u64, is_error: bool) -> ToolOutcome {
        ToolOutcome { is_error, milliseconds, ..ToolOutcome::default() }
    }

    fn line(parts: Vec<PartView>, is_running: bool) -> (bool, String) {
        let line = GroupParts(parts).line(is_running);
        (line.working, line.lead)
    }

    #[test]
    fn the_line_says_what_is_asked_while_it_is_asked() {
        Owner::new().with(|| {
            let parts = vec![tool("sites", ended(120, false)), tool("racks in Ohio", None)];
            assert_eq!(line(parts, true), (true, "Asking NetBox: racks in Ohio".into()));
        });
    }

    #[test]
    fn a_finished_group_says_what_it_took() {
        Owner::new().with(|| {
            let parts = vec![tool("sites", ended(200, false)), tool("racks", ended(1_000, false))];
            assert_eq!(line(parts, false), (false, "2 queries, 1.2 s".into()));
            let parts = vec![tool("sites", ended(200, true))];
            assert_eq!(line(parts, false), (false, "1 query, 200 ms, 1 failed".into()));
        });
    }

    #[test]
    fn thinking_after_queries_is_the_newest_thing() {
        Owner::new().with(|| {
            let thinking = PartView::Thinking(ArcRwSignal::new("Two sites. Now the racks".into()));
            let line = GroupParts(vec![tool("sites", ended(1, false)), thinking]).line(true);
            assert_eq!((line.lead.as_str(), line.detail.as_deref()), ("Thinking", Some("Now the racks")));
        });
    }

    #[test]
    fn an_address_is_not_cut() {
        let text = "Which device has 10.0.0.1? It is in dcim.device. Then ask for 10.0.0.2.\n";
        assert_eq!(first_sentence(text), "Which device has 10.0.0.1? It is in dcim.device.");
        assert_eq!(last_sentence(text), "Then ask for 10.0.0.2.");
    }

    #[test]
    fn a_call_that_never_ended_is_not_shown_as_working_afterwards() {
        Owner::new().with(|| {
            assert_eq!(line(vec![tool("sites", None)], false), (false, "1 query, 0 ms".into()));
        });
    }
}
