//! An answer as signals.

use leptos::prelude::*;

use crate::wire::id::{CallId, RunId};
use crate::wire::problem::Problem;
use crate::wire::tool::ToolOutcome;
use crate::wire::transcript::{Answer, AnswerEnd, Part, ToolCall};

use super::approval::ApprovalView;
use super::set_if_changed;
use super::text::TextView;

/// An answer. Another run makes another one.
#[derive(Clone)]
pub struct AnswerView {
    /// The run that writes it.
    pub run: RunId,
    /// The model asked.
    pub model: String,
    /// Whether the embedded stand-in writes it.
    pub stand_in: bool,
    /// When the run started, in milliseconds since 1970 (UTC).
    pub started_at: i64,
    /// Text, thinking and tool calls in the order they came.
    pub parts: ArcRwSignal<Vec<PartView>>,
    /// A passing state worth showing.
    pub notice: ArcRwSignal<Option<Problem>>,
    /// How it ended.
    pub end: ArcRwSignal<Option<AnswerEnd>>,
}

/// A piece of an answer.
#[derive(Clone)]
pub enum PartView {
    /// Markdown for the person.
    Text(TextView),
    /// The model's summarised thinking.
    Thinking(ArcRwSignal<String>),
    /// A tool call.
    Tool(ToolView),
}

/// A tool call.
#[derive(Clone)]
pub struct ToolView {
    /// The call.
    pub call: CallId,
    /// The tool's name.
    pub name: String,
    /// What it does for a person.
    pub title: String,
    /// The arguments as the model gave them.
    pub input: serde_json::Value,
    /// How it ended; none while it runs.
    pub outcome: ArcRwSignal<Option<ToolOutcome>>,
    /// What it would change in NetBox, where it would.
    pub approval: ApprovalView,
}

impl AnswerView {
    pub(super) fn of_answer(answer: &Answer) -> Self {
        let view = Self {
            run: answer.run.clone(),
            model: answer.model.clone(),
            stand_in: answer.stand_in,
            started_at: answer.started_at,
            parts: ArcRwSignal::new(answer.parts.iter().map(PartView::of_part).collect()),
            notice: ArcRwSignal::new(answer.notice.clone()),
            end: ArcRwSignal::new(answer.end.clone()),
        };
        view.finish_texts(answer);
        view
    }

    /// A text to which nothing more comes shows its last line as it is.
    fn finish_texts(&self, answer: &Answer) {
        let growing = if answer.end.is_none() { answer.parts.len().checked_sub(1) } else { None };
        self.parts.with_untracked(|parts| {
            for (index, part) in parts.iter().enumerate() {
                if let PartView::Text(text) = part
                    && Some(index) != growing
                {
                    text.finish();
                }
            }
        });
    }

    /// Carries over what differs. An answer that has ended does not change any more.
    pub(super) fn show(&self, answer: &Answer) {
        if self.end.with_untracked(|end| end.is_some() && *end == answer.end) {
            return;
        }
        let kept = self
            .parts
            .with_untracked(|views| views.iter().zip(&answer.parts).take_while(|(view, part)| view.show(part)).count());
        let shown = self.parts.with_untracked(Vec::len);
        if kept != shown || kept != answer.parts.len() {
            self.parts.update(|views| {
                views.truncate(kept);
                views.extend(answer.parts.iter().skip(kept).map(PartView::of_part));
            });
        }
        self.finish_texts(answer);
        set_if_changed(&self.notice, &answer.notice);
        set_if_changed(&self.end, &answer.end);
    }

    /// All of the answer's Markdown.
    pub fn markdown(&self) -> String {
        self.parts.with_untracked(|parts| {
            let texts = parts.iter().filter_map(|part| match part {
                PartView::Text(text) => Some(text.source()),
                PartView::Thinking(_) | PartView::Tool(_) => None,
            });
            texts.collect::<Vec<_>>().join("\n\n")
        })
    }
}

impl PartView {
    fn of_part(part: &Part) -> Self {
        match part {
            Part::Text { text } => Self::Text(TextView::of_text(text)),
            Part::Thinking { text } => Self::Thinking(ArcRwSignal::new(text.clone())),
            Part::Tool(tool) => Self::Tool(ToolView::of_tool(tool)),
        }
    }

    /// Carries over what differs; false when the part is another one and has to be made anew.
    fn show(&self, part: &Part) -> bool {
        match (self, part) {
            (Self::Text(view), Part::Text { text }) => {
                view.show(text);
                true
            }
            (Self::Thinking(view), Part::Thinking { text }) => {
                set_if_changed(view, text);
                true
            }
            (Self::Tool(view), Part::Tool(tool)) if view.call == tool.call => {
                set_if_changed(&view.outcome, &tool.outcome);
                view.approval.show(tool.approval.as_ref());
                true
            }
            _ => false,
        }
    }
}

impl ToolView {
    fn of_tool(tool: &ToolCall) -> Self {
        Self {
            call: tool.call.clone(),
            name: tool.name.clone(),
            title: tool.title.clone(),
            input: tool.input.clone(),
            outcome: ArcRwSignal::new(tool.outcome.clone()),
            approval: ApprovalView::new(tool.approval.as_ref()),
        }
    }
}
