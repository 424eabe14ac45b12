//! Applies one frame to a transcript. The server's log, the live page, a second tab, a resumed connection and the
//! tests all go through [`apply`], so they cannot disagree about what a conversation looks like.

use crate::wire::change::Approval;
use crate::wire::event::{Event, Frame};
use crate::wire::id::{ApprovalId, CallId, MessageId, RunId};
use crate::wire::transcript::{Answer, AnswerEnd, Part, QueuedMessage, ToolCall, Transcript, Turn};

mod branches;
#[cfg(test)]
mod tests;

pub use branches::{branch, versions};

/// What a frame did to a transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It was applied; these places look different now, in the order of the changes.
    Changed(Vec<Change>),
    /// The transcript contains it already (`seq` is not after the last).
    Duplicate,
    /// It does not fit: frames before it are missing, or its text belongs elsewhere. Nothing was changed; subscribe
    /// again with the transcript's `seq` as `after`.
    Gap,
    /// Nothing to see: a frame of no log or of another conversation, or an event that shows nothing. An event of this
    /// conversation's log still counts, so that the next one follows.
    Ignored,
}

/// A place in a transcript that a frame changed. Turns and parts are named by their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Everything: the transcript was replaced.
    Whole,
    /// The title.
    Title,
    /// The messages that wait.
    Queue,
    /// Turns were put aside from the end.
    TurnsPutAside {
        /// How many turns are left.
        turn: usize,
    },
    /// A turn was added at the end.
    TurnAdded {
        /// The new turn.
        turn: usize,
    },
    /// A run began; the answer is new and empty, whatever was there before.
    AnswerStarted {
        /// The turn that is answered.
        turn: usize,
    },
    /// A part was added at the end of an answer.
    PartAdded {
        /// The turn.
        turn: usize,
        /// The new part.
        part: usize,
    },
    /// The text of a text or thinking part grew.
    TextAppended {
        /// The turn.
        turn: usize,
        /// The part.
        part: usize,
        /// Where the new text begins, in bytes.
        offset: usize,
    },
    /// A tool call has its outcome.
    ToolEnded {
        /// The turn.
        turn: usize,
        /// The part that is the call.
        part: usize,
    },
    /// A tool call waits for its person's word, got it, or was carried out further.
    ApprovalChanged {
        /// The turn.
        turn: usize,
        /// The part that is the call.
        part: usize,
    },
    /// Parts were taken away from the end of an answer.
    PartsWithdrawn {
        /// The turn.
        turn: usize,
        /// How many parts are left.
        part: usize,
    },
    /// The notice appeared, changed or went away.
    Notice {
        /// The turn.
        turn: usize,
    },
    /// The answer ended.
    AnswerEnded {
        /// The turn.
        turn: usize,
    },
}

/// Applies `frame` to `transcript`.
///
/// A snapshot replaces the transcript, never merges. Of the log's events only the one after the last is applied;
/// those before are dropped. A frame that names no conversation is taken as one of this transcript's.
pub fn apply(transcript: &mut Transcript, frame: &Frame) -> Applied {
    if frame.conversation.as_ref().is_some_and(|conversation| *conversation != transcript.conversation) {
        return Applied::Ignored;
    }
    if let Event::Snapshot { transcript: replacement } = &frame.event {
        if replacement.conversation != transcript.conversation {
            return Applied::Ignored;
        }
        transcript.clone_from(replacement);
        return Applied::Changed(vec![Change::Whole]);
    }
    if frame.seq == 0 {
        return Applied::Ignored;
    }
    if frame.seq <= transcript.seq {
        return Applied::Duplicate;
    }
    if frame.seq - 1 > transcript.seq {
        return Applied::Gap;
    }
    let applied = apply_next(transcript, frame);
    if applied != Applied::Gap {
        transcript.seq = frame.seq;
    }
    applied
}

/// Applies the event that follows the last one. Events that do not fit the log (of an unknown or ended run, say) are
/// ignored rather than refused: every reader of the log ignores the same ones.
fn apply_next(transcript: &mut Transcript, frame: &Frame) -> Applied {
    let content = frame.content.as_str();
    match &frame.event {
        Event::Connected { .. }
        | Event::Snapshot { .. }
        | Event::Ack { .. }
        | Event::Error { .. }
        | Event::ConversationsChanged
        | Event::Storage { .. }
        | Event::Pong { .. }
        | Event::Bye { .. }
        // The next message carries the divider (`fresh_context`).
        | Event::Reset
        | Event::Unknown => Applied::Ignored,
        Event::Queued { message, .. } => queue(transcript, message, content),
        Event::Unqueued { message } => unqueue(transcript, message),
        Event::Message { message, instead_of, asked_at, fresh_context, .. } => {
            let turn = Turn {
                message: message.clone(),
                parent: None,
                question: content.to_owned(),
                asked_at: *asked_at,
                fresh_context: *fresh_context,
                answer: None,
            };
            add_turn(transcript, turn, instead_of.as_ref())
        }
        Event::Branch { message } => branches::show(transcript, message),
        Event::RunStart { run, message, model, stand_in, started_at } => {
            let answer = Answer {
                run: run.clone(),
                model: model.clone(),
                stand_in: *stand_in,
                started_at: *started_at,
                parts: Vec::new(),
                notice: None,
                end: None,
            };
            start_answer(transcript, message, answer)
        }
        Event::Text { run, part, offset } => append_text(transcript, run, *part, *offset, content, TextKind::Text),
        Event::Thinking { run, part, offset } => {
            append_text(transcript, run, *part, *offset, content, TextKind::Thinking)
        }
        Event::ToolUse { run, part, call, name, input } => {
            let tool = ToolCall {
                call: call.clone(),
                name: name.clone(),
                title: content.to_owned(),
                input: input.clone(),
                outcome: None,
                approval: None,
            };
            with_running(transcript, run, |turn, answer| {
                if *part != answer.parts.len() {
                    return Applied::Gap;
                }
                add_part(turn, answer, Part::Tool(tool))
            })
        }
        Event::ToolResult { run, call, outcome } => with_running(transcript, run, |turn, answer| {
            let Some((part, tool)) = find_call(answer, call) else { return Applied::Ignored };
            tool.outcome = Some(outcome.clone());
            Applied::Changed(vec![Change::ToolEnded { turn, part }])
        }),
        Event::Approval { run, call, approval, digest, plan, expires_at } => with_running(transcript, run, |turn, answer| {
            let Some((part, tool)) = find_call(answer, call) else { return Applied::Ignored };
            tool.approval = Some(Approval {
                approval: approval.clone(),
                digest: digest.clone(),
                plan: plan.clone(),
                expires_at: *expires_at,
                decision: None,
                applied: Vec::new(),
            });
            Applied::Changed(vec![Change::ApprovalChanged { turn, part }])
        }),
        Event::Decided { run, approval, decision } => with_approval(transcript, run, approval, |approval| {
            // The first word counts.
            let is_first = approval.decision.is_none();
            approval.decision = approval.decision.or(Some(*decision));
            is_first
        }),
        Event::Applied { run, approval, applied } => with_approval(transcript, run, approval, |approval| {
            approval.applied.push(applied.clone());
            true
        }),
        Event::StepReset { run, part } => with_running(transcript, run, |turn, answer| {
            if *part >= answer.parts.len() {
                return Applied::Ignored;
            }
            answer.parts.truncate(*part);
            Applied::Changed(vec![Change::PartsWithdrawn { turn, part: *part }])
        }),
        Event::Notice { run, problem } => with_running(transcript, run, |turn, answer| {
            answer.notice = Some(problem.clone());
            Applied::Changed(vec![Change::Notice { turn }])
        }),
        Event::Title => {
            content.clone_into(&mut transcript.title);
            Applied::Changed(vec![Change::Title])
        }
        Event::RunEnd { run, why, problem, milliseconds, usage, ungrounded } => with_running(transcript, run, |turn, answer| {
            let mut changes = Vec::new();
            clear_notice(turn, answer, &mut changes);
            answer.end = Some(AnswerEnd {
                why: *why,
                problem: problem.clone(),
                milliseconds: *milliseconds,
                usage: *usage,
                ungrounded: ungrounded.clone(),
            });
            changes.push(Change::AnswerEnded { turn });
            Applied::Changed(changes)
        }),
    }
}

fn queue(transcript: &mut Transcript, message: &MessageId, text: &str) -> Applied {
    if transcript.queue.iter().any(|queued| queued.message == *message) {
        return Applied::Ignored;
    }
    transcript.queue.push(QueuedMessage { message: message.clone(), text: text.to_owned() });
    Applied::Changed(vec![Change::Queue])
}

fn unqueue(transcript: &mut Transcript, message: &MessageId) -> Applied {
    let before = transcript.queue.len();
    transcript.queue.retain(|queued| queued.message != *message);
    if transcript.queue.len() == before { Applied::Ignored } else { Applied::Changed(vec![Change::Queue]) }
}

/// Adds a turn under the newest one, or under that of the turn `instead_of` which it is asked; a message that waited
/// waits no longer.
fn add_turn(transcript: &mut Transcript, mut turn: Turn, instead_of: Option<&MessageId>) -> Applied {
    if transcript.turns.iter().chain(&transcript.aside).any(|known| known.message == turn.message) {
        return Applied::Ignored;
    }
    let mut changes = Vec::new();
    if let Applied::Changed(queue) = unqueue(transcript, &turn.message) {
        changes = queue;
    }
    let place = instead_of.and_then(|message| transcript.turns.iter().position(|turn| turn.message == *message));
    if let Some(place) = place {
        branches::put_aside(transcript, place, &mut changes);
    }
    turn.parent = transcript.turns.last().map(|parent| parent.message.clone());
    changes.push(Change::TurnAdded { turn: transcript.turns.len() });
    transcript.turns.push(turn);
    Applied::Changed(changes)
}

fn start_answer(transcript: &mut Transcript, message: &MessageId, answer: Answer) -> Applied {
    let turns = transcript.turns.iter_mut().enumerate();
    let Some((turn, found)) = turns.rev().find(|(_, turn)| turn.message == *message) else { return Applied::Ignored };
    found.answer = Some(answer);
    Applied::Changed(vec![Change::AnswerStarted { turn }])
}

#[derive(Clone, Copy)]
enum TextKind {
    Text,
    Thinking,
}

fn append_text(
    transcript: &mut Transcript,
    run: &RunId,
    part: usize,
    offset: usize,
    piece: &str,
    kind: TextKind,
) -> Applied {
    with_running(transcript, run, |turn, answer| {
        if part == answer.parts.len() && offset == 0 {
            let text = piece.to_owned();
            let new = match kind {
                TextKind::Text => Part::Text { text },
                TextKind::Thinking => Part::Thinking { text },
            };
            return add_part(turn, answer, new);
        }
        let ((Some(Part::Text { text }), TextKind::Text) | (Some(Part::Thinking { text }), TextKind::Thinking)) =
            (answer.parts.get_mut(part), kind)
        else {
            return Applied::Gap;
        };
        if text.len() != offset {
            return Applied::Gap;
        }
        text.push_str(piece);
        let mut changes = vec![Change::TextAppended { turn, part, offset }];
        clear_notice(turn, answer, &mut changes);
        Applied::Changed(changes)
    })
}

fn add_part(turn: usize, answer: &mut Answer, part: Part) -> Applied {
    let mut changes = vec![Change::PartAdded { turn, part: answer.parts.len() }];
    answer.parts.push(part);
    clear_notice(turn, answer, &mut changes);
    Applied::Changed(changes)
}

fn clear_notice(turn: usize, answer: &mut Answer, changes: &mut Vec<Change>) {
    if answer.notice.take().is_some() {
        changes.push(Change::Notice { turn });
    }
}

/// The newest call of that name: a call's identifier is unique, but nothing breaks if it is not.
fn find_call<'answer>(answer: &'answer mut Answer, call: &CallId) -> Option<(usize, &'answer mut ToolCall)> {
    answer.parts.iter_mut().enumerate().rev().find_map(|(index, part)| match part {
        Part::Tool(tool) if tool.call == *call => Some((index, tool)),
        _ => None,
    })
}

/// Calls `change` with an approval of the answer that `run` is writing; it says whether it changed anything.
fn with_approval(
    transcript: &mut Transcript,
    run: &RunId,
    approval: &ApprovalId,
    change: impl FnOnce(&mut Approval) -> bool,
) -> Applied {
    with_running(transcript, run, |turn, answer| {
        let found = answer.parts.iter_mut().enumerate().rev().find_map(|(part, one)| match one {
            Part::Tool(tool) => Some((part, tool.approval.as_mut().filter(|known| known.approval == *approval)?)),
            _ => None,
        });
        let changed = found.and_then(|(part, approval)| change(approval).then_some(part));
        changed.map_or(Applied::Ignored, |part| Applied::Changed(vec![Change::ApprovalChanged { turn, part }]))
    })
}

/// Calls `change` with the answer that `run` is writing; after its end a run can change nothing any more.
fn with_running(
    transcript: &mut Transcript,
    run: &RunId,
    change: impl FnOnce(usize, &mut Answer) -> Applied,
) -> Applied {
    let found = transcript.turns.iter_mut().enumerate().rev().find_map(|(index, turn)| {
        let answer = turn.answer.as_mut()?;
        (answer.run == *run).then_some((index, answer))
    });
    match found {
        Some((turn, answer)) if answer.end.is_none() => change(turn, answer),
        _ => Applied::Ignored,
    }
}
