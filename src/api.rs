//! The only server functions: each is one line into `server`. They are public POST endpoints, so each one asks who
//! is asking itself.

#![allow(missing_docs, reason = "the macro makes a type of each function's arguments; the function is documented")]

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::server::{audit::Entry, result_reads};
use crate::wire::deployment::{ConversationSummary, StartingQuestion};
use crate::wire::id::ConversationId;
use crate::wire::result::{ResultPage, ResultQuery};
use crate::wire::search::SearchHit;
use crate::wire::transcript::Transcript;

mod caller;

/// What a search finds at most.
#[cfg(feature = "ssr")]
const MAXIMUM_HITS: usize = 30;

/// This browser's conversations, newest first.
#[server(endpoint = "conversations", input = server_fn::codec::Json)]
pub async fn conversations() -> Result<Vec<ConversationSummary>, ServerFnError> {
    let (state, person) = caller::caller()?;
    state.hub().list(&person.id).await.map_err(caller::refuse)
}

/// One of them, as far as it goes.
#[server(endpoint = "conversation", input = server_fn::codec::Json)]
pub async fn conversation(id: ConversationId) -> Result<Transcript, ServerFnError> {
    let (state, person) = caller::caller()?;
    let conversation = state.hub().open(&person.id, &id).await.map_err(caller::refuse)?;
    Ok(conversation.transcript().await)
}

/// Where in them all that is searched for is found, best first.
#[server(endpoint = "search_conversations", input = server_fn::codec::Json)]
pub async fn search_conversations(query: String) -> Result<Vec<SearchHit>, ServerFnError> {
    let (state, person) = caller::caller()?;
    state.database().search(&person.id, &query, MAXIMUM_HITS).await.map_err(caller::refuse)
}

/// Gives one of them another title.
#[server(endpoint = "rename_conversation", input = server_fn::codec::Json)]
pub async fn rename_conversation(id: ConversationId, title: String) -> Result<(), ServerFnError> {
    let (state, person) = caller::caller()?;
    state.hub().rename(&person.id, &id, &title).await.map_err(caller::refuse)?;
    caller::note(&state, Entry::conversation_renamed(&person.id, &id, &title));
    Ok(())
}

/// Removes one of them.
#[server(endpoint = "delete_conversation", input = server_fn::codec::Json)]
pub async fn delete_conversation(id: ConversationId) -> Result<(), ServerFnError> {
    let (state, person) = caller::caller()?;
    state.hub().delete(&person.id, &id).await.map_err(caller::refuse)?;
    caller::note(&state, Entry::conversation_deleted(&person.id, &id));
    Ok(())
}

/// A part of a result that a tool found in one of them.
#[server(endpoint = "result_page", input = server_fn::codec::Json)]
pub async fn page_of_result(
    conversation: ConversationId,
    handle: String,
    query: ResultQuery,
) -> Result<ResultPage, ServerFnError> {
    let (state, person) = caller::caller()?;
    let read = result_reads::read(&state, &person, caller::origin(), &conversation, &handle, &query);
    read.await.map_err(caller::refuse)
}

/// Questions to start with, made from the connected NetBox.
#[server(endpoint = "starting_questions", input = server_fn::codec::Json)]
pub async fn starting_questions() -> Result<Vec<StartingQuestion>, ServerFnError> {
    let (state, person) = caller::caller()?;
    Ok(state.starting_questions().get(&state, &person, caller::origin()).await)
}
