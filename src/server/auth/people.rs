//! What an administrator does with people, on the page or by a command: shuts them out, lets them in, ends their
//! sessions, removes them. The database is where it happens, so every process over it learns of it: a session that is
//! gone is nobody's, a socket asks every few seconds, and a run looks once a second whether it is to stop.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::{Auth, Over};
use crate::server::clock;
use crate::server::config::SignInMode;
use crate::server::person::PersonId;
use crate::server::store::{Database, Removed, StoredPerson};
use crate::wire::problem::{Problem, ProblemCode};

/// How long running answers get to end before what they are written into is removed.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often it is looked whether they have.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long a request may be under way that was let in just before.
const UNDER_WAY: Duration = Duration::from_secs(1);

/// Sessions that were ended.
#[derive(Debug, Default)]
pub struct EndedSessions {
    /// How many.
    pub sessions: usize,
    /// Their NetBox tokens being deleted.
    cleaning: Vec<JoinHandle<bool>>,
}

impl EndedSessions {
    /// Waits until their NetBox tokens are deleted, as far as they can be. How many are left in NetBox.
    pub async fn cleaned(self) -> usize {
        let mut left = 0;
        for cleaning in self.cleaning {
            left += usize::from(!matches!(cleaning.await, Ok(true)));
        }
        left
    }
}

impl Auth {
    /// Shuts a person out: they cannot sign in, their sessions end, their running answers stop, their links do not work.
    ///
    /// # Errors
    /// They are shut out already, they are everybody, or the database does not answer.
    pub async fn disable(&self, person: &StoredPerson) -> Result<EndedSessions, Problem> {
        self.refuse_everybody(person)?;
        if !self.database.shut_out(&person.id, Some(clock::now())).await? {
            let problem = Problem::new(ProblemCode::BadRequest, format!("{} is disabled already", person.subject));
            return Err(problem.hint("`people enable` lets them in again"));
        }
        tracing::info!(person = %person.id, "a person was disabled");
        self.database.request_stop_of_all(&person.id).await?;
        self.end_sessions(&person.id).await
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_sessions(&self, person: &PersonId) -> Result<EndedSessions, Problem> {
        let ended = self.database.end_sessions_of(person).await?;
        tracing::info!(%person, sessions = ended.len(), "all sessions of a person ended");
        // Nobody listening is fine.
        let _ = self.ended.send(Over::Person(person.clone()));
        let sessions = ended.len();
        let cleaning = ended.into_iter().filter_map(|session| self.clean_up_after(session)).collect();
        Ok(EndedSessions { sessions, cleaning })
    }

    /// Removes a person with everything that is theirs, after what they have running has ended. Gives what went, and how
    /// many NetBox tokens that this program made for them are left in NetBox. `process` tells the others of it.
    ///
    /// # Errors
    /// They are everybody, or the database does not answer.
    pub async fn remove(&self, process: &str, person: &StoredPerson) -> Result<(Removed, usize), Problem> {
        self.refuse_everybody(person)?;
        // So that nothing new begins while the rest goes.
        self.database.shut_out(&person.id, Some(clock::now())).await?;
        self.end_sessions(&person.id).await?.cleaned().await;
        let begun = Instant::now();
        tokio::time::sleep(UNDER_WAY).await;
        while self.database.request_stop_of_all(&person.id).await? > 0 && begun.elapsed() < PATIENCE {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        let service = self.service.clone();
        self.delete_left(&person.subject, &service).await?;
        let left = self.database.left_tokens(&person.id, clock::now()).await?.len();
        let removed = self.database.remove_person(process, &person.id).await?;
        let _ = self.ended.send(Over::Person(person.id.clone()));
        tracing::info!(person = %person.id, conversations = removed.conversations, "a person was removed");
        Ok((removed, left))
    }

    /// Whether whoever is here without a session may still be.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn may_stay(&self, person: &PersonId) -> Result<bool, Problem> {
        match self.config.mode {
            // Nobody else is there, and nobody shuts them out.
            SignInMode::Nobody => Ok(true),
            _ => self.database.may_be_here(person).await,
        }
    }

    /// Without sign-in everybody is one person: shutting them out would shut out everybody, with no way back on the page.
    fn refuse_everybody(&self, person: &StoredPerson) -> Result<(), Problem> {
        if matches!(self.config.mode, SignInMode::Nobody) && person.subject == super::LOCAL {
            return Err(Problem::new(ProblemCode::BadRequest, "Without sign-in everybody is this one person")
                .hint("set AUTH_MODE as the server has it, or delete conversations on the page"));
        }
        Ok(())
    }
}

/// Lets a person in again.
///
/// # Errors
/// They are not shut out, or the database does not answer.
pub async fn enable(database: &Database, person: &StoredPerson) -> Result<(), Problem> {
    if !database.shut_out(&person.id, None).await? {
        let problem = Problem::new(ProblemCode::BadRequest, format!("{} is not disabled", person.subject));
        return Err(problem.hint("they may sign in already"));
    }
    tracing::info!(person = %person.id, "a person was enabled");
    Ok(())
}

/// What somebody is told who is shut out.
pub(super) fn shut_out() -> Problem {
    Problem::new(ProblemCode::Forbidden, "An administrator has disabled your access to this chat")
        .hint("ask whoever runs it; nothing of yours is deleted")
}
