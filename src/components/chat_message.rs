//! A question and its answer.

mod answer_end;
mod answer_footer;
mod question;

use crate::components::erase::{Erase, Erased, list, live, row, when};
use leptos::prelude::*;

use self::answer_end::AnswerEndView;
use self::answer_footer::AnswerFooter;
use self::question::Question;
use super::approval_card::approval_card;
use super::elapsed::Elapsed;
use super::icon::{Icon, IconView};
use super::markdown::{Markdown, Ungrounded};
use super::problem::ProblemView;
use super::work_group::WorkGroup;
use crate::store::conversation::TurnView;
use crate::store::conversation::answer::{AnswerView, PartView, ToolView};
use crate::wire::id::ApprovalId;
use crate::wire::transcript::EndReason;

/// A turn: the question as a quiet block, the answer as a document under it.
#[component]
pub fn ChatMessage(
    /// The turn.
    turn: TurnView,
    /// Whether it is the newest: only that can be answered again.
    is_last: Signal<bool>,
) -> impl IntoView {
    let TurnView { message, fresh_context, asked_at, answer, .. } = turn.clone();
    let heading = format!("question-{message}");
    let labelled_by = heading.clone();
    view! {
        <article class="turn" aria-labelledby=labelled_by>
            {fresh_context
                .then(|| {
                    view! { <p class="fresh-context">"Fresh context: what is above is not remembered"</p> }
                })}
            <Question turn id=heading />
            {live(move || match answer.get() {
                Some(answer) => {
                    let message = message.clone();
                    view! { <AnswerBody answer message is_last /> }.erase()
                }
                None => view! { <Waiting since=asked_at /> }.erase(),
            })}
        </article>
    }
}

/// The time before an answer's first part.
#[component]
fn Waiting(since: i64) -> impl IntoView {
    view! {
        <p class="work work-line waiting" data-state="working">
            <IconView icon=Icon::Thinking />
            <span class="work-words">
                <span class="work-lead">"Reading the question"</span>
            </span>
            <Elapsed since />
        </p>
    }
}

/// An answer, from its first part to how it ended.
#[component]
fn AnswerBody(answer: AnswerView, message: crate::wire::id::MessageId, is_last: Signal<bool>) -> impl IntoView {
    let started_at = answer.started_at;
    let segments = {
        let parts = answer.parts.clone();
        Memo::new(move |_| parts.with(|parts| segments(parts)))
    };
    let is_waiting = {
        let end = answer.end.clone();
        move || segments.with(Vec::is_empty) && end.with(Option::is_none)
    };
    let is_withdrawn = {
        let end = answer.end.clone();
        move || end.with(|end| end.as_ref().is_some_and(|end| end.why == EndReason::Refused))
    };
    let is_busy = {
        let end = answer.end.clone();
        move || end.with(Option::is_none).then_some("")
    };
    let notice = answer.notice.clone();
    let end = answer.end.clone();
    let (of_segments, of_end) = (answer.clone(), answer);
    view! {
        <div class="answer" data-writing=is_busy>
            {when(
                move || !is_withdrawn(),
                move || {
                    let answer = of_segments.clone();
                    list(move || {
                        segments
                            .get()
                            .into_iter()
                            .map(|segment| {
                                let answer = answer.clone();
                                row(segment.key(), move || segment_view(&answer, segment))
                            })
                            .collect()
                    })
                },
            )}
            {when(is_waiting, move || view! { <Waiting since=started_at /> })}
            {live(move || notice.get().map(|problem| view! { <ProblemView problem passing=true /> }))}
            {live(move || {
                end.get()
                    .map(|end| {
                        let (answer, message) = (of_end.clone(), message.clone());
                        view! {
                            <AnswerEndView end=end.clone() message=message.clone() is_last />
                            <AnswerFooter answer end message is_last />
                        }
                    })
            })}
        </div>
    }
    .erase()
}

/// A stretch of parts that is drawn as one: a text, or the work between two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// The part's place and its identity: another text at the same place is drawn anew.
    Text(usize, usize),
    Work(usize),
    /// A plan under approval is never folded into the work.
    Plan(usize, ApprovalId),
}

impl Segment {
    fn key(&self) -> String {
        match self {
            Self::Text(index, identity) => format!("{index} {identity}"),
            Self::Work(index) => index.to_string(),
            Self::Plan(_, approval) => approval.to_string(),
        }
    }
}

/// Reads which calls have a plan, so that whoever calls it in a reactive place is told of changes.
fn segments(parts: &[PartView]) -> Vec<Segment> {
    let mut segments = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            PartView::Text(text) => segments.push(Segment::Text(index, text.identity())),
            PartView::Tool(ToolView { approval, .. }) if let Some(approval) = approval.id() => {
                segments.push(Segment::Plan(index, approval));
            }
            PartView::Thinking(_) | PartView::Tool(_) if matches!(segments.last(), Some(Segment::Work(_))) => {}
            PartView::Thinking(_) | PartView::Tool(_) => segments.push(Segment::Work(index)),
        }
    }
    segments
}

fn segment_view(answer: &AnswerView, segment: Segment) -> Erased {
    let part = |index: usize| answer.parts.with_untracked(|parts| parts.get(index).cloned());
    match segment {
        Segment::Plan(index, _) => match part(index) {
            Some(PartView::Tool(tool)) => approval_card(tool, answer.end.clone()),
            _ => ().erase(),
        },
        Segment::Work(start) => view! { <WorkGroup answer=answer.clone() start /> }.erase(),
        Segment::Text(index, _) => match part(index) {
            Some(PartView::Text(text)) => {
                let end = answer.end.clone();
                let ungrounded = Memo::new(move |_| {
                    end.with(|end| end.as_ref().map(|end| end.ungrounded.clone()).unwrap_or_default())
                });
                view! { <Markdown text ungrounded=Ungrounded(ungrounded) /> }.erase()
            }
            _ => ().erase(),
        },
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;

    use super::*;
    use crate::store::conversation::approval::ApprovalView;
    use crate::store::conversation::text::TextView;
    use crate::wire::change::{Approval, Plan};

    fn places(parts: &[PartView]) -> Vec<(&'static str, usize)> {
        let place = |segment| match segment {
            Segment::Text(index, _) => ("text", index),
            Segment::Work(index) => ("work", index),
            Segment::Plan(index, _) => ("plan", index),
        };
        segments(parts).into_iter().map(place).collect()
    }

    fn thinking() -> PartView {
        PartView::Thinking(ArcRwSignal::new(String::new()))
    }

    #[test]
    fn work_between_texts_is_one_segment() {
        Owner::new().with(|| {
            let text = || PartView::Text(TextView::of_text("x"));
            let parts = [thinking(), thinking(), text(), thinking(), text(), text()];
            assert_eq!(places(&parts), [("work", 0), ("text", 2), ("work", 3), ("text", 4), ("text", 5)]);
        });
    }

    #[test]
    fn a_plan_is_not_folded_into_the_work_around_it() {
        Owner::new().with(|| {
            let approval = Approval {
                approval: "a".into(),
                digest: "d".into(),
                plan: Plan::default(),
                expires_at: 0,
                decision: None,
                applied: Vec::new(),
            };
            let call = |approval: Option<&Approval>| {
                PartView::Tool(ToolView {
                    call: "k".into(),
                    name: "netbox_change".into(),
                    title: "change".into(),
                    input: serde_json::Value::Null,
                    outcome: ArcRwSignal::new(None),
                    approval: ApprovalView::new(approval),
                })
            };
            let parts = [thinking(), call(None), call(Some(&approval)), thinking(), call(None)];
            assert_eq!(places(&parts), [("work", 0), ("plan", 2), ("work", 3)]);
        });
    }
}
