//! What happens in a conversation gets into the database in one piece: its events, the model's history, the run and the
//! command that made it, or nothing of it.
//!
//! The log's `seq` is the lock: of two processes that write the same place, the second is refused, reads what the first
//! wrote, and decides anew.

use std::sync::Arc;

use sqlx::{Any, AssertSqlSafe, Transaction};

use super::Database;
use super::conversations::{write_counts, write_history, write_title};
use super::database::Kind;
use super::error::{damaged, is_conflict, is_orphan, unavailable};
use super::search::index_news;
use crate::server::agent::history::History;
use crate::server::clock::now;
use crate::server::person::PersonId;
use crate::wire::event::{Event, Frame};
use crate::wire::id::{CommandId, ConversationId, MessageId, RunId};
use crate::wire::problem::Problem;

/// The channel on which PostgreSQL's processes tell each other of changes.
pub(super) const CHANNEL: &str = "netbox_chatbox";

/// What is told of a change that the list of conversations shows.
pub(super) const LIST: &str = "list";
/// What is told of one that it does not show.
const LOG: &str = "log";

/// What is to be written.
#[derive(Default)]
pub struct Change<'change> {
    /// The next events, in order.
    pub frames: Vec<Arc<Frame>>,
    /// The model's history from its first message that is not written yet.
    pub history: Option<&'change History>,
    /// The title and when something was last asked or answered, as the list shows them.
    pub summary: Option<(String, i64)>,
    /// How many messages wait, where that is another number now.
    pub waiting: Option<usize>,
    /// How many plans wait for their person's word, where that is another number now.
    pub undecided: Option<usize>,
    /// The command that made a message.
    pub command: Option<(CommandId, MessageId)>,
    /// What becomes of runs, in order.
    pub runs: Vec<&'change RunChange>,
}

/// What becomes of a run.
#[derive(Clone, Debug)]
pub enum RunChange {
    /// It begins, in this process.
    Begin {
        /// Which run.
        run: RunId,
        /// The turn that it answers.
        message: MessageId,
        /// Where the person is.
        time_zone: Option<String>,
    },
    /// A step of it is complete: from here it can be continued.
    Step {
        /// Which run.
        run: RunId,
        /// What is to be done next, as JSON, without the history.
        machine: String,
        /// The part with which the next step begins.
        next_part: usize,
    },
    /// It has ended.
    End {
        /// Which run.
        run: RunId,
    },
}

/// Why nothing was written.
#[derive(Debug)]
pub enum Refused {
    /// Another process has written meanwhile: read what, and decide anew.
    Behind,
    /// The conversation is gone.
    Gone,
    /// The run is another process's now, or has ended.
    NotOurs,
    /// The database fails.
    Failed(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Failed(problem)
    }
}

impl Database {
    /// Writes the change in one piece. `process` names this process, and `owner` whose conversation it is.
    ///
    /// # Errors
    /// [`Refused`]; then nothing was written.
    pub async fn commit(
        &self,
        process: &str,
        owner: &PersonId,
        conversation: &ConversationId,
        change: &Change<'_>,
    ) -> Result<(), Refused> {
        #[cfg(test)]
        self.fail_if_told(&change.frames)?;
        let mut transaction = self.begin().await?;
        for run in &change.runs {
            self.write_run(&mut transaction, process, owner, conversation, run).await?;
        }
        for frame in &change.frames {
            write_frame(&mut transaction, conversation, frame).await?;
        }
        if let Some(history) = change.history {
            write_history(&mut transaction, conversation, history).await?;
        }
        if let Some((title, updated_at)) = &change.summary {
            write_title(&mut transaction, conversation, title, *updated_at).await?;
        }
        if change.waiting.is_some() || change.undecided.is_some() {
            write_counts(&mut transaction, conversation, change.waiting, change.undecided).await?;
        }
        if let Some((command, message)) = &change.command {
            write_command(&mut transaction, owner, command, conversation, message).await?;
        }
        let is_listed = change.summary.is_some() || change.undecided.is_some();
        self.tell(&mut transaction, process, owner, conversation, is_listed).await?;
        transaction.commit().await.map_err(refused)?;
        #[cfg(test)]
        self.answer()?;
        let is_news = |frame: &Arc<Frame>| matches!(frame.event, Event::Title | Event::RunEnd { .. });
        if change.frames.iter().any(is_news) {
            self.index(conversation).await;
        }
        Ok(())
    }

    /// Brings the search's index to where the log is. On its own: what was written stays written if this fails, and the
    /// next start makes up for it.
    async fn index(&self, conversation: &ConversationId) {
        let indexed = async {
            let mut transaction = self.begin().await?;
            index_news(self.kind(), &mut transaction, conversation).await.map_err(unavailable)?;
            transaction.commit().await.map_err(unavailable)
        };
        if let Err(problem) = indexed.await {
            tracing::warn!(%conversation, problem = %problem.message, "a conversation will be found by what it says only after the next start");
        }
    }

    /// Tells the other processes that there is more in this conversation, and whether the list of its owner's
    /// conversations is another now; never what.
    pub(super) async fn tell(
        &self,
        transaction: &mut Transaction<'static, Any>,
        process: &str,
        owner: &PersonId,
        conversation: &ConversationId,
        is_news: bool,
    ) -> Result<(), Refused> {
        if self.kind() == Kind::Postgres {
            let news = if is_news { LIST } else { LOG };
            let payload = format!("{process} {} {} {news}", conversation.as_str(), owner.as_str());
            sqlx::query("SELECT pg_notify($1, $2)")
                .bind(CHANNEL)
                .bind(payload)
                .execute(&mut **transaction)
                .await
                .map_err(refused)?;
        }
        Ok(())
    }

    async fn write_run(
        &self,
        transaction: &mut Transaction<'static, Any>,
        process: &str,
        person: &PersonId,
        conversation: &ConversationId,
        change: &RunChange,
    ) -> Result<(), Refused> {
        // One clock for all processes: by it a silent one is known.
        let clock = self.clock();
        match change {
            RunChange::Begin { run, message, time_zone } => {
                let begin = format!(
                    "INSERT INTO runs (id, conversation, message, person, process, machine, next_part, attempts, \
                     stop_requested, time_zone, started_at, heartbeat_at, ended_at) \
                     VALUES ($1, $2, $3, $4, $5, '', 0, 1, 0, $6, {clock}, {clock}, NULL)"
                );
                sqlx::query(AssertSqlSafe(begin))
                    .bind(run.as_str())
                    .bind(conversation.as_str())
                    .bind(message.as_str())
                    .bind(person.as_str())
                    .bind(process)
                    .bind(time_zone.as_deref())
                    .execute(&mut **transaction)
                    .await
                    .map_err(refused)?;
            }
            RunChange::Step { run, machine, next_part } => {
                let step = format!(
                    "UPDATE runs SET machine = $1, heartbeat_at = {clock}, \
                     attempts = CASE WHEN next_part < $2 THEN 1 ELSE attempts END, next_part = $2 \
                     WHERE id = $3 AND process = $4 AND ended_at IS NULL"
                );
                let step = sqlx::query(AssertSqlSafe(step))
                    .bind(machine)
                    .bind(number(*next_part as u64))
                    .bind(run.as_str())
                    .bind(process)
                    .execute(&mut **transaction)
                    .await
                    .map_err(refused)?;
                if step.rows_affected() == 0 {
                    return Err(Refused::NotOurs);
                }
            }
            RunChange::End { run } => {
                let end = format!(
                    "UPDATE runs SET ended_at = {clock}, machine = '' WHERE id = $1 AND process = $2 AND ended_at IS NULL"
                );
                let end = sqlx::query(AssertSqlSafe(end))
                    .bind(run.as_str())
                    .bind(process)
                    .execute(&mut **transaction)
                    .await
                    .map_err(refused)?;
                if end.rows_affected() == 0 {
                    return Err(Refused::NotOurs);
                }
            }
        }
        Ok(())
    }
}

async fn write_frame(
    transaction: &mut Transaction<'static, Any>,
    conversation: &ConversationId,
    frame: &Frame,
) -> Result<(), Refused> {
    let text = serde_json::to_string(frame).map_err(|error| damaged("an event", &error))?;
    sqlx::query("INSERT INTO events (conversation, seq, frame) VALUES ($1, $2, $3)")
        .bind(conversation.as_str())
        .bind(number(frame.seq))
        .bind(text)
        .execute(&mut **transaction)
        .await
        .map_err(refused)?;
    Ok(())
}

async fn write_command(
    transaction: &mut Transaction<'static, Any>,
    person: &PersonId,
    command: &CommandId,
    conversation: &ConversationId,
    message: &MessageId,
) -> Result<(), Refused> {
    sqlx::query("INSERT INTO commands (person, id, conversation, message, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(person.as_str())
        .bind(command.as_str())
        .bind(conversation.as_str())
        .bind(message.as_str())
        .bind(now())
        .execute(&mut **transaction)
        .await
        .map_err(refused)?;
    Ok(())
}

/// What a refusal of the database means here.
pub(super) fn refused(error: sqlx::Error) -> Refused {
    if is_conflict(&error) {
        Refused::Behind
    } else if is_orphan(&error) {
        Refused::Gone
    } else {
        Refused::Failed(unavailable(error))
    }
}

/// As both databases keep numbers; none here comes near the limit.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
