//! `tool`: the tools that the model has, for a person at a terminal and for scripts.

use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;

use serde_json::{Value, json};

use super::arguments::{ToolCallArguments, ToolCommand, ToolView};
use super::tool_list;
use crate::server::connections::Connections;
use crate::server::demo::model::Pace;
use crate::server::tools::{Asking, Outcome, Toolbox};
use crate::wire::problem::{Problem, ProblemCode};
use crate::wire::result::{ResultPage, ResultQuery};

/// All calls of one run of the program are of one conversation.
const CONVERSATION: &str = "tool";
/// Rows of a person's view that are printed at most.
const ROWS: u64 = 1_000;

pub(super) async fn tool(command: ToolCommand) -> Result<ExitCode, Vec<Problem>> {
    match command {
        ToolCommand::List { format } => print(&tool_list::list(format)),
        ToolCommand::Call(arguments) => call(arguments).await,
    }
}

async fn call(arguments: ToolCallArguments) -> Result<ExitCode, Vec<Problem>> {
    let ToolCallArguments { name, input, view, connection } = arguments;
    let connections = Connections::open(connection.validate()?, Pace::Instant).await.map_err(one)?;
    let agent = connections.agent();
    let asking = Asking::new(&connections.service, CONVERSATION);
    if name == "-" {
        return session(agent.toolbox(), asking).await;
    }
    let input = read_input(&name, &input)?;
    let outcome = agent.toolbox().call(asking, &name, &input).await;
    if outcome.evidence.is_error {
        // The model's text has the hint too.
        let (sentence, hint) = outcome.model_text.split_once("\nhint: ").unwrap_or((&outcome.model_text, ""));
        let problem = Problem::new(ProblemCode::BadRequest, sentence);
        return Err(one(if hint.is_empty() { problem } else { problem.hint(hint) }));
    }
    match view {
        ToolView::Model => print(&outcome.model_text),
        ToolView::Person => print(&for_person(agent.toolbox(), asking, &outcome).await.map_err(one)?),
    }
}

/// Calls from standard input, one a line, and what came of each, one a line.
async fn session(toolbox: &Toolbox, asking: Asking<'_>) -> Result<ExitCode, Vec<Problem>> {
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| {
            one(Problem::new(ProblemCode::BadRequest, format!("Standard input cannot be read: {error}")))
        })?;
        if line.trim().is_empty() {
            continue;
        }
        let call: Value = serde_json::from_str(&line).map_err(|error| {
            one(Problem::new(ProblemCode::BadRequest, format!("A line is not JSON: {error}"))
                .hint(r#"one call a line: {"name": "netbox_get_objects", "input": {"object_type": "dcim.site"}}"#))
        })?;
        let name = call.get("name").and_then(Value::as_str).unwrap_or_default();
        let input = call.get("input").cloned().unwrap_or_else(|| json!({}));
        let outcome = toolbox.call(asking, name, &input).await;
        let line = json!({
            "model_text": outcome.model_text, "outcome": outcome.evidence, "peak_memory_bytes": peak_memory(),
        });
        print(&line.to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn read_input(name: &str, input: &str) -> Result<Value, Vec<Problem>> {
    serde_json::from_str(input).map_err(|error| {
        one(Problem::new(ProblemCode::BadRequest, format!("The arguments are not JSON: {error}"))
            .hint(format!("netbox-chatbox tool call {name} '{{\"object_type\": \"dcim.site\"}}'")))
    })
}

/// The summary, the rows set in columns, and the requests that were made.
async fn for_person(toolbox: &Toolbox, asking: Asking<'_>, outcome: &Outcome) -> Result<String, Problem> {
    let mut parts = vec![outcome.evidence.summary.clone()];
    if let Some(result) = &outcome.evidence.result {
        let query = ResultQuery { limit: ROWS, ..ResultQuery::default() };
        parts.push(columns(&toolbox.result_page(asking, &result.handle, &query).await?));
    }
    let requests = outcome.evidence.requests.iter();
    let lines: Vec<String> = requests
        .map(|request| {
            let time = match request.kept_milliseconds {
                Some(age) => format!("kept from {age} ms ago"),
                None => format!("{} ms", request.milliseconds),
            };
            format!("{} {} ({}, {time})", request.method, request.url, request.status)
        })
        .collect();
    parts.push(lines.join("\n"));
    Ok(parts.join("\n\n"))
}

fn columns(page: &ResultPage) -> String {
    let mut rows: Vec<Vec<&str>> = vec![page.columns.iter().map(|column| column.name.as_str()).collect()];
    rows.extend(page.rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()));
    let widths: Vec<usize> = (0..page.columns.len())
        .map(|index| rows.iter().filter_map(|row| row.get(index)).map(|text| text.chars().count()).max().unwrap_or(0))
        .collect();
    let line = |row: &Vec<&str>| {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        cells.join("  ").trim_end().to_owned()
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    let shown = page.rows.len() as u64;
    if shown < page.total {
        lines.push(format!("{shown} of {} rows", page.total));
    }
    lines.join("\n")
}

/// The most memory that this process has used, in bytes; 0 where the system does not say (`/proc`, Linux).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|rest| rest.trim().trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn print(text: &str) -> Result<ExitCode, Vec<Problem>> {
    let mut output = std::io::stdout().lock();
    match writeln!(output, "{text}").and_then(|()| output.flush()) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // Whoever read this has seen enough (`| head`).
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
        Err(error) => Err(one(Problem::new(ProblemCode::Internal, format!("The answer cannot be written: {error}")))),
    }
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}
