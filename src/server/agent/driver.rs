//! Does what the machine decides: one task a run, whoever is looking.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;

use super::context_now;
use super::history::History;
use super::machine::{Ending, Machine, Step};
use super::prompt::SYSTEM;
use super::writer::AnswerWriter;
use crate::server::anthropic::{Client, Effort, Model, Request};
use crate::server::hub::{Conversation, RunHandle};
use crate::server::netbox::Credentials;
use crate::server::tools::{Asking, Toolbox};
use crate::wire::event::Event;
use crate::wire::id::ConversationId;
use crate::wire::problem::Problem;
use crate::wire::result::{ResultPage, ResultQuery};
use crate::wire::transcript::{EndReason, Usage};

/// What answers questions: a model with tools.
pub struct Agent {
    pub(super) client: Client,
    pub(super) toolbox: Toolbox,
    pub(super) credentials: Credentials,
    settings: Settings,
    /// What the model can, asked until the model's server answers.
    model: OnceCell<Model>,
    runs: TaskTracker,
}

/// How it answers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The model's id.
    pub model: String,
    /// Whether the model is the embedded stand-in.
    pub stand_in: bool,
    /// The most rounds of tool calls in one answer.
    pub maximum_rounds: u32,
}

/// How long the model's server may take to say what the model can; the built-in table knows enough without it.
const LOOK_UP_PATIENCE: Duration = Duration::from_secs(8);

/// What a run knows beside its history.
#[derive(Default)]
pub(super) struct Progress {
    /// What it has used so far.
    pub usage: Usage,
    /// What its model can.
    pub model: Option<Model>,
}

impl Agent {
    /// Answers with this model, these tools and these rights in NetBox.
    pub fn new(client: Client, toolbox: Toolbox, credentials: Credentials, settings: Settings) -> Self {
        Self { client, toolbox, credentials, settings, model: OnceCell::new(), runs: TaskTracker::new() }
    }

    /// The tools.
    pub fn toolbox(&self) -> &Toolbox {
        &self.toolbox
    }

    /// A part of a result that a tool found in this conversation.
    ///
    /// # Errors
    /// The result is not kept any more, has no such column, or NetBox does not answer.
    pub async fn result_page(
        &self,
        conversation: &ConversationId,
        handle: &str,
        query: &ResultQuery,
    ) -> Result<ResultPage, Problem> {
        let asking = Asking { credentials: &self.credentials, conversation: conversation.as_str() };
        self.toolbox.result_page(asking, handle, query).await
    }

    /// The rights with which NetBox is asked.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// Starts a run and, after it, those of the messages that wait. Returns at once.
    pub fn start(self: &Arc<Self>, conversation: Arc<Conversation>, handle: RunHandle) {
        let agent = Arc::clone(self);
        self.runs.spawn(async move {
            let mut next = Some(handle);
            while let Some(handle) = next.take() {
                let run = handle.run.clone();
                // A run that panics must end like any other: somebody waits for it.
                let answered = AssertUnwindSafe(agent.answer(&conversation, handle)).catch_unwind().await;
                next = match answered {
                    Ok(Ok(waiting)) => waiting,
                    Ok(Err(problem)) => {
                        tracing::error!(conversation = %conversation.id(), %run, problem = %problem.message, "a run could not be kept");
                        conversation.abandon_run(&run, &context_now()).await
                    }
                    Err(_panic) => {
                        tracing::error!(conversation = %conversation.id(), %run, "a run panicked; where, is said above");
                        conversation.abandon_run(&run, &context_now()).await
                    }
                };
            }
        });
    }

    /// Waits until all runs have ended, or this long.
    pub async fn drain(&self, patience: Duration) -> bool {
        self.runs.close();
        tokio::time::timeout(patience, self.runs.wait()).await.is_ok()
    }

    async fn answer(&self, conversation: &Arc<Conversation>, handle: RunHandle) -> Result<Option<RunHandle>, Problem> {
        let started = Instant::now();
        let RunHandle { run, message, cancel } = handle;
        conversation
            .publish(
                &run,
                Event::RunStart {
                    run: run.clone(),
                    message: message.clone(),
                    model: self.settings.model.clone(),
                    stand_in: self.settings.stand_in,
                    started_at: jiff::Timestamp::now().as_millisecond(),
                },
                String::new(),
            )
            .await?;
        let mut machine = Machine::new(conversation.history().await, message, self.settings.maximum_rounds);
        let mut writer = AnswerWriter::new(conversation, run.clone());
        let mut progress = Progress::default();
        let Ending { why, problem } = loop {
            match machine.next_step() {
                Step::Done(ending) => break ending,
                Step::CallModel => self.call_model(&mut machine, &mut writer, &mut progress, &cancel).await?,
                Step::CallTools(calls) => self.call_tools(&mut machine, &mut writer, calls, &cancel).await?,
            }
        };
        writer.close_part().await?;
        if why == EndReason::Refused {
            writer.withdraw(0).await?;
        }
        let usage = progress.usage;
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            conversation = %conversation.id(), %run, ?why,
            run.duration_ms = milliseconds, run.model_calls = usage.calls,
            run.input_tokens = usage.input_tokens, run.output_tokens = usage.output_tokens,
            "a run ended"
        );
        let content = problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default();
        let event = Event::RunEnd { run: run.clone(), why, problem, milliseconds, usage };
        conversation.end_run(&run, machine.history, event, content, &context_now()).await
    }

    /// The request for what the history holds.
    pub(super) fn request(&self, model: &Model, history: &History) -> Request {
        let tools = Toolbox::definitions()
            .into_iter()
            .map(|tool| {
                serde_json::json!({
                    "name": tool.name, "description": tool.description, "input_schema": tool.input_schema,
                })
            })
            .collect();
        Request::new(model, Effort::Medium, Request::system(SYSTEM), tools, history.messages().to_vec())
    }

    /// What the model can. Where its server does not say, what the built-in table knows; the next run asks again.
    pub(super) async fn find_model(&self) -> Model {
        let asked = self.model.get_or_try_init(|| async {
            let asked = tokio::time::timeout(LOOK_UP_PATIENCE, self.client.model(&self.settings.model)).await;
            let found = asked.map_err(|_elapsed| "no answer in time".to_owned())?;
            let found = found.map_err(|error| error.problem().message)?;
            // An alias stays what was configured: a server may name the dated model behind it.
            Ok::<_, String>(Model { id: self.settings.model.clone(), ..found })
        });
        match asked.await {
            Ok(model) => model.clone(),
            Err(problem) => {
                tracing::debug!(problem, "the model's abilities are taken from the built-in table");
                Model::known(&self.settings.model)
            }
        }
    }
}

#[cfg(test)]
mod tests;
