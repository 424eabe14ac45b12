//! Conversations: their logs, and what the model is sent.

use std::sync::Arc;

use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};

use super::Database;
use super::commit::{Refused, number, refused};
use super::error::{damaged, unavailable};
use crate::server::agent::history::{History, StoredAside, StoredHistory};
use crate::server::clock::now;
use crate::server::person::PersonId;
use crate::wire::deployment::ConversationSummary;
use crate::wire::event::Frame;
use crate::wire::id::{CommandId, ConversationId, MessageId};
use crate::wire::problem::Problem;

/// How long a command is recognised when it is sent again, in milliseconds.
const COMMANDS_KEPT: i64 = 24 * 60 * 60 * 1000;

/// A conversation as it is kept.
#[derive(Clone, Debug)]
pub struct StoredConversation {
    /// Whose it is.
    pub owner: PersonId,
    /// Every event, in order, from `seq` 1.
    pub log: Vec<Arc<Frame>>,
    /// What the model is sent.
    pub history: History,
}

impl Database {
    /// Makes an empty conversation. Making it again changes nothing.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn create_conversation(&self, conversation: &ConversationId, owner: &PersonId) -> Result<(), Problem> {
        sqlx::query(
            "INSERT INTO conversations (id, owner, title, created_at, updated_at, last_seq, history) \
             VALUES ($1, $2, '', $3, $3, 0, '') ON CONFLICT (id) DO NOTHING",
        )
        .bind(conversation.as_str())
        .bind(owner.as_str())
        .bind(now())
        .execute(self.pool())
        .await
        .map_err(unavailable)?;
        Ok(())
    }

    /// The whole conversation as it was at one moment, or none.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn load_conversation(
        &self,
        conversation: &ConversationId,
    ) -> Result<Option<StoredConversation>, Problem> {
        let mut moment = self.begin_snapshot().await?;
        let row = sqlx::query("SELECT owner, history FROM conversations WHERE id = $1")
            .bind(conversation.as_str())
            .fetch_optional(&mut *moment)
            .await
            .map_err(unavailable)?;
        let Some(row) = row else { return Ok(None) };
        let owner = PersonId::from_stored(text(&row, "owner")?);
        let messages = sqlx::query("SELECT message FROM history_messages WHERE conversation = $1 ORDER BY position")
            .bind(conversation.as_str())
            .fetch_all(&mut *moment)
            .await
            .map_err(unavailable)?;
        let messages: Vec<String> = messages.iter().map(|row| text(row, "message")).collect::<Result<_, _>>()?;
        let aside = sqlx::query("SELECT message, turn FROM history_aside WHERE conversation = $1")
            .bind(conversation.as_str())
            .fetch_all(&mut *moment)
            .await
            .map_err(unavailable)?;
        let stored_aside = |row| {
            Ok::<_, Problem>(StoredAside { message: MessageId(text(row, "message")?), turn: Some(text(row, "turn")?) })
        };
        let aside = aside.iter().map(stored_aside).collect::<Result<_, _>>()?;
        let stored = StoredHistory { frame: text(&row, "history")?, first: 0, messages, aside };
        let history =
            History::from_stored(&stored).map_err(|error| damaged("the model's history of a conversation", &error))?;
        let log = sqlx::query("SELECT frame FROM events WHERE conversation = $1 ORDER BY seq")
            .bind(conversation.as_str())
            .fetch_all(&mut *moment)
            .await
            .map_err(unavailable)?;
        let log = log.iter().map(frame).collect::<Result<_, _>>()?;
        Ok(Some(StoredConversation { owner, log, history }))
    }

    /// The events after `seq`, in order.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn events_after(&self, conversation: &ConversationId, seq: u64) -> Result<Vec<Arc<Frame>>, Problem> {
        let rows = sqlx::query("SELECT frame FROM events WHERE conversation = $1 AND seq > $2 ORDER BY seq")
            .bind(conversation.as_str())
            .bind(number(seq))
            .fetch_all(self.pool())
            .await
            .map_err(unavailable)?;
        rows.iter().map(frame).collect()
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn has_conversation(&self, conversation: &ConversationId) -> Result<bool, Problem> {
        let row = sqlx::query("SELECT 1 AS there FROM conversations WHERE id = $1")
            .bind(conversation.as_str())
            .fetch_optional(self.pool())
            .await
            .map_err(unavailable)?;
        Ok(row.is_some())
    }

    /// A person's conversations in which something was said, newest first.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn list_conversations(&self, owner: &PersonId) -> Result<Vec<ConversationSummary>, Problem> {
        let rows = sqlx::query(
            "SELECT id, title, updated_at, undecided, \
             (SELECT COUNT(*) FROM runs WHERE conversation = conversations.id AND ended_at IS NULL) AS running \
             FROM conversations WHERE owner = $1 AND last_seq > 0 ORDER BY updated_at DESC, id",
        )
        .bind(owner.as_str())
        .fetch_all(self.pool())
        .await
        .map_err(unavailable)?;
        let summary = |row: &AnyRow| {
            Ok(ConversationSummary {
                id: ConversationId(text(row, "id")?),
                title: text(row, "title")?,
                updated_at: integer(row, "updated_at")?,
                running: integer(row, "running")? > 0,
                undecided: integer(row, "undecided")? > 0,
            })
        };
        rows.iter().map(summary).collect()
    }

    /// Removes a conversation with all that belongs to it. Removing one that is not there changes nothing.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn delete_conversation(
        &self,
        process: &str,
        owner: &PersonId,
        conversation: &ConversationId,
    ) -> Result<(), Problem> {
        let mut transaction = self.begin().await?;
        // In the order in which a running answer writes (`commit`), or each would wait for the other.
        for statement in ["DELETE FROM runs WHERE conversation = $1", "DELETE FROM conversations WHERE id = $1"] {
            sqlx::query(statement).bind(conversation.as_str()).execute(&mut *transaction).await.map_err(unavailable)?;
        }
        if let Err(Refused::Failed(problem)) = self.tell(&mut transaction, process, owner, conversation, true).await {
            return Err(problem);
        }
        transaction.commit().await.map_err(unavailable)
    }

    /// What a command made before: the conversation and the message.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn command(
        &self,
        person: &PersonId,
        command: &CommandId,
    ) -> Result<Option<(ConversationId, MessageId)>, Problem> {
        let row = sqlx::query("SELECT conversation, message FROM commands WHERE person = $1 AND id = $2")
            .bind(person.as_str())
            .bind(command.as_str())
            .fetch_optional(self.pool())
            .await
            .map_err(unavailable)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some((ConversationId(text(&row, "conversation")?), MessageId(text(&row, "message")?))))
    }

    /// Forgets commands that nobody sends again.
    ///
    /// # Errors
    /// A `storage` problem.
    pub async fn forget_old_commands(&self) -> Result<(), Problem> {
        sqlx::query("DELETE FROM commands WHERE at < $1")
            .bind(now() - COMMANDS_KEPT)
            .execute(self.pool())
            .await
            .map_err(unavailable)?;
        Ok(())
    }
}

/// Writes the history from its first message that is not written yet.
pub(super) async fn write_history(
    transaction: &mut Transaction<'static, Any>,
    conversation: &ConversationId,
    history: &History,
) -> Result<(), Refused> {
    let StoredHistory { frame, first, messages, aside } = history.to_stored();
    sqlx::query("UPDATE conversations SET history = $1 WHERE id = $2")
        .bind(frame)
        .bind(conversation.as_str())
        .execute(&mut **transaction)
        .await
        .map_err(refused)?;
    sqlx::query("DELETE FROM history_messages WHERE conversation = $1 AND position >= $2")
        .bind(conversation.as_str())
        .bind(number(first as u64))
        .execute(&mut **transaction)
        .await
        .map_err(refused)?;
    for (position, message) in (first..).zip(messages) {
        sqlx::query("INSERT INTO history_messages (conversation, position, message) VALUES ($1, $2, $3)")
            .bind(conversation.as_str())
            .bind(number(position as u64))
            .bind(message)
            .execute(&mut **transaction)
            .await
            .map_err(refused)?;
    }
    for turn in aside {
        write_aside(transaction, conversation, turn).await?;
    }
    Ok(())
}

/// Writes a turn that was put aside, or forgets one that was brought back.
async fn write_aside(
    transaction: &mut Transaction<'static, Any>,
    conversation: &ConversationId,
    StoredAside { message, turn }: StoredAside,
) -> Result<(), Refused> {
    let statement = if turn.is_some() {
        "INSERT INTO history_aside (conversation, message, turn) VALUES ($1, $2, $3) \
         ON CONFLICT (conversation, message) DO UPDATE SET turn = excluded.turn"
    } else {
        "DELETE FROM history_aside WHERE conversation = $1 AND message = $2"
    };
    let mut query = sqlx::query(statement).bind(conversation.as_str()).bind(message.0);
    if let Some(turn) = turn {
        query = query.bind(turn);
    }
    let written = query.execute(&mut **transaction).await;
    written.map(|_| ()).map_err(refused)
}

/// Writes what the list shows.
pub(super) async fn write_title(
    transaction: &mut Transaction<'static, Any>,
    conversation: &ConversationId,
    title: &str,
    updated_at: i64,
) -> Result<(), Refused> {
    sqlx::query(
        "UPDATE conversations SET title = $1, updated_at = $2, \
         last_seq = (SELECT COALESCE(MAX(seq), 0) FROM events WHERE conversation = $3) WHERE id = $3",
    )
    .bind(title)
    .bind(updated_at)
    .bind(conversation.as_str())
    .execute(&mut **transaction)
    .await
    .map_err(refused)?;
    Ok(())
}

/// Writes how many messages wait and how many plans are undecided, where that is another number now.
pub(super) async fn write_counts(
    transaction: &mut Transaction<'static, Any>,
    conversation: &ConversationId,
    waiting: Option<usize>,
    undecided: Option<usize>,
) -> Result<(), Refused> {
    let count = |count: Option<usize>| count.map(|count| number(count as u64));
    sqlx::query(
        "UPDATE conversations SET waiting = COALESCE($1, waiting), undecided = COALESCE($2, undecided) WHERE id = $3",
    )
    .bind(count(waiting))
    .bind(count(undecided))
    .bind(conversation.as_str())
    .execute(&mut **transaction)
    .await
    .map_err(refused)?;
    Ok(())
}

fn frame(row: &AnyRow) -> Result<Arc<Frame>, Problem> {
    serde_json::from_str(&text(row, "frame")?).map(Arc::new).map_err(|error| damaged("an event", &error))
}

/// A column that holds text.
pub(super) fn text(row: &AnyRow, column: &str) -> Result<String, Problem> {
    row.try_get(column).map_err(unavailable)
}

/// A column that holds a number.
pub(super) fn integer(row: &AnyRow, column: &str) -> Result<i64, Problem> {
    row.try_get(column).map_err(unavailable)
}
