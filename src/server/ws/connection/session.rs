//! The session behind a socket: a socket outlives the request that opened it, but neither the session nor, for long,
//! what a proxy said of that request.

use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use super::Connection;
use crate::server::auth::Over;
use crate::server::config::SignInMode;
use crate::server::person::{PersonId, SessionId};
use crate::server::state::AppState;
use crate::wire::command::Command;
use crate::wire::problem::{Problem, ProblemCode};

/// How often the database is asked: another process may have ended the session, or time has.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// That it is used is noted at most this often.
const NOTED_EVERY: Duration = Duration::from_mins(1);

/// Done when the session is over; where there are none, when the person may not be here any more.
pub(super) async fn over(state: AppState, person: PersonId, session: Option<SessionId>) {
    let mut ended = state.auth().ended();
    let mut look = interval_at(Instant::now() + LOOK_EVERY, LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            told = ended.recv() => match told {
                Ok(Over::Session(one)) if Some(&one) == session.as_ref() => return,
                // Whether they may come back at once, the database says.
                Ok(Over::Person(one)) if one == person => {}
                Ok(_) => continue,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return std::future::pending().await,
            },
            _ = look.tick() => {}
        }
        // A database that does not answer ends nothing: what is asked meanwhile is refused by it anyway.
        let goes_on = match &session {
            Some(session) => state.auth().goes_on(session).await,
            None => state.auth().may_stay(&person).await,
        };
        if matches!(goes_on, Ok(false)) {
            return;
        }
    }
}

/// Done when the proxy shall say again who is here, and whether they still may; never where no proxy says it.
pub(super) async fn renewal(state: AppState) {
    let SignInMode::Proxy(rules) = &state.auth().config().mode else { return std::future::pending().await };
    // Sockets that were opened together, after a restart, shall not all come back together.
    let age = rules.socket_age.mul_f64(rand::random_range(0.75..=1.0));
    tokio::time::sleep(age).await;
}

impl Connection {
    /// Refuses a command of a session that is over, and notes that the session is used.
    pub(in crate::server::ws) async fn authorise(&mut self, command: &Command) -> Result<(), Problem> {
        // An open page pings by itself, whether somebody is there or not.
        if matches!(command, Command::Ping) {
            return Ok(());
        }
        let signed_out = || {
            Problem::new(ProblemCode::SignIn, "You are not signed in any more")
                .hint("sign in again; what you wrote is kept")
        };
        let Some(session) = self.person.session.clone() else {
            // Without a session there is nothing that has to be known; a database that fails refuses what needs it.
            let may_stay = self.state.auth().may_stay(&self.person.id).await;
            return if matches!(may_stay, Ok(false)) { Err(signed_out()) } else { Ok(()) };
        };
        let goes_on = match self.state.auth().goes_on(&session).await {
            // What is stopped was begun by somebody who was let in, and costs until it is.
            Err(_) if matches!(command, Command::Stop { .. }) => return Ok(()),
            goes_on => goes_on?,
        };
        if !goes_on {
            return Err(signed_out());
        }
        if self.noted.is_none_or(|noted| noted.elapsed() >= NOTED_EVERY) {
            self.noted = Some(Instant::now());
            if let Err(problem) = self.state.auth().note_use(&session).await {
                tracing::debug!(session = session.as_str(), problem = %problem.message, "that a session is used could not be noted");
            }
        }
        Ok(())
    }
}
