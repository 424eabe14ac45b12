//! Does what the machine decides: one task a run, whoever is looking.

use std::sync::Arc;
use std::time::{Duration, Instant};

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
use crate::server::tools::Toolbox;
use crate::wire::event::Event;
use crate::wire::problem::Problem;
use crate::wire::transcript::{EndReason, Usage};

/// What answers questions: a model with tools.
pub struct Agent {
    pub(super) client: Client,
    pub(super) toolbox: Toolbox,
    pub(super) credentials: Credentials,
    settings: Settings,
    /// What the model can, asked once.
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

/// What a run has used so far.
#[derive(Default)]
pub(super) struct Spent {
    pub usage: Usage,
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
                match agent.answer(&conversation, handle).await {
                    Ok(waiting) => next = waiting,
                    Err(problem) => {
                        tracing::error!(conversation = %conversation.id(), problem = %problem.message, "a run could not be kept");
                    }
                }
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
        let mut spent = Spent::default();
        let Ending { why, problem } = loop {
            match machine.next_step() {
                Step::Done(ending) => break ending,
                Step::CallModel => self.call_model(&mut machine, &mut writer, &mut spent, &cancel).await?,
                Step::CallTools(calls) => self.call_tools(&mut machine, &mut writer, calls, &cancel).await?,
            }
        };
        writer.close_part().await?;
        if why == EndReason::Refused {
            writer.withdraw(0).await?;
        }
        let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            conversation = %conversation.id(), %run, ?why,
            run.duration_ms = milliseconds, run.model_calls = spent.usage.calls,
            run.input_tokens = spent.usage.input_tokens, run.output_tokens = spent.usage.output_tokens,
            "a run ended"
        );
        let content = problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default();
        let event = Event::RunEnd { run, why, problem, milliseconds, usage: spent.usage };
        conversation.end_run(machine.history, event, content, &context_now()).await
    }

    /// The request for what the history holds.
    pub(super) async fn request(&self, history: &History) -> Request {
        let model = self.model.get_or_init(|| self.find_model()).await;
        let tools = self
            .toolbox
            .definitions()
            .into_iter()
            .map(|tool| {
                serde_json::json!({
                    "name": tool.name, "description": tool.description, "input_schema": tool.input_schema,
                })
            })
            .collect();
        Request::new(model, Effort::Medium, Request::system(SYSTEM), tools, history.messages().to_vec())
    }

    async fn find_model(&self) -> Model {
        self.client.model(&self.settings.model).await.unwrap_or_else(|error| {
            tracing::debug!(problem = %error.problem().message, "the model's abilities are taken from the built-in table");
            Model::known(&self.settings.model)
        })
    }
}
