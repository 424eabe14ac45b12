//! One call of the model: its words go into the log as they come.

mod steps;

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::budget::Limit;
use super::driver::{Agent, Progress};
use super::machine::Machine;
use super::writer::{AnswerWriter, Kind};
use crate::server::anthropic::{Error, Reply, ReplyEvent, Retrying, Step};
use crate::wire::problem::{Problem, ProblemCode};
use steps::Steps;

/// How long the model may go on writing when the answer's time is used up: the last word is wanted.
const LAST_WORD: Duration = Duration::from_mins(1);

enum Called {
    Replied(Box<Reply>),
    Stopped,
    Failed(Problem),
    /// The provider refused the thinking in the history.
    ThinkingRefused(Problem),
    /// The provider found the conversation too long.
    TooLong(Problem),
}

impl Agent {
    pub(super) async fn call_model(
        &self,
        machine: &mut Machine,
        writer: &mut AnswerWriter<'_>,
        progress: &mut Progress,
        cancel: &CancellationToken,
    ) -> Result<(), Problem> {
        if let Some(fault) = machine.fault() {
            tracing::error!(fault, "a history cannot be sent");
            machine.fail("", unsendable());
            return Ok(());
        }
        let request = self.request(progress, &machine.history);
        let begun = Instant::now();
        let mut steps = Steps::new(Retrying::new(&self.client, &request, cancel.clone()));
        // Where this reply begins, should it be made again.
        let begin = writer.next_part();
        // The text of this reply that was shown, should it break off.
        let mut shown = String::new();
        // When the person is told that nothing has come yet.
        let mut slow = Some(begun + self.settings.slow_after);
        let called = loop {
            let due = writer.due();
            let step = tokio::select! {
                step = steps.next() => step,
                () = until(due) => {
                    steps.beside(writer.flush()).await?;
                    continue;
                }
                () = until(slow) => {
                    slow = None;
                    steps.beside(writer.notice(slow_notice())).await?;
                    continue;
                }
                () = tokio::time::sleep_until(progress.deadline + LAST_WORD) => {
                    break Called::Failed(Limit::Time(machine.budget().seconds).problem(false));
                }
            };
            slow = None;
            match step {
                Some(Ok(Step::Reply(ReplyEvent::Text { index, text }))) => {
                    shown.push_str(&text);
                    steps.beside(writer.piece(Kind::Text, index, &text)).await?;
                }
                Some(Ok(Step::Reply(ReplyEvent::Thinking { index, text }))) => {
                    steps.beside(writer.piece(Kind::Thinking, index, &text)).await?;
                }
                Some(Ok(Step::Reply(ReplyEvent::Started { .. }))) => {
                    // After the first attempt: what it showed is said again.
                    shown.clear();
                    steps.beside(writer.withdraw(begin)).await?;
                }
                Some(Ok(Step::Reply(ReplyEvent::ToolUse { .. }))) => {}
                Some(Ok(Step::Reply(ReplyEvent::Done(reply)))) => break Called::Replied(Box::new(reply)),
                Some(Ok(Step::Waiting(wait))) => {
                    slow = Some(Instant::now() + wait.wait + self.settings.slow_after);
                    steps.beside(writer.notice(wait.notice())).await?;
                }
                Some(Err(error)) if shown.is_empty() && error.is_about_thinking() => {
                    break Called::ThinkingRefused(failure(&error));
                }
                Some(Err(error)) if shown.is_empty() && error.is_about_length() => {
                    break Called::TooLong(failure(&error));
                }
                Some(Err(error)) => break Called::Failed(failure(&error)),
                None => break Called::Stopped,
            }
        };
        // The next reply's first block is not this one's.
        writer.close_part().await?;
        let mut broken_off = steps.broken_off();
        broken_off.cost_micro_dollars = self.cost(&broken_off);
        machine.count(&broken_off);
        match called {
            Called::Replied(mut reply) => {
                reply.usage.cost_micro_dollars = self.cost(&reply.usage);
                log(&reply, begun);
                machine.reply(*reply);
            }
            Called::Stopped => machine.stop(&shown),
            Called::Failed(problem) => machine.fail(&shown, problem),
            Called::ThinkingRefused(problem) => {
                if machine.thinking_refused() {
                    tracing::warn!("the thinking in a history was refused; it is taken out");
                    writer.withdraw(begin).await?;
                } else {
                    machine.fail("", problem);
                }
            }
            Called::TooLong(problem) => {
                machine.history.filled_up();
                let again = !std::mem::replace(&mut progress.shortened, true);
                if again && self.compact(machine, writer, progress, cancel).await? {
                    writer.withdraw(begin).await?;
                } else if cancel.is_cancelled() {
                    machine.stop("");
                } else {
                    machine.fail("", problem);
                }
            }
        }
        Ok(())
    }
}

/// One line a call: what it used, and what of it the cache served.
fn log(reply: &Reply, begun: Instant) {
    let usage = &reply.usage;
    tracing::info!(
        model.duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        model.stop_reason = ?reply.stop_reason,
        model.tool_calls = reply.tool_uses.len(),
        model.input_tokens = usage.input_tokens,
        model.cache_creation_input_tokens = usage.cache_creation_input_tokens,
        model.cache_creation_1h_input_tokens = usage.cache_creation_1h_input_tokens,
        model.cache_read_input_tokens = usage.cache_read_input_tokens,
        model.output_tokens = usage.output_tokens,
        model.cost_micro_dollars = usage.cost_micro_dollars,
        request_id = reply.request_id,
        "the model replied"
    );
}

async fn until(due: Option<tokio::time::Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

fn unsendable() -> Problem {
    Problem::new(ProblemCode::Internal, "What was said so far cannot be sent to the model")
        .hint("start a new conversation, or reset this one's context")
}

fn failure(error: &Error) -> Problem {
    let problem = error.problem();
    tracing::warn!(code = ?problem.code, request_id = problem.request_id, problem = %problem.message, "a call of the model failed");
    problem
}

fn slow_notice() -> Problem {
    Problem::new(ProblemCode::ModelSlow, "The model has not begun to answer yet")
        .hint("wait, or stop and ask again later; a model of one's own may still be reading the conversation")
}
