//! What answers used is kept as they go: it counts even where the answer never ends in order, or its conversation is
//! deleted. While the database fails it waits here.

use std::sync::{Mutex, PoisonError};

use super::shared::Shared;
use crate::server::store::RunUsage;

/// What could not be kept yet.
#[derive(Default)]
pub(super) struct Unkept(Mutex<Vec<RunUsage>>);

impl Unkept {
    /// One entry for each run, however long the database fails.
    fn add(&self, used: RunUsage) {
        let mut unkept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match unkept.iter_mut().find(|known| known.run == used.run) {
            Some(known) => known.usage.add(&used.usage),
            None => unkept.push(used),
        }
    }

    fn take(&self) -> Vec<RunUsage> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shared {
    /// Keeps what a run used, now or when the database answers again.
    pub async fn keep_usage(&self, used: RunUsage) {
        if let Err(problem) = self.database.add_usage(&used).await {
            tracing::warn!(run = %used.run, problem = %problem.message, "what an answer used waits for the database");
            self.unkept.add(used);
        }
    }

    /// Keeps what could not be kept. Whether it is kept now.
    pub async fn keep_unkept_usage(&self) -> bool {
        let mut unkept = self.unkept.take().into_iter();
        for used in unkept.by_ref() {
            if self.database.add_usage(&used).await.is_err() {
                self.unkept.add(used);
                unkept.for_each(|used| self.unkept.add(used));
                return false;
            }
        }
        true
    }
}
