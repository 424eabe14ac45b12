//! What is said of a plan: what it would do, how it stands, and what became of each of its changes. The page, a shared
//! page and a screen reader say the same.

use crate::wire::change::{Action, Applied, Approval, Decision, Plan};
use crate::wire::problem::Problem;
use crate::wire::transcript::{Part, Transcript};

/// What a plan would do: `Change 3 objects in NetBox`.
pub fn heading(plan: &Plan) -> String {
    let mut actions = plan.changes.iter().map(|change| change.action);
    let first = actions.next();
    let verb = match first {
        Some(action) if actions.all(|other| other == action) => verb(action),
        _ => "Change",
    };
    format!("{verb} {} in NetBox", objects(plan.changes.len()))
}

/// What is done with an object: `Update`.
pub fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "Create",
        Action::Update => "Update",
        Action::Delete => "Delete",
    }
}

/// `1 object`, `3 objects`.
pub fn objects(count: usize) -> String {
    format!("{count} {}", if count == 1 { "object" } else { "objects" })
}

/// How a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has decided yet.
    Waiting,
    /// It was approved and is being carried out.
    Working,
    /// It was carried out.
    Done,
    /// It was approved, and not all of it was carried out.
    Failed,
    /// Nothing was changed, and nothing will be.
    Dropped(Decision),
}

impl Standing {
    /// How a plan of so many changes stands. `is_over` when nobody writes the answer that made it any more, or its call
    /// has ended: what was not decided by then is withdrawn.
    pub fn of(decision: Option<Decision>, applied: &[Applied], changes: usize, is_over: bool) -> Self {
        match decision {
            None if is_over => Self::Dropped(Decision::Withdrawn),
            None => Self::Waiting,
            Some(Decision::Approved) if failed(applied) => Self::Failed,
            Some(Decision::Approved) if applied.len() >= changes => Self::Done,
            Some(Decision::Approved) if is_over => Self::Failed,
            Some(Decision::Approved) => Self::Working,
            Some(other) => Self::Dropped(other),
        }
    }

    /// A word for it, by which the style sheet knows it too.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Working => "approved",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dropped(Decision::Rejected) => "rejected",
            Self::Dropped(Decision::Expired) => "expired",
            Self::Dropped(_) => "withdrawn",
        }
    }

    /// A sentence about it.
    pub fn sentence(self, applied: &[Applied], changes: usize) -> String {
        let dropped = match self {
            Self::Dropped(Decision::Rejected) => "Rejected: nothing was changed",
            Self::Dropped(Decision::Expired) => "Expired before anybody decided: nothing was changed",
            Self::Dropped(_) => "Withdrawn before anybody decided: nothing was changed",
            Self::Waiting => "Waits for approval",
            Self::Done if changes == 1 => "Approved and carried out",
            Self::Done => return format!("Approved, all {changes} carried out"),
            Self::Working | Self::Failed => {
                let done = applied.iter().filter(|one| one.problem.is_none()).count();
                let (but, known) = match self {
                    Self::Working => ("", ""),
                    _ if applied.iter().any(|one| one.is_unknown) => ("but only ", " for sure"),
                    _ => ("but only ", ""),
                };
                return format!("Approved, {but}{done} of {changes} carried out{known}");
            }
        };
        dropped.to_owned()
    }
}

/// What became of one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'applied> {
    /// There is nothing to say: the plan was not approved, or not yet.
    Open,
    /// It is being carried out.
    Working,
    /// It follows those before it.
    Next,
    /// It was carried out.
    Done(&'applied Applied),
    /// It was not.
    Failed(&'applied Problem),
    /// Nobody knows: it was sent, and no answer says.
    Unknown(&'applied Problem),
    /// One before it failed, or it was not begun.
    NotDone,
}

impl<'applied> Outcome<'applied> {
    /// What became of the change at this place of the plan.
    pub fn of(standing: Standing, applied: &'applied [Applied], place: usize) -> Self {
        if matches!(standing, Standing::Waiting | Standing::Dropped(_)) {
            return Self::Open;
        }
        match applied.get(place) {
            Some(Applied { problem: Some(problem), is_unknown: true, .. }) => Self::Unknown(problem),
            Some(Applied { problem: Some(problem), .. }) => Self::Failed(problem),
            Some(done) => Self::Done(done),
            None if standing == Standing::Working && place == applied.len() => Self::Working,
            None if standing == Standing::Working => Self::Next,
            None => Self::NotDone,
        }
    }

    /// Its word; none where there is nothing to say.
    pub fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Open => return None,
            Self::Working => "being carried out",
            Self::Next => "comes next",
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "maybe done",
            Self::NotDone => "not done",
        })
    }
}

fn failed(applied: &[Applied]) -> bool {
    applied.iter().any(|one| one.problem.is_some())
}

/// The newest plan of the answer that is being written, where it has one.
pub fn newest(transcript: &Transcript) -> Option<&Approval> {
    let answer = transcript.turns.last()?.answer.as_ref().filter(|answer| answer.end.is_none())?;
    answer.parts.iter().rev().find_map(|part| match part {
        Part::Tool(tool) => tool.approval.as_ref(),
        _ => None,
    })
}

/// Whether a conversation waits for its person's word.
pub fn is_awaited(transcript: &Transcript) -> bool {
    newest(transcript).is_some_and(|approval| approval.decision.is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::change::PlannedChange;
    use crate::wire::problem::ProblemCode;

    fn plan(actions: &[Action]) -> Plan {
        let change = |action: &Action| PlannedChange {
            action: *action,
            kind: "device".into(),
            object: "a".into(),
            link: None,
            fields: Vec::new(),
            method: String::new(),
            path: String::new(),
            body: serde_json::Value::Null,
            state: None,
        };
        Plan { reason: String::new(), changes: actions.iter().map(change).collect() }
    }

    fn applied(status: u16) -> Applied {
        let problem = (!(200..300).contains(&status)).then(|| Problem::new(ProblemCode::Conflict, "changed meanwhile"));
        Applied { status, problem, is_unknown: status == 0, link: None }
    }

    fn words(decision: Option<Decision>, statuses: &[u16], is_over: bool) -> (String, Vec<Option<&'static str>>) {
        let applied: Vec<_> = statuses.iter().copied().map(applied).collect();
        let standing = Standing::of(decision, &applied, 3, is_over);
        let words = (0..3).map(|place| Outcome::of(standing, &applied, place).word());
        (standing.sentence(&applied, 3), words.collect())
    }

    #[test]
    fn a_heading_says_what_is_done_with_how_many() {
        assert_eq!(heading(&plan(&[Action::Delete])), "Delete 1 object in NetBox");
        assert_eq!(heading(&plan(&[Action::Create, Action::Create])), "Create 2 objects in NetBox");
        assert_eq!(heading(&plan(&[Action::Create, Action::Update])), "Change 2 objects in NetBox");
    }

    #[test]
    fn what_is_not_approved_changes_nothing() {
        let nothing = vec![None, None, None];
        assert_eq!(words(None, &[], false), ("Waits for approval".into(), nothing.clone()));
        let rejected = words(Some(Decision::Rejected), &[], false);
        assert_eq!(rejected, ("Rejected: nothing was changed".into(), nothing.clone()));
        assert_eq!(words(None, &[], true), words(Some(Decision::Withdrawn), &[], true));
        assert_eq!(words(None, &[], true).1, nothing);
    }

    #[test]
    fn after_a_failure_the_rest_is_not_done() {
        let (sentence, outcomes) = words(Some(Decision::Approved), &[200, 412], false);
        assert_eq!(sentence, "Approved, but only 1 of 3 carried out");
        assert_eq!(outcomes, [Some("done"), Some("failed"), Some("not done")]);
    }

    #[test]
    fn without_an_answer_nobody_knows() {
        let (sentence, outcomes) = words(Some(Decision::Approved), &[200, 0], true);
        assert_eq!(sentence, "Approved, but only 1 of 3 carried out for sure");
        assert_eq!(outcomes, [Some("done"), Some("maybe done"), Some("not done")]);
        // Whatever was on its way has been told by then.
        let (sentence, outcomes) = words(Some(Decision::Approved), &[200], true);
        assert_eq!(sentence, "Approved, but only 1 of 3 carried out");
        assert_eq!(outcomes, [Some("done"), Some("not done"), Some("not done")]);
    }

    #[test]
    fn an_approved_plan_goes_on_in_its_order() {
        let (sentence, outcomes) = words(Some(Decision::Approved), &[200], false);
        assert_eq!(sentence, "Approved, 1 of 3 carried out");
        assert_eq!(outcomes, [Some("done"), Some("being carried out"), Some("comes next")]);
        assert_eq!(words(Some(Decision::Approved), &[201, 200, 204], false).0, "Approved, all 3 carried out");
    }
}
