//! What the server does by itself while it runs: it says that it lives, goes on with the runs of processes that have
//! died, hears what others change, and stores what could not be stored when it happened.

use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::agent::context_now;
use super::netbox::Credentials;
use super::person::PersonId;
use super::state::AppState;
use super::store::{Kind, elsewhere};
use crate::wire::problem::{Problem, ProblemCode};

/// Between two signs of life. What waits for the database waits no longer than this after it answers again.
const BEAT: Duration = Duration::from_secs(1);
/// Between two tidyings.
const TIDYING: Duration = Duration::from_hours(1);

/// Runs until the server stops.
pub async fn keep_up(state: AppState) {
    tokio::spawn(index(state.clone()));
    let hub = state.hub();
    // What is unfinished when the only process starts was left by one that is dead.
    let mut alone = hub.database().is_ours_alone();
    if !alone && hub.database().kind() == Kind::Sqlite {
        tracing::warn!(
            "another process has this SQLite file open: what is said there is not seen here as it happens; several processes need PostgreSQL"
        );
    }
    let mut beat = interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut changes = pin!(elsewhere(hub.database(), hub.process()));
    let mut heard = true;
    let mut tidied: Option<Instant> = None;
    loop {
        tokio::select! {
            () = state.draining().cancelled() => return,
            _ = beat.tick() => {
                look_after_runs(&state, std::mem::take(&mut alone)).await;
                if tidied.is_none_or(|tidied| tidied.elapsed() > TIDYING) {
                    tidied = Some(Instant::now());
                    tidy(&state).await;
                }
            }
            change = changes.next(), if heard => match change {
                Some(change) => {
                    if let Err(problem) = hub.follow(change).await {
                        tracing::warn!(problem = %problem.message, "what another process changed could not be read");
                    }
                }
                None => heard = false,
            },
        }
    }
}

async fn look_after_runs(state: &AppState, alone: bool) {
    let hub = state.hub();
    // Nothing else is tried while the database does not answer.
    if !hub.save_unsaved().await {
        return;
    }
    if let Err(problem) = hub.heartbeat().await {
        tracing::warn!(problem = %problem.message, "no sign of life could be given");
        return;
    }
    match hub.take_over(alone).await {
        Ok(runs) => {
            for left in runs {
                let credentials = rights_of(state, &left.record.person).await;
                state.agent().resume(left, credentials);
            }
        }
        Err(problem) => tracing::warn!(problem = %problem.message, "runs of dead processes could not be looked for"),
    }
    if let Err(problem) = begin_what_waits(state).await {
        tracing::warn!(problem = %problem.message, "questions that wait could not be looked for");
    }
}

/// Begins questions that wait although nothing is being answered: a process died between two answers, or the database
/// did not answer when the next was to begin.
async fn begin_what_waits(state: &AppState) -> Result<(), Problem> {
    for (conversation, owner) in state.database().waiting().await? {
        let Some(credentials) = rights_of(state, &owner).await else { continue };
        let conversation = match state.hub().open(&owner, &conversation).await {
            Ok(conversation) => conversation,
            // Deleted meanwhile.
            Err(problem) if problem.code == ProblemCode::NotFound => continue,
            Err(problem) => return Err(problem),
        };
        let context = context_now(conversation.time_zone().as_deref());
        if let Some(handle) = conversation.begin_waiting(&context).await {
            state.agent().start(conversation, handle, credentials);
        }
    }
    Ok(())
}

/// The rights of somebody who need not be here; none where they have signed out.
async fn rights_of(state: &AppState, person: &PersonId) -> Option<Credentials> {
    state.auth().credentials_of(person).await.unwrap_or_else(|problem| {
        tracing::warn!(problem = %problem.message, "a person's rights could not be read");
        None
    })
}

/// Makes the search find what was written while it could not be indexed, or by an older version.
async fn index(state: AppState) {
    match state.database().index_what_is_missing().await {
        Ok(0) => {}
        Ok(conversations) => tracing::info!(conversations, "conversations were indexed for the search"),
        Err(problem) => {
            tracing::warn!(problem = %problem.message, "older conversations are not found by what they say");
        }
    }
}

async fn tidy(state: &AppState) {
    if let Err(problem) = state.database().forget_old_commands().await {
        tracing::warn!(problem = %problem.message, "old commands could not be forgotten");
    }
    if let Err(problem) = state.agent().toolbox().forget_old_results().await {
        tracing::warn!(problem = %problem.message, "old results could not be forgotten");
    }
}
