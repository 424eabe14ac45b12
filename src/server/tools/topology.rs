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

use futures::FutureExt;
use serde_json::Value;

use super::arguments::Arguments;
use super::call::Call;
use super::output::Output;
use super::tool::{Argument, Kind, Running, Tool, always};
use super::words;
use crate::wire::problem::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "netbox_topology",
    description: "Cabling and racks. trace: a port (device and name), power feed, circuit or cable to its far end. neighbours: of a device. path: to another device. impact: what is affected if a device, rack, site, circuit, cable, power feed, ... fails. elevation: a rack's devices and free units; of a site: racks with room. free_ports: of a device, rack or site.",
    example: r#"{"question":"trace","device":"cle-01-sw-1","name":"GigabitEthernet1/0/1"}"#,
    arguments: &[
        Argument::required("question", Kind::OneOf(&QUESTIONS), ""),
        Argument::new("object_type", Kind::Text, ""),
        Argument::new("object_id", Kind::Number { least: 1 }, ""),
        Argument::new("name", Kind::Text, ""),
        Argument::new("device", Kind::Text, "Of the port"),
        Argument::new("site", Kind::Text, ""),
        Argument::new("to", Kind::Text, ""),
        Argument::new("face", Kind::OneOf(&["front", "rear"]), ""),
        Argument::new("units", Kind::Number { least: 0 }, "Free in one piece"),
        Argument::new("type", Kind::Text, "Of port"),
        Argument::new("limit", Kind::Limit { most: 100, usual: 20 }, ""),
    ],
    title,
    changes: false,
    works_with: always,
    run,
};

/// What may be asked.
const QUESTIONS: [&str; 6] = ["trace", "neighbours", "path", "impact", "elevation", "free_ports"];

fn run<'a>(call: &'a Call<'a>, input: &'a Value) -> Running<'a> {
    answer(call, input).boxed()
}

async fn answer(call: &Call<'_>, input: &Value) -> Result<Output, Problem> {
    let arguments = Arguments::new(&TOOL, input)?;
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
    Ok(finding.output(call).await)
}

fn title(input: &Value) -> String {
    let kind = words::singular(input);
    let (device, name) = (words::text(input, "device"), words::text(input, "name"));
    let id = words::text(input, "object_id");
    let named = [device.as_str(), name.as_str(), id.as_str()].into_iter().filter(|text| !text.is_empty());
    let named = named.collect::<Vec<_>>().join(" ");
    let what = if device.is_empty() && !kind.is_empty() { format!("{kind} {named}") } else { named };
    match words::text(input, "question").as_str() {
        "trace" => format!("trace from {what}"),
        "neighbours" => format!("neighbours of {what}"),
        "path" => format!("path from {what} to {}", words::text(input, "to")),
        "impact" => format!("what is affected if {what} fails"),
        "elevation" => format!("elevation of {what}"),
        "free_ports" => format!("free ports of {what}"),
        other => other.to_owned(),
    }
}
