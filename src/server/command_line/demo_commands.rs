//! The embedded servers, each alone on a port.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;

use tokio::net::TcpListener;

use super::arguments::{DemoModelArguments, DemoNetboxArguments};
use super::say;
use crate::server::demo::{model, netbox};
use crate::server::run::told_to_stop;
use crate::wire::problem::{Problem, ProblemCode};

pub(super) async fn demo_netbox(arguments: DemoNetboxArguments) -> Result<ExitCode, Vec<Problem>> {
    let now = arguments.now.unwrap_or_else(jiff::Timestamp::now);
    if let Some(file) = &arguments.plant {
        netbox::plant(planted(file).map_err(|problem| vec![problem])?);
    }
    if arguments.export {
        let mut output = std::io::BufWriter::new(std::io::stdout().lock());
        for line in netbox::export(now) {
            writeln!(output, "{line}").map_err(|error| vec![cannot_write(&error)])?;
        }
        output.flush().map_err(|error| vec![cannot_write(&error)])?;
        return Ok(ExitCode::SUCCESS);
    }
    let listener = bind(arguments.listen).await?;
    say(&format!("The demo NetBox is on http://{}\n  NETBOX_TOKEN={}", arguments.listen, netbox::DEMO_TOKEN));
    until_stopped(netbox::serve(listener, now)).await
}

pub(super) async fn demo_model(arguments: DemoModelArguments) -> Result<ExitCode, Vec<Problem>> {
    let listener = bind(arguments.listen).await?;
    say(&format!(
        "The stand-in model is on http://{}\n  ANTHROPIC_BASE_URL=http://{} ANTHROPIC_MODEL={}",
        arguments.listen,
        arguments.listen,
        model::MODEL
    ));
    let settings = model::Settings {
        pace: if arguments.instant { model::Pace::Instant } else { model::Pace::Natural },
        key: arguments.key.map(Into::into),
        faults: arguments.faults,
    };
    until_stopped(model::serve(listener, settings)).await
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Vec<Problem>> {
    TcpListener::bind(address).await.map_err(|error| {
        vec![
            Problem::new(ProblemCode::BadRequest, format!("The address {address} cannot be listened on: {error}"))
                .hint("stop what listens there, or choose another with --listen 127.0.0.1:PORT"),
        ]
    })
}

async fn until_stopped(serving: impl Future<Output = std::io::Result<()>>) -> Result<ExitCode, Vec<Problem>> {
    tokio::select! {
        outcome = serving => outcome.map(|()| ExitCode::SUCCESS).map_err(|error| {
            vec![Problem::new(ProblemCode::Internal, format!("The server stopped: {error}"))]
        }),
        () = told_to_stop() => Ok(ExitCode::SUCCESS),
    }
}

fn planted(file: &std::path::Path) -> Result<Vec<netbox::Planted>, Problem> {
    let read = std::fs::read(file).map_err(|error| error.to_string());
    let texts = read.and_then(|text| serde_json::from_slice(&text).map_err(|error| error.to_string()));
    texts.map_err(|error| {
        Problem::new(ProblemCode::BadRequest, format!("{} cannot be read: {error}", file.display()))
            .hint(r#"it holds a list like [{"kind": "html", "text": "<b>"}]"#)
    })
}

fn cannot_write(error: &std::io::Error) -> Problem {
    Problem::new(ProblemCode::Internal, format!("The estate cannot be written: {error}"))
        .hint("check the place that the output goes to")
}
