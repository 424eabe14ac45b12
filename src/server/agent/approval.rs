//! Waits for a person's word about a plan, and carries out what was approved: each change once, in the plan's order, up
//! to the first that fails. That the carrying out begins is in the database before it does. Whoever goes on with a run
//! whose process ended meanwhile carries out nothing more, and says what is known.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::driver::Agent;
use super::machine::{Machine, ToolResult, Waiting};
use super::segment;
use super::writer::{AnswerWriter, Proposed};
use crate::server::anthropic::ToolUse;
use crate::server::audit::Entry;
use crate::server::clock::now;
use crate::server::netbox::Credentials;
use crate::server::tools::{Asking, Carried, Outcome, Toolbox};
use crate::wire::change::{Applied, Approval, Decision, Plan, PlannedChange};
use crate::wire::id::{ApprovalId, CallId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::tool::NetboxRequest;

/// Between two tries to keep something in a database that fails.
const PAUSE: Duration = Duration::from_secs(1);
/// How often that is tried before the plan is given up.
const TRIES: usize = 30;
/// How long after a plan's end what was approved is still carried out, in milliseconds: a restart takes no longer.
const MOST_LATE: i64 = 10 * 60 * 1000;

impl Agent {
    /// The plan of this call as its person is to see it, and that the call waits for their word.
    pub(super) fn propose(&self, call: &ToolUse, plan: Plan, outcome: &Outcome) -> (Proposed, Waiting) {
        let approval = ApprovalId(uuid::Uuid::now_v7().to_string());
        let wait = i64::try_from(self.approval.as_millis()).unwrap_or(i64::MAX);
        let digest = digest(&approval, &plan);
        let shown = Approval {
            approval: approval.clone(),
            digest,
            plan,
            expires_at: now().saturating_add(wait),
            decision: None,
            applied: Vec::new(),
        };
        let (call, sentence) = (CallId::from(call.id.as_str()), outcome.evidence.summary.clone());
        let waiting = Waiting { approval, is_applied: false, requests: outcome.evidence.requests.clone() };
        (Proposed { call, shown, sentence }, waiting)
    }

    /// Waits for the word about the plan of this call, does what it says, and answers the call.
    pub(super) async fn await_approval(
        &self,
        machine: &mut Machine,
        writer: &mut AnswerWriter<'_>,
        credentials: &Credentials,
        call: &ToolUse,
        waiting: Waiting,
        cancel: &CancellationToken,
    ) -> Result<(), Problem> {
        let Waiting { approval: id, is_applied, mut requests } = waiting;
        let conversation = writer.conversation();
        let known = conversation.approval(&id).await.filter(|known| known.digest == digest(&id, &known.plan));
        let carried = match known {
            Some(approval) if is_applied => Some(self.broke_off(writer, approval).await?),
            Some(approval) => match word(writer, &approval, cancel).await {
                Some(decision) => {
                    let approval = Approval { decision: Some(decision), ..approval };
                    self.carry_out(machine, writer, credentials, call, approval, &mut requests, cancel).await?
                }
                None => None,
            },
            // It was never kept, or is another than the one that was shown.
            None => Some(Carried::refused(
                lost(id),
                Problem::new(ProblemCode::Internal, "The plan was lost before anybody decided")
                    .hint("make the plan again"),
            )),
        };
        let Some(carried) = carried else {
            // Nobody writes this run here any more; whoever does goes on from its last step.
            machine.stop("");
            return Ok(());
        };
        let changed = carried.approval.applied.iter().any(|applied| applied.problem.is_none() || applied.is_unknown);
        let Outcome { model_text, mut evidence, .. } = Toolbox::told(&carried);
        evidence.requests = requests;
        self.note_tool_call(writer, call, &evidence);
        let result = ToolResult { id: call.id.clone(), text: model_text, is_error: evidence.is_error };
        writer.tool_result(CallId::from(call.id.as_str()), evidence).await?;
        machine.approval_result(result, changed);
        if cancel.is_cancelled() {
            machine.stop("");
        }
        Ok(())
    }

    /// Does what the word says. None where this process does not write the run any more.
    #[allow(clippy::too_many_arguments, reason = "a step of the run, with all that it works on")]
    async fn carry_out(
        &self,
        machine: &mut Machine,
        writer: &mut AnswerWriter<'_>,
        credentials: &Credentials,
        call: &ToolUse,
        approval: Approval,
        requests: &mut Vec<NetboxRequest>,
        cancel: &CancellationToken,
    ) -> Result<Option<Carried>, Problem> {
        if approval.decision != Some(Decision::Approved) {
            return Ok(Some(Carried { approval, broke_off: false, problem: None }));
        }
        if now() > approval.expires_at.saturating_add(MOST_LATE) {
            let problem = Problem::new(
                ProblemCode::Conflict,
                "It was approved, and could not be carried out in time: nothing was changed",
            )
            .hint("make the plan again");
            return Ok(Some(Carried::refused(approval, problem)));
        }
        let rights = match self.rights_now(writer.conversation(), credentials).await {
            Ok(rights) => rights,
            Err(problem) => return Ok(Some(Carried::refused(approval, problem))),
        };
        machine.applying(&call.id);
        match begin(machine, writer, cancel).await {
            Ok(true) => {
                let (approval, made) = self.apply(writer, &rights, approval, cancel).await?;
                requests.extend(made);
                Ok(Some(Carried { approval, broke_off: false, problem: None }))
            }
            Ok(false) => Ok(None),
            Err(problem) => Ok(Some(Carried::refused(approval, problem))),
        }
    }

    /// Carries out an approved plan from its first change on, up to the first that fails or a stop.
    async fn apply(
        &self,
        writer: &AnswerWriter<'_>,
        credentials: &Credentials,
        mut approval: Approval,
        cancel: &CancellationToken,
    ) -> Result<(Approval, Vec<NetboxRequest>), Problem> {
        let conversation = writer.conversation();
        let (person, time_zone) = (conversation.owner(), conversation.time_zone());
        let mut requests = Vec::new();
        for change in &approval.plan.changes {
            if cancel.is_cancelled() {
                break;
            }
            let asking = Asking {
                credentials,
                conversation: conversation.id().as_str(),
                person: Some(person.as_str()),
                time_zone: time_zone.as_deref(),
            };
            // Before it is sent: whatever happens then, it is known what was tried.
            if let Some(guard) = &self.guard {
                let entry = Entry::change(person, &approval.approval, change);
                guard.audit.record(entry.in_conversation(conversation.id()).in_run(writer.run()));
            }
            // To its end: one that is broken off may be done all the same.
            let (applied, made) = self.toolbox.apply(asking, change).await;
            requests.extend(made);
            let failed = applied.problem.is_some();
            // Of what is not known to be kept, whoever goes on with the run would not know; so nothing more is done then.
            let kept = writer.applied(&approval.approval, applied.clone(), sentence(change, &applied)).await?;
            approval.applied.push(applied);
            if failed || !kept {
                break;
            }
        }
        Ok((approval, requests))
    }

    /// Of a plan whose process ended while it carried it out: nobody knows of the change that was on its way.
    async fn broke_off(&self, writer: &AnswerWriter<'_>, mut approval: Approval) -> Result<Carried, Problem> {
        if let Some(applied) = approval.unknown() {
            let change = approval.plan.changes.get(approval.applied.len());
            let sentence = change.map(|change| sentence(change, &applied)).unwrap_or_default();
            writer.applied(&approval.approval, applied.clone(), sentence).await?;
            approval.applied.push(applied);
        }
        Ok(Carried { approval, broke_off: true, problem: None })
    }
}

/// The word, or that nobody said one in time. None where this process does not write the run any more.
async fn word(writer: &AnswerWriter<'_>, approval: &Approval, cancel: &CancellationToken) -> Option<Decision> {
    let (conversation, run, id) = (writer.conversation(), writer.run(), &approval.approval);
    loop {
        let left = u64::try_from(approval.expires_at.saturating_sub(now())).unwrap_or_default();
        let otherwise = tokio::select! {
            // A word that is there counts, whatever else is.
            biased;
            decision = conversation.decided(run, id) => return decision,
            () = cancel.cancelled() => Decision::Withdrawn,
            () = tokio::time::sleep(Duration::from_millis(left)) => Decision::Expired,
        };
        match conversation.end_waiting(run, id, otherwise).await {
            Ok(decision) => return decision,
            // Who stops an answer need not wait for the database; what is not decided when it ends is withdrawn.
            Err(_) if cancel.is_cancelled() => return Some(Decision::Withdrawn),
            Err(problem) => {
                tracing::warn!(conversation = %conversation.id(), problem = %problem.message, "the end of a plan waits for the database");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Keeps that the plan is being carried out. False where this process does not write the run any more.
async fn begin(
    machine: &mut Machine,
    writer: &mut AnswerWriter<'_>,
    cancel: &CancellationToken,
) -> Result<bool, Problem> {
    let mut tries = 0;
    loop {
        tries += 1;
        match writer.checkpoint_for_sure(machine).await {
            Ok(kept) => return Ok(kept),
            Err(problem) if tries >= TRIES || cancel.is_cancelled() => return Err(problem),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// What a word has to name: everything that was shown, of this plan and no other.
fn digest(approval: &ApprovalId, plan: &Plan) -> String {
    segment::digest(&[approval.as_str(), &serde_json::to_string(plan).unwrap_or_default()])
}

/// A plan of which nothing is known.
fn lost(approval: ApprovalId) -> Approval {
    Approval {
        approval,
        digest: String::new(),
        plan: Plan::default(),
        expires_at: 0,
        decision: None,
        applied: Vec::new(),
    }
}

fn sentence(change: &PlannedChange, applied: &Applied) -> String {
    let what = format!("{} {}", change.kind, change.object);
    match &applied.problem {
        None => format!("{what}: done"),
        Some(problem) => format!("{what}: {}", problem.message),
    }
}
