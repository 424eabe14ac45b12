//! Decides what a run does next. Never waits, does no IO, can be stored at any moment: a driver does what
//! [`Machine::next_step`] says and feeds back what came of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::history::History;
use crate::server::anthropic::{Reply, StopReason, ToolUse, message};
use crate::wire::id::MessageId;
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::EndReason;

/// What the tools answer when a person stopped the run.
pub(super) const CANCELLED: &str = "Cancelled by the person";
const ROUND_LIMIT: &str = "Not run: this answer has used all its rounds. Answer now with what you already have, \
                           and say what is missing";
const NUDGE: &str = "Please give your answer.";
/// The provider pauses its own tools after ten iterations; five such pauses are enough.
const MAXIMUM_PAUSES: u32 = 5;

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Send the history to the model.
    CallModel,
    /// Run these calls, in parallel, and give all results back.
    CallTools(Vec<ToolUse>),
    /// Nothing: the run has ended.
    Done(Ending),
}

/// What a tool call gave.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult {
    /// The call.
    pub id: String,
    /// What the model reads.
    pub text: String,
    /// Whether it failed.
    pub is_error: bool,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// Why.
    pub why: EndReason,
    /// What failed, when something did.
    pub problem: Option<Problem>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// What the model is sent. Sendable whenever the next step is `CallModel` or `Done`.
    pub history: History,
    state: State,
    turn: MessageId,
    rounds: u32,
    maximum_rounds: u32,
    pauses: u32,
    nudged: bool,
    /// Whether thinking was taken out of the history: that helps once or not at all.
    #[serde(default)]
    thinking_stripped: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum State {
    Model,
    Tools(Vec<ToolUse>),
    Ended(Ending),
}

impl Machine {
    /// A run for the newest turn of `history`, with at most `maximum_rounds` rounds of tools.
    pub fn new(history: History, turn: MessageId, maximum_rounds: u32) -> Self {
        Self {
            history,
            state: State::Model,
            turn,
            rounds: 0,
            maximum_rounds,
            pauses: 0,
            nudged: false,
            thinking_stripped: false,
        }
    }

    /// What to do next. Asking again gives the same.
    pub fn next_step(&self) -> Step {
        match &self.state {
            State::Model => Step::CallModel,
            State::Tools(calls) => Step::CallTools(calls.clone()),
            State::Ended(ending) => Step::Done(ending.clone()),
        }
    }

    /// Why the history could not be sent now, if so.
    pub fn fault(&self) -> Option<String> {
        // After `pause_turn` the provider wants its own message back last.
        let paused =
            self.pauses > 0 && self.history.messages().last().is_some_and(|message| message["role"] == "assistant");
        if paused { None } else { self.history.fault() }
    }

    /// The provider refused the thinking in the history: takes it out. Whether asking again can help; once a run.
    pub fn thinking_refused(&mut self) -> bool {
        if self.state != State::Model || std::mem::replace(&mut self.thinking_stripped, true) {
            return false;
        }
        self.history.strip_thinking()
    }

    /// The model replied to `CallModel`. Ignored in any other state.
    pub fn reply(&mut self, reply: Reply) {
        if self.state != State::Model {
            return;
        }
        match &reply.stop_reason {
            StopReason::ToolUse if !reply.tool_uses.is_empty() => self.tools_wanted(reply),
            StopReason::ToolUse | StopReason::EndTurn | StopReason::StopSequence | StopReason::Other(_) => {
                self.finished(reply);
            }
            StopReason::MaxTokens | StopReason::ContextWindow => {
                // A call in a cut reply may be cut too: it is never run, and unanswered it could not be sent again.
                self.history.push_assistant(without_tool_uses(reply.content));
                self.end(EndReason::Length, None);
            }
            StopReason::PauseTurn => {
                self.pauses += 1;
                self.history.push_assistant(without_tool_uses(reply.content));
                if self.pauses > MAXIMUM_PAUSES {
                    self.end(EndReason::Length, None);
                }
            }
            StopReason::Refusal => {
                // The provider asks that neither the refused reply nor its question be sent again.
                self.history.withdraw_turn(&self.turn);
                let explanation =
                    reply.stop_details["explanation"].as_str().unwrap_or("The model declined to answer this");
                let problem = Problem::new(ProblemCode::ModelRefused, explanation)
                    .hint("ask it differently; the question and its answer are not shown to the model again");
                self.end(EndReason::Refused, Some(problem));
            }
        }
    }

    /// The tools of `CallTools` are done. Calls without a result are answered as failed, results without a call
    /// are dropped. Ignored in any other state.
    pub fn tool_results(&mut self, results: Vec<ToolResult>) {
        let State::Tools(calls) = &self.state else { return };
        let answers = calls
            .iter()
            .map(|call| match results.iter().find(|result| result.id == call.id) {
                Some(result) => message::tool_result(&call.id, &result.text, result.is_error),
                None => message::tool_result(&call.id, "The tool gave no result", true),
            })
            .collect();
        self.history.push_results(answers);
        self.state = State::Model;
    }

    /// A person stopped the run; `shown` is the text of the unfinished reply that they saw.
    pub fn stop(&mut self, shown: &str) {
        self.abandon(shown, EndReason::Stopped, None);
    }

    /// The run cannot go on; `shown` is the text of the unfinished reply that was seen.
    pub fn fail(&mut self, shown: &str, problem: Problem) {
        self.abandon(shown, EndReason::Failed, Some(problem));
    }

    fn tools_wanted(&mut self, reply: Reply) {
        self.history.push_assistant(reply.content);
        self.rounds += 1;
        if self.rounds <= self.maximum_rounds {
            self.state = State::Tools(reply.tool_uses);
            return;
        }
        let answers = reply.tool_uses.iter().map(|call| message::tool_result(&call.id, ROUND_LIMIT, true)).collect();
        self.history.push_results(answers);
        // One more call lets the model answer with what it has; a model that still calls tools is ended.
        if self.rounds > self.maximum_rounds + 1 {
            let problem = Problem::new(
                ProblemCode::RoundLimit,
                format!("The answer needed more than {} rounds of queries", self.maximum_rounds),
            )
            .hint("ask a narrower question");
            self.end(EndReason::Failed, Some(problem));
        }
    }

    fn finished(&mut self, reply: Reply) {
        let has_text = !reply.text().trim().is_empty();
        self.history.push_assistant(without_tool_uses(reply.content));
        if has_text {
            self.end(EndReason::Done, None);
        } else if self.nudged {
            let problem = Problem::new(ProblemCode::ModelFailed, "The model ended without an answer")
                .hint("try again, or ask it differently");
            self.end(EndReason::Failed, Some(problem));
        } else {
            self.nudged = true;
            self.history.push_user(NUDGE);
        }
    }

    fn abandon(&mut self, shown: &str, why: EndReason, problem: Option<Problem>) {
        match &self.state {
            State::Ended(_) => return,
            State::Tools(calls) => {
                let answers = calls.iter().map(|call| message::tool_result(&call.id, CANCELLED, true)).collect();
                self.history.push_results(answers);
            }
            State::Model => {
                if !shown.trim().is_empty() {
                    self.history.push_shown(shown);
                }
            }
        }
        self.end(why, problem);
    }

    fn end(&mut self, why: EndReason, problem: Option<Problem>) {
        self.state = State::Ended(Ending { why, problem });
    }
}

fn without_tool_uses(content: Vec<Value>) -> Vec<Value> {
    content.into_iter().filter(|block| block["type"] != "tool_use").collect()
}

#[cfg(test)]
mod tests;
