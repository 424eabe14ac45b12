//! A history as the database keeps it: what has changed since the last time, so that what a long conversation writes does
//! not grow with it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::History;
use crate::wire::id::MessageId;

/// What is to be written of a history, or all of one that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StoredHistory {
    /// All but its messages, as JSON; empty for a history that was never written.
    pub frame: String,
    /// The place of the first of `messages`: those after it that were written before are replaced.
    pub first: usize,
    /// The messages from there on, each as JSON.
    pub messages: Vec<String>,
    /// Turns of other branches that were put aside or brought back.
    pub aside: Vec<StoredAside>,
}

/// A turn of another branch.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAside {
    /// Which turn.
    pub message: MessageId,
    /// The turn as JSON; none for one that is put aside no longer.
    pub turn: Option<String>,
}

/// What of a history is as it was last written. It says nothing about what a history is, so all are equal.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    /// How many of its messages, from the first on.
    messages: usize,
    /// Turns that were put aside or brought back since.
    aside: BTreeSet<MessageId>,
}

impl PartialEq for Written {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Written {
    /// Messages from this place on are not as they were written.
    pub fn from(&mut self, place: usize) {
        self.messages = self.messages.min(place);
    }

    /// This turn was put aside, or changed there, or brought back.
    pub fn aside(&mut self, message: &MessageId) {
        self.aside.insert(message.clone());
    }
}

impl History {
    /// Puts together what [`Self::to_stored`] gave in all.
    ///
    /// # Errors
    /// What was stored is no history.
    pub fn from_stored(stored: &StoredHistory) -> Result<Self, serde_json::Error> {
        let mut history: Self =
            if stored.frame.is_empty() { Self::default() } else { serde_json::from_str(&stored.frame)? };
        history.messages =
            stored.messages.iter().map(|message| serde_json::from_str(message)).collect::<Result<_, _>>()?;
        for StoredAside { message, turn } in &stored.aside {
            if let Some(turn) = turn {
                history.aside.insert(message.clone(), serde_json::from_str(turn)?);
            }
        }
        history.was_written();
        Ok(history)
    }

    /// The history as it is stored: what has changed since it was last written.
    pub fn to_stored(&self) -> StoredHistory {
        let frame = Self {
            messages: Vec::new(),
            turns: self.turns.clone(),
            segment: self.segment.clone(),
            aside: BTreeMap::default(),
            written: Written::default(),
            ..*self
        };
        let aside = self.written.aside.iter().map(|message| StoredAside {
            message: message.clone(),
            turn: self.aside.get(message).map(|turn| json!(turn).to_string()),
        });
        StoredHistory {
            frame: json!(frame).to_string(),
            first: self.written.messages,
            messages: self.messages.iter().skip(self.written.messages).map(ToString::to_string).collect(),
            aside: aside.collect(),
        }
    }

    /// What [`Self::to_stored`] gave was written.
    pub fn was_written(&mut self) {
        self.written = Written { messages: self.messages.len(), aside: BTreeSet::new() };
    }
}
