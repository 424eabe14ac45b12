//! Decides what a run does next. Never waits, does no IO, can be stored at any moment: a driver does what
//! [`Machine::next_step`] says and feeds back what came of it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::budget::{Budget, Limit};
use super::history::History;
use super::repeats::{Repeats, Verdict};
use crate::server::anthropic::{Reply, StopReason, ToolUse, message};
use crate::wire::id::{ApprovalId, MessageId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::tool::NetboxRequest;
use crate::wire::transcript::{EndReason, Usage};

/// What the tools answer when a person stopped the run.
pub(super) const CANCELLED: &str = "Cancelled by the person";
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
    /// Wait for a person's word about what this call would change, carry it out if so, and give back what came of it.
    AwaitApproval(ToolUse, Waiting),
    /// Nothing: the run has ended.
    Done(Ending),
}

/// What a tool call gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The call.
    pub id: String,
    /// What the model reads.
    pub text: String,
    /// Whether it failed.
    pub is_error: bool,
}

/// A call whose plan waits for a person's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The plan, which is in the log.
    pub approval: ApprovalId,
    /// Whether it is being carried out: then nobody may begin with that again.
    pub is_applied: bool,
    /// What was asked of NetBox to make the plan.
    pub requests: Vec<NetboxRequest>,
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
    /// What the model is sent. Sendable whenever the next step is `CallModel` or `Done`. Stored on its own.
    #[serde(skip)]
    pub history: History,
    state: State,
    turn: MessageId,
    rounds: u32,
    budget: Budget,
    /// The limit that was reached, once one was: the model has been told, and gets one call more.
    #[serde(default)]
    limit: Option<Limit>,
    /// What all calls used so far.
    #[serde(default)]
    usage: Usage,
    /// How long the run has taken so far, as the driver says.
    #[serde(default)]
    milliseconds: u64,
    #[serde(default)]
    repeats: Repeats,
    pauses: u32,
    nudged: bool,
    /// Whether thinking was taken out of the history: that helps once or not at all.
    #[serde(default)]
    thinking_stripped: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum State {
    Model,
    Tools(Vec<Wanted>),
    Ended(Ending),
}

/// A call of the last reply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wanted {
    call: ToolUse,
    /// What it is answered.
    answer: Option<ToolResult>,
    /// What it waits for, where it would change something.
    #[serde(default)]
    waiting: Option<Waiting>,
}

impl Machine {
    /// A run for the newest turn of `history`, which may use as much as `budget` says.
    pub fn new(history: History, turn: MessageId, budget: Budget) -> Self {
        Self {
            history,
            state: State::Model,
            turn,
            rounds: 0,
            budget,
            limit: None,
            usage: Usage::default(),
            milliseconds: 0,
            repeats: Repeats::default(),
            pauses: 0,
            nudged: false,
            thinking_stripped: false,
        }
    }

    /// What is to be done next as JSON, without the history.
    pub fn to_stored(&self) -> String {
        json!(self).to_string()
    }

    /// The run that [`Self::to_stored`] gave, with its history.
    ///
    /// # Errors
    /// What was stored is no run of this version's.
    pub fn from_stored(stored: &str, history: History) -> Result<Self, serde_json::Error> {
        let mut machine: Self = serde_json::from_str(stored)?;
        machine.history = history;
        Ok(machine)
    }

    /// How long the run has taken so far, in milliseconds.
    pub fn milliseconds(&self) -> u64 {
        self.milliseconds
    }

    /// What to do next. Asking again gives the same.
    pub fn next_step(&self) -> Step {
        match &self.state {
            State::Model => Step::CallModel,
            State::Tools(wanted) => {
                let open = wanted.iter().filter(|wanted| wanted.answer.is_none());
                let to_run: Vec<_> =
                    open.clone().filter(|wanted| wanted.waiting.is_none()).map(|wanted| wanted.call.clone()).collect();
                // What only reads first: the person is asked when everything else is done, one plan at a time.
                match open.clone().find_map(|wanted| Some((&wanted.call, wanted.waiting.as_ref()?))) {
                    Some((call, waiting)) if to_run.is_empty() => Step::AwaitApproval(call.clone(), waiting.clone()),
                    _ => Step::CallTools(to_run),
                }
            }
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

    /// What all calls used so far.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// Counts what was used beside the replies: by attempts that broke off, or for a summary.
    pub fn count(&mut self, usage: &Usage) {
        self.usage.add(usage);
    }

    /// Says how long the run has taken so far.
    pub fn clock(&mut self, milliseconds: u64) {
        self.milliseconds = self.milliseconds.max(milliseconds);
    }

    /// The run's time is used up, and the model has been told so in a result: it gets one call more.
    pub fn out_of_time(&mut self) {
        self.limit = self.limit.or(Some(Limit::Time(self.budget.seconds)));
    }

    /// What the run may use.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Says how long a prompt may be, once the model's window is known.
    pub fn set_window(&mut self, tokens: Option<u64>) {
        self.budget.context_tokens = tokens;
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
        self.usage.add(&reply.usage);
        self.history.measured(reply.usage.all_input_tokens() + reply.usage.output_tokens);
        match &reply.stop_reason {
            StopReason::ToolUse if !reply.tool_uses.is_empty() => self.tools_wanted(reply),
            StopReason::ToolUse | StopReason::EndTurn | StopReason::StopSequence | StopReason::Other(_) => {
                self.finished(reply);
            }
            StopReason::MaxTokens | StopReason::ContextWindow => {
                if reply.stop_reason == StopReason::ContextWindow {
                    self.history.filled_up();
                }
                // A call in a cut reply may be cut too: it is never run, and unanswered it could not be sent again.
                // Thinking alone is no message.
                if !reply.text().trim().is_empty() {
                    self.history.push_assistant(without_tool_uses(reply.content));
                }
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

    /// The tools of `CallTools` are done; those of `waiting` made a plan each. Calls without either are answered as
    /// failed, results without a call are dropped. Ignored in any other state.
    pub fn tool_results(&mut self, results: Vec<ToolResult>, waiting: Vec<(String, Waiting)>) {
        let State::Tools(wanted) = &mut self.state else { return };
        for one in wanted.iter_mut().filter(|one| one.answer.is_none() && one.waiting.is_none()) {
            one.waiting = waiting.iter().find(|(id, _)| *id == one.call.id).map(|(_, waiting)| waiting.clone());
            if one.waiting.is_none() {
                let result = results.iter().find(|result| result.id == one.call.id).cloned();
                one.answer = Some(result.unwrap_or_else(|| no_result(&one.call.id)));
            }
        }
        for result in &results {
            self.repeats.ended(&result.id, result.is_error);
        }
        self.go_on_when_answered();
    }

    /// The plan of this call is about to be carried out. To be stored before anything is: whoever goes on with the run
    /// then carries out nothing.
    pub fn applying(&mut self, id: &str) {
        let State::Tools(wanted) = &mut self.state else { return };
        if let Some(waiting) = wanted.iter_mut().find(|one| one.call.id == id).and_then(|one| one.waiting.as_mut()) {
            waiting.is_applied = true;
        }
    }

    /// What came of a call that waited for a person's word; `changed` says whether NetBox may be another now. Ignored where
    /// it did not wait.
    pub fn approval_result(&mut self, result: ToolResult, changed: bool) {
        let State::Tools(wanted) = &mut self.state else { return };
        let Some(one) = wanted.iter_mut().find(|one| one.call.id == result.id && one.waiting.is_some()) else { return };
        self.repeats.ended(&result.id, result.is_error);
        if changed {
            // What was asked before is another thing now, and may be asked again.
            self.repeats = Repeats::default();
        }
        one.answer = Some(result);
        self.go_on_when_answered();
    }

    fn go_on_when_answered(&mut self) {
        if let State::Tools(wanted) = &self.state
            && wanted.iter().all(|one| one.answer.is_some())
        {
            self.answer_calls(CANCELLED);
            self.state = State::Model;
        }
    }

    /// Answers every call of the last reply once, in order.
    fn answer_calls(&mut self, otherwise: &str) {
        let State::Tools(wanted) = &self.state else { return };
        let answers = wanted
            .iter()
            .map(|Wanted { call, answer, .. }| match answer {
                Some(result) => message::tool_result(&call.id, &result.text, result.is_error),
                None => message::tool_result(&call.id, otherwise, true),
            })
            .collect();
        self.history.push_results(answers);
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
        let told = self.limit;
        let context_tokens = self.history.context_tokens();
        self.limit = told.or_else(|| self.budget.reached(self.rounds, &self.usage, self.milliseconds, context_tokens));
        if let Some(limit) = self.limit {
            let text = limit.told();
            let answer = |call: &ToolUse| message::tool_result(&call.id, &text, true);
            self.history.push_results(reply.tool_uses.iter().map(answer).collect());
            // One more call lets the model answer with what it has; a model that still calls tools is ended.
            if told.is_some() {
                self.end(EndReason::Failed, Some(limit.problem(false)));
            }
            return;
        }
        let judge = |call: ToolUse| {
            let (text, is_error) = match self.repeats.judge(&call, self.rounds) {
                Verdict::Run => return Wanted { call, answer: None, waiting: None },
                Verdict::Known(text) => (text, false),
                Verdict::Refused(text) => (text, true),
            };
            let answer = Some(ToolResult { id: call.id.clone(), text, is_error });
            Wanted { call, answer, waiting: None }
        };
        let wanted: Vec<Wanted> = reply.tool_uses.into_iter().map(judge).collect();
        let nothing_runs = wanted.iter().all(|wanted| wanted.answer.is_some());
        self.state = State::Tools(wanted);
        if nothing_runs {
            self.go_on_when_answered();
        }
    }

    fn finished(&mut self, reply: Reply) {
        let has_text = !reply.text().trim().is_empty();
        self.history.push_assistant(without_tool_uses(reply.content));
        if has_text {
            let limit = self.limit.map(|limit| limit.problem(true));
            self.end(EndReason::Done, limit);
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
            State::Tools(_) => self.answer_calls(CANCELLED),
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

fn no_result(id: &str) -> ToolResult {
    ToolResult { id: id.to_owned(), text: "The tool gave no result".to_owned(), is_error: true }
}

fn without_tool_uses(content: Vec<Value>) -> Vec<Value> {
    content.into_iter().filter(|block| block["type"] != "tool_use").collect()
}

#[cfg(test)]
mod tests;
