//! A plan under approval as signals: the plan never changes, so what was opened in it stays open while it is carried out.

use std::sync::Arc;

use leptos::prelude::*;

use crate::chat::approval::Standing;
use crate::wire::change::{Applied, Approval, Decision, Plan};
use crate::wire::id::ApprovalId;

use super::set_if_changed;

/// A plan. Another one under approval makes another view.
#[derive(Clone)]
pub struct ApprovalView {
    /// Which one.
    pub approval: ApprovalId,
    /// What the word has to name with it.
    pub digest: String,
    /// What would be done.
    pub plan: Arc<Plan>,
    /// Until when it can be approved, in milliseconds since 1970 (UTC).
    pub expires_at: i64,
    /// The word; none while it waits.
    pub decision: ArcRwSignal<Option<Decision>>,
    /// What was carried out so far.
    pub applied: ArcRwSignal<Vec<Applied>>,
}

impl ApprovalView {
    /// The view of a plan.
    pub fn of_approval(approval: &Approval) -> Self {
        Self {
            approval: approval.approval.clone(),
            digest: approval.digest.clone(),
            plan: Arc::new(approval.plan.clone()),
            expires_at: approval.expires_at,
            decision: ArcRwSignal::new(approval.decision),
            applied: ArcRwSignal::new(approval.applied.clone()),
        }
    }

    /// How it stands; read in a reactive place, it is told of changes. `is_over` as in [`Standing::of`].
    pub fn standing(&self, is_over: bool) -> Standing {
        self.applied.with(|applied| Standing::of(self.decision.get(), applied, self.plan.changes.len(), is_over))
    }

    /// Carries over what differs; false when it is another plan.
    pub(super) fn show(&self, approval: &Approval) -> bool {
        let is_same = self.approval == approval.approval && self.digest == approval.digest;
        if is_same {
            set_if_changed(&self.decision, &approval.decision);
            set_if_changed(&self.applied, &approval.applied);
        }
        is_same
    }
}
