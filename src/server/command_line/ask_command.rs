//! `ask`: the same loop as behind the page, with the terminal as its only viewer.

use std::io::{IsTerminal as _, Read as _};
use std::process::ExitCode;
use std::sync::Arc;

use futures::stream;

use super::arguments::AskArguments;
use super::ask;
use crate::server::agent::context_now;
use crate::server::connections::Connections;
use crate::server::demo::model::Pace;
use crate::server::hub::Hub;
use crate::server::person::PersonId;
use crate::server::store::Database;
use crate::wire::command::SendMode;
use crate::wire::id::ConversationId;
use crate::wire::problem::{Problem, ProblemCode};

pub(super) async fn ask(arguments: AskArguments) -> Result<ExitCode, Vec<Problem>> {
    let question = match arguments.question.as_str() {
        "-" => from_standard_input()?,
        question => question.to_owned(),
    };
    if question.trim().is_empty() {
        let problem = Problem::new(ProblemCode::BadRequest, "The question is empty");
        return Err(vec![problem.hint("netbox-chatbox ask \"How many sites do we have?\"")]);
    }
    let connections = Connections::open(arguments.connection.validate()?, Pace::Instant).await.map_err(one)?;
    let agent = Arc::new(connections.agent());
    let hub = Hub::new(Database::memory().await.map_err(one)?);
    let person = PersonId::new();
    let id = ConversationId(uuid::Uuid::now_v7().to_string());
    let conversation = hub.open_or_create(&person, &id).await.map_err(one)?;
    let view = conversation.lossless_view(0).await.map_err(one)?;
    let accepted = conversation.send(None, &question, &context_now(None), SendMode::Queue).await.map_err(one)?;
    let Some(handle) = accepted.start else { return Ok(ExitCode::FAILURE) };
    let cancel = handle.cancel.clone();
    agent.start(conversation, handle, connections.service.clone());
    let frames = stream::unfold(view, |mut view| async move { view.next().await.map(|frame| (frame, view)) });
    let options = ask::Options {
        json: arguments.json,
        output_is_terminal: std::io::stdout().is_terminal(),
        error_is_terminal: std::io::stderr().is_terminal(),
    };
    let (mut output, mut errors) = (tokio::io::stdout(), tokio::io::stderr());
    let outcome = ask::print(frames, options, &cancel, ask::interrupts(), &mut output, &mut errors).await;
    Ok(outcome.into())
}

fn from_standard_input() -> Result<String, Vec<Problem>> {
    let mut question = String::new();
    std::io::stdin().read_to_string(&mut question).map_err(|error| {
        one(Problem::new(ProblemCode::BadRequest, format!("The question cannot be read from standard input: {error}"))
            .hint("give it as an argument, or as UTF-8 text"))
    })?;
    Ok(question)
}

fn one(problem: Problem) -> Vec<Problem> {
    vec![problem]
}
