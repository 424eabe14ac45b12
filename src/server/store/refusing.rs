//! A database for tests that fails where it is told to, as one whose disk is full does.

use super::{Database, Refused};
use crate::wire::event::{Event, Frame};
use crate::wire::id::RunId;
use crate::wire::problem::{Problem, ProblemCode};

/// Which events are refused; it may panic instead.
pub(super) type Refuses = Box<dyn Fn(&Event) -> bool + Send + Sync>;

impl Database {
    /// A database in memory that refuses to write these events.
    ///
    /// # Panics
    /// It cannot be made.
    pub async fn refusing(refuses: impl Fn(&Event) -> bool + Send + Sync + 'static) -> Self {
        let database = Self::memory().await.unwrap();
        *database.refuses().lock().unwrap() = Some(Box::new(refuses));
        database
    }

    /// From now on, or no longer, what is written is written, and the answer to that gets lost.
    ///
    /// # Panics
    /// Another test panicked with the lock.
    pub fn lose_answers(&self, lost: bool) {
        self.loses_answers().store(lost, std::sync::atomic::Ordering::SeqCst);
    }

    pub(super) fn answer(&self) -> Result<(), Refused> {
        if self.loses_answers().load(std::sync::atomic::Ordering::SeqCst) {
            return Err(Refused::Failed(
                Problem::new(ProblemCode::Storage, "The database does not answer").hint("wait"),
            ));
        }
        Ok(())
    }

    /// Forgets a run, as if it had never been written.
    ///
    /// # Panics
    /// The database fails.
    pub async fn lose_run(&self, run: &RunId) {
        sqlx::query("DELETE FROM runs WHERE id = $1").bind(run.as_str()).execute(self.pool()).await.unwrap();
    }

    pub(super) fn fail_if_told(&self, frames: &[std::sync::Arc<Frame>]) -> Result<(), Refused> {
        // Taken out while it is asked: it may panic, and the lock is needed afterwards.
        let Some(refuses) = self.refuses().lock().unwrap().take() else { return Ok(()) };
        let asked =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| frames.iter().any(|frame| refuses(&frame.event))));
        *self.refuses().lock().unwrap() = Some(refuses);
        match asked {
            Ok(false) => Ok(()),
            Ok(true) => Err(Refused::Failed(
                Problem::new(ProblemCode::Storage, "The disk of the database is full").hint("free some room"),
            )),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}
