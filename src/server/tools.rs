//! The tools that the model may call, one table (`table`). Names and arguments are those of the official NetBox
//! MCP server, so that prompts and habits carry over; what is answered is smaller and says what it does not say:
//! every list knows its total, every name is checked before NetBox can ignore it.

mod arguments;
mod call;
mod changelog;
mod evidence;
mod filters;
mod finding;
mod flatten;
mod ignored;
mod ip_space;
mod list;
mod names;
mod object;
mod output;
mod pages;
mod search;
mod shape;
mod table;
mod title;
mod topology;

use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;

use super::netbox::{Client, Credentials};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::tool::ToolOutcome;
use call::Call;
use table::Tool;

/// The tools over one NetBox.
#[derive(Clone, Debug)]
pub struct Toolbox {
    netbox: Arc<Client>,
}

/// A tool as a model is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What it does, with a worked example.
    pub description: String,
    /// The JSON schema of its arguments.
    pub input_schema: Value,
}

/// What came of a call: a text for the model, evidence for the person.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// One compact JSON object, or for a failure a sentence and a hint.
    pub model_text: String,
    /// The requests made, the first rows, how it ended.
    pub evidence: ToolOutcome,
}

impl Toolbox {
    /// The tools over `netbox`.
    pub fn new(netbox: Arc<Client>) -> Self {
        Self { netbox }
    }

    /// Every tool, sorted by name: the same text each time, so that a prompt cache holds it.
    pub fn definitions(&self) -> Vec<Definition> {
        Tool::ALL.iter().map(|tool| tool.definition()).collect()
    }

    /// What a call asks for, in words, for the card that is shown while it runs: `devices where site is cle-01`.
    pub fn title(&self, name: &str, input: &Value) -> String {
        title::title(name, input)
    }

    /// Runs a call. It never fails: a failure is an outcome that tells the model what to do.
    pub async fn call(&self, credentials: &Credentials, name: &str, input: &Value) -> Outcome {
        let started = Instant::now();
        let call = Call::new(&self.netbox, credentials);
        let result = match Tool::by_name(name) {
            Some(Tool::GetObjects) => list::run(&call, input).await,
            Some(Tool::GetObjectById) => object::run(&call, input).await,
            Some(Tool::IpSpace) => ip_space::run(&call, input).await,
            Some(Tool::SearchObjects) => search::run(&call, input).await,
            Some(Tool::Topology) => topology::run(&call, input).await,
            Some(Tool::GetChangelogs) => changelog::run(&call, input).await,
            None => Err(unknown_tool(name)),
        };
        let mut outcome = result.unwrap_or_else(|problem| failure(&problem));
        outcome.evidence.requests = call.into_requests();
        outcome.evidence.milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        outcome
    }
}

fn failure(problem: &Problem) -> Outcome {
    Outcome {
        model_text: problem.to_string(),
        evidence: ToolOutcome { is_error: true, summary: problem.message.clone(), ..ToolOutcome::default() },
    }
}

fn unknown_tool(name: &str) -> Problem {
    let names = Tool::ALL.iter().map(|tool| tool.name()).collect::<Vec<_>>().join(", ");
    let name: String = name.chars().take(60).collect();
    Problem::new(ProblemCode::BadRequest, format!("There is no tool {name}")).hint(format!("the tools are {names}"))
}

#[cfg(test)]
mod tests;
