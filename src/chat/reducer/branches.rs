//! A conversation is a tree: a question that was asked in another way, or again, stands beside the one it was. One branch
//! is shown (`turns`), the others wait (`aside`).

use super::{Applied, Change};
use crate::wire::id::MessageId;
use crate::wire::transcript::{Transcript, Turn};

/// The messages that stand in the place of this turn (an index of `turns`), itself among them, in the order in which
/// they were asked.
pub fn versions(transcript: &Transcript, turn: usize) -> Vec<&MessageId> {
    let Some(shown) = transcript.turns.get(turn) else { return Vec::new() };
    let beside = transcript.aside.iter().filter(|other| other.parent == shown.parent);
    let mut all: Vec<&Turn> = beside.chain([shown]).collect();
    all.sort_unstable_by_key(|turn| age(turn));
    all.into_iter().map(|turn| &turn.message).collect()
}

/// Puts the turns from this place on aside.
pub(super) fn put_aside(transcript: &mut Transcript, place: usize, changes: &mut Vec<Change>) {
    if place < transcript.turns.len() {
        transcript.aside.extend(transcript.turns.drain(place..));
        changes.push(Change::TurnsPutAside { turn: place });
    }
}

/// The messages of the branch with this turn, and with what was asked last under it; none for a turn that is not there.
pub fn branch(transcript: &Transcript, message: &MessageId) -> Vec<MessageId> {
    let all = || transcript.turns.iter().chain(&transcript.aside);
    let find = |message: &MessageId| all().find(|turn| turn.message == *message);
    let Some(turn) = find(message) else { return Vec::new() };
    // No branch has more turns than there are: what came from elsewhere may be no tree.
    let most = transcript.turns.len() + transcript.aside.len();
    let above = std::iter::successors(Some(turn), |turn| find(turn.parent.as_ref()?)).take(most);
    let newest_under =
        |turn: &&Turn| all().filter(|other| other.parent.as_ref() == Some(&turn.message)).max_by_key(|turn| age(turn));
    let below = std::iter::successors(Some(turn), newest_under);
    let mut branch: Vec<&Turn> = above.collect();
    branch.reverse();
    branch.extend(below.take(most).skip(1));
    branch.into_iter().map(|turn| turn.message.clone()).collect()
}

/// Shows the branch with this turn. A turn that is shown already, or that is not there, changes nothing.
pub(super) fn show(transcript: &mut Transcript, message: &MessageId) -> Applied {
    if transcript.turns.iter().any(|turn| turn.message == *message) {
        return Applied::Ignored;
    }
    let branch = branch(transcript, message);
    if branch.is_empty() {
        return Applied::Ignored;
    }
    let mut changes = Vec::new();
    let kept = transcript.turns.iter().zip(&branch).take_while(|(turn, message)| turn.message == **message).count();
    put_aside(transcript, kept, &mut changes);
    for message in branch.iter().skip(kept) {
        if let Some(place) = transcript.aside.iter().position(|turn| turn.message == *message) {
            changes.push(Change::TurnAdded { turn: transcript.turns.len() });
            transcript.turns.push(transcript.aside.remove(place));
        }
    }
    Applied::Changed(changes)
}

/// By what turns in one place are ordered: the same for whoever looks, however it came to know of them.
fn age(turn: &Turn) -> (i64, &MessageId) {
    (turn.asked_at, &turn.message)
}
