//! `/s/{secret}`: a shared conversation, to be read. The server draws it whole, with the rows that the link keeps; there
//! is nothing on it that asks for more.

use std::collections::HashMap;
use std::sync::Arc;

use leptos::prelude::*;

use crate::app::Bootstrap;
use crate::components::approval_card::plan;
use crate::components::cell::{cell_view, moment, words};
use crate::components::erase::{Erase, Erased};
use crate::components::format;
use crate::components::icon::{Icon, IconView};
use crate::components::markdown::{Markdown, Ungrounded};
use crate::components::picture::picture;
use crate::components::problem::ProblemView;
use crate::components::tool_card::preview::PreviewTable;
use crate::components::tool_card::request::RequestLine;
use crate::store::Store;
use crate::store::conversation::approval::ApprovalView;
use crate::store::conversation::text::TextView;
use crate::wire::result::{ResultPage, ResultReference};
use crate::wire::tool::Table;
use crate::wire::transcript::{Answer, AnswerEnd, EndReason, Part, ToolCall, Transcript, Turn};

/// What a link shows.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The conversation as it was.
    pub transcript: Transcript,
    /// Who shared it; empty if they are not known any more.
    pub by: String,
    /// When, in milliseconds since 1970 (UTC).
    pub shared_at: i64,
    /// What its tools had found.
    pub results: SharedResults,
}

/// What the tools of a shared conversation had found, by handles. As a context it tells the components of the chat to
/// draw this and to ask for nothing.
#[derive(Clone, Debug, Default)]
pub struct SharedResults(Arc<HashMap<String, SharedResult>>);

#[derive(Clone, Debug, Default)]
struct SharedResult {
    reference: ResultReference,
    /// The rows that the link keeps.
    page: Option<ResultPage>,
    /// The first rows, which the log keeps.
    preview: Option<Table>,
}

impl SharedResults {
    /// The results that a transcript refers to, each with its first rows, and the rows that are kept of them.
    pub fn new(references: Vec<(ResultReference, Option<Table>)>, pages: Vec<(String, ResultPage)>) -> Self {
        let mut pages: HashMap<String, ResultPage> = pages.into_iter().collect();
        let result = |(reference, preview): (ResultReference, Option<Table>)| {
            let page = pages.remove(&reference.handle);
            (reference.handle.clone(), SharedResult { reference, page, preview })
        };
        Self(Arc::new(references.into_iter().map(result).collect()))
    }

    /// A result as it was.
    pub fn draw(&self, handle: &str) -> Erased {
        if let Some(result) = self.0.get(handle) {
            return result.draw();
        }
        let words = format!("There is no result {handle} in this conversation");
        view! { <p class="quiet result-missing">{words}</p> }.erase()
    }
}

impl SharedResult {
    fn draw(&self) -> Erased {
        let ResultReference { handle, title, total, picture: has_picture } = self.reference.clone();
        let shown = match (&self.page, &self.preview) {
            (Some(page), _) => page.rows.len() as u64,
            (None, Some(preview)) => preview.rows.len() as u64,
            (None, None) => 0,
        };
        let counted = if total > 0 || !has_picture { format::counted(total, "row", "rows") } else { String::new() };
        let offset = self.page.as_ref().map_or(0, |page| page.offset);
        let cut = (shown < total).then(|| match shown {
            0 => "The rows were not kept any more when this was shared".to_owned(),
            _ => format!(
                "Rows {} to {} of {}: the others were not kept when this was shared",
                format::count(offset + 1),
                format::count(offset + shown),
                format::count(total)
            ),
        });
        let body = match (&self.page, &self.preview) {
            (Some(page), _) => rows(page),
            (None, Some(preview)) if !preview.rows.is_empty() => {
                view! { <PreviewTable table=preview.clone() /> }.erase()
            }
            _ => ().erase(),
        };
        let name = format!("Result {handle}: {title}");
        view! {
            <div role="group" class="result" aria-label=name data-handle=handle>
                <div class="result-head">
                    <h3 class="result-title">{title}</h3>
                    <span class="result-total">{counted}</span>
                </div>
                {cut.map(|words| view! {
                    <p class="result-incomplete">
                        <IconView icon=Icon::Warning />
                        <span>{words}</span>
                    </p>
                })}
                {body}
            </div>
        }
        .erase()
    }
}

/// The picture and the rows.
fn rows(page: &ResultPage) -> Erased {
    let drawn = page.picture.as_ref().map(|of| view! { <figure class="picture">{picture(of)}</figure> });
    let headings =
        page.columns.iter().map(|column| view! { <th scope="col">{words(&column.name)}</th> }).collect_view();
    let lines = page
        .rows
        .iter()
        .map(|cells| {
            let cells =
                page.columns.iter().zip(cells).map(|(column, cell)| view! { <td>{cell_view(column, cell)}</td> });
            view! { <tr>{cells.collect_view()}</tr> }
        })
        .collect_view();
    let table = (!page.rows.is_empty()).then(|| {
        view! {
            <div class="table-scroll result-rows shared-rows" role="group" aria-label="Rows from NetBox" tabindex="0">
                <table>
                    <thead>
                        <tr>{headings}</tr>
                    </thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
        }
    });
    view! {
        {drawn}
        {table}
    }
    .erase()
}

impl Shared {
    /// The page's content.
    pub fn draw(self) -> Erased {
        let Self { transcript, by, shared_at, results } = self;
        provide_context(results);
        // The chat's components look for one; here it has nothing.
        provide_context(Store::new(Bootstrap::default()));
        let when = moment(&time(shared_at));
        let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
        let turns = transcript.turns.iter().map(turn).collect_view();
        view! {
            <p class="account-note shared-note">
                {format!("Shared{by}, as it was on {when}. Nothing here is asked of NetBox again: it may have changed since.")}
            </p>
            <div class="shared">{turns}</div>
        }
        .erase()
    }
}

/// A moment in RFC 3339.
fn time(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(|_| String::new(), |time| time.to_string())
}

fn turn(turn: &Turn) -> Erased {
    let heading = format!("question-{}", turn.message);
    let labelled_by = heading.clone();
    let fresh = turn.fresh_context.then(|| {
        view! { <p class="fresh-context">"Fresh context: what is above is not remembered"</p> }
    });
    let body = match &turn.answer {
        Some(given) => answer(given),
        None => unfinished(),
    };
    view! {
        <article class="turn" aria-labelledby=labelled_by>
            {fresh}
            <h2 class="question" id=heading>
                {turn.question.clone()}
            </h2>
            <div class="answer">{body}</div>
        </article>
    }
    .erase()
}

fn answer(answer: &Answer) -> Erased {
    let end = match &answer.end {
        Some(end) => ending(end),
        None => unfinished(),
    };
    // What was withdrawn is not shown.
    let is_withdrawn = answer.end.as_ref().is_some_and(|end| end.why == EndReason::Refused);
    let parts: Vec<Erased> = if is_withdrawn { Vec::new() } else { parts(answer) };
    let writer = if answer.stand_in { "The stand-in, not a language model".to_owned() } else { answer.model.clone() };
    view! {
        {parts}
        {end}
        <p class="answer-facts">{writer}</p>
    }
    .erase()
}

/// Texts, and between them what was asked of NetBox for them. What the model thought is not shared.
fn parts(answer: &Answer) -> Vec<Erased> {
    let spans = answer.end.as_ref().map(|end| end.ungrounded.clone()).unwrap_or_default();
    let is_placed = |handle: &str| {
        let place = format!("{{{{result:{handle}}}}}");
        answer.parts.iter().any(|part| matches!(part, Part::Text { text } if text.contains(&place)))
    };
    let part = |part: &Part| match part {
        Part::Text { text } => {
            let text = TextView::of_text(text);
            text.finish();
            let spans = spans.clone();
            let ungrounded = Ungrounded(Memo::new(move |_| spans.clone()));
            Some(view! { <Markdown text ungrounded /> }.erase())
        }
        Part::Tool(call) => Some(tool(call, answer.end.is_some(), &is_placed)),
        Part::Thinking { .. } => None,
    };
    answer.parts.iter().filter_map(part).collect()
}

/// A query, under the plan that it made where it made one.
fn tool(call: &ToolCall, is_over: bool, is_placed: &dyn Fn(&str) -> bool) -> Erased {
    let query = query(call, is_placed);
    let view = ApprovalView::new(call.approval.as_ref());
    let standing = view.standing(is_over || call.outcome.is_some());
    match &call.approval {
        Some(approval) => plan(approval, view, Arc::new(move || standing), query),
        None => query,
    }
}

/// A query, folded: what was asked of NetBox, and what came.
fn query(call: &ToolCall, is_placed: &dyn Fn(&str) -> bool) -> Erased {
    let Some(outcome) = &call.outcome else {
        return view! { <p class="work-line shared-query">{format!("{}: not finished", call.title)}</p> }.erase();
    };
    let found = match (&outcome.result, &outcome.table) {
        // It stands in the text.
        (Some(reference), _) if is_placed(&reference.handle) => ().erase(),
        (Some(reference), _) => match use_context::<SharedResults>() {
            Some(results) => results.draw(&reference.handle),
            None => ().erase(),
        },
        (None, Some(table)) if !table.rows.is_empty() => view! { <PreviewTable table=table.clone() /> }.erase(),
        (None, _) => ().erase(),
    };
    let requests = outcome.requests.iter().cloned().map(|request| view! { <RequestLine request /> }).collect_view();
    view! {
        <details class="shared-query">
            <summary>
                <span class="work-lead">{call.title.clone()}</span>
                " "
                <span class="work-detail">{outcome.summary.clone()}</span>
            </summary>
            {found}
            <ul class="request-lines">{requests}</ul>
        </details>
    }
    .erase()
}

fn ending(end: &AnswerEnd) -> Erased {
    let note = |words: &'static str| {
        view! {
            <p class="end-note">
                <IconView icon=Icon::Warning />
                {words}
            </p>
        }
        .erase()
    };
    match (end.why, &end.problem) {
        (EndReason::Done, _) => ().erase(),
        (EndReason::Stopped, _) => note("Stopped before its end"),
        (EndReason::Length, _) => note("Cut off at the model\u{2019}s length limit"),
        (EndReason::Interrupted, _) => note("The server stopped while this was being written"),
        (EndReason::Refused | EndReason::Failed, Some(problem)) => {
            view! { <ProblemView problem=problem.clone() passing=true /> }.erase()
        }
        (EndReason::Refused, None) => note("The model declined to answer this"),
        (EndReason::Failed, None) => note("The answer failed"),
    }
}

fn unfinished() -> Erased {
    view! {
        <p class="end-note">
            <IconView icon=Icon::Warning />
            "The answer was still being written when this was shared"
        </p>
    }
    .erase()
}
