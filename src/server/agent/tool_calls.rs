//! Runs the calls of one reply side by side: they only read. One that would change something has made a plan then.

use std::collections::VecDeque;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::json;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::driver::Agent;
use super::machine::{CANCELLED, Machine, ToolResult};
use super::writer::AnswerWriter;
use crate::server::anthropic::ToolUse;
use crate::server::netbox::{Credentials, Owner};
use crate::server::tools::{Asking, Outcome};
use crate::wire::id::CallId;
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::tool::ToolOutcome;

/// What the tools answer when the answer's time is used up while they run.
const OUT_OF_TIME: &str = "Not run to its end: this answer has used all its time. Answer now with what you already \
                           have, and say what is missing";

impl Agent {
    pub(super) async fn call_tools(
        &self,
        machine: &mut Machine,
        writer: &mut AnswerWriter<'_>,
        credentials: &Credentials,
        calls: Vec<ToolUse>,
        deadline: Instant,
        cancel: &CancellationToken,
    ) -> Result<(), Problem> {
        for call in &calls {
            let input = call.input.clone().unwrap_or_else(|_| json!({}));
            let title = self.toolbox.title(&call.name, &input);
            writer.tool_use(CallId::from(call.id.as_str()), call.name.clone(), title, input).await?;
        }
        let conversation = writer.conversation();
        let time_zone = conversation.time_zone();
        let time_zone = time_zone.as_deref();
        let mut running: FuturesUnordered<_> = calls
            .iter()
            .map(|call| async move {
                let person = Some(conversation.owner().as_str());
                let asking = Asking { credentials, conversation: conversation.id().as_str(), person, time_zone };
                let outcome = match self.wait_for_turn(conversation).await {
                    Ok(()) => self.call_tool(asking, call).await,
                    Err(refused) => refused,
                };
                (call, outcome)
            })
            .collect();
        let mut results = Vec::with_capacity(calls.len());
        let (mut waiting, mut plans, mut done) = (Vec::new(), Vec::new(), VecDeque::new());
        let mut not_taken = None;
        // When the answer's time is used up, or a person stops it, what is found by then counts.
        let broken_off = loop {
            let next = async {
                match done.pop_front() {
                    None => running.next().await,
                    done => done,
                }
            };
            let (call, outcome) = tokio::select! {
                next = next => match next {
                    Some(next) => next,
                    None => break None,
                },
                () = cancel.cancelled() => break Some((CANCELLED, "Stopped")),
                () = tokio::time::sleep_until(deadline) => break Some((OUT_OF_TIME, "Out of time")),
            };
            let mut outcome = outcome;
            if let Some(plan) = outcome.plan.take() {
                let (proposed, waits) = self.propose(call, plan, &outcome);
                plans.push(proposed);
                waiting.push((call.id.clone(), waits));
                continue;
            }
            let Outcome { model_text, evidence, problem, .. } = outcome;
            not_taken = not_taken.or_else(|| token_problem(credentials, problem.as_ref()?));
            self.note_tool_call(writer, call, &evidence);
            results.push(ToolResult { id: call.id.clone(), text: model_text, is_error: evidence.is_error });
            let writing = writer.tool_result(CallId::from(call.id.as_str()), evidence);
            beside(&mut running, &mut done, writing).await?;
        };
        // Dropping the calls drops their requests.
        drop(running);
        if let Some((text, summary)) = broken_off {
            for call in &calls {
                let is_there =
                    results.iter().any(|result| result.id == call.id) || waiting.iter().any(|(id, _)| *id == call.id);
                if !is_there {
                    let outcome = ToolOutcome { is_error: true, summary: summary.to_owned(), ..ToolOutcome::default() };
                    self.note_tool_call(writer, call, &outcome);
                    writer.tool_result(CallId::from(call.id.as_str()), outcome).await?;
                    results.push(ToolResult { id: call.id.clone(), text: text.to_owned(), is_error: true });
                }
            }
        }
        if broken_off.is_some() && !cancel.is_cancelled() {
            machine.out_of_time();
        }
        machine.tool_results(results, waiting);
        if !plans.is_empty() {
            writer.propose(machine, plans).await?;
        }
        if let Some(problem) = not_taken {
            // No tool will find anything any more; the model could only say so at length.
            machine.fail("", problem);
        }
        if cancel.is_cancelled() {
            machine.stop("");
        }
        Ok(())
    }

    async fn call_tool(&self, asking: Asking<'_>, call: &ToolUse) -> Outcome {
        match &call.input {
            Ok(input) => self.toolbox.call(asking, &call.name, input).await,
            Err(raw) => Outcome {
                model_text: format!(
                    "The arguments are no JSON object: {}\nhint: send the call again with valid JSON",
                    json!({"INVALID_JSON": raw})
                ),
                evidence: ToolOutcome {
                    is_error: true,
                    summary: "The model sent arguments that are no JSON".to_owned(),
                    ..ToolOutcome::default()
                },
                problem: None,
                plan: None,
            },
        }
    }
}

/// Awaits `work` and goes on with what runs beside it, into `done`. What is left alone while it keeps its result would
/// hold the database's lock for which `work` may be waiting.
async fn beside<One, Output>(
    running: &mut FuturesUnordered<impl Future<Output = One>>,
    done: &mut VecDeque<One>,
    work: impl Future<Output = Output>,
) -> Output {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            output = &mut work => return output,
            Some(one) = running.next() => done.push_back(one),
        }
    }
}

/// That NetBox does not take the person's own token any more, and what they can do about it. The server's own token is
/// nothing that a person could change: there the model says what is wrong.
fn token_problem(credentials: &Credentials, problem: &Problem) -> Option<Problem> {
    if problem.code != ProblemCode::NetboxToken {
        return None;
    }
    let (code, hint) = match credentials.owner() {
        Owner::Service => return None,
        Owner::Session => (ProblemCode::SignIn, "sign in again; your question stays here"),
        Owner::Person => (ProblemCode::NetboxToken, "put another NetBox token into your settings, then ask again"),
    };
    Some(Problem::new(code, problem.message.clone()).hint(hint))
}
