//! Does what the machine decides: one task a run, whoever is looking.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::budget::Budget;
use super::context_now;
use super::grounding;
use super::guard::Guard;
use super::history::History;
use super::machine::{Ending, Machine, Step};
use super::model_choice::{Chosen, ProfileChoice};
use super::prompt::SYSTEM;
use super::segment::{Segment, digest, digest_of};
use super::writer::AnswerWriter;
use crate::server::anthropic::{Client, Effort, Model, Prices, Profile, Request};
use crate::server::clock::now;
use crate::server::hub::{Adopted, Conversation, LeftRun, RunHandle};
use crate::server::netbox::Credentials;
use crate::server::person::Person;
use crate::server::tools::{Asking, Changes, Results, Toolbox};
use crate::wire::event::Event;
use crate::wire::id::ConversationId;
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::result::{ResultPage, ResultQuery};
use crate::wire::tool::NetboxRequest;
use crate::wire::transcript::{EndReason, Usage};

/// What answers questions: a model with tools.
pub struct Agent {
    pub(super) client: Client,
    pub(super) toolbox: Toolbox,
    pub(super) settings: Settings,
    /// What the model can, asked until the model's server answers.
    pub(super) model: OnceCell<Chosen>,
    /// What is asked before something is used; none at a terminal.
    pub(super) guard: Option<Guard>,
    /// How long a plan of changes waits for its person's word.
    pub(super) approval: Duration,
    runs: TaskTracker,
}

/// How it answers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The model's id.
    pub model: String,
    /// Whether the model is the embedded stand-in.
    pub stand_in: bool,
    /// Which dialect the model's server speaks.
    pub profile: ProfileChoice,
    /// How much work the model puts into an answer.
    pub effort: Effort,
    /// What one answer may use.
    pub budget: Budget,
    /// The prompt, in tokens, from which on a conversation is compacted. Without it, shortly before the model gets
    /// dearer for long prompts or its window is full.
    pub compact_at_tokens: Option<u64>,
    /// What tokens cost.
    pub prices: Prices,
    /// After how long without a word from the model the person is told.
    pub slow_after: Duration,
}

/// The step with which a run goes on: what is to be done, as the machine stored it, and the part with which it begins.
type StoredStep = (String, usize);

/// What a run knows beside its history.
pub(super) struct Progress {
    /// What its model can.
    pub model: Model,
    /// The dialect of the model's server.
    pub profile: Profile,
    /// The tools as they are sent, the same in every call of the run.
    pub tools: Value,
    /// When its time is used up.
    pub deadline: Instant,
    /// Whether it was compacted because the provider found it too long: that helps once or not at all.
    pub shortened: bool,
}

impl Agent {
    /// Answers with this model and these tools.
    pub fn new(client: Client, toolbox: Toolbox, settings: Settings) -> Self {
        let (model, runs) = (OnceCell::new(), TaskTracker::new());
        Self { client, toolbox, settings, model, guard: None, approval: Duration::ZERO, runs }
    }

    /// The same, with which these people may change NetBox, by plans that wait so long for their word.
    #[must_use]
    pub fn changing(self, changes: Changes, approval: Duration) -> Self {
        Self { toolbox: self.toolbox.changing(changes), approval, ..self }
    }

    /// The same, which keeps what its tools find in `results`.
    #[must_use]
    pub fn keeping(self, results: Results) -> Self {
        Self { toolbox: self.toolbox.keeping(results), ..self }
    }

    /// The tools.
    pub fn toolbox(&self) -> &Toolbox {
        &self.toolbox
    }

    /// A part of a result that a tool found in this conversation of this person's. What was not read of it is read with
    /// their rights: the requests that were made for that are given too, also where it failed.
    pub async fn result_page(
        &self,
        person: &Person,
        conversation: &ConversationId,
        handle: &str,
        query: &ResultQuery,
    ) -> (Result<ResultPage, Problem>, Vec<NetboxRequest>) {
        self.toolbox.result_page_and_requests(asking_of(person, conversation), handle, query).await
    }

    /// A part of a result as far as it is kept; nothing is asked of NetBox for it.
    pub async fn kept_page(
        &self,
        person: &Person,
        conversation: &ConversationId,
        handle: &str,
        query: &ResultQuery,
    ) -> Option<ResultPage> {
        self.toolbox.kept_page(asking_of(person, conversation), handle, query).await
    }

    /// Starts a run and, after it, those of the messages that wait, with the rights of whoever asks. Returns at once.
    pub fn start(self: &Arc<Self>, conversation: Arc<Conversation>, handle: RunHandle, credentials: Credentials) {
        let agent = Arc::clone(self);
        self.runs.spawn(async move { agent.answer_all(&conversation, Some((handle, None)), &credentials).await });
    }

    /// Goes on with a run whose process died or left it, from its last completed step. It ends where its person has no
    /// rights any more. Returns at once.
    pub fn resume(self: &Arc<Self>, left: LeftRun, credentials: Option<Credentials>) {
        let agent = Arc::clone(self);
        let LeftRun { conversation, record, tending } = left;
        self.runs.spawn(async move {
            let context = context_now(record.time_zone.as_deref());
            let next = match conversation.adopt(&record, credentials.is_some(), &context).await {
                Ok(Adopted::Continues(handle)) => {
                    tracing::info!(conversation = %conversation.id(), run = %record.run, attempt = record.attempts, "a run goes on whose process had ended");
                    let step = record.machine.map(|machine| (machine, record.next_part));
                    Some((handle, step))
                }
                Ok(Adopted::Ended(next)) => next.map(|handle| (handle, None)),
                Err(problem) => {
                    tracing::error!(conversation = %conversation.id(), run = %record.run, problem = %problem.message, "a run could not be taken over");
                    None
                }
            };
            // Its handle says now that somebody works on it; without one, it is left again.
            drop(tending);
            agent.answer_all(&conversation, next, &credentials.unwrap_or_default()).await;
        });
    }

    async fn answer_all(
        &self,
        conversation: &Arc<Conversation>,
        first: Option<(RunHandle, Option<StoredStep>)>,
        credentials: &Credentials,
    ) {
        let mut next = first;
        while let Some((handle, step)) = next.take() {
            let run = handle.run.clone();
            // Until its end is written, whatever becomes of its task.
            let _handle = handle.clone();
            // A run that panics must end like any other: somebody waits for it.
            let answered = AssertUnwindSafe(self.answer(conversation, handle, step, credentials)).catch_unwind().await;
            let waiting = match answered {
                Ok(Ok(waiting)) => waiting,
                Ok(Err(problem)) => {
                    tracing::error!(conversation = %conversation.id(), %run, problem = %problem.message, "a run could not be kept");
                    conversation.abandon_run(&run, &context_now(conversation.time_zone().as_deref())).await
                }
                Err(_panic) => {
                    tracing::error!(conversation = %conversation.id(), %run, "a run panicked; where, is said above");
                    conversation.abandon_run(&run, &context_now(conversation.time_zone().as_deref())).await
                }
            };
            next = waiting.map(|handle| (handle, None));
        }
    }

    /// Waits until all runs have ended, or this long.
    pub async fn drain(&self, patience: Duration) -> bool {
        self.runs.close();
        tokio::time::timeout(patience, self.runs.wait()).await.is_ok()
    }

    async fn answer(
        &self,
        conversation: &Arc<Conversation>,
        handle: RunHandle,
        step: Option<StoredStep>,
        credentials: &Credentials,
    ) -> Result<Option<RunHandle>, Problem> {
        let RunHandle { run, message, cancel, .. } = handle;
        if !conversation.has_begun(&run).await {
            let start = Event::RunStart {
                run: run.clone(),
                message: message.clone(),
                model: self.settings.model.clone(),
                stand_in: self.settings.stand_in,
                started_at: now(),
            };
            conversation.publish(&run, start, String::new()).await?;
        }
        let history = conversation.history().await;
        self.toolbox.go_on_after(conversation.id().as_str(), history.last_result());
        let (mut machine, next_part) = match step {
            Some((stored, next_part)) => match Machine::from_stored(&stored, history.clone()) {
                Ok(machine) => (machine, next_part),
                Err(error) => {
                    tracing::error!(conversation = %conversation.id(), %run, error = %error, "the last step of a run cannot be read");
                    return Err(Problem::new(ProblemCode::Internal, "The answer cannot go on"));
                }
            },
            None => (self.begin(conversation, &run, history, message).await, 0),
        };
        // The time that it took before counts, the time in which nobody worked on it does not.
        let now = Instant::now();
        let began = now.checked_sub(Duration::from_millis(machine.milliseconds())).unwrap_or(now);
        let mut started = began;
        let mut writer = AnswerWriter::new(conversation, run.clone(), next_part);
        let mut kept = *machine.usage();
        let worked = self.work(&mut machine, &mut writer, &mut kept, credentials, &mut started, &cancel).await;
        self.keep_usage(&machine, &writer, &mut kept).await;
        let Ending { why, problem } = worked?;
        writer.close_part().await?;
        if why == EndReason::Refused {
            writer.withdraw(0).await?;
        }
        let usage = *machine.usage();
        let problem = match problem {
            Some(problem) => Some(problem),
            None => self.warning(conversation, why, &usage).await,
        };
        let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let content = problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default();
        let ungrounded = grounding::ungrounded(&machine.history, why);
        let event = Event::RunEnd { run: run.clone(), why, problem, milliseconds, usage, ungrounded };
        let context = context_now(conversation.time_zone().as_deref());
        let ended = conversation.end_run(&run, machine.history, (event, content), &context).await?;
        tracing::info!(
            conversation = %conversation.id(), %run, why = ?ended.why,
            run.duration_ms = milliseconds, run.model_calls = usage.calls,
            run.input_tokens = usage.input_tokens, run.output_tokens = usage.output_tokens,
            run.cache_creation_input_tokens = usage.cache_creation_input_tokens,
            run.cache_read_input_tokens = usage.cache_read_input_tokens,
            run.cost_micro_dollars = usage.cost_micro_dollars,
            "a run ended"
        );
        Ok(ended.next)
    }

    /// Keeps what the run used since that was `kept` last.
    async fn keep_usage(&self, machine: &Machine, writer: &AnswerWriter<'_>, kept: &mut Usage) {
        let more = machine.usage().since(kept);
        if more != Usage::default() {
            writer.conversation().keep_usage(writer.run(), &self.settings.model, more).await;
            *kept = *machine.usage();
        }
    }

    /// Does the run's steps until the last. What its calls use is kept after each.
    async fn work(
        &self,
        machine: &mut Machine,
        writer: &mut AnswerWriter<'_>,
        kept: &mut Usage,
        credentials: &Credentials,
        started: &mut Instant,
        cancel: &CancellationToken,
    ) -> Result<Ending, Problem> {
        // Nothing is left of a budget.
        if let Step::Done(ending) = machine.next_step() {
            return Ok(ending);
        }
        let both = async { futures::join!(self.choose(), self.tools(credentials)) };
        let Some((Chosen { model, profile }, tools)) = cancel.run_until_cancelled(both).await else {
            machine.stop("");
            return Ok(Ending { why: EndReason::Stopped, problem: None });
        };
        let changed = machine.history.enter(self.segment(profile, &tools));
        if !changed.is_empty() {
            tracing::info!(
                changed = changed.join(", "),
                "a conversation goes on in a new segment, without the thinking so far"
            );
        }
        // The reply needs room too.
        machine.set_window(model.context_tokens.map(|tokens| tokens.saturating_sub(2 * model.reply_tokens())));
        let seconds = machine.budget().seconds;
        let deadline = *started + Duration::from_secs(seconds);
        let mut progress = Progress { model, profile, tools, deadline, shortened: false };
        self.compact_when_long(machine, writer, &progress, cancel).await?;
        loop {
            machine.clock(u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX));
            let step = machine.next_step();
            if !matches!(step, Step::Done(_)) {
                // First what was paid for: whoever goes on from the step takes it for kept.
                self.keep_usage(machine, writer, kept).await;
                writer.checkpoint(machine).await?;
            }
            match step {
                Step::Done(ending) => return Ok(ending),
                Step::CallModel => self.call_model(machine, writer, &mut progress, cancel).await?,
                Step::CallTools(calls) => {
                    self.call_tools(machine, writer, credentials, calls, progress.deadline, cancel).await?;
                }
                Step::AwaitApproval(call, waiting) => {
                    let began = Instant::now();
                    self.await_approval(machine, writer, credentials, &call, waiting, cancel).await?;
                    // It is the person who took that time.
                    *started += began.elapsed();
                    progress.deadline += began.elapsed();
                }
            }
        }
    }

    /// The tools of the connected NetBox as requests name them: the same bytes each time, so that a cache holds them. When
    /// NetBox gets or loses one, the conversation goes on in a new segment.
    async fn tools(&self, credentials: &Credentials) -> Value {
        let tools = self.toolbox.offered(credentials).await;
        tools
            .into_iter()
            .map(|tool| json!({"name": tool.name, "description": tool.description, "input_schema": tool.input_schema}))
            .collect()
    }

    /// What the thinking of this run will be bound to.
    fn segment(&self, profile: Profile, tools: &Value) -> Segment {
        Segment {
            model: self.settings.model.clone(),
            provider: format!("{} {profile:?}", self.client.service()),
            account: self.client.account().to_owned(),
            system: digest(&[SYSTEM]),
            tools: digest_of(tools),
        }
    }

    /// The request for what the history holds.
    pub(super) fn request(&self, progress: &Progress, history: &History) -> Request {
        let Progress { model, profile, tools, .. } = progress;
        let messages = history.messages().to_vec();
        Request::new(*profile, model, self.settings.effort, SYSTEM, tools.clone(), messages)
    }

    /// What calls cost, in millionths of a US dollar; 0 where no price is known.
    pub(super) fn cost(&self, usage: &Usage) -> u64 {
        self.settings.prices.cost(&self.settings.model, usage).unwrap_or_default()
    }
}

/// A person who asks in a conversation of theirs.
fn asking_of<'a>(person: &'a Person, conversation: &'a ConversationId) -> Asking<'a> {
    Asking { person: Some(person.id.as_str()), ..Asking::new(&person.credentials, conversation.as_str()) }
}

#[cfg(test)]
mod tests;
