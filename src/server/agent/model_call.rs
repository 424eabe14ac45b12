//! One call of the model: its words go into the log as they come.

use tokio_util::sync::CancellationToken;

use super::driver::{Agent, Progress};
use super::machine::Machine;
use super::writer::{AnswerWriter, Kind};
use crate::server::anthropic::{Error, Reply, ReplyEvent, Retrying, Step};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::Usage;

enum Called {
    Replied(Box<Reply>),
    Stopped,
    Failed(Problem),
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
        let model = match progress.model.take() {
            Some(model) => Some(model),
            None => cancel.run_until_cancelled(self.find_model()).await,
        };
        let Some(model) = model else {
            machine.stop("");
            return Ok(());
        };
        let request = self.request(progress.model.insert(model), &machine.history);
        let mut retrying = Retrying::new(&self.client, &request, cancel.clone());
        // Where this reply begins, should it be made again.
        let begin = writer.next_part();
        // The text of this reply that was shown, should it break off.
        let mut shown = String::new();
        let called = loop {
            let due = writer.due();
            let step = tokio::select! {
                step = retrying.next() => step,
                () = until(due) => {
                    writer.flush().await?;
                    continue;
                }
            };
            match step {
                Some(Ok(Step::Reply(ReplyEvent::Text { index, text }))) => {
                    shown.push_str(&text);
                    writer.piece(Kind::Text, index, &text).await?;
                }
                Some(Ok(Step::Reply(ReplyEvent::Thinking { index, text }))) => {
                    writer.piece(Kind::Thinking, index, &text).await?;
                }
                Some(Ok(Step::Reply(ReplyEvent::Started { .. }))) => {
                    // After the first attempt: what it showed is said again.
                    shown.clear();
                    writer.withdraw(begin).await?;
                }
                Some(Ok(Step::Reply(ReplyEvent::ToolUse { .. }))) => {}
                Some(Ok(Step::Reply(ReplyEvent::Done(reply)))) => break Called::Replied(Box::new(reply)),
                Some(Ok(Step::Waiting(wait))) => writer.notice(wait.notice()).await?,
                Some(Err(error)) if shown.is_empty() && error.is_about_thinking() && machine.thinking_refused() => {
                    tracing::warn!(
                        request_id = error.request_id,
                        "the thinking in a history was refused; it is taken out"
                    );
                    writer.withdraw(begin).await?;
                    return Ok(());
                }
                Some(Err(error)) => break Called::Failed(failure(&error)),
                None => break Called::Stopped,
            }
        };
        // The next reply's first block is not this one's.
        writer.close_part().await?;
        match called {
            Called::Replied(reply) => {
                add(&mut progress.usage, &reply.usage);
                machine.reply(*reply);
            }
            Called::Stopped => machine.stop(&shown),
            Called::Failed(problem) => machine.fail(&shown, problem),
        }
        Ok(())
    }
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

fn add(sum: &mut Usage, one: &Usage) {
    sum.calls += one.calls;
    sum.input_tokens += one.input_tokens;
    sum.cache_creation_input_tokens += one.cache_creation_input_tokens;
    sum.cache_read_input_tokens += one.cache_read_input_tokens;
    sum.output_tokens += one.output_tokens;
}
