//! What the server does by itself while it runs: it says that it lives, goes on with the runs of processes that have
//! died, hears what others change, and stores what could not be stored when it happened.

use std::pin::pin;
use std::time::Duration;

use futures::StreamExt;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::agent::context_now;
use super::clock;
use super::netbox::Credentials;
use super::person::PersonId;
use super::state::AppState;
use super::store::{Elsewhere, Kind, elsewhere};
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
    let mut missed = false;
    let mut well = true;
    let mut tidied: Option<Instant> = None;
    loop {
        tokio::select! {
            () = state.draining().cancelled() => return,
            _ = beat.tick() => {
                let looked = look_after_runs(&state, alone).await;
                // Once a second the same would be too often.
                if let Err(problem) = &looked && std::mem::replace(&mut well, false) {
                    tracing::warn!(problem = %problem.message, "no sign of life can be given");
                }
                if looked.is_ok() {
                    alone = false;
                    if !std::mem::replace(&mut well, true) {
                        tracing::info!("signs of life are given again");
                    }
                    if missed {
                        missed = hub.follow(Elsewhere::Anything).await.is_err();
                    }
                }
                if tidied.is_none_or(|tidied| tidied.elapsed() > TIDYING) {
                    tidied = Some(Instant::now());
                    tidy(&state).await;
                }
            }
            change = changes.next(), if heard => match change {
                Some(change) => {
                    // It is told once: what could not be read is looked for at the next beat.
                    if let Err(problem) = hub.follow(change).await {
                        tracing::warn!(problem = %problem.message, "what another process changed could not be read");
                        missed = true;
                    }
                }
                None => heard = false,
            },
        }
    }
}

/// Whether signs of life could be given. Nothing is tried while the database does not answer.
async fn look_after_runs(state: &AppState, alone: bool) -> Result<(), Problem> {
    let hub = state.hub();
    hub.save_unsaved().await?;
    hub.heartbeat().await?;
    for left in hub.take_over(alone).await? {
        let credentials = rights_of(state, &left.record.person).await;
        state.agent().resume(left, credentials);
    }
    begin_what_waits(state).await
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
            // The others need not wait for this one.
            Err(problem) => {
                tracing::warn!(%conversation, problem = %problem.message, "a question goes on waiting");
                continue;
            }
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
    if let Err(problem) = state.database().forget_expired_shares(clock::now()).await {
        tracing::warn!(problem = %problem.message, "links whose time is over could not be forgotten");
    }
    if let Err(problem) = state.database().forget_old_commands().await {
        tracing::warn!(problem = %problem.message, "old commands could not be forgotten");
    }
    if let Err(problem) = state.agent().toolbox().forget_old_results().await {
        tracing::warn!(problem = %problem.message, "old results could not be forgotten");
    }
}
