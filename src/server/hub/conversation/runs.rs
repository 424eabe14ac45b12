//! How runs begin and end here. Each has exactly one last event, whatever becomes of its task.

use super::Conversation;
use super::live::{Live, RunHandle};
use super::log::now;
use crate::server::agent::history::History;
use crate::server::hub::title_from;
use crate::wire::event::Event;
use crate::wire::id::{CommandId, MessageId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{EndReason, QueuedMessage, Usage};

/// What became of a run.
pub struct Ended {
    /// How it ended, as its last event says; none where nobody is told any more.
    pub why: Option<EndReason>,
    /// The run to start for the message that waited longest.
    pub next: Option<RunHandle>,
}

impl Conversation {
    /// Makes a conversation whose process died usable: an answer that was being written, or was about to be, ends as
    /// interrupted, and tool calls left open are answered. Messages that wait go on waiting for the next question.
    pub(in crate::server::hub) async fn recover(&self) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        let answered = self.repair(&mut live);
        if answered > 0 {
            self.shared.store.keep_history(&self.id, &live.history).await?;
        }
        let run = match live.transcript.turns.last() {
            Some(turn) => match &turn.answer {
                Some(answer) if answer.end.is_some() => return Ok(()),
                Some(answer) => answer.run.clone(),
                None => RunId(uuid::Uuid::now_v7().to_string()),
            },
            None => return Ok(()),
        };
        tracing::info!(conversation = %self.id, %run, tool_calls = answered, "a run was left unfinished; it is ended");
        self.close(&mut live, run, EndReason::Interrupted, interrupted()).await;
        Ok(())
    }

    /// What the model is to be sent for the run.
    pub async fn history(&self) -> History {
        self.live.lock().await.history.clone()
    }

    /// Adds an event of this run to the log. A run that was ended from elsewhere adds nothing more.
    pub async fn publish(&self, run: &RunId, event: Event, content: String) -> Result<(), Problem> {
        let mut live = self.live.lock().await;
        if live.is_running(run) { self.append(&mut live, event, content).await } else { Ok(()) }
    }

    /// Ends this run with its last event, and begins the next waiting message. Gives how the run ended for those who
    /// look: one that was ended from elsewhere stays ended as it was. Also gives the run to start for the next message.
    pub async fn end_run(
        &self,
        run: &RunId,
        history: History,
        event: Event,
        content: String,
        context: &str,
    ) -> Result<Ended, Problem> {
        let mut live = self.live.lock().await;
        let told = |live: &Live| {
            let mut answers = live.transcript.turns.iter().rev().filter_map(|turn| turn.answer.as_ref());
            answers.find(|answer| &answer.run == run).and_then(|answer| answer.end.as_ref()).map(|end| end.why)
        };
        if !live.is_running(run) {
            return Ok(Ended { why: told(&live), next: None });
        }
        live.history = history;
        self.shared.store.keep_history(&self.id, &live.history).await?;
        self.append(&mut live, event, content).await?;
        live.run = None;
        Ok(Ended { why: told(&live), next: self.begin_next(&mut live, context).await? })
    }

    /// Ends this run, whose task broke off, as failed, and begins the next waiting message. Returns the run to start
    /// for it. Whoever looks hears of it even if the store is what failed.
    pub async fn abandon_run(&self, run: &RunId, context: &str) -> Option<RunHandle> {
        let mut live = self.live.lock().await;
        if live.is_running(run) {
            self.repair(&mut live);
            if let Err(problem) = self.shared.store.keep_history(&self.id, &live.history).await {
                tracing::error!(conversation = %self.id, problem = %problem.message, "a history could not be stored");
            }
            let problem = Problem::new(ProblemCode::Internal, "The answer broke off through a fault of this program")
                .hint("ask again; the server's log says what happened");
            self.close(&mut live, run.clone(), EndReason::Failed, problem).await;
        }
        if live.run.is_some() || self.deleted.is_cancelled() {
            return None;
        }
        self.begin_next(&mut live, context).await.unwrap_or_else(|problem| {
            tracing::error!(conversation = %self.id, problem = %problem.message, "a waiting message could not be begun");
            None
        })
    }

    /// Ends the run, if there is one, since the server stops. It can be asked anew.
    pub(in crate::server::hub) async fn interrupt(&self) {
        let mut live = self.live.lock().await;
        if let Some(handle) = live.run.clone() {
            handle.cancel.cancel();
            self.repair(&mut live);
            self.close(&mut live, handle.run, EndReason::Interrupted, interrupted()).await;
        }
    }

    /// Begins the message that has waited longest, unless the server stops.
    pub(super) async fn begin_next(&self, live: &mut Live, context: &str) -> Result<Option<RunHandle>, Problem> {
        if self.shared.stopping.is_cancelled() {
            return Ok(None);
        }
        match live.transcript.queue.first().cloned() {
            Some(QueuedMessage { message, text }) => {
                self.begin_turn(live, message, None, &text, context).await.map(Some)
            }
            None => Ok(None),
        }
    }

    pub(super) async fn begin_turn(
        &self,
        live: &mut Live,
        message: MessageId,
        command: Option<CommandId>,
        text: &str,
        context: &str,
    ) -> Result<RunHandle, Problem> {
        let fresh_context = live.reset;
        if fresh_context {
            live.history.reset();
        }
        live.history.begin_turn(&message, text, context);
        self.shared.store.keep_history(&self.id, &live.history).await?;
        if live.transcript.title.is_empty() {
            self.append(live, Event::Title, title_from(text)).await?;
        }
        let event = Event::Message { message: message.clone(), command, asked_at: now(), fresh_context };
        self.append(live, event, text.to_owned()).await?;
        Ok(live.start_run(message))
    }

    /// Answers the tool calls that were left open. Gives how many there were.
    fn repair(&self, live: &mut Live) -> usize {
        let calls = live.history.repair();
        if calls > 0 {
            tracing::warn!(conversation = %self.id, tool_calls = calls, "tool calls had no result; they are answered as interrupted");
        }
        calls
    }

    /// Logs the last event of a run that cannot do so itself. Where it had not begun, its beginning comes first, so
    /// that the question does not seem to be on its way for ever.
    async fn close(&self, live: &mut Live, run: RunId, why: EndReason, problem: Problem) {
        let now = now();
        if let Some(turn) = live.transcript.turns.last().filter(|turn| turn.answer.is_none()) {
            let known = live.transcript.turns.iter().rev().find_map(|turn| turn.answer.as_ref());
            let start = Event::RunStart {
                run: run.clone(),
                message: turn.message.clone(),
                model: known.map(|answer| answer.model.clone()).unwrap_or_default(),
                stand_in: known.is_some_and(|answer| answer.stand_in),
                started_at: now,
            };
            self.append_regardless(live, start, String::new()).await;
        }
        let started =
            live.transcript.turns.last().and_then(|turn| turn.answer.as_ref()).map(|answer| answer.started_at);
        let milliseconds = u64::try_from(now - started.unwrap_or(now)).unwrap_or_default();
        let content = problem.message.clone();
        let event = Event::RunEnd {
            run,
            why,
            problem: Some(problem),
            milliseconds,
            usage: Usage::default(),
            ungrounded: Vec::new(),
        };
        self.append_regardless(live, event, content).await;
        live.run = None;
    }
}

fn interrupted() -> Problem {
    Problem::new(ProblemCode::Internal, "The server stopped while this was being written")
        .hint("ask again to get the whole answer")
}
