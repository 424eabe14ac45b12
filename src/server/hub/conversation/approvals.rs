//! Plans that wait for their person's word. The word is an event of the log, whose next place only one writer gets: of
//! two words, of any two processes, one counts.

use super::log::{Draft, too_busy};
use super::{ATTEMPTS, Conversation, Live};
use crate::server::clock::now;
use crate::server::store::Refused;
use crate::wire::change::{Approval, Decision};
use crate::wire::command::Word;
use crate::wire::event::Event;
use crate::wire::id::{ApprovalId, RunId};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::transcript::{Part, Transcript};

impl Conversation {
    /// Takes a person's word about a plan that waits for it; the same word once more changes nothing. When this is done, the
    /// word is in the database.
    ///
    /// # Errors
    /// There is no such plan here; it is another than the one that was shown; it was decided otherwise, has expired, or
    /// its answer has ended; the database fails.
    pub async fn decide(&self, approval: &ApprovalId, digest: &str, word: Word) -> Result<(), Problem> {
        let mut live = self.lock().await?;
        for _ in 0..ATTEMPTS {
            let decision = match word {
                Word::Approve => Decision::Approved,
                Word::Reject => Decision::Rejected,
            };
            let (run, known) = find(&live.transcript, approval).ok_or_else(no_such_plan)?;
            if known.digest != digest {
                return Err(conflict("This is not the plan that was shown")
                    .hint("look at the plan again as it is now, then decide"));
            }
            if let Some(decided) = known.decision {
                return if decided == decision { Ok(()) } else { Err(conflict(said(decided))) };
            }
            if live.transcript.running() != Some(run) {
                return Err(conflict("The answer that made this plan has ended"));
            }
            if now() >= known.expires_at {
                return Err(conflict(said(Decision::Expired)));
            }
            let run = run.clone();
            match self.say_word(&mut live, run, approval, decision).await {
                Ok(()) => return Ok(()),
                Err(refused) => self.decide_again(refused).await?,
            }
        }
        Err(too_busy())
    }

    /// The plan with what was carried out of it so far.
    pub async fn approval(&self, approval: &ApprovalId) -> Option<Approval> {
        let live = self.live.lock().await;
        find(&live.transcript, approval).map(|(_, known)| known.clone())
    }

    /// Waits until a plan of this run is decided, here or elsewhere. None where nobody writes that run here any more.
    pub async fn decided(&self, run: &RunId, approval: &ApprovalId) -> Option<Decision> {
        let mut frames = self.frames.subscribe();
        loop {
            let live = self.live.lock().await;
            if let Some(decision) = decision_of(&live.transcript, approval) {
                return Some(decision);
            }
            if !live.is_running(run) {
                return None;
            }
            drop(live);
            // Falling behind is a change like any other; the sender is this conversation's own.
            let _ = frames.recv().await;
        }
    }

    /// Ends the waiting for a word, unless one was said meanwhile. Gives what counts; none where nobody writes the run
    /// here any more, and the plan goes on waiting.
    ///
    /// # Errors
    /// The database fails.
    pub async fn end_waiting(
        &self,
        run: &RunId,
        approval: &ApprovalId,
        decision: Decision,
    ) -> Result<Option<Decision>, Problem> {
        let mut live = self.live.lock().await;
        for _ in 0..ATTEMPTS {
            if let Some(decision) = decision_of(&live.transcript, approval) {
                return Ok(Some(decision));
            }
            if !live.is_running(run) {
                return Ok(None);
            }
            match self.say_word(&mut live, run.clone(), approval, decision).await {
                Ok(()) => return Ok(Some(decision)),
                Err(refused) => self.decide_again(refused).await?,
            }
        }
        Err(too_busy())
    }

    async fn say_word(
        &self,
        live: &mut Live,
        run: RunId,
        approval: &ApprovalId,
        decision: Decision,
    ) -> Result<(), Refused> {
        let event = Event::Decided { run, approval: approval.clone(), decision };
        self.commit(live, &mut Draft::event(event, said(decision).to_owned())).await
    }
}

/// What has to be said where a run ends without whoever carried out its plan: of which change nobody knows.
pub(super) fn unknown_changes(transcript: &Transcript, run: &RunId) -> Vec<(Event, String)> {
    let answer = transcript.turns.last().and_then(|turn| turn.answer.as_ref()).filter(|answer| answer.run == *run);
    let parts = answer.map_or(&[][..], |answer| answer.parts.as_slice());
    let open = parts.iter().filter_map(|part| match part {
        Part::Tool(tool) if tool.outcome.is_none() => tool.approval.as_ref(),
        _ => None,
    });
    open.filter_map(|approval| {
        let applied = approval.unknown()?;
        let sentence = applied.problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default();
        let event = Event::Applied { run: run.clone(), approval: approval.approval.clone(), applied };
        Some((event, sentence))
    })
    .collect()
}

/// The plan with the run that made it: only the newest answer's can be decided, older ones are still known.
fn find<'live>(transcript: &'live Transcript, approval: &ApprovalId) -> Option<(&'live RunId, &'live Approval)> {
    transcript.turns.iter().rev().find_map(|turn| {
        let answer = turn.answer.as_ref()?;
        answer.parts.iter().find_map(|part| match part {
            Part::Tool(tool) => {
                tool.approval.as_ref().filter(|known| known.approval == *approval).map(|known| (&answer.run, known))
            }
            _ => None,
        })
    })
}

/// What became of a plan; none while it waits.
fn decision_of(transcript: &Transcript, approval: &ApprovalId) -> Option<Decision> {
    find(transcript, approval).and_then(|(_, known)| known.decision)
}

fn said(decision: Decision) -> &'static str {
    match decision {
        Decision::Approved => "The plan was approved",
        Decision::Rejected => "The plan was rejected",
        Decision::Expired => "The plan expired before anybody decided",
        Decision::Withdrawn => "The plan was withdrawn",
    }
}

fn conflict(sentence: &str) -> Problem {
    Problem::new(ProblemCode::Conflict, sentence).hint("ask for the change again to get a new plan")
}

fn no_such_plan() -> Problem {
    conflict("There is no such plan in this conversation")
}
