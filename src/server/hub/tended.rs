//! Which runs this process works on. One that the database calls this process's and on which nobody here works was begun
//! by a statement whose answer got lost, or was lost on its way: it is left, to be gone on with like that of a dead process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::wire::id::RunId;

/// The runs, each with how many parts of the program hold it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tended(Arc<Mutex<HashMap<RunId, usize>>>);

/// As long as it is there, somebody works on the run.
#[derive(Debug)]
pub struct Tending {
    all: Tended,
    run: RunId,
}

impl Tended {
    /// Somebody works on the run from now on.
    pub fn tend(&self, run: &RunId) -> Arc<Tending> {
        *self.lock().entry(run.clone()).or_default() += 1;
        Arc::new(Tending { all: self.clone(), run: run.clone() })
    }

    /// Whether somebody works on the run.
    pub fn contains(&self, run: &RunId) -> bool {
        self.lock().contains_key(run)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RunId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Tending {
    fn drop(&mut self) {
        let mut all = self.all.lock();
        if let Some(count) = all.get_mut(&self.run) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.run);
            }
        }
    }
}
