//! Bringing the index to where a conversation's log is. Everything in it comes from the log, so it can be made again at
//! any time, and what a crash kept out of it is put in at the next start.

use futures::TryStreamExt as _;
use sqlx::{AnyConnection, Row as _};

use super::words_for;
use crate::chat::reducer;
use crate::server::search::texts::{Text, of_title, of_turn};
use crate::server::store::Kind;
use crate::wire::event::{Event, Frame};
use crate::wire::id::{ConversationId, MessageId};
use crate::wire::json;
use crate::wire::search::SearchPlace;
use crate::wire::transcript::{Transcript, Turn};

/// The version of the rules by which texts and their words are made. Raise it when they change: what was made by others
/// is made again at the next start.
pub const VERSION: i64 = 1;

/// What of the log is not in the index yet.
struct News {
    /// What it adds up to: only the turns in which something happened.
    transcript: Transcript,
    /// Turns whose question came before: only their answers are news.
    answered_again: Vec<MessageId>,
    /// The last event up to which everything is over: an answer that is being written is indexed when it ends.
    until: u64,
}

/// Puts into the index what the log has and it has not. To be called in the transaction that writes how a run ended or
/// another title, after the events; it does nothing for a conversation that is not there.
pub async fn index_news(
    kind: Kind,
    connection: &mut AnyConnection,
    conversation: &ConversationId,
) -> Result<(), sqlx::Error> {
    let Some((owner, version, until)) = lock_state(connection, conversation).await? else { return Ok(()) };
    let after = if version == VERSION { until } else { 0 };
    if version != VERSION {
        sqlx::query("DELETE FROM search_texts WHERE conversation = $1")
            .bind(conversation.as_str())
            .execute(&mut *connection)
            .await?;
    }
    let news = read_news(connection, conversation, after).await?;
    let index = Index { kind, conversation, owner: &owner };
    if !news.transcript.title.is_empty() {
        index.replace(connection, "", &[SearchPlace::Title], of_title(&news.transcript.title)).await?;
    }
    for turn in news.turns().filter(|turn| is_over(turn)) {
        let mut places = vec![SearchPlace::Answer, SearchPlace::Evidence];
        if !news.answered_again.contains(&turn.message) {
            places.push(SearchPlace::Question);
        }
        index.replace(connection, turn.message.as_str(), &places, of_turn(turn)).await?;
    }
    sqlx::query("UPDATE search_state SET version = $1, until_seq = $2 WHERE conversation = $3")
        .bind(VERSION)
        .bind(i64::try_from(news.until).unwrap_or(i64::MAX))
        .bind(conversation.as_str())
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Whose conversation it is, by which version of the rules it was indexed, and how far. Until the transaction ends
/// nobody else indexes it.
async fn lock_state(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
) -> Result<Option<(String, i64, u64)>, sqlx::Error> {
    let owner = sqlx::query("SELECT owner FROM conversations WHERE id = $1")
        .bind(conversation.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(owner) = owner else { return Ok(None) };
    let state = sqlx::query(
        "INSERT INTO search_state (conversation, version, until_seq) VALUES ($1, $2, 0) \
         ON CONFLICT (conversation) DO UPDATE SET version = search_state.version RETURNING version, until_seq",
    )
    .bind(conversation.as_str())
    .bind(VERSION)
    .fetch_one(&mut *connection)
    .await?;
    let until: i64 = state.try_get("until_seq")?;
    Ok(Some((owner.try_get("owner")?, state.try_get("version")?, u64::try_from(until).unwrap_or_default())))
}

async fn read_news(
    connection: &mut AnyConnection,
    conversation: &ConversationId,
    after: u64,
) -> Result<News, sqlx::Error> {
    let transcript = Transcript { seq: after, ..Transcript::new(conversation.clone()) };
    let mut news = News { transcript, answered_again: Vec::new(), until: after };
    let mut rows = sqlx::query("SELECT frame FROM events WHERE conversation = $1 AND seq > $2 ORDER BY seq")
        .bind(conversation.as_str())
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .fetch(&mut *connection);
    while let Some(row) = rows.try_next().await? {
        let text: String = row.try_get("frame")?;
        // One that cannot be read ends what can be searched, not the conversation.
        match json::read::<Frame>(&text) {
            Ok(frame) => news.take(&frame),
            Err(_) => break,
        }
    }
    Ok(news)
}

impl News {
    fn take(&mut self, frame: &Frame) {
        if let Event::RunStart { message, started_at, .. } = &frame.event
            && !self.turns().any(|turn| turn.message == *message)
        {
            self.answered_again.push(message.clone());
            self.transcript.turns.push(Turn {
                message: message.clone(),
                parent: None,
                question: String::new(),
                asked_at: *started_at,
                fresh_context: false,
                answer: None,
            });
        }
        reducer::apply(&mut self.transcript, frame);
        if self.turns().all(is_over) {
            self.until = frame.seq;
        }
    }

    /// Those of all branches: what was put aside is found too.
    fn turns(&self) -> impl Iterator<Item = &Turn> {
        self.transcript.turns.iter().chain(&self.transcript.aside)
    }
}

fn is_over(turn: &Turn) -> bool {
    turn.answer.as_ref().is_some_and(|answer| answer.end.is_some())
}

/// Where texts go.
struct Index<'index> {
    kind: Kind,
    conversation: &'index ConversationId,
    owner: &'index str,
}

impl Index<'_> {
    /// Puts these texts of a turn in the place of those that it had.
    async fn replace(
        &self,
        connection: &mut AnyConnection,
        message: &str,
        places: &[SearchPlace],
        texts: Vec<Text>,
    ) -> Result<(), sqlx::Error> {
        for place in places {
            sqlx::query("DELETE FROM search_texts WHERE conversation = $1 AND message = $2 AND place = $3")
                .bind(self.conversation.as_str())
                .bind(message)
                .bind(super::name_of(*place))
                .execute(&mut *connection)
                .await?;
        }
        for text in texts.iter().filter(|text| places.contains(&text.place)) {
            self.insert(connection, message, text).await?;
        }
        Ok(())
    }

    async fn insert(&self, connection: &mut AnyConnection, message: &str, text: &Text) -> Result<(), sqlx::Error> {
        let words = words_for(self.kind, self.owner, &text.text);
        let insert = match self.kind {
            Kind::Sqlite => {
                "INSERT INTO search_texts (conversation, message, place, text) VALUES ($1, $2, $3, $4) RETURNING id"
            }
            Kind::Postgres => {
                "INSERT INTO search_texts (conversation, message, place, text, words) \
                 VALUES ($1, $2, $3, $4, CAST($5 AS TSVECTOR)) RETURNING id"
            }
        };
        let insert = sqlx::query(insert)
            .bind(self.conversation.as_str())
            .bind(message)
            .bind(super::name_of(text.place))
            .bind(text.text.as_str());
        match self.kind {
            Kind::Postgres => {
                insert.bind(words).fetch_one(&mut *connection).await?;
            }
            Kind::Sqlite => {
                let id: i64 = insert.fetch_one(&mut *connection).await?.try_get("id")?;
                sqlx::query("INSERT INTO search_words (rowid, words) VALUES ($1, $2)")
                    .bind(id)
                    .bind(words)
                    .execute(&mut *connection)
                    .await?;
            }
        }
        Ok(())
    }
}
