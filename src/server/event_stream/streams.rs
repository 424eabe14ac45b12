//! The streams that are open in this process, so that a command finds its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::mpsc::{Sender, channel};
use tokio_stream::wrappers::ReceiverStream;

use crate::server::person::{Person, PersonId, SessionId};
use crate::server::ws::Incoming;

/// Commands that wait to be obeyed; beyond them the next one waits with its request.
const WAITING_COMMANDS: usize = 8;
/// How long it waits there.
const PATIENCE: Duration = Duration::from_secs(10);

/// The open streams. Cloning shares them.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<String, Open>>>);

/// One stream's place among them; dropping it ends that.
pub struct Registration {
    streams: Streams,
    id: String,
}

struct Open {
    person: PersonId,
    session: Option<SessionId>,
    commands: Sender<Incoming>,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It is obeyed in its turn.
    Taken,
    /// There is no such stream here, or it is another's: nobody is told which.
    NoStream,
    /// Too many wait.
    NoRoom,
}

impl Streams {
    /// Makes one known: its id, which nobody guesses (122 random bits), and the commands that are sent to it.
    pub fn open(&self, person: &Person) -> (String, Registration, ReceiverStream<Incoming>) {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let (commands, received) = channel(WAITING_COMMANDS);
        let open = Open { person: person.id.clone(), session: person.session.clone(), commands };
        self.lock().insert(id.clone(), open);
        (id.clone(), Registration { streams: self.clone(), id }, ReceiverStream::new(received))
    }

    /// Hands a command to a stream of this person and of the same session.
    pub async fn say(&self, id: &str, person: &Person, command: Incoming) -> Said {
        let commands = self
            .lock()
            .get(id)
            .filter(|open| open.person == person.id && open.session == person.session)
            .map(|open| open.commands.clone());
        let Some(commands) = commands else { return Said::NoStream };
        match commands.send_timeout(command, PATIENCE).await {
            Ok(()) => Said::Taken,
            // It is about to be gone from here as well.
            Err(SendTimeoutError::Closed(_)) => Said::NoStream,
            Err(SendTimeoutError::Timeout(_)) => Said::NoRoom,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        // Each change leaves them right, whatever panics after it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.streams.lock().remove(&self.id);
    }
}
