//! Writes an answer into a conversation's log as it arrives. Small pieces are joined for a moment, so that a fast
//! model does not make a frame a token; the first piece and everything that is not text go out at once.

use std::time::Duration;

use tokio::time::Instant;

use super::machine::Machine;
use crate::chat::text::without_nul;
use crate::server::hub::Conversation;
use crate::wire::change::{Applied, Approval};
use crate::wire::event::Event;
use crate::wire::id::{ApprovalId, CallId, RunId};
use crate::wire::problem::Problem;
use crate::wire::tool::ToolOutcome;

/// How long pieces are joined: below what a person notices, above what a fast model needs for a few tokens.
const JOINING: Duration = Duration::from_millis(30);

/// What a piece belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The answer.
    Text,
    /// Summarised thinking.
    Thinking,
}

/// A plan that a call made.
pub struct Proposed {
    /// The call.
    pub call: CallId,
    /// The plan as its person is to see it.
    pub shown: Approval,
    /// What it would do.
    pub sentence: String,
}

/// Writes one run.
pub struct AnswerWriter<'conversation> {
    conversation: &'conversation Conversation,
    run: RunId,
    next_part: usize,
    open: Option<OpenPart>,
}

struct OpenPart {
    kind: Kind,
    /// The content block of the reply that it shows.
    block: usize,
    part: usize,
    offset: usize,
    waiting: String,
    /// When what waits goes out.
    due: Instant,
}

impl<'conversation> AnswerWriter<'conversation> {
    /// Writes `run` from this part on: 0 for one that begins.
    pub fn new(conversation: &'conversation Conversation, run: RunId, next_part: usize) -> Self {
        Self { conversation, run, next_part, open: None }
    }

    /// A step is complete: should this process die, another goes on from here.
    pub async fn checkpoint(&mut self, machine: &mut Machine) -> Result<(), Problem> {
        self.step(machine, Vec::new()).await
    }

    async fn step(&mut self, machine: &mut Machine, events: Vec<(Event, String)>) -> Result<(), Problem> {
        self.close_part().await?;
        let stored = machine.to_stored();
        self.conversation.checkpoint(&self.run, &mut machine.history, stored, self.next_part, events).await
    }

    /// The conversation that it writes into.
    pub fn conversation(&self) -> &'conversation Conversation {
        self.conversation
    }

    /// The run that it writes.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The number of the next part: what is shown from here on can be withdrawn with it.
    pub fn next_part(&self) -> usize {
        self.next_part
    }

    /// When [`Self::flush`] is due, if anything waits.
    pub fn due(&self) -> Option<Instant> {
        self.open.as_ref().filter(|open| !open.waiting.is_empty()).map(|open| open.due)
    }

    /// Adds a piece of a content block.
    pub async fn piece(&mut self, kind: Kind, block: usize, piece: &str) -> Result<(), Problem> {
        if piece.is_empty() {
            return Ok(());
        }
        // Here, because the offsets of what follows count what is kept.
        let piece = &without_nul(piece);
        if self.open.as_ref().is_none_or(|open| (open.kind, open.block) != (kind, block)) {
            self.close_part().await?;
            let part = self.next_part;
            self.next_part += 1;
            self.open = Some(OpenPart { kind, block, part, offset: 0, waiting: String::new(), due: Instant::now() });
        }
        if let Some(open) = &mut self.open {
            open.waiting.push_str(piece);
            if open.due > Instant::now() {
                return Ok(());
            }
        }
        self.flush().await
    }

    /// Sends what waits.
    pub async fn flush(&mut self) -> Result<(), Problem> {
        let Some(open) = self.open.as_mut().filter(|open| !open.waiting.is_empty()) else { return Ok(()) };
        let content = std::mem::take(&mut open.waiting);
        let (run, part, offset) = (self.run.clone(), open.part, open.offset);
        open.offset += content.len();
        open.due = Instant::now() + JOINING;
        let event = match open.kind {
            Kind::Text => Event::Text { run, part, offset },
            Kind::Thinking => Event::Thinking { run, part, offset },
        };
        self.conversation.publish(&self.run, event, content).await
    }

    /// Ends the open part: what follows begins a new one.
    pub async fn close_part(&mut self) -> Result<(), Problem> {
        self.flush().await?;
        self.open = None;
        Ok(())
    }

    /// Shows a tool call.
    pub async fn tool_use(
        &mut self,
        call: CallId,
        name: String,
        title: String,
        input: serde_json::Value,
    ) -> Result<(), Problem> {
        self.close_part().await?;
        let part = self.next_part;
        self.next_part += 1;
        let event = Event::ToolUse { run: self.run.clone(), part, call, name, input };
        self.conversation.publish(&self.run, event, title).await
    }

    /// A step is complete, and has to be kept before the next is begun. Whether it is, and the run still ours.
    ///
    /// # Errors
    /// The database fails.
    pub async fn checkpoint_for_sure(&mut self, machine: &mut Machine) -> Result<bool, Problem> {
        let stored = machine.to_stored();
        self.conversation.checkpoint_for_sure(&self.run, &mut machine.history, stored, self.next_part).await
    }

    /// Shows plans that wait for their person's word, in one piece with the step in which they do: a plan that somebody has
    /// seen goes on waiting, whatever becomes of this process.
    pub async fn propose(&mut self, machine: &mut Machine, plans: Vec<Proposed>) -> Result<(), Problem> {
        let event = |Proposed { call, shown, sentence }: Proposed| {
            let Approval { approval, digest, plan, expires_at, .. } = shown;
            (Event::Approval { run: self.run.clone(), call, approval, digest, plan, expires_at }, sentence)
        };
        let plans = plans.into_iter().map(event).collect();
        self.step(machine, plans).await
    }

    /// Shows what became of one change of an approved plan. Whether that is kept for certain, and the run still ours.
    pub async fn applied(&self, approval: &ApprovalId, applied: Applied, sentence: String) -> Result<bool, Problem> {
        let event = Event::Applied { run: self.run.clone(), approval: approval.clone(), applied };
        self.conversation.publish(&self.run, event, sentence).await?;
        Ok(self.conversation.is_kept(&self.run).await)
    }

    /// Shows how a tool call ended.
    pub async fn tool_result(&self, call: CallId, outcome: ToolOutcome) -> Result<(), Problem> {
        let summary = outcome.summary.clone();
        self.conversation.publish(&self.run, Event::ToolResult { run: self.run.clone(), call, outcome }, summary).await
    }

    /// Withdraws what was shown from this part on.
    pub async fn withdraw(&mut self, part: usize) -> Result<(), Problem> {
        self.open = None;
        if self.next_part > part {
            self.next_part = part;
            let event = Event::StepReset { run: self.run.clone(), part };
            self.conversation.publish(&self.run, event, String::new()).await?;
        }
        Ok(())
    }

    /// Shows a passing state.
    pub async fn notice(&mut self, problem: Problem) -> Result<(), Problem> {
        self.flush().await?;
        let sentence = problem.message.clone();
        self.conversation.publish(&self.run, Event::Notice { run: self.run.clone(), problem }, sentence).await
    }
}
