//! A call's plan under approval. It never changes, only what became of it does: so it is no signal (of which each type
//! is code for the browser to load), but tells those who look when there is something else to see.

use std::sync::{Arc, Mutex, PoisonError};

use leptos::prelude::*;

use crate::chat::approval::Standing;
use crate::wire::change::Approval;
use crate::wire::id::ApprovalId;

/// What a call would change in NetBox, where it would. Clones are the same one.
#[derive(Clone)]
pub struct ApprovalView {
    changed: ArcTrigger,
    current: Arc<Mutex<Option<Approval>>>,
}

impl ApprovalView {
    /// The view of what a call would change.
    pub fn new(approval: Option<&Approval>) -> Self {
        Self { changed: ArcTrigger::new(), current: Arc::new(Mutex::new(approval.cloned())) }
    }

    /// Carries over what differs.
    pub(super) fn show(&self, approval: Option<&Approval>) {
        {
            let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
            // A plan's content is named by its digest.
            let seen = |one: &Approval| (one.approval.clone(), one.digest.clone(), one.decision, one.applied.clone());
            if current.as_ref().map(seen) == approval.map(seen) {
                return;
            }
            *current = approval.cloned();
        }
        self.changed.notify();
    }

    /// Reads the plan, if there is one. In a reactive place that is told of changes.
    pub fn with<R>(&self, read: impl FnOnce(&Approval) -> R) -> Option<R> {
        self.changed.track();
        self.current.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(read)
    }

    /// Which plan, if there is one.
    pub fn id(&self) -> Option<ApprovalId> {
        self.with(|approval| approval.approval.clone())
    }

    /// How it stands; `is_over` as in [`Standing::of`].
    pub fn standing(&self, is_over: bool) -> Standing {
        self.with(|one| Standing::of(one.decision, &one.applied, one.plan.changes.len(), is_over))
            .unwrap_or(Standing::Waiting)
    }
}
