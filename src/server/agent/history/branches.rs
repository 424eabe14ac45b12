//! What the model was told on the branches of a conversation that are not shown. A turn that is put aside keeps its
//! messages to the byte, since thinking is bound to them, and comes back with what the model remembered in it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{History, Memory, TurnStart};
use crate::server::anthropic::message;
use crate::wire::id::MessageId;

/// A turn that was put aside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Aside {
    /// Its messages, up to the next turn's first.
    pub messages: Vec<Value>,
    interrupted: bool,
    /// How many messages before its own the model's memory begins, where it begins after the turn above: with the turn
    /// itself, or with a summary. Else it reaches as far back as that one's.
    memory: Option<usize>,
    /// The prompt after it, in tokens.
    context_tokens: u64,
}

impl History {
    /// Puts this turn and all after it aside: what is asked next takes its place, with what the model remembered then. An
    /// unknown turn changes nothing.
    pub fn put_aside(&mut self, turn: &MessageId) {
        if let Some(place) = self.turns.iter().position(|start| &start.message == turn) {
            let memory = self.memory_of(&self.turns[place]);
            self.put_aside_from(place);
            self.remember(memory);
        }
    }

    /// Goes over to another branch, whose turns these are from the first on. Of a turn that it does not know it remembers
    /// nothing.
    pub fn follow(&mut self, branch: &[MessageId]) {
        let kept = self.turns.iter().zip(branch).take_while(|(turn, message)| turn.message == **message).count();
        self.put_aside_from(kept);
        for message in branch.iter().skip(kept) {
            self.bring_back(message);
        }
    }

    fn put_aside_from(&mut self, place: usize) {
        while self.turns.len() > place {
            let Some(turn) = self.turns.pop() else { return };
            let own = self.memory_of(&turn);
            let above = self.turns.last().map(|above| self.memory_of(above).context_start).unwrap_or_default();
            let aside = Aside {
                messages: self.messages.split_off(turn.index),
                interrupted: turn.interrupted,
                memory: (own.context_start != above).then(|| turn.index.saturating_sub(own.context_start)),
                context_tokens: self.context_tokens,
            };
            self.written.from(turn.index);
            self.written.aside(&turn.message);
            self.aside.insert(turn.message, aside);
            self.remember(Memory { context_start: above, context_tokens: own.context_tokens });
        }
    }

    fn bring_back(&mut self, message: &MessageId) {
        let Some(aside) = self.aside.remove(message) else { return };
        self.written.aside(message);
        let index = self.messages.len();
        let context_start = aside.memory.map_or(self.context_start, |before| index.saturating_sub(before));
        let memory = Memory { context_start, context_tokens: self.context_tokens };
        self.messages.extend(aside.messages);
        let (message, interrupted) = (message.clone(), aside.interrupted);
        self.turns.push(TurnStart { message, index, interrupted, memory: Some(memory) });
        self.remember(Memory { context_start, context_tokens: aside.context_tokens });
    }

    /// Takes the thinking out of what was put aside too: none may come back.
    pub(super) fn strip_thinking_aside(&mut self) {
        for (turn, aside) in &mut self.aside {
            if message::strip_thinking(&mut aside.messages) {
                self.written.aside(turn);
            }
        }
    }
}
