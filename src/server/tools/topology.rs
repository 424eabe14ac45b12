//! `netbox_topology`: where cables lead, what hangs together, what fails with what, and what is free in racks.

use serde_json::Value;

use super::Outcome;
use super::arguments::Arguments;
use super::call::Call;
use super::table::Tool;
use crate::wire::problem::Problem;

/// What may be asked.
pub(super) const QUESTIONS: [&str; 6] = ["trace", "neighbours", "path", "impact", "elevation", "free_ports"];

pub(super) async fn run(call: &Call<'_>, input: &Value) -> Result<Outcome, Problem> {
    let _ = call;
    let arguments = Arguments::new(Tool::Topology, input)?;
    Err(arguments.wrong(&format!("The question is one of {}", QUESTIONS.join(", "))))
}
