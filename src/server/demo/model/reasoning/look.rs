//! Looking things up: a plan is written as if each call returned at once.
//!
//! The server keeps nothing between requests, so a plan starts afresh in each round. Calls that the conversation
//! already answered return their result; at the first one that it has not, the plan stops with [`Wait`] and the
//! pending calls become the assistant's message. The same calls come out each time because a plan depends on the
//! conversation only.

use serde_json::Value;

use super::history::{Exchange, Outcome};

/// The plan needs results that it does not have yet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wait;

/// One call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    pub name: &'static str,
    pub input: Value,
}

/// What a plan has looked up, and what it still needs.
pub(super) struct Look<'a> {
    exchanges: &'a [Exchange],
    offered: &'a dyn Fn(&str) -> bool,
    /// The calls to make now.
    pub pending: Vec<Call>,
    /// A tool that is needed and not offered.
    pub missing: Option<&'static str>,
    /// What is considered since the last result.
    thoughts: Vec<String>,
}

impl<'a> Look<'a> {
    pub fn new(exchanges: &'a [Exchange], offered: &'a dyn Fn(&str) -> bool) -> Self {
        Self { exchanges, offered, pending: Vec::new(), missing: None, thoughts: Vec::new() }
    }

    /// Whether a tool may be called.
    pub fn offers(&self, tool: &str) -> bool {
        (self.offered)(tool)
    }

    /// Adds a sentence to the thinking of this round.
    pub fn think(&mut self, thought: impl Into<String>) {
        self.thoughts.push(thought.into());
    }

    /// The thinking of this round.
    pub fn thinking(&self) -> String {
        self.thoughts.join("\n\n")
    }

    /// One result.
    pub fn one(&mut self, call: Call) -> Result<Outcome, Wait> {
        Ok(self.all(vec![call])?.pop().unwrap_or(Outcome::Failed(String::new())))
    }

    /// Several results, asked for at once.
    pub fn all(&mut self, calls: Vec<Call>) -> Result<Vec<Outcome>, Wait> {
        let mut outcomes = Vec::with_capacity(calls.len());
        for call in calls {
            if !(self.offered)(call.name) {
                self.missing = Some(call.name);
                return Err(Wait);
            }
            let known = self.exchanges.iter().find(|past| past.name == call.name && past.input == call.input);
            match known {
                Some(past) => outcomes.push(past.outcome.clone()),
                None if self.pending.contains(&call) => {}
                None => self.pending.push(call),
            }
        }
        if self.pending.is_empty() {
            self.thoughts.clear();
            Ok(outcomes)
        } else {
            Err(Wait)
        }
    }
}
