//! What a run asks before it uses something, and what it notes. Where nobody serves (a command at a terminal) there is
//! none, and everything is allowed.

use std::sync::Arc;

use serde_json::Value;

use super::driver::Agent;
use super::history::History;
use super::machine::Machine;
use super::writer::AnswerWriter;
use crate::server::anthropic::ToolUse;
use crate::server::audit::{Audit, Entry};
use crate::server::auth::Auth;
use crate::server::hub::Conversation;
use crate::server::limits::Limits;
use crate::server::netbox::Credentials;
use crate::server::tools::Outcome;
use crate::wire::id::{MessageId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::tool::ToolOutcome;
use crate::wire::transcript::{EndReason, Usage};

/// The limits of people, and the audit trail.
#[derive(Clone)]
pub struct Guard {
    /// How much people may do.
    pub limits: Limits,
    /// Where it is noted.
    pub audit: Audit,
    /// Who people are now.
    pub auth: Arc<Auth>,
}

impl Agent {
    /// Answers within these limits, and notes what is asked of NetBox.
    #[must_use]
    pub fn guarded_by(mut self, guard: Guard) -> Self {
        self.guard = Some(guard);
        self
    }

    /// A run that begins. It may use what any answer may, or what is left of the budgets of whoever asked; where nothing
    /// is left, it has failed already.
    pub(super) async fn begin(
        &self,
        conversation: &Conversation,
        run: &RunId,
        history: History,
        message: MessageId,
    ) -> Machine {
        let usual = self.settings.budget;
        let allowed = match &self.guard {
            Some(guard) => guard.limits.allow(run, conversation.owner(), usual).await,
            None => Ok(usual),
        };
        match allowed {
            Ok(budget) => Machine::new(history, message, budget),
            Err(problem) => {
                let mut machine = Machine::new(history, message, usual);
                machine.fail("", problem);
                machine
            }
        }
    }

    /// What is said with an answer that is whole, where it used most of a budget.
    pub(super) async fn warning(&self, conversation: &Conversation, why: EndReason, usage: &Usage) -> Option<Problem> {
        let guard = self.guard.as_ref().filter(|_| why == EndReason::Done)?;
        guard.limits.warning(conversation.owner(), usage).await
    }

    /// Waits until a tool call may be made. The outcome in its place, where that is not soon.
    pub(super) async fn wait_for_turn(&self, conversation: &Conversation) -> Result<(), Outcome> {
        let Some(guard) = &self.guard else { return Ok(()) };
        guard.limits.tool_call(conversation.owner()).await.map_err(|problem| Outcome {
            model_text: format!("Not run: {problem}"),
            evidence: ToolOutcome { is_error: true, summary: problem.message.clone(), ..ToolOutcome::default() },
            problem: Some(problem),
            plan: None,
        })
    }

    /// The rights that the conversation's person has now: an answer may have waited for hours since it began with
    /// `credentials`.
    pub(super) async fn rights_now(
        &self,
        conversation: &Conversation,
        credentials: &Credentials,
    ) -> Result<Credentials, Problem> {
        let Some(guard) = &self.guard else { return Ok(credentials.clone()) };
        let rights = guard.auth.rights_like(conversation.owner(), credentials).await?;
        rights.ok_or_else(|| {
            Problem::new(ProblemCode::SignIn, "The person is not signed in any more: nothing was changed")
                .hint("sign in again, then ask for the change again")
        })
    }

    /// Notes a tool call and its requests.
    pub(super) fn note_tool_call(&self, writer: &AnswerWriter<'_>, call: &ToolUse, outcome: &ToolOutcome) {
        if let Some(guard) = &self.guard {
            let conversation = writer.conversation();
            let input = call.input.as_ref().unwrap_or(&Value::Null);
            let entry = Entry::tool_call(conversation.owner(), &call.name, input, outcome);
            guard.audit.record(entry.in_conversation(conversation.id()).in_run(writer.run()));
        }
    }
}
