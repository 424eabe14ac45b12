//! `netbox_topology`: where cables lead, what hangs together, what fails with what, and what is free in racks.

mod elevation;
mod graph;
mod impact;
mod neighbours;
mod path;
mod port;
mod ports;
mod trace;
mod way;

use serde_json::Value;

use super::Outcome;
use super::arguments::Arguments;
use super::call::Call;
use super::table::Tool;
use crate::wire::problem::Problem;

/// What may be asked.
pub(super) const QUESTIONS: [&str; 6] = ["trace", "neighbours", "path", "impact", "elevation", "free_ports"];

pub(super) async fn run(call: &Call<'_>, input: &Value) -> Result<Outcome, Problem> {
    let arguments = Arguments::new(Tool::Topology, input)?;
    let question = arguments.text("question")?.to_lowercase().replace([' ', '-'], "_");
    let finding = match question.as_str() {
        "trace" => trace::run(call, &arguments).await,
        "neighbours" | "neighbors" => neighbours::run(call, &arguments).await,
        "path" => path::run(call, &arguments).await,
        "impact" => impact::run(call, &arguments).await,
        "elevation" | "free_units" => elevation::run(call, &arguments).await,
        "free_ports" => ports::run(call, &arguments).await,
        _ => Err(arguments.wrong(&format!("The question is one of {}", QUESTIONS.join(", ")))),
    }?;
    Ok(finding.outcome(call).await)
}
