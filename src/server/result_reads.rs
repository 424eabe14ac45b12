//! Parts of results that people read on the page, and take out of it. What is not kept of a result is read from NetBox,
//! thousands of rows where there are many; so each reading counts as a tool call does, and is noted as one.

use super::audit::Entry;
use super::client_address::Origin;
use super::person::Person;
use super::state::AppState;
use crate::wire::id::ConversationId;
use crate::wire::problem::Problem;
use crate::wire::result::{ResultPage, ResultQuery};

/// A part of a result of this person's conversation.
///
/// # Errors
/// The conversation is not theirs, the result is not kept any more, they read too often, or NetBox does not answer.
pub async fn read(
    state: &AppState,
    person: &Person,
    origin: Origin,
    conversation: &ConversationId,
    handle: &str,
    query: &ResultQuery,
) -> Result<ResultPage, Problem> {
    state.hub().open(&person.id, conversation).await?;
    state.limits().result_read(&person.id).await?;
    let (page, requests) = state.agent().result_page(person, conversation, handle, query).await;
    let rows = page.as_ref().ok().map(|page| page.rows.len());
    let entry = Entry::result_read(&person.id, conversation, handle, (query.offset, rows), &requests);
    state.audit().record(entry.from(origin.address));
    page
}
