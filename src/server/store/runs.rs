//! Runs that have not ended: who writes them, and who takes over when that process has died.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::Database;
use super::conversations::{integer, text};
use super::error::unavailable;
use crate::server::person::PersonId;
use crate::wire::id::{ConversationId, MessageId, RunId};
use crate::wire::problem::Problem;

/// A run that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// Which run.
    pub run: RunId,
    /// Where.
    pub conversation: ConversationId,
    /// The turn that it answers.
    pub message: MessageId,
    /// Who asked.
    pub person: PersonId,
    /// What is to be done next, as JSON, without the history; none before the first step.
    pub machine: Option<String>,
    /// The part with which the next step begins.
    pub next_part: usize,
    /// How often this step was begun, this time included: what gets on may be interrupted any number of times.
    pub attempts: u32,
    /// Whether the person has stopped it.
    pub stop_requested: bool,
    /// Where the person is.
    pub time_zone: Option<String>,
}

/// Which runs may be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Those whose process has said nothing for this long, in milliseconds, and those left to be continued.
    SilentFor(i64),
    /// All that are not this process's, since no other is there.
    All,
}

/// A run that the database calls this process's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnRun {
    /// Where it is.
    pub conversation: ConversationId,
    /// Which run.
    pub run: RunId,
    /// Whether a person has stopped it from elsewhere.
    pub stop_requested: bool,
}

impl Database {
    /// Says that this process still writes its runs. Gives them.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn heartbeat(&self, process: &str) -> Result<Vec<OwnRun>, Problem> {
        let clock = self.clock();
        let alive = format!(
            "UPDATE runs SET heartbeat_at = {clock} WHERE process = $1 AND ended_at IS NULL \
             RETURNING conversation, id, stop_requested"
        );
        let rows = sqlx::query(AssertSqlSafe(alive)).bind(process).fetch_all(self.pool()).await.map_err(unavailable)?;
        let own = |row| {
            let (conversation, run) = (ConversationId(text(row, "conversation")?), RunId(text(row, "id")?));
            Ok(OwnRun { conversation, run, stop_requested: integer(row, "stop_requested")? != 0 })
        };
        rows.iter().map(own).collect()
    }

    /// Takes over runs whose process is dead: each goes to exactly one process, since one statement does it.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn take_over(&self, process: &str, taken: Taken) -> Result<Vec<RunRecord>, Problem> {
        let silence = match taken {
            Taken::SilentFor(milliseconds) => milliseconds,
            // The clock may have been set back.
            Taken::All => i64::from(i32::MIN),
        };
        let clock = self.clock();
        let take = format!(
            "UPDATE runs SET process = $1, attempts = attempts + 1, heartbeat_at = {clock} \
             WHERE ended_at IS NULL AND process <> $1 AND (process = '' OR heartbeat_at < {clock} - $2) \
             RETURNING id, conversation, message, person, machine, next_part, attempts, stop_requested, time_zone"
        );
        let rows = sqlx::query(AssertSqlSafe(take))
            .bind(process)
            .bind(silence)
            .fetch_all(self.pool())
            .await
            .map_err(unavailable)?;
        rows.iter().map(record).collect()
    }

    /// Conversations with their owners in which messages wait although no answer is being written: whoever ended the last
    /// one did not get to begin the next.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn waiting(&self) -> Result<Vec<(ConversationId, PersonId)>, Problem> {
        let rows = sqlx::query(
            "SELECT id, owner FROM conversations WHERE waiting > 0 \
             AND NOT EXISTS (SELECT 1 FROM runs WHERE conversation = conversations.id AND ended_at IS NULL)",
        )
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        rows.iter()
            .map(|row| Ok((ConversationId(text(row, "id")?), PersonId::from_stored(text(row, "owner")?))))
            .collect()
    }

    /// The conversation's run that has not ended, and the process that writes it (empty when it was left to be
    /// continued).
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn unfinished_run(&self, conversation: &ConversationId) -> Result<Option<(RunId, String)>, Problem> {
        let row = sqlx::query("SELECT id, process FROM runs WHERE conversation = $1 AND ended_at IS NULL")
            .bind(conversation.as_str())
            .fetch_optional(self.pool())
            .await
            .map_err(unavailable)?;
        row.map(|row| Ok((RunId(text(&row, "id")?), text(&row, "process")?))).transpose()
    }

    /// Asks the process that writes the run to stop it. Whether it was still being written.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn request_stop(
        &self,
        process: &str,
        owner: &PersonId,
        run: &RunId,
        conversation: &ConversationId,
    ) -> Result<bool, Problem> {
        let mut transaction = self.begin().await?;
        let stopped = sqlx::query("UPDATE runs SET stop_requested = 1 WHERE id = $1 AND ended_at IS NULL")
            .bind(run.as_str())
            .execute(&mut *transaction)
            .await
            .map_err(unavailable)?;
        if let Err(super::Refused::Failed(problem)) =
            self.tell(&mut transaction, process, owner, conversation, false).await
        {
            return Err(problem);
        }
        transaction.commit().await.map_err(unavailable)?;
        Ok(stopped.rows_affected() > 0)
    }

    /// Leaves a run to be continued by whoever comes next.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn release_run(&self, process: &str, run: &RunId) -> Result<(), Problem> {
        // It was not its own fault that it is begun once more.
        sqlx::query(
            "UPDATE runs SET process = '', attempts = attempts - 1 WHERE id = $1 AND process = $2 AND ended_at IS NULL",
        )
        .bind(run.as_str())
        .bind(process)
        .execute(self.pool())
        .await
        .map_err(unavailable)?;
        Ok(())
    }
}

fn record(row: &AnyRow) -> Result<RunRecord, Problem> {
    let machine = text(row, "machine")?;
    Ok(RunRecord {
        run: RunId(text(row, "id")?),
        conversation: ConversationId(text(row, "conversation")?),
        message: MessageId(text(row, "message")?),
        person: PersonId::from_stored(text(row, "person")?),
        machine: (!machine.is_empty()).then_some(machine),
        next_part: usize::try_from(integer(row, "next_part")?).unwrap_or_default(),
        attempts: u32::try_from(integer(row, "attempts")?).unwrap_or(u32::MAX),
        stop_requested: integer(row, "stop_requested")? != 0,
        time_zone: row.try_get("time_zone").map_err(unavailable)?,
    })
}
