//! Runs the calls of one reply side by side: they only read.

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::driver::Agent;
use super::machine::{CANCELLED, Machine, ToolResult};
use super::writer::AnswerWriter;
use crate::server::anthropic::ToolUse;
use crate::server::tools::{Asking, Outcome};
use crate::wire::id::{CallId, ConversationId};
use crate::wire::problem::Problem;
use crate::wire::tool::ToolOutcome;

impl Agent {
    pub(super) async fn call_tools(
        &self,
        machine: &mut Machine,
        writer: &mut AnswerWriter<'_>,
        calls: Vec<ToolUse>,
        cancel: &CancellationToken,
    ) -> Result<(), Problem> {
        for call in &calls {
            let input = call.input.clone().unwrap_or_else(|_| json!({}));
            let title = self.toolbox.title(&call.name, &input);
            writer.tool_use(CallId::from(call.id.as_str()), call.name.clone(), title, input).await?;
        }
        let conversation = writer.conversation();
        let mut running: FuturesUnordered<_> = calls
            .iter()
            .map(|call| async move { (call.id.as_str(), self.call_tool(conversation, call).await) })
            .collect();
        let mut results = Vec::with_capacity(calls.len());
        while let Some(done) = cancel.run_until_cancelled(running.next()).await {
            let Some((id, outcome)) = done else { break };
            let Outcome { model_text, evidence } = outcome;
            results.push(ToolResult { id: id.to_owned(), text: model_text, is_error: evidence.is_error });
            writer.tool_result(CallId::from(id), evidence).await?;
        }
        // Dropping the calls drops their requests.
        drop(running);
        if !cancel.is_cancelled() {
            machine.tool_results(results);
            return Ok(());
        }
        // What was found before the stop stays known to the model.
        for call in &calls {
            if !results.iter().any(|result| result.id == call.id) {
                writer.tool_result(CallId::from(call.id.as_str()), stopped()).await?;
                results.push(ToolResult { id: call.id.clone(), text: CANCELLED.to_owned(), is_error: true });
            }
        }
        machine.tool_results(results);
        machine.stop("");
        Ok(())
    }

    async fn call_tool(&self, conversation: &ConversationId, call: &ToolUse) -> Outcome {
        let asking = Asking { credentials: &self.credentials, conversation: conversation.as_str() };
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
            },
        }
    }
}

fn stopped() -> ToolOutcome {
    ToolOutcome { is_error: true, summary: "Stopped".to_owned(), ..ToolOutcome::default() }
}
